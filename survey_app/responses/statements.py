"""The statements of the answers side, once per database. A job of the store runs them; nothing here commits.

Raw statements and not the ORM: this is the path that every answer takes (libraries.md, hot path).
"""

import sqlite3
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import orjson

from survey_app.failpoints import failpoint
from survey_app.responses import quotas
from survey_app.responses.connections import Connection
from survey_app.responses.quotas import Claims, Execute, Key

RESPONSE_COLUMNS = (
    "id, version_id, mode, wave_id, shop_id, place, channel, verified, language, layout, day, rc_hash, status, due, "
    "speed, straightline, consent_version, order_seed, test, quotas, answers"
)
_COUNT = len(RESPONSE_COLUMNS.split(","))
_QUOTAS = RESPONSE_COLUMNS.split(", ").index("quotas")


Link = tuple[int, str, str, datetime]  # response id, mode, invitation sealed, when


@dataclass(frozen=True, slots=True)
class Rows:
    """What one submit stores: ballot (wave, nullifier, nonce hash, day), response in RESPONSE_COLUMNS, comments.

    `link`: who answered, in confidential and identified mode alone. `spoken`: the variables whose recordings go with the
    answer, the code's other recordings are deleted; None where nothing may be spoken. `files`: the same of the
    numbers of files. `held`: shop, day and channel of an
    invited anonymous answer, sealed; the response has none of them yet. `claims`: the quotas it fits, where it fits any;
    `marks`: for each of them the nonce hash of the ballot, should that quota turn the answer away.
    """

    ballot: tuple[int, bytes, bytes, int | None]
    response: tuple[Any, ...]
    comments: Sequence[tuple[int, str, str, str | None]]  # response id, variable, redacted, raw sealed
    link: Link | None = None
    spoken: tuple[str, ...] | None = None
    files: tuple[bytes, ...] | None = None
    held: bytes | None = None
    claims: Claims | None = None
    marks: dict[str, bytes] | None = None

    def counted(self, counts: dict[Key, int]) -> "Rows":
        """The same, saying in which quotas it counts."""
        assert self.claims is not None
        kept = self.claims.stored(counts)
        return replace(self, response=(*self.response[:_QUOTAS], kept, *self.response[_QUOTAS + 1 :]))

    def turned_away(self, name: str) -> "Rows":
        """What is stored when a quota turns the answer away: the ballot."""
        assert self.marks is not None
        return replace(self, ballot=(*self.ballot[:2], self.marks[name], self.ballot[3]))


def as_stored(moment: datetime) -> str:
    """A moment as the ORM writes it into SQLite."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


# --- SQLite ---------------------------------------------------------------------------------------------------------
_LITE_BALLOT = (
    "INSERT INTO ballot (wave_id, nullifier, nonce_hash, day) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (wave_id, nullifier) DO NOTHING"
)
_LITE_RESPONSE = f"INSERT INTO response ({RESPONSE_COLUMNS}) VALUES ({', '.join('?' * _COUNT)})"  # noqa: S608 - constants
_LITE_COMMENT = "INSERT INTO comment (response_id, variable, redacted, raw) VALUES (?, ?, ?, ?)"
_LITE_LINK = "INSERT INTO response_link (response_id, mode, sealed_link, answered_at) VALUES (?, ?, ?, ?)"
_LITE_HELD = "INSERT INTO held_back (response_id, wave_id, sealed) VALUES (?, ?, ?)"
_LITE_SPOKEN = "UPDATE recording SET response_id = ?, nullifier = NULL, day = ? WHERE nullifier = ? AND variable = ?"
_FILED = "UPDATE uploaded_file SET response_id = {0}, nullifier = NULL, day = {0} WHERE nullifier = {0} AND id = {0}"
_LITE_NONCE = "SELECT nonce_hash FROM ballot WHERE wave_id = ? AND nullifier = ?"


def store_on_sqlite(connection: sqlite3.Connection, rows: Rows) -> bytes | None:
    """Store one answer. None when it was stored, else the nonce hash of the ballot that is there already.

    That is also what tells of somebody whom a full quota turned away: their ballot is all that was stored.
    """
    if rows.claims is None:
        return _store_on_sqlite(connection, rows)
    counts = quotas.held(connection.execute, rows.claims.keys)
    full = rows.claims.full(counts) if rows.claims.strict else ""
    if full:
        return turn_away_on_sqlite(connection, rows.turned_away(full), full)
    there = _store_on_sqlite(connection, rows.counted(counts))
    if there is None:
        quotas.move(connection.execute, dict.fromkeys(rows.claims.keys, 1))
    return there


def turn_away_on_sqlite(connection: sqlite3.Connection, rows: Rows, name: str) -> bytes:
    """Store the ballot of `Rows.turned_away` and nothing else; the nonce hash of the ballot that is there then."""
    if connection.execute(_LITE_BALLOT, rows.ballot).rowcount:
        _forget_work(connection.execute, rows.ballot[1])
        quotas.count_turned_away(connection.execute, {_turned(rows, name): 1})
    found: bytes = connection.execute(_LITE_NONCE, rows.ballot[:2]).fetchone()[0]
    return found


def _turned(rows: Rows, name: str) -> tuple[int, str, bool]:
    return rows.ballot[0], name, rows.claims is not None and rows.claims.invited


def _forget_work(execute: Execute, nullifier: bytes) -> None:
    """Nothing is kept of what somebody filled in who was turned away."""
    for table in ("draft", "recording", "uploaded_file"):
        execute(f"DELETE FROM {table} WHERE nullifier = ?", (nullifier,))  # noqa: S608 - constants


def _store_on_sqlite(connection: sqlite3.Connection, rows: Rows) -> bytes | None:
    if connection.execute(_LITE_BALLOT, rows.ballot).rowcount == 0:
        found: bytes = connection.execute(_LITE_NONCE, rows.ballot[:2]).fetchone()[0]
        return found
    failpoint("submit.after_ballot")
    connection.execute(_LITE_RESPONSE, rows.response)
    if rows.comments:
        connection.executemany(_LITE_COMMENT, rows.comments)
    if rows.link is not None:
        connection.execute(_LITE_LINK, (*rows.link[:3], as_stored(rows.link[3])))
    if rows.held is not None:
        connection.execute(_LITE_HELD, (rows.response[0], rows.ballot[0], rows.held))
    failpoint("submit.after_response")
    connection.execute("DELETE FROM draft WHERE nullifier = ?", (rows.ballot[1],))
    if rows.spoken is not None:
        for variable in rows.spoken:
            connection.execute(_LITE_SPOKEN, (rows.response[0], rows.ballot[3], rows.ballot[1], variable))
        connection.execute("DELETE FROM recording WHERE nullifier = ?", (rows.ballot[1],))
    if rows.files is not None:
        for number in rows.files:
            connection.execute(_FILED.format("?"), (rows.response[0], rows.ballot[3], rows.ballot[1], number))
        connection.execute("DELETE FROM uploaded_file WHERE nullifier = ?", (rows.ballot[1],))
    return None


# --- PostgreSQL -----------------------------------------------------------------------------------------------------
# Any number of answers in one statement: they come as one JSON array, so it is prepared once whatever they hold. A ballot
# that is there already keeps its row from b, and so response and comments from being stored.
_COLUMN_NAMES = RESPONSE_COLUMNS.split(", ")
_TYPES = {
    "id": "bigint", "version_id": "int", "mode": "text", "wave_id": "int", "shop_id": "int", "place": "text",
    "channel": "text", "verified": "bool", "language": "text", "layout": "text", "day": "int", "rc_hash": "bytea",
    "status": "text", "due": "smallint", "speed": "text", "straightline": "bool", "consent_version": "int",
    "order_seed": "int", "test": "bool", "quotas": "text", "answers": "json",
}  # fmt: skip
_SHAPE = ", ".join(f"{name} {_TYPES[name]}" for name in _COLUMN_NAMES)
_GIVEN = f"{_SHAPE}, nullifier bytea, nonce_hash bytea, comments json"


def _submit(more_fields: str = "", more_steps: str = "") -> bytes:
    return (
        f"WITH i AS (SELECT * FROM json_to_recordset(%s::json) AS t({_GIVEN}{more_fields})), "  # noqa: S608 - constants
        "b AS (INSERT INTO ballot (wave_id, nullifier, nonce_hash, day) SELECT wave_id, nullifier, nonce_hash, day FROM i "
        "ON CONFLICT (wave_id, nullifier) DO NOTHING RETURNING nullifier), "
        f"r AS (INSERT INTO response ({RESPONSE_COLUMNS}) SELECT {RESPONSE_COLUMNS} FROM i JOIN b USING (nullifier)"
        f"{' RETURNING id' if more_steps else ''}), "
        "c AS (INSERT INTO comment (response_id, variable, redacted, raw) "
        "SELECT i.id, t.variable, t.redacted, t.raw FROM i JOIN b USING (nullifier), "
        f"json_to_recordset(i.comments) AS t(variable text, redacted text, raw text)), {more_steps}"
        "d AS (DELETE FROM draft USING b WHERE draft.nullifier = b.nullifier) SELECT nullifier FROM b"
    ).encode()


# Statements of their own where an answer of the batch has a link or holds something back: the others do not pay for it. Both
# rows come from r, so the trigger of a link finds the answer stored.
_LINK = (
    ", link_mode text, sealed_link text, answered_at timestamptz",
    "l AS (INSERT INTO response_link (response_id, mode, sealed_link, answered_at) SELECT r.id, i.link_mode, i.sealed_link, "
    "i.answered_at FROM r JOIN i USING (id) WHERE i.sealed_link IS NOT NULL), ",
)
_HELD = (
    ", held bytea",
    "h AS (INSERT INTO held_back (response_id, wave_id, sealed) SELECT r.id, i.wave_id, i.held FROM r JOIN i USING (id) "
    "WHERE i.held IS NOT NULL), ",
)
_POST_SUBMIT = {  # by (has links, holds something back)
    (False, False): _submit(),
    (True, False): _submit(*_LINK),
    (False, True): _submit(*_HELD),
    (True, True): _submit(_LINK[0] + _HELD[0], _LINK[1] + _HELD[1]),
}
_POST_SPOKEN = (
    b"UPDATE recording SET response_id = %s, nullifier = NULL, day = %s WHERE nullifier = %s AND variable = %s"
)
_POST_BALLOT = _LITE_BALLOT.replace("?", "%s").encode()
_POST_NONCE = b"SELECT nonce_hash FROM ballot WHERE wave_id = %s AND nullifier = %s"


def _as_json(rows: Rows) -> dict[str, Any]:
    document: dict[str, Any] = dict(zip(_COLUMN_NAMES, rows.response, strict=True))
    document["answers"] = orjson.Fragment(document["answers"])
    document["rc_hash"] = _hex(document["rc_hash"])
    document["nullifier"], document["nonce_hash"] = _hex(rows.ballot[1]), _hex(rows.ballot[2])
    document["comments"] = [
        {"variable": variable, "redacted": redacted, "raw": raw} for _, variable, redacted, raw in rows.comments
    ]
    if rows.link is not None:
        _, document["link_mode"], document["sealed_link"], moment = rows.link
        document["answered_at"] = moment.isoformat()
    if rows.held is not None:
        document["held"] = _hex(rows.held)
    return document


def _hex(raw: bytes) -> str:
    return "\\x" + raw.hex()


def store_on_postgresql(connection: Connection, batch: list[Rows]) -> list[bytes | None]:
    """Store answers in one statement, in order of their nullifiers (so that two batches never wait for each other).

    For each: None when it was stored, else the nonce hash of the ballot that is there (`store_on_sqlite`). Raises ValueError
    when a code stands in the batch twice: its answers would be stored twice.
    """
    if len({rows.ballot[:2] for rows in batch}) < len(batch):
        raise ValueError("two answers under one code in one batch")
    if not any(rows.claims for rows in batch):
        return _store_on_postgresql(connection, batch)
    with connection.transaction():
        return _store_counted(connection, batch)


def _on(connection: Connection) -> Execute:
    return lambda text, values: connection.execute(text.replace("?", "%s").encode(), values)


def _store_counted(connection: Connection, batch: list[Rows]) -> list[bytes | None]:
    """The same where answers fit quotas: whoever has no place is turned away. Rows are taken in order of nullifiers."""
    execute = _on(connection)
    counts = quotas.held(execute, [key for rows in batch if rows.claims for key in rows.claims.keys], " FOR UPDATE")
    admitted: list[Rows] = []
    turned: list[tuple[Rows, str]] = []
    told: dict[tuple[int, bytes], bytes | None] = {}
    for rows in sorted(batch, key=lambda rows: rows.ballot[:2]):
        there = _nonce_there(connection, rows) if rows.claims else b""
        full = rows.claims.full(counts) if rows.claims and rows.claims.strict else ""
        if there:
            told[rows.ballot[:2]] = there
        elif full:
            turned.append((rows.turned_away(full), full))
        else:
            admitted.append(rows.counted(counts) if rows.claims else rows)
            counts.update({key: counts[key] + 1 for key in (rows.claims.keys if rows.claims else ())})
    stored = _store_on_postgresql(connection, admitted) if admitted else []
    told |= zip([rows.ballot[:2] for rows in admitted], stored, strict=True)
    new = [
        key
        for rows, there in zip(admitted, stored, strict=True)
        if rows.claims and not there
        for key in rows.claims.keys
    ]
    quotas.move(execute, Counter(new))
    told |= _turn_away(connection, turned)
    return [told[rows.ballot[:2]] for rows in batch]


def turn_away_on_postgresql(connection: Connection, rows: Rows, name: str) -> bytes:
    """The same as on SQLite."""
    with connection.transaction():
        there = _turn_away(connection, [(rows, name)])[rows.ballot[:2]]
    return there or b""


def _turn_away(connection: Connection, turned: list[tuple[Rows, str]]) -> dict[tuple[int, bytes], bytes | None]:
    """Store ballots in order, then count: whoever waits for a ballot holds no counter of these."""
    execute, people = _on(connection), Counter[tuple[int, str, bool]]()
    told: dict[tuple[int, bytes], bytes | None] = {}
    for rows, name in turned:
        if connection.execute(_POST_BALLOT, rows.ballot).rowcount:
            _forget_work(execute, rows.ballot[1])
            people[_turned(rows, name)] += 1
        told[rows.ballot[:2]] = _nonce_there(connection, rows)
    quotas.count_turned_away(execute, people)
    return told


def _store_on_postgresql(connection: Connection, batch: list[Rows]) -> list[bytes | None]:
    document = orjson.dumps([_as_json(rows) for rows in sorted(batch, key=lambda rows: rows.ballot[:2])])
    statement = _POST_SUBMIT[any(rows.link for rows in batch), any(rows.held for rows in batch)]

    def store() -> set[bytes]:
        return {bytes(row[0]) for row in connection.execute(statement, (document.decode(),), prepare=True)}

    if any(rows.spoken is not None or rows.files is not None for rows in batch):
        with connection.transaction():
            new = store()
            _take_recordings(connection, [rows for rows in batch if rows.ballot[1] in new])
    else:
        new = store()
    return [None if rows.ballot[1] in new else _nonce_there(connection, rows) for rows in batch]


def _take_recordings(connection: Connection, stored: list[Rows]) -> None:
    for rows in stored:
        for variable in rows.spoken or ():
            connection.execute(_POST_SPOKEN, (rows.response[0], rows.ballot[3], rows.ballot[1], variable))
        if rows.spoken is not None:
            connection.execute(b"DELETE FROM recording WHERE nullifier = %s", (rows.ballot[1],))
        for number in rows.files or ():
            filed = (rows.response[0], rows.ballot[3], rows.ballot[1], number)
            connection.execute(_FILED.format("%s").encode(), filed)
        if rows.files is not None:
            connection.execute(b"DELETE FROM uploaded_file WHERE nullifier = %s", (rows.ballot[1],))


def _nonce_there(connection: Connection, rows: Rows) -> bytes:
    row = connection.execute(_POST_NONCE, rows.ballot[:2]).fetchone()
    return bytes(row[0]) if row else b""


# --- deleting one's own answer, keeping what was spoken -----------------------------------------------------------------
RECORDING = "id, nullifier, wave_id, variable, language, day, tries, body"
_RECORDINGS_OF = "DELETE FROM recording WHERE response_id = (SELECT id FROM response WHERE rc_hash = {})"
_FILES_OF = "DELETE FROM uploaded_file WHERE response_id = (SELECT id FROM response WHERE rc_hash = {})"
_HELD_OF = "DELETE FROM held_back WHERE response_id = (SELECT id FROM response WHERE rc_hash = {})"
_ANSWER_OF = "DELETE FROM response WHERE rc_hash = {} RETURNING version_id, quotas"
_SAME = "DELETE FROM recording WHERE nullifier = {0} AND variable = {0}"
_SPOKEN = f"INSERT INTO recording ({RECORDING}) VALUES ({{}})"  # noqa: S608 - constants


def withdraw_on_sqlite(connection: sqlite3.Connection, rc_hash: bytes) -> bool:
    """Delete the answer with this delete code and what was spoken for it. False when there is none."""
    connection.execute(_RECORDINGS_OF.format("?"), (rc_hash,))
    connection.execute(_FILES_OF.format("?"), (rc_hash,))
    connection.execute(_HELD_OF.format("?"), (rc_hash,))
    gone = connection.execute(_ANSWER_OF.format("?"), (rc_hash,)).fetchall()
    for answer in gone:
        quotas.let_go(connection.execute, *answer)
    return bool(gone)


def withdraw_on_postgresql(connection: Connection, rc_hash: bytes) -> bool:
    """The same."""
    with connection.transaction():
        connection.execute(_RECORDINGS_OF.format("%s").encode(), (rc_hash,))
        connection.execute(_FILES_OF.format("%s").encode(), (rc_hash,))
        connection.execute(_HELD_OF.format("%s").encode(), (rc_hash,))
        gone = connection.execute(_ANSWER_OF.format("%s").encode(), (rc_hash,)).fetchall()
        for answer in gone:
            quotas.let_go(_on(connection), *answer)
        return bool(gone)


def replace_recording_on_sqlite(connection: sqlite3.Connection, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
    """Keep one recording per code and variable."""
    connection.execute(_SAME.format("?"), old)
    connection.execute(_SPOKEN.format(", ".join("?" * len(row))), row)


def replace_recording_on_postgresql(connection: Connection, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
    """The same."""
    with connection.transaction():
        connection.execute(_SAME.format("%s").encode(), old)
        connection.execute(_SPOKEN.format(", ".join(["%s"] * len(row))).encode(), row)


FILE = "id, nullifier, wave_id, variable, ending, day, body"
_SAME_FILE = "DELETE FROM uploaded_file WHERE nullifier = {0} AND variable = {0}"
_FILE = f"INSERT INTO uploaded_file ({FILE}) VALUES ({{}})"  # noqa: S608 - constants


def replace_file_on_sqlite(connection: sqlite3.Connection, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
    """Keep one file per code and variable."""
    connection.execute(_SAME_FILE.format("?"), old)
    connection.execute(_FILE.format(", ".join("?" * len(row))), row)


def replace_file_on_postgresql(connection: Connection, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
    """The same."""
    with connection.transaction():
        connection.execute(_SAME_FILE.format("%s").encode(), old)
        connection.execute(_FILE.format(", ".join(["%s"] * len(row))).encode(), row)
