"""The text of a .docx: a line per paragraph and per row of a table, with the numbers of lists and the boxes to tick.

Deleted passages, hidden words, codes of fields and what is said twice for older programs are left out. A run of underlined
spaces is a blank to fill in. Source: ECMA-376 part 1, 17.3 (paragraphs and runs), 17.4 (tables).
"""

import re
from collections.abc import Callable, Mapping
from xml.parsers import expat

from survey_app.formats.importing import archives, xml
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.plain_text.parsing import MAX_CHARACTERS
from survey_app.formats.word.numbering import Counter, Level, Numbering

DOCUMENT, NUMBERING, STYLES = "word/document.xml", "word/numbering.xml", "word/styles.xml"
_LARGEST = 50_000_000  # bytes of one part
_MOST_ELEMENTS, _DEEPEST = 1_000_000, 200
_UNREAD = frozenset(
    {"del", "moveFrom", "instrText", "delText", "Fallback", "footnoteReference", "endnoteReference", "rt", "pPrChange",
     "rPrChange", "numberingChange", "tabs"}
)  # fmt: skip
_CODE = re.compile("[0-9A-CEFa-cef][0-9A-Fa-f]{3}|[Dd][0-7][0-9A-Fa-f]{2}")  # of a character, not of half a one
_OFF = frozenset({"0", "false", "off", "none"})

Attributes = Mapping[str, str]


def text_of(data: bytes) -> str:
    """The lines of a document. Raises Refused."""
    parts, _ = archives.members(data, {DOCUMENT, NUMBERING, STYLES}.__contains__, _LARGEST)
    if DOCUMENT not in parts:
        raise refuse("missing_part", what=(DOCUMENT, DOCUMENT))
    numbering = Numbering()
    if NUMBERING in parts:
        _Lists(numbering).read(parts[NUMBERING], NUMBERING)
    if STYLES in parts:
        _Styles(numbering).read(parts[STYLES], STYLES)
    body = _Body(numbering)
    body.read(parts[DOCUMENT], DOCUMENT)
    return "\n".join(body.lines)


class _Part:
    """One XML part: calls `start` and `end` with the names of the vocabulary, others as they are."""

    def __init__(self) -> None:
        self._count = 0
        self._depth = 0
        self._parser = expat.ParserCreate(namespace_separator=" ")

    def read(self, data: bytes, name: str) -> None:
        """Raises Refused."""
        parser = self._parser
        parser.StartElementHandler, parser.EndElementHandler = self._opened, self._closed
        parser.CharacterDataHandler = self.said
        xml.read(parser, data, name)

    def _opened(self, tag: str, attributes: Attributes) -> None:
        self._count += 1
        self._depth += 1
        if self._count > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise refuse("too_much", what=("elements", "元素"), limit=_MOST_ELEMENTS)
        self.start(_local(tag), {_local(key): value for key, value in attributes.items()})

    def _closed(self, tag: str) -> None:
        self._depth -= 1
        self.end(_local(tag))

    def start(self, tag: str, of: Attributes) -> None:
        """An element begins."""

    def end(self, tag: str) -> None:
        """An element ends."""

    def said(self, words: str) -> None:
        """Characters between elements."""


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _whole(text: str | None, least: int = 0, most: int = 30_000) -> int | None:
    if text is None or not text.lstrip("-").isdecimal() or len(text) > 9:
        return None
    return min(max(int(text), least), most)


def _depth_of(of: Attributes, key: str) -> int:
    return _whole(of.get(key), most=8) or 0


class _Lists(_Part):
    """word/numbering.xml."""

    def __init__(self, into: Numbering) -> None:
        super().__init__()
        self._into = into
        self._abstract = self._number = ""
        self._level = Level()
        self._at = 0

    def start(self, tag: str, of: Attributes) -> None:
        value = of.get("val", "")
        if tag == "abstractNum":
            self._abstract = of.get("abstractNumId", "")
        elif tag == "num":
            self._number, self._abstract = of.get("numId", ""), ""
        elif tag == "abstractNumId":
            self._into.lists[self._number] = value
        elif tag == "lvlOverride":
            self._at = _depth_of(of, "ilvl")
        elif tag == "startOverride":
            self._into.starts[self._number, self._at] = _whole(value) or 0
        elif tag == "lvl":
            self._at, self._level = _depth_of(of, "ilvl"), Level()
            abstract = self._abstract or self._into.lists.get(self._number, "")
            self._into.levels[abstract, self._at] = self._level
        else:
            self._detail(tag, value)

    def _detail(self, tag: str, value: str) -> None:
        if tag == "start":
            self._level.start = _whole(value) or 0
        elif tag == "numFmt":
            self._level.kind = value
        elif tag == "lvlText":
            self._level.text = value[:50]
        elif tag == "pStyle" and self._abstract:
            self._into.styles.setdefault(value, ("", self._at))


class _Styles(_Part):
    """word/styles.xml: lists that styles of paragraphs have by themselves."""

    def __init__(self, into: Numbering) -> None:
        super().__init__()
        self._into = into
        self._style = ""
        self._at = 0

    def start(self, tag: str, of: Attributes) -> None:
        if tag == "style":
            self._style, self._at = of.get("styleId", ""), 0
        elif tag == "ilvl":
            self._at = _depth_of(of, "val")
        elif tag == "numId" and self._style:
            known = self._into.styles.get(self._style, ("", 0))
            self._into.styles[self._style] = (of.get("val", ""), self._at or known[1])


class _Body(_Part):
    """word/document.xml."""

    def __init__(self, numbering: Numbering) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._of, self._counter = numbering, Counter(numbering)
        self._unread = 0  # elements that are open and not read
        self._tables: list[list[list[str]]] = []  # of every open table: the cells of its row, each with its paragraphs
        self._line: list[str] = []
        self._open: list[tuple[list[str], str, str, int, bool, bool]] = []  # paragraphs around a text box
        self._style = self._number = ""
        self._at = 0
        self._inside = False  # of a run's text
        self._hidden = self._underlined = False
        self._length = 0

    def start(self, tag: str, of: Attributes) -> None:
        if self._unread or tag in _UNREAD:
            self._unread += 1
            return
        if begun := _BEGIN.get(tag):
            begun(self, of)

    def end(self, tag: str) -> None:
        if self._unread:
            self._unread -= 1
        elif ended := _END.get(tag):
            ended(self)

    def said(self, words: str) -> None:
        if not self._inside or self._unread or self._hidden:
            return
        self._length += len(words)
        if self._length > MAX_CHARACTERS:
            raise refuse("too_much", what=("characters", "字符"), limit=MAX_CHARACTERS)
        blank = self._underlined and not words.strip()
        self._line.append("____" if blank else words)

    def paragraph(self, _: Attributes) -> None:
        self._open.append((self._line, self._style, self._number, self._at, self._hidden, self._underlined))
        self._line, self._style, self._number, self._at = [], "", "", 0

    def paragraph_ends(self) -> None:
        text = "".join(self._line)
        number, at = self._number, self._at
        if not number and (of_style := self._of.styles.get(self._style)):
            number, at = of_style[0], self._at or of_style[1]
        if number and text.strip():
            text = self._counter.words(number, at) + text
        if self._open:
            self._line, self._style, self._number, self._at, self._hidden, self._underlined = self._open.pop()
        if self._tables and self._tables[-1]:
            self._tables[-1][-1].append(text)
        else:
            self.lines += text.split("\n")

    def table(self, _: Attributes) -> None:
        self._tables.append([])

    def row(self, _: Attributes) -> None:
        if self._tables:
            self._tables[-1].clear()

    def cell(self, _: Attributes) -> None:
        if self._tables:
            self._tables[-1].append([])

    def row_ends(self) -> None:
        if not self._tables:
            return
        cells = [[line for part in cell for line in part.split("\n")] for cell in self._tables[-1]]
        self._tables[-1].clear()
        # a table of one column is a frame around paragraphs
        lines = cells[0] if len(cells) == 1 else ["\t".join(" ".join(filter(None, cell)).strip() for cell in cells)]
        if len(self._tables) > 1 and self._tables[-2]:
            self._tables[-2][-1] += lines
        else:
            self.lines += lines

    def table_ends(self) -> None:
        if self._tables:
            self._tables.pop()

    def run(self, _: Attributes) -> None:
        self._hidden = self._underlined = False

    def hidden(self, of: Attributes) -> None:
        self._hidden = of.get("val", "true") not in _OFF

    def underlined(self, of: Attributes) -> None:
        self._underlined = of.get("val", "single") not in _OFF

    def text(self, _: Attributes) -> None:
        self._inside = True

    def text_ends(self) -> None:
        self._inside = False

    def tab(self, _: Attributes) -> None:
        self._line.append("____" if self._underlined else "\t")

    def newline(self, _: Attributes) -> None:
        self._line.append("\n")

    def hyphen(self, _: Attributes) -> None:
        self._line.append("-")

    def box(self, _: Attributes) -> None:
        self._line.append("□")

    def sign(self, of: Attributes) -> None:
        """A sign of a font of pictures, such as a box."""
        code = of.get("char", "")
        if _CODE.fullmatch(code):
            self._line.append(chr(int(code, 16)))

    def style(self, of: Attributes) -> None:
        self._style = of.get("val", "")

    def in_list(self, of: Attributes) -> None:
        self._number = of.get("val", "")

    def at_depth(self, of: Attributes) -> None:
        self._at = _depth_of(of, "val")


_BEGIN: Mapping[str, Callable[[_Body, Attributes], None]] = {
    "p": _Body.paragraph, "tbl": _Body.table, "tr": _Body.row, "tc": _Body.cell, "r": _Body.run, "vanish": _Body.hidden,
    "u": _Body.underlined, "t": _Body.text, "tab": _Body.tab, "br": _Body.newline, "cr": _Body.newline,
    "noBreakHyphen": _Body.hyphen, "sym": _Body.sign, "checkBox": _Body.box, "pStyle": _Body.style,
    "numId": _Body.in_list, "ilvl": _Body.at_depth,
}  # fmt: skip
_END: Mapping[str, Callable[[_Body], None]] = {
    "p": _Body.paragraph_ends, "tr": _Body.row_ends, "tbl": _Body.table_ends, "t": _Body.text_ends,
}  # fmt: skip
