"""Conditions: one meaning for display logic, ends, filters and alert rules.

A condition is data: `{overall: {at_most: 2}}`; several variables, and several operators of one variable, all have to hold;
`{all: [...]}`, `{any: [...]}`, `{not: ...}`. The right side is a constant or `{answer: NAME, plus: {days: n}}`.
A comparison with an unanswered operand on either side is false; `answered: false` is the way to ask for its absence.
`matches` (a pattern, see `patterns`) is for checks of answers alone: no script and no proof can decide it.
"""

import calendar
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Any

from survey_app.questionnaire import patterns
from survey_app.questionnaire.parts import Answers, Condition, Texts

_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NOTHING: Mapping[str, str] = {}


def holds(condition: Condition | None, answers: Answers, texts: Texts | None = None) -> bool:
    """Whether the condition is true for these answers; no condition is true."""
    if condition is None:
        return True
    texts = texts or _NOTHING
    for key, test in condition.items():
        if key == "all":
            met = all(holds(part, answers, texts) for part in test)
        elif key == "any":
            met = any(holds(part, answers, texts) for part in test)
        elif key == "not":
            met = not holds(test, answers, texts)
        else:
            met = _test(key, test, answers, texts)
        if not met:
            return False
    return True


def _test(name: str, test: Mapping[str, Any], answers: Answers, texts: Texts) -> bool:
    value = answers.get(name)
    if value is None:
        value = texts.get(name)
    for operator, right in test.items():
        if operator == "answered":
            if is_answered(value) != right:
                return False
        elif operator == "count":
            if not isinstance(value, list) or not all(_OPERATORS[op](len(value), bound) for op, bound in right.items()):
                return False
        else:
            if isinstance(right, dict):
                right = right_side(right, answers, texts)
            if not is_answered(value) or right is None or not _OPERATORS[operator](value, right):
                return False
    return True


def is_answered(value: Any) -> bool:
    """Whether there is an answer: not None, not "", not an empty list."""
    return value is not None and value != "" and value != []


def right_side(right: Mapping[str, Any], answers: Answers, texts: Texts = _NOTHING) -> Any:
    """The value of `{answer: NAME, plus: {...}}`, None when it is not answered or cannot be shifted."""
    value = answers.get(right["answer"])
    if value is None:
        value = texts.get(right["answer"])
    if not is_answered(value) or "plus" not in right:
        return value if is_answered(value) else None
    return shift(value, right["plus"])


def shift(value: Any, plus: Mapping[str, int]) -> str | None:
    """An ISO date moved by days, months and years; the last day of a shorter month stands for the missing one."""
    try:
        day = date.fromisoformat(value)
        months = day.year * 12 + day.month - 1 + plus.get("months", 0) + 12 * plus.get("years", 0)
        year, month = divmod(months, 12)
        last = calendar.monthrange(year, month + 1)[1]
        moved = date(year, month + 1, min(day.day, last))
        return date.fromordinal(moved.toordinal() + plus.get("days", 0)).isoformat()
    except (ValueError, TypeError, OverflowError, calendar.IllegalMonthError):
        return None


def same(left: Any, right: Any) -> bool:
    """Equality of answers: code "2" and number 2 are the same answer, 2 and 2.0 too; words without regard to case."""
    if left == right:
        return not (isinstance(left, bool) or isinstance(right, bool)) or left is right
    if isinstance(left, str) and isinstance(right, str):
        return left.casefold() == right.casefold()
    if type(left) is type(right) or isinstance(left, list) or isinstance(right, list):
        return False
    a, b = as_number(left), as_number(right)
    return a is not None and a == b


def as_number(value: Any) -> float | None:
    """The number of an answer: numbers and codes that are numbers, otherwise None (`unknown`, dates, words)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return float(value)
    return None


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def test(left: Any, right: Any) -> bool:
        a, b = as_number(left), as_number(right)
        if a is not None and b is not None:
            return compare(a, b)
        if a is None and b is None and isinstance(left, str) and isinstance(right, str):
            # ISO dates and times sort as text; any other words have no order.
            return _is_moment(left) and _is_moment(right) and len(left) == len(right) and compare(left, right)
        return False

    return test


def _is_moment(text: str) -> bool:
    return len(text) in (5, 10) and text[0].isdigit() and (text[2] == ":" or text[4:5] == "-")


def _written(value: Any) -> str:
    """A text as it stands, a number as it is written: 5, 0.25."""
    return (
        value
        if isinstance(value, str)
        else format(value, "f").rstrip("0").rstrip(".")
        if isinstance(value, float)
        else str(value)
    )


def _items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _has(value: Any, code: Any) -> bool:
    return any(same(item, code) for item in _items(value))


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "is": same,
    "is_not": lambda left, right: not same(left, right),
    "one_of": lambda left, right: any(same(left, item) for item in _items(right)),
    "none_of": lambda left, right: not any(same(left, item) for item in _items(right)),
    "at_least": _ordered(lambda a, b: a >= b),
    "at_most": _ordered(lambda a, b: a <= b),
    "more_than": _ordered(lambda a, b: a > b),
    "less_than": _ordered(lambda a, b: a < b),
    "includes": _has,
    "includes_all": lambda left, right: all(_has(left, code) for code in _items(right)),
    "includes_any": lambda left, right: any(_has(left, code) for code in _items(right)),
    "includes_none": lambda left, right: not any(_has(left, code) for code in _items(right)),
    "matches": lambda left, right: patterns.matches(_written(left), right),
}
OPERATORS = (*_OPERATORS, "answered", "count")
LISTS = ("one_of", "none_of", "includes_all", "includes_any", "includes_none")
NUMERIC = ("at_least", "at_most", "more_than", "less_than")


def names(condition: Condition | None) -> set[str]:
    """Every variable the condition looks at, on both sides."""
    return set(_names(condition)) if condition else set()


def _names(condition: Condition) -> Iterator[str]:
    for key, test in condition.items():
        if key in ("all", "any"):
            for part in test:
                yield from _names(part)
        elif key == "not":
            yield from _names(test)
        else:
            yield key
            for right in test.values():
                if isinstance(right, Mapping) and "answer" in right:
                    yield right["answer"]


def simplify(condition: Condition) -> dict[str, Any]:
    """The same condition without needless nesting: single-element lists, doubled `not`, nested lists of one kind."""
    parts = [_simple(key, test) for key, test in condition.items()]
    if len(parts) == 1:
        return parts[0]
    merged: dict[str, Any] = {}
    for part in parts:
        if merged.keys() & part.keys() or any(len(p) != 1 for p in parts):
            return {"all": parts}
        merged |= part
    return merged


def _simple(key: str, test: Any) -> dict[str, Any]:
    if key == "not":
        inner = simplify(test)
        return simplify(inner["not"]) if set(inner) == {"not"} else {"not": inner}
    if key not in ("all", "any"):
        return {key: dict(test)}
    flat: list[dict[str, Any]] = []
    for part in map(simplify, test):
        flat += part[key] if set(part) == {key} else [part]
    return flat[0] if len(flat) == 1 else {key: flat}


def reduce(
    condition: Condition, open_names: set[str], answers: Answers, texts: Texts | None = None
) -> bool | dict[str, Any]:
    """The condition with everything decided that does not depend on `open_names`: True, False or what is left.

    The runner uses it to print only what the page itself has to decide.
    """
    left: list[dict[str, Any]] = []
    for key, test in condition.items():
        part = _reduce_one(key, test, open_names, answers, texts)
        if part is False:
            return False
        if part is not True:
            left.append(part)
    if not left:
        return True
    return simplify({"all": left})


def _reduce_one(
    key: str, test: Any, open_names: set[str], answers: Answers, texts: Texts | None
) -> bool | dict[str, Any]:
    if key == "not":
        inner = reduce(test, open_names, answers, texts)
        return not inner if isinstance(inner, bool) else {"not": inner}
    if key in ("all", "any"):
        parts = [reduce(part, open_names, answers, texts) for part in test]
        decisive = key == "any"
        if any(part is decisive for part in parts):
            return decisive
        left = [part for part in parts if not isinstance(part, bool)]
        return {key: left} if left else not decisive
    single = {key: test}
    return dict(single) if names(single) & open_names else holds(single, answers, texts)


def to_script(condition: Condition) -> list[Any] | None:
    """The condition for the page's script; None when the script cannot decide it.

    Grammar: ["and", ...], ["or", ...], ["not", c], ["sel", name, code] (this code is chosen),
    ["ans", name] (answered), ["<", name, number], [">", name, number] (false when unanswered or not a number).
    """
    parts = []
    for key, test in condition.items():
        part = _script_part(key, test)
        if part is None:
            return None
        parts.append(part)
    return _joined("and", parts)


def _script_part(key: str, test: Any) -> list[Any] | None:
    if key in ("all", "any"):
        parts = [to_script(part) for part in test]
        return None if None in parts else _joined("and" if key == "all" else "or", [p for p in parts if p])
    if key == "not":
        inner = to_script(test)
        return None if inner is None else ["not", inner]
    tests = [_script_test(key, operator, right) for operator, right in test.items()]
    return None if None in tests else _joined("and", [t for t in tests if t])


def _script_test(name: str, operator: str, right: Any) -> list[Any] | None:
    if isinstance(right, Mapping) or operator == "matches":  # another answer, a count, a pattern
        return None
    if operator == "answered":
        return ["ans", name] if right else ["not", ["ans", name]]
    if operator in NUMERIC:
        number = as_number(right)
        if number is None:
            return None
        sign = [
            "<" if operator in ("less_than", "at_most") else ">",
            name,
            right if not isinstance(right, str) else number,
        ]
        return sign if operator in ("less_than", "more_than") else ["or", sign, ["sel", name, str(right)]]
    chosen = [["sel", name, str(code)] for code in _items(right)]
    if operator in ("is", "includes", "one_of", "includes_any"):
        return _joined("or", chosen)
    if operator == "includes_all":
        return _joined("and", chosen)
    return ["and", ["ans", name], ["not", _joined("or", chosen)]]


def _joined(word: str, parts: list[list[Any]]) -> list[Any]:
    if len(parts) == 1:
        return parts[0]
    flat: list[Any] = [word]
    for part in parts:
        flat += part[1:] if part[0] == word else [part]
    return flat
