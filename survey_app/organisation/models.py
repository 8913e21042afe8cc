"""Tables of the chain."""

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment


class Bilingual:
    """What has a Chinese name and perhaps an English one."""

    if TYPE_CHECKING:  # each table says how its columns are made
        name: Mapped[str]
        name_en: Mapped[str]

    def display_name(self, language: str) -> str:
        """The name in a language."""
        return self.name if language.startswith("zh") or not self.name_en else self.name_en


class Organisation(Bilingual, Base):
    """The one chain of this installation (row 1)."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    name: Mapped[str] = mapped_column(String(80), default="")
    name_en: Mapped[str] = mapped_column(String(80), default="")
    help_phone: Mapped[str] = mapped_column(String(32), default="")
    logo: Mapped[bytes | None] = mapped_column(LargeBinary)
    logo_type: Mapped[str] = mapped_column(String(32), default="")
    colour: Mapped[str] = mapped_column(String(7), default="#0b6e4f")  # as given
    brand: Mapped[str] = mapped_column(String(7), default="#0b6e4f")  # darkened until the contrast is 4.5:1
    brand_soft: Mapped[str] = mapped_column(String(7), default="#e6f3ee")
    privacy_text: Mapped[dict[str, str]] = mapped_column(
        Document, default=dict
    )  # language -> the chain's own paragraph
    sample: Mapped[bool] = mapped_column(default=False)
    needs_approval: Mapped[bool] = mapped_column(default=False, server_default=false())  # two people to publish
    sms_signature: Mapped[str] = mapped_column(String(20), default="", server_default=text("''"))  # 【…】 of every SMS
    sending_paused: Mapped[bool] = mapped_column(default=False, server_default=false())  # after a restore, or by hand
    key_fingerprint: Mapped[str] = mapped_column(String(64), default="")  # of the file of long-lived keys


class ConsentText(Base):
    """What the respondent was told, by version number; a response keeps the number. Never changed."""

    __tablename__ = "consent_text"

    id: Mapped[int] = mapped_column(primary_key=True)
    texts: Mapped[dict[str, str]] = mapped_column(Document)
    created_at: Mapped[datetime] = mapped_column(Moment)


class Region(Bilingual, Base):
    """A part of the chain; stands in for a shop with too few answers."""

    __tablename__ = "region"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")


class Shop(Bilingual, Base):
    """A shop on the street; `code` is the chain's own shop code."""

    __tablename__ = "shop"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    region_id: Mapped[int] = mapped_column(ForeignKey("region.id"))
    region: Mapped[Region] = relationship(lazy="joined")


class Department(Bilingual, Base):
    """A part of headquarters that answers for something: quality, customer service. Staff belong to one."""

    __tablename__ = "department"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")


class Team(Bilingual, Base):
    """People who serve customers together: the shift of a shop, a group of the call centre."""

    __tablename__ = "team"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))


class Tier(Bilingual, Base):
    """A customer tier (普通, 白银, 黄金): who spent or ordered at least so much in the last twelve months belongs to it.

    A customer has the highest tier (by `position`) of which either threshold is reached; the lowest has both at 0.
    """

    __tablename__ = "tier"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80), default="")
    position: Mapped[int]  # 0 is the lowest
    spent_cents: Mapped[int] = mapped_column(default=0)  # in twelve months
    orders: Mapped[int] = mapped_column(default=0)  # in twelve months
