"""The constraint of a row and when it is required, put on its question as limits and checks, which accept the same answers."""

from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, Ref, Target, together
from survey_app.formats.importing.tidying import tidied
from survey_app.formats.xlsform import constraints
from survey_app.formats.xlsform.filtering import replaced
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.resolving import VAR
from survey_app.formats.xlsform.workshop import Question, Workshop
from survey_app.questionnaire import conditions

Check = dict[str, Any]


@dataclass
class Made:
    """What became of a constraint: `near`: a pattern is not quite the form's; `checks`: what stands on the question now."""

    near: bool = False
    checks: list[Check] = field(default_factory=list)


def apply_constraint(shop: Workshop, node: Node, question: Question, target: Target | None) -> list[Check]:
    """Reads the row's constraint, sets what can be set, and tells. The checks that were added."""
    given, place, name = node.row.get("constraint"), node.row.place("constraint"), question["name"]
    if not given:
        return []
    made = Made()
    try:
        tree = shop.resolver.tree(given, node)
        elsewhere = shop.resolver.elsewhere
        _apply(shop, question, target, tree, made)
    except Inexpressible as error:
        shop.building.undecided(question, place, given, error.code, **error.values)
        return made.checks
    if made.near:
        shop.building.changed("validation", place, given, "pattern_ours", name)
    elif elsewhere:
        shop.building.changed("validation", place, given, "rule_elsewhere", name)
    elif made.checks and shop.rules.folded:
        shop.building.changed("validation", place, given, "case_ignored", name)
    else:
        shop.building.kept("validation", place, given, name)
    return made.checks


def _apply(shop: Workshop, question: Question, target: Target | None, tree: Any, made: Made) -> None:
    """The whole as limits, else each part as limits or as a check. Raises Inexpressible after everything that can be set."""
    if constraints.always(tree):
        return
    try:
        made.near = _set(question, _limits(shop, question, tree, target))
        return
    except Inexpressible as error:
        left: Inexpressible | None = error
    parts = list(constraints.conjuncts(tree))
    failed: list[Inexpressible] = []
    for part in parts:
        try:
            made.near |= _set(question, _limits(shop, question, part, target))
        except Inexpressible as first:
            try:
                if check := _check(shop, part, target):
                    made.checks.append(check)
            except Inexpressible as error:
                failed.append(error if error.code != "rule_kept_as_note" else first)
    question.setdefault("checks", []).extend(made.checks)
    if not question["checks"]:
        del question["checks"]
    left = next((error for error in failed if error.code != "rule_kept_as_note"), failed[0] if failed else None)
    if left is not None:
        raise left


def _check(shop: Workshop, tree: Any, target: Target | None) -> Check | None:
    """What the answer has to meet once there is one; None when every answer does. Raises Inexpressible."""
    if target is None or target.name not in shop.resolver.by_target:
        raise Inexpressible
    found, sums = _with_sums(shop, replaced(tree, {".": Ref(target.name, VAR)}))
    if isinstance(found, bool):
        if not found:
            raise Inexpressible
        return None
    others = conditions.names(found) - {target.name}
    if conditions.reduce(found, others, {}) is not True:  # an empty answer is not judged
        found = tidied({"any": [{target.name: {"answered": False}}, found]})
    return {"that": found, **({"let": sums} if sums else {})}


def _with_sums(shop: Workshop, tree: Any) -> tuple[Check | bool, dict[str, Any]]:
    """The condition of a check, and the sums that it alone needs. Raises Inexpressible."""
    sums: dict[str, Any] = {}

    def number_of(part: Any) -> str:
        expression = shop.calculations.expression(part)
        name = shop.building.names.give("sum")
        sums[name] = expression
        return name

    return shop.rules.check(tree, number_of), sums


def apply_required(shop: Workshop, node: Node, question: Question, target: Target | None) -> list[Check]:
    """An answer that is required for some answers alone. Raises Inexpressible."""
    tree = shop.resolver.tree(node.row.get("required"), node)
    if target is None or target.kind == "ranking":
        raise Inexpressible("required_sometimes")
    if shop.resolver.elsewhere:
        raise Inexpressible
    needed, sums = _with_sums(shop, tree)
    if isinstance(needed, bool):
        if needed:
            question["required"] = True
        return []
    found = together("any", [{"not": needed}, {target.name: {"answered": True}}])
    checks: list[Check] = (
        [{"that": tidied(found), **({"let": sums} if sums else {})}] if isinstance(found, dict) else []
    )
    if checks:
        question.setdefault("checks", []).extend(checks)
    return checks


def _limits(shop: Workshop, question: Question, tree: Any, target: Target | None) -> constraints.Settings:
    kind = question["type"]
    if target is not None and target.name in shop.resolver.twins:
        raise Inexpressible
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
    """Sets limits beside those that are there, or none of them. True when the pattern is ours, not quite the form's."""
    before: Question = {key: question[key] for key in ("min", "max") if key in question}
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
        question |= before
        raise Inexpressible
    return bool(found.get("near"))


def _bound(question: Question, key: str) -> bool:
    """Whether there is a limit that can be compared with another (`today` is none)."""
    return key in question and question[key] != "today"
