"""Guesses at passwords: how often they failed and what follows. One home in the database, for all processes.

Rows are found by a keyed hash, so that no mailbox of a stranger stands here, and an e-mail without an account is counted
and locked exactly like one with an account: nobody learns from a lock who works here. Many people may share one network
address (a shop, a proxy whose headers do not count), so an address is never locked; it only becomes slow.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from survey_app import events, web
from survey_app.accounts.models import FailedTries, User
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.languages import N_

FREE_TRIES = 5
LONGEST_LOCK = timedelta(minutes=30)
REMEMBERED = timedelta(days=1)  # a count without a new failure for so long starts again
ADDRESS_TRIES, ADDRESS_REMEMBERED = 30, timedelta(minutes=10)

LOCKED = N_("尝试次数过多，请 %(minutes)s 分钟后再试。忘记密码请联系管理员。")


class GuessRefused(DomainError):
    """A wrong password or a lock."""

    keeps = True


def lock_for(failures: int) -> timedelta:
    """How long an e-mail is locked after so many failures in a row: from the fifth 1, 2, 4 ... 30 minutes."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(failures - FREE_TRIES, 10)), LONGEST_LOCK)


def refuse_while_locked(email: str, *, now: datetime) -> None:
    """Raise GuessRefused while this e-mail (normalised) is locked, whether or not it has an account."""
    until = db.session.scalar(select(FailedTries.locked_until).where(FailedTries.who == _email(email)))
    if until is not None and until > now:
        raise GuessRefused(LOCKED, minutes=-(-int((until - now).total_seconds()) // 60))


def is_slow(address: str, *, now: datetime) -> bool:
    """Whether so many guesses from this network address failed lately that it is served slowly."""
    query = select(FailedTries.failures).where(
        FailedTries.who == _address(address), FailedTries.last_at > now - ADDRESS_REMEMBERED
    )
    return (db.session.scalar(query) or 0) >= ADDRESS_TRIES


def failed(email: str, *, user: User | None, now: datetime) -> None:
    """Count a failure of this e-mail; `user` is its account, if it has one."""
    failures = _count(_email(email), REMEMBERED, now)
    length = lock_for(failures)
    if length:
        db.session.execute(
            update(FailedTries).where(FailedTries.who == _email(email)).values(locked_until=now + length)
        )
        if user is not None:
            events.record("user.locked", user, by=events.Actor(None, user.email, ""), failures=failures)


def failed_from(address: str, *, now: datetime) -> None:
    """Count a failure from this network address."""
    _count(_address(address), ADDRESS_REMEMBERED, now)


def forget(email: str) -> None:
    """The failures of this e-mail count no more."""
    db.session.execute(delete(FailedTries).where(FailedTries.who == _email(email)))


def expire(*, now: datetime) -> None:
    """Delete counts that would start again."""
    db.session.execute(delete(FailedTries).where(FailedTries.last_at <= now - REMEMBERED))


def locked(emails: Iterable[str], *, now: datetime) -> frozenset[str]:
    """Which of these e-mails are locked."""
    held = frozenset(db.session.scalars(select(FailedTries.who).where(FailedTries.locked_until > now)))
    return frozenset(email for email in emails if held and _email(email) in held)


def _count(who: bytes, remembered: timedelta, now: datetime) -> int:
    # raised by the database in one statement, so that parallel guesses are all counted
    insert: Any = postgresql.insert if db.engine.dialect.name == "postgresql" else sqlite.insert
    again = case((FailedTries.last_at > now - remembered, FailedTries.failures + 1), else_=1)
    counted = (
        insert(FailedTries)
        .values(who=who, failures=1, last_at=now)
        .on_conflict_do_update(index_elements=["who"], set_={"failures": again, "last_at": now})
        .returning(FailedTries.failures)
    )
    return int(db.session.execute(counted).scalar_one())


def _email(email: str) -> bytes:
    return web.vault().blind_index(f"sign-in:email:{email}")


def _address(address: str) -> bytes:
    return web.vault().blind_index(f"sign-in:address:{address}")
