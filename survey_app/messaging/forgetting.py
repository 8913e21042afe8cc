"""What messages forget: addresses were never stored; the blind index of the recipient goes after 31 days (privacy.md 9)."""

from datetime import datetime, timedelta

from sqlalchemy import CursorResult, and_, or_, update

from survey_app.database import db
from survey_app.messaging.models import FINAL, Message

KEEP_RECIPIENT = timedelta(days=31)  # a day longer than the cap of one invitation in 30 days looks back


def forget_recipients(*, now: datetime) -> int:
    """Drop the blind index of old messages; returns how many. What was never sent counts from its end."""
    old = now - KEEP_RECIPIENT
    done = and_(Message.sent_at.is_(None), Message.state.in_(FINAL), Message.created_at < old)
    statement = (
        update(Message)
        .where(Message.recipient_index.is_not(None), or_(Message.sent_at < old, done))
        .values(recipient_index=None)
        .execution_options(synchronize_session=False)
    )
    result = db.session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount
