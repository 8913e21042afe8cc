"""The questions of a block as they follow each other: fixed ones, and runs in random order."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.qualtrics.pages import Note
from survey_app.formats.qualtrics.reading import dig, entries, text_of, whole
from survey_app.formats.qualtrics.source import Block, Element

_NONE = ("", "false", "None", "No")
_ALL = ("RandomizeAll", "RandomizeAllQuestions", "true", "All")


@dataclass(frozen=True)
class Run:
    """Elements that stand together. `note`: a rule that stays as words on the first of them."""

    elements: tuple[Element, ...]
    random: bool = False
    note: Note | None = None


def runs_of(building: Building, block: Block) -> list[Run]:
    """The runs of a block, told in the report."""
    kind, place = text_of(block.options.get("RandomizeQuestions")), f"{block.id} / RandomizeQuestions"
    if kind in _NONE:
        return [Run(block.elements)]
    if kind == "Advanced" and (runs := _advanced(block, place)):
        if len(runs) == 1 and runs[0].note is None:
            building.kept("setting", place, kind)
        else:
            building.changed("setting", place, kind, "random_page")
        return runs
    if kind in _ALL:
        building.kept("setting", place, kind)
        return [Run(block.elements, random=True)]
    if kind == "RandomWithXPerPage":
        building.changed("setting", place, kind, "random_page")
        return [Run(block.elements, random=True)]
    if kind == "RandomWithOnlyX":
        return [Run(block.elements, note=(place, kind, "random_subset", {}))]
    building.lost("setting", place, kind, "setting_lost")
    return [Run(block.elements)]


def _advanced(block: Block, place: str) -> list[Run]:
    """Slots in their order: a question that keeps its place, or one of those in random order, or one of a random few.

    [] when one run cannot hold the random ones: fixed questions stand between them.
    """
    said = dig(block.options, "Randomization", "Advanced")
    slots = [text_of(slot) for _, slot in entries(dig(said, "FixedOrder"))]
    hidden = set(_listed(said, "Undisplayed"))
    mine = {element.question: element for element in block.elements if element.question not in ("", *hidden)}
    pools = {kind: [q for q in _listed(said, key) if q in mine] for kind, key in _POOLS.items()}
    fixed = {slot for slot in slots if slot in mine}
    order = [(kind, list(group)) for kind, group in groupby(slots, lambda slot: slot if slot in _POOLS else "")]
    if len({kind for kind, _ in order if kind}) < sum(1 for kind, _ in order if kind):
        return []
    runs: list[Run] = []
    for kind, group in order:
        names = [q for q in (pools[kind] if kind else group) if q in mine and (not kind or q not in fixed)]
        few = kind == _FEW and (whole(dig(said, "TotalRandSubset")) or len(group)) < len(names)
        note: Note | None = (place, f"{len(group)} of {len(names)} at random", "random_subset", {}) if few else None
        runs.append(Run(tuple(mine.pop(q) for q in names if q in mine), random=bool(kind), note=note))
    return _joined([*runs, Run(tuple(mine.values()))])


def _joined(runs: list[Run]) -> list[Run]:
    """Without empty runs; one question alone has no order, so it stands with the fixed ones beside it."""
    found: list[Run] = []
    for run in runs:
        random = run.random and len(run.elements) > 1
        if found and not (random or run.note or found[-1].random):
            found[-1] = Run((*found[-1].elements, *run.elements), note=found[-1].note)
        elif run.elements:
            found.append(Run(run.elements, random=random, note=run.note))
    return found


_FEW = "{~SubSet~}"
_POOLS = {"{~Randomized~}": "RandomizeAll", _FEW: "RandomSubSet"}


def _listed(said: Any, key: str) -> Iterator[str]:
    return (text_of(item) for _, item in entries(dig(said, key)))
