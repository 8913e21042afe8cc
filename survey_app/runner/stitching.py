"""One valid gzip member out of a front compressed once, per-request bytes stored as they are, and a rest compressed once.

A page costs no compression per request: the front ends with a full flush (so it ends on a byte), the per-request bytes go
in as one *stored* deflate block, the rest follows. The rest may point back into the front: the decoder still has it in
its window, because the per-request part always has the same length. Only the checksum is computed anew.
"""

import zlib
from struct import pack

_HEADER = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
_WINDOW = 32_768


class Stitched:
    """A document with one hole of `hole` bytes."""

    __slots__ = ("_crc", "_front_z", "_rest_z", "front", "hole", "rest")

    def __init__(self, front: str, rest: str, hole: int) -> None:
        self.front, self.rest, self.hole = front.encode(), rest.encode(), hole
        first = zlib.compressobj(9, zlib.DEFLATED, -15, 9)
        self._front_z = _HEADER + first.compress(self.front) + first.flush(zlib.Z_FULL_FLUSH)
        # NUL never occurs in a page, so nothing of the rest can be taken from the place of the hole
        seen = (self.front + bytes(hole))[-_WINDOW:]
        last = zlib.compressobj(9, zlib.DEFLATED, -15, 9, zlib.Z_DEFAULT_STRATEGY, seen)
        self._rest_z = last.compress(self.rest) + last.flush()
        self._crc = zlib.crc32(self.front)

    def plain(self, middle: bytes) -> bytes:
        """The document as it is."""
        return b"".join((self.front, middle, self.rest))

    def gzip(self, middle: bytes) -> bytes:
        """The document as a gzip member; `middle` has exactly `hole` bytes, at most 65,535."""
        length = len(middle)
        if length != self.hole:
            raise ValueError("the hole has another size")
        crc = zlib.crc32(self.rest, zlib.crc32(middle, self._crc))
        size = len(self.front) + length + len(self.rest)
        block = pack("<BHH", 0, length, length ^ 0xFFFF)
        return b"".join((self._front_z, block, middle, self._rest_z, pack("<II", crc, size & 0xFFFFFFFF)))
