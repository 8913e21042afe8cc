"""The tables of a LimeSurvey export: an XML dump of the database, alone (.lss .lsg .lsq) or inside a ZIP (.lsa)."""

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from survey_app.formats.importing import archives, xml
from survey_app.formats.importing.refusing import Refused, refuse

LARGEST = 20_000_000
MOST_ELEMENTS = 1_500_000
DEEPEST = 100
_NAME = {"format": "LimeSurvey"}
_DECLARATION = re.compile(r"\A\s*<\?xml[^<>]*\?>")
_TABLE = ("class", "type/scale", "name", "relevance", "text")
"""Columns of the export that is separated by tabs."""


@dataclass(frozen=True, slots=True)
class Record:
    """One row of a table; `line` of the file where it begins."""

    fields: Mapping[str, str]
    line: int

    def get(self, key: str, default: str = "") -> str:
        """The field as it stands, `default` when the column is not there."""
        return self.fields.get(key, default)

    def number(self, key: str, default: int = 0) -> int:
        """The field as a whole number; `default` when it is none."""
        text = self.fields.get(key, "").strip()
        return int(text) if len(text) < 10 and text.lstrip("-").isascii() and text.lstrip("-").isdigit() else default


@dataclass
class Dump:
    """What the file holds. kind: Survey, Group or Question; `version`: DBVersion; other members of the archive by name."""

    kind: str = ""
    version: int = 0
    languages: list[str] = field(default_factory=list)
    tables: dict[str, list[Record]] = field(default_factory=dict)
    members: list[str] = field(default_factory=list)

    def rows(self, table: str) -> list[Record]:
        """The rows of a table, [] when it is not there."""
        return self.tables.get(table, [])


def is_archive(data: bytes) -> bool:
    """Whether it begins as a ZIP does."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06")


def is_table(data: bytes) -> bool:
    """Whether this is the structure separated by tabs (.txt), which is known and not read."""
    first = data[:4_000].removeprefix(b"\xef\xbb\xbf").split(b"\n", 1)[0]
    columns = first.decode("utf-8", "replace").replace('"', "").strip().split("\t")
    return all(name in columns for name in _TABLE)


def looks_like(data: bytes) -> bool:
    """Whether this is a LimeSurvey file, by its content: the mark of its XML, a ZIP with an .lss inside, its table."""
    if is_archive(data):
        return any(name.lower().endswith(".lss") for name in archives.names(data))
    if is_table(data):
        return True
    head = data[:4_000]
    return b"<LimeSurveyDocType" in head or "<LimeSurveyDocType" in head.decode("utf-16", "replace")


def read(data: bytes) -> Dump:
    """The tables of the file. Raises Refused."""
    if not data.strip():
        raise refuse("empty")
    if len(data) > LARGEST:
        raise refuse("too_large", limit=LARGEST // 1_000_000)
    if is_table(data):
        found = ("it is the table separated by tabs, please export .lss", "这是制表符分隔的结构表，请导出 .lss")
        raise refuse("not_this_format", "line 1", format="LimeSurvey .lss", reason=found)
    members: list[str] = []
    if is_archive(data):
        data, members = _unpacked(data)
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):  # whatever its first line says of itself
        data = _DECLARATION.sub("", data.decode("utf-16", "replace"), count=1).encode("utf-8", "replace")
    dump = _Reader().read(data.lstrip(b" \t\r\n"))
    dump.members = members
    return dump


def _unpacked(data: bytes) -> tuple[bytes, list[str]]:
    """The .lss of an archive and the names of its other members."""
    first = next((name for name in archives.names(data) if name.lower().endswith(".lss")), "")
    found, others = archives.members(data, {first}.__contains__, LARGEST)
    if not found:
        raise refuse("missing_part", what=(".lss in the archive", "压缩包里的 .lss"))
    return found[first], others


class _Reader:
    """document > table > rows > row > field, and document > languages > language. Everything else is passed over."""

    def __init__(self) -> None:
        self.dump = Dump()
        self.path: list[str] = []
        self.count = 0
        self.text: list[str] = []
        self.row: dict[str, str] = {}
        self.row_line = 0
        self.parser = expat.ParserCreate()

    def read(self, data: bytes) -> Dump:
        parser = self.parser
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self.text.append
        xml.read(parser, data)
        if not self.dump.kind:
            raise refuse("not_this_format", "line 1", **_NAME, reason="LimeSurveyDocType is missing")
        return self.dump

    def _start(self, tag: str, _: dict[str, str]) -> None:
        path = self.path
        self.count += 1
        if self.count > MOST_ELEMENTS or len(path) >= DEEPEST:
            raise self._too_much()
        if not path and tag != "document":
            raise refuse("not_this_format", "line 1", **_NAME, reason=f"it begins with <{tag[:40]}>")
        path.append(tag)
        self.text.clear()
        if len(path) == 4 and tag == "row" and path[2] == "rows":
            self.row, self.row_line = {}, self.parser.CurrentLineNumber

    def _too_much(self) -> Refused:
        what = ("elements", "元素")
        return refuse("too_much", f"line {self.parser.CurrentLineNumber}", what=what, limit=MOST_ELEMENTS)

    def _end(self, tag: str) -> None:
        path, depth = self.path, len(self.path)
        if depth == 5 and path[2] == "rows" and path[3] == "row":
            self.row[tag] = "".join(self.text)
        elif depth == 4 and tag == "row" and path[2] == "rows":
            self.dump.tables.setdefault(path[1], []).append(Record(self.row, self.row_line))
        elif depth == 3 and path[1] == "languages" and tag == "language":
            self.dump.languages.append("".join(self.text).strip())
        elif depth == 2 and tag == "LimeSurveyDocType":
            self.dump.kind = "".join(self.text).strip()
        elif depth == 2 and tag == "DBVersion":
            text = "".join(self.text).strip()
            self.dump.version = int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 0
        self.text.clear()
        path.pop()
