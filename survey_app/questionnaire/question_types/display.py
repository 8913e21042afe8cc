"""What is only read (note, section), and the consent item."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Text
from survey_app.questionnaire.question_types.base import Question, Reader, ValueLabel, Variable, one_of

AGREE = {"zh-CN": "我同意", "en": "I agree"}


class Note(Question):
    """A paragraph of text."""

    type: Literal["note"]
    asks: ClassVar[bool] = False
    seconds: ClassVar[float] = 4.0


class Section(Question):
    """A heading inside a page."""

    type: Literal["section"]
    asks: ClassVar[bool] = False
    seconds: ClassVar[float] = 1.0


class Consent(Question):
    """A statement with a box that is never ticked in advance. The answer is "yes"."""

    type: Literal["consent"]
    label: Text = Field(default_factory=lambda: dict(AGREE))
    summary: ClassVar[str] = "single"

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "consent", self.text, (ValueLabel(1, "yes", self.label),)),)

    def reader(self) -> Reader:
        return one_of(self.name, {"yes": "yes"})

    def required_code(self, variable: str) -> str:
        return "required_consent"

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return ("yes",)

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return self.label if code == "yes" else None
