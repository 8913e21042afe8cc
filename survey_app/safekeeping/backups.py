"""Backups: a sealed, checked copy of the database, by hand or every quarter of an hour; old ones go (reliability.md 9).

A file is complete when it has its name. It was read again after it was written, with the key that its writer still held; the
key folder is never inside. Copies of a quarter of an hour are kept for a day, then one per day for 35 days: the differences
between copies would show when answers came.
"""

import hashlib
import logging
import os
import re
import secrets
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask import Flask, current_app

from survey_app import clock, database, events, keyring
from survey_app.config import Settings
from survey_app.database import db, read_only
from survey_app.errors import DomainError
from survey_app.events import WORKER
from survey_app.failpoints import failpoint
from survey_app.organisation.models import Organisation
from survey_app.safekeeping import dumping, sealed_stream
from survey_app.safekeeping.dumping import Broken, Manifest

log = logging.getLogger("survey_app.safekeeping")

PUBLIC_FILE = "backup.public"
KEEP_ALL, KEEP_DAILY = timedelta(hours=24), timedelta(days=35)
LATE = "backup.late"
_NAME = re.compile(r"survey-(\d{8}T\d{6}Z)\.sealed")
_STAMP = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class Made:
    """A finished backup."""

    path: Path
    size: int
    rows: int


def public_key(settings: Settings) -> str:
    """What backups are sealed to. Raises DomainError when there is none yet."""
    line = settings.backup_public_key
    if not line:
        path = settings.key_folder / PUBLIC_FILE
        if not path.is_file():
            raise DomainError("there is no key to seal backups to; run: flask backup keygen")
        line = path.read_text("ascii", "replace")
    try:
        sealed_stream.fingerprint(line)
    except sealed_stream.Unreadable as error:
        raise DomainError(f"the public key of backups is damaged: {error}") from error
    return line.strip()


def new_key(settings: Settings) -> tuple[str, str]:
    """Make a pair, keep the public part in the key folder; returns both lines. Raises DomainError when there is one."""
    public, private = sealed_stream.key_pair()
    try:
        keyring.write_new(settings.key_folder / PUBLIC_FILE, public.encode() + b"\n")
    except FileExistsError as error:
        raise DomainError(
            f"there is a key already; to change it, remove {PUBLIC_FILE} from the key folder and keep the old private part "
            "as long as its backups"
        ) from error
    return public, private


# --- making one -------------------------------------------------------------------------------------------------------
def make(*, folder: Path, settings: Settings, now: datetime) -> Made:
    """Write a backup into `folder`. Raises DomainError or Broken; then nothing is there under the name of a backup."""
    public = public_key(settings)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for old in folder.glob(".survey-*.draft"):
        if now.timestamp() - old.stat().st_mtime > 3_600:  # of a backup that was killed
            old.unlink(missing_ok=True)
    stamp = now.astimezone(UTC).strftime(_STAMP)
    draft = folder / f".survey-{stamp}-{secrets.token_hex(4)}.draft"
    try:
        rows = _write(draft, public=public, settings=settings, now=now)
        path = folder / f"survey-{stamp}.sealed"
        os.replace(draft, path)
        keyring.sync_folder(folder)
    finally:
        draft.unlink(missing_ok=True)
    return Made(path, path.stat().st_size, sum(rows.values()))


def _write(draft: Path, *, public: str, settings: Settings, now: datetime) -> dict[str, int]:
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        writer = sealed_stream.Writer(file, public=public, header={"made_at": now.isoformat()})
        manifest = _content(writer, settings, now)
        digest = writer.close()
        file.flush()
        os.fsync(file.fileno())
    failpoint("backup.before_check")
    _read_again(draft, writer.content_key, digest, manifest)
    return manifest.rows


def _content(writer: sealed_stream.Writer, settings: Settings, now: datetime) -> Manifest:
    if settings.is_sqlite:
        copy = dumping.copy_sqlite(settings.sqlite_path)
        try:
            manifest = _manifest("sqlite", dumping.check_sqlite(copy), now)
            writer.write(manifest.line())
            dumping.stream_file(copy, writer)
        finally:
            copy.unlink(missing_ok=True)
        return manifest
    with dumping.snapshot() as connection:
        manifest = _manifest("postgresql", dumping.count_rows(connection), now)
        writer.write(manifest.line())
        dumping.stream_postgresql(connection, writer)
        connection.rollback()
    return manifest


def _manifest(kind: str, rows: dict[str, int], now: datetime) -> Manifest:
    with read_only():
        chain = db.session.get(Organisation, 1)
        fingerprint = chain.key_fingerprint if chain else ""
        db.session.rollback()
    return Manifest(kind, database.present_schema() or "", now.isoformat(), fingerprint, rows.get("event", 0), rows)


def _read_again(path: Path, key: bytes, digest: str, manifest: Manifest) -> None:
    """What was written can be opened and is what was meant."""
    found = hashlib.sha256()

    def counted(content: Iterable[bytes]) -> Iterable[bytes]:
        for piece in content:
            found.update(piece)
            yield piece

    with path.open("rb") as file:
        sealed_stream.read_header(file)
        try:
            written, source = dumping.opened(iter(counted(sealed_stream.pieces(file, key))))
            if manifest.kind == "postgresql":
                rows = {name: sum(f.count(b"\n") for f in data) for name, _columns, data in dumping.tables_in(source)}
                manifest.compare(rows)
            else:
                for _piece in source.rest():
                    pass
        except sealed_stream.Unreadable as error:
            raise Broken(f"the backup cannot be read again: {error}") from error
    if written != manifest or found.hexdigest() != digest:
        raise Broken("the backup is not what was written")


# --- keeping ----------------------------------------------------------------------------------------------------------
def listed(folder: Path) -> list[tuple[datetime, Path]]:
    """The finished backups of a folder, oldest first."""
    found = []
    for path in folder.glob("survey-*.sealed"):
        match = _NAME.fullmatch(path.name)
        if match:
            found.append((datetime.strptime(match[1], _STAMP).replace(tzinfo=UTC), path))
    return sorted(found)


def prune(folder: Path, *, now: datetime) -> int:
    """Delete what is not to be kept any more: of each past day only its last, and nothing after 35 days."""
    gone, last_of_day = 0, dict[int, Path]()
    found = listed(folder)
    for made, path in found:
        last_of_day[clock.day_number(made)] = path
    for made, path in found:
        age = now - made
        if age > KEEP_DAILY or (age > KEEP_ALL and last_of_day[clock.day_number(made)] != path):
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def is_late(folder: Path, *, every: timedelta, now: datetime) -> bool:
    """Whether the newest good backup is older than two intervals (or there is none)."""
    found = listed(folder) if folder.is_dir() else []
    return not found or now - found[-1][0] > 2 * every


class Schedule:
    """Backups by the clock, in a thread of their own: a large copy must not keep the other periodic tasks waiting."""

    def __init__(self) -> None:
        self._running: threading.Thread | None = None
        self._told = False
        self._since: datetime | None = None

    def tick(self, app: Flask, now: datetime) -> None:
        """Once a minute: make one when its time has come, tell when none was made for two intervals."""
        settings: Settings = app.extensions["survey_settings"]
        folder = settings.backup_folder
        if folder is None:
            return
        every = timedelta(minutes=settings.backup_minutes)
        self._since = self._since or now
        found = listed(folder) if folder.is_dir() else []
        self._warn(folder, every, now)
        due = not found or now - found[-1][0] >= every - timedelta(seconds=30)
        if due and (self._running is None or not self._running.is_alive()):
            self._running = threading.Thread(target=self._make, args=(app, folder, now), daemon=True)
            self._running.start()

    def _make(self, app: Flask, folder: Path, now: datetime) -> None:
        try:
            with app.app_context():
                make(folder=folder, settings=app.extensions["survey_settings"], now=now)
                prune(folder, now=now)
        except Exception:
            log.exception("the backup failed; the next one is tried in a minute")

    def _warn(self, folder: Path, every: timedelta, now: datetime) -> None:
        """One line and one event per time that it is late."""
        started_lately = self._since is not None and now - self._since < 2 * every
        late = is_late(folder, every=every, now=now) and not started_lately
        if late and not self._told:
            log.error("the newest backup is older than two intervals of %s minutes", every.total_seconds() / 60)
            events.record(LATE, None, by=WORKER, minutes=int(every.total_seconds() // 60))
        self._told = late


schedule = Schedule()


def tick(now: datetime) -> None:
    """What the clock calls."""
    schedule.tick(current_app._get_current_object(), now)  # type: ignore[attr-defined]
