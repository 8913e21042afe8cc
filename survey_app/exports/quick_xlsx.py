"""XLSX by the optional Rust writer (`pip install survey-app[fast]`): the same cells some four times as fast.

It is young, so it stands behind this one module; without it XlsxWriter does the work.
"""

import shutil
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

from survey_app.exports.shape import Cell, Column
from survey_app.formats.cells import xlsx_text

SECONDS_OF_A_DAY = 86_400
Record = dict[str, Any]


def is_installed() -> bool:
    """Whether the Rust writer is there."""
    return find_spec("rustpy_xlsxwriter") is not None


def write(
    file: IO[bytes], columns: Sequence[Column], rows: Iterable[Sequence[Cell]],
    others: Sequence[tuple[str, Iterable[Sequence[str | int]]]], *, name: str, folder: Path,
) -> None:  # fmt: skip
    """A workbook of the data sheet `name` and the other sheets, each a heading and lines. There is at least one row.

    Formats are the same as XlsxWriter is told; texts are typed as text. `folder` takes the file while it is made.
    """
    import rustpy_xlsxwriter as rust

    sheets: list[tuple[str, Any]] = [
        (name, _records(columns, rows)),
        *((other, _lines(lines)) for other, lines in others),
    ]
    clocks = {column.name: rust.Format().set_num_format("hh:mm") for column in columns if column.kind == "time"}
    path = folder / "quick.xlsx"
    rust.write_worksheets(
        sheets, str(path), bold_headers=True, datetime_format="yyyy-mm-dd", freeze_panes={name: {"row": 1, "col": 1}},
        column_formats={name: clocks} if clocks else None,
    )  # fmt: skip
    with path.open("rb") as made:
        shutil.copyfileobj(made, file)
    path.unlink()


def _records(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> Iterator[Record]:
    names = [xlsx_text(column.name) for column in columns]
    special = [(place, column.kind) for place, column in enumerate(columns) if column.kind in ("date", "time")]
    for row in rows:
        cells: list[Any] = [(xlsx_text(cell) or None) if isinstance(cell, str) else cell for cell in row]
        for place, kind in special:
            if cells[place]:
                cells[place] = date.fromisoformat(cells[place]) if kind == "date" else _fraction(cells[place])
        yield dict(zip(names, cells, strict=True))


def _fraction(text: str) -> float:
    """A time of day as spreadsheets keep it: a part of a day."""
    moment = time.fromisoformat(text)
    return (moment.hour * 3600 + moment.minute * 60 + moment.second) / SECONDS_OF_A_DAY


def _lines(lines: Iterable[Sequence[str | int]]) -> Iterator[Record]:
    running = iter(lines)
    head = [xlsx_text(str(cell)) for cell in next(running)]
    for line in running:
        yield dict(zip(head, [(xlsx_text(c) or None) if isinstance(c, str) else c for c in line], strict=True))
