"""The path: which pages and questions apply to given answers. Always recomputed, never stored.

An answer counts in later conditions only while its own question is on the path.
"""

from dataclasses import dataclass, field
from typing import Any

from survey_app.questionnaire.conditions import as_number, holds
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.expressions import evaluate
from survey_app.questionnaire.offering import kept_of, narrowed, ruled
from survey_app.questionnaire.parts import Answers, Texts
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.hidden import Computed, Hidden


@dataclass(frozen=True)
class PathPage:
    """A page on the path with those of its questions that apply and are shown (notes too, hidden values not).

    A question with rules on its choices or rows stands here with those that it offers.
    """

    index: int
    page: Page
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Path:
    """The way through the questionnaire: pages in order, how it ends, and the answers that count on it."""

    pages: tuple[PathPage, ...]
    outcome: str
    """complete, or screened_out when an `end_if` was met."""
    questions: tuple[str, ...]
    """Names of all questions that apply, hidden and computed ones too."""
    answers: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def variables(self) -> tuple[str, ...]:
        """The stored names that may carry an answer on this path."""
        return self._variables

    _variables: tuple[str, ...] = ()

    def next_page(self, index: int) -> PathPage | None:
        """The first page on the path after the page with this index (-1: the first of all); None at the end."""
        return next((page for page in self.pages if page.index > index), None)

    def previous_page(self, index: int) -> PathPage | None:
        """The last page on the path before the page with this index."""
        return next((page for page in reversed(self.pages) if page.index < index), None)


def path(definition: Definition, answers: Answers, texts: Texts | None = None, *, until: int | None = None) -> Path:
    """The path for these answers. With `until`, only pages before that index (their answers settled)."""
    texts = texts or {}
    kept: dict[str, Any] = {}
    kept_texts: dict[str, str] = {}
    pages: list[PathPage] = []
    names: list[str] = []
    variables: list[str] = []
    outcome = "complete"
    some_ruled = ruled(definition)
    for index, page in enumerate(definition.pages if until is None else definition.pages[:until]):
        if page.show_if is not None and not holds(page.show_if, kept, kept_texts):
            continue
        shown = []
        question: Question
        for question in page.questions:
            if question.show_if is not None and not holds(question.show_if, kept, kept_texts):
                continue
            if some_ruled and question.name in some_ruled:
                offered = narrowed(definition, question, kept, kept_texts)
                if offered is None:
                    continue
                variables += _keep_offered(offered, answers, texts, kept, kept_texts)
                question = offered
            else:
                variables += keep(question, definition, answers, texts, kept, kept_texts)
            names.append(question.name)
            if question.shown:
                shown.append(question)
        if shown:
            pages.append(PathPage(index, page, tuple(shown)))
        if page.end_if is not None and holds(page.end_if, kept, kept_texts):
            outcome = "screened_out"
            break
    return Path(tuple(pages), outcome, tuple(names), kept, kept_texts, tuple(variables))


def keep(
    question: Question,
    definition: Definition,
    answers: Answers,
    texts: Texts,
    kept: dict[str, Any],
    kept_texts: dict[str, str],
) -> tuple[str, ...]:
    """Takes the answers of a question that applies into `kept`; constants and computed values are made here."""
    known, written = stored_names(definition)[question.name]
    if isinstance(question, Computed):
        value = evaluate(question.expression, kept, kept_texts, lambda n, a: number_of(definition, n, a))
        if value is not None:
            kept[question.name] = value
    elif isinstance(question, Hidden) and question.value is not None:
        kept[question.name] = question.value
    else:
        for name in known:
            value = answers.get(name)
            if value is not None and value != []:
                kept[name] = value
        for name in written:
            text = texts.get(name)
            if text:
                kept_texts[name] = text
    return known + written


def _keep_offered(
    offered: Question, answers: Answers, texts: Texts, kept: dict[str, Any], kept_texts: dict[str, str]
) -> tuple[str, ...]:
    """The same for a question that offers less than all: what was answered of the rest does not count."""
    known, written = offered.answer_names(), offered.text_names()
    for name in known:
        value = answers.get(name)
        if value is not None and value != []:
            value = kept_of(offered, name, value)
            if value is not None:
                kept[name] = value
    kept_texts.update({name: texts[name] for name in written if texts.get(name)})
    return known + written


def stored_names(definition: Definition) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Per question: the names of its answers and of its texts."""
    table: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] | None = definition.compiled.get("stored_names")
    if table is None:
        table = {q.name: (q.answer_names(), q.text_names()) for q in definition.questions}
        definition.compiled["stored_names"] = table
    return table


def number_of(definition: Definition, name: str, answer: Any) -> float | None:
    """The number an answer stands for in scores and computed values.

    `choice.score` first, then the choice's `value`, then a code that is a number; "do not know" and refusals have none.
    """
    table: dict[str, dict[Any, float | None]] = definition.compiled.setdefault("numbers", {})
    if name not in table:
        table[name] = _numbers_of(definition, name)
    if isinstance(answer, str) and answer in table[name]:
        return table[name][answer]
    return as_number(answer)


def _numbers_of(definition: Definition, name: str) -> dict[Any, float | None]:
    question = definition.owners.get(name)
    choices = question.offered(name) if question else ()
    return {
        choice.code: None if choice.missing else choice.score if choice.score is not None else choice.number
        for choice in choices
    }
