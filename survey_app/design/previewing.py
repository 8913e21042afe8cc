"""The preview: the real respondent pages of a draft or a version, behind a signed short-lived link, from any question."""

from dataclasses import dataclass
from typing import Any

from survey_app import tokens
from survey_app.design.models import Questionnaire, Version
from survey_app.questionnaire.definition import Definition

PURPOSE = "preview"
"""Of the token. Its payload: {"version": id} or {"questionnaire": id}, with {"language": tag, "size": big, "start": question}."""
SECONDS = 2 * 3600
WIDTHS = ("360", "320", "768")
SIZES = ("", "big", "huge")


@dataclass(frozen=True, slots=True)
class Look:
    """How a preview is opened: language, text size, and the question it begins with ("" for the first page)."""

    language: str
    size: str = ""
    start: str = ""


def address(secret: str, subject: Questionnaire | Version, look: Look, definition: Definition) -> str:
    """Where the preview stands: a path of this installation."""
    payload: dict[str, Any] = {"version" if isinstance(subject, Version) else "questionnaire": subject.id}
    payload["language"] = look.language
    if look.size in SIZES[1:]:
        payload["size"] = look.size
    if look.start in definition.by_name:
        payload["start"] = look.start
    return f"/preview/{tokens.sign(secret, PURPOSE, payload)}"


def size_of(given: str) -> str:
    """A text size that exists; "" is the standard one."""
    return given if given in SIZES else ""


def step_of(definition: Definition, name: str) -> str:
    """The question with inputs at which a person who wants to see `name` has to stand; "" when its page has none.

    Notes stand with the question after them; hidden and computed values are nowhere, so the next question is shown.
    """
    questions = definition.pages[definition.page_of[name]].questions
    place = next(index for index, question in enumerate(questions) if question.name == name)
    after = [q.name for q in questions[place:] if q.asks and q.shown]
    before = [q.name for q in questions[:place] if q.asks and q.shown]
    return after[0] if after else before[-1] if before else ""
