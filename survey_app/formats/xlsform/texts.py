"""Tests of texts as patterns: regular expressions, parts of a text, lengths."""

import re
from collections.abc import Mapping
from typing import Any

from survey_app.formats.importing.logic import Call, Const, Inexpressible, Ref, Target
from survey_app.formats.xlsform import values
from survey_app.questionnaire.patterns import is_pattern, matches

_ENDS = {"contains": ("", ""), "starts-with": ("^", ""), "ends-with": ("", "$")}
_MOST_COUNTED = 1_000
_ELSEWHERE = ("&&", "\\h", "\\R", "\\Z", "\\G")  # means another thing in the engine of a form


def matching(call: Call, known: Mapping[str, Target]) -> dict[str, Any] | None:
    """The condition of a test of a text, None when it is none. Raises Inexpressible.

    A form's pattern has to fit the whole text.
    """
    if call.name not in ("regex", *_ENDS) or len(call.parts) != 2:
        return None
    held, wanted = call.parts
    target = known.get(held.name) if isinstance(held, Ref) else None
    kinds = ("text", "number") if call.name == "regex" else ("text",)
    if target is None or target.kind not in kinds or not isinstance(wanted, Const):
        return None
    given = values.text(wanted.value)
    if call.name == "regex":
        if any(sign in given for sign in _ELSEWHERE):
            raise Inexpressible
        return _matches(target, f"^(?:{given})$")
    before, after = _ENDS[call.name]
    if not given:
        raise Inexpressible
    return _matches(target, f"{before}{re.escape(given)}{after}")


def of_length(target: Target, op: str, number: float) -> dict[str, Any]:
    """The condition of a comparison of the length of a text with a number. Raises Inexpressible."""
    if op == "!=":
        return {"not": of_length(target, "=", number)}
    if not number.is_integer() or not 0 <= number < _MOST_COUNTED:
        raise Inexpressible
    length = int(number)
    low, high = {
        "=": (length, length), "<": (0, length - 1), "<=": (0, length), ">": (length + 1, None), ">=": (length, None),
    }[op]  # fmt: skip
    if high is not None and high < 0:
        raise Inexpressible
    return _matches(target, f"(?s)^.{{{low},{'' if high is None else high}}}$")


def _matches(target: Target, pattern: str) -> dict[str, Any]:
    if not is_pattern(pattern):
        raise Inexpressible
    found: dict[str, Any] = {target.name: {"matches": pattern}}
    return {"any": [found, {target.name: {"answered": False}}]} if matches("", pattern) else found
