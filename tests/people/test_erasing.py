"""Erasing a person: shredded, written down outside of the database, erased again after a restore, never taken in again."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.people import contacts, erasure, suppressions
from survey_app.people.contacts import NewContact
from survey_app.people.models import Consent, Contact, Order, OrderEvent, Suppression
from survey_app.vault import LEDGER, Vault

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
LI, MAIL = "+8613812345678", "li@example.org"


def li() -> Contact:
    """Li Lei with an order, an event and a consent."""
    new = NewContact(name="李雷", phone=LI, email=MAIL, sms_consent=True)
    number = contacts.upsert_contacts([new], now=NOW, source="import:1")[0]
    db.session.add(Order(
        id=1, source="pos", number="A1", contact_id=number, state="completed", amount_cents=990, placed_at=NOW,
        completed_at=NOW, received_at=NOW, summary=web.vault().seal("contact", "阿莫西林", place="customer_order.summary.1"),
    ))  # fmt: skip
    db.session.flush()
    db.session.add(OrderEvent(
        id=1, source="pos", number="A1:paid", kind="paid", order_id=1, contact_id=number, at=NOW, received_at=NOW
    ))  # fmt: skip
    db.session.commit()
    return db.session.get_one(Contact, number)


def erase(contact: Contact) -> None:
    erasure.erase(contact=contact, by=COMMAND_LINE, reason="本人来电要求删除", now=NOW)
    db.session.commit()


def count(model: type[Contact] | type[Consent]) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("app")
def test_nothing_that_leads_to_the_person_is_left() -> None:
    erase(li())
    assert count(Contact) == count(Consent) == 0
    order = db.session.get_one(Order, 1)
    assert (order.contact_id, order.summary, order.amount_cents) == (None, "", 990)
    assert db.session.get_one(OrderEvent, 1).contact_id is None
    assert set(db.session.scalars(select(Suppression.reason))) == {"erased"}
    assert suppressions.suppressed_of([suppressions.index_of(LI), suppressions.index_of(MAIL)]).__len__() == 2
    ledger = (web.vault().folder / LEDGER).read_text()
    assert ledger.count("person ") == 2 and LI[1:] not in ledger
    newest = db.session.scalars(select(Event).order_by(Event.seq.desc())).first()
    assert newest is not None and newest.action == "contact.erased" and LI not in str(newest.details)


@pytest.mark.usefixtures("app")
def test_erasing_needs_a_reason() -> None:
    with pytest.raises(DomainError, match="原因"):
        erasure.erase(contact=li(), by=COMMAND_LINE, reason=" ", now=NOW)
    assert web.vault().erased() == frozenset()


@pytest.mark.usefixtures("app")
def test_rooms_above_are_told_before_the_person_is_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, bool]] = []

    def cancel(who: erasure.Erased, _now: datetime) -> None:
        told.append((who.contact_id, len(who.indexes), db.session.get(Contact, who.contact_id) is not None))

    monkeypatch.setattr(erasure, "AFTER", [cancel])
    contact = li()
    number = contact.id
    erase(contact)
    assert told == [(number, 2, True)]


def test_a_restored_backup_loses_the_person_again(sqlite_app: Flask, tmp_path: Path) -> None:
    contact = li()
    path: Path = sqlite_app.extensions["survey_settings"].sqlite_path
    db.session.remove()
    db.engine.dispose()
    shutil.copy(path, tmp_path / "yesterday")
    erase(db.session.get_one(Contact, contact.id if contact in db.session else 1))
    db.session.remove()
    db.engine.dispose()
    shutil.copy(tmp_path / "yesterday", path)
    for tail in ("-wal", "-shm"):
        path.with_name(path.name + tail).unlink(missing_ok=True)
    assert count(Contact) == 1  # the backup brought the person back
    assert erasure.replay(now=NOW) == erasure.Replayed(people=1, waves=0)
    db.session.commit()
    assert count(Contact) == 0 and suppressions.is_suppressed(suppressions.index_of(LI))
    assert erasure.replay(now=NOW) == erasure.Replayed(people=0, waves=0)
    taken = contacts.take([NewContact(name="李雷", phone=LI)], now=NOW, source="import:2")
    assert taken[0].outcome == "erased"


def test_the_keys_of_destroyed_waves_do_not_come_back_either(sqlite_app: Flask, tmp_path: Path) -> None:
    vault: Vault = web.vault()
    vault.create_wave(7)
    shutil.copy(vault.folder / "wave-00007.json", tmp_path / "copy")
    vault.destroy_wave(7)
    assert vault.destroyed_waves() == {7} and vault.highest_wave() == 7  # its number is used up
    shutil.copy(tmp_path / "copy", vault.folder / "wave-00007.json")
    assert erasure.replay(now=NOW).waves == 1 and not vault.has_wave(7)
    assert (vault.folder / LEDGER).read_text().count("wave 00007") == 1


def test_a_line_that_a_crash_cut_off_does_not_count_and_spoils_nothing(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "keys")
    vault.create_long_lived()
    vault.note_erased(b"\x01" * 32)
    with (vault.folder / LEDGER).open("a") as file:
        file.write("wave 000")
    assert vault.erased() == {b"\x01" * 32} and vault.destroyed_waves() == frozenset()
    vault.note_erased(b"\x02" * 32)
    assert vault.erased() == {b"\x01" * 32, b"\x02" * 32} and vault.destroyed_waves() == frozenset()
    assert (vault.folder / LEDGER).stat().st_mode & 0o077 == 0


def test_a_process_sees_at_once_what_another_wrote_down(tmp_path: Path) -> None:
    one, two = Vault(tmp_path / "keys"), Vault(tmp_path / "keys")
    one.create_long_lived()
    assert two.erased() == frozenset()
    one.note_erased(b"\x01" * 32)
    assert two.erased() == {b"\x01" * 32}
