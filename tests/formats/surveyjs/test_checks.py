"""Validators, conditional requirements and locks of SurveyJS: the same answers pass as there."""

import itertools
import json
import re
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.surveyjs import parse
from survey_app.questionnaire import validation
from survey_app.questionnaire.review import review
from tests.formats.surveyjs.test_rules import ANSWERS, QUESTIONS, evaluate, stored

OWN: dict[str, Any] = {"type": "text", "name": "own", "inputType": "number"}


def drafted(*elements: dict[str, Any]) -> Imported:
    return parse(json.dumps({"elements": list(elements)}).encode())


def passes(imported: Imported, answers: dict[str, Any], texts: dict[str, str], name: str = "own") -> bool:
    """Whether the last look at a response finds nothing to say of the question."""
    problems = validation.complete(imported.definition, answers, texts)
    return not any(problem.question == name for problem in problems)


def told(imported: Imported, key: str) -> list[tuple[str, str]]:
    return [(line.kind, line.result) for line in imported.lines if key in line.place and line.kind != "text"]


@pytest.mark.parametrize(
    "rule",
    [
        "{own} > {n}", "{own} != 3", "{n} empty", "{yes} = true or {own} <= 2", "{n} + {own} > 5", "{many} contains 'a'",
        "{own} notempty",
    ],
)  # fmt: skip
def test_an_expression_has_to_be_true_also_for_an_empty_answer(rule: str) -> None:
    imported = drafted(*QUESTIONS, {**OWN, "validators": [{"type": "expression", "expression": rule, "text": "No"}]})
    assert told(imported, "validators[0]") == [("validation", "kept")] and review(imported.definition) == []
    used = sorted(set(re.findall(r"\{(\w+)\}", rule)) - {"own"})
    for values in itertools.product([None, 1, 3, 9], *(ANSWERS[name] for name in used)):
        given = {**dict.fromkeys(ANSWERS), **dict(zip(["own", *used], values, strict=True))}
        answers, texts = stored(given)
        assert passes(imported, answers, texts) == evaluate(rule, given), (rule, given)


def test_a_limit_of_the_question_itself_stays_one_and_demands_an_answer() -> None:
    imported = drafted({**OWN, "validators": [{"type": "expression", "expression": "{own} >= 18 and {own} <= 99"}]})
    question: Any = imported.definition.question("own")
    assert (question.min, question.max, question.required, question.checks) == (18, 99, True, ())


@pytest.mark.parametrize(
    ("validator", "good", "bad"),
    [
        ({"type": "text", "minLength": 3}, ["", "abc", "汉字三"], ["ab"]),
        ({"type": "text", "minLength": 2, "maxLength": 4, "allowDigits": False}, ["", "abc"], ["a1c", "a"]),
        ({"type": "regex", "regex": "^[A-Z]{2}\\d+$"}, ["", "AB1"], ["ab1", "AB"]),
        ({"type": "regex", "regex": "^[A-Z]{2}$", "caseInsensitive": True}, ["", "ab"], ["abc"]),
        ({"type": "regex", "regex": "^1[3-9]\\d{9}$"}, ["", "13800138000"], ["+8613800138000", "01012345678"]),
        ({"type": "regex", "regex": "[0-9]{6}"}, ["", "410000", "湖南410000"], ["41000"]),
    ],
)
def test_texts_have_the_same_form(validator: dict[str, Any], good: list[str], bad: list[str]) -> None:
    imported = drafted({"type": "text", "name": "own", "validators": [validator]})
    assert told(imported, "validators[0]")[-1] == ("validation", "kept")
    for text in good:
        assert passes(imported, {}, {"own": text} if text else {}), text
    for text in bad:
        assert not passes(imported, {}, {"own": text}), text


@pytest.mark.parametrize("regex", ["(?<=a)b", "(", "a" * 600])
def test_a_pattern_that_is_none_here_waits(regex: str) -> None:
    imported = drafted({"type": "text", "name": "own", "validators": [{"type": "regex", "regex": regex}]})
    question = imported.definition.question("own")
    assert question.open_rules and not question.checks


def test_a_limit_may_follow_from_another_answer() -> None:
    imported = drafted(QUESTIONS[3], {**OWN, "minValueExpression": "{n}", "maxValueExpression": "{n} + 5"})
    assert told(imported, "minValueExpression") == [("validation", "kept")]
    for n, own in itertools.product((None, 3), (None, 1, 3, 7)):
        answers = {key: value for key, value in (("n", n), ("own", own)) if value is not None}
        assert passes(imported, answers, {}) == (None in (n, own) or own >= n)
    assert imported.definition.question("own").open_rules  # a limit that is calculated


@pytest.mark.parametrize(
    "own",
    [
        OWN,
        {"type": "comment", "name": "own"},
        {"type": "checkbox", "name": "own", "choices": ["a", "b"]},
    ],
)
def test_an_answer_is_demanded_when_the_rule_holds(own: dict[str, Any]) -> None:
    imported = drafted(*QUESTIONS, {**own, "requiredIf": "{n} > 2 or {yes} = true"})
    assert told(imported, "requiredIf") == [("rule", "kept")] and review(imported.definition) == []
    value: Any = {"text": 7, "comment": "so", "checkbox": ["a"]}[own["type"]]
    for n, yes, given in itertools.product((None, 1, 3), (None, True), (None, value)):
        answers, texts = stored({**dict.fromkeys(ANSWERS), "n": n, "yes": yes})
        (texts if own["type"] == "comment" else answers).update({"own": given} if given else {})
        assert passes(imported, answers, texts) == (given is not None or not (yes or (n or 0) > 2))


def test_what_is_locked_takes_no_answer_and_demands_none() -> None:
    imported = drafted(*QUESTIONS, {**OWN, "enableIf": "{yes} = true", "isRequired": True})
    assert told(imported, "enableIf") == [("rule", "changed")]
    for yes, own in itertools.product((None, True, False), (None, 7)):
        answers, _ = stored({**dict.fromkeys(ANSWERS), "yes": yes, "own": own})
        assert passes(imported, answers, {}) == ((own is not None) == (yes is True))


ROWS: dict[str, Any] = {"type": "matrix", "name": "own", "rows": ["a", "b", "c"], "columns": [1, 2]}


@pytest.mark.parametrize(
    ("keys", "good"),
    [
        ({"isRequired": True}, lambda row: any(row)),
        ({"isRequired": True, "eachRowRequired": True}, lambda row: all(row)),
        ({"eachRowUnique": True}, lambda row: len({c for c in row if c}) == sum(c is not None for c in row)),
        ({"requiredIf": "{yes} = true"}, lambda row: any(row)),
        ({"enableIf": "{yes} = false"}, lambda row: not any(row)),
        ({"enableIf": "{yes} = true", "eachRowRequired": True}, lambda row: all(row)),
    ],
)
def test_rows_are_demanded_as_there(keys: dict[str, Any], good: Any) -> None:
    imported = drafted(*QUESTIONS, {**ROWS, **keys})
    assert not imported.definition.question("own").open_rules and review(imported.definition) == []
    for row in itertools.product((None, "1", "2"), repeat=3):
        answers = {f"own_{code}": column for code, column in zip("abc", row, strict=True) if column}
        assert passes(imported, {**answers, "yes": "true"}, {}) == bool(good(row)), row


def test_fields_demand_what_they_say() -> None:
    items = [
        {"name": "x", "validators": [{"type": "text", "minLength": 3, "text": "Longer"}]},
        {"name": "y", "requiredIf": "{own.x} notempty"},
    ]
    imported = drafted({"type": "multipletext", "name": "own", "isRequired": True, "items": items})
    assert [line.result for line in imported.lines if line.kind in ("rule", "validation")] == ["kept", "kept"]
    for texts, good in (
        ({}, False),
        ({"own_y": "b"}, True),
        ({"own_x": "ab", "own_y": "b"}, False),
        ({"own_x": "abc"}, False),
        ({"own_x": "abc", "own_y": "b"}, True),
    ):
        assert passes(imported, {}, texts) == good, texts


def test_a_locked_panel_locks_what_it_holds() -> None:
    inner = [{"type": "text", "name": "own", "isRequired": True}, {**ROWS, "name": "rows"}]
    imported = drafted(*QUESTIONS, {"type": "panel", "name": "p", "enableIf": "{yes} = true", "elements": inner})
    assert told(imported, "enableIf") == [("rule", "changed")]
    for yes, own, row in itertools.product((True, False), ("", "x"), (None, "1")):
        answers = {"yes": str(yes).lower(), **({"rows_a": row} if row else {})}
        assert passes(imported, answers, {"own": own} if own else {}) == ((own != "") == yes)
        assert passes(imported, answers, {}, "rows") == (yes or row is None)
