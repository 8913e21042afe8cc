"""The audit log: staff acts and sensitive reads, append-only (triggers refuse UPDATE, DELETE and TRUNCATE).

No respondent's act is ever an event (privacy.md 3.3 rule 1), and no answer text or personal data stands in a row. An act and
its row are one transaction. A sensitive read is durable before anything is shown (`record_read`): it fails closed.
"""

from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from survey_app import clock
from survey_app.database import Base, Document, Moment, db, reading_only
from survey_app.errors import Busy
from survey_app.failpoints import failpoint
from survey_app.languages import N_

SHOWN = "shown"  # the result of a sensitive read: the page "who read what" lists these


class Event(Base):
    """One act of a member of staff, of the command line or of the worker."""

    __tablename__ = "event"
    __table_args__ = (Index("ix_event_object", "object_class", "object_ids"),)

    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)
    actor_id: Mapped[int | None] = mapped_column(index=True)  # no foreign key: the log outlives the account
    actor: Mapped[str] = mapped_column(String(254))
    role: Mapped[str] = mapped_column(String(32))
    action: Mapped[str] = mapped_column(String(64), index=True)
    object_class: Mapped[str] = mapped_column(String(32))
    object_ids: Mapped[str] = mapped_column(String(200))
    details: Mapped[dict[str, Any]] = mapped_column(Document)
    reason: Mapped[str] = mapped_column(Text, default="")
    request_id: Mapped[str] = mapped_column(String(32), default="")
    source_ip: Mapped[str] = mapped_column(String(45), default="")  # staff only
    department: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))
    result: Mapped[str] = mapped_column(String(16), default="", server_default=text("''"))  # "" done, else refused ...


class EventHash(Base):
    """The chain over the audit log: h_n = SHA-256(h_(n-1) || canonical JSON of row n). Insert only; see `chaining`."""

    __tablename__ = "event_hash"

    position: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )  # n: 1, 2, 3 ... without a gap
    seq: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), unique=True)  # of the event
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class Checkpoint(Base):
    """A signed statement of how far the chain had come; copied off the host. Insert only."""

    __tablename__ = "checkpoint"

    seq: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )  # of the event that was chained last
    at: Mapped[datetime] = mapped_column(Moment)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    count: Mapped[int] = mapped_column(BigInteger)  # its position in the chain
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))  # Ed25519, K_audit


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user, or a program (`id` None) such as the command line."""

    id: int | None
    name: str
    role: str
    department: str = ""  # code


COMMAND_LINE = Actor(None, "command line", "operator")
WORKER = Actor(None, "worker", "program")

# Set by web for the length of a staff request: (request id, source address)
request_context: ContextVar[tuple[str, str]] = ContextVar("request_context", default=("", ""))


def record(
    name: str,
    subject: Any,
    *,
    by: Actor,
    reason: str = "",
    result: str = "",
    **details: Any,
) -> Event:
    """Record one act in the running transaction. Raises Busy when the log cannot take it.

    `name` is `noun.past_participle`. `subject` is a model (class and id are kept), a class, or None. `result` is "" for what
    was done, `refused` for what was tried.
    """
    try:
        failpoint("audit.append")
    except OSError as error:
        raise Busy(N_("暂时无法写入审计记录，因此没有做任何操作。请稍后再试。")) from error
    request_id, source_ip = request_context.get()
    kind = subject if isinstance(subject, type) else type(subject)
    event = Event(
        at=clock.now(),
        actor_id=by.id,
        actor=by.name,
        role=by.role,
        department=by.department,
        action=name,
        object_class="" if subject is None else kind.__name__,
        object_ids="" if subject is None else str(getattr(subject, "id", "") or ""),
        details=details,
        reason=reason,
        result=result,
        request_id=request_id,
        source_ip=source_ip,
    )
    db.session.add(event)
    return event


def record_read(name: str, subject: Any, *, by: Actor, reason: str = "", **details: Any) -> None:
    """Write a sensitive read down, durable, before anything of it is shown. Raises Busy when that fails: show nothing then.

    It ends the running transaction with a commit, so call it first and read afterwards. Only in a POST: looking never writes.
    Lists name their people: `contacts=[...]` (ids) is what the page "who read what" finds them by.
    """
    if reading_only.get():
        raise RuntimeError(f"{name}: a sensitive read needs a POST")
    try:
        record(name, subject, by=by, reason=reason, result=SHOWN, **details)
        db.session.commit()
    except Exception as error:  # whatever the cause: without the record nothing is shown
        db.session.rollback()
        raise Busy(N_("暂时无法记录这次查看，因此不能显示内容。请稍后再试。")) from error
