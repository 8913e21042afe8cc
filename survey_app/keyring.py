"""The file of long-lived keys: `{"contact": base64, ..., "contact.2": base64, "_previous": fingerprint}`.

Rotation adds a key under the next number of its name: the newest seals, all of them open, and one that nothing needs any more
is retired. The file changes as a whole, by a rename, and `_previous` names the fingerprint of the file it came from, so that a
crash before the database knows the new fingerprint is healed and not taken for a foreign file. Other processes see a new file
within `LOOK_AGAIN_SECONDS`, or at once when they meet a key id that they do not know.
"""

import fcntl
import hashlib
import json
import os
import secrets
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from survey_app import clock
from survey_app.errors import ConfigurationError
from survey_app.failpoints import failpoint

LONG_LIVED = "long-lived.json"
LONG_LIVED_KEYS = ("contact", "blind_index", "text", "link", "audit", "session")
LOOK_AGAIN_SECONDS = 30.0  # how long a process may go on with keys whose file has changed or is gone
_PREVIOUS = "_previous"
_DRAFT, _DYING = "long-lived.new", "dying-long-lived"


@dataclass(frozen=True, slots=True)
class Keys:
    """One state of the file. `by_id` in the order in which the keys were made."""

    by_id: dict[str, bytes]
    fingerprint: str
    previous: str

    def ids(self, name: str) -> list[str]:
        """The ids of a name, newest first. Raises KeyError when there is none."""
        found = [key_id for key_id in self.by_id if name_of(key_id) == name]
        if not found:
            raise KeyError(name)
        return sorted(found, key=_number, reverse=True)


def name_of(key_id: str) -> str:
    """`contact` of `contact.2`."""
    return key_id.partition(".")[0]


def _number(key_id: str) -> int:
    return int(key_id.partition(".")[2] or 1)


def overwrite(path: Path) -> None:
    """Write random bytes over a file, down to the disk."""
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable."""
    if os.name != "posix" or not folder.is_dir():
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_new(path: Path, document: bytes) -> None:
    """Make a file that only its owner may read. Raises FileExistsError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(document)
        file.flush()
        os.fsync(file.fileno())


def new_keys(names: tuple[str, ...]) -> bytes:
    """The document of a file with a random key of 256 bits per name."""
    return json.dumps({name: b64encode(secrets.token_bytes(32)).decode() for name in names}).encode()


def read(path: Path) -> tuple[dict[str, str], str]:
    """The entries of a key file and its fingerprint. Raises ConfigurationError: readable by others, or damaged."""
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise ConfigurationError(f"the key file {path.name} can be read by others; run: chmod 600 on it")
    document = path.read_bytes()
    try:
        entries = {str(name): str(value) for name, value in json.loads(document).items()}
        for name, value in entries.items():
            if name != _PREVIOUS and len(b64decode(value, validate=True)) != 32:
                raise ValueError(name)
    except (ValueError, AttributeError) as error:
        raise ConfigurationError(f"the key file {path.name} is damaged; restore it from its sealed copy") from error
    return entries, hashlib.sha256(document).hexdigest()


class Keyring:
    """The long-lived keys of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / LONG_LIVED
        self._keys: Keys | None = None
        self._seen: tuple[int, int] | None = None
        self._look_again_at = 0.0  # on the monotonic clock

    def exists(self) -> bool:
        """True when the file is there."""
        return self.path.exists()

    def create(self) -> str:
        """Make the keys of a new installation; returns their fingerprint. Raises FileExistsError."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        document = new_keys(LONG_LIVED_KEYS)
        write_new(self.path, document)
        sync_folder(self.folder)
        return hashlib.sha256(document).hexdigest()

    def read(self) -> Keys:
        """The file as it is now. Raises ConfigurationError: missing, readable by others, damaged."""
        if not self.path.exists():
            raise ConfigurationError(
                f"the key file {LONG_LIVED} is missing from the key folder; restore its sealed copy"
            )
        entries, fingerprint = read(self.path)
        keys = {key_id: b64decode(value) for key_id, value in entries.items() if key_id != _PREVIOUS}
        missing = [name for name in LONG_LIVED_KEYS if name not in {name_of(key_id) for key_id in keys}]
        if missing:
            raise ConfigurationError(
                f"the key file {LONG_LIVED} lacks {', '.join(missing)}; restore it from its sealed copy"
            )
        return Keys(keys, fingerprint, entries.get(_PREVIOUS, ""))

    def keys(self, *, look: bool = False) -> Keys:
        """The keys as this process knows them. `look`: see first whether the file has changed."""
        if self._keys is None or look or clock.monotonic() >= self._look_again_at:
            self._look()
        assert self._keys is not None
        return self._keys

    def _look(self) -> None:
        self._look_again_at = clock.monotonic() + LOOK_AGAIN_SECONDS
        try:
            status = self.path.stat()
            seen = (status.st_ino, status.st_mtime_ns)
            if self._keys is None or seen != self._seen:
                self._keys, self._seen = self.read(), seen
        except (OSError, ConfigurationError):
            if self._keys is None:  # a process that has its keys goes on with them
                self._keys = self.read()

    def opening(self, key_id: str) -> bytes:
        """The key of an id, however old. Raises KeyError."""
        found = self.keys().by_id.get(key_id)
        return found if found is not None else self.keys(look=True).by_id[key_id]

    # --- rotation ---------------------------------------------------------------------------------------------------
    def add(self, name: str) -> str:
        """Add a key of this name, which seals from now on; returns its id."""

        def change(keys: dict[str, bytes]) -> str:
            number = max(_number(key_id) for key_id in keys if name_of(key_id) == name) + 1
            keys[f"{name}.{number}"] = secrets.token_bytes(32)
            return f"{name}.{number}"

        return self._change(change, shred=False)

    def retire(self, key_id: str) -> None:
        """Drop a key that is not the newest of its name. Doing it twice is no fault."""

        def change(keys: dict[str, bytes]) -> str:
            newest = max((k for k in keys if name_of(k) == name_of(key_id)), key=_number)
            if key_id == newest:
                raise ValueError(f"{key_id} is in use")
            return "" if keys.pop(key_id, None) is None else key_id

        self._change(change, shred=True)

    def _change(self, change: Callable[[dict[str, bytes]], str], *, shred: bool) -> str:
        with self._alone():
            self._clean_up()
            present = self.read()
            keys = dict(present.by_id)
            changed = change(keys)
            if not changed:
                return changed
            entries = {key_id: b64encode(key).decode() for key_id, key in keys.items()}
            write_new(self.folder / _DRAFT, json.dumps(entries | {_PREVIOUS: present.fingerprint}).encode())
            failpoint("keys.draft_written")
            if shred:
                with suppress(
                    OSError
                ):  # a file system without hard links keeps the old blocks, as it does after any rename
                    os.link(self.path, self.folder / _DYING)
            os.replace(self.folder / _DRAFT, self.path)
            sync_folder(self.folder)
            failpoint("keys.renamed")
            self._clean_up()
            self.keys(look=True)
            return changed

    def _clean_up(self) -> None:
        """Remove what a broken change left: a draft that was never in use, an old file that still has to be overwritten."""
        (self.folder / _DRAFT).unlink(missing_ok=True)
        dying = self.folder / _DYING
        if not dying.exists():
            return
        if not dying.samefile(
            self.path
        ):  # the change broke off before the rename: this is the file in use, by another name
            overwrite(dying)
        dying.unlink()
        sync_folder(self.folder)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        descriptor = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)
