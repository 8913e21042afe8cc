"""Storing an answer: at most one per ballot, confirmed only when durable (reliability.md 2.2, privacy.md 3.2 and 3.3).

The submit writes ballot, response and comments and removes the draft, nothing else: no time finer than the day, nothing on
the people side, no event, no work. A retry (same nonce) is told so; another answer with the same code never overwrites.
"""

import enum
import hashlib
import secrets
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson
import psycopg

from survey_app import clock
from survey_app.config import Settings
from survey_app.errors import DomainError
from survey_app.responses import holding, links, quotas, statements
from survey_app.responses.ballots import Ticket, order_seed
from survey_app.responses.committer import Committer
from survey_app.responses.connections import Connections
from survey_app.responses.grouping import Together
from survey_app.responses.models import RANDOM_BITS
from survey_app.responses.quotas import Claims
from survey_app.responses.redaction import redact
from survey_app.responses.statements import Link, Rows
from survey_app.vault import Vault

SMALL_SHOP = 10  # fewer answers of this shop and wave so far: no day is stored (privacy.md 3.3 rule 12)
_BATCH = 500
_ABREAST = 4  # statements of one process that PostgreSQL works on at a time


class Outcome(enum.Enum):
    """What became of a submit."""

    STORED = "stored"
    RETRY = "retry"  # the same form again: it was stored before
    TAKEN = "taken"  # the code was used for another answer, which stays as it is
    FULL = "full"  # a quota is full: the ballot is used, nothing else was stored
    GONE = "gone"  # the answer that was to be changed is not there any more


class DamagedForm(DomainError):
    """A form whose delete code belongs to another answer: copied by hand, never made by our pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A checked and settled answer. `answers` holds codes only, `texts` the cleaned free text by variable."""

    ticket: Ticket
    nonce: str
    rc: str
    version_id: int
    mode: str
    shop_id: int | None
    place: str
    channel: str
    language: str
    day: int
    speed: str
    straightline: bool
    consent_version: int
    answers: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    layout: str = ""
    status: str = "complete"
    verified: bool = False
    due: int = 0
    test: bool = False
    crowd: int | None = None  # people who may have come this way so far; None: the answers of the shop are counted
    invitation_id: int | None = None  # the answer is linked to it, in confidential and identified mode alone
    spoken: tuple[str, ...] | None = None  # variables with a recording; None where nothing may be spoken
    files: tuple[bytes, ...] | None = None  # numbers of the files referred to; None where nothing may be handed over
    claims: Claims | None = None  # the quotas that this answer fits
    moment: float = 0.0  # of the submit, seconds since 1970; nothing of it is kept in anonymous mode


def comment_place(response_id: int, variable: str) -> str:
    """What the sealed raw text of a comment is bound to."""
    return f"comment.raw.{response_id}.{variable}"


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


class Recorder:
    """The answers side of one process: opens its own connections at the first call, safe for any number of threads."""

    def __init__(self, settings: Settings, vault: Vault, *, wait_seconds: float = 30.0) -> None:
        self.vault = vault
        self._month_days: dict[int, int] = {}
        self._large: set[tuple[int, int]] = set()  # (wave, shop) that reached SMALL_SHOP answers; never shrinks
        self.lite = Committer(settings.sqlite_path, wait_seconds) if settings.is_sqlite else None
        self.post = None if settings.is_sqlite else Connections(settings.database_url, wait_seconds)
        self._together: Together[Rows, bytes | None] = Together(self._store_together, abreast=_ABREAST)

    # --- the submit -------------------------------------------------------------------------------------------------
    def submit(self, submission: Submission) -> Outcome:
        """Store an answer durably. Raises errors.Busy after 30 s without the database, DamagedForm for a copied form."""
        while True:
            held = submission.verified and submission.mode == "anonymous" and not submission.test
            rows = self._rows(submission, None if held else self._day_to_keep(submission), hold=held)
            try:
                there = self._store(rows)
            except (sqlite3.IntegrityError, psycopg.errors.UniqueViolation) as error:
                if "rc_hash" in str(error):
                    raise DamagedForm("the delete code of this form was used before") from error
                if "response.id" in str(error) or "pk_response" in str(error):
                    continue  # 46 random bits met twice on one day: take others
                raise
            return self._told(rows, there)

    @staticmethod
    def _told(rows: Rows, there: bytes | None) -> Outcome:
        """`there`: the nonce hash of the ballot that stands there; None when the answer was stored now."""
        if there is None:
            return Outcome.STORED
        if there in (rows.marks or {}).values():
            return Outcome.FULL
        return Outcome.RETRY if there == rows.ballot[2] else Outcome.TAKEN

    def turn_away(self, submission: Submission, name: str) -> Outcome:
        """Use up the ballot of somebody whom a quota of their claims turns away before the submit. Raises errors.Busy.

        FULL, also again; RETRY or TAKEN when the code was used for an answer.
        """
        held = submission.verified and submission.mode == "anonymous"
        rows = self._rows(submission, None if held else self._day_to_keep(submission))
        ballot = rows.turned_away(name)
        if self.lite is not None:
            there = self.lite.write(lambda connection: statements.turn_away_on_sqlite(connection, ballot, name))
        else:
            assert self.post is not None
            there = self.post.write(lambda connection: statements.turn_away_on_postgresql(connection, ballot, name))
        return self._told(rows, there)

    def full_quota(self, claims: Claims) -> str:
        """The first of these quotas that has no room now; "" when all have."""
        counted = "SELECT count FROM quota WHERE questionnaire_id = ? AND name = ?"
        counts = {key: int(row[0]) for key in claims.keys if (row := self.read(counted, key)) is not None}
        return claims.full(counts)

    def turned_away_by(self, ticket: Ticket, nonce: str, names: Iterable[str]) -> str:
        """The quota that turned away whoever sent this form; "" when none did."""
        found = self.ballot_nonce(ticket.wave_id, ticket.nullifier)
        return next((name for name in names if found is not None and found == quotas.mark(nonce, name)), "")

    def _store(self, rows: Rows) -> bytes | None:
        if self.lite is not None:
            return self.lite.write(lambda connection: statements.store_on_sqlite(connection, rows))
        assert self.post is not None
        return self._together.do(rows)

    def _store_together(self, batch: list[Rows]) -> list[bytes | None]:
        told: dict[int, bytes | None] = {}
        while len(told) < len(batch):  # a second form of one code waits until the first is stored
            places: dict[tuple[int, bytes], int] = {}
            for place, row in enumerate(batch):
                if place not in told:
                    places.setdefault(row.ballot[:2], place)
            told |= zip(places.values(), self._store_at_once([batch[place] for place in places.values()]), strict=True)
        return [told[place] for place in range(len(batch))]

    def _store_at_once(self, rows: list[Rows]) -> list[bytes | None]:
        assert self.post is not None
        return self.post.write(lambda connection: statements.store_on_postgresql(connection, rows))

    def ballot_nonce(self, wave_id: int, nullifier: bytes) -> bytes | None:
        """SHA-256 of the nonce that used this ballot, or None when it was not used."""
        row = self.read("SELECT nonce_hash FROM ballot WHERE wave_id = ? AND nullifier = ?", (wave_id, nullifier))
        return bytes(row[0]) if row else None

    def so_far(self, ticket: Ticket, nonce: str) -> Outcome | None:
        """RETRY or TAKEN when this code was used, None when it was not. A retry finds no draft any more: ask first."""
        found = self.ballot_nonce(ticket.wave_id, ticket.nullifier)
        if found is None:
            return None
        return Outcome.RETRY if found == _hash(nonce) else Outcome.TAKEN

    def withdraw(self, rc: str) -> bool:
        """Delete the answer of a delete code and all that belongs to it. The ballot stays. False when there is none."""
        if self.lite is not None:
            return self.lite.write(lambda connection: statements.withdraw_on_sqlite(connection, _hash(rc)))
        assert self.post is not None
        return self.post.write(lambda connection: statements.withdraw_on_postgresql(connection, _hash(rc)))

    def replace_recording(self, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
        """Keep a recording (columns of statements.RECORDING) instead of that of the same (nullifier, variable)."""
        if self.lite is not None:
            self.lite.write(lambda connection: statements.replace_recording_on_sqlite(connection, old, row))
        else:
            assert self.post is not None
            self.post.write(lambda connection: statements.replace_recording_on_postgresql(connection, old, row))

    def replace_file(self, old: tuple[bytes, str], row: tuple[Any, ...]) -> None:
        """Keep a file (columns of statements.FILE) instead of that of the same (nullifier, variable)."""
        if self.lite is not None:
            self.lite.write(lambda connection: statements.replace_file_on_sqlite(connection, old, row))
        else:
            assert self.post is not None
            self.post.write(lambda connection: statements.replace_file_on_postgresql(connection, old, row))

    def bulk(self, submissions: Iterable[Submission]) -> int:
        """Store many answers in one transaction (sample chain); returns how many were new."""
        waiting = list(submissions)
        for submission in waiting:
            self._month_day(submission.ticket.wave_id)
        seen: dict[tuple[int, int], int] = {}
        return self.keep([self._rows(submission, self._bulk_day(submission, seen)) for submission in waiting])

    def keep(self, rows: Sequence[Rows]) -> int:
        """Store all of them in one transaction; returns how many were new."""
        if self.lite is not None:
            return self.lite.write(lambda c: sum(statements.store_on_sqlite(c, row) is None for row in rows))
        assert self.post is not None

        batches = [list(rows[start : start + _BATCH]) for start in range(0, len(rows), _BATCH)]

        def all_of_them(connection: psycopg.Connection[tuple[Any, ...]]) -> int:
            with connection.transaction():
                told = (statements.store_on_postgresql(connection, batch) for batch in batches)
                return sum(one is None for batch in told for one in batch)

        return self.post.write(all_of_them)

    # --- rows -------------------------------------------------------------------------------------------------------
    def _rows(self, s: Submission, day: int | None, *, hold: bool = False) -> Rows:
        ticket = s.ticket
        shop_id, channel = (None, holding.UNTOLD) if hold else (s.shop_id, s.channel)
        period = self._month_day(ticket.wave_id) if day is None else day
        response_id = period << RANDOM_BITS | secrets.randbits(RANDOM_BITS)
        seed = order_seed(ticket)
        response = (
            response_id, s.version_id, s.mode, ticket.wave_id, shop_id, s.place, channel, s.verified, s.language,
            s.layout, day, _hash(s.rc), s.status, s.due, s.speed, s.straightline, s.consent_version, seed, s.test,
            "", orjson.dumps(s.answers).decode(),
        )  # fmt: skip
        comments = [
            (response_id, name, redact(text), self.vault.seal("text", text, place=comment_place(response_id, name)))
            for name, text in s.texts.items()
            if text
        ]
        ballot = (ticket.wave_id, ticket.nullifier, _hash(s.nonce), day)
        held = self._held(s, response_id) if hold else None
        marks = {claim.name: quotas.mark(s.nonce, claim.name) for claim in s.claims.quotas} if s.claims else None
        return Rows(ballot, response, comments, self._link(s, response_id), s.spoken, s.files, held, s.claims, marks)

    @staticmethod
    def _held(s: Submission, response_id: int) -> bytes:
        return holding.seal(s.ticket.keys, response_id=response_id, shop_id=s.shop_id, day=s.day, channel=s.channel)

    def _link(self, s: Submission, response_id: int) -> Link | None:
        if s.invitation_id is None or s.mode == "anonymous":
            return None
        sealed = links.seal(self.vault, response_id=response_id, invitation_id=s.invitation_id)
        return response_id, s.mode, sealed, links.answered_at(s.mode, s.moment)

    def _day_to_keep(self, s: Submission) -> int | None:
        if s.mode == "anonymous" and s.crowd is not None:
            return s.day if s.crowd >= SMALL_SHOP else None
        if s.mode != "anonymous" or s.shop_id is None or (s.ticket.wave_id, s.shop_id) in self._large:
            return s.day
        if self._answers_of_shop(s.ticket.wave_id, s.shop_id) < SMALL_SHOP:
            return None
        self._large.add((s.ticket.wave_id, s.shop_id))
        return s.day

    def _bulk_day(self, s: Submission, seen: dict[tuple[int, int], int]) -> int | None:
        if s.mode != "anonymous" or s.shop_id is None:
            return s.day
        group = (s.ticket.wave_id, s.shop_id)
        before = seen.get(group)
        if before is None:
            before = self._answers_of_shop(*group)
        seen[group] = before + 1
        return s.day if before >= SMALL_SHOP else None

    def _answers_of_shop(self, wave_id: int, shop_id: int) -> int:
        # a count a moment old is too small at most, so the day is kept back once more, never given too early
        row = self.read(
            "SELECT count(*) FROM (SELECT 1 FROM response WHERE wave_id = ? AND shop_id = ? AND NOT test LIMIT 10) AS r",
            (wave_id, shop_id),
        )
        return int(row[0]) if row else 0

    def _month_day(self, wave_id: int) -> int:
        """Day number of the first day of the wave's month; it never changes, so it is asked once."""
        known = self._month_days.get(wave_id)
        if known is None:
            row = self.read("SELECT month FROM wave WHERE id = ?", (wave_id,))
            if row is None:
                raise KeyError(f"there is no wave {wave_id}")
            month = row[0] if isinstance(row[0], date) else date.fromisoformat(row[0])
            known = self._month_days[wave_id] = clock.day_from_date(month)
        return known

    # --- the two databases ------------------------------------------------------------------------------------------
    def read(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """First row of a statement with `?` marks, on either database. Raises errors.Busy."""
        if self.lite is not None:
            return self.lite.read(statement, values)
        assert self.post is not None
        return self.post.read(statement.replace("?", "%s"), values)

    def write(self, statement: str, values: tuple[Any, ...]) -> None:
        """One statement with `?` marks in a transaction of its own. Raises errors.Busy."""
        if self.lite is not None:
            self.lite.write(lambda connection: connection.execute(statement, values) and None)
            return
        assert self.post is not None
        self.post.write(lambda connection: connection.execute(statement.replace("?", "%s").encode(), values) and None)

    def close(self) -> None:
        """Let the connections go."""
        for store in (self.lite, self.post):
            if store is not None:
                store.close()
