"""The fidelity report: one line for each thing in a file, and what became of it (formats.md 5)."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from survey_app.formats.importing.sentences import filled

Result = Literal["kept", "changed", "lost"]
"""kept: same meaning and text. changed: answers and meaning survive, the form differs. lost: nothing in the draft carries it."""
Kind = Literal[
    "survey",
    "page",
    "group",
    "question",
    "choice",
    "row",
    "text",
    "rule",
    "validation",
    "quota",
    "score",
    "setting",
    "script",
]
"""What the line is about. `rule`: display, skip, branch, end; `validation`: limits and patterns of answers."""
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the source.

    `place`: where, as the file's author sees it (`survey!B14`, `QID12 / DisplayLogic`). `source`: what stands there, at most
    200 characters. `ours`: the name of the question or page it became part of, "" for none. `code`, `values`: the sentence
    that says what happened; "" when it was kept as it was.
    """

    kind: Kind
    place: str
    source: str
    result: Result
    ours: str = ""
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        """What happened, in plain text; English for every language but Chinese."""
        return filled(self.code, self.values, language) if self.code else ""

    def to_json(self) -> dict[str, Any]:
        """As it is stored with the draft."""
        return {key: getattr(self, key) for key in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Line":
        """What `to_json` made."""
        return cls(**data)


def counts(lines: Iterable[Line]) -> dict[Result, int]:
    """How many were kept, changed, lost."""
    found = Counter(line.result for line in lines)
    return {"kept": found["kept"], "changed": found["changed"], "lost": found["lost"]}


def shortened(source: str) -> str:
    """On one line, at most 200 characters."""
    text = " ".join(source.split())
    return text if len(text) <= LONGEST_SOURCE else text[: LONGEST_SOURCE - 1] + "…"
