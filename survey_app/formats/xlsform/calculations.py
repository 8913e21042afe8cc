"""Calculations: a resolved tree as the expression of a computed value, which is a number or missing."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref, Target
from survey_app.formats.xlsform import values
from survey_app.formats.xlsform.resolving import STORED, refs
from survey_app.questionnaire.conditions import as_number

_SIGNS = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_THROUGH = ("number", "once", "string", STORED)
_COMPARED = ("=", "!=", "<", "<=", ">", ">=")
_POWERS = (Const(2), Const(3), Const(4))
CONDITIONS = ("selected", "contains", "starts-with", "ends-with", "regex")
"""Functions that are true or false."""
MAX_DEPTH = 25
Expression = dict[str, Any] | float


class Calculations:
    """Expressions for one form; `condition` translates the tests of `if`."""

    def __init__(
        self,
        known: Mapping[str, Target],
        condition: Callable[[Any], dict[str, Any] | bool],
        twins: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        self._known, self._condition, self._twins = known, condition, twins

    def expression(self, tree: Any, depth: int = 0) -> Expression:
        """The expression; Inexpressible when the value can be a text, or our sums would differ."""
        if depth > MAX_DEPTH:
            raise Inexpressible
        if isinstance(tree, Const):
            number = values.number(tree.value)
            if number != number or abs(number) > 1e15:
                raise Inexpressible
            return int(number) if number.is_integer() else number
        if isinstance(tree, Ref):
            return self._answer(tree)
        if isinstance(tree, Op) and tree.op in _SIGNS:
            parts = [self.expression(part, depth + 1) for part in (tree.left, tree.right)]
            if all(isinstance(part, int | float) for part in parts):
                return self._folded(tree.op, parts)
            return {_SIGNS[tree.op]: parts}
        if isinstance(tree, Call) and tree.name not in CONDITIONS:
            return self._call(tree, depth)
        if isinstance(tree, Both | Not | Op | Call):
            return self._truth_as_number(tree)
        raise Inexpressible

    def _truth_as_number(self, tree: Any) -> Expression:
        """`selected(${q}, 'a') + selected(${q}, 'b')`: what is true counts 1."""
        if isinstance(tree, Op) and tree.op not in _COMPARED:
            raise Inexpressible
        test = self._condition(tree)
        return int(test) if isinstance(test, bool) else {"if": test, "then": 1, "else": 0}

    @staticmethod
    def _folded(op: str, parts: list[Any]) -> Expression:
        a, b = parts
        if op == "/":
            if not b:
                raise Inexpressible
            return float(a / b)
        return {"+": a + b, "-": a - b, "*": a * b}[op]  # type: ignore[no-any-return]

    def _answer(self, ref: Ref) -> Expression:
        target = self._known.get(ref.name)
        if target is None:
            raise Inexpressible
        if target.kind == "choice" and ref.name not in self._twins:
            return self._of_codes(target)
        if target.kind != "number":
            raise Inexpressible
        return {"answer": target.name}

    @staticmethod
    def _of_codes(target: Target) -> Expression:
        """The code as a number; missing for codes that are none."""
        fitting = [ours for code, ours in target.codes.items() if as_number(code) is not None]
        if not fitting or any(
            as_number(ours) != as_number(code) for code, ours in target.codes.items() if ours in fitting
        ):
            raise Inexpressible
        if len(fitting) == len(target.codes):
            return {"answer": target.name}
        test = {"is": fitting[0]} if len(fitting) == 1 else {"one_of": fitting}
        return {"if": {target.name: test}, "then": {"answer": target.name}}

    def _call(self, tree: Call, depth: int) -> Expression:
        if tree.name == "if" and len(tree.parts) == 3:
            return self._if(tree, depth)
        if tree.name in _THROUGH and len(tree.parts) == 1:
            return self.expression(tree.parts[0], depth + 1)
        if tree.name == "count-selected" and len(tree.parts) == 1 and isinstance(tree.parts[0], Ref):
            return self._chosen(tree.parts[0])
        if tree.name in ("min", "max") and tree.parts:
            return self._there(tree.parts, {tree.name: [self.expression(part, depth + 1) for part in tree.parts]})
        if tree.name == "abs" and len(tree.parts) == 1:
            part = self.expression(tree.parts[0], depth + 1)
            return self._there(tree.parts, {"max": [part, {"subtract": [0, part]}]})
        if tree.name == "pow" and len(tree.parts) == 2 and tree.parts[1] in _POWERS:
            return {"multiply": [self.expression(tree.parts[0], depth + 1)] * int(tree.parts[1].value)}
        raise Inexpressible

    def _there(self, parts: Sequence[Any], expression: Expression) -> Expression:
        """The expression of parts that all have to be there, as ours goes on without the missing ones. Sums of answers alone."""
        names = sorted({name for part in parts for name in refs(part)})
        if not names or not all(_is_plain(part) for part in parts):
            raise Inexpressible
        targets = [self._known[name] for name in names]
        if any(target.kind != "number" for target in targets):
            raise Inexpressible
        return {"if": {"all": [{target.name: {"answered": True}} for target in targets]}, "then": expression}

    def _if(self, tree: Call, depth: int) -> Expression:
        test = self._condition(tree.parts[0])
        if isinstance(test, bool):
            return self.expression(tree.parts[1 if test else 2], depth + 1)
        branches: dict[str, Any] = {"if": test}
        for key, part in (("then", tree.parts[1]), ("else", tree.parts[2])):
            if not (isinstance(part, Const) and part.value in ("", None)):
                branches[key] = self.expression(part, depth + 1)
        if "then" not in branches:
            if "else" not in branches:
                raise Inexpressible
            return {"if": {"not": test}, "then": branches["else"]}
        return branches

    def _chosen(self, ref: Ref) -> Expression:
        target = self._known.get(ref.name)
        if target is None or target.kind != "multiple" or ref.name in self._twins:
            raise Inexpressible
        codes = list(dict.fromkeys(target.codes.values()))
        return {"add": [{"if": {target.name: {"includes": code}}, "then": 1, "else": 0} for code in codes]}


def _is_plain(tree: Any) -> bool:
    """Whether a tree is a sum of numbers and answers, missing when one of them is."""
    if isinstance(tree, Op):
        return tree.op in _SIGNS and _is_plain(tree.left) and _is_plain(tree.right)
    return isinstance(tree, Const | Ref)
