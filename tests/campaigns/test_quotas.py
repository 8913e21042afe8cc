"""What those who watch field work see of quotas: exact where answers are linked to people anyway, in steps of five where not."""

from typing import Any

import pytest
from flask import Flask

from survey_app import clock, web
from survey_app.campaigns import quotas
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.organisation.models import Organisation
from survey_app.questionnaire.definition import Definition
from survey_app.responses import settling
from survey_app.responses.quotas import Claim, Claims
from survey_app.responses.recording import Recorder
from tests.campaigns.test_fieldwork import definition
from tests.responses.world import World, answer, make_world

LIMIT = 12
QUOTAS = [{"name": "women", "when": {"q1": {"at_least": 4}}, "limit": LIMIT}]


class Counting:
    """A questionnaire with one quota."""

    def __init__(self, app: Flask) -> None:
        self.definition = Definition.from_json({**definition().to_json(), "quotas": QUOTAS})
        self.world: World = make_world(shops=1, definition=self.definition.to_json())
        self.recorder = Recorder(app.extensions["survey_settings"], web.vault())

    def answer(self, number: int, *, fits: bool = True, strict: bool = True) -> None:
        claims = Claims(self.world.questionnaire_id, (Claim("women", LIMIT),), strict=strict)
        for _ in range(number):
            self.recorder.submit(answer(self.world, claims=claims if fits else None))

    def line(self) -> quotas.Line:
        (found,) = quotas.of_questionnaire(
            db.session.get_one(Questionnaire, self.world.questionnaire_id), self.definition
        )
        db.session.rollback()
        return found

    def tick(self) -> int:
        moved = quotas.move_shown()
        db.session.commit()
        return moved


@pytest.fixture
def counting(app: Flask) -> Counting:
    return Counting(app)


def test_an_anonymous_count_moves_by_five_answers_and_is_shown_in_steps_of_five(counting: Counting) -> None:
    counting.answer(4)
    assert counting.tick() == 0 and counting.line().few
    counting.answer(3)
    assert counting.line().count == 0  # nothing moves by looking
    assert counting.tick() == 1
    assert (counting.line().count, counting.line().exact, counting.line().full) == (5, False, False)
    counting.answer(4)
    assert counting.tick() == 0 and counting.line().count == 5  # four answers more would tell who gave the fifth
    counting.answer(1, fits=False)
    assert counting.tick() == 1 and counting.line().count == 10


def test_a_full_quota_is_told_at_the_next_tick_with_its_number(counting: Counting) -> None:
    counting.answer(11)
    counting.tick()
    counting.answer(8)
    assert not counting.line().full
    assert counting.tick() == 1
    line = counting.line()
    assert (line.count, line.full, line.exact, line.bar, line.turned_away) == (LIMIT, True, True, LIMIT, 5)


def test_few_who_were_turned_away_are_not_shown(counting: Counting) -> None:
    counting.answer(LIMIT + 3)
    assert counting.line().turned_away is None
    counting.answer(2)
    assert counting.line().turned_away == 5


def test_what_tablets_brought_beyond_the_limit_is_counted(counting: Counting) -> None:
    counting.answer(LIMIT + 7, strict=False)
    counting.tick()
    line = counting.line()
    assert (line.count, line.exact, line.full, line.bar) == (15, False, True, LIMIT)


def test_sample_data_counts_at_once(counting: Counting) -> None:
    db.session.get_one(Organisation, 1).sample = True
    db.session.commit()
    counting.answer(2)
    assert (counting.line().count, counting.line().exact) == (2, True)


def test_full_quotas_are_named_for_the_page_of_a_campaign(counting: Counting) -> None:
    questionnaire: Any = db.session.get_one(Questionnaire, counting.world.questionnaire_id)
    assert quotas.full_ones(questionnaire) == []
    db.session.rollback()
    counting.answer(LIMIT)
    counting.tick()
    assert quotas.full_ones(db.session.get_one(Questionnaire, counting.world.questionnaire_id)) == ["women"]


def test_the_hourly_settling_leaves_the_counts_as_they_are(counting: Counting) -> None:
    counting.answer(LIMIT + 5)
    settling.forget_arrivals(now=clock.now())
    counting.tick()
    assert (counting.line().count, counting.line().turned_away) == (LIMIT, 5)
