"""The form of a rule as it was sent, and what its buttons do."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from survey_app.design.rules.lists import UNITS, Lists
from survey_app.design.rules.shape import JOINS, Group, Item, Kept, Line, Rule
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.conditions import LISTS

MOST_LINES = 200
DAMAGED = N_("表单不完整，没有保存。请刷新页面重试。")
ANSWER_OF = "@"
"""Before the name of another question in a list of values."""


def read(fields: Mapping[str, Sequence[str]]) -> Rule:
    """The form as it was sent: `item` lists the keys (`0`, `2.1`) in order, every field carries its key."""

    def one(name: str, key: str) -> str:
        return one_raw(fields, f"{name}.{key}").strip()

    keys = list(fields.get("item", ()))
    if not all(map(_is_key, keys)):
        raise DomainError(DAMAGED)
    if len(keys) > MOST_LINES:
        raise DomainError(N_("一条规则最多 %(n)s 个条件。"), n=MOST_LINES)
    items: list[Item] = []
    for key in dict.fromkeys(keys):
        if "." in key:
            continue
        if f"kept.{key}" in fields:
            items.append(Kept(_loaded(one_raw(fields, f"kept.{key}"))))
        elif f"join.{key}" in fields:
            inner = tuple(_sent_line(fields, k, one) for k in dict.fromkeys(keys) if k.startswith(f"{key}."))
            join = one("join", key)
            items.append(Group(join if join in JOINS else "any", inner))
        else:
            items.append(_sent_line(fields, key, one))
    join = one_raw(fields, "join")
    return Rule(join if join in JOINS else "all", tuple(items))


def one_raw(fields: Mapping[str, Sequence[str]], name: str) -> str:
    """The first value of a field."""
    return next(iter(fields.get(name, ())), "")


def _is_key(key: str) -> bool:
    parts = key.split(".")
    return len(parts) < 3 and all(part.isascii() and part.isdigit() and len(part) < 4 for part in parts)


def _loaded(text: str) -> dict[str, Any]:
    """What is carried along must come back whole: nothing is saved without it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or not found:
        raise DomainError(DAMAGED)
    return found


def _sent_line(fields: Mapping[str, Sequence[str]], key: str, one: Any) -> Line:
    values = tuple(v.strip() for v in fields.get(f"value.{key}", ()) if v.strip())
    name, operator, other = one("name", key), one("operator", key), one("other", key)
    if values and values[0].startswith(ANSWER_OF):  # chosen from the same list as the values
        other = values[0].removeprefix(ANSWER_OF)
    if name != one("was", key):  # another question: its comparisons and answers are others
        return Line(name)
    if operator not in LISTS:
        values = values[:1]
    unit, number = one("unit", key), one("plus", key)
    plus = (unit, number) if other and unit in UNITS and number not in ("", "0") else ("", "")
    return Line(name, operator, () if other or operator in ("answered", "unanswered") else values, other, plus)


def acted(rule: Rule, act: str) -> Rule:
    """The form after a button: add, group, add.2 (a line to a group), remove.2, remove.2.1, clear."""
    verb, _, key = act.partition(".")
    items = list(rule.items)
    first, _, second = key.partition(".")
    index = int(first) if _is_key(first) else -1
    if verb == "clear":
        return Rule()
    if verb in ("add", "group") and not key and len(items) < MOST_LINES:
        return Rule(rule.join, (*items, Line() if verb == "add" else Group("any", (Line(), Line()))))
    if not 0 <= index < len(items):
        return rule
    target = items[index]
    if verb == "replace" and isinstance(target, Kept):
        items[index] = Line()
    elif verb == "add" and isinstance(target, Group):
        items[index] = Group(target.join, (*target.lines, Line()))
    elif verb == "remove" and not second:
        del items[index]
    elif verb == "remove" and isinstance(target, Group) and _is_key(second):
        lines = tuple(line for number, line in enumerate(target.lines) if number != int(second))
        items[index : index + 1] = [Group(target.join, lines)] if lines else []
    return Rule(rule.join, tuple(items))


def started(rule: Rule, lists: Lists) -> Rule:
    """The form with the likeliest comparison where a question was chosen and none yet."""

    def one(line: Line) -> Line:
        operators = lists.operators(line.name)
        if operators and line.operator not in operators:
            return Line(line.name, next(iter(operators)), line.values, line.other, line.plus)
        return line

    items: list[Item] = []
    for item in rule.items:
        if isinstance(item, Group):
            items.append(Group(item.join, tuple(one(line) for line in item.lines)))
        else:
            items.append(one(item) if isinstance(item, Line) else item)
    return Rule(rule.join, tuple(items))
