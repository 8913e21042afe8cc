"""The small parts a definition is made of: texts, names, choices, scales. Shared by every question type."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    Strict,
    ValidationInfo,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.names import is_reserved

T = TypeVar("T")
Tuple = Annotated[tuple[T, ...], Strict(False)]
"""A list in the file, a tuple in memory (everything else is read strictly: "5" is not 5)."""

Answers = Mapping[str, Any]
Texts = Mapping[str, str]
Condition = Mapping[str, Any]
"""A condition is structured data, kept as it stands in the file; `conditions` gives it its meaning."""
Expression = Any

MAX_TEXT = 10_000
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
CODE = re.compile(r"[a-z0-9_]+")
NAME = re.compile(r"[a-z][a-z0-9_]*")
SLUG = re.compile(r"[a-z][a-z0-9-]*")


class Model(BaseModel):
    """Frozen, strict, without room for keys nobody reads, and with numbers that can be stored."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, protected_namespaces=())


def _as_text(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, str):
        return {(info.context or {}).get("language", "zh-CN"): value}
    return value


def _check_text(value: dict[str, str]) -> dict[str, str]:
    for language, text in value.items():
        if not LANGUAGE.fullmatch(language):
            raise PydanticCustomError("bad_language", "{language}", {"language": language})
        if len(text) > MAX_TEXT:
            raise PydanticCustomError("text_too_long", "{limit}", {"limit": MAX_TEXT})
    return value


_TEXT_SCHEMA = {
    "anyOf": [{"type": "string"}, {"type": "object", "minProperties": 1, "additionalProperties": {"type": "string"}}],
    "description": "A text per language; a plain string is the text of the first language.",
}
Text = Annotated[
    dict[str, str],
    BeforeValidator(_as_text),
    Field(min_length=1),
    AfterValidator(_check_text),
    WithJsonSchema(_TEXT_SCHEMA),
]


def text_in(text: Mapping[str, str] | None, language: str, first: str | None = None) -> str:
    """The text in `language`, else in the first language of the questionnaire, else in any; "" for no text."""
    if not text:
        return ""
    return text.get(language) or text.get(first or "") or next((t for t in text.values() if t), "")


def _int_as_code(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _check_code(value: str) -> str:
    if not CODE.fullmatch(value) or len(value) > 32:
        raise PydanticCustomError("bad_code", "{given}", {"given": value[:60]})
    return value


def _check_name(value: str) -> str:
    if not NAME.fullmatch(value) or value.endswith("_"):
        raise PydanticCustomError("bad_name", "{given}", {"given": value[:60]})
    if len(value) > 32:
        raise PydanticCustomError("long_name", "{given}", {"given": value[:60], "limit": 32})
    if is_reserved(value):
        raise PydanticCustomError("reserved_name", "{given}", {"given": value})
    return value


def _check_slug(value: str) -> str:
    if not SLUG.fullmatch(value) or len(value) > 64:
        raise PydanticCustomError("bad_slug", "{given}", {"given": value[:80]})
    return value


def _check_language(value: str) -> str:
    if not LANGUAGE.fullmatch(value):
        raise PydanticCustomError("bad_language", "{language}", {"language": value[:40]})
    return value


Code = Annotated[
    str,
    BeforeValidator(_int_as_code),
    AfterValidator(_check_code),
    WithJsonSchema(
        {"anyOf": [{"type": "string", "pattern": "^[a-z0-9_]+$", "maxLength": 32}, {"type": "integer", "minimum": 0}]}
    ),
]
Name = Annotated[
    str,
    AfterValidator(_check_name),
    WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]*$", "maxLength": 32}),
]
Slug = Annotated[
    str,
    AfterValidator(_check_slug),
    WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9-]*$", "maxLength": 64}),
]
Language = Annotated[str, AfterValidator(_check_language)]
ConditionField = Annotated[
    dict[str, Any],
    WithJsonSchema(
        {"type": "object", "description": "{variable: {operator: value}}, {all: [...]}, {any: [...]} or {not: ...}"}
    ),
]


class Check(Model):
    """What the answers of a page have to meet before it is left, besides the limits of each question.

    `that` may name everything asked up to its question, and the numbers of `let`, which are calculated for it alone.
    """

    that: ConditionField
    let: dict[Name, Expression] = Field(default_factory=dict)
    message: Text | None = None


MISSING_OFFSET = {"refused": 3, "unknown": 4}
"""Distance from the first missing code: -99 + 3 = -96 refused, -99 + 4 = -95 unknown."""


class Choice(Model):
    """One offered answer. `code` is stored, `value` is written to data files."""

    code: Code
    value: int | None = None
    text: Text
    other: bool = False
    exclusive: bool = False
    missing: Annotated[str | None, Field(pattern="^(refused|unknown)$")] = None
    score: float | None = None
    show_if: ConditionField | None = None
    """Offered only while this holds, in questions that offer by rules (`Question.offers`)."""

    @property
    def number(self) -> int | None:
        """The integer data files write, None while it was not given yet; flagged choices have none of their own."""
        if self.missing:
            return None
        if self.value is not None:
            return self.value
        return int(self.code) if self.code.isascii() and self.code.isdigit() else None


class Point(Model):
    """One anchor of a scale."""

    code: Code
    value: int | None = None
    text: Text
    score: float | None = None

    def as_choice(self) -> Choice:
        """The same anchor as a choice, so that likert questions read like single choices."""
        return Choice.model_construct(
            code=self.code,
            value=self.value,
            text=self.text,
            other=False,
            exclusive=False,
            missing=None,
            score=self.score,
            show_if=None,
        )


class Scale(Model):
    """A Likert scale: its anchors are defined once and used by many questions."""

    points: Annotated[Tuple[Point], Field(min_length=2, max_length=11)]
    unsure: Text | None = None
    bank: str | None = None
    retired: dict[str, int] = Field(default_factory=dict)

    def choices(self) -> tuple[Choice, ...]:
        """The anchors as choices, with the 不清楚 answer last when there is one."""
        points = tuple(point.as_choice() for point in self.points)
        return (*points, unsure_choice(self.unsure)) if self.unsure else points


def unsure_choice(text: Mapping[str, str]) -> Choice:
    """The answer "I do not know" of scales: code `unknown`, written as -95."""
    return Choice.model_construct(
        code="unknown", value=None, text=dict(text), other=False, exclusive=False, missing="unknown", score=None,
        show_if=None,
    )  # fmt: skip
