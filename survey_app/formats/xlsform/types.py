"""The words of the column `type`: what each means, in today's and in old spelling."""

import difflib
import re
from dataclasses import dataclass

_SELECTS = {  # longest first
    "add select one prompt using": "select_one",
    "add select multiple prompt using": "select_multiple",
    "q select1": "select_one",
    "q select": "select_multiple",
    "select all that apply from": "select_multiple",
    "select_multiple_from_file": "select_file",
    "select multiple from file": "select_file",
    "select_one_from_file": "select_file",
    "select one from file": "select_file",
    "select all that apply": "select_multiple",
    "select_one_external": "select_external",
    "select one external": "select_external",
    "select multiple using": "select_multiple",
    "select multiple from": "select_multiple",
    "select one using": "select_one",
    "select one from": "select_one",
    "select_multiple": "select_multiple",
    "select multiple": "select_multiple",
    "rank_from_file": "select_file",
    "select_one": "select_one",
    "select one": "select_one",
    "select1": "select_one",
    "rank": "rank",
}
_SELECT = re.compile(rf"({'|'.join(map(re.escape, _SELECTS))})(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
_OTHER = re.compile(r"\s+(or_other|or specify other)$", re.IGNORECASE)
_KINDS = {
    "text": "text|string",
    "phone": "tel|phone number",
    "integer": "integer|int",
    "decimal": "decimal",
    "percentage": "percentage",
    "days": "number of days in last month|number of days in last six months|number of days in last year",
    "range": "range",
    "note": "note",
    "acknowledge": "acknowledge|trigger",
    "date": "date",
    "time": "time",
    "datetime": "datetime|date time",
    "image": "image|photo|picture|signature|draw|annotate",
    "file": "file",
    "audio": "audio",
    "video": "video",
    "geo": "geopoint|geotrace|geoshape|location|gps",
    "barcode": "barcode",
    "calculate": "calculate|calculate_here",
    "hidden": "hidden",
    "osm": "osm",
    "row of a score": "score__row",
    "level of a ranking": "rank__level",
    "external": "csv-external|xml-external",
    "meta": "start|end|today|deviceid|subscriberid|simserial|phonenumber|username|email|audit|start-geopoint|"
    "background-audio|background-geopoint|imei|caseid|start time|end time|get start time|get end time|get today|device id|"
    "get device id|subscriber id|get subscriber id|sim id|get sim id|get phone number|get username|"
    "entity|text audit|audio audit|comments",
}
_PROMPT = re.compile(r"(?:q|add)\s+(.+?)(?:\s+prompt)?")
WORDS = {word: kind for kind, words in _KINDS.items() for word in words.split("|")}
_GROUPS = {"group": "group", "repeat": "repeat", "lgroup": "repeat", "looped group": "repeat", "loop": "loop"}
_KOBO = {"kobomatrix": "kobomatrix", "score": "score", "rank": "rankgroup"}
_BOUND = re.compile(r"(begin|end)[ _]+(.*)", re.IGNORECASE | re.DOTALL)
SILENT = frozenset(("note", "calculate", "hidden", "meta", "external"))
"""Kinds that ask nothing."""


@dataclass(frozen=True, slots=True)
class Type:
    """What a cell says. kind: of `_KINDS`, a select, or `begin` / `end` with the kind of group in `group`."""

    kind: str
    list: str = ""
    other: bool = False
    group: str = ""


def type_of(given: str) -> Type | None:
    """The meaning of a cell of the column `type`, None when it has none."""
    text = " ".join(given.split())
    if bound := _BOUND.fullmatch(text):
        return _bound(bound[1].lower(), bound[2])
    if select := _SELECT.fullmatch(text):
        rest, other = _OTHER.subn("", f" {select[2] or ''}")
        kind = _SELECTS[select[1].lower()]
        if kind == "select_one" and (rest.strip().lower().endswith((".csv", ".xml", ".geojson"))):
            kind = "select_file"
        return Type(kind, rest.strip(), other > 0)
    low = text.lower()
    if prefixed := _PROMPT.fullmatch(low):
        low = prefixed[1]
    if low.startswith(("uri:", "speed violations ", "sensor_statistic ", "sensor_stream ")):
        return Type("meta")
    if low.split(" ")[0] == "osm":
        return Type("osm", low[4:])
    kind = WORDS.get(low, "")
    return Type(kind) if kind else None


def _bound(edge: str, rest: str) -> Type | None:
    words = rest.lower()
    for known in (_GROUPS, _KOBO):
        for word, group in known.items():
            if words == word or (edge == "begin" and words.startswith(f"{word} over ")):
                return Type(edge, rest[len(word) + 6 :].strip() if len(words) > len(word) else "", group=group)
    return None


def near(given: str) -> str:
    """The known word nearest to an unknown one, "" for none."""
    close = difflib.get_close_matches(given.lower()[:40], [*WORDS, "select_one", "select_multiple", "begin_group"], n=1)
    return close[0] if close else ""
