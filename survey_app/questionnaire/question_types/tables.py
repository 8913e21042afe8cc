"""Tables: several answers per row, and several fields per row."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Choice, Code, Model, Text, Tuple
from survey_app.questionnaire.question_types.amounts import in_order
from survey_app.questionnaire.question_types.base import (
    Answered,
    FieldProblem,
    Form,
    Question,
    Reader,
    Variable,
    choice_label,
    one_of,
)
from survey_app.questionnaire.question_types.choosing import flagged, several_of, value_labels
from survey_app.questionnaire.question_types.matrix import Row
from survey_app.questionnaire.question_types.numbers import floor_of, missing_of, parse_number, typed_reader
from survey_app.questionnaire.question_types.writing import text_reader
from survey_app.questionnaire.texts import MAX_GRAPHEMES

MAX_CELLS = 1_000


def _in_turn(readers: Sequence[Reader]) -> Reader:
    def read(
        form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        for reader in readers:
            reader(form, answers, texts, problems, today)

    return read


def _both(row: Mapping[str, str], column: Mapping[str, str]) -> dict[str, str]:
    """The label of a cell: what stands at its row and over its column."""
    languages = dict.fromkeys((*row, *column))
    return {lang: " - ".join(part for part in (row.get(lang), column.get(lang)) if part) for lang in languages}


class MatrixMultiple(Question):
    """Several choices per row. Stored `<question>_<row>`: a list of codes; columns `<question>_<row>_<code>`."""

    type: Literal["matrix_multiple"]
    rows: Annotated[Tuple[Row], Field(min_length=1, max_length=200)]
    choices: Annotated[Tuple[Choice], Field(min_length=1, max_length=50)]
    min: Annotated[int | None, Field(ge=0)] = None
    max: Annotated[int | None, Field(ge=1)] = None
    random_rows: bool = False
    retired: dict[str, int] = Field(default_factory=dict)
    summary: ClassVar[str] = "matrix_multiple"
    offers: ClassVar[tuple[str, ...]] = ("rows", "choices")

    @model_validator(mode="after")
    def _small_enough(self) -> "MatrixMultiple":
        _limit_cells(len(self.rows) * len(self.choices))
        return self

    def variable_of(self, row: Row) -> str:
        """The name the row's answers are stored under."""
        return f"{self.name}_{row.code}"

    def variables(self) -> tuple[Variable, ...]:
        return self._variables

    @cached_property
    def _variables(self) -> tuple[Variable, ...]:
        return tuple(
            Variable(
                f"{key}_{choice.code}", self.name, "multiple", _both(row.text, choice.text),
                set_name=key, code=choice.code, key=key,
            )
            for row in self.rows
            for key in (self.variable_of(row),)
            for choice in self.choices
        )  # fmt: skip

    def needed(self) -> tuple[str, ...]:
        return tuple(self.variable_of(row) for row in self.rows if self.required or row.required)

    def required_code(self, variable: str) -> str:
        return "required_choice"

    def part_text(self, variable: str) -> Mapping[str, str] | None:
        return next((row.text for row in self.rows if self.variable_of(row) == variable), None)

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(choice.code for choice in self.choices)

    def operand(self, variable: str) -> str:
        return "multiple"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.choices, code)

    def reader(self) -> Reader:
        return _in_turn(
            [several_of(self.variable_of(row), self.name, self.choices, self.min, self.max) for row in self.rows]
        )


class Column(Model):
    """One field of every row of a table."""

    code: Code
    text: Text
    type: Literal["short_text", "number", "dropdown"]
    choices: Annotated[Tuple[Choice] | None, Field(min_length=1, max_length=500)] = None
    min: float | None = None
    max: float | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    max_length: Annotated[int, Field(ge=1, le=MAX_GRAPHEMES)] = 200
    required: bool = False
    retired: dict[str, int] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits_its_type(self) -> "Column":
        if (self.choices is not None) != (self.type == "dropdown"):
            raise PydanticCustomError("choices_of_dropdown", "", {})
        in_order(self.min, self.max)
        return self

    def variable(self, name: str, question: str, row: Row) -> Variable:
        """The column of the data for one row."""
        label = _both(row.text, self.text)
        if self.type == "short_text":
            return Variable(name, question, "text", label, storage="text", code=row.code)
        if self.type == "number":
            missing = missing_of(self.min)
            return Variable(name, question, "number", label, missing=missing, code=row.code, decimals=self.decimals)
        choices = self.choices or ()
        return Variable(name, question, "single", label, value_labels(choices), code=row.code, flagged=flagged(choices))

    def reader(self, name: str, question: str) -> Reader:
        """How one cell is read."""
        if self.type == "short_text":
            return text_reader(name, question, self.max_length, None)
        if self.type == "dropdown":
            return one_of(name, {choice.code: choice.code for choice in self.choices or ()})
        low, high, decimals = floor_of(self.min), self.max, self.decimals
        parse = lambda text, _: parse_number(text, low=low, high=high, decimals=decimals)  # noqa: E731
        return typed_reader(name, parse, question)


class MatrixFields(Question):
    """Fields per row: texts, numbers, lists that open. Variables: `<question>_<row>_<column>`."""

    type: Literal["matrix_fields"]
    rows: Annotated[Tuple[Row], Field(min_length=1, max_length=200)]
    columns: Annotated[Tuple[Column], Field(min_length=1, max_length=50)]
    random_rows: bool = False
    summary: ClassVar[str] = "matrix_fields"
    offers: ClassVar[tuple[str, ...]] = ("rows",)

    @model_validator(mode="after")
    def _small_enough(self) -> "MatrixFields":
        _limit_cells(len(self.rows) * len(self.columns))
        return self

    def cell_of(self, row: Row, column: Column) -> str:
        """The name the answer of one field is stored under."""
        return f"{self.name}_{row.code}_{column.code}"

    @cached_property
    def cells_by_name(self) -> Mapping[str, tuple[Row, Column]]:
        """Row and column of every stored name."""
        return {self.cell_of(row, column): (row, column) for row in self.rows for column in self.columns}

    def variables(self) -> tuple[Variable, ...]:
        return self._variables

    @cached_property
    def _variables(self) -> tuple[Variable, ...]:
        # from rows and columns, not from the names: codes such as a, b_c and a_b, c make one name twice, which is to be told
        return tuple(
            column.variable(self.cell_of(row, column), self.name, row) for row in self.rows for column in self.columns
        )

    def field_names(self) -> tuple[str, ...]:
        return tuple(self.cells_by_name)

    def needed(self) -> tuple[str, ...]:
        return tuple(
            name
            for name, (row, column) in self.cells_by_name.items()
            if self.required or row.required or column.required
        )

    def required_code(self, variable: str) -> str:
        column = self._column(variable)
        return "required_choice" if column and column.type == "dropdown" else "required_text"

    def part_text(self, variable: str) -> Mapping[str, str] | None:
        found = self.cells_by_name.get(variable)
        return _both(found[0].text, found[1].text) if found else None

    def offered(self, variable: str) -> Sequence[Choice]:
        column = self._column(variable)
        return (column.choices or ()) if column else ()

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        column = self._column(variable)
        return tuple(c.code for c in column.choices) if column and column.choices else None

    def operand(self, variable: str) -> str:
        column = self._column(variable)
        return {"short_text": "text", "number": "number"}.get(column.type if column else "", "choice")

    def bounds(self, variable: str) -> tuple[float | None, float | None]:
        column = self._column(variable)
        return (column.min, column.max) if column else (None, None)

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.offered(variable), code)

    def reader(self) -> Reader:
        return _in_turn([column.reader(name, self.name) for name, (_, column) in self.cells_by_name.items()])

    def _column(self, variable: str) -> Column | None:
        found = self.cells_by_name.get(variable)
        return found[1] if found else None


def _limit_cells(count: int) -> None:
    if count > MAX_CELLS:
        raise PydanticCustomError("too_many_cells", "{given}", {"given": count, "limit": MAX_CELLS})
