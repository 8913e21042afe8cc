"""The statements of the answers side, once per database. A job of the store runs them; nothing here commits.

Raw statements and not the ORM: this is the path that every answer takes (libraries.md, hot path).
"""

import sqlite3
from dataclasses import dataclass
from typing import Any

from survey_app.failpoints import failpoint
from survey_app.responses.connections import Connection

RESPONSE_COLUMNS = (
    "id, version_id, mode, wave_id, shop_id, place, channel, verified, language, layout, day, rc_hash, status, due, "
    "speed, straightline, consent_version, order_seed, test, answers"
)
_COUNT = len(RESPONSE_COLUMNS.split(","))


@dataclass(frozen=True, slots=True)
class Rows:
    """What one submit stores: ballot (wave, nullifier, nonce hash, day), response in RESPONSE_COLUMNS, comments."""

    ballot: tuple[int, bytes, bytes, int | None]
    response: tuple[Any, ...]
    comments: list[tuple[int, str, str, str]]  # response id, variable, redacted, raw sealed


# --- SQLite ---------------------------------------------------------------------------------------------------------
_LITE_BALLOT = (
    "INSERT INTO ballot (wave_id, nullifier, nonce_hash, day) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (wave_id, nullifier) DO NOTHING"
)
_LITE_RESPONSE = f"INSERT INTO response ({RESPONSE_COLUMNS}) VALUES ({', '.join('?' * _COUNT)})"  # noqa: S608 - constants
_LITE_COMMENT = "INSERT INTO comment (response_id, variable, redacted, raw) VALUES (?, ?, ?, ?)"
_LITE_NONCE = "SELECT nonce_hash FROM ballot WHERE wave_id = ? AND nullifier = ?"


def store_on_sqlite(connection: sqlite3.Connection, rows: Rows) -> bytes | None:
    """Store one answer. None when it was stored, else the nonce hash of the ballot that is there already."""
    if connection.execute(_LITE_BALLOT, rows.ballot).rowcount == 0:
        found: bytes = connection.execute(_LITE_NONCE, rows.ballot[:2]).fetchone()[0]
        return found
    failpoint("submit.after_ballot")
    connection.execute(_LITE_RESPONSE, rows.response)
    if rows.comments:
        connection.executemany(_LITE_COMMENT, rows.comments)
    failpoint("submit.after_response")
    connection.execute("DELETE FROM draft WHERE nullifier = ?", (rows.ballot[1],))
    return None


# --- PostgreSQL -----------------------------------------------------------------------------------------------------
_POST_BALLOT = (
    "WITH b AS (INSERT INTO ballot (wave_id, nullifier, nonce_hash, day) VALUES (%s, %s, %s, %s) "
    "ON CONFLICT (wave_id, nullifier) DO NOTHING RETURNING nullifier), "
)
_POST_RESPONSE = (
    f"r AS (INSERT INTO response ({RESPONSE_COLUMNS}) "  # noqa: S608 - constants
    "SELECT %s::bigint, %s::int, %s, %s::int, %s::int, %s, %s, %s::bool, %s, %s, %s::int, %s::bytea, %s, %s::smallint, "
    "%s, %s::bool, %s::int, %s::int, %s::bool, %s::json FROM b RETURNING id), "
)
_POST_COMMENTS = (
    "c AS (INSERT INTO comment (response_id, variable, redacted, raw) "
    "SELECT r.id, t.variable, t.redacted, t.raw FROM r, "
    "unnest(%s::text[], %s::text[], %s::text[]) AS t(variable, redacted, raw)), "
)
_POST_DRAFT = "d AS (DELETE FROM draft USING b WHERE draft.nullifier = b.nullifier) SELECT count(*) FROM b"
_POST_WITHOUT_COMMENTS = (_POST_BALLOT + _POST_RESPONSE + _POST_DRAFT).encode()
_POST_WITH_COMMENTS = (_POST_BALLOT + _POST_RESPONSE + _POST_COMMENTS + _POST_DRAFT).encode()
_POST_NONCE = b"SELECT nonce_hash FROM ballot WHERE wave_id = %s AND nullifier = %s"


def store_on_postgresql(connection: Connection, rows: Rows) -> bytes | None:
    """Store one answer in one statement. None when it was stored, else the nonce hash of the ballot that is there."""
    if rows.comments:
        _, variables, redacted, raw = (list(column) for column in zip(*rows.comments, strict=True))
        cursor = connection.execute(
            _POST_WITH_COMMENTS, (*rows.ballot, *rows.response, variables, redacted, raw), prepare=True
        )
    else:
        cursor = connection.execute(_POST_WITHOUT_COMMENTS, rows.ballot + rows.response, prepare=True)
    stored = cursor.fetchone()
    if stored is not None and stored[0]:
        return None
    row = connection.execute(_POST_NONCE, rows.ballot[:2]).fetchone()
    return bytes(row[0]) if row else b""
