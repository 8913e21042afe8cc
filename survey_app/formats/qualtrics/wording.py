"""Texts in all their languages, and the answers and fields they show: `${q://QID1/...}` becomes `{{name}}`."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from survey_app.formats.importing.report import Kind
from survey_app.formats.importing.texts import words
from survey_app.formats.qualtrics.fields import Fields
from survey_app.formats.qualtrics.reading import dig, mapping, text_of
from survey_app.formats.qualtrics.source import MOST_LANGUAGES
from survey_app.formats.qualtrics.work import Asked, Work
from survey_app.questionnaire.parts import MAX_TEXT

_PIPE = re.compile(r"\$\{([a-z]{1,6})://([^{}]{0,300})\}")
_SUM = re.compile(r"\$e\{(?:[^{}]|\$\{[^{}]{0,300}\}){0,1000}\}")
"""What is computed where the text is shown: `$e{ e://Field/a + 1 }`."""
_LANGUAGES = {"ZH-S": "zh-CN", "ZH-T": "zh-TW", "SP": "es", "PB": "pt-BR", "JP": "ja", "KR": "ko"}


def language_of(code: str) -> str:
    """The tag of a language of Qualtrics: `ZH-S`, `PT-BR`, `EN`."""
    return _LANGUAGES.get(code.upper(), code)


class Wording:
    """The texts of one file."""

    def __init__(self, work: Work, fields: Fields) -> None:
        self._work, self._fields = work, fields
        self._first = language_of(work.source.language)
        self._languages = set(work.source.language_codes())

    def of(
        self, payload: Mapping[str, Any], path: tuple[str, ...], place: str, *, kind: Kind = "text", spare: str = ""
    ) -> dict[str, str]:
        """The text at a path of a question, with its translations; `spare` where there are no words at all."""
        given = {self._first: text_of(dig(payload, *path))}
        for code, translated in mapping(payload.get("Language")).items():
            found = dig(translated, *path)
            if path[-1] == "Display" and not isinstance(found, str | int | float):
                found = dig(translated, *path[:-1])  # some files write "1": "Yes" for "1": {"Display": "Yes"}
            translation = text_of(found)
            if translation and code not in self._languages:
                self._work.building.lost(
                    "text", f"{place} / {code}", translation, "shortened", "", limit=MOST_LANGUAGES
                )
            elif translation and language_of(code) != self._first:
                given[language_of(code)] = translation
                self._work.building.kept("text", f"{place} / {code}", translation)
        return self.plain(given, place, kind=kind, spare=spare)

    def plain(
        self, given: Mapping[str, str] | str, place: str, *, kind: Kind = "text", spare: str = ""
    ) -> dict[str, str]:
        """Texts without markup, with our holes; the first language always has words when any has."""
        if isinstance(given, str):
            given = {self._first: given}
        made = self._work.building.text(given, place, kind=kind)
        made = {language: self._piped(text, place) for language, text in made.items()}
        first = self._work.building.tag(self._first)
        if first not in made and (borrowed := next(iter(made.values()), spare)):
            made = {first: borrowed, **made}
        return made

    def _piped(self, text: str, place: str) -> str:
        if "{{" in text:
            text = text.replace("{{", "{ {")
            self._work.building.changed("text", place, text, "braces")
        if "$e{" in text:
            for given in _SUM.findall(text):
                self._work.building.lost("setting", place, given, "pipe_lost", given=given)
            text = _SUM.sub("[…]", text)
        if "${" not in text:
            return text
        return _PIPE.sub(lambda hole: self._hole(hole, place), text)[:MAX_TEXT]

    def _hole(self, hole: re.Match[str], place: str) -> str:
        scheme, path = hole.group(1), unquote(hole.group(2)).split("?")[0]
        if scheme == "e" and (answer := self._fields.answers.get(path.removeprefix("Field/"))):
            scheme, path = "q", answer.split("?")[0]
        parts = path.split("/")
        if scheme == "q" and len(parts) > 1:
            if fixed := self._static(parts):
                return fixed.replace("{{", "{ {")
            asked = self._work.asked.get(parts[0])
            variable = shown_variable(asked, parts[1:]) if asked else ""
        else:
            variable = self._fields.variable("/".join(parts[1:])) if scheme == "e" and parts[0] == "Field" else ""
        if variable and variable in self._work.known:
            self._work.building.kept("text", place, hole.group(), variable)
            return f"{{{{{variable}}}}}"
        self._work.building.lost("setting", place, hole.group(), "pipe_lost", given=hole.group())
        return f"[{parts[-1]}]"

    def _static(self, parts: list[str]) -> str:
        """Words that are the same for everybody: the text of a question or of a choice."""
        payload = self._work.source.questions.get(parts[0], {})
        if parts[1] == "QuestionText":
            return words(text_of(payload.get("QuestionText"))).text
        if parts[1] in ("ChoiceDescription", "AnswerDescription") and len(parts) > 2:
            key = "Choices" if parts[1] == "ChoiceDescription" else "Answers"
            return words(text_of(dig(payload, key, parts[2], "Display"))).text
        return ""


def shown_variable(asked: Asked, parts: list[str]) -> str:
    """The variable that a piped text shows: what was chosen, typed, or the number of an item."""
    key, rest = parts[0], parts[1:]
    if key == "ChoiceGroup" and rest[:1] == ["SelectedChoicesTextEntry"] and len(asked.texts) == 1:
        return next(iter(asked.texts.values()))
    if key == "ChoiceGroup" and rest and rest[0].startswith("SelectedChoices"):
        return asked.name if asked.kind in ("single", "multiple", "number") else ""
    if key == "ChoiceTextEntryValue":
        if not rest:
            return asked.name if asked.kind in ("text", "number", "date") else ""
        return asked.texts.get(rest[0]) or asked.cells.get((rest[0], "/".join(rest[1:]))) or ""
    if key == "ChoiceNumericEntryValue" and rest:
        return asked.items.get(rest[0], "") or asked.cells.get((rest[0], "/".join(rest[1:])), "")
    if key in ("SelectedAnswerDescription", "SelectedChoicesTextEntry") and rest:
        return asked.rows.get(rest[0], "")
    return ""
