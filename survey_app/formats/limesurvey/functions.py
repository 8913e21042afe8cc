"""The functions of LimeSurvey's expressions that a condition or a computed value can say."""

import math
from collections.abc import Callable, Mapping
from itertools import combinations
from typing import Any

from survey_app.formats.importing.logic import Call, Const, Inexpressible, Not, Ref, negated, together
from survey_app.formats.limesurvey.comparing import Count, Length, Number, Truth, answered
from survey_app.formats.limesurvey.conditions import Reading
from survey_app.formats.limesurvey.php_patterns import re2_of
from survey_app.formats.limesurvey.variables import Variable
from survey_app.questionnaire import patterns
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types.numbers import is_iso_date

_SETS = ("self", "that")
_HEAVIEST = 500
_MOST_PAIRS = 45
_NUMERIC = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)$"
_MATH: dict[str, Callable[[float], float]] = {
    name: getattr(math, name) for name in ("cos", "sin", "tan", "acos", "asin", "atan", "exp", "log", "sqrt")
}


def called(reading: Reading, call: Call, depth: int) -> Any:
    """What a call stands for: a Const, a Variable, a Number, a Count or a condition. Raises Inexpressible."""
    maker = _FUNCTIONS.get(call.name)
    if maker is None:
        raise Inexpressible
    return maker(reading, call, depth)


def _parts(reading: Reading, call: Call, depth: int) -> list[Any]:
    """The operands of a function that takes many; `self` and `that.CODE` stand for all parts of a question."""
    found: list[Any] = []
    for part in call.parts:
        if isinstance(part, Ref) and (pieces := part.name.split("."))[0] in _SETS:
            found += _members(reading, part, pieces)
        else:
            found.append(reading.operand(part, depth))
    return found


def _members(reading: Reading, ref: Ref, pieces: list[str]) -> list[Any]:
    """All variables of a question; behind its name `comments`, `nocomments`, and `sq_X`: those with X anywhere in their codes."""
    codes = reading.own if pieces[0] == "self" else tuple(pieces[1:2])
    wanted = pieces[1 if pieces[0] == "self" else 2 :]
    parts = [piece.removeprefix("sq_") for piece in wanted if piece.startswith("sq_")]
    words = set(wanted) - {f"sq_{part}" for part in parts}
    if not codes or words - {"comments", "nocomments"} or not all(parts):
        raise Inexpressible
    names = [(name, name[len(code) + 1 :]) for code in codes for name in reading.variables.names_of(code)]
    if "comments" in words or "nocomments" in words:
        names = [one for one in names if one[1].endswith("comment") == ("comments" in words)]
    if parts:
        names = [one for one in names if any(part in one[1] for part in parts)]
    if not names:
        raise Inexpressible("rule_unknown_name", name=ref.name)
    return [reading.variable(Ref(name, ref.part)) for name, _ in names]


def _is_empty(reading: Reading, call: Call, depth: int) -> Truth:
    (part,) = _exactly(call, 1)
    if isinstance(part, Ref) and part.name.split(".")[0] in _SETS:
        return together("all", [negated(_there(found)) for found in _parts(reading, call, depth)])
    found = reading.operand(part, depth)
    if isinstance(found, Const):
        return str(found.value) == ""
    return negated(_there(found))


def _there(found: Any) -> Truth:
    if isinstance(found, Variable):
        return answered(found)
    if isinstance(found, Number | Count):
        return True
    raise Inexpressible


def _exactly(call: Call, number: int) -> tuple[Any, ...]:
    if len(call.parts) != number:
        raise Inexpressible
    return call.parts


def _count(reading: Reading, call: Call, depth: int) -> Any:
    found = [part for part in _parts(reading, call, depth) if not isinstance(part, Const)]
    if not found or not all(isinstance(part, Variable) for part in found):
        raise Inexpressible
    return Count(tuple(found))


def _sum(reading: Reading, call: Call, depth: int) -> Any:
    return Number({"add": [reading.number(part) for part in _parts(reading, call, depth)] or [0]})


def _choose(reading: Reading, call: Call, depth: int) -> Any:
    test, yes, no = _exactly(call, 3)
    when = reading.truth(test, depth)
    if isinstance(when, bool):
        return reading.operand(yes if when else no, depth)
    one, two = reading.operand(yes, depth), reading.operand(no, depth)
    if isinstance(one, dict | bool) or isinstance(two, dict | bool):
        if _heavy(when):  # it stands there twice, and inside another such test four times
            raise Inexpressible
        positive = together("all", [when, reading.is_true(one)])
        return together("any", [positive, together("all", [negated(when), reading.is_true(two)])])
    return Number({"if": when, "then": reading.number(one), "else": reading.number(two)})


def _heavy(condition: Any) -> bool:
    """Whether a condition has too many parts to be written down twice."""
    waiting, seen = [condition], 0
    while waiting and seen <= _HEAVIEST:
        part = waiting.pop()
        seen += 1
        if isinstance(part, dict):
            waiting += part.values()
        elif isinstance(part, list):
            waiting += part
    return seen > _HEAVIEST


def _most(reading: Reading, call: Call, depth: int) -> Any:
    return Number({call.name: [reading.number(part) for part in _parts(reading, call, depth)]})


def _intval(reading: Reading, call: Call, depth: int) -> Any:
    """A list's codes are whole already; a number may have a fraction, which a condition cannot cut off."""
    found = reading.operand(call.parts[0], depth) if len(call.parts) == 1 else None
    target = found.target if isinstance(found, Variable) else None
    if target is not None and target.kind == "choice" and all(c.isascii() and c.isdigit() for c in target.codes):
        return found
    if isinstance(found, Const) and (number := as_number(found.value)) is not None:
        return Const(int(number))
    raise Inexpressible


def _is_numeric(reading: Reading, call: Call, depth: int) -> Truth:
    (part,) = _exactly(call, 1)
    found = reading.operand(part, depth)
    if isinstance(found, Variable) and found.target is not None and found.target.kind == "number":
        return answered(found)
    if isinstance(found, Variable) and found.target is not None and found.target.kind == "text" and reading.patterns:
        return {found.target.name: {"matches": _NUMERIC}}
    raise Inexpressible


def _is_int(reading: Reading, call: Call, depth: int) -> Truth:
    (part,) = _exactly(call, 1)
    found = reading.operand(part, depth)
    kind = found.target.kind if isinstance(found, Variable) and found.target is not None else ""
    if kind in ("number", "text") and reading.patterns:
        return {found.target.name: {"matches": "^-?[0-9]+$"}}
    raise Inexpressible


def _regex_match(reading: Reading, call: Call, depth: int) -> Truth:
    """A pattern of PHP beside a text or a number, in a check; beside a list it is tried on every code."""
    pattern, part = _exactly(call, 2)
    found = reading.operand(part, depth)
    target = found.target if isinstance(found, Variable) else None
    plain = re2_of(str(pattern.value)) if isinstance(pattern, Const) else ""
    if target is None or not plain or found.rank:
        raise Inexpressible
    if target.kind == "choice":
        test: Truth = {target.name: {"one_of": codes}} if (codes := _matching(target.codes, plain)) else False
    elif target.kind in ("text", "number") and reading.patterns:
        test = {target.name: {"matches": plain}}
    else:
        raise Inexpressible
    return together("any", [test, negated(answered(found))]) if patterns.matches("", plain) else test


def _matching(codes: Mapping[str, str], pattern: str) -> list[str]:
    return list(dict.fromkeys(code for given, code in codes.items() if patterns.matches(given, pattern)))


def _strlen(reading: Reading, call: Call, depth: int) -> Any:
    (part,) = _exactly(call, 1)
    found = reading.operand(part, depth)
    if isinstance(found, Variable) and found.target is not None:
        return Length(found)
    raise Inexpressible


def _trim(reading: Reading, call: Call, depth: int) -> Any:
    """Our texts have no spaces around them."""
    (part,) = _exactly(call, 1)
    return reading.operand(part, depth)


def _of_constant(reading: Reading, call: Call, depth: int) -> Const:
    """sin, cos and the like, of numbers that do not change."""
    found = reading.operand(call.parts[0], depth) if len(call.parts) == 1 else None
    number = as_number(found.value) if isinstance(found, Const) else None
    try:
        return Const(round(_MATH[call.name](number), 9)) if number is not None else _nothing()
    except (ValueError, OverflowError):
        raise Inexpressible from None


def _nothing() -> Const:
    raise Inexpressible


def _round(reading: Reading, call: Call, depth: int) -> Any:
    found = reading.operand(call.parts[0], depth) if call.parts else None
    if isinstance(found, Const) and (number := as_number(found.value)) is not None and len(call.parts) == 1:
        kinds: dict[str, Callable[[float], float]] = {
            "round": round,
            "floor": math.floor,
            "ceil": math.ceil,
            "abs": abs,
        }
        return Const(kinds[call.name](number))
    raise Inexpressible


def _countif(reading: Reading, call: Call, depth: int) -> Any:
    """countif(value, a, b ...): how many equal the value. As a sum of conditions."""
    value = reading.operand(call.parts[0], depth) if call.parts else None
    rest = _parts(reading, Call(call.name, call.parts[1:]), depth)
    if not isinstance(value, Const) or not rest:
        raise Inexpressible
    return Number({"add": [_one_if(reading.compared(part, "=", value)) for part in rest]})


def _one_if(when: Truth) -> Any:
    return int(when) if isinstance(when, bool) else {"if": when, "then": 1, "else": 0}


def _unique(reading: Reading, call: Call, depth: int) -> Truth:
    """unique(a, b ...): no two of the answers that are given are the same."""
    found = _parts(reading, call, depth)
    targets = [part.target for part in found if isinstance(part, Variable) and part.target and not part.rank]
    kinds = {target.kind for target in targets}
    codes = {tuple(sorted(target.codes.items())) for target in targets}
    if len(targets) != len(found) or len(kinds | codes) > 2 or not kinds <= {"number", "choice"}:
        raise Inexpressible
    pairs = list(combinations(targets, 2))
    if len(pairs) > _MOST_PAIRS:
        raise Inexpressible
    return together("all", [negated({a.name: {"is": {"answer": b.name}}}) for a, b in pairs])


def _strtotime(reading: Reading, call: Call, depth: int) -> Any:
    """A day as a number; only beside another one, so that the days themselves say the same."""
    (part,) = _exactly(call, 1)
    found = reading.operand(part, depth)
    if isinstance(found, Variable) and found.target is not None and found.target.kind == "date":
        return found
    if isinstance(found, Const) and is_iso_date(str(found.value)):
        return found
    raise Inexpressible


def _not(reading: Reading, call: Call, depth: int) -> Truth:
    (part,) = _exactly(call, 1)
    return reading.truth(Not(part), depth)


def _pi(reading: Reading, call: Call, depth: int) -> Const:
    _exactly(call, 0)
    return Const(math.pi)


_FUNCTIONS = {
    **dict.fromkeys(("cos", "sin", "tan", "acos", "asin", "atan", "exp", "log", "sqrt"), _of_constant),
    "regexmatch": _regex_match,
    "is_int": _is_int,
    "strlen": _strlen,
    "trim": _trim,
    "pi": _pi,
    "is_empty": _is_empty,
    "count": _count,
    "countif": _countif,
    "sum": _sum,
    "if": _choose,
    "min": _most,
    "max": _most,
    "intval": _intval,
    "is_numeric": _is_numeric,
    "round": _round,
    "floor": _round,
    "ceil": _round,
    "abs": _round,
    "not": _not,
    "unique": _unique,
    "strtotime": _strtotime,
}
