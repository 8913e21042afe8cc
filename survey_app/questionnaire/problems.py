"""What is wrong with a definition, as data; and the one table that turns it into sentences."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from survey_app.questionnaire.sentences import PHRASES, SENTENCES


@dataclass(frozen=True)
class Problem:
    """One fault: a `code` of the sentence table, the place (`pages[0].questions[2].text`), what the sentence names.

    `line` is the line of the file counted from 1, or None where it is not known.
    """

    table: ClassVar[Mapping[str, tuple[str, str]]] = SENTENCES
    """Where the sentences of its codes stand: (English, Chinese)."""
    code: str
    path: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, compare=False)
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        return sentence(self)

    def pair(self) -> tuple[str, str]:
        """The sentence in English and in Chinese."""
        return sentence(self), sentence(self, "zh")


class InvalidQuestionnaire(Exception):
    """A definition that cannot be used. `problems` holds every fault found, at most 100."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(map(line_of, problems)))


def sentence(problem: Problem, language: str = "en") -> str:
    """What is wrong and what to do, in one sentence; English for every language but Chinese."""
    pair = problem.table.get(problem.code)
    if pair is None:
        return problem.code
    if language.startswith("zh"):
        values = {key: phrase(v) if isinstance(v, str) else v for key, v in problem.values.items()}
        return pair[1].format_map(_Values(values))
    return pair[0].format_map(_Values(problem.values))


_SAID = re.compile(r'the (text|number) (?:"(.*)"|(.*))', re.DOTALL)


def phrase(words: str) -> str:
    """A part of a sentence in Chinese, where there is one."""
    if match := _SAID.fullmatch(words):
        return f"文字“{match[2]}”" if match[1] == "text" and match[2] is not None else f"数字 {match[3]}"
    return PHRASES.get(words, words)


def line_of(problem: Problem, language: str = "en") -> str:
    """The fault as one line for a terminal: file, line, path, sentence."""
    place = ":".join(str(part) for part in (problem.file, problem.line) if part)
    return ": ".join(part for part in (place, problem.path, sentence(problem, language)) if part)


class _Values(dict[str, Any]):
    def __init__(self, values: Mapping[str, Any]) -> None:
        super().__init__({key: _shown(value) for key, value in values.items()})

    def __missing__(self, key: str) -> str:
        return "?"


def _shown(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return ", ".join(_shown(item) for item in value)
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return text if len(text) <= 120 else text[:119] + "…"


def path_of(parts: tuple[str | int, ...]) -> str:
    """("pages", 0, "questions", 2, "text") -> pages[0].questions[2].text"""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text
