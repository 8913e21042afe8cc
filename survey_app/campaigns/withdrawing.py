"""Taking messages out of the queue: refunded orders, campaigns that ended. What left before cannot be undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, exists, select, update

from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.messaging.models import Message
from survey_app.people.models import Order

_WAITING = ("queued", "rejected")


def _cancel(condition: Any, *, reason: str, now: datetime) -> int:
    cancelled = (
        update(Message)
        .where(Message.purpose == PURPOSE, Message.state.in_(_WAITING), condition)
        .values(state="cancelled", reason=reason, ended_at=now)
        .execution_options(synchronize_session=False)
    )
    result = db.session.execute(cancelled)
    assert isinstance(result, CursorResult)
    return result.rowcount


def cancel_refunded(*, now: datetime) -> int:
    """Messages about orders that are no longer completed; returns how many left the queue.

    Invitations of which nothing was sent are cancelled with them: nobody knows their link.
    """
    refunded = select(Invitation.id).join(Order, Order.id == Invitation.order_id).where(Order.state != "completed")
    gone = _cancel(Message.subject_id.in_(refunded), reason="refunded", now=now)
    left = exists().where(Message.purpose == PURPOSE, Message.subject_id == Invitation.id, Message.sent_at.is_not(None))
    db.session.execute(
        update(Invitation)
        .where(Invitation.cancelled.is_(False), Invitation.id.in_(refunded), ~left)
        .values(cancelled=True)
        .execution_options(synchronize_session=False)
    )
    return gone


def cancel_all(campaign: Campaign, *, now: datetime) -> int:
    """Every message of a campaign that waits."""
    return _cancel(Message.campaign_id == campaign.id, reason="campaign_ended", now=now)


def hurry(campaign: Campaign, *, now: datetime) -> None:
    """After a pause: look at its waiting messages again now."""
    db.session.execute(
        update(Message)
        .where(Message.purpose == PURPOSE, Message.campaign_id == campaign.id)
        .where(Message.state == "queued", Message.reason == "paused")
        .values(next_try_at=now, due_at=now, reason="")
        .execution_options(synchronize_session=False)
    )
