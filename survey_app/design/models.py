"""Tables of questionnaires, their edits and frozen versions, the question bank and the indicators."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy import false as sa_false
from sqlalchemy import text as sa_text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from survey_app.database import Base, Document, Moment

MODES = ("identified", "confidential", "anonymous")  # in the order of tightening


def may_become(before: str, after: str) -> bool:
    """Whether a published questionnaire may go from one mode to another: only tighter (privacy.md 2)."""
    return MODES.index(after) >= MODES.index(before)


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
    folder: Mapped[str] = mapped_column(String(60), default="", server_default=sa_text("''"))
    tags: Mapped[list[str]] = mapped_column(Document, default=list, server_default=sa_text("'[]'"))
    opens_at: Mapped[datetime | None] = mapped_column(Moment)  # none of its doors takes answers before
    closes_at: Mapped[datetime | None] = mapped_column(Moment)  # nor after
    retired_at: Mapped[datetime | None] = mapped_column(Moment)  # nor while retired
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
    breaks_trend: Mapped[bool] = mapped_column(default=False, server_default=sa_false())
    reason: Mapped[str] = mapped_column(Text, default="", server_default=sa_text("''"))  # why the trend had to break
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    questionnaire: Mapped[Questionnaire] = relationship(back_populates="versions", lazy="joined")


class Edit(Base):
    """One change of a draft: what undo takes back, and what tells whether somebody else changed the same thing."""

    __tablename__ = "edit"
    __table_args__ = (
        UniqueConstraint("questionnaire_id", "revision"),
        Index("ix_edit_stack", "questionnaire_id", "user_id", "state"),
        CheckConstraint("state in ('done','undone','dropped')", name="state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"))
    revision: Mapped[int]  # of the draft after it
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    page: Mapped[str] = mapped_column(String(32))  # a random number of each loaded page: own saves never collide
    at: Mapped[datetime] = mapped_column(Moment)
    kind: Mapped[str] = mapped_column(String(40))
    changes: Mapped[dict[str, Any]] = mapped_column(Document)
    state: Mapped[str] = mapped_column(String(8), default="done")
    undoes: Mapped[bool] = mapped_column(default=False)  # itself an undo or a redo: never on a stack


class Approval(Base):
    """A request that a second person agrees to publishing exactly this draft, and the answer."""

    __tablename__ = "approval"

    id: Mapped[int] = mapped_column(primary_key=True)
    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))  # of the draft that was shown
    requested_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    requested_at: Mapped[datetime] = mapped_column(Moment)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)
    approved: Mapped[bool | None]
    answer: Mapped[str] = mapped_column(Text, default="")


class Conversion(Base):
    """A file of another program that was read: what it would become and what was lost, until a person makes a draft of it.

    After that the report stays with the questionnaire; `data` is emptied then, the draft holds it.
    """

    __tablename__ = "conversion"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(Moment, index=True)
    file_name: Mapped[str] = mapped_column(String(200))
    format: Mapped[str] = mapped_column(String(20))  # a key of formats.detecting.FORMATS
    data: Mapped[dict[str, Any]] = mapped_column(Document)  # the definition
    report: Mapped[list[dict[str, Any]]] = mapped_column(
        Document
    )  # formats.importing.Line, one for each thing of the file
    counts: Mapped[dict[str, Any]] = mapped_column(Document)  # what the file holds, as `convert --json` prints it
    questionnaire_id: Mapped[int | None] = mapped_column(ForeignKey("questionnaire.id"), index=True)
    package: Mapped[bytes | None] = mapped_column(
        LargeBinary, deferred=True
    )  # a package of ours, while its answers may come


class BankItem(Base):
    """A question or scale that means the same in every questionnaire; its owner decides about changes."""

    __tablename__ = "bank_item"
    __table_args__ = (CheckConstraint("kind in ('question','scale')", name="kind"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    created_at: Mapped[datetime] = mapped_column(Moment)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class BankRevision(Base):
    """One wording of a bank item; copied into drafts as `bank: key@number`."""

    __tablename__ = "bank_revision"
    __table_args__ = (UniqueConstraint("item_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("bank_item.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Document)
    note: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(Moment)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))


class Indicator(Base):
    """What is tracked; a sub-indicator names its parent."""

    __tablename__ = "indicator"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("indicator.id"))
    name: Mapped[dict[str, str]] = mapped_column(Document)
    note: Mapped[dict[str, str]] = mapped_column(Document, default=dict)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None] = mapped_column(Moment)


class WeightSet(Base):
    """Shares of the indicators from a day on; older scores keep the weights of their day."""

    __tablename__ = "weight_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    starts_on: Mapped[date] = mapped_column(Date, unique=True)
    weights: Mapped[dict[str, float]] = mapped_column(Document)  # indicator key -> share in per cent
    note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Moment)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
