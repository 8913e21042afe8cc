"""One question of the source while it is being converted: its texts, its choices, what it demands."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, together
from survey_app.formats.importing.report import Kind
from survey_app.formats.qualtrics.reading import dig, entries, is_on, mapping, number, ordered, text_of, whole
from survey_app.formats.qualtrics.rules import Rules
from survey_app.formats.qualtrics.source import RULE_KEYS, expressions, type_of
from survey_app.formats.qualtrics.wording import Wording
from survey_app.formats.qualtrics.work import Asked, Rule, Work
from survey_app.questionnaire.conditions import simplify


@dataclass
class Item:
    """A question of the source with what its conversion needs."""

    work: Work
    words: Wording
    rules: Rules
    qid: str
    payload: Mapping[str, Any]
    tag: str = ""
    """The wanted name; by default the export tag."""
    notes: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    carried: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    """(Choices or Answers, one carried forward from another question) -> when it is offered, where that is not always."""
    _labels: dict[tuple[str, str], dict[str, str]] = field(default_factory=dict)
    _elsewhere: set[tuple[str, str]] = field(default_factory=set)
    """Parts whose rules look into contacts, which are empty here."""

    @property
    def wanted(self) -> str:
        """The name it should have."""
        return self.tag or text_of(self.payload.get("DataExportTag")) or self.qid

    @property
    def type(self) -> str:
        """`MC/SAVR/TX`."""
        return type_of(dict(self.payload))

    @cached_property
    def settings(self) -> dict[str, Any]:
        """The settings of its validation."""
        return mapping(dig(self.payload, "Validation", "Settings"))

    def text(self, *path: str, kind: Kind = "text", spare: str = "") -> dict[str, str]:
        """A text of it in all languages."""
        place = " / ".join((self.qid, *path[:2]))
        return self.words.of(self.payload, path, place, kind=kind, spare=spare)

    @cached_property
    def required(self) -> bool:
        """Whether it must be answered; asking once and letting go is not that."""
        force, way = text_of(self.settings.get("ForceResponse")), text_of(self.settings.get("ForceResponseType"))
        if "Request" in force or (is_on(force) and "Request" in way):
            self.work.building.lost("validation", f"{self.qid} / ForceResponse", "RequestResponse", "not_required")
            return False
        if is_on(force):
            self.work.building.kept("validation", f"{self.qid} / ForceResponse", force)
        return is_on(force)

    def note(self, place: str, rule: str, code: str = "rule_kept_as_note", **values: Any) -> None:
        """A rule that stays as words on the first question."""
        self.notes.append((f"{self.qid} / {place}", rule, code, values))

    # --- choices, rows, columns ---
    def listed(self, key: str = "Choices") -> list[tuple[str, dict[str, Any]]]:
        """Choices or Answers in their order."""
        return ordered(self.payload.get(key), self.payload.get(key[:-1] + "Order"))

    def recodes(self) -> dict[str, str]:
        """Choice or column -> recode, as text."""
        found = {key: text_of(value).strip() for key, value in entries(self.payload.get("RecodeValues"))}
        return {key: value for key, value in found.items() if value}

    def numbers(self, codes: Mapping[str, str], key: str = "Choices") -> dict[str, int]:
        """The value of each choice in data files, where it is not its code: its recode, if that is free and allowed."""
        building, recodes = self.work.building, self.recodes()
        wanted = {choice: whole(recodes[choice]) for choice in codes if choice in recodes}
        used: set[int] = set()
        made: dict[str, int] = {}
        for choice in [*wanted, *(c for c in codes if c not in wanted)]:
            own = int(codes[choice]) if codes[choice].isdigit() else None
            value = wanted.get(choice)
            value = own if value is None else value
            if value is not None and (value in used or -99 <= value <= -94 or -99999 <= value <= -99994):
                value = next(n for n in range(1, 100_000) if n not in used)
            if value is not None:
                used.add(value)
                if value != own:
                    made[choice] = value
            given = recodes.get(choice, "")
            if given and given != str(value):
                place = f"{self.qid} / RecodeValues / {choice}"
                building.changed("setting", place, given, "value_changed", wanted=given, value=value)
        if recodes:
            building.kept("setting", f"{self.qid} / RecodeValues", ", ".join(recodes.values()))
        return made

    def codes(self, listed: list[tuple[str, dict[str, Any]]], key: str = "Choices") -> dict[str, str]:
        """Id -> code: the id itself, `x1` of carried choices too."""
        return self.work.codes({choice: choice for choice, _ in listed}, f"{self.qid} / {key}")

    def row_codes(self, listed: list[tuple[str, dict[str, Any]]]) -> dict[str, str]:
        """Row -> code: the export tag of the row without the tag of the question, or its id."""
        tags = mapping(self.payload.get("ChoiceDataExportTags"))
        wanted = {}
        for row, _ in listed:
            tag = text_of(tags.get(row))
            for start in (self.wanted, text_of(self.payload.get("DataExportTag")).split("#")[0]):
                tag = (
                    tag[len(start) + 1 :] if start and tag.startswith((f"{start}_", f"{start}-", f"{start}.")) else tag
                )
            wanted[row] = tag or row
        return self.work.codes(wanted, f"{self.qid} / Choices")

    def display(self, key: str, choice: str, spare: str) -> dict[str, str]:
        """The words of a choice, row or column, told in the report."""
        found = self.label(key, choice, spare)
        self.work.building.kept(self._kind(key), f"{self.qid} / {key} / {choice}", next(iter(found.values()), ""))
        return found

    def label(self, key: str, choice: str, spare: str = "") -> dict[str, str]:
        """The words of a choice, row or column; read once."""
        if (key, choice) not in self._labels:
            place = f"{self.qid} / {key} / {choice}"
            self._labels[(key, choice)] = self.words.of(
                self.payload, (key, choice, "Display"), place, kind=self._kind(key), spare=spare
            )
        return self._labels[(key, choice)]

    def _kind(self, key: str) -> Kind:
        return "row" if key == "Choices" and self.is_grid else "choice"

    @property
    def is_grid(self) -> bool:
        """Whether its choices are rows."""
        return text_of(self.payload.get("QuestionType")) in ("Matrix", "SBS", "PGR", "Slider", "CS")

    # --- display logic of parts ---
    def offered(self, key: str, choice: str, entry: Mapping[str, Any]) -> Rule | None:
        """When a choice, row or column is shown; None when that cannot be said."""
        carried: Rule = self.carried.get((key, choice), True)
        logic = _logic_of(entry)
        if logic is None:
            return carried
        try:
            found = self.rules.of(logic)
            rule = together("all", [carried, found.rule])
        except Inexpressible:
            return None
        if found.elsewhere:
            self._elsewhere.add((key, choice))
        return simplify(rule) if isinstance(rule, dict) else rule

    def rule_part(
        self,
        asked: Asked,
        key: str,
        choice: str,
        entry: Mapping[str, Any],
        part: dict[str, Any],
        *,
        split: bool = False,
    ) -> None:
        """Gives a part its rule and tells it. `split`: the part is a question of its own."""
        rule = self.offered(key, choice, entry)
        asked.offered[choice if key == "Choices" else f"column {choice}"] = rule
        never = rule is False and self.work.never()
        self.tell_part(key, choice, entry, never or rule, split=split, never=bool(never))
        if never or isinstance(rule, dict):
            part["show_if"] = copy.deepcopy(never or rule)

    def tell_part(
        self,
        key: str,
        choice: str,
        entry: Mapping[str, Any],
        offered: Rule | None,
        *,
        split: bool = False,
        never: bool = False,
    ) -> None:
        """What became of the display rule of a choice, row or column. None: it cannot be said there."""
        logic = _logic_of(entry)
        if logic is None:
            return
        rule = next(name for name in RULE_KEYS if mapping(entry.get(name)))
        place, source, building = f"{self.qid} / {key} / {choice} / {rule}", described(logic), self.work.building
        if (key, choice) in self._elsewhere and (never or offered is True or isinstance(offered, dict)):
            building.changed("rule", place, source, "rule_elsewhere", self.wanted)
        elif offered is True:
            building.changed("rule", place, source, "rule_always")
        elif never:
            building.changed("rule", place, source, "rule_for_nobody", self.wanted)
        elif not isinstance(offered, dict):
            self.note(f"{key} / {choice} / {rule}", source, "choice_rule")
        elif split:
            building.changed("rule", place, source, "part_split")
        else:
            building.kept("rule", place, source, self.wanted)

    # --- numbers ---
    def config(self, key: str) -> Any:
        """A setting of its look and range."""
        return dig(self.payload, "Configuration", key)

    def grades(self, category: str) -> dict[tuple[str, str], float]:
        """(choice, column or "") -> points in a category of scoring."""
        found: dict[tuple[str, str], float] = {}
        for _, grade in entries(self.payload.get("GradingData")):
            points = number(dig(grade, "Grades", category))
            if points is not None:
                found[(text_of(dig(grade, "ChoiceID")), text_of(dig(grade, "AnswerID")))] = points
        return found


def _logic_of(entry: Mapping[str, Any]) -> Any:
    """The display rule of a part; None for none."""
    return next((entry[rule] for rule in RULE_KEYS if mapping(entry.get(rule))), None)


def described(logic: Any) -> str:
    """A rule in the words of the file, else its tests one after the other."""
    parts = []
    for expression in expressions(logic):
        keys = ("Conjuction", "LeftOperand", "Operator", "RightOperand")
        parts.append(" ".join(text for text in (text_of(expression.get(key)) for key in keys) if text))
    return " ".join(parts)
