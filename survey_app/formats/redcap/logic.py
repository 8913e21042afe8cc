"""Branching logic and calculations of REDCap: `[field(1)] = '1' and [age] > 18`, parsed and turned into our rules.

A blank field is an empty text: `[q] <> '1'` holds for it, comparisons of size do not. A field that is hidden is blank.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any

from survey_app.formats.importing import logic
from survey_app.formats.importing.logic import (
    BadExpression,
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Parser,
    Ref,
    Target,
    Token,
)
from survey_app.questionnaire.conditions import as_number

LONGEST = 20_000
BINARY = {
    "or": (10, "any"),
    "||": (10, "any"),
    "and": (20, "all"),
    "&&": (20, "all"),
    "=": (30, "="),
    "==": (30, "="),
    "<>": (30, "!="),
    "!=": (30, "!="),
    "<": (30, "<"),
    "<=": (30, "<="),
    ">": (30, ">"),
    ">=": (30, ">="),
    "+": (50, "+"),
    "-": (50, "-"),
    "*": (60, "*"),
    "/": (60, "/"),
    "^": (70, "^"),
}
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<text>'[^']*'|"[^"]*")
    |\[(?P<field>[A-Za-z0-9_:-]{1,120}(?:\([^()\[\]]{1,100}\))?(?::[a-z]{1,20})?)\]
    |(?P<op><=|>=|<>|!=|==|&&|\|\||[=<>+*/^-])
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)
    |(?P<word>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<end>$)
    )""",
    re.VERBOSE,
)
_FIELD = re.compile(r"([A-Za-z0-9_]+)(?:\(([^()]+)\))?(?::(value|checked))?")
_COMMENT = re.compile(r"""('[^']*'|"[^"]*"|\[[^\[\]]*\])|(?:\#|//)[^\n]*""")
"""What stands behind # or // on a line; texts and fields are matched first and stay."""
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\xa0": " "})


def parse(text: str) -> Any:
    """The tree of an expression. Raises BadExpression or Inexpressible."""
    if len(text) > LONGEST:
        raise Inexpressible
    text = _COMMENT.sub(lambda match: match[1] or " ", text.translate(_QUOTES))
    return Parser(tokens(text), BINARY, unary=("!", "not")).parse()


def tokens(text: str) -> list[Token]:
    """The tokens; `[event][field]` names another event, which is not here."""
    made: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise BadExpression(at)
        kind, value = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "number":
            made.append(Token("number", float(value) if "." in value else int(value), at))
        elif kind == "text":
            made.append(Token("text", value[1:-1], at))
        elif kind == "field":
            if made and made[-1].kind == "name" and isinstance(made[-1].value, Ref):
                raise Inexpressible("rule_elsewhere")
            made.append(Token("name", _ref(value), at))
        elif kind == "word":
            low = value.lower()
            made.append(Token("op" if low in ("and", "or", "not") else "name", low, at))
        elif kind != "end":
            made.append(Token(kind, value, at))
        at = match.end()
    return made


def _ref(text: str) -> Ref:
    match = _FIELD.fullmatch(text)
    if match is None:  # a smart variable, a label
        raise Inexpressible("rule_unknown_name", name=text)
    return Ref(match[1].lower(), (match[2] or "").strip().lower())


@dataclass
class Fields:
    """The fields that stand before a rule, and what they became: the Scope of `logic.condition`."""

    targets: dict[str, Target] = field(default_factory=dict)
    empty_equals: bool = True
    moments: set[str] = field(default_factory=set)
    """Dates that have a time of day beside them: a rule may only ask whether there is one."""

    def target(self, ref: Ref) -> Target:
        """What a field stands for; `[field(1)]` is a choice of a checkbox."""
        found = self.targets.get(ref.name)
        if found is None:
            raise Inexpressible("rule_unknown_name", name=ref.name)
        if found.kind == "multiple":
            codes = {code.lower(): ours for code, ours in found.codes.items()}
            if ref.part not in codes:
                raise Inexpressible("rule_unknown_name", name=f"{ref.name}({ref.part})")
            return Target("option", found.name, option=codes[ref.part], on=frozenset({"1"}))
        if ref.part:
            raise Inexpressible("rule_unknown_name", name=f"{ref.name}({ref.part})")
        return found

    def is_text(self, name: str) -> bool:
        """Whether our variable of this name holds typed words."""
        return any(found.name == name and found.kind == "text" for found in self.targets.values())

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        """if(c, a, b) of conditions; the rest is not known."""
        if call.name == "if" and len(call.parts) == 3:
            test, yes, no = (translate(part) for part in call.parts)
            both = [logic.together("all", [test, yes]), logic.together("all", [logic.negated(test), no])]
            return logic.together("any", both)
        if call.name in ("isblankormissingcode", "isblank") and len(call.parts) == 1 and isinstance(call.parts[0], Ref):
            return {"not": {self.target(call.parts[0]).name: {"answered": True}}}
        raise Inexpressible

    def condition(self, text: str) -> dict[str, Any] | bool:
        """The condition of a branching logic. Raises Inexpressible."""
        return self.of(self._parsed(text))

    def of(self, tree: Any) -> dict[str, Any] | bool:
        """The condition of a tree; what reads differently here raises Inexpressible."""
        tree = self._days(tree)
        self._careful(tree)
        return logic.condition(tree, self)

    def _days(self, tree: Any) -> Any:
        """The tree with comparisons of `datediff([a], [b], 'd')` as conditions."""
        if isinstance(tree, Both):
            return Both(tree.word, tuple(map(self._days, tree.parts)))
        if isinstance(tree, Not):
            return Not(self._days(tree.part))
        if isinstance(tree, Op):
            for op, call, value in (
                (tree.op, tree.left, tree.right),
                (_TURNED.get(tree.op, ""), tree.right, tree.left),
            ):
                if isinstance(call, Call) and call.name == "datediff" and isinstance(value, Const):
                    return self._apart(op, call, as_number(value.value))
                if isinstance(value, Const) and len(ticks := self._ticks(call)) > 1:
                    return _several(op or tree.op, ticks, as_number(value.value))
        return tree

    def _ticks(self, tree: Any) -> list[dict[str, Any]]:
        """The choices of checkboxes that are counted, `sum([m(1)], [m(2)])` or `[m(1)] + [m(2)]`; [] for anything else."""
        parts: list[Any] = []
        left = [tree]
        while left:
            part = left.pop()
            if isinstance(part, Op) and part.op == "+":
                left += [part.right, part.left]
            elif part is tree and isinstance(part, Call) and part.name == "sum":
                parts += part.parts
            else:
                parts.append(part)
        targets = [self.target(part) for part in parts if isinstance(part, Ref) and part.part]
        if len(targets) < len(parts) or any(target.kind != "option" for target in targets):
            return []
        return [{target.name: {"includes": target.option}} for target in targets]

    def _apart(self, op: str, call: Call, number: float | None) -> Any:
        """How many days lie between two dates; without a sign unless the last part is true."""
        first, second, unit, *rest = (*call.parts, None, None, None)[: max(3, len(call.parts))]
        signed = any(part == Const("true") or part == Ref("true") for part in rest)
        if any(isinstance(part, Const) and part.value == "today" for part in (first, second)):
            raise Inexpressible("rule_today")
        dates = [self.target(part) for part in (first, second) if isinstance(part, Ref)]
        if len(dates) != 2 or any(date.kind != "date" for date in dates) or unit != Const("d"):
            raise Inexpressible
        if op not in _OURS or number is None or number < 0 or number % 1:
            raise Inexpressible
        begun, ended = (date.name for date in dates)
        after = {ended: {_OURS[op]: {"answer": begun, "plus": {"days": int(number)}}}}
        if signed:
            return after
        before = {ended: {_OURS[_TURNED[op]]: {"answer": begun, "plus": {"days": -int(number)}}}}
        return {"any" if op in (">", ">=") else "all": [after, before]}

    def _parsed(self, text: str) -> Any:
        try:
            return parse(text)
        except BadExpression:
            raise Inexpressible("rule_unreadable") from None

    def _careful(self, tree: Any) -> None:
        """Bare fields as truth, and dates compared with what is no date, are not taken."""
        if isinstance(tree, Both):
            for part in tree.parts:
                self._careful(part)
                if isinstance(part, Ref | Const):
                    raise Inexpressible
        elif isinstance(tree, Not):
            self._careful(tree.part)
        elif isinstance(tree, Op):
            for one, other in ((tree.left, tree.right), (tree.right, tree.left)):
                kind = self.target(one).kind if isinstance(one, Ref) else ""
                if kind == "date" and self.target(one).name in self.moments and other != Const(""):
                    raise Inexpressible
                if kind in ("date", "time") and isinstance(other, Const) and not _fits(kind, other.value):
                    raise Inexpressible
                if kind == "date" and isinstance(other, Call):
                    raise Inexpressible("rule_today")


_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OURS = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}


_MOST_WAYS = 40


def _several(op: str, ticks: list[dict[str, Any]], number: float | None) -> dict[str, Any]:
    """The condition that so many of the choices are ticked. Raises Inexpressible when it takes too many words."""
    if number is None or number % 1 or len({str(tick) for tick in ticks}) < len(ticks):
        raise Inexpressible
    n, count = len(ticks), int(number)
    if op in ("=", "!="):
        exactly = {"all": [_at_least(ticks, count, n), {"not": _at_least(ticks, count + 1, n)}]}
        return exactly if op == "=" else {"not": exactly}
    if op in (">", ">="):
        return _at_least(ticks, count + (op == ">"), n)
    if op in ("<", "<="):
        return {"not": _at_least(ticks, count + (op == "<="), n)}
    raise Inexpressible


def _at_least(ticks: list[dict[str, Any]], count: int, n: int) -> dict[str, Any]:
    if not 1 <= count <= n or comb(n, count) > _MOST_WAYS:
        raise Inexpressible
    return {"any": [{"all": list(ways)} if count > 1 else ways[0] for ways in combinations(ticks, count)]}


def _fits(kind: str, value: Any) -> bool:
    pattern = r"[0-9]{4}-[0-9]{2}-[0-9]{2}" if kind == "date" else r"[0-9]{2}:[0-9]{2}"
    return value == "" or re.fullmatch(pattern, str(value)) is not None


_SIGNS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_MOST_POWER = 6


class Sums:
    """Calculations as expressions of computed values. `rounded`: whether a rounding was left out."""

    def __init__(self, fields: Fields) -> None:
        self._fields = fields
        self.rounded = False

    def expression(self, text: str) -> Any:
        """The expression of a calculation. Raises Inexpressible."""
        self.rounded = False
        try:
            return self._of(parse(text), 0)
        except BadExpression:
            raise Inexpressible("rule_unreadable") from None

    def _of(self, tree: Any, depth: int) -> Any:
        if depth > 25:
            raise Inexpressible
        if isinstance(tree, Const):
            number = as_number(tree.value)
            if number is None:
                raise Inexpressible
            return number
        if isinstance(tree, Ref):
            return self._answer(self._fields.target(tree))
        if isinstance(tree, Op) and tree.op in _SIGNS:
            return {_SIGNS[tree.op]: [self._of(tree.left, depth + 1), self._of(tree.right, depth + 1)]}
        if isinstance(tree, Op) and tree.op == "^":
            return self._power(tree, depth)
        if isinstance(tree, Call):
            return self._call(tree, depth)
        raise Inexpressible

    @staticmethod
    def _answer(target: Target) -> Any:
        if target.kind == "option":
            return {"if": {target.name: {"includes": target.option}}, "then": 1, "else": 0}
        if target.kind == "number":
            return {"answer": target.name}
        if target.kind == "choice" and all(
            as_number(code) is not None and as_number(code) == as_number(ours) for code, ours in target.codes.items()
        ):
            return {"answer": target.name}
        raise Inexpressible

    def _power(self, tree: Op, depth: int) -> Any:
        power = tree.right.value if isinstance(tree.right, Const) else None
        if not isinstance(power, int) or not 1 <= power <= _MOST_POWER:
            raise Inexpressible
        base = self._of(tree.left, depth + 1)
        return base if power == 1 else {"multiply": [base] * power}

    def _call(self, tree: Call, depth: int) -> Any:
        if tree.name == "round" and tree.parts:
            self.rounded = True
            return self._of(tree.parts[0], depth + 1)
        if tree.name == "if" and len(tree.parts) == 3:
            test = self._fields.of(tree.parts[0])
            if isinstance(test, bool):
                return self._of(tree.parts[1 if test else 2], depth + 1)
            if _is_blank(tree.parts[1]) and not _is_blank(tree.parts[2]):
                return {"if": {"not": test}, "then": self._of(tree.parts[2], depth + 1)}
            made = {"if": test, "then": self._of(tree.parts[1], depth + 1)}
            if not _is_blank(tree.parts[2]):
                made["else"] = self._of(tree.parts[2], depth + 1)
            return made
        parts = [self._of(part, depth + 1) for part in tree.parts]
        if tree.name in ("mean", "min", "max") and parts:
            return {tree.name: parts}
        if tree.name == "sum" and parts:
            return self._sum(parts)
        raise Inexpressible

    @staticmethod
    def _sum(parts: list[Any]) -> Any:
        """REDCap's sum() leaves blank fields out, and is blank when all are."""
        there = [_there(part) for part in parts]
        if not all(there):
            raise Inexpressible
        terms = [
            {"if": test, "then": part, "else": 0} if test != {} else part
            for test, part in zip(there, parts, strict=True)
        ]
        tests = [test for test in there if isinstance(test, dict)]
        return {"if": {"any": tests}, "then": {"add": terms}}


def _is_blank(part: Any) -> bool:
    return isinstance(part, Const) and str(part.value).strip().lower() in ("", "nan", "null")


def _there(part: Any) -> Mapping[str, Any] | None:
    """The condition that a term has a value, for single answers; None for anything else."""
    return {part["answer"]: {"answered": True}} if isinstance(part, dict) and "answer" in part else None
