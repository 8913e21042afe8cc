"""One contact by hand: added, changed as the person asked; nobody who was erased comes back, no event says who it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor, Event
from survey_app.people import consents, contacts, editing, erasure, suppressions
from survey_app.people.models import Contact
from tests import staff

NOW = datetime(2026, 3, 5, 4, 0, tzinfo=UTC)
LI, WANG = "13812345678", "13987654321"
BY = Actor(7, "lin@example.org", "customer-service", "")
NONE: dict[str, bool] = {}


def add(phone: str = LI, email: str = "", name: str = "李雷", given: dict[str, bool] = NONE) -> Contact:
    made = editing.add(name=name, phone=phone, email=email, language="en", given=given, by=BY, now=NOW)
    db.session.commit()
    return made


def change(contact: Contact, given: dict[str, bool] = NONE, **more: Any) -> bool:
    values = {"name": "", "email": "", "without_email": False, "language": contact.language} | more
    done = editing.change(contact=contact, given=given, by=BY, now=NOW + timedelta(days=1), **values)
    db.session.commit()
    return done


def refused(act: Any, *values: Any, **more: Any) -> str:
    with pytest.raises(DomainError) as error:
        act(*values, **more)
    db.session.rollback()
    return error.value.field


def last_event() -> Event:
    return db.session.scalars(select(Event).order_by(Event.seq.desc()).limit(1)).one()


@pytest.mark.usefixtures("app")
def test_a_contact_is_added_sealed_with_a_proof_and_one_event_without_personal_data() -> None:
    made = add(email="li@example.org", given={"sms": True, "email": False, "phone": False})
    assert (contacts.address(made, "sms"), contacts.address(made, "email"), made.language) == (
        f"+86{LI}",
        "li@example.org",
        "en",
    )
    assert (made.sms_consent, made.email_consent, made.phone_consent) == (True, False, False)
    assert [(proof.channel, proof.given, proof.source) for proof in consents.history(made)] == [
        ("sms", True, "staff:7")
    ]
    events = db.session.scalars(select(Event)).all()
    assert [(event.action, event.details) for event in events] == [("contact.added", {"consents": ["sms"]})]
    assert "李雷" not in made.name and LI not in made.phone


@pytest.mark.usefixtures("sqlite_app")
def test_what_cannot_be_a_contact_is_refused_at_its_field() -> None:
    add()
    assert refused(add) == "phone"  # is there already
    assert refused(add, "138") == "phone"
    assert refused(add, "") == "phone"
    assert refused(add, WANG, "nobody@") == "email"
    assert refused(add, WANG, given={"email": True}) == "email_consent"
    assert refused(add, "", "li@example.org", given={"phone": True}) == "phone_consent"
    assert len(db.session.scalars(select(Contact)).all()) == 1


@pytest.mark.usefixtures("app")
def test_a_change_keeps_what_is_left_empty_and_tells_only_which_fields() -> None:
    contact = add(email="li@example.org", given={"sms": True})
    assert change(contact, {"sms": False, "email": True}, name="李蕾", email="LEI@example.org", language="zh-CN")
    assert (contacts.name(contact), contacts.address(contact, "email")) == ("李蕾", "lei@example.org")
    assert contacts.find_by_address("lei@example.org") == [contact] and contacts.find_by_address("li@example.org") == []
    assert last_event().details == {"fields": ["name", "email", "language"], "consents": {"sms": False, "email": True}}
    count = len(db.session.scalars(select(Event)).all())
    assert not change(contact, {"sms": False, "email": True})
    assert len(db.session.scalars(select(Event)).all()) == count


@pytest.mark.usefixtures("sqlite_app")
def test_an_address_goes_with_its_consent_and_never_the_last_one() -> None:
    contact = add(email="li@example.org", given={"email": True})
    assert refused(change, contact, {"email": True}, without_email=True) == "email_consent"
    assert change(contact, {"email": False}, without_email=True)
    assert (contact.email, contact.email_index, contact.email_consent) == ("", None, False)
    only = add("", "wang@example.org")
    assert refused(change, only, without_email=True) == "email"


@pytest.mark.usefixtures("app")
def test_erased_people_and_those_on_the_list_are_refused() -> None:
    contact = add(email="li@example.org")
    suppressions.suppress_contact(contact=contact, by=BY, now=NOW)
    db.session.commit()
    assert refused(change, contact, {"sms": True}) == "sms_consent"
    erasure.erase(contact=contact, by=BY, reason="本人来电要求", now=NOW)
    db.session.commit()
    assert refused(add) == "phone"
    assert refused(add, WANG, "li@example.org") == "phone"
    other = add(WANG)
    assert refused(change, other, email="li@example.org") == "email"


def test_the_pages_add_and_change_for_those_who_may(sqlite_app: Flask) -> None:
    chain = staff.fill(sqlite_app)
    service = chain.signed_in("customer-service")
    sent = {"phone": LI, "name": "李雷", "email": "li@example.org", "language": "", "sms_consent": "1"}
    assert "新增联系人" in service.text("/contacts") and 'name="phone"' in service.text("/contacts/new")
    made = service.post("/contacts", sent)
    assert made.status_code == 303
    page = service.text(made.location + "/edit")
    assert "李*" in page and "李雷" not in page and "li@example.org" not in page
    assert 'id="sms_consent" name="sms_consent" value="1" checked' in page
    again = service.post("/contacts", sent)
    assert again.status_code == 422 and "已有这个号码的联系人" in again.get_data(as_text=True)
    assert service.post(made.location, {"language": "en", "sms_consent": "1"}).status_code == 303
    assert "英文" in service.text(made.location)
    assert chain.signed_in("quality").get(made.location).status_code == 200
    assert chain.signed_in("quality").get(made.location + "/edit").status_code == 403
