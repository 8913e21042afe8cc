"""Our conditions in another expression language, true for the same answers. A language says how it compares; this walks.

A comparison with an unanswered operand is false here; languages where it may be true get a test for an answer beside it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.questionnaire.conditions import LISTS
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Condition

ATOM, ALL, ANY = 2, 1, 0
SIGNS = {"at_least": ">=", "at_most": "<=", "more_than": ">", "less_than": "<"}


class Unsayable(Exception):
    """The target has no words for this rule."""


@dataclass(frozen=True, slots=True)
class Said:
    """An expression and how tightly it holds together: ANY (or), ALL (and), ATOM."""

    text: str
    power: int = ATOM

    def within(self, power: int) -> str:
        """In brackets where it would fall apart beside an operator of this power."""
        return f"({self.text})" if self.power < power else self.text


class RuleWriter:
    """Walks a condition. Subclasses write single tests."""

    negation = "not({})"

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.near = False
        """Whether the last rule is true for nearly the same answers only; `why` holds the sentence that tells."""
        self.why = ""
        self.lets: dict[str, str] = {}
        """Numbers that a check calculates for itself: name -> what is written in its place."""

    def write(self, condition: Condition) -> str:
        """The expression. Raises Unsayable."""
        self.near, self.why = False, ""
        return self.said(condition).text

    def said(self, condition: Condition) -> Said:
        """The expression of a condition."""
        return self.both([self._part(key, test) for key, test in condition.items()])

    def both(self, parts: Sequence[Said]) -> Said:
        """All of them."""
        return _joined(parts, " and ", ALL)

    def either(self, parts: Sequence[Said]) -> Said:
        """Any of them."""
        return _joined(parts, " or ", ANY)

    def opposite(self, part: Said) -> Said:
        """Not this."""
        return Said(self.negation.format(part.text))

    def _part(self, key: str, test: Any) -> Said:
        if key == "all":
            return self.both([self.said(part) for part in test])
        if key == "any":
            return self.either([self.said(part) for part in test])
        if key == "not":
            return self.opposite(self.said(test))
        return self.both([self._test(key, operator, right) for operator, right in test.items()])

    def _test(self, name: str, operator: str, right: Any) -> Said:
        if operator == "answered":
            return self.answered(name) if right else self.unanswered(name)
        if operator == "matches":
            return self.matching(name, right)
        if operator == "count":
            return self.both([self.counted(name, op, number) for op, number in right.items()])
        if isinstance(right, Mapping):
            return self.two(name, operator, right)
        values = list(right) if isinstance(right, list | tuple) else [right]
        if operator in LISTS or operator == "includes":
            kind = operator.removeprefix("includes_") if operator != "includes" else "all"
            if operator in ("one_of", "none_of"):
                kind = "any" if operator == "one_of" else "none"
            return self.among(name, kind, values, several=operator.startswith("includes"))
        return self.compared(name, operator, right)

    # --- what a language says ---
    def answered(self, name: str) -> Said:
        """There is an answer."""
        raise NotImplementedError

    def unanswered(self, name: str) -> Said:
        """There is none."""
        raise NotImplementedError

    def counted(self, name: str, operator: str, number: int) -> Said:
        """A number of chosen answers; false when there is no answer."""
        raise NotImplementedError

    def compared(self, name: str, operator: str, value: Any) -> Said:
        """is, is_not or an order, with a constant."""
        raise NotImplementedError

    def among(self, name: str, kind: str, values: list[Any], *, several: bool) -> Said:
        """all, any or none of these values; `several`: the answer is a list of codes."""
        raise NotImplementedError

    def matching(self, name: str, pattern: str) -> Said:
        """A comparison with a pattern."""
        raise Unsayable

    def two(self, name: str, operator: str, right: Mapping[str, Any]) -> Said:
        """A comparison with another answer."""
        raise NotImplementedError

    def nearly(self, code: str) -> None:
        """This rule is true for nearly the same answers."""
        self.near, self.why = True, code


def _joined(parts: Sequence[Said], word: str, power: int) -> Said:
    if len(parts) == 1:
        return parts[0]
    return Said(word.join(part.within(power) for part in parts), power)


def needs(condition: Condition, names: set[str]) -> bool:
    """Whether the condition is false for everybody who has answered none of these names."""
    return any(_needs(key, test, names) for key, test in condition.items())


def _needs(key: str, test: Any, names: set[str]) -> bool:
    if key == "all":
        return any(needs(part, names) for part in test)
    if key == "any":
        return all(needs(part, names) for part in test)
    if key == "not":
        return False
    if key in names:
        return any(operator != "answered" or right is True for operator, right in test.items())
    return any(isinstance(right, Mapping) and right.get("answer") in names for right in test.values())


def numbers_by_code(definition: Definition, name: str) -> dict[str, float | None]:
    """The number each code of a list stands for in computed values; {} for answers that are numbers themselves."""
    owner = definition.owners.get(name)
    found: dict[str, float | None] = {}
    for choice in owner.offered(name) if owner else ():
        number = choice.score if choice.score is not None else choice.number
        found[choice.code] = None if choice.missing else number
    return found
