"""Walks all ways of answering at once: a state is what is still open of every rule, and equal states are one."""

import random
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Any

from survey_app.questionnaire.offering import Gone, may_vanish, without
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.reach.model import Model, Rule
from survey_app.questionnaire.reach.residues import TRUE

State = tuple[int, ...]
MOST_STATES = 8_000
"""States carried on; of more than these a random part goes on, and what it does not find stays undecided."""
SAMPLE = 250

MANY_WAYS = 16
"""So many ways on from one state cost as much as one state."""


class Spent(Exception):
    """The budget is used up."""


@dataclass
class Seen:
    """What happened on the ways that were walked."""

    met: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)
    """Paths of rules that were met, and that were asked and not met."""
    questions: set[str] = field(default_factory=set)
    entered: set[int] = field(default_factory=set)
    """Pages that apply on some way."""
    whole_until: int = 1_000_000
    """Up to this page every way was walked (0: not one page)."""
    states: int = 0


class Walk:
    """One walk over a model. With `names`, only these variables are told apart and only `rules` are asked."""

    def __init__(
        self,
        model: Model,
        purse: list[int],
        *,
        names: frozenset[str] | None = None,
        rules: Iterable[Rule] | None = None,
        most: int = MOST_STATES,
    ) -> None:
        self.most = most
        self.model = model
        self.purse = purse
        self.names = names
        self.asked = None if rules is None else {rule.slot for rule in rules}
        if self.asked is not None:
            self.asked |= {slot for name, slot in model.expression.items() if names is None or name in names}
        self.seen = Seen()
        self._page_now = 0
        self._dice = random.Random(0)
        self._memo: dict[tuple[str, tuple[int, ...], Hashable], tuple[tuple[int, ...], ...]] = {}

    def run(self, last_page: int | None = None) -> Seen:
        """Walks every page, or those up to `last_page`. Raises Spent when the purse is empty; `seen` holds what was found."""
        model = self.model
        nodes = [node if self._counts(slot) else TRUE for slot, node in enumerate(model.nodes)]
        states = {tuple(nodes)}
        pages = model.definition.pages if last_page is None else model.definition.pages[: last_page + 1]
        for index in range(len(pages)):
            states = self._bounded(self._page(index, states), self.most, index)
        return self.seen

    def _counts(self, slot: int) -> bool:
        return self.asked is None or slot in self.asked

    def _page(self, index: int, states: set[State]) -> set[State]:
        page = self.model.definition.pages[index]
        self._page_now = index
        inside, outside = self._split(self.model.page_rule.get(index), states)
        if inside:
            self.seen.entered.add(index)
        for question in page.questions:
            inside = self._question(index, question, inside)
            if outside:
                outside = self._unanswered(
                    question, self._without(self.model.question_rule.get(question.name), outside)
                )
        _, going_on = self._split(self.model.end_rule.get(index), inside, otherwise=False)
        return going_on | self._without(self.model.end_rule.get(index), outside)

    def _question(self, index: int, question: Question, states: set[State]) -> set[State]:
        shown, hidden = self._split(self.model.question_rule.get(question.name), states)
        after: set[State] = set()
        for gone, some in self._offers(question, shown).items():
            offered = without(question, gone) if gone else question
            if offered is None:
                hidden = hidden | some
                continue
            if some and self._is_certain(question):
                self.seen.questions.add(question.name)
            after |= (
                self._answered(question, some) if offered is question else self._chosen(question, offered, gone, some)
            )
        after |= self._unanswered(question, hidden)
        return self._bounded(after, 4 * self.most, index - 1)

    def _offers(self, question: Question, states: set[State]) -> dict[Gone, set[State]]:
        """The states by what the question does not offer in them."""
        groups: dict[Gone, set[State]] = {frozenset(): states}
        for rule in self.model.part_rules.get(question.name, ()):
            if not self._counts(rule.slot):
                continue
            assert rule.part is not None
            found: dict[Gone, set[State]] = {}
            for gone, some in groups.items():
                met, failed = self._split(rule, some)
                for less, these in ((gone, met), (gone | {rule.part}, failed)):
                    if these:
                        found[less] = these
            groups = found
        return groups

    def _is_certain(self, question: Question) -> bool:
        """Whether it is known here that something of the question is left."""
        rules = self.model.part_rules.get(question.name, ())
        return all(self._counts(rule.slot) for rule in rules) or not may_vanish(question)

    def _chosen(self, question: Question, offered: Question, gone: Gone, states: set[State]) -> set[State]:
        """A question that offers less than all, answered."""
        for name in self._used(question):
            states = self._assigned(name, states, self.model.values_offered(name, offered, gone), gone)
        return states

    def _bounded(self, states: set[State], most: int, whole_until: int) -> set[State]:
        """The states, or a random part of them when they are too many."""
        if len(states) <= most:
            return states
        self.seen.whole_until = min(self.seen.whole_until, whole_until)
        self.most = SAMPLE  # nothing will be complete any more, so look for examples only
        return set(self._dice.sample(sorted(states), SAMPLE))

    def _pay(self, states: set[State]) -> None:
        self.seen.states += len(states)
        self._spend(len(states))

    def _spend(self, amount: int) -> None:
        self.purse[0] -= amount
        if self.purse[0] < 0 or self.model.residues.tired:
            self.seen.whole_until = min(self.seen.whole_until, self._page_now - 1)
            raise Spent

    def _split(self, rule: Rule | None, states: set[State], *, otherwise: bool = True) -> tuple[set[State], set[State]]:
        """The states in which the rule is met, and those in which it is not; no rule: `otherwise`."""
        if rule is None or not self._counts(rule.slot):
            return (states, set()) if otherwise else (set(), states)
        self._pay(states)
        slot, settled = rule.slot, self.model.residues.settled
        met: set[State] = set()
        failed: set[State] = set()
        for state in states:
            (met if settled(state[slot]) == TRUE else failed).add((*state[:slot], TRUE, *state[slot + 1 :]))
        if met:
            self.seen.met.add(rule.path)
        if failed:
            self.seen.failed.add(rule.path)
        return met, failed

    def _without(self, rule: Rule | None, states: set[State]) -> set[State]:
        if rule is None:
            return states
        return {(*state[: rule.slot], TRUE, *state[rule.slot + 1 :]) for state in states}

    def _answered(self, question: Question, states: set[State]) -> set[State]:
        slot = self.model.expression.get(question.name)
        if slot is not None:
            return self._computed(question.name, slot, states)
        for name in self._used(question):
            states = self._assigned(name, states, self.model.values(name)[0], "all")
        return states

    def _unanswered(self, question: Question, states: set[State]) -> set[State]:
        slot = self.model.expression.get(question.name)
        if slot is not None:
            states = {(*state[:slot], TRUE, *state[slot + 1 :]) for state in states}
        for rule in self.model.part_rules.get(question.name, ()):
            if self._counts(rule.slot):
                states = self._without(rule, states)
        for name in self._used(question):
            states = self._assigned(name, states, (None,), "none")
        return states

    def _used(self, question: Question) -> tuple[str, ...]:
        used = self.model.used_names(question)
        return used if self.names is None else tuple(name for name in used if name in self.names)

    def _assigned(self, name: str, states: set[State], values: tuple[Any, ...], kind: Hashable) -> set[State]:
        """The states after each of these answers; `kind`: equal for equal answers to a variable."""
        if not states:
            return states
        self._pay(states)
        slots = self.model.slots_of[name]
        memo = self._memo
        after: set[State] = set()
        for state in states:
            nodes = tuple([state[slot] for slot in slots])
            key = (name, nodes, kind)
            ways = memo.get(key)
            if ways is None:
                ways = memo[key] = self._ways(name, nodes, values)
            if len(ways) > MANY_WAYS:
                self._spend(len(ways) // MANY_WAYS)
            for way in ways:
                if way == nodes:
                    after.add(state)
                    continue
                changed = list(state)
                for slot, node in zip(slots, way, strict=True):
                    changed[slot] = node
                after.add(tuple(changed))
        return after

    def _ways(self, name: str, nodes: tuple[int, ...], values: tuple[Any, ...]) -> tuple[tuple[int, ...], ...]:
        given = self.model.residues.given
        found: dict[tuple[int, ...], None] = {}
        for value in values:
            found[tuple([given(node, name, value) for node in nodes])] = None
            self._spend(0)
        return tuple(found)

    def _computed(self, name: str, slot: int, states: set[State]) -> set[State]:
        residues = self.model.residues
        slots = self.model.slots_of.get(name, ())
        self._pay(states)
        after: set[State] = set()
        for state in states:
            changed = list(state)
            node = residues.settled(state[slot])
            changed[slot] = TRUE
            value = None if node == TRUE else residues.value(node)
            for other in slots:
                changed[other] = residues.given(changed[other], name, value)
            after.add(tuple(changed))
        return after
