"""A backup that is made while people answer holds whole answers, and every one that was confirmed before it began (F33)."""

import hashlib
import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.people import contacts, erasure
from survey_app.people.contacts import NewContact
from survey_app.responses.models import Ballot, Response
from survey_app.safekeeping import backups
from tests.faults.serving import Phone, Server
from tests.faults.test_submits import GIVEN
from tests.hosts import NewHost, on, restore
from tests.safekeeping.test_rotating import flask

pytestmark = pytest.mark.faults


def back_up(settings: Settings, folder: Path, failpoints: str = "") -> "subprocess.CompletedProcess[str]":
    return flask(settings, "backup", str(folder), failpoints=failpoints)


def test_a_backup_under_load_restores_to_exactly_what_was_confirmed(
    app: Flask, settings: Settings, address: str, serve: Callable[..., Server], new_host: NewHost, tmp_path: Path,
    seed: int, full: bool,
) -> None:  # fmt: skip
    private = backups.new_key(settings)[1]
    db.session.remove()
    server = serve()
    rng = random.Random(seed)
    people = 1_000 if full else 120
    confirmed: dict[bytes, float] = {}
    leave = threading.Event()

    def one(number: int) -> None:
        phone = Phone(server.port, address, GIVEN | {"recommend": str(number % 11)}).open()
        phone.insist()
        confirmed[hashlib.sha256(phone.value("_r").encode()).digest()] = time.monotonic()

    def crowd(numbers: list[int]) -> None:
        for number in numbers:
            if not leave.is_set():
                one(number)

    numbers = list(range(people))
    rng.shuffle(numbers)
    threads = [threading.Thread(target=crowd, args=(numbers[i::6],)) for i in range(6)]
    for thread in threads:
        thread.start()
    while len(confirmed) < people // 4:
        time.sleep(0.05)
    began = time.monotonic()
    made = back_up(settings, tmp_path / "backups")
    assert made.returncode == 0, made.stderr
    leave.set()
    for thread in threads:
        thread.join()
    server.stop()
    [path] = (tmp_path / "backups").iterdir()
    host = new_host()
    started = time.monotonic()
    report = restore(host, path, private, now=clock.now())
    assert report.audit_faults == []
    print(f"restored {report.rows} rows in {time.monotonic() - started:.1f} s")
    with on(host):
        stored = set(db.session.scalars(select(Response.rc_hash)))
        ballots = db.session.query(Ballot).count()
    before = {code for code, at in confirmed.items() if at < began}
    assert len(before) >= people // 4 and before <= stored
    assert stored <= set(confirmed) and ballots == len(stored)


def test_a_backup_that_is_killed_leaves_none_and_the_next_cleans_up(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    backups.new_key(settings)
    folder = tmp_path / "backups"
    assert back_up(settings, folder, failpoints="backup.before_check=kill").returncode == -9
    assert backups.listed(folder) == [] and len(list(folder.iterdir())) == 1
    assert back_up(settings, folder).returncode == 0
    assert len(backups.listed(folder)) == 1
    assert list(settings.instance.glob(".survey-copy-*")) == []


def test_somebody_erased_between_two_backups_is_in_none_that_is_made_or_restored_later(
    app: Flask, settings: Settings, new_host: NewHost, tmp_path: Path
) -> None:  # fmt: skip
    """F36."""
    private = backups.new_key(settings)[1]
    phone = "+8613800138000"
    contacts.upsert_contacts([NewContact(name="欧阳修", phone=phone)], now=clock.now(), source="test")
    db.session.commit()
    made = backups.make(folder=tmp_path / "first", settings=settings, now=clock.now())
    found = contacts.find_by_phone(phone)
    assert found is not None
    erasure.erase(contact=found, by=COMMAND_LINE, reason="本人要求", now=clock.now())
    db.session.commit()
    later = backups.make(folder=tmp_path / "second", settings=settings, now=clock.now())
    for path in (made.path, later.path):
        host = new_host()
        restore(host, path, private, now=clock.now())
        with on(host):
            assert contacts.find_by_phone(phone) is None
            contacts.upsert_contacts([NewContact(name="欧阳修", phone=phone)], now=clock.now(), source="again")
            db.session.commit()
            assert contacts.find_by_phone(phone) is None
