"""The items of a FHIR Questionnaire in the order they are asked, with what their extensions say."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.refusing import Fault
from survey_app.formats.json_files import Node

TRANSLATION = "translation"
_TYPES = (
    "group display boolean decimal integer date dateTime time string text url choice open-choice coding attachment "
    "reference quantity question instant"
)
TYPES = frozenset(_TYPES.split())
CHOICES = ("choice", "open-choice", "coding")
NOT_ASKING = ("group", "display")


@dataclass
class Item:
    """One item. `parents`: the items around it, outermost first."""

    node: Node
    type: str
    link: str
    parents: "tuple[Item, ...]" = ()
    children: "list[Item]" = field(default_factory=list)
    ours: list[dict[str, Any]] = field(default_factory=list)
    row_of: "Item | None" = None
    """The group that became a matrix with this item as a row."""

    def extensions(self, *names: str) -> list[Node]:
        """Its extensions whose address ends with one of these names."""
        return extensions(self.node, *names)

    def control(self) -> str:
        """The itemControl code, "" for none."""
        return concept_code(next(iter(self.extensions("questionnaire-itemControl")), None))

    def flagged(self, name: str) -> bool:
        """Whether an extension of true or false is true."""
        return any(found.get("valueBoolean") is True for found in self.extensions(name))

    def value(self, *names: str) -> Any:
        """The value of the first extension of these names."""
        return next((extension_value(found) for found in self.extensions(*names)), None)


def extensions(node: Node, *names: str) -> list[Node]:
    """Extensions of an element by the last part of their address; they count as looked at."""
    return [found for found in node.nodes("extension") if str(found.data.get("url", "")).rsplit("/", 1)[-1] in names]


def extension_value(found: Node) -> Any:
    """value[x] of an extension."""
    return next((value for key, value in found.data.items() if key.startswith("value")), None)


def concept_code(found: Node | None) -> str:
    """The code of an extension's valueCodeableConcept, valueCoding or valueCode."""
    value = extension_value(found) if found is not None else None
    if isinstance(value, str):
        return value
    codings = value.get("coding", [value]) if isinstance(value, dict) else []
    first = codings[0] if isinstance(codings, list) and codings and isinstance(codings[0], dict) else {}
    return str(first.get("code", ""))


def translated(node: Node, key: str, default: str) -> dict[str, str]:
    """A text by language: the element itself, and the translations beside it."""
    found: dict[str, str] = {}
    if text := node.words(key):
        found[default] = text
    beside = node.node(f"_{key}")
    for extension in extensions(beside, TRANSLATION) if beside is not None else ():
        parts = {str(inner.data.get("url")): extension_value(inner) for inner in extension.nodes("extension")}
        if isinstance(parts.get("lang"), str) and isinstance(parts.get("content"), str):
            found[parts["lang"]] = parts["content"]
    return found


def languages(value: Any) -> list[str]:
    """All languages of translations, in the order they come."""
    found: dict[str, None] = {}
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, list):
            stack += reversed(item)
        elif isinstance(item, dict):
            if item.get("url") == "lang" and isinstance(item.get("valueCode"), str):
                found[item["valueCode"]] = None
            stack += reversed(item.values())
    return list(found)


@dataclass
class Tree:
    """All items: as a tree and in order."""

    top: list[Item]
    all: list[Item]
    by_link: dict[str, Item]
    types: Counter[str]
    faults: list[Fault]
    twice: set[str] = field(default_factory=set)
    """linkIds of several items: real files have them, and nobody knows which one a rule means."""

    @property
    def questions(self) -> int:
        """How many ask for an answer."""
        return sum(count for kind, count in self.types.items() if kind not in NOT_ASKING)


def tree(questionnaire: Node) -> Tree:
    """The items, and the faults of their names and rules."""
    found = Tree([], [], {}, Counter(), [])
    found.top = list(_walk(questionnaire, (), found))
    _check_rules(found)
    return found


def _walk(holder: Node, parents: tuple[Item, ...], found: Tree) -> Iterator[Item]:
    for node in holder.nodes("item"):
        link = node.words("linkId")
        kind = node.words("type") or ("group" if "item" in node else "display")
        item = Item(node, kind, link or node.place, parents)
        if (
            not link and kind != "display"
        ):  # lines to read go by their place: examples of the standard itself have no names
            found.faults.append(
                Fault("missing_part", node.at("linkId"), {"what": ("the name of the item", "题目的标识")})
            )
        elif link in found.by_link:
            found.twice.add(link)
        if kind not in TYPES:
            found.faults.append(
                Fault("bad_value", node.at("type"), {"given": kind, "expected": ("an item type", "题目类型")})
            )
        found.by_link.setdefault(item.link, item)
        found.all.append(item)
        found.types[kind] += 1
        item.children = list(_walk(node, (*parents, item), found))
        yield item


def _check_rules(found: Tree) -> None:
    """Rules that name nothing, or wait for each other."""
    needs: dict[str, set[str]] = {}
    for item in found.all:
        for when in item.node.nodes("enableWhen"):
            asked = when.words("question")
            if not asked:
                found.faults.append(
                    Fault("missing_part", when.at("question"), {"what": ("the question of the rule", "规则的题目")})
                )
            elif asked not in found.by_link:
                found.faults.append(Fault("unknown_link", when.at("question"), {"name": asked}))
            else:
                needs.setdefault(item.link, set()).add(asked)
    for link in _circle(needs):
        found.faults.append(Fault("loop_of_rules", found.by_link[link].node.at("enableWhen"), {"name": link}))


def _circle(needs: dict[str, set[str]]) -> list[str]:
    """Items that wait, over any number of steps, for themselves."""
    left = {link: set(asked) for link, asked in needs.items()}
    while True:
        free = [link for link, asked in left.items() if not asked & left.keys()]
        if not free:
            break
        for link in free:
            del left[link]
    return [link for link in left if _reaches(link, link, left)]


def _reaches(start: str, goal: str, left: dict[str, set[str]]) -> bool:
    seen: set[str] = set()
    stack = [start]
    while stack:
        for following in left.get(stack.pop(), ()):
            if following == goal:
                return True
            if following not in seen and following in left:
                seen.add(following)
                stack.append(following)
    return False
