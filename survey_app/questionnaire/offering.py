"""Choices, rows, fields and items with rules of their own: which of them a question offers, given what was answered before.

A question with such rules is narrowed to what it offers: a copy without the rest, so that drawing, reading and checking
know nothing of rules. A question of which nothing is left is not asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Answers, Condition, Texts
from survey_app.questionnaire.question_types.base import Form, Question

MOST_KEPT = 1_000
"""Different narrowed questions kept per definition."""
Gone = frozenset[tuple[str, str]]
"""What is not offered: (list it stands in, such as `rows`; its code)."""


@dataclass(frozen=True, slots=True)
class PartRule:
    """The rule of one choice, row, field or item. `parts`: the list it stands in; `index`: its place there."""

    parts: str
    index: int
    code: str
    condition: Condition

    @property
    def place(self) -> tuple[str | int, ...]:
        """Its path inside the question."""
        return self.parts, self.index, "show_if"


def rules_of(question: Question) -> Iterator[PartRule]:
    """The rules on parts of a question, in order."""
    for parts in question.offers:
        for index, part in enumerate(getattr(question, parts) or ()):
            if part.show_if is not None:
                yield PartRule(parts, index, part.code, part.show_if)


def part_at(question: Question, place: tuple[str | int, ...]) -> Any:
    """The choice, row, field or item at a place inside the question (`("rows", 2, "show_if")`); None for other places."""
    found: Any = question
    for name, index in zip(place[::2], place[1::2], strict=False):
        held = getattr(found, str(name), None)
        if not isinstance(held, tuple) or not isinstance(index, int) or index >= len(held):
            return None
        found = held[index]
    return found if found is not question and hasattr(found, "show_if") else None


def ruled(definition: Definition) -> Mapping[str, tuple[PartRule, ...]]:
    """The rules per question that has any; made once per definition, empty for most."""
    table: dict[str, tuple[PartRule, ...]] | None = definition.compiled.get("part_rules")
    if table is None:
        table = {q.name: rules for q in definition.questions if (rules := tuple(rules_of(q)))}
        definition.compiled["part_rules"] = table
    return table


def narrowed(definition: Definition, question: Question, answers: Answers, texts: Texts) -> Question | None:
    """The question with what it offers for these answers (itself where that is everything); None: nothing is left."""
    rules = ruled(definition).get(question.name)
    if rules is None:
        return question
    gone = frozenset((rule.parts, rule.code) for rule in rules if not holds(rule.condition, answers, texts))
    if not gone:
        return question
    kept: dict[tuple[str, Gone], Question | None] = definition.compiled.setdefault("narrowed", {})
    key = (question.name, gone)
    if key not in kept:
        if len(kept) >= MOST_KEPT:
            kept.clear()
        made = kept[key] = without(question, gone)
        return made
    return kept[key]


def without(question: Question, gone: Gone) -> Question | None:
    """A copy of the question without these parts; None when one of its lists is empty then."""
    update: dict[str, Any] = {}
    for parts in {parts for parts, _ in gone}:
        left = tuple(part for part in getattr(question, parts) if (parts, part.code) not in gone)
        if not left:
            return None
        update[parts] = left
    least = getattr(question, "min", None)
    if "choices" in update and least:  # nobody can choose more than there is
        update["min"] = min(least, len(update["choices"]))
    copy = question.model_copy(update=update)
    for key in copy.__dict__.keys() - type(copy).model_fields.keys():  # what was worked out for all parts
        del copy.__dict__[key]
    return copy


def may_vanish(question: Question) -> bool:
    """Whether one of its lists may be left without anything, so that the question is not asked."""
    return any(
        all(part.show_if is not None for part in getattr(question, parts) or ()) and bool(getattr(question, parts))
        for parts in question.offers
    )


def form_of(full: Question, offered: Question, form: Form) -> Form:
    """A posted form without what the question no longer offers. Codes that it never had stay: they are damage."""
    fields = set(offered.field_names())
    left = {name: given for name, given in form.items() if name in fields}
    for name in offered.answer_names():
        lost = set(map(str, full.codes(name) or ())) - set(map(str, offered.codes(name) or ()))
        if lost and name in left:
            left[name] = [code for code in left[name] if code not in lost]
    return left


def kept_of(offered: Question, name: str, value: Any) -> Any:
    """What is left of a stored answer; None: nothing."""
    codes = offered.codes(name)
    if codes is None:
        return value
    if isinstance(value, list):
        return [code for code in value if code in codes] or None
    return value if value in codes else None


__all__ = ["PartRule", "form_of", "kept_of", "may_vanish", "narrowed", "part_at", "ruled", "rules_of", "without"]
