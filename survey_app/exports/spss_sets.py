"""Multiple-response sets in a `.sav` file: one extension record (type 7, subtype 7) before the end of the dictionary.

pyreadstat reads these sets and cannot write them. The layout of the file is that of the PSPP developer guide, "System File
Format": a header of 176 bytes, then records that begin with their type, the dictionary ends with type 999.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO

HEADER = 176
VARIABLE, VALUE_LABELS, VALUE_LABEL_VARIABLES, DOCUMENT, EXTENSION, END = 2, 3, 4, 6, 7, 999
MULTIPLE_RESPONSE, LONG_NAMES = 7, 13
DOCUMENT_LINE = 80
COUNTED = "1"  # the value that says "chosen"


@dataclass(frozen=True, slots=True)
class Set:
    """A multiple dichotomy set: at least two 0/1 variables. `label` on one line, at most 255 bytes."""

    name: str
    label: str
    variables: Sequence[str]


class NotASystemFile(ValueError):
    """The file is not laid out as the guide says."""


def insert(source: IO[bytes], target: IO[bytes], sets: Sequence[Set]) -> None:
    """Copy the dictionary of `source` to `target` with the sets in it. Both then stand where the data begin.

    Raises NotASystemFile when the dictionary cannot be read.
    """
    header = source.read(HEADER)
    if header[:4] not in (b"$FL2", b"$FL3"):
        raise NotASystemFile(header[:4])
    order = "<" if struct.unpack("<i", header[64:68])[0] in (2, 3) else ">"
    target.write(header)
    short: dict[str, str] = {}
    while True:
        kind, record = _record(source, order)
        if kind == END:
            if sets:
                target.write(_extension(sets, short, order))
            target.write(record)
            return
        if kind == EXTENSION and struct.unpack(f"{order}i", record[4:8])[0] == LONG_NAMES:
            pairs = record[16:].decode("utf-8").split("\t")
            short = {long: name for name, _, long in (pair.partition("=") for pair in pairs)}
        target.write(record)


def _record(source: IO[bytes], order: str) -> tuple[int, bytes]:
    """The next record of the dictionary: its type and all of its bytes."""
    begun = source.tell()
    kind = _number(source, order)
    if kind == VARIABLE:
        _width, has_label, missing, _print, _write = struct.unpack(f"{order}5i", _bytes(source, 20))
        _bytes(source, 8)  # the short name
        if has_label:
            length = _number(source, order)
            _bytes(source, length + -length % 4)
        _bytes(source, 8 * abs(missing))
    elif kind == VALUE_LABELS:
        for _ in range(_number(source, order)):
            length = _bytes(source, 9)[8]
            _bytes(source, length + -(length + 1) % 8)
    elif kind == VALUE_LABEL_VARIABLES:
        _bytes(source, 4 * _number(source, order))
    elif kind == DOCUMENT:
        _bytes(source, DOCUMENT_LINE * _number(source, order))
    elif kind == EXTENSION:
        _subtype, size, count = struct.unpack(f"{order}3i", _bytes(source, 12))
        _bytes(source, size * count)
    elif kind == END:
        _bytes(source, 4)
    else:
        raise NotASystemFile(f"record {kind} at {begun}")
    length = source.tell() - begun
    source.seek(begun)
    return kind, source.read(length)


def _number(source: IO[bytes], order: str) -> int:
    return int(struct.unpack(f"{order}i", _bytes(source, 4))[0])


def _bytes(source: IO[bytes], count: int) -> bytes:
    found = source.read(count) if count >= 0 else b""
    if len(found) != count:
        raise NotASystemFile(f"ends at {source.tell()}")
    return found


def _extension(sets: Sequence[Set], short: dict[str, str], order: str) -> bytes:
    lines = "".join(_line(found, short) for found in sets).encode()
    return struct.pack(f"{order}4i", EXTENSION, MULTIPLE_RESPONSE, 1, len(lines)) + lines


def _line(found: Set, short: dict[str, str]) -> str:
    """`$why=D1 1 15 <label> why_1 why_2`: the counted value and the label after their lengths, the variables by short name."""
    names = " ".join(short.get(name, name).lower() for name in found.variables)
    label = f"{len(found.label.encode())} {found.label}"
    return f"${found.name}=D{len(COUNTED)} {COUNTED} {label} {names}\n"
