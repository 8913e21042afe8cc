"""Expressions of LimeSurvey as conditions, with its own meaning of answers that are not there.

An unanswered variable is the empty text: unequal to every constant, and 0 in an order. A variable whose question is hidden
makes the whole expression false, unless it is written with `.NAOK`; then it counts as unanswered.
Sources: the documented behaviour of the Expression Manager, where the page and the server agree.
"""

import json
import operator
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import combinations
from math import comb
from typing import Any

from survey_app.formats.importing.logic import (
    MAX_DEPTH,
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Ref,
    Target,
    compare,
    negated,
    together,
)
from survey_app.formats.limesurvey.expressions import Quoted
from survey_app.formats.limesurvey.variables import SEEN_AS_VALUE, Variable, Variables
from survey_app.questionnaire.conditions import as_number, simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date

Truth = dict[str, Any] | bool
Helper = Callable[[Any], Variable]
"""Gives the variable of a computed value that is made just before."""
COMPARISONS = ("=", "!=", "<", "<=", ">", ">=")
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OURS = {"=": "is", "!=": "is_not", "<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least"}
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXT_SAFE = 300
"""From this DBVersion on a number in quotes is compared as a text."""
_STRICT = 300
"""From this DBVersion on -, * and / with a missing answer give nothing; before, it counts 0."""
_LARGEST = 8_000
_COMBINATIONS = 64
_LONGEST_LIST = 40


@dataclass(frozen=True)
class Number:
    """A computed number: an expression of ours."""

    tree: Any


@dataclass(frozen=True)
class Count:
    """How many of these variables are answered."""

    parts: tuple[Variable, ...]


@dataclass
class Reading:
    """One expression at one place: which variables come before, and which of them hide the whole when hidden."""

    variables: Variables
    before: int
    version: int
    called: Callable[["Reading", Call, int], Any]
    """What a function stands for (functions.called)."""
    helper: Helper | None = None
    own: tuple[str, ...] = ()
    """Codes `self` stands for."""
    used: list[Variable] = field(default_factory=list)

    def condition(self, tree: Any) -> Truth:
        """The condition that holds for the same answers. Raises Inexpressible."""
        found = self.guarded(self.truth(tree, 0))
        if isinstance(found, bool):
            return found
        found = simplify(found)
        if len(json.dumps(found, ensure_ascii=False)) > _LARGEST:
            raise Inexpressible
        return found

    def guarded(self, found: Truth) -> Truth:
        """What is found, and that the variables it needs are not hidden."""
        found = simplify(found) if isinstance(found, dict) else found
        for variable in self.used:
            if found is False or (isinstance(found, dict) and requires(found, variable.owner, self.variables)):
                continue
            shown = self.variables.shows.get(variable.owner)
            if shown is False:
                return False
            if isinstance(shown, Inexpressible):
                raise shown
            if shown is not None:
                found = together("all", [shown, found])
        return found

    # --- true or false ---
    def truth(self, tree: Any, depth: int) -> Truth:
        """A tree as a condition."""
        if depth > MAX_DEPTH:
            raise Inexpressible
        if isinstance(tree, dict | bool):
            return tree
        if isinstance(tree, Both):
            return together(tree.word, [self.truth(part, depth + 1) for part in tree.parts])
        if isinstance(tree, Not):
            return negated(self.truth(tree.part, depth + 1))
        if isinstance(tree, Op) and tree.op in COMPARISONS:
            return self.compared(self.operand(tree.left, depth), tree.op, self.operand(tree.right, depth))
        if isinstance(tree, Const):
            return _true_constant(tree.value)
        return self._is_true(self.operand(tree, depth))

    def _is_true(self, found: Any) -> Truth:
        if isinstance(found, dict | bool):
            return found
        if isinstance(found, Const):
            return _true_constant(found.value)
        if isinstance(found, Variable):
            there = answered(found)
            if found.target is not None and found.target.kind in ("option", "date", "multiple"):
                return there
            return together("all", [there, negated(self.compared(found, "=", Const(0)))])
        return self.compared(found, "!=", Const(0))

    # --- values ---
    def operand(self, tree: Any, depth: int) -> Any:
        """A Const, a Variable, a Number, a Count or a condition."""
        if depth > MAX_DEPTH:
            raise Inexpressible
        if isinstance(tree, Const):
            return tree
        if isinstance(tree, Ref):
            return self.variable(tree)
        if isinstance(tree, Call):
            return self.called(self, tree, depth + 1)
        if isinstance(tree, Op) and tree.op not in COMPARISONS:
            return self._arithmetic(tree, depth)
        return self.truth(tree, depth + 1)

    def variable(self, ref: Ref) -> Any:
        """The variable of a name, noted as used; `.shown` compares the words of the answer."""
        if ref.name in ("true", "false", "null"):
            return Const({"true": 1, "false": 0, "null": ""}[ref.name])
        if ref.name.split(".")[0] in ("self", "this", "that"):
            raise Inexpressible
        variable = self.variables.find(ref, self.before)
        if ref.part not in ("NAOK", "valueNAOK"):
            self.used.append(variable)
        if variable.constant is not None:
            return Const(variable.constant)
        if ref.part in SEEN_AS_VALUE:
            return variable
        target = variable.target
        if ref.part == "shown" and target is not None:
            if target.kind in ("number", "text"):
                return variable
            if target.kind == "choice" and variable.labels:
                shown = Target("choice", target.name, dict(variable.labels))
                return Variable(shown, variable.owner, variable.order)
        raise Inexpressible

    def number(self, found: Any, *, strict: bool = False) -> Any:
        """An operand as an expression of ours; an unanswered variable counts 0, or (`strict`) leaves no result."""
        if isinstance(found, Const):
            number = as_number(found.value)
            if number is None:
                raise Inexpressible
            return number
        if isinstance(found, Number):
            return found.tree
        if isinstance(found, Count):
            return {"add": [{"if": condition, "then": 1, "else": 0} for condition in map(answered, found.parts)]}
        if isinstance(found, Variable) and found.target is not None:
            target = found.target
            if target.kind == "number" or _whole_codes(target):
                value = {"answer": target.name}
                return value if found.always or strict else {"if": answered(found), "then": value, "else": 0}
        raise Inexpressible

    def _arithmetic(self, tree: Op, depth: int) -> Any:
        left, right = self.operand(tree.left, depth + 1), self.operand(tree.right, depth + 1)
        if isinstance(left, Const) and isinstance(right, Const):
            a, b = as_number(left.value), as_number(right.value)
            if a is None or b is None or (tree.op == "/" and not b):
                raise Inexpressible
            return Const({"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else 0}[tree.op])
        key = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}[tree.op]
        there = self.version >= _STRICT and tree.op != "+"
        return Number({key: [self.number(left, strict=there), self.number(right, strict=there)]})

    # --- comparing ---
    def compared(self, left: Any, op: str, right: Any) -> Truth:
        """left op right, for any two operands."""
        if isinstance(left, Const) and not isinstance(right, Const):
            left, right, op = right, left, _TURNED[op]
        if isinstance(left, Const):
            return _constants(left.value, op, right.value)
        if isinstance(left, dict | bool) and isinstance(right, Const):
            wanted = _true_constant(right.value)
            if op not in ("=", "!="):
                raise Inexpressible
            return left if wanted == (op == "=") else negated(left)
        if isinstance(left, Count) and isinstance(right, Const):
            return counted(left, op, right.value)
        left, right = self._made(left), self._made(right)
        if isinstance(left, Variable) and isinstance(right, Const):
            return self.against(left, op, right.value)
        if isinstance(left, Variable) and isinstance(right, Variable):
            return _two(left, op, right)
        raise Inexpressible

    def _made(self, found: Any) -> Any:
        """A computed value as a variable."""
        if not isinstance(found, Number | Count):
            return found
        if self.helper is None:
            raise Inexpressible
        return self.helper(self.number(found))

    def against(self, variable: Variable, op: str, value: Any) -> Truth:
        """variable op constant."""
        there = answered(variable)
        if value == "":
            if op in ("=", "!="):
                return there if op == "!=" else negated(there)
            return negated(there) if op == "<=" else there if op == ">" else op == ">="
        target = variable.target
        if target is None:
            raise Inexpressible
        if op == "=" and target.kind == "option" and str(value) not in target.on:
            if as_number(value) == 0:
                raise Inexpressible  # page and server disagree whether nothing is 0
            return False
        if op == "=":
            return compare(target, "=", value, empty_equals=True) if _fits(target, value) else False
        if op == "!=":
            return negated(self.against(variable, "=", value))
        found = self._ordered(target, op, value)
        empty = _constants(0, op, value) if as_number(value) is not None else op in ("<", "<=")
        if variable.always or not empty:
            return found
        return together("any", [found, negated(there)])

    def _ordered(self, target: Target, op: str, value: Any) -> Truth:
        number = as_number(value)
        if target.kind == "choice":
            fitting = [code for given, code in target.codes.items() if _in_order(given, op, value)]
            unique = list(dict.fromkeys(fitting))
            if not unique:
                return False
            return {target.name: {"is": unique[0]} if len(unique) == 1 else {"one_of": unique}}
        if target.kind == "number" and number is not None:
            if isinstance(value, Quoted) and self.version >= _TEXT_SAFE:
                raise Inexpressible
            return compare(target, op, number, empty_equals=True)
        if target.kind == "date" and is_iso_date(str(value)):
            return {target.name: {_OURS[op]: str(value)}}
        raise Inexpressible


def answered(variable: Variable) -> dict[str, Any]:
    """That the variable has an answer."""
    if variable.target is None:
        raise Inexpressible
    if variable.rank:
        return {variable.target.name: {"count": {"at_least": variable.rank}}}
    if variable.target.kind == "option":
        return {variable.target.name: {"includes": variable.target.option}}
    return {variable.target.name: {"answered": True}}


def counted(count: Count, op: str, value: Any) -> Truth:
    """How many are answered, compared with a constant: by the fewest combinations that say it."""
    number, size = as_number(value), len(count.parts)
    if number is None:
        raise Inexpressible
    fitting = [n for n in range(size + 1) if _constants(n, op, number)]
    if len(fitting) in (0, size + 1):
        return bool(fitting)
    found = [answered(part) for part in count.parts]
    if fitting == list(range(fitting[0], size + 1)):
        return _at_least(found, fitting[0])
    if fitting == list(range(fitting[-1] + 1)):
        return negated(_at_least(found, fitting[-1] + 1))
    if fitting == list(range(fitting[0], fitting[-1] + 1)):
        return together("all", [_at_least(found, fitting[0]), negated(_at_least(found, fitting[-1] + 1))])
    raise Inexpressible


def _at_least(parts: list[dict[str, Any]], least: int) -> Truth:
    if comb(len(parts), least) > _COMBINATIONS:
        raise Inexpressible
    return together("any", [together("all", list(some)) for some in combinations(parts, least)])


def requires(condition: dict[str, Any], owner: str, variables: Variables) -> bool:
    """Whether the condition is false whenever the question has no answer at all. No means: not surely."""
    for key, test in condition.items():
        if key == "all":
            sure = any(requires(part, owner, variables) for part in test)
        elif key == "any":
            sure = all(requires(part, owner, variables) for part in test)
        elif key == "not":
            sure = False
        else:
            own = key == owner or key.startswith(f"{owner}_")
            both = any(isinstance(right, dict) and right.get("answer") == owner for right in test.values())
            sure = (own or both) and test.get("answered") is not False
        if sure:
            return True
    return False


def _true_constant(value: Any) -> bool:
    return value not in ("", "0", "false", 0, None, False)


def _constants(left: Any, op: str, right: Any) -> bool:
    a, b = as_number(left), as_number(right)
    pair: tuple[Any, Any] = (a, b) if a is not None and b is not None else (str(left), str(right))
    one, two = pair
    answers: dict[str, bool] = {
        "=": one == two,
        "!=": one != two,
        "<": one < two,
        "<=": one <= two,
        ">": one > two,
        ">=": one >= two,
    }
    return answers[op]


def _in_order(given: str, op: str, value: Any) -> bool:
    """A code against a constant. A number in quotes is a text for some versions: where the two differ, nobody can say."""
    own, number = as_number(given), as_number(value)
    if (own is None) != (number is None):
        return False
    found = _constants(given, op, value)
    if isinstance(value, Quoted) and found != _constants(f"_{given}", op, f"_{value}"):
        raise Inexpressible
    return found


def _whole_codes(target: Target) -> bool:
    """Whether this is a list whose codes are whole numbers, here as there."""
    return target.kind == "choice" and all(given == code and code.isdigit() for given, code in target.codes.items())


def _fits(target: Target, value: Any) -> bool:
    if target.kind == "date":
        return is_iso_date(str(value))
    return target.kind != "time" or len(str(value)) == 5


def _two(left: Variable, op: str, right: Variable) -> Truth:
    """Two answers. One that is missing is the empty text for equality, 0 in an order."""
    a, b = left.target, right.target
    if a is None or b is None or left.rank or right.rank:
        raise Inexpressible
    if a.kind == b.kind == "choice" and not (_whole_codes(a) and _whole_codes(b)):
        return _two_lists(left, op, right)
    if op in ("=", "!="):
        return _two_equal(left, a, right, b, op)
    kinds = {"number" if _whole_codes(target) else target.kind for target in (a, b)}
    if kinds not in ({"number"}, {"date"}):
        raise Inexpressible
    parts: list[Truth] = [{a.name: {_OURS[op]: {"answer": b.name}}}]
    no_a, no_b = negated(answered(left)), negated(answered(right))
    if kinds == {"number"}:
        if not left.always:
            parts.append(together("all", [no_a, {b.name: {_OURS[_TURNED[op]]: 0}}]))
        if not right.always:
            parts.append(together("all", [no_b, {a.name: {_OURS[op]: 0}}]))
    else:
        parts += [together("all", [no_a, negated(no_b)])] if op in ("<", "<=") else []
        parts += [together("all", [no_b, negated(no_a)])] if op in (">", ">=") else []
    if op in ("<=", ">=") and not (left.always or right.always):
        parts.append(together("all", [no_a, no_b]))
    return together("any", parts)


def _two_lists(left: Variable, op: str, right: Variable) -> Truth:
    """Two answers of lists, by every pair of codes; "" stands for no answer."""
    a, b = left.target, right.target
    if a is None or b is None or max(len(a.codes), len(b.codes)) > _LONGEST_LIST:
        raise Inexpressible
    parts: list[Truth] = []
    for given in ("", *a.codes):
        this: Truth = negated(answered(left)) if not given else {a.name: {"is": a.codes[given]}}
        fitting = [other for other in ("", *b.codes) if _pair(given, op, other)]
        codes = list(dict.fromkeys(b.codes[other] for other in fitting if other))
        if codes:
            parts.append(together("all", [this, {b.name: {"one_of": codes}}]))
        if "" in fitting:
            parts.append(together("all", [this, negated(answered(right))]))
    return together("any", parts)


def _pair(given: str, op: str, other: str) -> bool:
    if op in ("=", "!="):
        return _constants(given, op, other)
    if given and other:
        return _in_order(given, op, other)
    if not given and not other:
        return op in ("<=", ">=")
    number = as_number(given or other)
    zero, value = (0 if number is not None else ""), (number if number is not None else given or other)
    return _constants(zero, op, value) if not given else _constants(value, op, zero)


def _two_equal(left: Variable, a: Target, right: Variable, b: Target, op: str) -> Truth:
    if a.kind in ("option", "multiple") or b.kind in ("option", "multiple"):
        raise Inexpressible
    for target in (a, b):
        if target.kind == "choice" and any(given != code for given, code in target.codes.items()):
            raise Inexpressible
    same: Truth = {a.name: {"is": {"answer": b.name}}}
    if not (left.always or right.always):
        same = together("any", [same, together("all", [negated(answered(left)), negated(answered(right))])])
    return same if op == "=" else negated(same)
