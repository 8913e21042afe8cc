"""What the parts of the SurveyJS writer share: texts in the languages, rules with their fate in the report."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from survey_app.formats.writing.rules import Unsayable
from survey_app.formats.writing.surveyjs.rules import Rules
from survey_app.formats.writing.telling import Telling
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types import Question

Words = str | dict[str, str]
"""A text, or one per language: `default` is that of the survey's locale."""
_HOLE = re.compile(r"\{\{ ?([a-z][a-z0-9_]{0,63}) ?\}\}")


_BRACES = re.compile(r"(?<!\{)\{(?= *([a-z][a-z0-9_]*)[^{}]*\}(?!\}))", re.IGNORECASE)
_OWN_NAMES = (
    "locale",
    "state",
    "pageno",
    "pagecount",
    "questioncount",
    "answeredquestioncount",
    "panel",
    "row",
    "item",
)
"""What stands in braces for something there, beside the names of questions."""
_JOINER = "\u2060"  # takes no room, and no question is called so


def html_of(text: Words) -> Words:
    """A plain text as HTML."""
    if isinstance(text, str):
        return html.escape(text, quote=False).replace("\n", "<br>")
    return {language: str(html_of(words)) for language, words in text.items()}


class Work:
    """One export. `triggers`: those of the survey."""

    def __init__(self, definition: Definition, told: Telling, language: str = "") -> None:
        self.definition, self.told, self.rules = definition, told, Rules(definition)
        self.languages = [language] if language in definition.languages else list(definition.languages)
        self.locale = self.languages[0].lower()
        self.triggers: list[dict[str, Any]] = []
        self._meaning = {*_OWN_NAMES, *(question.name for question in definition.questions)}
        told.change_texts(lambda words: self._literal(words) != words, "to_braces")

    def places(self) -> Iterator[tuple[str, Page, Question]]:
        """Every question with its place and page."""
        for index, page in enumerate(self.definition.pages):
            for number, question in enumerate(page.questions):
                yield f"pages[{index}].questions[{number}]", page, question

    def text(self, text: Mapping[str, str] | None) -> Words:
        """The words in every language that has them."""
        first = self._piped(self.definition.text(dict(text or {}), self.languages[0]))
        more = {
            language.lower(): self._piped(words)
            for language in self.languages[1:]
            if text and (words := text.get(language))
        }
        return {"default": first, **more} if more else first

    def joined(self, *texts: Mapping[str, str] | None) -> dict[str, str]:
        """Several texts below each other, by language."""
        given = [text for text in texts if text]
        words = {
            language: [self.definition.text(dict(text), language) for text in given] for language in self.languages
        }
        return {language: "\n".join(part for part in parts if part) for language, parts in words.items()}

    def rule(self, condition: Condition, place: str) -> str:
        """The expression of a rule, "" when there is none; its fate is told."""
        try:
            expression = self.rules.write(condition)
        except Unsayable:
            self.told.lose(place, "to_no_rule")
            return ""
        if self.rules.near:
            self.told.change(place, self.rules.why)
        else:
            self.told.keep(place)
        return expression

    def _literal(self, text: str) -> str:
        return _BRACES.sub(lambda found: "{" + _JOINER if found[1].lower() in self._meaning else "{", text)

    def _piped(self, text: str) -> str:
        """`{{why}}` as `{why}`; what stands in single braces here shows no answer there either."""
        if "{" not in text:
            return text
        text = self._literal(text)
        return _HOLE.sub(lambda hole: "{" + self.rules.names.get(hole[1], hole[1]) + "}", text)
