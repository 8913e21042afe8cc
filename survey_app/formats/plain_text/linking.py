"""Turns rules in words into conditions of the questions they are about, and ends into ends of pages."""

from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.plain_text import rules
from survey_app.formats.plain_text.lines import flat
from survey_app.formats.plain_text.parsed import Remark
from survey_app.formats.plain_text.questions import Made

_NUMERIC = ("rating", "nps")
_CODED = ("single_choice", "dropdown")


@dataclass
class Links:
    """The pages with their conditions, the stems with their lines, and what could not be understood."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    stems: list[tuple[str, int]] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)


class _Linker:
    def __init__(self, made: list[Made]) -> None:
        self.made = made
        self.numbers: dict[str, list[int]] = {}
        for index, one in enumerate(made):
            if one.block.mark is not None:
                for key in {one.block.mark.key.lower(), str(one.block.mark.number)}:
                    self.numbers.setdefault(key, []).append(index)
        self.shown: dict[str, list[dict[str, Any]]] = {}
        self.ends: dict[str, dict[str, Any]] = {}
        self.remarks: list[Remark] = []

    def run(self) -> None:
        for index, one in enumerate(self.made):
            self._jumps(index, one)
            for words, line in one.material.rules:
                if self._rule(index, words, alone=line != one.block.line.number):
                    self.remarks.append(Remark("rule_kept", line, {"text": words[:60]}))
                else:
                    self._keep_words(one, words, line)

            opening = one.material.opening
            if opening and self._rule(index, opening):
                self.remarks.append(Remark("rule_kept", one.block.line.number, {"text": opening[:60]}))
            elif opening:
                self.remarks.append(Remark("rule_in_question", one.block.line.number))

    def at(self, number: str, before: int | None = None) -> int | None:
        """The question of this number; None when there is none, or more than one."""
        found = self.numbers.get(number.lower(), [])
        if before is not None:
            found = [index for index in found if index < before]
        return found[0] if len(found) == 1 else None

    def _keep_words(self, one: Made, words: str, line: int) -> None:
        question = one.questions[0]
        key = "text" if question["type"] in ("note", "section") else "hint"
        question[key] = "\n".join(part for part in (question.get(key), words) if part)
        self.remarks.append(Remark("rule_not_understood", line, {"text": words[:60]}, "changed"))

    # --- jumps behind answers ---------------------------------------------------------------------------------------
    def _jumps(self, index: int, one: Made) -> None:
        goals: dict[str, list[str | int]] = {}
        for option in one.material.options:
            if option.rule is None:
                continue
            code = one.codes.get(option.text)
            target = self.at(option.rule.to) if option.rule.to else None
            known = option.rule.to == "" or target is not None and target > index
            if code is None or not known or self._name(index) is None:
                words = option.rule.to
                self._keep_words(one, f"{option.text} → {words}", option.line)
            else:
                goals.setdefault(option.rule.to, []).append(code)
                self.remarks.append(Remark("jump_kept", option.line, {"text": option.text[:40], "to": option.rule.to}))
        for goal, codes in goals.items():
            condition = self._chosen(index, codes)
            assert condition is not None
            if goal == "":
                self.ends[self._last(index)] = condition
            else:
                self._hide_between(index, self.at(goal), condition)

    def _hide_between(self, index: int, target: int | None, condition: dict[str, Any]) -> None:
        assert target is not None
        for between in range(index + 1, target):
            self._show(between, {"not": condition})

    # --- rules in brackets and lines --------------------------------------------------------------------------------
    def _rule(self, index: int, words: str, *, alone: bool = False) -> bool:
        """Applies a rule; False when it is not certain. `alone`: on a line of its own, which may be about the next question."""
        rule = rules.read(words)
        if rule is None or alone and rule.act != "jump" and not rule.targets and not rule.own:
            return False
        on = self.at(rule.on) if rule.on else index
        if on is None:
            return False
        codes = [self._code(on, value) for value in rule.values]
        if not codes or any(code is None for code in codes):
            return False
        condition = self._chosen(on, [code for code in codes if code is not None])
        if condition is None:
            return False
        if rule.act == "jump":
            target = self.at(rule.targets[0])
            if target is None or target <= on or index > on and index != target and index < on:
                return False
            self._hide_between(on, target, condition)
            return True
        return self._aim(index, on, rule, condition)

    def _aim(self, index: int, on: int, rule: rules.Rule, condition: dict[str, Any]) -> bool:
        targets = [self.at(number) for number in rule.targets] if rule.targets else [index]
        if any(target is None or target <= on for target in targets):
            return False
        for target in targets:
            if target is not None:
                self._show(target, condition if rule.act == "show" else {"not": condition})
        return True

    def _show(self, index: int, condition: dict[str, Any]) -> None:
        for question in self.made[index].questions:
            self.shown.setdefault(question["name"], []).append(condition)

    def _name(self, index: int) -> str | None:
        one = self.made[index]
        if len(one.questions) != 1:
            return None
        kind = one.questions[0]["type"]
        return one.questions[0]["name"] if kind in (*_NUMERIC, *_CODED, "multiple_choice") else None

    def _last(self, index: int) -> str:
        return str(self.made[index].questions[-1]["name"])

    def _chosen(self, index: int, codes: list[str | int]) -> dict[str, Any] | None:
        """The condition that question `index` was answered by one of these codes."""
        name = self._name(index)
        if name is None or not codes:
            return None
        if self.made[index].questions[0]["type"] == "multiple_choice":
            return {name: {"includes": codes[0]} if len(codes) == 1 else {"includes_any": codes}}
        return {name: {"is": codes[0]} if len(codes) == 1 else {"one_of": codes}}

    @staticmethod
    def _point(question: dict[str, Any], value: str) -> int | None:
        """The point of a scale that is named by its number or, `#2`, by its place."""
        digits = value.removeprefix("#")
        if question["type"] not in _NUMERIC or not digits.isascii() or not digits.isdigit() or len(digits) > 2:
            return None
        first, points = (0, 11) if question["type"] == "nps" else (question.get("start", 1), question.get("points", 5))
        point = int(digits) + (first - 1 if digits != value else 0)
        return point if first <= point < first + points else None

    def _code(self, index: int, value: str) -> str | int | None:
        """The code of an answer named by its letter, its place or its words."""
        one = self.made[index]
        options = one.material.options
        if not options:
            return self._point(one.questions[0], value)
        place = 0
        if value.startswith("#") and value[1:].isdigit():
            place = int(value[1:])
        elif len(value) == 1 and value.isascii() and value.isupper():
            place = ord(value) - 64
        elif value.isdigit() and not any(flat(option.text) == value for option in options):
            place = int(value)
        if place:
            return one.codes.get(options[place - 1].text) if place <= len(options) else None
        wanted = _bare(value)
        same = [option for option in options if _bare(option.text) == wanted]
        near = same or [option for option in options if wanted and _bare(option.text).startswith(wanted)]
        return one.codes.get(near[0].text) if len(near) == 1 else None


def _bare(words: str) -> str:
    return flat(words).strip(" .。\"'_()").lower()


def link(made: list[Made], pages: list[list[dict[str, Any]]]) -> Links:
    """Applies every rule; pages are parted where a questionnaire may end."""
    linker = _Linker(made)
    linker.run()
    found = Links(remarks=linker.remarks)
    found.stems = [(one.material.stem, one.block.line.number) for one in made]
    for page in pages:
        current: list[dict[str, Any]] = []
        for question in page:
            if conditions := linker.shown.get(question["name"]):
                unique = [c for i, c in enumerate(conditions) if c not in conditions[:i]]
                question["show_if"] = unique[0] if len(unique) == 1 else {"all": unique}
            current.append(question)
            if end := linker.ends.get(question["name"]):
                found.pages.append({"questions": current, "end_if": end})
                current = []
        if current:
            found.pages.append({"questions": current})
    return found


__all__ = ["Links", "link"]
