"""What is seldom in a .qsf: elements without a kind, half-written rules, rare types."""

from typing import Any

import pytest

from tests.formats.qualtrics.comparing import KINDS, LAST, differences
from tests.formats.qualtrics.making import (
    block,
    displays,
    expr,
    grid,
    imported,
    logic,
    made_of,
    one,
    question,
    settings,
    shown_if,
    step,
    survey,
)

FIRST, SECOND = expr("QID1/SelectableChoice/1"), expr("QID1/SelectableChoice/2")


def test_elements_without_a_kind_are_known_by_their_form() -> None:
    parts = [block("1", "QID2"), block("2", "QID1"), {"Type": "Root", "Flow": [step("2"), step("1")]}]
    made = imported({"SurveyElements": [*parts, {"Payload": one("QID1")}, {"Payload": one("QID2")}]})
    assert [q.name for q in made.definition.questions] == ["q1", "q2"] and made.source.groups == 2
    assert [page.name for page in made.definition.pages] == ["block_2", "block_1"]


def test_tests_of_a_rule_follow_their_numbers() -> None:
    second = {**FIRST, "Conjuction": "Or"}
    rule = {"0": {"1": second, "0": SECOND, "Type": "If"}, "Type": "BooleanExpression"}
    file = survey(KINDS["QID1"], {**LAST, "DisplayLogic": rule})
    assert made_of(file, "q9")["show_if"] == {"any": [{"q1": {"is": "2"}}, {"q1": {"is": "1"}}]}


@pytest.mark.parametrize(
    "test",
    [
        {**FIRST, "_HiddenExpression": True},
        expr("QID4/ChoiceTextEntryValue", "EqualTo", "", Description='<span class="Error">Invalid Logic</span>'),
    ],
)
def test_a_test_that_its_authors_left_unfinished_waits_for_a_person(test: Any) -> None:
    made = imported(survey(KINDS["QID1"], KINDS["QID4"], {**LAST, **shown_if(test)}))
    assert made.definition.questions[-1].show_if is None and made.definition.questions[-1].open_rules


def test_an_empty_value_is_one_where_the_editor_does_not_complain() -> None:
    file = survey(KINDS["QID4"], {**LAST, **shown_if(expr("QID4/ChoiceTextEntryValue", "NotEqualTo", ""))})
    assert differences(file, imported(file), ["QID4"]) == []


def test_how_many_columns_were_chosen_in_a_row() -> None:
    made = imported(survey(KINDS["QID6"], {**LAST, **shown_if(expr("QID6/SelectedAnswerCount/1", "LessThan", "2"))}))
    rule = {"any": [{"q6_1": {"count": {"less_than": 2}}}, {"q6_1": {"answered": False}}]}
    assert made.definition.questions[-1].show_if == rule


def test_a_quota_of_everybody_counts_everybody() -> None:
    everybody = logic(expr("QID1/QuestionDisplayed", "Displayed"))
    payload = {"ID": "QO_1", "Name": "All", "Occurrences": 50, "QuotaAction": "EndCurrentSurvey", "Logic": everybody}
    made = imported(survey(KINDS["QID1"], others=[{"Element": "QO", "Payload": payload}]))
    rule = {"any": [{"q1": {"answered": True}}, {"q1": {"answered": False}}]}
    assert [(quota.when, quota.limit) for quota in made.definition.quotas] == [(rule, 50)]


def test_a_randomizer_of_one_part_changes_nothing() -> None:
    flow = [{"Type": "BlockRandomizer", "FlowID": "FL_r", "SubSet": 1, "Flow": [step("1")]}]
    made = imported(survey(KINDS["QID1"], blocks=[block("1", "QID1")], flow=flow))
    assert [line.result for line in made.lines if line.place == "FL_r"] == ["kept"]


# --- rare types ---------------------------------------------------------------------------------------------------------
def test_regions_of_a_picture_are_choices_or_rows() -> None:
    regions: Any = {"Choices": displays("Left", "Right"), "GraphicID": "IM_1"}
    clicked = made_of(survey(question("QID1", "HotSpot", "OnOff", **regions)), "q1")
    assert clicked["type"] == "multiple_choice" and len(clicked["choices"]) == 2
    liked = survey(question("QID1", "HotSpot", "LikeDislike", **regions, Answers=displays("No", "Yes")))
    assert made_of(liked, "q1")["type"] == "matrix"
    assert ("setting", "lost", "media") in [(line.kind, line.result, line.code) for line in imported(liked).lines]


def test_words_of_what_has_no_equal_are_kept() -> None:
    passage: Any = {
        "HighlightText": "Some words",
        "Choices": displays("1: Some", "2: words"),
        "Answers": displays("Good"),
    }
    note = made_of(survey(question("QID1", "HL", "Text", **passage)), "q1")
    assert note["type"] == "note" and note["hint"] == {"en": "Some words · Good"}
    tree = made_of(survey(question("QID1", "TreeSelect", Choices=displays("A", "B"))), "q1")
    assert tree["hint"] == {"en": "A · B"}


def test_a_scale_of_numbers_ends_where_its_points_do() -> None:
    scale = question("QID1", "Slider", "NumberScale", Choices=displays("A"), Configuration={"NumScalePoints": 11})
    made = made_of(survey(scale), "q1")
    assert (made["min"], made["max"], made["step"]) == (0, 10, 1)


def test_bars_of_a_sum_have_ends() -> None:
    bars = question(
        "QID1", "CS", "HBAR", Choices=displays("A", "B"), Configuration={"CSSliderMin": 0, "CSSliderMax": 50}
    )
    made = made_of(survey(bars), "q1_2")
    assert (made["min"], made["max"]) == (0, 50)


def test_a_day_of_a_calendar_is_a_date() -> None:
    assert made_of(survey(question("QID1", "TE", "CalendarSingle")), "q1")["type"] == "date"


def test_a_matrix_of_one_column_needs_no_second() -> None:
    assert made_of(survey(grid("QID1", ["a", "b"], ["done"])), "q1")["type"] == "matrix_multiple"


def test_the_content_may_stand_where_the_kind_of_a_check_belongs() -> None:
    typed = question("QID1", "TE", "SL", **settings(ForceResponse="OFF", Type="ValidNumber", SubType="ValidNumber"))
    made = imported(survey(typed))
    assert made.definition.questions[0].type == "number"
    assert [line.result for line in made.lines if line.kind == "validation"] == ["kept"]


def test_the_words_on_the_buttons_of_a_block_are_told() -> None:
    made = imported(survey(one("QID1"), blocks=[block("1", "QID1", NextButton="Submit", PreviousButton="")]))
    assert [(line.source, line.result) for line in made.lines if "Button" in line.place] == [("Submit", "changed")]


def test_texts_put_together_of_several_are_cut_where_they_become_too_long() -> None:
    passage = {"HighlightText": "w " * 4_999, "Answers": displays("x" * 400)}
    made = imported(
        survey(question("QID1", "HL", "Text", **passage), options={"Header": "h" * 9_999, "Footer": "f" * 9_999})
    )
    assert len(made.data["pages"][0]["questions"][0]["hint"]["en"]) == len(made.data["intro"]["en"]) == 10_000
    assert [line.code for line in made.lines].count("too_long_text") == 2


def test_a_note_leaves_its_name_to_the_question_with_the_same_tag() -> None:
    tagged = [{**question(qid, "DB", "TB"), "DataExportTag": tag} for qid, tag in (("QID1", "Q8"), ("QID2", "Q9"))]
    thrown = {**one("QID4"), "DataExportTag": "Q9"}
    trash = block("t", "QID4", type="Trash")
    blocks = [block("1", "QID1", "QID2", "QID3"), trash]
    made = imported(survey(*tagged, {**one("QID3"), "DataExportTag": "Q8"}, thrown, blocks=blocks))
    assert [q.name for q in made.definition.questions] == ["q8_note", "q9", "q8"]


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("A ${q://QID1/ChoiceGroup/SelectedChoices} B", "A {{q1}} B"),
        ("${q://QID1/ChoiceGroup/SelectedChoicesTextEntry}", "{{q1_other}}"),
        ("In all $e{ ${e://Field/a} + q://QID1/x * 2 } yuan", "In all […] yuan"),
        ("${price} and $e", "${price} and $e"),
    ],
)
def test_answers_in_texts(given: str, shown: str) -> None:
    choices = {**displays("Yes", "No"), "3": {"Display": "Other", "TextEntry": "true"}}
    made = imported(survey(one("QID1", Choices=choices), one("QID2", QuestionText=given)))
    assert made.definition.questions[-1].text == {"en": shown}
    assert ("pipe_lost" in [line.code for line in made.lines]) == ("…" in shown)


def test_what_holds_nothing_of_the_questionnaire_is_not_in_the_report() -> None:
    empty, full = (
        {"Element": "QG", "Payload": {"ID": name, "Quotas": quotas}} for name, quotas in (("1", []), ("2", ["Q"]))
    )
    others = [empty, {"Element": "PL", "Payload": {"PreviewID": "x"}}, {"Element": "QGO", "Payload": ["1"]}]
    assert [line for line in imported(survey(one("QID1"), others=others)).lines if line.code == "no_equal"] == []
    assert [line.place for line in imported(survey(one("QID1"), others=[full])).lines if line.code == "no_equal"] == [
        "QG"
    ]


def test_a_question_without_an_id_and_an_id_without_a_question_are_told() -> None:
    nameless = {key: value for key, value in one("QID2").items() if key != "QuestionID"}
    file = survey(one("QID1"), blocks=[block("1", "QID1", "QID9")], others=[{"Element": "SQ", "Payload": nameless}])
    made = imported(file)
    assert made.source.questions == 2 and [q.name for q in made.definition.questions] == ["q1"]
    told = [(line.kind, line.result) for line in made.lines if line.place in ("Q2", "BL_1 / QID9")]
    assert told == [("setting", "lost"), ("setting", "lost")]


@pytest.mark.parametrize("sub", ["SingleAnswer", "MultipleAnswer"])
def test_what_is_typed_beside_a_row_of_side_by_side_columns_is_asked_once(sub: str) -> None:
    rows = {"1": {"Display": "Tea"}, "2": {"Display": "Other", "TextEntry": "true"}}
    columns = {n: {**grid(f"QID1#{n}", ["a", "b"], ["x", "y"], sub), "Choices": rows} for n in ("1", "2")}
    made = imported(survey(question("QID1", "SBS", "SBSMatrix", Choices=rows, AdditionalQuestions=columns)))
    texts = [q.name for q in made.definition.questions if q.type == "short_text"]
    assert texts == (["q1_2_text"] if sub == "SingleAnswer" else ["q1_1_2_text"])
