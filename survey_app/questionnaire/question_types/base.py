"""What every question type has: its common keys, its variables, and how it reads its part of a form."""

from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Check, Choice, ConditionField, Model, Name, Text, Tuple

Form = Mapping[str, Sequence[str]]
"""The fields of a posted page: field name -> values in the order sent."""


class Damaged(Exception):
    """The form is not what our page sends (cut, forged, of another version): answered with 400, nothing is stored."""


@dataclass(frozen=True, slots=True)
class FieldProblem:
    """One answer that cannot be accepted; `validation.message` says it to the respondent."""

    variable: str
    question: str
    code: str
    values: Mapping[str, Any] = field(default_factory=dict)


Answered = dict[str, Any]
"""Stored answers that a reader fills: name -> code, list of codes, number, ISO date or time."""
FormFields = dict[str, list[str]]

Reader = Callable[[Form, dict[str, Any], dict[str, str], list[FieldProblem], date | None], None]
"""Reads one question's fields: (form, answers to fill, texts to fill, problems to add to, today)."""


@dataclass(frozen=True)
class ValueLabel:
    """One value a variable can take: the integer in data files, the code in stored answers, its label per language."""

    value: int
    code: str
    label: Mapping[str, str]


@dataclass(frozen=True)
class Variable:
    """One column of the data.

    kind: single, multiple, rank, rating, likert, nps, csat, ces, number, text, date, time, consent, file, hidden, computed.
    storage: number, text, date, time. `missing` is the first of the six missing codes: -99, or -99999 for numbers that
    may lie below -90. `set_name`: the stored list (multiple choice, row of a matrix, ranking) this column belongs to;
    `code`: its choice, or the row.
    `key` is the name the answer is stored under (a multiple choice stores one list for all its columns).
    """

    name: str
    question: str
    kind: str
    label: Mapping[str, str]
    values: tuple[ValueLabel, ...] = ()
    storage: str = "number"
    missing: int = -99
    set_name: str | None = None
    code: str | None = None
    key: str = ""
    decimals: int = 0
    flagged: Mapping[str, str] = field(default_factory=dict)
    """Codes written as missing: code -> "refused" or "unknown"."""

    @property
    def answer(self) -> str:
        """The name the answer is stored under."""
        return self.key or self.name


class Question(Model):
    """The keys every type has. Subclasses add their own and say how they are read and stored."""

    name: Name
    type: str
    text: Text
    hint: Text | None = None
    why: Text | None = None
    required: bool = False
    show_if: ConditionField | None = None
    indicator: str | None = None
    bank: str | None = None
    source: str | None = None
    sensitive: Literal["health", "child"] | None = None
    checks: Annotated[Tuple[Check], Field(max_length=50)] = ()
    open_rules: Annotated[Tuple[str], Field(max_length=100)] = ()
    """Rules of an imported file that could not be said here, as words; publishing waits until a person has decided."""

    summary: ClassVar[str] = "none"
    """How results are shown: single, multiple, ranking, rating, nps, csat, ces, number, text, date, time, sums, matrix,
    matrix_multiple, matrix_fields, region, none."""
    asks: ClassVar[bool] = True
    """Whether it has inputs on the page."""
    shown: ClassVar[bool] = True
    """Whether it is on the page at all."""
    scripted: ClassVar[bool] = True
    """Whether the script of the page can decide conditions on its answers: its fields hold what is stored."""
    offers: ClassVar[tuple[str, ...]] = ()
    """Its lists whose entries may have a rule of their own (`show_if`): choices, rows, fields, items."""
    seconds: ClassVar[float] = 10.0

    def variables(self) -> tuple[Variable, ...]:
        """The columns of this question, in their order in the data."""
        return ()

    def answer_names(self) -> tuple[str, ...]:
        """Names under which answers are stored (not texts)."""
        return tuple(dict.fromkeys(v.answer for v in self.variables() if v.kind != "text"))

    def text_names(self) -> tuple[str, ...]:
        """Names under which texts are stored."""
        return tuple(v.answer for v in self.variables() if v.kind == "text")

    def needed(self) -> tuple[str, ...]:
        """Names that must be filled before the respondent may go on."""
        return (self.name,) if self.required and self.asks else ()

    def field_names(self) -> tuple[str, ...]:
        """Names of its fields in a form."""
        return (*self.answer_names(), *self.text_names())

    def as_fields(self, stored: FormFields) -> FormFields:
        """Stored answers (as words, under their names) as the fields of a form."""
        return stored

    def is_given(self, variable: str, names: Container[str]) -> bool:
        """Whether a needed name that is not stored itself has been dealt with: `names` have an answer or a problem."""
        return False

    def required_code(self, variable: str) -> str:
        """Which sentence tells that this answer is missing."""
        return "required_choice"

    def required_values(self, variable: str) -> Mapping[str, Any]:
        """What that sentence names."""
        return {}

    def part_text(self, variable: str) -> Mapping[str, str] | None:
        """What stands beside the field of a variable, where a question has several: its row, its item."""
        return None

    def offered(self, variable: str) -> "Sequence[Choice]":
        """The choices of a variable."""
        return getattr(self, "cells", None) or getattr(self, "choices", None) or ()

    def bounds(self, variable: str) -> tuple[float | None, float | None]:
        """Smallest and largest number that may be typed, None where there is no limit."""
        return getattr(self, "min", None), getattr(self, "max", None)

    def reader(self) -> Reader:
        """A function that reads this question's fields; made once per page."""
        return _reads_nothing

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        """All answers that this variable can take (without the unanswered state); None when they are not a short list."""
        return None

    def operand(self, variable: str) -> str:
        """What a condition may do with the variable: choice, place, multiple, number, date, time, text."""
        return "choice"

    def texts(self) -> list[tuple[tuple[str | int, ...], Mapping[str, str]]]:
        """Every text of the question with its path inside the question: what has to be translated."""
        return list(_texts_in(self, ()))

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        """The label of an answer, for showing it in later text and on the review page."""
        return None


def choice_label(choices: Sequence[Choice], code: Any) -> Mapping[str, str] | None:
    """The text of the choice with this code."""
    return next((choice.text for choice in choices if choice.code == code), None)


def one_of(name: str, table: Mapping[str, Any]) -> Reader:
    """Reader of a field that takes one of the keys of `table`; the stored answer is its value."""

    def read(
        form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        given = form.get(name)
        if not given:
            return
        if len(given) > 1:
            raise Damaged(f"two answers: {name}")
        code = given[0]
        if code:
            try:
                answers[name] = table[code]
            except KeyError:
                raise Damaged(f"unknown code: {name}") from None

    return read


def _reads_nothing(
    form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
) -> None:
    return


def _texts_in(model: Model, path: tuple[str | int, ...]) -> list[tuple[tuple[str | int, ...], Mapping[str, str]]]:
    found: list[tuple[tuple[str | int, ...], Mapping[str, str]]] = []
    for key in type(model).model_fields:
        if key in ("show_if", "expression", "retired", "that", "let"):
            continue
        value = getattr(model, key)
        if isinstance(value, dict):
            found.append(((*path, key), value))
        elif isinstance(value, Model):
            found += _texts_in(value, (*path, key))
        elif isinstance(value, tuple):
            for index, item in enumerate(value):
                if isinstance(item, dict):
                    found.append(((*path, key, index), item))
                elif isinstance(item, Model):
                    found += _texts_in(item, (*path, key, index))
    return found
