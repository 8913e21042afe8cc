"""The answers of our own package: its versions, and the rows of its CSV as they stand there."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count

from survey_app.formats import own_yaml, package
from survey_app.formats.importing.refusing import refuse
from survey_app.questionnaire.definition import Definition

LONGEST_CELL = 200_000  # characters
_OLDER = re.compile(r"questionnaire-v([1-9][0-9]{0,4})\.yaml")


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file; `place` says where it stands."""

    place: str
    cells: Mapping[str, str]


class PackageAnswers:
    """An opened package whose checksums were right."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        with package.readable():
            self._read(names)
        self.file = data_file(names)
        if not self.file:
            raise refuse("missing_part", what=("data/*.csv", "data/*.csv"))

    def _read(self, names: list[str]) -> None:
        archive = self._archive
        self.newest = own_yaml.parse(package.member(archive, package.QUESTIONNAIRE)).definition
        numbers = {int(match[1]): name for name in names if (match := _OLDER.fullmatch(name))}
        self.older: dict[int, Definition] = {
            number: own_yaml.parse(package.member(archive, numbers[number])).definition for number in sorted(numbers)
        }

    def columns(self) -> list[str]:
        """The heading of the table."""
        with self._lines() as lines, package.readable():
            return next(lines, [])

    def rows(self) -> Iterator[Row]:
        """The lines of the table, read anew at every call. Raises Refused for a line that is no line of it."""
        with self._lines() as lines:
            with package.readable():
                head = next(lines, [])
            for number in count(2):
                with package.readable():
                    line = next(lines, None)
                if line is None:
                    return
                place = f"{self.file}, {number}"
                if len(line) != len(head):
                    raise refuse("bad_value", place, given=f"{len(line)} cells", expected=f"{len(head)} cells")
                yield Row(place, dict(zip(head, line, strict=True)))

    @contextmanager
    def _lines(self) -> Iterator[Iterator[list[str]]]:
        usual = csv.field_size_limit(LONGEST_CELL)  # of the whole process: other readers keep theirs
        try:
            with self._archive.open(self.file) as member, io.TextIOWrapper(member, "utf-8-sig", newline="") as text:
                yield csv.reader(text, strict=True)
        finally:
            csv.field_size_limit(usual)


def data_file(names: list[str]) -> str:
    """The member that holds the answers; "" where there is none."""
    found = [
        name
        for name in names
        if name.startswith(package.DATA) and name.endswith(".csv") and not name.endswith(".codebook.csv")
    ]
    return found[0] if len(found) == 1 else ""


def holds_answers(data: bytes) -> bool:
    """Whether a package that was read before has answers beside its questionnaire."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return bool(data_file(archive.namelist()))


@contextmanager
def opened(data: bytes) -> Iterator[PackageAnswers]:
    """The answers of a package. Raises Refused when it is not whole, also while its rows are read."""
    with package.checked(data) as archive:
        yield PackageAnswers(archive)
