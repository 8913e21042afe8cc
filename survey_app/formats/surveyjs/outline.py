"""A SurveyJS file as a list of elements in the order they are asked, with the panels and dynamic panels around them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.json_files import Node

PANELS = ("panel", "flowpanel")
DISPLAYED = ("html", "image", "imagemap", "empty")
_KNOWN_TYPES_WORDS = (
    "text comment radiogroup dropdown checkbox tagbox boolean rating ranking matrix matrixdropdown matrixdynamic "
    "multipletext paneldynamic expression file signaturepad imagepicker buttongroup slider html image imagemap "
    "empty"
)
KNOWN_TYPES = frozenset(_KNOWN_TYPES_WORDS.split())
"""Question types of survey-core; any other type is of somebody's own."""
_RULES_WORDS = (
    "visibleIf enableIf requiredIf choicesVisibleIf choicesEnableIf rowsVisibleIf columnsVisibleIf setValueIf "
    "resetValueIf templateVisibleIf"
)
_RULES = frozenset(_RULES_WORDS.split())


@dataclass
class Element:
    """One element. `panels`: those around it, outermost first; `loop`: the dynamic panel it is a template of."""

    node: Node
    type: str
    page: int
    panels: "tuple[Element, ...]" = ()
    loop: "Element | None" = None
    name: str = ""
    """Its name in the source; survey-core calls what has none question1, question2."""
    ours: list[dict[str, Any]] = field(default_factory=list)
    """Our questions that were made of it."""
    parts: list[tuple[Any, dict[str, Any]]] = field(default_factory=list)
    """Its choices and rows (`choices.Offered`), each with what it became here."""
    copied: "Element | None" = None
    """The question whose choices it copies."""


@dataclass
class Outline:
    """Pages with their elements; a panel comes before what it holds."""

    pages: list[tuple[Node, list[Element]]]
    types: Counter[str]
    questions: int = 0
    """As survey-core counts them: types of its own, templates of dynamic panels apart."""
    panels: int = 0
    conditions: int = 0
    unnamed: int = 0


def outline(survey: Node) -> Outline:
    """Pages, or the elements that stand in the survey itself as its only page."""
    pages = survey.nodes("pages")
    if not pages:
        pages = [Node({key: survey.data[key] for key in ("elements", "questions") if key in survey.data}, survey.place)]
        survey.get("elements", "questions")
    found = Outline([], Counter())
    for index, page in enumerate(pages):
        found.pages.append((page, list(_elements(page, index, (), None, found))))
    found.conditions = _count_rules(survey.data)
    return found


def _elements(
    holder: Node, page: int, panels: tuple[Element, ...], loop: Element | None, found: Outline
) -> Iterator[Element]:
    for node in holder.nodes("elements", "questions", "templateElements"):
        kind = node.words("type").lower()
        if not kind:
            kind = "panel" if "elements" in node else "text"
        name = node.words("name")
        if not name and kind not in PANELS:
            found.unnamed += 1
            name = f"question{found.unnamed}"
        element = Element(node, kind, page, panels, loop, name or node.place)
        if kind != "html":
            found.types[kind] += 1
        if kind in PANELS:
            found.panels += 1
            yield element
            yield from _elements(node, page, (*panels, element), loop, found)
        else:
            found.questions += kind in KNOWN_TYPES and loop is None
            yield element
            if kind == "paneldynamic":
                yield from _elements(node, page, (*panels, element), element, found)


def _count_rules(value: Any) -> int:
    if isinstance(value, list):
        return sum(map(_count_rules, value))
    if isinstance(value, dict):
        own = sum(1 for key, inner in value.items() if key in _RULES and isinstance(inner, str) and inner.strip())
        return own + sum(map(_count_rules, value.values()))
    return 0


_SKIPPED = frozenset(("choicesByUrl", "bindings", "textProcessing"))


def languages(value: Any) -> list[str]:
    """The languages of all localised texts, in the order they come; `default` is one of them."""
    found: dict[str, None] = {}
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += reversed(item)
        elif isinstance(item, dict):
            if "default" in item and all(isinstance(inner, str) for inner in item.values()):
                found |= dict.fromkeys(item)
            else:
                stack += [inner for key, inner in reversed(item.items()) if key not in _SKIPPED]
    return list(found)
