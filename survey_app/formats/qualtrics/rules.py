"""Display, skip and branch logic as conditions: `q://QID1/SelectableChoice/2 Selected` and its kin.

An unanswered or unasked question is empty text to Qualtrics: NotSelected, NotEqualTo and Empty hold for it, comparisons of
size do not. Inside a set And binds before Or, and so do AndIf and ElseIf between the sets.
"""

import re
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import unquote

from survey_app.formats.importing.logic import Inexpressible, Target, compare, negated, together
from survey_app.formats.qualtrics.fields import Fields, compares
from survey_app.formats.qualtrics.reading import entries, is_on, mapping, text_of, whole
from survey_app.formats.qualtrics.work import Asked, Rule, Work
from survey_app.questionnaire.conditions import as_number, simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date

MOST_PARTS = 500
"""A condition with more tests than this is left as words."""
_LOCATOR = re.compile(r"q://([^/]+)/(.+)")
_JOIN = re.compile(r'class="ConjDesc">\s*((?:And|Or|Else)?)', re.IGNORECASE)
_NEGATIVE = {"NotSelected": "Selected", "NotDisplayed": "Displayed", "IsNotEmpty": "NotEmpty", "IsEmpty": "Empty"}
SIGNS = {
    "EqualTo": "=", "NotEqualTo": "!=", "GreaterThan": ">", "GreaterThanOrEqual": ">=", "GreaterThanOrEqualTo": ">=",
    "LessThan": "<", "LessThanOrEqual": "<=", "LessThanOrEqualTo": "<=", "Is": "=", "IsNot": "!=",
}  # fmt: skip


@dataclass
class Found:
    """A rule as a condition. `loosened`: our comparison of typed words does not see capitals, that of the source does."""

    rule: Rule
    loosened: bool = False


class Rules:
    """The rules of one file, seen from where the import stands: only what was asked before counts."""

    def __init__(self, work: Work, fields: Fields) -> None:
        self._work, self._fields = work, fields
        self._loosened, self._size, self._in_page = False, 0, False
        forward = not is_on(work.source.options.get("BackButton"))
        self._to_come = {
            element.question
            for block in work.source.blocks.values()
            for element in block.elements
            if forward and not block.is_trash
        }
        """Questions that have no answer yet as long as they were not asked: nobody goes back."""

    def of(self, logic: Any) -> Found:
        """The condition of a BooleanExpression, or of one expression. Raises Inexpressible."""
        self._loosened, self._size = False, 0
        self._in_page = is_on(mapping(logic).get("inPage"))
        if isinstance(logic, dict) and "Operator" in logic:
            rule = self._expression(logic)
        else:
            rule = self._sets(logic)
        return Found(simplify(rule) if isinstance(rule, dict) else rule, self._loosened)

    def _sets(self, logic: Any) -> Rule:
        parts: list[tuple[str, Rule | Inexpressible]] = []
        for _, group in entries(logic):
            if not isinstance(group, dict | list):
                continue  # Type, inPage
            inner = [(_join_of(item), self._try(item)) for _, item in entries(group) if isinstance(item, dict)]
            if not inner:
                continue
            join = {"andif": "all", "elseif": "any", "orif": "any"}.get(_type_of(group), inner[0][0])
            parts.append((join, _combined(inner)))
        if not parts:
            raise Inexpressible
        found = _combined(parts)
        if isinstance(found, Inexpressible):
            raise found
        return found

    # --- one expression ---
    def _try(self, expression: dict[str, Any]) -> "Rule | Inexpressible":
        """What cannot be said may not matter: whatever it is, “true or it” is true."""
        try:
            return self._expression(expression)
        except Inexpressible as error:
            return error

    def _expression(self, expression: dict[str, Any]) -> Rule:
        rule = self._one(expression)
        self._size += size(rule)
        if self._size > MOST_PARTS:  # before anything walks through it: rules about rules double with every step
            raise Inexpressible
        return rule

    def _one(self, expression: dict[str, Any]) -> Rule:
        operator = text_of(expression.get("Operator"))
        if operator in ("NotSelected", "NotDisplayed"):
            return negated(self._one({**expression, "Operator": _NEGATIVE[operator]}))
        operator = _NEGATIVE.get(operator, operator)
        kind = text_of(expression.get("LogicType")) or "Question"
        right = text_of(expression.get("RightOperand"))
        if "${" in right or "$e{" in right:
            raise Inexpressible
        if kind == "EmbeddedField":
            name = text_of(expression.get("LeftOperand")).removeprefix("e://Field/")
            if name in self._fields.answers and name not in self._fields.opaque:
                locator = f"q://{self._fields.answers[name]}"
                return self._one({**expression, "LogicType": "Question", "LeftOperand": locator})
            return self._fields.condition(name, operator, right, is_on(expression.get("IgnoreCase")))
        if kind != "Question":
            raise Inexpressible("rule_source", source=kind)
        asked, parts = self._operand(expression)
        if asked.kind == "later":
            nothing = "0" if parts[0].endswith("Count") else ""
            return operator not in ("Displayed", "Selected") and compares(nothing, operator, right)
        if operator == "Displayed":
            return _displayed(asked, parts)
        if operator == "Selected":
            return _selected(asked, parts)
        return self._compared(asked, parts, operator, expression, right)

    def _operand(self, expression: dict[str, Any]) -> tuple[Asked, list[str]]:
        left = text_of(expression.get("LeftOperand"))
        locator = left if left.startswith("q://") else text_of(expression.get("ChoiceLocator"))
        match = _LOCATOR.fullmatch(unquote(locator).split("?")[0])
        if match is None:
            raise Inexpressible
        asked = self._work.asked.get(match.group(1))
        if asked is None and not self._in_page and match.group(1).split("#")[0] in self._to_come:
            return Asked(kind="later"), match.group(2).split("/")
        if asked is None:
            payload = mapping(self._work.source.questions.get(match.group(1)))
            name = text_of(payload.get("DataExportTag")) or match.group(1)
            raise Inexpressible("rule_unknown_name", name=name)
        return asked, match.group(2).split("/")

    # --- comparisons ---
    def _compared(self, asked: Asked, parts: list[str], operator: str, expression: dict[str, Any], right: str) -> Rule:
        key, rest = parts[0], parts[1:]
        if key == "SelectedChoicesCount" and not rest:
            return _counted(asked, operator, right)
        target = _target(asked, key, rest)
        if operator in ("Empty", "NotEmpty"):
            return compare(target, "=" if operator == "Empty" else "!=", "", empty_equals=True)
        sign = SIGNS.get(operator)
        if sign is None or (target.kind == "text" and sign not in ("=", "!=")):
            raise Inexpressible
        if target.kind == "date" and right and not is_iso_date(right):
            raise Inexpressible
        if target.kind == "text" and right.lower() != right.upper() and not is_on(expression.get("IgnoreCase")):
            self._loosened = True
        if target.kind == "choice" and sign not in ("=", "!=") and as_number(right) is None:
            return False
        return compare(target, sign, right, empty_equals=True)


def _type_of(group: Any) -> str:
    return text_of(mapping(group).get("Type")).replace(" ", "").lower()


def _join_of(item: dict[str, Any]) -> str:
    """all or any: how an expression is joined to the one before; "" when the file does not say."""
    said = text_of(item.get("Conjuction")) or text_of(item.get("Conjunction"))  # the file's own spelling first
    if not said and (match := _JOIN.search(text_of(item.get("Description")))):
        said = match.group(1)
    return {"and": "all", "or": "any", "else": "any"}.get(said.lower(), "")


def _combined(parts: "list[tuple[str, Rule | Inexpressible]]") -> "Rule | Inexpressible":
    """Parts in a row, each with the word that joins it to the one before; `all` binds first."""
    runs: list[list[Rule | Inexpressible]] = [[parts[0][1]]]
    for join, rule in parts[1:]:
        if not join:
            raise Inexpressible
        if join == "all":
            runs[-1].append(rule)
        else:
            runs.append([rule])
    return _together("any", [_together("all", run) for run in runs])


def _together(word: Literal["all", "any"], parts: "list[Rule | Inexpressible]") -> "Rule | Inexpressible":
    """One of true and false decides alone; otherwise a part that cannot be said makes the whole so."""
    decisive = word == "any"
    if any(part is decisive for part in parts):
        return decisive
    return next((part for part in parts if isinstance(part, Inexpressible)), None) or together(word, parts)  # type: ignore[arg-type]


def _displayed(asked: Asked, parts: list[str]) -> Rule:
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


def _selected(asked: Asked, parts: list[str]) -> Rule:
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


def _target(asked: Asked, key: str, rest: list[str]) -> Target:
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


def _counted(asked: Asked, operator: str, right: str) -> Rule:
    """How many choices were made; none without an answer."""
    sign, bound = SIGNS.get(operator), whole(right)
    if sign is None or bound is None or asked.kind not in ("single", "multiple"):
        raise Inexpressible
    if asked.kind == "single":
        none, one = compares("0", operator, right), compares("1", operator, right)
        answered: dict[str, Any] = {asked.name: {"answered": True}}
        return none if none == one else answered if one else negated(answered)
    words = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
    counted: dict[str, Any] = {asked.name: {"count": {words[sign]: bound}}}
    if compares("0", operator, right):
        return together("any", [counted, {asked.name: {"answered": False}}])
    return counted


def size(condition: Any) -> int:
    """How many tests a condition holds."""
    if isinstance(condition, dict):
        return sum(size(part) if key in ("all", "any", "not") else 1 for key, part in condition.items())
    return sum(map(size, condition)) if isinstance(condition, list) else 0
