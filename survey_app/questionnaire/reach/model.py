"""A questionnaire as the walk needs it: its rules as residues, and per variable the answers that any rule tells apart."""

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from survey_app.questionnaire import condition_checking, conditions, expressions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import Gone, PartRule, ruled, rules_of, without
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.problems import Problem, path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.hidden import Computed
from survey_app.questionnaire.reach.domains import answers_of, numbers_around
from survey_app.questionnaire.reach.residues import FALSE, Residues
from survey_app.questionnaire.routing import number_of

_HARMLESS = frozenset({"later_variable", "unknown_variable", "unknown_answer", "wrong_operator"})
"""Faults with which a condition still has a meaning: what it asks for is not there."""
COST_OF_A_SLOT = 4
"""Steps of work for each rule that is followed back: chains of a thousand pages must end too."""
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Rule:
    """One condition. `slot`: its place in a state; `kind`: show_if or end_if; `question`: whose it is, None for a page;
    `part`: list and code of the choice or row that it offers, None for all of the question."""

    slot: int
    path: str
    kind: str
    page: int
    question: str | None
    condition: Condition
    faults: tuple[Problem, ...]
    part: tuple[str, str] | None = None


@dataclass
class _Wants:
    """What rules and expressions want to know of one variable."""

    constants: dict[Any, None] = field(default_factory=dict)
    counted: int = 0
    compared: set[int] = field(default_factory=set)
    """Slots in which it meets other answers, in a comparison or an expression."""


class Model:
    """Made once per definition. Slots: rules first, then the expressions of computed values."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        self.residues = Residues(lambda name, answer: number_of(definition, name, answer))
        self.rules: list[Rule] = []
        self.nodes: list[int] = []
        self.page_rule: dict[int, Rule] = {}
        self.end_rule: dict[int, Rule] = {}
        self.question_rule: dict[str, Rule] = {}
        self.part_rules: dict[str, tuple[Rule, ...]] = {}
        """Rules on the choices, rows, fields and items of a question."""
        self.expression: dict[str, int] = {}
        """Slot of a computed value's expression."""
        self._wants: dict[str, _Wants] = {}
        self._decided: dict[int, frozenset[str]] = {}
        self._values_offered: dict[tuple[str, Gone], tuple[Any, ...]] = {}
        self._values: dict[str, tuple[tuple[Any, ...], bool]] = {}
        known: dict[str, Question] = {}
        for place, kind, index, question in _parts(definition):
            if kind == "passed":
                assert question is not None
                known |= dict.fromkeys((*question.answer_names(), *question.text_names()), question)
            elif kind == "expression":
                self._add_expression(question, place, known)
            elif kind == "parts":
                assert question is not None
                self.part_rules[question.name] = tuple(
                    self._rule((*place, *rule.place), "show_if", index, question, rule.condition, known, rule)
                    for rule in rules_of(question)
                )
            else:
                owner = definition.pages[index] if question is None else question
                rule = self._rule(place, kind, index, question, getattr(owner, kind), known)
                if question is not None:
                    self.question_rule[question.name] = rule
                else:
                    (self.page_rule if kind == "show_if" else self.end_rule)[index] = rule

    def _rule(
        self, place: Place, kind: str, page: int, question: Question | None, condition: Condition,
        known: dict[str, Question], offers: PartRule | None = None,
    ) -> Rule:  # fmt: skip
        found = condition_checking.check(condition, place, known, self.definition.owners)
        faults = tuple(Problem(code, path_of(path), values) for code, path, values in found)
        part = (offers.parts, offers.code) if offers else None
        name = question.name if question else None
        rule = Rule(len(self.nodes), path_of(place), kind, page, name, condition, faults, part)
        self.rules.append(rule)
        sound = all(fault.code in _HARMLESS for fault in faults)
        self.nodes.append(self.residues.condition(condition) if sound else FALSE)
        if sound:
            self._want(condition)
        return rule

    def _add_expression(self, question: Question | None, place: Place, known: dict[str, Question]) -> None:
        assert isinstance(question, Computed)
        found = condition_checking.check_expression(question.expression, place, known, self.definition.owners)
        sound = all(code in _HARMLESS for code, _, _ in found)
        tree = question.expression if sound else {"answer": ""}
        self.expression[question.name] = len(self.nodes)
        self.nodes.append(self.residues.expression(tree))
        for name in expressions.names(tree):
            self._wanted(name).compared.add(len(self.nodes) - 1)
        for condition in _conditions_in(tree):
            self._want(condition)

    def _wanted(self, name: str) -> _Wants:
        return self._wants.setdefault(name, _Wants())

    def _want(self, condition: Condition) -> None:
        for key, test in condition.items():
            if key in ("all", "any"):
                for part in test:
                    self._want(part)
            elif key == "not":
                self._want(test)
            else:
                for operator, right in test.items():
                    self._want_one(key, operator, right)

    def _want_one(self, name: str, operator: str, right: Any) -> None:
        wants = self._wanted(name)
        if operator == "count":
            wants.counted = max(wants.counted, *right.values())
        elif isinstance(right, Mapping):
            self._want_other(name, right)
        elif operator != "answered":
            wants.constants |= dict.fromkeys(right if isinstance(right, list) else [right])

    def _want_other(self, name: str, right: Mapping[str, Any]) -> None:
        """A comparison of two answers: where one of them has few values, these are constants for the other."""
        other = right["answer"]
        few, own = self._codes(other), self._codes(name)
        if few is not None:
            values = (conditions.right_side(right, {other: code}) for code in few)
            self._wanted(name).constants |= dict.fromkeys(value for value in values if value is not None)
            self._wanted(other)
        elif own is not None and "plus" not in right:
            self._wanted(other).constants |= dict.fromkeys(own)
        else:
            for open_name in (name, other):
                self._wanted(open_name).compared.add(len(self.nodes) - 1)

    def _codes(self, name: str) -> tuple[Any, ...] | None:
        owner = self.definition.owners.get(name)
        return None if owner is None else owner.codes(name)

    # --- what the walk asks
    @cached_property
    def slots_of(self) -> dict[str, tuple[int, ...]]:
        """The slots in which a variable occurs."""
        table: dict[str, list[int]] = {}
        for slot, node in enumerate(self.nodes):
            for name in self.residues.free[node]:
                table.setdefault(name, []).append(slot)
        return {name: tuple(slots) for name, slots in table.items()}

    def used_names(self, question: Question) -> tuple[str, ...]:
        """The question's variables that any rule looks at."""
        return tuple(n for n in (*question.answer_names(), *question.text_names()) if n in self.slots_of)

    def values(self, name: str) -> tuple[tuple[Any, ...], bool]:
        """One answer for each group that no rule tells apart, and whether these stand for all."""
        if name not in self._values:
            self._values[name] = self._different(name)
        return self._values[name]

    def _different(self, name: str) -> tuple[tuple[Any, ...], bool]:
        owner = self.definition.owners.get(name)
        wants = self._wanted(name)
        if owner is None:
            return (None,), True
        if isinstance(owner, Computed):  # only asked for a rule by itself: any number may come out
            return (None, *numbers_around(wants.constants, 6, None, None)), True
        values, exact = answers_of(owner, name, wants.constants, wants.counted)
        groups = self._groups(name, values)
        return tuple(groups.values()) or values[:1], exact and not self.residues.tired

    def _groups(self, name: str, values: tuple[Any, ...]) -> dict[tuple[int, ...], Any]:
        """One value for each different outcome; not all of them when the work is too much."""
        groups: dict[tuple[int, ...], Any] = {}
        nodes = [self.nodes[slot] for slot in self.slots_of.get(name, ())]
        for value in values:
            if self.residues.tired:
                break
            groups.setdefault(tuple(self.residues.given(node, name, value) for node in nodes), value)
        return groups

    def values_offered(self, name: str, offered: Question, gone: Gone) -> tuple[Any, ...]:
        """The same for a variable of a question that offers less than all: one answer for each group."""
        kept = self._values_offered.get((name, gone))
        if kept is None:
            if name not in (*offered.answer_names(), *offered.text_names()):
                kept = (None,)
            else:
                wants = self._wanted(name)
                kept = tuple(self._groups(name, answers_of(offered, name, wants.constants, wants.counted)[0]).values())
            self._values_offered[name, gone] = kept
        return kept

    def stands_for_all(self, name: str, slots: Set[int]) -> bool:
        """Whether the tried answers to a variable stand for all others in these slots."""
        exact = self.values(name)[1]
        return exact and (self._codes(name) is not None or self._wanted(name).compared.isdisjoint(slots))

    def rules_before(self, question: Question, name: str) -> list[Rule]:
        """The rules that decide about a variable of a question: its own, its page's, those of its choices or of its row."""
        before = (self.question_rule.get(question.name), self.page_rule.get(self.definition.page_of[question.name]))
        parts = [rule for rule in self.part_rules.get(question.name, ()) if name in self.decided_by(question, rule)]
        return [*(rule for rule in before if rule is not None), *parts]

    def decided_by(self, question: Question, rule: Rule) -> frozenset[str]:
        """The variables whose answers the rule of a part decides: all of them for a choice, its own for a row or field."""
        kept = self._decided.get(rule.slot)
        if kept is None:
            assert rule.part is not None
            names = {*question.answer_names(), *question.text_names()}
            rest = None if rule.part[0] == "choices" else without(question, frozenset({rule.part}))
            left = set() if rest is None else {*rest.answer_names(), *rest.text_names()}
            kept = self._decided[rule.slot] = frozenset(names - left)
        return kept

    def cone(self, *rules: Rule | None) -> tuple[frozenset[str], frozenset[int]]:
        """Every variable that can decide whether these rules are met, with the slots it does so in; ends of earlier
        pages are not counted."""
        slots: set[int] = set()
        wanted: set[str] = set()
        open_slots = [rule.slot for rule in rules if rule is not None]
        while open_slots:
            slot = open_slots.pop()
            slots.add(slot)
            for name in self.residues.free[self.nodes[slot]] - wanted:
                wanted.add(name)
                owner = self.definition.owners.get(name)
                if owner is None:
                    continue
                open_slots += [rule.slot for rule in self.rules_before(owner, name)]
                if owner.name in self.expression:
                    open_slots.append(self.expression[owner.name])
        self.residues.effort += COST_OF_A_SLOT * len(slots)
        return frozenset(wanted), frozenset(slots)

    def size(self, names: frozenset[str], slots: frozenset[int]) -> tuple[int, bool]:
        """How many combinations of these answers differ, and whether they stand for all."""
        asked = [name for name in names if not isinstance(self.definition.owners.get(name), Computed)]
        exact = all(self.stands_for_all(name, slots) for name in asked)
        return math.prod(len(self.values(name)[0]) for name in asked), exact


def _parts(definition: Definition) -> Iterator[tuple[Place, str, int, Question | None]]:
    for index, page in enumerate(definition.pages):
        path: Place = ("pages", index)
        if page.show_if is not None:
            yield (*path, "show_if"), "show_if", index, None
        for number, question in enumerate(page.questions):
            place = (*path, "questions", number)
            if question.show_if is not None:
                yield (*place, "show_if"), "show_if", index, question
            if question.name in ruled(definition):
                yield place, "parts", index, question
            if isinstance(question, Computed):
                yield (*place, "expression"), "expression", index, question
            yield place, "passed", index, question
        if page.end_if is not None:
            yield (*path, "end_if"), "end_if", index, None


def _conditions_in(tree: Any) -> Iterator[Condition]:
    if isinstance(tree, Mapping):
        for key, part in tree.items():
            if key == "if":
                yield part
            elif key not in ("answer", "count"):
                yield from _conditions_in(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _conditions_in(part)
