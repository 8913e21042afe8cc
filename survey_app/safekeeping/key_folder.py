"""What lies in the key folder, and whether it is what it has to be. Looks; changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select

from survey_app import clock, database, keyring, web
from survey_app.database import db, read_only
from survey_app.distribution.models import Wave
from survey_app.errors import ConfigurationError
from survey_app.organisation.models import Organisation
from survey_app.safekeeping import rotating
from survey_app.safekeeping.backups import PUBLIC_FILE
from survey_app.safekeeping.sealed_columns import SEALING
from survey_app.vault import LEDGER

REMINDER = "Keep two sealed copies of long-lived.json with two people, and one copy per wave so that it can be destroyed with it."


@dataclass
class Folder:
    """What was found. `files`: (name, mode, first 16 digits of the fingerprint, what it is)."""

    files: list[tuple[str, str, str, str]] = field(default_factory=list)
    rotations: dict[str, int] = field(default_factory=dict)  # old key id -> values that it still seals
    faults: list[str] = field(default_factory=list)
    compared: bool = True  # False: there is no database yet, as before a restore on a new machine

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {
            "good": not self.faults, "compared": self.compared, "files": self.files, "rotations": self.rotations,
            "faults": self.faults,
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """For a person."""
        for name, mode, fingerprint, meaning in self.files:
            yield f"{mode}  {fingerprint:16}  {name:24}  {meaning}"
        for key_id, count in self.rotations.items():
            yield (
                f"rotation: {key_id} still seals {count} values"
                if count
                else f"rotation: {key_id} is about to be retired"
            )
        if not self.compared:
            yield "there is no database yet: the files were not compared with one"
        yield REMINDER


def look(folder: Path, *, now: datetime) -> Folder:
    """Every file, compared with the database. Never raises for a fault of the folder."""
    found = Folder()
    if not folder.is_dir():
        found.faults.append(f"the key folder {folder} is missing")
        return found
    if folder.stat().st_mode & 0o077:
        found.faults.append(f"the key folder {folder} can be read by others; run: chmod 700 on it")
    found.compared = _has_database()
    with read_only():
        try:
            _long_lived(found)
            if found.compared:
                _waves(found, now)
            _others(found, folder)
        finally:
            db.session.rollback()
    return found


def _has_database() -> bool:
    settings = web.settings()
    if settings.is_sqlite and not settings.sqlite_path.exists():
        return False  # asking would make an empty one, which a restore takes for one that is in use
    return not database.is_empty()


def _mode(path: Path) -> str:
    return f"{path.stat().st_mode & 0o777:04o}"


def _long_lived(found: Folder) -> None:
    ring = web.vault().long_lived
    try:
        keys = ring.read()
    except ConfigurationError as error:
        found.faults.append(str(error))
        return
    found.files.append((keyring.LONG_LIVED, _mode(ring.path), keys.fingerprint[:16], ", ".join(keys.by_id)))
    if not found.compared:
        return
    chain = db.session.get(Organisation, 1)
    if chain is not None and chain.key_fingerprint not in {keys.fingerprint, keys.previous} - {""}:
        found.faults.append("the long-lived keys are not those of this database; restore their sealed copy")
    for name in SEALING:
        found.rotations |= rotating.left(web.vault(), name)


def _waves(found: Folder, now: datetime) -> None:
    today = clock.china(now).date()
    for wave in db.session.scalars(select(Wave).order_by(Wave.id)):
        path = web.vault().folder / f"wave-{wave.id:05d}.json"
        is_open, fingerprint = wave.closes_on >= today, ""
        try:
            fingerprint = web.vault().wave_fingerprint(wave.id) or ""
        except ConfigurationError as error:
            found.faults.append(str(error))
        if path.exists():
            state = "open" if is_open else "closed"
            found.files.append(
                (path.name, _mode(path), fingerprint[:16], f"wave {wave.id}, {state}, until {wave.closes_on}")
            )
        if wave.destroyed_at is not None and path.exists():
            found.faults.append(
                f"the keys of wave {wave.id} were destroyed and a copy is back; run: flask keys destroy-due"
            )
        elif is_open and wave.destroyed_at is None and fingerprint != wave.fingerprint:
            found.faults.append(f"the key file of wave {wave.id} is missing or not the one of this database")


def _others(found: Folder, folder: Path) -> None:
    listed = {name for name, *_ in found.files}
    for path in sorted(folder.iterdir()):
        if path.name not in listed and path.is_file():
            meaning = _meaning(path.name) if found.compared or not path.name.startswith("wave-") else "keys of a wave"
            found.files.append((path.name, _mode(path), "", meaning))
            if path.stat().st_mode & 0o077 and path.name != PUBLIC_FILE:
                found.faults.append(f"the file {path.name} can be read by others; run: chmod 600 on it")


def _meaning(name: str) -> str:
    if name == LEDGER:
        return "ledger of erased people and destroyed waves"
    if name == PUBLIC_FILE:
        return "what backups are sealed to; not secret"
    if name.startswith("dying-"):
        return "a destruction that broke off; the next one ends it"
    return "not known to this database"
