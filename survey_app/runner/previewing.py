"""A preview that begins in the middle: nothing is known of the answers before, so the question asked for is shown anyway."""

from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Condition

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
    questions = tuple(
        question.model_copy(update={"show_if": ALWAYS}) if question.name == name and question.show_if else question
        for question in page.questions
    )
    return page.model_copy(update={"questions": questions, "show_if": ALWAYS if page.show_if else None})


def is_hidden_by_rules(definition: Definition, name: str) -> bool:
    """Whether the real page would decide by earlier answers if this question is shown."""
    if name not in definition.page_of:
        return False
    page = definition.pages[definition.page_of[name]]
    return bool(page.show_if or definition.question(name).show_if)
