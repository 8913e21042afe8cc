"""Which part of one definition is which part of another: questions by name, pages by what they hold, choices by code.

A draft may hold a name or a code twice (publishing forbids it); the nth of one side is then the nth of the other.
"""

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.questionnaire.parts import text_in

Node = Mapping[str, Any]
Spot = tuple[int, int]
"""Page and number of a question, both from 0."""


@dataclass(frozen=True)
class Pairs:
    """Indexes of two lists: what became what, what is gone, what is new, and which pairs changed more than their place."""

    both: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    new: tuple[int, ...]
    renamed: frozenset[int] = frozenset()
    """Indexes (of the second list) of those found by their likeness, because their keys differ."""


def pairs(before: Sequence[Any], after: Sequence[Any], *keys: Callable[[Any], Hashable | None]) -> Pairs:
    """Pairs of two lists. The first key names an item; the others are asked in turn for what it left over (None: no)."""
    left, right = dict(enumerate(before)), dict(enumerate(after))
    both: list[tuple[int, int]] = []
    renamed: set[int] = set()
    for number, key in enumerate(keys):
        waiting: dict[Hashable, list[int]] = {}
        for index, item in right.items():
            waiting.setdefault(key(item), []).append(index)
        for index, item in list(left.items()):
            found = key(item)
            if found is not None and waiting.get(found):
                partner = waiting[found].pop(0)
                both.append((index, partner))
                del left[index], right[partner]
                if number:
                    renamed.add(partner)
    return Pairs(tuple(sorted(both, key=lambda pair: pair[1])), tuple(left), tuple(right), frozenset(renamed))


def out_of_order(both: Iterable[tuple[int, int]]) -> set[int]:
    """The fewest items (indexes of the second list) that have to move to turn the first order into the second."""
    ordered = sorted(both, key=lambda pair: pair[1])
    tails: list[int] = []
    length_at: list[int] = []
    for old, _ in ordered:
        position = bisect_left(tails, old)
        tails[position : position + 1] = [old]
        length_at.append(position)
    stays: set[int] = set()
    wanted = len(tails) - 1
    for (_, new), length in reversed(list(zip(ordered, length_at, strict=True))):
        if length == wanted:
            stays.add(new)
            wanted -= 1
    return {new for _, new in ordered} - stays


@dataclass
class Match:
    """Questions and pages of two definitions, as plain data."""

    questions: list[tuple[Spot, Spot]] = field(default_factory=list)
    gone: list[Spot] = field(default_factory=list)
    new: list[Spot] = field(default_factory=list)
    pages: Pairs = field(default_factory=lambda: Pairs((), (), ()))
    names: dict[str, str] = field(default_factory=dict)
    """Stored names of renamed questions, old -> new (those of their rows and fields too)."""

    def partner_of_page(self, page: int) -> int | None:
        """The page after that the page before became."""
        return next((b for a, b in self.pages.both if a == page), None)


def match(before: Node, after: Node) -> Match:
    """Match two whole definitions (plain data with every default written out)."""
    left, right = _spots(before), _spots(after)
    first, second = [q for _, q in left], [q for _, q in right]
    language = (before.get("languages") or ["zh-CN"])[0]
    found = pairs(first, second, _name, _bank, lambda question: _likeness(question, language))
    made = Match(
        questions=[(left[a][0], right[b][0]) for a, b in found.both],
        gone=[left[a][0] for a in found.gone],
        new=[right[b][0] for b in found.new],
    )
    for a, b in found.both:
        if b in found.renamed:
            made.names |= _renames(first[a], second[b])
    made.pages = _pages(before["pages"], after["pages"], made.questions)
    return made


def _spots(definition: Node) -> list[tuple[Spot, Node]]:
    return [
        ((page, number), question)
        for page, node in enumerate(definition["pages"])
        for number, question in enumerate(node["questions"])
    ]


def _name(question: Node) -> Hashable:
    return str(question["name"])


def _bank(question: Node) -> Hashable | None:
    return str(question["bank"]).partition("@")[0] if question.get("bank") else None


def _likeness(question: Node, language: str) -> Hashable | None:
    words = text_in(question["text"], language)
    return (question["type"], words) if words else None


def _renames(before: Node, after: Node) -> dict[str, str]:
    old, new = before["name"], after["name"]
    found = {old: new, f"{old}_other": f"{new}_other"}
    columns = before.get("columns")
    for key in ("rows", "fields", "items"):
        for item in before.get(key) or ():
            found[f"{old}_{item['code']}"] = f"{new}_{item['code']}"
            for column in columns if isinstance(columns, list) else ():
                found[f"{old}_{item['code']}_{column['code']}"] = f"{new}_{item['code']}_{column['code']}"
    return found


def _pages(before: Sequence[Node], after: Sequence[Node], questions: list[tuple[Spot, Spot]]) -> Pairs:
    """Pages by name, then by the questions they share; empty ones by their place."""
    shared: dict[tuple[int, int], int] = {}
    for (a, _), (b, _) in questions:
        shared[a, b] = shared.get((a, b), 0) + 1
    left, right = set(range(len(before))), set(range(len(after)))
    both: list[tuple[int, int]] = []

    def take(a: int, b: int) -> None:
        if a in left and b in right:
            both.append((a, b))
            left.discard(a)
            right.discard(b)

    for a, b in pairs(before, after, lambda page: page.get("name")).both:
        take(a, b)

    def unlikeness(couple: tuple[int, int]) -> tuple[int, int, int, int]:
        a, b = couple
        other = sum(before[a].get(key) != after[b].get(key) for key in ("title", "show_if", "end_if"))
        return -shared[couple], other, abs(a - b), a

    for a, b in sorted(shared, key=unlikeness):
        take(a, b)
    for a, b in list(zip(sorted(left), sorted(right), strict=False)):
        if not (before[a]["questions"] and after[b]["questions"]):
            take(a, b)
    return Pairs(tuple(sorted(both, key=lambda pair: pair[1])), tuple(sorted(left)), tuple(sorted(right)))


def follow(value: Any, names: Mapping[str, str]) -> Any:
    """A condition or an expression in which renamed questions have their new names."""
    if isinstance(value, Mapping):
        return {names.get(key, key): _followed(key, item, names) for key, item in value.items()}
    return [follow(item, names) for item in value] if isinstance(value, list) else value


def _followed(key: str, item: Any, names: Mapping[str, str]) -> Any:
    if key == "answer" and isinstance(item, str):
        return names.get(item, item)
    if key == "count" and isinstance(item, list):
        return [names.get(name, name) for name in item]
    return follow(item, names)
