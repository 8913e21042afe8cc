"""Customers who were asked at the counter and said no: a count per questionnaire, shop and day, nothing about them."""

from datetime import datetime

from sqlalchemy import select

from survey_app import clock, events
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import Refusal
from survey_app.events import Actor
from survey_app.organisation.models import Shop


def count_refusal(*, questionnaire: Questionnaire, shop: Shop, by: Actor, now: datetime) -> int:
    """One more today; returns how many there are today."""
    row = _today(questionnaire, shop, now)
    if row is None:
        row = Refusal(questionnaire_id=questionnaire.id, shop_id=shop.id, day=clock.day_number(now), count=0)
        db.session.add(row)
    row.count += 1
    db.session.flush()
    events.record("refusal.counted", shop, by=by, questionnaire=questionnaire.name, shop=shop.code)
    return row.count


def take_back(*, questionnaire: Questionnaire, shop: Shop, by: Actor, now: datetime) -> int:
    """One less today, when there is one; returns how many there are today."""
    row = _today(questionnaire, shop, now)
    if row is None or row.count == 0:
        return 0
    row.count -= 1
    db.session.flush()
    events.record("refusal.taken_back", shop, by=by, questionnaire=questionnaire.name, shop=shop.code)
    return row.count


def _today(questionnaire: Questionnaire, shop: Shop, now: datetime) -> Refusal | None:
    key = (questionnaire.id, shop.id, clock.day_number(now))
    return db.session.get(Refusal, key, with_for_update=True)  # two taps at once are two refusals


def of_day(*, shop: Shop, day: int) -> dict[int, int]:
    """Questionnaire id -> how many said no on this day."""
    chosen = select(Refusal.questionnaire_id, Refusal.count).where(Refusal.shop_id == shop.id, Refusal.day == day)
    return dict(db.session.execute(chosen).tuples().all())
