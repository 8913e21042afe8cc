"""Parquet: typed columns, row groups written as they come, the codebook as JSON in the metadata of the file (key `survey`)."""

import tempfile
from pathlib import Path
from typing import IO, Any

import orjson

from survey_app.exports import codebook_file, frames
from survey_app.exports.shape import Shape
from survey_app.exports.table import Table
from survey_app.questionnaire.codebook import MISSING_NAMES, measure

KEY = "survey"
ROW_GROUP = 50_000  # rows


def write(file: IO[bytes], table: Table) -> int:
    """The values; texts, dates and times that are not there are null. Memory holds one chunk of rows and one row group.

    The chunks go through files in the table's folder: the library writes from threads of its own, and the rows come from a
    database connection that belongs to this one.
    """
    import polars as pl

    columns, count = table.shape.columns, 0
    about = {KEY: orjson.dumps(metadata(table.shape)).decode()}
    with tempfile.TemporaryDirectory(dir=table.folder) as folder:
        paths: list[Path] = []
        for part in frames.chunks(table.rows()):
            count += len(part)
            paths.append(Path(folder) / f"{len(paths):06}.arrow")
            frames.frame(columns, part).with_columns(pl.col(pl.String).replace("", None)).write_ipc(paths[-1])
        source = pl.scan_ipc(paths) if paths else frames.frame(columns, []).lazy()
        source.sink_parquet(file, compression="zstd", row_group_size=ROW_GROUP, metadata=about, sync_on_close=None)
    return count


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
