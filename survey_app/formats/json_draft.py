"""What the importers of JSON questionnaires share: localised texts, names with their columns, lists of choices, hints."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_app.formats.importing.building import Building
from survey_app.formats.importing.naming import LONGEST, Codes, plain
from survey_app.formats.importing.report import Kind
from survey_app.formats.importing.texts import words
from survey_app.questionnaire.parts import CODE

_HOLE = re.compile(r"\{\{([^{}]*)\}\}")  # would show an answer here
Words = dict[str, str]
"""A text per language."""


class Draft(Building):
    """A Building that tells of every text, and finds names whose columns are free too."""

    def text(self, given: Mapping[str, str] | str, place: str, ours: str = "", *, kind: Kind = "text") -> Words:
        """As a Building does; double braces that would show an answer here are parted."""
        made = super().text(given, place, ours, kind=kind)
        return {language: _HOLE.sub(r"{ {\1} }", said) for language, said in made.items()}

    def told(self, given: Mapping[str, str] | str, place: str, ours: str = "", *, kind: Kind = "text") -> Words:
        """The words of a text, each language with its line in the report. The first language is always there."""
        if isinstance(given, str):
            given = {self.languages[0]: given}
        given = {language: text for language, text in given.items() if isinstance(text, str) and text.strip()}
        made: Words = {}
        for language, source in given.items():
            before = len(self.lines)
            made |= self.text({language: source}, place, ours, kind=kind)
            if len(self.lines) == before:
                self.kept(kind, place if len(given) == 1 else f"{place}.{language}", source, ours)
        return self.complete(made)

    def complete(self, text: Words) -> Words:
        """The text with its first language, borrowed from another when it is missing."""
        if text and self.languages[0] not in text:
            text = {self.languages[0]: next(iter(text.values())), **text}
        return text

    def own(self, text: str) -> Words:
        """A name or a value that stands where there are no words, in the first language."""
        tidy = " ".join(words(text).text.split())
        return {self.languages[0]: _HOLE.sub(r"{ {\1} }", tidy)[:500] or "…"}

    def said(self, english: str, chinese: str) -> Words:
        """A text of ours, in Chinese and English where the draft has them, and in its first language."""
        made = {
            lang: chinese if lang.startswith("zh") else english for lang in self.languages if lang[:2] in ("zh", "en")
        }
        return self.complete(made or {self.languages[0]: english})

    def hint(self, parts: Iterable[Words]) -> Words:
        """Several texts as one, one below the other; the same words only once."""
        parts = [part for part in parts if part]
        languages = dict.fromkeys(language for part in parts for language in part)
        made: Words = {}
        for language in languages:
            lines = dict.fromkeys(part.get(language) or next(iter(part.values())) for part in parts)
            made[language] = "\n".join(lines)[:10_000]
        return self.complete(made)

    def name(
        self,
        wanted: str,
        place: str,
        ends: Sequence[str] = (),
        fallback: str = "q",
        *,
        least: int = 10,
        fixed: str = "",
    ) -> str:
        """A name whose columns `<name>_<end>` are short enough and free; told when it is not the source's own.

        `ends`: codes, which may be cut to `least` characters so that the name stays whole; `fixed`: an end that may not.
        """
        low = [(plain(end) or "c") for end in ends]
        longest = max((len(end) for end in low), default=-1)
        room = max(len(fixed), min(longest, max(least, LONGEST - 1 - len(wanted)))) if low or fixed else -1
        base = wanted[: LONGEST - 1 - room]
        for attempt in range(1, 50):
            given = self.names.give(
                base if attempt == 1 else f"{plain(base)[: 24 - max(room, 0)]}_q{attempt}", fallback
            )
            columns = [f"{given}_{end[: LONGEST - 1 - len(given)]}" for end in (*low, *([fixed] if fixed else []))]
            if all(column not in self.names for column in columns):
                self.names.reserve(*columns)
                break
        if wanted and given != wanted.lower():
            self.changed("setting", place, wanted, "renamed", given, wanted=wanted, name=given)
        return given

    def offered(self) -> int:
        """How many choices of the source were told of, each once."""
        beside = ("picture", "choices_elsewhere", "one_unit", "formatting", "too_long_text")
        return sum(line.kind == "choice" and line.code not in beside for line in self.lines)

    def codes(self, wanted: Sequence[str], room: int) -> list[str]:
        """A code of at most `room` characters for each value; two codes never stand for one number."""
        made = Codes(room)
        numbers: set[int] = set()
        found: list[str] = []
        for value in wanted:
            text = value.strip()
            low = text.lower()
            code = made.give(low if CODE.fullmatch(low) else text)
            if code.isdigit():
                if int(code) in numbers or len(code) > 9:
                    code = made.give(f"c{code}"[:room])
                else:
                    numbers.add(int(code))
            found.append(code)
        return found

    def room(self, name: str, wanted: Iterable[str], *, least: int = 10) -> int:
        """How long the codes of a question may be, so that most of its name stays."""
        longest = max((len(value) for value in wanted), default=1)
        return max(min(longest, LONGEST - 1 - min(len(name), LONGEST - 1 - least)), 3)


def shown(value: Any) -> str:
    """A value of the source as the report shows it."""
    if isinstance(value, dict):
        return "; ".join(f"{key}: {shown(inner)}" for key, inner in list(value.items())[:8])
    if isinstance(value, list):
        return ", ".join(shown(inner) for inner in value[:20])
    return str(value)[:300]
