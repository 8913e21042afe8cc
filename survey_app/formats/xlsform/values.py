"""What an expression gives for known answers, as XPath counts: the way to a rule when all its answers can be tried."""

import math
from collections.abc import Callable, Mapping
from typing import Any

from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref
from survey_app.questionnaire.conditions import as_number

MOST_STEPS = 5_000
Value = str | float | bool


def number(value: Value) -> float:
    """As XPath's number(): NaN for what is none."""
    if isinstance(value, bool):
        return 1.0 if value else 0.0
    found = as_number(value.strip() if isinstance(value, str) else value)
    return math.nan if found is None else float(found)


def text(value: Value) -> str:
    """As XPath's string()."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        if math.isnan(value):
            return "NaN"
        return str(int(value)) if float(value).is_integer() else repr(float(value))
    return value


def truth(value: Value) -> bool:
    """As XPath's boolean()."""
    if isinstance(value, str):
        return value != ""
    return bool(value) and not (isinstance(value, float) and math.isnan(value))


def equal(left: Value, right: Value) -> bool:
    """XPath's `=`."""
    if isinstance(left, bool) or isinstance(right, bool):
        return truth(left) == truth(right)
    if isinstance(left, str) and isinstance(right, str):
        return left == right
    return number(left) == number(right)


def compare(op: str, left: Value, right: Value) -> bool:
    """A comparison of two values."""
    if op in ("=", "!="):
        return equal(left, right) == (op == "=")
    a, b = number(left), number(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[op]


def evaluate(tree: Any, answers: Mapping[str, Value]) -> Value:
    """The value for these answers (name -> text of the answer, "" for none). Raises Inexpressible for what is not known here."""
    if isinstance(tree, Const):
        return tree.value if tree.value is not None else ""
    if isinstance(tree, Ref):
        if tree.name not in answers:
            raise Inexpressible
        return answers[tree.name]
    if isinstance(tree, Not):
        return not truth(evaluate(tree.part, answers))
    if isinstance(tree, Both):
        results = (truth(evaluate(part, answers)) for part in tree.parts)
        return all(results) if tree.word == "all" else any(results)
    if isinstance(tree, Op):
        return _operation(tree.op, evaluate(tree.left, answers), evaluate(tree.right, answers))
    if isinstance(tree, Call):
        return _call(tree, answers)
    raise Inexpressible


def _operation(op: str, left: Value, right: Value) -> Value:
    if op in ("=", "!=", "<", "<=", ">", ">="):
        return compare(op, left, right)
    a, b = number(left), number(right)
    if op in ("/", "mod"):
        if b == 0 or math.isnan(a) or math.isnan(b):
            return math.nan
        return a / b if op == "/" else math.fmod(a, b)
    return {"+": a + b, "-": a - b, "*": a * b}[op]


def _call(tree: Call, answers: Mapping[str, Value]) -> Value:
    if tree.name == "if" and len(tree.parts) == 3:
        return evaluate(tree.parts[1 if truth(evaluate(tree.parts[0], answers)) else 2], answers)
    function = _FUNCTIONS.get(tree.name)
    if function is None:
        raise Inexpressible
    try:
        return function(*(evaluate(part, answers) for part in tree.parts))
    except (TypeError, ValueError, OverflowError, IndexError):
        raise Inexpressible from None


def _rounded(value: Value, places: Value = 0.0) -> float:
    scale = 10.0 ** int(number(places))
    given = number(value)
    return given if math.isnan(given) else math.floor(given * scale + 0.5) / scale


def _whole(turn: Callable[[float], int]) -> Callable[[Value], float]:
    def function(value: Value) -> float:
        given = number(value)
        return given if math.isnan(given) else float(turn(given))

    return function


_FUNCTIONS: dict[str, Callable[..., Value]] = {
    "true": lambda: True,
    "false": lambda: False,
    "not": lambda a: not truth(a),
    "boolean": truth,
    "boolean-from-string": lambda a: text(a) in ("1", "true"),
    "number": number,
    "string": text,
    "once": lambda a: a,
    "stored()": lambda a: "" if isinstance(a, float) and math.isnan(a) else a,
    "int": _whole(math.trunc),
    "floor": _whole(math.floor),
    "ceiling": _whole(math.ceil),
    "round": _rounded,
    "abs": lambda a: abs(number(a)),
    "coalesce": lambda *parts: next((part for part in parts if text(part) != ""), ""),
    "concat": lambda *parts: "".join(map(text, parts)),
    "string-length": lambda a: float(len(text(a))),
    "starts-with": lambda a, b: text(a).startswith(text(b)),
    "ends-with": lambda a, b: text(a).endswith(text(b)),
    "contains": lambda a, b: text(b) in text(a),
    "substr": lambda a, start, end=None: text(a)[int(number(start)) : None if end is None else int(number(end))],
    "normalize-space": lambda a: " ".join(text(a).split()),
    "selected": lambda a, b: text(b).strip() in text(a).split(),
    "count-selected": lambda a: float(len(text(a).split())),
    "selected-at": lambda a, at: text(a).split()[int(number(at))],
    "min": lambda *parts: min(map(number, parts)),
    "max": lambda *parts: max(map(number, parts)),
}
