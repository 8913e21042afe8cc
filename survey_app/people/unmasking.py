"""Showing a name or number in clear: with a reason, written down before it is shown, twenty times per hour and person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from survey_app import events
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor, Event
from survey_app.languages import N_
from survey_app.people import contacts, reasons
from survey_app.people.models import Contact

PER_HOUR = 20
WINDOW = timedelta(hours=1)
UNMASKED, LIMIT_REACHED = "contact.unmasked", "contact.unmask_limit_reached"
SHORTEST_REASON = 4


class LimitReached(DomainError):
    """The twenty-first look within an hour. Its event is kept."""

    keeps = True


@dataclass(frozen=True, slots=True)
class Unmasked:
    """A person in clear."""

    name: str
    phone: str
    email: str


def unmask(*, contact: Contact, reason: str, by: Actor, now: datetime) -> Unmasked:
    """Name, number and address in clear. Commits its record first; raises Busy, and shows nothing, when that fails."""
    missing = DomainError(N_("请写明查看的原因，至少 %(n)s 个字。"), n=SHORTEST_REASON).at("reason")
    reason = reasons.checked(reason, shortest=SHORTEST_REASON, missing=missing)
    # the row lock makes parallel looks of one person count each other
    db.session.execute(select(User.id).where(User.id == by.id).with_for_update())
    if used(by=by, now=now) >= PER_HOUR:
        events.record(LIMIT_REACHED, contact, by=by, reason=reason, result="refused", limit=PER_HOUR)
        raise LimitReached(N_("一小时内最多查看 %(n)s 位顾客的完整信息，请稍后再试。"), n=PER_HOUR)
    events.record_read(UNMASKED, contact, by=by, reason=reason, contacts=[contact.id])
    return Unmasked(contacts.name(contact), contacts.address(contact, "phone"), contacts.address(contact, "email"))


def used(*, by: Actor, now: datetime) -> int:
    """How many of this hour's looks somebody has used."""
    query = (
        select(func.count())
        .select_from(Event)
        .where(Event.action == UNMASKED, Event.actor_id == by.id, Event.at > now - WINDOW)
    )
    return db.session.scalar(query) or 0
