"""The only reader of uploaded files, beside `dataset`. Nothing is decided here about what may be shown: that is `disclosure`."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, select

from survey_app import clock
from survey_app.database import db
from survey_app.distribution.models import Wave
from survey_app.responses import uploads
from survey_app.responses.models import Response, UploadedFile
from survey_app.vault import Vault

_AT_ONCE = 500  # responses


def days(version_ids: Sequence[int], variable: str) -> dict[int, int]:
    """Number of files of a question by the day from which they may be looked at (as `dataset.comment_days`)."""
    chosen = _of(version_ids, variable).add_columns(func.count()).group_by(Response.day, Wave.closes_on)
    found: dict[int, int] = {}
    for day, closes_on, count in db.session.execute(chosen):
        key = _day(day, closes_on)
        found[key] = found.get(key, 0) + count
    return found


def files(version_ids: Sequence[int], variable: str, *, until: int) -> list[tuple[bytes, str]]:
    """Number and ending of the files of a question up to the day `until` (see `days`)."""
    chosen = _of(version_ids, variable).add_columns(UploadedFile.id, UploadedFile.ending)
    found = db.session.execute(chosen)
    return [(number, ending) for day, closes_on, number, ending in found if _day(day, closes_on) <= until]


def _of(version_ids: Sequence[int], variable: str) -> Any:
    return (
        select(Response.day, Wave.closes_on)
        .join(UploadedFile, UploadedFile.response_id == Response.id)
        .join(Wave, Wave.id == Response.wave_id)
        .where(Response.version_id.in_(version_ids), Response.test.is_(False), UploadedFile.variable == variable)
    )


def _day(day: int | None, closes_on: date) -> int:
    return clock.day_from_date(closes_on) if day is None else day


def body(vault: Vault, number: bytes) -> bytes | None:
    """The bytes of a file; None when it was deleted or its key is gone."""
    sealed = db.session.scalar(select(UploadedFile.body).where(UploadedFile.id == number))
    return None if sealed is None else uploads.opened(vault, number, sealed)


def of_responses(connection: Connection, vault: Vault, ids: Sequence[int]) -> Iterator[tuple[int, str, str, bytes]]:
    """Response, question, ending and bytes of the files of these responses, one in memory at a time; not those without a key."""
    for start in range(0, len(ids), _AT_ONCE):
        mine = UploadedFile.response_id.in_(ids[start : start + _AT_ONCE])
        there = connection.execute(
            select(UploadedFile.response_id, UploadedFile.variable, UploadedFile.ending, UploadedFile.id).where(mine)
        )
        for response_id, variable, ending, number in list(there):
            sealed = connection.scalar(select(UploadedFile.body).where(UploadedFile.id == number))
            body = None if sealed is None else uploads.opened(vault, number, sealed)
            if body is not None:
                yield response_id or 0, variable, ending, body
