"""Queueing messages. The outbox table is the record; nothing else knows what is to be sent (reliability.md 3.1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app.database import db, next_ids
from survey_app.messaging.models import Message

CHUNK = 5_000  # rows of one executemany


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A sending step to queue. (purpose, subject_id, step) is its identity: queued twice it stands there once."""

    purpose: str
    subject_id: int
    channel: str  # sms | email
    due_at: datetime
    step: int = 0  # 0 the message itself, 1 and 2 its reminders
    language: str = "zh-CN"
    recipient_index: bytes | None = None  # vault.blind_index of the address: for the cap per phone and 30 days
    campaign_id: int | None = None
    segments: int = 0  # as counted at the launch, for the budget
    cost_cents: int = 0


def queue(rows: Sequence[NewMessage], *, now: datetime) -> int:
    """Add the rows to the running transaction; returns how many were new. The caller commits."""
    if not rows:
        return 0
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    statement = dialect.insert(Message.__table__).on_conflict_do_nothing(
        index_elements=["purpose", "subject_id", "step"]
    )
    statement = statement.execution_options(preserve_rowcount=True)
    ids = next_ids(Message, len(rows))
    added = 0
    for start in range(0, len(rows), CHUNK):
        part = [
            _values(number, row, now) for number, row in zip(ids[start:], rows[start : start + CHUNK], strict=False)
        ]
        result = db.session.execute(statement, part)
        assert isinstance(result, CursorResult)
        added += max(result.rowcount, 0)
    return added


def _values(number: int, row: NewMessage, now: datetime) -> dict[str, Any]:
    return {
        "id": number,
        "purpose": row.purpose,
        "subject_id": row.subject_id,
        "step": row.step,
        "campaign_id": row.campaign_id,
        "channel": row.channel,
        "language": row.language,
        "recipient_index": row.recipient_index,
        "state": "queued",
        "reason": "",
        "due_at": row.due_at,
        "next_try_at": row.due_at,
        "segments": row.segments,
        "cost_cents": row.cost_cents,
        "created_at": now,
    }


def begin_anew(*, now: datetime) -> None:
    """After a pause: what waited meanwhile has its 72 hours from now. The gate still cancels what came too late."""
    waited = update(Message).where(Message.state == "queued", Message.due_at < now).values(due_at=now)
    db.session.execute(waited.execution_options(synchronize_session=False))
