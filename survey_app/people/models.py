"""Tables of the people side. Names, phones and e-mail addresses stand here sealed (K_contact), found by blind index alone.

No column tells whether or what a person answered (privacy.md 3.3 rule 1).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment
from survey_app.organisation.models import Shop, Tier

_Id = BigInteger().with_variant(Integer, "sqlite")

ORDER_STATES = ("open", "completed", "refunded", "cancelled")
EVENT_KINDS = ("paid", "delivered", "completed", "refunded", "return_closed", "consultation_ended", "ticket_closed")


class Contact(Base):
    """A person we may invite. One row per phone number (or e-mail address, where there is no phone)."""

    __tablename__ = "contact"
    __table_args__ = (CheckConstraint("phone_index is not null or email_index is not null", name="reachable"),)

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    name: Mapped[str] = mapped_column(Text, default="")  # sealed, place contact.name.<id>; "" for none
    phone: Mapped[str] = mapped_column(Text, default="")  # sealed E.164, place contact.phone.<id>
    email: Mapped[str] = mapped_column(Text, default="")  # sealed, lower case, place contact.email.<id>
    phone_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    email_index: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)
    language: Mapped[str] = mapped_column(String(8), default="")  # "": the chain's first
    tier_id: Mapped[int | None] = mapped_column(ForeignKey("tier.id"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))  # of the newest order
    sms_consent: Mapped[bool] = mapped_column(default=False)  # may be asked by SMS; every change leaves a Consent
    email_consent: Mapped[bool] = mapped_column(default=False)
    phone_consent: Mapped[bool] = mapped_column(default=False)  # may be called
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    tier: Mapped[Tier | None] = relationship(lazy="joined")


class Consent(Base):
    """A proof: who agreed to (or ended) what, when, how it came to us. Kept six months after its end."""

    __tablename__ = "consent"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id", ondelete="CASCADE"), index=True)
    channel: Mapped[str] = mapped_column(String(8))  # sms | email | phone
    given: Mapped[bool]
    source: Mapped[str] = mapped_column(String(80))  # the import, the opt-out page, a member of staff
    at: Mapped[datetime] = mapped_column(Moment)


class Suppression(Base):
    """Somebody who must not be written to any more: only the blind index of the phone number or e-mail address."""

    __tablename__ = "suppression"
    __table_args__ = (
        CheckConstraint("reason in ('opted_out','complained','bounced','staff','erased')", name="reason"),
    )

    recipient_index: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reason: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[datetime] = mapped_column(Moment)


class Order(Base):
    """A purchase, as a shop system or a file reported it. Idempotent by (source, number)."""

    __tablename__ = "customer_order"
    __table_args__ = (
        UniqueConstraint("source", "number"),
        CheckConstraint("state in ('" + "','".join(ORDER_STATES) + "')", name="state"),
        Index("ix_customer_order_completed", "completed_at"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(40))  # the system: pos, tmall, wechat-shop ...
    number: Mapped[str] = mapped_column(String(64))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))  # None: the online store
    state: Mapped[str] = mapped_column(String(16))
    amount_cents: Mapped[int] = mapped_column(BigInteger, default=0)
    placed_at: Mapped[datetime] = mapped_column(Moment)
    completed_at: Mapped[datetime | None] = mapped_column(Moment)
    refunded_at: Mapped[datetime | None] = mapped_column(Moment)
    summary: Mapped[str] = mapped_column(
        Text, default=""
    )  # sealed: what was bought, for confidential and identified texts
    received_at: Mapped[datetime] = mapped_column(Moment)
    shop: Mapped[Shop | None] = relationship(lazy="joined")

    @property
    def may_answer(self) -> bool:
        """Only a completed, unrefunded purchase gives the right to answer."""
        return self.state == "completed"


class OrderEvent(Base):
    """Something that happened to an order or around it. Idempotent by (source, number): the number the system gave it."""

    __tablename__ = "order_event"
    __table_args__ = (
        UniqueConstraint("source", "number"),
        CheckConstraint("kind in ('" + "','".join(EVENT_KINDS) + "')", name="kind"),
        Index("ix_order_event_kind_at", "kind", "at"),
        Index("ix_order_event_received_at", "received_at"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    source: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = mapped_column(String(80))  # events that come with an order: <order number>:<kind>
    kind: Mapped[str] = mapped_column(String(24))
    order_id: Mapped[int | None] = mapped_column(ForeignKey("customer_order.id", ondelete="CASCADE"), index=True)
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id", ondelete="SET NULL"), index=True)
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id"))
    at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime] = mapped_column(Moment)


class Import(Base):
    """A file of contacts, orders or events and what became of its rows."""

    __tablename__ = "import_job"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))  # contacts | orders | events
    source: Mapped[str] = mapped_column(String(40), default="")
    name: Mapped[str] = mapped_column(String(200))  # of the file, as it was sent
    file: Mapped[str] = mapped_column(String(200), default="")  # in the instance folder; deleted when the job is done
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)  # columns -> fields, encoding, consent
    work_id: Mapped[int | None] = mapped_column(ForeignKey("work.id", ondelete="SET NULL"))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    done_rows: Mapped[int] = mapped_column(default=0)  # read so far: a job that was killed goes on here
    added: Mapped[int] = mapped_column(default=0)
    changed: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    rejected: Mapped[int] = mapped_column(default=0)
    rejects_file: Mapped[str] = mapped_column(String(200), default="")
    error: Mapped[str] = mapped_column(Text, default="")


class ApiKey(Base):
    """A system that may send orders and events: its requests are signed with the secret (sealed here with K_contact)."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(24), unique=True)  # public name of the key, stands in every request
    source: Mapped[str] = mapped_column(String(40), unique=True)
    secret: Mapped[str] = mapped_column(Text)  # sealed, place api_key.secret.<key>
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)


class ApiNonce(Base):
    """A signed request that was taken already; rows older than the allowed skew are deleted."""

    __tablename__ = "api_nonce"

    key_id: Mapped[int] = mapped_column(ForeignKey("api_key.id"), primary_key=True)
    nonce: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
