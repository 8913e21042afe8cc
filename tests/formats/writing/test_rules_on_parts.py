"""Rules on choices and rows, and checks, of a questionnaire in other programs: they come back as they were, and hold there."""

import io
import itertools
import json
from typing import Any

import pytest
from pyxform.xls2xform import convert

from survey_app.formats import surveyjs, writing, xlsform
from survey_app.questionnaire.checks import unmet
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.routing import path
from tests.formats.writing.wholes import YES_NO, asked, both, choice, definition

READERS: dict[str, Any] = {"surveyjs": surveyjs.parse, "xlsform": xlsform.parse}
FIRST = [
    asked("land", "single_choice", choices=[choice("cn"), choice("fr"), choice("x")]),
    asked("many", "multiple_choice", choices=[choice("1"), choice("2"), choice("3")]),
    asked("n", "number"), asked("m", "number"), asked("word", "short_text"), asked("day", "date"),
]  # fmt: skip


def ruled(code: str, rule: dict[str, Any] | None) -> dict[str, Any]:
    return choice(code) | ({"show_if": rule} if rule else {})


CASCADE = [
    ruled("bj", {"land": {"is": "cn"}}),
    ruled("sh", {"land": {"is": "cn"}}),
    ruled("pa", {"land": {"is": "fr"}}),
]
MIXED = [
    ruled("a", None), ruled("b", {"many": {"includes": "1"}}), ruled("c", {"n": {"at_least": 3}}),
    ruled("d", {"any": [{"land": {"is": "cn"}}, {"n": {"less_than": 2}}]}), ruled("e", {"many": {"includes": "1"}}),
]  # fmt: skip
ROWS = [ruled("staff", {"many": {"includes_any": ["1", "2"]}}), ruled("price", None)]
COLUMNS = [ruled("good", None), ruled("bad", {"n": {"at_least": 3}})]
MORE = [ruled("web", {"land": {"is_not": "x"}}), ruled("app", {"many": {"includes": "3"}})]
OFFERING = [
    asked("town", "dropdown", choices=CASCADE), asked("one", "single_choice", choices=MIXED),
    asked("several", "multiple_choice", choices=MIXED), asked("sorted", "ranking", choices=MIXED),
    asked("tabled", "matrix", choices=YES_NO, rows=ROWS), asked("gridded", "matrix_multiple", choices=YES_NO, rows=MORE),
]  # fmt: skip


def there_and_back(target: str, *pages: dict[str, Any]) -> tuple[Definition, Definition, Any]:
    of = definition(*pages)
    written = writing.write(of, target)
    if target == "xlsform":
        assert convert(xlsform=io.BytesIO(written.data), file_type=".xlsx").xform
    return of, READERS[target](written.data).definition, written


def questions(of: Definition) -> list[dict[str, Any]]:
    return [question for page in of.to_json()["pages"] for question in page["questions"]]


@pytest.mark.parametrize("target", READERS)
def test_rules_on_choices_and_rows_come_back(target: str) -> None:
    of, back, written = there_and_back(target, {"questions": FIRST}, {"questions": OFFERING})
    assert questions(back) == questions(of)
    told = [line for line in written.lines if line.place.endswith("].show_if") and "questions[" in line.place]
    assert len(told) == 3 + 3 * 4 + 3 and {line.result for line in told} == {"kept"}


def test_rules_on_columns_come_back_from_surveyjs() -> None:
    """A form has no table whose columns depend on answers."""
    table = asked("picked", "matrix", choices=COLUMNS, rows=[choice("rowa"), choice("rowb")])
    of, back, _ = there_and_back("surveyjs", {"questions": FIRST}, {"questions": [table]})
    assert questions(back) == questions(of)


@pytest.mark.parametrize("target", READERS)
def test_the_same_is_offered_for_the_same_answers(target: str) -> None:
    of, back, _ = there_and_back(target, {"questions": FIRST}, {"questions": OFFERING})
    for land, many, n in itertools.product(("cn", "fr", "x", None), ((), ("1",), ("2", "3")), (None, 1, 3)):
        answers = {
            key: value for key, value in (("land", land), ("many", list(many)), ("n", n)) if value not in (None, [])
        }
        sides = []
        for side in (of, back):
            way = path(side, answers)
            sides.append({q.name: (q.codes(q.name), q.answer_names()) for page in way.pages for q in page.questions})
        assert sides[0] == sides[1], answers


def test_what_a_program_has_no_words_for_is_offered_always_and_told() -> None:
    rule = {"day": {"at_least": {"answer": "later", "plus": {"months": 1}}}}
    pages = [
        {"questions": [*FIRST, asked("later", "date")]},
        {"questions": [asked("one", "single_choice", choices=[ruled("a", rule), choice("b")])]},
    ]
    written = writing.write(definition(*pages), "xlsform")
    [line] = [line for line in written.lines if line.place.endswith("choices[0].show_if")]
    assert line.result == "lost"
    assert [c.show_if for c in xlsform.parse(written.data).definition.question("one").choices] == [None, None]  # type: ignore[attr-defined]


def check(that: dict[str, Any], *, said: bool = True, **let: Any) -> dict[str, Any]:
    return {
        "that": that,
        **({"message": both("请检查", "Please check")} if said else {}),
        **({"let": let} if let else {}),
    }


def unless_empty(name: str, rule: dict[str, Any]) -> dict[str, Any]:
    return {"any": [{name: {"answered": False}}, rule]}


THREE = [choice("1"), choice("2"), choice("3")]
OTHER = {"not": {"other": {"is": {"answer": "land"}}}}
SUM = {"add": [{"answer": "sum"}, {"answer": "n"}]}
CHECKED = [
    asked("less", "number", checks=[check(unless_empty("less", {"less": {"at_most": {"answer": "n"}}}))]),
    asked("sum", "number", checks=[check(unless_empty("sum", {"total": {"at_most": 10}}), total=SUM)]),
    asked("code", "short_text", checks=[check(unless_empty("code", {"code": {"matches": "^(?:[A-Z]{2}[0-9]+)$"}}))]),
    asked("two", "multiple_choice", choices=THREE, checks=[check({"not": {"two": {"includes_all": ["1", "2"]}}}, said=False)]),
    asked("other", "single_choice", choices=YES_NO, checks=[check(unless_empty("other", OTHER))]),
    asked("need", "number", checks=[check({"any": [{"not": {"n": {"at_least": 3}}}, {"need": {"answered": True}}]})]),
]  # fmt: skip


@pytest.mark.parametrize("target", READERS)
def test_checks_refuse_the_same_answers_there(target: str) -> None:
    kept = [question for question in CHECKED if question["name"] != "other"]
    of, back, written = there_and_back(target, {"questions": FIRST}, {"questions": kept})
    assert {line.result for line in written.lines if ".checks[" in line.place} == {"kept"}
    refused = 0
    for n, given, code, two in itertools.product(
        (None, 1, 5), (None, 2, 9), (None, "AB1", "ab1", "xAB1"), ((), ("1",), ("1", "2"))
    ):
        answers: dict[str, Any] = {"n": n, "less": given, "sum": given, "need": given, "two": list(two)}
        answers = {key: value for key, value in answers.items() if value not in (None, [])}
        texts = {"code": code} if code else {}
        for question in kept:
            sides = [bool(unmet(side, side.question(question["name"]), answers, texts)) for side in (of, back)]
            assert sides[0] == sides[1], (question["name"], answers, texts)
            refused += sides[0]
    assert refused > 50


def test_a_check_comes_back_from_a_form_as_it_was() -> None:
    kept = [question for question in CHECKED if question["name"] in ("less", "code", "need")]
    of, back, _ = there_and_back("xlsform", {"questions": FIRST}, {"questions": kept})
    assert questions(back) == questions(of)


def test_a_pattern_is_a_pattern_in_surveyjs() -> None:
    of = definition({"questions": [next(question for question in CHECKED if question["name"] == "code")]})
    survey = json.loads(writing.write(of, "surveyjs").data)
    [validator] = survey["pages"][0]["elements"][0]["validators"]
    assert (validator["type"], validator["regex"]) == ("regex", "^(?:[A-Z]{2}[0-9]+)$")
