"""The ledger of background work: the truth about what is to be done. huey only wakes and schedules.

A piece of work is a row written in the transaction of its cause. A worker claims it by one conditional UPDATE (FOR UPDATE
SKIP LOCKED on PostgreSQL), renews the lease while it works and finishes it; a row whose lease ran out is claimed again. Work
is at least once: every kind must be safe to run twice. A kind that raises five times is quarantined with its reason.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, Document, Moment

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 5
KEEP_FINISHED = timedelta(days=7)


class Work(Base):
    """One piece of work. No row names an anonymous response (privacy.md 3.3 rule 2)."""

    __tablename__ = "work"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    args: Mapped[dict[str, Any]] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)  # claimed, done, quarantined
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    fence: Mapped[int] = mapped_column(default=0)  # raised by every claim; an old holder cannot finish
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    progress: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)


class Tick(Base):
    """One run of a periodic task, claimed by whoever inserts its row first."""

    __tablename__ = "tick"
    __table_args__ = (UniqueConstraint("name", "at"),)

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, primary_key=True)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one piece of work until the lease ends."""

    id: int
    kind: str
    args: dict[str, Any]
    fence: int
    attempts: int
