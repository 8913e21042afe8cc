"""Signing in: constant work, a lock that grows, slowness where many guesses come from. Knows no cookies."""

import threading
import time
from datetime import datetime, timedelta

from survey_app import events
from survey_app.accounts import attempts, passwords, second_factor, users
from survey_app.accounts.attempts import GuessRefused
from survey_app.accounts.models import User
from survey_app.database import db, read_only
from survey_app.languages import N_

SESSION_LIVES = timedelta(hours=12)
CODE_WITHIN = timedelta(minutes=5)
IDLE_AFTER = timedelta(minutes=15)  # without a request: pages that show people ask again who it is
SLOW_SECONDS = 2.0
SLOW_AT_ONCE = 2  # threads of each web process that slow guesses may hold: the others are for everybody else

WRONG = N_("邮箱或密码不正确。")
TOO_LATE = N_("等待时间过长，请重新登录。")
CROWDED = N_("现在登录的人较多，请过几秒再试。")

_slow_lane = threading.BoundedSemaphore(SLOW_AT_ONCE)


def sign_in(*, email: str, password: str, address: str, now: datetime) -> User:
    """The account whose e-mail and password these are. Raises GuessRefused; a failure is counted.

    An account with a second factor is not signed in by this: `sign_in_with_code` follows.

    The slow hash runs outside of a transaction, so that it never holds up anybody's write.
    """
    email = users.normal_email(email)
    try:
        with read_only():
            attempts.refuse_while_locked(email, now=now)
            slow = attempts.is_slow(address, now=now)
            user = users.find_by_email(email)
            found = (user.id, user.password_hash if user.active else None) if user else None
    finally:
        db.session.rollback()
    if slow:
        _slow_down()
    right = passwords.is_right(password, found[1] if found else None)
    if found is None or not right:
        attempts.failed_from(address, now=now)
        attempts.failed(email, user=db.session.get_one(User, found[0]) if found else None, now=now)
        raise GuessRefused(WRONG)
    return _succeed(found[0], found[1], now)


def _slow_down() -> None:
    if not _slow_lane.acquire(blocking=False):
        raise GuessRefused(CROWDED)
    try:
        time.sleep(SLOW_SECONDS)
    finally:
        _slow_lane.release()


def _succeed(user_id: int, password_hash: str | None, now: datetime) -> User:
    user = db.session.get_one(User, user_id, with_for_update=True, populate_existing=True)
    if not user.active or user.password_hash != password_hash:
        raise GuessRefused(WRONG)  # closed, or given another password, while the hash was computed
    attempts.refuse_while_locked(user.email, now=now)  # parallel guesses that failed in the meantime count
    if not second_factor.is_set_up(user):
        _let_in(user, now)
    return user  # with a second factor wrong codes go on counting: a right password forgives none of them


def _let_in(user: User, now: datetime) -> None:
    attempts.forget(user.email)
    user.last_sign_in_at = now
    events.record("user.signed_in", user, by=users.actor(user))


def sign_in_with_code(*, half: str, code: str, address: str, now: datetime) -> User:
    """The second step: the account of a `half_ticket` and a code of its app. Raises GuessRefused; a failure is counted."""
    user = half_ticket_owner(half, now=now)
    if user is None:
        raise GuessRefused(TOO_LATE)
    user = db.session.get_one(User, user.id, with_for_update=True, populate_existing=True)
    try:
        second_factor.check(user=user, code=code, now=now)
    except GuessRefused:
        attempts.failed_from(address, now=now)
        raise
    _let_in(user, now)
    return user


def prove_again(*, user: User, typed: str, address: str, now: datetime) -> None:
    """Show after an idle time that it is still this person: by the code where one is set up, else by the password.

    The code alone is enough: the password was given within the same twelve hours, and who finds an open browser has not the
    phone. Refused and counted like a sign-in. Raises GuessRefused.
    """
    if second_factor.is_set_up(user):
        sign_in_with_code(half=half_ticket(user, now), code=typed, address=address, now=now)
    else:
        sign_in(email=user.email, password=typed, address=address, now=now)


def sign_out(*, user: User, now: datetime) -> None:
    """End every session of this account: a copied cookie is worth nothing afterwards."""
    users.end_sessions(user)
    events.record("user.signed_out", user, by=users.actor(user))


def ticket(user: User, now: datetime) -> str:
    """What the signed session cookie keeps of a sign-in: account, epoch, moment."""
    return f"{user.id}.{user.sign_in_epoch}.{int(now.timestamp())}"


def half_ticket(user: User, now: datetime) -> str:
    """What the cookie keeps between password and code. It opens nothing but the page that asks for the code."""
    return ticket(user, now)


def half_ticket_owner(value: str, *, now: datetime) -> User | None:
    """Whose code is awaited: as `ticket_owner`, but for a few minutes only."""
    user = ticket_owner(value, now=now)
    if user is None or now.timestamp() - int(value.split(".")[2]) >= CODE_WITHIN.total_seconds():
        return None
    return user if second_factor.is_set_up(user) else None


def idle_left(seen: int, *, now: datetime) -> int:
    """Seconds until somebody whose last request was at `seen` (seconds since 1970) is asked again; 0 when it is time."""
    idle = int(now.timestamp()) - seen
    return max(0, int(IDLE_AFTER.total_seconds()) - idle) if idle >= -60 else 0


def began_at(value: str) -> int:
    """When a ticket was made, in seconds since 1970. Only for a ticket that has an owner."""
    return int(value.split(".")[2])


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
