"""Signing in: who gets in, how guessing is slowed down, what it gives away."""

import json
import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts import attempts, passwords, signing_in, users
from survey_app.accounts.models import FailedTries, User
from survey_app.config import ROOT, Settings
from survey_app.database import db
from survey_app.events import COMMAND_LINE, Event
from tests import staff

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
EMAIL = "researcher@example.org"


@pytest.fixture
def user(app: Flask) -> User:
    made = staff.make_user("researcher", with_app=False)
    db.session.commit()
    return made


def attempt(password: str, *, email: str = EMAIL, at: datetime = NOW, address: str = "192.0.2.1") -> str:
    """The sentence of the refusal, or "" when it went well. Kept as a request keeps it."""
    try:
        signing_in.sign_in(email=email, password=password, address=address, now=at)
    except attempts.GuessRefused as refusal:
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
    for _ in range(attempts.FREE_TRIES):
        assert attempt("wrong") == "邮箱或密码不正确。"
    assert "1 分钟" in attempt(staff.PASSWORD)
    later = NOW + timedelta(minutes=1, seconds=1)
    assert attempt("wrong", at=later) == "邮箱或密码不正确。"
    assert "2 分钟" in attempt(staff.PASSWORD, at=later)
    later += timedelta(minutes=2, seconds=1)
    assert attempt(staff.PASSWORD, at=later) == ""
    assert (attempt("wrong", at=later), attempt(staff.PASSWORD, at=later)) == (signing_in.WRONG, "")


GUESSES = """
import json, sys
from datetime import datetime, timedelta
from survey_app import create_app
from survey_app.accounts import attempts, signing_in
from survey_app.database import db

with create_app().app_context():
    for email in sys.argv[2:]:
        for step in range(3):
            try:
                at = datetime.fromisoformat(sys.argv[1]) + timedelta(seconds=step)
                signing_in.sign_in(email=email, password="wrong", address="192.0.2.7", now=at)
            except attempts.GuessRefused as refusal:
                print(json.dumps(str(refusal)))
            db.session.commit()
"""


def test_known_and_unknown_emails_are_locked_alike_in_every_process(user: User, settings: Settings) -> None:
    emails = (EMAIL, "stranger@example.org")
    here = [[attempt("wrong", email=email, at=NOW + timedelta(seconds=n)) for n in range(3)] for email in emails]
    db.session.remove()
    environment = {**os.environ, "INSTANCE_DIR": str(settings.instance), "DATABASE_URL": settings.database_url}
    other = subprocess.run(
        [sys.executable, "-c", GUESSES, (NOW + timedelta(seconds=3)).isoformat(), *emails],
        env=environment, cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    there = [json.loads(line) for line in other.stdout.splitlines()]
    known, unknown = here[0] + there[:3], here[1] + there[3:]
    assert known == unknown == [signing_in.WRONG] * 5 + [attempts.LOCKED % {"minutes": 1}]
    later = NOW + timedelta(seconds=65)
    assert [attempt("wrong", email=email, at=later) for email in emails] == [signing_in.WRONG] * 2
    assert ["2 分钟" in attempt("wrong", email=email, at=later) for email in emails] == [True] * 2


def test_no_mailbox_or_address_of_a_stranger_is_kept_and_counts_are_forgotten(app: Flask) -> None:
    attempt("wrong", email="stranger@example.org")
    kept = db.session.query(FailedTries).all()
    assert len(kept) == 2 and all(len(row.who) == 32 for row in kept)
    assert db.session.query(Event).filter(Event.actor.contains("stranger")).all() == []
    attempts.expire(now=NOW + attempts.REMEMBERED)
    assert db.session.query(FailedTries).all() == []


def test_a_lock_is_never_longer_than_half_an_hour() -> None:
    minutes = [int(attempts.lock_for(n).total_seconds() / 60) for n in range(12)]
    assert minutes == [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 30, 30]


def test_many_guesses_from_one_address_make_it_slow_but_lock_nobody_out(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    for _ in range(attempts.ADDRESS_TRIES):
        attempts.failed_from("192.0.2.1", now=NOW)
    db.session.commit()
    assert attempt(staff.PASSWORD, address="192.0.2.9") == "" and waited == []
    assert attempt(staff.PASSWORD) == "" and waited == [signing_in.SLOW_SECONDS]
    assert attempt(staff.PASSWORD, at=NOW + attempts.ADDRESS_REMEMBERED) == "" and len(waited) == 1


def test_slow_guesses_hold_few_threads(user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "_slow_lane", threading.BoundedSemaphore(1))
    monkeypatch.setattr("time.sleep", lambda _seconds: inside.append(attempt(staff.PASSWORD)) if not inside else None)
    inside: list[str] = []
    for _ in range(attempts.ADDRESS_TRIES):
        attempts.failed_from("192.0.2.1", now=NOW)
    db.session.commit()
    assert attempt(staff.PASSWORD) == "" and inside == [signing_in.CROWDED]
    assert attempt(staff.PASSWORD) == ""


@pytest.mark.parametrize("change", ["password", "closed", "locked"])
def test_what_changes_while_the_hash_is_computed_counts(
    user: User, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.make_user("administrator")
    right = passwords.is_right

    def slow(password: str, password_hash: str | None) -> bool:
        found = right(password, password_hash)
        owner = db.session.get_one(User, user.id)
        if change == "password":
            users.set_password(user=owner, password="another long one 9", by=COMMAND_LINE, now=NOW)
        if change == "closed":
            users.deactivate(user=owner, by=COMMAND_LINE, now=NOW)
        for _ in range(5 if change == "locked" else 0):
            attempts.failed(EMAIL, user=owner, now=NOW)
        db.session.commit()
        return found

    db.session.commit()
    monkeypatch.setattr(passwords, "is_right", slow)
    assert attempt(staff.PASSWORD) != ""
    assert db.session.get_one(User, user.id).last_sign_in_at is None


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
