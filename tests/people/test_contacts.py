"""Contacts in bulk: found again by number, sealed, consents proven, nobody erased comes back."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from survey_app import web
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import tiers as levels
from survey_app.people import consents, contacts, suppressions, tiers
from survey_app.people.contacts import NewContact
from survey_app.people.models import Consent, Contact, Order, Suppression
from survey_app.vault import UNREADABLE

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
LI, WANG = "+8613812345678", "+8613987654321"


def take(*rows: NewContact, now: datetime = NOW) -> list[contacts.Taken]:
    taken = contacts.take(rows, now=now, source="import:1")
    db.session.commit()
    return taken


def proofs() -> list[tuple[str, bool]]:
    return [(row.channel, row.given) for row in db.session.scalars(select(Consent).order_by(Consent.id))]


@pytest.mark.usefixtures("app")
def test_a_person_is_found_by_number_whatever_the_import() -> None:
    first = take(NewContact(name="李雷", phone=LI, email="li@example.org", sms_consent=True), NewContact(phone=WANG))
    again = take(NewContact(phone=WANG), NewContact(name="李雷", phone=LI))
    assert [row.outcome for row in first] == ["added", "added"]
    assert [row.outcome for row in again] == ["unchanged", "unchanged"]
    assert [row.id for row in again] == [first[1].id, first[0].id]
    found = contacts.find_by_phone(LI)
    assert found is not None and found.id == first[0].id
    assert contacts.address(found, "sms") == LI and contacts.address(found, "email") == "li@example.org"
    assert contacts.masked_phone(found) == "138****5678" and contacts.masked_name(found) == "李**"


@pytest.mark.usefixtures("app")
def test_one_person_twice_in_a_file_is_one_contact_with_the_last_words() -> None:
    taken = take(NewContact(name="李雷", phone=LI), NewContact(name="李蕾", phone=LI, email="li@example.org"))
    assert [row.outcome for row in taken] == ["added", "changed"] and taken[0].id == taken[1].id
    found = contacts.find_by_phone(LI)
    assert found is not None and contacts.name(found) == "李蕾" and found.email_index is not None


@pytest.mark.usefixtures("app")
def test_somebody_without_a_phone_is_found_by_mail_address() -> None:
    added = take(NewContact(name="韩梅梅", email="han@example.org", email_consent=True))
    assert take(NewContact(email="han@example.org", name="韩梅"))[0] == (added[0].id, "changed")
    assert [contact.id for contact in contacts.find_by_address("han@example.org")] == [added[0].id]


@pytest.mark.usefixtures("app")
def test_names_numbers_and_addresses_stand_sealed_and_bound_to_their_row() -> None:
    take(NewContact(name="李雷", phone=LI, email="li@example.org"), NewContact(name="王芳", phone=WANG))
    one, two = db.session.scalars(select(Contact).order_by(Contact.id))
    for sealed in (one.name, one.phone, one.email):
        assert sealed.startswith("v1.")
    two.phone = one.phone  # somebody with access to the database moves a number to another row
    assert contacts.address(two, "sms") == UNREADABLE and contacts.masked_phone(two) == UNREADABLE


@pytest.mark.usefixtures("app")
def test_every_change_of_a_consent_leaves_a_proof_and_nothing_else_does() -> None:
    take(NewContact(phone=LI, sms_consent=True, phone_consent=False))
    take(NewContact(phone=LI))
    take(NewContact(phone=LI, sms_consent=True))
    take(NewContact(phone=LI, sms_consent=False))
    assert proofs() == [("sms", True), ("sms", False)]
    contact = contacts.find_by_phone(LI)
    assert contact is not None
    assert consents.change(contact=contact, channel="phone", given=True, source="desk", by=COMMAND_LINE, now=NOW)
    assert not consents.change(contact=contact, channel="phone", given=True, source="desk", by=COMMAND_LINE, now=NOW)
    assert proofs()[-1] == ("phone", True) and [row.source for row in consents.history(contact)][0] == "desk"


@pytest.mark.usefixtures("app")
def test_whoever_opted_out_gets_no_consent_back_by_an_import() -> None:
    take(NewContact(phone=LI, sms_consent=True, phone_consent=True))
    index = suppressions.index_of(LI)
    assert suppressions.suppress(index, reason="opted_out", source="opt-out page", now=NOW)
    assert not suppressions.suppress(index, reason="opted_out", source="opt-out page", now=NOW)
    db.session.commit()
    take(NewContact(phone=LI, sms_consent=True, name="李雷"))
    contact = contacts.find_by_phone(LI)
    assert contact is not None and not contact.sms_consent and not contact.phone_consent
    assert proofs() == [("sms", True), ("phone", True), ("sms", False), ("phone", False)]
    assert suppressions.suppressed_of([index, suppressions.index_of(WANG)]) == {index}


@pytest.mark.usefixtures("app")
def test_a_stronger_reason_replaces_a_weaker_one_only() -> None:
    index = suppressions.index_of(LI)
    for given, kept in (
        ("bounced", "bounced"),
        ("opted_out", "opted_out"),
        ("staff", "opted_out"),
        ("erased", "erased"),
    ):
        suppressions.suppress(index, reason=given, source="", now=NOW)
        db.session.expire_all()
        assert db.session.get_one(Suppression, index).reason == kept


@pytest.mark.usefixtures("app")
def test_an_erased_person_does_not_come_back_even_when_the_database_forgot() -> None:
    web.vault().note_erased(suppressions.index_of(LI))
    taken = take(NewContact(name="李雷", phone=LI), NewContact(phone=WANG, email="li@example.org"))
    assert [row.outcome for row in taken] == ["erased", "added"] and taken[0].id == 0
    assert contacts.find_by_phone(LI) is None


@pytest.mark.usefixtures("app")
def test_a_pasted_list_says_what_was_new_and_what_could_not_be_read() -> None:
    suppressions.suppress(suppressions.index_of(WANG), reason="staff", source="", now=NOW)
    found = suppressions.enter(
        text=f"138 1234 5678\n\n{WANG}\n1.38E+10\nLi@Example.org\n张三", reason="staff", by=COMMAND_LINE, now=NOW
    )
    assert found[:2] == (2, 1) and [number for number, _ in found[2]] == [4, 6]
    assert suppressions.is_suppressed(suppressions.index_of("li@example.org"))


@pytest.mark.usefixtures("app")
def test_tiers_follow_what_was_bought_in_twelve_months() -> None:
    by = COMMAND_LINE
    basic = levels.create_tier(code="basic", name="普通", spent_cents=0, orders=0, by=by)
    silver = levels.create_tier(code="silver", name="白银", spent_cents=100_000, orders=6, by=by)
    gold = levels.create_tier(code="gold", name="黄金", spent_cents=500_000, orders=0, by=by)
    ids = contacts.upsert_contacts([NewContact(phone=f"+861380000000{i}") for i in range(5)], now=NOW, source="t")
    bought = {
        ids[0]: [(500_000, "completed", 10)],
        ids[1]: [(100, "completed", 10)] * 6,
        ids[2]: [(500_000, "refunded", 10)],
        ids[3]: [(500_000, "completed", 400)],
    }
    number = 0
    for contact_id, orders in bought.items():
        for cents, state, days in orders:
            number += 1
            at = NOW - timedelta(days=days)
            db.session.add(Order(
                id=number, source="pos", number=str(number), contact_id=contact_id, state=state, amount_cents=cents,
                placed_at=at, completed_at=at, received_at=at,
            ))  # fmt: skip
    db.session.flush()
    assert tiers.assign(now=NOW) == 5
    got = dict(db.session.execute(select(Contact.id, Contact.tier_id)).tuples().all())
    assert [got[i] for i in ids] == [gold.id, silver.id, basic.id, basic.id, basic.id]
    assert tiers.assign(now=NOW) == 0
    assert db.session.scalar(select(func.count()).select_from(Contact)) == 5
