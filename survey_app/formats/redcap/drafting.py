"""From the fields of a dictionary to a draft: forms are pages, sections are headings, matrix groups are matrices."""

import re
from collections.abc import Sequence
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.importing.logic import Inexpressible, Target
from survey_app.formats.importing.offering import name_with_columns
from survey_app.formats.importing.tidying import folds
from survey_app.formats.redcap.fields import Question, make, offered_codes
from survey_app.formats.redcap.logic import Fields, Sums
from survey_app.formats.redcap.matrices import add_matrix
from survey_app.formats.redcap.rows import Dictionary, Entry
from survey_app.formats.redcap.tags import CALCULATING, HIDING, codes, tags

_HOLE = re.compile(r"(\[[A-Za-z0-9_-]+\])?\[([A-Za-z][A-Za-z0-9_]*)(?:\([^()\[\]]{0,100}\))?(?::[a-z-]+)*\]")
_SMART = re.compile(r"\[((?!\d)[a-z]+(?:-[a-z0-9]+)+)(?::[^\[\]]{1,80})?\]")
"""`[survey-link]`: what the other program knows of itself."""
_INSIDE = re.compile(r"\{([a-z][a-z0-9_]*)(?::icons)?\}")
"""`{age}`: another field shown inside this text."""
_YES = ("y", "yes", "1", "true")
_LATER = {
    "DEFAULT": "default_value",
    "SETVALUE": "default_value",
    "PREFILL": "default_value",
    "NOW": "default_value",
    "TODAY": "default_value",
    "USERNAME": "setting_lost",
}


class Drafter:
    """One import."""

    def __init__(self, building: Building) -> None:
        self.building = building
        self.fields = Fields()
        self.sums = Sums(self.fields)
        self._form: str | None = None
        self.known: set[str] = set()
        """All fields of the dictionary: what a text may name."""
        self._holes: list[tuple[str, str]] = []

    def draft(self, dictionary: Dictionary) -> None:
        """Every field in order."""
        entries = dictionary.entries
        self.known = {entry.name for entry in entries}
        at = 0
        while at < len(entries):
            entry = entries[at]
            self._page(entry)
            group = _matrix(entries, at)
            if len(group) > 1 and add_matrix(self, group):
                at += len(group)
                continue
            self._section(entry)
            self._field(entry)
            at += 1

    # --- pages and headings ---
    def _page(self, entry: Entry) -> None:
        form = entry.get("form")
        if self._form is None or (form and form != self._form):
            self._form = form
            title = " ".join(form.replace("_", " ").split()).capitalize()
            self.building.page({self.building.languages[0]: title} if title else None)
            if form:
                self.building.kept("page", entry.place("form"), form)

    def _section(self, entry: Entry) -> None:
        given = entry.get("section")
        if text := self.text(given, entry.place("section"), entry.name):
            name = self.building.names.give(f"{entry.name}_section", "section")
            self.building.add({"name": name, "type": "section", "text": text}, entry.place("section"))
            self.note_holes(self.building.pages[-1]["questions"][-1])

    # --- fields ---
    def _field(self, entry: Entry) -> None:
        if entry.get("type").lower() == "calc":
            self._calculation(entry)
            return
        found = tags(entry.get("annotation"))
        if any(tag in found for tag in CALCULATING):
            self._calculated_text(entry)
            return
        if any(tag in found for tag in HIDING):
            self._hidden(entry, found)
            return
        question, target = make(self, entry, found)
        own = self.branching(entry, question)
        self.finish(entry, question, own)
        if target is not None:
            self.fields.targets[entry.name] = target
        self._tags(entry, question, found)
        if entry.get("type").lower() == "text" and entry.get("validation").startswith("datetime"):
            self._time_of(entry, question)

    def finish(self, entry: Entry, question: Question, own: Any) -> None:
        """Texts, requirement and the place in the draft."""
        building, name = self.building, question["name"]
        if text := self.text(entry.get("label"), entry.place("label"), name):
            question["text"] = text
        if hint := self.text(entry.get("note"), entry.place("note"), name):
            question["hint"] = hint
        if isinstance(own, dict):
            question["show_if"] = own
        building.add(question, entry.place("type"))
        self.note_holes(question)
        if isinstance(own, Inexpressible):
            building.undecided(question, entry.place("branching"), entry.get("branching"), own.code, **own.values)
        if given := entry.get("required"):
            if given.lower() in _YES and question["type"] not in ("note", "section"):
                question["required"] = True
            building.kept("validation", entry.place("required"), given, name)
        self.settings(entry, name)
        if name != entry.get("name"):
            building.changed(
                "setting", entry.place("name"), entry.get("name"), "renamed", name, wanted=entry.get("name"), name=name
            )

    def settings(self, entry: Entry, name: str) -> None:
        """Lines for cells that only say how things look or who may see them."""
        for key, code in (("alignment", "looks_ours"), ("number", "looks_ours"), ("identifier", "identifier")):
            if given := entry.get(key):
                self.building.changed("setting", entry.place(key), given, code, name)

    def _time_of(self, entry: Entry, question: Question) -> None:
        time = {"name": f"{question['name']}_time", "type": "time", "text": dict(question["text"])}
        for key in ("required", "show_if"):
            if key in question:
                time[key] = question[key]
        self.building.add(time, entry.place("type"))

    def branching(self, entry: Entry, question: Question) -> Any:
        """The condition of a field; None for none; Inexpressible when a person has to decide."""
        given = entry.get("branching")
        if not given:
            return None
        place, name = entry.place("branching"), question["name"]
        try:
            found = self.fields.condition(given)
        except Inexpressible as error:
            return error
        if found is True:
            self.building.changed("rule", place, given, "rule_always", name)
            return None
        if found is False:
            return Inexpressible("rule_for_nobody")
        if folds(found, self.fields.is_text):
            self.building.changed("rule", place, given, "case_ignored", name)
        else:
            self.building.kept("rule", place, given, name)
        return found

    def named(self, entry: Entry, columns: Sequence[str] = ()) -> str:
        """A free name for a field and its columns."""
        return name_with_columns(self.building.names, entry.name, columns)

    def told(self, entry: Entry, name: str, code: str = "", **values: Any) -> None:
        """The line of the field itself."""
        source = f"{entry.get('type')} {entry.name}"
        if code:
            self.building.changed("question", entry.place("type"), source, code, name, **values)
        else:
            self.building.kept("question", entry.place("type"), source, name)

    # --- values nobody types ---
    def _calculation(self, entry: Entry) -> None:
        building, given, place = self.building, entry.get("choices"), entry.place("choices")
        text = self.text(entry.get("label"), entry.place("label"), entry.name)
        self._holes.clear()
        try:
            expression = self.sums.expression(given) if given else None
        except Inexpressible:
            expression = None
        if expression is None:
            building.lost("score", place, given, "calculation_lost" if given else "calculation_missing")
            building.lost("question", entry.place("type"), f"calc {entry.name}", "calculation_lost")
            if branching := entry.get("branching"):
                building.lost("setting", entry.place("branching"), branching, "calculation_lost")
            self.settings(entry, "")
            return
        if not isinstance(expression, dict):
            expression = float(expression)
        name = self.named(entry)
        question: Question = {"name": name, "type": "computed", "text": text or {building.languages[0]: name}}
        question["expression"] = expression
        own = self.branching(entry, question)
        if isinstance(own, dict):
            question["show_if"] = own
        building.add(question, entry.place("type"))
        if isinstance(own, Inexpressible):
            building.undecided(question, entry.place("branching"), entry.get("branching"), own.code, **own.values)
        if self.sums.rounded:
            building.changed("score", place, given, "calculation_unrounded", name)
        else:
            building.kept("score", place, given, name)
            self.fields.targets[entry.name] = Target("number", name)
        self.told(entry, name)
        self.settings(entry, name)
        if note := entry.get("note"):
            building.lost("text", entry.place("note"), note, "hidden_field", name)
        self._tags(entry, question, tags(entry.get("annotation")))

    def _calculated_text(self, entry: Entry) -> None:
        """A text or date that nobody types: there is no equal."""
        given = entry.get("annotation")
        self.text(entry.get("label"), entry.place("label"), entry.name)
        self._holes.clear()
        self.building.lost("score", entry.place("annotation"), given, "calculation_lost")
        self.building.lost("question", entry.place("type"), f"{entry.get('type')} {entry.name}", "calculation_lost")
        for key in ("branching", "required", "note", "validation"):
            if given := entry.get(key):
                self.building.lost("setting", entry.place(key), given, "calculation_lost")
        self.settings(entry, "")

    def _hidden(self, entry: Entry, found: dict[str, str]) -> None:
        building, value = self.building, found.get("DEFAULT", "")
        self.text(entry.get("label"), entry.place("label"), entry.name)
        self._holes.clear()
        building.changed("setting", entry.place("annotation"), entry.get("annotation"), "hidden_field")
        for key in ("branching", "required", "choices", "note", "validation"):
            if given := entry.get(key):
                building.changed("setting", entry.place(key), given, "hidden_field")
        self.settings(entry, "")
        if not value or "[" in value or offered_codes(entry):
            building.lost("setting", entry.place("type"), f"{entry.get('type')} {entry.name}", "hidden_outside")
            return
        name = self.named(entry)
        text = {building.languages[0]: name}
        building.add({"name": name, "type": "hidden", "value": value, "text": text}, entry.place("type"))
        self.fields.targets[entry.name] = Target("constant", value=value)
        self.told(entry, name)

    # --- tags ---
    def _tags(self, entry: Entry, question: Question, found: dict[str, str]) -> None:
        place, name = entry.place("annotation"), question["name"]
        for tag, value in found.items():
            source = f"@{tag}{'=' if value else ''}{value}"
            if self._tag(tag, value, question):
                self.building.kept("validation" if tag == "MAXCHECKED" else "setting", place, source, name)
            elif tag in ("IF", "MAXCHOICE", "HIDECHOICE", "SHOWCHOICE", "MAXCHOICE-SURVEY-COMPLETE"):
                self.building.undecided(question, place, source)
            else:
                self.building.lost("setting", place, source, _LATER.get(tag, "setting_lost"), name)
        if not found and (given := entry.get("annotation")):
            self.building.lost("setting", place, given, "setting_lost", name)

    def _tag(self, tag: str, value: str, question: Question) -> bool:
        kind = question["type"]
        if tag == "NONEOFTHEABOVE" and kind == "multiple_choice":
            alone = codes(value)
            fitting = [choice for choice in question["choices"] if choice["code"] in alone]
            for choice in fitting:
                choice["exclusive"] = True
            return bool(fitting)
        if tag == "MAXCHECKED" and kind == "multiple_choice" and value.isdigit() and int(value):
            question["max"] = int(value)
            return True
        if tag == "RANDOMORDER" and kind in ("single_choice", "dropdown", "multiple_choice"):
            question["random_order"] = True
            return True
        if tag == "CHARLIMIT" and kind in ("short_text", "long_text") and value.isdigit() and 0 < int(value) <= 10_000:
            question["max_length"] = int(value)
            return True
        if tag == "PLACEHOLDER" and value:
            first = self.building.languages[0]
            hint = question.setdefault("hint", {})
            hint[first] = f"{hint[first]}\n{value}" if first in hint else value
            return True
        return tag == "FORCE-MINMAX" or tag in HIDING and kind == "computed"  # which nobody sees in any case

    # --- texts ---
    def text(self, given: str, place: str, ours: str) -> dict[str, str]:
        """A text with `[field]` as piping; {} for none."""
        if not given:
            return {}
        given = self._without_fields(given, place, ours)
        before = len(self.building.lines)
        piped = _HOLE.sub(lambda match: self._hole(match, place), re.sub(r"\{(?=\{)", "{ ", given))
        self._holes += [(place, match[1]) for match in _SMART.finditer(piped)]
        found = self.building.text(piped, place, ours)
        if found and len(self.building.lines) == before:
            self.building.kept("text", place, given, ours)
        return found

    def _without_fields(self, given: str, place: str, ours: str) -> str:
        """The text without the fields that stand inside it there; here they are asked in their own places."""

        def gone(match: re.Match[str]) -> str:
            if match[1] not in self.known:
                return match[0]
            self.building.changed("setting", place, match[0], "looks_ours", ours)
            return ""

        return _INSIDE.sub(gone, given)

    def _hole(self, match: re.Match[str], place: str) -> str:
        name = match[2].lower()
        target = self.fields.targets.get(name)
        moment = target is not None and target.name in self.fields.moments
        if target is not None and target.kind != "constant" and not match[1] and not moment:
            return f"{{{{{target.name}}}}}"
        if name in self.known:
            self._holes.append((place, name))
        return match[0]

    def note_holes(self, question: Question) -> None:
        for place, name in self._holes:
            self.building.changed("text", place, f"[{name}]", "piping_left", question["name"], name=name)
            question.setdefault("open_rules", []).append(f"{place}: [{name}]")
        self._holes.clear()


def _matrix(entries: Sequence[Entry], at: int) -> list[Entry]:
    """The fields from here on that belong to one matrix group."""
    group = entries[at].get("matrix")
    found: list[Entry] = []
    for entry in entries[at:] if group else ():
        if entry.get("matrix") != group or entry.get("form") != entries[at].get("form"):
            break
        found.append(entry)
    return found
