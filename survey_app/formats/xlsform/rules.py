"""Display rules: a resolved tree as one of our conditions, true for the same answers. What cannot be said raises Inexpressible.

An unanswered question is an empty text in a form: `${q} != 'a'` holds for it, comparisons of size do not.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

from survey_app.formats.importing import logic
from survey_app.formats.importing.logic import Both, Call, Const, Inexpressible, Not, Op, Ref, Target, negated, together
from survey_app.formats.importing.tidying import tidied
from survey_app.formats.xlsform import dates, texts, values
from survey_app.formats.xlsform.calculations import CONDITIONS
from survey_app.formats.xlsform.resolving import SELF, STORED, Resolver, refs
from survey_app.questionnaire.conditions import names

Condition = dict[str, Any]
_TURNED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_OURS = {"<": "less_than", "<=": "at_most", ">": "more_than", ">=": "at_least", "=": "is"}
MOST_CASES = 150
MOST_TRIED = 1_000_000
"""Answers that are tried in one form, and looked at by the rules of its choices."""
MAX_DEPTH = 40


class Rules:
    """Conditions for one form. `number_of`: the name of a computed value made for arithmetic; raises Inexpressible."""

    def __init__(self, resolver: Resolver, number_of: Callable[[Any], str]) -> None:
        self._known = resolver.by_target
        self._number_of = number_of
        self._twins = resolver.twins
        self._patterns = False
        self._left = MOST_TRIED
        self.folded = False
        """Whether the last condition compares words, where capital and small letters count as the same here."""

    def condition(self, tree: Any) -> Condition | bool:
        """The condition of a resolved tree; True or False when it is the same for all answers."""
        self.folded = False
        found = self._truth(tree, 0)
        return found if isinstance(found, bool) else tidied(found)

    def check(self, tree: Any, number_of: Callable[[Any], str]) -> Condition | bool:
        """The condition of a check, which may compare texts with patterns. `number_of`: the name of a sum made for it alone."""
        before = self._number_of
        self._number_of, self._patterns = number_of, True
        try:
            return self.condition(tree)
        finally:
            self._number_of, self._patterns = before, False

    def spend(self, tries: int) -> None:
        """Notes the work for a rule. Raises Inexpressible when there was too much of it in this form."""
        self._left -= tries
        if self._left < 0:
            raise Inexpressible

    def spend_on(self, rule: Condition | bool) -> None:
        """Notes the rule of a choice: whoever reads it looks at every choice of the questions that it names."""
        if isinstance(rule, dict):
            targets = (self._known.get(name) for name in names(rule))
            self.spend(1 + sum(len(target.codes) for target in targets if target is not None) // 8)

    # --- truth ---
    def _truth(self, tree: Any, depth: int) -> Condition | bool:
        if depth > MAX_DEPTH:
            raise Inexpressible
        if isinstance(tree, Call) and tree.name == STORED:
            tree = tree.parts[0]
        if isinstance(tree, Both):
            return together(tree.word, [self._truth(part, depth + 1) for part in tree.parts])
        if isinstance(tree, Not):
            return negated(self._truth(tree.part, depth + 1))
        if isinstance(tree, Call) and tree.name == "if" and len(tree.parts) == 3:
            return self._branches(
                self._truth(tree.parts[0], depth + 1), *(self._truth(p, depth + 1) for p in tree.parts[1:])
            )
        if isinstance(tree, Const):
            return values.truth(tree.value)
        if isinstance(tree, Op) and tree.op in _TURNED:
            return self._compared(tree.op, tree.left, tree.right, depth)
        if isinstance(tree, Call) and tree.name == "selected" and len(tree.parts) == 2:
            return self._selected(tree, depth)
        if isinstance(tree, Ref):
            return self._is_true(self._target(tree))
        if self._patterns and isinstance(tree, Call) and (found := texts.matching(tree, self._known)) is not None:
            return found
        return self._tried(tree)

    def _branches(self, test: Condition | bool, yes: Condition | bool, no: Condition | bool) -> Condition | bool:
        return together("any", [together("all", [test, yes]), together("all", [negated(test), no])])

    def _target(self, ref: Ref) -> Target:
        if ref.part == SELF or ref.name not in self._known:
            raise Inexpressible
        return self._known[ref.name]

    @staticmethod
    def _is_true(target: Target) -> Condition:
        if target.kind == "number":
            return {"not": {"any": [{target.name: {"is": 0}}, {target.name: {"answered": False}}]}}
        return {target.name: {"answered": True}}

    def _selected(self, tree: Call, depth: int) -> Condition | bool:
        held, wanted = tree.parts
        if isinstance(held, Call) and held.name == "if":
            test, yes, no = held.parts
            both = [self._truth(Call("selected", (part, wanted)), depth + 1) for part in (yes, no)]
            return self._branches(self._truth(test, depth + 1), *both)
        if isinstance(held, Ref) and isinstance(wanted, Const):
            target = self._target(held)
            code = values.text(wanted.value).strip()
            if target.kind == "multiple":
                if len(ours := self._ours(target, code)) > 1:
                    return {target.name: {"includes_any": ours}}
                return {target.name: {"includes": ours[0]}} if ours else False
        return self._tried(tree)

    # --- comparisons ---
    def _compared(self, op: str, left: Any, right: Any, depth: int) -> Condition | bool:
        if depth > MAX_DEPTH:
            raise Inexpressible
        left, right = _unwrapped(left, right), _unwrapped(right, left)
        for side, other, turned in ((left, right, op), (right, left, _TURNED[op])):
            if isinstance(side, Call) and side.name == "if" and len(side.parts) == 3:
                test, yes, no = side.parts
                both = [self._compared(turned, part, other, depth + 1) for part in (yes, no)]
                return self._branches(self._truth(test, depth + 1), *both)
            if _is_condition(side):
                return self._as_truth(turned, side, other, depth)
        if isinstance(left, Const) and isinstance(right, Const):
            return values.compare(op, left.value, right.value)
        if isinstance(left, Const):
            left, right, op = right, left, _TURNED[op]
        try:
            return self._leaf(op, left, right)
        except Inexpressible:
            return self._tried(Op(op, left, right))

    def _as_truth(self, op: str, side: Any, other: Any, depth: int) -> Condition | bool:
        """(a and b) = true(), (a) != (b), (a) > 0"""
        if op in ("=", "!=") and _is_condition(other):
            one, two = self._truth(side, depth + 1), self._truth(other, depth + 1)
            return self._branches(one, *((two, negated(two)) if op == "=" else (negated(two), two)))
        if not isinstance(other, Const) or isinstance(other.value, str):
            raise Inexpressible
        found = self._truth(side, depth + 1)
        yes, no = values.compare(op, True, other.value), values.compare(op, False, other.value)
        return yes if yes == no else found if yes else negated(found)

    def _leaf(self, op: str, left: Any, right: Any) -> Condition | bool:
        if isinstance(left, Call) and left.name == "number" and left.parts and _is_number(right):
            left = left.parts[0]  # a comparison with a number makes numbers of both
        if isinstance(left, Ref) and isinstance(right, Const) and right.value == "":
            return self._emptiness(op, self._target(left))
        if (found := dates.comparison(op, left, right, self._known)) is not None:
            return found
        if isinstance(left, Call) and isinstance(right, Const):
            if left.name in ("count-selected", "string-length"):
                return self._counted(op, left, right.value)
            if left.name == STORED:  # compared with nothing
                return {self._number_of(left): {"answered": op == "!="}} if op in ("=", "!=") else False
        if isinstance(left, Ref) and isinstance(right, Const):
            return self._constant(op, self._target(left), right.value)
        if isinstance(left, Ref) and isinstance(right, Ref):
            return self._two(op, self._target(left), self._target(right))
        return self._arithmetic(op, left, right)

    def _emptiness(self, op: str, target: Target) -> Condition | bool:
        if op not in ("=", "!="):
            return False  # nothing is larger or smaller than an empty text
        return {target.name: {"answered": op == "!="}}

    def _constant(self, op: str, target: Target, value: Any) -> Condition | bool:
        if target.kind == "choice" and op in ("=", "!=") and isinstance(value, str):
            is_it = self._is(target, value) if value in target.codes else False
            return is_it if op == "=" else negated(is_it)
        if target.kind == "choice":
            raise Inexpressible  # every answer is tried instead
        if target.kind == "multiple" and target.name in self._twins:
            raise Inexpressible
        if target.kind == "multiple" and (op not in ("=", "!=") or len(values.text(value).split()) > 1):
            raise Inexpressible
        if target.kind in ("multiple", "text"):
            value = values.text(value)
        if target.kind in ("date", "time"):
            raise Inexpressible
        if target.kind == "text" and value.lower() != value.upper():
            self.folded = True
        return logic.compare(target, op, value, empty_equals=True)

    def _two(self, op: str, left: Target, right: Target) -> Condition:
        if left.kind != right.kind or left.kind not in ("number", "text", "time"):
            raise Inexpressible
        if op in ("=", "!="):
            same: Condition = {left.name: {"is": {"answer": right.name}}}
            nothing = {"all": [{left.name: {"answered": False}}, {right.name: {"answered": False}}]}
            equal = {"any": [same, nothing]}
            return equal if op == "=" else {"not": equal}
        if left.kind == "text":
            raise Inexpressible
        return {left.name: {_OURS[op]: {"answer": right.name}}}

    def _counted(self, op: str, call: Call, value: Any) -> Condition | bool:
        """count-selected() of a multiple choice, and lengths that only ask whether there is an answer."""
        if len(call.parts) != 1 or not isinstance(call.parts[0], Ref):
            raise Inexpressible
        target, number = self._target(call.parts[0]), values.number(value)
        none = values.compare(op, 0, number)
        if call.name == "count-selected" and target.kind == "multiple" and number.is_integer():
            if op == "!=":
                return negated(self._counted("=", call, value))
            counted: Condition = {target.name: {"count": {_OURS[op]: int(number)}}}
            return {"any": [counted, {target.name: {"answered": False}}]} if none else counted
        if call.name == "string-length" and number in (0, 1):
            if (op, number) in ((">", 0), (">=", 1), ("!=", 0)):
                return {target.name: {"answered": True}}
            if (op, number) in (("=", 0), ("<", 1), ("<=", 0)):
                return {target.name: {"answered": False}}
        if call.name == "string-length" and self._patterns and target.kind in ("text", "number"):
            return texts.of_length(target, op, number)
        raise Inexpressible

    def _arithmetic(self, op: str, left: Any, right: Any) -> Condition | bool:
        """A computed value carries the sum; it is missing when one of its answers is, as the sum is no number then."""
        if not isinstance(left, Op | Call) or not refs(left):
            if not isinstance(right, Op | Call) or not refs(right):
                raise Inexpressible
            left, right, op = right, left, _TURNED[op]
        computed = Target("number", self._number_of(left))
        if isinstance(right, Const):
            number = values.number(right.value)
            if number != number:
                return op == "!="
            return logic.compare(computed, op, number, empty_equals=True)
        other = self._target(right) if isinstance(right, Ref) else Target("number", self._number_of(right))
        if other.kind != "number":
            raise Inexpressible
        if op == "!=":
            return {"not": {computed.name: {"is": {"answer": other.name}}}}
        return {computed.name: {_OURS[op]: {"answer": other.name}}}

    # --- trying every answer ---
    def _tried(self, tree: Any) -> Condition | bool:
        """The condition of an expression about lists alone: every answer is tried."""
        known = sorted(refs(tree))
        targets = [self._known.get(name) for name in known]
        if any(target is None or target.kind != "choice" for target in targets):
            raise Inexpressible
        found = [target for target in targets if target is not None]
        cases = 1
        for target in found:
            cases *= len(target.codes) + 1
        if cases > MOST_CASES and len(found) > 1 or cases > 5_001:
            raise Inexpressible
        self.spend(cases)
        if not found:
            return values.truth(values.evaluate(tree, {}))
        if len(found) == 1:
            return self._one_list(found[0], lambda code: values.truth(values.evaluate(tree, {known[0]: code})))
        fitting = []
        for case in product(*(("", *target.codes) for target in found)):
            if values.truth(values.evaluate(tree, dict(zip(known, case, strict=True)))):
                fitting.append({"all": [self._is(target, code) for target, code in zip(found, case, strict=True)]})
        return together("any", fitting) if fitting else False

    def _ours(self, target: Target, code: str) -> list[str]:
        """Our codes of a code of the form."""
        if given := self._twins.get(target.name, {}).get(code):
            return given
        return [target.codes[code]] if code in target.codes else []

    def _is(self, target: Target, code: str) -> Condition:
        """It is this choice; with "", it has no answer."""
        ours = self._ours(target, code)
        if not code or not ours:
            return {target.name: {"answered": False}}
        return {target.name: {"is": ours[0]} if len(ours) == 1 else {"one_of": ours}}

    def _one_list(self, target: Target, holds: Callable[[str], bool]) -> Condition | bool:
        """The condition that holds for exactly these choices, and perhaps for no answer."""
        empty = holds("")
        fitting = [code for code in target.codes if holds(code) != empty]
        chosen = list(dict.fromkeys(ours for code in fitting for ours in self._ours(target, code)))
        every = len(fitting) == len(target.codes)
        if not chosen:
            return empty
        part: Condition = {target.name: {"answered": True}}
        if not every:
            part = {target.name: {"is": chosen[0]} if len(chosen) == 1 else {"one_of": chosen}}
        elif empty:
            return {target.name: {"answered": False}}
        return {"not": part} if empty else part


def _unwrapped(tree: Any, other: Any) -> Any:
    """A calculated number without its mark, where it is compared with anything but nothing."""
    is_stored = isinstance(tree, Call) and tree.name == STORED
    return tree.parts[0] if is_stored and not (isinstance(other, Const) and other.value == "") else tree


def _is_number(tree: Any) -> bool:
    return isinstance(tree, Const) and isinstance(tree.value, int | float) and not isinstance(tree.value, bool)


def _is_condition(tree: Any) -> bool:
    return (
        isinstance(tree, Both | Not)
        or (isinstance(tree, Op) and tree.op in _TURNED)
        or (isinstance(tree, Call) and tree.name in CONDITIONS)
    )
