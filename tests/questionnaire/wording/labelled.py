"""The labelled questions, and how often each rule is right about them.

Three parts: `seen.yaml` was used while the rules were written. `held.yaml` was written at the same time and put aside.
`blind.yaml` was written after the rules were finished, and no rule was changed because of one of its items: its figures are
what to expect of questions that nobody thought of. Good questions are near misses on purpose: nearly every one holds a word
that a simple rule would stumble over.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from survey_app.questionnaire import loading, wording
from survey_app.questionnaire.definition import Definition

FOLDER = Path(__file__).parent
PARTS = ("seen", "held", "blind")
LANGUAGES = {"zh": ["zh-CN"], "en": ["en"], "both": ["zh-CN", "en"]}


@dataclass(frozen=True)
class Item:
    """One question with the rules that ought to fire."""

    part: str
    number: int
    data: Mapping[str, Any] = field(repr=False)

    @property
    def language(self) -> str:
        return str(self.data["l"])

    @property
    def text(self) -> str:
        return str(self.data["q"])

    @property
    def fires(self) -> set[str]:
        return set(self.data["fires"])

    @property
    def definition(self) -> Definition:
        return definition_of(self.data)

    def found(self) -> set[str]:
        """The rules that do fire."""
        return {advice.code for advice in wording.advice(self.definition)}


@cache
def items(part: str) -> tuple[Item, ...]:
    """All items of a part."""
    entries = yaml.safe_load((FOLDER / f"{part}.yaml").read_text("utf-8"))
    return tuple(Item(part, number, entry) for number, entry in enumerate(entries))


def definition_of(data: Mapping[str, Any]) -> Definition:
    """A questionnaire of this one question."""
    languages = LANGUAGES[data["l"]]
    text = {languages[0]: data["q"]} | ({"en": data["en"]} if "en" in data else {})
    question: dict[str, Any] = {"name": "it", "type": data["t"], "text": text}
    for key in ("required", "low", "high", "labels", "points", "style", "unsure", "why", "hint", "unit"):
        if key in data:
            question[key] = data[key]
    scales: dict[str, Any] = {}
    if "c" in data:
        question["choices"] = [_choice(index, entry) for index, entry in enumerate(data["c"])]
    if "scale" in data:
        question["scale"] = "own"
        points = [{"code": str(n), "text": label} for n, label in enumerate(data["scale"], start=1)]
        scales["own"] = {"points": points} | ({"unsure": question.pop("unsure")} if "unsure" in data else {})
    for key in ("rows", "fields"):
        if key in data:
            question[key] = [{"code": f"r{n}", "text": label} for n, label in enumerate(data[key])]
    whole = {"format": 1, "name": "one", "title": dict.fromkeys(languages, "T"), "languages": languages}
    whole |= {"mode": "identified", "scales": scales, "pages": [{"questions": [question]}]}
    return loading.definition_from(whole)


def _choice(index: int, entry: Any) -> dict[str, Any]:
    return {"code": f"c{index}", **(entry if isinstance(entry, Mapping) else {"text": entry})}


@dataclass
class Count:
    """How often a rule was right (hit), wrong (false alarm), and silent where it should not be (missed)."""

    hit: int = 0
    false_alarm: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        fired = self.hit + self.false_alarm
        return self.hit / fired if fired else None

    @property
    def recall(self) -> float | None:
        wanted = self.hit + self.missed
        return self.hit / wanted if wanted else None


def measure(chosen: Iterable[Item]) -> dict[str, Count]:
    """Counts per rule."""
    counts: dict[str, Count] = defaultdict(Count)
    for item in chosen:
        found = item.found()
        for code in found & item.fires:
            counts[code].hit += 1
        for code in found - item.fires:
            counts[code].false_alarm += 1
        for code in item.fires - found:
            counts[code].missed += 1
    return counts


def table() -> list[str]:
    """Precision and recall per rule on every part, as lines for a terminal."""
    measured = {part: measure(items(part)) for part in PARTS}
    lines = ["rule                 ships as " + "".join(f" {part + ': n':>9}  prec   rec" for part in PARTS)]
    for code in sorted({code for counts in measured.values() for code in counts}):
        kind = "warning" if code in wording.WARNINGS else "hint"
        cells = "".join(_cells(counts.get(code, Count())) for counts in measured.values())
        lines.append(f"{code:<20} {kind:<9}{cells}")
    for name, counts in measured.items():
        whole = Count(*(sum(getattr(c, key) for c in counts.values()) for key in ("hit", "false_alarm", "missed")))
        figures = f"precision {whole.precision:.2f}, recall {whole.recall:.2f}"
        lines.append(f"all rules, {name}: {len(items(name))} questions, {figures}")
    return lines


def _cells(count: Count) -> str:
    shown = ["-" if value is None else f"{value:.2f}" for value in (count.precision, count.recall)]
    return f" {count.hit + count.missed:>9} {shown[0]:>5} {shown[1]:>5}"


def wrong(code: str) -> list[str]:
    """The questions on which a rule gave a false alarm."""
    return [item.text for part in PARTS for item in items(part) if code in item.found() - item.fires]
