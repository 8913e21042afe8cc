"""Every type and setting of a SurveyJS file: what it becomes, and that the report tells of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.importing import Imported, Line, Refused
from survey_app.formats.surveyjs import looks_like, parse

SOURCE = (Path(__file__).parent / "all_types.json").read_bytes()


@pytest.fixture(scope="module")
def imported() -> Imported:
    return parse(SOURCE)


def survey(*elements: dict[str, Any], **more: Any) -> Imported:
    return parse(json.dumps({"elements": elements, **more}).encode())


def line_at(found: Imported, place: str) -> Line:
    return next(line for line in found.lines if line.place == place)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("member", "single_choice"), ("age", "number"), ("visit", "date"), ("at", "time"), ("mail", "short_text"),
        ("note", "long_text"), ("way", "single_choice"), ("year", "dropdown"), ("why", "multiple_choice"),
        ("tags", "multiple_choice"), ("nps", "nps"), ("stars", "rating"), ("words", "rating"), ("letters", "single_choice"),
        ("twenty", "slider"), ("order_q", "ranking"), ("heat", "slider"), ("pic", "single_choice"), ("sat", "matrix"),
        ("table_q", "matrix_fields"), ("table_marks", "matrix_multiple"), ("visits", "matrix_fields"), ("contact", "text_fields"),
        ("children", "section"), ("first", "short_text"), ("info", "note"), ("double_q", "computed"), ("own", "short_text"),
    ],
)  # fmt: skip
def test_each_type_becomes_the_nearest_of_ours(imported: Imported, name: str, kind: str) -> None:
    assert imported.definition.question(name).type == kind


def question(found: Imported, name: str) -> dict[str, Any]:
    return next(q for page in found.data["pages"] for q in page["questions"] if q["name"] == name)


def test_settings_come_with_their_questions(imported: Imported) -> None:
    assert (question(imported, "age")["min"], question(imported, "age")["max"]) == (1, 120)
    assert question(imported, "minutes")["decimals"] == 1
    assert question(imported, "visit")["max"] == "today"
    assert question(imported, "mail")["pattern"] == "email"
    assert question(imported, "mail")["hint"]["en"] == "name@example.com\nThat is no address."
    way = question(imported, "way")
    assert way["required"] and way["random_order"] and way["columns"] == 2
    assert [choice["code"] for choice in way["choices"]] == ["app", "shop_2", "3", "other"]
    assert way["choices"][-1] == {"code": "other", "text": {"en": "Else"}, "other": True}
    why = question(imported, "why")
    assert why["max"] == 2 and why["choices"][-1]["exclusive"]
    assert question(imported, "tags")["min"] == 1
    assert question(imported, "nps")["low"] == {"en": "never"}
    assert question(imported, "stars")["style"] == "stars"
    assert question(imported, "sat")["required"] and question(imported, "sat")["random_rows"]
    assert [choice["code"] for choice in question(imported, "year")["choices"]] == ["2020", "2021", "2022", "2023"]


def test_texts_keep_their_languages(imported: Imported) -> None:
    assert imported.data["title"] == {"en": "Visit to the shop", "zh-CN": "到店体验"}
    assert question(imported, "way")["choices"][1]["text"] == {"en": "Shop", "zh-CN": "门店"}
    assert imported.data["thanks"] == {"en": "Thank you"}


def test_an_answer_shown_in_a_text_is_shown_here_too(imported: Imported) -> None:
    assert question(imported, "stars")["text"] == {"en": "And {{way}}?"}


def test_every_text_of_the_source_is_in_the_draft(imported: Imported) -> None:
    draft = json.dumps(imported.data, ensure_ascii=False)
    for text in (
        "Visit to the shop",
        "Two minutes",
        "About you.",
        "That is no address.",
        "Our staff",
        "Nearly done",
        "never",
        "Phone",
    ):
        assert text in draft, text


def every_place(value: Any, place: str) -> list[str]:
    """The places of all elements, choices, rows and rules of the source."""
    found = []
    if isinstance(value, dict):
        for key, inner in value.items():
            own = f"{place}.{key}" if place else key
            if isinstance(inner, str) and (key.endswith("If") or key in ("title", "description", "html")):
                found.append(own)
            found += every_place(inner, own)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            own = f"{place}[{index}]"
            if isinstance(inner, dict) or place.rsplit(".", 1)[-1] in ("choices", "rows", "columns", "rateValues"):
                found.append(own)
            found += every_place(inner, own)
    return found


def test_every_item_of_the_source_is_in_the_report(imported: Imported) -> None:
    told = {line.place for line in imported.lines}
    missing = [
        place
        for place in every_place(json.loads(SOURCE), "")
        if place not in told and not any(other.startswith(place) for other in told)
    ]
    assert missing == []


def test_what_has_no_equal_is_told_and_waits(imported: Imported) -> None:
    lost = {line.place: line.code for line in imported.lines if line.result == "lost"}
    locked = question(imported, "locked")
    assert len(locked["checks"]) == 2 and "open_rules" not in locked
    assert lost["pages[1].elements[14].choicesByUrl"] == "choices_elsewhere"
    assert lost["pages[1].elements[15].defaultValue"] == "default_value"
    assert any(line.kind == "script" for line in imported.lines)
    assert question(imported, "code")["checks"]


def test_the_survey_ends_where_it_is_completed_early(imported: Imported) -> None:
    assert imported.data["pages"][0]["end_if"] == {"member": {"is": "false"}}


def test_a_jump_hides_what_it_jumps_over() -> None:
    found = survey(
        {"type": "boolean", "name": "a"}, {"type": "text", "name": "b"}, {"type": "text", "name": "c"},
        triggers=[{"type": "skip", "expression": "{a} = true", "gotoName": "c"}],
    )  # fmt: skip
    assert question(found, "b")["show_if"] == {"not": {"a": {"is": "true"}}}
    assert "show_if" not in question(found, "c")


def test_a_rule_about_a_later_question_waits() -> None:
    found = survey({"type": "text", "name": "a", "visibleIf": "{b} = 1"}, {"type": "text", "name": "b"})
    assert question(found, "a")["open_rules"] and "show_if" not in question(found, "a")


def test_double_names_are_made_different_and_rules_about_them_wait() -> None:
    found = survey(
        {"type": "text", "name": "a"},
        {"type": "text", "name": "a"},
        {"type": "text", "name": "b", "visibleIf": "{a} = 1"},
    )
    assert [q.name for q in found.definition.questions] == ["a", "a_2", "b"]
    assert question(found, "b")["open_rules"]


def test_names_that_would_be_columns_of_another_question_are_changed() -> None:
    found = survey({"type": "text", "name": "q_1"}, {"type": "checkbox", "name": "q", "choices": [1, 2]})
    assert len({variable.name for variable in found.definition.variables}) == 3


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"{", "broken_json"),
        (b"[1, 2", "broken_json"),
        (b'{"pages": 1}', "not_this_format"),
        (b'{"elements": []}', "not_this_format"),
        (b'{"pages": [{"elements": [{"type": "panel", "elements": []}]}]}', "no_questions"),
        (b"[" * 5000, "broken_json"),
        (b'{"elements": [{"type": "text", "min": NaN}]}', "broken_json"),
        (b'{"resourceType": "Questionnaire", "item": []}', "not_this_format"),
    ],
)
def test_what_is_no_survey_is_refused_in_words(data: bytes, code: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(data)
    assert refused.value.faults[0].code == code
    assert not looks_like(data) or code == "no_questions"


def test_a_broken_file_is_refused_with_line_and_column() -> None:
    with pytest.raises(Refused) as refused:
        parse(b'{"elements": [\n  {"type": "text",}\n]}')
    assert refused.value.faults[0].place.startswith("line 2, column")


def test_other_encodings_are_read() -> None:
    text = '{"elements": [{"type": "text", "name": "a", "title": "您的姓名"}]}'
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode(), text.encode("gb18030")):
        found = parse(data)
        assert question(found, "a")["text"] == {"zh-CN": "您的姓名"}


@pytest.mark.parametrize(
    "rule", ["{split.a} + {split.b} = 100", "sum({split.a}, {split.b}) = 100", "100 = {split.b} + {split.a}"]
)
def test_numbers_that_make_up_a_total_are_a_constant_sum(rule: str) -> None:
    items = [{"name": name, "inputType": "number", "title": name.upper()} for name in "ab"]
    found = survey(
        {
            "type": "multipletext",
            "name": "split",
            "items": items,
            "validators": [{"type": "expression", "expression": rule}],
        },
        {"type": "text", "name": "x", "visibleIf": "{split.a} > 50"},
    )
    assert question(found, "split")["type"] == "constant_sum" and question(found, "split")["total"] == 100
    assert question(found, "x")["show_if"] == {"split_a": {"more_than": 50}}


def test_what_is_never_shown_waits_for_a_person() -> None:
    found = survey({"type": "text", "name": "a", "visible": False}, {"type": "text", "name": "b"})
    assert question(found, "a")["open_rules"] and not question(found, "b").get("open_rules")


def test_types_of_somebody_else_are_read_by_what_they_hold() -> None:
    found = survey(
        {"type": "personname", "name": "who", "title": "Who?"},
        {"type": "yesno", "name": "ok", "visibleIf": "{who} notempty", "title": "Is {who} there?"},
        {"type": "infotext", "name": "read", "title": "Read this.", "isRequired": True},
        {"type": "text", "name": "z", "visibleIf": "{ok} = 'y' and {read} > 0"},
    )
    assert question(found, "ok")["text"] == {"en": "Is {{who_first}} {{who_last}} there?"}
    assert question(found, "z")["show_if"] == {"all": [{"ok": {"is": "y"}}, {"read": {"is": "yes"}}]}
    assert all(
        line.result == "changed"
        for line in found.lines
        if line.kind == "question" and line.ours in ("who", "ok", "read")
    )


@pytest.mark.parametrize("kind", ["paneldynamic", "matrixdynamic"])
def test_rounds_that_people_add_are_lost_while_their_questions_stay(kind: str) -> None:
    inner = {"templateElements": [{"type": "text", "name": "b"}], "columns": [{"name": "c", "cellType": "text"}]}
    data = {"pages": [{"name": "p", "elements": [{"type": kind, "name": "a", **inner}]}]}
    found = parse(json.dumps(data).encode())
    assert {line.result for line in found.lines if line.code == "loop"} == {"lost"}
    assert {line.result for line in found.lines if line.kind == "question"} == (
        {"changed", "kept"} if kind == "paneldynamic" else {"changed"}
    )
