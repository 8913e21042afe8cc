"""Tables of questionnaires and their frozen versions."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment

MODES = ("identified", "confidential", "anonymous")  # in the order of tightening


class Questionnaire(Base):
    """An authored object with a draft. Its mode can only be tightened after the first publication (trigger)."""

    __tablename__ = "questionnaire"
    __table_args__ = (CheckConstraint("mode in ('identified','confidential','anonymous')", name="mode"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, str]] = mapped_column(Document)  # of the draft, for lists
    mode: Mapped[str] = mapped_column(String(16))
    draft: Mapped[dict[str, Any]] = mapped_column(Document)
    draft_revision: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    archived_at: Mapped[datetime | None] = mapped_column(Moment)
    versions: Mapped[list["Version"]] = relationship(
        back_populates="questionnaire", order_by="Version.number.desc()", viewonly=True
    )


class Version(Base):
    """A frozen, numbered, hashed state; triggers refuse UPDATE and DELETE."""

    __tablename__ = "version"
    __table_args__ = (UniqueConstraint("questionnaire_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    number: Mapped[int]
    definition: Mapped[dict[str, Any]] = mapped_column(Document)
    digest: Mapped[str] = mapped_column(String(64))  # SHA-256 of the canonical JSON
    seconds: Mapped[int]  # time estimate; `speed` compares with it
    published_at: Mapped[datetime] = mapped_column(Moment)
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    note: Mapped[str] = mapped_column(Text, default="")
    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions", lazy="joined")
