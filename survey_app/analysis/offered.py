"""Choices that stand there by rules: how many of those who answered were offered each, so that shares have the right base.

Rows, fields and items need nothing of the kind: each has a variable of its own, answered only by those who saw it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_app.questionnaire import conditions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.offering import ruled
from survey_app.questionnaire.parts import Answers, Condition
from survey_app.questionnaire.routing import path


@dataclass(frozen=True, slots=True)
class Offers:
    """The rules on choices of one version: per variable the code and condition of each. `computed`: whether one of them
    looks at what no answer holds, such as a computed value."""

    rules: tuple[tuple[str, tuple[tuple[str, Condition], ...]], ...]
    computed: bool
    definition: Definition

    def to(self, answers: Answers) -> Iterator[tuple[str, str, bool]]:
        """(variable, code, whether it was offered) of the choices with rules, for the variables that somebody answered."""
        known: Mapping[str, Any] | None = None
        for name, rules in self.rules:
            if name in answers:
                if known is None:
                    known = path(self.definition, answers).answers if self.computed else answers
                for code, condition in rules:
                    yield name, code, conditions.holds(condition, known)


def offers_of(definition: Definition) -> Offers:
    """What is to be counted of a version; no rules for most. A rule on a text cannot be followed here, where no text is."""
    found: list[tuple[str, tuple[tuple[str, Condition], ...]]] = []
    written = {name for question in definition.questions for name in question.text_names()}
    looked: set[str] = set()
    for name, rules in ruled(definition).items():
        own = tuple((rule.code, rule.condition) for rule in rules if rule.parts == "choices")
        own = tuple(rule for rule in own if written.isdisjoint(conditions.names(rule[1])))
        looked |= {asked for _code, condition in own for asked in conditions.names(condition)}
        if own:
            found += [(variable, own) for variable in definition.question(name).answer_names()]
    owners = definition.owners
    computed = any(asked in owners and not owners[asked].asks for asked in looked)
    return Offers(tuple(found), computed, definition)
