"""A photo or a document that the respondent hands over. The file itself is kept apart; the answer is a reference to it."""

import re
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Tuple
from survey_app.questionnaire.question_types.base import (
    Answered,
    Damaged,
    FieldProblem,
    Form,
    Question,
    Reader,
    Variable,
)

Kind = Literal["photo", "document"]
ENDINGS: dict[str, Kind] = {"jpg": "photo", "pdf": "document"}
MOST_MB = 10
_REFERENCE = re.compile(r"[0-9a-f]{32}\.(jpg|pdf)")


def kind_of(reference: str) -> Kind | None:
    """What a reference is to (32 hexadecimal digits, a dot and jpg or pdf); None when it is none."""
    match = _REFERENCE.fullmatch(reference)
    return ENDINGS[match[1]] if match else None


class File(Question):
    """One photo or PDF. Stored under the name: a random reference such as `4f…1c.jpg`; the column holds the same."""

    type: Literal["file"]
    accepts: Annotated[Tuple[Kind], Field(min_length=1, max_length=2)] = ("photo",)
    max_mb: Annotated[int, Field(ge=1, le=MOST_MB)] = MOST_MB
    seconds: ClassVar[float] = 40.0
    summary: ClassVar[str] = "files"

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "file", self.text, storage="text"),)

    def operand(self, variable: str) -> str:
        return "text"

    def required_code(self, variable: str) -> str:
        return "required_file"

    def reader(self) -> Reader:
        name, accepts = self.name, self.accepts

        def read(
            form: Form, answers: Answered, texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            given = form.get(name)
            if not given:
                return
            if len(given) > 1:
                raise Damaged(f"two answers: {name}")
            if not given[0]:
                return
            kind: Any = kind_of(given[0])
            if kind is None:
                raise Damaged(f"no reference: {name}")
            if kind in accepts:
                answers[name] = given[0]
            else:  # the question was changed since
                problems.append(FieldProblem(name, name, "invalid"))

        return read
