"""The chain over the audit log: every event is bound to all before it, and signed statements say how far it had come.

    h_n = SHA-256(h_(n-1) || canonical JSON of the n-th chained event)

n counts in the order of *chaining*, not of `event.seq`. PostgreSQL hands a seq out at the insert and shows the row at the
commit, so that a row with a lower seq may appear later, and a seq whose transaction failed never does. A chain in the order of
seq would have to know that no older transaction is open: a lock that keeps every sensitive read waiting behind the slowest
import, or the xmin horizon, which is not enough (a transaction may draw its seq after one with a higher xid did). Positions
without gaps need neither: what appears late gets the next position. SQLite has one writer; the same code holds there.

One tick looks for new rows every second, among the last `WINDOW` seqs; once an hour it looks at all. Two workers at once try
for the same position and one of them loses its transaction. Nothing is written when nothing is new: a row of its own every
hour would tell a reader of the database's log between which hours an answer came.
"""

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import exists, func, insert, select
from sqlalchemy.exc import IntegrityError

from survey_app.database import db, read_only
from survey_app.events import Checkpoint, Event, EventHash

log = logging.getLogger("survey_app.chaining")

START = bytes(32)  # h_0
WINDOW = 1_000
BATCH = 1_000
ARCHIVED = "audit.archived"  # a signed statement that the oldest rows moved to a file
CUT = "audit.cut_allowed"  # a signed statement that rows were lost with a restore
_COPIED = 100  # newest checkpoints that a folder gets when it lacks them
# the columns that are hashed, for good: a column that is added later starts a new list beside this one
FIELDS = (
    "seq", "at", "actor_id", "actor", "role", "department", "action", "object_class", "object_ids", "details", "reason",
    "result", "request_id", "source_ip",
)  # fmt: skip
_EVENTS = Event.__table__
_HASHES = EventHash.__table__


def canonical(row: Any) -> bytes:
    """The one way to write a row of the log as bytes."""
    values = {name: row._mapping[name] for name in FIELDS}
    values["at"] = values["at"].isoformat(timespec="microseconds")
    return _json(values)


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _next(before: bytes, row: Any) -> bytes:
    return hashlib.sha256(before + canonical(row)).digest()


# --- making the chain -------------------------------------------------------------------------------------------------
def _head() -> tuple[int, bytes]:
    row = db.session.execute(
        select(EventHash.position, EventHash.hash).order_by(EventHash.position.desc()).limit(1)
    ).first()
    return (row.position, row.hash) if row is not None else (0, START)


def _unchained(*, everything: bool) -> Any:
    chained = exists().where(EventHash.seq == Event.seq)
    rows = select(_EVENTS).where(~chained).order_by(Event.seq).limit(BATCH)
    highest = None if everything else db.session.scalar(select(func.max(EventHash.seq)))
    return rows if highest is None else rows.where(Event.seq > highest - WINDOW)


def extend(*, everything: bool = False) -> int:
    """Chain the events that are not in it yet and commit; returns how many. `everything`: also look behind the window."""
    added = 0
    while True:
        db.session.rollback()
        with read_only():  # a look that finds nothing writes nothing
            rows = db.session.execute(_unchained(everything=everything)).all()
            db.session.rollback()
        if not rows or not _append(rows):
            return added
        added += len(rows)


def _append(rows: Sequence[Any]) -> bool:
    position, before = _head()
    new = []
    for number, row in enumerate(rows, position + 1):
        before = _next(before, row)
        new.append({"position": number, "seq": row.seq, "hash": before})
    try:
        db.session.execute(insert(EventHash), new)
        db.session.commit()
    except IntegrityError:  # another worker chained them at the same moment
        db.session.rollback()
        return False
    return True


# --- checkpoints ------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Statement:
    """That the chain had `count` events at `at`, the last of them `seq`, and ended in `hash`."""

    seq: int
    count: int
    hash: bytes
    at: datetime
    signature: bytes = b""

    def signed_text(self) -> bytes:
        """What the signature is over."""
        return b"survey audit checkpoint 1\n" + _json(self.as_json())

    def as_json(self) -> dict[str, Any]:
        """Without the signature."""
        return {"seq": self.seq, "count": self.count, "hash": self.hash.hex(), "at": self.at.isoformat()}

    def is_signed_by(self, keys: Iterable[Ed25519PublicKey]) -> bool:
        """Whether one of these keys made the signature."""
        return _is_signed(self.signature, self.signed_text(), keys)


def _is_signed(signature: bytes, text: bytes, keys: Iterable[Ed25519PublicKey]) -> bool:
    for key in keys:
        try:
            key.verify(signature, text)
        except InvalidSignature:
            continue
        return True
    return False


def public_keys(seeds: Iterable[bytes]) -> list[Ed25519PublicKey]:
    """The keys that signatures are checked with, from the 32 secret bytes of each."""
    return [Ed25519PrivateKey.from_private_bytes(seed).public_key() for seed in seeds]


def checkpoint(*, now: datetime, seed: bytes) -> Statement | None:
    """Chain what is left, sign how far the chain has come, and commit. None when nothing is new since the last one."""
    extend(everything=True)
    with read_only():
        last = db.session.scalar(select(func.max(Checkpoint.count))) or 0
        found = db.session.execute(select(_HASHES).order_by(EventHash.position.desc()).limit(1)).first()
        db.session.rollback()
    if found is None or found.position <= last:
        return None
    text = Statement(found.seq, found.position, found.hash, now).signed_text()
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text)
    db.session.add(Checkpoint(seq=found.seq, at=now, hash=found.hash, count=found.position, signature=signature))
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
    return Statement(found.seq, found.position, found.hash, now, signature)


def stored_checkpoints(limit: int | None = None) -> list[Statement]:
    """The checkpoints that the database holds, newest first."""
    rows = db.session.scalars(select(Checkpoint).order_by(Checkpoint.count.desc()).limit(limit))
    return [Statement(c.seq, c.count, c.hash, c.at, c.signature) for c in rows]


def copy_checkpoints(folder: Path) -> int:
    """Write the newest checkpoints that the folder lacks; returns how many. A file is never written twice.

    The folder stands on another machine or a medium that takes files and never changes them.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with read_only():
        newest = stored_checkpoints(_COPIED)
        db.session.rollback()
    written = 0
    for statement in newest:
        document = _json(statement.as_json() | {"signature": statement.signature.hex()})
        written += _write_once(folder, f"checkpoint-{statement.count:012d}-{statement.hash.hex()[:16]}", document)
    return written


def _write_once(folder: Path, stem: str, document: bytes) -> bool:
    for name in (f"{stem}.json", *(f"{stem}-{n}.json" for n in range(2, 10))):
        path = folder / name
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        except FileExistsError:
            if path.read_bytes() == document:
                return False
            continue  # a copy that was cut off: it cannot be mended there
        with os.fdopen(descriptor, "wb") as file:
            file.write(document)
            file.flush()
            os.fsync(file.fileno())
        return True
    return False


def copied_checkpoints(folder: Path) -> tuple[list[Statement], list[str]]:
    """The checkpoints in a folder, and the names of files that cannot be read as one."""
    found, damaged = list[Statement](), list[str]()
    for path in sorted(folder.glob("checkpoint-*.json")):
        try:
            given = json.loads(path.read_bytes())
            statement = Statement(
                int(given["seq"]), int(given["count"]), bytes.fromhex(given["hash"]), datetime.fromisoformat(given["at"]),
                bytes.fromhex(given["signature"]),
            )  # fmt: skip
        except (ValueError, KeyError, TypeError):
            damaged.append(path.name)
        else:
            found.append(statement)
    return found, damaged


# --- a restore loses rows ---------------------------------------------------------------------------------------------
def cut_statement(*, kept: int, known: int, at: datetime, seed: bytes) -> dict[str, Any]:
    """Details of the event that a restore leaves: rows `kept + 1` to `known` are lost, and nobody without the key says so."""
    text = _cut_text(kept, known, at.isoformat())
    signature = Ed25519PrivateKey.from_private_bytes(seed).sign(text)
    return {"kept": kept, "known": known, "at": at.isoformat(), "signature": signature.hex()}


def _cut_text(kept: int, known: int, at: str) -> bytes:
    return b"survey audit cut 1\n" + _json({"kept": kept, "known": known, "at": at})


def _cuts(keys: Sequence[Ed25519PublicKey]) -> Iterator[tuple[int, int, datetime]]:
    for details in db.session.scalars(select(Event.details).where(Event.action == CUT)):
        try:
            kept, known, at = int(details["kept"]), int(details["known"]), str(details["at"])
            signature = bytes.fromhex(details["signature"])
        except (KeyError, ValueError, TypeError):
            continue
        if _is_signed(signature, _cut_text(kept, known, at), keys):
            yield kept, known, datetime.fromisoformat(at)


# --- old rows move to a file ------------------------------------------------------------------------------------------
def archive_statement(*, until: int, seed: bytes) -> dict[str, Any]:
    """Details of the event that an archive leaves: rows 1 to `until` stand in a file, and nobody without the key says so."""
    return {"until": until, "signature": Ed25519PrivateKey.from_private_bytes(seed).sign(_archive_text(until)).hex()}


def _archive_text(until: int) -> bytes:
    return b"survey audit archive 1\n" + _json({"until": until})


def _archives(keys: Sequence[Ed25519PublicKey]) -> Iterator[int]:
    for details in db.session.scalars(select(Event.details).where(Event.action == ARCHIVED)):
        try:
            until, signature = int(details["until"]), bytes.fromhex(details["signature"])
        except (KeyError, ValueError, TypeError):
            continue
        if _is_signed(signature, _archive_text(until), keys):
            yield until


# --- checking ---------------------------------------------------------------------------------------------------------
@dataclass
class Report:
    """What `verify` found. `faults` are (seq of the first bad row, what is wrong), in the order of the chain."""

    events: int = 0
    waiting: int = 0  # not chained yet
    checkpoints: int = 0
    lost: int = 0  # rows that a restore lost, by a signed statement
    faults: list[tuple[int, str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def first_bad(self) -> int | None:
        """The seq of the first bad row."""
        return self.faults[0][0] if self.faults else None


def verify(*, keys: Sequence[Ed25519PublicKey], folder: Path | None = None) -> Report:
    """Compute the whole chain again and compare it with every checkpoint here and in `folder`. Reads only."""
    report = Report()
    statements = stored_checkpoints()
    if folder is not None:
        copies, damaged = copied_checkpoints(folder)
        statements += copies
        report.notes += [f"the copy {name} cannot be read" for name in damaged]
    good = [s for s in statements if s.is_signed_by(keys)]
    report.checkpoints = len({(s.count, s.hash) for s in good})
    cuts = list(_cuts(keys))
    report.lost = sum(known - kept for kept, known, _ in cuts)
    lost = [s for s in good if any(kept < s.count <= known and s.at <= at for kept, known, at in cuts)]
    expected: dict[int, list[Statement]] = {}
    for statement in good:
        if statement not in lost:
            expected.setdefault(statement.count, []).append(statement)
    _walk(report, expected, set(_archives(keys)))
    for statement in statements:
        if not statement.is_signed_by(keys):
            report.faults.append((statement.seq, "a checkpoint has a wrong signature"))
    report.waiting = db.session.scalar(select(func.count()).select_from(Event).where(~_is_chained())) or 0
    return report


def _is_chained() -> Any:
    return exists().where(EventHash.seq == Event.seq)


def _links() -> Iterator[Any]:
    """Every link of the chain with its event (its columns None where the event is gone), in the order of positions."""
    after = 0
    columns = [EventHash.position, EventHash.hash, EventHash.seq.label("chained_seq"), *_EVENTS.c]
    joined = select(*columns).select_from(_HASHES.outerjoin(_EVENTS, Event.seq == EventHash.seq))
    while rows := db.session.execute(
        joined.where(EventHash.position > after).order_by(EventHash.position).limit(BATCH)
    ).all():
        yield from rows
        after = rows[-1].position


def _walk(report: Report, expected: dict[int, list[Statement]], archived: set[int]) -> None:
    position, before, last_seq = 0, START, 0
    for link in _links():
        if position == 0 and link.position > 1:  # older rows were archived: the chain goes on from a signed checkpoint
            kept = expected.get(link.position - 1)
            if not kept or link.position - 1 not in archived:
                report.faults.append((link.chained_seq, "the beginning of the chain is missing"))
                return
            position, before, last_seq = link.position - 1, kept[0].hash, kept[0].seq
        if link.position != position + 1:
            report.faults.append((link.chained_seq, f"{link.position - position - 1} rows before this one are gone"))
            return
        fault = _fault(link, before, expected.get(link.position, ()))
        if fault:
            report.faults.append((link.chained_seq, fault))
            return
        position, before, last_seq = link.position, link.hash, link.chained_seq
        report.events += 1
    missing = [count for count in expected if count > position]
    if missing:
        text = f"the tail is cut: a signed checkpoint knows {max(missing)} rows, {position} are here"
        report.faults.append((last_seq + 1, text))


def _fault(link: Any, before: bytes, statements: Sequence[Statement]) -> str:
    if link.seq is None:
        return "the row is gone"
    if _next(before, link) != link.hash:
        return "the row, or its place in the order, was changed"
    if any(s.hash != link.hash or s.seq != link.chained_seq for s in statements):
        return "the chain up to here is not the one that was signed"
    return ""
