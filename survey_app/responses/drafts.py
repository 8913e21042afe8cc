"""Page drafts: what a respondent typed before the submit, sealed with a key that only the link code gives.

Plain in the row: nullifier, wave, shop, version, last question, day. Sealed: everything else, padded to steps of 1 KB so that
its length says little. The newer save of a page wins; a late save with an old number is dropped. After 14 days a draft dies
and becomes a count (privacy.md 3.3 rule 4, reliability.md 2.3).
"""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, exists, func, select

from survey_app import clock
from survey_app.database import db
from survey_app.responses.ballots import Ticket, draft_key
from survey_app.responses.connections import Connection
from survey_app.responses.models import Ballot, BreakOff, Draft
from survey_app.responses.recording import Recorder

KEEP_DAYS = 14
_STEP = 1024
_NONCE = 12


@dataclass(frozen=True, slots=True)
class Saved:
    """A draft as its owner gets it back. `content` is the caller's own JSON object."""

    number: int
    version_id: int
    last_question: str
    day: int
    content: dict[str, Any]


def _seal(ticket: Ticket, number: int, content: Mapping[str, Any]) -> bytes:
    plain = orjson.dumps({"number": number, "content": content})
    padded = plain + b" " * (-len(plain) % _STEP)  # JSON readers pass over white space
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(draft_key(ticket)).encrypt(nonce, padded, ticket.nullifier)


def _open(ticket: Ticket, body: bytes) -> tuple[int, dict[str, Any]] | None:
    try:
        plain = AESGCM(draft_key(ticket)).decrypt(body[:_NONCE], body[_NONCE:], ticket.nullifier)
    except InvalidTag:
        return None
    document = orjson.loads(plain)
    return document["number"], document["content"]


def _is_newer(ticket: Ticket, number: int, body: bytes) -> bool:
    before = _open(ticket, body)
    return before is None or number >= before[0]


_COLUMNS = "nullifier, wave_id, shop_id, version_id, last_question, day, body"
_LITE_INSERT = (
    f"INSERT INTO draft ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (nullifier) DO UPDATE SET "  # noqa: S608
    "version_id = excluded.version_id, last_question = excluded.last_question, day = excluded.day, body = excluded.body"
)
_POST_INSERT = (
    f"INSERT INTO draft ({_COLUMNS}) VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (nullifier) DO NOTHING"  # noqa: S608
).encode()
_POST_UPDATE = b"UPDATE draft SET version_id = %s, last_question = %s, day = %s, body = %s WHERE nullifier = %s"
_POST_USED = b"SELECT 1 FROM ballot WHERE wave_id = %s AND nullifier = %s"


def save(
    recorder: Recorder,
    ticket: Ticket,
    *,
    number: int,
    shop_id: int | None,
    version_id: int,
    last_question: str,
    day: int,
    content: Mapping[str, Any],
) -> bool:
    """Save the page. False when a newer save is there, or the answer was submitted. Raises errors.Busy after 30 s."""
    body = _seal(ticket, number, content)
    row = (ticket.nullifier, ticket.wave_id, shop_id, version_id, last_question, day, body)

    def on_sqlite(connection: sqlite3.Connection) -> bool:
        used = "SELECT 1 FROM ballot WHERE wave_id = ? AND nullifier = ?"
        if connection.execute(used, (ticket.wave_id, ticket.nullifier)).fetchone():
            return False
        found = connection.execute("SELECT body FROM draft WHERE nullifier = ?", (ticket.nullifier,)).fetchone()
        if found and not _is_newer(ticket, number, found[0]):
            return False
        connection.execute(_LITE_INSERT, row)
        return True

    def on_postgresql(connection: Connection) -> bool:
        with connection.transaction():
            if connection.execute(_POST_USED, (ticket.wave_id, ticket.nullifier)).fetchone():
                return False
            if connection.execute(_POST_INSERT, row).rowcount:
                return True
            found = connection.execute(
                b"SELECT body FROM draft WHERE nullifier = %s FOR UPDATE", (ticket.nullifier,)
            ).fetchone()
            if found is None or not _is_newer(ticket, number, bytes(found[0])):  # None: submitted a moment ago
                return False
            connection.execute(_POST_UPDATE, (version_id, last_question, day, body, ticket.nullifier))
            return True

    if recorder.lite is not None:
        return recorder.lite.write(on_sqlite)
    assert recorder.post is not None
    return recorder.post.write(on_postgresql)


def load(recorder: Recorder, ticket: Ticket) -> Saved | None:
    """The draft of this code, or None when there is none (any more) or it cannot be opened."""
    row = recorder.read(
        "SELECT version_id, last_question, day, body FROM draft WHERE nullifier = ?", (ticket.nullifier,)
    )
    opened = _open(ticket, bytes(row[3])) if row else None
    if row is None or opened is None:
        return None
    return Saved(opened[0], row[0], row[1], row[2], opened[1])


def expire(*, now: datetime) -> int:
    """Let drafts die that were not touched for 14 days and count where they stopped. Returns how many died."""
    last_day = clock.day_number(now) - KEEP_DAYS
    submitted = exists().where(Ballot.wave_id == Draft.wave_id, Ballot.nullifier == Draft.nullifier)
    old = Draft.day < last_day
    week = Draft.day - (Draft.day + 3) % 7  # the Monday: 1970-01-01 was a Thursday
    stopped = db.session.execute(
        select(Draft.version_id, week.label("week"), Draft.last_question, func.count())
        .where(old, ~submitted)
        .group_by(Draft.version_id, "week", Draft.last_question)
    ).all()
    for version_id, monday, last_question, number in stopped:
        counted = db.session.get(BreakOff, (version_id, monday, last_question), with_for_update=True)
        if counted is None:
            db.session.add(BreakOff(version_id=version_id, week=monday, last_question=last_question, count=number))
        else:
            counted.count += number
    gone = db.session.execute(delete(Draft).where(old)).rowcount  # type: ignore[attr-defined]
    db.session.execute(delete(Draft).where(submitted))  # a save that crossed the submit: nothing stopped there
    return int(gone)
