"""Numbers, dates and times: typed by a person, stored as int or float, or as an ISO string."""

import re
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from survey_app.questionnaire.parts import Text
from survey_app.questionnaire.question_types.base import Damaged, FieldProblem, Form, Question, Reader, Variable
from survey_app.questionnaire.texts import half_width

MAX_DIGITS = 15
"""More digits than a double holds exactly are refused rather than rounded."""
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)

LOWEST_SMALL = -90
"""A number that may lie below this has the missing codes from -99999, the others those from -99."""
LOWEST = -99_990.0
"""No answer lies below: there are the missing codes from -99999."""

_NUMBER = re.compile(r"-?([0-9]+)(?:\.([0-9]+))?")
_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_TIME = re.compile(r"([0-9]{2}):([0-9]{2})(?::00)?")
_TYPED_DATE = re.compile(r"([0-9]{4})(?:[-/.年])([0-9]{1,2})(?:[-/.月])([0-9]{1,2})日?")

Parsed = tuple[Any, tuple[str, dict[str, Any]] | None]
"""(value, None), or (None, (code of the problem, what its sentence names))."""


def missing_of(low: float | None) -> int:
    """The first missing code of a number whose smallest value is `low`."""
    return -99 if low is not None and low >= LOWEST_SMALL else -99999


def floor_of(low: float | None) -> float:
    """The smallest number that is taken where `low` is the smallest that is wanted."""
    return LOWEST if low is None else max(low, LOWEST)


def parse_number(text: str, *, low: float | None = None, high: float | None = None, decimals: int = 0) -> Parsed:
    """A typed number. Full-width digits count; signs other than a leading minus, grouping and exponents do not."""
    text = half_width(text).strip()
    match = _NUMBER.fullmatch(text)
    if match is None or text.startswith("-0") and not text.strip("-0."):
        return None, ("bad_number", {})
    whole, fraction = match.group(1), (match.group(2) or "").rstrip("0")
    if len(whole.lstrip("0")) + len(fraction) > MAX_DIGITS:
        return None, ("number_too_long", {"max": MAX_DIGITS})
    if len(fraction) > decimals:
        return None, ("too_many_decimals", {"max": decimals}) if decimals else ("whole_number", {})
    value: float = float(text) if fraction else int(text.split(".")[0])
    if low is not None and value < low:
        return None, ("number_too_small", {"min": plain_number(low)})
    if high is not None and value > high:
        return None, ("number_too_large", {"max": plain_number(high)})
    return value, None


def parse_date(text: str) -> Parsed:
    """A typed date as an ISO string: 2026-01-31, also 2026/1/31 and 2026年1月31日 where the browser has no date field."""
    text = half_width(text).strip()
    match = _DATE.fullmatch(text) or _TYPED_DATE.fullmatch(text)
    if match is None:
        return None, ("bad_date", {})
    try:
        day = date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None, ("no_such_date", {})
    return day.isoformat(), None


def parse_time(text: str) -> Parsed:
    """A typed time as HH:MM."""
    match = _TIME.fullmatch(half_width(text).strip())
    if match is None:
        return None, ("bad_time", {})
    hour, minute = int(match[1]), int(match[2])
    if hour > 23 or minute > 59:
        return None, ("bad_time", {})
    return f"{hour:02}:{minute:02}", None


def plain_number(value: float) -> str:
    """A number as people write it: 3, not 3.0; 0.00001, not 1e-05."""
    return str(int(value)) if float(value).is_integer() else format(Decimal(str(value)), "f")


def typed_reader(name: str, parse: Callable[[str, date | None], Parsed], question: str = "") -> Reader:
    """Reader of one typed field; `question`: whose it is, where it has another name."""
    owner = question or name

    def read(
        form: Form, answers: dict[str, Any], texts: dict[str, str], problems: list[FieldProblem], today: date | None
    ) -> None:
        given = form.get(name)
        if not given:
            return
        if len(given) > 1:
            raise Damaged(f"two answers: {name}")
        text = given[0][:200].strip()
        if not text:
            return
        value, problem = parse(text, today)
        if problem is None:
            answers[name] = value
        else:
            problems.append(FieldProblem(name, owner, problem[0], problem[1]))

    return read


class Number(Question):
    """A number typed by the respondent."""

    type: Literal["number"]
    min: float | None = None
    max: float | None = None
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    unit: Text | None = None
    summary: ClassVar[str] = "number"

    @model_validator(mode="after")
    def _in_order(self) -> "Number":
        _check_order(self.min, self.max)
        return self

    def variables(self) -> tuple[Variable, ...]:
        missing = missing_of(self.min)
        return (Variable(self.name, self.name, "number", self.text, missing=missing, decimals=self.decimals),)

    def reader(self) -> Reader:
        low, high, decimals = floor_of(self.min), self.max, self.decimals
        return typed_reader(self.name, lambda text, _: parse_number(text, low=low, high=high, decimals=decimals))

    def operand(self, variable: str) -> str:
        return "number"

    def required_code(self, variable: str) -> str:
        return "required_text"


class Date(Question):
    """A day; stored as YYYY-MM-DD."""

    type: Literal["date"]
    min: str | None = None
    max: str | None = None
    summary: ClassVar[str] = "date"

    @model_validator(mode="after")
    def _days(self) -> "Date":
        for bound in (self.min, self.max):
            if bound is not None and bound != "today" and not is_iso_date(bound):
                raise PydanticCustomError("bad_date", "{given}", {"given": bound[:40]})
        if "today" not in (self.min, self.max):
            _check_order(self.min, self.max)
        return self

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "date", self.text, storage="date"),)

    def reader(self) -> Reader:
        low, high = self.min, self.max

        def parse(text: str, today: date | None) -> Parsed:
            value, problem = parse_date(text)
            if problem is not None:
                return None, problem
            now = today.isoformat() if today else None
            first = now if low == "today" else low or FIRST_DAY.isoformat()
            last = now if high == "today" else high or LAST_DAY.isoformat()
            if first and value < first:
                return None, ("date_too_early", {"min": first})
            if last and value > last:
                return None, ("date_too_late", {"max": last})
            return value, None

        return typed_reader(self.name, parse)

    def operand(self, variable: str) -> str:
        return "date"

    def required_code(self, variable: str) -> str:
        return "required_text"


class Time(Question):
    """A time of day; stored as HH:MM."""

    type: Literal["time"]
    min: str | None = None
    max: str | None = None
    summary: ClassVar[str] = "time"

    @model_validator(mode="after")
    def _times(self) -> "Time":
        for bound in (self.min, self.max):
            if bound is not None and not is_iso_time(bound):
                raise PydanticCustomError("bad_date", "{given}", {"given": bound[:40]})
        _check_order(self.min, self.max)
        return self

    def variables(self) -> tuple[Variable, ...]:
        return (Variable(self.name, self.name, "time", self.text, storage="time"),)

    def reader(self) -> Reader:
        low, high = self.min, self.max

        def parse(text: str, today: date | None) -> Parsed:
            value, problem = parse_time(text)
            if problem is not None:
                return None, problem
            if low and value < low:
                return None, ("time_too_early", {"min": low})
            if high and value > high:
                return None, ("time_too_late", {"max": high})
            return value, None

        return typed_reader(self.name, parse)

    def operand(self, variable: str) -> str:
        return "time"

    def required_code(self, variable: str) -> str:
        return "required_text"


def is_iso_date(text: str) -> bool:
    """Whether this is exactly YYYY-MM-DD and such a day exists."""
    if not _DATE.fullmatch(text):
        return False
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def is_iso_time(text: str) -> bool:
    """Whether this is exactly HH:MM and such a minute exists."""
    if not re.fullmatch(r"[0-9]{2}:[0-9]{2}", text):
        return False
    try:
        time.fromisoformat(text)
    except ValueError:
        return False
    return True


def _check_order(low: Any, high: Any) -> None:
    if low is not None and high is not None and low > high:
        raise PydanticCustomError("min_above_max", "{min}", {"min": low, "max": high})
