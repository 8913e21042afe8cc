"""What the parts of the XLSForm writer share: the rows of the sheets, names, texts in every language, lists of choices."""

import re
from collections.abc import Iterable, Mapping, Sequence

from babel import Locale, UnknownLocaleError

from survey_app.formats.writing.rules import Unsayable
from survey_app.formats.writing.telling import Telling
from survey_app.formats.writing.xlsform import filters
from survey_app.formats.writing.xlsform.rules import Rules
from survey_app.questionnaire import piping
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Choice, Condition

Row = dict[str, str]
"""Heading -> text of a cell."""
Text = Mapping[str, str]
_HOLE = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,63}) ?\}\}")
LONGEST = 32
_RESERVED = ("meta",)  # forms keep their own data under it


class Work:
    """One export."""

    def __init__(self, definition: Definition, told: Telling, language: str = "") -> None:
        self.definition, self.told, self.rules = definition, told, Rules(definition)
        self.languages = [language] if language in definition.languages else list(definition.languages)
        self.headings = {tag: heading_of(tag) for tag in self.languages}
        self.survey: list[Row] = []
        self.choices: list[Row] = []
        self._lists: set[str] = set()
        self._taken = {name for q in definition.questions for name in (q.name, *q.answer_names(), *q.text_names())}
        self._renamed = {name: self.free(f"{name}_q") for name in _RESERVED if name in self._taken}
        self.rules.names |= self._renamed
        self._taken.update(_RESERVED)
        self.piped = {
            name
            for question in definition.questions
            for _, text in question.texts()
            for words in text.values()
            for name in piping.names(words)
        }
        told.change_texts(lambda words: "${" in words, "to_braces")
        self.words: dict[str, str] = {}
        """Stored name of a list answer that is shown in a text -> the calculation that gives its words."""

    # --- names ---
    def free(self, wanted: str) -> str:
        """A name that nothing in the form has yet."""
        name, number = wanted[:LONGEST], 2
        while name in self._taken:
            name, number = f"{wanted[: LONGEST - 4]}_{number}", number + 1
        self._taken.add(name)
        return name

    # --- texts ---
    def text(self, key: str, *texts: Text | None) -> Row:
        """The cells of a text, or of several below each other: one for every language."""
        made: Row = {}
        for tag in self.languages:
            parts = [self.definition.text(dict(text), tag) for text in texts if text]
            words = "\n".join(part for part in parts if part)
            if words:
                made[f"{key}::{self.headings[tag]}"] = self._piped(words)
        return made

    def _piped(self, words: str) -> str:
        words = words.replace("${", "$ {")
        return _HOLE.sub(self._hole, words) if "{{" in words else words

    def _hole(self, hole: re.Match[str]) -> str:
        try:
            return "${" + self.words[hole[1]] + "}" if hole[1] in self.words else self.rules.ref(hole[1])
        except Unsayable:
            return piping.NOTHING

    # --- rules ---
    def relevant(self, conditions: Sequence[Condition], place: str) -> Row:
        """The cell of a display rule; its fate is told."""
        try:
            rule = self.rules.combined(list(conditions))
        except Unsayable:
            self.told.lose(place, "to_no_rule")
            return {}
        if self.rules.near:
            self.told.change(place, self.rules.why)
        else:
            self.told.keep(place)
        return {"relevant": rule} if rule else {}

    # --- rows ---
    def add(self, kind: str, name: str = "", *cells: Row, **more: str) -> None:
        """A row of the survey sheet; cells without text are left out."""
        row: Row = {"type": kind, "name": self._renamed.get(name, name)}
        for part in (*cells, more):
            row |= {key: text for key, text in part.items() if text}
        self.survey.append(row)

    def offer(self, name: str, given: Iterable[Choice] | Iterable[tuple[str, Text]]) -> str:
        """A list of choices; its name. A list that was written before is used again."""
        if name in self._lists:
            return name
        self._lists.add(name)
        for item in given:
            code, text = (item.code, item.text) if isinstance(item, Choice) else item
            self.choices.append({"list_name": name, "name": code, **self.text("label", text)})
        return name

    def offer_ruled(self, name: str, given: Sequence[Choice], place: str) -> tuple[str, Row]:
        """A list whose choices may have rules, and its filter; what became of the rules is told."""
        if not any(choice.show_if for choice in given):
            return self.offer(name, given), {}
        key, cells, test = filters.of(self.rules, self.told, given, place)
        self._lists.add(name)
        for choice, cell in zip(given, cells, strict=True):
            self.choices.append({"list_name": name, "name": choice.code, key: cell, **self.text("label", choice.text)})
        return name, {"choice_filter": test}

    def offer_below(self, name: str, given: Iterable[tuple[str, str, Text]]) -> str:
        """A list of (what was chosen before, code, text), for a `choice_filter` on the column `above`; its name."""
        if name not in self._lists:
            self._lists.add(name)
            for above, code, text in given:
                self.choices.append({"list_name": name, "name": code, "above": above, **self.text("label", text)})
        return name

    def show_words(self, name: str) -> None:
        """Where a later text shows this answer: a calculation that gives the words of its code."""
        if name not in self.piped:
            return
        calculated = self.free(f"{name[: LONGEST - 6]}_words")
        ref = self.rules.ref(name)
        self.add("calculate", calculated, calculation=f"jr:choice-name({ref}, '{ref}')")
        self.words[name] = calculated

    def said(self, chinese: str, english: str) -> dict[str, str]:
        """A text of ours in every language of the form."""
        return {tag: chinese if tag.startswith("zh") else english for tag in self.languages}


def heading_of(tag: str) -> str:
    """`中文 (zh)`, `English (en)`: a language as headings name it; forms know no region for the common ones."""
    try:
        name = Locale.parse(tag, sep="-").language_name or tag
    except (UnknownLocaleError, ValueError):
        name = tag
    return f"{name} ({'zh' if tag == 'zh-CN' else tag})"


def all_of(parts: Sequence[str]) -> Row:
    """A constraint made of several."""
    parts = [part for part in parts if part]
    text = parts[0] if len(parts) == 1 else " and ".join(f"({part})" if " or " in part else part for part in parts)
    return {"constraint": text} if parts else {}
