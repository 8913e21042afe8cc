"""Link codes and what follows from them (privacy.md 3.2). Pure: keys and a clock reading in, no database.

    r    = 56 random bits (an open page mints its own)
    tag  = HMAC-SHA256(K_tag[w], r || door)[:36 bits]
    T    = base64url(w as 16 bits || r || tag) || door          18 + 6 characters, ends in a letter or digit
    N    = HMAC-SHA256(K_ballot[w], T)                          the nullifier: the only trace on the answers side
    Kd   = HKDF-SHA256(T, info = "draft" || w)                  a draft opens only with the code in hand

`door` is the collector's code. T is a secret of the respondent: it is never stored and never logged.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from survey_app import tokens
from survey_app.vault import Vault, WaveKeys

CODE_LENGTH = 24
DOOR_LENGTH = 6
_SHAPE = re.compile(f"[A-Za-z0-9_-]{{18}}[{tokens.ALPHABET}]{{{DOOR_LENGTH}}}", re.ASCII)
# Stands in where a code is damaged or its wave has no keys, so that every refusal does the same work
_NO_CODE = "A" * 18 + tokens.ALPHABET[0] * DOOR_LENGTH
_NO_KEYS = WaveKeys(*(secrets.token_bytes(32) for _ in range(4)))
_NO_SALT = bytes(32)


class Ticket(NamedTuple):
    """A valid link code: the right to give one answer through one door in one wave."""

    code: str
    wave_id: int
    door: str
    nullifier: bytes
    keys: WaveKeys

    def __repr__(self) -> str:  # neither the code nor the keys may reach a log
        return f"Ticket(wave {self.wave_id}, door {self.door})"


def _tag(keys: WaveKeys, random_part: bytes, door: str) -> bytes:
    mac = hmac.digest(keys.tag, random_part + door.encode(), "sha256")
    return mac[:4] + bytes((mac[4] & 0xF0,))  # 36 bits


def _nullifier(keys: WaveKeys, code: str) -> bytes:
    return hmac.digest(keys.ballot, code.encode(), "sha256")


def mint(vault: Vault, *, wave_id: int, door: str) -> Ticket:
    """A fresh code for an open page. Nothing is stored. Raises KeyError when the wave has no keys."""
    keys = vault.wave(wave_id)
    if keys is None:
        raise KeyError(f"wave {wave_id} has no keys")
    random_part = secrets.token_bytes(7)
    packed = wave_id.to_bytes(2, "big") + random_part + _tag(keys, random_part, door)
    # 108 bits are 18 characters exactly; the four bits that fill the last byte would be the 19th
    code = urlsafe_b64encode(packed)[:18].decode() + door
    return Ticket(code, wave_id, door, _nullifier(keys, code), keys)


def open_ticket(vault: Vault, code: str) -> Ticket | None:
    """The ticket of a code, or None. Every refusal does the same work; the database is never asked."""
    shaped = _SHAPE.fullmatch(code) is not None
    text = code if shaped else _NO_CODE
    packed = urlsafe_b64decode(text[:18] + "A=")
    wave_id, door = int.from_bytes(packed[:2], "big"), text[18:]
    keys = vault.wave(wave_id)
    used = keys or _NO_KEYS
    genuine = hmac.compare_digest(_tag(used, packed[2:9], door), packed[9:14])
    nullifier = _nullifier(used, text)
    if not (shaped and genuine) or keys is None:
        return None
    return Ticket(code, wave_id, door, nullifier, keys)


def draft_key(ticket: Ticket) -> bytes:
    """256 bits that seal the draft of this code (HKDF, RFC 5869, one block)."""
    pseudo_random = hmac.digest(_NO_SALT, ticket.code.encode(), "sha256")
    return hmac.digest(pseudo_random, b"draft" + ticket.wave_id.to_bytes(2, "big") + b"\x01", "sha256")


def order_seed(ticket: Ticket, purpose: str = "order") -> int:
    """16 bits for random order: the same on every open of one code, unknown without the wave's keys."""
    return int.from_bytes(hmac.digest(ticket.keys.ballot, ticket.nullifier + purpose.encode(), "sha256")[:2], "big")


def _start(ticket: Ticket, version_id: int, issued: int) -> str:
    message = f"start|{ticket.code}|{version_id}|{issued}".encode()
    return urlsafe_b64encode(hmac.digest(ticket.keys.tag, message, "sha256")[:12]).decode()


def seal_start(ticket: Ticket, *, version_id: int, issued: int) -> str:
    """The MAC (16 characters) over code, version and issue time (seconds since 1970) that every page carries."""
    return _start(ticket, version_id, issued)


def check_start(ticket: Ticket, *, version_id: int, issued: int, mac: str) -> bool:
    """True when version and issue time are those that this code's first document was given."""
    return hmac.compare_digest(_start(ticket, version_id, issued).encode(), mac.encode("utf-8", "replace"))


def new_nonce() -> str:
    """128 random bits, 22 characters: tells a retry of a submit from a second answer."""
    return urlsafe_b64encode(secrets.token_bytes(16))[:22].decode()


def new_delete_code() -> str:
    """`rc`, 80 random bits, 16 characters: whoever holds it may delete (never read) the answer."""
    return tokens.short_code(16)
