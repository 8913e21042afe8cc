"""Rules of a FHIR Questionnaire: enableWhen, enableWhenExpression, calculated values.

Source: the code system questionnaire-enable-operator (`!=` holds when no answer is equal, also without any answer; all other
comparisons need an answer), and FHIRPath (a comparison with nothing is nothing, which enables nothing).
"""

from typing import Any

from survey_app.formats.fhir import fhirpath
from survey_app.formats.fhir.items import Item, extension_value
from survey_app.formats.fhir.options import written
from survey_app.formats.fhir.scope import Scope, known_as
from survey_app.formats.fhir.work import Known, Work
from survey_app.formats.importing.logic import (
    BadExpression,
    Inexpressible,
    Target,
    compare,
    negated,
    together,
)
from survey_app.formats.importing.tidying import folds
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node, as_number
from survey_app.questionnaire.conditions import simplify
from survey_app.questionnaire.question_types.numbers import is_iso_date, is_iso_time

_OPERATORS = ("=", "!=", ">", "<", ">=", "<=")
_MOMENTS = {"date": is_iso_date, "time": is_iso_time}
_EXPRESSION = ("sdc-questionnaire-enableWhenExpression", "questionnaire-enableWhenExpression")


def apply(work: Work, items: list[Item], pages: dict[str, dict[str, Any]]) -> None:
    """Puts the rules of all items where they belong. `pages`: our page of each top-level group that became one."""
    for item in items:
        if not _has_rule(item):
            continue
        inner = _inside(item)
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
        _told(
            work, item, inner[0].ours[0]["name"] if inner else "", isinstance(made, dict) and folds(made, work.is_text)
        )


def _inside(item: Item) -> list[Item]:
    """The item and all below it that became questions; rows of a matrix count as the matrix."""
    own = [item] if item.ours and item.row_of is None else []
    return own + [one for child in item.children for one in _inside(child)]


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


def _told(work: Work, item: Item, name: str, folded: bool) -> None:
    """`folded`: the rule compares words, where capital and small letters count as the same here."""
    said = [(when.place, _said(when)) for when in item.node.nodes("enableWhen")]
    said += [(found.place, _expression(found)) for found in item.extensions(*_EXPRESSION)]
    for place, rule in said:
        if folded:
            work.draft.changed("rule", place, rule, "case_ignored", name)
        else:
            work.draft.kept("rule", place, rule, name)


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
        made = together("all", [made, Scope(work, limit, item.link).condition(_expression(found))])
    return simplify(made) if isinstance(made, dict) else made


def _when(work: Work, when: Node, limit: int) -> dict[str, Any] | bool:
    known = known_as(work, when.words("question"), limit)
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


def _coded(known: Known, operator: str, answer: dict[str, Any]) -> dict[str, Any] | bool:
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
    if target.kind in _MOMENTS and not _MOMENTS[target.kind](value):
        raise Inexpressible  # a month or a year alone
    if target.kind == "text" and operator not in ("=", "!="):
        raise Inexpressible
    return compare(
        target, operator, value if as_number(answer) is None or isinstance(answer, str) else answer, empty_equals=True
    )


def calculated(work: Work, item: Item) -> bool:
    """A calculated item as a computed value with a line that shows it; False when its rule cannot be said."""
    found = next(iter(item.extensions("sdc-questionnaire-calculatedExpression", "cqf-calculatedValue")), None)
    if found is None:
        return False
    rule = _expression(found)
    try:
        expression = Scope(work, len(work.order), item.link).expression(rule)
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
