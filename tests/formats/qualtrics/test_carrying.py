"""Choices carried forward: what is offered for every answer to the question they come from, computed here by hand."""

from typing import Any

import pytest

from survey_app.questionnaire.offering import narrowed
from survey_app.questionnaire.review import review
from tests.formats.qualtrics.making import (
    Data,
    displays,
    expr,
    grid,
    imported,
    many,
    one,
    question,
    shown_if,
    survey,
)


def carried(which: str, **more: Any) -> Data:
    """The keys of a question that takes its choices from QID1."""
    locator = {"Locator": f"q://QID1/ChoiceGroup/{which}", "Type": "Dynamic", "DynamicType": "ChoiceGroup"}
    return {"Choices": {}, "ChoiceOrder": [], "DynamicChoices": locator, **more}


def offered(made: Any, name: str, parts: str, answers: Data, texts: Data | None = None) -> list[str]:
    """The codes a question offers; nothing when it is not asked."""
    left = narrowed(made.definition, made.definition.by_name[name], answers, texts or {})
    return [part.code for part in getattr(left, parts)] if left else []


MODES: dict[str, Any] = {
    "SelectedChoices": lambda taken: taken,
    "UnselectedChoices": lambda taken: {"1", "2", "3"} - taken,
    "AllChoices": lambda taken: {"1", "2", "3"},
    "DisplayedChoices": lambda taken: {"1", "2", "3"},
}
TARGETS = [
    (one("QID2"), "choices"),
    (many("QID2"), "choices"),
    (question("QID2", "MC", "DL"), "choices"),
    (question("QID2", "RO", "DND"), "choices"),
    (grid("QID2", "", ["Bad", "Good"]), "rows"),
    (grid("QID2", "", ["Bad", "Good"], "MultipleAnswer"), "rows"),
    (question("QID2", "Matrix", "TE", "Short", Answers=displays("Why")), "rows"),
    (question("QID2", "TE", "FORM"), "fields"),
    (question("QID2", "PGR", "DragAndDrop", Groups=["Yes", "No"]), "rows"),
    (
        question("QID2", "CS", "VRTL", Validation={"Settings": {"Type": "ChoicesTotal", "ChoiceTotal": "100"}}),
        "items",
    ),
    (question("QID2", "Slider", "STAR", Configuration={"StarCount": 5}), "rows"),
]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("target", "parts"), TARGETS, ids=lambda value: str(value)[:0] or None)
def test_the_same_choices_are_offered(mode: str, target: Data, parts: str) -> None:
    made = imported(survey(many("QID1"), {**target, **carried(mode)}))
    for taken in (set(), {"1"}, {"2", "3"}, {"1", "2", "3"}):
        answers = {"q1": sorted(taken)} if taken else {}
        assert offered(made, "q2", parts, answers) == [f"x{code}" for code in sorted(MODES[mode](taken))]
    told = [(line.kind, line.result) for line in made.lines if line.place == "QID2 / DynamicChoices"]
    assert told == [("rule" if mode.endswith("electedChoices") else "setting", "kept")]
    assert not made.definition.by_name["q2"].open_rules and review(made.definition) == []


def test_items_of_a_slider_are_questions_shown_for_the_same_choices() -> None:
    made = imported(survey(many("QID1"), question("QID2", "Slider", "HSLIDER", **carried("SelectedChoices"))))
    rules = {q.name: q.show_if for q in made.definition.questions if q.type == "slider"}
    assert rules == {f"q2_x{code}": {"q1": {"includes": code}} for code in "123"}


def test_what_was_displayed_follows_the_rules_of_the_choices() -> None:
    choices = displays("A", "B")
    choices["2"] |= shown_if(expr("QID9/SelectableChoice/1"))
    source = many("QID1", Choices=choices)
    for mode, yes, no in (("DisplayedChoices", ["x1", "x2"], ["x1"]), ("NotDisplayedChoices", [], ["x2"])):
        made = imported(survey(one("QID9"), source, {**one("QID2"), **carried(mode)}))
        assert offered(made, "q2", "choices", {"q9": "1"}) == yes
        assert offered(made, "q2", "choices", {"q9": "2"}) == no


def test_rows_of_a_matrix_are_carried_when_they_were_answered() -> None:
    for mode, expected in (
        ("SelectedChoices", ["x1"]),
        ("UnselectedChoices", ["x2"]),
        ("SelectedChoicesForAnswer/2", ["x1"]),
        ("UnselectedChoicesForAnswer/2", ["x2"]),
        ("SelectedChoicesForAnswer/1", []),
    ):
        made = imported(survey(grid("QID1", "ab", ["Bad", "Good"]), {**one("QID2"), **carried(mode)}))
        assert offered(made, "q2", "choices", {"q1_1": "2"}) == expected


def test_choices_with_words_are_carried_when_something_was_typed() -> None:
    choices = {"1": {"Display": "A"}, "2": {"Display": "Other", "TextEntry": "true"}}
    made = imported(survey(many("QID1", Choices=choices), {**one("QID2"), **carried("SelectedChoicesTextEntry")}))
    assert offered(made, "q2", "choices", {"q1": ["2"]}) == []
    assert offered(made, "q2", "choices", {"q1": ["2"]}, {"q1_other": "me"}) == ["x2"]
    carried_choice: Any = made.definition.by_name["q2"]
    assert not any(choice.other for choice in carried_choice.choices)


def test_own_choices_stay_beside_and_a_carried_list_is_carried_on() -> None:
    second = {**many("QID2"), **carried("SelectedChoices"), "Choices": {"4": {"Display": "None of these"}}}
    third = {**one("QID3"), **carried("SelectedChoices")}
    third["DynamicChoices"] = {**third["DynamicChoices"], "Locator": "q://QID2/ChoiceGroup/SelectedChoices"}
    made = imported(survey(many("QID1"), second, third))
    assert offered(made, "q2", "choices", {"q1": ["1"]}) == ["4", "x1"]
    assert offered(made, "q3", "choices", {"q1": ["1"], "q2": ["4", "x1"]}) == ["x4", "xx1"]
    assert made.definition.by_name["q3"].choices[-1].text == {"en": "Blue"}  # type: ignore[attr-defined]


def test_words_of_carried_choices_come_in_all_languages() -> None:
    source = many("QID1", "Red", Language={"DE": {"Choices": {"1": {"Display": "Rot"}}}})
    made = imported(survey(source, {**one("QID2"), **carried("SelectedChoices")}))
    assert made.definition.by_name["q2"].choices[0].text == {"en": "Red", "de": "Rot"}  # type: ignore[attr-defined]


def test_what_cannot_be_said_waits_for_a_person() -> None:
    unknown = imported(survey(many("QID1"), {**one("QID2"), **carried("ActiveSelections")}))
    later = imported(survey({**one("QID2"), **carried("SelectedChoices")}, many("QID1")))
    for made in (unknown, later):
        question: Any = made.definition.by_name["q2"]
        assert [choice.code for choice in question.choices] == ["x1", "x2", "x3"] and len(question.open_rules) == 1


@pytest.mark.parametrize("mode", ["SelectedAnswers", "UnselectedAnswers", "AllAnswers"])
def test_columns_are_carried_from_a_matrix(mode: str) -> None:
    locator = {"Locator": f"q://QID1/AnswerGroup/{mode}", "Type": "Dynamic", "DynamicType": "AnswerGroup"}
    target = {**grid("QID2", "ab", []), "Answers": [], "AnswerOrder": [], "DynamicAnswers": locator}
    made = imported(survey(grid("QID1", "ab", ["Bad", "So-so", "Good"]), target))
    for first, second in (("1", None), ("2", "3"), (None, None)):
        answers = {key: code for key, code in (("q1_1", first), ("q1_2", second)) if code}
        taken = {code for code in (first, second) if code}
        wanted = {"SelectedAnswers": taken, "UnselectedAnswers": set("123") - taken, "AllAnswers": set("123")}[mode]
        assert offered(made, "q2", "choices", answers) == [f"x{code}" for code in sorted(wanted)]
    assert [choice.text["en"] for choice in made.definition.by_name["q2"].choices] == ["Bad", "So-so", "Good"]  # type: ignore[attr-defined]
