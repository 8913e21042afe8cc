"""Rules of a FHIR Questionnaire: enableWhen, enableWhenExpression, calculated values.

Source: the code system questionnaire-enable-operator (`!=` holds when no answer is equal, also without any answer; all other
comparisons need an answer), and FHIRPath (a comparison with nothing is nothing, which enables nothing).
"""

from collections.abc import Callable
from typing import Any

from survey_app.formats.fhir import fhirpath
from survey_app.formats.fhir.items import Item, extension_value
from survey_app.formats.fhir.options import written
from survey_app.formats.fhir.work import Work
from survey_app.formats.importing.logic import (
    BadExpression,
    Both,
    Call,
    Const,
    Inexpressible,
    Not,
    Op,
    Ref,
    Target,
    compare,
    condition,
    negated,
    together,
)
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node, as_number
from survey_app.questionnaire.conditions import simplify

_OPERATORS = ("=", "!=", ">", "<", ">=", "<=")
_ARITHMETIC = {"+": "add", "-": "subtract", "*": "multiply", "/": "divide"}
_EXPRESSION = ("sdc-questionnaire-enableWhenExpression", "questionnaire-enableWhenExpression")


def apply(work: Work, items: list[Item], pages: dict[str, dict[str, Any]]) -> None:
    """Puts the rules of all items where they belong. `pages`: our page of each top-level group that became one."""
    for item in items:
        inner = _inside(items, item)
        if not _has_rule(item):
            continue
        limit = min((work.order[id(made)] for one in inner for made in one.ours if id(made) in work.order), default=0)
        try:
            made = _rule(work, item, limit)
            if made is False:
                raise Inexpressible
        except (Inexpressible, BadExpression) as reason:
            _wait(work, item, inner, getattr(reason, "code", "rule_kept_as_note"), getattr(reason, "values", {}))
            continue
        if isinstance(made, dict):
            _place(work, item, inner, made, pages)
        _told(work, item, inner[0].ours[0]["name"] if inner else "")


def _inside(items: list[Item], item: Item) -> list[Item]:
    """The item and all below it that became questions; rows of a matrix count as the matrix."""
    return [
        one
        for one in items
        if one.ours and (one is item or any(around is item for around in one.parents)) and one.row_of is None
    ]


def _has_rule(item: Item) -> bool:
    return bool(item.node.listed("enableWhen") or item.extensions(*_EXPRESSION))


def _place(work: Work, item: Item, inner: list[Item], made: dict[str, Any], pages: dict[str, dict[str, Any]]) -> None:
    if (page := pages.get(item.link)) is not None:
        _also(page, made)
        return
    for one in inner:
        for ours in one.ours:
            _also(ours, made)


def _also(holder: dict[str, Any], made: dict[str, Any]) -> None:
    holder["show_if"] = simplify({"all": [holder["show_if"], made]}) if "show_if" in holder else made


def _told(work: Work, item: Item, name: str) -> None:
    for when in item.node.nodes("enableWhen"):
        work.draft.kept("rule", when.place, _said(when), name)
    for found in item.extensions(*_EXPRESSION):
        work.draft.kept("rule", found.place, _expression(found), name)


def _wait(work: Work, item: Item, inner: list[Item], code: str, values: dict[str, Any]) -> None:
    rules = [(when.place, _said(when)) for when in item.node.nodes("enableWhen")]
    rules += [(found.place, _expression(found)) for found in item.extensions(*_EXPRESSION)]
    for place, rule in rules:
        if inner:
            work.draft.undecided(inner[0].ours[0], place, rule, code, **values)
        else:
            work.draft.lost("rule", place, rule, code, **values)


def _said(when: Node) -> str:
    answer = next((value for key, value in when.data.items() if key.startswith("answer")), None)
    written_answer = answer.get("code") or shown(answer) if isinstance(answer, dict) else shown(answer)
    return f"{when.words('question')} {when.words('operator')} {written_answer}"


def _expression(found: Node) -> str:
    value = extension_value(found)
    return str(value.get("expression", "")) if isinstance(value, dict) else str(value or "")


def _rule(work: Work, item: Item, limit: int) -> dict[str, Any] | bool:
    """The condition of an item. Raises Inexpressible."""
    parts = [_when(work, when, limit) for when in item.node.nodes("enableWhen")]
    word = "all" if item.node.words("enableBehavior") == "all" else "any"
    made = together(word, parts) if parts else True
    for found in item.extensions(*_EXPRESSION):
        made = together("all", [made, _Scope(work, limit, item.link).condition(_expression(found))])
    return simplify(made) if isinstance(made, dict) else made


def _known(work: Work, link: str, limit: int) -> Any:
    found = work.known.get(link)
    if found is None or found.order >= limit or link in work.twice:
        raise Inexpressible("rule_unknown_name", name=link)
    return found


def _when(work: Work, when: Node, limit: int) -> dict[str, Any] | bool:
    known = _known(work, when.words("question"), limit)
    target: Target = known.target
    operator = when.words("operator") or ("exists" if "hasAnswer" in when else "=")
    key = next((key for key in when.data if key.startswith("answer") or key == "hasAnswer"), None)
    if key is None:
        raise Inexpressible
    answer = when.data[key]
    if operator == "exists":
        if not isinstance(answer, bool):
            raise Inexpressible
        return {target.name: {"answered": answer}}
    if operator not in _OPERATORS or target.kind == "none" or answer is None:
        raise Inexpressible
    if isinstance(answer, dict) and "value" in answer:
        answer = answer["value"]  # a quantity; its unit is that of the question
    if isinstance(answer, dict):
        return _coded(known, operator, answer)
    return _valued(target, operator, answer)


def _coded(known: Any, operator: str, answer: dict[str, Any]) -> dict[str, Any] | bool:
    target: Target = known.target
    key = str(answer.get("code") or answer.get("display") or "")
    if operator not in ("=", "!=") or target.kind not in ("choice", "multiple") or not key:
        raise Inexpressible
    system = str(answer.get("system") or "")
    if system and known.systems.get(key) and not known.systems[key] & {system, ""}:
        raise Inexpressible  # another code of the same name
    code = target.codes.get(key)
    if code is None:
        return operator == "!="  # an answer that nobody can give
    chosen = {target.name: {"includes": code} if target.kind == "multiple" else {"is": code}}
    return chosen if operator == "=" else negated(chosen)


def _valued(target: Target, operator: str, answer: Any) -> dict[str, Any] | bool:
    value = written(answer)
    if target.kind == "multiple":
        if operator not in ("=", "!=") or value not in target.codes:
            raise Inexpressible
        chosen = {target.name: {"includes": target.codes[value]}}
        return chosen if operator == "=" else negated(chosen)
    if target.kind == "time":
        value = value[:5]
    if target.kind == "text" and operator not in ("=", "!="):
        raise Inexpressible
    return compare(
        target, operator, value if as_number(answer) is None or isinstance(answer, str) else answer, empty_equals=True
    )


class _Scope:
    """The names of one expression."""

    empty_equals = False

    def __init__(self, work: Work, limit: int, own: str) -> None:
        self._work, self._limit, self._own = work, limit, own

    def target(self, ref: Ref) -> Target:
        found: Target = _known(self._work, ref.name, self._limit).target
        if found.kind == "none":
            raise Inexpressible
        return found

    def call(self, call: Call, translate: Callable[[Any], Any]) -> Any:
        if call.name == "exists" and len(call.parts) == 1:
            part = call.parts[0]
            part = part.parts[0] if isinstance(part, Call) and part.name == "score" else part
            if isinstance(part, Ref):
                return {_known(self._work, part.name, self._limit).target.name: {"answered": True}}
        raise Inexpressible

    def _tree(self, text: str) -> Any:
        return fhirpath.simple(fhirpath.parse(text), self._work.variables, self._own)

    def condition(self, text: str) -> dict[str, Any] | bool:
        """The condition of an expression. Raises Inexpressible, BadExpression."""
        return condition(self._truth(self._tree(text)), self)

    def _truth(self, tree: Any) -> Any:
        """Bare answers as `= true`, and `not` only where nothing cannot come of it."""
        if isinstance(tree, Ref):
            if set(self.target(tree).codes) != {"true", "false"}:
                raise Inexpressible
            return Op("=", tree, Const(True))
        if isinstance(tree, Both):
            return Both(tree.word, tuple(self._truth(part) for part in tree.parts))
        if isinstance(tree, Not):
            return self._negation(tree)
        if isinstance(tree, Op):
            self._check(tree)
        if isinstance(tree, Const) and not isinstance(tree.value, bool):
            raise Inexpressible
        return tree

    def _negation(self, tree: Not) -> Any:
        if isinstance(tree.part, Call) and tree.part.name == "exists":
            return tree
        if isinstance(tree.part, Not):
            return self._truth(tree.part.part)
        inner = self._truth(tree.part)
        if not isinstance(inner, Op):
            raise Inexpressible
        there = tuple(Call("exists", (side,)) for side in (inner.left, inner.right) if isinstance(side, Ref))
        return Both("all", (*there, Not(inner)))

    def _check(self, tree: Op) -> None:
        if tree.op not in _OPERATORS:
            raise Inexpressible
        for side in (tree.left, tree.right):
            if isinstance(side, Ref) and self.target(side).kind == "multiple":
                raise Inexpressible
            if isinstance(side, Const) and side.value is None:
                raise Inexpressible

    def expression(self, text: str) -> Any:
        """The tree of a computed value. Raises Inexpressible, BadExpression."""
        return self._value(self._tree(text), 0)

    def _value(self, tree: Any, depth: int) -> Any:
        if depth > 20:
            raise Inexpressible
        if isinstance(tree, Const) and (number := as_number(tree.value)) is not None:
            return number
        if isinstance(tree, Ref):
            target = self.target(tree)
            if target.kind != "number":
                raise Inexpressible
            return {"answer": target.name}
        if isinstance(tree, Call) and tree.name == "score" and isinstance(tree.parts[0], Ref):
            known = _known(self._work, tree.parts[0].name, self._limit)
            if known.target.kind != "choice" or not known.scored:
                raise Inexpressible
            return {"answer": known.target.name}
        if isinstance(tree, Op) and tree.op in _ARITHMETIC:
            return {_ARITHMETIC[tree.op]: [self._value(tree.left, depth + 1), self._value(tree.right, depth + 1)]}
        if isinstance(tree, Call) and tree.name == "iif":
            return self._branch(tree, depth)
        if isinstance(tree, Call) and tree.name == "round":
            return self._value(tree.parts[0], depth + 1)
        if (
            isinstance(tree, Call)
            and tree.name == "power"
            and isinstance(tree.parts[1], Const)
            and tree.parts[1].value in (2, 3)
        ):
            base = self._value(tree.parts[0], depth + 1)
            return {"multiply": [base] * int(tree.parts[1].value)}
        raise Inexpressible

    def _branch(self, tree: Call, depth: int) -> Any:
        test = condition(self._truth(tree.parts[0]), self)
        if isinstance(test, bool):
            return self._value(tree.parts[1] if test else tree.parts[2], depth + 1)
        made = {"if": test, "then": self._value(tree.parts[1], depth + 1)}
        if not (isinstance(tree.parts[2], Const) and tree.parts[2].value is None):
            made["else"] = self._value(tree.parts[2], depth + 1)
        return made


def calculated(work: Work, item: Item) -> bool:
    """A calculated item as a computed value with a line that shows it; False when its rule cannot be said."""
    found = next(iter(item.extensions("sdc-questionnaire-calculatedExpression", "cqf-calculatedValue")), None)
    if found is None:
        return False
    rule = _expression(found)
    try:
        expression = _Scope(work, len(work.order), item.link).expression(rule)
        if not isinstance(expression, dict):
            raise Inexpressible
    except (Inexpressible, BadExpression):
        return False
    name = work.name(item)
    title = work.title(item, name)
    work.put(item, {"name": name, "type": "computed", "text": title, "expression": expression})
    work.know(item, Target("number", name))
    if not item.flagged("questionnaire-hidden"):
        line = work.draft.name(f"{name[:26]}_shown", item.node.place)
        text = {language: f"{words} {{{{{name}}}}}" for language, words in title.items()}
        work.put(item, {"name": line, "type": "note", "text": text})
    if ".round(" in rule:
        work.draft.changed("rule", found.place, rule, "not_rounded", name)
    else:
        work.draft.kept("rule", found.place, rule, name)
    work.changed(item, name, kind="computed")
    return True


def calculation_waits(work: Work, item: Item) -> None:
    """A calculation that cannot be said waits on the question that people would fill in themselves."""
    for found in item.extensions("sdc-questionnaire-calculatedExpression", "cqf-calculatedValue"):
        work.draft.undecided(item.ours[0], found.place, _expression(found))


def read_variables(work: Work, items: list[Item], questionnaire: Node) -> None:
    """Variables of the questionnaire and of items, as trees."""
    holders = [questionnaire, *(item.node for item in items)]
    for holder in holders:
        for found in holder.nodes("extension"):
            value = extension_value(found)
            if str(found.data.get("url", "")).endswith("/variable") and isinstance(value, dict):
                try:
                    work.variables[str(value.get("name"))] = fhirpath.parse(str(value.get("expression", "")))
                except BadExpression:
                    continue
