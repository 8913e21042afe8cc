"""The shape of the data: columns, missing codes, versions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import routing
from survey_app.questionnaire.codebook import codebook, row, row_maker
from survey_app.questionnaire.publication import assign_values
from tests.questionnaire.tools import made, question, read, tiny


def test_the_golden_small_case_has_its_columns_and_values() -> None:
    definition = tiny("golden")
    assert [v.name for v in codebook([definition]).variables] == [
        "nps",
        "why_1",
        "why_2",
        "why_8",
        "why_other",
        "comment",
    ]
    first = row(definition, {"nps": 9, "why": ["1", "8"]}, {"why_other": "送药慢", "comment": "=1+1"})
    assert first == {"nps": 9, "why_1": 1, "why_2": 0, "why_8": 1, "why_other": "送药慢", "comment": "=1+1"}
    assert row(definition, {}, {}) == {
        "nps": -97,
        "why_1": -99,
        "why_2": -99,
        "why_8": -99,
        "why_other": "",
        "comment": "",
    }


@pytest.mark.parametrize(
    ("name", "answers", "expected"),
    [
        ("single_choice", {"channel_used": "app"}, {"channel_used": 2, "channel_used_other": ""}),
        ("single_choice", {"channel_used": "dont_say"}, {"channel_used": -96, "channel_used_other": ""}),
        ("single_choice", {"channel_used": "dont_know"}, {"channel_used": -95, "channel_used_other": ""}),
        ("dropdown", {"age_group": "2"}, {"age_group": 2}),
        ("rating", {"numbers": 0, "stars": "unknown"}, {"numbers": 0, "stars": -95, "words": -97}),
        ("likert", {"easy": "4", "clean": "unknown"}, {"easy": 4, "clean": -95}),
        ("matrix_rating", {"sat_price": 5}, {"sat_price": 5, "sat_staff": -97}),
        ("numbers", {"visits": 3, "amount": 1.5}, {"visits": 3, "amount": 1.5, "balance": -99997}),
        ("dates", {"bought": "2026-01-31"}, {"bought": "2026-01-31", "any_day": "", "came_at": ""}),
        ("consent", {"agree": "yes", "ill": "no"}, {"agree": 1, "ill": 2}),
        ("hidden", {"door": "south"}, {"origin": "poster", "door": 2, "good": -97, "more": ""}),
        (
            "computed",
            {"price": 5, "speed_felt": 4},
            {"price": 5, "speed_felt": 4, "average": 4.5, "level": 45, "sorry": ""},
        ),
        ("off_path", {"used": "no", "good": 1}, {"used": 2, "good": -99, "why_bad": "", "bye": -97}),
        ("end_if", {"adult": "no"}, {"adult": 2, "good": -99}),
    ],
)
def test_a_response_becomes_a_row_with_missing_codes(name: str, answers: Any, expected: Any) -> None:
    assert row(assign_values(tiny(name)), answers, {}) == expected


def test_a_choice_called_other_keeps_its_column_beside_its_text() -> None:
    other = [{"code": "a", "text": "a"}, {"code": "other", "text": "o", "other": True}]
    definition = made(question("q", "multiple_choice", choices=other))
    assert [v.name for v in definition.variables] == ["q_a", "q_other", "q_other_text"]
    result = read(definition, q=["other"], q_other="typed")
    assert (result.answers, result.texts) == ({"q": ["other"]}, {"q_other": "typed"})
    assert row(definition, result.answers, result.texts) == {"q_a": 0, "q_other": 1, "q_other_text": "typed"}


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "score": st.integers(0, 10),
        "why": st.lists(st.sampled_from("abc"), unique=True, min_size=1),
        "kind": st.sampled_from("xy"),
        "day": st.sampled_from(["2026-01-01", "2026-05-01"]),
        "used": st.sampled_from(["yes", "no"]),
        "good": st.integers(1, 5),
        "bye": st.integers(1, 5),
        "adult": st.sampled_from(["yes", "no"]),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["conditions", "off_path", "end_if"]), ANSWERS)
def test_a_row_marks_exactly_what_is_off_the_path(name: str, answers: dict[str, Any]) -> None:
    definition = tiny(name)
    way = routing.path(definition, answers, {})
    made_row = row(definition, answers, {})
    numeric = [v for v in definition.variables if v.storage == "number"]
    assert {v.question for v in numeric if made_row[v.name] != -99} == {v.question for v in numeric} & set(
        way.questions
    )


def test_columns_say_what_they_hold() -> None:
    book = codebook([tiny("multiple_choice")])
    why = book.by_name["why_slow"]
    assert (why.kind, why.set_name, why.code, why.answer) == ("multiple", "why", "slow", "why")
    assert [label.value for label in why.values] == [0, 1]
    assert book.by_name["why_other"].storage == "text"
    assert book.missing_values(book.by_name["why_other"]) == {}
    assert sorted(book.missing_values(why)) == [-99, -98, -97, -96, -95, -94]
    balance = codebook([tiny("numbers")]).by_name["balance"]
    assert balance.missing == -99999


OLD = made(
    pages=[
        {"questions": [question("a"), question("gone_a"), question("b", "multiple_choice")]},
        {"questions": [question("gone_c"), question("d")]},
    ]
)
NEW = made(
    pages=[
        {
            "questions": [
                question(
                    "b",
                    "multiple_choice",
                    choices=[{"code": c, "text": c} for c in ("c", "a")] + [{"code": "o", "text": "o", "other": True}],
                ),
                question("a"),
            ]
        },
        {"questions": [question("d"), question("fresh")]},
    ]
)


def test_columns_follow_the_newest_version_and_removed_ones_stay_in_their_section() -> None:
    names = [v.name for v in codebook([NEW, OLD]).variables]
    assert names == ["b_c", "b_a", "b_o", "b_b", "b_other", "a", "gone_a", "d", "gone_c", "fresh"]


def test_what_a_version_did_not_have_is_marked() -> None:
    book = codebook([NEW, OLD])
    values = row(OLD, {"a": 3, "b": ["a"]}, {}, book)
    assert values == {
        "b_c": 0,
        "b_a": 1,
        "b_o": -94,
        "b_b": 0,
        "b_other": "",
        "a": 3,
        "gone_a": -97,
        "d": -97,
        "gone_c": -97,
        "fresh": -94,
    }
    assert row_maker(NEW, book)({"a": 3}, {})["gone_a"] == -94


def test_values_of_all_versions_keep_their_labels() -> None:
    first = assign_values(made(question("q", "single_choice")))
    second = assign_values(
        made(question("q", "single_choice", choices=[{"code": c, "text": c} for c in ("c", "d")])), first
    )
    labels = {label.code: label.value for label in codebook([second, first]).by_name["q"].values}
    assert labels == {"c": 3, "d": 4, "a": 1, "b": 2}


def choices(*codes: str, **values: int) -> dict[str, Any]:
    return question(
        "q",
        "single_choice",
        choices=[{"code": c, "text": c} | ({"value": values[c]} if c in values else {}) for c in codes],
    )


def test_a_value_is_never_given_twice_over_versions() -> None:
    one = assign_values(made(choices("a", "b", "c")))
    two = assign_values(made(choices("a", "c")), one)
    three = assign_values(made(choices("d", "a", "c")), two)
    four = assign_values(made(choices("b", "d", "a")), three)
    values = [{c.code: c.value for c in v.question("q").choices} for v in (one, two, three, four)]  # type: ignore[attr-defined]
    assert values == [{"a": 1, "b": 2, "c": 3}, {"a": 1, "c": 3}, {"d": 4, "a": 1, "c": 3}, {"b": 2, "d": 4, "a": 1}]


def test_integer_codes_and_given_values_are_kept() -> None:
    definition = assign_values(made(choices("7", "x", "y", y=2)))
    assert [c.number for c in definition.question("q").choices] == [7, 8, 2]  # type: ignore[attr-defined]
    assert assign_values(definition, definition) == definition


def test_an_amount_may_exceed_the_total_where_another_may_lie_below_zero() -> None:
    items = [{"code": "a", "text": "a", "min": -2}, {"code": "b", "text": "b"}]
    asked = made(question("n", "constant_sum", total=5, items=items)).question("n")
    assert asked.bounds("n_a") == (-2, 5) and asked.bounds("n_b") == (0, 7)


@pytest.mark.parametrize("value", [-97, -95.5, -500])
def test_a_constant_is_never_taken_for_a_missing_code(value: float) -> None:
    definition = made(question("q"), question("fixed", "hidden", value=value))
    found = codebook([definition]).by_name["fixed"]
    assert row(definition, {}, {})["fixed"] == value
    assert value not in range(found.missing, found.missing + 6)


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (question("n", "number", min=-200_000), "n"),
        (question("n", "slider", min=-200_000, max=5), "n"),
        (question("n", "constant_sum", total=5, items=[{"code": c, "text": c, "min": -200_000} for c in "ab"]), "n_a"),
        (question("n", "matrix_fields", rows=[{"code": "a", "text": "a"}],
                  columns=[{"code": "c", "text": "c", "type": "number", "min": -200_000}]), "n_a_c"),
    ],
)  # fmt: skip
def test_no_typed_number_is_a_missing_code(asked: dict[str, Any], field: str) -> None:
    definition = made(asked)
    missing = codebook([definition]).by_name[field].missing
    result = read(definition, **{field: str(missing + 2)})
    assert [problem.code for problem in result.problems][:1] == ["number_too_small"]
