"""R and Python scripts that read the CSV beside them: they take all they know from the codebook, so no text of a questionnaire
is ever part of a program. Only the name of the file is put in, as a quoted string."""

import json
from pathlib import Path
from typing import IO

from survey_app.exports.table import Table

TEMPLATES = Path(__file__).parent
STEM = '"@STEM@"'


def write_r(file: IO[bytes], table: Table) -> int:
    """A script for base R."""
    return _write(file, table, "answers.R")


def write_python(file: IO[bytes], table: Table) -> int:
    """A script for Python with pandas."""
    return _write(file, table, "answers.py.txt")


def _write(file: IO[bytes], table: Table, template: str) -> int:
    script = (TEMPLATES / template).read_text(encoding="utf-8")
    file.write(script.replace(STEM, json.dumps(table.stem)).encode())
    return 0
