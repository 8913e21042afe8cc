"""What follows when a questionnaire promises more than before: earlier answers lose what the new promise excludes.

identified -> confidential: times become hours. -> anonymous: links, times, order data, keyed indexes and opened marks go. These
answers are then de-identified, and anonymous only when the old backups have expired (privacy.md 2).
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from survey_app import events
from survey_app.campaigns.models import Invitation, Opened
from survey_app.database import db
from survey_app.design.models import MODES, Questionnaire
from survey_app.events import WORKER
from survey_app.responses import links

_AT_ONCE = 500


def apply(*, now: datetime) -> int:
    """The tick: bring answers and invitations down to the mode of their questionnaire. Commits in batches, safe to run again.

    Returns how many answers and invitations changed. A form that was under way is caught by the next tick.
    """
    done = 0
    for mode in MODES[1:]:  # confidential, anonymous: from the loosest
        answers = _in_batches(_answers, links.tighten, mode)
        invited = _in_batches(_invitations, _tighten_invitations, mode)
        if answers or invited:
            events.record("mode.applied", Questionnaire, by=WORKER, mode=mode, answers=answers, invitations=invited)
            db.session.commit()
        done += answers + invited
    return done


def _in_batches(find: Callable[[str], list[int]], change: Callable[[list[int], str], None], mode: str) -> int:
    done = 0
    while ids := find(mode):
        change(ids, mode)
        db.session.commit()
        done += len(ids)
    return done


def _answers(mode: str) -> list[int]:
    return links.looser(mode, limit=_AT_ONCE)


def _invitations(mode: str) -> list[int]:
    chosen = (
        select(Invitation.id)
        .join(Questionnaire, Questionnaire.id == Invitation.questionnaire_id)
        .where(Questionnaire.mode == mode, Invitation.mode.in_(MODES[: MODES.index(mode)]))
    )
    return list(db.session.scalars(chosen.order_by(Invitation.id).limit(_AT_ONCE)))


def _tighten_invitations(ids: list[int], mode: str) -> None:
    values: dict[str, Any] = {"mode": mode}
    if mode == "anonymous":
        values |= {"code_index": None, "facts": ""}
        db.session.execute(delete(Opened).where(Opened.invitation_id.in_(ids)))
    statement = update(Invitation).where(Invitation.id.in_(ids)).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))
