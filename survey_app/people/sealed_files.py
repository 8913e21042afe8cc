"""Files of personal data, sealed: written in pieces as they arrive, read in pieces, never in clear on a disk.

Format: `SVF1`, then pieces, each `length, content`: first the key of this file, sealed by the vault with K_contact for the place
of the file; then ciphertexts (AES-256-GCM) of at most 64 KB. The nonce is the number of the piece and whether it is the last
one, so that pieces can be neither moved nor cut off.
"""

import io
import os
import secrets
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.vault import Vault

PIECE = 65_536
_MAGIC = b"SVF1"
_LENGTH = struct.Struct(">I")


class Damaged(Exception):
    """The file is not whole, not from this place, or its key is another one."""


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">BxxxQ", last, number)


class SealedWriter:
    """Seals what is written to it. `close` completes the file; one that was not closed cannot be read."""

    def __init__(self, path: Path, *, vault: Vault, place: str) -> None:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        key = secrets.token_bytes(32)
        self._cipher, self._place = AESGCM(key), place.encode()
        sealed = vault.seal("contact", key.hex(), place=place).encode()
        self._waiting, self._number = bytearray(), 0
        self._file = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
        self._file.write(_MAGIC + _LENGTH.pack(len(sealed)) + sealed)
        self.size = 0

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self.size += len(data)
        self._waiting += data
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        return len(data)

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), piece, self._place)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1

    def close(self) -> None:
        """Complete the file and bring it to the disk."""
        if self._file.closed:
            return
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()


def pieces(path: Path, *, vault: Vault, place: str) -> Iterator[bytes]:
    """The content of a sealed file. Raises Damaged, at the latest at its end."""
    with path.open("rb") as file:
        if file.read(4) != _MAGIC:
            raise Damaged
        cipher, number = _cipher(vault, _piece(file, file.read(4)), place), 0
        length = file.read(4)
        while length:
            sealed = _piece(file, length)
            length = file.read(4)
            try:
                yield cipher.decrypt(_nonce(number, not length), sealed, place.encode())
            except InvalidTag as error:
                raise Damaged from error
            number += 1
        if not number:
            raise Damaged


def _piece(file: BinaryIO, length: bytes) -> bytes:
    if len(length) != 4:
        raise Damaged
    return file.read(min(_LENGTH.unpack(length)[0], 2 * PIECE))


def _cipher(vault: Vault, sealed_key: bytes, place: str) -> AESGCM:
    try:
        return AESGCM(bytes.fromhex(vault.unseal(sealed_key.decode("ascii"), place=place)))
    except ValueError as error:
        raise Damaged from error


class _Reader(io.RawIOBase):
    def __init__(self, source: Iterator[bytes]) -> None:
        self._source, self._left = source, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "memoryview[int] | bytearray") -> int:  # type: ignore[override]
        while not self._left:
            piece = next(self._source, None)
            if piece is None:
                return 0
            self._left = piece
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def opened(path: Path, *, vault: Vault, place: str) -> BinaryIO:
    """The content of a sealed file, as a file to read once from its start."""
    return io.BufferedReader(_Reader(pieces(path, vault=vault, place=place)), PIECE)


def write_whole(path: Path, data: bytes, *, vault: Vault, place: str) -> None:
    """Seal a small content; the file appears under its name whole or not at all."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        writer = SealedWriter(draft, vault=vault, place=place)
        writer.write(data)
        writer.close()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def read_whole(path: Path, *, vault: Vault, place: str) -> bytes:
    """The content of a small sealed file. Raises Damaged, FileNotFoundError."""
    return b"".join(pieces(path, vault=vault, place=place))
