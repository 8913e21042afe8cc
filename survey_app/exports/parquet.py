"""Parquet: typed columns, row groups written as they come, the codebook as JSON in the metadata of the file (key `survey`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, TYPE_CHECKING, Any

import orjson

from survey_app.exports import codebook_file, frames
from survey_app.exports.shape import Shape
from survey_app.exports.table import Table
from survey_app.questionnaire.codebook import MISSING_NAMES, measure

if TYPE_CHECKING:
    import polars

KEY = "survey"
ROW_GROUP = 50_000  # rows


def write(file: IO[bytes], table: Table) -> int:
    """The values; texts, dates and times that are not there are null. Memory holds one row group."""
    import polars as pl
    from polars.io.plugins import register_io_source

    columns, counted = table.shape.columns, [0]
    empty = pl.col(pl.String).replace("", None)

    def read(
        wanted: list[str] | None, chosen: polars.Expr | None, most: int | None, size: int | None
    ) -> Iterator[polars.DataFrame]:
        for part in frames.chunks(table.rows()):
            counted[0] += len(part)
            yield frames.frame(columns, part).with_columns(empty)

    schema = frames.frame(columns, []).schema
    about = {KEY: orjson.dumps(metadata(table.shape)).decode()}
    source = register_io_source(read, schema=dict(schema))
    source.sink_parquet(file, compression="zstd", row_group_size=ROW_GROUP, metadata=about, sync_on_close=None)
    return counted[0]


def metadata(shape: Shape) -> dict[str, Any]:
    """What the columns mean: title, versions, and label, question, measure, values and missing codes of each."""
    newest = shape.frozen[0].definition
    described = zip(codebook_file.variables(shape), shape.columns, strict=True)
    return {
        "questionnaire": newest.name,
        "title": shape.text(newest.title),
        "language": shape.language,
        "versions": [version.number for version in reversed(shape.frozen)],
        "variables": [
            {
                "name": known.name,
                "label": known.label,
                "question": known.question,
                "measure": measure(column.variable) if column.variable else "nominal",
                "values": {
                    str(value.value): {"code": value.code, "label": value.label}
                    for value in codebook_file.values(shape, column)
                },
                "missing": {
                    str(code): name
                    for code, name in zip(frames.missing_codes(column), MISSING_NAMES, strict=False)
                },
            }
            for known, column in described
        ],
        "sets": [{"name": s.name, "label": s.label, "columns": s.columns} for s in shape.sets()],
    }  # fmt: skip
