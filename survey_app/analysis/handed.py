"""What people handed over, texts and files alike: which of it may be seen, and in which order; small pictures of photos."""

import io
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from typing import TypeVar

from PIL import Image

from survey_app import clock
from survey_app.analysis import disclosure, uploaded
from survey_app.analysis.figures import is_live

SMALL = 480  # pixels: twice what a page shows

One = TypeVar("One")


def listed_daily(
    version_ids: Sequence[int],
    *,
    days: Callable[[int], Mapping[int, int]],
    there: Callable[[int, int], Sequence[One]],
    key: Callable[[One], str],
) -> list[One]:
    """What may be seen, in an order that tells nothing and changes every day.

    `days`: version -> {day: number}; `there`: version and last day -> what there is. Each version is decided on its own:
    otherwise all versions minus one would show the few of another.
    """
    today = clock.day_number(clock.now())
    ends = 10**9 if is_live() else today
    found: list[One] = []
    for version_id in version_ids:
        last = disclosure.comments_to_show(days(version_id), ends)
        if last is not None:
            found += there(version_id, last)
    return sorted(found, key=lambda one: sha256(f"{today}:{key(one)}".encode()).digest())


def files(version_ids: Sequence[int], variable: str) -> list[tuple[bytes, str]]:
    """Number and ending of the files of a question that may be seen."""
    return listed_daily(
        version_ids,
        days=lambda version_id: uploaded.days([version_id], variable),
        there=lambda version_id, last: uploaded.files([version_id], variable, until=last),
        key=lambda entry: entry[0].hex(),
    )


def small_picture(photo: bytes | None) -> str:
    """A photo that we drew, small, as an address that holds it; "" when there is none."""
    if photo is None:
        return ""
    with Image.open(io.BytesIO(photo), formats=("JPEG",)) as picture:
        picture.draft("RGB", (SMALL, SMALL))
        picture.thumbnail((SMALL, SMALL))
        made = io.BytesIO()
        picture.save(made, "JPEG", quality=70)
    return f"data:image/jpeg;base64,{b64encode(made.getvalue()).decode()}"
