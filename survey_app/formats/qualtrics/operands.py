"""What the left side of a test names, as conditions: whether it was shown, chosen, typed, and how many were chosen."""

from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Target, negated, together
from survey_app.formats.qualtrics.fields import compares
from survey_app.formats.qualtrics.reading import whole
from survey_app.formats.qualtrics.work import Asked, Rule

SIGNS = {
    "EqualTo": "=", "NotEqualTo": "!=", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "GreaterThanOrEqualTo": ">=",
    "LessThan": "<", "LessThanOrEqual": "<=", "LessThanOrEqualTo": "<=", "Is": "=", "IsNot": "!=",
}  # fmt: skip


def displayed(asked: Asked, parts: list[str]) -> Rule:
    """That a question, a choice or a column was shown. Raises Inexpressible."""
    shown = asked.shown
    if shown is None:
        raise Inexpressible
    if parts[0] in ("QuestionDisplayed", "DisplayableQuestion"):
        return shown
    if parts[0] == "ChoiceDisplayed" and len(parts) > 1 and parts[1] in asked.offered:
        offered = asked.offered[parts[1]]
    elif parts[0] == "AnswerDisplayed" and len(parts) > 1 and f"column {parts[1]}" in asked.offered:
        offered = asked.offered[f"column {parts[1]}"]
    elif parts[0] == "AnswerDisplayed" and asked.kind in ("single", "multiple"):
        offered = False  # it was a matrix once: as in its own data, a column that is not there was not shown
    else:
        raise Inexpressible
    if offered is None:
        raise Inexpressible
    return together("all", [shown, offered])


def selected(asked: Asked, parts: list[str]) -> Rule:
    """That a choice, a row or a cell was chosen. Raises Inexpressible."""
    key, rest = parts[0], parts[1:]
    if key == "SelectableAnswer" and asked.rows:
        if len(rest) == 1:
            return together("any", [cell_chosen(asked, row, rest[0]) for row in asked.rows])
        if len(rest) == 2:
            return cell_chosen(asked, rest[0], rest[1])
    if key == "SelectableChoice" and len(rest) == 1:
        return chosen(asked, rest[0])
    if key == "SelectableChoice" and len(rest) == 2:
        return cell_chosen(asked, rest[0], rest[1])
    raise Inexpressible


def chosen(asked: Asked, choice: str) -> dict[str, Any]:
    """That a choice was taken, or a row answered. Raises Inexpressible."""
    if choice in asked.rows:
        return {asked.rows[choice]: {"answered": True}}
    if choice in asked.codes and asked.kind in ("single", "multiple", "number"):
        return _is(asked.name, "includes" if asked.kind == "multiple" else "is", asked.codes[choice])
    raise Inexpressible


def cell_chosen(asked: Asked, row: str, column: str) -> dict[str, Any]:
    """That a column was taken in a row. Raises Inexpressible."""
    if row in asked.rows:
        code = asked.cell_codes.get((row, column), asked.codes.get(column))
        if code is not None:
            return _is(asked.rows[row], "includes" if asked.cell == "multiple" else "is", code)
    raise Inexpressible("rule_unknown_name", name=f"{row}/{column}")


def _is(name: str, operator: str, code: str | int) -> dict[str, Any]:
    return {name: {operator: code}}


def target_of(asked: Asked, key: str, rest: list[str]) -> Target:
    """What stands on the left of a comparison. Raises Inexpressible."""
    if key in ("ChoiceTextEntryValue", "ChoiceNumericEntryValue", "SelectableChoice"):
        return _entry(asked, rest)
    if key == "SelectedChoicesRecode" and not rest and asked.kind in ("single", "number"):
        return Target("choice", asked.name, _recodes(asked)) if asked.kind == "single" else Target("number", asked.name)
    if key == "SelectedAnswerRecode" and len(rest) == 1 and rest[0] in asked.rows and asked.cell == "single":
        if asked.cell_codes:
            raise Inexpressible
        return Target("choice", asked.rows[rest[0]], _recodes(asked))
    raise Inexpressible


def _entry(asked: Asked, rest: list[str]) -> Target:
    if not rest and asked.kind in ("text", "number", "date"):
        return Target(asked.kind, asked.name)
    if len(rest) == 1:
        if rest[0] in asked.items:
            return Target("number", asked.items[rest[0]])
        if rest[0] in asked.texts:
            return Target("text", asked.texts[rest[0]])
    if len(rest) == 2 and asked.cell in ("text", "number") and (rest[0], rest[1]) in asked.cells:
        return Target(asked.cell, asked.cells[(rest[0], rest[1])])
    raise Inexpressible


def _recodes(asked: Asked) -> dict[str, str]:
    """Recode -> code; two choices with one recode cannot be told apart here, so the first code stands for none."""
    found: dict[str, str] = {}
    for key, code in asked.codes.items():
        value = asked.values.get(key, key)
        if value in found:
            raise Inexpressible
        found[value] = str(code)
    return found


def counted(name: str, kind: str, operator: str, right: str) -> Rule:
    """How many choices were made, in a question or in a row; none without an answer."""
    sign, bound = SIGNS.get(operator), whole(right)
    if sign is None or bound is None or kind not in ("single", "multiple"):
        raise Inexpressible
    if kind == "single":
        none, one = compares("0", operator, right), compares("1", operator, right)
        answered: dict[str, Any] = {name: {"answered": True}}
        return none if none == one else answered if one else negated(answered)
    words = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
    counted: dict[str, Any] = {name: {"count": {words[sign]: bound}}}
    if compares("0", operator, right):
        return together("any", [counted, {name: {"answered": False}}])
    return counted
