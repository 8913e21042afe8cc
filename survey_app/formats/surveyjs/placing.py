"""What rules of all kinds share: the order of our questions, conditions with their computed values, rules that wait."""

import re
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Const, Inexpressible, Ref, Target
from survey_app.formats.json_draft import shown
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.scope import Names
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.conditions import simplify

_ITEM = re.compile(r"\$?(?:item|choice)(?:\.([A-Za-z_][A-Za-z0-9_]*))?", re.IGNORECASE)
LAST = 10**9
"""After all questions."""


class Order:
    """Our questions in order, and the elements they were made of."""

    def __init__(self, elements: list[Element]) -> None:
        self.elements = [element for element in elements if element.ours]
        self.at: dict[int, int] = {}
        for element in self.elements:
            for ours in element.ours:
                self.at[id(ours)] = len(self.at)

    def inside(self, panel: Element) -> list[Element]:
        """What a panel holds."""
        return [e for e in self.elements if any(around is panel for around in e.panels) or e is panel]

    def first(self, elements: list[Element]) -> int:
        """The place of the first question of these; a very large one when there is none."""
        return min((self.at[id(ours)] for element in elements for ours in element.ours), default=LAST)


def scope_of(work: Work, limit: int, element: Element | None, compute: Callable[[Any], Target] | None = None) -> Names:
    """The names that a rule of this element may use."""
    panel = element.loop.name.lower() if element and element.loop else ""
    return Names(work.table, work.trees, limit, panel, compute)


def condition_of(
    work: Work, text: str, limit: int, element: Element | None, before: dict[str, Any] | None = None,
    item: Any = None,
) -> dict[str, Any] | bool:  # fmt: skip
    """Raises Inexpressible, also for what is no expression. `before`: the question or page that computed values precede;
    `item`: the choice or row that the rule is about (`choices.Offered`)."""
    computed: list[dict[str, Any]] = []

    def compute(expression: Any) -> Target:
        name = work.draft.names.give("computed")
        text = work.draft.own(f"{name}: {shown(expression)}"[:200])
        computed.append({"name": name, "type": "computed", "text": text, "expression": expression})
        return Target("number", name)

    try:
        made = scope_of(work, limit, element, compute if before is not None else None).condition(
            work.rule(text) if item is None else about(work.rule(text), item)
        )
    except BadExpression:
        raise Inexpressible from None
    if computed and before is not None:
        _insert(work, computed, before)
    return made


def about(tree: Any, item: Any) -> Any:
    """The tree with the value of a choice or row for `{item}`, and what stands in it for `{$item.city}`. Raises Inexpressible."""
    if isinstance(tree, Ref) and not tree.part and (match := _ITEM.fullmatch(tree.name.strip())):
        if match[1] is None or match[1] == "value":
            return Const(item.value)
        own = item.node.data.get(match[1]) if item.node else None
        if not isinstance(own, str | int | float):
            raise Inexpressible
        return Const(own)
    if isinstance(tree, tuple):
        return tuple(about(part, item) for part in tree)
    if is_dataclass(tree) and not isinstance(tree, type | Const | Ref):
        return replace(tree, **{f.name: about(getattr(tree, f.name), item) for f in fields(tree)})
    return tree


def _insert(work: Work, computed: list[dict[str, Any]], before: dict[str, Any]) -> None:
    """Computed values stand before the question, or on a page of their own before the page; a page without words is not shown."""
    for index, page in enumerate(work.draft.pages):
        if page is before:
            work.draft.pages.insert(index, {"questions": computed})
            return
        for number, question in enumerate(page["questions"]):
            if question is before:
                page["questions"][number:number] = computed
                return


def wait(
    work: Work, elements: list[Element], place: str, rule: str, code: str = "rule_kept_as_note", **values: Any
) -> None:
    """The rule as words on the first of these questions; without any it is only told."""
    if elements:
        work.draft.undecided(elements[0].ours[0], place, rule, code, **values)
    else:
        work.draft.lost("rule", place, rule, code, **values)


def also(holder: dict[str, Any], made: dict[str, Any] | bool) -> None:
    """One more condition for a question or page."""
    if isinstance(made, dict):
        holder["show_if"] = simplify({"all": [holder["show_if"], made]}) if "show_if" in holder else made
