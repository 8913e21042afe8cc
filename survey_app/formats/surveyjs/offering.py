"""Rules on choices and rows: `choicesVisibleIf`, `rowsVisibleIf` for all of a list, `visibleIf` of one of them."""

from typing import Any

from survey_app.formats.importing.breaking import parts_of
from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.placing import Order, also, condition_of, wait
from survey_app.formats.surveyjs.work import Work

LISTS = {"choices": "choicesVisibleIf", "rows": "rowsVisibleIf", "columns": "columnsVisibleIf"}
Rules = list[tuple[str, str, list[tuple[str, dict[str, Any]]]]]
"""(place, source, the values it is about with what they became)."""


def apply(work: Work, element: Element, inner: list[Element], order: Order) -> None:
    """Gives every rule to what it is about; a rule of one choice stands in for that of the list, as in survey-core."""
    there = {id(part) for ours in element.ours for part in parts_of(ours)}
    for place, rule, about in _rules(element):
        try:
            if not about or not all(id(part) in there for _, part in about):
                raise Inexpressible
            made = [(part, condition_of(work, rule, order.first(inner), element, item=value)) for value, part in about]
            if any(condition is False for _, condition in made):
                raise Inexpressible
        except Inexpressible as reason:
            wait(work, inner, place, rule, reason.code, **reason.values)
            continue
        for part, condition in made:
            also(part, condition)
        work.draft.kept("rule", place, rule, element.ours[0]["name"])


def _rules(element: Element) -> Rules:
    found: Rules = []
    node = element.node
    for key, rule_key in LISTS.items():
        places = {item.place for item in node.nodes(key)}
        rule = node.words(rule_key)
        own = [item for item in node.nodes(key) if item.words("visibleIf")]
        if rule:
            bare = {item.place for item in own}
            about = [
                (item.value, part)
                for item, part in element.parts
                if not item.special and (item.node.place if item.node else item.place) not in bare
                and _is_of(node.at(key), item, places)
            ]  # fmt: skip
            found.append((node.at(rule_key), rule, about))
        for one in own:
            about = [(item.value, part) for item, part in element.parts if item.node and item.node.place == one.place]
            found.append((one.at("visibleIf"), one.words("visibleIf"), about))
    return found


def _is_of(place: str, item: Any, places: set[str]) -> bool:
    """Whether an item stands in this list."""
    return (item.node.place in places) if item.node else item.place.startswith(place)
