"""Who agreed to what: the present state stands on the contact, every change of it leaves a row that proves it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, or_, select

from survey_app import events
from survey_app.database import db
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.people.models import Consent, Contact

CHANNELS = ("sms", "email", "phone")
NAMES: dict[str, str] = {"sms": N_("短信"), "email": N_("邮件"), "phone": N_("电话")}
PROOF_KEPT = timedelta(days=183)  # half a year after a consent ended


def column(channel: str) -> str:
    """The attribute of Contact that holds the consent for a channel."""
    return f"{channel}_consent"


def change(*, contact: Contact, channel: str, given: bool, source: str, by: Actor, now: datetime) -> bool:
    """Set one consent of a contact as a member of staff heard it; False when it stands like that already."""
    if not set_one(contact, channel, given, source, now):
        return False
    events.record("consent.changed", contact, by=by, channel=channel, given=given, source=source)
    return True


def end_of_address(index: bytes, *, source: str, now: datetime) -> int:
    """End the consents of whoever has this phone number or e-mail address; returns how many ended. Leaves no event:

    it is also how a respondent opts out, and no act of a respondent is an event.
    """
    ended = 0
    query = select(Contact).where(or_(Contact.phone_index == index, Contact.email_index == index))
    for contact in db.session.scalars(query):
        channels = ("sms", "phone") if contact.phone_index == index else ("email",)
        ended += sum(set_one(contact, channel, False, source, now) for channel in channels)
    return ended


def set_one(contact: Contact, channel: str, given: bool, source: str, now: datetime) -> bool:
    """Set one consent with its proof and without an event; False when it stands like that already."""
    if getattr(contact, column(channel)) == given:
        return False
    setattr(contact, column(channel), given)
    contact.updated_at = now
    db.session.add(Consent(contact_id=contact.id, channel=channel, given=given, source=source[:80], at=now))
    return True


def record_many(rows: Iterable[dict[str, Any]]) -> None:
    """Write the proofs of a bulk change: dicts of contact_id, channel, given, source, at."""
    listed = list(rows)
    if listed:
        db.session.execute(insert(Consent), listed)


def history(contact: Contact) -> list[Consent]:
    """Every change of a contact's consents, newest first."""
    query = select(Consent).where(Consent.contact_id == contact.id).order_by(Consent.at.desc(), Consent.id.desc())
    return list(db.session.scalars(query))


def forget_old_proofs(*, now: datetime) -> int:
    """Delete proofs of consents that ended, or were replaced, more than half a year ago; the present state keeps its own."""
    newest = select(func.max(Consent.id)).group_by(Consent.contact_id, Consent.channel)
    old = delete(Consent).where(Consent.at < now - PROOF_KEPT, or_(Consent.id.not_in(newest), Consent.given.is_(False)))
    result = db.session.execute(old.execution_options(synchronize_session=False))
    return int(result.rowcount)  # type: ignore[attr-defined]
