"""Spoken answers: kept sealed until they are written down, then deleted (libraries.md, speech).

A recording belongs to a code before the submit and to its answer after it. In the text of the answer a mark stands for it:
whoever deletes the mark has thrown the recording away. No time finer than the day of the answer is kept, and nothing of a
recording outlives its text.
"""

import logging
import random
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from sqlalchemy import delete, func, or_, select, update

from survey_app import clock, web, work
from survey_app.database import db, read_only
from survey_app.distribution.models import Wave
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.responses.ballots import Ticket
from survey_app.responses.models import Comment, Recording, Response
from survey_app.responses.recording import Recorder, comment_place
from survey_app.responses.redaction import redact
from survey_app.speech import NotUnderstood, Transcriber, transcriber
from survey_app.vault import UNREADABLE, Vault
from survey_app.work import Claim, Work

log = logging.getLogger("survey_app.recordings")

MARKS = {"zh": "〔录音〕", "en": "〔recording〕"}  # what stands in the text for a recording, by interface language
LOST = {"zh": "〔录音无法转写〕", "en": "〔recording not understood〕"}
LARGEST = 1_200_000  # bytes of one recording: a minute at the 128 kbit/s that some phones insist on
MOST_WAITING = 500  # recordings that nobody has submitted or written down yet, in all
MOST_TRIES = 5
DRAFT_DAYS, KEEP_DAYS = 14, 30
AT_ONCE = 3  # written down in one run: it must end before its lease does
KIND = "recordings"  # of the work; its row names no answer
_KINDS = (b"\x1aE\xdf\xa3", b"OggS", b"RIFF", b"ID3")  # WebM, Ogg, WAV, MP3; MP4 has its name behind the length


def is_audio(body: bytes) -> bool:
    """Whether these bytes begin like one of the containers that phones record into."""
    return body.startswith(_KINDS) or body[4:8] == b"ftyp"


def mark(language: str) -> str:
    """The mark in the text, for a page in this language."""
    return MARKS["zh" if language.startswith("zh") else "en"]


def spoken_in(texts: Mapping[str, str], variables: Iterable[str]) -> tuple[str, ...]:
    """Those of the variables whose text still holds a mark."""
    return tuple(name for name in variables if any(one in texts.get(name, "") for one in MARKS.values()))


def _place(number: bytes) -> str:
    return f"recording.body.{number.hex()}"


def keep(
    recorder: Recorder, vault: Vault, ticket: Ticket, *, variable: str, language: str, day: int, body: bytes
) -> None:
    """Seal and keep a recording; a second one of the same question replaces the first. Raises DomainError, Busy."""
    if not 0 < len(body) <= LARGEST or not is_audio(body):
        raise DomainError(N_("录音没有收到，请重新录一次；每段最长 60 秒。"))
    there = recorder.read("SELECT count(*) FROM recording", ())
    if there and int(there[0]) >= MOST_WAITING:
        raise DomainError(N_("现在录音的人太多，请改用文字填写。"))
    number = secrets.token_bytes(16)
    sealed = vault.seal("text", b64encode(body).decode(), place=_place(number)).encode()
    old = (ticket.nullifier, variable)
    row = (number, ticket.nullifier, ticket.wave_id, variable, language, day, 0, sealed)
    recorder.replace_recording(old, row)


# --- writing down -----------------------------------------------------------------------------------------------------
def ask_to_write_down(*, now: datetime) -> bool:
    """Queue a run when recordings wait and none is queued; True when it was. The program may take long, a tick may not."""
    if not web.settings().transcribe_command or not waiting():
        return False
    busy = select(Work.id).where(Work.kind == KIND, Work.state.in_(("queued", "claimed"))).limit(1)
    if db.session.scalar(busy) is not None:
        return False
    work.enqueue(KIND, {}, now=now)
    return True


def work_down(_held: Claim, app: Flask) -> None:
    """The job: write some down. What is left gets a run of its own within a minute."""
    write_down(engine=transcriber(app.extensions["survey_settings"].transcribe_command))


def write_down(*, engine: Transcriber | None) -> int:
    """Turn submitted recordings into text, in random order; commits each. Returns how many were written down.

    The program runs outside of any transaction. Safe to run twice: the text is put in place of the mark, and only once.
    """
    if engine is None:
        return 0
    with read_only():
        numbers = list(db.session.scalars(select(Recording.id).where(Recording.response_id.is_not(None)).limit(200)))
        db.session.rollback()
    random.shuffle(numbers)
    return sum(_write_one(number, engine) for number in numbers[:AT_ONCE])


def _write_one(number: bytes, engine: Transcriber) -> bool:
    with read_only():
        found = db.session.get(Recording, number)
        values = (found.response_id, found.variable, found.language, bytes(found.body)) if found else None
        db.session.rollback()
    if values is None:
        return False
    response_id, variable, language, sealed = values
    opened = web.vault().unseal(sealed.decode(), place=_place(number))
    try:
        if opened == UNREADABLE:
            raise NotUnderstood("sealed with another key")
        text = engine.text_of(b64decode(opened), language=language)
    except NotUnderstood as error:
        log.warning("a recording could not be written down: %s", error)
        return _failed(number, int(response_id or 0), variable, language)
    _settle(number, int(response_id or 0), variable, text)
    return True


def _failed(number: bytes, response_id: int, variable: str, language: str) -> bool:
    tries = db.session.scalar(select(Recording.tries).where(Recording.id == number)) or 0
    if tries + 1 >= MOST_TRIES:
        _settle(number, response_id, variable, LOST["zh" if language.startswith("zh") else "en"])
        return False
    db.session.execute(update(Recording).where(Recording.id == number).values(tries=tries + 1))
    db.session.commit()
    return False


def _settle(number: bytes, response_id: int, variable: str, text: str) -> None:
    """The text instead of the mark, and the recording away, in one transaction."""
    gone: Any = db.session.execute(delete(Recording).where(Recording.id == number))
    comment = db.session.get(Comment, (response_id, variable), with_for_update=True)
    if gone.rowcount and comment is not None:
        vault, place = web.vault(), comment_place(response_id, variable)
        raw = vault.unseal(comment.raw, place=place) if comment.raw else comment.redacted
        whole = raw if raw != UNREADABLE else comment.redacted
        for one in MARKS.values():
            whole = whole.replace(one, text, 1)
        comment.redacted = redact(whole)
        if comment.raw:
            comment.raw = vault.seal("text", whole, place=place)
    db.session.commit()


# --- time limits ------------------------------------------------------------------------------------------------------
def expire(*, now: datetime) -> int:
    """Delete what was never submitted after 14 days, what nobody could write down after 30 (no day kept: at the close of the

    wave, like raw texts), and what has lost its answer.
    """
    today = clock.day_number(now)
    closed = select(Wave.id).where(Wave.closes_on < clock.china(now).date())
    old = or_(
        (Recording.response_id.is_(None)) & (Recording.day < today - DRAFT_DAYS),
        Recording.day < today - KEEP_DAYS,
        Recording.day.is_(None) & Recording.wave_id.in_(closed),
        Recording.response_id.is_not(None) & ~select(Response.id).where(Response.id == Recording.response_id).exists(),
    )
    result: Any = db.session.execute(delete(Recording).where(old).execution_options(synchronize_session=False))
    return int(result.rowcount)


def waiting() -> int:
    """How many recordings wait to be written down."""
    return int(
        db.session.scalar(select(func.count()).select_from(Recording).where(Recording.response_id.is_not(None))) or 0
    )
