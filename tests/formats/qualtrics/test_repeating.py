"""Blocks in several places of the flow, and questions of a block that keep their place among random ones."""

from typing import Any

import pytest

from tests.formats.qualtrics.comparing import KINDS, LAST, differences
from tests.formats.qualtrics.making import END, Data, block, branch, expr, imported, one, shown_if, step, survey

FIRST = expr("QID1/SelectableChoice/1")
OWN = expr("QID2/SelectableChoice/1", "NotSelected")
YES, NO = expr("QID7/SelectableChoice/1"), expr("QID7/SelectableChoice/2")
BLOCKS = [block(n, f"QID{n}") for n in ("7", "1", "2", "3", "9")]


def repeated(flow: list[Data], **more: Any) -> Data:
    """A survey whose flow shows the block of QID2 more than once."""
    questions = {qid: KINDS[qid] for qid in ("QID7", "QID1", "QID2", "QID3")} | more
    return survey(*questions.values(), LAST, blocks=BLOCKS, flow=flow)


TWICE: list[Any] = [
    [step("7"), branch(YES, flow=[step("1"), step("2")]), branch(NO, flow=[step("3"), step("2")]), step("9")],
    [step("7"), step("1"), branch(YES, flow=[step("2")]), branch(expr("QID1/SelectableChoice/1"), flow=[step("2")]), step("9")],
    [step("7"), branch(YES, flow=[step("2")]), step("2"), step("9")],
    [step("7"), branch(YES, flow=[step("2")]), branch(NO, flow=[END]), step("2"), step("9")],
    [step("7"), step("1"), branch(YES, flow=[step("2")]), branch(NO, flow=[step("2")]),
     branch(expr("QID1/SelectableChoice/3"), flow=[step("2")]), step("9")],
]  # fmt: skip


@pytest.mark.parametrize("flow", TWICE, ids=range(len(TWICE)))
def test_a_block_of_several_branches_is_asked_once_for_all_of_them(flow: list[Data]) -> None:
    file = repeated(flow)
    made = imported(file)
    found = [
        (row, sorted(set(here)), sorted(set(there))) for row, here, there in differences(file, made, ["QID7", "QID1"])
    ]
    assert [row for row in found if row[1] != row[2]] == []
    assert not [line for line in made.lines if line.kind == "rule" and line.result == "lost"]
    assert "block_moved" in [line.code for line in made.lines]


def test_it_comes_after_what_the_people_of_each_branch_see_before_it() -> None:
    made = imported(repeated(TWICE[0]))
    assert [page.name for page in made.definition.pages] == ["block_7", "block_1", "block_3", "block_2", "block_9"]


def test_a_block_that_everybody_sees_is_asked_in_its_first_place() -> None:
    phone = {**expr("x"), "LogicType": "DeviceType"}
    made = imported(repeated([step("7"), step("2"), branch(phone, flow=[step("2")]), step("1"), step("2")]))
    assert [page.name for page in made.definition.pages] == ["block_7", "block_2", "block_1"]
    assert [line.result for line in made.lines if line.code == "block_twice"] == ["changed", "changed"]


@pytest.mark.parametrize(
    ("flow", "more"),
    [  # its answer is needed before the second place
        ([step("7"), branch(YES, flow=[step("2")]), step("1"), branch(NO, flow=[step("2")])],
         {"QID1": {**KINDS["QID1"], **shown_if(expr("QID2/SelectableChoice/1"))}}),
        # its own rule looks at what is asked between
        ([step("7"), branch(YES, flow=[step("2")]), step("1"), branch(NO, flow=[step("2")])],
         {"QID2": {**KINDS["QID2"], **shown_if(expr("QID1/SelectableChoice/1", "NotSelected"))}}),
        # it is not known who comes to the second place
        ([step("7"), branch(YES, flow=[step("2")]), branch({**YES, "LogicType": "DeviceType"}, flow=[step("2")])], {}),
        # who comes to the second place depends on its own answer
        ([step("7"), branch(YES, flow=[step("2")]), branch(OWN, flow=[step("2")])], {}),
        # its own rule looks at a question of it that has an answer when it is shown once more
        ([step("7"), step("2"), step("2")],
         {"QID2": {**KINDS["QID2"], **shown_if(OWN)}}),
        # the survey ends for some between the two
        ([step("7"), branch(YES, flow=[step("2")]), step("1"), branch(FIRST, flow=[END]), step("2")], {}),
        # the survey ends after the first place
        ([step("7"), branch(YES, flow=[step("2"), END]), step("2"), step("9")], {}),
    ],
)  # fmt: skip
def test_otherwise_it_stays_in_the_first_place_and_waits_for_a_person(flow: list[Data], more: Data) -> None:
    made = imported(repeated(flow, **more))
    assert [line.result for line in made.lines if line.code == "block_twice"] == ["lost"]
    assert any("FL_2" in rule for question in made.definition.questions for rule in question.open_rules)


# --- random order with fixed places -------------------------------------------------------------------------------------
SLOT, FEW = "{~Randomized~}", "{~SubSet~}"


def shuffled(*slots: str, **said: Any) -> Any:
    """The pages and lines of a block of six questions with these slots."""
    advanced = {"FixedOrder": slots, "RandomizeAll": [], "RandomSubSet": [], "Undisplayed": [], "TotalRandSubset": ""}
    options = {"RandomizeQuestions": "Advanced", "Randomization": {"Advanced": {**advanced, **said}}}
    qids = [f"QID{n}" for n in range(1, 7)]
    made = imported(survey(*(one(qid) for qid in qids), blocks=[block("1", *qids, **options)]))
    pages = [("".join(q.name[1:] for q in page.questions), page.random_order) for page in made.definition.pages]
    told = [(line.result, line.code) for line in made.lines if line.place.endswith("RandomizeQuestions")]
    return pages, told, [rule for question in made.definition.questions for rule in question.open_rules]


def test_questions_keep_their_place_among_random_ones() -> None:
    pages, told, waiting = shuffled(
        "QID1", SLOT, SLOT, SLOT, "QID6", RandomizeAll=["QID4", "QID3", "QID2"], Undisplayed=["QID5"]
    )
    assert pages == [("1", False), ("432", True), ("6", False)]
    assert told == [("changed", "random_page")] and not waiting


def test_all_in_random_order_is_one_page() -> None:
    every = [f"QID{n}" for n in range(1, 7)]
    assert shuffled(*[SLOT] * 6, RandomizeAll=every) == ([("123456", True)], [("kept", "")], [])


def test_one_question_alone_has_no_order() -> None:
    slots = {"2": SLOT, "3": "QID2"}  # objects for lists, as some files have them
    pages, told, waiting = shuffled(**{"FixedOrder": slots, "RandomizeAll": {"1": "QID1"}})
    assert (pages, told, waiting) == ([("123456", False)], [("kept", "")], [])


def test_a_random_few_wait_for_a_person() -> None:
    few = ["QID2", "QID3", "QID4", "QID5", "QID6"]
    pages, told, waiting = shuffled("QID1", FEW, FEW, RandomSubSet=few, TotalRandSubset=2)
    assert pages == [("1", False), ("23456", True)] and len(waiting) == 1
    assert told == [("changed", "random_page"), ("lost", "random_subset")]


def test_random_ones_on_both_sides_of_a_fixed_one_stay_in_order() -> None:
    pages, told, _ = shuffled(SLOT, "QID2", SLOT, RandomizeAll=["QID1", "QID3"])
    assert pages == [("123456", False)] and told == [("lost", "setting_lost")]


def test_a_rule_that_cannot_be_said_does_not_matter_where_it_decides_nothing() -> None:
    phone = {**expr("x"), "LogicType": "DeviceType"}
    again = branch(phone, flow=[{"Type": "Group", "FlowID": "FL_g", "Flow": [step("2")]}])
    made = imported(repeated([step("7"), step("2"), again, branch(phone, flow=[]), step("9")]))
    assert [line.result for line in made.lines if line.code == "rule_idle"] == ["changed", "changed"]
    assert not any(question.open_rules for question in made.definition.questions)
    made = imported(repeated([step("7"), step("2"), branch(phone, flow=[step("2"), END]), step("9")]))
    assert any(question.open_rules for question in made.definition.questions)
