"""What the layouts of the paper form share: options under each other, and how much room words take."""

from collections.abc import Iterable
from typing import Any
from unicodedata import east_asian_width

MOST_OPTIONS = 40  # more are not printed: nobody reads 300 towns on paper
MOST_COLUMNS = 11
# a head stands on every page of its table: a taller one would leave no room for rows, and take minutes
MOST_HEAD_LINES = 15

Laid = dict[str, Any]


def item(text: str, *, write: bool = False, note: str = "") -> Laid:
    """One option; `write`: words go on a line behind it."""
    return {"text": text, "write": write, "note": note}


def options(items: list[Laid], shape: str, wanted: int = 1) -> Laid:
    """Options under each other; boxes, which have no order, in two columns when there are many short ones."""
    longest = max(width(item["text"] + item["note"]) for item in items)
    fits = 3 if longest <= 12 else 2 if longest <= 19 else 1
    columns = min(
        fits,
        max(wanted, 2 if shape == "box" and len(items) > 4 else 1),
        2 if any(item["write"] for item in items) else 3,
    )
    return {"body": "options", "options": items, "shape": shape, "columns": columns}


def width(text: str) -> float:
    """Width in 汉字: a Latin letter takes about half of one."""
    return sum(1 if east_asian_width(character) in "WF" else 0.55 for character in text)


def lines(texts: Iterable[str], *, room: float) -> float:
    """About how many lines the longest text takes in a column of `room` millimetres, at 8 points."""
    return max((2.9 * width(words) / room for words in texts), default=0)


def too_wide(texts: Iterable[str], *, room: float) -> bool:
    """Whether a word is wider than its column of `room` millimetres, at 8 points."""
    return any(1.6 * len(word) > room for text in texts for word in text.split() if word.isascii())
