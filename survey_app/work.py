"""The ledger of background work: the truth about what is to be done. huey only wakes and schedules.

A piece of work is a row written in the transaction of its cause. A worker claims it by one conditional UPDATE (FOR UPDATE
SKIP LOCKED on PostgreSQL), renews the lease while it works and finishes it; a row whose lease ran out is claimed again. Work
is at least once: every kind must be safe to run twice. A kind that raises five times is quarantined with its reason.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    CursorResult,
    Integer,
    String,
    Text,
    and_,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, Document, Moment, db, keep_private, reading_only

LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 5
KEEP_FINISHED = timedelta(days=7)
FIRST_PAUSE = timedelta(seconds=10)  # doubled by every further failure
TO_WAKE = "work_to_wake"  # key of the session's notes: ids to wake a worker for, once the transaction is durable


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
    """The last slot of a periodic task that a worker claimed. Unused on SQLite, see `claim_tick`."""

    __tablename__ = "tick"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one piece of work until the lease ends."""

    id: int
    kind: str
    args: dict[str, Any]
    fence: int
    attempts: int


class LeaseLost(Exception):
    """Somebody else holds the work now; what was done in this transaction must not be committed."""


def enqueue(kind: str, args: dict[str, Any], *, now: datetime, total: int = 0) -> Work:
    """Add a piece of work to the running transaction. A worker is woken after the commit; a sweep finds it anyway."""
    work = Work(kind=kind, args=args, created_at=now, next_try_at=now, total=total, state="queued")
    db.session.add(work)
    db.session.flush()
    db.session().info.setdefault(TO_WAKE, []).append(work.id)
    return work


def _claimable(now: datetime) -> Any:
    lease_over = and_(Work.state == "claimed", Work.lease_until < now)
    return and_(Work.next_try_at <= now, or_(Work.state == "queued", lease_over))


def due(*, now: datetime, limit: int = 200) -> list[tuple[int, datetime]]:
    """Work that may be claimed now, oldest first: (id, since when it could have been done)."""
    since = select(Work.id, Work.next_try_at, Work.lease_until).where(_claimable(now))
    rows = db.session.execute(since.order_by(Work.next_try_at, Work.id).limit(limit))
    return [(row.id, max(row.next_try_at, row.lease_until or row.next_try_at)) for row in rows]


def claim(work_id: int, *, now: datetime) -> Claim | None:
    """Take the work if nobody holds it, by one conditional UPDATE. The caller commits before it begins.

    None: another worker was faster, it is done, or its time has not come. Work whose holders died five times is
    quarantined here instead of taking a sixth process with it.
    """
    free = select(Work.id).where(Work.id == work_id, _claimable(now)).with_for_update(skip_locked=True)
    taken = (
        update(Work)
        .where(Work.id.in_(free.scalar_subquery()))
        .values(state="claimed", fence=Work.fence + 1, attempts=Work.attempts + 1, lease_until=now + LEASE)
        .returning(Work.id, Work.kind, Work.args, Work.fence, Work.attempts)
        .execution_options(synchronize_session=False)
    )
    row = db.session.execute(taken).one_or_none()
    if row is None:
        return None
    found = Claim(row.id, row.kind, dict(row.args), row.fence, row.attempts)
    if found.attempts > MOST_ATTEMPTS:
        _end(found, state="quarantined", error="the worker died each time", finished_at=now)
        return None
    return found


def renew(held: Claim, *, now: datetime, progress: int, total: int) -> None:
    """Prolong the lease and show the progress, in a short transaction of its own. Raises LeaseLost."""
    token = reading_only.set(False)
    try:
        with db.engine.begin() as connection:
            mine = _mine(held).values(lease_until=now + LEASE, progress=progress, total=total)
            if connection.execute(mine).rowcount != 1:
                raise LeaseLost
    finally:
        reading_only.reset(token)


def finish(held: Claim, *, now: datetime) -> None:
    """Mark the work done in the transaction of its result, so that both or neither become true. Raises LeaseLost."""
    if not _end(held, state="done", error="", finished_at=now):
        raise LeaseLost


def fail(held: Claim, *, now: datetime, error: str, jitter: float) -> str:
    """Give the work back after an error; after the fifth it is quarantined. Returns the new state.

    `error` must hold no personal data. `jitter` (0 to 1) spreads the next try over half to one and a half of the pause.
    """
    if held.attempts >= MOST_ATTEMPTS:
        _end(held, state="quarantined", error=error, finished_at=now)
        return "quarantined"
    pause = FIRST_PAUSE * 2 ** (held.attempts - 1) * (0.5 + jitter)
    _end(held, state="queued", error=error, next_try_at=now + pause)
    return "queued"


def _mine(held: Claim) -> Any:
    return update(Work).where(Work.id == held.id, Work.state == "claimed", Work.fence == held.fence)


def _end(held: Claim, **values: Any) -> bool:
    statement = _mine(held).values(lease_until=None, **values).execution_options(synchronize_session=False)
    result = db.session.execute(statement)
    assert isinstance(result, CursorResult)
    return result.rowcount == 1


def delete_old(*, now: datetime) -> int:
    """Delete work that ended more than seven days ago; returns how many rows went."""
    old = delete(Work).where(Work.finished_at < now - KEEP_FINISHED, Work.state.in_(("done", "quarantined")))
    result = db.session.execute(old.execution_options(synchronize_session=False))
    assert isinstance(result, CursorResult)
    return result.rowcount


def claim_tick(name: str, *, at: datetime, every: timedelta) -> bool:
    """Whether this process may run the tick `name` of the slot `at`: the first to claim it may, and none older after it.

    A slot more than two periods ahead counts as absent: it comes from a clock that was wrong. On SQLite the slots stand in a
    file of their own. In the write-ahead log of the answers these times would tell a reader when each answer came.
    """
    wrong = at + 2 * every
    if db.engine.dialect.name == "sqlite":
        return _claim_in_file(Path(str(db.engine.url.database)), name, at, wrong)
    claimed = postgresql.insert(Tick).values(name=name, at=at)
    claimed = claimed.on_conflict_do_update(
        index_elements=[Tick.name], set_={"at": at}, where=or_(Tick.at < at, Tick.at > wrong)
    )
    with db.engine.begin() as connection:
        return connection.execute(claimed.returning(Tick.name)).one_or_none() is not None


_LITE_CLAIM = (
    "INSERT INTO tick (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at "
    "WHERE tick.at < excluded.at OR tick.at > ? RETURNING name"
)


def ticks_file(database: Path) -> Path:
    """Where an installation on SQLite keeps its ticks: beside the database. It holds nothing that is worth a backup."""
    return database.with_name(f"{database.stem}-ticks.sqlite")


def _claim_in_file(database: Path, name: str, at: datetime, wrong: datetime) -> bool:
    path = ticks_file(database)
    keep_private(path)
    try:
        with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
            connection.execute("CREATE TABLE IF NOT EXISTS tick (name TEXT PRIMARY KEY, at INTEGER NOT NULL)")
            values = (name, int(at.timestamp()), int(wrong.timestamp()))
            return bool(connection.execute(_LITE_CLAIM, values).fetchall())
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            path.unlink(missing_ok=True)  # made anew by the next claim
        raise
