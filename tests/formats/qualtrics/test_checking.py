"""Custom validation and what else an answer has to meet: the same answers pass here as there."""

import itertools
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.questionnaire import checks, validation
from survey_app.questionnaire.review import review
from tests.formats.qualtrics.comparing import ANSWERS, KINDS, ours
from tests.formats.qualtrics.making import (
    Data,
    amount,
    displays,
    expr,
    grid,
    imported,
    line,
    logic,
    many,
    question,
    settings,
    survey,
)
from tests.formats.qualtrics.test_logic import RULES, mentioned
from tests.formats.qualtrics.walking import Walk


def custom(*tests: Data) -> Data:
    """Custom validation by a rule."""
    message = {"libraryID": "GR_1", "messageID": "MS_1", "subMessageID": "VE_X", "description": "Error"}
    return settings(
        ForceResponse="OFF",
        Type="CustomValidation",
        CustomValidation={"Logic": logic(*tests), "Message": message},
    )


def passes(made: Imported, answers: Data, texts: Data) -> bool:
    """Whether every check of the draft is met."""
    asked = [q for q in made.definition.questions if q.asks]
    return all(checks.met(made.definition, check, answers, texts) for q in asked for check in q.checks)


OWN = [tests for tests in RULES if len(mentioned(tests)) == 1 and "Displayed" not in str(tests)]
WORDS: list[Any] = [
    [expr("QID3/ChoiceTextEntryValue", "MatchesRegex", r"^\d{2,3}$")],
    [expr("QID3/ChoiceTextEntryValue", "MatchesRegex", "/^A/i")],
    [expr("QID3/ChoiceTextEntryValue", "MatchesRegex", "^[a-z]*$")],
    [expr("QID3/ChoiceTextEntryValue", "Contains", "1")],
    [expr("QID3/ChoiceTextEntryValue", "DoesNotContain", "1")],
    [
        expr("QID3/ChoiceTextEntryValue", "MatchesRegex", "^[0-9]+$"),
        expr("QID3/ChoiceTextEntryValue", "Empty", join="Or"),
    ],
]


@pytest.mark.parametrize("tests", [*OWN, *WORDS], ids=lambda tests: f"{tests[0]['LeftOperand']} {tests[0]['Operator']}")
def test_custom_validation_lets_the_same_answers_pass(tests: list[Data]) -> None:
    qid = mentioned(tests)[0]
    payload = KINDS[qid] if qid == "QID4" else {**KINDS[qid], **custom(*tests)}
    if qid == "QID4":  # a number by its own rule alone
        payload = {**line(qid), **custom(*tests)}
    file = survey(payload)
    made = imported(file)
    told = [(entry.kind, entry.result) for entry in made.lines if entry.place == f"{qid} / Validation"]
    if qid == "QID4" and not any(test["Operator"].startswith(("Greater", "Less")) for test in tests):
        return  # words there, words here: see the tests of texts
    assert told == [("validation", "kept")]
    for answer in ANSWERS[qid]:
        walk = Walk(file, {qid: answer})
        kept, texts = ours({qid: answer})
        assert passes(made, kept, texts) == walk.holds(logic(*tests)), answer
    assert review(made.definition) == []


def test_a_rule_that_only_numbers_can_meet_makes_a_number() -> None:
    high = expr("QID1/ChoiceTextEntryValue", "GreaterThanOrEqual", "18")
    for tests, kind in (
        ([high, expr("QID1/ChoiceTextEntryValue", "LessThan", "99", join="And")], "number"),
        ([high, expr("QID1/ChoiceTextEntryValue", "Empty", join="Or")], "number"),
        ([high, expr("QID1/ChoiceTextEntryValue", "EqualTo", "none", join="Or")], "short_text"),
    ):
        made = imported(survey({**line("QID1"), **custom(*tests)}))
        assert made.definition.questions[0].type == kind
        lost = [entry.code for entry in made.lines if entry.kind == "validation" and entry.result == "lost"]
        assert lost == ([] if kind == "number" else ["validation_lost"])


def test_a_check_may_compare_with_what_was_asked_before() -> None:
    more = expr("QID2/ChoiceTextEntryValue", "GreaterThan", "${q://QID1/ChoiceTextEntryValue}")
    second = amount("QID2")
    second["Validation"] = custom(more)["Validation"]
    made = imported(survey(amount("QID1"), second))
    for first, answer in itertools.product((None, 1, 5), (None, 3)):
        given = {name: value for name, value in (("q1", first), ("q2", answer)) if value is not None}
        assert passes(made, given, {}) == (None not in (first, answer) and answer > first)


@pytest.mark.parametrize(
    "tests",
    [
        [expr("QID1/ChoiceTextEntryValue", "MatchesRegex", r"(?=.*\d)a")],
        [expr("QID1/ChoiceTextEntryValue", "MatchesRegex", "(a")],
        [expr("QID5/ChoiceTextEntryValue", "NotEmpty")],
        [{**expr("x"), "LogicType": "GeoIP"}],
    ],
)
def test_a_check_that_cannot_be_said_is_told(tests: list[Data]) -> None:
    made = imported(survey({**line("QID1"), **custom(*tests)}))
    assert not made.definition.questions[0].checks
    assert [(e.kind, e.result) for e in made.lines if e.place == "QID1 / Validation"] == [("validation", "lost")]


@pytest.mark.parametrize(
    ("payload", "good", "bad"),
    [
        (line("QID1", **settings(Type="MinChar", MinChars="3")), ["", "abc", "汉字四个"], ["ab"]),
        (line("QID1", **settings(Type="ContentType", ContentType="ValidZip")), ["", "02155", "02155-1234"], ["2155"]),
    ],
)
def test_words_of_a_least_length_or_a_form(payload: Data, good: list[str], bad: list[str]) -> None:
    made = imported(survey(payload))
    assert all(passes(made, {}, {"q1": text} if text else {}) for text in good)
    assert not any(passes(made, {}, {"q1": text}) for text in bad)


def test_what_a_choice_asks_to_be_typed_is_demanded_when_it_is_taken() -> None:
    typed = {"TextEntry": "true", "TextEntryForceResponse": "true"}
    choices: Data = {"1": {"Display": "A"}, "2": {"Display": "B", **typed}, "3": {"Display": "C", **typed}}
    choices["3"]["TextEntryValidation"] = "ValidNumber"
    made = imported(survey(many("QID1", Choices=choices)))
    for taken, texts, good in (
        (["1"], {}, True),
        (["2"], {}, False),
        (["2"], {"q1_2_text": "why"}, True),
        (["3"], {}, False),
        (["3"], {"q1_other": "many"}, False),
        (["3"], {"q1_other": "12"}, True),
    ):
        assert passes(made, {"q1": taken}, texts) == good, (taken, texts)
    told = [(entry.kind, entry.result) for entry in made.lines if entry.place.endswith("TextEntry")]
    assert [what for what in told if what[0] == "validation"] == [
        ("validation", "kept"),
        ("validation", "kept"),
        ("validation", "changed"),
    ]


@pytest.mark.parametrize("force", ["ON", "OFF"])
def test_of_best_and_worst_each_is_taken_once(force: str) -> None:
    columns = displays("Worst", "Best")
    payload = question("QID1", "Matrix", "MaxDiff", "", Choices=displays("A", "B", "C"), Answers=columns)
    made = imported(survey({**payload, **settings(ForceResponse=force, Type="None")}))
    assert not made.definition.questions[0].open_rules
    for row in itertools.product((None, "1", "2"), repeat=3):
        given = {f"q1_{number}": code for number, code in enumerate(row, 1) if code}
        counts = [row.count("1"), row.count("2")]
        expected = counts == [1, 1] if force == "ON" else max(counts) <= 1
        assert (validation.complete(made.definition, given, {}) == []) == expected, row


def test_fields_of_a_form_and_texts_of_rows_hold_what_they_ask_for() -> None:
    fields: Data = {"1": {"Display": "Mail", "TextEntryValidation": "ValidEmail"}, "2": {"Display": "Name"}}
    row = {
        "Display": "Other",
        "TextEntry": "true",
        "TextEntryForceResponse": "true",
        "TextEntryValidation": "ValidNumber",
    }
    rows: Data = {"1": {"Display": "A"}, "2": row}
    made = imported(survey(question("QID1", "TE", "FORM", Choices=fields), grid("QID2", "", ["x", "y"], Choices=rows)))
    for texts, good in (
        ({"q2_2_text": "3"}, True),
        ({"q1_1": "a@b.cn", "q1_2": "Li", "q2_2_text": "3"}, True),
        ({"q1_1": "a", "q2_2_text": "3"}, False),
        ({"q2_2_text": "three"}, False),
        ({}, False),
    ):
        assert (validation.complete(made.definition, {}, texts) == []) == good, texts


def test_amounts_may_have_to_add_up_to_another_answer() -> None:
    total = settings(Type="ChoicesTotal", ChoiceTotal="${q://QID1/ChoiceTextEntryValue}")
    made = imported(survey(amount("QID1"), question("QID2", "CS", "VRTL", Choices=displays("A", "B"), **total)))
    for first, left, right in itertools.product((None, 10), (None, 4, 10), (None, 6)):
        given = {name: value for name, value in (("q1", first), ("q2_1", left), ("q2_2", right)) if value is not None}
        expected = (left is None and right is None) or (left or 0) + (right or 0) == first
        assert passes(made, given, {}) == expected, given
    later = imported(survey(question("QID2", "CS", "VRTL", Choices=displays("A", "B"), **total), amount("QID1")))
    assert [e.result for e in later.lines if e.place == "QID2 / Validation"] == ["lost"]
