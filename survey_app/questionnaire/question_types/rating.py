"""Scales: rating 1-n, Likert, NPS, CSAT, CES."""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, PrivateAttr, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Scale, Text, Tuple
from survey_app.questionnaire.question_types.base import Question, Reader, ValueLabel, Variable, choice_label, one_of
from survey_app.questionnaire.question_types.choosing import flagged, value_labels

UNSURE = "unknown"

NPS_LOW = {"zh-CN": "完全不可能", "en": "Not at all likely"}
NPS_HIGH = {"zh-CN": "极有可能", "en": "Extremely likely"}
CSAT_LABELS: tuple[dict[str, str], ...] = (
    {"zh-CN": "非常不满意", "en": "Very dissatisfied"},
    {"zh-CN": "不满意", "en": "Dissatisfied"},
    {"zh-CN": "一般", "en": "Neither satisfied nor dissatisfied"},
    {"zh-CN": "满意", "en": "Satisfied"},
    {"zh-CN": "非常满意", "en": "Very satisfied"},
)
CES_LABELS: tuple[dict[str, str], ...] = (
    {"zh-CN": "非常不同意", "en": "Strongly disagree"},
    {"zh-CN": "不同意", "en": "Disagree"},
    {"zh-CN": "有点不同意", "en": "Somewhat disagree"},
    {"zh-CN": "一般", "en": "Neither agree nor disagree"},
    {"zh-CN": "有点同意", "en": "Somewhat agree"},
    {"zh-CN": "同意", "en": "Agree"},
    {"zh-CN": "非常同意", "en": "Strongly agree"},
)


def point_labels(
    numbers: range,
    low: Mapping[str, str] | None,
    high: Mapping[str, str] | None,
    labels: tuple[Mapping[str, str], ...] | None,
) -> tuple[ValueLabel, ...]:
    """Value labels of a numeric scale; a point without words is labelled by its number."""
    found = []
    for index, number in enumerate(numbers):
        label: Mapping[str, str] = {}
        if labels:
            label = labels[index]
        elif number == numbers[0] and low:
            label = low
        elif number == numbers[-1] and high:
            label = high
        found.append(ValueLabel(number, str(number), label))
    return tuple(found)


class _Numeric(Question):
    """A scale whose answers are whole numbers (or `unknown`)."""

    unsure: Text | None = None

    @property
    def numbers(self) -> range:
        """The points of the scale, lowest first."""
        raise NotImplementedError

    def point_texts(self) -> tuple[ValueLabel, ...]:
        """The points with their words."""
        raise NotImplementedError

    def table(self) -> dict[str, int | str]:
        """Form value -> stored answer."""
        table: dict[str, int | str] = {str(number): number for number in self.numbers}
        if self.unsure:
            table[UNSURE] = UNSURE
        return table

    def variables(self) -> tuple[Variable, ...]:
        unsure = {UNSURE: "unknown"} if self.unsure else {}
        return (Variable(self.name, self.name, self.summary, self.text, self.point_texts(), flagged=unsure),)

    def reader(self) -> Reader:
        return one_of(self.name, self.table())

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(self.table().values())

    def operand(self, variable: str) -> str:
        return "number"

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        if code == UNSURE:
            return self.unsure
        label = next((point.label for point in self.point_texts() if point.value == code), None)
        return label or None


class Rating(_Numeric):
    """Points in a row: numbers, stars or words."""

    type: Literal["rating"]
    points: Annotated[int, Field(ge=2, le=11)] = 5
    start: Annotated[int, Field(ge=0, le=1)] = 1
    low: Text | None = None
    high: Text | None = None
    labels: Tuple[Text] | None = None
    style: Literal["numbers", "stars", "labels"] = "numbers"
    summary: ClassVar[str] = "rating"

    @model_validator(mode="after")
    def _labels_fit(self) -> "Rating":
        if self.labels is not None and len(self.labels) != self.points:
            raise PydanticCustomError("labels_count", "{given}", {"given": len(self.labels), "points": self.points})
        return self

    @property
    def numbers(self) -> range:
        return range(self.start, self.start + self.points)

    def point_texts(self) -> tuple[ValueLabel, ...]:
        return point_labels(self.numbers, self.low, self.high, self.labels)


class Nps(_Numeric):
    """Likelihood to recommend, 0 to 10."""

    type: Literal["nps"]
    low: Text = Field(default_factory=lambda: dict(NPS_LOW))
    high: Text = Field(default_factory=lambda: dict(NPS_HIGH))
    layout: Literal["auto", "row"] = "auto"
    summary: ClassVar[str] = "nps"

    @property
    def numbers(self) -> range:
        return range(0, 11)

    def point_texts(self) -> tuple[ValueLabel, ...]:
        return point_labels(self.numbers, self.low, self.high, None)


class Csat(_Numeric):
    """Satisfaction on five labelled points."""

    type: Literal["csat"]
    summary: ClassVar[str] = "csat"

    @property
    def numbers(self) -> range:
        return range(1, 6)

    def point_texts(self) -> tuple[ValueLabel, ...]:
        return point_labels(self.numbers, None, None, CSAT_LABELS)


class Ces(_Numeric):
    """Agreement that it was easy, on seven labelled points (CES 2.0)."""

    type: Literal["ces"]
    summary: ClassVar[str] = "ces"

    @property
    def numbers(self) -> range:
        return range(1, 8)

    def point_texts(self) -> tuple[ValueLabel, ...]:
        return point_labels(self.numbers, None, None, CES_LABELS)


class Likert(Question):
    """An item on a scale that the questionnaire defines once."""

    type: Literal["likert"]
    scale: str
    summary: ClassVar[str] = "single"
    _choices: tuple[Any, ...] = PrivateAttr(default=())

    def bind(self, scales: Mapping[str, Scale]) -> None:
        """Called by the definition: the scale this item uses."""
        scale = scales.get(self.scale)
        self._choices = scale.choices() if scale else ()

    @property
    def choices(self) -> tuple[Any, ...]:
        """The anchors as choices; () while the scale is unknown."""
        return self._choices

    def variables(self) -> tuple[Variable, ...]:
        choices = self.choices
        return (Variable(self.name, self.name, "likert", self.text, value_labels(choices), flagged=flagged(choices)),)

    def reader(self) -> Reader:
        return one_of(self.name, {choice.code: choice.code for choice in self.choices})

    def codes(self, variable: str) -> tuple[str | int, ...] | None:
        return tuple(choice.code for choice in self.choices)

    def piped_choice(self, variable: str, code: Any) -> Mapping[str, str] | None:
        return choice_label(self.choices, code)
