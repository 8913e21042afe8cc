"""What LimeSurvey itself makes of an expression: a second reading, written apart from the importer's, for truth tables.

Values are texts as the program keeps them ("" for no answer). An irrelevant variable makes the whole false unless `.NAOK`.
"""

import re
from collections.abc import Mapping
from typing import Any

_TOKEN = re.compile(
    r'\s*("[^"]*"|\'[^\']*\'|[0-9]+X[0-9]+X[0-9A-Za-z_]+(?:\.\w+)?|[0-9.]+|[A-Za-z]\w*(?:\.\w+)*|&&|\|\||[=!<>]=|[-+*/!<>(),])'
)
_SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">="}


class Source:
    """One evaluation: values by name, and which names belong to hidden questions."""

    def __init__(self, values: Mapping[str, str], hidden: set[str], *, strict: bool = False) -> None:
        self.values, self.hidden = values, hidden
        self.strict = strict  # newer versions: - and * with nothing give no number
        self.whole = True

    def true(self, expression: str) -> bool:
        self.tokens = _TOKEN.findall(expression)
        self.at, self.whole = 0, True
        found = self._or()
        assert self.at == len(self.tokens), expression
        return self.whole and found not in ("", "0", 0, False)

    def _next(self) -> str:
        return self.tokens[self.at].lower() if self.at < len(self.tokens) else ""

    def _take(self) -> str:
        self.at += 1
        return str(self.tokens[self.at - 1])

    def _or(self) -> Any:
        found = self._and()
        while self._next() in ("or", "||"):
            self._take()
            other = self._and()
            found = _true(found) or _true(other)
        return found

    def _and(self) -> Any:
        found = self._compared()
        while self._next() in ("and", "&&"):
            self._take()
            other = self._compared()
            found = _true(found) and _true(other)
        return found

    def _compared(self) -> Any:
        found = self._sum()
        while (sign := _SIGNS.get(self._next(), self._next())) in _SIGNS.values():
            self._take()
            found = _compare(found, sign, self._sum())
        return found

    def _sum(self) -> Any:
        found = self._one()
        while self._next() in ("+", "-", "*"):
            sign, other = self._take(), self._one()
            nothing = "nan" if self.strict and sign != "+" else "0"
            a, b = float(found or nothing), float(other or nothing)
            found = {"+": a + b, "-": a - b, "*": a * b}[sign]
        return found

    def _one(self) -> Any:
        token = self._take()
        if token == "!":
            return not _true(self._one())
        if token == "(":
            found = self._or()
            self._take()
            return found
        if token[0] in "\"'":
            return token[1:-1]
        if token[0].isdigit() and "X" not in token or token[0] == ".":
            return float(token)
        if self._next() == "(":
            return self._call(token)
        name, _, suffix = token.partition(".")
        if name in self.hidden:
            if suffix != "NAOK":
                self.whole = False
            return ""
        return self.values[name]

    def _call(self, name: str) -> Any:
        self._take()
        parts = []
        while self._next() != ")":
            parts.append(self._or())
            if self._next() == ",":
                self._take()
        self._take()
        if name == "is_empty":
            return parts[0] == ""
        if name == "count":
            return float(sum(part != "" for part in parts))
        if name == "sum":
            return sum(float(part or 0) for part in parts)
        if name == "if":
            return parts[1] if _true(parts[0]) else parts[2]
        if name in ("min", "max"):
            return (min if name == "min" else max)(float(part or 0) for part in parts)
        if name == "strlen":
            return float(len(parts[0]))
        if name == "regexMatch":
            pattern, _, flags = parts[0][1:].rpartition(parts[0][0])
            return re.search(pattern, str(parts[1]), re.IGNORECASE if flags == "i" else 0) is not None
        assert name == "intval", name
        return float(int(float(parts[0] or 0)))


def _true(value: Any) -> bool:
    return value not in ("", "0", 0, False)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except ValueError:
        return None


def _compare(a: Any, sign: str, b: Any) -> bool:
    if sign in ("==", "!="):
        one, two = _number(a), _number(b)
        same = one == two if one is not None and two is not None else str(a) == str(b)
        return same == (sign == "==")
    if a == "" or b == "":  # nothing is 0 beside a number, and before every word
        other = b if a == "" else a
        empty: Any = "" if _number(other) is None and other != "" else 0.0
        a, b = (empty if a == "" else a), (empty if b == "" else b)
    one, two = _number(a), _number(b)
    if (one is None) != (two is None):
        return False
    left, right = (one, two) if one is not None and two is not None else (str(a), str(b))
    return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign]  # type: ignore[operator]
