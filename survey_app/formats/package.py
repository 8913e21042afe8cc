"""Our own package (the full export as a ZIP) as an import: its newest questionnaire becomes a draft; the checksums must be right.

The names of its members are defined here, because the export writes what this reads.
"""

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from survey_app.formats import own_yaml
from survey_app.formats.importing import Fault, Imported, Line, Refused
from survey_app.formats.importing.refusing import refuse

README, QUESTIONNAIRE, CHECKSUMS, DATA = "README.txt", "questionnaire.yaml", "SHA256SUMS", "data/"
MOST_MEMBERS, MOST_UNPACKED = 1_000, 1_000_000_000
BIGGEST_RATIO, SMALL = 100, 10_000_000  # what unpacks to little may be as dense as it likes
LARGEST = 20_000_000  # of the questionnaire and of the checksums
CHUNK = 1 << 20
_ARCHIVES = (".zip", ".7z", ".rar", ".gz", ".tar", ".bz2", ".xz", ".jar")
BROKEN = (zipfile.BadZipFile, zlib.error, csv.Error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError)
_SUM = re.compile(r"([0-9a-f]{64}) [ *](.+)")


def looks_like(data: bytes) -> bool:
    """Whether it is a ZIP with our questionnaire and our checksums."""
    if data[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return {QUESTIONNAIRE, CHECKSUMS} <= set(archive.namelist()[:MOST_MEMBERS])
    except BROKEN:
        return False


def parse(data: bytes) -> Imported:
    """The newest questionnaire of the package. Raises Refused, also when a member is not what the checksums say."""
    with checked(data) as archive, readable():
        sums = _sums(member(archive, CHECKSUMS))
        text = member(archive, QUESTIONNAIRE)
    try:
        made = own_yaml.parse(text)
    except Refused as refused:
        raise Refused(replace(f, place=_place(f.place)) for f in refused.faults) from None
    lines = [replace(line, place=_place(line.place)) for line in made.lines]
    others = [name for name in sums if name not in (QUESTIONNAIRE, README)]
    return replace(made, format="package", lines=(*lines, *(_left(name) for name in others)))


@contextmanager
def checked(data: bytes) -> Iterator[zipfile.ZipFile]:
    """The package, when every member is what the checksums say. Raises Refused."""
    with readable():
        archive = zipfile.ZipFile(io.BytesIO(data))
    with archive:
        with readable():
            infos = archive.infolist()
            _judge(infos, len(data))
            _verify(archive, infos, _sums(member(archive, CHECKSUMS)))
        yield archive


@contextmanager
def readable() -> Iterator[None]:
    """Raises Refused for what breaks while an archive is read."""
    try:
        yield
    except BROKEN as error:
        raise refuse("broken_zip", reason=str(error)[:100]) from None


def _place(place: str) -> str:
    return f"{QUESTIONNAIRE}: {place}" if place else QUESTIONNAIRE


def _left(name: str) -> Line:
    return Line("setting", name, name, "lost", "", "answers_stay" if name.startswith(DATA) else "beside_questionnaire")


def _judge(infos: list[zipfile.ZipInfo], size: int) -> None:
    if len(infos) > MOST_MEMBERS:
        raise refuse("too_much", what=("files in the archive", "压缩包里的文件"), limit=MOST_MEMBERS)
    unpacked = sum(info.file_size for info in infos)
    if unpacked > MOST_UNPACKED:
        raise refuse("too_large", limit=MOST_UNPACKED // 1_000_000)
    if unpacked > max(SMALL, BIGGEST_RATIO * size):
        raise refuse("broken_zip", reason="it unpacks to more than a hundred times its size")
    names: set[str] = set()
    for info in infos:
        name = info.filename
        parts = name.replace("\\", "/").split("/")
        if ".." in parts or name.startswith(("/", "\\")) or ":" in parts[0]:
            raise refuse("broken_zip", name[:200], reason="a path leads out of the archive")
        if name.lower().endswith(_ARCHIVES):
            raise refuse("broken_zip", name[:200], reason="an archive inside the archive")
        if name in names:
            raise refuse("broken_zip", name[:200], reason="two files of one name")
        names.add(name)
    for wanted in (QUESTIONNAIRE, CHECKSUMS):
        if wanted not in names:
            raise refuse("missing_part", what=(wanted, wanted))


def member(archive: zipfile.ZipFile, name: str) -> bytes:
    """A small member. Raises Refused when it is large."""
    with archive.open(name) as opened:
        content = opened.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise refuse("too_large", name, limit=LARGEST // 1_000_000)
    return content


def _sums(content: bytes) -> dict[str, str]:
    """Name of a member -> its SHA-256, as `sha256sum` writes them."""
    found: dict[str, str] = {}
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        match = _SUM.fullmatch(line)
        if match is None:
            raise refuse("bad_value", f"{CHECKSUMS}, line {number}", given=line[:80], expected="SHA-256")
        found[match[2]] = match[1]
    return found


def _verify(archive: zipfile.ZipFile, infos: list[zipfile.ZipInfo], sums: dict[str, str]) -> None:
    names = {info.filename for info in infos if not info.is_dir()} - {CHECKSUMS}
    faults = [Fault("missing_part", CHECKSUMS, {"what": name}) for name in sums if name not in names]
    room = MOST_UNPACKED
    for name in sorted(names):
        digest = hashlib.sha256()
        with archive.open(name) as opened:
            while chunk := opened.read(CHUNK):
                digest.update(chunk)
                room -= len(chunk)
                if room < 0:  # the sizes in the directory were not true
                    raise refuse("too_large", limit=MOST_UNPACKED // 1_000_000)
        if digest.hexdigest() != sums.get(name):
            faults.append(Fault("wrong_checksum", name))
    if faults:
        raise Refused(faults)
