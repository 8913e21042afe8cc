"""Signing in: constant work, a lock that grows, and a limit per address. Knows no cookies.

The lock of an account lives in the database (`failed_count`, `locked_until`). For addresses without an account the same
schedule runs in memory, so the words on the page never tell whether somebody has an account here.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update

from survey_app import events
from survey_app.accounts import passwords, users
from survey_app.accounts.models import User
from survey_app.database import db, read_only
from survey_app.errors import DomainError
from survey_app.languages import N_

SESSION_LIVES = timedelta(hours=12)
FREE_TRIES = 5
LONGEST_LOCK = timedelta(minutes=30)
ADDRESS_TRIES, ADDRESS_PERIOD = 30, timedelta(minutes=10)
_REMEMBERED = 10_000

WRONG = N_("邮箱或密码不正确。")
LOCKED = N_("尝试次数过多，请 %(minutes)s 分钟后再试。忘记密码请联系管理员。")


class SignInRefused(DomainError):
    """Wrong words or a lock; the request that raises it must keep what it wrote (the count of failures)."""


def lock_for(failures: int) -> timedelta:
    """How long an account is locked after so many failures in a row: from the fifth 1, 2, 4 ... 30 minutes."""
    if failures < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(failures - FREE_TRIES, 10)), LONGEST_LOCK)


@dataclass
class Throttle:
    """Failures by address and by unknown e-mail, in the memory of this process only."""

    by_address: "OrderedDict[str, list[datetime]]" = field(default_factory=OrderedDict)
    by_stranger: "OrderedDict[str, tuple[int, datetime]]" = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def address_waits(self, address: str, now: datetime) -> int:
        """Minutes this address has to wait; 0 when it may try."""
        with self.lock:
            tries = [at for at in self.by_address.get(address, ()) if now - at < ADDRESS_PERIOD]
            if len(tries) < ADDRESS_TRIES:
                return 0
            return _minutes(tries[0] + ADDRESS_PERIOD - now)

    def address_failed(self, address: str, now: datetime) -> None:
        """Count a failure of this address."""
        with self.lock:
            tries = [at for at in self.by_address.pop(address, []) if now - at < ADDRESS_PERIOD]
            self.by_address[address] = [*tries, now][-ADDRESS_TRIES:]
            _forget_oldest(self.by_address)

    def stranger_waits(self, email: str, now: datetime) -> int:
        """Minutes an e-mail without an account is 'locked', as if it had one."""
        with self.lock:
            _, until = self.by_stranger.get(email, (0, now))
            return _minutes(until - now)

    def stranger_failed(self, email: str, now: datetime) -> None:
        """Count a failure of an e-mail without an account."""
        with self.lock:
            failures = self.by_stranger.pop(email, (0, now))[0] + 1
            self.by_stranger[email] = (failures, now + lock_for(failures))
            _forget_oldest(self.by_stranger)


def _forget_oldest(memory: "OrderedDict[str, Any]") -> None:
    while len(memory) > _REMEMBERED:
        memory.popitem(last=False)


def _minutes(left: timedelta) -> int:
    return max(0, -(-int(left.total_seconds()) // 60))


throttle = Throttle()


def sign_in(*, email: str, password: str, address: str, now: datetime) -> User:
    """The account whose e-mail and password these are. Raises SignInRefused; a failure is counted.

    The slow hash runs outside of a transaction, so that it never holds up anybody's write.
    """
    email = users.normal_email(email)
    waits = throttle.address_waits(address, now)
    if waits:
        raise SignInRefused(LOCKED, minutes=waits)
    with read_only():
        user = users.find_by_email(email)
        known = (user.id, user.password_hash if user.active else None) if user else (None, None)
        waits = _waits(user, email, now)
        db.session.rollback()
    right = passwords.is_right(password, known[1])
    if waits:
        raise SignInRefused(LOCKED, minutes=waits)
    if known[0] is None:
        throttle.stranger_failed(email, now)
    if not right or known[0] is None:
        throttle.address_failed(address, now)
        if known[0] is not None:
            _count_failure(known[0], now)
        raise SignInRefused(WRONG)
    return _succeed(known[0], known[1], now)


def _waits(user: User | None, email: str, now: datetime) -> int:
    if user is None:
        return throttle.stranger_waits(email, now)
    return _minutes(user.locked_until - now) if user.locked_until else 0


def _count_failure(user_id: int, now: datetime) -> None:
    # the count is raised by the database, so that parallel guesses are all counted
    db.session.execute(update(User).where(User.id == user_id).values(failed_count=User.failed_count + 1))
    user = db.session.get_one(User, user_id, populate_existing=True)
    length = lock_for(user.failed_count)
    if length:
        user.locked_until = now + length
        events.record("user.locked", user, by=events.Actor(None, user.email, ""), failures=user.failed_count)


def _succeed(user_id: int, password_hash: str | None, now: datetime) -> User:
    user = db.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if not user.active or user.password_hash != password_hash or _waits(user, user.email, now):
        raise SignInRefused(WRONG)  # something changed while the hash was computed
    user.failed_count, user.locked_until, user.last_sign_in_at = 0, None, now
    events.record("user.signed_in", user, by=users.actor(user))
    return user


def sign_out(*, user: User, now: datetime) -> None:
    """End every session of this account: a copied cookie is worth nothing afterwards."""
    users.end_sessions(user)
    events.record("user.signed_out", user, by=users.actor(user))


def ticket(user: User, now: datetime) -> str:
    """What the signed session cookie keeps of a sign-in: account, epoch, moment."""
    return f"{user.id}.{user.sign_in_epoch}.{int(now.timestamp())}"


def ticket_owner(value: str, *, now: datetime) -> User | None:
    """The active account that a ticket belongs to; None when its epoch passed, it is too old or the account closed."""
    parts = value.split(".")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 12 for part in parts):
        return None
    user = db.session.get(User, int(parts[0]))
    age = now.timestamp() - int(parts[2])
    if user is None or not user.active or user.sign_in_epoch != int(parts[1]):
        return None
    return user if -60 <= age < SESSION_LIVES.total_seconds() else None
