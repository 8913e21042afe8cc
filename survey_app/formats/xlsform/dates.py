"""Comparisons of days: `${a} <= ${b} + 30`, `decimal-date-time(${a}) - decimal-date-time(today())`, days as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from survey_app.formats.importing.logic import Call, Const, Inexpressible, Op, Ref, Target
from survey_app.formats.xlsform.resolving import STORED
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types.numbers import is_iso_date

_OURS = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least", "=": "is"}
_TURNED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_SAME = ("decimal-date-time", "date", "date-time", "number", "string", "floor", "int", "round", STORED)
_DAY = (Const("%Y-%m-%d"),)
_WHOLE = ("int", "floor", "format-date")
TODAY, NOW = "today()", "now()"
EPOCH = date(1970, 1, 1).toordinal()
"""A day as a number counts from here, as in forms."""


@dataclass
class Days:
    """A sum of days: name -> how often it counts; `fixed` days: of a day on the calendar, counted from 1970."""

    terms: dict[str, int] = field(default_factory=dict)
    fixed: int = 0

    def plus(self, other: "Days", times: int = 1) -> "Days":
        """The sum; `times` -1 for the difference."""
        terms = dict(self.terms)
        for name, count in other.terms.items():
            terms[name] = terms.get(name, 0) + times * count
        return Days({name: count for name, count in terms.items() if count}, self.fixed + times * other.fixed)


def days(tree: Any, known: Mapping[str, Target]) -> Days:
    """The sum of days that a tree is. Raises Inexpressible for anything else. `known["."]` may be the answer itself."""
    if isinstance(tree, Ref):
        if tree.name not in known or known[tree.name].kind != "date":
            raise Inexpressible
        return Days({tree.name: 1})
    if isinstance(tree, Const):
        return Days({}, _fixed(tree.value))
    if isinstance(tree, Call):
        if tree.name in ("today", "now") and not tree.parts:
            return Days({f"{tree.name}()": 1})
        if (tree.name in _SAME and len(tree.parts) == 1) or (tree.name == "format-date" and tree.parts[1:] == _DAY):
            inner = days(tree.parts[0], known)
            return Days({TODAY: 1}) if tree.name in _WHOLE and inner == Days({NOW: 1}) else inner
    if isinstance(tree, Op) and tree.op in "+-":
        return days(tree.left, known).plus(days(tree.right, known), 1 if tree.op == "+" else -1)
    if isinstance(tree, Op) and tree.op == "*":
        left, right = days(tree.left, known), days(tree.right, known)
        if not left.terms and not right.terms:
            return Days({}, left.fixed * right.fixed)
    raise Inexpressible


def _fixed(value: Any) -> int:
    if isinstance(value, str) and is_iso_date(value[:10]) and (len(value) == 10 or value[10:11] == "T"):
        return date.fromisoformat(value[:10]).toordinal() - EPOCH
    if (
        isinstance(value, int | float)
        and not isinstance(value, bool)
        and float(value).is_integer()
        and abs(value) < 10**6
    ):
        return int(value)
    raise Inexpressible


def comparison(op: str, left: Any, right: Any, known: Mapping[str, Target]) -> dict[str, Any] | None:
    """The condition of a comparison of days; None when it is none."""
    if (year := _of_years(op, left, right, known)) is not None:
        return year
    try:
        found = days(left, known).plus(days(right, known), -1)
    except Inexpressible:
        return None
    if not found.terms:
        return None
    if op == "!=":
        inner = _ordered("=", found)
        return {"not": inner}
    return _ordered(op, found)


def _of_years(op: str, left: Any, right: Any, known: Mapping[str, Target]) -> dict[str, Any] | None:
    """`format-date(${a}, '%Y') >= 2000` as a comparison with the first or the last day of the year; None for anything else."""
    if isinstance(left, Call) and left.name == "number" and len(left.parts) == 1:
        left = left.parts[0]
    if not isinstance(left, Call) or left.name != "format-date" or left.parts[1:] != (Const("%Y"),):
        return None
    held, year = left.parts[0], as_number(right.value) if isinstance(right, Const) else None
    target = known.get(held.name) if isinstance(held, Ref) else None
    if (
        target is None
        or target.kind != "date"
        or year is None
        or not float(year).is_integer()
        or not 1000 <= year <= 9999
    ):
        raise Inexpressible
    first, last = f"{int(year)}-01-01", f"{int(year)}-12-31"
    if op in ("=", "!="):
        same = {target.name: {"at_least": first, "at_most": last}}
        return same if op == "=" else {"not": same}
    return {target.name: {_OURS[op]: first if op in ("<", ">=") else last}}


def _ordered(op: str, found: Days) -> dict[str, Any]:
    if TODAY in found.terms or NOW in found.terms:
        raise Inexpressible("rule_today")
    plus = [name for name, count in found.terms.items() if count == 1]
    minus = [name for name, count in found.terms.items() if count == -1]
    if len(plus) + len(minus) != len(found.terms) or len(plus) > 1 or len(minus) > 1:
        raise Inexpressible
    if plus and minus:
        moved = {"plus": {"days": -found.fixed}} if found.fixed else {}
        same = {plus[0]: {_OURS[op]: {"answer": minus[0], **moved}}}
        if op == "=" and not found.fixed:
            return {"any": [same, {"all": [{name: {"answered": False}} for name in (plus[0], minus[0])]}]}
        return same
    name, day = (plus[0], -found.fixed) if plus else (minus[0], found.fixed)
    return {name: {_OURS[op if plus else _TURNED[op]]: calendar_day(day)}}


def calendar_day(number: int) -> str:
    """The ISO date of a day as a number. Raises Inexpressible."""
    if not 1 <= number + EPOCH <= date.max.toordinal():
        raise Inexpressible
    return date.fromordinal(number + EPOCH).isoformat()
