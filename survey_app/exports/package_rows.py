"""The rows of a package as answers to the versions that were made of it: checked one by one, with the place of each fault."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from survey_app.exports.shape import FIXED, OVER_QUOTA
from survey_app.formats.package_answers import PackageAnswers, Row
from survey_app.questionnaire.codebook import codebook
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.returning import Misfit, returner

MOST_FAULTS = 100
_EARLIEST = date(2000, 1, 1)
_STATUS, _SPEEDS = ("complete", "screened_out"), ("fast", "normal", "slow")
_ID_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz234567")
_NEEDED = (
    "response_id",
    "status",
    "version",
    "language",
    "store_code",
    "place",
    "month",
    "speed",
    "straightline",
    "layout",
)


@dataclass(frozen=True, slots=True)
class Answered:
    """One good row. `version`: the place of its version among those of the package, oldest first."""

    number: str
    version: int
    month: date
    store_code: str
    place: str
    language: str
    layout: str
    status: str
    speed: str
    straightline: bool
    answers: Mapping[str, Any]
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class RowFault:
    """A cell that cannot be taken over."""

    place: str
    column: str
    given: str


class Reading:
    """All rows of one package. `newest` first day of the last month that may stand in it."""

    def __init__(self, package: PackageAnswers, *, last_month: date) -> None:
        self._package, self._last = package, last_month
        self._definitions: Sequence[Definition] = [*package.older.values(), package.newest]
        self._places = {number: place for place, number in enumerate(package.older)}
        book = codebook([*reversed(self._definitions)])
        self._readers = [returner(definition, book) for definition in self._definitions]
        self._newest: int | None = None

    def head_faults(self) -> list[RowFault]:
        """What is wrong with the heading."""
        columns = self._package.columns()
        known = {name for name, _, _ in (*FIXED, OVER_QUOTA)}
        known |= {v.name for one in self._definitions for question in one.questions for v in question.variables()}
        place = f"{self._package.file}, 1"
        missing = [RowFault(place, name, "") for name in _NEEDED if name not in columns]
        wrong = [name for number, name in enumerate(columns) if name not in known or name in columns[:number]]
        return missing + [RowFault(place, name, name) for name in wrong[:MOST_FAULTS]]

    def rows(self) -> Iterator[Answered | RowFault]:
        """Every row, or what is wrong with it."""
        seen: set[str] = set()
        for row in self._package.rows():
            try:
                made = self._read(row)
                if made.number in seen:
                    raise Misfit("response_id", made.number)
            except Misfit as misfit:
                yield RowFault(row.place, misfit.variable, misfit.given)
                continue
            seen.add(made.number)
            yield made

    def _read(self, row: Row) -> Answered:
        cells = row.cells
        version = self._version(cells["version"])
        definition = self._definitions[version]
        number = cells["response_id"]
        if not 10 <= len(number) <= 40 or not set(number) <= _ID_CHARACTERS:
            raise Misfit("response_id", number)
        if cells["language"] not in definition.languages:
            raise Misfit("language", cells["language"])
        if len(cells["place"]) > 40 or len(cells["layout"]) > 16 or not cells["layout"].isascii():
            raise Misfit("place", cells["place"])
        answers, texts = self._readers[version](cells)
        return Answered(
            number, version, self._month(cells["month"]), cells["store_code"], cells["place"], cells["language"],
            cells["layout"], _one_of(cells, "status", _STATUS), _one_of(cells, "speed", _SPEEDS),
            _one_of(cells, "straightline", ("0", "1")) == "1", answers, texts,
        )  # fmt: skip

    def _version(self, text: str) -> int:
        """The newest version has no number of its own in a package: it is the one above those of the older."""
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0
        if number in self._places:
            return self._places[number]
        if number <= max(self._places, default=0) or self._newest not in (None, number):
            raise Misfit("version", text)
        self._newest = number
        return len(self._places)

    def _month(self, text: str) -> date:
        try:
            month = date.fromisoformat(f"{text}-01")
        except ValueError:
            raise Misfit("month", text) from None
        if not _EARLIEST <= month <= self._last:
            raise Misfit("month", text)
        return month


def _one_of(cells: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    if cells[name] not in allowed:
        raise Misfit(name, cells[name])
    return cells[name]
