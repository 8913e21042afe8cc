"""Triggers of SurveyJS: the early end, jumps, the visible trigger of older files. Any other waits for a person."""

from typing import Any

from survey_app.formats.importing.logic import BadExpression, Inexpressible
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.expressions import names, parse
from survey_app.formats.surveyjs.hiding import once_asked
from survey_app.formats.surveyjs.outline import PANELS, Element, Outline
from survey_app.formats.surveyjs.placing import LAST, Order, also, condition_of, wait
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.conditions import simplify

_OLD_OPERATORS = {
    "equal": "=", "notequal": "!=", "less": "<", "greater": ">", "lessorequal": "<=", "greaterorequal": ">=",
    "contains": "contains", "notcontains": "notcontains", "empty": "empty", "notempty": "notempty",
}  # fmt: skip


def apply(work: Work, survey: Node, order: Order, found: Outline, drafted: list[dict[str, Any]]) -> None:
    """Puts every trigger where it belongs. `drafted`: our page of each page of the source."""
    for trigger in survey.nodes("triggers"):
        _trigger(work, trigger, order, found, drafted)


def _trigger(work: Work, trigger: Node, order: Order, found: Outline, drafted: list[dict[str, Any]]) -> None:
    kind = trigger.words("type").lower().removesuffix("trigger")
    rule = _rule_of(trigger)
    source = f"{kind}: {rule}"
    try:
        if kind == "complete":
            _end(work, trigger, rule, order, drafted)
        elif kind == "skip":
            _jump(work, trigger, rule, order, found)
        elif kind == "visible":
            _show(work, trigger, rule, order, found, drafted)
        else:
            raise Inexpressible
    except (Inexpressible, BadExpression) as reason:
        mentioned = _mentioned(work, rule, order)
        code, values = getattr(reason, "code", "rule_kept_as_note"), getattr(reason, "values", {})
        wait(work, mentioned[-1:] or order.elements[:1], trigger.place, f"{source} {_rest(trigger)}", code, **values)


def _rest(trigger: Node) -> str:
    return shown(
        {k: v for k, v in trigger.data.items() if k not in ("type", "expression", "operator", "name", "value")}
    )


def _rule_of(trigger: Node) -> str:
    """The expression; older files name a question, an operator and a value."""
    if expression := trigger.words("expression"):
        return expression
    operator = _OLD_OPERATORS.get(trigger.words("operator").lower() or "equal", "=")
    value = trigger.get("value")
    if operator in ("empty", "notempty"):
        return f"{{{trigger.words('name')}}} {operator}"
    written = shown(value) if isinstance(value, int | float) else "'" + shown(value).replace("'", "\\'") + "'"
    return f"{{{trigger.words('name')}}} {operator} {written}"


def _mentioned(work: Work, rule: str, order: Order) -> list[Element]:
    """The elements a rule names, in order."""
    try:
        given = {name.strip().lstrip("#").lower() for name in names(parse(rule))}
    except BadExpression:
        return []
    return [element for element in order.elements if element.name.lower() in given]


def _end(work: Work, trigger: Node, rule: str, order: Order, drafted: list[dict[str, Any]]) -> None:
    """The survey ends after the page on which the rule comes true."""
    mentioned = _mentioned(work, rule, order)
    made = condition_of(work, rule, LAST, None)
    if not mentioned or not isinstance(made, dict):
        raise Inexpressible
    page = drafted[mentioned[-1].page]
    page["end_if"] = simplify({"any": [page["end_if"], made]}) if "end_if" in page else made
    work.draft.changed("rule", trigger.place, f"complete: {rule}", "ends_after_page", mentioned[-1].ours[0]["name"])


def _jump(work: Work, trigger: Node, rule: str, order: Order, found: Outline) -> None:
    mentioned = _mentioned(work, rule, order)
    made = condition_of(work, rule, LAST, None)
    goal = trigger.words("gotoName").lower()
    if not mentioned or not isinstance(made, dict) or not goal:
        raise Inexpressible
    start = max(order.at[id(ours)] for ours in mentioned[-1].ours)
    end = _place_of(goal, order, found)
    if end is None or end <= start:
        raise Inexpressible("rule_unknown_name", name=goal)
    for element in order.elements:
        for ours in element.ours:
            if start < order.at[id(ours)] < end:
                also(ours, {"not": made})
    work.draft.changed("rule", trigger.place, f"skip: {rule} -> {goal}", "rule_by_jump", mentioned[-1].ours[0]["name"])


def _place_of(name: str, order: Order, found: Outline) -> int | None:
    for element in order.elements:
        if element.name.lower() == name:
            return order.first([element])
    for page, inside in found.pages:
        if page.words("name").lower() == name:
            return order.first([e for e in inside if e.ours])
    return None


def _show(work: Work, trigger: Node, rule: str, order: Order, found: Outline, drafted: list[dict[str, Any]]) -> None:
    """The visible trigger of older files: pages, panels and questions to show."""
    wanted = {str(name).strip().lower() for key in ("pages", "questions") for name in trigger.listed(key)}
    pages = [
        (page, ours, [e for e in inside if e.ours])
        for (page, inside), ours in zip(found.pages, drafted, strict=True)
        if page.words("name").lower() in wanted
    ]
    targets = [element for _, inside in found.pages for element in inside if element.name.lower() in wanted]
    if not pages and not targets or any(work.triggered[name] > 1 for name in wanted):
        raise Inexpressible
    made: list[tuple[list[dict[str, Any]], dict[str, Any] | bool]] = []
    for page, ours, inside in pages:
        holds = once_asked(page.get("visible") is False, condition_of(work, rule, order.first(inside), None))
        made.append(([ours], holds))
    for element in targets:
        inner = order.inside(element) if element.type in (*PANELS, "paneldynamic") else [element]
        holds = condition_of(work, rule, order.first(inner), element)
        made.append(
            ([ours for one in inner for ours in one.ours], once_asked(element.node.get("visible") is False, holds))
        )
    for holders, holds in made:
        for holder in holders:
            also(holder, holds)
    first = next((ours for holders, _ in made for ours in holders if "name" in ours), {"name": ""})
    work.draft.kept("rule", trigger.place, f"visible: {rule}", first["name"])
