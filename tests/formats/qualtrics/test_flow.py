"""Jumps, branches, ends, fields, loops and quotas show the same questions here as in Qualtrics."""

from typing import Any

import pytest

from survey_app.questionnaire import routing
from tests.formats.qualtrics.comparing import KINDS, LAST, differences
from tests.formats.qualtrics.making import (
    BREAK,
    END,
    Data,
    about,
    block,
    branch,
    element,
    expr,
    imported,
    logic,
    question,
    shown_if,
    step,
    survey,
)
from tests.formats.qualtrics.walking import Walk, every_answer

# --- jumps --------------------------------------------------------------------------------------------------------------
JUMPS: list[Any] = [
    [("QID1/SelectableChoice/1", "Selected", "ENDOFBLOCK")],
    [("QID1/SelectableChoice/1", "Selected", "ENDOFSURVEY")],
    [("QID1/SelectableChoice/1", "Selected", "QID4")],
    [("QID1/SelectableChoice/1", "NotSelected", "QID4")],
    [("QID1/SelectableChoice/1", "Selected", "QID4"), ("QID1/SelectableChoice/2", "Selected", "ENDOFBLOCK"),
     ("QID1/SelectableChoice/3", "Selected", "ENDOFSURVEY")],
    [("QID1/SelectableChoice/1", "NotSelected", "QID4"), ("QID1/SelectableChoice/2", "Selected", "ENDOFSURVEY")],
    [("QID1/SelectableChoice/1", "NotSelected", "ENDOFSURVEY"), ("QID1/SelectableChoice/1", "Selected", "QID4")],
    [("QID1/SelectableChoice/1", "NotSelected", "ENDOFSURVEY"), ("QID1/SelectableChoice/2", "NotSelected", "QID4")],
]  # fmt: skip


@pytest.mark.parametrize("skips", JUMPS)
@pytest.mark.parametrize("hidden", [False, True])
def test_a_jump_passes_over_the_same_questions(skips: Any, hidden: bool) -> None:
    first = {**KINDS["QID1"], **(shown_if(expr("QID7/SelectableChoice/1")) if hidden else {})}
    blocks = [
        block("1", "QID7", element("QID1", *skips), "QID2", BREAK, "QID3", "QID4"),
        block("2", {"Type": "Question", "QuestionID": "QID9"}),
    ]
    file = survey(KINDS["QID7"], first, KINDS["QID2"], KINDS["QID3"], KINDS["QID4"], LAST, blocks=blocks)
    made = imported(file)
    assert differences(file, made, ["QID7", "QID1"]) == []
    assert len([line for line in made.lines if "SkipLogic" in line.place and line.result != "lost"]) == len(skips)


def test_jumps_over_jumps() -> None:
    blocks = [
        block(
            "1",
            element("QID7", ("QID7/SelectableChoice/1", "Selected", "QID3")),
            element("QID1", ("QID1/SelectableChoice/1", "NotSelected", "ENDOFBLOCK")),
            "QID2",
            element("QID3", ("QID3/ChoiceTextEntryValue", "Empty", "ENDOFSURVEY")),
            "QID4",
        ),
        block("2", "QID9"),
    ]
    file = survey(*(KINDS[q] for q in ("QID7", "QID1", "QID2", "QID3", "QID4")), LAST, blocks=blocks)
    assert differences(file, imported(file), ["QID7", "QID1", "QID3"]) == []


# --- flow ---------------------------------------------------------------------------------------------------------------
YES, NO = expr("QID7/SelectableChoice/1"), expr("QID7/SelectableChoice/2")
FIRST = expr("QID1/SelectableChoice/1")


def setting(**values: str) -> Data:
    """An element of the flow that sets fields."""
    made = [{"Field": key, "Value": value, "Type": "Custom", "Description": key} for key, value in values.items()]
    return {"Type": "EmbeddedData", "FlowID": "FL_set", "EmbeddedData": made}


FLOWS: list[Any] = [
    [step("7"), branch(YES, flow=[step("1")]), step("9")],
    [step("7"), step("1"), branch(YES, flow=[step("2"), branch(FIRST, flow=[step("3")])]), step("9")],
    [step("7"), branch(YES, flow=[END]), step("1"), step("9")],
    [step("7"), step("1"), branch(YES, flow=[step("2"), END]), step("9")],
    [step("7"), branch(YES, flow=[step("1"), branch(FIRST, flow=[END]), step("2")]), step("9")],
    [step("7"), branch(YES, flow=[step("1")]), branch(NO, flow=[END]), step("2"), step("9")],
    [step("7"), branch(YES, flow=[step("1")]), branch(expr("QID1/SelectableChoice/1", "NotSelected"), flow=[END]), step("9")],
    [{"Type": "Group", "FlowID": "FL_g", "Flow": [step("7"), step("1")]}, branch(YES, {**FIRST, "Conjuction": "And"}, flow=[END]),
     step("9")],
    [step("7"), branch(YES, flow=[setting(arm="A")]), branch(NO, flow=[setting(arm="B")]),
     branch(about("arm", "EqualTo", "A"), flow=[step("1")]), branch(about("arm", "NotEqualTo", "A"), flow=[step("2")]),
     branch(about("arm", "Empty"), flow=[step("3")]), step("9")],
    [setting(arm="0"), step("7"), branch(YES, flow=[setting(arm="5")]),
     branch(about("arm", "GreaterThan", "2"), flow=[step("1")]), branch(about("arm", "LessThan", "2"), flow=[step("2")]),
     step("9")],
    [setting(arm="B"), step("7"), branch(YES, flow=[setting(arm="A")]),
     branch(about("arm", "EqualTo", "B"), flow=[step("1"), END]), step("9")],
    [step("7"), branch(YES, flow=[step("1")]), branch(expr("QID1/QuestionDisplayed", "NotDisplayed"), flow=[step("2")]),
     step("9")],
]  # fmt: skip


@pytest.mark.parametrize("flow", FLOWS, ids=range(len(FLOWS)))
def test_the_flow_shows_the_same_questions(flow: list[Data]) -> None:
    blocks = [block(n, f"QID{n}") for n in ("7", "1", "2", "3", "9")]
    file = survey(*(KINDS[q] for q in ("QID7", "QID1", "QID2", "QID3")), LAST, blocks=blocks, flow=flow)
    made = imported(file)
    assert differences(file, made, ["QID7", "QID1"]) == []
    assert not [line for line in made.lines if line.kind == "rule" and line.result == "lost"]


LOOPS: list[Any] = [
    {"Static": {"1": {"1": "apples"}, "2": {"1": "pears"}}},
    *(
        {"QID": "QID2", "Locator": f"q://QID2/ChoiceGroup/{which}", "Static": {"1": [], "2": [], "3": []}}
        for which in ("SelectedChoices", "UnselectedChoices", "DisplayedChoices", "AllChoices")
    ),
    {
        "QID": "QID4",
        "Locator": "q://QID4/LoopAndMerge/MergeOnNumericResponse?v=3",
        "Static": {"1": [], "2": [], "3": []},
    },
]


@pytest.mark.parametrize("options", LOOPS)
def test_a_small_loop_asks_every_round(options: Data) -> None:
    inside = {**KINDS["QID3"], "QuestionText": "About ${lm://Field/1}", **shown_if(expr("QID7/SelectableChoice/1"))}
    looped = block("2", "QID7", "QID3", Looping="Static", LoopingOptions=options)
    file = survey(
        KINDS["QID2"],
        KINDS["QID4"],
        KINDS["QID7"],
        inside,
        LAST,
        blocks=[block("1", "QID2", "QID4"), looped, block("3", "QID9")],
    )
    made = imported(file)
    rounds = ["1", "2", "3"][: len(options["Static"])]
    for answers in every_answer(
        {"QID2": [set(), {"1", "3"}], "QID4": ["", 2], **{f"{n}_QID7": ["1", "2", None] for n in rounds}}
    ):
        kept = {f"q7_{n}": answers[f"{n}_QID7"] for n in rounds if answers[f"{n}_QID7"]}
        kept |= {"q2": sorted(answers["QID2"]), **({"q4": 2} if answers["QID4"] else {})}
        here = routing.path(made.definition, kept).questions
        there = [f"{q.split('_')[1]}_{q.split('_')[0]}" if "_" in q else q for q in Walk(file, answers).shown]
        assert sorted(here) == sorted(q.replace("QID", "q") for q in there)
    texts = [q.text["en"] for q in made.definition.questions if q.name.startswith("q3_")]
    assert texts[0] in ("About apples", "About Red", "About …")


def test_a_loop_that_cannot_be_written_out_waits_for_a_person() -> None:
    looped = block("1", "QID1", Looping="Static", LoopingOptions={"Static": {str(n): {} for n in range(50)}})
    made = imported(survey(KINDS["QID1"], blocks=[looped]))
    assert len(made.definition.questions[0].open_rules) == 1


def test_a_field_that_holds_an_answer_is_that_answer() -> None:
    asked = shown_if(about("age", "GreaterThan", "3"))
    flow = [step("1"), setting(age="${q://QID4/ChoiceTextEntryValue}"), step("2")]
    last = {**LAST, **asked, "QuestionText": "You are ${e://Field/age}"}
    file = survey(KINDS["QID4"], last, blocks=[block("1", "QID4"), block("2", "QID9")], flow=flow)
    question = imported(file).definition.questions[-1]
    assert question.show_if == {"q4": {"more_than": 3}} and question.text == {"en": "You are {{q4}}"}


def test_a_value_from_the_link_is_declared_with_what_rules_compare_it_to() -> None:
    link = {"Type": "EmbeddedData", "FlowID": "FL_l", "EmbeddedData": [{"Field": "Arm", "Type": "Recipient"}]}
    rule = shown_if(about("Arm", "EqualTo", "Red"), about("Arm", "EqualTo", "Blue", join="Or"))
    other = {**KINDS["QID1"], **shown_if(about("Arm", "NotEqualTo", "Red"))}
    file = survey(other, {**LAST, **rule}, flow=[link, {"Type": "Block", "ID": "BL_1"}])
    made = imported(file)
    for value, code in (("Red", "red"), ("Blue", "blue"), ("", None)):
        path = routing.path(made.definition, {"arm": code} if code else {})
        shown = [name for name in path.questions if name != "arm"]
        assert shown == [qid.replace("QID", "q") for qid in Walk(file, {}, {"Arm": value} if value else {}).shown]


def test_random_arms_and_unknown_branches_wait_for_a_person() -> None:
    random = {"Type": "BlockRandomizer", "FlowID": "FL_r", "SubSet": 1, "Flow": [step("1"), step("2")]}
    unknown = {
        "Type": "Branch",
        "FlowID": "FL_b",
        "BranchLogic": logic({**expr("x"), "LogicType": "DeviceType"}),
        "Flow": [step("9")],
    }
    blocks = [block(n, f"QID{n}") for n in ("1", "2", "9")]
    made = imported(survey(KINDS["QID1"], KINDS["QID2"], LAST, blocks=blocks, flow=[random, unknown]))
    assert [len(q.open_rules) for q in made.definition.questions] == [1, 1, 1]


def test_blocks_in_random_order_are_pages_in_random_order() -> None:
    random = {"Type": "BlockRandomizer", "FlowID": "FL_r", "SubSet": 2, "Flow": [step("1"), step("2")]}
    blocks = [block(n, f"QID{n}") for n in ("1", "2")]
    made = imported(survey(KINDS["QID1"], KINDS["QID2"], blocks=blocks, flow=[random]))
    assert made.definition.random_pages == (("block_1", "block_2"),)
    inside = [block("1", "QID1", BREAK, "QID2", RandomizeQuestions="RandomizeAll")]
    pages = imported(survey(KINDS["QID1"], KINDS["QID2"], blocks=inside)).definition.pages
    assert len(pages) == 1 and pages[0].random_order


def test_an_end_after_pages_in_random_order_waits_for_all_of_them() -> None:
    random = {"Type": "BlockRandomizer", "FlowID": "FL_r", "Flow": [step("1"), step("2")]}
    blocks = [block(n, f"QID{n}") for n in ("7", "1", "2", "9")]
    flow = [step("7"), random, branch(YES, flow=[END]), step("9")]
    file = survey(*(KINDS[q] for q in ("QID7", "QID1", "QID2")), LAST, blocks=blocks, flow=flow)
    made = imported(file)
    assert differences(file, made, ["QID7", "QID1"]) == []
    assert [page.end_if for page in made.definition.pages] == [None] * 4


def test_quotas_turn_away_who_fits_them() -> None:
    payload = {
        "ID": "QO_1",
        "Name": "Young",
        "Occurrences": 50,
        "QuotaAction": "EndCurrentSurvey",
        "Logic": logic(FIRST),
    }
    counted = {**payload, "ID": "QO_2", "Name": "Other", "QuotaAction": "ForBranching"}
    others = [{"Element": "QO", "PrimaryAttribute": "QO_1", "Payload": item} for item in (payload, counted)]
    made = imported(survey(KINDS["QID1"], others=others))
    assert [(q.name, q.when, q.limit) for q in made.definition.quotas] == [("young", {"q1": {"is": "1"}}, 50)]
    assert sorted(line.result for line in made.lines if line.kind == "quota") == ["kept", "lost"]


def test_a_slider_and_a_sum_can_be_compared() -> None:
    sliders = question("QID1", "Slider", "HSLIDER", Choices={"1": {"Display": "A"}, "2": {"Display": "B"}})
    made = imported(survey(sliders, {**LAST, **shown_if(expr("QID1/ChoiceNumericEntryValue/2", "GreaterThan", "50"))}))
    assert made.definition.questions[-1].show_if == {"q1_2": {"more_than": 50}}


def looped(text: str = "", rule: Data | None = None, **options: Any) -> Any:
    """The questions of a loop of three rounds."""
    inside = {**KINDS["QID3"], "QuestionText": text, **(shown_if(rule) if rule else {})}
    rounds = {"Static": {str(n): {"1": "x"} for n in (1, 2, 3)}, **options}
    blocks = [block("1", "QID7", "QID3", Looping="Static", LoopingOptions=rounds)]
    return imported(survey(KINDS["QID7"], inside, blocks=blocks)).definition.questions


def test_rounds_know_their_number_unless_their_order_is_random() -> None:
    assert [q.text["en"] for q in looped("Round ${lm://CurrentLoopNumber}")][1::2] == ["Round 1", "Round 2", "Round 3"]
    random = looped("Round ${lm://CurrentLoopNumber}", Randomization="All")
    assert {q.text["en"] for q in random[1::2]} == {"Round [CurrentLoopNumber]"}


def test_a_random_few_of_the_rounds_wait_for_a_person() -> None:
    few = looped(Randomization="Subset", TotalRandSubset="2")
    assert [len(question.open_rules) for question in few] == [1, 0, 0, 0, 0, 0]


def test_a_rule_about_all_rounds_is_not_one_about_this_round() -> None:
    rule = {**YES, "QuestionIsInLoop": "yes"}
    current = looped(rule={**rule, "LoopAndMergeLoops": "current"})
    assert [q.show_if for q in current[1::2]] == [{f"q7_{n}": {"is": "1"}} for n in (1, 2, 3)]
    assert all(q.open_rules for q in looped(rule={**rule, "LoopAndMergeLoops": "all,any"})[1::2])


@pytest.mark.parametrize("word", ["EqualTo", "NotEqualTo"])
def test_a_field_that_holds_the_words_of_a_choice_is_that_choice(word: str) -> None:
    flow = [step("1"), setting(told="${q://QID1/ChoiceGroup/SelectedChoices}"), step("2")]
    blocks = [block("1", "QID1"), block("2", "QID9")]
    found = [
        imported(
            survey(
                {**KINDS["QID1"], **more}, {**LAST, **shown_if(about("told", word, right))}, blocks=blocks, flow=flow
            )
        ).definition.questions[-1]
        for right, more in (("Yes", {}), ("Perhaps", {}), ("Yes", {"Language": {"DE": {"QuestionText": "Frage"}}}))
    ]
    is_it = {"q1": {"is": "1"}}
    assert [q.show_if for q in found] == [is_it if word == "EqualTo" else {"not": is_it}, None, None]
    assert [len(q.open_rules) for q in found] == [0, 1, 1]
