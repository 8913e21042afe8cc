"""Verdicts on pages, questions and rules, from what the walks have seen."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import may_vanish
from survey_app.questionnaire.problems import Problem, path_of
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.reach.model import Model, Rule
from survey_app.questionnaire.reach.residues import TRUE
from survey_app.questionnaire.reach.walking import MOST_STATES, Seen, Spent, Walk

BUDGET = 300_000
"""States spent on one questionnaire (about a second); what is left open then is undecided."""
FIRST_LOOK = 1_000
"""States carried on in the first walk over everything."""
VERDICTS: dict[str, tuple[str, ...]] = {
    "page": ("reachable", "never", "empty", "undecided"),
    "question": ("reachable", "never", "undecided"),
    "rule": ("works", "always", "ends_all", "contradiction", "never", "unreached", "faulty", "undecided"),
}
_FAULTS = {
    "page": frozenset({"never", "empty"}),
    "question": frozenset({"never"}),
    "show_if": frozenset({"contradiction", "never", "faulty"}),
    "end_if": frozenset({"contradiction", "never", "ends_all", "faulty"}),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict.

    path: the place in the definition; kind: page, question, show_if, end_if.
    Pages: `empty` = it is reached, but nothing on it is ever shown. Rules: `works` = sometimes met, sometimes not; `always`
    = met whenever it is asked, so it decides nothing; `ends_all` = an end that is always met although questions follow;
    `contradiction` = no answers at all meet it; `never` = none of those that lead to it; `unreached` = never asked;
    `faulty` = it asks for what is not there (`faults` says what).
    how: `plain` (no rule plays a part), `exhaustive` (every combination), `example` (one was found, so it is certain), `sampled`.
    combinations: how many differing combinations of answers stand behind it. cause: path of the rule behind a `never`, or "".
    """

    path: str
    kind: str
    verdict: str
    how: str = "plain"
    combinations: int = 0
    cause: str = ""
    faults: tuple[Problem, ...] = ()

    @property
    def is_rule(self) -> bool:
        """Whether it is about a rule."""
        return self.kind in ("show_if", "end_if")

    @property
    def is_fault(self) -> bool:
        """Whether something is wrong for certain."""
        return self.verdict in _FAULTS[self.kind]


def findings(definition: Definition) -> tuple[Finding, ...]:
    """Verdicts on everything, in the order of the questionnaire."""
    return tuple(_Judge(Model(definition)).all())


def finding_of(definition: Definition, path: str) -> Finding | None:
    """The verdict on one rule alone, without a look at the rest: quick enough for a form that saves itself."""
    judge = _Judge(Model(definition), look=False)
    rule = next((rule for rule in judge.model.rules if rule.path == path), None)
    return None if rule is None else judge.rule(rule)


class _Judge:
    def __init__(self, model: Model, *, look: bool = True) -> None:
        self.model = model
        self.purse = [BUDGET]
        self._parts: dict[tuple[Any, ...], Finding] = {}
        self._slices: dict[tuple[frozenset[str], int], Seen] = {}
        if not look:
            self.seen = Seen(whole_until=-1)
        else:  # a short look at everything; what it leaves open is then looked at rule by rule
            rules = [rule for rule in model.rules if rule.part is None or self._is_heard(rule)]
            self.seen = self._walk(Walk(model, self.purse, rules=rules, most=FIRST_LOOK), None)

    def _is_heard(self, rule: Rule) -> bool:
        """Whether what the rule of a choice or row decides may decide another rule: somebody looks at the answers."""
        question = self.model.definition.by_name[rule.question or ""]
        return not self.model.decided_by(question, rule).isdisjoint(self.model.used_names(question))

    def _walk(self, walk: Walk, last_page: int | None) -> Seen:
        try:
            return walk.run(last_page)
        except Spent:
            return walk.seen

    def all(self) -> Iterator[Finding]:
        causes: list[Finding] = []
        for index, page in enumerate(self.model.definition.pages):
            rule = self.model.page_rule.get(index)
            page_rule = self.rule(rule) if rule else None
            inside = [
                finding
                for number, question in enumerate(page.questions)
                for finding in self._question((index, number), question, page_rule, causes)
            ]
            questions = [finding for finding in inside if finding.kind == "question"]
            yield self._page(index, questions, page_rule, causes)
            if page_rule is not None:
                yield page_rule
            yield from inside
            end = self.model.end_rule.get(index)
            if end is not None:
                finding = self.rule(end)
                causes += [finding] if finding.verdict == "ends_all" else []
                yield finding

    # --- pages and questions
    def _question(
        self, place: tuple[int, int], question: Question, page_rule: Finding | None, causes: list[Finding]
    ) -> Iterator[Finding]:
        index, number = place
        rule = self.model.question_rule.get(question.name)
        own = self.rule(rule) if rule else None
        path = path_of(("pages", index, "questions", number))
        parts = [self._part(part) for part in self.model.part_rules.get(question.name, ())]
        offered = self._by_parts(path, question, parts)
        if offered is not None:
            yield offered
            yield from ([own] if own else ())
            yield from parts
            return
        all_parts = self.model.part_rules.get(question.name, ()) if may_vanish(question) else ()
        deciding = [*([rule] if rule else ()), *all_parts]
        seen, whole, how, count = self._about(index, deciding, lambda seen: question.name in seen.questions)
        if how == "plain" or question.name in seen.questions:
            yield Finding(path, "question", "reachable", how, count)
        elif whole:
            yield Finding(path, "question", "never", how, count, _cause(own, page_rule, causes))
        else:
            yield Finding(path, "question", "undecided", "sampled", count)
        yield from ([own] if own else ())
        yield from parts

    def _by_parts(self, path: str, question: Question, found: list[Finding]) -> Finding | None:
        """The verdict on a question every choice or row of which has a rule, where those rules decide it; else None."""
        lists = {rule.part[0] for rule in self.model.part_rules.get(question.name, ()) if rule.part}
        some = next(iter(lists), "")
        if len(lists) != 1 or len(found) != len(getattr(question, some)):
            return None
        for finding in found:
            if finding.verdict in ("works", "always"):
                return Finding(path, "question", "reachable", finding.how, finding.combinations)
        if all(finding.verdict in ("never", "contradiction") for finding in found):
            return Finding(path, "question", "never", "exhaustive", found[0].combinations, found[0].path)
        return None

    def _part(self, rule: Rule) -> Finding:
        """The rule of a choice or row. Lists that are filtered alike are common, so that equal cases are judged once."""
        model = self.model
        around = (model.question_rule.get(rule.question or ""), model.page_rule.get(rule.page))
        key = (
            model.nodes[rule.slot],
            tuple(None if one is None else model.nodes[one.slot] for one in around),
            tuple(index for index in model.end_rule if index < rule.page),
            tuple(fault.code for fault in rule.faults),
        )
        if key not in self._parts:
            self._parts[key] = self.rule(rule)
        return replace(self._parts[key], path=rule.path, faults=rule.faults)

    def _page(self, index: int, questions: list[Finding], page_rule: Finding | None, causes: list[Finding]) -> Finding:
        path = path_of(("pages", index))
        page = self.model.definition.pages[index]
        seen, whole, how, count = self._about(index, [], lambda seen: index in seen.entered)
        verdicts = {f.verdict for f, q in zip(questions, page.questions, strict=True) if q.shown}
        if how != "plain" and index not in seen.entered:
            if not whole:
                return Finding(path, "page", "undecided", "sampled", count)
            return Finding(path, "page", "never", how, count, _cause(None, page_rule, causes))
        if "reachable" in verdicts or page.questions and not verdicts:
            return Finding(path, "page", "reachable", how, count)
        if "undecided" in verdicts:
            return Finding(path, "page", "undecided", "sampled", count)
        causing = next((f.cause for f in questions if f.cause), "")
        return Finding(path, "page", "empty", how, count, causing)

    # --- rules
    def rule(self, rule: Rule) -> Finding:
        base = Finding(rule.path, rule.kind, "undecided", "sampled", faults=rule.faults)
        if rule.faults:
            return replace(base, verdict="faulty", how="plain")
        can_hold, count, exact = self._alone(rule)
        if not can_hold and exact:
            return replace(base, verdict="contradiction", how="exhaustive", combinations=count)
        own = [rule] if rule.question is not None else []
        if rule.part is not None and (around := self.model.question_rule.get(rule.question or "")) is not None:
            own.append(around)
        end = rule if rule.kind == "end_if" else None

        def both(seen: Seen) -> bool:
            return rule.path in seen.met and rule.path in seen.failed

        seen, whole, how, count = self._about(rule.page, own, both, end=end)
        met, failed = rule.path in seen.met, rule.path in seen.failed
        if met and failed:
            verdict = "works"
        elif not whole:
            return replace(base, combinations=count)
        elif met:
            verdict = "ends_all" if rule.kind == "end_if" and self._goes_on(rule.page) else "always"
        else:
            verdict = "never" if failed else "unreached"
        return replace(base, verdict=verdict, how=how, combinations=count)

    def _goes_on(self, index: int) -> bool:
        return any(question.shown for page in self.model.definition.pages[index + 1 :] for question in page.questions)

    def _alone(self, rule: Rule) -> tuple[bool, int, bool]:
        """Whether any answers at all meet the condition, without regard to the ways that lead to it."""
        model = self.model
        nodes = {model.nodes[rule.slot]}
        names = sorted(model.residues.free[model.nodes[rule.slot]])
        exact = True
        for name in names:
            values = model.values(name)[0]
            exact = exact and model.stands_for_all(name, {rule.slot})
            nodes = self._with_each(nodes, name, (None, *values))
            self.purse[0] -= len(nodes)
            if TRUE in nodes:
                return True, 0, True
            if len(nodes) > MOST_STATES or self.purse[0] < 0 or model.residues.tired:
                return True, 0, False
        return False, math.prod(len({None, *model.values(name)[0]}) for name in names), exact

    def _with_each(self, nodes: set[int], name: str, values: tuple[Any, ...]) -> set[int]:
        """What the nodes become with each of these answers; not all of it when the work is too much."""
        found: set[int] = set()
        for node in nodes:
            found |= {self.model.residues.given(node, name, value) for value in values}
            if TRUE in found or self.model.residues.tired:
                break
        return found

    # --- what is known about the ways to a place
    def _about(
        self, index: int, own: list[Rule], enough: Callable[[Seen], bool], *, end: Rule | None = None
    ) -> tuple[Seen, bool, str, int]:
        """(what was seen, whether that is everything, how it was decided, combinations) for a question, page or rule;
        `own`: the rules of the question that decide it; `enough`: whether that answers the question, so that no closer
        look is needed."""
        model = self.model
        ends = [r for i in range(index) if (r := model.end_rule.get(i)) is not None]
        before = [r for e in ends if (r := model.page_rule.get(e.page)) is not None]
        rules = [r for r in (*own, end, model.page_rule.get(index), *ends, *before) if r is not None]
        if not rules:
            return self.seen, True, "plain", 0
        if model.residues.tired:
            return self.seen, False, "example", self.seen.states
        names, slots = model.cone(*rules)
        count, exact = model.size(names, slots)
        if index <= self.seen.whole_until and all(r.part is None or self._is_heard(r) for r in own):
            return self.seen, exact, "exhaustive" if exact else "example", count
        if enough(self.seen):
            return self.seen, False, "example", count
        seen = self._slice(names, rules, index)
        whole = exact and index <= seen.whole_until
        merged = Seen(
            self.seen.met | seen.met, self.seen.failed | seen.failed, self.seen.questions | seen.questions,
            self.seen.entered | seen.entered,
        )  # fmt: skip
        return merged, whole, "exhaustive" if whole else "example", count if whole else self.seen.states + seen.states

    def _slice(self, names: frozenset[str], rules: list[Rule], index: int) -> Seen:
        """A walk in which only these rules, and those on the way to their variables, count."""
        model = self.model
        for name in names:
            owner = model.definition.owners.get(name)
            if owner is not None:
                rules = rules + model.rules_before(owner, name)
        key = (frozenset(rule.path for rule in rules), index)
        if key not in self._slices:
            walk = Walk(model, self.purse, names=names, rules=rules)
            self._slices[key] = self._walk(walk, index)
        return self._slices[key]


def _cause(own: Finding | None, page_rule: Finding | None, causes: list[Finding]) -> str:
    """The rule behind a place that is never reached."""
    for finding in (own, page_rule):
        if finding is not None and finding.verdict in ("contradiction", "never", "faulty"):
            return finding.path
    return causes[0].path if causes else own.path if own else page_rule.path if page_rule else ""


__all__ = ["BUDGET", "VERDICTS", "Finding", "finding_of", "findings"]
