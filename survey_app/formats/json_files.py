"""JSON files of other programs: read within limits, and seen key by key, so that nothing in them is passed over in silence."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from survey_app.formats.importing.refusing import refuse

MAX_BYTES = 20 * 1024 * 1024
MAX_DEPTH = 100
_SURROGATE = re.compile("[\ud800-\udfff]")
_TRICKY = re.compile(r'["\[\]{}\\]')


def read(data: bytes) -> Any:
    """What the file holds. Raises Refused with line and column: not JSON, too large, nested too deeply."""
    if len(data) > MAX_BYTES:
        raise refuse("too_large", limit=MAX_BYTES // 1024 // 1024)
    text = _decoded(data)
    if not text.strip("\ufeff \t\r\n\0"):
        raise refuse("empty")
    _check_depth(text)
    try:
        return _tidied(json.loads(text.lstrip("\ufeff"), parse_constant=_no_number), "\\ud" in text.lower())
    except json.JSONDecodeError as error:
        raise refuse("broken_json", f"line {error.lineno}, column {error.colno}", reason=error.msg) from None
    except (ValueError, RecursionError) as error:
        raise refuse("broken_json", reason=str(error)[:100]) from None


def _decoded(data: bytes) -> str:
    for encoding in (json.detect_encoding(data), "utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise refuse("bad_encoding")


def _check_depth(text: str) -> None:
    """Brackets counted before the file is read: depth costs stack."""
    depth, quoted, skip = 0, False, -1
    for found in _TRICKY.finditer(text):
        sign, at = found.group(), found.start()
        if at == skip:
            continue
        if quoted:
            if sign == "\\":
                skip = at + 1
            quoted = sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                line = text.count("\n", 0, at) + 1
                raise refuse("broken_json", f"line {line}", reason=f"nested more than {MAX_DEPTH} levels deep")
        elif sign in "]}":
            depth -= 1


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number of JSON")


def _tidied(value: Any, needed: bool) -> Any:
    if not needed:
        return value
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_tidied(item, True) for item in value]
    if isinstance(value, dict):
        return {_SURROGATE.sub("\ufffd", key): _tidied(item, True) for key, item in value.items()}
    return value


class Node:
    """A JSON object with its place (`pages[0].elements[2]`). It remembers which keys were looked at."""

    def __init__(self, data: Mapping[str, Any], place: str = "") -> None:
        self.data, self.place = data, place
        self.memo: dict[Any, Any] = {}
        """For what was made of it and takes long to make."""
        self._seen: set[str] = set()

    def at(self, key: str) -> str:
        """The place of a key."""
        return f"{self.place}.{key}" if self.place else key

    def __contains__(self, key: str) -> bool:
        return key in self.data

    def get(self, *keys: str) -> Any:
        """The value of the first of these keys that is there, else None."""
        self._seen.update(keys)
        return next((self.data[key] for key in keys if self.data.get(key) is not None), None)

    def key(self, *keys: str) -> str:
        """Which of these keys is there; the first when none is."""
        return next((key for key in keys if self.data.get(key) is not None), keys[0])

    def words(self, *keys: str) -> str:
        """The value as text without spaces around it; "" when it is none. Numbers count as text."""
        value = self.get(*keys)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return ""
        return str(value).strip()

    def flag(self, *keys: str) -> bool:
        """Whether the value is true (also "true", as some editors write it)."""
        value = self.get(*keys)
        return value is True or (isinstance(value, str) and value.lower() == "true")

    def number(self, *keys: str) -> float | None:
        """The value as a number, also when it is written as text; None when it is none."""
        return as_number(self.get(*keys))

    def listed(self, *keys: str) -> list[Any]:
        """The value when it is a list, else []."""
        value = self.get(*keys)
        return value if isinstance(value, list) else []

    def nodes(self, *keys: str) -> "list[Node]":
        """The objects of a list, each with its place."""
        key = self.key(*keys)
        return [Node(v, f"{self.at(key)}[{i}]") for i, v in enumerate(self.listed(*keys)) if isinstance(v, dict)]

    def node(self, key: str) -> "Node | None":
        """An object inside."""
        value = self.get(key)
        return Node(value, self.at(key)) if isinstance(value, dict) else None

    def rest(self) -> Iterator[tuple[str, Any]]:
        """The keys nobody looked at, with their values."""
        yield from ((key, value) for key, value in self.data.items() if key not in self._seen and value is not None)


def as_number(value: Any) -> float | None:
    """A finite number below 1e15, whole ones as int; None for all else."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, str):
            value = float(value) if len(value) < 40 else None
        if not isinstance(value, int | float) or not abs(value) < 1e15:
            return None
    except (ValueError, OverflowError):
        return None
    return int(value) if float(value).is_integer() else float(value)
