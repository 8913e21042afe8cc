"""What one page shows: the definition, the language, and the answers, texts and errors it is filled with."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, TypeVar

from survey_app.languages import translator
from survey_app.questionnaire import piping
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import text_in
from survey_app.questionnaire.question_types import Question

Item = TypeVar("Item")

ARRANGEMENTS = 32
"""Random orders a page may be shown in; a number small enough to keep every one in the page cache."""


def arrangement(order_seed: int) -> int:
    """Which of the random orders a person sees."""
    return order_seed % ARRANGEMENTS


def is_arranged(definition: Definition) -> bool:
    """True when something stands in random order."""
    mixed = any(getattr(q, "random_order", False) or getattr(q, "random_rows", False) for q in definition.questions)
    return mixed or bool(definition.random_pages) or any(page.random_order for page in definition.pages)


def pages_in_order(definition: Definition, order: int) -> tuple[int, ...]:
    """The indexes of all pages as a person meets them; pages of one group change places among themselves.

    Pages without anything to see (constants, calculated values) are never met.
    """
    key = ("page_order", order if definition.random_pages else 0)
    found: tuple[int, ...] | None = definition.compiled.get(key)
    if found is None:
        numbers = {page.name: index for index, page in enumerate(definition.pages) if page.name}
        places = list(range(len(definition.pages)))
        for group in definition.random_pages:
            own = sorted(numbers[name] for name in group if name in numbers)
            mixed = list(own)
            random.Random(f"{order}:pages:{group[0]}").shuffle(mixed)
            for place, index in zip(own, mixed, strict=True):
                places[place] = index
        seen = tuple(index for index in places if any(question.shown for question in definition.pages[index].questions))
        found = definition.compiled[key] = seen or tuple(places)  # an unfinished draft may have none
    return found


def questions_in_order(definition: Definition, index: int, order: int) -> tuple[Question, ...]:
    """The questions of a page as a person meets them. What stands before the first question stays there; a note further
    down goes with the question after it, and notes after the last question stay at the end."""
    page = definition.pages[index]
    if not page.random_order:
        return page.questions
    key = ("question_order", index, order)
    found: tuple[Question, ...] | None = definition.compiled.get(key)
    if found is None:
        blocks: list[list[Question]] = [[]]
        for question in page.questions:
            blocks[-1].append(question)
            if question.asks:
                blocks.append([])
        first, *moving, last = blocks if len(blocks) > 1 else [[], *blocks]
        head = [question for question in first if not question.asks]
        moving = [[question for question in first if question.asks], *moving] if first else moving
        random.Random(f"{order}:page:{index}").shuffle(moving)
        mixed = [*head, *(question for block in moving for question in block), *last]
        found = definition.compiled[key] = tuple(mixed)
    return found


@dataclass(slots=True)
class Sheet:
    """One filling of one page in one language. Values are plain text; everything written into a page is escaped here."""

    definition: Definition
    language: str
    order: int = 0
    given: Mapping[str, Sequence[str]] = field(default_factory=dict)  # field -> values, as a form sends them
    answers: Mapping[str, Any] = field(default_factory=dict)  # for texts that show an earlier answer
    texts: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)  # variable -> sentence
    focus: str = ""  # the question that gets the focus, "" for none
    numbers: Mapping[str, str] = field(default_factory=dict)  # question -> 第 3 题 / 共 10 题
    speaking: bool = False  # questions that may be spoken offer it
    uploading: bool = False  # files can be handed over on this page

    @property
    def first(self) -> str:
        """The questionnaire's first language: texts fall back to it."""
        return self.definition.languages[0]

    @property
    def say(self) -> Callable[[str], str]:
        """gettext for this page's language."""
        return translator(self.language)

    def questions(self, index: int) -> tuple[Question, ...]:
        """The questions of a page in this person's order."""
        return questions_in_order(self.definition, index, self.order)

    def pages(self) -> tuple[int, ...]:
        """All pages in this person's order."""
        return pages_in_order(self.definition, self.order)

    def value(self, name: str) -> str:
        """The one value of a field, "" for none."""
        values = self.given.get(name)
        return values[0] if values else ""

    def plain(self, text: Mapping[str, str] | None) -> str:
        """The text in the page's language with answers piped in, not escaped."""
        found = text_in(text, self.language, self.first)
        if "{" in found:
            found = piping.fill(found, self.definition, self.answers, self.texts, self.language)
        return found

    def html(self, text: Mapping[str, str] | None) -> str:
        """The same, escaped; line breaks kept."""
        return escaped(self.plain(text)).replace("\n", "<br>")

    def lang(self, text: Mapping[str, str] | None) -> str:
        """` lang=…` when the text is not in the page's language."""
        if not text or text.get(self.language):
            return ""
        used = self.first if text.get(self.first) else next((key for key, value in text.items() if value), self.first)
        return f' lang="{escape(used)}"'

    def block(self, tag: str, text: Mapping[str, str] | None, attributes: str = "") -> str:
        """An element with the text, or "" for no text."""
        content = self.html(text)
        return f"<{tag}{attributes}{self.lang(text)}>{content}</{tag}>" if content else ""

    def arranged(self, items: Sequence[Item], name: str, wanted: bool) -> list[Item]:
        """The items in this person's order; 其他, exclusive and 不清楚 answers keep their place at the end."""
        if not wanted:
            return list(items)
        last = [item for item in items if _stays(item)]
        moving = [item for item in items if not _stays(item)]
        random.Random(f"{self.order}:{name}").shuffle(moving)
        return moving + last


def _stays(item: Any) -> bool:
    return bool(getattr(item, "other", False) or getattr(item, "exclusive", False) or getattr(item, "missing", None))


_CONTROL: dict[int, str | None] = {
    **dict.fromkeys((*range(9), *range(11, 32), *range(127, 160))),
    0xFFFE: "\ufffd",
    0xFFFF: "\ufffd",
}


def escaped(text: str) -> str:
    """Text for a page: escaped, without control and non-characters."""
    return escape(text.translate(_CONTROL))


def attribute(value: str) -> str:
    """A quoted attribute value."""
    return f'"{escaped(value)}"'
