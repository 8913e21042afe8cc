"""Constraints: what a form says of `.` as the limits that our questions have, accepting exactly the same answers.

Lists and numbers are tried: the limits are read off the answers that a constraint accepts, and checked against all of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref, Target
from survey_app.formats.xlsform import dates, values
from survey_app.formats.xlsform.resolving import SELF, refs
from survey_app.questionnaire.question_types.numbers import is_iso_time

Settings = dict[str, Any]
"""What is set on the question: min, max, max_length, pattern; `exclusive`: codes of the source."""
DECIMALS = 6
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}
_MOST_TRIED = 10
_MOST_WORDS = 3_000_000
_POSTCODE = frozenset(("[0-9]{6}", r"\d{6}"))
_EMAILS = frozenset((r"[^@\s]+@[^@\s]+\.[^@\s]+", ".+@.+", r"\S+@\S+\.\S+"))
_NUMBERS = frozenset((r"-?[0-9]+(\.[0-9]+)?", r"-?\d+(\.\d+)?"))
_MOBILE = frozenset((r"1[3-9]\d{9}", "1[3-9][0-9]{9}", r"1\d{10}", "1[0-9]{10}"))


def conjuncts(tree: Any) -> Iterator[Any]:
    """The parts that all have to hold."""
    if isinstance(tree, Both) and tree.word == "all":
        for part in tree.parts:
            yield from conjuncts(part)
    elif isinstance(tree, Not) and isinstance(tree.part, Both) and tree.part.word == "any":
        for part in tree.part.parts:
            yield from conjuncts(Not(part))
    elif isinstance(tree, Not) and isinstance(tree.part, Not):
        yield from conjuncts(tree.part.part)
    else:
        yield tree


def always(tree: Any) -> bool:
    """Whether it accepts everything without looking."""
    return not refs(tree) and not isinstance(tree, Call) and values.truth(values.evaluate(tree, {}))


# --- numbers ----------------------------------------------------------------------------------------------------------
def for_number(tree: Any, decimals: int) -> Settings:
    """min and max of a number."""
    bounds = sorted({float(value) for value in _compared(tree)})
    step = 10.0**-decimals
    points = {-1e12, 1e12}
    for index, bound in enumerate(bounds):
        near = (bound - step, bound, bound + step) if decimals else _whole_near(bound)
        points.update(round(point, decimals) for point in near)
        if index:
            points.add(round((bound + bounds[index - 1]) / 2, decimals))
    ordered = sorted(points)
    return _interval(ordered, [values.truth(values.evaluate(tree, {".": point})) for point in ordered])


def _whole_near(bound: float) -> tuple[float, ...]:
    below = float(int(bound // 1))
    return (below - 1, below, below + 1, below + 2)


def _tests_in(tree: Any) -> Sequence[Any]:
    """The tests that a rule is made of; none for a single test."""
    if isinstance(tree, Both) or isinstance(tree, Call) and tree.name == "if":
        return tree.parts
    return (tree.part,) if isinstance(tree, Not) else ()


def _compared(tree: Any) -> Iterator[float]:
    """The numbers that `.` is compared with; Inexpressible for anything else."""
    if parts := _tests_in(tree):
        for part in parts:
            yield from _compared(part)
    elif isinstance(tree, Op) and tree.op in _TURNED:
        sides = [part for part in (tree.left, tree.right) if not (isinstance(part, Ref) and part.part == SELF)]
        if len(sides) != 1 or refs(sides[0]):
            raise Inexpressible
        number = values.number(values.evaluate(sides[0], {}))
        if number != number:
            raise Inexpressible
        yield number
    elif not isinstance(tree, Const):
        raise Inexpressible


def _interval(points: Sequence[float], accepted: Sequence[bool]) -> Settings:
    if True not in accepted:
        raise Inexpressible
    first, last = accepted.index(True), len(accepted) - 1 - accepted[::-1].index(True)
    if not all(accepted[first : last + 1]):
        raise Inexpressible
    found: Settings = {}
    if first > 0:
        found["min"] = _short(points[first])
    if last < len(points) - 1:
        found["max"] = _short(points[last])
    return found


def _short(number: float) -> float:
    return int(number) if number.is_integer() else number


# --- days and times ---------------------------------------------------------------------------------------------------
def for_date(tree: Any) -> Settings:
    """min and max of a date: a day, or today."""
    op, left, right = _one_comparison(tree)
    found = dates.days(left, {".": Target("date", ".")}).plus(dates.days(right, {".": Target("date", ".")}), -1)
    own = found.terms.pop(".", 0)
    if own == -1:
        op, own = _TURNED[op], 1
        found = dates.Days({name: -count for name, count in found.terms.items()}, -found.fixed)
    day, strict = -found.fixed, {"<": -1, ">": 1}.get(op, 0)
    if own != 1 or op in ("=", "!="):
        raise Inexpressible
    key = "max" if op in ("<", "<=") else "min"
    if not found.terms:
        return {key: dates.calendar_day(day + strict)}
    if found.terms == {dates.TODAY: -1} and day + strict == 0:
        return {key: "today"}
    if found.terms == {dates.NOW: -1} and day == 0 and key == "max":
        return {key: "today"}  # a day begins before any moment of it
    raise Inexpressible("rule_today")


def for_time(tree: Any) -> Settings:
    """min and max of a time of day."""
    op, left, right = _one_comparison(tree)
    if isinstance(left, Const):
        op, left, right = _TURNED[op], right, left
    if isinstance(left, Op) and left.op == "*" and isinstance(right, Const):
        return _for_minutes(op, left, right)
    if not (isinstance(left, Ref) and left.part == SELF and isinstance(right, Const)) or op not in ("<=", ">="):
        raise Inexpressible
    moment = str(right.value)[:5]
    if not is_iso_time(moment):
        raise Inexpressible
    return {"max" if op == "<=" else "min": moment}


def _for_minutes(op: str, left: Op, right: Const) -> Settings:
    """`decimal-time(.) * 1440 >= 479.5`: a time as minutes of the day, the bound between two minutes."""
    call, factor, bound = left.left, left.right, values.number(right.value)
    is_time = isinstance(call, Call) and call.name == "decimal-time" and refs(call) == {"."}
    if not is_time or factor != Const(1440) or op not in ("<=", ">=") or bound % 1 != 0.5:
        raise Inexpressible
    minute = int(bound + (0.5 if op == ">=" else -0.5))
    if not 0 <= minute < 1440:
        raise Inexpressible
    return {"max" if op == "<=" else "min": f"{minute // 60:02}:{minute % 60:02}"}


def _one_comparison(tree: Any) -> tuple[str, Any, Any]:
    if isinstance(tree, Not):
        op, left, right = _one_comparison(tree.part)
        if op not in _OPPOSITE:
            raise Inexpressible
        return _OPPOSITE[op], left, right
    if isinstance(tree, Op) and tree.op in _TURNED:
        return tree.op, tree.left, tree.right
    raise Inexpressible


# --- texts ------------------------------------------------------------------------------------------------------------
def for_text(tree: Any) -> Settings:
    """max_length, or a pattern."""
    if isinstance(tree, Call) and tree.name == "regex" and len(tree.parts) == 2 and isinstance(tree.parts[1], Const):
        return _pattern(str(tree.parts[1].value))
    op, left, right = _one_comparison(tree)
    if isinstance(left, Const):
        op, left, right = _TURNED[op], right, left
    measured = isinstance(left, Call) and left.name == "string-length" and refs(left) == {"."}
    if not measured or not isinstance(right, Const):
        raise Inexpressible
    length = values.number(right.value)
    if op == "<" and length == length:
        op, length = "<=", length - 1
    if op == "<=" and 1 <= length <= 10_000 and length.is_integer():
        return {"max_length": int(length)}
    if (op, length) in ((">", 0.0), (">=", 1.0), ("!=", 0.0)):
        return {}
    raise Inexpressible


def _pattern(regex: str) -> Settings:
    bare = regex.removeprefix("^").removesuffix("$")
    if bare in (".*", ".+"):
        return {}
    if bare in _POSTCODE:
        return {"pattern": "postcode"}
    if bare in _NUMBERS:
        return {"pattern": "number", "near": True}
    if bare in _EMAILS:
        return {"pattern": "email", "near": True}
    if bare in _MOBILE:
        return {"pattern": "phone", "near": True}
    raise Inexpressible


# --- lists ------------------------------------------------------------------------------------------------------------
def for_choice(tree: Any, codes: Sequence[str]) -> Settings:
    """A single choice has no limits: only a constraint that accepts every choice says nothing."""
    if not all(values.truth(values.evaluate(tree, {".": code})) for code in codes):
        raise Inexpressible
    return {}


def for_choices(tree: Any, codes: Sequence[str]) -> Settings:
    """min, max and the exclusive choices of a multiple choice, found by trying every set of choices that differ in it."""
    named = [code for code in codes if code in _words(tree)]
    if len(named) > _MOST_TRIED:
        raise Inexpressible
    rest = [code for code in codes if code not in named]
    sizes = _sizes(tree, len(rest))
    if 2 ** len(named) * sum(sizes) > _MOST_WORDS:
        raise Inexpressible
    accepts: dict[tuple[frozenset[str], int], bool] = {}
    for picks in product((False, True), repeat=len(named)):
        chosen = [code for code, picked in zip(named, picks, strict=True) if picked]
        for more in sizes:
            if chosen or more:
                given = " ".join([*chosen, *rest[:more]])
                accepts[frozenset(chosen), more] = values.truth(values.evaluate(tree, {".": given}))
    return _read_off(accepts, named)


def _sizes(tree: Any, most: int) -> Sequence[int]:
    """How many of the other choices to try: all numbers, or those up to the largest that their count is compared with."""
    try:
        largest = max(_counts(tree), default=0)
    except Inexpressible:
        return range(most + 1)
    return [*range(min(most, largest + 2)), most] if largest + 2 <= most else range(most + 1)


def _counts(tree: Any) -> Iterator[int]:
    """The numbers that `count-selected(.)` is compared with. Inexpressible where the answer is looked at in another way."""
    if parts := _tests_in(tree):
        for part in parts:
            yield from _counts(part)
    elif isinstance(tree, Op) and tree.op in _TURNED:
        counted = [side for side in (tree.left, tree.right) if isinstance(side, Call) and side.name == "count-selected"]
        number = [values.number(side.value) for side in (tree.left, tree.right) if isinstance(side, Const)]
        if len(counted) != 1 or len(number) != 1 or not 0 <= number[0] < _MOST_WORDS:
            raise Inexpressible
        yield int(number[0]) + 1
    elif not (isinstance(tree, Const) or (isinstance(tree, Call) and tree.name == "selected")):
        raise Inexpressible


def _words(tree: Any) -> set[str]:
    """Every word of the constants: the choices that it may treat apart."""
    if isinstance(tree, Const):
        return set(values.text(tree.value).split())
    parts: tuple[Any, ...] = ()
    if isinstance(tree, Op):
        parts = (tree.left, tree.right)
    elif isinstance(tree, Not):
        parts = (tree.part,)
    elif isinstance(tree, Both | Call):
        parts = tree.parts
    return {word for part in parts for word in _words(part)}


def _read_off(accepts: Mapping[tuple[frozenset[str], int], bool], named: Sequence[str]) -> Settings:
    alone = {
        code
        for code in named
        if accepts[frozenset([code]), 0]
        and not any(ok for (chosen, more), ok in accepts.items() if code in chosen and len(chosen) + more > 1)
    }
    sizes = {len(chosen) + more for (chosen, more), ok in accepts.items() if ok and not chosen & alone}
    every = {len(chosen) + more for chosen, more in accepts if not chosen & alone}
    if len(alone) == len(named) and not every:  # nothing but choices that stand alone: one answer
        return {"max": 1}
    if not sizes:
        raise Inexpressible
    low, high = min(sizes), max(sizes)
    for (chosen, more), ok in accepts.items():
        size = len(chosen) + more
        expected = size == 1 if chosen & alone else low <= size <= high
        if expected != ok:
            raise Inexpressible
    found: Settings = {"exclusive": sorted(alone)} if alone else {}
    if low > min(every):
        found["min"] = low
    if high < max(every):
        found["max"] = high
    return found
