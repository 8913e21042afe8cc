"""A condition as lines and groups of lines, and back.

What the form cannot show (deeper nesting, rare combinations) is carried along unchanged as `Kept`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.languages import N_
from survey_app.questionnaire.conditions import LISTS, NUMERIC, as_number, simplify
from survey_app.questionnaire.definition import Definition

JOINS = {
    "all": N_("全部满足"),
    "any": N_("任意一条满足"),
    "not_all": N_("并非全部满足"),
    "none": N_("一条都不满足"),
}
"""How lines are put together."""
_COUNTS = {"is": "count_is", "at_least": "count_at_least", "at_most": "count_at_most"}
_COUNTS |= {"more_than": "count_more_than", "less_than": "count_less_than"}


@dataclass(frozen=True, slots=True)
class Line:
    """One comparison. `values`: the constants as texts; `other`: another answer to compare with; `plus`: (unit, number)."""

    name: str = ""
    operator: str = ""
    values: tuple[str, ...] = ()
    other: str = ""
    plus: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Kept:
    """A condition that the form cannot take apart."""

    condition: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Group:
    """Lines that count as one."""

    join: str
    lines: tuple[Line, ...]


Item = Line | Group | Kept


@dataclass(frozen=True, slots=True)
class Rule:
    """The whole condition; no items: no condition."""

    join: str = "all"
    items: tuple[Item, ...] = ()


def lines_of(rule: Rule) -> Iterator[Line]:
    """Every line, also those in groups."""
    for item in rule.items:
        if isinstance(item, Group):
            yield from item.lines
        elif isinstance(item, Line):
            yield item


# --- from a condition --------------------------------------------------------------------------------------------------
def rule_of(condition: Mapping[str, Any] | None) -> Rule:
    """The condition as a form. One that makes no sense is kept as it is."""
    if not condition:
        return Rule()
    try:
        return _rule_of(condition)
    except (AttributeError, KeyError, TypeError, ValueError):
        return Rule("all", (Kept(condition),))


def _rule_of(condition: Mapping[str, Any]) -> Rule:
    if set(condition) == {"not"} and isinstance(inner := condition["not"], Mapping):
        found = _rule_of(inner)
        if found.join in ("all", "any"):
            return Rule("none" if found.join == "any" or len(found.items) == 1 else "not_all", found.items)
        return Rule("none", (Kept(inner),))
    if set(condition) == {"any"}:
        return Rule("any", tuple(item for part in condition["any"] for item in _items(part, "any")))
    return Rule("all", tuple(_items(condition, "all")))


def _items(condition: Mapping[str, Any], join: str) -> Iterator[Item]:
    """The items of one part of a list: several where they can stand side by side."""
    if join == "all" or len(condition) == 1 and not set(condition) & {"all", "any", "not"}:
        parts = list(_taken_apart(condition)) if join == "all" else [dict(condition)]
        for part in parts:
            lines = _lines(part)
            if lines is not None and (join == "all" or len(lines) == 1):
                yield from lines
            else:
                yield _group(part)
    else:
        yield _group(condition)


def _taken_apart(condition: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for key, test in condition.items():
        if key == "all":
            for part in test:
                yield from _taken_apart(part)
        else:
            yield {key: test}


def _group(condition: Mapping[str, Any]) -> Item:
    """A group, when every part of it is a line; otherwise it is kept as it is."""
    inner: Mapping[str, Any] = condition
    negated = set(condition) == {"not"}
    if negated:
        inner = condition["not"]
    join = "any" if set(inner) == {"any"} else "all"
    lines: list[Line] = []
    for part in inner["any"] if join == "any" else list(_taken_apart(inner)):
        found = _lines(part)
        if found is None or join == "any" and len(found) != 1:
            return Kept(condition)
        lines += found
    if negated:
        join = "none" if join == "any" or len(lines) == 1 else "not_all"
    return Group(join, tuple(lines))


def _lines(condition: Mapping[str, Any]) -> list[Line] | None:
    """The lines of comparisons of one variable; None when one of them does not fit into a line."""
    if len(condition) != 1 or set(condition) & {"all", "any", "not"}:
        return None
    name, test = next(iter(condition.items()))
    lines = [_line(name, operator, right) for operator, right in test.items()]
    return None if None in lines else [line for line in lines if line is not None]


def _line(name: str, operator: str, right: Any) -> Line | None:
    if operator == "answered":
        return Line(name, "answered" if right else "unanswered")
    if operator == "count":
        if len(right) != 1 or (bound := next(iter(right))) not in _COUNTS:
            return None
        return Line(name, _COUNTS[bound], (str(right[bound]),))
    if isinstance(right, Mapping):
        plus = list((right.get("plus") or {}).items())
        if len(plus) > 1 or operator in LISTS:
            return None
        return Line(name, operator, (), right["answer"], (plus[0][0], str(plus[0][1])) if plus else ("", ""))
    values = right if isinstance(right, list) else [right]
    return Line(name, operator, tuple(str(value) for value in values))


def says_the_same(left: Rule, right: Rule) -> bool:
    """Whether two forms are equal; the order of ticked choices does not count."""
    return _ordered(left) == _ordered(right)


def _ordered(rule: Rule) -> Rule:
    def one(item: Item) -> Item:
        if isinstance(item, Group):
            return Group(item.join, tuple(line for line in map(one, item.lines) if isinstance(line, Line)))
        if isinstance(item, Line) and item.operator in LISTS:
            return Line(item.name, item.operator, tuple(sorted(item.values)), item.other, item.plus)
        return item

    return Rule(rule.join, tuple(map(one, rule.items)))


# --- to a condition ----------------------------------------------------------------------------------------------------
def condition_of(rule: Rule, definition: Definition) -> dict[str, Any] | None:
    """The condition that a complete form says; None when it says nothing."""
    parts = [_condition_of_item(item, definition) for item in rule.items]
    return _joined(rule.join, parts) if parts else None


def _condition_of_item(item: Item, definition: Definition) -> dict[str, Any]:
    if isinstance(item, Kept):
        return dict(item.condition)
    if isinstance(item, Group):
        return _joined(item.join, [_condition_of_line(line, definition) for line in item.lines])
    return _condition_of_line(item, definition)


def _joined(join: str, parts: list[dict[str, Any]]) -> dict[str, Any]:
    if join == "all" and all(len(part) == 1 for part in parts):
        names = [next(iter(part)) for part in parts]
        if len(set(names)) == len(names) and not set(names) & {"all"}:
            return {name: part[name] for name, part in zip(names, parts, strict=True)}
    if join in ("not_all", "none"):
        inner = _joined("all" if join == "not_all" else "any", parts)
        return {"not": inner}
    return simplify({join: parts}) if len(parts) == 1 else {join: parts}


def _condition_of_line(line: Line, definition: Definition) -> dict[str, Any]:
    if line.operator in ("answered", "unanswered"):
        return {line.name: {"answered": line.operator == "answered"}}
    if line.operator.startswith("count_"):
        return {line.name: {"count": {line.operator.removeprefix("count_"): int(line.values[0])}}}
    if line.other:
        right: dict[str, Any] = {"answer": line.other}
        if line.plus[0]:
            right["plus"] = {line.plus[0]: int(line.plus[1])}
        return {line.name: {line.operator: right}}
    values = [_constant(line, value, definition) for value in line.values]
    return {line.name: {line.operator: values if line.operator in LISTS else values[0]}}


def _constant(line: Line, text: str, definition: Definition) -> str | int | float:
    """The value as the answers of this question are stored; bounds are numbers."""
    owner = definition.owners.get(line.name)
    codes = owner.codes(line.name) if owner is not None else None
    if codes is not None and line.operator not in NUMERIC:
        return next((code for code in codes if str(code) == text), text)
    number = as_number(text)
    if number is None or owner is not None and owner.operand(line.name) in ("text", "date", "time"):
        return text
    return int(number) if number == int(number) else number
