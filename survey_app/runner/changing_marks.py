"""What the pages that change an answer carry, made with the keys of the wave: nothing of it is stored. Pure.

The mark in the link says when the answer was submitted, to the second. Confidential answers keep only the hour, so the second
travels with the person: the page of thanks mints the mark, and whoever opens the bare link later has the hour alone.
The sealed state is what was filled in so far. The person holds the code of the link, so both need a key that it does not give.
"""

import hmac
import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from survey_app.responses.ballots import Ticket

MINUTES = 30
SECONDS = MINUTES * 60
_NONCE, _TIME = 12, 5  # bytes
_MARK = re.compile("[A-Za-z0-9_-]{23}", re.ASCII)


def _key(ticket: Ticket, purpose: str) -> bytes:
    return hmac.digest(ticket.keys.tag, f"{purpose}|{ticket.code}".encode(), "sha256")


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return urlsafe_b64decode(text.encode("ascii", "replace") + b"=" * (-len(text) % 4))


def minted(ticket: Ticket, since: int) -> str:
    """The mark (23 characters) for an answer submitted at `since`, seconds since 1970."""
    time = since.to_bytes(_TIME, "big")
    return _text(time + hmac.digest(_key(ticket, "change"), time, "sha256")[:12])


def read(ticket: Ticket, mark: str) -> int | None:
    """When the answer was submitted; None when the mark is not ours."""
    if not _MARK.fullmatch(mark):
        return None
    since = int.from_bytes(_bytes(mark)[:_TIME], "big")
    return since if hmac.compare_digest(minted(ticket, since), mark) else None


@dataclass(frozen=True, slots=True)
class Begun:
    """A change that was begun. `before`: the ballot's nonce hash then. `state`: of answering.State, with its save number."""

    since: int
    before: bytes
    state: dict[str, Any]


def seal(ticket: Ticket, begun: Begun) -> str:
    """For the hidden field."""
    plain = orjson.dumps({"since": begun.since, "before": begun.before.hex(), "state": begun.state})
    nonce = secrets.token_bytes(_NONCE)
    return _text(nonce + AESGCM(_key(ticket, "changing")).encrypt(nonce, plain, ticket.nullifier))


def unseal(ticket: Ticket, text: str) -> Begun | None:
    """What a posted page carried; None when it is not ours."""
    try:
        sealed = _bytes(text)
        plain = AESGCM(_key(ticket, "changing")).decrypt(sealed[:_NONCE], sealed[_NONCE:], ticket.nullifier)
    except (InvalidTag, ValueError):
        return None
    found = orjson.loads(plain)
    return Begun(found["since"], bytes.fromhex(found["before"]), found["state"])
