"""Tables of the answers side. Every column is listed with its reason in tests/responses/column_manifest.py.

No foreign key, id or time of these tables leads to a person. `day` is the only time, an integer (days since 1970-01-01,
Asia/Shanghai) or NULL where a day could name somebody (privacy.md 3.3 rule 12).
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from survey_app.database import Base, Moment

RANDOM_BITS = 46  # of an answer's id; above them stands its period, a day
_Id = BigInteger().with_variant(Integer, "sqlite")  # SQLite: the rowid itself, so no other order is kept


class Ballot(Base):
    """The proof that a link code was used. Knows nothing about the answers."""

    __tablename__ = "ballot"
    __table_args__ = ({"sqlite_with_rowid": False},)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    nullifier: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    day: Mapped[int | None]


class Response(Base):
    """One run through a version. `id` = period << 46 | 46 random bits: nothing finer than the stored day is in it."""

    __tablename__ = "response"
    __table_args__ = (
        CheckConstraint("mode in ('identified','confidential','anonymous')", name="mode"),
        CheckConstraint("status in ('complete','screened_out')", name="status"),
        Index("ix_response_version_day", "version_id", "day"),
        Index("ix_response_wave_shop", "wave_id", "shop_id"),
        Index("ix_response_rc_hash", "rc_hash", unique=True),
        Index("ix_response_due", "due", sqlite_where=text("due <> 0"), postgresql_where=text("due <> 0")),
    )

    id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    mode: Mapped[str] = mapped_column(String(16))
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    place: Mapped[str] = mapped_column(String(40), default="")
    channel: Mapped[str] = mapped_column(String(16))
    verified: Mapped[bool] = mapped_column(default=False)
    language: Mapped[str] = mapped_column(String(16))
    layout: Mapped[str] = mapped_column(String(16), default="")
    day: Mapped[int | None]
    rc_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    status: Mapped[str] = mapped_column(String(16))
    due: Mapped[int] = mapped_column(SmallInteger, default=0)  # what the worker still has to do, and failed tries
    speed: Mapped[str] = mapped_column(String(8))  # fast | normal | slow
    straightline: Mapped[bool] = mapped_column(default=False)
    consent_version: Mapped[int]
    order_seed: Mapped[int]  # 16 bits
    test: Mapped[bool] = mapped_column(default=False)
    quotas: Mapped[str | None] = mapped_column(Text, default="")  # those it counts in (`quotas`); NULL in old answers
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)


class Quota(Base):
    """How many complete answers count in a quota of a questionnaire, over all its versions.

    `shown`, `shown_of`: this count and the number of answers received when it was last shown; the worker moves them.
    """

    __tablename__ = "quota"
    __table_args__ = ({"sqlite_with_rowid": False},)

    questionnaire_id: Mapped[int] = mapped_column(ForeignKey("questionnaire.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    count: Mapped[int]
    shown: Mapped[int]
    shown_of: Mapped[int]


class TurnedAway(Base):
    """People whom a full quota turned away, as counts: nothing of what they answered is kept."""

    __tablename__ = "turned_away"
    __table_args__ = ({"sqlite_with_rowid": False},)

    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), primary_key=True)
    name: Mapped[str] = mapped_column(Text, primary_key=True)
    invited: Mapped[bool] = mapped_column(primary_key=True)
    count: Mapped[int]


class Comment(Base):
    """Free text of a response: redacted in plain, raw sealed with K_text."""

    __tablename__ = "comment"
    __table_args__ = ({"sqlite_with_rowid": False},)

    response_id: Mapped[int] = mapped_column(_Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True)
    variable: Mapped[str] = mapped_column(String(64), primary_key=True)
    redacted: Mapped[str] = mapped_column(Text)
    raw: Mapped[str | None] = mapped_column(Text)


class Draft(Base):
    """A page that was saved before the submit, sealed with a key that only the link code gives."""

    __tablename__ = "draft"
    __table_args__ = ({"sqlite_with_rowid": False},)

    nullifier: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    shop_id: Mapped[int | None] = mapped_column(ForeignKey("shop.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"))
    last_question: Mapped[str] = mapped_column(String(64))
    day: Mapped[int]
    body: Mapped[bytes] = mapped_column(LargeBinary)


class BreakOff(Base):
    """Drafts that died, as counts: where people stopped."""

    __tablename__ = "break_off"

    version_id: Mapped[int] = mapped_column(ForeignKey("version.id"), primary_key=True)
    week: Mapped[int] = mapped_column(primary_key=True)  # day number of its Monday
    last_question: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]


class ResponseLink(Base):
    """Who gave a confidential or identified answer, sealed. A check and triggers make one for an anonymous answer impossible.

    Triggers instead of a foreign key on (id, mode): that would need a second index on every answer (privacy.md 2).
    """

    __tablename__ = "response_link"
    __table_args__ = (CheckConstraint("mode in ('confidential','identified')", name="not_anonymous"),)

    response_id: Mapped[int] = mapped_column(
        _Id, ForeignKey("response.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mode: Mapped[str] = mapped_column(String(16))
    sealed_link: Mapped[str] = mapped_column(Text)  # the invitation's id, sealed with K_link
    answered_at: Mapped[datetime] = mapped_column(Moment)  # the hour (confidential) or the second (identified)


class HeldBack(Base):
    """Shop, day and channel of an invited anonymous answer until ten share them (`holding`); until then the answer has none.

    No foreign key to the answer: answers are written anew every hour.
    """

    __tablename__ = "held_back"
    __table_args__ = ({"sqlite_with_rowid": False},)

    response_id: Mapped[int] = mapped_column(_Id, primary_key=True, autoincrement=False)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary(37))  # with a key of the wave, bound to the answer


class Recording(Base):
    """A spoken answer, sealed, until it was written down; then it is deleted.

    It belongs to a code before the submit and to the answer after it (no foreign key: answers are written anew every hour).
    """

    __tablename__ = "recording"
    __table_args__ = (
        CheckConstraint("(nullifier is null) <> (response_id is null)", name="owner"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # random
    nullifier: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)  # of the code it was spoken under
    response_id: Mapped[int | None] = mapped_column(_Id, index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    variable: Mapped[str] = mapped_column(String(64))
    language: Mapped[str] = mapped_column(String(16))
    day: Mapped[int | None]  # of its making; after the submit that of the answer, which may keep none
    tries: Mapped[int] = mapped_column(default=0)
    body: Mapped[bytes] = mapped_column(LargeBinary)


class UploadedFile(Base):
    """A photo or a document of an answer, sealed. Its reference is its number and its ending.

    It belongs to a code before the submit and to the answer after it (no foreign key: answers are written anew every hour).
    """

    __tablename__ = "uploaded_file"
    __table_args__ = (
        CheckConstraint("(nullifier is null) <> (response_id is null)", name="owner"),
        {"sqlite_with_rowid": False},
    )

    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)  # random
    nullifier: Mapped[bytes | None] = mapped_column(LargeBinary(32), index=True)  # of the code it was sent under
    response_id: Mapped[int | None] = mapped_column(_Id, index=True)
    wave_id: Mapped[int] = mapped_column(ForeignKey("wave.id"))
    variable: Mapped[str] = mapped_column(String(64))
    ending: Mapped[str] = mapped_column(String(8))  # jpg, pdf
    day: Mapped[int | None]  # of its coming; after the submit that of the answer, which may keep none
    body: Mapped[bytes] = mapped_column(LargeBinary)
