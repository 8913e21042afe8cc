"""A file that cannot become a draft: every fault with its place, what was expected and what to do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.sentences import filled

MOST_FAULTS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: a `code` of the sentence table; the place as the file's author sees it (`survey!B14`, `line 3, column 5`)."""

    code: str
    place: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        """What is wrong and what to do, plain text; English for every language but Chinese."""
        return filled(self.code, self.values, language)


class Refused(Exception):
    """Nothing was made of the file. `faults` holds at least one and at most 100."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)[:MOST_FAULTS]
        super().__init__("; ".join(f"{fault.place}: {fault.sentence('en')}" for fault in self.faults))


def refuse(code: str, place: str = "", **values: Any) -> Refused:
    """A refusal for one reason."""
    return Refused([Fault(code, place, values)])
