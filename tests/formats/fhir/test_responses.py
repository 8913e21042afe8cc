"""What is wrong with a response, one kind of problem at a time."""

import json
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.fhir import validate_response
from survey_app.formats.importing import Refused
from tests.formats.mutants import mutants

EXTENSION = "http://hl7.org/fhir/StructureDefinition/"
SOURCE = (Path(__file__).parent / "all_types.json").read_bytes()


def problems(item: dict[str, Any], *answers: dict[str, Any], **response: Any) -> list[str]:
    """Codes for a questionnaire of one question and its answers."""
    asked = {"resourceType": "Questionnaire", "url": "http://example.org/q", "item": [{"linkId": "q", **item}]}
    given = [{"linkId": "q", "answer": list(answers)}] if answers else []
    answered = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": given, **response}
    return [issue.code for issue in validate_response(json.dumps(asked).encode(), json.dumps(answered).encode())]


def limited(kind: str, extension: str, **value: Any) -> dict[str, Any]:
    return {"type": kind, "extension": [{"url": f"{EXTENSION}{extension}", **value}]}


OPTIONS = {"answerOption": [{"valueCoding": {"system": "s", "code": "a"}}, {"valueCoding": {"code": "b"}}]}
KG = {"value": 5, "unit": "kg", "code": "kg"}


@pytest.mark.parametrize(
    ("item", "answer", "wanted"),
    [
        ({"type": "integer"}, {"valueInteger": 3}, []),
        ({"type": "integer"}, {"valueInteger": True}, ["invalidAnswerType"]),
        ({"type": "integer"}, {"valueString": "3"}, ["invalidAnswerType"]),
        ({"type": "date"}, {"valueDate": "2026-02"}, []),
        ({"type": "date"}, {"valueDate": "02/2026"}, ["invalidAnswerType"]),
        ({"type": "choice", **OPTIONS}, {"valueCoding": {"system": "s", "code": "a"}}, []),
        ({"type": "choice", **OPTIONS}, {"valueCoding": {"system": "t", "code": "a"}}, ["invalidAnswerOption"]),
        ({"type": "choice", **OPTIONS}, {"valueString": "a"}, ["invalidAnswerType"]),
        ({"type": "open-choice", **OPTIONS}, {"valueString": "else"}, []),
        ({"type": "coding", "answerConstraint": "optionsOrString", **OPTIONS}, {"valueString": "else"}, []),
        ({"type": "choice", "answerValueSet": "http://example.org/far"}, {"valueCoding": {"code": "a"}}, ["tsError"]),
        ({"type": "string", "maxLength": 2}, {"valueString": "abc"}, ["maxLength"]),
        (limited("decimal", "maxValue", valueDecimal=2), {"valueDecimal": 2.5}, ["maxValue"]),
        (limited("decimal", "maxDecimalPlaces", valueInteger=1), {"valueDecimal": 2.55}, ["maxDecimalPlaces"]),
        (limited("date", "minValue", valueDate="2026-01-01"), {"valueDate": "2025-12-31"}, ["minValue"]),
        (limited("quantity", "questionnaire-unitOption", valueCoding={"code": "g"}), {"valueQuantity": KG}, ["invalidUnit"]),
        ({"type": "display"}, {"valueString": "a"}, ["displayAnswer"]),
        ({"type": "group"}, {"valueString": "a"}, ["groupShouldNotHaveAnswers"]),
    ],
)  # fmt: skip
def test_one_answer_is_judged_by_its_item(item: dict[str, Any], answer: dict[str, Any], wanted: list[str]) -> None:
    assert problems(item, answer) == wanted


def test_what_is_missing_is_told_unless_the_response_is_not_finished() -> None:
    assert problems({"type": "string", "required": True}) == ["required"]
    assert problems({"type": "string", "required": True}, status="in-progress") == []


def test_several_answers_need_a_question_that_repeats() -> None:
    pair = ({"valueString": "a"}, {"valueString": "b"})
    assert problems({"type": "string"}, *pair) == ["repeats"]
    assert problems({"type": "string", "repeats": True}, *pair) == []


def test_items_that_are_not_enabled_have_no_answer_and_are_not_missed() -> None:
    when = {"question": "a", "operator": "=", "answerBoolean": True}
    asked = {
        "resourceType": "Questionnaire",
        "item": [
            {"linkId": "a", "type": "boolean"},
            {"linkId": "b", "type": "string", "required": True, "enableWhen": [when]},
        ],
    }

    def codes(*items: dict[str, Any]) -> list[str]:
        given = {"resourceType": "QuestionnaireResponse", "status": "completed", "item": items}
        return [issue.code for issue in validate_response(json.dumps(asked).encode(), json.dumps(given).encode())]

    no, yes = ({"linkId": "a", "answer": [{"valueBoolean": value}]} for value in (False, True))
    text = {"linkId": "b", "answer": [{"valueString": "x"}]}
    assert (
        codes(no) == [] and codes(yes) == ["required"] and codes(yes, text) == [] and codes(no, text) == ["notEnabled"]
    )


def test_another_questionnaire_or_none_is_told() -> None:
    assert problems({"type": "string"}, questionnaire="http://example.org/other|2") == ["questionnaireNotFound"]
    assert problems({"type": "string"}, questionnaire="http://example.org/q|2") == []
    given = json.dumps({"resourceType": "QuestionnaireResponse"}).encode()
    assert [issue.code for issue in validate_response(None, given)] == ["questionnaireNotFound"]


def test_damaged_responses_never_end_in_anything_but_problems() -> None:
    given = {
        "resourceType": "QuestionnaireResponse", "status": "completed",
        "item": [{"linkId": "body", "item": [{"linkId": "mass", "answer": [{"valueDecimal": 70.5}]}]},
                 {"linkId": "paper", "answer": [{"valueAttachment": {"data": "YWJj", "size": 3}}]},
                 {"linkId": "dose", "answer": [{"valueQuantity": KG}]}],
    }  # fmt: skip
    source = json.dumps(given).encode()
    assert not [issue for issue in validate_response(SOURCE, source) if issue.severity == "fatal"]
    ended = 0
    for mutant in mutants(source, 150, seed=4):
        try:
            ended += bool(validate_response(SOURCE, mutant))
        except Refused:
            ended += 1
    assert ended > 50


ANSWER_OF_TWO = [{"valueString": "a"}, {"valueString": "bb"}]


def ruled(expression: str, severity: str = "error") -> dict[str, Any]:
    parts = {"key": {"valueId": "k"}, "severity": {"valueCode": severity}, "human": {"valueString": "as it should be"}}
    inner = [{"url": key, **value} for key, value in parts.items()]
    inner.append({"url": "expression", "valueString": expression})
    return {
        "type": "string",
        "repeats": True,
        "extension": [{"url": f"{EXTENSION}questionnaire-constraint", "extension": inner}],
    }


@pytest.mark.parametrize(
    ("expression", "met"),
    [
        ("answer.count() = 2", True), ("answer.count() = 3", False), ("answer.exists()", True), ("answer.empty()", False),
        ("answer.value.first() = 'a'", True), ("answer.value.last() = 'a'", False), ("'bb' in answer.value", True),
        ("answer.value contains 'c'", False), ("answer.where(value = 'a').count() = 1", True),
        ("answer.all(value.matches('^[a-z]+$'))", True), ("answer.all(value.length() = 1)", False),
        ("answer.exists(value.startsWith('b'))", True), ("answer.value.first().contains('x')", False),
        ("%resource.item.where(linkId = 'q').answer.count() > 1", True), ("%resource.repeat(item).count() = 7", False),
        ("answer.count() > 3 implies answer.value.first() = 'z'", True), ("answer.exists() xor answer.empty()", True),
        ("answer.exists() and answer.value.first() = 'b'", False), ("answer.empty().not()", True),
        ("answer.count() * 2 - 1 >= 3", True), ("missing = 1", True), ("answer.value.first() & 'x' = 'ax'", True),
        ("answer.value > 1", True), ("answer.value.first().soundex() = 'A'", True),
    ],
)  # fmt: skip
def test_a_rule_in_fhirpath_is_judged_where_it_can_be(expression: str, met: bool) -> None:
    assert problems(ruled(expression), *ANSWER_OF_TWO) == ([] if met else ["invariant"])


def test_a_warning_of_a_rule_leaves_the_response_valid() -> None:
    asked = {"resourceType": "Questionnaire", "item": [{"linkId": "q", **ruled("answer.count() = 3", "warning")}]}
    given = {
        "resourceType": "QuestionnaireResponse",
        "status": "completed",
        "item": [{"linkId": "q", "answer": ANSWER_OF_TWO}],
    }
    (issue,) = validate_response(json.dumps(asked).encode(), json.dumps(given).encode())
    assert (issue.severity, issue.code, issue.text) == ("warning", "invariant", "q: as it should be")


def test_a_rule_that_looks_at_too_much_is_left_alone() -> None:
    answers = [{"valueString": f"b{number}"} for number in range(2_000)]
    assert problems(ruled("answer.all(value in %resource.item.answer.value).not()"), *answers) == []
    assert problems(ruled("answer.count() < 2000"), *answers) == ["invariant"]


@pytest.mark.parametrize(
    ("item", "answer", "wanted"),
    [
        ({"type": "string"}, {"valueString": "a\nb"}, ["invalidNewLine"]),
        ({"type": "text"}, {"valueString": "a\nb"}, []),
        ({"type": "url"}, {"valueUri": "http://example.org/a b"}, ["invalidUrlValue"]),
        ({"type": "url"}, {"valueUri": "urn:uuid:5"}, []),
        (limited("string", "regex", valueString="[0-9]{3}"), {"valueString": "123"}, []),
        (limited("string", "regex", valueString="[0-9]{3}"), {"valueString": "1234"}, ["regex"]),
        (limited("string", "regex", valueString="(?=a)b"), {"valueString": "x"}, []),
        (limited("attachment", "mimeType", valueCode="image/png"), {"valueAttachment": {"contentType": "image/png"}}, []),
        (limited("attachment", "mimeType", valueCode="image/*"), {"valueAttachment": {"contentType": "image/gif"}}, []),
        (limited("attachment", "mimeType", valueCode="image/png"), {"valueAttachment": {"contentType": "text/plain"}},
         ["invalidAttachmentType"]),
        ({"type": "reference"}, {"valueReference": {"reference": "Patient/1"}}, []),
        ({"type": "reference"}, {"valueReference": {"reference": "http://example.org/fhir/Patient/1/_history/2"}}, []),
        ({"type": "reference"}, {"valueReference": {"display": "somebody"}}, []),
        ({"type": "reference"}, {"valueReference": {"reference": "#p"}}, []),
        ({"type": "reference"}, {"valueReference": {"reference": "a patient"}}, ["invalidRefValue"]),
        ({"type": "reference"}, {"valueReference": {"reference": "somebody"}}, ["invalidRefResourceType"]),
        (limited("reference", "questionnaire-referenceResource", valueCode="Patient"),
         {"valueReference": {"reference": "Group/1"}}, ["invalidRefResourceTypeRestriction"]),
    ],
)  # fmt: skip
def test_words_addresses_and_files_are_judged_too(
    item: dict[str, Any], answer: dict[str, Any], wanted: list[str]
) -> None:
    assert problems(item, answer) == wanted


@pytest.mark.parametrize(("status", "wanted"), [("draft", "questionnaireDraft"), ("retired", "questionnaireRetired")])
def test_a_questionnaire_that_is_not_in_use_is_told(status: str, wanted: str) -> None:
    asked = {"resourceType": "Questionnaire", "status": status, "item": [{"linkId": "q", "type": "string"}]}
    given = {"resourceType": "QuestionnaireResponse", "status": "completed"}
    (issue,) = validate_response(json.dumps(asked).encode(), json.dumps(given).encode())
    assert (issue.severity, issue.code) == ("warning", wanted)
