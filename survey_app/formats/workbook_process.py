"""Reads a workbook (XLSX or XLS) from standard input and writes its first filled sheet to standard output, row by row.

Run by `tables` as a process of its own, with limits: a hostile workbook may take memory and time only here. It imports nothing
of the platform. Output: a line of JSON per row that holds anything, `[row number, [cell, ...]]`; cells are texts as a person
sees the values: a formula gives its stored value, a date is `2026-11-20 14:05:00`, a whole number has no `.0`.
With the argument `all`: every sheet, `[row number, [cell, ...], name of the sheet]`, under the limits of a questionnaire.
Exit 0 good; 3 protected by a password; 4 no table; 5 too large; 6 broken; a signal: beyond the limits.
"""

import contextlib
import io
import json
import re
import struct
import sys
import zipfile
from datetime import date, datetime, time
from typing import Any

MOST_MEMORY = 3 * 1024**3  # of address space
MOST_SECONDS = 60  # of processor time
MOST_UNPACKED = 800 * 1024**2
MOST_MEMBERS = 2_000
FORM_MEMORY, FORM_SECONDS = 480 * 1024**2, 4  # a questionnaire is small
FORM_MEMORY_XLS = 1_000 * 1024**2  # the reader of .xls asks for room by a number in the file, and uses little of it
BIGGEST_RATIO = 250  # of a member of more than 10 MB; tables of real orders pack 5 to 40 times
EXACT = 10**15  # whole numbers from here on have lost digits in any spreadsheet

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # the stream of a workbook under a password

_SIZE = re.compile(rb"\x00\x02\x0e\x00(?=.{14})", re.DOTALL)  # the record of a sheet's size in .xls
MOST_CELLS = 1_000_000

PROTECTED, EMPTY, TOO_LARGE, BROKEN = 3, 4, 5, 6


def _limit(memory: int = MOST_MEMORY, seconds: int = MOST_SECONDS) -> None:
    try:
        import resource
    except ImportError:  # no such limits on Windows: the checks of the packed sizes remain
        return
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with contextlib.suppress(ValueError, OSError):  # whoever started this may have a smaller limit for itself
        resource.setrlimit(resource.RLIMIT_DATA, (memory, resource.getrlimit(resource.RLIMIT_DATA)[1]))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the customers
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))


def _refuse_bombs(data: bytes) -> None:
    if not data.startswith(b"PK"):
        return
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > MOST_UNPACKED:
        sys.exit(TOO_LARGE)
    for member in members:
        if member.file_size > 10_000_000 and member.file_size > BIGGEST_RATIO * max(member.compress_size, 1):
            sys.exit(TOO_LARGE)


def _with_true_sizes(data: bytes) -> bytes:
    """An old workbook whose sheets say no more than a million cells of their size.

    The number is only what the reader makes room for (32 bytes each), and programs write a million rows for a small table.
    """
    made = bytearray(data)
    for match in _SIZE.finditer(data):
        first, last, left, right, rest = struct.unpack_from("<IIHHH", data, match.start() + 4)
        if not rest and first < last <= 1 << 21 and left < right and (last - first) * (right - left) > MOST_CELLS:
            struct.pack_into("<I", made, match.start() + 8, first + 1)
    return bytes(made)


def _text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < EXACT:
            return str(int(value))
        return repr(value) if abs(value) < EXACT else f"{value:.14E}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, (date, time)):
        return value.isoformat()
    return str(value)


def _sheet(book: Any) -> Any:
    for number in range(len(book.sheet_names)):
        sheet = book.get_sheet_by_index(number)
        if sheet.start is not None and sheet.height:
            return sheet
    sys.exit(EMPTY)


def main(every: bool = False) -> None:
    """Read, check, write: the first filled sheet, or every one."""
    if not every:
        _limit()
    data = sys.stdin.buffer.read()
    if every:
        _limit(FORM_MEMORY if data.startswith(b"PK") else FORM_MEMORY_XLS, FORM_SECONDS)
    if data.startswith(b"\xd0\xcf") and _ENCRYPTED in data:
        sys.exit(PROTECTED)
    _refuse_bombs(data)
    if data.startswith(b"\xd0\xcf"):
        data = _with_true_sizes(data)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    del data
    if not every:
        _write(_sheet(book), [])
        return
    for name in book.sheet_names:
        _write(book.get_sheet_by_name(name), [name])


def _write(sheet: Any, more: list[str]) -> None:
    for number, row in enumerate(sheet.iter_rows(), start=1):
        cells = [_text(value) for value in row]
        while cells and not cells[-1]:
            cells.pop()
        if cells:
            sys.stdout.write(json.dumps([number, cells, *more]) + "\n")


if __name__ == "__main__":
    import python_calamine

    try:
        main(sys.argv[1:] == ["all"])
        sys.stdout.flush()
    except python_calamine.PasswordError:
        sys.exit(PROTECTED)
    except MemoryError:
        sys.exit(TOO_LARGE)
    except BrokenPipeError:  # the reader has seen enough
        with contextlib.suppress(OSError):
            sys.stdout.close()
    except (
        python_calamine.CalamineError,
        zipfile.BadZipFile,
        OSError,
        ValueError,
        KeyError,
        RuntimeError,
        NotImplementedError,
    ):
        sys.exit(BROKEN)
