"""Validators of SurveyJS: limits our questions have too, else checks; what neither can say waits as words on the question.

Source: survey-core. Validators of texts let an empty answer pass; that of an expression is asked of an empty one as well, and a
comparison with nothing is false, so what it names has to be answered.
"""

import re
from collections.abc import Iterator
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Both, Call, Const, Inexpressible, Op, Ref, Target
from survey_app.formats.json_draft import Words, shown
from survey_app.formats.json_files import Node, as_number
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.placing import scope_of
from survey_app.formats.surveyjs.sums import total_of
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire import conditions, patterns
from survey_app.questionnaire.conditions import simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_POSTCODE = re.compile(r"\^(?:\\d|\[0-9\])\{6\}\$")
_MOBILE = re.compile(r"\^1(?:\\d|\[0-9\]|\[3-9\]|\[3456789\])(?:\\d|\[0-9\])\{9\}\$")
_MOST_REPEATED = 1_000
"""A pattern counts no further."""
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "="}


def validators(work: Work, element: Element, ours: dict[str, Any]) -> list[Words]:
    """Puts the validators of a question into it, or tells; gives their messages, for the hint."""
    node = element.node
    messages: list[Words] = []
    for check in node.nodes("validators"):
        kind = check.words("type").lower().removesuffix("validator")
        source = f"{kind}: {shown({k: v for k, v in check.data.items() if k not in ('type', 'text')})}"
        message = work.text(check, "text", ours=ours["name"])
        if _apply(work, kind, check, element, ours):
            if ours["type"] != "constant_sum":
                work.draft.kept("validation", check.place, source, ours["name"])
            messages.append(message)
        elif made := _checked(work, kind, check, element, ours):
            ours.setdefault("checks", []).append({**made, **({"message": message} if message else {})})
            work.draft.kept("validation", check.place, source, ours["name"])
        else:
            work.draft.undecided(ours, check.place, source)
            messages.append(message)
    for key, bound in (("minValueExpression", "min"), ("maxValueExpression", "max")):
        if expression := node.words(key):
            if ours["type"] == "date" and expression.replace(" ", "").lower() == "today()":
                ours[bound] = "today"
                work.draft.kept("validation", node.at(key), expression, ours["name"])
            elif made := _limited(work, expression, ">=" if bound == "min" else "<=", element, ours):
                ours.setdefault("checks", []).append(made)
                work.draft.kept("validation", node.at(key), expression, ours["name"])
            else:
                work.draft.undecided(ours, node.at(key), expression)
    return messages


# --- checks -----------------------------------------------------------------------------------------------------------
def _checked(work: Work, kind: str, check: Node, element: Element, ours: dict[str, Any]) -> dict[str, Any] | None:
    """A validator as a check; None when none can say it."""
    if kind == "expression":
        return _met(work, check.words("expression"), element)
    if ours["type"] not in ("short_text", "long_text"):
        return None
    if kind == "text" and (longest := check.number("maxLength")) and longest >= 1:
        ours["max_length"] = min(int(longest), ours.get("max_length", MAX_GRAPHEMES), MAX_GRAPHEMES)
    return of_form(kind, check, ours["name"])


def of_form(kind: str, check: Node, name: str) -> dict[str, Any] | None:
    """A validator of texts as a check of the text `name`; None when none can say it."""
    parts: list[dict[str, Any]] = []
    if kind == "regex":
        flags = "(?i)" if check.flag("caseInsensitive", "insensitive") else ""
        parts = [{name: {"matches": flags + check.words("regex").strip()}}]
    elif kind == "text" and (shortest := check.number("minLength") or 0) <= _MOST_REPEATED:
        parts = [{name: {"matches": rf"(?s)^.{{{int(shortest)},}}$"}}] if shortest > 0 else []
        if check.get("allowDigits") is False:
            parts.append({"not": {name: {"matches": "[0-9]"}}})
    patterns_used = [test["matches"] for part in parts for test in (part.get("not", part)).values()]
    if not parts or not all(map(patterns.is_pattern, [test for test in patterns_used if isinstance(test, str)])):
        return None
    return {"that": simplify({"any": [{name: {"answered": False}}, {"all": parts}]})}


def _met(work: Work, text: str, element: Element) -> dict[str, Any] | None:
    """An expression that has to be true, with the numbers it calculates."""
    numbers: dict[str, Any] = {}

    def compute(expression: Any) -> Target:
        name = work.draft.names.give("computed")
        numbers[name] = expression
        return Target("number", name)

    try:
        made = scope_of(work, work.count, element, compute).condition(work.rule(text))
    except (BadExpression, Inexpressible):
        return None
    return {**({"let": numbers} if numbers else {}), "that": made} if isinstance(made, dict) else None


def _limited(work: Work, text: str, sign: str, element: Element, ours: dict[str, Any]) -> dict[str, Any] | None:
    """A limit that follows from other answers; without them there is none, and none for an empty answer."""
    try:
        tree = work.rule(text)
        made = scope_of(work, work.count, element).condition(Op(sign, Ref(element.name), tree))
    except (BadExpression, Inexpressible):
        return None
    if not isinstance(made, dict):
        return None
    open_ones = [{name: {"answered": False}} for name in sorted(conditions.names(made))]
    return {"that": simplify({"any": [*open_ones, made]})} if ours["name"] in conditions.names(made) else None


def _apply(work: Work, kind: str, check: Node, element: Element, ours: dict[str, Any]) -> bool:
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
        return _pattern(check, ours)
    if kind == "expression" and of == "constant_sum":
        return total_of(element) is not None
    if kind == "expression":
        return _bounded(work, check.words("expression"), element, ours)
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


def _pattern(check: Node, ours: dict[str, Any]) -> bool:
    """A postcode is one of ours; a mobile number keeps its own check, which refuses other phones."""
    if _POSTCODE.fullmatch(regex := check.words("regex").strip()):
        ours["pattern"] = "postcode"
        return True
    if _MOBILE.fullmatch(regex):
        ours["pattern"] = "phone"
    return False


def _bounded(work: Work, expression: str, element: Element, ours: dict[str, Any]) -> bool:
    """`{age} >= 18 and {age} <= 99`, `{visit} <= today()`: limits of the question itself."""
    try:
        parts = list(_parts(work.rule(expression)))
    except (BadExpression, Inexpressible):
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
    ours |= {**found, "required": True} if found else {}
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
