"""Rules of a SurveyJS file on the finished questions: display, ends, jumps; what cannot be said waits as words."""

from collections.abc import Iterator
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Inexpressible, Target
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs import offering, piping, triggers
from survey_app.formats.surveyjs.checks import validators
from survey_app.formats.surveyjs.demanding import locked_until, required_when
from survey_app.formats.surveyjs.expressions import parse
from survey_app.formats.surveyjs.hiding import hide
from survey_app.formats.surveyjs.outline import PANELS, Element, Outline
from survey_app.formats.surveyjs.placing import LAST, Order, also, condition_of, scope_of, wait
from survey_app.formats.surveyjs.work import Work

WAITING = (
    "enableIf", "requiredIf", "setValueIf",
    "setValueExpression", "resetValueIf", "templateVisibleIf", "totalExpression", "panelCountExpression",
)  # fmt: skip
"""Rules that no question of ours can have."""
KEYS = ("visibleIf", "expression", *offering.LISTS.values(), *offering.ENABLED.values(), *WAITING)


def read_calculated(work: Work, survey: Node) -> None:
    """Calculated values: what stands for them in rules is their own expression."""
    for item in survey.nodes("calculatedValues"):
        try:
            work.trees[item.words("name").lower()] = parse(item.words("expression"))
        except BadExpression:
            continue


def expression_question(work: Work, element: Element) -> None:
    """A value that is calculated, and a line that shows it."""
    node = element.node
    name = work.draft.name(element.name, node.at("name"))
    title = work.title(element, name)
    try:
        tree = parse(node.words("expression"))
        expression = scope_of(work, work.count, element).expression(tree)
    except (BadExpression, Inexpressible):
        made = work.put(element, {"name": name, "type": "note", "text": title})
        work.know(element, Target("none", name))
        work.changed(element, name, "note")
        work.draft.undecided(made, node.at("expression"), node.words("expression"))
        return
    work.put(element, {"name": name, "type": "computed", "text": title, "expression": expression})
    work.know(element, Target("number", name))
    shown_as = work.draft.name(f"{name[:26]}_shown", node.at("name"))
    work.put(element, {"name": shown_as, "type": "note", "text": {k: f"{v} {{{{{name}}}}}" for k, v in title.items()}})
    work.draft.kept("rule", node.at("expression"), node.words("expression"), name)
    work.changed(element, shown_as, "computed")


# --- applying ---------------------------------------------------------------------------------------------------------
def apply(work: Work, survey: Node, found: Outline, elements: list[Element]) -> None:
    """Puts every rule where it belongs."""
    order = Order(elements)
    _calculated(work, survey, order)
    drafted = list(work.draft.pages)
    for (page, inside), ours in zip(found.pages, drafted, strict=True):
        _page_rule(work, page, ours, [e for e in inside if e.ours], order)
        for element in inside:
            inner = order.inside(element) if element.type in PANELS else [element] if element.ours else []
            if element.type == "paneldynamic":
                inner = order.inside(element)
            _visibility(work, element, inner, order)
            offering.apply(work, element, inner, order)
            _waiting(work, element, inner, order)
    triggers.apply(work, survey, order, found, drafted)
    for item in survey.nodes("completedHtmlOnCondition"):
        wait(work, order.elements[-1:], item.at("expression"), item.words("expression"))
    piping.apply(work, order)


def _visibility(work: Work, element: Element, inner: list[Element], order: Order) -> None:
    node = element.node
    rule, place = node.words("visibleIf"), node.at("visibleIf")
    if not rule:
        if node.get("visible") is False:
            hide(work, node, inner, order)
        return
    try:
        first = inner[0].ours[0] if inner else None
        made = condition_of(work, rule, order.first(inner), element, first)
        if made is False:
            raise Inexpressible
    except Inexpressible as reason:
        wait(work, inner, place, rule, reason.code, **reason.values)
        return
    for one in inner:
        for ours in one.ours:
            also(ours, made)
    if inner:
        work.draft.kept("rule", place, rule, inner[0].ours[0]["name"])
    else:
        work.draft.lost("rule", place, rule, "nothing_to_read")


def _page_rule(work: Work, page: Node, ours: dict[str, Any], inside: list[Element], order: Order) -> None:
    rule = page.words("visibleIf")
    for key in ("enableIf", "requiredIf"):
        other = page.words(key)
        if other and key == "enableIf" and locked_until(work, inside, other, order):
            work.draft.changed("rule", page.at(key), other, "enable_checked", inside[0].ours[0]["name"])
        elif other:
            wait(work, inside, page.at(key), other)
    if not rule:
        if page.get("visible") is False:
            hide(work, page, inside, order)
        return
    try:
        made = condition_of(work, rule, order.first(inside), None, ours)
        if made is False:
            raise Inexpressible
    except Inexpressible as reason:
        wait(work, inside, page.at("visibleIf"), rule, reason.code, **reason.values)
        return
    also(ours, made)
    work.draft.kept("rule", page.at("visibleIf"), rule, inside[0].ours[0]["name"] if inside else "")


def _waiting(work: Work, element: Element, inner: list[Element], order: Order) -> None:
    node = element.node
    for key in WAITING:
        if rule := node.words(key):
            if key == "requiredIf" and inner and rule == node.words("visibleIf"):
                inner[0].ours[0]["required"] = True  # shown only when it is needed
                work.draft.kept("rule", node.at(key), rule, inner[0].ours[0]["name"])
            elif key == "requiredIf" and required_when(work, element, rule, order):
                work.draft.kept("rule", node.at(key), rule, element.ours[0]["name"])
            elif key == "enableIf" and locked_until(work, inner, rule, order):
                work.draft.changed("rule", node.at(key), rule, "enable_checked", inner[0].ours[0]["name"])
            else:
                wait(work, inner, node.at(key), rule)
    for key in ("choices", "rows", "columns", "rateValues", "items"):
        for item in node.nodes(key):
            told = [] if key in offering.LISTS else ["visibleIf"]
            told += [] if key in offering.ENABLED else ["enableIf"]
            for rule_key in (*told, "requiredIf"):
                rule = item.words(rule_key)
                field = _field_of(element, item) if rule_key == "requiredIf" and key == "items" else ""
                if rule and field and required_when(work, element, rule, order, [field]):
                    work.draft.kept("rule", item.at(rule_key), rule, element.ours[0]["name"])
                elif rule:
                    wait(work, inner, item.at(rule_key), rule)


def _field_of(element: Element, item: Node) -> str:
    """The name of one of several fields; "" for what is none."""
    index = next((n for n, one in enumerate(element.node.nodes("items")) if one.place == item.place), -1)
    ours = element.ours[0] if element.ours else {}
    fields = ours.get("fields", ()) if ours.get("type") == "text_fields" else ()
    return f"{ours['name']}_{fields[index]['code']}" if 0 <= index < len(fields) else ""


def _calculated(work: Work, survey: Node, order: Order) -> None:
    """Numbers stand at the end of the draft; other calculated values live on inside the rules that name them."""
    used = shown(list(_expressions(survey.data)))
    for item in survey.nodes("calculatedValues"):
        name, rule, place = item.words("name"), item.words("expression"), item.at("expression")
        tree = work.trees.get(name.lower())
        try:
            expression = scope_of(work, LAST, None).expression(tree)
            if not isinstance(expression, dict):
                raise Inexpressible
        except Inexpressible:
            if tree is not None and f"{{{name}}}" in used:
                work.draft.changed("rule", place, rule, "in_its_rules")
            else:
                wait(work, order.elements[-1:], place, rule)
            continue
        ours = work.draft.name(name, item.at("name"))
        made = {"name": ours, "type": "computed", "text": work.plain(name), "expression": expression}
        work.draft.pages[-1]["questions"].append(made)
        work.draft.kept("rule", place, rule, ours)


def _expressions(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _expressions(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and (key.endswith("If") or key == "expression"):
                yield item
            else:
                yield from _expressions(item)


__all__ = ["KEYS", "apply", "expression_question", "read_calculated", "validators"]
