"""The common forms of FHIRPath, parsed into the tree of rules. What is not one of them raises BadExpression or Inexpressible.

Nothing is ever evaluated.
"""

import re
from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.logic import (
    MAX_DEPTH,
    BadExpression,
    Const,
    Op,
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
