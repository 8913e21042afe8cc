"""Rules on choices and rows: `choicesVisibleIf`, `rowsVisibleIf` for all of a list, `visibleIf` of one of them.

Choices that can be seen but not chosen (`choicesEnableIf`) are not offered here. `choicesFromQuestion` copies a list.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from survey_app.formats.importing.breaking import parts_of
from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.placing import Order, also, condition_of, wait
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.conditions import names

LISTS = {"choices": "choicesVisibleIf", "rows": "rowsVisibleIf", "columns": "columnsVisibleIf"}
ENABLED = {"choices": "choicesEnableIf"}
"""What is offered but cannot be chosen is not offered here."""
_MOST_BEFORE = 5
"""Copies of copies look at every list before them: no more than this."""


@dataclass(frozen=True)
class _Rule:
    """`about`: the choices or rows it is about, each with what it became."""

    place: str
    source: str
    about: list[tuple[Any, dict[str, Any]]]
    hides: bool = False
    """Whether it only greys out there."""


def apply(work: Work, element: Element, inner: list[Element], order: Order) -> None:
    """Gives every rule to what it is about; a rule of one choice stands in for that of the list, as in survey-core."""
    there = {id(part) for ours in element.ours for part in parts_of(ours)}
    if element.copied is not None:
        _copied(work, element, order)
    rules = [*_rules(element, LISTS, "visibleIf"), *_rules(element, ENABLED, "enableIf")]
    for rule in rules:
        try:
            if not rule.about or not all(id(part) in there for _, part in rule.about):
                raise Inexpressible
            first = order.first(inner)
            made = [(part, condition_of(work, rule.source, first, element, item=item)) for item, part in rule.about]
            if any(condition is False for _, condition in made) or _stays_in_view(element, made):
                raise Inexpressible
        except Inexpressible as reason:
            wait(work, inner, rule.place, rule.source, reason.code, **reason.values)
            continue
        for part, condition in made:
            also(part, condition)
        if rule.hides:
            work.draft.changed("rule", rule.place, rule.source, "enable_hides", element.ours[0]["name"])
        else:
            work.draft.kept("rule", rule.place, rule.source, element.ours[0]["name"])


def _stays_in_view(element: Element, made: list[tuple[dict[str, Any], Any]]) -> bool:
    """Whether the question is meant to be seen, locked, while there is nothing to choose: here it would not be asked."""
    return bool(element.node.words("enableIf")) and len(made) == len(element.parts)


def _rules(element: Element, lists: dict[str, str], own_key: str) -> Iterator[_Rule]:
    node, hides = element.node, own_key == "enableIf"
    for key, rule_key in lists.items():
        places = {item.place for item in node.nodes(key)}
        rule = node.words(rule_key)
        own = [item for item in node.nodes(key) if item.words(own_key)]
        if rule:
            bare = {item.place for item in own}
            about = [
                (item, part)
                for item, part in element.parts
                if not item.special and (item.node.place if item.node else item.place) not in bare
                and _is_of(node.at(key), item, places)
            ]  # fmt: skip
            yield _Rule(node.at(rule_key), rule, about, hides)
        for one in own:
            about = [(item, part) for item, part in element.parts if item.node and item.node.place == one.place]
            yield _Rule(one.at(own_key), one.words(own_key), about, hides)


def _is_of(place: str, item: Any, places: set[str]) -> bool:
    """Whether an item stands in this list."""
    return (item.node.place in places) if item.node else item.place.startswith(place)


def _copied(work: Work, element: Element, order: Order) -> None:
    """Choices copied from another question: all that it shows, those chosen there, or those not chosen."""
    source, node, ours = element.copied, element.node, element.ours[0]
    assert source is not None
    mode = node.words("choicesFromQuestionMode").lower() or "all"
    place, rule = node.at("choicesFromQuestion"), f"{node.words('choicesFromQuestion')} {mode}"
    theirs = [(item, part) for item, part in source.parts if not item.special]
    known = source.ours[0]
    says = "includes" if known["type"] == "multiple_choice" else "is"
    typed = any(item.special == "other" for item, _ in source.parts) and mode == "selected"
    of_choices = known["type"] in ("multiple_choice", "single_choice", "dropdown")
    if (mode != "all" and not of_choices) or any(len(names(part.get("show_if"))) > _MOST_BEFORE for _, part in theirs):
        wait(work, [element], place, rule)
        return
    own = [part for item, part in element.parts if not item.special]
    for (_, theirs_part), part in zip(theirs, own, strict=True):
        chosen = {known["name"]: {says: theirs_part["code"]}}
        if mode != "selected":  # what was chosen was shown
            also(part, theirs_part.get("show_if", True))
        if mode != "all":
            also(part, chosen if mode == "selected" else {"not": chosen})
    if typed:  # there, what was typed beside “other” is one more choice
        wait(work, [element], place, rule)
    else:
        work.draft.kept("rule" if mode != "all" else "setting", place, rule, ours["name"])
