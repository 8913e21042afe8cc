"""Rules as a form: a condition as lines and groups of lines that can be chosen from lists, and back.

What the form cannot show (deeper nesting, rare combinations) is carried along unchanged as `Kept`. A form that says the same
as the stored condition leaves that condition exactly as it was written.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.conditions import LISTS, NUMERIC, as_number, simplify
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.base import Question

JOINS = {
    "all": N_("全部满足"),
    "any": N_("任意一条满足"),
    "not_all": N_("并非全部满足"),
    "none": N_("一条都不满足"),
}
"""How lines are put together."""
MOST_LINES = 200
DAMAGED = N_("表单不完整，没有保存。请刷新页面重试。")
ANSWER_OF = "@"
"""Before the name of another question in a list of values."""
_COUNTS = {"is": "count_is", "at_least": "count_at_least", "at_most": "count_at_most"}
_COUNTS |= {"more_than": "count_more_than", "less_than": "count_less_than"}
_PLAIN = {
    "is": N_("选了"), "is_not": N_("选了别的"), "one_of": N_("选了其中之一"), "none_of": N_("选了其他的任何一个"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_ORDER = {
    "at_most": N_("不高于（≤）"), "less_than": N_("低于（<）"), "at_least": N_("不低于（≥）"), "more_than": N_("高于（>）"),
}  # fmt: skip
_NUMBER = {"is": N_("等于"), "is_not": N_("不等于")}
_MOMENT = {
    "is": N_("正好是"), "is_not": N_("不是"), "less_than": N_("早于"), "at_most": N_("不晚于"), "more_than": N_("晚于"),
    "at_least": N_("不早于"), "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_MULTIPLE = {
    "includes": N_("勾选了"), "includes_any": N_("勾选了其中任何一个"), "includes_all": N_("同时勾选了"),
    "includes_none": N_("勾选了，但不包括"), "count_at_least": N_("至少勾选几项"), "count_at_most": N_("最多勾选几项"),
    "count_is": N_("正好勾选几项"), "count_more_than": N_("勾选多于几项"), "count_less_than": N_("勾选少于几项"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
_TEXT = {
    "is": N_("正好填写"), "is_not": N_("填写了别的"), "one_of": N_("填写了其中之一"), "none_of": N_("填写了其他内容"),
    "answered": N_("已回答"), "unanswered": N_("没有回答"),
}  # fmt: skip
UNITS = {"days": N_("天"), "months": N_("个月"), "years": N_("年")}


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


# --- what can be chosen ------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Operand:
    """A variable that may be asked for. `kind`: choice, number, multiple, date, time, text; `offers`: (code, words)."""

    name: str
    page: int
    question: Question
    kind: str
    offers: tuple[tuple[str, str], ...] = ()


@dataclass
class Lists:
    """Everything that the lists of one rule offer."""

    operands: dict[str, Operand] = field(default_factory=dict)

    def operators(self, name: str) -> dict[str, str]:
        """The comparisons that fit the variable: operator -> words."""
        operand = self.operands.get(name)
        return {} if operand is None else operators_of(operand)

    def others(self, name: str) -> list[Operand]:
        """Other answers that this one can be compared with."""
        own = self.operands.get(name)
        if own is None or own.kind not in ("number", "date", "time"):
            return []
        return [other for other in self.operands.values() if other.kind == own.kind and other.name != name]


def operators_of(operand: Operand) -> dict[str, str]:
    """operator -> words, the likeliest first."""
    if operand.kind == "multiple":
        return _MULTIPLE
    if operand.kind in ("date", "time"):
        return _MOMENT
    if operand.kind == "text":
        return _TEXT
    answered = {key: _PLAIN[key] for key in ("answered", "unanswered")}
    if operand.kind == "number":
        several = {key: _PLAIN[key] for key in ("one_of", "none_of")} if operand.offers else {}
        return {**_ORDER, **_NUMBER, **several, **answered}
    ordered = _ORDER if sum(as_number(code) is not None for code, _ in operand.offers) > 1 else {}
    return {**{key: _PLAIN[key] for key in ("is", "is_not", "one_of", "none_of")}, **ordered, **answered}


def lists_for(definition: Definition, page: int, question: int | None, language: str, *, end: bool = False) -> Lists:
    """What a rule may ask for: everything before it. `question`: its index on the page; None for a rule of the page
    (with `end`: the questions of the page too)."""
    found = Lists()
    for index, own in enumerate(definition.pages[: page + 1]):
        last = len(own.questions) if index < page or end else question or 0
        for asked in own.questions[:last]:
            for name in (*asked.answer_names(), *asked.text_names()):
                found.operands[name] = _operand(definition, name, index, asked, language)
    return found


def _operand(definition: Definition, name: str, page: int, question: Question, language: str) -> Operand:
    offers = []
    for code in question.codes(name) or ():
        label = question.piped_choice(name, code)
        words = definition.text(dict(label), language) if label else ""
        shown = words if words and words != str(code) else ""
        if as_number(code) is not None and shown:
            shown = f"{code} · {shown}"
        offers.append((str(code), shown or str(code)))
    return Operand(name, page, question, question.operand(name), tuple(offers))


def missing(line: Line, lists: Lists) -> str:
    """What the line still lacks: question, operator, value, other; "" when it is complete.

    A line that asks for a question that is not before it counts as complete: its fault is told, nothing is taken away.
    """
    if not line.name:
        return "question"
    if line.name not in lists.operands:
        return "" if line.operator else "question"
    if line.operator not in lists.operators(line.name):
        return "operator"
    if line.operator in ("answered", "unanswered"):
        return ""
    if line.other:
        if line.plus[0] and not _is_whole(line.plus[1]):
            return "value"
        return "" if line.other in lists.operands else "other"
    return "" if line.values and all(_fits(line, value, lists) for value in line.values) else "value"


def _fits(line: Line, value: str, lists: Lists) -> bool:
    operand = lists.operands[line.name]
    if line.operator.startswith("count_"):
        return _is_whole(value) and int(value) >= 0
    if operand.offers and line.operator not in NUMERIC:
        return value in {code for code, _ in operand.offers}
    if operand.kind in ("number", "choice"):
        return as_number(value) is not None
    return bool(value)


def _is_whole(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and len(digits) < 6


# --- the posted form ---------------------------------------------------------------------------------------------------
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


def lines_of(rule: Rule) -> Iterator[Line]:
    """Every line, also those in groups."""
    for item in rule.items:
        if isinstance(item, Group):
            yield from item.lines
        elif isinstance(item, Line):
            yield item


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
