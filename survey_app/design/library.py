"""The shipped library of standard questionnaires: reviewed files, read as they are."""

import json
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from survey_app.config import ROOT
from survey_app.questionnaire import loading, timing
from survey_app.questionnaire.definition import Definition

FOLDER = ROOT / "questionnaires"


@dataclass(frozen=True, slots=True)
class Entry:
    """One standard questionnaire with what its card shows."""

    definition: Definition
    minutes: int
    number_of_questions: int

    @property
    def name(self) -> str:
        """The name of the questionnaire, which is also that of its file."""
        return self.definition.name


def entries() -> list[Entry]:
    """The whole library, by category and name."""
    files = sorted(FOLDER.glob("*.yaml"))
    found = [_entry(file, file.stat().st_mtime_ns) for file in files]
    return sorted(found, key=lambda entry: (entry.definition.category or "~", entry.name))


def find(name: str) -> Entry | None:
    """The library's questionnaire of this name."""
    return next((entry for entry in entries() if entry.name == name), None)


@lru_cache(maxsize=100)
def _entry(file: Path, _changed: int) -> Entry:
    definition = loading.load_definition(file.read_bytes(), file=file.name)
    return Entry(definition, timing.minutes(definition), number_of_questions(definition))


def number_of_questions(definition: Definition) -> int:
    """How many questions a respondent may be asked; notes, sections and hidden values are none."""
    return sum(1 for question in definition.questions if question.asks)


@lru_cache(maxsize=1)
def indicators() -> dict[str, dict[str, str]]:
    """The names of the indicators that questions map to: key -> text per language."""
    document = json.loads((FOLDER / "indicators.json").read_text("utf-8"))
    return {entry["key"]: entry["name"] for entry in document["indicators"]}
