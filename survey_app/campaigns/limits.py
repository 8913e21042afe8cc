"""Limits over all campaigns and channels: one invitation per person and 30 days, hours (reliability.md 3.2)."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select

from survey_app import clock
from survey_app.campaigns.models import Invitation
from survey_app.database import db
from survey_app.messaging.models import Message

PURPOSE = "invitation"
CAP = timedelta(days=30)
OPENS, CLOSES = time(9), time(20)  # shop time: nothing leaves outside
LEFT = ("accepted", "delivered", "expired", "unknown", "unknown_reported")  # it may have reached somebody


def next_opening(moment: datetime) -> datetime:
    """`moment` itself inside 09:00-20:00 in China, else the next 09:00."""
    there = clock.china(moment)
    if OPENS <= there.time() < CLOSES:
        return moment
    day = there.date() if there.time() < OPENS else there.date() + timedelta(days=1)
    return datetime.combine(day, OPENS, clock.CHINA)


def next_morning(moment: datetime) -> datetime:
    """09:00 of the next day in China."""
    return datetime.combine(clock.china(moment).date() + timedelta(days=1), OPENS, clock.CHINA)


def begin_of_day(moment: datetime) -> datetime:
    """The first moment of the day in China."""
    return datetime.combine(clock.china(moment).date(), time(), clock.CHINA)


@dataclass(slots=True)
class Written:
    """Who was, or may have been, written to: contacts, and the indexes of their addresses (a contact may be erased)."""

    contacts: set[int] = field(default_factory=set)
    indexes: set[bytes] = field(default_factory=set)

    def has(self, contact_id: int | None, *indexes: bytes | None) -> bool:
        """Whether one of these is among them."""
        return contact_id in self.contacts or any(
            index is not None and bytes(index) in self.indexes for index in indexes
        )

    def add(self, contact_id: int | None, *indexes: bytes | None) -> None:
        """One more."""
        if contact_id is not None:
            self.contacts.add(contact_id)
        self.indexes.update(bytes(index) for index in indexes if index is not None)


def recently_written(*, now: datetime) -> Written:
    """Everybody with an invitation in the last 30 days, or one that waits: for planning and queueing."""
    waiting = Message.state.in_(("queued", "rejected", "claimed"))
    return _written(or_(waiting, _left_since(now - CAP)))


def written_among(contacts: Collection[int], indexes: Collection[bytes], *, now: datetime) -> Written:
    """The same about these people, counting what left or is leaving alone: for the gate."""
    mine = or_(Invitation.contact_id.in_(contacts), Message.recipient_index.in_(indexes))
    return _written(and_(mine, or_(Message.state == "claimed", _left_since(now - CAP))))


def take_turns() -> None:
    """One gate at a time, until the commit: two workers must not each write to the same person, or spend the same budget.

    SQLite has one writer anyway.
    """
    if db.engine.dialect.name == "postgresql":
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext("gate of invitations"))))


def _left_since(moment: datetime) -> ColumnElement[bool]:
    return and_(Message.state.in_(LEFT), Message.sent_at >= moment)


def _written(condition: ColumnElement[bool]) -> Written:
    found = Written()
    chosen = select(Invitation.contact_id, Message.recipient_index).join(
        Message, and_(Message.purpose == PURPOSE, Message.step == 0, Message.subject_id == Invitation.id)
    )
    for contact_id, index in db.session.execute(chosen.where(condition)):
        found.add(contact_id, index)
    return found
