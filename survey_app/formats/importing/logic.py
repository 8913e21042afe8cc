"""Rules of other systems as ours: a small tree that every expression language is parsed into, and the way from it to conditions.

Nothing here is ever run as code. A language brings its tokens and its precedences to `Parser`, and a `Scope` that knows what
its names stand for; `condition` then gives a condition that holds for the same answers, or raises Inexpressible.
"""

import operator
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from survey_app.formats.importing.tidying import tidied
from survey_app.questionnaire.conditions import as_number

MAX_DEPTH = 60


class Inexpressible(Exception):
    """A rule that our conditions cannot say; `code` of the sentence table."""

    def __init__(self, code: str = "rule_kept_as_note", **values: Any) -> None:
        super().__init__(code)
        self.code, self.values = code, values


class BadExpression(Exception):
    """A text that is no expression of its language; `position` in it, from 0."""

    def __init__(self, position: int = 0) -> None:
        super().__init__(f"at {position}")
        self.position = position


# --- the tree ---------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Const:
    """A number, a text, True, False or None."""

    value: Any


@dataclass(frozen=True, slots=True)
class Ref:
    """A name of the source; `part`: what its language adds (a subquestion, `.shown`, a choice)."""

    name: str
    part: str = ""


@dataclass(frozen=True, slots=True)
class Op:
    """`=` `!=` `<` `<=` `>` `>=` and `+` `-` `*` `/`."""

    op: str
    left: Any
    right: Any


@dataclass(frozen=True, slots=True)
class Not:
    """not x"""

    part: Any


@dataclass(frozen=True, slots=True)
class Both:
    """`word`: all or any of the parts."""

    word: Literal["all", "any"]
    parts: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function of the language, its name in small letters."""

    name: str
    parts: tuple[Any, ...]


# --- parsing ----------------------------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Token:
    """kind: number, text, name, op, open, close, comma; `value`: the number, the text without quotes, a Ref, the sign."""

    kind: str
    value: Any
    position: int = 0


@dataclass
class Parser:
    """Operator precedence over tokens.

    `binary`: sign -> (binding power, the sign in the tree, or all, any); `unary`: signs of not.
    """

    tokens: Sequence[Token]
    binary: Mapping[str, tuple[int, str]]
    unary: Iterable[str] = ("!", "not")
    constants: Mapping[str, Any] = field(default_factory=dict)
    """Bare names that are values: true, false, null."""
    _at: int = 0

    def parse(self) -> Any:
        """The tree. Raises BadExpression."""
        if not self.tokens:
            raise BadExpression
        tree = self._expression(0, 0)
        if self._at < len(self.tokens):
            raise BadExpression(self.tokens[self._at].position)
        return tree

    def _peek(self) -> Token | None:
        return self.tokens[self._at] if self._at < len(self.tokens) else None

    def _take(self, kind: str | None = None) -> Token:
        token = self._peek()
        if token is None or (kind is not None and token.kind != kind):
            raise BadExpression(token.position if token else self.tokens[-1].position if self.tokens else 0)
        self._at += 1
        return token

    def _expression(self, power: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise BadExpression(self.tokens[min(self._at, len(self.tokens) - 1)].position)
        left = self._operand(depth)
        while (token := self._peek()) is not None and token.kind == "op" and token.value in self.binary:
            strength, word = self.binary[token.value]
            if strength <= power:
                break
            self._at += 1
            right = self._expression(strength, depth + 1)
            left = joined(word, left, right) if word in ("all", "any") else Op(word, left, right)
        return left

    def _operand(self, depth: int) -> Any:
        token = self._take()
        if token.kind in ("number", "text"):
            return Const(token.value)
        if token.kind == "open":
            inner = self._expression(0, depth + 1)
            self._take("close")
            return inner
        if token.kind == "op" and token.value in self.unary:
            return Not(self._expression(90, depth + 1))
        if token.kind == "op" and token.value == "-":
            inner = self._expression(90, depth + 1)
            return (
                Const(-inner.value)
                if isinstance(inner, Const) and _is_number(inner.value)
                else Op("-", Const(0), inner)
            )
        if token.kind == "op" and token.value == "+":
            return self._expression(90, depth + 1)
        if token.kind == "name":
            following = self._peek()
            if following is not None and following.kind == "open" and isinstance(token.value, str):
                return self._call(token, depth)
            if isinstance(token.value, str):
                return Const(self.constants[token.value]) if token.value in self.constants else Ref(token.value)
            return token.value
        raise BadExpression(token.position)

    def _call(self, token: Token, depth: int) -> Call:
        self._take("open")
        parts: list[Any] = []
        if (after := self._peek()) is not None and after.kind != "close":
            parts.append(self._expression(0, depth + 1))
            while (after := self._peek()) is not None and after.kind == "comma":
                self._at += 1
                parts.append(self._expression(0, depth + 1))
        self._take("close")
        return Call(token.value.lower(), tuple(parts))


def joined(word: Any, left: Any, right: Any) -> Both:
    """Two parts as one; nests of the same word are made flat."""
    parts: list[Any] = []
    for part in (left, right):
        parts += part.parts if isinstance(part, Both) and part.word == word else [part]
    return Both(word, tuple(parts))


# --- what names stand for ---------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class Target:
    """What a name of the source stands for here.

    kind: choice, multiple, number, text, date, time (as conditions know them), `option` (one choice of a multiple choice, as
    0/1 or Y), `constant`. `codes`: value in the source -> our code. `option`: the code of the choice. `on`: values of the
    source that mean chosen.
    """

    kind: str
    name: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)
    option: str = ""
    on: frozenset[str] = frozenset({"1", "Y", "y", "true", "True"})
    value: Any = None


class Scope(Protocol):
    """The names of one file at one place, and how its language sees an answer that is not there."""

    empty_equals: bool
    """Whether an unanswered name compares as an empty text: then `q != 'a'` is true for it, else it is false."""

    def target(self, ref: Ref) -> Target:
        """What the name stands for. Raises Inexpressible."""

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        """The condition of a function that is a condition, or a tree to go on with. Raises Inexpressible."""


# --- conditions -------------------------------------------------------------------------------------------------------
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OURS = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
_TRUE_OR_FALSE = {
    "1": True,
    "1.0": True,
    "true": True,
    "0": False,
    "0.0": False,
    "false": False,
    "": False,
    "none": False,
}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def condition(tree: Any, scope: Scope) -> dict[str, Any] | bool:
    """The condition that holds for the same answers; True or False when it is the same for all. Raises Inexpressible."""
    found = _truth(tree, scope, 0)
    return found if isinstance(found, bool) else tidied(found)


def _truth(tree: Any, scope: Scope, depth: int) -> dict[str, Any] | bool:
    if depth > MAX_DEPTH:
        raise Inexpressible
    if isinstance(tree, dict | bool):
        return tree  # a function gave it
    if isinstance(tree, Both):
        return together(tree.word, [_truth(part, scope, depth + 1) for part in tree.parts])
    if isinstance(tree, Not):
        return negated(_truth(tree.part, scope, depth + 1))
    if isinstance(tree, Op):
        if tree.op in _COMPARE:
            return _compared(tree, scope, depth)
        raise Inexpressible
    if isinstance(tree, Call):
        return _truth(scope.call(tree, lambda part: _truth(part, scope, depth + 1)), scope, depth + 1)
    if isinstance(tree, Const):
        return bool(tree.value) and tree.value not in ("0", "false")
    return _is_true(scope.target(tree))


def _is_true(target: Target) -> dict[str, Any]:
    if target.kind == "option":
        return {target.name: {"includes": target.option}}
    if target.kind == "number":
        return {"not": {"any": [{target.name: {"is": 0}}, {target.name: {"answered": False}}]}}
    if target.kind == "constant":
        raise Inexpressible
    return {target.name: {"answered": True}}


def together(word: str, parts: Sequence[dict[str, Any] | bool]) -> dict[str, Any] | bool:
    """all or any of the parts, with what is always so left out."""
    decisive = word == "any"
    if any(part is decisive for part in parts):
        return decisive
    left = [part for part in parts if not isinstance(part, bool)]
    return {word: left} if left else not decisive


def negated(part: dict[str, Any] | bool) -> dict[str, Any] | bool:
    """The opposite."""
    return not part if isinstance(part, bool) else {"not": part}


def _side(tree: Any, scope: Scope, depth: int) -> Any:
    """A Const, a Target, or a condition (of a function, or in brackets)."""
    if isinstance(tree, Call):
        tree = scope.call(tree, lambda part: _truth(part, scope, depth + 1))
    if isinstance(tree, Ref):
        found = scope.target(tree)
        return Const(found.value) if found.kind == "constant" else found
    if isinstance(tree, Const | Target | dict | bool):
        return tree
    if isinstance(tree, Op) and tree.op not in _COMPARE:
        return _folded(tree, scope, depth)
    return _truth(tree, scope, depth + 1)


def _folded(tree: Op, scope: Scope, depth: int) -> Const:
    """Arithmetic of constants."""
    if depth > MAX_DEPTH:
        raise Inexpressible
    left, right = _side(tree.left, scope, depth + 1), _side(tree.right, scope, depth + 1)
    if isinstance(left, Const) and isinstance(right, Const):
        a, b = as_number(left.value), as_number(right.value)
        if a is not None and b is not None:
            if tree.op in "+-*":
                return Const({"+": a + b, "-": a - b, "*": a * b}[tree.op])
            if tree.op == "/" and b:
                return Const(a / b)
    raise Inexpressible


def _compared(tree: Op, scope: Scope, depth: int) -> dict[str, Any] | bool:
    left, right, op = _side(tree.left, scope, depth), _side(tree.right, scope, depth), tree.op
    if isinstance(left, Const) and not isinstance(right, Const):
        left, right, op = right, left, _TURNED[op]
    if isinstance(left, Const) and isinstance(right, Const):
        return _constants(left.value, op, right.value)
    if isinstance(left, dict | bool) and isinstance(right, Const):  # (a and b) = true
        wanted = _TRUE_OR_FALSE.get(str(right.value).lower())
        if op not in ("=", "!=") or wanted is None:
            raise Inexpressible
        return left if wanted == (op == "=") else negated(left)
    if isinstance(left, Target) and isinstance(right, Const):
        return compare(left, op, right.value, empty_equals=scope.empty_equals)
    if isinstance(left, Target) and isinstance(right, Target):
        return _two_answers(left, op, right, scope)
    raise Inexpressible


def _constants(left: Any, op: str, right: Any) -> bool:
    a, b = as_number(left), as_number(right)
    if a is not None and b is not None:
        return _COMPARE[op](a, b)
    return _COMPARE[op](str(left), str(right))


def compare(target: Target, op: str, value: Any, *, empty_equals: bool) -> dict[str, Any] | bool:
    """The condition `target op value` for a constant. `empty_equals`: as in Scope. Raises Inexpressible."""
    if value is None or value == "":
        return _emptiness(target, op)
    if target.kind == "option":
        return _option(target, op, value)
    if op == "!=":
        is_it = _equal(target, value)
        if empty_equals or isinstance(is_it, bool):
            return negated(is_it)
        return {"all": [{target.name: {"answered": True}}, negated(is_it)]}
    if op == "=":
        return _equal(target, value)
    if target.kind == "choice":
        return _among(target, op, value)
    if target.kind == "number":
        number = as_number(value)
        return False if number is None else {target.name: {_OURS[op]: _short(number)}}
    if target.kind in ("date", "time"):
        return {target.name: {_OURS[op]: _written(value)}}
    raise Inexpressible


def _emptiness(target: Target, op: str) -> dict[str, Any]:
    if op not in ("=", "!="):
        raise Inexpressible
    there: dict[str, Any] = {"includes": target.option} if target.kind == "option" else {"answered": True}
    return {target.name: there} if op == "!=" else {"not": {target.name: there}}


def _equal(target: Target, value: Any) -> dict[str, Any] | bool:
    if target.kind == "multiple":
        code = _code(target, value)
        return False if code is None else {target.name: {"includes": code, "count": {"is": 1}}}
    if target.kind == "choice":
        return _among(target, "=", value)
    if target.kind == "number":
        number = as_number(value)
        return False if number is None else {target.name: {"is": _short(number)}}
    return {target.name: {"is": _written(value)}}


def _short(number: float) -> float:
    return int(number) if float(number).is_integer() else number


def _option(target: Target, op: str, value: Any) -> dict[str, Any] | bool:
    chosen: dict[str, Any] = {target.name: {"includes": target.option}}
    written = _written(value)
    if op in ("=", "!="):
        is_on = written in target.on
        return chosen if is_on == (op == "=") else negated(chosen)
    number = as_number(value)
    if number is None:
        raise Inexpressible
    on, off = _COMPARE[op](1, number), _COMPARE[op](0, number)
    return on if on == off else chosen if on else negated(chosen)


def _among(target: Target, op: str, value: Any) -> dict[str, Any] | bool:
    """A comparison with a list of codes: the codes whose value in the source fits."""
    number = as_number(value)
    fitting: list[str] = []
    for given, code in target.codes.items():
        own = as_number(given)
        if own is not None and number is not None:
            fits = _COMPARE[op](own, number)
        else:
            fits = op == "=" and given == _written(value)
        if fits and code not in fitting:
            fitting.append(code)
    if not fitting:
        return False
    return {target.name: {"is": fitting[0]} if len(fitting) == 1 else {"one_of": fitting}}


def _code(target: Target, value: Any) -> str | None:
    written = _written(value)
    return target.codes.get(written) if target.codes else written


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _two_answers(left: Target, op: str, right: Target, scope: Scope) -> dict[str, Any]:
    if left.kind in ("option", "multiple") or right.kind in ("option", "multiple"):
        raise Inexpressible
    if any(given != code for side in (left, right) for given, code in side.codes.items() if side.kind == "choice"):
        raise Inexpressible  # renamed codes are no longer equal where the source's were
    if op not in ("=", "!=") and "text" in (left.kind, right.kind):
        raise Inexpressible
    if op in ("=", "!=") and scope.empty_equals:
        nothing = {"all": [{left.name: {"answered": False}}, {right.name: {"answered": False}}]}
        equal = {"any": [{left.name: {"is": {"answer": right.name}}}, nothing]}
        return equal if op == "=" else {"not": equal}
    return {left.name: {_OURS[op]: {"answer": right.name}}}


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
