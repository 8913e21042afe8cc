"""A stream sealed to a public key: whoever writes it cannot read it afterwards.

    `SURVEY-BACKUP-1` newline, header (one line of JSON, in clear), then pieces: 4 bytes of length, AES-256-GCM ciphertext

The header names the recipient and the ephemeral X25519 public key. The key of the pieces is HKDF-SHA256(shared secret, salt =
SHA-256 of the header). The nonce of a piece is its number and whether it is the last one, so that pieces can be neither
moved, repeated nor cut off. The content is compressed before it is sealed.
"""

import hashlib
import json
import struct
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

MAGIC = b"SURVEY-BACKUP-1\n"
PIECE = 1 << 20
PUBLIC, PRIVATE = "survey-backup-public-1", "survey-backup-private-1"
_LENGTH = struct.Struct(">I")
_LONGEST_HEADER = 10_000


class Unreadable(Exception):
    """Not such a file, not for this key, cut off or changed. The sentence says which."""


def key_pair() -> tuple[str, str]:
    """A new pair as lines of text: (public, private)."""
    private = X25519PrivateKey.generate()
    return _line(PUBLIC, private.public_key().public_bytes_raw()), _line(PRIVATE, private.private_bytes_raw())


def _line(kind: str, raw: bytes) -> str:
    return f"{kind} {b64encode(raw).decode()}"


def _raw(line: str, kind: str) -> bytes:
    found, _, value = line.strip().partition(" ")
    try:
        raw = b64decode(value, validate=True)
    except ValueError:
        raw = b""
    if found != kind or len(raw) != 32:
        raise Unreadable(f"this is not a key line that begins with {kind}")
    return raw


def fingerprint(public: str) -> str:
    """The first 16 hex digits by which people compare public keys."""
    return hashlib.sha256(_raw(public, PUBLIC)).hexdigest()[:16]


def _content_key(shared: bytes, header: bytes) -> bytes:
    return HKDF(SHA256(), 32, hashlib.sha256(header).digest(), b"survey backup 1").derive(shared)


def _nonce(number: int, last: bool) -> bytes:
    return struct.pack(">BxxxQ", last, number)


class Writer:
    """Seals what is written to it. `close` completes the stream; `digest` is the SHA-256 of what was written."""

    def __init__(self, file: BinaryIO, *, public: str, header: dict[str, Any]) -> None:
        ephemeral = X25519PrivateKey.generate()
        recipient = _raw(public, PUBLIC)
        full = header | {"recipient": fingerprint(public), "key": ephemeral.public_key().public_bytes_raw().hex()}
        self._header = json.dumps(full, sort_keys=True).encode()
        self.content_key = _content_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(recipient)), self._header)
        self._cipher, self._packer, self._file = AESGCM(self.content_key), zlib.compressobj(1), file
        self._waiting, self._number, self._sum = bytearray(), 0, hashlib.sha256()
        file.write(MAGIC + self._header + b"\n")

    def write(self, data: bytes) -> None:
        """Take some bytes."""
        self._sum.update(data)
        self._waiting += self._packer.compress(data)
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]

    def _put(self, piece: bytes, *, last: bool) -> None:
        sealed = self._cipher.encrypt(_nonce(self._number, last), piece, None)
        self._file.write(_LENGTH.pack(len(sealed)) + sealed)
        self._number += 1

    def close(self) -> str:
        """Write the end; returns the digest of the content."""
        self._waiting += self._packer.flush()
        while len(self._waiting) > PIECE:
            self._put(bytes(self._waiting[:PIECE]), last=False)
            del self._waiting[:PIECE]
        self._put(bytes(self._waiting), last=True)
        return self._sum.hexdigest()


def read_header(file: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """The header and its bytes. Raises Unreadable."""
    if file.read(len(MAGIC)) != MAGIC:
        raise Unreadable("this is not a backup of the survey platform")
    line = file.readline(_LONGEST_HEADER)
    try:
        header = json.loads(line)
    except ValueError as error:
        raise Unreadable("the header is damaged") from error
    if not line.endswith(b"\n") or not isinstance(header, dict):
        raise Unreadable("the header is damaged")
    return header, line[:-1]


def content_key(header: dict[str, Any], header_bytes: bytes, *, private: str) -> bytes:
    """The key of the pieces, from the private part that is kept elsewhere. Raises Unreadable."""
    key = X25519PrivateKey.from_private_bytes(_raw(private, PRIVATE))
    public = _line(PUBLIC, key.public_key().public_bytes_raw())
    if header.get("recipient") != fingerprint(public):
        raise Unreadable(f"it was sealed to the key {header.get('recipient')}, this one is {fingerprint(public)}")
    try:
        ephemeral = X25519PublicKey.from_public_bytes(bytes.fromhex(str(header.get("key"))))
    except ValueError as error:
        raise Unreadable("the header is damaged") from error
    return _content_key(key.exchange(ephemeral), header_bytes)


def pieces(file: BinaryIO, key: bytes) -> Iterator[bytes]:
    """The content, from behind the header. Raises Unreadable, at the latest at its end."""
    cipher, unpacker, number = AESGCM(key), zlib.decompressobj(), 0
    length = file.read(_LENGTH.size)
    while True:
        if len(length) != _LENGTH.size or _LENGTH.unpack(length)[0] > PIECE + 16:
            raise Unreadable("the file is cut off")
        sealed = file.read(_LENGTH.unpack(length)[0])
        length = file.read(_LENGTH.size)
        try:
            yield unpacker.decompress(cipher.decrypt(_nonce(number, not length), sealed, None))
        except (InvalidTag, zlib.error) as error:
            raise Unreadable("the file is damaged or cut off") from error
        number += 1
        if not length:
            break
    yield unpacker.flush()
    if not unpacker.eof:
        raise Unreadable("the file is cut off")
