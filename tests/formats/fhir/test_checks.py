"""Least lengths, patterns and constraints of a Questionnaire: the same answers pass here."""

import itertools
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.questionnaire import validation
from survey_app.questionnaire.review import review
from survey_app.questionnaire.routing import path
from tests.formats.fhir.test_types import BASE, SDC, answer, form


def item(link: str, kind: str = "string", *extensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"linkId": link, "type": kind, "text": link, "extension": list(extensions), **more}


def extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{BASE}{name}", **value}


def constraint(expression: str, severity: str = "error") -> dict[str, Any]:
    parts = (("key", "valueId", "k"), ("severity", "valueCode", severity), ("expression", "valueString", expression))
    inner = [{"url": url, key: value} for url, key, value in (*parts, ("human", "valueString", "Does not fit"))]
    return {"url": f"{BASE}questionnaire-constraint", "extension": inner}


def passes(found: Imported, answers: dict[str, Any], texts: dict[str, str] | None = None) -> bool:
    return validation.complete(found.definition, answers, texts or {}) == []


@pytest.mark.parametrize(
    ("made", "good", "bad"),
    [
        (item("q", "string", extension("minLength", valueInteger=3)), ["", "abc", "汉字三"], ["ab"]),
        (item("q", "text", extension("regex", valueString="[A-Z]{2}-[0-9]+")), ["", "AB-1"], ["xAB-1", "AB-", "ab-1"]),
        (item("q", "string", extension("minLength", valueInteger=20), maxLength=2), [""], ["a", "a" * 30]),
    ],
)
def test_texts_have_the_same_form(made: dict[str, Any], good: list[str], bad: list[str]) -> None:
    found = form(made)
    assert [line.result for line in found.lines if line.kind == "validation"].count("lost") == 0
    assert all(passes(found, {}, {"q": text} if text else {}) for text in good)
    assert not any(passes(found, {}, {"q": text}) for text in bad)


def test_limits_that_no_number_meets_refuse_every_number() -> None:
    limits = extension("minValue", valueDecimal=20), extension("maxValue", valueDecimal=2)
    found = form(item("q", "decimal", *limits))
    assert passes(found, {}) and not any(passes(found, {"q": number}) for number in (1, 2, 10, 20, 30))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        (f"answer.value > {answer('n')}", lambda own, n: None not in (own, n) and own > n),
        (f"%context.answer.value >= 5 or {answer('n')} = 3", lambda own, n: own >= 5 or n == 3),
    ],
)
def test_a_constraint_is_judged_where_there_is_an_answer(expression: str, wanted: Any) -> None:
    found = form(item("n", "integer"), item("q", "integer", constraint(expression)))
    assert found.definition.question("q").checks[0].message == {"en": "Does not fit"}
    assert review(found.definition) == []
    for own, n in itertools.product((None, 1, 5, 9), (None, 3, 5)):
        given = {key: value for key, value in (("q", own), ("n", n)) if value is not None}
        assert passes(found, given) == (own is None or wanted(own, n)), given


def test_two_texts_may_have_to_be_the_same() -> None:
    same = f"%context.answer.value = {answer('first')}"
    found = form(item("first"), item("q", "string", constraint(same)))
    assert [(line.result, line.code) for line in found.lines if line.kind == "validation"] == [
        ("changed", "case_ignored")
    ]
    assert passes(found, {}, {"first": "x", "q": "x"}) and passes(found, {}, {"first": "x"})
    assert not passes(found, {}, {"first": "x", "q": "y"}) and not passes(found, {}, {"q": "y"})


@pytest.mark.parametrize(
    "made",
    [
        item("q", "string", constraint("answer.count() = 3 asdf")),
        item("q", "string", constraint("answer.value = %nobody")),
        item("q", "string", constraint("today() > @2020-01-01")),
        item("q", "string", extension("regex", valueString="(?=a)b")),
        item("q", "string", extension("minLength", valueInteger=5_000)),
        item("q", "date", extension("regex", valueString="[0-9]+")),
    ],
)
def test_what_cannot_be_said_waits_for_a_person(made: dict[str, Any]) -> None:
    question = form(made).definition.question("q")
    assert question.open_rules and not question.checks


def test_a_warning_refuses_nothing_and_is_told() -> None:
    found = form(item("q", "integer", constraint("answer.value > 5", "warning")))
    assert passes(found, {"q": 1})
    assert [(line.kind, line.result, line.code) for line in found.lines if line.kind == "validation"] == [
        ("validation", "lost", "warning_only")
    ]


def test_two_answers_put_together_make_a_word() -> None:
    rule = {
        "url": f"{SDC}enableWhenExpression",
        "valueExpression": {"expression": f"{answer('a')} & {answer('b')} = 'abc'"},
    }
    found = form(item("a"), item("b"), item("z", "string", rule))
    words = ("", "a", "ab", "abc", "bc", "c", "x")
    for left, right in itertools.product(words, words):
        texts = {key: text for key, text in (("a", left), ("b", right)) if text}
        assert ("z" in path(found.definition, {}, texts).questions) == (left + right == "abc"), texts


def test_what_is_hidden_without_a_value_is_asked_of_nobody() -> None:
    hidden = item("h", "string", extension("questionnaire-hidden", valueBoolean=True))
    found = form(item("a"), hidden)
    assert not any("h" in path(found.definition, {}, texts).questions for texts in ({}, {"a": "x"}))
    first = form(hidden, item("a"))
    assert first.definition.question("h").open_rules
