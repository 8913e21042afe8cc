"""Unguessable codes and signed tokens."""

import base64
import hashlib
import secrets
from typing import Any

from itsdangerous import BadData, URLSafeTimedSerializer

# 32 characters that nobody confuses when reading aloud or typing from a poster: no 0 O 1 I
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"


def short_code(length: int) -> str:
    """A random code of `length` characters, 5 bits each, from the readable alphabet."""
    return "".join(ALPHABET[b & 31] for b in secrets.token_bytes(length))


def grouped(code: str) -> str:
    """The code in groups of four, as people read it: `ABCD-EFGH`."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def ungrouped(text: str) -> str:
    """What a person typed, brought back to a code: upper case, no spaces, hyphens or look-alikes."""
    plain = text.upper().translate(str.maketrans("０１２３４５６７８９", "0123456789"))
    return "".join(c for c in plain if c in ALPHABET)


def secret_link() -> tuple[str, bytes]:
    """A one-time link's token (22 characters, 128 bits) and the SHA-256 that the database keeps."""
    token = base64.urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    return token, token_hash(token)


def token_hash(token: str) -> bytes:
    """SHA-256 of a random token. Enough for 128 random bits; never for anything guessable."""
    return hashlib.sha256(token.encode()).digest()


def sign(secret: str, purpose: str, payload: dict[str, Any]) -> str:
    """A signed, timed token for an address. The payload is readable: no personal data."""
    return str(URLSafeTimedSerializer(secret, salt=purpose).dumps(payload))


def unsign(secret: str, purpose: str, token: str, *, max_age_seconds: int) -> dict[str, Any] | None:
    """The payload, or None when the token is forged, damaged or too old."""
    try:
        payload = URLSafeTimedSerializer(secret, salt=purpose).loads(token, max_age=max_age_seconds)
    except BadData:
        return None
    return payload if isinstance(payload, dict) else None
