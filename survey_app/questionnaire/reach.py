"""Which questions can never be shown: decided by trying all answers that matter, where these are few."""

import itertools
import math
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from survey_app.questionnaire import conditions, expressions
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import MultipleChoice
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.question_types.numbers import Date, Number, Time, is_iso_date
from survey_app.questionnaire.routing import path

MAX_COMBINATIONS = 50_000
TRIES = 3_000
BUDGET = 300_000
"""Question visits spent on one questionnaire (about two seconds); what is left open then is undecided."""


@dataclass(frozen=True)
class Reach:
    """Names of questions that can never be shown, and of those for which it could not be decided."""

    unreachable: tuple[str, ...]
    undecided: tuple[str, ...]


def unreachable(definition: Definition) -> Reach:
    """Tries every combination of the answers that conditions look at (at most 50,000 per question, then samples)."""
    never: list[str] = []
    unsure: list[str] = []
    known: dict[Any, bool | None] = {}
    purse = [BUDGET]
    for index, page in enumerate(definition.pages):
        for question in page.questions:
            verdict = _reachable(definition, index, question, known, purse)
            if verdict is False:
                never.append(question.name)
            elif verdict is None:
                unsure.append(question.name)
    return Reach(tuple(never), tuple(unsure))


def _reachable(
    definition: Definition, index: int, question: Question, known: dict[Any, bool | None], purse: list[int]
) -> bool | None:
    page = definition.pages[index]
    ends = [p for p in definition.pages[:index] if p.end_if is not None]
    if question.show_if is None and page.show_if is None and not ends:
        return True
    key = (index, repr(question.show_if))
    if key not in known:
        known[key] = _decide(_reduced(definition, index, question), question.name, purse) if purse[0] > 0 else None
    return known[key]


def _reduced(definition: Definition, index: int, target: Question) -> Definition:
    """The questionnaire up to the target, with only the questions its conditions depend on."""
    wanted = _dependencies(definition, index, target)
    pages = []
    for number, page in enumerate(definition.pages[: index + 1]):
        kept = []
        for question in page.questions:
            if question is target:
                kept.append(question)
                break
            if question.name in wanted:
                kept.append(question)
        pages.append(
            Page.model_construct(
                name=None,
                title=None,
                show_if=page.show_if,
                end_if=page.end_if if number < index else None,
                questions=tuple(kept),
            )
        )
    return Definition.model_construct(
        format=1,
        name=definition.name,
        title=definition.title,
        languages=definition.languages,
        mode=definition.mode,
        scales=definition.scales,
        pages=tuple(pages),
        scores=(),
    )


def _dependencies(definition: Definition, index: int, target: Question) -> set[str]:
    open_names = conditions.names(target.show_if) | conditions.names(definition.pages[index].show_if)
    for page in definition.pages[:index]:
        if page.end_if is not None:
            open_names |= conditions.names(page.end_if) | conditions.names(page.show_if)
    wanted: set[str] = set()
    while open_names:
        question = definition.owners.get(open_names.pop())
        if question is None or question.name in wanted:
            continue
        wanted.add(question.name)
        open_names |= conditions.names(question.show_if)
        open_names |= conditions.names(definition.pages[definition.page_of[question.name]].show_if)
        if isinstance(question, Computed):
            open_names |= expressions.names(question.expression)
    return wanted


def _decide(reduced: Definition, target: str, purse: list[int]) -> bool | None:
    used = _Used(reduced)
    domains: dict[str, Sequence[Any]] = {}
    exact = used.exact
    for question in reduced.questions:
        if (
            question.name == target
            or isinstance(question, Computed)
            or not question.asks
            and not _is_parameter(question)
        ):
            continue
        for name in (*question.answer_names(), *question.text_names()):
            if name in used.names:
                values, complete = _domain(question, name, used)
                domains[name] = values
                exact = exact and complete
    size = math.prod(len(values) for values in domains.values())
    combinations: Iterator[tuple[Any, ...]]
    if size <= MAX_COMBINATIONS:
        combinations = itertools.product(*domains.values())
    else:
        exact = False
        dice = random.Random(0)
        combinations = (tuple(dice.choice(v) for v in domains.values()) for _ in range(TRIES))
    cost = len(reduced.questions) + len(reduced.pages)
    for combination in combinations:
        purse[0] -= cost
        if purse[0] < 0:
            return None
        given = {name: value for name, value in zip(domains, combination, strict=True) if value is not None}
        if target in path(reduced, given, {n: v for n, v in given.items() if isinstance(v, str)}).questions:
            return True
    return False if exact else None


def _is_parameter(question: Question) -> bool:
    return getattr(question, "parameter", None) is not None


class _Used:
    """The variables that conditions of a questionnaire look at, and the constants they are compared with."""

    def __init__(self, definition: Definition) -> None:
        self.names: set[str] = set()
        self.constants: dict[str, set[Any]] = {}
        self.counts: dict[str, int] = {}
        self.exact = True
        self.whole: set[str] = set()
        """Variables whose every answer matters: they are computed with, or compared with another answer."""
        for page in definition.pages:
            for condition in (page.show_if, page.end_if, *(q.show_if for q in page.questions)):
                if condition is not None:
                    self._condition(condition)
            for question in page.questions:
                if isinstance(question, Computed):
                    self._computed(definition, question)

    def _computed(self, definition: Definition, question: Computed) -> None:
        inputs = expressions.names(question.expression)
        self.names |= inputs
        self.whole |= inputs
        if any((owner := definition.owners.get(n)) is None or owner.codes(n) is None for n in inputs):
            self.exact = False

    def _condition(self, condition: Condition) -> None:
        for key, test in condition.items():
            if key in ("all", "any"):
                for part in test:
                    self._condition(part)
            elif key == "not":
                self._condition(test)
            else:
                self._test(key, test)

    def _test(self, name: str, test: Mapping[str, Any]) -> None:
        self.names.add(name)
        constants = self.constants.setdefault(name, set())
        for operator, right in test.items():
            if operator == "count":
                self.counts[name] = max(self.counts.get(name, 0), *(n for n in right.values()))
            elif isinstance(right, Mapping):
                self.names.add(right["answer"])
                self.whole |= {name, right["answer"]}
                self.exact = False
            elif operator != "answered":
                constants.update(right if isinstance(right, list) else [right])


def _domain(question: Question, name: str, used: _Used) -> tuple[list[Any], bool]:
    """The answers worth trying, and whether they stand for all others."""
    constants = used.constants.get(name, set())
    nothing: list[Any] = [] if name in question.needed() else [None]
    if isinstance(question, MultipleChoice) and name == question.name:
        values, exact = _subsets(question, constants, used.counts.get(name, 0))
    elif isinstance(question, Number):
        values, exact = _numbers(question, constants), True
    elif isinstance(question, Date):
        values, exact = _days(question, constants), True
    elif isinstance(question, Time):
        values, exact = sorted({"00:00", "23:59", "12:00", *map(str, constants)}), False
    elif (codes := question.codes(name)) is not None:
        values, exact = list(codes) if name in used.whole else _different(codes, constants), True
    else:
        values, exact = [*map(str, constants), "x"], True
    return nothing + values, exact


def _different(codes: Sequence[Any], constants: set[Any]) -> list[Any]:
    """One code for each group that all comparisons with the constants treat alike."""
    groups: dict[tuple[Any, ...], Any] = {}
    for code in codes:
        number = conditions.as_number(code)
        bounds = [(c, conditions.as_number(c)) for c in sorted(constants, key=str)]
        sides = tuple(
            (conditions.same(code, c), number is not None and bound is not None and number < bound)
            for c, bound in bounds
        )
        groups.setdefault((number is None, sides), code)
    return list(groups.values())


def _subsets(question: MultipleChoice, constants: set[Any], count: int) -> tuple[list[Any], bool]:
    wanted = {str(c) for c in constants} | {c.code for c in question.choices if c.exclusive}
    rest = [c.code for c in question.choices if c.code not in wanted]
    codes = [c.code for c in question.choices if c.code in wanted] + rest[: max(count, question.min or 0) + 1]
    if len(codes) > 12:
        return [[code] for code in codes], False
    single = {c.code for c in question.choices if c.exclusive}
    found = []
    for size in range(1, len(codes) + 1):
        for subset in itertools.combinations(codes, size):
            lonely = not single.isdisjoint(subset)
            if lonely and size > 1:
                continue
            if not lonely and (size < (question.min or 0) or size > (question.max or size)):
                continue
            found.append(list(subset))
    return found, True


def _numbers(question: Number, constants: set[Any]) -> list[Any]:
    step = 10.0**-question.decimals
    low, high = question.min, question.max
    tried = {conditions.as_number(c) for c in constants} | {low, high, 0.0}
    known = [n for n in tried if n is not None]
    near = {round(n + d * step, 6) for n in known for d in (-1, 0, 1)}
    whole = {int(n) if n == int(n) else n for n in near if question.decimals or n == int(n)}
    return sorted(n for n in whole if (low is None or n >= low) and (high is None or n <= high))


def _days(question: Date, constants: set[Any]) -> list[Any]:
    days = {date.fromisoformat(str(c)) for c in constants if is_iso_date(str(c))} | {date(2000, 1, 1)}
    near = sorted((d + timedelta(days=n)).isoformat() for d in days for n in (-1, 0, 1))
    low = question.min if question.min != "today" else None
    high = question.max if question.max != "today" else None
    return [d for d in dict.fromkeys(near) if (not low or d >= low) and (not high or d <= high)]
