"""The bytes of a .qsf as plain data, within limits, and the ways into it that forgive what PHP makes of lists and truth."""

import re
from collections.abc import Iterator
from typing import Any

from survey_app.formats import json_files
from survey_app.formats.importing.refusing import refuse

FORMAT = "Qualtrics"
_ON = frozenset(("true", "1", "on", "yes"))


def looks_like(data: bytes) -> bool:
    """Whether this is the JSON of a Qualtrics survey; looks at the text alone."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        data = data.decode("utf-16", "replace").encode()
    return data.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") and b'"SurveyElements"' in data


def read(data: bytes) -> dict[str, Any]:
    """The object of the file. Raises Refused with the line and column where it is no JSON."""
    found = json_files.read(data)
    if not isinstance(found, dict) or "SurveyElements" not in found:
        reason = ("“SurveyElements” is missing", "缺少“SurveyElements”")
        raise refuse("not_this_format", "$.SurveyElements", format=FORMAT, reason=reason)
    cleaned: dict[str, Any] = _without_nul(found) if b"\\u0000" in data else found
    return cleaned


def _without_nul(value: Any) -> Any:
    """Without the character that no database holds."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, list):
        return [_without_nul(item) for item in value]
    if isinstance(value, dict):
        return {key.replace("\0", ""): _without_nul(item) for key, item in value.items()}
    return value


# --- ways into the data -----------------------------------------------------------------------------------------------
def mapping(value: Any) -> dict[str, Any]:
    """The object, {} for anything else: an empty PHP array is `[]` in the file."""
    return value if isinstance(value, dict) else {}


def text_of(value: Any) -> str:
    """A text or number as text; "" for nothing and for what is no value."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def is_on(value: Any) -> bool:
    """Truth as the file writes it: true, "true", 1, "1", "on", "ON", "Yes"."""
    return value is True or text_of(value).strip().lower() in _ON


def entries(value: Any) -> Iterator[tuple[str, Any]]:
    """Id and value of an object, or of a list, whose ids are the places from 0."""
    if isinstance(value, dict):
        yield from value.items()
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield str(index), item


def numbered(value: Any) -> list[tuple[str, Any]]:
    """The entries whose ids are numbers, in the order of these numbers; others keep their place behind them."""
    return sorted(
        entries(value), key=lambda entry: int(entry[0]) if entry[0].isdecimal() and len(entry[0]) < 9 else 10**9
    )


def ordered(value: Any, order: Any) -> list[tuple[str, dict[str, Any]]]:
    """The entries in their order of display: those that `order` names, then the rest."""
    items = {key: _entry(item) for key, item in entries(value)}
    first = [text_of(key) for _, key in entries(order)]
    keys = dict.fromkeys([*(key for key in first if key in items), *items])
    return [(key, items[key]) for key in keys]


def _entry(item: Any) -> dict[str, Any]:
    return item if isinstance(item, dict) else {"Display": text_of(item)}


def dig(value: Any, *path: str) -> Any:
    """What stands at a path through objects and lists; None when there is nothing."""
    for key in path:
        if isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, dict):
            value = value.get(key)
        else:
            return None
    return value


def whole(value: Any) -> int | None:
    """A whole number, also as text."""
    text = text_of(value).strip()
    return int(text) if re.fullmatch(r"-?[0-9]{1,12}", text) else None


def number(value: Any) -> float | None:
    """A number, also as text."""
    text = text_of(value).strip()
    if not re.fullmatch(r"-?[0-9]{1,15}(?:\.[0-9]{1,10})?", text):
        return None
    found = float(text)
    return int(found) if found.is_integer() else found
