"""Makes a photo or a document of a respondent harmless: standard input to standard output.

Run by `uploads` as a process of its own, with limits: a hostile file may take memory and time only here, and a fault of a
decoder ends only this. It imports nothing of the platform and opens no other file. Arguments: photo, or document.
A photo is drawn anew, upright, at most LONGEST_SIDE pixels long, as JPEG: nothing of place, device or time that the phone had
written into it is left. A document (PDF) comes out as it went in, or not at all.
Exit 0 good; 3 no picture; 4 too many pixels; 5 broken; 6 holds programs or files; 7 cannot be checked; a signal: beyond the
limits.
"""

import contextlib
import io
import re
import sys
import zlib
from collections.abc import Iterator

MOST_MEMORY = 512 * 1024**2
MOST_SECONDS = 15  # of processor time
LONGEST_SIDE = 2_000  # pixels of a kept photo
QUALITY = 82
NO_PICTURE, TOO_LARGE, BROKEN, ACTIVE, UNCHECKED = 3, 4, 5, 6, 7

_MOST_JPEG, _MOST_OTHER = 80_000_000, 25_000_000  # pixels; JPEG alone can be read smaller than it is
_MOST_PIXELS = {"JPEG": _MOST_JPEG, "MPO": _MOST_JPEG, "PNG": _MOST_OTHER, "WEBP": _MOST_OTHER}  # MPO: JPEG with depth
_MOST_UNPACKED = 64_000_000  # bytes of all packed objects of a document

_ACTING = re.compile(rb"/(?:JavaScript|Launch|EmbeddedFile|RichMedia|SubmitForm|ImportData)")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_PACKED = re.compile(rb"/ObjStm")
_PLAIN_FLATE = re.compile(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?\s*(?:/(?!DecodeParms|Filter)|>>)")
_HEAD = 2_000  # bytes before a stream in which its description stands


def limit() -> None:
    """No more memory and time than a large photo takes, and no file."""
    try:
        import resource
    except ImportError:  # no such limits on Windows: the time limit of the caller remains
        return
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold the photo
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    with contextlib.suppress(ValueError, OSError):  # macOS refuses it
        resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))


# --- photos -----------------------------------------------------------------------------------------------------------
def photo(body: bytes) -> bytes:
    """The picture alone. Exits when there is none."""
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(io.BytesIO(body), formats=("JPEG", "PNG", "WEBP")) as opened:
            if opened.width * opened.height > _MOST_PIXELS.get(opened.format or "", 0):
                sys.exit(TOO_LARGE)
            opened.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
            return _drawn_anew(opened)
    except UnidentifiedImageError:
        sys.exit(NO_PICTURE)
    except Image.DecompressionBombError:
        sys.exit(TOO_LARGE)


def _drawn_anew(opened: "Image.Image") -> bytes:  # type: ignore[name-defined]  # noqa: F821 - imported where it is used
    from PIL import Image, ImageOps

    opened.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    try:
        upright = ImageOps.exif_transpose(opened)
    except Exception:  # what a phone wrote into it may be damaged in any way: then it stays as it lies
        upright = opened
    paper = Image.new("RGB", upright.size, "white")
    if upright.has_transparency_data:
        layer = upright.convert("RGBA")
        paper.paste(layer, mask=layer)
    else:
        paper.paste(upright.convert("RGB"))
    made = io.BytesIO()
    paper.save(made, "JPEG", quality=QUALITY)
    return made.getvalue()


# --- documents --------------------------------------------------------------------------------------------------------
def document(body: bytes) -> bytes:
    """The same bytes. Exits when something in it could act, or when that cannot be seen."""
    if b"%%EOF" not in body[-2048:]:
        sys.exit(BROKEN)
    if b"/Encrypt" in _plain(body):
        sys.exit(UNCHECKED)
    for part in (_plain(body), *map(_plain, _unpacked(body))):
        if _ACTING.search(part):
            sys.exit(ACTIVE)
    return body


def _plain(part: bytes) -> bytes:
    """Names without escapes: /J#61vaScript is /JavaScript."""
    return _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), part)


def _unpacked(body: bytes) -> Iterator[bytes]:
    """Objects that lie packed in streams."""
    left, end = _MOST_UNPACKED, 0
    for found in _STREAM.finditer(body):
        head = _plain(body[max(end, found.start() - _HEAD) : found.start()])
        end = found.end()
        if not _PACKED.search(head):
            continue
        if not _PLAIN_FLATE.search(head):
            sys.exit(UNCHECKED)
        try:
            part = zlib.decompressobj().decompress(body[end:], left)
        except zlib.error:
            sys.exit(BROKEN)
        left -= len(part)
        if left <= 0:
            sys.exit(UNCHECKED)
        yield part


if __name__ == "__main__":
    limit()
    try:
        made = {"photo": photo, "document": document}[sys.argv[1]](sys.stdin.buffer.read())
    except MemoryError:
        sys.exit(TOO_LARGE)
    except Exception:  # a decoder may raise anything; nothing of the file is told to a log
        sys.exit(BROKEN)
    sys.stdout.buffer.write(made)
    sys.stdout.buffer.flush()
