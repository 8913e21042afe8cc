"""What the names of FHIRPath expressions stand for, and expressions as conditions and computed values."""

from collections.abc import Callable
from typing import Any, Literal

from survey_app.formats.fhir import fhirpath, paths
from survey_app.formats.fhir.work import Known, Work
from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref, Target, condition
from survey_app.formats.json_files import as_number

_LONGEST_PARTED = 100
_COUNTED = {"=": "is", "!=": "is_not", ">": "more_than", "<": "less_than", ">=": "at_least", "<=": "at_most"}
_OPERATORS = ("=", "!=", ">", "<", ">=", "<=")
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}


def known_as(work: Work, link: str, limit: int) -> Known:
    """The question of a linkId before `limit`. Raises Inexpressible for what comes later, is not there or is there twice."""
    found = work.known.get(link)
    if found is None or found.order >= limit or link in work.twice:
        raise Inexpressible("rule_unknown_name", name=link)
    return found


def _holds(sign: str, count: int, bound: float) -> bool:
    return {"=": count == bound, "!=": count != bound, ">": count > bound, "<": count < bound,
            ">=": count >= bound, "<=": count <= bound}[sign]  # fmt: skip


def _is_part(side: Ref, part: str) -> Any:
    return Op("=", side, Const(part)) if part else Not(Call("exists", (side,)))


class Scope:
    """The names of one expression."""

    empty_equals = False

    def __init__(self, work: Work, limit: int, own: str) -> None:
        self._work, self._limit, self._own = work, limit, own

    def target(self, ref: Ref) -> Target:
        found: Target = known_as(self._work, ref.name, self._limit).target
        if found.kind == "none":
            raise Inexpressible
        return found

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        if call.name == "exists" and len(call.parts) == 1:
            part = call.parts[0]
            part = part.parts[0] if isinstance(part, Call) and part.name == "score" else part
            if isinstance(part, Ref):
                return {known_as(self._work, part.name, self._limit).target.name: {"answered": True}}
        if call.name == "has":
            return self._has(call)
        raise Inexpressible

    def _has(self, call: Call) -> dict[str, Any] | bool:
        target, code = self.target(call.parts[0]), call.parts[1].value
        if target.kind not in ("choice", "multiple") or not target.codes:
            raise Inexpressible
        ours = target.codes.get(code)
        if ours is None:
            return False
        return {target.name: {"includes" if target.kind == "multiple" else "is": ours}}

    def _counted(self, tree: Op) -> Any:
        """How many answers there are: none without one, and one of what takes a single one."""
        target, bound = self.target(tree.left.parts[0]), as_number(getattr(tree.right, "value", None))
        if tree.op not in _COUNTED or bound is None or bound != int(bound):
            raise Inexpressible
        there: Any = Call("exists", tree.left.parts)
        if target.kind != "multiple":
            none, one = (_holds(tree.op, number, bound) for number in (0, 1))
            return Const(none) if none == one else there if one else Not(there)
        counted = {target.name: {"count": {_COUNTED[tree.op]: int(bound)}}}
        return Both("any", (counted, Not(there))) if _holds(tree.op, 0, bound) else counted

    def _tree(self, text: str) -> Any:
        return paths.simple(fhirpath.parse(text), paths.Context(self._work.variables, self._own))

    def condition(self, text: str) -> dict[str, Any] | bool:
        """The condition of an expression. Raises Inexpressible, BadExpression."""
        return condition(self._truth(self._tree(text)), self)

    def _truth(self, tree: Any) -> Any:
        """Bare answers as `= true`, and `not` only where nothing cannot come of it."""
        if isinstance(tree, Ref):
            if set(self.target(tree).codes) != {"true", "false"}:
                raise Inexpressible
            return Op("=", tree, Const(True))
        if isinstance(tree, Both):
            return Both(tree.word, tuple(self._truth(part) for part in tree.parts))
        if isinstance(tree, Not):
            return self._negation(tree)
        if isinstance(tree, Op) and isinstance(tree.left, Call) and tree.left.name == "count":
            return self._counted(tree)
        if isinstance(tree, Op) and isinstance(tree.left, Op) and tree.left.op == "&":
            return self._put_together(tree)
        if isinstance(tree, Op):
            self._check(tree)
        if isinstance(tree, Const) and not isinstance(tree.value, bool):
            raise Inexpressible
        return tree

    def _put_together(self, tree: Op) -> Any:
        """`a & b = 'chicken'`: every way of parting the word; nothing is an empty part."""
        sides = (tree.left.left, tree.left.right)
        whole = tree.right.value if isinstance(tree.right, Const) else None
        texts = all(isinstance(side, Ref) and self.target(side).kind == "text" for side in sides)
        if tree.op != "=" or not texts or not isinstance(whole, str) or not 0 < len(whole) <= _LONGEST_PARTED:
            raise Inexpressible
        if whole != whole.strip() or " " in whole:  # answers have no spaces around them here
            raise Inexpressible
        ways = [(whole[:cut], whole[cut:]) for cut in range(len(whole) + 1)]
        return Both("any", tuple(Both("all", tuple(map(_is_part, sides, way))) for way in ways))

    def _negation(self, tree: Not) -> Any:
        if isinstance(tree.part, Call) and tree.part.name in ("exists", "has"):
            return tree
        if isinstance(tree.part, Not):
            return self._truth(tree.part.part)
        if isinstance(tree.part, Both):  # false only where every part, or one of them, is certainly false
            word: Literal["all", "any"] = "any" if tree.part.word == "all" else "all"
            return Both(word, tuple(self._negation(Not(part)) for part in tree.part.parts))
        inner = self._truth(tree.part)
        if not isinstance(inner, Op):
            raise Inexpressible
        there = tuple(Call("exists", (side,)) for side in (inner.left, inner.right) if isinstance(side, Ref))
        return Both("all", (*there, Not(inner)))

    def _check(self, tree: Op) -> None:
        if tree.op not in _OPERATORS:
            raise Inexpressible
        for side in (tree.left, tree.right):
            if isinstance(side, Ref) and self.target(side).kind == "multiple":
                raise Inexpressible
            if isinstance(side, Const) and side.value is None:
                raise Inexpressible

    def expression(self, text: str) -> Any:
        """The tree of a computed value. Raises Inexpressible, BadExpression."""
        return self._value(self._tree(text), 0)

    def _value(self, tree: Any, depth: int) -> Any:
        if depth > 20:
            raise Inexpressible
        if isinstance(tree, Const) and (number := as_number(tree.value)) is not None:
            return number
        if isinstance(tree, Ref):
            target = self.target(tree)
            if target.kind != "number":
                raise Inexpressible
            return {"answer": target.name}
        if isinstance(tree, Call) and tree.name == "score" and isinstance(tree.parts[0], Ref):
            known = known_as(self._work, tree.parts[0].name, self._limit)
            if known.target.kind != "choice" or not known.scored:
                raise Inexpressible
            return {"answer": known.target.name}
        if isinstance(tree, Op) and tree.op in _ARITHMETIC:
            return {_ARITHMETIC[tree.op]: [self._value(tree.left, depth + 1), self._value(tree.right, depth + 1)]}
        if isinstance(tree, Call) and tree.name == "iif":
            return self._branch(tree, depth)
        if isinstance(tree, Call) and tree.name == "round":
            return self._value(tree.parts[0], depth + 1)
        if (
            isinstance(tree, Call)
            and tree.name == "power"
            and isinstance(tree.parts[1], Const)
            and tree.parts[1].value in (2, 3)
        ):
            base = self._value(tree.parts[0], depth + 1)
            return {"multiply": [base] * int(tree.parts[1].value)}
        raise Inexpressible

    def _branch(self, tree: Call, depth: int) -> Any:
        test = condition(self._truth(tree.parts[0]), self)
        if isinstance(test, bool):
            return self._value(tree.parts[1] if test else tree.parts[2], depth + 1)
        made = {"if": test, "then": self._value(tree.parts[1], depth + 1)}
        if not (isinstance(tree.parts[2], Const) and tree.parts[2].value is None):
            made["else"] = self._value(tree.parts[2], depth + 1)
        return made
