"""What follows when a questionnaire promises more than before: earlier answers lose what the new promise excludes.

identified -> confidential: times become hours. -> anonymous: links, times, order data, keyed indexes and opened marks go. These
answers are then de-identified, and anonymous only when the old backups have expired (privacy.md 2).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update

from survey_app import events
from survey_app.campaigns.models import Invitation, Opened
from survey_app.database import db
from survey_app.design.models import MODES, Questionnaire, Version
from survey_app.events import WORKER
from survey_app.responses import links
from survey_app.responses.models import Response

_AT_ONCE = 500


def apply(*, now: datetime) -> int:
    """The tick: bring answers and invitations down to the mode of their questionnaire. Commits in batches, safe to run again.

    Returns how many answers and invitations changed. A form that was under way is caught by the next tick.
    """
    done = 0
    for mode in MODES[1:]:  # confidential, anonymous: from the loosest
        looser = MODES[: MODES.index(mode)]
        answers = _in_batches(_answers(mode, looser), lambda ids, mode=mode: links.tighten(ids, mode))
        invited = _in_batches(_invitations(mode, looser), lambda ids, mode=mode: _tighten_invitations(ids, mode))
        if answers or invited:
            events.record("mode.applied", Questionnaire, by=WORKER, mode=mode, answers=answers, invitations=invited)
            db.session.commit()
        done += answers + invited
    return done


def _in_batches(query: Any, change: Any) -> int:
    done = 0
    while ids := list(db.session.scalars(query.limit(_AT_ONCE))):
        change(ids)
        db.session.commit()
        done += len(ids)
    return done


def _answers(mode: str, looser: tuple[str, ...]) -> Any:
    return (
        select(Response.id)
        .join(Version, Version.id == Response.version_id)
        .join(Questionnaire, Questionnaire.id == Version.questionnaire_id)
        .where(Questionnaire.mode == mode, Response.mode.in_(looser))
        .order_by(Response.id)
    )


def _invitations(mode: str, looser: tuple[str, ...]) -> Any:
    return (
        select(Invitation.id)
        .join(Questionnaire, Questionnaire.id == Invitation.questionnaire_id)
        .where(Questionnaire.mode == mode, Invitation.mode.in_(looser))
        .order_by(Invitation.id)
    )


def _tighten_invitations(ids: list[int], mode: str) -> None:
    values: dict[str, Any] = {"mode": mode}
    if mode == "anonymous":
        values |= {"code_index": None, "facts": ""}
        db.session.execute(delete(Opened).where(Opened.invitation_id.in_(ids)))
    statement = update(Invitation).where(Invitation.id.in_(ids)).values(**values)
    db.session.execute(statement.execution_options(synchronize_session=False))
