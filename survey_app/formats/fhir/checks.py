"""What an answer has to meet besides the limits of its type: least lengths, patterns, constraints in FHIRPath, as checks.

Source: StructureDefinitions minLength, regex (the whole answer has to match), questionnaire-constraint (judged where the item is
answered; nothing is not true; a warning refuses nothing).
"""

from typing import Any

from survey_app.formats.fhir.items import Item, extension_value
from survey_app.formats.fhir.scope import Scope
from survey_app.formats.fhir.work import Work
from survey_app.formats.importing.logic import BadExpression, Inexpressible
from survey_app.formats.json_draft import shown
from survey_app.formats.json_files import Node, as_number
from survey_app.questionnaire import conditions, patterns
from survey_app.questionnaire.conditions import simplify

MOST_REPEATED = 1_000
"""A pattern counts no further."""
_TYPED = ("short_text", "long_text", "number")
_FORMS = ("short_text", "long_text")


def demand(work: Work, item: Item, ours: dict[str, Any]) -> None:
    """Puts the checks of an item into its question, or the words of those that cannot be said."""
    least = as_number(item.value("minLength"))
    if least and least > 1:
        place, rule = item.node.at("minLength"), f"minLength {least}"
        pattern = rf"(?s)^.{{{int(least)},}}$" if least <= MOST_REPEATED else ""
        _of_form(work, ours, place, rule, pattern if ours["type"] in _FORMS else "")
    for found in item.extensions("regex"):
        given = shown(extension_value(found))
        _of_form(work, ours, found.place, f"regex {given}", f"^(?:{given})$" if ours["type"] in _TYPED else "")
    for found in item.extensions("questionnaire-constraint", "targetConstraint"):
        _constraint(work, item, ours, found)


def _of_form(work: Work, ours: dict[str, Any], place: str, rule: str, pattern: str) -> None:
    if not patterns.is_pattern(pattern):
        work.draft.undecided(ours, place, rule)
        return
    _add(ours, {"any": [{ours["name"]: {"answered": False}}, {ours["name"]: {"matches": pattern}}]})
    work.draft.kept("validation", place, rule, ours["name"])


def _add(ours: dict[str, Any], rule: dict[str, Any], message: dict[str, str] | None = None) -> None:
    ours.setdefault("checks", []).append({"that": simplify(rule), **({"message": message} if message else {})})


def _constraint(work: Work, item: Item, ours: dict[str, Any], found: Node) -> None:
    parts = {str(part.data.get("url", "")): part for part in found.nodes("extension")}
    said = " ".join(shown(extension_value(part)) for part in parts.values())
    severity = extension_value(parts["severity"]) if "severity" in parts else "error"
    given = extension_value(parts["expression"]) if "expression" in parts else ""
    expression = given.get("expression", "") if isinstance(given, dict) else given
    if severity == "warning":
        work.draft.lost("validation", found.place, said, "warning_only", ours["name"])
        return
    try:
        rule = Scope(work, len(work.order), item.link).condition(shown(expression))
        if not isinstance(rule, dict) or ours["name"] not in conditions.names(rule):
            raise Inexpressible
    except (BadExpression, Inexpressible):
        work.draft.undecided(ours, found.place, said)
        return
    human = parts.get("human")
    message = (
        work.words(human, next((k for k in human.data if k.startswith("value")), "valueString"), ours["name"])
        if human
        else None
    )
    _add(ours, {"any": [{ours["name"]: {"answered": False}}, rule]}, message)
    if any(work.is_text(name) for name in conditions.names(rule)):
        work.draft.changed("validation", found.place, said, "case_ignored", ours["name"])
    else:
        work.draft.kept("validation", found.place, said, ours["name"])


def nobody(work: Work, item: Item, ours: dict[str, Any]) -> bool:
    """What is hidden without a value is asked of nobody; False where there is nothing before it that a rule could name."""
    name = next(
        (known.target.name for link, known in work.known.items() if known.target.kind != "none" and link != item.link),
        "",
    )
    if not name:
        return False
    ours["show_if"] = {"all": [{name: {"answered": True}}, {name: {"answered": False}}]}
    work.draft.changed("rule", item.node.at("extension"), "questionnaire-hidden: true", "rule_for_nobody", ours["name"])
    return True
