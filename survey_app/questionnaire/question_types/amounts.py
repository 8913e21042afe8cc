"""Numbers on a page: amounts that add up to a total, and a number on a line."""

from collections.abc import Container, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Code, ConditionField, Model, Text, Tuple
from survey_app.questionnaire.question_types.base import (
    Answered,
    Damaged,
    FieldProblem,
    Form,
    Question,
    Reader,
    Variable,
)
from survey_app.questionnaire.question_types.numbers import floor_of, missing_of, parse_number, plain_number
from survey_app.questionnaire.question_types.rating import UNSURE


def in_order(low: float | None, high: float | None) -> None:
    """Raises the problem of a smallest value above the largest."""
    if low is not None and high is not None and low > high:
        raise PydanticCustomError("min_above_max", "{min}", {"min": low, "max": high})


class SumItem(Model):
    """One of the amounts; without `min` it is 0 at least."""

    code: Code
    text: Text
    min: float | None = None
    max: float | None = None
    show_if: ConditionField | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "SumItem":
        in_order(self.min, self.max)
        return self


class ConstantSum(Question):
    """Amounts that add up to `total`. Variables: `<question>_<item code>`.

    Whoever fills in some and reaches the total has said that the others are 0, so these are stored as 0.
    """

    type: Literal["constant_sum"]
    items: Annotated[Tuple[SumItem], Field(min_length=1, max_length=50)]
    total: Annotated[float, Field(gt=0, le=1_000_000_000)]
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    unit: Text | None = None
    summary: ClassVar[str] = "sums"
    offers: ClassVar[tuple[str, ...]] = ("items",)
    scripted: ClassVar[bool] = False

    def variable_of(self, item: SumItem) -> str:
        """The name the item's amount is stored under."""
        return f"{self.name}_{item.code}"

    def variables(self) -> tuple[Variable, ...]:
        return tuple(
            Variable(
                self.variable_of(item), self.name, "number", item.text, code=item.code,
                missing=missing_of(item.min or 0.0), decimals=self.decimals,
            )
            for item in self.items
        )  # fmt: skip

    def is_given(self, variable: str, names: Container[str]) -> bool:
        return any(self.variable_of(item) in names for item in self.items)

    def operand(self, variable: str) -> str:
        return "number"

    def required_code(self, variable: str) -> str:
        return "required_sum"

    def part_text(self, variable: str) -> Mapping[str, str] | None:
        return next((item.text for item in self.items if self.variable_of(item) == variable), None)

    def required_values(self, variable: str) -> Mapping[str, Any]:
        return {"total": plain_number(self.total)}

    def bounds(self, variable: str) -> tuple[float | None, float | None]:
        item = next((item for item in self.items if self.variable_of(item) == variable), None)
        low = (item.min if item else None) or 0.0
        below = sum(min(other.min or 0.0, 0.0) for other in self.items if other is not item)
        high = item.max if item and item.max is not None else self.total - below
        return low, high

    def reader(self) -> Reader:
        name, total, decimals = self.name, self.total, self.decimals
        items = [(self.variable_of(item), floor_of(item.min or 0.0), item.max) for item in self.items]

        def read(
            form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            typed: dict[str, str] = {}
            for variable, _low, _high in items:
                given = form.get(variable)
                if given and len(given) > 1:
                    raise Damaged(f"two answers: {variable}")
                text = given[0][:200].strip() if given else ""
                if text:
                    typed[variable] = text
            if not typed:
                return
            amounts: dict[str, float] = {}
            for variable, low, high in items:
                value, problem = parse_number(typed.get(variable, "0"), low=low, high=high, decimals=decimals)
                if problem is None:
                    amounts[variable] = value
                else:
                    problems.append(FieldProblem(variable, name, problem[0], problem[1]))
            reached = sum((Decimal(str(value)) for value in amounts.values()), Decimal(0))
            if len(amounts) == len(items) and reached != Decimal(str(total)):
                values = {"total": plain_number(total), "given": plain_number(float(reached))}
                problems.append(FieldProblem(name, name, "sum_differs", values))
            elif len(amounts) == len(items):
                answers.update(amounts)
                return
            # an unfinished sum stays in the draft; it is told again before anything is stored for good
            answers.update({variable: value for variable, value in amounts.items() if variable in typed})

        return read


class Slider(Question):
    """A number on a line from `min` to `max`, in steps. Nothing is chosen until the respondent moves it or types."""

    type: Literal["slider"]
    min: float
    max: float
    step: Annotated[float, Field(gt=0)] = 1
    low: Text | None = None
    high: Text | None = None
    unit: Text | None = None
    unsure: Text | None = None
    summary: ClassVar[str] = "number"

    @model_validator(mode="after")
    def _in_order(self) -> "Slider":
        in_order(self.min, self.max)
        return self

    @property
    def decimals(self) -> int:
        """Places of the numbers that the steps reach, at most 6."""
        return min(6, max(_places(self.min), _places(self.step)))

    def variables(self) -> tuple[Variable, ...]:
        unsure = {UNSURE: "unknown"} if self.unsure else {}
        missing = missing_of(self.min)
        return (
            Variable(
                self.name, self.name, "number", self.text, missing=missing, decimals=self.decimals, flagged=unsure
            ),
        )

    def operand(self, variable: str) -> str:
        return "number"

    def required_code(self, variable: str) -> str:
        return "required_text"

    def bounds(self, variable: str) -> tuple[float | None, float | None]:
        return self.min, self.max

    def fits(self, value: float) -> bool:
        """Whether the number is one of the steps."""
        return not (Decimal(str(value)) - Decimal(str(self.min))) % Decimal(str(self.step))

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return self.unsure if code == UNSURE else None

    def reader(self) -> Reader:
        name, low, high = self.name, self.min, self.max
        least = floor_of(low)
        most = 2 if self.unsure else 1
        step = {"min": plain_number(low), "step": plain_number(self.step)}

        def read(
            form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            given = form.get(name)
            if not given:
                return
            if len(given) > most:
                raise Damaged(f"two answers: {name}")
            typed = [text for one in given if (text := one[:200].strip())]
            if most == 2 and UNSURE in typed:
                if len(typed) > 1:
                    problems.append(FieldProblem(name, name, "number_or_unsure"))
                else:
                    answers[name] = UNSURE
                return
            if not typed:
                return
            if len(typed) > 1:
                raise Damaged(f"two answers: {name}")
            value, problem = parse_number(typed[0], low=least, high=high, decimals=6)
            if problem is not None:
                problems.append(FieldProblem(name, name, problem[0], problem[1]))
            elif not self.fits(value):
                whole = self.step == 1 and float(low).is_integer()
                problems.append(
                    FieldProblem(name, name, "whole_number" if whole else "off_step", {} if whole else step)
                )
            else:
                answers[name] = value

        return read


def _places(value: float) -> int:
    exponent = Decimal(str(value)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
