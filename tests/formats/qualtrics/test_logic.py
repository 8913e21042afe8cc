"""Rules hold for the same answers here as in Qualtrics: both ways are walked for every combination of answers."""

from collections.abc import Sequence
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.questionnaire import routing
from tests.formats.qualtrics.making import (
    BREAK,
    END,
    Data,
    about,
    amount,
    block,
    branch,
    element,
    expr,
    grid,
    imported,
    line,
    logic,
    many,
    one,
    question,
    shown_if,
    step,
    survey,
)
from tests.formats.qualtrics.walking import Answers, Walk, every_answer

ANSWERS: dict[str, list[Any]] = {
    "QID1": ["1", "2", "3", None],
    "QID2": [set(), {"1"}, {"2"}, {"1", "3"}, {"1", "2", "3"}],
    "QID3": ["", "a", "12"],
    "QID4": ["", 1, 5, 30],
    "QID5": [None, {"1": "1"}, {"1": "2", "2": "1"}, {"2": "2"}],
    "QID6": [None, {"1": {"1"}}, {"1": {"1", "2"}, "2": {"2"}}],
    "QID7": ["1", "2", None],
}
KINDS = {
    "QID1": one("QID1", RecodeValues={"1": "10", "2": "20", "3": "30"}),
    "QID2": many("QID2"),
    "QID3": line("QID3"),
    "QID4": amount("QID4", "", "", ""),
    "QID5": grid("QID5", "ab", ["x", "y"]),
    "QID6": grid("QID6", "ab", ["x", "y"], "MultipleAnswer"),
    "QID7": one("QID7", "Go", "Stop"),
}
LAST = one("QID9", "Seen", "Not seen")


def ours(answers: Answers) -> tuple[dict[str, Any], dict[str, str]]:
    """The same answers as the engine keeps them."""
    kept: dict[str, Any] = {}
    texts: dict[str, str] = {}
    for qid, answer in answers.items():
        name = qid.replace("QID", "q")
        if isinstance(answer, dict):
            kept |= {f"{name}_{row}": sorted(c) if isinstance(c, set) else c for row, c in answer.items()}
        elif qid == "QID3":
            texts[name] = answer
        elif answer not in (None, ""):
            kept[name] = sorted(answer) if isinstance(answer, set) else answer
    return kept, {name: text for name, text in texts.items() if text}


def differences(file: Data, made: Imported, asked: Sequence[str]) -> list[Any]:
    """Answers for which the two ways show different questions."""
    tags = {p["Payload"]["QuestionID"] for p in file["SurveyElements"] if p["Element"] == "SQ"}
    names = {qid.replace("QID", "q"): qid for qid in tags}
    found = []
    for answers in every_answer({qid: ANSWERS[qid] for qid in asked}):
        kept, texts = ours(answers)
        path = routing.path(made.definition, kept, texts)
        here = [names[name] for name in path.questions if name in names]
        if sorted(here) != sorted(Walk(file, answers).shown):
            found.append((answers, sorted(here), Walk(file, answers).shown))
    return found


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
    {"QID": "QID2", "Locator": "q://QID2/ChoiceGroup/SelectedChoices", "Static": {"1": [], "2": [], "3": []}},
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


def test_a_rule_of_one_choice_waits_for_a_person() -> None:
    choices = {"1": {"Display": "A"}, "2": {"Display": "B", **shown_if(FIRST)}}
    made = imported(survey(KINDS["QID1"], {**LAST, "Choices": choices}))
    assert len(made.definition.questions[-1].open_rules) == 1 and len(made.definition.questions[-1].choices) == 2  # type: ignore[attr-defined]


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
