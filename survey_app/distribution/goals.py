"""How many answers a week every shop aims at: a goal for the number of answers, never for what they say."""

from collections.abc import Collection

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import ShopGoal
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

MOST = 10_000


def set_goal(*, questionnaire: Questionnaire, per_week: int, by: Actor) -> None:
    """The goal of every shop for this questionnaire; 0 for none."""
    if not 0 <= per_week <= MOST:
        raise DomainError(N_("每周目标是 0 到 %(n)s 之间的整数，0 表示不设目标。"), n=MOST).at("per_week")
    row = db.session.get(ShopGoal, questionnaire.id)
    before = row.per_week if row else 0
    if before == per_week:
        return
    if row is None:
        row = ShopGoal(questionnaire_id=questionnaire.id)
        db.session.add(row)
    row.per_week = per_week
    db.session.flush()
    events.record("shop_goal.set", questionnaire, by=by, before=before, after=per_week)


def goals_of(questionnaire_ids: Collection[int]) -> dict[int, int]:
    """Questionnaire id -> answers a week; those without a goal are missing."""
    chosen = select(ShopGoal.questionnaire_id, ShopGoal.per_week)
    chosen = chosen.where(ShopGoal.questionnaire_id.in_(questionnaire_ids), ShopGoal.per_week > 0)
    return dict(db.session.execute(chosen).tuples().all())
