"""Expressions of computed values: numbers, answers, sums, means, counts, choices by condition. A tree, never a text."""

from collections.abc import Callable, Mapping
from typing import Any

from survey_app.questionnaire.conditions import as_number, holds, is_answered
from survey_app.questionnaire.conditions import names as condition_names
from survey_app.questionnaire.parts import Answers, Texts

LISTS = ("add", "multiply", "mean", "min", "max")
PAIRS = ("subtract", "divide")
KEYS = ("answer", *LISTS, *PAIRS, "count", "if")

Valuer = Callable[[str, Any], float | None]


def evaluate(
    expression: Any, answers: Answers, texts: Texts | None = None, value_of: Valuer | None = None
) -> float | None:
    """The value, or None when an operand is missing (`mean`, `min`, `max` skip missing operands), or on division by 0.

    `value_of(name, answer)` gives the number of an answer; by default the number itself or a code that is a number.
    """
    result = _value(expression, answers, texts or {}, value_of or (lambda _, answer: as_number(answer)))
    if result is None or result != result or abs(result) > 1e15:
        return None
    rounded = round(result, 6)
    return int(rounded) if float(rounded).is_integer() else rounded


def _value(tree: Any, answers: Answers, texts: Texts, value_of: Valuer) -> float | None:
    if not isinstance(tree, Mapping):
        return as_number(tree)
    if "answer" in tree:
        given = answers.get(tree["answer"])
        return value_of(tree["answer"], given) if is_answered(given) else None
    if "if" in tree:
        branch = "then" if holds(tree["if"], answers, texts) else "else"
        return _value(tree[branch], answers, texts, value_of) if branch in tree else None
    if "count" in tree:
        return sum(is_answered(answers.get(name)) or is_answered(texts.get(name)) for name in tree["count"])
    operator, operands = next(iter(tree.items()))
    values = [_value(part, answers, texts, value_of) for part in operands]
    if operator in ("mean", "min", "max"):
        return _skipping(operator, [v for v in values if v is not None])
    if any(v is None for v in values):
        return None
    return _exact(operator, [v for v in values if v is not None])


def _skipping(operator: str, values: list[float]) -> float | None:
    if not values:
        return None
    if operator == "mean":
        return sum(values) / len(values)
    return min(values) if operator == "min" else max(values)


def _exact(operator: str, values: list[float]) -> float | None:
    if operator == "add":
        return sum(values)
    if operator == "multiply":
        product = 1.0
        for value in values:
            product *= value
        return product
    if operator == "subtract":
        return values[0] - values[1]
    return values[0] / values[1] if values[1] else None


def names(tree: Any) -> set[str]:
    """Every variable the expression looks at."""
    if not isinstance(tree, Mapping):
        return set()
    found: set[str] = set()
    for key, part in tree.items():
        if key == "answer":
            found.add(part)
        elif key == "count":
            found |= set(part)
        elif key == "if":
            found |= condition_names(part)
        elif isinstance(part, list):
            for operand in part:
                found |= names(operand)
        else:
            found |= names(part)
    return found
