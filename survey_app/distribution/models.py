"""Tables of doors, key periods, counter tablets, poster files, refusals at the counter."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment
from survey_app.design.models import Questionnaire, Version
from survey_app.organisation.models import Shop


class Wave(Base):
    """A key period: questionnaire x calendar month (Asia/Shanghai), or a one-off campaign. Its number stands in 16 bits of every

    link code.
    """

    __tablename__ = "wave"
    __table_args__ = (
        Index(
            "uq_wave_month",
            "questionnaire_id",
            "month",
            unique=True,
            sqlite_where=text("kind = 'month'"),
            postgresql_where=text("kind = 'month'"),
        ),
        CheckConstraint("kind in ('month','campaign')", name="kind"),
        CheckConstraint("id between 1 and 65535", name="sixteen_bits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    kind: Mapped[str] = mapped_column(String(8), default="month", server_default=text("'month'"))
    month: Mapped[date] = mapped_column(Date)  # its first day; of a campaign: of the month in which it began
    closes_on: Mapped[date] = mapped_column(Date)  # last day that takes answers: 14 days after the last
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the key file
    destroyed_at: Mapped[datetime | None] = mapped_column(Moment)


class Collector(Base):
    """A door through which answers come. Links in the field keep their version until switched.

    `personal`: behind every personal link of a questionnaire, one row, its code is never shown. `interview`: staff enter what a
    customer says (a shop's counter, a call, a spot check). `widget`: inside pages of the sites in `sites`.
    """

    __tablename__ = "collector"
    __table_args__ = (
        CheckConstraint("kind in ('link','shop','personal','interview','widget')", name="kind"),
        CheckConstraint("kind <> 'shop' or shop_id is not null", name="shop"),
        Index(
            "uq_collector_personal",
            "questionnaire_id",
            unique=True,
            sqlite_where=text("kind = 'personal'"),
            postgresql_where=text("kind = 'personal'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(6), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120))
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    place: Mapped[str] = mapped_column(String(40), default="")  # 收银台, 咨询台 ...
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    closed_at: Mapped[datetime | None] = mapped_column(Moment)
    sites: Mapped[list[str]] = mapped_column(
        Document, default=list, server_default=text("'[]'")
    )  # origins that may frame it
    questionnaire: Mapped[Questionnaire] = relationship(lazy="joined")
    version: Mapped[Version] = relationship(lazy="joined")
    shop: Mapped[Shop | None] = relationship(lazy="joined")


class CollectorArm(Base):
    """One of the versions that a door shows at random (A/B). A door without running arms shows its own version.

    Arms of an ended test stay: they tell which versions were compared.
    """

    __tablename__ = "collector_arm"
    __table_args__ = (CheckConstraint("share between 1 and 99", name="share"),)

    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"), primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    share: Mapped[int]  # per cent of those who open it
    started_at: Mapped[datetime] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)


class Device(Base):
    """A counter tablet or shop phone that was enrolled once with a code and a PIN."""

    __tablename__ = "device"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"))
    collector_id: Mapped[int] = mapped_column(ForeignKey("collector.id"))
    enrolment_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))  # of the code that enrols it, once
    enrolment_ends_at: Mapped[datetime | None] = mapped_column(Moment)
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)  # of the cookie
    pin_hash: Mapped[str] = mapped_column(String(200))  # argon2id
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    enrolled_at: Mapped[datetime | None] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    seen_day: Mapped[int | None]  # the last day it called, days since 1970-01-01; nothing finer
    pending: Mapped[int] = mapped_column(default=0, server_default=text("0"))  # answers it still holds, as it said
    shop: Mapped[Shop] = relationship(lazy="joined")
    collector: Mapped[Collector] = relationship(lazy="joined")


class PosterRun(Base):
    """A PDF or ZIP of posters that was asked for; made in the background, kept a day."""

    __tablename__ = "poster_run"

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    options: Mapped[dict[str, Any]] = mapped_column(Document)  # collectors, size, language
    work_id: Mapped[int | None] = mapped_column(ForeignKey("work.id", ondelete="SET NULL"))
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    file: Mapped[str] = mapped_column(String(200), default="")
    sheets: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[datetime | None] = mapped_column(Moment)


class Refusal(Base):
    """Customers who were asked at the counter and said no, per day: a count, nothing about them."""

    __tablename__ = "refusal"

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    shop_id: Mapped[int] = mapped_column(ForeignKey("shop.id"), primary_key=True)
    day: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]


class ShopGoal(Base):
    """How many answers a week every shop aims at. A goal for the number, never for the score."""

    __tablename__ = "shop_goal"

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    per_week: Mapped[int]
