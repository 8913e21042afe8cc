"""The definition of a questionnaire: frozen, compared by value, stored as JSON, identified by its digest."""

import hashlib
import json
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field

from survey_app.questionnaire.parts import (
    Choice,
    Code,
    ConditionField,
    Language,
    Model,
    Name,
    Point,
    Scale,
    Slug,
    Text,
    Tuple,
    text_in,
)
from survey_app.questionnaire.question_types import AnyQuestion, Question, Variable
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.rating import Likert

MODES = ("anonymous", "confidential", "identified")
"""Strictest first: a questionnaire may only move towards the front."""
MAX_QUESTIONS = 2_000


class Page(Model):
    """One screen of questions."""

    name: Name | None = None
    title: Text | None = None
    show_if: ConditionField | None = None
    end_if: ConditionField | None = None
    random_order: bool = False
    """Each respondent sees the questions of this page in an order of their own."""
    questions: Tuple[AnyQuestion] = ()


class Score(Model):
    """A number made of several answers (or a measure of one)."""

    name: Name
    kind: Literal["sum", "mean", "weighted", "nps", "csat", "ces"]
    questions: Annotated[Tuple[str], Field(min_length=1, max_length=200)]
    reverse: Tuple[str] = ()
    weights: dict[str, float] | None = None
    rescale: Annotated[Tuple[float] | None, Field(min_length=2, max_length=2)] = None
    min_answered: Annotated[int | None, Field(ge=1)] = None
    top: Annotated[int | None, Field(ge=1, le=3)] = None
    label: Text | None = None


class Quota(Model):
    """How many people of a kind are wanted; when they are there, further ones are thanked and turned away."""

    name: Name
    when: ConditionField
    limit: Annotated[int, Field(ge=1, le=10_000_000)]
    message: Text | None = None


class Definition(Model):
    """A questionnaire, format 1."""

    format: Literal[1]
    name: Slug
    title: Text
    languages: Annotated[Tuple[Language], Field(min_length=1, max_length=30)]
    mode: Literal["anonymous", "confidential", "identified"] = "anonymous"
    category: Slug | None = None
    intro: Text | None = None
    thanks: Text | None = None
    purpose: Text | None = None
    source: str | None = None
    licence: str | None = None
    scales: dict[Code, Scale] = Field(default_factory=dict)
    pages: Tuple[Page]
    random_pages: Annotated[Tuple[Annotated[Tuple[str], Field(min_length=2)]], Field(max_length=100)] = ()
    """Groups of pages, by name, whose order differs from respondent to respondent."""
    scores: Tuple[Score] = ()
    quotas: Annotated[Tuple[Quota], Field(max_length=200)] = ()

    def model_post_init(self, context: Any, /) -> None:
        """Gives every likert item and matrix the scale it names."""
        for question in self.questions:
            if isinstance(question, Likert | Matrix):
                question.bind(self.scales)

    @classmethod
    def from_json(cls, data: Any) -> "Definition":
        """A definition from stored JSON. For input of unknown origin use `loading`, which explains what is wrong."""
        languages = data.get("languages") if isinstance(data, dict) else None
        first = languages[0] if isinstance(languages, list) and languages and isinstance(languages[0], str) else "zh-CN"
        return cls.model_validate(data, context={"language": first})

    def to_json(self) -> dict[str, Any]:
        """The plain form: what is stored, hashed and written as YAML. Defaults are left out, the mode never."""
        data = self.model_dump(mode="json", exclude_defaults=True)
        return {
            key: data.get(key, getattr(self, key)) for key in type(self).model_fields if key in data or key == "mode"
        }

    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON: equal definitions have equal digests."""
        text = json.dumps(self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()

    @property
    def language(self) -> str:
        """The first language: default and fallback."""
        return self.languages[0]

    def text(self, text: dict[str, str] | None, language: str) -> str:
        """The text in `language`, else in the first language of this questionnaire."""
        return text_in(text, language, self.languages[0])

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """All questions in order, over all pages."""
        return tuple(question for page in self.pages for question in page.questions)

    @cached_property
    def by_name(self) -> dict[str, Question]:
        """Question by its name."""
        return {question.name: question for question in self.questions}

    def question(self, name: str) -> Question:
        """The question of this name; KeyError when there is none."""
        return self.by_name[name]

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """All columns of the data in order."""
        return tuple(variable for question in self.questions for variable in question.variables())

    @cached_property
    def owners(self) -> dict[str, Question]:
        """The question behind every stored name: answers and texts (`why`, `sat_price`, `why_other`)."""
        return {
            name: question for question in self.questions for name in (*question.answer_names(), *question.text_names())
        }

    @cached_property
    def page_of(self) -> dict[str, int]:
        """Page index of every question name."""
        return {q.name: index for index, page in enumerate(self.pages) for q in page.questions}

    @cached_property
    def compiled(self) -> dict[Any, Any]:
        """Things other modules of the engine make once per definition (page forms, rows of the codebook)."""
        return {}


__all__ = ["MODES", "Choice", "Definition", "Page", "Point", "Question", "Quota", "Scale", "Score", "Text", "text_in"]
