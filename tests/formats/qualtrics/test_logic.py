"""Rules hold for the same answers here as in Qualtrics: both ways are walked for every combination of answers."""

from typing import Any

import pytest

from survey_app.questionnaire.offering import narrowed
from survey_app.questionnaire.review import review
from tests.formats.qualtrics.comparing import KINDS, LAST, differences
from tests.formats.qualtrics.making import (
    Data,
    about,
    block,
    expr,
    imported,
    shown_if,
    survey,
)

FIRST = expr("QID1/SelectableChoice/1")

RULES: list[Any] = [
    [expr("QID1/SelectableChoice/2")],
    [expr("QID1/SelectableChoice/2", "NotSelected")],
    [expr("QID2/SelectableChoice/3")],
    [expr("QID2/SelectableChoice/3", "NotSelected"), expr("QID2/SelectableChoice/1", join="And")],
    [
        expr("QID1/SelectableChoice/1"),
        expr("QID1/SelectableChoice/2", join="Or"),
        expr("QID7/SelectableChoice/1", join="And"),
    ],
    [
        expr("QID7/SelectableChoice/1"),
        expr("QID1/SelectableChoice/2", join="And"),
        expr("QID1/SelectableChoice/3", join="Or"),
    ],
    [expr("QID3/ChoiceTextEntryValue", "EqualTo", "12")],
    [expr("QID3/ChoiceTextEntryValue", "NotEqualTo", "12")],
    [expr("QID3/ChoiceTextEntryValue", "Empty")],
    [expr("QID3/ChoiceTextEntryValue", "NotEmpty")],
    [expr("QID4/ChoiceTextEntryValue", "GreaterThan", "1")],
    [expr("QID4/ChoiceTextEntryValue", "GreaterThanOrEqual", "5")],
    [expr("QID4/ChoiceTextEntryValue", "LessThan", "5")],
    [expr("QID4/ChoiceTextEntryValue", "LessThanOrEqual", "5")],
    [expr("QID4/ChoiceTextEntryValue", "EqualTo", "30")],
    [expr("QID4/ChoiceTextEntryValue", "NotEqualTo", "30")],
    [expr("QID4/ChoiceTextEntryValue", "Empty")],
    [expr("QID5/SelectableChoice/1/2")],
    [expr("QID5/SelectableChoice/2/1", "NotSelected")],
    [expr("QID5/SelectableAnswer/1")],
    [expr("QID5/SelectableAnswer/2", "NotSelected")],
    [expr("QID5/SelectableChoice/2")],
    [expr("QID6/SelectableChoice/1/2")],
    [expr("QID6/SelectableAnswer/2")],
    [expr("QID1/QuestionDisplayed", "Displayed")],
    [expr("QID2/SelectedChoicesCount", "GreaterThan", "1")],
    [expr("QID2/SelectedChoicesCount", "LessThan", "2")],
    [expr("QID2/SelectedChoicesCount", "EqualTo", "0")],
    [expr("QID2/SelectedChoicesCount", "NotEqualTo", "3")],
    [expr("QID1/SelectedChoicesCount", "GreaterThanOrEqual", "1")],
    [expr("QID1/SelectedChoicesRecode", "GreaterThan", "10")],
    [expr("QID1/SelectedChoicesRecode", "EqualTo", "20")],
    [expr("QID1/SelectedChoicesRecode", "NotEqualTo", "20")],
    [expr("QID1/SelectedChoicesRecode", "Empty")],
]
SETS: list[Any] = [
    ([expr("QID1/SelectableChoice/1")],
     [("AndIf", [expr("QID7/SelectableChoice/1"), expr("QID7/SelectableChoice/2", join="Or")])]),
    ([expr("QID1/SelectableChoice/1")], [("ElseIf", [expr("QID2/SelectableChoice/1")])]),
    ([expr("QID1/SelectableChoice/1")],
     [("ElseIf", [expr("QID2/SelectableChoice/1")]), ("AndIf", [expr("QID7/SelectableChoice/2", "NotSelected")])]),
]  # fmt: skip


def mentioned(data: Any) -> list[str]:
    """The questions a rule speaks of."""
    return [qid for qid in KINDS if f"{qid}/" in str(data)]


@pytest.mark.parametrize(
    "tests", RULES, ids=lambda tests: " ".join(t["LeftOperand"][4:] + t["Operator"] for t in tests)
)
def test_a_display_rule_holds_for_the_same_answers(tests: list[Data]) -> None:
    asked = mentioned(tests)
    file = survey(*(KINDS[qid] for qid in asked), {**LAST, **shown_if(*tests)})
    made = imported(file)
    assert differences(file, made, asked) == []
    lines = [line for line in made.lines if line.kind == "rule"]
    assert len(lines) == 1 and lines[0].place == "QID9 / DisplayLogic" and lines[0].result != "lost"


@pytest.mark.parametrize(("tests", "sets"), SETS)
def test_sets_of_tests_are_joined_as_their_words_say(tests: list[Data], sets: Any) -> None:
    asked = mentioned([tests, sets])
    file = survey(*(KINDS[qid] for qid in asked), {**LAST, **shown_if(*tests, sets=sets)})
    assert differences(file, imported(file), asked) == []


@pytest.mark.parametrize("tests", [RULES[1], RULES[4], RULES[9], RULES[27], RULES[33]])
def test_a_rule_about_a_question_that_was_not_shown(tests: list[Data]) -> None:
    asked = mentioned(tests)
    hidden = [{**KINDS[qid], **shown_if(expr("QID7/SelectableChoice/1"))} for qid in asked if qid != "QID7"]
    file = survey(KINDS["QID7"], *hidden, {**LAST, **shown_if(*tests)})
    assert differences(file, imported(file), list(dict.fromkeys(["QID7", *asked]))) == []


@pytest.mark.parametrize("word", ["Displayed", "NotDisplayed"])
def test_whether_a_question_was_shown(word: str) -> None:
    first = {**KINDS["QID1"], **shown_if(expr("QID7/SelectableChoice/1"))}
    file = survey(KINDS["QID7"], first, {**LAST, **shown_if(expr("QID1/QuestionDisplayed", word))})
    assert differences(file, imported(file), ["QID7", "QID1"]) == []


def test_a_rule_about_what_is_asked_later_sees_no_answer() -> None:
    rule = shown_if(expr("QID7/SelectableChoice/1", "NotSelected"))
    file = survey({**KINDS["QID1"], **rule}, KINDS["QID7"], LAST)
    made = imported(file)
    assert differences(file, made, ["QID1", "QID7"]) == [] and not made.definition.questions[0].open_rules
    never = imported(survey({**KINDS["QID1"], **shown_if(expr("QID7/SelectableChoice/1"))}, KINDS["QID7"]))
    back = imported(survey({**KINDS["QID1"], **rule}, KINDS["QID7"], options={"BackButton": "true"}))
    live = {"DisplayLogic": {**rule["DisplayLogic"], "inPage": True}}
    page = imported(survey({**KINDS["QID1"], **live}, KINDS["QID7"], blocks=[block("1", "QID1", "QID7")]))
    assert [len(found.definition.questions[0].open_rules) for found in (never, back, page)] == [1, 1, 1]


UNSAYABLE: list[Any] = [
    [expr("QID3/ChoiceTextEntryValue", "Contains", "a")],
    [expr("QID3/ChoiceTextEntryValue", "MatchesRegex", "(a+)+$")],
    [expr("QID3/ChoiceTextEntryValue", "GreaterThan", "3")],
    [expr("QID4/ChoiceTextEntryValue", "EqualTo", "many")],
    [expr("QID1/SelectableChoice/77")],
    [expr("QID88/SelectableChoice/1")],
    [expr("QID1/SelectableChoice/1", "SomethingNew")],
    [expr("undefined/undefined")],
    [{**expr("x"), "LogicType": "GeoIP"}],
    [{**expr("x"), "LogicType": "Quota"}],
    [about("never_set", "EqualTo", "1")],
    [expr("QID3/ChoiceTextEntryValue", "EqualTo", "${e://Field/x}")],
    [expr("QID1/SelectableChoice/1"), expr("QID1/SelectableChoice/2")],
]


@pytest.mark.parametrize("tests", UNSAYABLE)
def test_a_rule_that_cannot_be_said_stays_as_words_and_stops_publishing(tests: list[Data]) -> None:
    made = imported(survey(KINDS["QID1"], KINDS["QID3"], KINDS["QID4"], {**LAST, **shown_if(*tests)}))
    last = made.definition.questions[-1]
    assert last.show_if is None and len(last.open_rules) == 1
    assert [line.result for line in made.lines if line.kind == "rule"] == ["lost"]


def test_capitals_of_typed_words_are_told() -> None:
    made = imported(survey(KINDS["QID3"], {**LAST, **shown_if(expr("QID3/ChoiceTextEntryValue", "EqualTo", "Yes"))}))
    assert [(line.result, line.code) for line in made.lines if line.kind == "rule"] == [("changed", "case_ignored")]


@pytest.mark.parametrize(
    "kind", [{}, {"Selector": "DL"}, {"Selector": "MAVR"}, {"QuestionType": "RO", "Selector": "DND"}]
)
def test_a_rule_of_one_choice_is_its_own_and_the_page_is_broken_before_it(kind: dict[str, Any]) -> None:
    choices = {"1": {"Display": "A"}, "2": {"Display": "B", **shown_if(FIRST)}}
    made = imported(survey(KINDS["QID1"], {**LAST, "Choices": choices, **kind}))
    question: Any = made.definition.questions[-1]
    assert [choice.show_if for choice in question.choices] == [None, {"q1": {"is": "1"}}] and not question.open_rules
    assert made.definition.page_of[question.name] == 1 and review(made.definition) == []
    assert [line.result for line in made.lines if line.kind == "rule"] == ["kept"]


def test_a_rule_of_one_choice_that_cannot_be_said_waits_for_a_person() -> None:
    choices = {"1": {"Display": "A"}, "2": {"Display": "B", **shown_if({**FIRST, "LeftOperand": "q://QID77/x"})}}
    made = imported(survey(KINDS["QID1"], {**LAST, "Choices": choices}))
    assert len(made.definition.questions[-1].open_rules) == 1


def test_data_of_contacts_are_empty_here() -> None:
    """`m://FirstName` comes from a list of contacts; nobody in ours has one."""
    panel = {**expr("x"), "LogicType": "PanelData", "LeftOperand": "m://FirstName"}
    for operator, holds in (("Empty", True), ("NotEmpty", False), ("NotEqualTo", True), ("EqualTo", False)):
        test = {**panel, "Operator": operator, "RightOperand": "Li"}
        choices = {"1": {"Display": "A"}, "2": {"Display": "B", **shown_if(test)}}
        made = imported(survey(KINDS["QID1"], {**LAST, "Choices": choices}))
        left = narrowed(made.definition, made.definition.questions[-1], {"q1": "1"}, {})
        assert [choice.code for choice in left.choices] == (["1", "2"] if holds else ["1"])  # type: ignore[union-attr]
        told = [(line.result, line.code) for line in made.lines if line.kind == "rule"]
        assert told == [("changed", "rule_elsewhere")]


def test_what_cannot_be_said_does_not_matter_where_the_rest_decides() -> None:
    device = {**expr("x", join="Or"), "LogicType": "DeviceType"}
    shown = expr("QID1/QuestionDisplayed", "Displayed")
    made = imported(survey(KINDS["QID1"], {**LAST, **shown_if(shown, device)}))
    assert [(line.result, line.code) for line in made.lines if line.kind == "rule"] == [("changed", "rule_always")]
    both = imported(survey(KINDS["QID1"], {**LAST, **shown_if(FIRST, device)}))
    assert [line.result for line in both.lines if line.kind == "rule"] == ["lost"]
