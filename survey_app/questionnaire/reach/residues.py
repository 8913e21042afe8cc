"""What is left of a condition or an expression once some answers are known.

Every residue is a node with a number; equal residues have equal numbers, so that two ways of answering that leave the same
open are one way. This is what makes it possible to decide long questionnaires without trying every combination.
"""

from collections.abc import Callable, Mapping
from typing import Any

from survey_app.questionnaire import conditions, expressions
from survey_app.questionnaire.conditions import holds, is_answered
from survey_app.questionnaire.parts import Condition

FALSE, TRUE = 0, 1
MOST_EFFORT = 2_000_000
"""Steps spent on one questionnaire (seconds); what is open then stays undecided."""
Valuer = Callable[[str, Any], float | None]


class Residues:
    """A store of nodes. `number_of(name, answer)` gives the number of an answer in expressions."""

    def __init__(self, number_of: Valuer) -> None:
        self._number_of = number_of
        self._nodes: list[tuple[Any, ...]] = [("false",), ("true",)]
        self._known: dict[tuple[Any, ...], int] = {}
        self._tests: dict[int, dict[str, Any]] = {}
        self._given: dict[tuple[int, str, Any], int] = {}
        self.effort = 0
        """Steps of work so far: whoever asks for much looks at it and stops in time."""
        self.free: list[frozenset[str]] = [frozenset(), frozenset()]
        """Per node: the variables it still depends on."""

    @property
    def tired(self) -> bool:
        """Whether as much was done as one questionnaire may cost."""
        return self.effort > MOST_EFFORT

    # --- making nodes
    def condition(self, condition: Condition | None) -> int:
        """The node of a well-formed condition; none is true."""
        if condition is None:
            return TRUE
        return self._joined("all", [self._part(key, test) for key, test in condition.items()])

    def _part(self, key: str, test: Any) -> int:
        if key in ("all", "any"):
            return self._joined(key, [self.condition(part) for part in test])
        if key == "not":
            return self._not(self.condition(test))
        return self._joined("all", [self._test(key, operator, right) for operator, right in test.items()])

    def _test(self, name: str, operator: str, right: Any) -> int:
        if isinstance(right, Mapping) and operator != "count":
            plus = tuple(sorted((right.get("plus") or {}).items()))
            return self._node(("two", name, operator, right["answer"], plus), frozenset({name, right["answer"]}))
        node = self._node(("one", name, operator, repr(right)), frozenset({name}))
        self._tests[node] = {name: {operator: right}}
        return node

    def expression(self, tree: Any) -> int:
        """The node of a well-formed expression."""
        if not isinstance(tree, Mapping):
            return self._number(conditions.as_number(tree))
        if "answer" in tree:
            return self._node(("answer", tree["answer"]), frozenset({tree["answer"]}))
        if "count" in tree:
            return self._counted(0, tuple(tree["count"]))
        if "if" in tree:
            branches = [self.expression(tree[b]) if b in tree else self._number(None) for b in ("then", "else")]
            return self._chosen(self.condition(tree["if"]), *branches)
        operator, operands = next(iter(tree.items()))
        parts = [self.expression(part) for part in operands]
        return self._pair(operator, parts) if operator in expressions.PAIRS else self._folded(operator, (), parts)

    def _node(self, key: tuple[Any, ...], free: frozenset[str]) -> int:
        number = self._known.get(key)
        if number is None:
            number = self._known[key] = len(self._nodes)
            self._nodes.append(key)
            self.free.append(free)
        return number

    def _over(self, key: tuple[Any, ...], parts: list[int]) -> int:
        return self._node(key, frozenset().union(*(self.free[part] for part in parts)))

    def _joined(self, key: str, parts: list[int]) -> int:
        self.effort += len(parts)
        decisive, empty = (FALSE, TRUE) if key == "all" else (TRUE, FALSE)
        kept: dict[int, None] = {}
        for part in parts:
            if part == decisive:
                return decisive
            if part != empty:
                kept.update(dict.fromkeys(self._nodes[part][1] if self._nodes[part][0] == key else (part,)))
        if len(kept) < 2:
            return next(iter(kept), empty)
        ordered = sorted(kept)
        return self._over((key, tuple(ordered)), ordered)

    def _not(self, part: int) -> int:
        if part in (FALSE, TRUE):
            return TRUE - part
        node = self._nodes[part]
        return int(node[1]) if node[0] == "not" else self._node(("not", part), self.free[part])

    def _number(self, value: float | None) -> int:
        return self._node(("number", value), frozenset())

    def _counted(self, known: int, names: tuple[str, ...]) -> int:
        return self._node(("count", known, names), frozenset(names)) if names else self._number(known)

    def _chosen(self, condition: int, then: int, other: int) -> int:
        if condition in (FALSE, TRUE):
            return then if condition == TRUE else other
        return self._over(("if", condition, then, other), [condition, then, other])

    def _pair(self, operator: str, parts: list[int]) -> int:
        left, right = (self._nodes[part] for part in parts)
        if left[0] == right[0] == "number":
            a, b = left[1], right[1]
            if a is None or b is None or operator == "divide" and not b:
                return self._number(None)
            return self._number(a - b if operator == "subtract" else a / b)
        return self._over((operator, *parts), parts)

    def _folded(self, operator: str, known: tuple[float, ...], parts: list[int]) -> int:
        """Operations on a list: what is known is one number (for the mean: sum and count), the rest stays."""
        values = [self._nodes[part][1] for part in parts if self._nodes[part][0] == "number"]
        rest = [part for part in parts if self._nodes[part][0] != "number"]
        if None in values and operator in ("add", "multiply"):
            return self._number(None)
        known = _fold(operator, known, [value for value in values if value is not None])
        if rest:
            return self._over((operator, known, tuple(sorted(rest))), rest)
        if operator == "mean":
            return self._number(known[0] / known[1] if known else None)
        return self._number(known[0] if known else {"add": 0.0, "multiply": 1.0}.get(operator))

    # --- knowing more
    def given(self, node: int, name: str, value: Any) -> int:
        """The node once this answer is known; None: there is none. Lists come as tuples."""
        if name not in self.free[node]:
            return node
        key = (node, name, value)
        found = self._given.get(key)
        if found is None:
            self.effort += 1
            found = self._given[key] = self._with(self._nodes[node], node, name, value)
        return found

    def settled(self, node: int) -> int:
        """The node when everything that is still open stays unanswered."""
        for name in sorted(self.free[node]):
            node = self.given(node, name, None)
        return node

    def value(self, node: int) -> Any:
        """The number of a settled expression, rounded as `expressions.evaluate` rounds."""
        return expressions.evaluate(self._nodes[node][1], {})

    def _with(self, parts: tuple[Any, ...], node: int, name: str, value: Any) -> int:
        kind = parts[0]
        if kind == "one":
            return int(holds(self._tests[node], {name: _plain(value)}))
        if kind in ("two", "left"):
            return self._compared(parts, name, value)
        if kind in ("all", "any"):
            return self._joined(kind, [self.given(part, name, value) for part in parts[1]])
        if kind == "not":
            return self._not(self.given(parts[1], name, value))
        if kind == "answer":
            return self._number(self._number_of(name, _plain(value)) if is_answered(value) else None)
        if kind == "count":
            others = tuple(other for other in parts[2] if other != name)
            return self._counted(parts[1] + (len(parts[2]) - len(others)) * is_answered(_plain(value)), others)
        if kind == "if":
            return self._chosen(*(self.given(part, name, value) for part in parts[1:]))
        if kind in expressions.PAIRS:
            return self._pair(kind, [self.given(part, name, value) for part in parts[1:]])
        return self._folded(kind, parts[1], [self.given(part, name, value) for part in parts[2]])

    def _compared(self, parts: tuple[Any, ...], name: str, value: Any) -> int:
        """A comparison of two answers, of which one becomes known."""
        if not is_answered(_plain(value)):
            return FALSE
        if parts[0] == "left":
            _, left, operator, _, plus, own = parts
            answers = {own: _plain(left), name: _plain(value)}
            return self._holds_two(own, operator, name, plus, answers)
        _, own, operator, other, plus = parts
        if own == other:
            return self._holds_two(own, operator, other, plus, {own: _plain(value)})
        if name == own:
            return self._node(("left", value, operator, other, plus, own), frozenset({other}))
        right = conditions.right_side(
            {"answer": other, **({"plus": dict(plus)} if plus else {})}, {other: _plain(value)}
        )
        return FALSE if right is None else self._test(own, operator, right)

    def _holds_two(self, own: str, operator: str, other: str, plus: Any, answers: dict[str, Any]) -> int:
        right = {"answer": other, **({"plus": dict(plus)} if plus else {})}
        return int(holds({own: {operator: right}}, answers))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _fold(operator: str, known: tuple[float, ...], values: list[float]) -> tuple[float, ...]:
    if not values:
        return known
    if operator == "mean":
        return (sum(values) + (known[0] if known else 0.0), len(values) + (known[1] if known else 0))
    every = [*known, *values]
    if operator in ("min", "max"):
        return (min(every) if operator == "min" else max(every),)
    if operator == "add":
        return (sum(every),)
    product = 1.0
    for value in every:
        product *= value
    return (product,)
