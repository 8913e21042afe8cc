"""REDCap data dictionaries: a CSV with 18 columns, one row for each field, as projects download it.

A ZIP of one instrument (`instrument.csv`, as the library of instruments gives it) is read too.
"""

import io
import re
import zipfile
import zlib

from survey_app.formats.importing import Building, Imported
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.redcap import rows
from survey_app.formats.redcap.drafting import Drafter
from survey_app.formats.redcap.fields import offered_codes
from survey_app.formats.redcap.rows import Dictionary

__all__ = ["looks_like", "parse"]

_CHINESE = re.compile("[\u4e00-\u9fff]")
_INSTRUMENT, _LARGEST = "instrument.csv", 20_000_000
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, OSError, NotImplementedError, RuntimeError)


def looks_like(data: bytes) -> bool:
    """Whether it is a dictionary, or a ZIP with one."""
    if not data.startswith(b"PK\x03\x04"):
        return rows.looks_like(data)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _INSTRUMENT in archive.namelist()[:100]
    except _BROKEN:
        return False


def _unpacked(data: bytes) -> bytes:
    """The dictionary of an instrument; anything else as it is. Raises Refused."""
    if not data.startswith(b"PK\x03\x04"):
        return data
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive, archive.open(_INSTRUMENT) as member:
            found = member.read(_LARGEST + 1)
    except (*_BROKEN, KeyError) as error:
        raise refuse("broken_zip", reason=str(error)[:100]) from None
    if len(found) > _LARGEST:
        raise refuse("too_large", _INSTRUMENT, limit=_LARGEST // 1_000_000)
    return found


def parse(data: bytes) -> Imported:
    """The draft and the report of a dictionary. Raises Refused with every fault."""
    dictionary = rows.read(_unpacked(data))
    building = Building("redcap", languages=[_language(dictionary)])
    _count(building, dictionary)
    Drafter(building).draft(dictionary)
    for heading, number in dictionary.unread.items():
        building.lost("setting", "line 1", f"{heading}: {number}", "column_unread")
    return building.done("redcap-dictionary")


def _language(dictionary: Dictionary) -> str:
    sample = " ".join(entry.get("label") for entry in dictionary.entries[:500])[:20_000]
    return "zh-CN" if 3 * len(_CHINESE.findall(sample)) > len(sample.split()) and _CHINESE.search(sample) else "en"


def _count(building: Building, dictionary: Dictionary) -> None:
    source = building.source
    source.pages = len({entry.get("form") for entry in dictionary.entries})
    source.groups = len({entry.get("matrix") for entry in dictionary.entries if entry.get("matrix")})
    for entry in dictionary.entries:
        kind = entry.get("type").lower()
        source.types[kind] += 1
        source.questions += kind not in ("descriptive", "calc")
        source.conditions += bool(entry.get("branching"))
        source.choices += len(offered_codes(entry))
