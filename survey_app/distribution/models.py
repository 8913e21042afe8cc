"""Tables of doors and key periods."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Moment
from survey_app.design.models import Questionnaire, Version
from survey_app.organisation.models import Shop


class Wave(Base):
    """A key period: questionnaire x calendar month (Asia/Shanghai). Its number stands in 16 bits of every link code."""

    __tablename__ = "wave"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "month"),
        CheckConstraint("id between 1 and 65535", name="sixteen_bits"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    month: Mapped[date] = mapped_column(Date)
    closes_on: Mapped[date] = mapped_column(Date)  # last day that takes answers: 14 days after the month
    fingerprint: Mapped[str] = mapped_column(String(64))  # of the key file
    destroyed_at: Mapped[datetime | None] = mapped_column(Moment)


class Collector(Base):
    """A door through which answers come. Links in the field keep their version until switched."""

    __tablename__ = "collector"
    __table_args__ = (
        CheckConstraint("kind in ('link','shop')", name="kind"),
        CheckConstraint("(kind = 'shop') = (shop_id is not null)", name="shop"),
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
