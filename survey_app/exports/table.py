"""What every writer of a data file gets, and what a writer is: one interface for all formats."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from survey_app.design.printing import Letterhead
from survey_app.exports.shape import Cell, Shape


@dataclass(frozen=True, slots=True)
class Table:
    """One table of answers. `rows` reads it anew at every call, always the same rows: they come from one snapshot.

    `stem`: the name of the file without its ending; `about`: what is told about the file; `folder`: private, for what has
    to be written down on the way; `letterhead`: whose questionnaire it is, for printing; `files`: name and bytes of what people
    handed over, where it is wanted.
    """

    shape: Shape
    rows: Callable[[], Iterator[list[Cell]]]
    stem: str
    about: Sequence[tuple[str, str]]
    now: datetime
    folder: Path
    letterhead: Letterhead | None = None
    files: Callable[[], Iterator[tuple[str, bytes]]] | None = None


Writer = Callable[[IO[bytes], Table], int]
"""Writes one file and returns how many rows it holds (0 for a file without rows). What may stand in it was decided before."""
