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
from survey_app.formats.qualtrics.operands import SIGNS, counted, displayed, selected, target_of
from survey_app.formats.qualtrics.reading import is_on, mapping, numbered, ordered, text_of
from survey_app.formats.qualtrics.work import Asked, Rule, Work
from survey_app.questionnaire import patterns
from survey_app.questionnaire.conditions import as_number, simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date

MOST_PARTS = 500
"""A condition with more tests than this is left as words."""
_LOCATOR = re.compile(r"q://([^/]+)/(.+)")
_JOIN = re.compile(r'class="ConjDesc">\s*((?:And|Or|Else)?)', re.IGNORECASE)
ANSWER = re.compile(r"\$\{(q://[^{}]{1,200})\}")
_DELIMITED = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_NEGATIVE = {"NotSelected": "Selected", "NotDisplayed": "Displayed", "IsNotEmpty": "NotEmpty", "IsEmpty": "Empty"}
_IN_WORDS = ("MatchesRegex", "Contains", "DoesNotContain")
"""Comparisons that only checks of answers can make."""


@dataclass
class Found:
    """A rule as a condition. `loosened`: our comparison of typed words does not see capitals, that of the source does."""

    rule: Rule
    loosened: bool = False
    elsewhere: bool = False
    """It looks into the contacts of a panel: there are none here, so their data are empty."""


class Rules:
    """The rules of one file, seen from where the import stands: only what was asked before counts."""

    def __init__(self, work: Work, fields: Fields) -> None:
        self._work, self._fields = work, fields
        self._loosened, self._size, self._in_page, self._patterns, self._elsewhere = False, 0, False, False, False
        forward = not is_on(work.source.options.get("BackButton"))
        self._to_come = {
            element.question
            for block in work.source.blocks.values()
            for element in block.elements
            if forward and not block.is_trash
        }
        """Questions that have no answer yet as long as they were not asked: nobody goes back."""
        self.ahead: set[str] = set()
        """Those of them that a rule spoke of."""

    def times(self, name: str) -> int:
        """How often a question or a field got a value so far, as rules see it: something else when that changed."""
        asked = self._work.asked.get(name)
        if asked is not None:
            return 1 if asked.shown is not None else 2
        return self._fields.times_set(name)

    def of(self, logic: Any, *, patterns: bool = False) -> Found:
        """The condition of a BooleanExpression, or of one expression. Raises Inexpressible.

        `patterns`: whether words may be compared with patterns, as checks of answers do.
        """
        self._loosened, self._size, self._patterns, self._elsewhere = False, 0, patterns, False
        self._in_page = is_on(mapping(logic).get("inPage"))
        if isinstance(logic, dict) and "Operator" in logic:
            rule = self._expression(logic)
        else:
            rule = self._sets(logic)
        return Found(simplify(rule) if isinstance(rule, dict) else rule, self._loosened, self._elsewhere)

    def _sets(self, logic: Any) -> Rule:
        parts: list[tuple[str, Rule | Inexpressible]] = []
        for _, group in numbered(logic):
            if not isinstance(group, dict | list):
                continue  # Type, inPage
            inner = [(_join_of(item), self._try(item)) for _, item in numbered(group) if isinstance(item, dict)]
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
        if _is_unclear(expression):
            raise Inexpressible
        if operator in ("NotSelected", "NotDisplayed"):
            return negated(self._one({**expression, "Operator": _NEGATIVE[operator]}))
        operator = _NEGATIVE.get(operator, operator)
        kind = text_of(expression.get("LogicType")) or "Question"
        right = text_of(expression.get("RightOperand"))
        answer = ANSWER.fullmatch(right.strip())
        if ("${" in right or "$e{" in right) and (answer is None or kind != "Question"):
            raise Inexpressible
        if kind == "EmbeddedField":
            return self._of_field(expression, operator, right)
        if kind == "PanelData":
            self._elsewhere = True
            return compares("", operator, right)
        if kind != "Question":
            raise Inexpressible("rule_source", source=kind)
        asked, parts = self._operand(expression)
        if asked.kind == "later":
            nothing = "0" if parts[0].endswith("Count") else ""
            return operator not in ("Displayed", "Selected") and compares(nothing, operator, right)
        if answer:
            return self._two_answers(asked, parts, operator, self._operand({"LeftOperand": answer.group(1)}))
        if operator == "Displayed":
            return displayed(asked, parts)
        if operator == "Selected":
            return selected(asked, parts)
        return self._compared(asked, parts, operator, expression, right)

    def _of_field(self, expression: dict[str, Any], operator: str, right: str) -> Rule:
        name, ignore_case = text_of(expression.get("LeftOperand")), is_on(expression.get("IgnoreCase"))
        name = name.removeprefix("e://Field/")
        locator = self._fields.answers.get(name, "") if name not in self._fields.opaque else ""
        if locator.endswith("/ChoiceGroup/SelectedChoices") and operator in ("EqualTo", "NotEqualTo"):
            return self._by_words(locator.split("/")[0], operator, right, ignore_case)
        if locator:
            return self._one({**expression, "LogicType": "Question", "LeftOperand": f"q://{locator}"})
        return self._fields.condition(name, operator, right, ignore_case)

    def _by_words(self, qid: str, operator: str, right: str, ignore_case: bool) -> Rule:
        """A field that holds the words of a choice: that choice, as long as its words are the same for everybody."""
        asked, payload = self._work.asked.get(qid), mapping(self._work.source.questions.get(qid))
        named = {choice: text_of(entry.get("Display")) for choice, entry in ordered(payload.get("Choices"), None)}
        same = [
            choice
            for choice, words in named.items()
            if words == right or (ignore_case and words.lower() == right.lower())
        ]
        if asked is None or asked.kind != "single" or not same or len(self._work.source.language_codes()) > 1:
            raise Inexpressible
        rule = together("any", [selected(asked, ["SelectableChoice", choice]) for choice in same])
        return rule if operator == "EqualTo" else negated(rule)

    def _operand(self, expression: dict[str, Any]) -> tuple[Asked, list[str]]:
        left = text_of(expression.get("LeftOperand"))
        locator = left if left.startswith("q://") else text_of(expression.get("ChoiceLocator"))
        match = _LOCATOR.fullmatch(unquote(locator).split("?")[0])
        if match is None:
            raise Inexpressible
        asked = self._work.asked.get(match.group(1))
        if asked is None and not self._in_page and match.group(1).split("#")[0] in self._to_come:
            self.ahead.add(match.group(1).split("#")[0])
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
            return counted(asked.name, asked.kind, operator, right)
        if key == "SelectedAnswerCount" and len(rest) == 1 and rest[0] in asked.rows:
            return counted(asked.rows[rest[0]], asked.cell, operator, right)
        target = target_of(asked, key, rest)
        if operator in ("Empty", "NotEmpty"):
            return compare(target, "=" if operator == "Empty" else "!=", "", empty_equals=True)
        if operator in _IN_WORDS:
            return self._in_words(target, operator, right, is_on(expression.get("IgnoreCase")))
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

    def _two_answers(self, asked: Asked, parts: list[str], operator: str, other: tuple[Asked, list[str]]) -> Rule:
        """Two answers compared. Both are empty texts when they are not there, and so they are equal."""
        left, right = target_of(asked, parts[0], parts[1:]), target_of(other[0], other[1][0], other[1][1:])
        sign, kinds = SIGNS.get(operator), {left.kind, right.kind}
        if (
            sign is None
            or len(kinds) > 1
            or not (kinds <= {"number", "date"} or (kinds == {"text"} and sign in ("=", "!=")))
        ):
            raise Inexpressible
        self._loosened = self._loosened or kinds == {"text"}
        words = {"=": "is", "!=": "is", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
        compared: dict[str, Any] = {left.name: {words[sign]: {"answer": right.name}}}
        if sign not in ("=", "!="):
            return compared
        nothing = {"all": [{left.name: {"answered": False}}, {right.name: {"answered": False}}]}
        same = together("any", [compared, nothing])
        return same if sign == "=" else negated(same)

    def _in_words(self, target: Target, operator: str, right: str, ignore_case: bool) -> Rule:
        """Words against a pattern or a part: only for checks. An empty answer is an empty text."""
        if not self._patterns or target.kind != "text" or not right:
            raise Inexpressible
        pattern = _regex(right) if operator == "MatchesRegex" else re.sub(r"([\\.+*?()|\[\]{}^$])", r"\\\1", right)
        if ignore_case and not pattern.startswith("(?"):
            pattern = f"(?i){pattern}"
        if not patterns.is_pattern(pattern):
            raise Inexpressible
        found: Rule = {target.name: {"matches": pattern}}
        if patterns.matches("", pattern):
            found = together("any", [found, {target.name: {"answered": False}}])
        return negated(found) if operator == "DoesNotContain" else found


def _regex(given: str) -> str:
    """A pattern without the slashes around it: `/^a/i` is `(?i)^a`."""
    match = _DELIMITED.fullmatch(given.strip())
    if match is None:
        return given.strip()
    flags = "".join(flag for flag in "ims" if flag in match.group(2))
    return f"(?{flags}){match.group(1)}" if flags else match.group(1)


def _is_unclear(expression: dict[str, Any]) -> bool:
    """Whether it is hidden, about other rounds of a loop, or was left without a value: the editor says the latter, and what
    the program makes of it is not known."""
    other_rounds = text_of(expression.get("LoopAndMergeLoops")) not in ("", "current", "no")
    empty = not text_of(expression.get("RightOperand")) and text_of(expression.get("Operator")) in SIGNS
    unfinished = empty and "Invalid Logic" in text_of(expression.get("Description"))
    return other_rounds or unfinished or is_on(expression.get("_HiddenExpression"))


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


def size(condition: Any) -> int:
    """How many tests a condition holds."""
    if isinstance(condition, dict):
        return sum(size(part) if key in ("all", "any", "not") else 1 for key, part in condition.items())
    return sum(map(size, condition)) if isinstance(condition, list) else 0
