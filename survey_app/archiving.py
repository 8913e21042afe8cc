"""Rows of the audit log older than three years move to a file; the chain goes on from the last signed checkpoint before it.

Only the owner of the database can do it: it lifts, inside one transaction, the triggers that refuse every deletion.
"""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text

from survey_app import chaining, events, keyring
from survey_app.chaining import Statement
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Checkpoint, Event, EventHash
from survey_app.failpoints import failpoint

KEEP_YEARS = 3
_TABLES = ("event", "event_hash")


def archive(*, folder: Path, now: datetime, seed: bytes) -> tuple[Path | None, int]:
    """Write the rows that have lived for three years into a file and delete them; the file (None: nothing to do), how many.

    A file that is there already (a run that was killed) is compared, never written again: DomainError when it differs. Commits.
    `seed`: of the key of the audit log; without its signature the missing rows are a fault.
    """
    chaining.extend(everything=True)
    last = _boundary(_three_years_before(now))
    if last is None:
        return None, 0
    document = _document(last)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"audit-until-{last.count:012d}.jsonl"
    _write(path, document)
    failpoint("audit.archived")
    db.session.rollback()
    _delete_until(last.count)
    signed = chaining.archive_statement(until=last.count, seed=seed)
    events.record(chaining.ARCHIVED, None, by=COMMAND_LINE, rows=len(document) - 1, file=path.name, **signed)
    db.session.commit()
    return path, len(document) - 1


def _three_years_before(now: datetime) -> datetime:
    leap_day = (now.month, now.day) == (2, 29)
    return now.replace(year=now.year - KEEP_YEARS, day=28 if leap_day else now.day)


def _boundary(cutoff: datetime) -> Statement | None:
    """The newest checkpoint behind which every row is older; one row at least stays."""
    joined = select(func.min(EventHash.position)).join(Event, Event.seq == EventHash.seq)
    young = db.session.scalar(joined.where(Event.at >= cutoff))
    highest = db.session.scalar(select(func.max(EventHash.position)))
    lowest = db.session.scalar(select(func.min(EventHash.position)))
    end = min(position for position in (young, highest) if position is not None) if highest is not None else 0
    found = db.session.scalar(
        select(Checkpoint).where(Checkpoint.count < end).order_by(Checkpoint.count.desc()).limit(1)
    )
    if found is None or lowest is None or found.count < lowest:
        return None
    return Statement(found.seq, found.count, found.hash, found.at, found.signature)


def _document(last: Statement) -> list[bytes]:
    columns = [EventHash.position, EventHash.hash, *Event.__table__.c]
    rows = db.session.execute(
        select(*columns)
        .join(Event, Event.seq == EventHash.seq)
        .where(EventHash.position <= last.count)
        .order_by(EventHash.position)
    )
    lines = []
    for row in rows:
        line = {"position": row.position, "chain": row.hash.hex(), "row": json.loads(chaining.canonical(row))}
        lines.append(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    checkpoint: dict[str, Any] = {"checkpoint": last.as_json(), "signature": last.signature.hex()}
    return [*lines, json.dumps(checkpoint).encode() + b"\n"]


def _write(path: Path, lines: list[bytes]) -> None:
    whole = b"".join(lines)
    if path.exists():
        if path.read_bytes() != whole:
            raise DomainError(
                f"{path.name} is there and holds other rows; nothing was moved. Keep it, and find out why"
            )
        return
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    keyring.write_new(draft, whole)
    os.replace(draft, path)
    keyring.sync_folder(path.parent)  # the rows are deleted next: the name has to last as well


def _delete_until(position: int) -> None:
    """Delete rows and links up to a position, the guards away for this transaction alone."""
    lite = db.engine.dialect.name == "sqlite"
    guards = _lift_on_sqlite() if lite else []
    if not lite:
        for table in _TABLES:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change"))
    old = select(EventHash.seq).where(EventHash.position <= position)
    db.session.execute(delete(Event).where(Event.seq.in_(old)).execution_options(synchronize_session=False))
    db.session.execute(
        delete(EventHash).where(EventHash.position <= position).execution_options(synchronize_session=False)
    )
    for statement in guards:
        db.session.execute(text(statement))
    if not lite:
        for table in _TABLES:
            db.session.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER {table}_no_change"))


def _lift_on_sqlite() -> list[str]:
    names = [f"{table}_no_delete" for table in _TABLES]
    found = db.session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    guards = [(row.name, row.sql) for row in found if row.name in names]
    for name, _sql in guards:
        db.session.execute(text(f"DROP TRIGGER {name}"))
    return [sql for _name, sql in guards]
