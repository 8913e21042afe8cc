"""A table in somebody's file: CSV, XLSX or XLS in, rows of text out, one at a time. What the file is, its content says.

CSV is decoded and cut here, with memory bounded by the longest line; a workbook is read by a process of its own that has
limits of memory and time (`workbook_process`). Nothing is written to a disk. Faults are DomainErrors that name the line.
"""

import csv
import io
import json
import re
import subprocess
import sys
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, BinaryIO, Literal

from survey_app.errors import DomainError
from survey_app.formats import workbook_process as limits
from survey_app.languages import N_
from survey_app.questionnaire.texts import clean

Kind = Literal["csv", "xlsx", "xls"]
Row = tuple[int, list[str]]  # the line (or row of the sheet) where it begins, from 1; its cells, cleaned
Opener = Callable[[], BinaryIO]

MOST_BYTES = 100_000_000
MOST_ROWS = 500_000
MOST_COLUMNS = 200
LONGEST_CELL = 2_000  # characters
LONGEST_LINE = 262_144  # characters of one line of a CSV file
MOST_LINES_OF_ROW = 200  # a quote that is never closed would swallow the rest of the file
LOOK_AT = 65_536  # bytes that tell what a file is
SURELY_UTF8 = 8  # so many characters beyond ASCII are not UTF-8 by chance
_ENOUGH_SECONDS = 120.0  # until the first row

_OTHER = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"\x7fELF",
    b"MZ",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"{\\rtf",
)
_MARKUP = re.compile(rb"\s*<(\?xml|!doctype|html|table|head|meta|svg)", re.IGNORECASE)
_SEPARATOR_LINE = re.compile(r"sep=(.)\s*", re.IGNORECASE)


def kind_of(head: bytes) -> Kind:
    """What a file is by its first bytes. Raises DomainError for what is no table."""
    if not head.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise DomainError(N_("文件是空的。")).at("file")
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return "xls"
    plain = head.removeprefix(b"\xef\xbb\xbf")
    if _MARKUP.match(plain):
        raise DomainError(
            N_("这个文件其实是网页（有些系统把网页存成 .xls）。请用 Excel 打开，另存为 .xlsx 或 .csv 后再上传。")
        ).at("file")
    if head.startswith(_OTHER) or (b"\0" in head and not _looks_wide(head)):
        raise DomainError(N_("这不是表格文件。请上传 CSV、XLSX 或 XLS。")).at("file")
    return "csv"


def rows(opener: Opener) -> Iterator[Row]:
    """Every row that holds anything. `opener` gives the file from its start; it is opened once or twice.

    Raises DomainError: no table, damaged, protected, beyond a limit.
    """
    with closing(opener()) as file:
        kind = kind_of(file.read(LOOK_AT))
    found = csv_rows(opener) if kind == "csv" else _workbook_rows(opener)
    for count, (line, cells) in enumerate(found):
        if count > MOST_ROWS:
            raise DomainError(N_("超过 %(most)s 行，请分成几个文件。"), most=f"{MOST_ROWS:,}").at("file")
        if len(cells) > MOST_COLUMNS:
            raise DomainError(
                N_("第 %(line)s 行有 %(n)s 列，最多 %(most)s 列。"), line=line, n=len(cells), most=MOST_COLUMNS
            ).at("file")
        yield line, [clean(cell[: 4 * LONGEST_CELL], LONGEST_CELL) if cell else "" for cell in cells]


# --- CSV ---------------------------------------------------------------------------------------------------------------
def _looks_wide(head: bytes) -> bool:
    """Whether these bytes are UTF-16: marked, or with a NUL in every second place of most characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    even, odd = head[0::2], head[1::2]
    return max(even.count(0), odd.count(0)) > 0.3 * len(even) and min(even.count(0), odd.count(0)) < 0.02 * len(even)


def encoding_of(opener: Opener) -> str:
    """How the text of a CSV file is encoded: by its mark, else UTF-8 when all of it is, else GB18030.

    Raises DomainError naming the line that is neither.
    """
    with closing(opener()) as file:
        head = file.read(LOOK_AT)
    wide = "utf-16" if head.startswith((b"\xff\xfe", b"\xfe\xff")) else ""
    if not wide and _looks_wide(head):
        wide = "utf-16-le" if head[1::2].count(0) > head[0::2].count(0) else "utf-16-be"
    line, beyond_ascii = _first_fault(opener, wide or "utf-8")
    if line is None:
        return wide or "utf-8-sig"
    if not wide and beyond_ascii < SURELY_UTF8:
        line, _ = _first_fault(opener, "gb18030")
        if line is None:
            return "gb18030"
    raise DomainError(N_("第 %(line)s 行有无法识别的字符。请用 Excel 另存为“CSV UTF-8”后再上传。"), line=line).at(
        "file"
    )


def _first_fault(opener: Opener, encoding: str) -> tuple[int | None, int]:
    """The line of the first byte that is not in this encoding (None: there is none), and how much was no ASCII before it."""
    decoder, line, beyond = getincrementaldecoder(encoding)("strict"), 1, 0
    with closing(opener()) as file:
        while True:
            piece = file.read(1 << 20)
            try:
                text = decoder.decode(piece, final=not piece)
            except UnicodeDecodeError as error:
                good = error.object[: error.start].decode(encoding, "replace")
                return line + good.count("\n"), beyond + sum(character > "\x7f" for character in good)
            line += text.count("\n")
            if beyond < SURELY_UTF8 and not text.isascii():
                beyond += sum(character > "\x7f" for character in text)
            if not piece:
                return None, beyond


def csv_rows(opener: Opener) -> Iterator[Row]:
    """Every row of a CSV file that holds anything, its cells as they stand. Raises DomainError as `rows` does."""
    encoding = encoding_of(opener)
    with io.TextIOWrapper(opener(), encoding=encoding, newline="") as text:
        lines = _Lines(text)
        separator = _separator(lines)
        found = csv.reader(lines, delimiter=separator)
        while True:
            begins = lines.number + 1
            lines.of_row = 0
            try:
                cells = next(found)
            except StopIteration:
                return
            except (csv.Error, UnicodeError) as error:
                raise DomainError(N_("第 %(line)s 行读不懂：引号没有成对，或内容太长。"), line=begins).at(
                    "file"
                ) from error
            while cells and not cells[-1].strip():
                cells.pop()
            if cells:
                yield begins, cells


class _Lines:
    """The lines of a text, refused when one is too long or too many belong to one row."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._ahead: list[str] = []
        self.number = 0
        self.of_row = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._ahead.pop() if self._ahead else self._text.readline(LONGEST_LINE + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.of_row += 1
        if len(line) > LONGEST_LINE:
            raise DomainError(N_("第 %(line)s 行太长。"), line=self.number).at("file")
        if self.of_row > MOST_LINES_OF_ROW:
            start = self.number - self.of_row + 1
            raise DomainError(N_("第 %(line)s 行的引号没有结束。"), line=start).at("file")
        return line

    def push_back(self, line: str) -> None:
        self._ahead.append(line)
        self.number -= 1


def _separator(lines: _Lines) -> str:
    """The sign between cells: what `sep=` says, else the commonest of `,` `;` TAB `|` in the heading, outside quotes."""
    skipped = []
    line = ""
    for line in lines:
        if line.strip():
            break
        skipped.append(line)
    if told := _SEPARATOR_LINE.fullmatch(line):
        return told.group(1)
    for back in [line, *reversed(skipped)] if line else []:
        lines.push_back(back)
    bare = re.sub(r'"[^"]*"', "", line)
    return max(",;\t|", key=bare.count)


# --- workbooks -----------------------------------------------------------------------------------------------------------
def sheets(opener: Opener) -> Iterator[tuple[str, int, list[str]]]:
    """Every row of every sheet of a workbook: (sheet, row from 1, cells as they stand). Raises DomainError as `rows` does."""
    for number, cells, sheet in _process_lines(opener, "all"):
        yield sheet, number, cells


def _workbook_rows(opener: Opener) -> Iterator[Row]:
    yield from ((number, cells) for number, cells in _process_lines(opener))


def _process_lines(opener: Opener, *arguments: str) -> Iterator[list[Any]]:
    program = Path(__file__).with_name("workbook_process.py")
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-I", str(program), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    watch = threading.Timer(_ENOUGH_SECONDS, process.kill)  # of waiting: the processor time is limited inside
    watch.daemon = True
    watch.start()
    try:
        assert process.stdin is not None and process.stdout is not None
        with suppress(BrokenPipeError), process.stdin as target, closing(opener()) as file:
            while piece := file.read(1 << 20):
                target.write(piece)
        for line in process.stdout:
            watch.cancel()  # from here on it waits for us: an import takes a row when the one before is recorded
            yield json.loads(line)
        _refuse_failure(process.wait())
    finally:
        watch.cancel()
        process.kill()
        if process.stdout is not None:
            process.stdout.close()
        process.wait()


def _refuse_failure(code: int) -> None:
    if code == 0:
        return
    sentences = {
        limits.PROTECTED: N_("文件有密码保护，请去掉密码后再上传。"),
        limits.EMPTY: N_("文件里没有内容。"),
        limits.BROKEN: N_("这个文件打不开，可能已损坏。请在 Excel 中打开并另存后再上传。"),
    }
    too_large = N_("这个文件展开后太大。请只保留需要的列，或改存为 CSV。")
    raise DomainError(sentences.get(code, too_large)).at("file")
