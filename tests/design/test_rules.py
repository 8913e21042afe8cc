"""Rules as a form: every condition comes back as it was, and what is chosen from lists becomes a condition."""

import json
import random
from typing import Any

import pytest

from survey_app.design import rules
from survey_app.design.rules import Group, Kept, Line, Rule
from survey_app.errors import DomainError
from survey_app.questionnaire import conditions
from tests.questionnaire.test_reach import _random_condition
from tests.questionnaire.tools import NAMES, made, question, tiny

POINTS = [{"code": code, "text": {"en": words}} for code, words in (("1", "Bad"), ("2", "Fair"), ("3", "Good"))]
SURVEY = made(
    pages=[
        {
            "questions": [
                question("sat", "rating", unsure="Unsure"),
                question("why", "multiple_choice"),
                question("way", "single_choice"),
                question("calm", "single_choice", choices=POINTS),
                question("m", "matrix", rows=[{"code": "price", "text": "Price"}], points=5),
            ]
        },
        {
            "questions": [
                question("born", "date"),
                question("met", "date"),
                question("n", "number"),
                question("more", "long_text"),
            ]
        },
    ]
)
LISTS = rules.lists_for(SURVEY, 1, None, "en", end=True)


def _form(rule: Rule) -> dict[str, list[str]]:
    """The fields that the page sends for a rule, as it was shown."""
    fields: dict[str, list[str]] = {"item": [], "join": [rule.join]}

    def put(key: str, line: Line) -> None:
        fields["item"].append(key)
        for name, value in (
            ("name", line.name),
            ("was", line.name),
            ("operator", line.operator),
            ("did", line.operator),
        ):
            fields[f"{name}.{key}"] = [value]
        fields[f"value.{key}"] = list(line.values)
        fields[f"other.{key}"] = [line.other]
        fields[f"unit.{key}"], fields[f"plus.{key}"] = [line.plus[0]], [line.plus[1]]

    for index, item in enumerate(rule.items):
        if isinstance(item, Line):
            put(str(index), item)
            continue
        fields["item"].append(str(index))
        if isinstance(item, Kept):
            fields[f"kept.{index}"] = [json.dumps(dict(item.condition))]
        else:
            fields[f"join.{index}"] = [item.join]
            for number, line in enumerate(item.lines):
                put(f"{index}.{number}", line)
    return fields


CASES: list[tuple[dict[str, Any], Rule]] = [
    ({"sat": {"at_most": 2}}, Rule("all", (Line("sat", "at_most", ("2",)),))),
    (
        {"sat": {"at_most": 2}, "way": {"is": "a"}},
        Rule("all", (Line("sat", "at_most", ("2",)), Line("way", "is", ("a",)))),
    ),
    (
        {"any": [{"sat": {"is": 1}}, {"why": {"includes_any": ["a", "b"]}}]},
        Rule("any", (Line("sat", "is", ("1",)), Line("why", "includes_any", ("a", "b")))),
    ),
    ({"not": {"why": {"answered": True}}}, Rule("none", (Line("why", "answered"),))),
    (
        {"not": {"sat": {"is": 1}, "way": {"is": "b"}}},
        Rule("not_all", (Line("sat", "is", ("1",)), Line("way", "is", ("b",)))),
    ),
    (
        {"way": {"answered": False}, "any": [{"sat": {"is": 1}}, {"sat": {"is": "unknown"}}]},
        Rule(
            "all",
            (Line("way", "unanswered"), Group("any", (Line("sat", "is", ("1",)), Line("sat", "is", ("unknown",))))),
        ),
    ),
    (
        {
            "any": [
                {"sat": {"at_least": 2, "at_most": 4}},
                {"not": {"any": [{"n": {"is": 3}}, {"more": {"answered": True}}]}},
            ]
        },
        Rule(
            "any",
            (
                Group("all", (Line("sat", "at_least", ("2",)), Line("sat", "at_most", ("4",)))),
                Group("none", (Line("n", "is", ("3",)), Line("more", "answered"))),
            ),
        ),
    ),
    (
        {"met": {"more_than": {"answer": "born", "plus": {"years": 18}}}, "why": {"count": {"at_least": 2}}},
        Rule("all", (Line("met", "more_than", (), "born", ("years", "18")), Line("why", "count_at_least", ("2",)))),
    ),
]


@pytest.mark.parametrize(("condition", "rule"), CASES)
def test_a_condition_is_taken_apart_and_put_together(condition: dict[str, Any], rule: Rule) -> None:
    assert rules.rule_of(condition) == rule
    assert rules.read(_form(rule)) == rule
    assert not [line for line in rules.lines_of(rule) if rules.missing(line, LISTS)]
    again = rules.condition_of(rule, SURVEY)
    assert again is not None and rules.rule_of(again) == rule
    if "any" not in condition or len(condition) > 1:
        assert again == condition


@pytest.mark.parametrize(
    "condition",
    [
        {"any": [{"sat": {"is": 1}}, {"all": [{"n": {"is": 1}}, {"any": [{"n": {"is": 2}}, {"way": {"is": "a"}}]}]}]},
        {"sat": {"is": 1}, "any": [{"n": {"is": 1}}, {"not": {"not": {"n": {"is": 2}}}}]},
        {"why": {"count": {"at_least": 1, "at_most": 2}}, "sat": {"is": 5}},
        {"met": {"is": {"answer": "born", "plus": {"days": 1, "years": 2}}}},
        {"not": {"not": {"not": {"sat": {"is": 1}}}}},
        {"all": 5},
    ],
)
def test_what_the_form_cannot_show_is_carried_along_unchanged(condition: dict[str, Any]) -> None:
    rule = rules.rule_of(condition)
    kept = [item for item in rule.items if isinstance(item, Kept)]
    assert len(kept) == 1
    sent = rules.read(_form(rule))
    assert rules.says_the_same(sent, rule)
    if condition != {"all": 5}:
        added = rules.acted(sent, "add")
        more = rules.condition_of(Rule(rule.join, (*added.items[:-1], Line("n", "is", ("7",)))), SURVEY)
        assert json.dumps(dict(kept[0].condition))[1:-1] in json.dumps(more)


@pytest.mark.parametrize("name", NAMES)
def test_every_rule_of_every_definition_survives_its_form(name: str) -> None:
    definition = tiny(name)
    for page in definition.pages:
        for condition in (page.show_if, page.end_if, *(q.show_if for q in page.questions)):
            assert rules.says_the_same(rules.read(_form(rules.rule_of(condition))), rules.rule_of(condition))


@pytest.mark.parametrize("seed", range(200))
def test_a_condition_that_is_put_together_again_means_the_same(seed: int) -> None:
    dice = random.Random(seed)
    condition = _random_condition(dice, ["q1", "q2", "m3"])
    rule = rules.rule_of(condition)
    definition = made(
        question("q1", "rating"), question("q2", "rating"), question("m3", "multiple_choice"), question("z", "csat")
    )
    again = rules.condition_of(rule, definition)
    assert again is not None
    for _ in range(60):
        answers = {name: dice.randint(1, 4) for name in ("q1", "q2") if dice.random() < 0.8}
        given = answers | {"m3": dice.sample("abc", dice.randint(1, 3))} if dice.random() < 0.8 else answers
        assert conditions.holds(again, given) == conditions.holds(condition, given)


def test_a_rule_may_ask_for_everything_before_it_and_for_nothing_else() -> None:
    def names(page: int, place: int | None, *, end: bool = False) -> list[str]:
        return list(rules.lists_for(SURVEY, page, place, "en", end=end).operands)

    assert names(0, None) == names(0, 0) == []
    assert names(0, 2) == ["sat", "why"]
    assert names(1, None) == names(1, 0) == ["sat", "why", "way", "calm", "m_price"]
    assert names(0, None, end=True) == ["sat", "why", "way", "calm", "m_price"]


def test_the_comparisons_fit_the_kind_of_answer() -> None:
    assert list(LISTS.operators("way")) == ["is", "is_not", "one_of", "none_of", "answered", "unanswered"]
    assert "at_most" in LISTS.operators("calm") and "at_most" not in LISTS.operators("way")
    assert next(iter(LISTS.operators("sat"))) == "at_most"
    assert "includes_all" in LISTS.operators("why") and "is" not in LISTS.operators("why")
    assert set(LISTS.operators("more")) == {"is", "is_not", "one_of", "none_of", "answered", "unanswered"}
    assert [other.name for other in LISTS.others("born")] == ["met"]
    assert LISTS.operands["calm"].offers[0] == ("1", "1 · Bad")


@pytest.mark.parametrize(
    ("line", "lacking"),
    [
        (Line(), "question"),
        (Line("sat"), "operator"),
        (Line("sat", "includes", ("1",)), "operator"),
        (Line("sat", "at_most"), "value"),
        (Line("sat", "is", ("9",)), "value"),
        (Line("n", "is", ("many",)), "value"),
        (Line("why", "count_at_least", ("two",)), "value"),
        (Line("met", "is", (), "nobody"), "other"),
        (Line("met", "is", (), "born", ("days", "x")), "value"),
        (Line("gone", "is", ("1",)), ""),
        (Line("why", "answered"), ""),
    ],
)
def test_an_incomplete_line_says_what_it_lacks(line: Line, lacking: str) -> None:
    assert rules.missing(line, LISTS) == lacking


def test_another_question_starts_with_its_likeliest_comparison() -> None:
    fields = _form(Rule("all", (Line("sat", "at_most", ("2",)),)))
    fields["name.0"] = ["why"]
    assert rules.started(rules.read(fields), LISTS).items == (Line("why", "includes"),)


def test_buttons_add_and_remove_lines_and_groups() -> None:
    line = Line("sat", "is", ("1",))
    start = Rule("any", (line, Group("all", (line, Line()))))
    assert rules.acted(start, "add").items == (*start.items, Line())
    assert rules.acted(start, "group").items[-1] == Group("any", (Line(), Line()))
    assert rules.acted(start, "add.1").items[1] == Group("all", (line, Line(), Line()))
    assert rules.acted(start, "remove.1.1").items[1] == Group("all", (line,))
    assert rules.acted(rules.acted(start, "remove.1.0"), "remove.1.0").items == (line,)
    assert rules.acted(start, "remove.0").items == start.items[1:]
    assert rules.acted(start, "clear") == Rule()
    assert rules.acted(Rule("all", (Kept({"a": {}}),)), "replace.0").items == (Line(),)
    for nonsense in ("", "remove.9", "remove.x", "add.0", "replace.0", "remove.1.7"):
        assert rules.acted(start, nonsense) == start


def test_a_damaged_form_loses_nothing() -> None:
    with pytest.raises(DomainError):
        rules.read({"item": ["0"], "kept.0": ["{"]})
    with pytest.raises(DomainError):
        rules.read({"item": [str(n) for n in range(201)]})
    with pytest.raises(DomainError):
        rules.read({"item": ["0.0.0"]})


def test_bounds_are_numbers_and_codes_are_as_they_are_stored() -> None:
    def right(*line: Any) -> Any:
        found = rules.condition_of(Rule("all", (Line(*line),)), SURVEY)
        assert found is not None
        return next(iter(found[line[0]].values()))

    assert (right("sat", "is", ("2",)), right("calm", "is", ("2",)), right("calm", "at_most", ("2",))) == (2, "2", 2)
    assert (right("n", "is", ("2.5",)), right("more", "is", ("2",)), right("sat", "is", ("unknown",))) == (
        2.5,
        "2",
        "unknown",
    )
