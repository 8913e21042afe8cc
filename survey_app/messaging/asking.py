"""Asking providers what became of messages, and ending what nobody can tell about: all is final within 72 hours."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import CursorResult, and_, case, or_, select, update

from survey_app import clock
from survey_app.database import db, read_only
from survey_app.messaging import claiming, outcomes, purposes, senders
from survey_app.messaging.channels.kinds import KINDS, build
from survey_app.messaging.channels.port import Channel, News
from survey_app.messaging.claiming import FINAL_AFTER
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.outcomes import ASK_AFTER, REPORT_AFTER
from survey_app.messaging.purposes import Outgoing

log = logging.getLogger("survey_app.messaging")

BATCH = 100
PARALLEL = 8
AGAIN = timedelta(minutes=2)  # when whoever asks dies before the answer is written down
GRACE = timedelta(hours=1)  # for the last question, when no worker ran for a while

Question = tuple[Message, Outgoing | None]


def reconcile(app: Flask, now: datetime) -> int:
    """Lose what has no holder, ask about a batch, end what is over. Returns how many questions were asked."""
    with app.app_context():
        claiming.lose_expired(now=now)
        db.session.commit()
        house = purposes.house()
        rows = [row for row in db.session.scalars(select(Sender)) if KINDS[row.kind].make.asks]
        vault = app.extensions["survey_vault"]
        ways = {row.id: senders.way(row, house=house, vault=vault) for row in rows}
        db.session.rollback()
        asked = 0
        for sender_id, way in ways.items():
            questions = _take(sender_id, now)
            if questions:
                asked += _ask(build(way.kind, way.options, way.secrets), sender_id, questions, now)
        finish(asking=list(ways), now=now)
        db.session.commit()
        return asked


def _take(sender_id: int, now: datetime) -> list[Question]:
    """Messages to ask about now, held back from other workers for a while; a worker that dies leaves them to the next one."""
    waiting = (
        select(Message)
        .where(Message.state.in_(("unknown", "accepted")), Message.sender_id == sender_id, Message.next_try_at <= now)
        .where(Message.asked < len(ASK_AFTER))
        .order_by(case((Message.state == "unknown", 0), else_=1), Message.next_try_at)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = list(db.session.scalars(waiting))
    for row in rows:
        row.next_try_at = now + AGAIN
    db.session.flush()
    for row in rows:
        db.session.expunge(row)
    db.session.commit()
    with read_only():
        found = [(row, _outgoing(row, now)) for row in rows]
        db.session.remove()
    return found


def _outgoing(row: Message, now: datetime) -> Outgoing | None:
    purpose = purposes.find(row.purpose)
    try:
        return purpose.compose(row, now) if purpose is not None else None
    except Exception:  # erased meanwhile, keys destroyed: there is nobody to ask about
        db.session.rollback()
        return None


def _ask(channel: Channel, sender_id: int, questions: Sequence[Question], now: datetime) -> int:
    def one(question: Question) -> News | None:
        row, outgoing = question
        if outgoing is None:
            return None
        try:
            return channel.ask(
                outgoing, row.attempt_id or "", number=row.provider_number or "", sent_at=row.sent_at or row.created_at
            )
        except Exception:
            log.exception("asking about message %s failed", row.id)
            return None

    with ThreadPoolExecutor(PARALLEL, thread_name_prefix="ask") as pool:
        answers = list(pool.map(one, questions))
    for (row, _), news in zip(questions, answers, strict=True):
        begun = row.sent_at or row.created_at
        asked = max(1, sum(begun + after <= now for after in ASK_AFTER))
        # a provider's own records lag behind: its "never seen" is proof after an hour, not earlier
        if news is not None and not (news.state == "not_accepted" and asked < 3):
            outcomes.settle(news, sender_id=sender_id, now=clock.now())
        next_at = begun + (FINAL_AFTER if asked >= len(ASK_AFTER) else ASK_AFTER[asked])
        still_open = update(Message).where(
            Message.id == row.id, Message.attempt_id == row.attempt_id, Message.state.in_(("unknown", "accepted"))
        )
        db.session.execute(
            still_open.values(asked=asked, next_try_at=next_at).execution_options(synchronize_session=False)
        )
        db.session.commit()
    return len(questions)


def finish(*, asking: Sequence[int], now: datetime) -> None:
    """End by time: unknown after a day, accepted without a receipt after three, queued that nobody would take after three.

    A way that gives no receipts (mail) is different: no bounce in three days is as good as delivered.
    """
    all_asked = or_(Message.asked >= len(ASK_AFTER), Message.sender_id.not_in(asking), Message.sender_id.is_(None))
    unsure = and_(Message.state == "unknown", Message.sent_at <= now - REPORT_AFTER)
    _end(and_(unsure, or_(all_asked, Message.sent_at <= now - REPORT_AFTER - GRACE)), "unknown_reported", now)
    quiet = [kind.name for kind in KINDS.values() if not kind.make.receipts]
    silent = select(Sender.id).where(Sender.kind.in_(quiet))
    old = and_(Message.state == "accepted", Message.sent_at <= now - FINAL_AFTER)
    _end(and_(old, Message.sender_id.in_(silent)), "delivered", now, reason="no_bounce")
    _end(old, "expired", now, reason="no_receipt")
    if not purposes.house().paused:
        late = and_(Message.state == "queued", Message.due_at <= now - FINAL_AFTER, Message.next_try_at <= now)
        _end(late, "expired", now, reason="too_late")


def _end(which: object, state: str, now: datetime, **more: str) -> int:
    statement = update(Message).where(which).values(state=state, ended_at=now, **more)  # type: ignore[arg-type]
    result = db.session.execute(statement.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount
