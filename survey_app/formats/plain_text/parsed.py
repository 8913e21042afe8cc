"""What reading a text gives: the questionnaire, what every line became, why, and what is doubtful."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition

Sure = Literal["stated", "likely", "unsure", "chosen"]
"""The text says it; the signs agree; it could be otherwise; a person said so."""
Level = Literal["check", "changed", "lost"]
"""check: read, but look at it. changed: kept in another form. lost: nothing in the questionnaire carries it."""


class TextRefused(Exception):
    """The text cannot be read at all; `remark` says why and what to do."""

    def __init__(self, remark: "Remark") -> None:
        super().__init__(remark.code)
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell: a `code` of the sentence table, the line (from 1, 0 for the whole text), what the sentence names."""

    code: str
    line: int = 0
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    level: Level = "check"


@dataclass(frozen=True)
class Item:
    """One piece of the text and what it became.

    `line` is its first line, under which `parse(choices=...)` takes another type for it; `lines` are all of its lines.
    kind: title, intro, thanks, section, note, page, separator, question, skipped. `type`: of a question, also
    `matrix_multiple` (one multiple choice per row). `names`: the questions made of it. `alternatives`: other types for `line`.
    """

    kind: str
    line: int
    lines: tuple[int, ...]
    type: str = ""
    names: tuple[str, ...] = ()
    sure: Sure = "stated"
    reason: Remark | None = None
    alternatives: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Parsed:
    """A text that was read. `data` is a definition as plain data; texts carry one or two languages."""

    data: dict[str, Any]
    items: tuple[Item, ...]
    problems: tuple[Remark, ...]

    @cached_property
    def definition(self) -> Definition:
        """The questionnaire; its shape and meaning are always right, translations may be missing."""
        return loading.definition_from(self.data, file="")

    @property
    def guesses(self) -> tuple[Item, ...]:
        """The items that the text does not state outright."""
        return tuple(item for item in self.items if item.kind == "question" and item.sure in ("likely", "unsure"))

    @property
    def places(self) -> dict[int, Item]:
        """What each line of the text became; every line with words is in it."""
        return {line: item for item in self.items for line in item.lines}
