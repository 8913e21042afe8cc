"""When a questionnaire takes answers: from, until, and not while it is retired. One answer for all of its doors.

The respondent's side reads these columns (`runner.doors`); a form that was opened before the end is taken for half an hour.
"""

from datetime import datetime

from survey_app import clock, events
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_

OPEN, EARLY, CLOSED, RETIRED = "open", "early", "closed", "retired"


def state(questionnaire: Questionnaire, now: datetime) -> str:
    """open, early (opens later), closed (its time is over) or retired."""
    if questionnaire.retired_at is not None:
        return RETIRED
    if questionnaire.closes_at is not None and now >= questionnaire.closes_at:
        return CLOSED
    return EARLY if questionnaire.opens_at is not None and now < questionnaire.opens_at else OPEN


def set_times(
    *, questionnaire: Questionnaire, opens_at: datetime | None, closes_at: datetime | None, by: Actor, now: datetime
) -> None:
    """Take answers from `opens_at` until `closes_at`; None: at once, without an end.

    A new moment must lie ahead: what respondents were told about the past cannot be changed afterwards.
    """
    if opens_at is not None and opens_at != questionnaire.opens_at and opens_at < now:
        raise DomainError(N_("开放时间已经过去。要立即开放，请把它清空。")).at("opens_at")
    if closes_at is not None and closes_at != questionnaire.closes_at and closes_at <= now:
        raise DomainError(N_("结束时间已经过去。要立即结束，请用“停用”。")).at("closes_at")
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        raise DomainError(N_("结束时间要晚于开放时间。")).at("closes_at")
    if (opens_at, closes_at) == (questionnaire.opens_at, questionnaire.closes_at):
        return
    questionnaire.opens_at, questionnaire.closes_at = opens_at, closes_at
    events.record(
        "questionnaire.scheduled", questionnaire, by=by, opens_at=_written(opens_at), closes_at=_written(closes_at)
    )


def retire(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> None:
    """Take no more answers through any door; links, versions and data stay."""
    if questionnaire.retired_at is None:
        questionnaire.retired_at = now
        events.record("questionnaire.retired", questionnaire, by=by)


def reopen(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> None:
    """Take answers again: not retired any more, and without an end that has passed."""
    over = questionnaire.closes_at is not None and questionnaire.closes_at <= now
    if questionnaire.retired_at is None and not over:
        return
    questionnaire.retired_at = None
    if over:
        questionnaire.closes_at = None
    events.record("questionnaire.reopened", questionnaire, by=by)


def _written(moment: datetime | None) -> str:
    return clock.china(moment).isoformat(timespec="minutes") if moment else ""
