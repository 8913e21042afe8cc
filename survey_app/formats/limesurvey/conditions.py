"""Expressions of LimeSurvey as conditions, with its own meaning of answers that are not there.

An unanswered variable is the empty text: unequal to every constant, and 0 in an order. A variable whose question is hidden
makes the whole expression false, unless it is written with `.NAOK`; then it counts as unanswered.
Sources: the documented behaviour of the Expression Manager, where the page and the server agree.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
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
from survey_app.formats.limesurvey.comparing import (
    COMPARISONS,
    OURS,
    TURNED,
    Count,
    Length,
    Number,
    Truth,
    answered,
    constants,
    counted,
    fits,
    in_order,
    requires,
    true_constant,
    two_answers,
    whole_codes,
)
from survey_app.formats.limesurvey.expressions import Quoted
from survey_app.formats.limesurvey.variables import SEEN_AS_VALUE, Variable, Variables
from survey_app.questionnaire.conditions import as_number, simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date

Helper = Callable[[Any], Variable]
"""Gives the variable of a computed value that is made just before."""
_TEXT_SAFE = 300
"""From this DBVersion on a number in quotes is compared as a text."""
_STRICT = 300
"""From this DBVersion on -, * and / with a missing answer give nothing; before, it counts 0."""
_LARGEST = 8_000
_DEEPEST = 28
_DIGITS = frozenset("0123456789")
_LONGEST_CONSTANT = 500
_LONGEST_TEXT = 900


def substituted(tree: Any, name: str, other: str) -> Any:
    """The tree with another variable in the place of one."""
    if isinstance(tree, Ref):
        return Ref(other, tree.part) if tree.name == name else tree
    if isinstance(tree, Op):
        return Op(tree.op, substituted(tree.left, name, other), substituted(tree.right, name, other))
    if isinstance(tree, Not):
        return Not(substituted(tree.part, name, other))
    if isinstance(tree, Both):
        return Both(tree.word, tuple(substituted(part, name, other) for part in tree.parts))
    if isinstance(tree, Call):
        return Call(tree.name, tuple(substituted(part, name, other) for part in tree.parts))
    return tree


def shallow(tree: Any) -> Any:
    """The condition or expression as it is. Raises Inexpressible when it is nested deeper than ours may be."""
    waiting = [(tree, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Inexpressible
        if isinstance(part, dict):
            waiting += [(one, depth + 1) for one in part.values()]
        elif isinstance(part, list):
            waiting += [(one, depth) for one in part]
    return tree


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
    patterns: bool = False
    """Whether it may compare texts with patterns: a check can, a display rule cannot."""
    used: list[Variable] = field(default_factory=list)

    def condition(self, tree: Any) -> Truth:
        """The condition that holds for the same answers. Raises Inexpressible."""
        found = self.guarded(self.truth(tree, 0))
        if isinstance(found, bool):
            return found
        found = simplify(shallow(found))
        if len(json.dumps(found, ensure_ascii=False)) > _LARGEST:
            raise Inexpressible
        return found

    def guarded(self, found: Truth) -> Truth:
        """What is found, and that the variables it needs are not hidden."""
        found = simplify(found) if isinstance(found, dict) else found
        for owner in dict.fromkeys(variable.owner for variable in self.used):
            if found is False or (isinstance(found, dict) and requires(found, owner)):
                continue
            shown = self.variables.shows.get(owner)
            if shown is False:
                return False
            if isinstance(shown, Inexpressible):
                raise shown
            if shown is not None:
                found = together("all", [shown, found])
        return found

    def value(self, expression: Any) -> Any:
        """A computed value, that there is none while a variable it needs is hidden. Raises Inexpressible when that is always."""
        shown = self.guarded(True)
        if shown is False:
            raise Inexpressible
        return shallow({"if": shown, "then": expression} if isinstance(shown, dict) else expression)

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
            return true_constant(tree.value)
        return self.is_true(self.operand(tree, depth))

    def is_true(self, found: Any) -> Truth:
        """An operand as a condition."""
        if isinstance(found, dict | bool):
            return found
        if isinstance(found, Const):
            return true_constant(found.value)
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
            if len(str(tree.value)) > _LONGEST_CONSTANT:
                raise Inexpressible
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
        if ref.part == "relevanceStatus":
            return self.is_shown(variable.owner)
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

    def is_shown(self, owner: str) -> Truth:
        """Whether a question is shown, as a condition."""
        shown = self.variables.shows.get(owner)
        if isinstance(shown, Inexpressible):
            raise shown
        return True if shown is None else shown if isinstance(shown, bool) else dict(shown)

    def number(self, found: Any, *, strict: bool = False) -> Any:
        """An operand as an expression of ours; an unanswered variable counts 0, or (`strict`) leaves no result."""
        if isinstance(found, Const):
            number = as_number(found.value)
            if number is None:
                raise Inexpressible
            return number
        if isinstance(found, Number):
            return found.tree
        if isinstance(found, dict | bool):  # a comparison that holds counts 1
            return {"if": found, "then": 1, "else": 0} if isinstance(found, dict) else int(found)
        if isinstance(found, Count):
            return {"add": [{"if": condition, "then": 1, "else": 0} for condition in map(answered, found.parts)]}
        if isinstance(found, Variable) and found.target is not None:
            target = found.target
            if target.kind == "number" or whole_codes(target):
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
            left, right, op = right, left, TURNED[op]
        if isinstance(left, Const):
            return constants(left.value, op, right.value)
        if isinstance(left, dict | bool) and isinstance(right, Const):
            wanted = true_constant(right.value)
            if op not in ("=", "!="):
                raise Inexpressible
            return left if wanted == (op == "=") else negated(left)
        if isinstance(left, Count) and isinstance(right, Const):
            try:
                return counted(left, op, right.value)
            except Inexpressible:
                if self.helper is None or as_number(right.value) is None:
                    raise
        if isinstance(left, Length) and isinstance(right, Const):
            return self._long(left, op, right.value)
        left, right = self._made(left), self._made(right)
        if isinstance(left, Variable) and isinstance(right, Const):
            return self.against(left, op, right.value)
        if isinstance(left, Variable) and isinstance(right, Variable):
            return two_answers(left, op, right)
        raise Inexpressible

    def _made(self, found: Any) -> Any:
        """A computed value as a variable."""
        if not isinstance(found, Number | Count):
            return found
        if self.helper is None:
            raise Inexpressible
        return self.helper(self.number(found))

    def _long(self, length: Length, op: str, value: Any) -> Truth:
        """The number of signs of a text, compared with a constant."""
        number, there = as_number(value), answered(length.of)
        target = length.of.target
        if number is None or target is None or number != number // 1 or abs(number) > _LONGEST_TEXT:
            raise Inexpressible
        most = int(abs(number)) + 2
        fitting = [n for n in range(most + 1) if constants(n, op, number)]
        endless = bool(fitting) and fitting[-1] == most
        if len(fitting) in (0, most + 1):
            return bool(fitting)
        if fitting == [0] or fitting == list(range(1, most + 1)):
            return there if endless else negated(there)
        if (
            not self.patterns
            or target.kind not in ("text", "number")
            or fitting != list(range(fitting[0], fitting[-1] + 1))
        ):
            raise Inexpressible
        span = f"{fitting[0]}," if endless else f"{fitting[0]},{fitting[-1]}"
        found: Truth = {target.name: {"matches": f"(?s)^.{{{span}}}$"}}
        return together("any", [negated(there), found]) if fitting[0] == 0 else found

    def against(self, variable: Variable, op: str, value: Any) -> Truth:
        """variable op constant."""
        there = answered(variable)
        if value == "":
            if op in ("=", "!="):
                return there if op == "!=" else negated(there)
            return negated(there) if op == "<=" else there if op == ">" else op == ">="
        target = variable.target
        if target is None or variable.rank:
            raise Inexpressible
        if op == "=" and target.kind == "option" and str(value) not in target.on:
            if as_number(value) == 0:
                raise Inexpressible  # page and server disagree whether nothing is 0
            return False
        if op == "=":
            return compare(target, "=", value, empty_equals=True) if fits(target, value) else False
        if op == "!=":
            return negated(self.against(variable, "=", value))
        if isinstance(value, Quoted) and variable.one_digit and value in _DIGITS:
            value = int(value)  # one digit each: as numbers or as texts, the order is the same
        found = self._ordered(target, op, value)
        empty = constants(0, op, value) if as_number(value) is not None else op in ("<", "<=")
        if variable.always or not empty:
            return found
        return together("any", [found, negated(there)])

    def _ordered(self, target: Target, op: str, value: Any) -> Truth:
        number = as_number(value)
        if target.kind == "choice":
            fitting = [code for given, code in target.codes.items() if in_order(given, op, value)]
            unique = list(dict.fromkeys(fitting))
            if not unique:
                return False
            return {target.name: {"is": unique[0]} if len(unique) == 1 else {"one_of": unique}}
        if target.kind == "number" and number is not None:
            if isinstance(value, Quoted) and self.version >= _TEXT_SAFE:
                raise Inexpressible
            return compare(target, op, number, empty_equals=True)
        if target.kind == "date" and is_iso_date(str(value)):
            return {target.name: {OURS[op]: str(value)}}
        raise Inexpressible
