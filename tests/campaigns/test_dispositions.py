"""AAPOR's rates, against numbers worked out by hand from the Standard Definitions."""

import pytest

from survey_app.campaigns.dispositions import Cases, by_progress, eligible_share, rates, reached

FIELD = Cases(
    complete=400, partial=50, refused=20, broken_off=30, not_reached=60, other=10, no_return=380, undelivered=20,
    not_eligible=30,
)  # fmt: skip


def test_the_rates_are_those_of_the_definitions() -> None:
    e = 570 / 600
    assert eligible_share(FIELD) == pytest.approx(e)
    expected = {
        "RR1": 400 / 970, "RR2": 450 / 970, "RR3": 400 / (570 + e * 400), "RR4": 450 / (570 + e * 400),
        "RR5": 400 / 570, "RR6": 450 / 570, "COOP1": 400 / 510, "COOP2": 450 / 510, "COOP3": 400 / 500, "COOP4": 450 / 500,
    }  # fmt: skip
    found = rates(FIELD)
    assert list(found) == list(expected)
    for name, value in expected.items():
        assert found[name].value == pytest.approx(value), name


def test_formulas_say_what_was_divided() -> None:
    found = rates(FIELD)
    assert found["RR3"].formula == "I/(I+P+R+NC+O+e(UH+UO))"
    assert found["COOP4"].formula == "(I+P)/(I+P+R)"


def test_nobody_asked_gives_no_rate_and_no_error() -> None:
    assert {rate.value for rate in rates(Cases()).values()} == {None}


def test_everybody_is_in_one_place() -> None:
    assert FIELD.all == 1000
    assert (FIELD + Cases(complete=1)).all == 1001


def test_those_who_did_not_submit_count_by_how_far_they_came() -> None:
    order = [f"q{n}" for n in range(1, 11)]
    found = by_progress({"q10": 2, "q8": 1, "q7": 4, "q5": 1, "q4": 8, "gone": 16}, order)
    assert (found.complete, found.partial, found.broken_off) == (3, 5, 24)


def test_the_way_through_the_questions_loses_those_who_stopped() -> None:
    assert reached(5, {"a": 2, "c": 1}, ["a", "b", "c"]) == [("a", 8, 2), ("b", 6, 0), ("c", 6, 1)]
