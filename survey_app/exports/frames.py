"""Rows as typed columns, for the formats that have types: SPSS, Stata, Parquet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Literal

from survey_app.exports.shape import Cell, Column
from survey_app.formats.cells import plain
from survey_app.questionnaire.codebook import MISSING_LABELS

if TYPE_CHECKING:
    import polars

Storage = Literal["whole", "real", "text", "date", "time"]
_OF_KIND: dict[str, Storage] = {"text": "text", "date": "date", "time": "time"}
LARGEST = 2_147_483_620  # the largest whole number of a Stata file; SPSS and Parquet take it too
MISSING_COUNT = len(MISSING_LABELS)
CHUNK = 10_000  # rows


def storage(column: Column) -> Storage:
    """How the cells of a column are kept: numbers whose values are all listed are whole and small."""
    if column.kind != "number":
        return _OF_KIND[column.kind]
    variable = column.variable
    if variable is None:
        return "real" if column.name == "weight" else "whole"
    coded = variable.kind in ("multiple", "rank") or bool(variable.values)
    return "whole" if coded and all(abs(label.value) <= LARGEST for label in variable.values) else "real"


def missing_codes(column: Column) -> range:
    """The six missing codes of a column, lowest first; none for texts, dates and the columns every file begins with."""
    variable = column.variable
    if variable is None or variable.storage != "number":
        return range(0)
    return range(variable.missing, variable.missing + MISSING_COUNT)


def chunks(rows: Iterable[Sequence[Cell]], size: int = CHUNK) -> Iterator[list[Sequence[Cell]]]:
    """The rows in lists of at most `size`."""
    running = iter(rows)
    while found := list(islice(running, size)):
        yield found


def series(column: Column, cells: Sequence[Cell]) -> polars.Series:
    """The cells of one column with their type; dates and times that are not there are null, texts are ""."""
    import polars as pl

    kept = storage(column)
    if kept == "whole":
        return pl.Series(column.name, cells, dtype=pl.Int32)
    if kept == "real":
        return pl.Series(column.name, cells, dtype=pl.Float64, strict=False)
    if kept == "text":
        return pl.Series(column.name, [plain(str(cell)) if cell else "" for cell in cells], dtype=pl.String)
    texts = pl.Series(column.name, cells, dtype=pl.String)
    return texts.str.to_date("%Y-%m-%d", strict=False) if kept == "date" else texts.str.to_time("%H:%M", strict=False)


def frame(columns: Sequence[Column], rows: Sequence[Sequence[Cell]]) -> polars.DataFrame:
    """A list of rows as a frame."""
    import polars as pl

    if not rows:
        return pl.DataFrame([series(column, []) for column in columns])
    return pl.DataFrame([series(column, cells) for column, cells in zip(columns, zip(*rows, strict=True), strict=True)])


def whole(columns: Sequence[Column], rows: Iterable[Sequence[Cell]]) -> polars.DataFrame:
    """All rows as one frame: some 4 bytes a number, never more than one chunk of them as Python objects."""
    import polars as pl

    parts = [frame(columns, part) for part in chunks(rows)]
    return pl.concat(parts, rechunk=True) if parts else frame(columns, [])
