"""REDCap data dictionaries: every kind of field, what is told of it, rules that hold for the same answers, what is refused."""

import csv
import io
import itertools
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from survey_app.formats import redcap
from survey_app.formats.importing import Imported, Refused
from survey_app.questionnaire.checks import unmet
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.routing import path
from tests.formats.redcap.making import HEADINGS, VISIT, dictionary


def question(found: Imported, name: str) -> dict[str, Any]:
    return next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == name)


def only(**field: str) -> dict[str, Any]:
    """The question that one field becomes, after a checkbox, a list and a number that it may name."""
    found = redcap.parse(
        dictionary(
            {"name": "n", "type": "text", "validation": "number"},
            {"name": "q", "type": "radio", "choices": "1, A | 2, B | 3, C"},
            {"name": "m", "type": "checkbox", "choices": "1, A | 2, B"},
            {"name": "x", **field},
        )
    )
    return question(found, "x")


def test_a_dictionary_becomes_a_draft_with_pages_headings_and_limits() -> None:
    found = redcap.parse(VISIT)
    assert [page["title"]["zh-CN"] for page in found.data["pages"]] == ["Visit", "Health"]
    assert question(found, "age") == {
        "name": "age",
        "type": "number",
        "decimals": 0,
        "min": 0,
        "max": 120,
        "required": True,
        "text": {"zh-CN": "您的年龄"},
    }
    assert question(found, "born")["max"] == "today"
    assert question(found, "mail")["pattern"] == "email"
    assert question(found, "member_name_section")["text"] == {"zh-CN": "关于您"}
    assert [c["text"]["zh-CN"] for c in question(found, "bought")["choices"]] == ["是", "否"]
    assert question(found, "why")["text"] == {"zh-CN": "为什么来这家店？"}
    assert question(found, "thanks")["text"] == {"zh-CN": "谢谢，{{age}} 岁的顾客"}


def test_a_matrix_group_becomes_one_matrix_whose_rows_rules_can_name() -> None:
    found = redcap.parse(VISIT)
    matrix = question(found, "sat")
    assert (matrix["type"], matrix["text"]) == ("matrix", {"zh-CN": "满意度"})
    assert [(row["code"], row.get("required", False)) for row in matrix["rows"]] == [
        ("sat_price", False),
        ("sat_staff", True),
    ]
    total = question(found, "total")["expression"]
    assert total == {"add": [{"answer": "sat_sat_price"}, {"multiply": [{"answer": "sat_sat_staff"}, 2]}]}


def test_a_matrix_of_checkboxes_and_a_matrix_of_ranks() -> None:
    rows = [{"name": f"r{n}", "type": "checkbox", "choices": "1, A | 2, B", "matrix": "g"} for n in (1, 2)]
    assert question(redcap.parse(dictionary(*rows)), "g")["type"] == "matrix_multiple"
    ranks = [
        {"name": f"r{n}", "type": "radio", "choices": "1, 第一 | 2, 第二", "matrix": "g", "ranking": "y"}
        for n in (1, 2, 3)
    ]
    ranking = question(redcap.parse(dictionary(*ranks)), "g")
    assert (ranking["type"], ranking["top"], len(ranking["choices"])) == ("ranking", 2, 3)


def test_rows_of_a_matrix_have_rules_of_their_own() -> None:
    fields = [
        {"name": "a", "type": "yesno"},
        {"name": "r1", "type": "radio", "choices": "1, A | 2, B", "matrix": "g"},
        {"name": "r2", "type": "radio", "choices": "1, A | 2, B", "matrix": "g", "branching": "[a] = 1"},
    ]
    found = redcap.parse(dictionary(*fields))
    assert [row.get("show_if") for row in question(found, "g")["rows"]] == [None, {"a": {"is": "1"}}]
    apart = redcap.parse(dictionary(*fields, {**fields[1], "name": "r3", "branching": "[r1] = 1"}))
    assert question(apart, "r1")["type"] == "single_choice"  # asked before the table, whose row looks at it
    assert [row.get("show_if") for row in question(apart, "g")["rows"]] == [{"a": {"is": "1"}}, {"r1": {"is": "1"}}]


DAYS = {
    'datediff([d], [e], "d") > 14': lambda days: abs(days) > 14,
    "14 >= datediff([d],[e],'d','ymd')": lambda days: abs(days) <= 14,
    "datediff([d], [e], 'd', 'ymd', true) < 3": lambda days: days < 3,
    "datediff([d], [e], 'd', true) >= 3 and [d] <> ''": lambda days: days >= 3,
}


@pytest.mark.parametrize("rule", DAYS)
def test_days_between_dates_are_counted_as_there(rule: str) -> None:
    dates = [{"name": name, "type": "text", "validation": "date_ymd"} for name in "de"]
    found = redcap.parse(dictionary(*dates, {"name": "x", "type": "text", "branching": rule}))
    condition = question(found, "x")["show_if"]
    first = date(2026, 5, 20)
    for days in (*range(-20, 21), 400):
        answers = {"d": first.isoformat(), "e": (first + timedelta(days=days)).isoformat()}
        assert holds(condition, answers) == DAYS[rule](days), (rule, days)
    assert not holds(condition, {"d": "2026-05-20"}) and not holds(condition, {})


@pytest.mark.parametrize(
    "rule", ["datediff([d], 'today', 'y') > 18", "datediff([d], [e], 'm') > 2", "datediff([d], [n], 'd') > 1"]
)
def test_other_differences_of_dates_wait_for_a_person(rule: str) -> None:
    dates = [{"name": name, "type": "text", "validation": "date_ymd"} for name in "de"]
    number = {"name": "n", "type": "text", "validation": "integer"}
    found = redcap.parse(dictionary(*dates, number, {"name": "x", "type": "text", "branching": rule}))
    assert question(found, "x")["open_rules"]


KINDS = {
    "zipcode": (["12345", "12345-6789"], ["1234", "12345-", "a2345"]),
    "alpha_only": (["Abc"], ["ab1", "a b"]),
    "ssn": (["123-45-6789"], ["123456789"]),
    "mrn_10d": (["0123456789"], ["012345678"]),
    "phone": (["(615) 322-2222", "615-322-2222", "6153222222 x12"], ["322-2222", "115-322-2222"]),
    "postalcode_canada": (["K1A 0B1", "k1a0b1"], ["K1A"]),
}


@pytest.mark.parametrize("kind", KINDS)
def test_known_kinds_of_text_are_checked(kind: str) -> None:
    found = redcap.parse(dictionary({"name": "x", "type": "text", "validation": kind}))
    fits, fails = KINDS[kind]
    asked = found.definition.question("x")
    assert [bool(unmet(found.definition, asked, {}, {"x": text})) for text in (*fits, *fails)] == [False] * len(
        fits
    ) + [True] * len(fails)
    assert not unmet(found.definition, asked, {}, {})


def test_a_range_may_be_the_answer_of_an_earlier_field() -> None:
    fields = [
        {"name": "a", "type": "text", "validation": "date_dmy"},
        {"name": "b", "type": "text", "validation": "date_mdy", "min": "[a]"},
    ]
    found = redcap.parse(dictionary(*fields))
    asked = found.definition.question("b")
    for first, second, refused in (
        ("2026-01-02", "2026-01-01", True),
        ("2026-01-02", "2026-01-02", False),
        (None, "2026-01-01", False),
    ):
        answers = {name: day for name, day in (("a", first), ("b", second)) if day}
        assert bool(unmet(found.definition, asked, answers, {})) == refused


def test_fields_and_smart_variables_inside_texts_are_told() -> None:
    fields = [
        {"name": "a", "type": "text"},
        {"name": "b", "type": "text", "label": "{a} years, see [survey-link:x] {other}"},
    ]
    found = redcap.parse(dictionary(*fields, {"name": "c", "type": "text", "branching": "[user-name] = 'me'"}))
    made = question(found, "b")
    assert made["text"] == {"en": "years, see [survey-link:x] {other}"} and len(made["open_rules"]) == 1
    assert [line.code for line in found.lines if line.source == "{a}"] == ["looks_ours"]
    assert [(line.code, line.values) for line in found.lines if line.kind == "rule"] == [
        ("rule_unknown_name", {"name": "user-name"})
    ]


def test_a_text_that_is_calculated_is_told_as_lost() -> None:
    fields = [
        {"name": "a", "type": "yesno"},
        {"name": "x", "type": "text", "annotation": "@CALCTEXT(if([a]='1', 'yes', 'no'))"},
    ]
    found = redcap.parse(dictionary(*fields))
    assert [line.kind for line in found.lines if line.code == "calculation_lost"] == ["score", "question"]


@pytest.mark.parametrize(
    ("annotation", "key", "value"),
    [("@MAXCHECKED=1", "max", 1), ("@RANDOMORDER", "random_order", True)],
)
def test_action_tags_become_settings(annotation: str, key: str, value: Any) -> None:
    assert only(type="checkbox", choices="1, A | 2, B | 3, C", annotation=annotation)[key] == value


def test_none_of_the_above_is_exclusive() -> None:
    made = only(type="checkbox", choices="1, A | 2, B | 9, 以上都没有", annotation="@NONEOFTHEABOVE=9")
    assert [choice.get("exclusive", False) for choice in made["choices"]] == [False, False, True]


def test_hidden_fields_are_not_asked_and_a_default_is_a_hidden_value() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "text", "annotation": "@HIDDEN"},
            {"name": "b", "type": "text", "annotation": "@HIDDEN @DEFAULT='web'"},
            {"name": "c", "type": "yesno", "branching": "[b] = 'web'"},
        )
    )
    assert [q["name"] for q in found.data["pages"][0]["questions"]] == ["b", "c"]
    assert question(found, "b")["value"] == "web"
    assert "show_if" not in question(found, "c")


def test_what_has_no_equal_waits_for_a_person() -> None:
    assert only(type="sql", choices="select 1")["open_rules"]
    assert only(type="text", validation="of_our_own")["open_rules"]
    assert only(type="text", validation="number", min="[n] + 1")["open_rules"]
    assert only(type="yesno", branching="datediff([q], 'today', 'd') > 3")["open_rules"]
    assert only(type="yesno", branching="[event_1][q] = '1'")["open_rules"]
    assert only(type="yesno", branching="[q] = ")["open_rules"]


def text(given: str) -> float:
    """A field as a number: none when it is blank."""
    return float(given) if given else float("nan")


RULES: list[tuple[str, Callable[[str, str, frozenset[str]], bool]]] = [
    ("[q] = '1'", lambda q, n, m: q == "1"),
    ("[q] <> '1'", lambda q, n, m: q != "1"),
    ("[q] = ''", lambda q, n, m: q == ""),
    ('[q] <> "" and [n] > 18', lambda q, n, m: q != "" and text(n) > 18),
    ("[q] >= 2", lambda q, n, m: text(q) >= 2),
    ("[n] <= 18 or [m(2)] = '1'", lambda q, n, m: text(n) <= 18 or "2" in m),
    ("[m(1)] = '0'", lambda q, n, m: "1" not in m),
    ("[m(1)] <> '1' and not ([q] = 3)", lambda q, n, m: "1" not in m and q != "3"),
    ("([q] = '1' or [q] = '2') AND [m(1)] = 1 AND [m(2)] = 0", lambda q, n, m: q in ("1", "2") and m == {"1"}),
    ("[n] = 18", lambda q, n, m: text(n) == 18),
    ("[n] != 18", lambda q, n, m: text(n) != 18),
    ("if([q] = 1, [n] > 3, [m(1)] = 1)", lambda q, n, m: text(n) > 3 if q == "1" else "1" in m),
    ("18 < [n]", lambda q, n, m: text(n) > 18),
]


@pytest.mark.parametrize(("rule", "meaning"), RULES)
def test_branching_logic_holds_for_the_same_answers(rule: str, meaning: Callable[..., bool]) -> None:
    condition = only(type="yesno", branching=rule)["show_if"]
    for q, n, m in itertools.product(["", "1", "2", "3"], ["", "3", "18", "19"], [(), ("1",), ("2",), ("1", "2")]):
        answers: dict[str, Any] = {"m": list(m)} if m else {}
        answers |= {"q": q} if q else {}
        answers |= {"n": int(n)} if n else {}
        assert holds(condition, answers) == meaning(q, n, frozenset(m)), (rule, answers)


def test_a_field_that_is_hidden_is_blank_for_later_rules() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "yesno"},
            {"name": "b", "type": "yesno", "branching": "[a] = '1'"},
            {"name": "c", "type": "yesno", "branching": "[b] <> '1'"},
        )
    )
    shown = path(found.definition, {"a": "0", "b": "1"}).questions
    assert "c" in shown and "b" not in shown


def test_sums_leave_blank_fields_out_and_are_blank_when_all_are() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "a", "type": "text", "validation": "integer"},
            {"name": "b", "type": "text", "validation": "integer"},
            {"name": "s", "type": "calc", "choices": "sum([a], [b])"},
            {"name": "p", "type": "calc", "choices": "[a] + [b]^2"},
        )
    )
    values = [path(found.definition, answers).answers for answers in ({}, {"a": 2}, {"a": 2, "b": 3})]
    assert [(v.get("s"), v.get("p")) for v in values] == [(None, None), (2, None), (5, 11)]


def test_codes_that_cannot_be_names_are_told_with_the_rules_still_right() -> None:
    found = redcap.parse(
        dictionary(
            {"name": "q", "type": "radio", "choices": "-1, 不知道 | A-1, 是"},
            {"name": "x", "type": "text", "branching": "[q] = 'A-1'"},
        )
    )
    assert [choice["code"] for choice in question(found, "q")["choices"]] == ["m1", "a_1"]
    assert question(found, "x")["show_if"] == {"q": {"is": "a_1"}}
    assert [line.code for line in found.lines if line.kind == "choice"] == ["recoded", "recoded"]


@pytest.mark.parametrize(
    ("fields", "code", "place"),
    [
        ([{"name": "a", "type": "question"}], "bad_value", "line 2, Field Type"),
        ([{"name": "a", "type": "text"}, {"name": "A", "type": "text"}], "duplicate", "line 3, Variable / Field Name"),
        ([{"name": "", "type": "text"}], "missing_part", "line 2, Variable / Field Name"),
        ([{"name": "a", "type": "radio", "choices": "1 yes | 2, no"}], "bad_value", "line 2, Choices"),
        ([{"name": "a", "type": "radio", "choices": "1, yes | 1, no"}], "duplicate", "line 2, Choices"),
        ([], "no_questions", ""),
    ],
)
def test_broken_dictionaries_name_the_place(fields: list[dict[str, str]], code: str, place: str) -> None:
    with pytest.raises(Refused) as refused:
        redcap.parse(dictionary(*fields))
    assert refused.value.faults[0].code == code
    assert refused.value.faults[0].place.startswith(place)


def test_every_filled_cell_is_told() -> None:
    found = redcap.parse(VISIT)
    rows = list(csv.reader(io.StringIO(VISIT.decode("utf-8-sig"))))
    titles = list(HEADINGS)
    told = {line.place for line in found.lines}
    silent = {"form", "name"}  # told with the page and with the field
    missing = []
    for number, row in enumerate(rows[1:], start=2):
        for key, cell in zip(titles, row, strict=True):
            place = f"line {number}, {HEADINGS[key].title()}"
            in_matrix = key in ("choices", "matrix") and row[titles.index("matrix")]
            if cell and key not in silent and not in_matrix and place.lower() not in {p.lower() for p in told}:
                missing.append((place, cell))
    assert missing == []


def test_it_is_known_by_its_headings() -> None:
    assert redcap.looks_like(VISIT)
    assert redcap.looks_like(b"field_name,form_name,section_header,field_type\n")
    assert not redcap.looks_like(b"survey,type,name\n")
    assert not redcap.looks_like(b"")


def test_counts_are_those_of_the_dictionary() -> None:
    told = redcap.parse(VISIT).to_json()
    assert (told["pages"], told["questions"], told["choices"], told["conditions"]) == (2, 11, 12, 2)


@pytest.mark.parametrize(("rule", "result"), [("[w] = 'Yes'", "changed"), ("[w] <> '5'", "kept")])
def test_a_rule_about_typed_words_tells_that_capitals_count_as_small_letters(rule: str, result: str) -> None:
    fields = ({"name": "w", "type": "text"}, {"name": "x", "type": "text", "branching": rule})
    found = redcap.parse(dictionary(*fields))
    assert [(line.result, line.code) for line in found.lines if line.kind == "rule"] == [
        (result, "case_ignored" if result == "changed" else "")
    ]
