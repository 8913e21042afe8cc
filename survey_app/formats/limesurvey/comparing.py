"""Answers beside constants and beside each other, as LimeSurvey compares them."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from math import comb
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Target, negated, together
from survey_app.formats.limesurvey.expressions import Quoted
from survey_app.formats.limesurvey.variables import Variable
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types.numbers import is_iso_date

Truth = dict[str, Any] | bool
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OURS = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_COMBINATIONS = 64
_LONGEST_LIST = 40


@dataclass(frozen=True)
class Number:
    """A computed number: an expression of ours."""

    tree: Any


@dataclass(frozen=True)
class Count:
    """How many of these variables are answered."""

    parts: tuple[Variable, ...]


@dataclass(frozen=True)
class Length:
    """How many signs the text of a variable has."""

    of: Variable


def answered(variable: Variable) -> dict[str, Any]:
    """That the variable has an answer."""
    if variable.target is None:
        raise Inexpressible
    if variable.rank:
        return {variable.target.name: {"count": {"at_least": variable.rank}}}
    if variable.target.kind == "option":
        return {variable.target.name: {"includes": variable.target.option}}
    return {variable.target.name: {"answered": True}}


def counted(count: Count, op: str, value: Any) -> Truth:
    """How many are answered, compared with a constant: by the fewest combinations that say it."""
    number, size = as_number(value), len(count.parts)
    if number is None:
        raise Inexpressible
    fitting = [n for n in range(size + 1) if constants(n, op, number)]
    if len(fitting) in (0, size + 1):
        return bool(fitting)
    found = [answered(part) for part in count.parts]
    if fitting == list(range(fitting[0], size + 1)):
        return _at_least(found, fitting[0])
    if fitting == list(range(fitting[-1] + 1)):
        return negated(_at_least(found, fitting[-1] + 1))
    if fitting == list(range(fitting[0], fitting[-1] + 1)):
        return together("all", [_at_least(found, fitting[0]), negated(_at_least(found, fitting[-1] + 1))])
    raise Inexpressible


def _at_least(parts: list[dict[str, Any]], least: int) -> Truth:
    if comb(len(parts), least) > _COMBINATIONS:
        raise Inexpressible
    return together("any", [together("all", list(some)) for some in combinations(parts, least)])


def requires(condition: dict[str, Any], owner: str) -> bool:
    """Whether the condition is false whenever the question has no answer at all. No means: not surely."""
    for key, test in condition.items():
        if key == "all":
            sure = any(requires(part, owner) for part in test)
        elif key == "any":
            sure = all(requires(part, owner) for part in test)
        elif key == "not":
            sure = False
        else:
            own = key == owner or key.startswith(f"{owner}_")
            both = any(isinstance(right, dict) and right.get("answer") == owner for right in test.values())
            sure = (own or both) and test.get("answered") is not False
        if sure:
            return True
    return False


def true_constant(value: Any) -> bool:
    """Whether a constant counts as true."""
    return value not in ("", "0", "false", 0, None, False)


def constants(left: Any, op: str, right: Any) -> bool:
    """left op right for two constants: as numbers where both are some, else as texts."""
    a, b = as_number(left), as_number(right)
    pair: tuple[Any, Any] = (a, b) if a is not None and b is not None else (str(left), str(right))
    one, two = pair
    answers: dict[str, bool] = {
        "=": one == two,
        "!=": one != two,
        "<": one < two,
        "<=": one <= two,
        ">": one > two,
        ">=": one >= two,
    }
    return answers[op]


def in_order(given: str, op: str, value: Any) -> bool:
    """A code against a constant. A number in quotes is a text for some versions: where the two differ, nobody can say."""
    own, number = as_number(given), as_number(value)
    if (own is None) != (number is None):
        return False
    found = constants(given, op, value)
    if isinstance(value, Quoted) and found != constants(f"_{given}", op, f"_{value}"):
        raise Inexpressible
    return found


def whole_codes(target: Target) -> bool:
    """Whether this is a list whose codes are whole numbers, here as there."""
    return target.kind == "choice" and all(given == code and code.isdigit() for given, code in target.codes.items())


def fits(target: Target, value: Any) -> bool:
    """Whether an answer of this kind can be the constant at all."""
    if target.kind == "date":
        return is_iso_date(str(value))
    return target.kind != "time" or len(str(value)) == 5


def two_answers(left: Variable, op: str, right: Variable) -> Truth:
    """Two answers. One that is missing is the empty text for equality, 0 in an order."""
    a, b = left.target, right.target
    if a is None or b is None or left.rank or right.rank:
        raise Inexpressible
    if a.kind == b.kind == "choice" and not (whole_codes(a) and whole_codes(b)):
        return _two_lists(left, op, right)
    if op in ("=", "!="):
        return _two_equal(left, a, right, b, op)
    kinds = {"number" if whole_codes(target) else target.kind for target in (a, b)}
    if kinds not in ({"number"}, {"date"}):
        raise Inexpressible
    parts: list[Truth] = [{a.name: {OURS[op]: {"answer": b.name}}}]
    no_a, no_b = negated(answered(left)), negated(answered(right))
    if kinds == {"number"}:
        if not left.always:
            parts.append(together("all", [no_a, {b.name: {OURS[TURNED[op]]: 0}}]))
        if not right.always:
            parts.append(together("all", [no_b, {a.name: {OURS[op]: 0}}]))
    else:
        parts += [together("all", [no_a, negated(no_b)])] if op in ("<", "<=") else []
        parts += [together("all", [no_b, negated(no_a)])] if op in (">", ">=") else []
    if op in ("<=", ">=") and not (left.always or right.always):
        parts.append(together("all", [no_a, no_b]))
    return together("any", parts)


def _two_lists(left: Variable, op: str, right: Variable) -> Truth:
    """Two answers of lists, by every pair of codes; "" stands for no answer."""
    a, b = left.target, right.target
    if a is None or b is None or max(len(a.codes), len(b.codes)) > _LONGEST_LIST:
        raise Inexpressible
    parts: list[Truth] = []
    for given in ("", *a.codes):
        this: Truth = negated(answered(left)) if not given else {a.name: {"is": a.codes[given]}}
        fitting = [other for other in ("", *b.codes) if _pair(given, op, other)]
        codes = list(dict.fromkeys(b.codes[other] for other in fitting if other))
        if codes:
            parts.append(together("all", [this, {b.name: {"one_of": codes}}]))
        if "" in fitting:
            parts.append(together("all", [this, negated(answered(right))]))
    return together("any", parts)


def _pair(given: str, op: str, other: str) -> bool:
    if op in ("=", "!="):
        return constants(given, op, other)
    if given and other:
        return in_order(given, op, other)
    if not given and not other:
        return op in ("<=", ">=")
    number = as_number(given or other)
    zero, value = (0 if number is not None else ""), (number if number is not None else given or other)
    return constants(zero, op, value) if not given else constants(value, op, zero)


def _two_equal(left: Variable, a: Target, right: Variable, b: Target, op: str) -> Truth:
    if a.kind in ("option", "multiple") or b.kind in ("option", "multiple"):
        raise Inexpressible
    for target in (a, b):
        if target.kind == "choice" and any(given != code for given, code in target.codes.items()):
            raise Inexpressible
    same: Truth = {a.name: {"is": {"answer": b.name}}}
    if not (left.always or right.always):
        same = together("any", [same, together("all", [negated(answered(left)), negated(answered(right))])])
    return same if op == "=" else negated(same)
