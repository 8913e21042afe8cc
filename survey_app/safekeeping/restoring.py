"""Putting a backup back so that nothing dead comes to life with it (reliability.md 9).

The database is replaced, brought to the present schema, and then made true again: people of the erasure ledger are erased anew,
keys of destroyed waves that came back with an old copy of the key folder are destroyed anew, messages that may have left in
the lost minutes become `unknown`, and sending is paused until a person confirms it.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask
from sqlalchemy import case, func, select, update

from survey_app import chaining, database, events, installation, keyring
from survey_app.config import Settings
from survey_app.database import db, read_only
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, WORKER, EventHash
from survey_app.failpoints import failpoint
from survey_app.messaging.models import Message, Sender
from survey_app.organisation.models import Organisation
from survey_app.people import erasure
from survey_app.safekeeping import dumping, sealed_stream
from survey_app.safekeeping.dumping import Broken, Manifest
from survey_app.safekeeping.sealed_stream import Unreadable
from survey_app.vault import Vault

MAYBE_SENT = ("queued", "claimed", "rejected")  # what an outbox may have sent after the backup was made
RESTORED = "restored"  # reason of a message of which nobody knows whether it left


@dataclass
class Restored:
    """What was done, for the operator."""

    made_at: datetime
    restored_at: datetime
    rows: int
    moved_aside: str = ""
    people_erased: int = 0
    waves_destroyed: int = 0
    messages_unknown: int = 0
    audit_faults: list[tuple[int, str]] = field(default_factory=list)
    audit_lost: int = 0

    def lines(self) -> Iterator[str]:
        """For a person."""
        yield f"restored {self.rows} rows as of {self.made_at:%Y-%m-%d %H:%M} UTC"
        yield (
            f"lost: everything from {self.made_at:%Y-%m-%d %H:%M} to {self.restored_at:%Y-%m-%d %H:%M} UTC; "
            "who answered in that time may answer again"
        )
        if self.moved_aside:
            yield f"the database that was there is now {self.moved_aside}; it is deleted once sending is confirmed"
        yield f"erased again: {self.people_erased} people, the keys of {self.waves_destroyed} waves"
        yield f"messages that may have left and are asked about, never sent again: {self.messages_unknown}"
        yield f"audit log: {self.audit_lost} rows lost with the restore, {len(self.audit_faults)} faults"
        yield "sending is paused: confirm it on the pages of the administrator"


@contextmanager
def opened(path: Path, private: str) -> Iterator[tuple[Manifest, dumping._Bytes]]:
    """The content of a backup. Raises DomainError with what is wrong."""
    try:
        with path.open("rb") as file:
            header, header_bytes = sealed_stream.read_header(file)
            key = sealed_stream.content_key(header, header_bytes, private=private)
            yield dumping.opened(sealed_stream.pieces(file, key))
    except (Unreadable, Broken) as error:
        raise DomainError(f"{path.name}: {error}") from error


def restore(app: Flask, *, path: Path, private: str, now: datetime, replace: bool = False) -> Restored:
    """Replace the database by a backup. Nothing of ours may be running. Raises DomainError before anything is touched.

    SQLite: a database that is there is moved aside when `replace` allows it. PostgreSQL: DATABASE_URL names an empty one.
    """
    settings: Settings = app.extensions["survey_settings"]
    vault: Vault = app.extensions["survey_vault"]
    with app.app_context():
        with opened(path, private) as (manifest, source):
            _check(manifest, settings, vault, replace)
            made_at = datetime.fromisoformat(manifest.made_at).astimezone(UTC)
            report = Restored(made_at, now.astimezone(UTC), sum(manifest.rows.values()))
            _place(manifest, source, settings, report)
        failpoint("restore.placed")
        database.migrate()
        if not settings.is_sqlite:
            dumping.set_sequences()
        make_true(app, report=report)
        return report


def _check(manifest: Manifest, settings: Settings, vault: Vault, replace: bool) -> None:
    kind = "sqlite" if settings.is_sqlite else "postgresql"
    if manifest.kind != kind:
        raise DomainError(f"this backup is of {manifest.kind}; DATABASE_URL names {kind}")
    keys = vault.long_lived.read()
    if manifest.key_fingerprint not in {keys.fingerprint, keys.previous} - {""}:
        raise DomainError(
            "the long-lived keys here are not those of the backup: its names and phone numbers could not be read. Put the "
            f"sealed copy of {keyring.LONG_LIVED} from the time of the backup into the key folder first"
        )
    if settings.is_sqlite:
        if settings.sqlite_path.exists() and settings.sqlite_path.stat().st_size and not replace:
            raise DomainError("there is a database already; with --replace it is moved aside")
    elif not database.is_empty():
        raise DomainError("the database is not empty; make a new one and let DATABASE_URL name it")


def _place(manifest: Manifest, source: dumping._Bytes, settings: Settings, report: Restored) -> None:
    if not settings.is_sqlite:
        dumping.place_postgresql(source, manifest)
        return
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = settings.sqlite_path
    draft, rows = dumping.draft_sqlite(
        source.rest(), target
    )  # a backup that is cut off shows it here, with all in place
    try:
        manifest.compare(rows)
        db.session.remove()
        db.engine.dispose()
        if target.exists() and target.stat().st_size:
            report.moved_aside = _move_aside(target, report.restored_at)
        dumping.name_sqlite(draft, target)
        keyring.sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)


def forget_old_databases(settings: Settings) -> int:
    """The tick: delete databases that a restore moved aside, once sending was confirmed; returns how many.

    Nobody who is erased later is erased in them. Until then they are the way back. Commits nothing.
    """
    chain = db.session.get(Organisation, 1)
    if not settings.is_sqlite or chain is None or chain.sending_paused:
        return 0
    found = sorted(settings.sqlite_path.parent.glob(_aside(settings.sqlite_path, "*") + "*"))
    for path in found:
        path.unlink(missing_ok=True)
    databases = [path.name for path in found if path.suffix == ".sqlite"]
    if databases:
        keyring.sync_folder(settings.sqlite_path.parent)
        events.record("old_database.deleted", None, by=WORKER, files=databases)
    return len(databases)


def _aside(target: Path, when: str) -> str:
    return f"{target.stem}-before-{when}.sqlite"


def _move_aside(target: Path, now: datetime) -> str:
    aside = target.with_name(_aside(target, f"{now:%Y%m%dT%H%M%SZ}"))
    for ending in ("-wal", "-shm", ""):
        found = target.with_name(target.name + ending)
        if found.exists():
            os.replace(found, aside.with_name(aside.name + ending))
    keyring.sync_folder(target.parent)
    return aside.name


# --- making it true ---------------------------------------------------------------------------------------------------
def make_true(app: Flask, *, report: Restored) -> None:
    """Everything that a database from the past says wrongly about the present. Commits; safe to run again after a crash."""
    settings: Settings = app.extensions["survey_settings"]
    vault: Vault = app.extensions["survey_vault"]
    now = report.restored_at
    installation.settle_fingerprint(vault)
    report.messages_unknown = _doubt_messages(made_at=report.made_at, now=now)
    db.session.commit()
    replayed = erasure.replay(now=now)
    db.session.commit()
    report.people_erased, report.waves_destroyed = replayed.people, replayed.waves
    _excuse_lost_rows(settings, vault, report)
    events.record(
        "restore.done", None, by=COMMAND_LINE, made_at=report.made_at.isoformat(), people=report.people_erased,
        waves=report.waves_destroyed, messages=report.messages_unknown, audit_rows_lost=report.audit_lost,
    )  # fmt: skip
    db.session.commit()
    chaining.extend(everything=True)
    with read_only():
        keys = chaining.public_keys(vault.keys_of("audit"))
        report.audit_faults = chaining.verify(keys=keys, folder=settings.checkpoint_folder).faults
        db.session.rollback()


def _doubt_messages(*, made_at: datetime, now: datetime) -> int:
    """Messages that were due before now may have left after the backup was made: they are asked about, never sent again."""
    db.session.rollback()
    first = (
        select(func.min(Sender.id))
        .where(Sender.channel == Message.channel, Sender.active.is_(True))
        .correlate(Message)
        .scalar_subquery()
    )
    may_have_left = case((Message.due_at > made_at, Message.due_at), else_=made_at)
    doubted = (
        update(Message)
        .where(Message.state.in_(MAYBE_SENT), Message.due_at <= now)
        .values(
            state="unknown", reason=RESTORED, next_try_at=now, lease_until=None, fence=Message.fence + 1,
            sender_id=func.coalesce(Message.sender_id, first), sent_at=func.coalesce(Message.sent_at, may_have_left),
        )
    )  # fmt: skip
    result = db.session.execute(doubted.execution_options(synchronize_session=False))
    return int(getattr(result, "rowcount", 0))


def _excuse_lost_rows(settings: Settings, vault: Vault, report: Restored) -> None:
    """Sign that the audit log lost its last rows with this restore, so that their absence is no sign of a hand on it."""
    chaining.extend(everything=True)
    kept = db.session.scalar(select(func.max(EventHash.position)).where(EventHash.seq <= _last_seq(report))) or 0
    db.session.rollback()
    if settings.checkpoint_folder is None or not settings.checkpoint_folder.is_dir():
        return
    known = max((s.count for s in chaining.copied_checkpoints(settings.checkpoint_folder)[0]), default=0)
    if known <= kept:
        return
    report.audit_lost = known - kept
    details = chaining.cut_statement(kept=kept, known=known, at=report.restored_at, seed=vault.key("audit"))
    events.record(chaining.CUT, None, by=COMMAND_LINE, **details)
    db.session.commit()


def _last_seq(report: Restored) -> int:
    """The last event that the backup had: rows that this restore wrote itself come after it."""
    found = db.session.scalar(select(func.max(events.Event.seq)).where(events.Event.at <= report.made_at))
    return found or 0
