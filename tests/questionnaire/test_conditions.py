"""Conditions: one meaning on the server, in the page's script and after simplifying."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import conditions, expressions
from survey_app.questionnaire.conditions import holds, to_script

ANSWERS: dict[str, Any] = {
    "n": 3,
    "code": "2",
    "word": "shop",
    "many": ["a", "b"],
    "day": "2026-01-31",
    "half": 2.5,
    "at": "08:30",
    "dont": "unknown",
}


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        ({}, True),
        (None, True),
        ({"n": {"is": 3}}, True),
        ({"n": {"is": "3"}}, True),
        ({"n": {"is_not": 3}}, False),
        ({"n": {"is": True}}, False),
        ({"code": {"is": 2}}, True),
        ({"code": {"at_least": 2}}, True),
        ({"code": {"more_than": 2}}, False),
        ({"n": {"at_least": 3, "less_than": 4}}, True),
        ({"half": {"more_than": 2}}, True),
        ({"word": {"is": "Shop"}}, True),
        ({"word": {"at_least": "a"}}, False),
        ({"word": {"one_of": ["app", "shop"]}}, True),
        ({"word": {"none_of": ["app"]}}, True),
        ({"dont": {"at_most": 6}}, False),
        ({"dont": {"is": "unknown"}}, True),
        ({"many": {"includes": "a"}}, True),
        ({"many": {"includes_all": ["a", "b"]}}, True),
        ({"many": {"includes_all": ["a", "c"]}}, False),
        ({"many": {"includes_any": ["c", "b"]}}, True),
        ({"many": {"includes_none": ["c"]}}, True),
        ({"many": {"count": {"at_least": 2}}}, True),
        ({"many": {"count": {"is": 3}}}, False),
        ({"many": {"is": "a"}}, False),
        ({"day": {"less_than": "2026-02-01"}}, True),
        ({"at": {"at_least": "08:30"}}, True),
        ({"day": {"at_least": "08:30"}}, False),
        ({"n": {"is": {"answer": "n"}}}, True),
        ({"n": {"more_than": {"answer": "code"}}}, True),
        ({"n": {"is": {"answer": "gone"}}}, False),
        ({"day": {"is": {"answer": "day", "plus": {"days": 1}}}}, False),
        ({"all": [{"n": {"is": 3}}, {"code": {"is": "2"}}]}, True),
        ({"any": [{"n": {"is": 9}}, {"n": {"is": 3}}]}, True),
        ({"not": {"n": {"is": 3}}}, False),
        ({"n": {"is": 3}, "code": {"is": "1"}}, False),
    ],
)
def test_a_condition_holds_as_written(condition: Any, met: bool) -> None:
    assert holds(condition, ANSWERS) is met


@pytest.mark.parametrize("operator", [o for o in conditions.OPERATORS if o not in ("answered", "count")])
def test_every_comparison_with_something_unanswered_is_false(operator: str) -> None:
    right: Any = ["a"] if operator in conditions.LISTS else "a"
    assert not holds({"gone": {operator: right}}, ANSWERS)
    assert not holds({"n": {operator: {"answer": "gone"}}}, ANSWERS)
    assert not holds({"gone": {"count": {"at_least": 0}}}, ANSWERS)


def test_answered_asks_for_presence_and_texts_count() -> None:
    assert holds({"n": {"answered": True}, "gone": {"answered": False}}, ANSWERS)
    assert holds({"remark": {"answered": True, "is": "HI"}}, {}, {"remark": "hi"})
    assert holds({"empty": {"answered": False}}, {"empty": []})


@pytest.mark.parametrize(
    ("day", "plus", "moved"),
    [
        ("2024-01-31", {"months": 1}, "2024-02-29"),
        ("2023-01-31", {"months": 1}, "2023-02-28"),
        ("2024-02-29", {"years": -1}, "2023-02-28"),
        ("2026-01-01", {"days": -1}, "2025-12-31"),
        ("2026-01-31", {"months": 1, "days": 1}, "2026-03-01"),
        ("9999-12-31", {"days": 1}, None),
        ("0001-01-01", {"years": -5}, None),
        ("nonsense", {"days": 1}, None),
    ],
)
def test_dates_move_by_days_months_and_years(day: str, plus: dict[str, int], moved: str | None) -> None:
    assert conditions.shift(day, plus) == moved


SCRIPTS: list[tuple[Any, Any]] = [
    ({"nps": {"less_than": 7}}, ["<", "nps", 7]),
    ({"nps": {"at_most": 6}}, ["or", ["<", "nps", 6], ["sel", "nps", "6"]]),
    ({"why": {"includes": "slow"}}, ["sel", "why", "slow"]),
    ({"a": {"one_of": ["x", "y"]}}, ["or", ["sel", "a", "x"], ["sel", "a", "y"]]),
    ({"a": {"is_not": "x"}}, ["and", ["ans", "a"], ["not", ["sel", "a", "x"]]]),
    ({"a": {"answered": False}}, ["not", ["ans", "a"]]),
    (
        {"all": [{"a": {"is": "x"}}, {"any": [{"b": {"is": 1}}, {"not": {"c": {"answered": True}}}]}]},
        ["and", ["sel", "a", "x"], ["or", ["sel", "b", "1"], ["not", ["ans", "c"]]]],
    ),
    ({"a": {"count": {"at_least": 2}}}, None),
    ({"a": {"is": {"answer": "b"}}}, None),
    ({"day": {"less_than": "2026-01-01"}}, None),
    ({"any": [{"a": {"is": "x"}}, {"b": {"count": {"is": 1}}}]}, None),
]


@pytest.mark.parametrize(("condition", "script"), SCRIPTS)
def test_the_script_says_the_same_or_nothing(condition: Any, script: Any) -> None:
    assert to_script(condition) == script


def run_script(script: list[Any], answers: dict[str, Any]) -> bool:
    """What the page's script does, word for word."""
    word, *rest = script
    if word == "and":
        return all(run_script(part, answers) for part in rest)
    if word == "or":
        return any(run_script(part, answers) for part in rest)
    if word == "not":
        return not run_script(rest[0], answers)
    value = answers.get(rest[0])
    values = [str(v) for v in (value if isinstance(value, list) else [] if value is None else [value])]
    if word == "ans":
        return bool(values)
    if word == "sel":
        return bool(rest[1] in values)
    try:
        number = float(values[0])
    except (IndexError, ValueError):
        return False
    return bool(number < rest[1] if word == "<" else number > rest[1])


VALUES = st.fixed_dictionaries(
    {},
    optional={
        "n": st.sampled_from([0, 1, 2, 3, "unknown"]),
        "c": st.sampled_from(["a", "b"]),
        "m": st.lists(st.sampled_from(["x", "y", "z"]), unique=True, min_size=1),
    },
)
TESTS = st.one_of(
    st.tuples(st.just("n"), st.sampled_from([*conditions.NUMERIC, "is", "is_not"]), st.integers(0, 3)),
    st.tuples(st.just("c"), st.sampled_from(["is", "is_not"]), st.sampled_from(["a", "b"])),
    st.tuples(st.just("m"), st.sampled_from(["includes", "includes_none"]), st.sampled_from(["x", "y"])),
    st.tuples(st.just("m"), st.sampled_from(["includes_all", "includes_any"]), st.just(["x", "z"])),
    st.tuples(st.sampled_from(["n", "c", "m"]), st.just("answered"), st.booleans()),
).map(lambda parts: {parts[0]: {parts[1]: parts[2]}})
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=8,
)


@settings(max_examples=400, deadline=None)
@given(CONDITIONS, VALUES)
def test_script_simplified_and_reduced_condition_agree_with_the_condition(
    condition: Any, answers: dict[str, Any]
) -> None:
    met = holds(condition, answers)
    script = to_script(condition)
    assert script is not None
    assert run_script(script, answers) is met
    assert holds(conditions.simplify(condition), answers) is met
    assert conditions.simplify(conditions.simplify(condition)) == conditions.simplify(condition)
    for open_names in ({"n"}, {"c", "m"}, set[str](), {"n", "c", "m"}):
        left = conditions.reduce(condition, open_names, answers)
        assert (left if isinstance(left, bool) else holds(left, answers)) is met
        assert isinstance(left, bool) or conditions.names(left) <= open_names


def test_names_finds_both_sides() -> None:
    condition = {"any": [{"a": {"is": {"answer": "b", "plus": {"days": 1}}}}, {"not": {"c": {"answered": True}}}]}
    assert conditions.names(condition) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("tree", "value"),
    [
        (3, 3),
        ({"answer": "n"}, 3),
        ({"add": [{"answer": "n"}, 2]}, 5),
        ({"subtract": [5, {"answer": "n"}]}, 2),
        ({"multiply": [2, 3, 4]}, 24),
        ({"divide": [1, 4]}, 0.25),
        ({"divide": [1, 0]}, None),
        ({"mean": [{"answer": "n"}, {"answer": "gone"}, 5]}, 4),
        ({"min": [4, 2]}, 2),
        ({"max": [{"answer": "gone"}]}, None),
        ({"add": [{"answer": "gone"}, 2]}, None),
        ({"count": ["n", "gone", "word"]}, 2),
        ({"answer": "word"}, None),
        ({"if": {"n": {"is": 3}}, "then": 1, "else": 2}, 1),
        ({"if": {"n": {"is": 4}}, "then": 1}, None),
        ({"multiply": [1e12, 1e12]}, None),
    ],
)
def test_expressions_compute_or_say_nothing(tree: Any, value: Any) -> None:
    assert expressions.evaluate(tree, ANSWERS) == value
