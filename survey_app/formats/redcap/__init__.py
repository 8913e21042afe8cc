"""REDCap data dictionaries: a CSV with 18 columns, one row for each field, as projects download it."""

import re

from survey_app.formats.importing import Building, Imported
from survey_app.formats.redcap.drafting import Drafter
from survey_app.formats.redcap.fields import offered_codes
from survey_app.formats.redcap.rows import Dictionary, looks_like, read

__all__ = ["looks_like", "parse"]

_CHINESE = re.compile("[\u4e00-\u9fff]")


def parse(data: bytes) -> Imported:
    """The draft and the report of a dictionary. Raises Refused with every fault."""
    dictionary = read(data)
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
