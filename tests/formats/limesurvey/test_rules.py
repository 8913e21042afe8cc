"""Relevance becomes display rules that show the same questions for every combination of answers."""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.limesurvey import parse
from survey_app.questionnaire import routing
from tests.formats.limesurvey.files import q, survey
from tests.formats.limesurvey.meaning import Source

LIST = q("list", "L", answers={"1": "One", "2": "Two", "10": "Ten", "A": "Letter"}, other="Y")
TICKS = q("ticks", "M", rows={"a": "A", "b": "B", "c": "C"})
FIRST = [LIST, TICKS, q("num", "N"), q("more", "N"), q("word", "S"), q("yes", "Y")]
VALUES: dict[str, tuple[str, ...]] = {
    "list": ("", "1", "2", "10", "A", "-oth-"),
    "ticks": ("", "a", "ab", "abc", "c"),
    "num": ("", "0", "5", "12"),
    "more": ("", "5", "7"),
    "word": ("", "x"),
    "yes": ("", "Y", "N"),
}
RULES = [
    'list == "1"',
    'list != "1"',
    "list == 2 or list == 10",
    "list > 1",
    "list >= 2 and list <= 10",
    "list < 2",
    'list == "-oth-"',
    "!is_empty(list)",
    "list",
    'ticks_a == "Y"',
    'ticks_a.NAOK == "Y" and ticks_b.NAOK != "Y"',
    "is_empty(ticks_c)",
    'ticks_a == "1" or word == "x"',
    'ticks_a != "N" and word == "x"',
    "count(ticks_a, ticks_b, ticks_c) >= 2",
    "count(ticks_a, ticks_b, ticks_c) == 1",
    "count(ticks_a, ticks_b, ticks_c) < 2",
    "count(ticks_a, num, word) == 0",
    "num > 4",
    "num < 10",
    "num <= 0",
    "num != 5",
    "num == 5",
    "num",
    "!num",
    "num == more",
    "num != more",
    "num < more",
    "num >= more",
    "num + more > 10",
    "sum(num, more) == 5",
    "num * 2 - more >= 3",
    'word == "x"',
    'word != "x"',
    'word == ""',
    'yes == "Y" && !(num > 4 || word == "x")',
    "((num eq 5) or (more ne 5)) and yes ne 'N'",
    "if(yes == 'Y', num > 4, more > 5)",
    "num gt 1 and num lt 12",
    "count(num, more) == num",
    "12 > num",
    "(yes == 'Y') + (word == 'x') >= 1",
    "sum(yes == 'Y', num > 4) == 2",
]


def all_answers(names: list[str]) -> Iterator[dict[str, str]]:
    for values in product(*(VALUES[name] for name in names)):
        yield {**dict.fromkeys(VALUES, ""), **dict(zip(names, values, strict=True))}


def theirs(values: dict[str, str]) -> dict[str, str]:
    """The variables as LimeSurvey has them."""
    found = {name: value for name, value in values.items() if name != "ticks"}
    return found | {f"ticks_{code}": "Y" if code in values["ticks"] else "" for code in "abc"}


def ours(values: dict[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    """The same answers as they are stored here."""
    answers: dict[str, Any] = {}
    codes = {"A": "a", "-oth-": "other", "Y": "y", "N": "n"}
    for name, value in values.items():
        if not value or name == "word":
            continue
        number = name in ("num", "more")
        answers[name] = int(value) if number else list(value) if name == "ticks" else codes.get(value, value)
    return answers, {"word": values["word"]} if values["word"] else {}


def named_in(rule: str) -> list[str]:
    return [name for name in VALUES if name in rule]


def shown(imported: Imported, values: dict[str, str]) -> set[str]:
    answers, texts = ours(values)
    return set(routing.path(imported.definition, answers, texts).questions)


def open_rules(imported: Imported) -> list[str]:
    return [rule for question in imported.definition.questions for rule in question.open_rules]


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("rule", RULES)
def test_a_rule_shows_its_question_for_the_same_answers(rule: str, old: bool) -> None:
    found = parse(survey(FIRST, [q("asked", "S", relevance=rule)], old=old))
    assert open_rules(found) == []
    for values in all_answers(named_in(rule)):
        expected = Source(theirs(values), set(), strict=not old).true(rule)
        assert ("asked" in shown(found, values)) == expected, values


@pytest.mark.parametrize(
    "rule", ["num < 10", "num != 5", "num.NAOK < 10", "is_empty(num.NAOK)", "num > 4 or word == 'x'"]
)
@pytest.mark.parametrize("grouped", [False, True])
def test_a_hidden_question_makes_the_whole_false_unless_it_is_told_that_nothing_is_fine(
    rule: str, grouped: bool
) -> None:
    if grouped:
        groups: list[Any] = [[q("yes", "Y"), q("word")], {"questions": [q("num", "N")], "grelevance": "yes == 'Y'"}]
    else:
        groups = [[q("yes", "Y"), q("word"), q("num", "N", relevance="yes == 'Y'")]]
    found = parse(survey(*groups, [q("asked", relevance=rule)]))
    assert open_rules(found) == []
    for values in all_answers(["yes", "num", "word"]):
        hidden = set() if values["yes"] == "Y" else {"num"}
        expected = Source(theirs(values), hidden).true(rule)
        assert ("asked" in shown(found, values)) == expected, values


@pytest.mark.parametrize("rule", ["num > 4", 'list == "2"', "count(num, more) == num"])
def test_the_rule_of_a_group_hides_its_page(rule: str) -> None:
    found = parse(survey(FIRST, {"questions": [q("one"), q("two")], "grelevance": rule}))
    for values in all_answers(named_in(rule)):
        expected = {"one", "two"} if Source(theirs(values), set()).true(rule) else set()
        assert shown(found, values) & {"one", "two"} == expected, values


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ("regexMatch('/x/', word)", "rule_kept_as_note"),
        ("word > 5", "rule_kept_as_note"),
        ("unknown == 1", "rule_unknown_name"),
        ("after == 1", "rule_unknown_name"),
        ("num = 4", "rule_kept_as_note"),
        ("num >", "rule_kept_as_note"),
        ("num > '12'", "rule_kept_as_note"),
        ("rand(1, 2) == 1", "rule_kept_as_note"),
    ],
)
def test_a_rule_that_cannot_be_said_stays_on_the_question_as_words(rule: str, code: str) -> None:
    found = parse(survey(FIRST, [q("asked", relevance=rule), q("after", "N")]))
    asked = found.definition.question("asked")
    assert asked.show_if is None
    assert rule in asked.open_rules[0]
    assert [(line.result, line.code) for line in found.lines if line.kind == "rule"] == [("lost", code)]


def test_a_question_that_is_never_relevant_is_a_hidden_value() -> None:
    found = parse(
        survey(
            [q("never", relevance="0"), q("asked", relevance="never.NAOK == ''"), q("other", relevance="never == ''")]
        )
    )
    assert {name: found.definition.question(name).type for name in ("never", "asked", "other")} == {
        "never": "hidden", "asked": "short_text", "other": "hidden",
    }  # fmt: skip


def test_rows_are_shown_for_the_same_answers_as_the_filter_shows_them() -> None:
    rows = {"a": "A", "b": "B", "c": "C"}
    keep, drop = {"array_filter": "ticks"}, {"array_filter_exclude": "first"}
    grids = [q("first", "C", rows=rows, attributes=keep), q("second", "C", rows=rows, attributes=drop)]
    found = parse(survey([TICKS, *grids]))
    for ticked, said in product(VALUES["ticks"], ("", "a", "b", "ac")):
        answers = {"ticks": list(ticked)} | {f"first_{code}": "y" for code in said}
        way = routing.path(found.definition, answers)
        seen = {question.name: question for page in way.pages for question in page.questions}
        first = {code for code in "abc" if code in ticked}
        assert {row.code for row in getattr(seen.get("first"), "rows", ())} == first
        # The second leaves out what was answered in the first, and keeps the filter that the first has.
        second = {code for code in first if code not in said}
        assert {row.code for row in getattr(seen.get("second"), "rows", ())} == second
        assert ("second" in seen) == bool(second)


def test_choices_and_whole_tables_offer_for_the_same_answers_what_the_filter_shows() -> None:
    rows = {"a": "A", "b": "B", "c": "C"}
    keep, drop = {"array_filter": "ticks"}, {"array_filter_exclude": "first"}
    later = [q("first", "M", rows=rows, attributes=keep)], [q("second", "C", rows=rows, attributes=drop)]
    asked = q("asked", relevance='first_a != "Y"'), q("kept", relevance='first_a.NAOK != "Y"')
    found = parse(survey([TICKS], *later, asked))
    for ticked, said in product(VALUES["ticks"], ("", "a", "b", "ac")):
        way = routing.path(found.definition, {"ticks": list(ticked), "first": list(said)})
        offered = {question.name: question for page in way.pages for question in page.questions}
        first = {code for code in "abc" if code in ticked}
        assert {choice.code for choice in getattr(offered.get("first"), "choices", ())} == first
        second = {code for code in first if code not in said}
        assert {row.code for row in getattr(offered.get("second"), "rows", ())} == second
        # What was not offered has no answer: only NAOK looks at it all the same.
        assert ("asked" in offered) == ("a" in second)
        assert ("kept" in offered) == ("a" not in first or "a" not in said)


def test_old_numbers_name_the_same_questions() -> None:
    found = parse(
        survey(
            [TICKS, q("num", "N")],
            [q("asked", relevance='123456X1X1a.NAOK == "Y" and INSERTANS:123456X1X5 > 3')],
            old=True,
        )
    )
    assert found.definition.question("asked").show_if == {
        "all": [{"ticks": {"includes": "a"}}, {"num": {"more_than": 3}}]
    }


def table(qid: int, cqid: int, field: str, method: str, value: str, scenario: int = 1) -> dict[str, Any]:
    return {
        "cid": 1,
        "qid": qid,
        "cqid": cqid,
        "cfieldname": field,
        "method": method,
        "value": value,
        "scenario": scenario,
    }


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("123456X1X1", "==", "1")], {"list": {"is": "1"}}),
        (
            [("123456X1X1", "==", "1"), ("123456X1X1", "==", "2")],
            {"any": [{"list": {"is": "1"}}, {"list": {"is": "2"}}]},
        ),
        (
            [("123456X1X1", "==", "1"), ("123456X1X2", ">", "4")],
            {"all": [{"list": {"is": "1"}}, {"num": {"more_than": 4}}]},
        ),
        ([("+123456X1X3a", "==", "Y")], {"ticks": {"includes": "a"}}),
        ([("123456X1X3", "==", "b")], {"ticks": {"includes": "b"}}),
        ([("123456X1X1", "==", " ")], {"not": {"list": {"answered": True}}}),
    ],
)
def test_the_table_of_conditions_is_read_where_relevance_is_empty(
    rows: list[tuple[str, str, str]], expected: Any
) -> None:
    conditions = [
        table(7, int(field[-1]) if field[-1].isdigit() else 3, field, method, value) for field, method, value in rows
    ]
    first = [
        q("list", "L", answers={"1": "One", "2": "Two"}),
        q("num", "N"),
        q("ticks", "M", rows={"a": "A", "b": "B", "c": "C"}),
    ]
    data = survey(first, [q("asked", relevance="")], tables={"conditions": conditions}, old=True)
    found = parse(data)
    rule = found.definition.question("asked").show_if
    assert rule == expected


def test_less_than_in_the_table_of_conditions_needs_an_answer() -> None:
    data = survey(
        [q("num", "N"), q("asked", relevance="")],
        tables={"conditions": [table(2, 1, "123456X1X1", "<", "4")]},
        old=True,
    )
    found = parse(data)
    seen = {number: "asked" in routing.path(found.definition, {"num": number}).questions for number in (None, 3, 4)}
    assert seen == {None: False, 3: True, 4: False}


def test_one_scenario_is_enough() -> None:
    conditions = [table(3, 1, "123456X1X1", "==", "1"), table(3, 2, "123456X1X2", "==", "5", scenario=2)]
    data = survey([q("one", "N"), q("two", "N"), q("asked", relevance="")], tables={"conditions": conditions}, old=True)
    assert parse(data).definition.question("asked").show_if == {"any": [{"one": {"is": 1}}, {"two": {"is": 5}}]}


@pytest.mark.parametrize(
    ("rule", "result"), [('word == "x"', "changed"), ('word != "5"', "kept"), ('yes == "Y"', "kept")]
)
def test_a_rule_about_typed_words_tells_that_capitals_count_as_small_letters(rule: str, result: str) -> None:
    found = parse(survey(FIRST, [q("later", "S", relevance=rule)]))
    assert [line.result for line in found.lines if line.source == rule] == [result]
    assert [line.code for line in found.lines if line.source == rule and line.result == "changed"] in (
        [],
        ["case_ignored"],
    )
