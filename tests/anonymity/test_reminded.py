"""Who got no reminder took part: the database says so. It must not say what they said (privacy.md 3.3 rule 12, 12, 14)."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.events import WORKER
from survey_app.responses import settling
from survey_app.responses.models import HeldBack
from tests.anonymity.reminded import GUESSES, LowTown, Row, answers, candidates, found, known_people, live
from tests.runner.street import site

LEAST = 10


@pytest.fixture
def runner(settings: Settings) -> Iterator[Flask]:
    made = site(settings)
    made.personal.slow_seconds = 0  # type: ignore[attr-defined]
    yield made
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()


def told(row: Row) -> tuple[Any, ...]:
    """What an answer shows of where, when and how it came."""
    return row["wave_id"], row["version_id"], row["shop_id"], row["day"], row["channel"]


def attack(town: LowTown, what: str, today: int) -> None:
    """Guess the owner of every answer from reminder rows; then as somebody who knows exactly who came where, when and how."""
    people, rows = known_people(town.first + today), answers(town)
    assert len(rows) > 60 and sum(one.until is not None for one in people) > 30
    sizes = Counter(map(told, rows))
    invited = Counter((one.wave_id, one.shop_id) for one in people)
    limits = [_limit(row, invited) for row in rows]
    error = math.sqrt(sum(p * (1 - p) for p in limits)) / len(rows)
    mean = sum(limits) / len(rows)
    right: dict[str, float] = dict.fromkeys(GUESSES, 0.0)
    in_groups: dict[tuple[str, Any], float] = defaultdict(float)
    sure = 0
    for row in rows:
        may = candidates(people, row)
        assert row["owner"] in {one.number for one in may}  # the attack is sound: nobody is ruled out who did it
        sure += len(may) == 1
        for name, guess in GUESSES.items():
            chosen = guess(may, row)
            hit = sum(one.number == row["owner"] for one in chosen) / len(chosen)
            right[name] += hit
            in_groups[name, told(row)] += hit / sizes[told(row)]
    rates = {name: number / len(rows) for name, number in right.items()}
    rates["who came where, when and how"] = len(sizes) / len(rows)
    with_shop, with_day = (sum(row[name] is not None for row in rows) for name in ("shop_id", "day"))
    print(
        f"\n{what}: {len(rows)} answers, {with_shop} with a shop, {with_day} with a day, groups from {min(sizes.values())}; "
        f"bound {mean:.3f} + {3 * error:.3f}; named for certain {sure}; worst group {max(in_groups.values()):.3f}; "
        + ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items())
    )
    assert sure == 0
    assert max(rates.values()) <= mean + 3 * error, rates
    assert max(in_groups.values()) <= 1 / LEAST + 1e-9
    assert min(sizes.values()) >= LEAST


def _limit(row: Row, invited: Counter[tuple[int, int]]) -> float:
    group = invited[row["wave_id"], row["shop_id"]] if row["shop_id"] is not None else LEAST
    return max(1 / LEAST, 1 / group)


@pytest.mark.anonymity
def test_the_people_without_a_reminder_are_not_linked_to_answers(
    app: Flask, settings: Settings, runner: Flask, full: bool
) -> None:
    town = found(runner, shops_of_each=4 if full else 1, seed=11)
    live(town, range(9))
    attack(town, "after nine days", 8)
    live(town, range(9, 24))
    attack(town, "after all answers", 23)
    over = town.start + timedelta(days=100)
    settling.forget_arrivals(now=over)
    settling.forget_arrivals(now=over - timedelta(days=60))  # rewrites what stands at the first of the months
    assert db.session.scalar(select(func.count()).select_from(HeldBack)) == 0
    db.session.rollback()
    attack(town, "after the close", 100)
    assert waves.destroy_due(now=over + timedelta(days=100), by=WORKER) == 2
    db.session.remove()
    assert not any(web.vault().has_wave(wave_id) for wave_id in town.waves)
    attack(town, "after the keys", 200)
