"""Action tags of a field's annotation: `@HIDDEN @NONEOFTHEABOVE='8,9' @MAXCHECKED=3`."""

import re

_TAG = re.compile(
    r"@([A-Z][A-Z0-9_-]{1,40})(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s@]+))|(\([^()]{0,500}\)))?", re.IGNORECASE
)
CALCULATING = ("CALCTEXT", "CALCDATE")
HIDING = ("HIDDEN", "HIDDEN-SURVEY")


def tags(annotation: str) -> dict[str, str]:
    """Tag in capital letters -> its value, "" for none."""
    found: dict[str, str] = {}
    for match in _TAG.finditer(annotation):
        value = next((part for part in match.groups()[1:] if part is not None), "")
        found.setdefault(match[1].upper(), value.strip())
    return found


def codes(value: str) -> list[str]:
    """The codes in a tag's value, in small letters."""
    return [code.strip().lower() for code in value.split(",") if code.strip()]
