"""Tables of messages. The outbox is the record of what was sent; no address and no link stands in it (privacy.md 3.3 rule 7)."""

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
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, Document, Moment

_Id = BigInteger().with_variant(Integer, "sqlite")

CHANNELS = ("sms", "email")
STATES = (
    "queued", "claimed", "accepted", "rejected", "unknown",
    "delivered", "failed", "expired", "cancelled", "unknown_reported",
)  # fmt: skip
FINAL = frozenset({"delivered", "failed", "expired", "cancelled", "unknown_reported"})


class Message(Base):
    """One sending step. `purpose` and `subject_id` belong to the room that queued it: (invitation, its id), step 0, 1, 2."""

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("purpose", "subject_id", "step"),
        CheckConstraint("state in ('" + "','".join(STATES) + "')", name="state"),
        CheckConstraint("channel in ('sms','email')", name="channel"),
        Index("ix_message_due", "state", "next_try_at"),
        Index("ix_message_recipient", "recipient_index", "sent_at"),
        Index("ix_message_attempt", "attempt_id", unique=True),
        Index("ix_message_campaign", "campaign_id", "state"),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(24))  # invitation | test | notice ...
    subject_id: Mapped[int] = mapped_column(BigInteger)
    step: Mapped[int] = mapped_column(default=0)  # 0 the invitation itself, 1 and 2 its reminders
    campaign_id: Mapped[int | None]  # for counts; no foreign key, the room of campaigns is above this one
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8), default="zh-CN")
    recipient_index: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # blind index; forgotten after 31 days
    state: Mapped[str] = mapped_column(String(20), default="queued")
    reason: Mapped[str] = mapped_column(
        String(40), default=""
    )  # why it waits, was cancelled or failed; never "answered"
    due_at: Mapped[datetime] = mapped_column(Moment)
    next_try_at: Mapped[datetime] = mapped_column(Moment)
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[str | None] = mapped_column(String(32))  # our out_id of the last attempt, minted by the claim
    fence: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(Moment)
    sender_id: Mapped[int | None] = mapped_column(ForeignKey("message_sender.id"))  # of the last attempt
    provider_number: Mapped[str | None] = mapped_column(String(80), index=True)  # what the provider calls it
    segments: Mapped[int] = mapped_column(default=0)
    cost_cents: Mapped[int] = mapped_column(default=0)
    asked: Mapped[int] = mapped_column(default=0)  # how often the reconciler asked the provider
    requeued: Mapped[bool] = mapped_column(default=False)  # once, after proof that an unknown attempt was not accepted
    created_at: Mapped[datetime] = mapped_column(Moment)
    sent_at: Mapped[datetime | None] = mapped_column(Moment)  # when the last attempt began
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Template(Base):
    """The words of a message, per channel and language, with a fixed set of placeholders. Changing one makes a new row."""

    __tablename__ = "message_template"
    __table_args__ = (UniqueConstraint("name", "channel", "language", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))  # invitation | reminder | ... the chain's own names too
    channel: Mapped[str] = mapped_column(String(8))
    language: Mapped[str] = mapped_column(String(8))
    number: Mapped[int] = mapped_column(default=1)  # the highest is the one in use
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text)
    provider_template: Mapped[str] = mapped_column(String(64), default="")  # the number a carrier gave after its review
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None]


class Receipt(Base):
    """What a provider told about one of our attempts. Unknown ones are counted, not kept."""

    __tablename__ = "message_receipt"

    id: Mapped[int] = mapped_column(_Id, primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id", ondelete="CASCADE"), index=True)
    state: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(40), default="")
    at: Mapped[datetime] = mapped_column(Moment)


class Sender(Base):
    """A configured way out: one SMS gateway or mail server with its settings. Secrets are sealed with K_contact."""

    __tablename__ = "message_sender"

    id: Mapped[int] = mapped_column(primary_key=True)
    channel: Mapped[str] = mapped_column(String(8))
    kind: Mapped[str] = mapped_column(String(24))  # smtp | aliyun | tencent | twilio | gateway | console
    name: Mapped[str] = mapped_column(String(60))
    options: Mapped[dict[str, Any]] = mapped_column(Document, default=dict)  # nothing secret
    secrets: Mapped[str] = mapped_column(Text, default="")  # sealed JSON, place message_sender.secrets.<id>
    position: Mapped[int] = mapped_column(default=0)  # the first healthy one takes new messages
    active: Mapped[bool] = mapped_column(default=True)
    cost_cents: Mapped[int] = mapped_column(default=5)  # of one segment
    callback: Mapped[str] = mapped_column(String(40), default="")  # the secret part of its callback address
    strange_receipts: Mapped[int] = mapped_column(default=0)  # callbacks about nothing we know
    created_at: Mapped[datetime] = mapped_column(Moment)
