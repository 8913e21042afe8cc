"""A preview that begins in the middle: nothing is known of the answers before, so the question asked for is shown anyway,
with all its choices and rows. Whoever goes back and answers gets what the rules say."""

from typing import Any

from survey_app.questionnaire.conditions import names
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.offering import rules_of
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types.base import Question

ALWAYS: Condition = {"all": []}
"""Holds for everybody, and still says that the questionnaire has branches, so that no total is promised."""


def beginning_at(definition: Definition, name: str) -> Definition:
    """The same questionnaire, in which this question and its page apply whatever was answered before."""
    if name not in definition.page_of:
        return definition
    index = definition.page_of[name]
    before = {
        n for page in definition.pages[:index] for q in page.questions for n in (*q.answer_names(), *q.text_names())
    }
    pages = tuple(
        _opened(page, name if number == index else "", before) for number, page in enumerate(definition.pages)
    )
    parts = {key: getattr(definition, key) for key in type(definition).model_fields}
    return Definition.model_construct(**{**parts, "pages": pages})  # a copy would keep what was computed from the rules


def _opened(page: Page, name: str, before: set[str]) -> Page:
    """The page with all that its questions may offer; with `name`, that question and the page apply too."""
    questions = tuple(_offering(question, before) for question in page.questions)
    if not name:
        return page.model_copy(update={"questions": questions})
    shown = tuple(
        question.model_copy(update={"show_if": ALWAYS}) if question.name == name and question.show_if else question
        for question in questions
    )
    return page.model_copy(update={"questions": shown, "show_if": ALWAYS if page.show_if else None})


def _offering(question: Question, before: set[str]) -> Question:
    update: dict[str, Any] = {}
    for parts in {rule.parts for rule in rules_of(question)}:
        held = getattr(question, parts)
        update[parts] = tuple(part.model_copy(update={"show_if": _or_unknown(part.show_if, before)}) for part in held)
    return question.model_copy(update=update) if update else question


def _or_unknown(condition: Condition | None, before: set[str]) -> Condition | None:
    """The condition, or that nothing is known of what it looks at before the beginning."""
    unknown = sorted(names(condition) & before) if condition else []
    if condition is None or not unknown:
        return condition
    return {"any": [condition, {"all": [{name: {"answered": False}} for name in unknown]}]}


def is_hidden_by_rules(definition: Definition, name: str) -> bool:
    """Whether the real page would decide by earlier answers if this question is shown."""
    if name not in definition.page_of:
        return False
    page = definition.pages[definition.page_of[name]]
    question = definition.question(name)
    return bool(page.show_if or question.show_if or next(rules_of(question), None))
