"""Free text: one line, several lines, several fields. Texts never enter the answers document."""

import re
from collections.abc import Callable
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from survey_app.questionnaire.parts import Code, ConditionField, Model, Text, Tuple
from survey_app.questionnaire.question_types.base import Damaged, FieldProblem, Form, Question, Reader, Variable
from survey_app.questionnaire.texts import MAX_GRAPHEMES, clean, half_width, length

Pattern = Literal["phone", "email", "number", "postcode"]

# No nested or adjacent repetition over the same characters: every pattern takes linear time.
_MOBILE = re.compile(r"(?:\+86|0086|86)?1[3-9][0-9]{9}")
_LANDLINE = re.compile(r"(?:\+86|0086)?0?[1-9][0-9]{9,10}")
_ABROAD = re.compile(r"(?:\+|00)[1-9][0-9]{6,14}")
_SHORT_CODE = re.compile(r"[48]00[0-9]{7}")
_EMAIL = re.compile(r"[^\s@\x00-\x20<>()\[\],;:\"\\]{1,64}@[^\s@.]{1,63}(?:\.[^\s@.]{1,63}){1,8}")
_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?")
_POSTCODE = re.compile(r"[0-9]{6}")
_GAPS = str.maketrans("", "", " -\u2013\u2014()\t")


def _is_phone(text: str) -> bool:
    number = text.translate(_GAPS)
    return any(p.fullmatch(number) for p in (_MOBILE, _LANDLINE, _ABROAD, _SHORT_CODE))


def _is_email(text: str) -> bool:
    return len(text) <= 254 and ".." not in text and _EMAIL.fullmatch(text) is not None


PATTERNS: dict[str, Callable[[str], bool]] = {
    "phone": _is_phone,
    "email": _is_email,
    "number": lambda text: _NUMBER.fullmatch(text) is not None,
    "postcode": lambda text: _POSTCODE.fullmatch(text) is not None,
}


def text_reader(variable: str, question: str, limit: int, pattern: str | None) -> Reader:
    """Reader of one text field. Too long is told, not cut: the person decides what to leave out."""
    matches = PATTERNS[pattern] if pattern else None

    def read(
        form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        given = form.get(variable)
        if not given:
            return
        if len(given) > 1:
            raise Damaged(f"two answers: {variable}")
        text = clean(given[0])
        if not text:
            return
        if matches:
            text = half_width(text)
            if not matches(text):
                problems.append(FieldProblem(variable, question, f"bad_{pattern}"))
                return
        if len(text) > limit and (count := length(text)) > limit:
            problems.append(FieldProblem(variable, question, "text_too_long", {"max": limit, "given": count}))
            return
        texts[variable] = text

    return read


class _OneText(Question):
    summary: ClassVar[str] = "text"

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "text", self.text, storage="text"),)

    def required_code(self, variable: str) -> str:
        return "required_text"

    def operand(self, variable: str) -> str:
        return "text"


class ShortText(_OneText):
    """One line of text."""

    type: Literal["short_text"]
    max_length: Annotated[int, Field(ge=1, le=MAX_GRAPHEMES)] = 200
    pattern: Pattern | None = None
    seconds: ClassVar[float] = 15.0

    def reader(self) -> Reader:
        return text_reader(self.name, self.name, self.max_length, self.pattern)


class LongText(_OneText):
    """Several lines of text."""

    type: Literal["long_text"]
    max_length: Annotated[int, Field(ge=1, le=MAX_GRAPHEMES)] = MAX_GRAPHEMES
    lines: Annotated[int, Field(ge=2, le=20)] = 4
    speech: bool = False  # may be spoken, where the installation can write it down
    seconds: ClassVar[float] = 25.0

    def reader(self) -> Reader:
        return text_reader(self.name, self.name, self.max_length, None)


class TextItem(Model):
    """One of several text fields."""

    code: Code
    text: Text
    max_length: Annotated[int, Field(ge=1, le=MAX_GRAPHEMES)] = 200
    pattern: Pattern | None = None
    required: bool = False
    show_if: ConditionField | None = None


class TextFields(Question):
    """Several text fields under one heading. Variables: `<question>_<field code>`."""

    type: Literal["text_fields"]
    fields: Annotated[Tuple[TextItem], Field(min_length=1, max_length=50)]
    offers: ClassVar[tuple[str, ...]] = ("fields",)
    summary: ClassVar[str] = "text"
    seconds: ClassVar[float] = 15.0

    def variable_of(self, item: TextItem) -> str:
        """The name the field's text is stored under."""
        return f"{self.name}_{item.code}"

    def variables(self) -> tuple[Variable, ...]:
        return tuple(
            Variable(self.variable_of(item), self.name, "text", item.text, storage="text", code=item.code)
            for item in self.fields
        )

    def needed(self) -> tuple[str, ...]:
        return tuple(self.variable_of(item) for item in self.fields if self.required or item.required)

    def required_code(self, variable: str) -> str:
        return "required_text"

    def operand(self, variable: str) -> str:
        return "text"

    def reader(self) -> Reader:
        readers = [text_reader(self.variable_of(i), self.name, i.max_length, i.pattern) for i in self.fields]

        def read(
            form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
        ) -> None:
            for reader in readers:
                reader(form, answers, texts, problems, today)

        return read
