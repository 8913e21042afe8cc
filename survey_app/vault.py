"""Keys and what they do: the key folder, field encryption (AES-256-GCM), blind indexes.

Keys live in one folder (0700, files 0600), never in the database and never in its backup. Long-lived keys stand in one
file, each wave has a file of its own that is destroyed after the wave (privacy.md 3.1). Every file is made with O_EXCL; nothing
here ever replaces a key, rotation adds one (`keyring`). A process that has read the keys of a wave forgets them soon after
their file is gone.

The folder also holds the erasure ledger, a file that only grows: blind indexes of people who were erased, numbers of waves
whose keys were destroyed. It outlives every backup of the database, so a restore brings neither back.
"""

import hashlib
import hmac
import logging
import os
import secrets
from base64 import b64decode, urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app import clock, keyring
from survey_app.errors import ConfigurationError
from survey_app.keyring import LOOK_AGAIN_SECONDS, Keyring, overwrite, sync_folder

LEDGER = "erasures.log"  # one line each: `person <blind index, 64 hex digits>` or `wave <number, 5 digits>`
_WAVE_KEYS = ("tick", "tag", "ballot", "unsubscribe")
UNREADABLE = "〔无法解密〕"
_HEX = frozenset("0123456789abcdef")

log = logging.getLogger("survey_app.vault")


@dataclass(frozen=True, slots=True)
class WaveKeys:
    """256 random bits each; they die 30 days after the wave closes."""

    tick: bytes
    tag: bytes
    ballot: bytes
    unsubscribe: bytes


def _wave_file(wave_id: int) -> str:
    return f"wave-{wave_id:05d}.json"


def _dying_file(wave_id: int) -> str:
    return f"dying-{wave_id:05d}"  # its keys are no longer read, only overwritten


class Vault:
    """The open key folder of one installation."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.long_lived = Keyring(folder)
        self._waves: dict[int, WaveKeys] = {}
        self._look_again_at = 0.0  # on the monotonic clock
        self._ledger: tuple[tuple[int, int], frozenset[bytes], frozenset[int]] | None = None
        self._told: set[str] = set()  # key id and column of fields that could not be read

    # --- the folder -------------------------------------------------------------------------------------------------
    def has_long_lived(self) -> bool:
        """True when the file of long-lived keys exists."""
        return self.long_lived.exists()

    def create_long_lived(self) -> str:
        """Make the long-lived keys of a new installation; returns their fingerprint. Fails when they exist."""
        return self.long_lived.create()

    def long_lived_fingerprint(self) -> str:
        """SHA-256 of the file of long-lived keys. Raises ConfigurationError when it is missing or readable by others."""
        return self.long_lived.read().fingerprint

    def key(self, name: str) -> bytes:
        """The newest key of a name: contact, blind_index, text, link, audit, session."""
        keys = self.long_lived.keys()
        return keys.by_id[keys.ids(name)[0]]

    def keys_of(self, name: str) -> list[bytes]:
        """Every key of a name, newest first: what an older one signed or sealed is good as long as it is here."""
        keys = self.long_lived.keys()
        return [keys.by_id[key_id] for key_id in keys.ids(name)]

    # --- waves ------------------------------------------------------------------------------------------------------
    def create_wave(self, wave_id: int) -> str:
        """Make the keys of a new wave; returns the fingerprint. Raises FileExistsError: a wave number is used once."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        document = keyring.new_keys(_WAVE_KEYS)
        keyring.write_new(self.folder / _wave_file(wave_id), document)
        return hashlib.sha256(document).hexdigest()

    def wave_fingerprint(self, wave_id: int) -> str | None:
        """SHA-256 of the wave's file, or None when it does not exist (any more)."""
        path = self.folder / _wave_file(wave_id)
        return keyring.read(path)[1] if path.exists() else None

    def wave(self, wave_id: int) -> WaveKeys | None:
        """The keys of a wave, or None when they do not exist (any more)."""
        if clock.monotonic() >= self._look_again_at:
            self._forget_destroyed()
        found = self._waves.get(wave_id)
        if found is None:
            try:
                entries = keyring.read(self.folder / _wave_file(wave_id))[0]
            except FileNotFoundError:
                return None
            found = self._waves[wave_id] = WaveKeys(**{name: b64decode(value) for name, value in entries.items()})
        return found

    def _forget_destroyed(self) -> None:
        self._look_again_at = clock.monotonic() + LOOK_AGAIN_SECONDS
        for wave_id in list(self._waves):
            if not (self.folder / _wave_file(wave_id)).exists():
                self._waves.pop(wave_id, None)

    def has_wave(self, wave_id: int) -> bool:
        """True while anything of the wave's keys is in the folder, also what a broken destruction left."""
        return any((self.folder / name).exists() for name in (_wave_file(wave_id), _dying_file(wave_id)))

    def destroy_wave(self, wave_id: int) -> None:
        """Overwrite and unlink the keys of a wave for good; a failure at any step is healed by calling again.

        The file is renamed first, so that nobody ever reads half-overwritten keys.
        """
        self._waves.pop(wave_id, None)
        path, dying = self.folder / _wave_file(wave_id), self.folder / _dying_file(wave_id)
        while path.exists() or dying.exists():  # both: a copy came back after a destruction that broke off
            try:
                if not dying.exists():
                    path.rename(dying)
                    sync_folder(self.folder)
                overwrite(dying)
                dying.unlink()
            except FileNotFoundError:  # another process does the same
                continue
        sync_folder(self.folder)
        if wave_id not in self.destroyed_waves():
            self._note(f"wave {wave_id:05d}")

    def highest_wave(self) -> int:
        """The highest wave number that has a file here or was destroyed here; 0 when there is none."""
        numbers = [int(path.stem.split("-")[1]) for path in self.folder.glob("wave-*.json")]
        return max([*numbers, *self.destroyed_waves()], default=0)

    def remove_waves(self, wave_ids: list[int]) -> None:
        """Remove key files that no answer needs: of a wave that was never made, of a sample chain that is reset."""
        for wave_id in wave_ids:
            (self.folder / _wave_file(wave_id)).unlink(missing_ok=True)
            self._waves.pop(wave_id, None)

    # --- the erasure ledger -----------------------------------------------------------------------------------------
    def note_erased(self, index: bytes) -> None:
        """Write down, durable, that the owner of this blind index was erased. Call it before the erasure is committed."""
        if index not in self.erased():
            self._note(f"person {index.hex()}")

    def erased(self) -> frozenset[bytes]:
        """The blind indexes of everybody who was erased."""
        return self._read_ledger()[0]

    def destroyed_waves(self) -> frozenset[int]:
        """The numbers of waves whose keys were destroyed."""
        return self._read_ledger()[1]

    def _note(self, line: str) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self.folder / LEDGER, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            torn = False
            if os.lseek(descriptor, 0, os.SEEK_END):
                os.lseek(descriptor, -1, os.SEEK_END)
                torn = os.read(descriptor, 1) != b"\n"  # a crash cut the last line: it never counted
            os.write(descriptor, f"{chr(10) if torn else ''}{line}\n".encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(self.folder)

    def _read_ledger(self) -> tuple[frozenset[bytes], frozenset[int]]:
        path = self.folder / LEDGER
        try:
            state = path.stat()
        except FileNotFoundError:
            return frozenset(), frozenset()
        stamp = (state.st_mtime_ns, state.st_size)
        if self._ledger is None or self._ledger[0] != stamp:
            people, waves = set(), set()
            for line in path.read_text("ascii", "replace").split("\n")[:-1]:
                kind, _, value = line.partition(" ")
                if kind == "person" and len(value) == 64 and set(value) <= _HEX:
                    people.add(bytes.fromhex(value))
                elif kind == "wave" and len(value) == 5 and value.isascii() and value.isdigit():
                    waves.add(int(value))
            self._ledger = stamp, frozenset(people), frozenset(waves)
        return self._ledger[1], self._ledger[2]

    # --- fields -----------------------------------------------------------------------------------------------------
    def seal(self, key_name: str, text: str, *, place: str) -> str:
        """Encrypt a field: `v1.<key id>.<nonce>.<ciphertext>`; `place` (table, column, row) is authenticated with it."""
        keys = self.long_lived.keys()
        key_id = keys.ids(key_name)[0]
        nonce = secrets.token_bytes(12)
        body = AESGCM(keys.by_id[key_id]).encrypt(nonce, text.encode(), f"{place}|{key_id}".encode())
        return f"v1.{key_id}.{_b64(nonce)}.{_b64(body)}"

    def unseal(self, sealed: str, *, place: str) -> str:
        """The text of a sealed field; a wrong or missing key gives 〔无法解密〕 and a line in the log, never an error page."""
        key_id = ""
        try:
            head, nonce, body = sealed.rsplit(".", 2)
            key_id = head.removeprefix("v1.")
            opened = AESGCM(self.long_lived.opening(key_id))
            return opened.decrypt(_unb64(nonce), _unb64(body), f"{place}|{key_id}".encode()).decode()
        except (InvalidTag, ValueError, KeyError, ConfigurationError):
            self._tell(key_id, place)
            return UNREADABLE

    def _tell(self, key_id: str, place: str) -> None:
        """One line per key and column: a page of a thousand such fields is one fault."""
        column = place.rpartition(".")[0]
        if f"{key_id} {column}" not in self._told:
            self._told.add(f"{key_id} {column}")
            log.error("sealed fields of %s cannot be read: the key %s is missing or another one", column, key_id or "?")

    def blind_index(self, value: str) -> bytes:
        """HMAC-SHA256 of a normalised identifier, for equality search only."""
        return self.blind_indexes([value])[0]

    def blind_indexes(self, values: Iterable[str]) -> list[bytes]:
        """The same of many; the key is looked up once."""
        key = self.key("blind_index")
        return [hmac.digest(key, value.encode(), "sha256") for value in values]

    def session_secret(self) -> str:
        """The secret that signs staff sessions and short-lived links."""
        return self.key("session").hex()


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
