"""Lists of choices and names with columns: what every importer needs so that no two columns of the data have one name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.naming import LONGEST, Codes, Names, plain
from survey_app.formats.importing.refusing import refuse

_MISSING = (range(-99, -93), range(-99999, -99993))
_SHORT_CODE = 8
_WHOLE = 15  # digits


def name_with_columns(names: Names, wanted: str, columns: Sequence[str], fallback: str = "q") -> str:
    """A free name whose columns `<name>_<column>` are free as well, and at most 32 characters long; all are taken then."""
    most = LONGEST - max((len(column) + 1 for column in columns), default=0)
    base = wanted if wanted[:1].isascii() and wanted[:1].isalpha() else f"{fallback}_{plain(wanted)}".rstrip("_")
    trial, number = base[:most], 2
    while number < 10_000:
        name = names.give(trial, fallback)
        if len(name) <= most and not any(f"{name}_{column}" in names for column in columns):
            names.reserve(*(f"{name}_{column}" for column in columns))
            return name
        tail = f"_{number}"
        trial, number = f"{base[: most - len(tail)]}{tail}", number + 1
    raise refuse("too_much", what=("names alike", "相似的名称"), limit=number)


def room_for_codes(wanted: str, codes: Iterable[str]) -> int:
    """How long codes may be so that `<name>_<code>` has at most 32 characters; long names give way to readable codes."""
    needed = max((len(plain(code)) for code in codes), default=1)
    free = LONGEST - 1 - min(len(plain(wanted)) or 1, LONGEST)
    return max(free, min(needed, _SHORT_CODE), 1)


@dataclass(frozen=True, slots=True)
class Offered:
    """One choice of the source: its code there, its text here, its place."""

    code: str
    text: Mapping[str, str]
    place: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


def choices(offered: Sequence[Offered], longest: int = LONGEST) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The choices as a definition has them, and code of the source -> our code. A text that is missing is the code."""
    given, used = Codes(longest), set[int]()
    made: list[dict[str, Any]] = []
    table: dict[str, str] = {}
    for choice in offered:
        code = given.give(choice.code)
        if code.isdigit() and (len(code) > _WHOLE or int(code) in used):
            code = given.give(f"c{code}"[:longest])
        value = _value(choice.code) if code != choice.code else None
        if code.isdigit():
            used.add(int(code))
        elif value is not None and value not in used:
            used.add(value)
        else:
            value = None
        entry = {"code": code, **({"value": value} if value is not None and not code.isdigit() else {}), **choice.more}
        made.append({**entry, "text": dict(choice.text)})
        table.setdefault(choice.code, code)
    return made, table


def _value(code: str) -> int | None:
    """The integer that a code of the source is, None when it is none or stands for a missing answer here."""
    text = code.strip()
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdigit() or len(text) > _WHOLE:
        return None
    value = int(text)
    return None if any(value in taken for taken in _MISSING) else value
