"""Tables in somebody's file, for importers: rows of texts with their places, or a refusal. The reading itself is `tables`'s."""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from survey_app.errors import DomainError
from survey_app.formats import tables
from survey_app.formats.importing.refusing import Refused, refuse

MOST_BYTES = 20_000_000
MOST_ROWS = 20_000  # of one sheet
MOST_CELLS = 1_000_000
_MOST_MEMBERS, _MOST_UNPACKED, _BIGGEST_RATIO = 1_000, 200 * 1024**2, 100
_SMALL = 2_000_000  # bytes: a small part may be packed better than any real one without harm
_HEAD = 65_536
_DOCTYPE = re.compile(rb"<!\s*(doctype|entity)", re.IGNORECASE)
_NESTED = (".zip", ".7z", ".rar", ".gz", ".xlsx", ".jar")

Sheets = dict[str, list[tuple[int, list[str]]]]
"""Name of the sheet -> (row from 1, cells)."""


def workbook(data: bytes) -> Sheets:
    """Every sheet of an XLSX or XLS file. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise refuse("too_large", limit=MOST_BYTES // 1_000_000)
    if data.startswith(b"PK"):
        _check_archive(data)
    found: Sheets = {}
    cells = 0
    for name, number, row in _told(lambda: tables.sheets(lambda: io.BytesIO(data))):
        sheet = found.setdefault(name, [])
        cells += len(row)
        if len(sheet) >= MOST_ROWS or cells > MOST_CELLS:
            raise refuse("too_much", f"{name}!A{number}", what=("rows", "行"), limit=MOST_ROWS)
        sheet.append((number, row))
    return found


def csv_rows(data: bytes) -> list[tuple[int, list[str]]]:
    """Every filled row of a CSV file with the line where it begins. Raises Refused."""
    if len(data) > MOST_BYTES:
        raise refuse("too_large", limit=MOST_BYTES // 1_000_000)
    found: list[tuple[int, list[str]]] = []
    cells = 0
    for number, row in _told(lambda: _csv(data)):
        cells += len(row)
        if len(found) >= MOST_ROWS or cells > MOST_CELLS:
            raise refuse("too_much", f"line {number}", what=("rows", "行"), limit=MOST_ROWS)
        found.append((number, row))
    return found


def column_letters(index: int) -> str:
    """0 -> A, 27 -> AB."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _csv(data: bytes) -> Iterator[tuple[int, list[str]]]:
    if tables.kind_of(data[: tables.LOOK_AT]) != "csv":
        raise DomainError("no table")
    yield from tables.csv_rows(lambda: io.BytesIO(data))


def _told(rows: Callable[[], Iterator[Any]]) -> Iterator[Any]:
    try:
        yield from rows()
    except DomainError as error:
        raise _as_refusal(error) from None


def _as_refusal(error: DomainError) -> Refused:
    words = error.message % error.values if error.values else error.message
    line = error.values.get("line")
    place = f"line {line}" if line else ""
    if "密码" in words:
        return refuse("protected")
    if "没有内容" in words or "是空的" in words:
        return refuse("empty")
    if "无法识别的字符" in words:
        return refuse("bad_encoding", place)
    if line:
        return refuse(
            "broken_workbook", place, reason=("the quotes do not match, or it is too long", "引号不成对或太长")
        )
    if "太大" in words or "最多" in words:
        return refuse("broken_workbook", reason=("unpacked it is too large", "展开后太大"))
    return refuse("broken_workbook", reason=("it is damaged or no table", "文件已损坏或不是表格"))


def _check_archive(data: bytes) -> None:
    """The limits of a questionnaire file, and no document type in any part of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > _MOST_UNPACKED:
                raise refuse("too_much", what=("unpacked bytes or parts", "解压后的大小或文件数"), limit=_MOST_UNPACKED)
            for member in members:
                _check_member(archive, member)
    except (
        zipfile.BadZipFile,
        OSError,
        ValueError,
        RuntimeError,
        NotImplementedError,
        EOFError,
        OverflowError,
    ) as error:
        raise refuse("broken_workbook", reason=("it is damaged", "文件已损坏")) from error


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    name = member.filename
    if name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/") or name.lower().endswith(_NESTED):
        raise refuse(
            "broken_zip", name[:80], reason=("it holds a path outside or another archive", "含有外部路径或嵌套压缩包")
        )
    if member.file_size > _SMALL and member.file_size > _BIGGEST_RATIO * max(member.compress_size, 1):
        raise refuse("too_much", name[:80], what=("unpacked bytes", "解压后的大小"), limit=_MOST_UNPACKED)
    if name.lower().endswith((".xml", ".rels")):
        try:
            with archive.open(member) as part:
                head = part.read(_HEAD)
        except Exception as error:  # zlib, lzma and bz2 have errors of their own
            raise refuse("broken_workbook", name[:80], reason=("this part is damaged", "此部分已损坏")) from error
        if _DOCTYPE.search(head.replace(b"\0", b"")):
            raise refuse("forbidden_xml", name[:80])
