"""Whether an item of a Questionnaire is enabled by the answers of a response: what `enableWhen` says, on raw answers."""

import operator
from collections.abc import Callable, Mapping
from typing import Any

from survey_app.formats.fhir.items import Item
from survey_app.formats.json_files import Node, as_number

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "<": operator.lt, ">=": operator.ge, "<=": operator.le,
}  # fmt: skip
Given = Mapping[str, list[Any]]
"""Every answer of a response by linkId."""


def enabled(item: Item, given: Given) -> bool:
    """Whether the item and all around it are enabled."""
    return all(_enabled(one, given) for one in (*item.parents, item))


def _enabled(item: Item, given: Given) -> bool:
    tests = [_holds(when, given) for when in item.node.nodes("enableWhen")]
    return (all(tests) if item.node.words("enableBehavior") == "all" else any(tests)) if tests else True


def _holds(when: Node, given: Given) -> bool:
    answers = given.get(when.words("question"), [])
    key = next((key for key in when.data if key.startswith("answer")), "answer")
    wanted, sign = when.data.get(key), when.words("operator") or "="
    if sign == "exists":
        return bool(answers) == (wanted is True)
    if sign == "!=":
        return not any(_same(answer, wanted) for answer in answers)
    if sign == "=":
        return any(_same(answer, wanted) for answer in answers)
    return any(_ordered(sign, answer, wanted) for answer in answers)


def _same(answer: Any, wanted: Any) -> bool:
    if isinstance(answer, dict) and isinstance(wanted, dict):
        if "value" in wanted:
            return as_number(answer.get("value")) == as_number(wanted.get("value"))
        systems = {answer.get("system"), wanted.get("system")} - {None}
        return answer.get("code") == wanted.get("code") and len(systems) <= 1
    return bool(answer == wanted) and isinstance(answer, bool) == isinstance(wanted, bool)


def _ordered(sign: str, answer: Any, wanted: Any) -> bool:
    left, right = (side.get("value") if isinstance(side, dict) else side for side in (answer, wanted))
    if isinstance(left, str) and isinstance(right, str):
        return _ORDER[sign](left, right) if sign in _ORDER else False
    a, b = as_number(left), as_number(right)
    return a is not None and b is not None and sign in _ORDER and _ORDER[sign](a, b)
