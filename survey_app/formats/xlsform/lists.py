"""The lists of choices: every row once in the report, every list as often as questions use it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from survey_app.formats.importing import Building
from survey_app.formats.importing.offering import Offered
from survey_app.formats.importing.refusing import Fault, Refused
from survey_app.formats.xlsform.columns import Row, Table
from survey_app.formats.xlsform.wording import Wording

OTHER = {"zh": "其他", "en": "Other", "fr": "Autre", "es": "Otro", "de": "Anderes", "pt": "Outro"}


@dataclass
class Lists:
    """The rows of the choices sheet by the name of their list."""

    rows: dict[str, list[Row]] = field(default_factory=dict)
    loose: list[Row] = field(default_factory=list)
    """Rows that belong to no list."""
    used: dict[str, list[str]] = field(default_factory=dict)
    """List -> names of the questions that use it."""

    def find(self, name: str) -> list[Row] | None:
        """The rows of a list; names are compared as they stand, then without regard to case."""
        if name in self.rows:
            return self.rows[name]
        return next((rows for key, rows in self.rows.items() if key.lower() == name.lower()), None)

    def use(self, name: str, question: str) -> None:
        """Notes that a question uses the list."""
        key = name if name in self.rows else next((key for key in self.rows if key.lower() == name.lower()), name)
        self.used.setdefault(key, []).append(question)


def lists(choices: Table, *, duplicates: bool) -> Lists:
    """The lists of a sheet. Raises Refused for codes that stand twice in one list, unless the form allows it."""
    made = Lists()
    faults: list[Fault] = []
    seen: dict[tuple[str, str], Row] = {}
    for row in choices.rows:
        name, code = row.get("list_name"), _code(row)
        if not name or not code:
            made.loose.append(row)
            continue
        first = seen.setdefault((name, code), row)
        if first is not row and not duplicates:
            faults.append(Fault("duplicate", row.place("name"), {"name": code, "first": first.place("name")}))
        made.rows.setdefault(name, []).append(row)
    if faults:
        raise Refused(faults)
    return made


def _code(row: Row) -> str:
    return row.get("name") or next(iter(row.texts("label").values()), "")


def offered(rows: Sequence[Row], wording: Wording, building: Building) -> list[Offered]:
    """The choices of a list; a code that stands twice counts once when its words are the same."""
    return [choice for choice, _ in merged(rows, wording, building)]


def merged(rows: Sequence[Row], wording: Wording, building: Building) -> list[tuple[Offered, list[int]]]:
    """The same, each with the places in `rows` of the rows that it is."""
    key = tuple(map(id, rows))
    if key not in wording.lists:
        wording.lists[key] = _merged(rows, wording, building)
    return wording.lists[key]


def _merged(rows: Sequence[Row], wording: Wording, building: Building) -> list[tuple[Offered, list[int]]]:
    made: dict[tuple[str, str], tuple[Offered, list[int]]] = {}
    before = len(building.lines)
    for at, row in enumerate(rows):
        code = _code(row)
        text = wording.text(row, "label", "", None, kind="choice")
        made.setdefault((code, str(text)), (Offered(code, text or {wording.first: code}, row.place("name")), []))[
            1
        ].append(at)
    del building.lines[before:]  # `report` tells of every row once, however many questions use it
    return list(made.values())


def other_choice(wording: Wording) -> Offered:
    """The choice that `or_other` adds."""
    text = {tag: OTHER.get(tag.split("-")[0], "Other") for tag in wording.tongues.values()}
    return Offered("other", text, more={"other": True})


def report(found: Lists, wording: Wording, building: Building, fates: dict[tuple[str, str], tuple[str, str]]) -> None:
    """One line per row of the choices. `fates`: (list, code) -> (question, our code)."""
    for name, rows in found.rows.items():
        for row in rows:
            users = found.used.get(name)
            if not users:
                building.lost("choice", row.place("name"), f"{name}: {_code(row)}", "unused_list")
                continue
            ours, code = fates.get((name, _code(row)), (users[0], _code(row)))
            if code != _code(row):
                building.changed("choice", row.place("name"), _code(row), "recoded", ours, wanted=_code(row), code=code)
            else:
                building.kept("choice", row.place("name"), _code(row), ours)
            if not wording.text(row, "label", ours, None):
                building.changed("text", row.place("name"), _code(row), "text_missing", ours)
            if row.texts("media"):
                building.lost("setting", row.place("media"), next(iter(row.texts("media").values())), "media", ours)
    for row in found.loose:
        building.lost("choice", row.place(), " ".join(row.cells.values()), "choice_without_list")
