"""Whether a condition or an expression makes sense for the questions before it."""

import difflib
from collections.abc import Iterator, Mapping, Set
from typing import Any

from survey_app.questionnaire import expressions, patterns
from survey_app.questionnaire.conditions import LISTS, NUMERIC, OPERATORS, as_number
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time

MAX_DEPTH = 30
MOST = 1e300
"""Larger numbers, infinity and "not a number" are no constants."""
_BY_KIND: dict[str, tuple[str, ...]] = {
    "choice": ("is", "is_not", "one_of", "none_of", *NUMERIC, "answered"),
    "place": ("is", "is_not", "one_of", "none_of", "answered"),
    "number": ("is", "is_not", "one_of", "none_of", *NUMERIC, "answered"),
    "multiple": ("includes", "includes_all", "includes_any", "includes_none", "count", "answered"),
    "date": ("is", "is_not", *NUMERIC, "answered"),
    "time": ("is", "is_not", *NUMERIC, "answered"),
    "text": ("is", "is_not", "one_of", "none_of", "answered"),
}
Path = tuple[str | int, ...]
Found = tuple[str, Path, dict[str, Any]]


class _Scope:
    """Which variables may be named: asked before, asked later, or of questions that could not be read."""

    def __init__(
        self, known: Mapping[str, Question], later: Mapping[str, Question], opaque: Set[str], *, patterns: bool = False
    ) -> None:
        self.known, self.later, self.opaque, self.patterns = known, later, opaque, patterns

    def fault(self, name: Any, path: Path) -> Found | None:
        if not isinstance(name, str):  # a list or a mapping could not even be looked up
            return "unknown_variable", path, {"name": str(name)[:60], "hint": "", "hint_zh": ""}
        if name in self.known or any(name == o or name.startswith(f"{o}_") for o in self.opaque):
            return None
        if name in self.later:
            return "later_variable", path, {"name": name}
        return "unknown_variable", path, {"name": name, **_hint(name, self.known)}


def check(
    condition: Any,
    path: Path,
    known: Mapping[str, Question],
    later: Mapping[str, Question],
    opaque: Set[str] = frozenset(),
    *,
    patterns: bool = False,
) -> Iterator[Found]:
    """The faults of a condition. `known`: variable -> question for everything asked before; `later`: everything.

    `patterns`: whether it may compare with patterns, which only checks of answers can.
    """
    yield from _check(condition, path, _Scope(known, later, opaque, patterns=patterns), 0)


def _check(condition: Any, path: Path, scope: _Scope, depth: int) -> Iterator[Found]:
    if depth > MAX_DEPTH:
        yield "bad_condition", path, {"reason": "it is nested too deeply"}
    elif not isinstance(condition, dict) or not condition:
        yield "bad_condition", path, {"reason": "a mapping with at least one key is expected"}
    else:
        for key, test in condition.items():
            place = (*path, key)
            if key in ("all", "any"):
                if not isinstance(test, list) or not test:
                    yield "bad_condition", place, {"reason": "a list of conditions is expected"}
                    continue
                for index, part in enumerate(test):
                    yield from _check(part, (*place, index), scope, depth + 1)
            elif key == "not":
                yield from _check(test, place, scope, depth + 1)
            else:
                yield from _variable(key, test, place, scope)


def _variable(name: str, test: Any, path: Path, scope: _Scope) -> Iterator[Found]:
    fault = scope.fault(name, path)
    if fault:
        yield fault
        return
    if not isinstance(test, dict) or not test:
        yield "bad_condition", path, {"reason": "an operator is missing"}
        return
    question = scope.known.get(name)
    for operator, right in test.items():
        place = (*path, operator)
        if operator not in OPERATORS:
            yield "unknown_operator", place, {"given": operator, "known": list(OPERATORS), **_hint(operator, OPERATORS)}
            continue
        kind = question.operand(name) if question else None
        if operator == "matches":
            yield from _pattern(right, kind, place, scope)
            continue
        if kind and operator not in _BY_KIND[kind]:
            yield (
                "wrong_operator",
                place,
                {"operator": operator, "name": name, "kind": kind, "known": list(_BY_KIND[kind])},
            )
            continue
        yield from _right(name, operator, right, kind, question, place, scope)


def _pattern(right: Any, kind: str | None, path: Path, scope: _Scope) -> Iterator[Found]:
    if not scope.patterns or kind not in (None, "text", "number"):
        yield "pattern_not_here", path, {}
    elif not patterns.is_pattern(right):
        yield "bad_pattern", path, {"given": str(right)[:100]}


def _right(
    name: str, operator: str, right: Any, kind: str | None, question: Question | None, path: Path, scope: _Scope
) -> Iterator[Found]:
    if operator == "answered":
        if not isinstance(right, bool):
            yield "bad_condition", path, {"reason": '"answered" takes true or false'}
    elif operator == "count":
        if (
            not isinstance(right, dict)
            or not right
            or not all(
                op in ("is", "is_not", *NUMERIC) and isinstance(n, int) and not isinstance(n, bool)
                for op, n in right.items()
            )
        ):
            yield "bad_condition", path, {"reason": '"count" takes for example {at_least: 2}'}
    elif isinstance(right, dict):
        yield from _other_answer(right, path, scope)
    elif isinstance(right, list):
        if operator not in LISTS:
            yield "bad_condition", path, {"reason": "one value is expected, not a list"}
        elif not right:
            yield "bad_condition", path, {"reason": "the list is empty"}
        else:
            for index, item in enumerate(right):
                yield from _constant(name, operator, item, kind, question, (*path, index))
    elif operator in LISTS and operator != "includes_none" and not isinstance(right, str | int | float):
        yield "bad_condition", path, {"reason": "a list is expected"}
    else:
        yield from _constant(name, operator, right, kind, question, path)


def _other_answer(right: Mapping[str, Any], path: Path, scope: _Scope) -> Iterator[Found]:
    plus = right.get("plus")
    if set(right) - {"answer", "plus"} or not isinstance(right.get("answer"), str):
        yield "bad_condition", path, {"reason": "the right side is a value or {answer: NAME, plus: {days: n}}"}
        return
    if plus is not None and not (
        isinstance(plus, dict)
        and plus
        and set(plus) <= {"days", "months", "years"}
        and all(isinstance(n, int) and not isinstance(n, bool) and abs(n) <= 100_000 for n in plus.values())
    ):
        yield "bad_condition", (*path, "plus"), {"reason": '"plus" takes whole days, months or years'}
    fault = scope.fault(right["answer"], (*path, "answer"))
    if fault:
        yield fault
    elif plus is not None and (q := scope.known.get(right["answer"])) and q.operand(right["answer"]) != "date":
        yield "bad_condition", (*path, "plus"), {"reason": "only dates can be moved"}


def _constant(
    name: str, operator: str, value: Any, kind: str | None, question: Question | None, path: Path
) -> Iterator[Found]:
    if not isinstance(value, str) and not _is_number(value):
        yield "bad_condition", path, {"reason": "a text or a number is expected"}
        return
    if kind == "date" and not is_iso_date(str(value)) or kind == "time" and not is_iso_time(str(value)):
        yield "bad_date", path, {"given": value}
    elif as_number(value) is None and (
        kind in ("number", "choice") if operator in NUMERIC else kind == "number" and value != "unknown"
    ):
        yield "bad_condition", path, {"reason": "a number is expected"}
    elif question is not None:
        codes = question.codes(name)
        if codes is None:
            return
        if operator in NUMERIC:
            if all(as_number(code) is None for code in codes):
                yield (
                    "wrong_operator",
                    path,
                    {
                        "operator": operator,
                        "name": name,
                        "kind": "words",
                        "known": ["is", "is_not", "one_of", "none_of", "answered"],
                    },
                )
        elif str(value) not in {str(code) for code in codes}:
            yield "unknown_answer", path, {"name": name, "given": value, "known": list(codes)[:20]}


def check_expression(
    tree: Any, path: Path, known: Mapping[str, Question], later: Mapping[str, Question], opaque: Set[str] = frozenset()
) -> Iterator[Found]:
    """The faults of a computed value's expression."""
    yield from _expression(tree, path, _Scope(known, later, opaque), 0)


def _expression(tree: Any, path: Path, scope: _Scope, depth: int) -> Iterator[Found]:
    if _is_number(tree):
        return
    if depth > MAX_DEPTH:
        yield "bad_expression", path, {"reason": "it is nested too deeply"}
        return
    if not isinstance(tree, dict) or not tree:
        yield "bad_expression", path, {"reason": "a number or a mapping is expected"}
        return
    if "if" in tree:
        if set(tree) - {"if", "then", "else"} or "then" not in tree:
            yield "bad_expression", path, {"reason": '"if" needs "then", and may have "else"'}
            return
        yield from _check(tree["if"], (*path, "if"), scope, 0)
        for branch in ("then", "else"):
            if branch in tree:
                yield from _expression(tree[branch], (*path, branch), scope, depth + 1)
        return
    if len(tree) != 1 or (key := next(iter(tree))) not in expressions.KEYS:
        yield "bad_expression", path, {"reason": "exactly one known operation is expected"}
        return
    yield from _operation(key, tree[key], (*path, key), scope, depth)


def _operation(key: str, operands: Any, path: Path, scope: _Scope, depth: int) -> Iterator[Found]:
    if key == "answer":
        if fault := scope.fault(operands, path):
            yield fault
    elif not isinstance(operands, list) or not operands:
        yield "bad_expression", path, {"reason": "a list is expected"}
    elif key in expressions.PAIRS and len(operands) != 2:
        yield "bad_expression", path, {"reason": "exactly two operands are expected"}
    elif key == "count":
        for index, name in enumerate(operands):
            if fault := scope.fault(name, (*path, index)):
                yield fault
    else:
        for index, part in enumerate(operands):
            yield from _expression(part, (*path, index), scope, depth + 1)


def _is_number(value: Any) -> bool:
    """Whether it is a number to calculate with. No file of ours holds others, but files of other systems may."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= MOST


def _hint(given: Any, known: Any) -> dict[str, str]:
    close = difflib.get_close_matches(str(given)[:60], list(known), n=1, cutoff=0.6)
    if not close:
        return {"hint": "", "hint_zh": ""}
    return {"hint": f' Did you mean "{close[0]}"?', "hint_zh": f"您是否想写“{close[0]}”？"}
