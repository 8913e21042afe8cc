"""Stata `.dta` (version 14 on): the missing codes become .a to .f, with their labels."""

import shutil
import tempfile
from pathlib import Path
from typing import IO, Any

from survey_app.exports import frames, labels, stata_names
from survey_app.exports.shape import Column, Shape
from survey_app.exports.table import Table

LETTERS = "abcdef"  # does not apply, not reached, empty, refused, unknown, not in the version
VERSION = 14  # read by every Stata since 2015, and by haven and pandas


def write(file: IO[bytes], table: Table) -> int:
    """The values with labels and reasons for missing."""
    import polars as pl
    import pyreadstat

    shape = table.shape
    frame = frames.whole(shape.columns, table.rows())
    numbered = [column for column in shape.columns if frames.missing_codes(column)]
    frame = frame.with_columns(
        [
            pl.Series(column.name, _with_letters(frame[column.name].to_list(), column), dtype=pl.Object)
            for column in numbered
        ]
    )
    names, title = [column.name for column in shape.columns], labels.stata(shape.text(shape.frozen[0].definition.title))
    written_as = dict(zip(names, stata_names.stand_ins(names), strict=True))
    with tempfile.TemporaryDirectory(dir=table.folder) as folder:
        path = Path(folder) / "data.dta"
        pyreadstat.write_dta(
            frame.rename(written_as), path, version=VERSION, file_label=title,
            column_labels=[labels.stata(column.label) or None for column in shape.columns],
            variable_value_labels={written_as[column.name]: _value_labels(shape, column) for column in numbered},
            missing_user_values={written_as[column.name]: list(LETTERS) for column in numbered},
        )  # fmt: skip
        with path.open("r+b") as made:
            stata_names.put_in(made, names)
            made.seek(0)
            shutil.copyfileobj(made, file)
    return frame.height


def _with_letters(cells: list[Any], column: Column) -> list[Any]:
    letters = dict(zip(frames.missing_codes(column), LETTERS, strict=True))
    return [letters.get(cell, cell) for cell in cells]


def _value_labels(shape: Shape, column: Column) -> dict[Any, str]:
    variable = column.variable
    if variable is None:
        return {}
    found: dict[Any, str] = _unlike(
        {
            label.value: labels.stata_value(shape.text(label.label))
            for label in variable.values
            if abs(label.value) <= frames.LARGEST
        }
    )
    reasons = shape.book.missing_values(variable).values()
    found |= {letter: labels.stata_value(shape.text(text)) for letter, text in zip(LETTERS, reasons, strict=True)}
    return {value: text for value, text in found.items() if text}


def _unlike(words: dict[int, str]) -> dict[int, str]:
    """The labels; one that stood before has its value behind: pandas reads no column with two values of one label."""
    seen: set[str] = set()
    made = {}
    for value, text in words.items():
        made[value] = f"{text} ({value})" if text and text in seen else text
        seen.add(text)
    return made
