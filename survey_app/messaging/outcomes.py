"""What becomes of a message: the answer to our call, a receipt, the answer to our question. The state machine stands here.

An attempt is found by its attempt_id, which no other attempt ever had. Final states never change.
"""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Table, select, update

from survey_app.database import db, next_ids
from survey_app.messaging.channels.port import Accepted, Answer, News, Rejected, Unreachable
from survey_app.messaging.claiming import FINAL_AFTER, LEASE, MOST_TRIES, Claimed
from survey_app.messaging.models import FINAL, Message, Receipt, Sender

ASK_AFTER = (timedelta(minutes=2), timedelta(minutes=10), timedelta(minutes=60), timedelta(hours=24))
REPORT_AFTER = ASK_AFTER[-1]
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=20), timedelta(hours=1), timedelta(hours=1))
UNREACHABLE_PAUSE = timedelta(minutes=1)

_message: Table = Message.__table__  # type: ignore[assignment]


def record(results: Sequence[tuple[Claimed, Answer]], *, asks: bool, now: datetime) -> None:
    """Write down what the provider said to our calls, in the running transaction. A receipt that was faster stays."""
    for held, answer in results:
        values = _values(held, answer, asks=asks, now=now)
        mine = update(_message).where(_message.c.attempt_id == held.attempt_id)
        done = db.session.connection().execute(
            mine.where(_message.c.state.in_(("claimed", "unknown"))).values(lease_until=None, **values)
        )
        assert isinstance(done, CursorResult)
        if done.rowcount == 0 and isinstance(answer, Accepted):
            number = answer.number[:80] or None
            db.session.connection().execute(
                mine.where(_message.c.provider_number.is_(None)).values(provider_number=number)
            )


def _values(held: Claimed, answer: Answer, *, asks: bool, now: datetime) -> dict[str, Any]:
    sent_at = held.lease_until - LEASE
    if isinstance(answer, Accepted):
        number = answer.number[:80] or None
        if answer.delivered:
            return {"state": "delivered", "provider_number": number, "reason": "", "ended_at": now}
        later = ASK_AFTER[0] if asks else FINAL_AFTER
        return {"state": "accepted", "provider_number": number, "reason": "", "next_try_at": sent_at + later}
    if isinstance(answer, Rejected):
        tries = held.message.attempts + 1
        if answer.final or tries >= MOST_TRIES:
            return {"state": "failed", "reason": answer.code, "ended_at": now}
        return _again(answer.code, now + PAUSES[tries - 1] * (0.5 + random.random()))
    if isinstance(answer, Unreachable):
        pause = UNREACHABLE_PAUSE * (0.5 + random.random())
        return _again(answer.code, now + pause) | {"attempts": held.message.attempts}
    later = ASK_AFTER[0] if asks else REPORT_AFTER
    return {"state": "unknown", "reason": answer.code, "next_try_at": sent_at + later}


def _again(code: str, at: datetime) -> dict[str, Any]:
    return {"state": "queued", "reason": code, "next_try_at": at, "attempt_id": None}


def release(held: Sequence[Claimed], *, now: datetime) -> None:
    """Give back what was claimed and certainly not handed over; it costs no try."""
    for one in held:
        db.session.connection().execute(
            update(_message)
            .where(_message.c.attempt_id == one.attempt_id, _message.c.state.in_(("claimed", "unknown")))
            .values(lease_until=None, attempts=one.message.attempts, **_again("", now))
        )


def settle(news: News, *, sender_id: int, now: datetime) -> Message | None:
    """Take over what a provider told, with the row locked. Unknown attempts are counted and dropped (None)."""
    found = _find(news, sender_id)
    if found is None:
        counted = update(Sender).where(Sender.id == sender_id).values(strange_receipts=Sender.strange_receipts + 1)
        db.session.execute(counted.execution_options(synchronize_session=False))
        return None
    if news.number and found.provider_number is None:
        found.provider_number = news.number[:80]
    _keep(found, news, now)
    if found.state not in FINAL and found.state != "queued":
        _move(found, news, now)
    db.session.flush()
    return found


def _find(news: News, sender_id: int) -> Message | None:
    row = select(Message).with_for_update().execution_options(populate_existing=True)
    found = None
    if news.attempt_id:
        found = db.session.scalar(row.where(Message.attempt_id == news.attempt_id))
    if found is None and news.number:
        numbered = row.where(Message.provider_number == news.number[:80], Message.sender_id == sender_id)
        found = db.session.scalar(numbered.limit(1))
    return found


def _keep(found: Message, news: News, now: datetime) -> None:
    same = select(Receipt.id).where(
        Receipt.message_id == found.id, Receipt.state == news.state, Receipt.code == news.code[:40]
    )
    if db.session.scalar(same) is None:
        number = next_ids(Receipt, 1)[0]
        db.session.add(Receipt(id=number, message_id=found.id, state=news.state, code=news.code[:40], at=now))
        db.session.flush()


def _move(found: Message, news: News, now: datetime) -> None:
    if news.state in ("delivered", "failed"):
        found.state, found.ended_at = news.state, now
        found.reason = news.code[:40] if news.state == "failed" else ""
    elif news.state == "accepted" and found.state == "unknown":
        found.state, found.reason = "accepted", ""
    elif news.state == "not_accepted" and found.state == "unknown" and not found.requeued:
        found.state, found.reason, found.requeued = "queued", "proved_not_sent", True
        found.next_try_at, found.attempt_id = now, None
    found.lease_until = None if found.state != "claimed" else found.lease_until
