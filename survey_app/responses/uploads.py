"""Photos and documents of respondents: cleaned, sealed, kept in the database like recordings.

They lie in the database because everything that makes, keeps and ends an answer works there in one transaction: the submit, the
delete code, taking back, time limits, backups and their end, keys that are changed. A folder would need all of it once more.

A file belongs to a code before the submit and to its answer after it. The answer holds a random reference to it. A photo is drawn
anew, a document is checked and kept as it came, both by a process with limits (`cleaning_process`).
"""

import secrets
import subprocess
import sys
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from sqlalchemy import Table, delete, insert, or_, select

from survey_app import clock
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.question_types.files import File, kind_of
from survey_app.responses import cleaning_process as process
from survey_app.responses.ballots import Ticket
from survey_app.responses.models import Draft, Response, UploadedFile
from survey_app.responses.recording import Recorder
from survey_app.vault import UNREADABLE, Vault

MEGABYTE = 1_000_000
MOST_WAITING, MOST_WAITING_BYTES = 500, 1_000_000_000  # files that nobody has submitted yet, in all
DRAFT_DAYS = 14
_RANDOM_BITS = 46
STEP = 32_768  # characters: what is sealed is this or a multiple of it, so that no size leads to a log of what was sent
AT_ONCE = 8_000_000  # bytes of photos that are held in memory and written in one transaction
_LONGEST = 40  # seconds, on a machine that has much else to do
One = TypeVar("One")
Values = dict[str, Any]  # of a row
_one_at_a_time = threading.Lock()  # a photo takes up to 500 MB while it is drawn
_in_line = threading.Semaphore(4)  # half the threads of a process: however slow the files are, the others go on serving

_TOO_MANY = N_("现在上传的人太多，请稍后再试。")
_NO_PICTURE = N_("这里只能上传照片（JPG、PNG 或 WebP）。")
_NO_PICTURE_OR_DOCUMENT = N_("这里只能上传照片（JPG、PNG 或 WebP）或 PDF 文件。")
_REFUSED_PHOTO = {
    process.NO_PICTURE: _NO_PICTURE,
    process.TOO_LARGE: N_("照片尺寸太大，请换一张或用较低的分辨率重拍。"),
    process.BROKEN: N_("这张照片打不开，可能没有传完整。请重新选择。"),
}
_REFUSED_DOCUMENT = {
    process.BROKEN: N_("这个 PDF 文件不完整，请重新选择。"),
    process.ACTIVE: N_("这个 PDF 文件含有程序或附件，不能上传。请换一个文件。"),
    process.UNCHECKED: N_("这个 PDF 文件有密码或无法检查，不能上传。请换一个文件，或拍照上传。"),
}


def _place(number: bytes) -> str:
    return f"uploaded_file.body.{number.hex()}"


def number_of(reference: str) -> bytes:
    """The row of a reference."""
    return bytes.fromhex(reference.partition(".")[0])


def named_in(answers: Mapping[str, Any], variables: Iterable[str]) -> tuple[bytes, ...]:
    """The files that these answers refer to."""
    given = (answers.get(name) for name in variables)
    return tuple(number_of(one) for one in given if isinstance(one, str) and kind_of(one))


# --- cleaning ---------------------------------------------------------------------------------------------------------
def cleaned(body: bytes, question: File) -> tuple[str, bytes]:
    """(ending, bytes to keep). Raises DomainError, in words for the respondent."""
    if not body:
        raise DomainError(N_("没有收到文件，请先选择文件再上传。"))
    if len(body) > question.max_mb * MEGABYTE:
        raise too_large(question)
    if body.startswith(b"%PDF-") and "document" in question.accepts:
        return "pdf", _made_harmless("document", body, _REFUSED_DOCUMENT)
    if "photo" in question.accepts and not body.startswith(b"%PDF-"):
        words = {process.NO_PICTURE: _NO_PICTURE_OR_DOCUMENT} if "document" in question.accepts else {}
        return "jpg", _made_harmless("photo", body, _REFUSED_PHOTO | words)
    if "photo" in question.accepts:
        raise DomainError(_NO_PICTURE)
    raise DomainError(N_("这里只能上传 PDF 文件。"))


def too_large(question: File) -> DomainError:
    """The refusal of a file above the limit of its question."""
    return DomainError(N_("文件超过 %(n)s MB，没有保存。请换一个小一些的文件。"), n=question.max_mb)


def _made_harmless(kind: str, body: bytes, refused: Mapping[int, str]) -> bytes:
    """What a process with limits makes of it."""
    program = [sys.executable, "-I", "-W", "ignore", process.__file__, kind]
    if not _in_line.acquire(blocking=False):
        raise DomainError(_TOO_MANY)
    try:
        with _one_at_a_time:
            done = subprocess.run(program, input=body, capture_output=True, timeout=_LONGEST, check=False)  # noqa: S603 - our own program
    except subprocess.TimeoutExpired as error:
        raise DomainError(refused[process.BROKEN]) from error
    finally:
        _in_line.release()
    if done.returncode != 0:
        raise DomainError(refused.get(done.returncode, refused[process.BROKEN]))
    return done.stdout


# --- keeping ----------------------------------------------------------------------------------------------------------
def keep(recorder: Recorder, vault: Vault, ticket: Ticket, *, question: File, day: int, body: bytes) -> str:
    """Clean, seal and keep a file; a second one of the question replaces the first. Returns the reference.

    Raises DomainError, Busy.
    """
    ending, clean = cleaned(body, question)
    there = recorder.read(
        "SELECT count(*), coalesce(sum(length(body)), 0) FROM uploaded_file WHERE response_id IS NULL", ()
    )
    if there and (int(there[0]) >= MOST_WAITING or int(there[1]) >= MOST_WAITING_BYTES):
        raise DomainError(_TOO_MANY)
    number = secrets.token_bytes(16)
    sealed = vault.seal("text", _padded(b64encode(clean).decode()), place=_place(number)).encode()
    row = (number, ticket.nullifier, ticket.wave_id, question.name, ending, day, sealed)
    recorder.replace_file((ticket.nullifier, question.name), row)
    return f"{number.hex()}.{ending}"


def _padded(text: str) -> str:
    return text.ljust(-(-len(text) // STEP) * STEP)


def is_there(recorder: Recorder, ticket: Ticket, reference: str) -> bool:
    """Whether a reference of this code's form leads to a file: its own, or one that an answer has already."""
    found = recorder.read(
        "SELECT 1 FROM uploaded_file WHERE id = ? AND (nullifier = ? OR response_id IS NOT NULL)",
        (number_of(reference), ticket.nullifier),
    )
    return found is not None


def opened(vault: Vault, number: bytes, sealed: bytes) -> bytes | None:
    """The bytes of a kept file; None when its key is gone."""
    text = vault.unseal(bytes(sealed).decode(), place=_place(number))
    return None if text == UNREADABLE else b64decode(text.rstrip())


# --- time limits ------------------------------------------------------------------------------------------------------
def expire(*, now: datetime) -> int:
    """Delete what was not submitted within 14 days (a draft that lives on keeps its files) and what has lost its answer."""
    today = clock.day_number(now)
    drafted = select(Draft.nullifier).where(Draft.nullifier == UploadedFile.nullifier).exists()
    answered = select(Response.id).where(Response.id == UploadedFile.response_id).exists()
    old = or_(
        UploadedFile.response_id.is_(None) & (UploadedFile.day < today - DRAFT_DAYS) & ~drafted,
        UploadedFile.response_id.is_not(None) & ~answered,
    )
    result: Any = db.session.execute(delete(UploadedFile).where(old).execution_options(synchronize_session=False))
    return int(result.rowcount)


# --- the order of coming ----------------------------------------------------------------------------------------------
_known: dict[int, frozenset[bytes]] = {}  # period -> its files that are mixed, as far as this process knows


def forget_order(*, periods: Iterable[int]) -> int:
    """Mix the places of the photos of anonymous answers of these days, where new ones came; commits. Returns how many writes.

    A database remembers in which order its rows came (see `settling`), and rows as large as these fill places of their own.
    So many at a time are taken out and put back in an order by chance. PostgreSQL numbers rows as they are written: once is
    enough. SQLite gives the same places to those that were taken out together, so where they are several lots it is done
    twice: what then stays where it was is one in hundreds, and nobody knows which.
    """
    known = dict(_known)
    _known.clear()
    once = db.session.get_bind().dialect.name == "postgresql"
    done = 0
    for period in sorted(set(periods)):
        numbers = _anonymous(period)
        if not numbers <= known.get(period, frozenset()):
            written, lots = _write_anew(numbers)
            done += written + (_write_anew(numbers)[0] if lots > 1 and not once else 0)
        if numbers:
            _known[period] = numbers
    return done


def _anonymous(period: int) -> frozenset[bytes]:
    """The photos of anonymous answers of a day."""
    first, beyond = period << _RANDOM_BITS, (period + 1) << _RANDOM_BITS
    mine = (UploadedFile.response_id >= first) & (UploadedFile.response_id < beyond)
    anonymous = select(Response.id).where(Response.id == UploadedFile.response_id, Response.mode == "anonymous")
    return frozenset(map(bytes, db.session.scalars(select(UploadedFile.id).where(mine, anonymous.exists()))))


def _write_anew(numbers: frozenset[bytes]) -> tuple[int, int]:
    """Take out and put back, one transaction a lot. Between lots others have as much time as one took. (how many, lots)"""
    done, lots, lot = 0, 0, list[Values]()
    begun = time.monotonic()
    for place, number in enumerate(order := _by_chance(numbers), start=1):
        if not lot:
            _keep_others_waiting()
        lot += _taken_out(number)
        if place == len(order) or sum(len(row["body"]) for row in lot) >= AT_ONCE:
            _put_back(_by_chance(lot))
            done, lots, lot = done + len(lot), lots + 1, []
            if place < len(order):
                time.sleep(min(1.0, time.monotonic() - begun))
            begun = time.monotonic()
    return done, lots


def _keep_others_waiting() -> None:
    """PostgreSQL: a withdrawal that waited for a row must find the new one."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("LOCK TABLE uploaded_file IN SHARE ROW EXCLUSIVE MODE")


def _taken_out(number: bytes) -> list[Values]:
    table = cast(Table, UploadedFile.__table__)
    row = db.session.execute(select(table).where(table.c.id == number)).mappings().one_or_none()
    db.session.execute(delete(table).where(table.c.id == number))
    return [] if row is None else [dict(row)]  # none: deleted a moment ago


def _put_back(rows: Sequence[Values]) -> None:
    for row in rows:
        db.session.execute(insert(cast(Table, UploadedFile.__table__)).values(row))
    db.session.commit()


def _by_chance(some: Iterable[One]) -> list[One]:
    """In an order that nobody can find out."""
    found = list(some)
    secrets.SystemRandom().shuffle(found)
    return found
