"""Rows of a file that could not be taken: kept sealed for seven days, given back as a CSV file with line and reason."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_app.formats.cells import csv_text
from survey_app.languages import N_
from survey_app.people import sealed_files
from survey_app.people.cells import Unfit
from survey_app.people.columns import FIELDS
from survey_app.vault import Vault

HEADING = (N_("行号"), N_("列"), N_("原因"))


@dataclass(frozen=True, slots=True)
class Reject:
    """A row of the file, what is wrong with it and in which field."""

    line: int
    cells: Sequence[str]
    problem: Unfit


def _name(first: int) -> str:
    return f"rejects-{first:09d}"


def keep(folder: Path, *, first: int, found: Sequence[Reject], vault: Vault) -> None:
    """Keep the rejects of one chunk, that begins with row `first`. Done again after a crash, it replaces what was kept."""
    path = folder / _name(first)
    if not found:
        path.unlink(missing_ok=True)
        return
    lines = (
        json.dumps([each.line, each.problem.field, each.problem.reason, each.problem.values, list(each.cells)])
        for each in found
    )
    sealed_files.write_whole(path, "\n".join(lines).encode(), vault=vault, place=_place(folder, path.name))


def _place(folder: Path, name: str) -> str:
    return f"import.{folder.name}.{name}"


def _kept(folder: Path, vault: Vault) -> Iterator[tuple[int, str, str, dict[str, Any], list[str]]]:
    for path in sorted(folder.glob("rejects-*")):
        whole = sealed_files.read_whole(path, vault=vault, place=_place(folder, path.name))
        for line in whole.decode().split("\n"):
            yield tuple(json.loads(line))


def as_csv(
    folder: Path, *, kind: str, heading: Sequence[str], columns: dict[str, str], vault: Vault,
    translate: Callable[[str], str],
) -> Iterator[bytes]:  # fmt: skip
    """The list as CSV (UTF-8 with BOM): line, column, reason, then the row as it was. No cell can become a formula.

    Cells that were cut or cleaned while reading come back like that. `columns`: place -> field.
    """
    names = {field.name: field.text for field in FIELDS[kind]}
    places = {field: int(place) for place, field in columns.items()}
    yield "\ufeff".encode()
    yield _line([*(translate(text) for text in HEADING), *heading])
    for line, field, reason, values, cells in _kept(folder, vault):
        place = places.get(field, len(heading))
        column = heading[place] if place < len(heading) else translate(names[field]) if field in names else ""
        sentence = translate(reason)
        yield _line([str(line), column, sentence % values if values else sentence, *cells])


def _line(cells: Sequence[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerow([csv_text(cell) for cell in cells])
    return text.getvalue().encode()
