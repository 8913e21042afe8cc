"""Conditions in their shortest words: the same answers, fewer words."""

from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.formats.importing.tidying import tidied
from survey_app.questionnaire.conditions import holds

ANSWERS = {"a": [None, "x", "y", "z"], "b": [None, ["x"], ["x", "y"], ["z"]], "n": [None, 0, 5]}


@pytest.mark.parametrize(
    ("long", "short"),
    [
        ({"all": [{"a": {"answered": True}}, {"not": {"a": {"is": "x"}}}]}, {"a": {"is_not": "x"}}),
        ({"all": [{"not": {"a": {"one_of": ["x", "y"]}}}, {"a": {"answered": True}}]}, {"a": {"none_of": ["x", "y"]}}),
        ({"all": [{"b": {"answered": True}}, {"not": {"b": {"includes_any": ["x"]}}}]}, {"b": {"includes_none": ["x"]}}),
        ({"any": [{"a": {"is": "x"}}, {"a": {"is": "y"}}, {"n": {"is": 5}}]},
         {"any": [{"a": {"one_of": ["x", "y"]}}, {"n": {"is": 5}}]}),
        ({"all": [{"b": {"includes": "x"}}, {"b": {"includes": "y"}}]}, {"b": {"includes_all": ["x", "y"]}}),
        ({"b": {"includes_all": ["x"]}}, {"b": {"includes": "x"}}),
        ({"all": [{"n": {"answered": True}}, {"n": {"at_least": 5}}]}, {"n": {"at_least": 5}}),
        ({"all": [{"n": {"answered": True}}, {"a": {"is": "x"}}]}, {"all": [{"n": {"answered": True}}, {"a": {"is": "x"}}]}),
        ({"not": {"a": {"is": "x"}}}, {"not": {"a": {"is": "x"}}}),
    ],
)  # fmt: skip
def test_many_words_become_one(long: dict[str, Any], short: dict[str, Any]) -> None:
    assert tidied(long) == short


TESTS = st.one_of(
    st.builds(lambda op, code: {"a": {op: code}}, st.sampled_from(["is", "is_not"]), st.sampled_from("xyz")),
    st.builds(lambda op, codes: {"a": {op: codes}}, st.sampled_from(["one_of", "none_of"]),
              st.lists(st.sampled_from("xyz"), min_size=1)),
    st.builds(lambda op, codes: {"b": {op: codes}}, st.sampled_from(["includes_all", "includes_any", "includes_none"]),
              st.lists(st.sampled_from("xyz"), min_size=1)),
    st.builds(lambda code: {"b": {"includes": code}}, st.sampled_from("xyz")),
    st.builds(lambda n: {"b": {"count": {"at_most": n}}}, st.integers(0, 3)),
    st.builds(lambda op, n: {"n": {op: n}}, st.sampled_from(["is", "is_not", "at_least", "less_than"]), st.sampled_from([0, 5])),
    st.builds(lambda name, there: {name: {"answered": there}}, st.sampled_from("abn"), st.booleans()),
)  # fmt: skip
CONDITIONS = st.recursive(
    TESTS,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, min_size=1, max_size=4)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=10,
)


@settings(max_examples=300, deadline=None)
@given(CONDITIONS)
def test_it_holds_for_the_same_answers(condition: dict[str, Any]) -> None:
    short = tidied(condition)
    assert tidied(short) == short
    for a, b, n in product(*ANSWERS.values()):
        answers = {name: value for name, value in zip("abn", (a, b, n), strict=True) if value is not None}
        assert holds(short, answers) == holds(condition, answers), (short, answers)
