"""From bytes to plain data, with the line of every value: YAML and JSON, bounded in size, depth and expansion.

YAML is read by libyaml's event parser and built here: aliases are counted before they are expanded, duplicate keys are
seen, tags are refused, and only JSON's kinds of scalars exist (so `no` and `12:30` stay text).
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from survey_app.questionnaire.problems import InvalidQuestionnaire, Problem, path_of

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 100
MAX_VALUES = 1_000_000
MAX_OPENED = 400_000
"""Objects and lists of a JSON file, which are dearer than plain values."""
MAX_ALIASED = 50_000
MAX_DIGITS = 18

Place = tuple[str | int, ...]

_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?|\.[0-9]+")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_WORDS: dict[str, Any] = {
    "": None,
    "~": None,
    "null": None,
    "Null": None,
    "NULL": None,
    "true": True,
    "True": True,
    "TRUE": True,
    "false": False,
    "False": False,
    "FALSE": False,
}
_SURROGATE = re.compile("[\ud800-\udfff]")
_BAD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")


@dataclass
class Source:
    """Plain data read from a file, the line of each value, and the faults found on the way."""

    data: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    file: str = ""

    def line(self, path: Place) -> int | None:
        """The line of the value, or of the nearest thing around it."""
        while path not in self.lines and path:
            path = path[:-1]
        return self.lines.get(path)

    def add(self, code: str, path: Place = (), line: int | None = None, /, **values: Any) -> None:
        """Notes a fault."""
        self.problems.append(Problem(code, path_of(path), values, self.file, line or self.line(path)))

    def refuse(self, code: str, path: Place = (), line: int | None = None, /, **values: Any) -> InvalidQuestionnaire:
        """A fault after which nothing more can be read."""
        self.add(code, path, line, **values)
        return InvalidQuestionnaire(self.problems)


def read(data: bytes | str, *, file: str) -> Source:
    """The plain data of a file. Raises InvalidQuestionnaire when it cannot be read at all."""
    source = Source(file=file)
    text = _decode(data, source)
    if not text.strip():
        raise source.refuse("empty_file")
    if file.lower().endswith(".json") or text.lstrip()[:1] == "{":
        _read_json(text, source)
    else:
        _Builder(source).read(text)
    return source


def _decode(data: bytes | str, source: Source) -> str:
    if len(data) > MAX_BYTES:
        raise source.refuse("too_large", size=len(data), limit=MAX_BYTES)
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise source.refuse("not_utf8", position=error.start + 1) from None
    else:
        text = data.removeprefix("\ufeff")
    if found := _SURROGATE.search(text):
        raise source.refuse("lone_surrogate", (), text.count("\n", 0, found.start()) + 1)
    if found := _BAD.search(text):
        raise source.refuse(
            "control_character", (), text.count("\n", 0, found.start()) + 1, hex=f"{ord(found.group()):04X}"
        )
    return text


def _read_json(text: str, source: Source) -> None:
    if text.count("{") + text.count("[") > MAX_OPENED:
        raise source.refuse("too_many_values", limit=MAX_OPENED)
    if _depth(text) > MAX_DEPTH:
        raise source.refuse("too_deep", limit=MAX_DEPTH)

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                source.add("duplicate_key", key=key)
            found[key] = value
        return found

    def constant(word: str) -> None:
        source.add("not_finite")

    def integer(digits: str) -> int | None:
        if len(digits) > MAX_DIGITS:
            source.add("big_number", limit=MAX_DIGITS)
            return None
        return int(digits)

    try:
        source.data = json.loads(text, object_pairs_hook=pairs, parse_constant=constant, parse_int=integer)
    except json.JSONDecodeError as error:
        raise source.refuse("bad_json", (), error.lineno, reason=error.msg) from None
    except RecursionError:
        raise source.refuse("too_deep", limit=MAX_DEPTH) from None
    _check_strings(source)


def _depth(text: str) -> int:
    deepest = depth = 0
    for bracket in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[{\]}]', text, re.DOTALL):
        sign = bracket.group()
        if sign in "[{":
            depth += 1
            deepest = max(deepest, depth)
            if deepest > MAX_DEPTH:
                break
        elif sign in "]}":
            depth -= 1
    return deepest


def _check_strings(source: Source) -> None:
    """JSON escapes can still make what the text did not hold: half characters, control characters, infinite numbers."""
    for place, value in _values(source.data, ()):
        if isinstance(value, str):
            if _SURROGATE.search(value):
                source.add("lone_surrogate", place)
            elif found := _BAD.search(value):
                source.add("control_character", place, hex=f"{ord(found.group()):04X}")
        elif isinstance(value, float) and value in (float("inf"), float("-inf")):
            source.add("not_finite", place)


def _values(data: Any, place: Place) -> Iterator[tuple[Place, Any]]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*place, key), key
            yield from _values(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _values(value, (*place, index))
    else:
        yield place, data


class _Open:
    """A mapping or list that is being read."""

    def __init__(self, value: dict[str, Any] | list[Any], place: Place, anchor: str | None, count: int) -> None:
        self.value, self.place, self.anchor, self.start = value, place, anchor, count
        self.key: str | None = None
        self.skipped = 0


class _Builder:
    """Builds plain data out of the flat stream of YAML events; never recurses."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.stack: list[_Open] = []
        self.anchors: dict[str, tuple[Any, int]] = {}
        self.count = 0
        self.aliased = 0
        self.documents = 0

    def read(self, text: str) -> None:
        """Reads the one document of the text."""
        try:
            for event in yaml.parse(text, Loader=yaml.CSafeLoader):
                self._take(event)
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            reason = getattr(error, "problem", None) or getattr(error, "reason", None) or "unreadable"
            raise self.source.refuse("bad_yaml", (), mark.line + 1 if mark else None, reason=reason) from None

    def _take(self, event: Any) -> None:
        line = event.start_mark.line + 1 if event.start_mark else None
        if isinstance(event, yaml.ScalarEvent):
            self._check_tag(event, line)
            self._add(self._scalar(event, line), event.anchor, 1, line, key_allowed=True)
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._check_tag(event, line)
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, line)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            done = self.stack.pop()
            if done.anchor:
                self.anchors[done.anchor] = (done.value, self.count - done.start + 1)
        elif isinstance(event, yaml.AliasEvent):
            self._alias(str(event.anchor), line)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.source.refuse("several_documents", (), line)

    def _check_tag(self, event: Any, line: int | None) -> None:
        if event.tag not in (None, "!", "tag:yaml.org,2002:str"):
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self.source.add("yaml_tag", self._place(), line, tag=tag)

    def _scalar(self, event: Any, line: int | None) -> Any:
        text: str = event.value
        if event.style or event.tag:
            if _BAD.search(text) or _SURROGATE.search(text):
                found = _BAD.search(text) or _SURROGATE.search(text)
                assert found
                self.source.add("control_character", self._place(), line, hex=f"{ord(found.group()):04X}")
            return text
        if text in _WORDS:
            return _WORDS[text]
        if _INTEGER.fullmatch(text):
            if len(text) > MAX_DIGITS:
                self.source.add("big_number", self._place(), line, limit=MAX_DIGITS)
                return None
            return int(text)
        if _FLOAT.fullmatch(text):
            number = float(text)
            if number in (float("inf"), float("-inf")):
                self.source.add("not_finite", self._place(), line)
            return number
        if _NOT_FINITE.fullmatch(text):
            self.source.add("not_finite", self._place(), line)
            return None
        return text

    def _place(self) -> Place:
        if not self.stack:
            return ()
        top = self.stack[-1]
        if isinstance(top.value, list):
            return (*top.place, len(top.value))
        return (*top.place, top.key) if top.key is not None else top.place

    def _open(self, value: dict[str, Any] | list[Any], anchor: str | None, line: int | None) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise self.source.refuse("too_deep", (), line, limit=MAX_DEPTH)
        place = self._place()
        count = self.count
        self._add(value, None, 1, line, key_allowed=False)
        self.stack.append(_Open(value, place, anchor, count + 1))

    def _alias(self, name: str, line: int | None) -> None:
        if name not in self.anchors:  # unknown, or inside its own anchor
            raise self.source.refuse("bad_alias", self._place(), line, name=name)
        value, size = self.anchors[name]
        self.aliased += size
        if self.aliased > MAX_ALIASED:
            raise self.source.refuse("alias_limit", self._place(), line, limit=MAX_ALIASED)
        self._add(value, None, size, line, key_allowed=isinstance(value, str))

    def _add(self, value: Any, anchor: str | None, size: int, line: int | None, *, key_allowed: bool) -> None:
        self.count += size
        if self.count > MAX_VALUES:
            raise self.source.refuse("too_many_values", (), line, limit=MAX_VALUES)
        if anchor:
            self.anchors[anchor] = (value, size)
        if not self.stack:
            self.source.data = value
            self.source.lines[()] = line or 1
            return
        top = self.stack[-1]
        if isinstance(top.value, list):
            self.source.lines[(*top.place, len(top.value))] = line or 1
            top.value.append(value)
        elif top.key is None:
            self._key(top, value, line, key_allowed)
        else:
            self.source.lines[(*top.place, top.key)] = line or 1
            top.value[top.key] = value
            top.key = None

    def _key(self, top: _Open, value: Any, line: int | None, key_allowed: bool) -> None:
        if not key_allowed or value is None or isinstance(value, float):
            raise self.source.refuse("bad_key", top.place, line)
        key = str(value).lower() if isinstance(value, bool) else str(value)
        if key in top.value:
            self.source.add("duplicate_key", (*top.place, key), line, key=key)
            top.skipped += 1
        top.key = key
