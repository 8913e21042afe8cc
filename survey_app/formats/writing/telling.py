"""The report of an export: one line for each thing of the questionnaire, and what became of it in the file."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.report import Kind, Line, Result, shortened
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import text_in

_TEXTS = frozenset(
    ["text", "hint", "why", "low", "high", "unit", "unsure", "label", "title", "intro", "thanks", "purpose", "message"]
)
_LIMITS = frozenset(["required", "min", "max", "pattern", "max_length", "decimals", "total", "top", "step", "expected"])
_LISTED: dict[str, Kind] = {
    "choices": "choice", "rows": "row", "fields": "row", "items": "row", "columns": "row", "labels": "text",
    "points": "choice", "scores": "score", "quotas": "quota", "open_rules": "rule", "checks": "validation", "words": "text",
}  # fmt: skip
_EDGE = re.compile(r"[.\[]")
PART_RULE = re.compile(r"\.(choices|rows|fields|items)\[[0-9]+\]\.show_if$")
"""Rules of single choices and rows: few programs have them, so a target that does says it of each."""
_SILENT = frozenset(("format", "name", "type", "code", "pages", "questions", "scales", "retired"))
"""Keys that are told with what they belong to."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a definition. `place`: `pages[0].questions[2].choices[1]`; `ours`: the name of the question it is of."""

    kind: Kind
    place: str
    source: str
    ours: str = ""


@dataclass
class _Fate:
    result: Result
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


class Telling:
    """What a target made of each item. What nobody spoke of is lost: an item is never dropped in silence."""

    def __init__(self, definition: Definition) -> None:
        self._items = {item.place: item for item in inventory(definition)}
        self._fates: dict[str, _Fate] = {}
        self._inside: dict[str, list[str]] = {}
        for place in self._items:
            for edge in _EDGE.finditer(place):
                self._inside.setdefault(place[: edge.start()], []).append(place)

    def keep(self, place: str, *keys: str) -> None:
        """The item, or with keys those things of it, with all that belongs to them; what was said before stays."""
        for item in self._under(place, keys):
            self._fates.setdefault(item, _Fate("kept"))

    def change(self, place: str, code: str, /, **values: Any) -> None:
        """The item has another form; no item of this place: nothing to tell."""
        if place in self._items:
            self._fates[place] = _Fate("changed", code, values)

    def change_texts(self, test: Callable[[str], bool], code: str) -> None:
        """Texts that cannot stand there sign for sign."""
        for place, item in self._items.items():
            if item.kind in ("text", "choice", "row") and test(item.source):
                self._fates[place] = _Fate("changed", code)

    def lose(self, place: str, code: str = "to_nothing", /, **values: Any) -> None:
        """Nothing in the file carries it."""
        if place in self._items:
            self._fates[place] = _Fate("lost", code, values)

    def lose_every(self, key: str, code: str = "to_nothing") -> None:
        """Things of this key have no place anywhere in the file."""
        for place in self._items:
            if place.endswith(f".{key}"):
                self._fates[place] = _Fate("lost", code)

    def lines(self) -> tuple[Line, ...]:
        """The report, in the order of the questionnaire."""
        found = []
        for place, item in self._items.items():
            fate = self._fates.get(place, _Fate("lost", "to_nothing"))
            source = shortened(item.source)
            found.append(Line(item.kind, place, source, fate.result, item.ours, fate.code, fate.values))
        return tuple(found)

    def _under(self, place: str, keys: tuple[str, ...]) -> Iterator[str]:
        if not keys:
            if place in self._items:
                yield place
            return
        for key in keys:
            start = f"{place}.{key}" if place else key
            if start in self._items:
                yield start
            yield from (found for found in self._inside.get(start, ()) if not PART_RULE.search(found))


def inventory(definition: Definition) -> Iterator[Item]:
    """Every thing a definition holds, in its order."""
    data = definition.to_json()
    yield Item("setting", "name", definition.name)
    for key, value in data.items():
        if key not in _SILENT:
            yield from _items(value, key, key, "", definition.language)
    for name, scale in data.get("scales", {}).items():
        yield from _inside(scale, f"scales.{name}", name, definition.language)
    for number, page in enumerate(data["pages"]):
        place = f"pages[{number}]"
        yield Item("page", place, page.get("name") or str(number + 1))
        yield from _inside(page, place, page.get("name", ""), definition.language)
        for index, question in enumerate(page.get("questions", ())):
            at = f"{place}.questions[{index}]"
            yield Item("question", at, f"{question['type']}: {question['name']}", question["name"])
            yield from _inside(question, at, question["name"], definition.language)


def _inside(holder: Mapping[str, Any], place: str, ours: str, language: str) -> Iterator[Item]:
    for key, value in holder.items():
        if key not in _SILENT:
            yield from _items(value, key, f"{place}.{key}", ours, language)


def _items(value: Any, key: str, place: str, ours: str, language: str) -> Iterator[Item]:
    if key in _LISTED and isinstance(value, list):
        for index, item in enumerate(value):
            at = f"{place}[{index}]"
            yield Item(_LISTED[key], at, _words(item, language), ours)
            if isinstance(item, dict) and key not in ("labels", "scores", "quotas", "checks", "words"):
                rest = {k: v for k, v in item.items() if k not in ("text", "code")}
                yield from _inside(rest, at, ours, language)
        return
    if key in ("show_if", "end_if"):
        kind: Kind = "rule"
    elif key == "expression":
        kind = "score"
    elif key in _TEXTS and isinstance(value, dict):
        kind = "text"
    else:
        kind = "validation" if key in _LIMITS else "score" if key == "score" else "setting"
    yield Item(kind, place, f"{key}: {_words(value, language)}", ours)


def _words(value: Any, language: str) -> str:
    if isinstance(value, dict):
        text = value.get("text", value) if "code" in value else value
        code = f"{value['code']}: " if "code" in value else ""
        if isinstance(text, dict) and text and all(isinstance(words, str) for words in text.values()):
            return code + text_in(text, language)
        return code + ", ".join(f"{key}: {_words(item, language)}" for key, item in value.items())
    if isinstance(value, list):
        return ", ".join(_words(item, language) for item in value)
    return str(value)
