"""Rules of a SurveyJS file on the finished questions: display, ends, jumps; what cannot be said waits as words."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Inexpressible, Ref, Target
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.checks import validators
from survey_app.formats.surveyjs.expressions import names, parse
from survey_app.formats.surveyjs.outline import PANELS, Element, Outline
from survey_app.formats.surveyjs.scope import Names
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire.conditions import simplify

WAITING = (
    "enableIf", "requiredIf", "choicesVisibleIf", "choicesEnableIf", "rowsVisibleIf", "columnsVisibleIf", "setValueIf",
    "setValueExpression", "resetValueIf", "templateVisibleIf", "totalExpression", "panelCountExpression",
)  # fmt: skip
"""Rules that no question of ours can have."""
KEYS = ("visibleIf", "expression", *WAITING)
_LAST = 10**9
_HOLE = re.compile(r"(?<!\{)\{([^{}\n]{1,200})\}(?!\})")
_OLD_OPERATORS = {
    "equal": "=", "notequal": "!=", "less": "<", "greater": ">", "lessorequal": "<=", "greaterorequal": ">=",
    "contains": "contains", "notcontains": "notcontains", "empty": "empty", "notempty": "notempty",
}  # fmt: skip


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
        expression = _scope(work, work.count, element).expression(tree)
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
class _Order:
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
        return min((self.at[id(ours)] for element in elements for ours in element.ours), default=_LAST)


def apply(work: Work, survey: Node, found: Outline, elements: list[Element]) -> None:
    """Puts every rule where it belongs."""
    order = _Order(elements)
    _calculated(work, survey, order)
    drafted = list(work.draft.pages)
    for (page, inside), ours in zip(found.pages, drafted, strict=True):
        _page_rule(work, page, ours, [e for e in inside if e.ours], order)
        for element in inside:
            inner = order.inside(element) if element.type in PANELS else [element] if element.ours else []
            if element.type == "paneldynamic":
                inner = order.inside(element)
            _visibility(work, element, inner, order)
            _waiting(work, element, inner)
    for trigger in survey.nodes("triggers"):
        _trigger(work, trigger, order, found, drafted)
    for item in survey.nodes("completedHtmlOnCondition"):
        _wait(work, order.elements[-1:], item.at("expression"), item.words("expression"))
    _pipe(work, order)


def _scope(work: Work, limit: int, element: Element | None, compute: Callable[[Any], Target] | None = None) -> Names:
    panel = element.loop.name.lower() if element and element.loop else ""
    return Names(work.table, work.trees, limit, panel, compute)


def _condition(
    work: Work, text: str, limit: int, element: Element | None, before: dict[str, Any] | None = None
) -> dict[str, Any] | bool:
    """Raises Inexpressible, also for what is no expression. `before`: the question or page that computed values precede."""
    computed: list[dict[str, Any]] = []

    def compute(expression: Any) -> Target:
        name = work.draft.names.give("computed")
        text = work.draft.own(f"{name}: {shown(expression)}"[:200])
        computed.append({"name": name, "type": "computed", "text": text, "expression": expression})
        return Target("number", name)

    try:
        made = _scope(work, limit, element, compute if before is not None else None).condition(parse(text))
    except BadExpression:
        raise Inexpressible from None
    if computed and before is not None:
        _insert(work, computed, before)
    return made


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


def _wait(
    work: Work, elements: list[Element], place: str, rule: str, code: str = "rule_kept_as_note", **values: Any
) -> None:
    """The rule as words on the first of these questions; without any it is only told."""
    if elements:
        work.draft.undecided(elements[0].ours[0], place, rule, code, **values)
    else:
        work.draft.lost("rule", place, rule, code, **values)


def _hidden(work: Work, elements: list[Element], place: str) -> None:
    """What the source never shows would be shown here: a person has to decide."""
    for element in elements[:1]:
        element.ours[0].setdefault("open_rules", []).append(f"{place}: false")
    work.draft.lost("setting", place, "false", "never_shown", elements[0].ours[0]["name"] if elements else "")


def _visibility(work: Work, element: Element, inner: list[Element], order: _Order) -> None:
    node = element.node
    rule, place = node.words("visibleIf"), node.at("visibleIf")
    if not rule:
        if node.get("visible") is False:
            _hidden(work, inner, node.at("visible"))
        return
    try:
        first = inner[0].ours[0] if inner else None
        made = _condition(work, rule, order.first(inner), element, first)
        if made is False:
            raise Inexpressible
    except Inexpressible as reason:
        _wait(work, inner, place, rule, reason.code, **reason.values)
        return
    for one in inner:
        for ours in one.ours:
            _also(ours, made)
    if inner:
        work.draft.kept("rule", place, rule, inner[0].ours[0]["name"])
    else:
        work.draft.lost("rule", place, rule, "nothing_to_read")


def _also(holder: dict[str, Any], made: dict[str, Any] | bool) -> None:
    """One more condition for a question or page."""
    if isinstance(made, dict):
        holder["show_if"] = simplify({"all": [holder["show_if"], made]}) if "show_if" in holder else made


def _page_rule(work: Work, page: Node, ours: dict[str, Any], inside: list[Element], order: _Order) -> None:
    rule = page.words("visibleIf")
    for key in ("enableIf", "requiredIf"):
        if other := page.words(key):
            _wait(work, inside, page.at(key), other)
    if not rule:
        if page.get("visible") is False:
            _hidden(work, inside, page.at("visible"))
        return
    try:
        made = _condition(work, rule, order.first(inside), None, ours)
        if made is False:
            raise Inexpressible
    except Inexpressible as reason:
        _wait(work, inside, page.at("visibleIf"), rule, reason.code, **reason.values)
        return
    _also(ours, made)
    work.draft.kept("rule", page.at("visibleIf"), rule, inside[0].ours[0]["name"] if inside else "")


def _waiting(work: Work, element: Element, inner: list[Element]) -> None:
    node = element.node
    for key in WAITING:
        if rule := node.words(key):
            if key == "requiredIf" and inner and rule == node.words("visibleIf"):
                inner[0].ours[0]["required"] = True  # shown only when it is needed
                work.draft.kept("rule", node.at(key), rule, inner[0].ours[0]["name"])
            else:
                _wait(work, inner, node.at(key), rule)
    for key in ("choices", "rows", "columns", "rateValues", "items"):
        for item in node.nodes(key):
            for rule_key in ("visibleIf", "enableIf", "requiredIf"):
                if rule := item.words(rule_key):
                    _wait(work, inner, item.at(rule_key), rule)


def _calculated(work: Work, survey: Node, order: _Order) -> None:
    """Numbers stand at the end of the draft; other calculated values live on inside the rules that name them."""
    used = shown(list(_expressions(survey.data)))
    for item in survey.nodes("calculatedValues"):
        name, rule, place = item.words("name"), item.words("expression"), item.at("expression")
        tree = work.trees.get(name.lower())
        try:
            expression = _scope(work, _LAST, None).expression(tree)
            if not isinstance(expression, dict):
                raise Inexpressible
        except Inexpressible:
            if tree is not None and f"{{{name}}}" in used:
                work.draft.changed("rule", place, rule, "in_its_rules")
            else:
                _wait(work, order.elements[-1:], place, rule)
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


# --- triggers ---------------------------------------------------------------------------------------------------------
def _trigger(work: Work, trigger: Node, order: _Order, found: Outline, drafted: list[dict[str, Any]]) -> None:
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
        _wait(work, mentioned[-1:] or order.elements[:1], trigger.place, f"{source} {_rest(trigger)}", code, **values)


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


def _mentioned(work: Work, rule: str, order: _Order) -> list[Element]:
    """The elements a rule names, in order."""
    try:
        given = {name.strip().lstrip("#").lower() for name in names(parse(rule))}
    except BadExpression:
        return []
    return [element for element in order.elements if element.name.lower() in given]


def _end(work: Work, trigger: Node, rule: str, order: _Order, drafted: list[dict[str, Any]]) -> None:
    """The survey ends after the page on which the rule comes true."""
    mentioned = _mentioned(work, rule, order)
    made = _condition(work, rule, _LAST, None)
    if not mentioned or not isinstance(made, dict):
        raise Inexpressible
    page = drafted[mentioned[-1].page]
    page["end_if"] = simplify({"any": [page["end_if"], made]}) if "end_if" in page else made
    work.draft.changed("rule", trigger.place, f"complete: {rule}", "ends_after_page", mentioned[-1].ours[0]["name"])


def _jump(work: Work, trigger: Node, rule: str, order: _Order, found: Outline) -> None:
    mentioned = _mentioned(work, rule, order)
    made = _condition(work, rule, _LAST, None)
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
                _also(ours, {"not": made})
    work.draft.changed("rule", trigger.place, f"skip: {rule} -> {goal}", "rule_by_jump", mentioned[-1].ours[0]["name"])


def _place_of(name: str, order: _Order, found: Outline) -> int | None:
    for element in order.elements:
        if element.name.lower() == name:
            return order.first([element])
    for page, inside in found.pages:
        if page.words("name").lower() == name:
            return order.first([e for e in inside if e.ours])
    return None


def _show(work: Work, trigger: Node, rule: str, order: _Order, found: Outline, drafted: list[dict[str, Any]]) -> None:
    """The visible trigger of older files: pages and questions to show."""
    wanted = {str(name).lower() for key in ("pages", "questions") for name in trigger.listed(key)}
    pages = [
        (i, [e for e in inside if e.ours])
        for i, (p, inside) in enumerate(found.pages)
        if p.words("name").lower() in wanted
    ]
    targets = [element for element in order.elements if element.name.lower() in wanted]
    if not pages and not targets:
        raise Inexpressible
    made = [_condition(work, rule, order.first(inside), None) for _, inside in pages]
    made += [_condition(work, rule, order.first([element]), element) for element in targets]
    for (index, _), condition in zip(pages, made, strict=False):
        _also(drafted[index], condition)
    for element, condition in zip(targets, made[len(pages) :], strict=True):
        for ours in element.ours:
            _also(ours, condition)
    work.draft.kept("rule", trigger.place, f"visible: {rule}", targets[0].ours[0]["name"] if targets else "")


# --- answers in texts -------------------------------------------------------------------------------------------------
def _pipe(work: Work, order: _Order) -> None:
    """`{name}` in a text shows the answer of an earlier question."""
    for element in order.elements:
        for ours in element.ours:
            scope = _scope(work, order.at[id(ours)], element)
            for words in _texts(ours):
                for language, text in words.items():
                    if "{" in text:
                        words[language] = _piped(work, text, scope, element, ours)


def _piped(work: Work, text: str, scope: Names, element: Element, ours: dict[str, Any]) -> str:
    def shows(match: Any) -> str:
        name = match[1].strip()
        try:
            shown_names = _answers_of(scope, name)
        except Inexpressible:
            work.draft.lost("setting", element.node.place, match[0], "piping_lost", ours["name"], name=name)
            return str(match[0])
        work.draft.kept("setting", element.node.place, match[0], ours["name"])
        return " ".join(f"{{{{{own}}}}}" for own in shown_names)

    return _HOLE.sub(shows, text)


def _answers_of(scope: Names, name: str) -> list[str]:
    """What stands for a name in a text; a person's name is first and last."""
    known, part = scope.known(name)
    if known.parts and not part:
        return [known.parts[0], known.parts[-1]]
    return [scope.target(Ref(name)).name]


def _texts(value: Any) -> Iterator[dict[str, str]]:
    """Every text of a question."""
    if isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in ("text", "hint", "low", "high") and isinstance(item, dict):
                yield item
            elif key in ("choices", "rows", "columns", "fields", "labels"):
                yield from _texts(item)


__all__ = ["KEYS", "apply", "expression_question", "read_calculated", "validators"]
