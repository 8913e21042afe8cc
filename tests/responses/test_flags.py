"""Speed and straight lines are coarse flags."""

import pytest

from survey_app.responses import flags

ROWS = ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    ("seconds", "flag"), [(0, "fast"), (29.9, "fast"), (30, "normal"), (90, "normal"), (270, "normal"), (271, "slow")]
)
def test_speed_compares_with_the_time_estimate(seconds: float, flag: str) -> None:
    assert flags.speed(seconds, 90) == flag


@pytest.mark.parametrize(
    ("answers", "straight"),
    [
        (dict.fromkeys(ROWS, 3), True),
        (dict.fromkeys(ROWS, "agree"), True),
        (dict.fromkeys(ROWS, 3) | {"e": 4}, False),
        (dict.fromkeys(ROWS[:4], 3), False),
        (dict.fromkeys(ROWS, 3) | {"e": "unknown"}, False),
        (dict.fromkeys(ROWS, "unknown"), False),
        ({}, False),
    ],
)
def test_five_equal_answers_on_one_scale_are_a_straight_line(answers: dict[str, object], straight: bool) -> None:
    assert flags.straightline(answers, [ROWS]) is straight


def test_items_of_different_scales_make_no_line() -> None:
    assert not flags.straightline(dict.fromkeys(ROWS, 3), [ROWS[:3], ROWS[3:]])
