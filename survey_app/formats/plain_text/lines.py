"""Lines of a text, cleaned, with a half-width twin for matching and the marks they begin with.

Every pattern is anchored or looks for single characters, so that reading takes time in proportion to the text.
"""

import re
import unicodedata
from dataclasses import dataclass, field

_HIDDEN = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad\x00-\x08\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff\ud800-\udfff]"
)
_BREAKS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")
_TWINS = {0xFF01 + i: chr(0x21 + i) for i in range(94)} | {
    ord(character): twin
    for twin, characters in {
        " ": "\u3000\u00a0\u2002\u2003\u2009", "[": "【〔［〖", "]": "】〕］〗", "~": "～〜∼", "-": "－–—―−‐‑",
        '"': "“”「」『』〝〞", "'": "‘’", "|": "｜│┃", "/": "／", "=": "＝",
    }.items()
    for character in characters
}  # fmt: skip
SQUARES = "□☐▢❑❏◻⬜☑☒✓✔■\uf06f\uf0a8\uf0a3\uf071\uf072"
CIRCLES = "○◯◎●⭕⚪\uf0a1\uf099"
BULLETS = "•·‣▪►▶➢➤◦◆◇★☆※\uf0b7\uf0d8\uf0fc\uf0a7\uf06c\uf06e"
_BOXES = re.compile(f"[{SQUARES}{CIRCLES}]")
MARKED = re.compile(rf"[{SQUARES}{CIRCLES}\s\-_0-9()\[\]/.]*")  # the cells of a row that is to be ticked
_CIRCLED = re.compile("[①-⑳⑴-⒇❶-❿]")
_LETTER = re.compile(r"\(?([A-Za-z])\s?(?:[.、):](?![A-Za-z]\.)|,(?!\s)|\s(?=\S))\s{0,3}")
_EMPTY_BOX = re.compile(r"(?:\[\s{0,5}[xX]?\s{0,5}\]|\(\s{0,5}\))\s{0,3}(?=\S)")
_BULLET = re.compile(rf"(?:[{BULLETS}]|\*\s|o\t|-\s|-(?=[^\d\s\-=]))\s{{0,3}}")
_CN = "一二三四五六七八九十"
_NUMBERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("di", re.compile(rf"第\s?([0-9]{{1,4}}|[{_CN}百]{{1,5}})\s?[题問问]\s?[.、:,)]?\s{{0,3}}")),
    (
        "q",
        re.compile(
            r"(?:Question\s?|问题\s?|题目?\s?|[Qq]\.?\s?)([0-9]{1,4}[a-z]?)"
            r"(?:\s?[.、:)\]]|(?=\s)|(?=[^\x00-\x7f]))\s{0,3}"
        ),
    ),
    ("code", re.compile(r"([A-Z][0-9]{1,3}[a-z]?)\s?[.、:)]\s{0,3}")),
    ("both", re.compile(r"\(([0-9]{1,3})\)\s?[.、:]?\s{0,3}")),
    ("dot", re.compile(r"([0-9]{1,4})\s?(?:[.、。](?![0-9])|:(?=\s))\s{0,3}")),
    ("paren", re.compile(r"([0-9]{1,4})\s?\)\s{0,3}")),
    ("tab", re.compile(r"([0-9]{1,3})\t\s{0,3}(?=\S)")),
    ("cn", re.compile(rf"([{_CN}]{{1,4}})\s?[、.:]\s{{0,3}}")),
    ("cnboth", re.compile(rf"\(([{_CN}]{{1,4}})\)\s?[、.:]?\s{{0,3}}")),
)  # fmt: skip
NUMERIC = ("dot", "tab", "paren", "both")
CHINESE = ("cn", "cnboth")
BLANK = re.compile(r"\{_\}|_{2,}|\.{6,}|…{2,}")
_ONLY_BLANK = re.compile(r"(?:[\s_.…]|\{_\})+")
_RULE_LINE = re.compile(r"[-=*~#+]{3,}")
_PAGE_BREAK = re.compile(
    r"[\s=\-*#_~\[(]*(?:分页(?:符|栏)?|下一页|换页|page ?break|new ?page)[\s=\-*#_~\])]*|"
    r"[=\-*#_~]{2,}\s?第\s?[0-9]{1,3}\s?页\s?[=\-*#_~]{2,}",
    re.IGNORECASE,
)
_FOOTER = re.compile(
    r"[\-\s]*第?\s?[0-9]{1,3}\s?页(?:\s?[,/]?\s?共\s?[0-9]{1,3}\s?页)?[\-\s]*|page [0-9]{1,3} of [0-9]{1,3}",
    re.IGNORECASE,
)
"""The foot of a printed page."""
GAP = re.compile(r"\t\s*| {2,}")


@dataclass(frozen=True, slots=True)
class Mark:
    """What a line begins with: its style, its number (letters and circled digits counted from 1), the key as written."""

    style: str
    number: int
    key: str
    end: int


@dataclass(slots=True)
class Line:
    """One line with words. `flat` is `text` in half-width, character by character."""

    number: int
    text: str
    flat: str
    after_blank: bool
    marks: tuple[Mark, ...] = ()
    option: Mark | None = None
    starred: bool = False
    heading: bool = False
    cells: tuple[str, ...] = field(default=())

    def mark(self, styles: frozenset[str]) -> Mark | None:
        """Its number, when it is written in one of these styles."""
        return next((mark for mark in self.marks if mark.style in styles), None)

    @property
    def is_page_break(self) -> bool:
        return len(self.flat) <= 80 and _PAGE_BREAK.fullmatch(self.flat) is not None

    @property
    def is_separator(self) -> bool:
        """A line of dashes, the foot of a page."""
        if len(self.flat) >= 3 and len(set(self.flat)) == 1:
            return _RULE_LINE.match(self.flat) is not None
        return len(self.flat) <= 30 and _FOOTER.fullmatch(self.flat) is not None

    @property
    def is_blank_to_fill(self) -> bool:
        return _ONLY_BLANK.fullmatch(self.flat) is not None and BLANK.search(self.flat) is not None


def flat(text: str) -> str:
    """The half-width twin of a text; every character keeps its place."""
    return text if text.isascii() else text.translate(_TWINS)


def split(text: str) -> list[Line]:
    """The lines with words, numbered as in the text."""
    found: list[Line] = []
    blank = True
    for number, raw in enumerate(_BREAKS.split(unicodedata.normalize("NFC", text)), start=1):
        visible = _HIDDEN.sub("", raw)
        words = visible.strip()
        if words:
            found.append(_line(number, words, blank))
            if visible.lstrip(" \u3000").startswith("\t") and found[-1].cells:
                found[-1].cells = ("", *found[-1].cells)  # the empty corner of a table
        blank = not words
    _ignore_double_spacing(found)
    return found


def count(text: str) -> int:
    """How many lines the text has."""
    return sum(1 for _ in _BREAKS.finditer(text)) + 1


def _line(number: int, words: str, after_blank: bool) -> Line:
    line = Line(number, words, flat(words), after_blank)
    cut = 0
    if line.flat.startswith("#"):
        stripped = line.flat.lstrip("#")
        if stripped.startswith(" ") or not stripped[:1].isdigit():
            line.heading = bool(stripped.strip())
            cut = len(line.flat) - len(stripped.lstrip())
    if line.heading:
        _drop(line, cut)
    if line.flat.startswith("**") and line.flat.endswith("**") and len(line.flat) > 4:
        line.text, line.flat = line.text[2:-2].strip(), flat(line.text[2:-2].strip())
    if line.flat.startswith("*") and not line.flat.startswith("* ") and line.flat.strip("*"):
        _drop(line, len(line.flat) - len(line.flat.lstrip("*")))
        line.starred = True
    elif line.flat.startswith("* ") and numbers_of(line.flat[2:].lstrip()):
        _drop(line, len(line.flat) - len(line.flat[2:].lstrip()))
        line.starred = True
    if line.text:
        line.marks, line.option = numbers_of(line.flat), option_of(line.flat)
    if "|" in line.flat or "\t" in line.text:
        line.cells = cells_of(line.text, line.flat)
    return line


def _drop(line: Line, length: int) -> None:
    line.text, line.flat = line.text[length:].lstrip(), line.flat[length:].lstrip()


def numbers_of(text: str) -> tuple[Mark, ...]:
    """The number a line begins with, in every style it may be read in."""
    found = []
    for style, pattern in _NUMBERS:
        if match := pattern.match(text):
            key = match[1]
            digits = "".join(c for c in key if c.isascii() and c.isdigit())
            found.append(Mark(style, int(digits) if digits else _chinese(key), key, match.end()))
    return tuple(found)


def option_of(text: str) -> Mark | None:
    """The mark of an answer: a letter, a circled number, a box, a bullet."""
    first = text[0]
    if _BOXES.match(text) or _CIRCLED.match(text):
        rest = len(text) - len(text[1:].lstrip())
        if first in SQUARES or first in CIRCLES:
            return Mark("square" if first in SQUARES else "circle", 0, first, rest)
        return Mark("circled", circled(first), first, rest)
    if match := _EMPTY_BOX.match(text):
        return Mark("square" if text[0] == "[" else "circle", 0, "", match.end())
    if match := _LETTER.match(text):
        weak = match[0].strip() == match[1]
        if not weak or match[1].isupper():
            return Mark("weak" if weak else "letter", ord(match[1].lower()) - 96, match[1], match.end())
    if match := _BULLET.match(text):
        letter = _LETTER.match(text, match.end())  # - A.甲
        if letter and letter[0].strip() != letter[1]:
            return Mark("letter", ord(letter[1].lower()) - 96, letter[1], letter.end())
        return Mark("bullet", 0, "", match.end())
    return None


def circled(character: str) -> int:
    """① -> 1"""
    for start in "①⑴❶":
        if 0 <= ord(character) - ord(start) < 20:
            return ord(character) - ord(start) + 1
    return 0


def _chinese(words: str) -> int:
    if "百" in words:
        return 0
    tens, ten, ones = words.rpartition("十")
    first = _CN.index(tens[-1]) + 1 if tens else 1
    last = _CN.index(ones[-1]) + 1 if ones else 0
    return (first * 10 if ten else 0) + last


def cells_of(text: str, twin: str) -> tuple[str, ...]:
    """The cells of a row of a table, divided by bars or tabs; the empty ones at the ends of bars are none."""
    if "|" in twin:
        cut = [i for i, character in enumerate(twin) if character == "|"]
        if len(cut) < 2 and "\t" not in text:
            return ()
        parts = [text[a:b].strip() for a, b in zip([0, *(i + 1 for i in cut)], [*cut, len(text)], strict=True)]
        if twin.startswith("|"):
            parts = parts[1:]
        if twin.endswith("|"):
            parts = parts[:-1]
    else:
        parts = [part.strip() for part in text.split("\t")]
    return tuple(parts) if len(parts) >= 2 else ()


def _ignore_double_spacing(lines: list[Line]) -> None:
    """In a text with an empty line after every line, empty lines mean nothing."""
    if len(lines) >= 8 and sum(line.after_blank for line in lines) >= 0.85 * len(lines):
        for line in lines:
            line.after_blank = False
