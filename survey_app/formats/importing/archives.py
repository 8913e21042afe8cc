"""Members of a ZIP that somebody handed over, within limits. Nothing is written anywhere."""

import io
import zipfile
import zlib
from collections.abc import Callable

from survey_app.formats.importing.refusing import refuse

MOST_MEMBERS, MOST_UNPACKED, BIGGEST_RATIO = 1_000, 200_000_000, 100
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError)
_ARCHIVES = (".zip", ".lsa", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz", ".jar")


def names(data: bytes) -> list[str]:
    """The first names of an archive; none when it is no archive that can be read."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return archive.namelist()[:MOST_MEMBERS]
    except BROKEN:
        return []


def members(data: bytes, wanted: Callable[[str], bool], limit: int) -> tuple[dict[str, bytes], list[str]]:
    """Contents of the wanted members, at most `limit` bytes of each, and the names of all others. Raises Refused."""
    found: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            _judge(infos)
            for info in infos:
                if wanted(info.filename) and info.filename not in found:
                    with archive.open(info) as member:
                        found[info.filename] = member.read(limit + 1)
                    if len(found[info.filename]) > limit:
                        raise refuse("too_large", info.filename, limit=limit // 1_000_000)
    except BROKEN as error:
        raise refuse("broken_zip", reason=str(error)[:100]) from None
    return found, [info.filename for info in infos if info.filename not in found]


def _judge(infos: list[zipfile.ZipInfo]) -> None:
    if len(infos) > MOST_MEMBERS:
        raise refuse("too_much", what=("files in the archive", "压缩包里的文件"), limit=MOST_MEMBERS)
    if sum(info.file_size for info in infos) > MOST_UNPACKED:
        raise refuse("too_large", limit=MOST_UNPACKED // 1_000_000)
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or info.filename.startswith(("/", "\\")) or ":" in parts[0]:
            raise refuse("broken_zip", info.filename, reason="a path leads out of the archive")
        if info.filename.lower().endswith(_ARCHIVES):
            raise refuse("broken_zip", info.filename, reason="an archive inside the archive")
        if info.file_size > 100_000 and info.file_size > BIGGEST_RATIO * max(info.compress_size, 1):
            raise refuse("broken_zip", info.filename, reason="it unpacks to more than a hundred times its size")
