"""The constraint of a row, put on its question as limits; what our questions cannot check waits for a person."""

from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.tidying import tidied
from survey_app.formats.xlsform import constraints
from survey_app.formats.xlsform.filtering import substituted
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.workshop import Question, Workshop

SELF_NAME = "."


def apply_constraint(shop: Workshop, node: Node, question: Question, target: Target | None) -> None:
    """Reads the row's constraint, sets what can be set, and tells."""
    given, place = node.row.get("constraint"), node.row.place("constraint")
    if not given:
        return
    name = question["name"]
    try:
        tree = shop.resolver.tree(given, node)
    except Inexpressible as error:
        shop.building.undecided(question, place, given, error.code, **error.values)
        return
    if constraints.always(tree):
        shop.building.kept("validation", place, given, name)
        return
    if (
        question["type"] in ("single_choice", "dropdown")
        and target is not None
        and _offers(shop, question, tree, target)
    ):
        shop.building.changed("validation", place, given, "choices_withheld", name)
        return
    left: Inexpressible | None = None
    near = False
    try:
        near = _set(question, _limits(question, tree, target))
    except Inexpressible as error:
        left = error
        for part in constraints.conjuncts(tree):
            try:
                near |= _set(question, _limits(question, part, target))
            except Inexpressible as inner:
                left = inner if inner.code != "rule_kept_as_note" else left
        if len(list(constraints.conjuncts(tree))) > 1 and all(
            _fits(question, p, target) for p in constraints.conjuncts(tree)
        ):
            left = None
    if left is not None:
        shop.building.undecided(question, place, given, left.code, **left.values)
    elif near:
        shop.building.changed("validation", place, given, "pattern_ours", name)
    else:
        shop.building.kept("validation", place, given, name)


def _offers(shop: Workshop, question: Question, tree: Any, target: Target) -> bool:
    """Gives every choice the condition under which the form accepts it; False when that cannot be said."""
    ours = {choice["code"]: choice for choice in question["choices"]}
    if target.name in shop.resolver.ambiguous:
        return False
    try:
        found = {
            target.codes[code]: shop.rules.condition(substituted(tree, {SELF_NAME: code})) for code in target.codes
        }
    except Inexpressible:
        return False
    if any(rule is False for rule in found.values()) or all(rule is True for rule in found.values()):
        return False
    for code, rule in found.items():
        if isinstance(rule, dict) and code in ours:
            ours[code]["show_if"] = tidied({"all": [ours[code]["show_if"], rule]}) if "show_if" in ours[code] else rule
    return True


def _fits(question: Question, tree: Any, target: Target | None) -> bool:
    try:
        _limits(question, tree, target)
    except Inexpressible:
        return False
    return True


def _limits(question: Question, tree: Any, target: Target | None) -> constraints.Settings:
    kind = question["type"]
    if kind == "number":
        return constraints.for_number(tree, question.get("decimals", 0))
    if kind == "date" and target is not None:
        return constraints.for_date(tree)
    if kind == "time":
        return constraints.for_time(tree)
    if kind in ("short_text", "long_text") and target is not None:
        found = constraints.for_text(tree)
        if kind == "long_text" and "pattern" in found:
            raise Inexpressible
        return found
    if kind in ("single_choice", "dropdown", "consent") and target is not None:
        return constraints.for_choice(tree, list(target.codes))
    if kind == "multiple_choice" and target is not None:
        found = constraints.for_choices(tree, list(target.codes))
        alone = [target.codes[code] for code in found.pop("exclusive", ())]
        return {**found, **({"exclusive": alone} if alone else {})}
    raise Inexpressible


def _set(question: Question, found: constraints.Settings) -> bool:
    """Sets limits beside those that are there. True when the pattern is ours, not quite the form's."""
    for key, value in found.items():
        if "today" in (value, question.get(key, value)) and question.get(key, value) != value:
            raise Inexpressible
        if key == "min":
            question["min"] = max(value, question["min"]) if _bound(question, "min") else value
        elif key in ("max", "max_length"):
            question[key] = min(value, question[key]) if _bound(question, key) else value
        elif key == "pattern":
            question["pattern"] = value
        elif key == "exclusive":
            for choice in question["choices"]:
                if choice["code"] in value:
                    choice["exclusive"] = True
    if _bound(question, "min") and _bound(question, "max") and question["min"] > question["max"]:
        del question["min"], question["max"]
        raise Inexpressible
    return bool(found.get("near"))


def _bound(question: Question, key: str) -> bool:
    """Whether there is a limit that can be compared with another (`today` is none)."""
    return key in question and question[key] != "today"
