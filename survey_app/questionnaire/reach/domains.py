"""Which answers to a question are worth trying, so that they stand for all others."""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from math import ceil, floor
from typing import Any

from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types.amounts import Slider
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import MultipleChoice
from survey_app.questionnaire.question_types.hidden import Hidden
from survey_app.questionnaire.question_types.numbers import Date, Number, Time, is_iso_date, is_iso_time
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.questionnaire.question_types.tables import MatrixMultiple
from survey_app.questionnaire.question_types.writing import PATTERNS, ShortText

MOST_CODES = 12
"""Choices of one multiple choice whose every combination is tried."""
FIRST_DAY, LAST_DAY = "1900-01-01", "2100-12-31"
Values = tuple[tuple[Any, ...], bool]
"""Answers (None: unanswered; lists as tuples), and whether they stand for every possible answer."""


def answers_of(question: Question, name: str, constants: Iterable[Any], counted: int) -> Values:
    """The answers to a variable. `constants`: what conditions compare it with; `counted`: the highest number of choices
    that is asked for. Open answers stand for all only where they meet nothing but constants."""
    wanted = tuple(dict.fromkeys(constants))
    if isinstance(question, Hidden) and question.value is not None:
        return (question.value,), True
    nothing: tuple[Any, ...] = () if name in question.needed() else (None,)
    if isinstance(question, MultipleChoice) and name == question.name or isinstance(question, MatrixMultiple):
        values, exact = _subsets(question.choices, question.min or 0, question.max, wanted, counted)
    elif isinstance(question, Ranking):
        # no rule asks for the order, so a set stands for all its orders
        least = question.places if question.required else 1
        values, exact = _subsets(question.choices, least, question.places, wanted, counted)
    elif (codes := question.codes(name)) is not None:
        values, exact = codes, True
    else:
        values, exact = _open(question, name, wanted), True
    return (*nothing, *values), exact


def numbers_around(constants: Iterable[Any], decimals: int, low: float | None, high: float | None) -> tuple[Any, ...]:
    """A number for every stretch between the constants, and the constants themselves."""
    step = 10.0**-decimals
    known = [n for c in constants if (n := as_number(c)) is not None]
    known += [n for n in (low, high) if n is not None] or [0.0]
    near: set[float] = set()
    for number in known:
        for edge in (floor(number / step) * step, ceil(number / step) * step):
            near |= {round(edge + d * step, decimals) for d in (-1, 0, 1)}
    inside = sorted(n for n in near if (low is None or n >= low) and (high is None or n <= high))
    return tuple(int(n) if n == int(n) else n for n in inside)


def _open(question: Question, name: str, constants: tuple[Any, ...]) -> tuple[Any, ...]:
    if isinstance(question, Slider):
        unsure = (UNSURE,) if question.unsure else ()
        near = numbers_around(constants, question.decimals, question.min, question.max)
        steps = (stop for n in near for stop in _steps_around(question, n))
        return (*dict.fromkeys(steps), *unsure)
    if isinstance(question, Number) or question.operand(name) == "number":
        low, high = question.bounds(name)
        return numbers_around(constants, getattr(question, "decimals", 0) or _decimals(question, name), low, high)
    if isinstance(question, Date):
        return _days(question, constants)
    if isinstance(question, Time):
        return _minutes(question, constants)
    words = [str(c) for c in constants]
    if isinstance(question, ShortText):
        # a typed text may be any that fits; whether one is left beside the constants is taken for granted
        fits = PATTERNS[question.pattern] if question.pattern else lambda _: True
        words = [word for word in words if len(word) <= question.max_length and fits(word)]
    return (*words, "\N{WHITE SQUARE}")


def _decimals(question: Question, name: str) -> int:
    return next((variable.decimals for variable in question.variables() if variable.name == name), 0)


def _steps_around(question: Slider, number: float) -> Iterator[Any]:
    """The stops of a slider at a number, just below it and just above it."""
    at = floor((number - question.min) / question.step)
    for count in (at, at + 1):
        stop = round(question.min + count * question.step, 6)
        if question.min <= stop <= question.max:
            yield int(stop) if stop == int(stop) else stop


def _days(question: Date, constants: tuple[Any, ...]) -> tuple[Any, ...]:
    low = question.min if question.min not in (None, "today") else FIRST_DAY
    high = question.max if question.max not in (None, "today") else LAST_DAY
    days = [date.fromisoformat(d) for c in (*constants, low, high) if is_iso_date(d := str(c))]
    near = {
        date.fromordinal(n).isoformat() for d in days for k in (-1, 0, 1) if 0 < (n := d.toordinal() + k) < 3_000_000
    }
    return tuple(sorted(d for d in near if str(low) <= d <= str(high)))


def _minutes(question: Time, constants: tuple[Any, ...]) -> tuple[Any, ...]:
    low, high = question.min or "00:00", question.max or "23:59"
    times = [
        timedelta(hours=int(t[:2]), minutes=int(t[3:])) for c in (*constants, low, high) if is_iso_time(t := str(c))
    ]
    minutes = {int(t.total_seconds()) // 60 + k for t in times for k in (-1, 0, 1)}
    near = {f"{m // 60:02}:{m % 60:02}" for m in minutes if 0 <= m < 24 * 60}
    return tuple(sorted(t for t in near if low <= t <= high))


def _subsets(
    choices: Sequence[Choice], least: int, most: int | None, constants: tuple[Any, ...], counted: int
) -> Values:
    named = {str(c) for c in constants}
    wanted = named | {c.code for c in choices if c.exclusive}
    rest = [c.code for c in choices if c.code not in wanted]
    # enough of the others to fill up any number that is asked for
    codes = [c.code for c in choices if c.code in wanted] + rest[: max(counted, least) + 1]
    single = {c.code for c in choices if c.exclusive}
    exact = len(codes) <= MOST_CODES
    sizes = range(1, len(codes) + 1) if exact else (1, 2, len(codes))
    found = []
    for size in sizes:
        for subset in itertools.combinations(codes, size):
            if single.isdisjoint(subset):
                if least <= size <= (most or size):
                    found.append(subset)
            elif size == 1:
                found.append(subset)
    return tuple(found), exact
