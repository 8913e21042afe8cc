"""What one import knows while it goes through the file: the draft, and what became of the questions before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.importing.naming import Codes, Names
from survey_app.formats.qualtrics.source import Source
from survey_app.questionnaire.names import is_reserved
from survey_app.questionnaire.parts import MAX_TEXT

Rule = dict[str, Any] | bool
LONGEST = 32
LONGEST_CODE = 12
"""Codes of rows and choices leave room for the name of the question and a third part."""


@dataclass
class Asked:
    """Where the answers to a question of the source are now. Ids of choices, rows and columns are those of the source."""

    name: str = ""
    kind: str = "none"
    """What a condition may do with `name`: single, multiple, number, text, date; none when there is no such variable."""
    codes: dict[str, str | int] = field(default_factory=dict)
    """Choice, or column of a matrix -> our code."""
    values: dict[str, str] = field(default_factory=dict)
    """Choice, or column -> its recode."""
    rows: dict[str, str] = field(default_factory=dict)
    """Row -> variable."""
    cell: str = "single"
    """What a condition may do with a row."""
    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    """(row, column) -> variable, of matrices whose cells have one each."""
    cell_codes: dict[tuple[str, str], str] = field(default_factory=dict)
    """(row, column) -> code where rows have columns of their own."""
    texts: dict[str, str] = field(default_factory=dict)
    """Choice, row or field -> the variable of its text."""
    items: dict[str, str] = field(default_factory=dict)
    """Choice -> the variable of its number."""
    offered: dict[str, Rule | None] = field(default_factory=dict)
    """Choice, row, or `column <id>` -> when it is shown beside the question's own rules; None when that cannot be said."""
    shown: Rule | None = True
    """When it is shown; None when that cannot be said."""


@dataclass
class Made:
    """What one question of the source became: questions of the draft in their order, and where the answers are."""

    questions: list[dict[str, Any]]
    asked: Asked
    notes: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    """Rules left as words on the first question: place, rule, code of the sentence, its values."""


@dataclass
class Work:
    """One import."""

    building: Building
    source: Source
    asked: dict[str, Asked] = field(default_factory=dict)
    """By the ID of the question; columns of a side-by-side as `QID4#1`."""
    known: set[str] = field(default_factory=set)
    """Variables of questions already placed: later texts may show them."""
    page_names: Names = field(default_factory=Names)
    expanded: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """Questions with choices carried forward -> their payload with these choices in it."""
    answered_tags: frozenset[str] = frozenset()
    """Export tags of the questions that people answer, in small letters."""
    category: str = ""
    """The ID of the scoring category whose points the choices carry."""

    def never(self) -> dict[str, Any] | None:
        """A condition that holds for no answers; None as long as nothing was asked that it could speak of."""
        name = next((asked.name for asked in self.asked.values() if asked.kind != "none"), "")
        return {"all": [{name: {"answered": True}}, {name: {"answered": False}}]} if name else None

    def fitting(self, texts: dict[str, str], place: str) -> dict[str, str]:
        """Texts put together of several, not longer than a text may be; told where one was cut."""
        for text in texts.values():
            if len(text) > MAX_TEXT:
                self.building.changed("text", place, text, "too_long_text", limit=MAX_TEXT)
        return {language: text[:MAX_TEXT] for language, text in texts.items()}

    def name(self, wanted: str, place: str, parts: Iterable[str] = ()) -> str:
        """A free name whose columns `<name>_<part>` are free too, not longer than 32."""
        parts = tuple(parts)
        longest = LONGEST - max((len(part) + 1 for part in parts), default=0)
        base = Names(longest).give(wanted, "q")
        name, count = base, 1
        while self._is_taken(name, parts):
            count += 1
            tail = f"_{count}"
            name = base[: longest - len(tail)].rstrip("_") + tail
        self.building.names.reserve(name, *(f"{name}_{part}" for part in parts))
        if name != wanted.lower():
            self.building.changed("setting", place, wanted, "renamed", name, wanted=wanted, name=name)
        return name

    def _is_taken(self, name: str, parts: tuple[str, ...]) -> bool:
        taken = self.building.names
        return name in taken or is_reserved(name) or any(f"{name}_{part}" in taken for part in parts)

    def codes(self, wanted: Mapping[str, str], place: str, ours: str = "") -> dict[str, str]:
        """Id -> code near what is wanted for it; told where it differs."""
        made = Codes(LONGEST_CODE)
        found: dict[str, str] = {}
        for key, text in wanted.items():
            found[key] = made.give(text)
            if found[key] != text.lower():
                self.building.changed(
                    "setting", f"{place} / {key}", text, "recoded", ours, wanted=text, code=found[key]
                )
        return found
