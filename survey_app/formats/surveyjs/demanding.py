"""Answers that SurveyJS demands or refuses depending on others, as checks: requiredIf, enableIf, isRequired of several answers.

Source: survey-core. What is locked takes no answer and demands none; a matrix or a form is answered when any part of it is.
"""

import itertools
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.surveyjs.outline import PANELS, Element
from survey_app.formats.surveyjs.placing import Order, condition_of
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.conditions import simplify
from survey_app.questionnaire.question_types import TYPES

_OF_PARTS = ("matrix", "matrix_multiple", "matrix_fields", "text_fields", "constant_sum", "file")
"""Types whose answers stand under other names."""
_MOST_NAMED = 200
_MOST_DIFFERENT = 20
"""More rows than this make a check too long."""


def some_answer(ours: dict[str, Any]) -> None:
    """`isRequired` of what has several answers: one of them is enough, unless every row is demanded."""
    names = answers_of(ours)
    if ours.get("required") and len(names) > 1 and ours["type"] in _OF_PARTS:
        del ours["required"]
        ours.setdefault("checks", []).append({"that": {"any": [{name: {"answered": True}} for name in names]}})


def different_rows(work: Work, element: Element, ours: dict[str, Any]) -> None:
    """`eachRowUnique`: no two rows have the same answer."""
    if not element.node.flag("eachRowUnique"):
        return
    names, place = answers_of(ours), element.node.at("eachRowUnique")
    if ours["type"] != "matrix" or not 1 < len(names) <= _MOST_DIFFERENT:
        work.draft.undecided(ours, place, "eachRowUnique")
        return
    pairs = [{"not": {one: {"is": {"answer": other}}}} for one, other in itertools.combinations(names, 2)]
    ours.setdefault("checks", []).append({"that": simplify({"all": pairs})})
    work.draft.kept("validation", place, "eachRowUnique", ours["name"])


def required_when(work: Work, element: Element, rule: str, order: Order, names: list[str] | None = None) -> bool:
    """`requiredIf` as a check: whenever the rule holds, there is an answer. False when that cannot be said.

    `names`: of one field alone, which may wait for another of the same question.
    """
    there = _given(element.ours) if names is None else _some(names)
    if element.type in PANELS or there is None:
        return False
    try:
        made = condition_of(work, rule, order.first([element]) + (names is not None), element)
    except Inexpressible:
        return False
    rule_or_none = {"any": [{"not": made}, there]} if isinstance(made, dict) else there
    if made is not False:
        element.ours[-1].setdefault("checks", []).append({"that": simplify(rule_or_none)})
    return made is not False


def locked_until(work: Work, inner: list[Element], rule: str, order: Order) -> bool:
    """`enableIf` as checks: an answer is there only when the rule holds, and demanded only then. False: it cannot be said."""
    asking = [ours for element in inner for ours in element.ours if TYPES[ours["type"]].asks]
    ruled = [ours for ours in asking if any("show_if" in row for row in ours.get("rows", ()) if ours.get("required"))]
    if not asking or ruled or any(not answers_of(ours) for ours in asking):
        return False
    try:
        made = condition_of(work, rule, order.first(inner), inner[0])
    except Inexpressible:
        return False
    if not isinstance(made, dict):
        return False
    for ours in asking:
        names, checks = answers_of(ours), ours.setdefault("checks", [])
        checks.append({"that": simplify({"any": [made, {"not": _some(names)}]})})
        if ours.pop("required", False):
            every = {"all": [{name: {"answered": True}} for name in names]}
            checks.append({"that": simplify({"any": [{"not": made}, every]})})
    return True


def _given(made: list[dict[str, Any]]) -> dict[str, Any] | None:
    """That one of these questions is answered; None for what has no answer that a rule could name."""
    asking = [ours for ours in made if TYPES[ours["type"]].asks]
    names = [name for ours in asking for name in answers_of(ours)]
    return _some(names) if names and all(map(answers_of, asking)) else None


def _some(names: list[str]) -> dict[str, Any]:
    found: list[dict[str, Any]] = [{name: {"answered": True}} for name in names]
    return {"any": found} if len(found) > 1 else found[0]


def answers_of(ours: dict[str, Any]) -> list[str]:
    """The names its answers stand under; none where no rule can name them."""
    name, kind = ours["name"], ours["type"]
    if kind not in _OF_PARTS:
        return [name]
    parts = [part["code"] for key in ("rows", "fields", "items") for part in ours.get(key) or ()]
    if kind == "matrix_fields":
        parts = [f"{row}_{column['code']}" for row in parts for column in ours["columns"]]
    return [f"{name}_{part}" for part in parts] if len(parts) <= _MOST_NAMED else []
