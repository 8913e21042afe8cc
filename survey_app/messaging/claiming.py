"""Taking messages from the outbox: the gate and the claim in one transaction, committed before anybody is called."""

import logging
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CursorResult, Engine, Table, bindparam, select, update

from survey_app import clock
from survey_app.database import db, read_only
from survey_app.messaging import purposes
from survey_app.messaging.models import Message
from survey_app.messaging.purposes import Verdict

log = logging.getLogger("survey_app.messaging")

LEASE = timedelta(seconds=60)
FINAL_AFTER = timedelta(hours=72)
GATE_AGAIN = timedelta(minutes=5)  # after a gate that raised
MOST_TRIES = 5

_message: Table = Message.__table__  # type: ignore[assignment]
_LEASE_OF = select(_message.c.lease_until).where(
    _message.c.attempt_id == bindparam("attempt"), _message.c.state == "claimed"
)


@dataclass(frozen=True, slots=True)
class Claimed:
    """The right to hand one message over, once, until the lease ends. `message` is detached: plain values of that moment."""

    message: Message
    attempt_id: str
    lease_until: datetime


@dataclass(frozen=True, slots=True)
class Batch:
    """What one look at the outbox gave: `looked` rows were due, of which some wait or were cancelled now."""

    claimed: Sequence[Claimed]
    looked: int


def claim(channel: str, *, sender_id: int, most: int, look: int, now: datetime) -> Batch:
    """Take up to `most` due messages of a channel, looking at `look`, in the running transaction. The caller commits first.

    A message that fails the gate is cancelled or waits, with the reason. Rows that another worker holds are passed over.
    """
    due = (
        select(Message)
        .where(Message.state == "queued", Message.channel == channel, Message.next_try_at <= now)
        .order_by(Message.next_try_at, Message.id)
        .limit(look)
        .with_for_update(skip_locked=True)
    )
    rows = list(db.session.scalars(due))
    for row in rows:
        db.session.expunge(row)
    verdicts = _verdicts(rows, now)
    _apply(rows, verdicts, now)
    going = [row for row in rows if verdicts[row.id].kind == "go"][:most]
    return Batch(_take(going, sender_id, now), len(rows))


def _verdicts(rows: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    found: dict[int, Verdict] = {}
    by_purpose: dict[str, list[Message]] = defaultdict(list)
    for row in rows:
        if row.due_at + FINAL_AFTER <= now:
            found[row.id] = Verdict("cancel", None, "too_late")
        else:
            by_purpose[row.purpose].append(row)
    for name, messages in by_purpose.items():
        purpose = purposes.find(name)
        given: Mapping[int, Verdict] = {} if purpose is None else _ask_gate(purpose, messages, now)
        found |= {message.id: given.get(message.id, purposes.cancel("not_due")) for message in messages}
    return found


def _ask_gate(purpose: purposes.Purpose, messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    """The verdicts; when the gate raises, each message is judged alone, so that one bad row holds nobody else up."""
    try:
        with db.session.begin_nested():
            return dict(purpose.gate(messages, now))
    except Exception:
        log.exception("the gate of %s failed for %s messages", messages[0].purpose, len(messages))
    found: dict[int, Verdict] = {}
    for message in messages:
        try:
            with db.session.begin_nested():
                found |= purpose.gate([message], now)
        except Exception:
            broken = message.attempts + 1 >= MOST_TRIES
            found[message.id] = (
                purposes.cancel("gate_error") if broken else purposes.wait(now + GATE_AGAIN, "gate_error")
            )
    return found


def _apply(rows: Sequence[Message], verdicts: Mapping[int, Verdict], now: datetime) -> None:
    waiting: list[dict[str, Any]] = []
    ending: list[dict[str, Any]] = []
    for row in rows:
        verdict = verdicts[row.id]
        if verdict.kind == "wait":
            until = max(verdict.until or now, now + timedelta(seconds=1))
            tries = row.attempts + (verdict.reason == "gate_error")
            waiting.append({"number": row.id, "until": until, "why": verdict.reason[:40], "tries": tries})
        elif verdict.kind == "cancel":
            state = "expired" if verdict.reason == "too_late" else "cancelled"
            ending.append({"number": row.id, "to": state, "why": verdict.reason[:40]})
    if waiting:
        later = _queued().values(
            next_try_at=bindparam("until"),
            due_at=bindparam("until"),
            reason=bindparam("why"),
            attempts=bindparam("tries"),
        )
        db.session.connection().execute(later, waiting)
    if ending:
        ended = _queued().values(state=bindparam("to"), reason=bindparam("why"), ended_at=now)
        db.session.connection().execute(ended, ending)


def _queued() -> Any:
    return update(_message).where(_message.c.id == bindparam("number"), _message.c.state == "queued")


def _take(rows: Sequence[Message], sender_id: int, now: datetime) -> list[Claimed]:
    if not rows:
        return []
    taken = [Claimed(row, secrets.token_hex(16), now + LEASE) for row in rows]
    statement = _queued().values(
        state="claimed",
        attempt_id=bindparam("attempt"),
        fence=_message.c.fence + 1,
        attempts=_message.c.attempts + 1,
        lease_until=now + LEASE,
        sender_id=sender_id,
        provider_number=None,
        reason="",
        sent_at=now,
        asked=0,
    )
    values = [{"number": one.message.id, "attempt": one.attempt_id} for one in taken]
    result = db.session.connection().execute(statement, values)
    assert isinstance(result, CursorResult) and result.rowcount == len(values)
    return taken


def still_ours(held: Claimed, engine: Engine, *, seconds: float) -> bool:
    """Whether the lease holds for `seconds` more, asked on a connection that is given back before the provider is called."""
    with read_only(), engine.connect() as connection:
        until = connection.execute(_LEASE_OF, {"attempt": held.attempt_id}).scalar_one_or_none()
    return until is not None and clock.now() + timedelta(seconds=seconds) < until


def lose_expired(*, now: datetime) -> int:
    """What a worker claimed and did not finish in its lease may have left: it becomes unknown, and is never sent by itself."""
    lost = (
        update(_message)
        .where(_message.c.state == "claimed", _message.c.lease_until < now)
        .values(state="unknown", reason="worker_lost", lease_until=None, next_try_at=_message.c.sent_at)
    )
    result = db.session.connection().execute(lost)
    assert isinstance(result, CursorResult)
    return result.rowcount
