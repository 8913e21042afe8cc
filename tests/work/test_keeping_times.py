"""Promises about time that no room of its own tests."""

from datetime import timedelta

from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.messaging import forgetting
from survey_app.messaging.models import Message

NOW = clock.now()


def sent(number: int, days_ago: int) -> None:
    at = NOW - timedelta(days=days_ago)
    row = Message(id=number, purpose="invitation", subject_id=number, channel="sms", state="delivered", due_at=at)
    row.next_try_at = row.created_at = row.sent_at = row.ended_at = at
    row.recipient_index = bytes(32)
    db.session.add(row)


def test_a_message_forgets_its_recipient_after_31_days(app: Flask) -> None:
    for number, days in enumerate((0, 30, 31, 32, 400), 1):
        sent(number, days)
    db.session.commit()
    forgetting.forget_recipients(now=NOW)
    db.session.commit()
    known = [row.id for row in db.session.query(Message).order_by(Message.id) if row.recipient_index is not None]
    assert known == [1, 2, 3]
    assert db.session.query(Message).count() == 5
