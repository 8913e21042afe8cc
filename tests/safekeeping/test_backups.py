"""Backups that can be read, restores that revive nobody. On both databases (reliability.md 9, F33, F36, T21)."""

import io
import os
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text

from survey_app import chaining, clock, events, installation
from survey_app.config import Settings
from survey_app.database import db
from survey_app.distribution.waves import ensure_wave
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.messaging.models import Message
from survey_app.organisation import sending
from survey_app.organisation.models import Organisation
from survey_app.people import contacts, erasure
from survey_app.people.contacts import NewContact
from survey_app.people.models import Contact, Suppression
from survey_app.questionnaire.question_types.files import File
from survey_app.responses import uploads
from survey_app.responses.models import Response, UploadedFile
from survey_app.responses.recording import Recorder
from survey_app.safekeeping import backups, restoring, sealed_stream
from survey_app.safekeeping.sealed_stream import Unreadable
from survey_app.vault import Vault
from tests import staff
from tests.hosts import NewHost, on
from tests.hosts import restore as restore_on
from tests.responses.world import answer, make_world, mint

NOW = clock.now()


def vault_of(app: Flask) -> Vault:
    found: Vault = app.extensions["survey_vault"]
    return found


def person(app: Flask, number: int) -> Contact:
    phone = f"+86138{number:08d}"
    contacts.upsert_contacts([NewContact(name=f"欧阳顾客{number}", phone=phone)], now=NOW, source="test")
    db.session.commit()
    found = contacts.find_by_phone(phone)
    assert found is not None
    return found


def message(number: int, state: str, due_at: datetime) -> None:
    row = Message(id=number, purpose="invitation", subject_id=number, channel="sms", state=state, due_at=due_at)
    row.next_try_at = row.created_at = due_at
    db.session.add(row)
    db.session.commit()


@pytest.fixture
def private(app: Flask, settings: Settings) -> str:
    """The part that is kept elsewhere."""
    return backups.new_key(settings)[1]


def restore(host: Settings, path: Path, private: str, now: datetime = NOW, **more: bool) -> restoring.Restored:
    return restore_on(host, path, private, now=now, **more)


def back_up(settings: Settings, tmp_path: Path, now: datetime = NOW) -> Path:
    db.session.rollback()
    return backups.make(folder=tmp_path / "backups", settings=settings, now=now).path


# --- there and back ---------------------------------------------------------------------------------------------------
def test_a_restored_database_is_the_one_that_was_saved_and_sends_nothing(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    staff.fill(app)
    for number in range(5):
        person(app, number)
    events.record("test.happened", None, by=COMMAND_LINE, words={"zh": "反斜杠\\与\n换行\t"})
    db.session.commit()
    before = sorted(db.session.execute(select(Event.seq, Event.action, Event.reason)).tuples())
    path = back_up(settings, tmp_path)
    host = new_host()
    report = restore(host, path, private)
    assert report.audit_faults == []
    with on(host) as there:
        installation.check(there)
        assert (
            sorted(db.session.execute(select(Event.seq, Event.action, Event.reason)).tuples())[: len(before)] == before
        )
        assert db.session.scalar(select(func.count()).select_from(Contact)) == 5
        found = contacts.find_by_phone("+8613800000003")
        assert found is not None and vault_of(there).unseal(found.name, place=f"contact.name.{found.id}") == "欧阳顾客3"
        assert db.session.get_one(Organisation, 1).sending_paused
        person(there, 77)  # the next rows get numbers of their own
        events.record("test.happened", None, by=COMMAND_LINE)
        db.session.commit()
        for statement in ("UPDATE event SET actor = 'x'", "DELETE FROM event"):
            with pytest.raises(Exception, match="never change|append-only"):
                db.session.execute(text(statement))
            db.session.rollback()


def test_files_of_answers_are_restored_and_still_open(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    world = make_world(now=NOW)
    recorder = Recorder(settings, vault_of(app))
    ticket = mint(world)
    question = File(name="letter", type="file", accepts=("document",), text={"en": "Letter"})
    body = b"%PDF-1.4\n%%EOF\n"
    reference = uploads.keep(recorder, vault_of(app), ticket, question=question, day=world.day, body=body)
    files = uploads.named_in({"letter": reference}, ["letter"])
    recorder.submit(answer(world, ticket=ticket, answers={"letter": reference}, files=files))
    recorder.close()
    path = back_up(settings, tmp_path)
    host = new_host()
    restore(host, path, private)
    with on(host) as there:
        (kept,) = db.session.scalars(select(UploadedFile))
        assert uploads.opened(vault_of(there), kept.id, kept.body) == body
        assert kept.response_id == db.session.scalar(select(Response.id))


def test_erased_people_and_destroyed_keys_stay_gone(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    chain = staff.fill(app)
    person(app, 1), person(app, 2)
    wave = ensure_wave(questionnaire_id=chain.questionnaire, now=NOW)
    number = wave.id
    db.session.commit()
    path = back_up(settings, tmp_path)
    old_keys = (settings.key_folder / f"wave-{number:05d}.json").read_bytes()
    gone = contacts.find_by_phone("+8613800000001")
    assert gone is not None
    erasure.erase(contact=gone, by=COMMAND_LINE, reason="本人要求", now=NOW)
    db.session.commit()
    vault_of(app).destroy_wave(number)
    host = new_host()
    (host.key_folder / f"wave-{number:05d}.json").write_bytes(old_keys)  # out of an old copy of the key folder
    (host.key_folder / f"wave-{number:05d}.json").chmod(0o600)
    report = restore(host, path, private)
    assert (report.people_erased, report.waves_destroyed) == (1, 1)
    with on(host) as there:
        assert not vault_of(there).has_wave(number)
        assert [contacts.masked_phone(c)[-4:] for c in db.session.scalars(select(Contact))] == ["0002"]
        assert db.session.scalar(select(func.count()).select_from(Suppression)) == 1
        contacts.upsert_contacts([NewContact(name="又来了", phone="+8613800000001")], now=NOW, source="test")
        db.session.commit()
        assert contacts.find_by_phone("+8613800000001") is None


def test_messages_of_the_lost_minutes_become_unknown_and_the_others_stay(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    hour = timedelta(hours=1)
    rows = [
        ("queued", NOW - hour), ("claimed", NOW), ("rejected", NOW + hour / 4), ("queued", NOW + hour),
        ("delivered", NOW - hour), ("accepted", NOW - hour), ("cancelled", NOW),
    ]  # fmt: skip
    for number, (state, due_at) in enumerate(rows, 1):
        message(number, state, due_at)
    path = back_up(settings, tmp_path)
    host = new_host()
    report = restore(host, path, private, now=NOW + hour / 2)
    assert report.messages_unknown == 3
    with on(host):
        found = list(db.session.scalars(select(Message).order_by(Message.id)))
        assert [row.state for row in found] == ["unknown"] * 3 + ["queued", "delivered", "accepted", "cancelled"]
        assert [row.reason for row in found[:4]] == ["restored"] * 3 + [""]


def test_the_audit_log_of_a_restored_database_passes_and_tells_what_it_lost(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    copies, seed = tmp_path / "copies", vault_of(app).key("audit")
    for _ in range(2):
        events.record("test.happened", None, by=COMMAND_LINE)
        db.session.commit()
    made_at = clock.now()
    chaining.checkpoint(now=made_at, seed=seed)
    path = back_up(settings, tmp_path, now=made_at)
    for _ in range(3):
        events.record("test.lost", None, by=COMMAND_LINE)
    db.session.commit()
    chaining.checkpoint(now=clock.now(), seed=seed)
    chaining.copy_checkpoints(copies)
    host = replace(new_host(), checkpoint_folder=copies)
    report = restore(host, path, private, now=clock.now())
    assert (report.audit_faults, report.audit_lost) == ([], 3)


def test_a_backup_cannot_be_restored_with_other_keys_or_onto_a_database_that_is_there(
    app: Flask, settings: Settings, private: str, new_host: NewHost, tmp_path: Path
) -> None:
    path = back_up(settings, tmp_path)
    with pytest.raises(DomainError, match="already|not empty"):
        restore(settings, path, private)
    host = new_host()
    (host.key_folder / "long-lived.json").unlink()
    Vault(host.key_folder).create_long_lived()
    with pytest.raises(DomainError, match="sealed copy"):
        restore(host, path, private)
    with pytest.raises(DomainError, match="sealed to the key"):
        restore(new_host(), path, sealed_stream.key_pair()[1])


def test_a_damaged_backup_leaves_the_database_that_is_there_alone(
    sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path
) -> None:
    private = backups.new_key(sqlite_settings)[1]
    path = back_up(sqlite_settings, tmp_path)
    whole, before = path.read_bytes(), sqlite_settings.sqlite_path.read_bytes()
    for damaged in (whole[:-1], whole[: len(whole) // 2], b"", whole[:200] + b"x" + whole[201:], whole + b"xxxxx"):
        path.write_bytes(damaged)
        with pytest.raises(DomainError):
            restore(sqlite_settings, path, private, replace=True)
        with pytest.raises((DomainError, OSError)):
            restore(replace(sqlite_settings, database_url=f"sqlite:///{tmp_path / 'new.sqlite'}"), path, private)
        assert not (tmp_path / "new.sqlite").exists()
        assert not [found for found in sqlite_settings.instance.iterdir() if "restored" in found.name]
    assert sqlite_settings.sqlite_path.read_bytes() == before


def test_with_replace_the_database_that_was_there_is_moved_aside(
    sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path
) -> None:
    private = backups.new_key(sqlite_settings)[1]
    path = back_up(sqlite_settings, tmp_path)
    person(sqlite_app, 9)
    db.session.remove()
    report = restore(sqlite_settings, path, private, replace=True)
    aside = sqlite_settings.instance / report.moved_aside
    aside.with_name(aside.name + "-wal").touch()
    with on(sqlite_settings):
        assert contacts.find_by_phone("+8613800000009") is None
        assert (
            restoring.forget_old_databases(sqlite_settings) == 0 and aside.exists()
        )  # the way back, until it is confirmed
        sending.resume(chain=db.session.get_one(Organisation, 1), by=COMMAND_LINE, now=clock.now())
        assert restoring.forget_old_databases(sqlite_settings) == 1
        assert restoring.forget_old_databases(sqlite_settings) == 0
        db.session.commit()
    assert not list(sqlite_settings.instance.glob("*before*")) and sqlite_settings.sqlite_path.exists()


# --- what a thief finds -----------------------------------------------------------------------------------------------
def test_nothing_that_a_person_said_or_is_called_stands_in_any_file_of_a_backup(
    app: Flask, settings: Settings, private: str, tmp_path: Path, full: bool
) -> None:
    count = 10_000 if full else 2_000
    rows = [NewContact(name=f"司马顾客{n:05d}", phone=f"+86139{n:08d}") for n in range(count)]
    contacts.upsert_contacts(rows, now=NOW, source="test")
    events.record("test.happened", None, by=COMMAND_LINE, reason="原文：柜台的阿姨很耐心")
    db.session.commit()
    back_up(settings, tmp_path)
    keys = [bytes(key) for key in vault_of(app).long_lived.read().by_id.values()]
    wanted = [row.phone.encode() for row in rows] + [row.name.encode() for row in rows] + ["很耐心".encode(), *keys]
    written = b"".join(path.read_bytes() for path in (tmp_path / "backups").iterdir())
    assert [word for word in wanted if word in written] == []
    assert list(settings.instance.glob(".*")) == []  # no copy in clear is left


def test_key_files_are_never_inside(app: Flask, settings: Settings, private: str, tmp_path: Path) -> None:
    path = back_up(settings, tmp_path)
    with path.open("rb") as file:
        header, raw = sealed_stream.read_header(file)
        content = b"".join(sealed_stream.pieces(file, sealed_stream.content_key(header, raw, private=private)))
    document = (settings.key_folder / "long-lived.json").read_text()
    for value in document.split('"')[3::4]:
        assert value.encode() not in content


# --- the stream -------------------------------------------------------------------------------------------------------
def test_a_stream_opens_with_its_key_and_breaks_wherever_it_is_cut() -> None:
    public, private = sealed_stream.key_pair()
    file = io.BytesIO()
    writer = sealed_stream.Writer(file, public=public, header={})
    content = os.urandom(2_500_000) + bytes(2_500_000)
    for start in range(0, len(content), 77_777):
        writer.write(content[start : start + 77_777])
    writer.close()
    whole = file.getvalue()

    def read(data: bytes) -> bytes:
        again = io.BytesIO(data)
        header, raw = sealed_stream.read_header(again)
        return b"".join(sealed_stream.pieces(again, sealed_stream.content_key(header, raw, private=private)))

    assert read(whole) == content
    first = whole.index(b"\n", 20) + 1
    for cut in (first - 5, first, first + 3, first + 1000, first + (1 << 20) + 20, len(whole) - 20, len(whole) - 1):
        with pytest.raises(Unreadable):
            read(whole[:cut])
    for place in (first + 50, len(whole) - 5):
        with pytest.raises(Unreadable):
            read(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])


# --- keeping ----------------------------------------------------------------------------------------------------------
def test_copies_of_a_quarter_of_an_hour_live_a_day_and_one_of_each_day_35_days(tmp_path: Path) -> None:
    start = datetime(2026, 1, 1, tzinfo=NOW.tzinfo)
    now = start + timedelta(days=60)
    for quarter in range(60 * 24 * 4):
        made = start + timedelta(minutes=15 * quarter)
        (tmp_path / f"survey-{made:%Y%m%dT%H%M%SZ}.sealed").touch()
    (tmp_path / "notes.txt").touch()
    backups.prune(tmp_path, now=now)
    ages = [now - made for made, _ in backups.listed(tmp_path)]
    assert max(ages) <= timedelta(days=35)
    young = [age for age in ages if age <= timedelta(hours=24)]
    assert len(young) == 96
    days = [clock.day_number(now - age) for age in ages if age > timedelta(hours=24)]
    assert len(days) == len(set(days)) == 34
    assert (tmp_path / "notes.txt").exists()


def test_late_backups_are_told_once_and_again_after_the_next_good_one(
    sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = tmp_path / "backups"
    sqlite_app.extensions["survey_settings"] = replace(sqlite_settings, backup_folder=folder)
    schedule = backups.Schedule()

    def tick(minutes: int) -> None:
        schedule.tick(sqlite_app, NOW + timedelta(minutes=minutes))
        if schedule._running is not None:
            schedule._running.join()
        db.session.commit()

    for minutes in (0, 20, 31, 32, 40):
        tick(minutes)  # there is no key to seal to
    assert db.session.query(Event).filter_by(action=backups.LATE).count() == 1
    backups.new_key(sqlite_settings)
    tick(45)
    assert len(backups.listed(folder)) == 1
    tick(46)
    tick(50)
    assert len(backups.listed(folder)) == 1
    tick(60)
    assert len(backups.listed(folder)) == 2
    assert db.session.query(Event).filter_by(action=backups.LATE).count() == 1


def test_a_backup_that_breaks_leaves_nothing_that_looks_like_one(
    sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups.new_key(sqlite_settings)

    def broken(name: str) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(backups, "failpoint", broken)
    with pytest.raises(OSError):
        back_up(sqlite_settings, tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []
