"""Names of 32 characters in a `.dta` file that pyreadstat wrote.

pyreadstat names the label set of a variable after it, with a number behind, and then finds the name too long. So variables with
long names are written under short ones (`stand_ins`), and their names are put in afterwards: they stand in fields of a fixed
width. The layout is that of release 118 (Stata: `help dta`).
"""

import struct
from collections.abc import Sequence
from typing import IO

LONGEST = 26  # so that up to six digits fit behind
FIELD = 129  # bytes of a name, with the zero behind
MAP_ENTRIES, OF_NAMES = 14, 3


class NotADataset(ValueError):
    """The file is not laid out as release 118 says."""


def stand_ins(names: Sequence[str]) -> list[str]:
    """The names under which the columns are written. Ours never end with `_`, so none is taken."""
    return [name if len(name) <= LONGEST else f"c{place}_" for place, name in enumerate(names)]


def put_in(file: IO[bytes], names: Sequence[str]) -> None:
    """Write the true names over those in the file. Raises NotADataset."""
    head = file.read(4096)
    place = head.find(b"<label>") + len("<label>")  # nothing anybody wrote stands before it
    place += 2 + struct.unpack("<H", head[place : place + 2])[0]
    place = _after(head, place, b"</label><timestamp>")
    place += 1 + head[place]
    place = _after(head, place, b"</timestamp></header><map>")
    offsets = struct.unpack(f"<{MAP_ENTRIES}Q", head[place : place + 8 * MAP_ENTRIES])
    file.seek(offsets[OF_NAMES])
    if file.read(10) != b"<varnames>":
        raise NotADataset("no names where the map says")
    file.seek(offsets[OF_NAMES] + 10)
    file.write(b"".join(name.encode().ljust(FIELD, b"\0") for name in names))


def _after(head: bytes, place: int, mark: bytes) -> int:
    if head[place : place + len(mark)] != mark:
        raise NotADataset(f"{mark!r} is not at {place}")
    return place + len(mark)
