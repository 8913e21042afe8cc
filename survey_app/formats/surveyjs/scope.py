"""What the names of a SurveyJS file stand for, and its functions as conditions and computed values.

Source: survey-core. An unanswered question differs from every value; words are compared without regard to case and outer
spaces; an unanswered operand counts 0 in arithmetic; a comparison of order with nothing is false.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.logic import (
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Ref,
    Target,
    condition,
    negated,
    together,
)
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time

_LENGTH = re.compile(r"(.+)\.length")
_INDEX = re.compile(r"\[(\d+)\](?=\.)")
"""The first of several entries, `{kids[0].age}`; `{colours[0]}`, the first of several choices, has no name here."""
_COMPARISONS = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
_MOMENTS = {"date": is_iso_date, "time": is_iso_time}
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_MOST_STEPS = 20
_LISTS = {"sum": "add", "avg": "mean", "min": "min", "max": "max"}


@dataclass
class Known:
    """A question of the source here. `order`: its place among all our questions; `values`: code -> value in the source."""

    target: Target
    order: int
    boolean: bool = False
    worded: bool = False
    """Whether its values are texts in the source, also where they look like numbers."""
    pieces: dict[str, Target] = field(default_factory=dict)
    """Targets of rows, cells, items: the part of the name after the first dot, in small letters."""
    parts: tuple[str, ...] = ()
    """For several fields: all their names. The question is answered when one of them is."""

    @property
    def values(self) -> dict[str, str]:
        """Source value by our code."""
        return {code: value for value, code in reversed(list(self.target.codes.items()))}


Table = Mapping[str, list[Known]]
"""By the name in the source, in small letters. Several questions of one name: nobody knows which is meant."""


class Names:
    """The scope of one rule: `limit` is the order of the question it belongs to, `panel` the dynamic panel around it."""

    empty_equals = True

    def __init__(
        self,
        table: Table,
        trees: Mapping[str, Any],
        limit: int,
        panel: str = "",
        compute: Callable[[Any], Target] | None = None,
    ) -> None:
        self._table, self._trees, self._limit, self._panel, self._compute = table, trees, limit, panel, compute
        self._left = 5_000

    # --- names ---
    def known(self, name: str) -> tuple[Known, str]:
        """The question, and which part of it is meant. Raises Inexpressible for what comes later or is not there."""
        if name != name.strip():
            raise Inexpressible("rule_unknown_name", name=name)  # survey-core looks for a name with those spaces
        given = name.lstrip("#").lower()
        whole = given
        if given.startswith("panel.") and self._panel:
            given = f"{self._panel}.{given[6:]}"
        elif self._panel and (inner := f"{self._panel}[0].") and given.startswith(inner):
            given = f"{self._panel}.{given[len(inner) :]}"
        else:
            given = _INDEX.sub(lambda at: "" if at[1] == "0" else at[0], given)
        for cut in range(len(given), 0, -1):
            if (cut == len(given) or given[cut] in ".[") and (found := self._table.get(given[:cut])):
                if len(found) > 1:
                    raise Inexpressible("rule_unknown_name", name=whole)
                if found[0].order >= self._limit:
                    raise Inexpressible("rule_unknown_name", name=name)
                return found[0], given[cut:].strip(".")
        raise Inexpressible("rule_unknown_name", name=name)

    def target(self, ref: Ref) -> Target:
        found, part = self.known(ref.name)
        if not part:
            if found.target.kind == "none":
                raise Inexpressible
            return found.target
        if part not in found.pieces:
            raise Inexpressible("rule_unknown_name", name=ref.name)
        return found.pieces[part]

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        if call.name in ("iif",) and len(call.parts) == 3:
            test, yes, no = call.parts
            return Both("any", (Both("all", (test, yes)), Both("all", (Not(test), no))))
        if len(call.parts) == 2:
            return _membership(call.name, call.parts[0], call.parts[1], self)
        raise Inexpressible

    # --- rules ---
    def condition(self, tree: Any) -> dict[str, Any] | bool:
        """The condition of a whole expression. Raises Inexpressible."""
        return condition(self._prepared(tree, truth=True, depth=0), self)

    def _prepared(self, tree: Any, *, truth: bool, depth: int) -> Any:
        """Bare names as tests, `iif` inside comparisons, lengths, calculated values put in, words in small letters."""
        self._left -= 1  # a calculated value may name another twice, and that one a third
        if depth > 50 or self._left < 0:
            raise Inexpressible
        if isinstance(tree, Ref) and tree.name.strip().lower() in self._trees:
            return self._prepared(self._trees[tree.name.strip().lower()], truth=truth, depth=depth + 1)
        if isinstance(tree, Ref) and truth:
            if not self.known(tree.name)[0].boolean:
                raise Inexpressible  # only true itself is true there
            return Op("=", tree, Const(True))
        if isinstance(tree, Const):
            if truth and not isinstance(tree.value, bool):
                raise Inexpressible
            return Const(tree.value.strip().casefold()) if isinstance(tree.value, str) else tree
        if isinstance(tree, Both):
            return Both(tree.word, tuple(self._prepared(part, truth=True, depth=depth + 1) for part in tree.parts))
        if isinstance(tree, Not):
            return Not(self._prepared(tree.part, truth=True, depth=depth + 1))
        if isinstance(tree, Op):
            return self._comparison(tree, depth)
        if isinstance(tree, Call):
            first_is_test = tree.name == "iif"
            return Call(
                tree.name,
                tuple(
                    self._prepared(part, truth=truth if first_is_test and i else first_is_test, depth=depth + 1)
                    for i, part in enumerate(tree.parts)
                ),
            )
        return tree

    def _comparison(self, tree: Op, depth: int) -> Any:
        tree = Op(tree.op, self._calculated(tree.left), self._calculated(tree.right))
        for side, other in (("left", tree.right), ("right", tree.left)):
            own = getattr(tree, side)
            if isinstance(own, Call) and own.name == "iif" and len(own.parts) == 3:
                test, yes, no = own.parts
                pair = [Op(tree.op, v, other) if side == "left" else Op(tree.op, other, v) for v in (yes, no)]
                both = Both("any", (Both("all", (test, pair[0])), Both("all", (Not(test), pair[1]))))
                return self._prepared(both, truth=True, depth=depth + 1)
        if tree.op not in _COMPARISONS:
            raise Inexpressible  # arithmetic outside a comparison has no truth
        if found := self._length(tree) or self._moved(tree):
            return found
        if isinstance(tree.left, Const) and isinstance(tree.right, Const):
            return _of_constants(tree, tree.left.value, tree.right.value)
        left, right = (self._side(side, depth) for side in (tree.left, tree.right))
        self._check_order(tree.op, left, right)
        return Op(tree.op, left, right)

    def _calculated(self, side: Any) -> Any:
        """What a calculated value stands for; one that names itself stays as it is."""
        for _ in range(_MOST_STEPS):
            found = self._trees.get(side.name.strip().lower()) if isinstance(side, Ref) else None
            if found is None:
                return side
            side = found
        raise Inexpressible

    def _side(self, tree: Any, depth: int) -> Any:
        """One side of a comparison; arithmetic with answers becomes a computed value."""
        arithmetic = isinstance(tree, Op) and tree.op in _ARITHMETIC or isinstance(tree, Call) and tree.name in _LISTS
        if arithmetic and self._compute is not None and isinstance(expression := self.expression(tree), dict):
            return self._compute(expression)
        return self._prepared(tree, truth=False, depth=depth + 1)

    def _length(self, tree: Op) -> dict[str, Any] | None:
        if isinstance(tree.left, Ref) and isinstance(tree.right, Const) and (of := _LENGTH.fullmatch(tree.left.name)):
            target, number = self.target(Ref(of[1])), as_number(tree.right.value)
            if target.kind != "multiple" or number is None or number != int(number):
                raise Inexpressible
            if tree.op == "!=":
                return {"not": self._length(Op("=", tree.left, tree.right))}
            counted = {target.name: {"count": {_COMPARISONS[tree.op]: int(number)}}}
            none_fits = condition(Op(tree.op, Const(0), tree.right), self) is True
            return {"any": [{target.name: {"answered": False}}, counted]} if none_fits else counted
        return None

    def _moved(self, tree: Op) -> dict[str, Any] | None:
        """`{visit} > dateAdd({birth}, 7, 'days')`"""
        call = tree.right
        if not (isinstance(call, Call) and call.name == "dateadd" and isinstance(tree.left, Ref)):
            return None
        if len(call.parts) not in (2, 3) or not isinstance(call.parts[0], Ref) or tree.op == "!=":
            raise Inexpressible
        unit = str(call.parts[2].value).lower() if len(call.parts) == 3 and isinstance(call.parts[2], Const) else "days"
        number = as_number(getattr(call.parts[1], "value", None))
        left, right = self.target(tree.left), self.target(call.parts[0])
        if {left.kind, right.kind} != {"date"} or number is None or unit not in ("days", "months", "years"):
            raise Inexpressible
        return {left.name: {_COMPARISONS[tree.op]: {"answer": right.name, "plus": {unit: int(number)}}}}

    def _check_order(self, op: str, left: Any, right: Any) -> None:
        """Words have no order here, and a list is never equal to a single word there."""
        for side, other in ((left, right), (right, left)):
            if not isinstance(side, Ref):
                continue
            target = self.target(side)
            value = other.value if isinstance(other, Const) else None
            if isinstance(value, bool) and _is_numeric(target):
                raise Inexpressible  # there, 1 is true and "1" is not
            if value in ("0", "1") and isinstance(value, str) and self.known(side.name)[0].boolean:
                raise Inexpressible
            if op not in ("=", "!="):
                self._check_sorting(target, side, other)
            if target.kind in _MOMENTS and isinstance(other, Const) and not _MOMENTS[target.kind](str(value or "")):
                raise Inexpressible  # another way of writing days
            if target.kind == "multiple" and not (isinstance(other, Const) and value in (None, "")):
                raise Inexpressible
            if isinstance(other, Ref) and target.kind == "choice" and _recoded(target):
                raise Inexpressible

    def _check_sorting(self, target: Target, side: Ref, other: Any) -> None:
        """What comes before what: numbers, days, times. Words are sorted by their letters there, "10" before "9"."""
        if isinstance(other, Ref):
            kinds = {target.kind, self.target(other).kind}
            if len(kinds) > 1 or not kinds <= {"number", "date", "time"}:
                raise Inexpressible
        if not isinstance(other, Const):
            return
        if target.kind in ("choice", "text") and as_number(other.value) is None or other.value is None:
            raise Inexpressible
        if target.kind == "choice" and any(as_number(key) is None for key in target.codes):
            raise Inexpressible
        worded = target.kind == "text" or target.kind == "choice" and self.known(side.name)[0].worded
        if worded and isinstance(other.value, str):
            raise Inexpressible

    # --- computed values ---
    def expression(self, tree: Any, depth: int = 0) -> Any:
        """Arithmetic as the tree of a computed value. Raises Inexpressible."""
        self._left -= 1
        if depth > 20 or self._left < 0:
            raise Inexpressible
        if isinstance(tree, Const) and (number := as_number(tree.value)) is not None:
            return int(number) if float(number).is_integer() else number
        if isinstance(tree, Ref):
            if (calculated := self._trees.get(tree.name.strip().lower())) is not None:
                return self.expression(calculated, depth + 1)
            target = self.target(tree)
            if target.kind not in ("number", "choice") or any(
                as_number(v) is None or _recoded(target) for v in target.codes
            ):
                raise Inexpressible
            return {"if": {target.name: {"answered": True}}, "then": {"answer": target.name}, "else": 0}
        if isinstance(tree, Op) and tree.op in _ARITHMETIC:
            parts = [self.expression(tree.left, depth + 1), self.expression(tree.right, depth + 1)]
            return {_ARITHMETIC[tree.op]: parts}
        if isinstance(tree, Call) and tree.name == "iif" and len(tree.parts) == 3:
            test, yes = self.condition(tree.parts[0]), self.expression(tree.parts[1], depth + 1)
            if isinstance(test, dict) and isinstance(tree.parts[2], Const) and tree.parts[2].value in ("", None):
                return {"if": test, "then": yes}  # nothing otherwise
            no = self.expression(tree.parts[2], depth + 1)
            return {"if": test, "then": yes, "else": no} if isinstance(test, dict) else (yes if test else no)
        if isinstance(tree, Call) and tree.name in _LISTS and tree.parts:
            made = {_LISTS[tree.name]: [self._operand(tree.name, part, depth) for part in tree.parts]}
            if tree.name != "avg" or not all(isinstance(part, Ref) for part in tree.parts):
                return made
            there = [{self.target(part).name: {"answered": True}} for part in tree.parts if self._is_answer(part)]
            return {"if": {"any": there}, "then": made, "else": 0} if len(there) == len(tree.parts) else made
        raise Inexpressible

    def _is_answer(self, ref: Ref) -> bool:
        return ref.name.strip().lower() not in self._trees

    def _operand(self, function: str, tree: Any, depth: int) -> Any:
        """Sums take nothing as 0; means and extremes skip it."""
        found = self.expression(tree, depth + 1)
        return found["then"] if function != "sum" and isinstance(tree, Ref) and isinstance(found, dict) else found


def _of_constants(tree: Op, left: Any, right: Any) -> Any:
    """A number and a word have no order there; two words that are numbers have that of their letters. Raises Inexpressible."""
    kinds = {type(left), type(right)}
    numbers = [as_number(value) is not None for value in (left, right)]
    if bool in kinds and len(kinds) > 1 or kinds == {str} and all(numbers):
        raise Inexpressible
    if tree.op not in ("=", "!=") and str in kinds and len(kinds) > 1 and not all(numbers):
        return Const(False)
    return tree


def _is_numeric(target: Target) -> bool:
    return target.kind == "number" or bool({"0", "1"} & set(target.codes)) and "true" not in target.codes


def _recoded(target: Target) -> bool:
    return any(value != code for value, code in target.codes.items() if value not in ("1", "0", "true", "false"))


def _membership(name: str, left: Any, right: Any, scope: Names) -> dict[str, Any] | bool:
    if name in ("empty", "notempty"):
        if not isinstance(left, Ref):
            raise Inexpressible
        known, part = scope.known(left.name)
        if known.parts and not part:
            some = {"any": [{own: {"answered": True}} for own in known.parts]}
            return some if name == "notempty" else negated(some)
        return _emptiness(name, scope.target(left))
    if name == "anyof" and isinstance(left, Const) and isinstance(right, Ref):
        left, right = right, left
    if not isinstance(left, Ref) or not isinstance(right, Const):
        raise Inexpressible
    target = scope.target(left)
    given = right.value if isinstance(right.value, tuple) else (right.value,)
    values = [v.strip().casefold() if isinstance(v, str) else v for v in given]
    if any(v is None or v == "" for v in values) or not values:
        raise Inexpressible
    if any(isinstance(v, bool) for v in values) and _is_numeric(target):
        raise Inexpressible
    if target.kind == "multiple":
        return _of_several(name, target, values, isinstance(right.value, tuple))
    if target.kind == "choice":
        return _of_one(name, target, values, isinstance(right.value, tuple))
    raise Inexpressible


def _emptiness(name: str, target: Target) -> dict[str, Any]:
    if target.kind == "option":
        raise Inexpressible
    return {target.name: {"answered": name == "notempty"}}


def _written(value: Any) -> str:
    return (
        str(value).lower()
        if isinstance(value, bool)
        else str(int(value) if isinstance(value, float) and value.is_integer() else value)
    )


def _of_several(name: str, target: Target, values: list[Any], is_list: bool) -> dict[str, Any] | bool:
    codes = [target.codes.get(_written(value)) for value in values]
    known = list(dict.fromkeys(code for code in codes if code is not None))
    every: dict[str, Any] | bool = {target.name: {"includes_all": known}} if None not in codes else False
    some: dict[str, Any] | bool = {target.name: {"includes_any": known}} if known else False
    if name in ("contains", "allof"):
        return every
    if name == "notcontains":
        return negated(every)
    if name in ("anyof", "noneof"):
        return some if name == "anyof" else negated(some)
    if name in ("=", "!=") and is_list:
        exact = together("all", [every, {target.name: {"count": {"is": len(known)}}}])
        return exact if name == "=" else negated(exact)
    raise Inexpressible


def _of_one(name: str, target: Target, values: list[Any], is_list: bool) -> dict[str, Any] | bool:
    """One answer against one or more values: `contains` looks for a part of the word, `anyof` for the whole."""
    written = [_written(value) for value in values]
    if name in ("contains", "notcontains") and any(value in (0, False) for value in values):
        raise Inexpressible  # 0 and false are nothing to look for there
    if name in ("contains", "notcontains") and len(written) == 1:
        codes = [code for value, code in target.codes.items() if written[0] in value]
        found = _one_of(target, codes)
        return found if name == "contains" else negated(found)
    if name in ("anyof", "noneof") and is_list:
        found = _one_of(target, [target.codes[v] for v in written if v in target.codes])
        return found if name == "anyof" else negated(found)
    raise Inexpressible


def _one_of(target: Target, codes: list[str]) -> dict[str, Any] | bool:
    unique = list(dict.fromkeys(codes))
    return {target.name: {"one_of": unique}} if unique else False
