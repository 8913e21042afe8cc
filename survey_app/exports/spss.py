"""SPSS `.sav`: pyreadstat writes it; every label is cut by us before, and the multiple-response sets are put in afterwards."""

import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any

from survey_app.exports import frames, labels, spss_sets
from survey_app.exports.shape import Column, Shape
from survey_app.exports.table import Table
from survey_app.questionnaire.codebook import measure


def write(file: IO[bytes], table: Table) -> int:
    """The values with their labels, measurement levels, formats, missing codes and multiple-response sets."""
    import pyreadstat

    shape = table.shape
    frame = frames.whole(shape.columns, table.rows())
    texts = [column.name for column in shape.columns if column.kind == "text"]
    frame = frame.with_columns(**{name: _fitting(frame[name]) for name in texts})
    with tempfile.TemporaryDirectory(dir=table.folder) as folder:
        path = Path(folder) / "data.sav"
        pyreadstat.write_sav(frame, path, file_label=_title(shape), row_compress=True, **_dictionary(shape))
        with path.open("rb") as made:
            spss_sets.insert(made, file, _sets(shape))
            shutil.copyfileobj(made, file)
    return frame.height


def _fitting(texts: Any) -> Any:
    """The texts, cut where one is longer than SPSS takes. Nearly never: then nothing is copied."""
    if (texts.str.len_bytes().max() or 0) <= labels.SPSS_TEXT:
        return texts
    return texts.map_elements(lambda text: labels.cut_bytes(text, labels.SPSS_TEXT), return_dtype=texts.dtype)


def _title(shape: Shape) -> str:
    return labels.cut_bytes(labels.one_line(shape.text(shape.frozen[0].definition.title)), labels.SPSS_FILE_LABEL)


def _dictionary(shape: Shape) -> dict[str, Any]:
    columns = shape.columns
    missing = {column.name: codes for column in columns if (codes := frames.missing_codes(column))}
    return {
        "column_labels": [labels.spss(column.label) or None for column in columns],
        "variable_value_labels": {column.name: found for column in columns if (found := value_labels(shape, column))},
        "missing_ranges": {name: [{"lo": codes[0], "hi": codes[-1]}] for name, codes in missing.items()},
        "variable_measure": {column.name: _measure(column) for column in columns},
        "variable_format": {column.name: form for column in columns if (form := _format(column))},
    }


def value_labels(shape: Shape, column: Column) -> dict[int, str]:
    """The labels of the values of a column, those of the missing codes last; values without words have none."""
    variable = column.variable
    if variable is None:
        return {}
    texts = {label.value: label.label for label in variable.values} | shape.book.missing_values(variable)
    found = {value: labels.spss_value(shape.text(text)) for value, text in texts.items()}
    return {value: text for value, text in found.items() if text} if variable.storage == "number" else {}


def _measure(column: Column) -> str:
    if column.variable is not None:
        return measure(column.variable)
    return "scale" if column.name == "weight" else "nominal"


def _format(column: Column) -> str:
    """How SPSS shows the column; texts get the width of the longest one by themselves."""
    if column.kind == "date":
        return "SDATE10"
    if column.kind == "time":
        return "TIME5"
    if column.kind == "text":
        return ""
    if frames.storage(column) == "whole":
        return "F8.0"
    decimals = column.variable.decimals if column.variable else 2
    return f"F{12 + decimals}.{decimals}" if column.variable else "F8.2"


def _sets(shape: Shape) -> Sequence[spss_sets.Set]:
    return [spss_sets.Set(found.name, labels.spss(found.label), found.columns) for found in shape.sets()]
