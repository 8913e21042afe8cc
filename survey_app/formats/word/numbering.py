"""Numbers that a word processor puts in front of list paragraphs: they stand in no text of the document.

Source: ECMA-376 part 1, 17.9 (numbering), 17.18.59 (kinds of numbers).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_PLACE = re.compile(r"%([1-9])")
_DIGITS = "零一二三四五六七八九"
_HIGHEST = 30_000


@dataclass(slots=True)
class Level:
    """How the paragraphs of one depth of a list are numbered. `text`: `%1.`, `%1.%2`, or a bullet."""

    start: int = 1
    kind: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class Numbering:
    """Lists of a document: levels by (abstract list, depth), the abstract list and the new starts of every list."""

    levels: dict[tuple[str, int], Level] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    starts: dict[tuple[str, int], int] = field(default_factory=dict)
    styles: dict[str, tuple[str, int]] = field(default_factory=dict)
    """List and depth that a style of paragraphs has by itself."""


class Counter:
    """Numbers the paragraphs in the order in which they come."""

    def __init__(self, numbering: Numbering) -> None:
        self._of = numbering
        self._counts: dict[tuple[str, int], int] = {}
        self._begun: set[tuple[str, int]] = set()

    def words(self, number: str, depth: int) -> str:
        """What stands in front of the next paragraph of a list, "" for none."""
        abstract = self._of.lists.get(number)
        level = self._of.levels.get((abstract, depth)) if abstract is not None else None
        if abstract is None or level is None or level.kind == "none":
            return ""
        first = self._of.starts.get((number, depth))
        if first is not None and (number, depth) not in self._begun:
            self._counts[abstract, depth] = first
        elif (abstract, depth) in self._counts:
            self._counts[abstract, depth] += 1
        else:
            self._counts[abstract, depth] = level.start
        self._begun.add((number, depth))
        for deeper in range(depth + 1, 9):
            self._counts.pop((abstract, deeper), None)
        if level.kind == "bullet":
            return f"{level.text} " if level.text.strip() else "• "
        return f"{_PLACE.sub(lambda found: self._one(abstract, int(found[1]) - 1), level.text)} "

    def _one(self, abstract: str, depth: int) -> str:
        level = self._of.levels.get((abstract, depth), Level())
        return spelled(self._counts.get((abstract, depth), level.start), level.kind)


def spelled(number: int, kind: str) -> str:
    """A number in one of the kinds of the standard; in digits where the kind is not known or has no such number."""
    write = _KINDS.get(kind)
    return write(number) if write is not None and 0 < number < _HIGHEST else str(number)


def _letters(number: int) -> str:
    return chr(ord("A") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)


def _roman(number: int) -> str:
    made = ""
    for value, sign in ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
                        (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")):  # fmt: skip
        made += sign * (number // value)
        number %= value
    return made


def _chinese(number: int) -> str:
    if number >= 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def _circled(number: int) -> str:
    return chr(0x245F + number) if number <= 20 else str(number)


_KINDS: Mapping[str, Callable[[int], str]] = {
    "upperLetter": _letters,
    "lowerLetter": lambda number: _letters(number).lower(),
    "upperRoman": _roman,
    "lowerRoman": lambda number: _roman(number).lower(),
    "decimalZero": lambda number: f"{number:02}",
    "decimalEnclosedCircle": _circled,
    "decimalEnclosedCircleChinese": _circled,
    **dict.fromkeys(
        ("chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "ideographDigital",
         "japaneseDigitalTenThousand", "chineseLegalSimplified", "taiwaneseCountingThousand"), _chinese,
    ),
}  # fmt: skip
