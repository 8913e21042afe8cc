"""Names of variables and of parts of questions: fields of version 7, self and that, ranks, the table of conditions."""

from typing import Any

import pytest

from survey_app.formats.limesurvey import parse
from survey_app.questionnaire import routing
from tests.formats.limesurvey.files import q, survey
from tests.formats.limesurvey.test_rules import open_rules, table

ROWS = {"SQ1": "One", "SQ2": "Two"}
FIRST = [
    q("list", "L", answers={"1": "One", "2": "Two"}, other="Y"), q("ticks", "M", rows=ROWS, other="Y"),
    q("notes", "P", rows=ROWS), q("cells", ":", rows=ROWS, columns={"a": "A", "b": "B"}, attributes={"input_boxes": "1"}),
    q("pairs", "1", rows=ROWS, answers={"1": "x"}, answers_2={"2": "y"}), q("rank", "R", answers={"1": "x", "2": "y", "3": "z"}),
    q("age", "N"), q("adult", "L", answers={"1": "One"}, relevance="age > 17"), q("five", "5"),
]  # fmt: skip
"""Numbers of the questions: 1, 2 (rows 3 4), 5 (6 7), 8 (9 10, 11 12), 13 (14 15), 16, 17, 18, 19."""


def rule(relevance: str, *, version: int = 703, before: list[dict[str, Any]] | None = None) -> Any:
    found = parse(survey(FIRST if before is None else before, [q("asked", relevance=relevance)], version=version))
    return "open" if open_rules(found) else found.definition.question("asked").show_if


@pytest.mark.parametrize(
    ("relevance", "expected"),
    [
        ('((Q1.NAOK == "2"))', {"list": {"is": "2"}}),
        ('Q1_Cother.NAOK == "x"', {"list_other": {"is": "x"}}),
        ('Q2_S4 == "Y"', {"ticks": {"includes": "sq2"}}),
        ("!is_empty(Q5_S6_Ccomment.NAOK)", {"notes_comment_sq1": {"answered": True}}),
        ("Q8_S10_S11 > 4", {"cells_sq2_a": {"more_than": 4}}),
        ('Q13_S15#1 == "2"', {"pairs_sq2_1": {"is": "2"}}),
        ('Q16_R1 == "2"', "open"),
    ],
)
def test_fields_of_version_7_are_known_by_the_numbers_of_questions(relevance: str, expected: Any) -> None:
    assert rule(relevance) == expected


def test_a_code_that_looks_like_a_field_of_another_question_is_the_code_or_nobody_knows() -> None:
    before = [q("first", "N"), q("Q1", "N")]
    assert rule("Q1 > 3", version=606, before=before) == {"q1": {"more_than": 3}}
    assert rule("Q1 > 3", before=before) == "open"
    assert rule("Q2 > 3", before=before) == {"q1": {"more_than": 3}}


@pytest.mark.parametrize(
    ("relevance", "expected"),
    [
        ("count(that.notes.comments) > 1", {"notes_comment_sq1", "notes_comment_sq2"}),
        ("count(that.notes.nocomments) > 0", {"notes"}),
        ("count(that.ticks.sq_SQ) > 0", {"ticks"}),
        ("count(that.cells.sq_a.NAOK) > 1", {"cells_sq1_a", "cells_sq2_a"}),
        ("count(that.cells.sq_a.sq_b.NAOK) > 3", {"cells_sq1_a", "cells_sq2_a", "cells_sq1_b", "cells_sq2_b"}),
    ],
)
def test_that_stands_for_some_parts_of_a_question(relevance: str, expected: set[str]) -> None:
    made = rule(relevance)
    parts = next(iter(made.values())) if set(made) <= {"all", "any"} else [made]
    assert {name for part in parts for name in part} == expected


def test_parts_that_are_not_there_leave_the_rule_open() -> None:
    assert rule("count(that.ticks.sq_9) > 0") == rule("count(that.ticks.upper) > 0") == "open"


def test_what_stands_first_in_a_ranking_is_no_condition_but_whether_something_does() -> None:
    assert rule('rank_1 == "2"') == rule('rank_1 != "2"') == rule("rank_1 > 1") == "open"
    assert rule("!is_empty(rank_2)") == {"rank": {"count": {"at_least": 2}}}


@pytest.mark.parametrize(
    ("relevance", "shown"), [("adult.relevanceStatus", True), ("adult.relevanceStatus == 0", False)]
)
def test_whether_a_question_is_shown_is_its_own_rule(relevance: str, shown: bool) -> None:
    found = parse(survey(FIRST, [q("asked", relevance=relevance)]))
    asked = {age: "asked" in routing.path(found.definition, {"age": age}).questions for age in (17, 18)}
    assert asked == {17: not shown, 18: shown}


@pytest.mark.parametrize(
    ("default", "parameter", "expected"),
    [("fb", "", None), ("", "", "open"), ("fb", "source", "open"), ("", "source", "open")],
)
def test_a_hidden_text_is_known_by_its_default_unless_a_link_may_fill_it(
    default: str, parameter: str, expected: Any
) -> None:
    hidden = q("came", "S", attributes={"hidden": "1"})
    defaults = [{"qid": 1, "sqid": 0, "scale_id": 0, "language": "en", "defaultvalue": default}]
    parameters = [{"sid": 1, "parameter": parameter, "targetqid": 1}] if parameter else []
    tables = {"defaultvalues": defaults, "survey_url_parameters": parameters}
    found = parse(survey([hidden, q("asked", relevance='came == "fb"')], tables=tables, old=True))
    assert ("open" if open_rules(found) else found.definition.question("asked").show_if) == expected


def test_defaults_of_rows_that_nobody_sees_are_told() -> None:
    hidden = q("ticks", "M", rows=ROWS, attributes={"hidden": "1"})
    row = {"qid": 1, "sqid": 2, "scale_id": 0, "language": "en", "defaultvalue": "Y"}
    found = parse(survey([hidden], tables={"defaultvalues": [row]}, old=True))
    assert [line.code for line in found.lines if line.source == "Y"] == ["default_value"]


def test_one_digit_is_compared_alike_as_a_number_and_as_a_text() -> None:
    assert rule('five > "3"') == {"five": {"more_than": 3}}
    assert rule('five > "10"') == rule('age > "3"') == "open"


def test_answers_are_unique_when_no_two_of_those_given_are_the_same() -> None:
    before = [q("rows", "F", rows={"a": "A", "b": "B", "c": "C"}, answers={"x1": "1", "x2": "2"})]
    found = parse(survey(before, [q("asked", relevance="unique(that.rows.NAOK)")]))
    given = {"": True, "x1 x2": True, "x1 x1": False, "x2 x1 x2": False}
    for codes, shown in given.items():
        answers = dict(zip(("rows_a", "rows_b", "rows_c"), codes.split(), strict=False))
        assert ("asked" in routing.path(found.definition, answers).questions) == shown, codes


@pytest.mark.parametrize(("day", "shown"), [(None, False), ("2012-01-01", False), ("2012-01-02", True)])
def test_days_as_numbers_are_compared_as_days(day: str | None, shown: bool) -> None:
    found = parse(survey([q("day", "D"), q("asked", relevance="strtotime(day) > strtotime('2012-01-01')")]))
    assert ("asked" in routing.path(found.definition, {"day": day}).questions) == shown
    assert rule("strtotime(d) > 5", before=[q("d", "D")]) == rule("strtotime('now') > 5") == "open"


def from_table(*rows: tuple[str, str, str], cqid: int = 1) -> Any:
    before = [q("one", "N"), q("two", "N"), q("rows", "F", rows=ROWS, answers={"1": "x", "2": "y", "A": "z"})]
    conditions = [table(6, cqid, *row) for row in rows]
    found = parse(survey(before, [q("asked", relevance="")], tables={"conditions": conditions}, old=True))
    return "open" if open_rules(found) else found


@pytest.mark.parametrize("value", ["@123456X1X2@", "{two}"])
@pytest.mark.parametrize(("method", "expected"), [("==", [False, True, False]), ("!=", [True, False, True])])
def test_a_row_beside_another_answer_wants_an_answer(value: str, method: str, expected: list[bool]) -> None:
    found = from_table(("123456X1X1", method, value))
    answers = [{}, {"one": 1, "two": 1}, {"one": 1, "two": 2}]
    assert ["asked" in routing.path(found.definition, given).questions for given in answers] == expected


def test_rows_of_the_table_about_two_parts_of_one_question_are_left_open() -> None:
    assert from_table(("123456X1X3SQ1", "==", "1"), ("123456X1X3SQ2", "==", "1"), cqid=3) == "open"


def test_a_pattern_of_the_table_is_tried_on_the_codes_of_a_list() -> None:
    found = from_table(("123456X1X3SQ1", "RX", "^[1-3]$"), cqid=3)
    assert found.definition.question("asked").show_if == {"rows_sq1": {"one_of": ["1", "2"]}}
