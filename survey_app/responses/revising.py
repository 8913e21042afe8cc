"""Changing or taking back one's own answer, in confidential and identified mode alone (privacy.md 2).

Every statement asks for the link that only such an answer can have (a trigger refuses it to anonymous ones), so no mistake above
can touch an anonymous answer. A change keeps the row, its number, day, delete code and link; the ballot stays used.

The ballot's nonce hash tells who changed last: a change names the one its page was made from and puts its own there. So the same
form twice is one change, and of two pages that were open at once the second is told instead of overwriting the first.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import orjson
import psycopg

from survey_app.responses import quotas
from survey_app.responses.ballots import Ticket
from survey_app.responses.connections import Connection
from survey_app.responses.quotas import Claims, Execute
from survey_app.responses.recording import Outcome, Recorder, comment_place
from survey_app.responses.redaction import redact

T = TypeVar("T")

_LINKED = (
    "id = ? AND wave_id = ? AND mode IN ('confidential', 'identified') "
    "AND EXISTS (SELECT 1 FROM response_link WHERE response_link.response_id = response.id)"
)
_BALLOT = "SELECT nonce_hash FROM ballot WHERE wave_id = ? AND nullifier = ?"
_OF_CODE = "SELECT 1 FROM recording WHERE nullifier = ? AND variable = ?"
_OF_ANSWER = "SELECT 1 FROM recording WHERE response_id = ? AND variable = ?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Revision:
    """What replaces the content of an answer. `before`: the ballot's nonce hash as the page found it."""

    ticket: Ticket
    response_id: int
    before: bytes
    nonce: str
    status: str
    straightline: bool
    answers: Mapping[str, Any]
    texts: Mapping[str, str]
    spoken: tuple[str, ...] | None = None  # variables with a recording; None where nothing may be spoken
    files: tuple[bytes, ...] | None = None  # numbers of the files referred to; None where nothing may be handed over
    claims: Claims | None = None  # the quotas that it fits now


def revise(recorder: Recorder, revision: Revision) -> Outcome:
    """Replace answers and texts in one transaction. Raises Busy.

    STORED; RETRY: this form was stored before; TAKEN: another page changed the answer since, or a recording that this one still
    shows was written down; GONE: there is no such answer (any more).
    """
    return _in_transaction(recorder, lambda execute, lock: _revise(recorder, revision, execute, lock), Outcome.STORED)


def take_back(recorder: Recorder, *, wave_id: int, response_id: int) -> bool:
    """Delete a linked answer and all that belongs to it; the ballot stays. False when there is none. Raises Busy."""

    def job(execute: Execute, _lock: str) -> bool:
        mine = (response_id, wave_id)
        execute(f"DELETE FROM recording WHERE response_id IN (SELECT id FROM response WHERE {_LINKED})", mine)  # noqa: S608
        execute(f"DELETE FROM uploaded_file WHERE response_id IN (SELECT id FROM response WHERE {_LINKED})", mine)  # noqa: S608
        gone = execute(f"DELETE FROM response WHERE {_LINKED} RETURNING version_id, quotas", mine).fetchall()  # noqa: S608
        for answer in gone:
            quotas.let_go(execute, *answer)
        return bool(gone)

    return _in_transaction(recorder, job, True)


def _in_transaction(recorder: Recorder, job: Callable[[Execute, str], T], kept: T) -> T:
    """Run the job; whatever else than `kept` comes out, nothing was changed."""
    if recorder.lite is not None:
        return recorder.lite.write(lambda connection: job(connection.execute, ""))

    def on_postgresql(connection: Connection) -> T:
        with connection.transaction() as transaction:
            result = job(
                lambda text, values: connection.execute(text.replace("?", "%s").encode(), values), " FOR UPDATE"
            )
            if result != kept:
                raise psycopg.Rollback(transaction)
        return result

    assert recorder.post is not None
    return recorder.post.write(on_postgresql)


def _revise(recorder: Recorder, r: Revision, execute: Execute, lock: str) -> Outcome:
    ballot, nonce_hash = (r.ticket.wave_id, r.ticket.nullifier), hashlib.sha256(r.nonce.encode()).digest()
    found = execute(_BALLOT + lock, ballot).fetchone()  # two changes of one answer take turns here
    if found is not None and bytes(found[0]) == nonce_hash:
        return Outcome.RETRY
    mine = (r.response_id, r.ticket.wave_id)
    there = execute(f"SELECT quotas FROM response WHERE {_LINKED}", mine).fetchone()  # noqa: S608 - constants
    if found is None or there is None:
        return Outcome.GONE
    if bytes(found[0]) != r.before or not _recordings_are_there(r, execute):
        return Outcome.TAKEN
    _take_files(r, execute)
    _take_recordings(r, execute)  # before the answer, as everything that deletes both
    document = orjson.dumps(r.answers).decode()
    changed = execute(
        f"UPDATE response SET answers = ?, status = ?, straightline = ? WHERE {_LINKED}",  # noqa: S608 - constants
        (document, r.status, r.straightline, *mine),
    )
    if not changed.rowcount:
        return Outcome.GONE  # taken back a moment ago
    _change_places(r, there[0] or "", execute, lock)
    execute("DELETE FROM comment WHERE response_id = ?", (r.response_id,))
    for name, text in r.texts.items():
        if text:
            raw = recorder.vault.seal("text", text, place=comment_place(r.response_id, name))
            execute(
                "INSERT INTO comment (response_id, variable, redacted, raw) VALUES (?, ?, ?, ?)",
                (r.response_id, name, redact(text), raw),
            )
    execute("UPDATE ballot SET nonce_hash = ? WHERE wave_id = ? AND nullifier = ?", (nonce_hash, *ballot))
    return Outcome.STORED


def _change_places(r: Revision, before: str, execute: Execute, lock: str) -> None:
    """The answer moves from the quotas that it fitted to those it fits now; it was taken before, so a full one takes it too."""
    if not before and r.claims is None:
        return
    number = execute("SELECT questionnaire_id FROM wave WHERE id = ?", (r.ticket.wave_id,)).fetchone()[0]
    left = {(number, name) for name in quotas.names_in(before)}
    mine = r.claims.keys if r.claims else []
    counts = quotas.held(execute, [*left, *mine], lock)
    quotas.move(execute, dict.fromkeys(left - set(mine), -1) | dict.fromkeys(set(mine) - left, 1))
    free = {key: count - (key in left) for key, count in counts.items()}
    stored = r.claims.stored(free) if r.claims else ""
    execute("UPDATE response SET quotas = ? WHERE id = ?", (stored, r.response_id))


def _recordings_are_there(r: Revision, execute: Execute) -> bool:
    """A mark whose recording was written down since would throw the words away."""
    return all(
        execute(_OF_CODE, (r.ticket.nullifier, name)).fetchone()
        or execute(_OF_ANSWER, (r.response_id, name)).fetchone()
        for name in r.spoken or ()
    )


def _take_recordings(r: Revision, execute: Execute) -> None:
    """Those spoken anew replace those of the answer; a mark that was deleted takes its recording along."""
    if r.spoken is None:
        return
    day = execute("SELECT day FROM response WHERE id = ?", (r.response_id,)).fetchone()[0]
    mine, code = (r.response_id,), (r.ticket.nullifier,)
    for (name,) in execute("SELECT variable FROM recording WHERE response_id = ?", mine).fetchall():
        if name not in r.spoken or execute(_OF_CODE, (*code, name)).fetchone():
            execute("DELETE FROM recording WHERE response_id = ? AND variable = ?", (*mine, name))
    for name in r.spoken:
        execute(
            "UPDATE recording SET response_id = ?, nullifier = NULL, day = ? WHERE nullifier = ? AND variable = ?",
            (*mine, day, *code, name),
        )
    execute("DELETE FROM recording WHERE nullifier = ?", code)


def _take_files(r: Revision, execute: Execute) -> None:
    """Files that the answer no longer refers to go; those handed over now become its own."""
    if r.files is None:
        return
    day = execute("SELECT day FROM response WHERE id = ?", (r.response_id,)).fetchone()[0]
    mine, code = (r.response_id,), (r.ticket.nullifier,)
    for (number,) in execute("SELECT id FROM uploaded_file WHERE response_id = ?", mine).fetchall():
        if bytes(number) not in r.files:
            execute("DELETE FROM uploaded_file WHERE response_id = ? AND id = ?", (*mine, number))
    for number in r.files:
        execute(
            "UPDATE uploaded_file SET response_id = ?, nullifier = NULL, day = ? WHERE nullifier = ? AND id = ?",
            (*mine, day, *code, number),
        )
    execute("DELETE FROM uploaded_file WHERE nullifier = ?", code)
