"""Waves: one per questionnaire and month, with a number and keys that were never used before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import installation, web
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.distribution.models import Collector, Wave
from survey_app.errors import ConfigurationError
from tests.responses.world import World, make_world

NOW = datetime(2026, 7, 20, 4, tzinfo=UTC)
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)


@pytest.fixture
def world(app: Flask) -> World:
    return make_world(now=NOW)


def test_a_wave_has_keys_a_fingerprint_and_fourteen_days_of_grace(world: World) -> None:
    wave = db.session.get_one(Wave, world.wave_id)
    assert (wave.month, wave.closes_on) == (JULY, date(2026, 8, 14))
    assert wave.fingerprint == web.vault().wave_fingerprint(wave.id)


@pytest.mark.parametrize(
    ("month", "closes_on"),
    [
        (date(2028, 2, 29), date(2028, 3, 14)),
        (date(2026, 12, 5), date(2027, 1, 14)),
        (date(2026, 2, 1), date(2026, 3, 14)),
    ],
)
def test_the_closing_day_follows_the_calendar(month: date, closes_on: date) -> None:
    assert waves.closing_day(month) == closes_on


def test_asking_again_gives_the_same_wave(world: World) -> None:
    assert waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=NOW).id == world.wave_id
    again = waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=NOW, month=date(2026, 7, 31))
    assert again.id == world.wave_id


def test_the_month_is_that_of_china(world: World) -> None:
    late = datetime(2026, 7, 31, 17, tzinfo=UTC)  # already August in Shanghai
    assert waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=late).month == AUGUST


def test_open_collectors_get_this_month_and_the_next(world: World) -> None:
    made = waves.ensure_waves(now=NOW)
    db.session.commit()
    assert [wave.month for wave in made] == [JULY, AUGUST]
    assert waves.ensure_waves(now=NOW) == made
    for collector in db.session.scalars(select(Collector)):
        collector.closed_at = NOW
    db.session.commit()
    assert waves.ensure_waves(now=datetime(2026, 9, 1, tzinfo=UTC)) == []


def test_a_number_is_above_every_key_file_and_every_row(world: World) -> None:
    web.vault().create_wave(40)  # left by a restored or rolled-back database
    wave = waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=NOW, month=AUGUST)
    assert wave.id == 41
    web.vault().remove_waves([40, 41])
    assert waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=NOW, month=date(2026, 9, 1)).id == 42


def test_an_installation_with_a_lost_wave_key_refuses_to_start(app: Flask) -> None:
    world = make_world()
    web.vault().remove_waves([world.wave_id])
    with pytest.raises(ConfigurationError, match="wave"):
        installation.check(app)


def test_many_at_once_make_one_wave(world: World, app: Flask) -> None:
    db.session.rollback()

    def make(_: int) -> int:
        with app.app_context():
            number = waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=NOW, month=AUGUST).id
            db.session.commit()
            return number

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(make, range(8)))
    assert len(numbers) == 1
    assert len(db.session.scalars(select(Wave).where(Wave.month == AUGUST)).all()) == 1
