"""Signing in: who gets in, how guessing is slowed down, what it gives away."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts import signing_in, users
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.events import COMMAND_LINE, Event
from tests import staff

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
EMAIL = "researcher@example.org"


@pytest.fixture(autouse=True)
def _forget_failures() -> Iterator[None]:
    signing_in.throttle = signing_in.Throttle()
    yield
    signing_in.throttle = signing_in.Throttle()


@pytest.fixture
def user(app: Flask) -> User:
    made = staff.make_user("researcher")
    db.session.commit()
    return made


def attempt(password: str, *, email: str = EMAIL, at: datetime = NOW, address: str = "192.0.2.1") -> str:
    """The sentence of the refusal, or "" when it went well. Kept as a request keeps it."""
    try:
        signing_in.sign_in(email=email, password=password, address=address, now=at)
    except signing_in.SignInRefused as refusal:
        return str(refusal)
    finally:
        db.session.commit()
    return ""


def test_the_right_password_gets_in_whatever_the_case_of_the_address(user: User) -> None:
    assert attempt(staff.PASSWORD, email=" Researcher@Example.ORG ") == ""
    assert db.session.get_one(User, user.id).last_sign_in_at == NOW
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert newest is not None and (newest.action, newest.actor) == ("user.signed_in", EMAIL)


def test_a_wrong_password_and_a_stranger_get_the_same_words(user: User) -> None:
    assert attempt("wrong") == attempt("wrong", email="stranger@example.org") == "邮箱或密码不正确。"


def test_the_lock_grows_and_says_how_long(user: User) -> None:
    for _ in range(signing_in.FREE_TRIES):
        assert attempt("wrong") == "邮箱或密码不正确。"
    assert "1 分钟" in attempt(staff.PASSWORD)
    later = NOW + timedelta(minutes=1, seconds=1)
    assert attempt("wrong", at=later) == "邮箱或密码不正确。"
    assert "2 分钟" in attempt(staff.PASSWORD, at=later)
    assert attempt(staff.PASSWORD, at=later + timedelta(minutes=2, seconds=1)) == ""
    assert db.session.get_one(User, user.id).failed_count == 0


def test_a_stranger_is_locked_by_the_same_schedule(user: User) -> None:
    known, unknown = [], []
    for step in range(8):
        at = NOW + timedelta(seconds=step)
        known.append(attempt("wrong", at=at, address="192.0.2.1"))
        unknown.append(attempt("wrong", email="stranger@example.org", at=at, address="192.0.2.2"))
    assert known == unknown


def test_a_lock_is_never_longer_than_half_an_hour() -> None:
    minutes = [int(signing_in.lock_for(n).total_seconds() / 60) for n in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_one_address_cannot_try_many_accounts(user: User) -> None:
    for number in range(signing_in.ADDRESS_TRIES):
        attempt("wrong", email=f"guess{number}@example.org")
    assert "10 分钟" in attempt(staff.PASSWORD)
    assert attempt(staff.PASSWORD, address="192.0.2.9") == ""
    assert attempt(staff.PASSWORD, at=NOW + timedelta(minutes=10)) == ""


def test_a_deactivated_account_is_refused_like_a_wrong_password(user: User) -> None:
    staff.make_user("administrator")
    users.deactivate(user=user, by=COMMAND_LINE, now=NOW)
    db.session.commit()
    assert attempt(staff.PASSWORD) == "邮箱或密码不正确。"


def test_an_account_without_a_password_cannot_be_entered(app: Flask) -> None:
    users.create_user(email=EMAIL, role="researcher", by=COMMAND_LINE, now=NOW)
    db.session.commit()
    for password in ("", "nobody has this password"):
        assert attempt(password) == "邮箱或密码不正确。"


def test_the_slow_hash_runs_outside_of_any_transaction(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    from survey_app.accounts import passwords

    open_while_hashing: list[bool] = []
    right = passwords.is_right

    def watched(password: str, password_hash: str | None) -> bool:
        open_while_hashing.append(db.session().in_transaction())
        return right(password, password_hash)

    monkeypatch.setattr(passwords, "is_right", watched)
    attempt(staff.PASSWORD)
    attempt("wrong")
    assert open_while_hashing == [False, False]


def test_a_ticket_dies_with_the_epoch_the_account_and_after_twelve_hours(user: User) -> None:
    ticket = signing_in.ticket(user, NOW)
    assert signing_in.ticket_owner(ticket, now=NOW + timedelta(hours=11, minutes=59)) is user
    assert signing_in.ticket_owner(ticket, now=NOW + timedelta(hours=12)) is None
    assert signing_in.ticket_owner(ticket, now=NOW - timedelta(minutes=5)) is None
    for damaged in ("", "1", "1.0", "x.0.1", f"{user.id}.9.{int(NOW.timestamp())}", "99999999999999.0.1", "１.0.1"):
        assert signing_in.ticket_owner(damaged, now=NOW) is None
    users.end_sessions(user)
    assert signing_in.ticket_owner(ticket, now=NOW) is None


def test_the_memory_of_failures_does_not_grow_without_end() -> None:
    throttle = signing_in.Throttle()
    for number in range(10_050):
        throttle.stranger_failed(f"{number}@example.org", NOW)
    assert len(throttle.by_stranger) == 10_000
