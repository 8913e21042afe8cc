"""Embedded data: constants set on the way, and values from the link. A rule about one is decided from where it was set."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.importing.logic import Inexpressible, negated, together
from survey_app.formats.importing.naming import Codes
from survey_app.formats.qualtrics.reading import entries, mapping, number, text_of
from survey_app.formats.qualtrics.source import Source, every_node, expressions, logics
from survey_app.formats.qualtrics.work import Rule, Work
from survey_app.questionnaire.parts import SLUG

_ANSWER = re.compile(r"\$\{q://([^{}]{1,200})\}")
_SET_BY_SCRIPT = re.compile(r"set(?:JS)?EmbeddedData\(\s*['\"]([^'\"]{1,200})")


def compares(value: str, operator: str, right: str, *, ignore_case: bool = False) -> bool:
    """A comparison of two texts as Qualtrics makes it: as numbers where both are. Raises Inexpressible for others."""
    if operator in ("Empty", "NotEmpty"):
        return (value == "") == (operator == "Empty")
    if ignore_case:
        value, right = value.lower(), right.lower()
    a, b = number(value), number(right)
    if operator in ("EqualTo", "NotEqualTo"):
        same = a == b if a is not None and b is not None else value == right
        return same == (operator == "EqualTo")
    if operator in ("Contains", "DoesNotContain"):
        return (right in value) == (operator == "Contains")
    ways = {"GreaterThan": (1,), "GreaterThanOrEqual": (0, 1), "LessThan": (-1,), "LessThanOrEqual": (-1, 0)}
    if operator not in ways:
        raise Inexpressible
    return a is not None and b is not None and ((a > b) - (a < b)) in ways[operator]


@dataclass(frozen=True)
class Setting:
    """One place where a field gets its value. `variable` is answered when it was; "" when that is always so."""

    variable: str
    value: str = ""
    codes: tuple[tuple[str, str], ...] = ()
    """(value in the source, our code) of a value from the link."""
    shown_as: str = ""


@dataclass
class Fields:
    """The embedded fields of one file."""

    work: Work
    history: dict[str, list[Setting]] = field(default_factory=dict)
    opaque: set[str] = field(default_factory=set)
    """Fields whose value cannot be known here: set by a script, a web service, by chance, from another answer."""
    answers: dict[str, str] = field(default_factory=dict)
    """Field -> the answer it holds, as a locator: `QID1/ChoiceTextEntryValue`."""
    compared: dict[str, list[str]] = field(default_factory=dict)
    """Field -> the constants that rules compare it with."""

    @classmethod
    def of(cls, work: Work) -> "Fields":
        """The fields of a file before anything was set."""
        made = cls(work)
        compared: defaultdict[str, list[str]] = defaultdict(list)
        for logic in _every_logic(work.source):
            for expression in expressions(logic):
                if text_of(expression.get("LogicType")) == "EmbeddedField":
                    name = text_of(expression.get("LeftOperand")).removeprefix("e://Field/")
                    right = text_of(expression.get("RightOperand"))
                    if text_of(expression.get("Operator")) in ("EqualTo", "NotEqualTo") and right not in compared[name]:
                        compared[name].append(right)
        made.compared = {name: [right for right in rights if right] for name, rights in compared.items()}
        for payload in work.source.questions.values():
            made.opaque.update(_SET_BY_SCRIPT.findall(text_of(payload.get("QuestionJS"))))
        return made

    def times_set(self, name: str) -> int:
        """In how many places a field got a value so far."""
        return len(self.history.get(name, ())) or int(name in self.answers or name in self.opaque)

    def variable(self, name: str) -> str:
        """The variable that shows the field in a text: only where it was set once."""
        settings = self.history.get(name, [])
        return settings[0].shown_as if len(settings) == 1 and name not in self.opaque else ""

    def condition(self, name: str, operator: str, right: str, ignore_case: bool) -> Rule:
        """The condition for `field operator right`. Raises Inexpressible."""
        if name in self.opaque:
            raise Inexpressible
        if name not in self.history:
            raise Inexpressible("rule_unknown_name", name=name)
        found: Rule = compares("", operator, right, ignore_case=ignore_case)
        for setting in self.history[name]:
            if setting.codes:
                found = self._from_link(setting, operator, right, ignore_case)
                continue
            active: Rule = {setting.variable: {"answered": True}} if setting.variable else True
            value = compares(setting.value, operator, right, ignore_case=ignore_case)
            found = together("any", [together("all", [active, value]), together("all", [negated(active), found])])
        return found

    def _from_link(self, setting: Setting, operator: str, right: str, ignore_case: bool) -> Rule:
        """Only the declared values can come, anything else is as if there were none."""
        if operator not in ("EqualTo", "NotEqualTo") or not right:
            raise Inexpressible
        fitting = [code for value, code in setting.codes if compares(value, "EqualTo", right, ignore_case=ignore_case)]
        if not fitting:
            raise Inexpressible
        is_it: Rule = {setting.variable: {"one_of": fitting} if len(fitting) > 1 else {"is": fitting[0]}}
        return is_it if operator == "EqualTo" else negated(is_it)

    # --- setting ---
    def questions_of(
        self, node: dict[str, Any], place: str, *, always: bool, certain: bool
    ) -> Iterator[dict[str, Any]]:
        """The hidden values that an EmbeddedData node of the flow sets, told in the report.

        `always`: everybody passes here. `certain`: who passes here is known; otherwise the fields become opaque.
        """
        for key, entry in entries(node.get("EmbeddedData")):
            entry = mapping(entry)
            name = text_of(entry.get("Field")) or text_of(entry.get("Description"))
            where = f"{place} / {name or key}"
            value = text_of(entry.get("Value"))
            if not name:
                continue
            if not value or text_of(entry.get("Type")) == "Recipient":
                yield from self._parameter(name, where)
            elif always and certain and name not in self.history and (match := self._answer(value)):
                self.answers[name] = match.group(1)
                self.work.building.changed("setting", where, f"{name} = {value}", "field_answer")
            elif "${" in value or "$e{" in value or not certain:
                self.answers.pop(name, None)
                self.opaque.add(name)
                code = "field_random" if not certain else "field_computed"
                self.work.building.lost("setting", where, f"{name} = {value}", code)
            else:
                yield self._constant(name, value, where, always)

    def _answer(self, value: str) -> re.Match[str] | None:
        """A value that is an answer given before."""
        match = _ANSWER.fullmatch(value)
        return match if match and match.group(1).split("/")[0] in self.work.asked else None

    def _constant(self, name: str, value: str, where: str, always: bool) -> dict[str, Any]:
        if self.answers.pop(name, None):
            self.opaque.add(name)  # an answer for some, a constant for others
        variable = self.work.name(name, where)
        self.history.setdefault(name, []).append(Setting("" if always else variable, value, shown_as=variable))
        self.work.known.add(variable)
        self.work.building.kept("setting", where, f"{name} = {value}", variable)
        label = self.work.building.text(name, where) or {self.work.building.languages[0]: variable}
        return {"name": variable, "type": "hidden", "text": label, "value": value[:1000]}

    def _parameter(self, name: str, where: str) -> Iterator[dict[str, Any]]:
        building = self.work.building
        if name in self.history or name in self.answers:
            return  # declared once more: what was set stays
        given = self.compared.get(name, [])
        slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:64].strip("-")
        if not given or name in self.opaque or not SLUG.fullmatch(slug):
            self.opaque.add(name)
            building.lost("setting", where, name, "field_open")
            return
        made = Codes()
        codes = tuple((value, made.give(value)) for value in given)
        variable = self.work.name(name, where)
        self.history[name] = [Setting(variable, codes=codes, shown_as=variable)]
        self.work.known.add(variable)
        building.changed("setting", where, name, "field_link", variable, values=", ".join(code for _, code in codes))
        first = building.languages[0]
        yield {
            "name": variable,
            "type": "hidden",
            "text": building.text(name, where) or {first: variable},
            "parameter": slug,
            "choices": [{"code": code, "text": {first: value}} for value, code in codes],
        }


def _every_logic(source: Source) -> Iterator[Any]:
    for payload in source.questions.values():
        for _, logic in logics(payload):
            yield logic
    for node in every_node(source.flow):
        yield node.get("BranchLogic")
    for quota in source.quotas:
        yield quota.get("Logic")
