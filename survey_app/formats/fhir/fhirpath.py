"""The common forms of FHIRPath, parsed into the tree of rules. What is not one of them raises BadExpression or Inexpressible.

`%resource.item.where(linkId='fever').answer.value` becomes Ref("fever"); `.exists()`, `.empty()`, `.not()`, `iif`, arithmetic
and comparisons are kept; `%name` is a variable. Nothing is ever evaluated.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.logic import (
    MAX_DEPTH,
    BadExpression,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Ref,
    joined,
)

MAX_LENGTH = 20_000
_TOKEN = re.compile(
    r"""\s*(?:'(?P<text>(?:[^'\\]|\\.)*)' | @(?P<date>[0-9T:.+Z-]+) | (?P<number>[0-9]+(?:\.[0-9]+)?)
      | %(?P<variable>`[^`]+`|'[^']+'|[A-Za-z_][A-Za-z0-9_-]*) | (?P<name>`[^`]+`|[$A-Za-z_][A-Za-z0-9_]*)
      | (?P<sign><=|>=|!=|!~|[=~<>+\-*/&|().,{}\[\]]))""",
    re.VERBOSE,
)
_POWER = {"implies": 1, "or": 2, "xor": 2, "and": 3, "in": 4, "contains": 4, "=": 5, "!=": 5, "~": 5, "!~": 5, "<": 6, "<=": 6,
          ">": 6, ">=": 6, "|": 7, "is": 8, "as": 8, "+": 9, "-": 9, "&": 9, "*": 10, "/": 10, "div": 10, "mod": 10}  # fmt: skip
_KEPT = frozenset(("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "&"))
_ANSWER = frozenset(
    (
        "item",
        "answer",
        "value",
        "valueBoolean",
        "valueDecimal",
        "valueInteger",
        "valueDate",
        "valueDateTime",
        "valueTime",
    )
    + (
        "valueString",
        "valueUri",
        "valueCoding",
        "valueQuantity",
        "code",
        "single",
        "first",
        "last",
        "ofType",
        "descendants",
    )
    + ("repeat", "toInteger", "toDecimal", "toString", "toQuantity")
)

_CODE = frozenset(("value", "valueCoding", "valueString", "coding", "code", "$this"))
"""What leads from an answer to its code."""


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a path: a member, or a function with its arguments."""

    name: str
    parts: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True)
class Path:
    """`%resource.item.where(...)`: where it begins (`%resource`, "" for the context, or a tree), and its steps."""

    root: Any
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    value: Any
    at: int


def parse(text: str) -> Any:
    """The tree with paths as written. Raises BadExpression."""
    if not text.strip() or len(text) > MAX_LENGTH:
        raise BadExpression
    tokens: list[_Token] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadExpression(at)
        kind = str(match.lastgroup)
        value: Any = match[kind]
        if kind == "text":
            value = re.sub(r"\\(.)", r"\1", value)
        elif kind == "number":
            value = float(value) if "." in value else int(value)
        elif kind in ("name", "variable"):
            value = value.strip("`'")
        tokens.append(_Token(kind, value, at))
        at = match.end()
    reader = _Reader(tokens)
    tree = reader.expression(0, 0)
    if reader.peek() is not None:
        raise BadExpression(reader.place())
    return tree


class _Reader:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens, self._at = tokens, 0

    def peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def place(self) -> int:
        """Where reading stands."""
        return self._tokens[min(self._at, len(self._tokens) - 1)].at

    def _take(self, sign: str | None = None) -> _Token:
        token = self.peek()
        if token is None or (sign is not None and (token.kind != "sign" or token.value != sign)):
            raise BadExpression(self.place())
        self._at += 1
        return token

    def _is(self, sign: str) -> bool:
        token = self.peek()
        return token is not None and token.kind == "sign" and token.value == sign

    def expression(self, power: int, depth: int) -> Any:
        if depth > MAX_DEPTH:
            raise BadExpression(self.place())
        left = self._postfix(depth)
        while (
            (token := self.peek()) is not None and token.kind in ("sign", "name") and _POWER.get(token.value, 0) > power
        ):
            self._at += 1
            right = self.expression(_POWER[token.value], depth + 1)
            if token.value in ("and", "or"):
                left = joined("all" if token.value == "and" else "any", left, right)
            else:
                left = Op(token.value, left, right)
        return left

    def _postfix(self, depth: int) -> Any:
        left = self._operand(depth)
        steps: list[Step] = []
        while self._is(".") or self._is("["):
            if self._take().value == "[":
                steps.append(Step("[]", (self.expression(0, depth + 1),)))
                self._take("]")
                continue
            name = self._take()
            if name.kind != "name":
                raise BadExpression(name.at)
            steps.append(Step(name.value, self._arguments(depth) if self._is("(") else None))
        if isinstance(left, Path):
            return Path(left.root, (*left.steps, *steps))
        return Path(left, tuple(steps)) if steps else left

    def _operand(self, depth: int) -> Any:
        token = self._take()
        if token.kind in ("text", "number", "date"):
            return Const(token.value)
        if token.kind == "variable":
            return Path(f"%{token.value}", ())
        if token.kind == "name":
            if token.value in ("true", "false"):
                return Const(token.value == "true")
            if self._is("("):
                return Path("", (Step(token.value, self._arguments(depth)),))
            return Path("", (Step(token.value),))
        if token.value == "(":
            inner = self.expression(0, depth + 1)
            self._take(")")
            return inner
        if token.value == "{":
            self._take("}")
            return Const(None)
        if token.value in ("-", "+"):
            inner = self.expression(9, depth + 1)
            if isinstance(inner, Const) and isinstance(inner.value, int | float):
                return Const(-inner.value if token.value == "-" else inner.value)
            return Op("-", Const(0), inner) if token.value == "-" else inner
        raise BadExpression(token.at)

    def _arguments(self, depth: int) -> tuple[Any, ...]:
        self._take("(")
        parts: list[Any] = []
        while not self._is(")"):
            parts.append(self.expression(0, depth + 1))
            if not self._is(")"):
                self._take(",")
        self._take(")")
        return tuple(parts)


# --- paths as names ---------------------------------------------------------------------------------------------------
@dataclass
class Context:
    """The variables by name, the item a rule belongs to, and how many parts the rule may still grow by."""

    variables: Mapping[str, Any]
    own: str = ""
    left: int = 5_000


def simple(tree: Any, context: Context, depth: int = 0) -> Any:
    """The tree with every path as a Ref, a Not or a Call (exists, has, count, score, round, power, iif). Raises Inexpressible."""
    context.left -= 1  # a variable may name another twice, and that one a third
    if depth > 40 or context.left < 0:
        raise Inexpressible
    if isinstance(tree, Const):
        return tree
    if isinstance(tree, Path):
        return _path(tree, context, depth)
    if isinstance(tree, Op) and tree.op in ("in", "contains"):
        several, one = (tree.right, tree.left) if tree.op == "in" else (tree.left, tree.right)
        return _has(simple(several, context, depth + 1), simple(one, context, depth + 1))
    if isinstance(tree, Op):
        if tree.op not in _KEPT:
            raise Inexpressible
        return Op(tree.op, simple(tree.left, context, depth + 1), simple(tree.right, context, depth + 1))
    if hasattr(tree, "parts") and hasattr(tree, "word"):
        return type(tree)(tree.word, tuple(simple(part, context, depth + 1) for part in tree.parts))
    raise Inexpressible


def _path(path: Path, context: Context, depth: int) -> Any:
    steps = list(path.steps)
    endings: list[Step] = []
    while (
        steps
        and steps[-1].parts is not None
        and steps[-1].name in ("exists", "empty", "not", "round", "power", "hasValue", "count")
    ):
        endings.insert(0, steps.pop())
    if endings and (code := _asked_for(steps, endings[0])) is not None:
        first = endings.pop(0)
        base = steps if first.parts else steps[:-1]
        there = _has(_start(Path(path.root, tuple(base)), context, depth), Const(code))
        found: Any = Not(there) if first.name == "empty" else there
    else:
        found = _start(Path(path.root, tuple(steps)), context, depth)
    for ending in endings:
        found = _ended(found, ending, context, depth)
    return found


def _has(several: Any, one: Any) -> Call:
    """That a code is among the answers; nothing is among none."""
    if not isinstance(several, Ref) or not isinstance(one, Const) or not isinstance(one.value, str):
        raise Inexpressible
    return Call("has", (several, one))


def _asked_for(steps: list[Step], ending: Step) -> str | None:
    """The code in `.where(value.code = 'x').exists()` and `.exists(code = 'x')`; None where they say something else."""
    test: Any = None
    if ending.name == "exists" and ending.parts and len(ending.parts) == 1:
        test = ending.parts[0]
    elif ending.name in ("exists", "empty") and not ending.parts and steps and steps[-1].name == "where":
        test = steps[-1].parts[0] if steps[-1].parts and len(steps[-1].parts) == 1 else None
    if not (isinstance(test, Op) and test.op == "=" and isinstance(test.left, Path) and isinstance(test.right, Const)):
        return None
    of_code = test.left.root == "" and all(step.parts is None and step.name in _CODE for step in test.left.steps)
    return test.right.value if of_code and isinstance(test.right.value, str) else None


def _ended(found: Any, ending: Step, context: Context, depth: int) -> Any:
    parts = tuple(simple(part, context, depth + 1) for part in ending.parts or ())
    if ending.name in ("exists", "empty", "hasValue") and not parts and isinstance(found, Ref | Call):
        there = Call("exists", (found,))
        return there if ending.name != "empty" else Not(there)
    if ending.name == "not" and not parts:
        return Not(found)
    if ending.name == "count" and not parts and isinstance(found, Ref):
        return Call("count", (found,))
    if ending.name in ("round", "power"):
        return Call(ending.name, (found, *parts))
    raise Inexpressible


def _start(path: Path, context: Context, depth: int) -> Any:
    root, steps = path.root, path.steps
    if not isinstance(root, str):
        if steps and any(step.name not in _ANSWER for step in steps):
            raise Inexpressible
        return simple(root, context, depth + 1)
    if root.startswith("%") and root[1:] in context.variables:
        if any(step.name not in _ANSWER for step in steps):
            raise Inexpressible
        return simple(context.variables[root[1:]], context, depth + 1)
    if root == "" and steps and steps[0].name == "iif" and steps[0].parts is not None and len(steps) == 1:
        parts = steps[0].parts if len(steps[0].parts) == 3 else (*steps[0].parts, Const(None))
        return Call("iif", tuple(simple(part, context, depth + 1) for part in parts))
    if root == "%questionnaire":
        return _score_of(steps)
    if root in ("%resource", "%context", "", "%root", "%rootResource"):
        return _answer(root, steps, context.own)
    raise Inexpressible


def _link(step: Step) -> str | None:
    """`where(linkId = 'x')`, also with `and answer.exists()` and the like left out: only the plain form."""
    if step.name != "where" or step.parts is None or len(step.parts) != 1:
        return None
    test = step.parts[0]
    if not (isinstance(test, Op) and test.op == "=" and isinstance(test.left, Path) and isinstance(test.right, Const)):
        return None
    plain = test.left.root == "" and [inner.name for inner in test.left.steps] == ["linkId"]
    return str(test.right.value) if plain else None


def _answer(root: str, steps: tuple[Step, ...], own: str) -> Ref:
    link = own if root in ("%context", "") else ""
    named = False
    asked = False
    for step in steps:
        if step.name == "where":
            found = _link(step)
            if found is None or asked:
                raise Inexpressible
            link, named = found, True
        elif step.name not in _ANSWER:
            raise Inexpressible
        asked = asked or step.name == "answer"
    if not link or (not named and not asked) or not (asked or named):
        raise Inexpressible
    if not asked:
        raise Inexpressible
    return Ref(link)


def _score_of(steps: tuple[Step, ...]) -> Call:
    """`%questionnaire.item.where(linkId = 'a').answerOption.where(...).extension.where(...).valueDecimal`: the score of a."""
    links = [link for step in steps if (link := _link(step)) is not None]
    names = [step.name for step in steps]
    if not links or "answerOption" not in names or names[-1] not in ("valueDecimal", "valueInteger", "value"):
        raise Inexpressible
    return Call("score", (Ref(links[-1]),))
