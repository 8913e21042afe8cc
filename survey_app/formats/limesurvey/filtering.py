"""Rows and answers that are shown only for some answers: array filters and the relevance of subquestions.

Chosen in the other question means: answered there. Filters of the other question work on, as in LimeSurvey; a row that the
other question does not have is not filtered. Our questions decide what they offer when their page is opened; so what looks
at an answer of its own page goes on to a page of its own. A table with a row that nobody ever sees, or with too many cells,
becomes one question per row, each stored under the name that the row had.
"""

import copy
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.limesurvey.comparing import Truth
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import Work
from survey_app.questionnaire import conditions

FILTERS = ("array_filter", "array_filter_exclude")
_NOT_FILTERED = frozenset("H!OYGINSTUDX*|5")
_WITHOUT_ROW_RULES = frozenset("!LOR")
LISTED = frozenset("!LOR")
OTHER = "other"
_PARTS = {
    **dict.fromkeys(("matrix", "matrix_multiple", "matrix_fields"), "rows"), "text_fields": "fields",
    **dict.fromkeys(("single_choice", "dropdown", "multiple_choice", "ranking"), "choices"), "constant_sum": "items",
}  # fmt: skip
"""Where questions of ours keep what may have a rule."""


def told(question: Question) -> list[tuple[str, str]]:
    """(place, source) of every rule about rows."""
    found = []
    if question.type not in _NOT_FILTERED:
        found = [
            (f"{question.place} / {name}", question.attribute(name)) for name in FILTERS if question.attribute(name)
        ]
    if question.type not in _WITHOUT_ROW_RULES:
        for row in question.axis(0):
            if row.relevance.strip() not in ("", "1"):
                found.append((f"{question.code}_{row.code} (line {row.line}) / relevance", row.relevance))
    return found


def rules(work: Work, question: Question) -> dict[str, Truth]:
    """Row id -> what it is shown under, for all rows (True: always). Raises Inexpressible."""
    included, excluded = _sources(work, question)
    return {row.id: _rule(work, question, row, included, excluded) for row in items_of(question)}


def items_of(question: Question) -> list[Item]:
    """What has rules: the rows, or the answers of a question that has answers alone; 其他 is one more, of the code `other`."""
    other = [Item(OTHER, OTHER, {}, question.line)] if question.other and question.type in "LMP" else []
    if question.type in LISTED:
        return [*(question.offered() or (question.rows if question.type == "R" else [])), *other]
    return [*question.axis(0), *other]


def looks_at_page(found: dict[str, Truth], page: list[dict[str, Any]]) -> bool:
    """Whether a rule looks at a question of the draft that stands on the same page."""
    names = {name for rule in found.values() if isinstance(rule, dict) for name in conditions.names(rule)}
    return any(name == one["name"] or name.startswith(f"{one['name']}_") for name in names for one in page)


def offer(made: list[dict[str, Any]], question: Question, found: dict[str, Truth]) -> bool:
    """Gives the rules to the rows, choices or fields of the first question, and to the comments beside them.

    False when one of them is not there.
    """
    key = _PARTS.get(made[0]["type"], "")
    parts = {OTHER if part.get("other") else part["code"]: part for part in made[0].get(key, ())}
    beside = {field["code"]: field for one in made[1:] for field in one.get("fields", ())}
    for item in items_of(question):
        rule = found[item.id]
        if not isinstance(rule, dict):
            continue
        code = OTHER if item.id == OTHER else item.ours
        if code not in parts:
            return False
        for part in filter(None, (parts[code], beside.get(code))):
            part["show_if"] = conditions.simplify(copy.deepcopy(rule))
    return True


def _rule(work: Work, question: Question, row: Item, included: list[str], excluded: list[str]) -> Truth:
    parts: list[Truth] = []
    if question.type not in _NOT_FILTERED:
        for code in included:
            if chosen := work.variables.chosen.get(code, {}).get(row.code):
                parts.append(together("any", list(chosen)))
        for code in excluded:
            if chosen := work.variables.chosen.get(code, {}).get(row.code):
                parts.append(negated(together("any", list(chosen))))
    text = row.relevance.strip()
    if text not in ("", "1") and question.type not in _WITHOUT_ROW_RULES:
        parts.append(work.condition(text))
    return together("all", parts)


def _sources(work: Work, question: Question) -> tuple[list[str], list[str]]:
    """Codes of the questions that filter this one, with those that filter them. Raises Inexpressible for one asked later."""
    found: dict[str, list[str]] = {name: [] for name in FILTERS}
    known = {other.code: other for other in work.survey.questions}
    waiting, seen = [question], {question.code}
    while waiting:
        one = waiting.pop()
        for name in FILTERS if one.type not in _NOT_FILTERED else ():
            for code in filter(None, (part.strip() for part in one.attribute(name).split(";"))):
                other = known.get(code)
                if other is None or other.type in "LO!" or code not in work.variables.chosen:
                    raise Inexpressible("rule_unknown_name", name=code)
                if code not in found[name]:
                    found[name].append(code)
                if code not in seen:
                    seen.add(code)
                    waiting.append(other)
    return found["array_filter"], found["array_filter_exclude"]


def header_rule(found: dict[str, Truth]) -> Any:
    """What the heading above the rows is shown under: any of them; None for always."""
    rule = together("any", list(found.values()))
    return rule if isinstance(rule, dict) else None
