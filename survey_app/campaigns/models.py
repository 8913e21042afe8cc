"""Tables of campaigns and invitations. An invitation is the right to answer; it never tells whether somebody did."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import Wave

_Id = BigInteger().with_variant(Integer, "sqlite")

_OF_A_PERSON = "order_id is null and event_id is null"

KINDS = ("once", "trigger", "calls")
STATES = ("draft", "waiting", "running", "paused", "ended")


class Campaign(Base):
    """One period of inviting: once to a sample, continuously by an event, or a list of people to call."""

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint("kind in ('once','trigger','calls')", name="kind"),
        CheckConstraint("state in ('draft','waiting','running','paused','ended')", name="state"),
        CheckConstraint("share between 1 and 100", name="share"),
        CheckConstraint("reminders between 0 and 2", name="reminders"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(8))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("wave.id"))  # of `once`; triggers use the wave of the month
    state: Mapped[str] = mapped_column(String(8), default="draft")
    channels: Mapped[list[str]] = mapped_column(Document, default=list)  # tried in this order: ["sms", "email"]
    event: Mapped[str] = mapped_column(String(24), default="")  # of `trigger`: people.models.EVENT_KINDS
    delay_hours: Mapped[int] = mapped_column(default=0)  # after the event
    within_workdays: Mapped[int] = mapped_column(default=3)  # Chinese working days; later than that nothing is sent
    share: Mapped[int] = mapped_column(default=100)  # per cent of the eligible, drawn at random
    sample_size: Mapped[int | None]  # of `once` and `calls`: so many people at random
    monthly: Mapped[bool] = mapped_column(default=False)  # of `calls`: a new sample each month
    audience: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)  # shops, regions, tiers, orders since ...
    reminders: Mapped[int] = mapped_column(default=1)
    reminder_days: Mapped[int] = mapped_column(default=3)  # between two steps
    template: Mapped[str] = mapped_column(String(40), default="invitation")
    reminder_template: Mapped[str] = mapped_column(String(40), default="reminder")
    budget_cents: Mapped[int | None]  # of the whole campaign
    daily_most: Mapped[int | None]  # messages a day
    people: Mapped[int | None]  # counted at the launch
    closes_on: Mapped[date | None] = mapped_column(Date)  # the last day that sends
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    launched_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    launched_at: Mapped[datetime | None] = mapped_column(Moment)
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_event_id: Mapped[int] = mapped_column(
        BigInteger, default=0
    )  # of `trigger`: order events up to here were looked at
    missed: Mapped[int] = mapped_column(default=0)  # of `trigger`: events that came too late to ask about
    questionnaire: Mapped[Questionnaire] = relationship(lazy="joined")


class Invitation(Base):
    """One contact's right to answer one questionnaire: one per order and questionnaire, or per person and campaign.

    In anonymous mode nothing here leads to the link code; the link is computed when it is sent (privacy.md 3.2).
    """

    __tablename__ = "invitation"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "order_id"),
        UniqueConstraint("campaign_id", "event_id"),
        Index(
            "uq_invitation_person",
            "campaign_id",
            "contact_id",
            unique=True,
            sqlite_where=text(_OF_A_PERSON),
            postgresql_where=text(_OF_A_PERSON),
        ),
        CheckConstraint("mode in ('identified','confidential','anonymous')", name="mode"),
        CheckConstraint("mode <> 'anonymous' or (code_index is null and facts = '')", name="anonymous"),
        Index("ix_invitation_code", "code_index", unique=True),
        Index("ix_invitation_wave_shop", "wave_id", "shop_id"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    campaign_id: Mapped[int | None] = mapped_column(
        ForeignKey("campaign.id")
    )  # None: made by a receipt that was scanned
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    mode: Mapped[str] = mapped_column(String(16))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    order_id: Mapped[int | None] = mapped_column(ForeignKey("customer_order.id", ondelete="SET NULL"), index=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    code_index: Mapped[bytes | None] = mapped_column(
        LargeBinary(32)
    )  # blind index of the link code; never in anonymous mode
    facts: Mapped[str] = mapped_column(Text, default="")  # sealed JSON: order data for texts; never in anonymous mode
    event_id: Mapped[int | None] = mapped_column(
        BigInteger
    )  # order_event that made it; no key: events are deleted earlier
    send_until: Mapped[date | None] = mapped_column(Date)  # the last day that may send the first message
    unsent: Mapped[str] = mapped_column(
        String(16), default=""
    )  # why no message was queued: see campaigns.inviting.UNSENT
    cancelled: Mapped[bool] = mapped_column(default=False)  # refunded before anything was sent
    made_at: Mapped[datetime] = mapped_column(Moment)
    wave: Mapped[Wave] = relationship(lazy="joined")


class Opened(Base):
    """That somebody opened a personal link: confidential and identified mode alone."""

    __tablename__ = "opened"

    invitation_id: Mapped[int] = mapped_column(ForeignKey("invitation.id", ondelete="CASCADE"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


class Unsealing(Base):
    """A request to learn who gave a confidential answer: reason, second person, once; both are in the audit log."""

    __tablename__ = "unsealing"

    id: Mapped[int] = mapped_column(primary_key=True)
    response_id: Mapped[int] = mapped_column(_Id, ForeignKey("response.id", ondelete="CASCADE"), index=True)
    reason: Mapped[str] = mapped_column(Text)
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    approved: Mapped[bool | None]
    shown_at: Mapped[datetime | None] = mapped_column(Moment)  # to the person who asked, once


class TillKey(Base):
    """The number of the key with which a shop system signs its receipts. A system without a row has number 0."""

    __tablename__ = "till_key"

    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Moment)
    old_until: Mapped[datetime | None] = mapped_column(Moment)  # receipts of the number before are taken until then


class CampaignCount(Base):
    """How many of a campaign's people took part in one wave, counted once a day while the wave's keys live."""

    __tablename__ = "campaign_count"

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    day: Mapped[int]  # the count is of the beginning of this day
    started: Mapped[int]
    submitted: Mapped[int]
    cases: Mapped[dict[str, int]] = mapped_column(Document)  # disposition -> people


class Call(Base):
    """A person of a call list and how the call ended. A day and no time; it names no answer."""

    __tablename__ = "call"
    __table_args__ = (UniqueConstraint("campaign_id", "month", "contact_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    month: Mapped[date] = mapped_column(Date)  # of the sample
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    tries: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str] = mapped_column(
        String(16), default=""
    )  # interviewed | refused | no_answer | wrong_number | other
    outcome_on: Mapped[date | None] = mapped_column(Date)
    outcome_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
