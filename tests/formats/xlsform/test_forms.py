"""XLSForm: what every type, setting and spelling becomes, and what is told of it."""

import json
from typing import Any

import pytest

from survey_app.formats import xlsform
from survey_app.formats.importing import Imported
from survey_app.questionnaire.routing import path
from tests.formats.xlsform.making import VISIT, as_csv, as_xlsx, sheets


def question(found: Imported, name: str) -> dict[str, Any]:
    return next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == name)


def one(type_: str, lists: str = "", **cells: str) -> dict[str, Any]:
    """The question that one row becomes."""
    heads = " | ".join(["type", "name", "label", *cells])
    values = " | ".join([type_, "x", "X", *cells.values()])
    found = xlsform.parse(
        as_csv(f"[survey]\n{heads}\n{values}\n[choices]\nlist_name | name | label\nl | a | A\nl | b | B\n{lists}")
    )
    return question(found, "x")


@pytest.mark.parametrize("write", [as_csv, as_xlsx])
def test_a_form_becomes_a_draft_with_pages_texts_and_limits(write: Any) -> None:
    found = xlsform.parse(write(VISIT))
    assert (found.data["name"], found.data["languages"]) == ("shop-visit-2", ["zh-CN", "en"])
    assert [page.get("title", {}).get("en") for page in found.data["pages"]] == ["About you", "Purchase", None]
    assert [page.get("name") for page in found.data["pages"]] == ["about", "buy", None]
    assert found.data["pages"][1]["show_if"] == {"age": {"at_least": 18}}
    who = question(found, "who")
    assert who["hint"] == {"zh-CN": "不必写全名\n最多 20 个字"}
    assert (who["type"], who["required"], who["max_length"]) == ("short_text", True, 20)
    assert (question(found, "age")["min"], question(found, "age")["max"]) == (0, 119)
    assert question(found, "kind")["type"] == "dropdown"
    why = question(found, "why")
    assert why["show_if"] == {"kind": {"is": "rx"}} and why["random_order"]
    assert [(c["code"], c.get("exclusive"), c.get("other")) for c in why["choices"]] == [
        ("near", None, None),
        ("cheap", None, None),
        ("none", True, None),
        ("other", None, True),
    ]
    pain, stars = question(found, "pain"), question(found, "stars")
    assert (pain["type"], pain["min"], pain["max"], pain["step"]) == ("slider", 0, 10, 2)
    assert (stars["type"], stars["points"], stars["style"]) == ("rating", 5, "stars")
    assert question(found, "best")["type"] == "ranking"
    assert (question(found, "day")["max"], question(found, "hour")["min"]) == ("today", "08:00")
    assert question(found, "twice")["expression"] == {"multiply": [{"answer": "age"}, 2]}
    assert question(found, "thanks")["text"]["zh-CN"] == "谢谢 {{who}}，您 {{age}} 岁"


def test_every_filled_cell_of_a_form_is_told() -> None:
    found = xlsform.parse(as_xlsx(VISIT))
    told = {line.place for line in found.lines}
    silent = {"name", "list_name"}  # told with the row itself
    for sheet, rows in sheets(VISIT).items():
        for number, row in enumerate(rows[1:], start=2):
            for at, cell in enumerate(row):
                ends = cell.startswith("end")
                if cell and rows[0][at] not in silent and not ends:
                    assert f"{sheet}!{chr(65 + at)}{number}" in told, (sheet, number, cell)


def test_counts_are_those_of_the_form() -> None:
    told = xlsform.parse(as_csv(VISIT)).to_json()
    assert (told["groups"], told["questions"], told["choices"], told["conditions"]) == (2, 10, 5, 2)
    assert told["types"]["select_one"] == 1 and told["lost"] == 1  # the value that was filled in beforehand


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("select one from l", "single_choice"),
        ("select all that apply from l", "multiple_choice"),
        ("add select one prompt using l", "single_choice"),
        ("select1 l", "single_choice"),
        ("q string", "short_text"),
        ("phone number", "short_text"),
        ("int", "number"),
        ("percentage", "number"),
        ("trigger", "consent"),
        ("dateTime", "date"),
        ("barcode", "short_text"),
    ],
)
def test_old_and_new_words_for_types(given: str, expected: str) -> None:
    assert one(given)["type"] == expected


def test_headings_are_read_loosely() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [SURVEY]
            TYPE | Name | Label:English | bind:relevant | Constraint Message | control::appearance | READONLY
            text | Tea | Tea? | | | multiline |
            text | Milk | Milk? | ${Tea} != '' | Say it | |
            text | Told | Just read | | | | yes
            """
        )
    )
    assert question(found, "tea")["type"] == "long_text"
    assert question(found, "milk")["show_if"] == {"tea": {"answered": True}}
    assert question(found, "milk")["hint"] == {"en": "Say it"}
    assert question(found, "told")["type"] == "note"


def test_languages_keep_apart() -> None:
    found = xlsform.parse(
        as_csv("[survey]\ntype | name | label | label::Français (fr) | label::Our own\ntext | x | Name | Nom | pong")
    )
    assert found.data["languages"] == ["en", "fr", "qaa"]
    assert question(found, "x")["text"] == {"en": "Name", "fr": "Nom", "qaa": "pong"}


def test_a_text_without_the_first_language_is_kept() -> None:
    rows = "text | x | | 姓名\ntext | y | Age | 年龄"
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label::English (en) | label::中文 (zh)\n{rows}"))
    assert question(found, "x")["text"] == {"en": "姓名", "zh-CN": "姓名"}


def test_table_lists_and_nolabel_rows_become_matrices() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [survey]
            type | name | label | appearance | required | relevant
            begin group | sat | Satisfied? | table-list | |
            select_one l | price | Price | | yes |
            select_one l | staff | Staff | | |
            end group | | | | |
            begin group | more | | field-list | |
            select_multiple l | head | Which? | label | |
            select_multiple l | tea | Tea | list-nolabel | |
            select_multiple l | milk | Milk | list-nolabel | |
            end group | | | | |
            text | why | Why? | | | ${price} = 'b' and selected(${milk}, 'a')
            [choices]
            list_name | name | label
            l | a | A
            l | b | B
            """
        )
    )
    sat, head = question(found, "sat"), question(found, "head")
    assert (sat["type"], [row.get("required") for row in sat["rows"]]) == ("matrix", [True, None])
    assert (head["type"], [row["code"] for row in head["rows"]]) == ("matrix_multiple", ["tea", "milk"])
    assert question(found, "why")["show_if"] == {"all": [{"sat_price": {"is": "b"}}, {"head_milk": {"includes": "a"}}]}


def test_matrices_of_kobo() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [survey]
            type | name | label | kobo--matrix_list | required
            begin_kobomatrix | stock | In stock? | goods |
            integer | pieces | Pieces | | yes
            text | where | Where | |
            end_kobomatrix | | | |
            begin_score | rate | Rate us | |
            end_score | | | |
            text | more | More? | |
            [choices]
            list_name | name | label
            goods | tea | Tea
            goods | milk | Milk
            """
        )
    )
    stock = question(found, "stock")
    assert (stock["type"], [row["code"] for row in stock["rows"]]) == ("matrix_fields", ["tea", "milk"])
    assert [(c["code"], c["type"], c.get("required")) for c in stock["columns"]] == [
        ("pieces", "number", True),
        ("where", "short_text", None),
    ]


def test_a_loop_over_a_list_asks_for_each_choice() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [survey]
            type | name | label
            begin loop over l | each |
            integer | number | How many %(label)s?
            end loop | |
            [choices]
            list_name | name | label
            l | a | apples
            l | b | beans
            """
        )
    )
    assert question(found, "a_number")["text"] == {"en": "How many apples?"}
    assert question(found, "b_number")["text"] == {"en": "How many beans?"}


def test_repeats_are_asked_once_and_told() -> None:
    found = xlsform.parse(
        as_csv(
            "[survey]\ntype | name | label | repeat_count\nbegin repeat | r | Child | ${n}\ntext | x | Name |\nend repeat | | |"
        )
    )
    assert question(found, "x")["type"] == "short_text"
    assert [line.kind for line in found.lines if line.code == "loop"] == ["group", "setting"]


def test_a_repeat_of_a_known_number_of_rounds_is_written_out() -> None:
    form = """
    [survey]
    type | name | label | repeat_count | relevant | calculation
    text | who | Who? | | |
    begin repeat | kid | Child | 2 | ${who} != '' |
    integer | age | Age | | |
    begin group | more | More | | ${age} > 3 |
    text | school | School of ${age} | | |
    calculate | twice | | | | ${age} * 2
    end group | | | | |
    end repeat | | | | |
    note | last | Sum ${age} | | ${age} > 3 |
    """
    found = xlsform.parse(as_csv(form))
    asked = {q["name"]: q for page in found.data["pages"] for q in page["questions"]}
    assert {"age", "age_2", "school", "school_2"} <= asked.keys()
    assert asked["school"]["text"] == {"en": "School of {{age}}"} and asked["school_2"]["text"] == {
        "en": "School of {{age_2}}"
    }
    assert asked["twice_2"]["expression"] == {"multiply": [{"answer": "age_2"}, 2]}
    assert [page["title"] for page in found.data["pages"] if "title" in page] == [
        {"en": "Child (1)"},
        {"en": "Child (2)"},
    ]
    shown = [set(path(found.definition, answers, {"who": "x"}).questions) for answers in ({"age": 5}, {"age_2": 5})]
    assert ["school" in one for one in shown] == [True, False] and ["school_2" in one for one in shown] == [False, True]
    assert "age" not in path(found.definition, {}, {}).questions
    assert len(asked["last"]["open_rules"]) == 2  # which round is meant is not known
    assert [line.code for line in found.lines if line.kind == "group"] == ["rounds", ""]
    assert len([line for line in found.lines if line.kind == "question" and line.source == "integer age"]) == 1


def test_filters_that_never_change_are_resolved() -> None:
    text = """
    [survey]
    type | name | label | choice_filter
    text | t | T |
    select_one c | x | X | {}
    [choices]
    list_name | name | label | land
    c | a | A | 1
    c | b | B | 2
    """
    fixed = question(xlsform.parse(as_csv(text.format("land = 2"))), "x")
    assert [choice["code"] for choice in fixed["choices"]] == ["b"] and "open_rules" not in fixed


def test_names_and_codes_that_cannot_be_kept_are_told_and_rules_follow() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [survey]
            type | name | label | relevant
            select_one l | Q.1-a | One |
            select_multiple l | all | Many |
            text | why | Why? | ${Q.1-a} = '24/7' and selected(${all}, '-1')
            [choices]
            list_name | name | label
            l | 24/7 | Always
            l | -1 | Never
            """
        )
    )
    assert question(found, "why")["show_if"] == {"all": [{"q_1_a": {"is": "24_7"}}, {"all_q": {"includes": "m1"}}]}
    told = {line.code for line in found.lines if line.result == "changed"}
    assert {"renamed", "recoded"} <= told
    assert question(found, "q_1_a")["choices"][1] == {"code": "m1", "value": -1, "text": {"en": "Never"}}


def test_long_codes_of_several_choices_fit_their_columns() -> None:
    code = "a_very_long_code_that_goes_on_and_on"
    made = one("select_multiple l", lists=f"l | {code} | Long\nl | {code}_2 | Longer")
    assert len({choice["code"] for choice in made["choices"]}) == 4
    assert all(len(f"x_{choice['code']}") <= 32 for choice in made["choices"])


def test_what_others_hand_over_counts_as_empty_and_is_told() -> None:
    found = xlsform.parse(
        as_csv(
            """
            [survey]
            type | name | label | relevant | default | calculation
            hidden | source | | | user |
            hidden | patient | | | |
            calculate | past | | | | if(instance('contact')/context/x[a = 'b'] != '', 'yes', 'no')
            text | a | A | ${source} = 'user' | |
            text | b | B | ${patient} = '' | |
            text | c | C | ${past} = 'yes' | |
            """
        )
    )
    assert "show_if" not in question(found, "a") and "show_if" not in question(found, "b")
    assert {line.code for line in found.lines if line.kind == "rule"} == {"rule_always", "rule_elsewhere"}


def test_kobo_assets_are_forms() -> None:
    survey = {"type": "select_one", "select_from_list_name": "l", "$kuid": "k", "name": "x", "required": True}
    survey["label"] = ["Shop?", "门店？"]
    lists = [{"list_name": "l", "name": code, "label": [code, text]} for code, text in (("a", "甲"), ("b", "乙"))]
    content = {"translations": ["English (en)", "中文 (zh)"], "survey": [survey], "choices": lists}
    asset = json.dumps({"name": "Visit", "content": content})
    found = xlsform.parse(asset.encode())
    assert found.data["title"] == {"en": "Visit"}
    assert question(found, "x")["text"] == {"en": "Shop?", "zh-CN": "门店？"}
    assert question(found, "x")["required"]


def test_the_text_of_a_choice_asked_right_after_it_is_part_of_it() -> None:
    text = """
    [survey]
    type | name | label | relevant
    select_one l | x | X |
    text | x_other | {} | selected(${{x}}, 'b')
    text | y | Y | ${{x_other}} != ''
    [choices]
    list_name | name | label
    l | a | A
    l | b | Other
    """
    same = xlsform.parse(as_csv(text.format("Other")))
    assert [choice.get("other") for choice in question(same, "x")["choices"]] == [None, True]
    assert question(same, "y")["show_if"] == {"x_other": {"answered": True}}
    own = xlsform.parse(as_csv(text.format("Which one exactly?")))
    assert question(own, "x_other")["show_if"] == {"x": {"is": "b"}}


def test_a_language_without_a_single_text_is_none() -> None:
    found = xlsform.parse(as_csv("[survey]\ntype | name | label::English (en) | label::Local\ntext | x | Name |"))
    assert found.data["languages"] == ["en"]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("# Head\\n- one\\n<font color='red'>two</font>\\nend", "Head\n- one\ntwo\nend"),
        ("<p>a</p>\\n<p>b</p>", "a\n\nb"),
        ("**Q1** _stressed_, *so* 2*3*4 a_b_c *", "Q1 stressed, so 2*3*4 a_b_c *"),
        (r"\*not\* [here](https://x.example/a_b_c)", "*not* here (https://x.example/a_b_c)"),
        ("**${a__b__c}** and __${a__b__c}__", "{{a__b__c}} and {{a__b__c}}"),
    ],
)
def test_lines_and_signs_of_a_text_are_kept(given: str, expected: str) -> None:
    data = as_csv(
        f"[survey]\ntype | name | label\ntext | a__b__c | A\nbegin group | g | G\ntext | x | {given}\nend group | |"
    )
    assert question(xlsform.parse(data), "x")["text"]["en"] == expected


@pytest.mark.parametrize(
    "given", ["entity", "text audit", "comments", "speed violations count", "sensor_statistic light"]
)
def test_what_a_device_notes_by_itself_is_told(given: str) -> None:
    found = xlsform.parse(as_csv(f"[survey]\ntype | name | label\n{given} | x |\ntext | y | Y"))
    assert [q["name"] for page in found.data["pages"] for q in page["questions"]] == ["y"]
    assert [line.code for line in found.lines if line.place == "survey!B3"] == ["metadata_ours"]


def test_the_only_sheet_of_a_workbook_may_have_any_name() -> None:
    found = xlsform.parse(as_xlsx("[Tabelle1]\ntype | name | label\ntext | x | X"))
    assert question(found, "x")["text"] == {"en": "X"}


def test_the_rule_of_a_heading_or_of_the_first_row_hides_no_other_row() -> None:
    lists = "[choices]\nlist_name | name | label\nl | 1 | One\nl | 2 | Two\n"
    rows = [
        "type | name | label | relevant | appearance",
        "integer | n | N | |",
        "select_one l | head | Head | ${n} > 1 | label",
        "select_one l | a | A | | list-nolabel",
        "select_one l | b | B | | list-nolabel",
        "note | x | X | |",
        "select_one l | c | C | ${n} > 1 | list-nolabel",
        "select_one l | d | D | | list-nolabel",
    ]
    found = xlsform.parse(as_csv("[survey]\n" + "\n".join(rows) + "\n" + lists))
    head, table = question(found, "head"), question(found, "c")
    assert "show_if" not in head and "show_if" not in table
    assert [row.get("show_if") for row in table["rows"]] == [{"n": {"more_than": 1}}, None]
    assert "survey!E4" in {line.place for line in found.lines if line.kind == "rule"}
