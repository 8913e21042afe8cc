"""How long people are kept, row by row of the table, with the clock."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from survey_app.database import db
from survey_app.events import COMMAND_LINE, Event
from survey_app.people import consents, contacts, shredding, suppressions
from survey_app.people.contacts import NewContact
from survey_app.people.models import Consent, Contact, Order, Suppression

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LI, WANG = "+8613812345678", "+8613987654321"
NOBODY = select(Contact.id).where(Contact.id.is_(None))


def take(*rows: NewContact, now: datetime = NOW) -> list[int]:
    ids = contacts.upsert_contacts(rows, now=now, source="import:1")
    db.session.commit()
    return ids


def apply(now: datetime, needed: object = NOBODY) -> tuple[int, int]:
    done = shredding.apply(now=now, needed=needed)  # type: ignore[arg-type]
    db.session.commit()
    return done.shredded, done.deleted


def order(contact_id: int, at: datetime) -> None:
    db.session.add(Order(
        id=1, source="pos", number="1", contact_id=contact_id, state="completed", amount_cents=1, placed_at=at,
        completed_at=at, received_at=at, summary="v1.sealed",
    ))  # fmt: skip
    db.session.commit()


@pytest.mark.usefixtures("app")
def test_ninety_days_after_the_last_need_a_person_is_shredded() -> None:
    _, bought = take(NewContact(name="李雷", phone=LI), NewContact(phone=WANG))
    order(bought, NOW + 5 * DAY)
    assert apply(NOW + 90 * DAY) == (0, 0)
    assert apply(NOW + 90 * DAY + timedelta(seconds=1)) == (
        1,
        1,
    )  # no consent was ever recorded, so the rest goes at once
    assert db.session.get_one(Order, 1).contact_id == bought
    assert apply(NOW + 96 * DAY) == (1, 1)
    assert (db.session.get_one(Order, 1).contact_id, db.session.get_one(Order, 1).summary) == (None, "")


@pytest.mark.usefixtures("app")
def test_who_agreed_is_kept_for_thirteen_months_after_the_last_need() -> None:
    number, bought = take(
        NewContact(name="李雷", phone=LI, sms_consent=True), NewContact(phone=WANG, phone_consent=True)
    )
    order(bought, NOW + 5 * DAY)
    assert apply(NOW + shredding.KEPT_AGREED) == (0, 0)
    assert apply(NOW + shredding.KEPT_AGREED + timedelta(seconds=1)) == (1, 0)
    row = db.session.get_one(Contact, number)
    assert (row.name, row.phone, row.email, row.sms_consent) == ("", "", "", False)
    assert [(c.given, c.source) for c in consents.history(row)] == [(False, "retention"), (True, "import:1")]
    assert db.session.get_one(Contact, bought).phone
    assert apply(NOW + 6 * DAY + shredding.KEPT_AGREED) == (1, 0)


@pytest.mark.usefixtures("app")
def test_no_order_names_its_customer_for_more_than_thirteen_months() -> None:
    bought = take(NewContact(phone=LI, sms_consent=True))[0]
    order(bought, NOW)
    take(NewContact(phone=LI, name="李雷"), now=NOW + 300 * DAY)
    assert apply(NOW + shredding.KEPT_AGREED) == (0, 0) and db.session.get_one(Order, 1).contact_id == bought
    assert apply(NOW + shredding.KEPT_AGREED + timedelta(seconds=1)) == (0, 0)
    assert (db.session.get_one(Order, 1).contact_id, db.session.get_one(Order, 1).summary) == (None, "")
    assert db.session.scalars(select(Event)).all()[-1].details["orders_unlinked"] == 1
    assert db.session.get_one(Contact, bought).sms_consent


@pytest.mark.usefixtures("app")
def test_a_wave_that_closed_lately_keeps_its_people() -> None:
    number = take(NewContact(phone=LI))[0]
    assert apply(NOW + 200 * DAY, select(Contact.id).where(Contact.id == number)) == (0, 0)
    assert apply(NOW + 200 * DAY) == (1, 1)


@pytest.mark.usefixtures("app")
def test_the_end_of_consent_shreds_at_once_and_the_proof_stays_for_half_a_year() -> None:
    number = take(NewContact(name="李雷", phone=LI, sms_consent=True, phone_consent=True))[0]
    contact = db.session.get_one(Contact, number)
    consents.change(contact=contact, channel="sms", given=False, source="staff:1", by=COMMAND_LINE, now=NOW)
    assert apply(NOW + DAY) == (0, 0)  # may still be called
    suppressions.suppress(suppressions.index_of(LI), reason="opted_out", source="sms", now=NOW + 2 * DAY)
    assert apply(NOW + 3 * DAY) == (1, 0)
    assert apply(NOW + 2 * DAY + consents.PROOF_KEPT) == (0, 0)
    assert apply(NOW + 3 * DAY + consents.PROOF_KEPT) == (0, 1)
    assert db.session.scalars(select(Consent)).all() == [] and db.session.get(Contact, number) is None
    assert [row.reason for row in db.session.scalars(select(Suppression))] == ["opted_out"]  # for good
    acts = [(event.action, event.details) for event in db.session.scalars(select(Event).order_by(Event.seq))]
    assert acts[-1] == ("retention.applied", {"contacts_shredded": 0, "contacts_deleted": 1, "orders_unlinked": 0})


@pytest.mark.usefixtures("app")
def test_somebody_who_comes_back_is_the_same_contact_again() -> None:
    number = take(NewContact(name="李雷", phone=LI, email="li@example.org", sms_consent=True))[0]
    assert apply(NOW + 400 * DAY) == (1, 0)
    again = NewContact(name="李雷", phone=LI, email="li@example.org", sms_consent=True)
    assert take(again, now=NOW + 401 * DAY) == [number]
    row = db.session.get_one(Contact, number)
    assert contacts.address(row, "sms") == LI and contacts.address(row, "email") == "li@example.org" and row.sms_consent


@pytest.mark.usefixtures("app")
def test_old_proofs_go_and_those_of_present_consents_stay() -> None:
    take(NewContact(phone=LI, sms_consent=True, email="li@example.org", email_consent=True))
    take(NewContact(phone=LI, email_consent=False), now=NOW + DAY)
    assert consents.forget_old_proofs(now=NOW + DAY + consents.PROOF_KEPT) == 1  # that mail was agreed to
    assert consents.forget_old_proofs(now=NOW + DAY + consents.PROOF_KEPT + timedelta(seconds=1)) == 1  # that it ended
    assert [(row.channel, row.given) for row in db.session.scalars(select(Consent))] == [("sms", True)]
