"""Matrix: one answer per row, on a scale, on points, among choices, or 0 to 10."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Choice, Code, ConditionField, Model, Scale, Text, Tuple
from survey_app.questionnaire.question_types.base import (
    FieldProblem,
    Form,
    Question,
    Reader,
    Variable,
    choice_label,
    one_of,
)
from survey_app.questionnaire.question_types.choosing import flagged, value_labels
from survey_app.questionnaire.question_types.rating import NPS_HIGH, NPS_LOW, UNSURE, point_labels


class Row(Model):
    """One item of a matrix."""

    code: Code
    text: Text
    required: bool = False
    show_if: ConditionField | None = None


class Matrix(Question):
    """Several items answered on the same cells. One variable per row: `<question>_<row code>`."""

    type: Literal["matrix"]
    rows: Annotated[Tuple[Row], Field(min_length=1, max_length=200)]
    scale: str | None = None
    points: Annotated[int | None, Field(ge=2, le=11)] = None
    start: Annotated[int, Field(ge=0, le=1)] = 1
    low: Text | None = None
    high: Text | None = None
    labels: Tuple[Text] | None = None
    style: Literal["numbers", "stars", "labels"] = "numbers"
    unsure: Text | None = None
    choices: Annotated[Tuple[Choice] | None, Field(min_length=2, max_length=50)] = None
    cell: Literal["nps"] | None = None
    random_rows: bool = False
    retired: dict[str, int] = Field(default_factory=dict)
    summary: ClassVar[str] = "matrix"
    offers: ClassVar[tuple[str, ...]] = ("rows", "choices")
    _scale: Scale | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _one_kind(self) -> "Matrix":
        given = [k for k in (self.scale, self.points, self.choices, self.cell) if k is not None]
        if len(given) != 1:
            raise PydanticCustomError("one_cell_kind", "{given}", {"given": len(given)})
        if self.labels is not None and len(self.labels) != (self.points or 0):
            raise PydanticCustomError(
                "labels_count", "{given}", {"given": len(self.labels), "points": self.points or 0}
            )
        return self

    def bind(self, scales: Mapping[str, Scale]) -> None:
        """Called by the definition: the scale the rows use."""
        self._scale = scales.get(self.scale) if self.scale else None

    @property
    def cell_kind(self) -> str:
        """likert, single, nps or rating: how one row is shown and counted."""
        return "likert" if self.scale else "single" if self.choices else "nps" if self.cell else "rating"

    @property
    def cells(self) -> tuple[Choice, ...]:
        """The choices of a row when it is answered by codes; () when it is answered by numbers."""
        if self.scale:
            return self._scale.choices() if self._scale else ()
        return self.choices or ()

    @property
    def numbers(self) -> range:
        """The points of a row when it is answered by numbers; empty when it is answered by codes."""
        if self.cell:
            return range(0, 11)
        return range(self.start, self.start + self.points) if self.points else range(0)

    def point_texts(self) -> tuple[Any, ...]:
        """The points with their words."""
        low = self.low or (NPS_LOW if self.cell else None)
        high = self.high or (NPS_HIGH if self.cell else None)
        return point_labels(self.numbers, low, high, self.labels)

    @cached_property
    def _table(self) -> dict[str, Any]:
        table: dict[str, Any] = {choice.code: choice.code for choice in self.cells}
        table |= {str(number): number for number in self.numbers}
        if self.unsure:
            table[UNSURE] = UNSURE
        return table

    def variable_of(self, row: Row) -> str:
        """The name the row's answer is stored under."""
        return f"{self.name}_{row.code}"

    def variables(self) -> tuple[Variable, ...]:
        values = value_labels(self.cells) or self.point_texts()
        missing = flagged(self.cells) | ({UNSURE: "unknown"} if self.unsure else {})
        return tuple(
            Variable(self.variable_of(row), self.name, self.cell_kind, row.text, values, code=row.code, flagged=missing)
            for row in self.rows
        )

    def needed(self) -> tuple[str, ...]:
        return tuple(self.variable_of(row) for row in self.rows if self.required or row.required)

    def required_code(self, variable: str) -> str:
        return "required_row"

    def reader(self) -> Reader:
        readers = [one_of(self.variable_of(row), self._table) for row in self.rows]

        def read(
            form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            for reader in readers:
                reader(form, answers, texts, problems, today)

        return read

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(self._table.values())

    def operand(self, variable: str) -> str:
        return "choice" if self.cells else "number"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        if code == UNSURE and self.unsure:
            return self.unsure
        if self.cells:
            return choice_label(self.cells, code)
        return next((point.label for point in self.point_texts() if point.value == code), None) or None
