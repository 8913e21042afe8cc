"""The sheets of a form as tables: which column is what, in which language; every cell with its place."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from survey_app.formats.importing.refusing import Fault
from survey_app.formats.importing.workbooks import column_letters

_ALIASES = {
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "constraintmsg": "constraint_message",
    "constraint_msg": "constraint_message",
    "constraining_message": "constraint_message",
    "requiredmsg": "required_message",
    "caption": "label",
    "command": "type",
    "listname": "list_name",
    "list": "list_name",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "big-image": "media",
    "image": "media",
    "audio": "media",
    "video": "media",
    "title": "form_title",
    "set_form_title": "form_title",
    "set_form_id": "form_id",
    "id_string": "form_id",
    "select_from_list_name": "list_name",
}
MOST_EMPTY = 60
_TRANSLATED = frozenset(("label", "hint", "guidance_hint", "constraint_message", "required_message", "media"))
_PREFIXES = ("bind", "control", "body", "media")
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})


@dataclass(frozen=True, slots=True)
class Column:
    """A heading. `key`: its usual name (`label`, `relevant`, or the heading itself); `language`: as it stands, "" for none."""

    key: str
    language: str
    index: int
    given: str


@dataclass(frozen=True)
class Row:
    """A row of a table: column -> text; empty cells are left out. `label_of` tells the place of a cell."""

    number: int
    cells: Mapping[Column, str]
    label_of: Callable[[int, Column | None], str]

    def get(self, key: str) -> str:
        """The text under a heading without a language; "" for none. Typographic quotes are plain ones, as the form means them."""
        return next((text.translate(_QUOTES) for column, text in self.cells.items() if column.key == key), "")

    def texts(self, key: str) -> dict[str, str]:
        """The text per language (as the heading names it; "" for a heading without one)."""
        return {column.language: text for column, text in self.cells.items() if column.key == key}

    def place(self, key: str = "") -> str:
        """`survey!C14`: of the cell, or of the row's first cell."""
        column = next((column for column in self.cells if column.key == key), None)
        return self.label_of(self.number, column)


@dataclass
class Table:
    """A sheet: headings and the rows below them."""

    name: str
    columns: list[Column] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    far: list[Row] = field(default_factory=list)
    """Rows below more empty ones than a form goes on after."""

    def has(self, key: str) -> bool:
        """Whether there is such a heading."""
        return any(column.key == key for column in self.columns)


def table(name: str, rows: list[tuple[int, list[str]]], *, first_column: int = 0) -> Table:
    """The table in a sheet's rows; the first row holds the headings. Two equal headings are a fault."""
    made = Table(name)
    if not rows:
        return made

    def label_of(number: int, column: Column | None) -> str:
        return f"{name}!{column_letters(column.index + first_column if column else first_column)}{number}"

    seen: dict[tuple[str, str, str], Column] = {}
    for index, given in enumerate(rows[0][1]):
        if not given.strip():
            continue
        column = heading(given, index)
        sub = given.lower() if column.key == "media" else ""
        if first := seen.get((column.key, column.language, sub)):
            fault = {"name": given.strip(), "first": label_of(rows[0][0], first)}
            made.faults.append(Fault("duplicate", label_of(rows[0][0], column), fault))
            continue
        seen[column.key, column.language, sub] = column
        made.columns.append(column)
    if not made.has("name"):
        _rename(made, ("tag", "value"), "name")
    before = rows[0][0]
    for number, cells in rows[1:]:
        found = {
            column: text
            for column in made.columns
            if column.index < len(cells) and (text := cells[column.index].strip("\ufeff \t\r\n\xa0"))
        }
        if found:
            is_near = number - before <= MOST_EMPTY + 1 and not made.far
            (made.rows if is_near else made.far).append(Row(number, found, label_of))
            before = number
    return made


def _rename(made: Table, keys: tuple[str, ...], to: str) -> None:
    for at, column in enumerate(made.columns):
        if column.key in keys:
            made.columns[at] = Column(to, "", column.index, column.given)
            return


def heading(given: str, index: int) -> Column:
    """What a heading means: `Label :: English (en)`, `bind:relevant`, `media::image::fr`, `constraint message`."""
    text = " ".join(given.strip().strip("\ufeff").split())
    parts = [part.strip() for part in (text.split("::") if "::" in text else text.split(":"))]
    while len(parts) > 1 and parts[0].lower() in _PREFIXES:
        parts = parts[1:]
        if parts[0].lower() == "jr" and len(parts) > 1:
            parts = parts[1:]
    key = re.sub(r"\s+", "_", parts[0].lower()).removeprefix("jr:")
    key = _ALIASES.get(key, key)
    if key in _TRANSLATED:
        return Column(key, "::".join(parts[1:]), index, given)
    return Column(key if len(parts) == 1 else text.lower(), "", index, given)
