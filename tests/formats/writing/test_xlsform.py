"""XLSForm: accepted by pyxform, no formulas, every type as its nearest."""

import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pyxform.xls2xform import convert

from survey_app.formats import writing, xlsform
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from tests.formats.writing import players
from tests.formats.writing.wholes import YES_NO, asked, both, choice, definition, every_type

OWN = sorted((Path(__file__).parents[3] / "questionnaires").glob("*.yaml"))


def form(of: Definition) -> list[dict[str, str]]:
    return players.sheets(writing.write(of, "xlsform").data)["survey"]


def row(of: Definition, name: str) -> dict[str, str]:
    return next(cells for cells in form(of) if cells.get("name") == name)


@pytest.mark.parametrize("file", [None, *OWN], ids=lambda file: file.stem if file else "every type")
def test_the_reference_accepts_what_is_written(file: Path | None) -> None:
    of = load_definition(file.read_bytes(), file=file.name) if file else every_type()
    made = convert(xlsform=io.BytesIO(writing.write(of, "xlsform").data), file_type=".xlsx")
    assert made.xform and not made.warnings


def test_no_cell_is_a_formula_whatever_the_texts_say() -> None:
    data = every_type().to_json()
    data["title"] = {"zh-CN": "=1+1", "en": "@SUM(1)"}
    data["pages"][0]["questions"][2]["choices"][0]["text"] = {"zh-CN": '=HYPERLINK("http://x")', "en": "+1"}
    book = load_workbook(io.BytesIO(writing.write(Definition.from_json(data), "xlsform").data))
    kinds = {
        cell.data_type for sheet in book for cells in sheet.iter_rows() for cell in cells if cell.value is not None
    }
    assert kinds == {"s"}


def test_labels_stand_in_every_language() -> None:
    found = row(every_type(), "one")
    assert found["label::中文 (zh)"] == "题one" and found["label::English (en)"] == "question one"
    assert found["hint::中文 (zh)"] == "选一个\n为了改进"
    choices = players.sheets(writing.write(every_type(), "xlsform").data)["choices"]
    assert {"list_name": "pick", "name": "y", "label::中文 (zh)": "是", "label::English (en)": "Yes"} in choices


def test_a_list_that_many_questions_use_is_written_once() -> None:
    choices = players.sheets(writing.write(every_type(), "xlsform").data)["choices"]
    assert [cells["name"] for cells in choices if cells["list_name"] == "scale_agree"] == ["1", "2", "3", "unknown"]


@pytest.mark.parametrize(
    ("question", "answer", "fits"),
    [
        (asked("q", "multiple_choice", min=2, max=2, choices=[choice("a"), choice("b"), choice("c")]), "a b", True),
        (asked("q", "multiple_choice", min=2, max=2, choices=[choice("a"), choice("b"), choice("c")]), "a b c", False),
        (asked("q", "multiple_choice", choices=[choice("a"), choice("z", exclusive=True)]), "z", True),
        (asked("q", "multiple_choice", choices=[choice("a"), choice("z", exclusive=True)]), "a z", False),
        (asked("q", "multiple_choice", min=2, choices=[choice("a"), choice("b"), choice("z", exclusive=True)]), "z", True),
        (asked("q", "multiple_choice", min=2, choices=[choice("a"), choice("b"), choice("z", exclusive=True)]), "a", False),
        (asked("q", "number", min=1, max=5), "5", True), (asked("q", "number", min=1, max=5), "6", False),
        (asked("q", "date", min="2026-01-02"), "2026-01-02", True), (asked("q", "date", min="2026-01-02"), "2026-01-01", False),
        (asked("q", "time", min="08:00", max="20:00"), "08:00", True), (asked("q", "time", min="08:00"), "07:59", False),
        (asked("q", "time", max="20:00"), "20:00", True), (asked("q", "time", max="20:00"), "20:01", False),
        (asked("q", "short_text", max_length=3), "abc", True), (asked("q", "short_text", max_length=3), "abcd", False),
    ],
)  # fmt: skip
def test_limits_are_constraints_for_the_same_answers(question: dict[str, Any], answer: str, fits: bool) -> None:
    of = definition({"questions": [question]})
    made = players.player(writing.write(of, "xlsform").data, {"q": answer})
    at = next(found for found in made.rows if found.name == "q")
    assert bool(made.value_of(row(of, "q")["constraint"], at)) == fits


def test_small_and_large_numbers_are_written_without_exponents() -> None:
    later = asked("later", "note", show_if={"n": {"more_than": 0.00002}})
    of = definition({"questions": [asked("n", "number", min=0.00001, max=10.0**9, decimals=6)]}, {"questions": [later]})
    assert row(of, "n")["constraint"] == ". >= 0.00001 and . <= 1000000000"
    assert row(of, "later")["relevant"] == "${n} > 0.00002"


def test_rules_on_times_hold_to_the_minute() -> None:
    for operator, right in (
        ("at_least", {"08:00", "09:00"}),
        ("more_than", {"09:00"}),
        ("is", {"08:00"}),
        ("less_than", {"07:59"}),
    ):
        rule = {"t": {operator: "08:00"}}
        of = definition({"questions": [asked("t", "time")]}, {"questions": [asked("after", "note", show_if=rule)]})
        for answer in (None, "07:59", "08:00", "09:00"):
            made = players.player(writing.write(of, "xlsform").data, {"t": answer})
            after = next(found for found in made.rows if found.name == "after")
            assert made.shown(after) == (answer in right), (operator, answer)


def test_the_end_of_a_page_hides_every_later_page() -> None:
    pages = [{"questions": [asked("a", "single_choice", choices=YES_NO)], "end_if": {"a": {"is": "n"}}}]
    pages += [{"questions": [asked(name, "short_text")]} for name in ("b", "c")]
    for answer, expected in (("y", True), ("n", False), (None, True)):
        made = players.player(writing.write(definition(*pages), "xlsform").data, {"a": answer})
        assert {made.shown(found) for found in made.rows if found.name in ("b", "c")} == {expected}


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ({"add": [{"answer": "n"}, {"multiply": [{"answer": "m"}, 2]}]}, {"n": 2, "m": 3}, "8"),
        ({"add": [{"answer": "n"}, {"answer": "m"}]}, {"n": 2}, ""),
        ({"divide": [{"answer": "n"}, {"answer": "m"}]}, {"n": 3, "m": 2}, "1.5"),
        ({"divide": [{"answer": "n"}, {"answer": "m"}]}, {"n": 3, "m": 0}, ""),
        ({"mean": [{"answer": "n"}, {"answer": "m"}]}, {"n": 3}, "3"),
        ({"min": [{"answer": "n"}, {"answer": "m"}]}, {"n": 3, "m": 2}, "2"),
        ({"min": [{"answer": "n"}, {"answer": "m"}]}, {"m": 2}, "2"),
        ({"count": ["n", "m"]}, {"n": 3}, "1"),
        ({"add": [{"answer": "c"}, 1]}, {"c": "a"}, "6"),
    ],
)  # fmt: skip
def test_a_computed_value_is_the_same_there(expression: Any, answers: dict[str, Any], expected: str) -> None:
    questions = [
        asked("n", "number", decimals=3), asked("m", "number"),
        asked("c", "single_choice", choices=[choice("a", score=5), choice("b")]),
        asked("total", "computed", expression=expression),
    ]  # fmt: skip
    made = players.player(writing.write(definition({"questions": questions}), "xlsform").data, answers)
    assert made.value(next(found for found in made.rows if found.name == "total")) == expected


def test_a_text_shows_the_words_of_a_choice() -> None:
    after = {"name": "z", "type": "note", "text": both("您选了{{a}}", "You chose {{a}}")}
    of = definition({"questions": [asked("a", "single_choice", choices=YES_NO)]}, {"questions": [after]})
    assert row(of, "a_words")["calculation"] == "jr:choice-name(${a}, '${a}')"
    assert row(of, "z")["label::English (en)"] == "You chose ${a_words}"
    back = xlsform.parse(writing.write(of, "xlsform").data).definition
    assert back.by_name["z"].text["en"] == "You chose {{a}}"


def test_a_row_keeps_its_code_unless_something_else_is_called_so() -> None:
    table = asked("sat", "matrix", choices=YES_NO, rows=[choice("price"), choice("staff"), choice("1")])
    names = [cells.get("name") for cells in form(definition({"questions": [table, asked("staff", "short_text")]}))]
    assert names[2:5] == ["price", "sat_staff", "sat_1"]


def fate(of: Definition, place: str) -> tuple[str, str, dict[str, Any]]:
    """What the report says of one thing."""
    line = next(line for line in writing.write(of, "xlsform").lines if line.place == place)
    return line.result, line.code, dict(line.values)


@pytest.mark.parametrize("kind", ["matrix", "matrix_multiple"])
def test_a_row_that_is_called_otherwise_there_is_told(kind: str) -> None:
    table = asked("sat", kind, choices=YES_NO, rows=[choice("price"), choice("1")])
    of = definition({"questions": [table]})
    assert fate(of, "pages[0].questions[0].rows[0]")[0] == "kept"
    told = ("changed", "to_code", {"wanted": "1", "code": "sat_1"})
    assert fate(of, "pages[0].questions[0].rows[1]") == told


def test_checks_that_share_one_message_there_are_told() -> None:
    rules = [{"any": [{"n": {"answered": False}}, {"n": {sign: 3}}]} for sign in ("is_not", "more_than")]
    checks = [{"that": rule, "message": both("不对", "wrong")} for rule in rules]
    of = definition({"questions": [asked("n", "number", checks=checks)]})
    assert [fate(of, f"pages[0].questions[0].checks[{index}]")[0] for index in (0, 1)] == ["kept", "changed"]


def test_a_name_that_forms_keep_for_themselves_is_changed_everywhere() -> None:
    first = {"name": "meta", "questions": [asked("meta", "single_choice", choices=YES_NO)]}
    after = asked("after", "note", show_if={"meta": {"is": "y"}})
    of = definition(first, {"questions": [after]})
    assert convert(xlsform=io.BytesIO(writing.write(of, "xlsform").data), file_type=".xlsx").xform
    assert row(of, "meta_q")["type"] == "select_one meta" and row(of, "after")["relevant"] == "${meta_q} = 'y'"
    assert fate(of, "pages[0].questions[0]") == ("changed", "to_code", {"wanted": "meta", "code": "meta_q"})
