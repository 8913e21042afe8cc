"""Validators of SurveyJS: limits our questions have too; any other waits as words on the question."""

import re
from collections.abc import Iterator
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Both, Call, Const, Op, Ref
from survey_app.formats.json_draft import Words, shown
from survey_app.formats.json_files import Node, as_number
from survey_app.formats.surveyjs.expressions import parse
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.sums import total_of
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.question_types.numbers import is_iso_date
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_POSTCODE = re.compile(r"\^?(?:\\d|\[0-9\])\{6\}\$?")
_MOBILE = re.compile(r"\^?1(?:\\d|\[0-9\]|\[3-9\]|\[3456789\])(?:\\d|\[0-9\])\{9\}\$?")
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def validators(work: Work, element: Element, ours: dict[str, Any]) -> list[Words]:
    """Puts the validators of a question into it, or tells; gives their messages, for the hint."""
    node = element.node
    messages: list[Words] = []
    for check in node.nodes("validators"):
        kind = check.words("type").lower().removesuffix("validator")
        source = f"{kind}: {shown({k: v for k, v in check.data.items() if k not in ('type', 'text')})}"
        if _apply(kind, check, element, ours):
            if ours["type"] != "constant_sum":
                work.draft.kept("validation", check.place, source, ours["name"])
        else:
            work.draft.undecided(ours, check.place, source)
        messages.append(work.text(check, "text", ours=ours["name"]))
    for key, bound in (("minValueExpression", "min"), ("maxValueExpression", "max")):
        if expression := node.words(key):
            if ours["type"] == "date" and expression.replace(" ", "").lower() == "today()":
                ours[bound] = "today"
                work.draft.kept("validation", node.at(key), expression, ours["name"])
            else:
                work.draft.undecided(ours, node.at(key), expression)
    return messages


def _apply(kind: str, check: Node, element: Element, ours: dict[str, Any]) -> bool:
    of = ours["type"]
    if kind == "numeric":
        return of in ("number", "slider")  # its bounds were read with the question
    if kind == "text":
        return _length(check, ours)
    if kind in ("answercount", "answer_count"):
        return of == "multiple_choice" and _count(check, ours)
    if kind == "email" and of == "short_text":
        ours["pattern"] = "email"
        return True
    if kind == "regex" and of == "short_text":
        return _pattern(check.words("regex"), ours)
    if kind == "expression" and of == "constant_sum":
        return total_of(element) is not None
    if kind == "expression":
        return _bounded(check.words("expression"), element, ours)
    return False


def _length(check: Node, ours: dict[str, Any]) -> bool:
    longest, shortest = check.number("maxLength"), check.number("minLength")
    if ours["type"] not in ("short_text", "long_text") or check.get("allowDigits") is False or (shortest or 0) > 1:
        return False
    if longest and longest >= 1:
        ours["max_length"] = min(int(longest), ours.get("max_length", MAX_GRAPHEMES), MAX_GRAPHEMES)
    if shortest and shortest == 1:
        return bool(ours.get("required"))
    return True


def _count(check: Node, ours: dict[str, Any]) -> bool:
    least, most = check.number("minCount"), check.number("maxCount")
    if least and most and least > most:
        return False
    if least and least > 0:
        ours["min"] = min(int(least), len(ours["choices"]))
    if most and most > 0:
        ours["max"] = int(most)
    return int(ours.get("min", 0)) <= int(ours.get("max", ours.get("min", 0)))


def _pattern(regex: str, ours: dict[str, Any]) -> bool:
    for known, pattern in ((_POSTCODE, "postcode"), (_MOBILE, "phone")):
        if known.fullmatch(regex.strip()):
            ours["pattern"] = pattern
            return True
    return False


def _bounded(expression: str, element: Element, ours: dict[str, Any]) -> bool:
    """`{age} >= 18 and {age} <= 99`, `{visit} <= today()`: limits of the question itself."""
    try:
        parts = list(_parts(parse(expression)))
    except BadExpression:
        return False
    found: dict[str, Any] = {}
    for part in parts:
        bound = _bound(part, element.name.lower(), ours["type"])
        if bound is None or bound[0] in found:
            return False
        found[bound[0]] = bound[1]
    both: dict[str, Any] = {key: ours[key] for key in ("min", "max") if key in ours} | found
    if all(isinstance(both.get(key), int | float) for key in ("min", "max")) and both["min"] > both["max"]:
        return False
    ours |= found
    return bool(found)


def _parts(tree: Any) -> Iterator[Any]:
    if isinstance(tree, Both) and tree.word == "all":
        for part in tree.parts:
            yield from _parts(part)
    else:
        yield tree


def _bound(tree: Any, own: str, kind: str) -> tuple[str, Any] | None:
    if not isinstance(tree, Op) or tree.op not in _TURNED:
        return None
    left, right, op = tree.left, tree.right, tree.op
    if isinstance(right, Ref):
        left, right, op = right, left, _TURNED[op]
    if not isinstance(left, Ref) or left.name.strip().lower() != own or op not in ("<=", ">="):
        return None
    key = "max" if op == "<=" else "min"
    if kind == "date":
        if isinstance(right, Call) and right.name == "today" and not right.parts:
            return key, "today"
        value = str(right.value) if isinstance(right, Const) else ""
        return (key, value) if is_iso_date(value) else None
    number = as_number(right.value) if isinstance(right, Const) and kind in ("number", "slider") else None
    return None if number is None else (key, number)
