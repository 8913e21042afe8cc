"""The rows of a REDCap data dictionary: 18 columns by their headings, in the words of the download or of the API."""

import re
from dataclasses import dataclass, field

from survey_app.formats.importing.refusing import Fault, Refused, refuse
from survey_app.formats.importing.workbooks import csv_rows

FORMAT = ("REDCap data dictionary", "REDCap 数据字典")
_HEADINGS = {
    "name": ("variable / field name", "variable field name", "field_name", "variable"),
    "form": ("form name", "form_name"),
    "section": ("section header", "section_header"),
    "type": ("field type", "field_type"),
    "label": ("field label", "field_label"),
    "choices": (
        "choices, calculations, or slider labels",
        "choices, calculations, or slider labels (if applicable)",
        "choices or calculations",
        "select_choices_or_calculations",
    ),
    "note": ("field note", "field_note"),
    "validation": (
        "text validation type or show slider number",
        "text_validation_type_or_show_slider_number",
        "text validation type",
    ),
    "min": ("text validation min", "text_validation_min"),
    "max": ("text validation max", "text_validation_max"),
    "identifier": ("identifier?", "identifier"),
    "branching": ("branching logic (show field only if...)", "branching logic", "branching_logic"),
    "required": ("required field?", "required_field", "required field"),
    "alignment": ("custom alignment", "custom_alignment"),
    "number": ("question number (surveys only)", "question_number", "question number"),
    "matrix": ("matrix group name", "matrix_group_name"),
    "ranking": ("matrix ranking?", "matrix_ranking", "matrix ranking"),
    "annotation": ("field annotation", "field_annotation", "field annotation (action tags)"),
}


def _plain(heading: str) -> str:
    """Small letters and digits alone: some programs write `Variable...Field.Name`, `Show field only if…`."""
    return " ".join(_SIGNS.sub(" ", heading.lower().replace("\ufeff", "").replace("ï..", "")).split())


_SIGNS = re.compile(r"[^a-z0-9]+")
_KEYS = {_plain(heading): key for key, headings in _HEADINGS.items() for heading in headings}
TYPES = frozenset(
    (
        "text",
        "notes",
        "textarea",
        "calc",
        "dropdown",
        "select",
        "radio",
        "checkbox",
        "yesno",
        "truefalse",
        "file",
        "slider",
    )
    + ("descriptive", "sql")
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


@dataclass(frozen=True)
class Entry:
    """One field. `cells`: column key -> text; `line`: where it stands."""

    line: int
    cells: dict[str, str]

    def get(self, key: str) -> str:
        """The text of a column, "" for none."""
        return self.cells.get(key, "")

    @property
    def name(self) -> str:
        """Its variable, in small letters as REDCap stores it."""
        return self.get("name").lower()

    def place(self, key: str = "name") -> str:
        """`line 4, Field Type`"""
        return f"line {self.line}, {TITLES.get(key, key)}"


TITLES = {key: headings[0].title() for key, headings in _HEADINGS.items()}


@dataclass
class Dictionary:
    """The fields in order; `unread`: headings that no dictionary has, with how many cells they hold."""

    entries: list[Entry] = field(default_factory=list)
    unread: dict[str, int] = field(default_factory=dict)


def key_of(heading: str) -> str:
    """The column that a heading means, "" for none."""
    return _KEYS.get(_plain(heading), "")


def looks_like(data: bytes) -> bool:
    """Whether the first line has the headings of a dictionary. Never raises."""
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            first = _plain(data[:4_000].decode(encoding, "ignore").lstrip().split("\n")[0])
        except UnicodeError:
            continue
        if all(name in first for name in ("field name", "form name", "field type")):
            return True
    return False


def read(data: bytes) -> Dictionary:
    """The fields of a dictionary. Raises Refused with every fault."""
    rows = csv_rows(data)
    if not rows:
        raise refuse("empty")
    keys = [key_of(heading) for heading in rows[0][1]]
    for key in ("name", "type"):
        if key not in keys:
            what = (f"the column “{TITLES[key]}”", f"“{TITLES[key]}”列")
            raise refuse("missing_part", f"line {rows[0][0]}", what=what)
    twice = [key for at, key in enumerate(keys) if key and key in keys[:at]]
    if twice:
        raise refuse("duplicate", f"line {rows[0][0]}", name=TITLES[twice[0]], first=f"line {rows[0][0]}")
    made = Dictionary()
    for line, cells in rows[1:]:
        found = {key: text.strip() for key, text in zip(keys, cells, strict=False) if key and text.strip()}
        for key, text, heading in zip(keys, cells, rows[0][1], strict=False):
            if not key and text.strip():
                made.unread[heading.strip()] = made.unread.get(heading.strip(), 0) + 1
        if found:
            made.entries.append(Entry(line, found))
    _check(made.entries)
    return made


def _check(entries: list[Entry]) -> None:
    faults: list[Fault] = []
    first: dict[str, Entry] = {}
    for entry in entries:
        kind = entry.get("type").lower()
        if not entry.name:
            faults.append(Fault("missing_part", entry.place("name"), {"what": ("the name of the field", "字段名")}))
        elif not _NAME.fullmatch(entry.name):
            expected = ("small letters, digits and _", "小写字母、数字和下划线")
            faults.append(Fault("bad_value", entry.place("name"), {"given": entry.get("name"), "expected": expected}))
        elif entry.name in first:
            faults.append(
                Fault("duplicate", entry.place("name"), {"name": entry.name, "first": first[entry.name].place("name")})
            )
        if kind not in TYPES:
            expected = (", ".join(sorted(TYPES)), "、".join(sorted(TYPES)))
            faults.append(Fault("bad_value", entry.place("type"), {"given": kind, "expected": expected}))
        first.setdefault(entry.name, entry)
    if not entries:
        faults.append(Fault("no_questions"))
    if faults:
        raise Refused(faults)


def choices(entry: Entry) -> list[tuple[str, str]]:
    """`1, 是 | 2, 否` -> [("1", "是"), ("2", "否")]. Raises Refused naming the part without a comma."""
    text = entry.get("choices")
    found: dict[str, str] = {}
    for part in re.split(r"\||\n(?=\s*[^,\n|]{1,50},)", text):
        if not part.strip():
            continue
        code, comma, label = part.partition(",")
        if not comma or not code.strip():
            expected = ("“code, label | code, label”", "“代码, 文字 | 代码, 文字”")
            raise refuse("bad_value", entry.place("choices"), given=part.strip()[:60], expected=expected)
        if code.strip() in found:
            raise refuse("duplicate", entry.place("choices"), name=code.strip(), first=entry.place("choices"))
        found[code.strip()] = " ".join(label.split())
    return list(found.items())
