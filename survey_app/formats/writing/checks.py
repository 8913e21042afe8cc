"""Checks of answers in other programs: the parts of a check that programs have places of their own for."""

import re
from collections.abc import Mapping
from typing import Any

from survey_app.questionnaire import conditions
from survey_app.questionnaire.parts import Check, Condition

_WHOLE = re.compile(r"\^\(\?:(.*)\)\$", re.DOTALL)
_LENGTH = re.compile(r"\(\?s\)\^\.\{([0-9]+),([0-9]*)\}\$")


def once_answered(check: Check, own: str) -> Condition | None:
    """What an answer to `own` has to meet once there is one; None when the check also refuses that there is none."""
    that = check.that
    if set(that) == {"any"}:
        rest = [part for part in that["any"] if part != {own: {"answered": False}}]
        if rest and len(rest) < len(that["any"]):
            return rest[0] if len(rest) == 1 else {"any": rest}
    others = (conditions.names(that) | check.let.keys()) - {own}
    return that if conditions.reduce(that, others, {}) is True else None


def needed_when(check: Check, own: str) -> Condition | None:
    """When the check only asks that `own` is answered: under which condition; None for any other check."""
    that = check.that
    if set(that) != {"any"} or check.let or {own: {"answered": True}} not in that["any"]:
        return None
    rest = [part for part in that["any"] if part != {own: {"answered": True}}]
    if not rest or any(own in conditions.names(part) for part in rest):
        return None
    opposites = [part["not"] if set(part) == {"not"} else {"not": part} for part in rest]
    return opposites[0] if len(opposites) == 1 else {"all": opposites}


def whole_pattern(pattern: str) -> str | None:
    """What a text has to be from its first to its last sign, None when it may stand anywhere in it."""
    match = _WHOLE.fullmatch(pattern)
    return match[1] if match and _balanced(match[1]) else None


def _balanced(text: str) -> bool:
    """Whether the bracket around a pattern closes at its end: `^(?:a)|(?:b)$` is no whole."""
    depth, skip, listed = 0, False, False
    for sign in text:
        if skip or sign == "\\":
            skip = not skip
        elif listed:
            listed = sign != "]"
        elif sign == "[":
            listed = True
        elif sign in "()":
            depth += 1 if sign == "(" else -1
            if depth < 0:
                return False
    return depth == 0 and not listed and not skip


def length_of(pattern: str) -> tuple[int, int | None] | None:
    """The least and most signs of a text, where a pattern asks for nothing else."""
    match = _LENGTH.fullmatch(pattern)
    return (int(match[1]), int(match[2]) if match[2] else None) if match else None


def only_pattern(condition: Mapping[str, Any], own: str) -> str:
    """The pattern, where a condition only compares the answer with one; "" for any other."""
    test = condition.get(own) if set(condition) == {own} else None
    return str(test["matches"]) if isinstance(test, Mapping) and set(test) == {"matches"} else ""
