"""Values nobody types: hidden, computed, order data. Their `text` is the label of the column."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Choice, Slug, Text, Tuple
from survey_app.questionnaire.question_types.base import Question, Variable, choice_label
from survey_app.questionnaire.question_types.choosing import flagged, value_labels
from survey_app.questionnaire.question_types.numbers import is_iso_date, missing_of


class _Unseen(Question):
    text: Text = Field(default_factory=lambda: {"zh-CN": "隐藏变量", "en": "Hidden value"})
    asks: ClassVar[bool] = False
    shown: ClassVar[bool] = False
    seconds: ClassVar[float] = 0.0


class Hidden(_Unseen):
    """A constant, or a parameter of the link limited to declared codes."""

    type: Literal["hidden"]
    value: str | int | float | None = None
    parameter: Slug | None = None
    choices: Annotated[Tuple[Choice] | None, Field(min_length=1, max_length=5000)] = None
    retired: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_kind(self) -> "Hidden":
        if (self.value is None) == (self.parameter is None) or (self.parameter is None) != (self.choices is None):
            raise PydanticCustomError("one_value_kind", "", {})
        return self

    def variables(self) -> tuple[Variable, ...]:
        choices = self.choices or ()
        storage = "text" if isinstance(self.value, str) else "number"
        missing = missing_of(self.value) if isinstance(self.value, int | float) else -99
        return (
            Variable(
                self.name,
                self.name,
                "hidden",
                self.text,
                value_labels(choices),
                storage=storage,
                missing=missing,
                flagged=flagged(choices),
            ),
        )

    def accept(self, given: str | None) -> str | None:
        """The answer for a link parameter: a declared code, or None."""
        return given if given in {choice.code for choice in self.choices or ()} else None

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        if self.choices:
            return tuple(choice.code for choice in self.choices)
        return (self.value,) if isinstance(self.value, str | int) else None

    def operand(self, variable: str) -> str:
        if isinstance(self.value, str) and is_iso_date(self.value):
            return "date"
        return "number" if isinstance(self.value, int | float) else "choice"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.choices or (), code)


class Computed(_Unseen):
    """A number calculated from earlier answers by an expression tree.

    `words`: how a text that shows it says the values 1, 2, 3 ...; it then says nothing for 0.
    """

    type: Literal["computed"]
    expression: dict[str, Any] | float
    words: Annotated[Tuple[Text], Field(max_length=100)] = ()

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "computed", self.text, missing=-99999, decimals=2),)

    def operand(self, variable: str) -> str:
        return "number"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return self.words[int(code) - 1] if self.words and code in range(1, len(self.words) + 1) else None

    def says_nothing(self, value: Any) -> bool:
        """Whether a text that shows this value has no words for it."""
        return bool(self.words) and value == 0


class OrderData(_Unseen):
    """A field of the order, frozen with the invitation. Confidential and identified modes only."""

    type: Literal["order_data"]
    field: Annotated[str, Field(pattern="^[a-z][a-z0-9_]{0,63}$")]

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "hidden", self.text, storage="text"),)

    def operand(self, variable: str) -> str:
        return "text"
