"""What a SurveyJS file hides from the beginning (`visible: false`), and the trigger of older files that shows it.

Source: survey-core. The visible trigger runs when an answer that it names is given: before that, what it is about stays as it is.
"""

from collections import Counter
from typing import Any

from survey_app.formats.importing.logic import Inexpressible
from survey_app.formats.importing.tidying import tidied
from survey_app.formats.json_files import Node
from survey_app.formats.surveyjs.demanding import answers_of
from survey_app.formats.surveyjs.outline import Element
from survey_app.formats.surveyjs.placing import Order, also
from survey_app.formats.surveyjs.work import Work
from survey_app.questionnaire import conditions
from survey_app.questionnaire.question_types import TYPES


def shown_by_triggers(survey: Node) -> Counter[str]:
    """Names of pages, panels and questions, in small letters, and how many visible triggers show each."""
    return Counter(
        name
        for trigger in survey.nodes("triggers")
        if trigger.words("type").lower().removesuffix("trigger") == "visible"
        for name in {str(name).strip().lower() for key in ("pages", "questions") for name in trigger.listed(key)}
    )


def hide(work: Work, node: Node, elements: list[Element], order: Order) -> None:
    """What the source never shows is asked of nobody; where no rule can stand before it, a person has to decide."""
    place = node.at("visible")
    if node.words("name").strip().lower() in work.triggered:
        work.draft.kept("setting", place, "false", elements[0].ours[0]["name"] if elements else "")
        return
    first = order.first(elements)
    name = next((name for name in _asked_before(order, first)), "")
    if not name or not elements:
        for element in elements[:1]:
            element.ours[0].setdefault("open_rules", []).append(f"{place}: false")
        work.draft.lost("setting", place, "false", "never_shown", elements[0].ours[0]["name"] if elements else "")
        return
    for element in elements:
        for ours in element.ours:
            also(ours, {"all": [{name: {"answered": True}}, {name: {"answered": False}}]})
    work.draft.changed("rule", place, "visible: false", "rule_for_nobody", elements[0].ours[0]["name"])


def _asked_before(order: Order, limit: int) -> list[str]:
    asked = [
        ours
        for element in order.elements
        for ours in element.ours
        if order.at[id(ours)] < limit and TYPES[ours["type"]].asks
    ]
    return [name for ours in asked for name in answers_of(ours)[:1]]


def once_asked(hidden: bool, made: dict[str, Any] | bool) -> dict[str, Any] | bool:
    """The rule of a trigger: not before one of the answers that it names is there. Raises Inexpressible.

    `hidden`: whether what it shows is hidden until then; what is not would be shown until then, which nobody means.
    """
    if not isinstance(made, dict) or not hidden:
        raise Inexpressible
    there: list[dict[str, Any]] = [{name: {"answered": True}} for name in sorted(conditions.names(made))]
    return tidied({"all": [{"any": there} if len(there) > 1 else there[0], made]})
