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
    pages = (*definition.pages[:index], _opened(definition.pages[index], name), *definition.pages[index + 1 :])
    parts = {key: getattr(definition, key) for key in type(definition).model_fields}
    return Definition.model_construct(**{**parts, "pages": pages})  # a copy would keep what was computed from the rules


def _opened(page: Page, name: str) -> Page:
    questions = tuple(_shown(question) if question.name == name else question for question in page.questions)
    return page.model_copy(update={"questions": questions, "show_if": ALWAYS if page.show_if else None})


def _shown(question: Question) -> Question:
    update: dict[str, Any] = {"show_if": ALWAYS} if question.show_if else {}
    for parts in {rule.parts for rule in rules_of(question)}:
        held = getattr(question, parts)
        update[parts] = tuple(part.model_copy(update={"show_if": _or_unknown(part.show_if)}) for part in held)
    return question.model_copy(update=update)


def _or_unknown(condition: Condition | None) -> Condition | None:
    """The condition, or that nothing is known of what it looks at."""
    if condition is None:
        return None
    return {"any": [condition, {"all": [{name: {"answered": False}} for name in sorted(names(condition))]}]}


def is_hidden_by_rules(definition: Definition, name: str) -> bool:
    """Whether the real page would decide by earlier answers if this question is shown."""
    if name not in definition.page_of:
        return False
    page = definition.pages[definition.page_of[name]]
    question = definition.question(name)
    return bool(page.show_if or question.show_if or next(rules_of(question), None))
