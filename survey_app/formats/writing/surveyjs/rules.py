"""Our conditions and computed values in the expression language of SurveyJS, true for the same answers there.

Source: survey-core. An unanswered name differs from every value and equals another unanswered one; comparisons of order with
nothing are false; an unanswered operand counts 0 in sums; hidden questions have no value (`clearInvisibleValues`).
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from survey_app.formats.writing.rules import SIGNS, RuleWriter, Said, Unsayable, numbers_by_code
from survey_app.questionnaire.conditions import NUMERIC
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Check, Condition
from survey_app.questionnaire.question_types.numbers import plain_number

_PLAIN_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+)?")
_ARITHMETIC = {"add": " + ", "subtract": " - ", "multiply": " * ", "divide": " / "}
_SKIPPING = {"mean": "avg", "min": "min", "max": "max"}
NOTHING = "''"


def literal(value: Any) -> str:
    """A constant: numbers and codes that are numbers bare, as SurveyJS turns such answers into numbers."""
    text = plain_number(value) if isinstance(value, float) else str(value)
    if text.lower() in ("true", "false") or _PLAIN_NUMBER.fullmatch(text):
        return text
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


class Rules(RuleWriter):
    """`names`: our stored name -> the name there; `codes`: stored name -> our code -> value there, where they differ."""

    negation = "!({})"

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self.names: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.boxes: set[str] = set()
        """Names of single answers that are lists there (a box to tick)."""
        self._there: dict[str, list[Said]] = {}
        """What has to hold for a number of a check to be there."""
        self.absent: set[str] = set()
        """Names that nothing there stands for."""

    def ref(self, name: str) -> str:
        """`{why}`, `{sat.price}`, `{why-Comment}`. Raises Unsayable."""
        if name in self.absent:
            raise Unsayable
        if name in self.lets:
            return self.lets[name]
        return "{" + self.names.get(name, name) + "}"

    def value(self, name: str, code: Any) -> str:
        """A constant that is compared with the name."""
        return literal(self.codes.get(name, {}).get(str(code), code))

    def operand(self, name: str) -> str:
        """What kind of answer it is."""
        if name in self.lets:
            return "number"
        owner = self.definition.owners.get(name) or self.definition.by_name.get(name)
        return owner.operand(name) if owner else "text"

    def answered(self, name: str) -> Said:
        if name in self.lets:
            return self.both(self._there[name] or [Said("true")])
        return Said(f"{self.ref(name)} notempty")

    def unanswered(self, name: str) -> Said:
        if name in self.lets:
            return self.opposite(self.answered(name))
        return Said(f"{self.ref(name)} empty")

    def counted(self, name: str, operator: str, number: int) -> Said:
        length = f"{{{self.ref(name)[1:-1]}.length}}"
        if operator == "is":
            test = Said(f"{length} = {number}")
        elif operator == "is_not":
            test = self.either([Said(f"{length} < {number}"), Said(f"{length} > {number}")])
        else:
            test = Said(f"{length} {SIGNS[operator]} {number}")
        # there, nothing chosen has the length 0; here it is no answer, and no count of it holds
        return self.both([self.answered(name), test])

    def compared(self, name: str, operator: str, value: Any) -> Said:
        ref = self.ref(name)
        if operator in NUMERIC:
            test = Said(f"{ref} {SIGNS[operator]} {literal(value)}")
            owner = self.definition.by_name.get(name)
            calculated = name in self.lets or (owner is not None and owner.type == "computed")
            return self.both([self.answered(name), test]) if calculated else test
        if name in self.boxes:
            test = Said(f"{ref} contains {self.value(name, value)}")
        else:
            test = Said(f"{ref} = {self.value(name, value)}")
        if operator == "is":
            return test
        if name in self.boxes:
            return self.both([self.answered(name), self.opposite(test)])
        return self.both([self.answered(name), Said(f"{ref} <> {self.value(name, value)}")])

    def among(self, name: str, kind: str, values: list[Any], *, several: bool) -> Said:
        ref = self.ref(name)
        listed = "[" + ", ".join(self.value(name, value) for value in values) + "]"
        if several:
            if len(values) == 1 and kind != "none":
                return Said(f"{ref} contains {self.value(name, values[0])}")
            test = Said(f"{ref} {'allof' if kind == 'all' else 'anyof'} {listed}")
        elif self.operand(name) in ("choice", "place") and name not in self.boxes:
            test = Said(f"{ref} anyof {listed}")
        else:
            test = self.either([self.compared(name, "is", value) for value in values])
        return self.both([self.answered(name), self.opposite(test)]) if kind == "none" else test

    def two(self, name: str, operator: str, right: Mapping[str, Any]) -> Said:
        other = right["answer"]
        kinds = {self.operand(name), self.operand(other)}
        if name in self.boxes | self.codes.keys() or other in self.boxes | self.codes.keys() or "multiple" in kinds:
            raise Unsayable
        shown = self.ref(other)
        for unit in ("years", "months", "days"):
            if amount := (right.get("plus") or {}).get(unit):
                shown = f"dateAdd({shown}, {amount}, '{unit}')"
                if unit != "days":
                    self.nearly("to_month_ends")
        sign = {"is": "=", "is_not": "<>"}.get(operator) or SIGNS[operator]
        if operator in NUMERIC and kinds & {"text", "choice"}:
            raise Unsayable  # words have an order there
        test = Said(f"{self.ref(name)} {sign} {shown}")
        if operator in ("less_than", "more_than"):
            return self.both([*(self.answered(one) for one in (name, other) if one in self.lets), test])
        guards = [self.answered(name)] + ([self.answered(other)] if operator == "is_not" else [])
        return self.both([*guards, test])

    def check(self, check: Check) -> str:
        """What has to hold. Raises Unsayable."""
        try:
            for name, tree in check.let.items():
                text, guards = self._value(tree)
                self.lets[name], self._there[name] = _bracketed(text), list(dict.fromkeys(guards))
            return self.write(check.that)
        finally:
            self.lets, self._there = {}, {}

    # --- computed values ---
    def expression(self, tree: Any) -> str:
        """A computed value, nothing where an operand is missing. Raises Unsayable."""
        self.near, self.why = False, ""
        return self._guarded(*self._value(tree))

    def shown_when(self, value: str, conditions: Sequence[Condition]) -> str:
        """The value where all these hold, otherwise nothing."""
        tests = [self.said(condition) for condition in conditions]
        return f"iif({self.both(tests).text}, {value}, {NOTHING})" if tests else value

    def _guarded(self, text: str, guards: list[Said]) -> str:
        unique = list(dict.fromkeys(guards))
        return f"iif({self.both(unique).text}, {text}, {NOTHING})" if unique else text

    def _value(self, tree: Any) -> tuple[str, list[Said]]:
        """The expression, and what has to hold for it to be there."""
        if not isinstance(tree, Mapping):
            return literal(tree), []
        if "answer" in tree:
            return self._answer(tree["answer"])
        if "if" in tree:
            return self._branches(tree)
        if "count" in tree:
            return " + ".join(f"iif({self.answered(name).text}, 1, 0)" for name in tree["count"]), []
        operator, operands = next(iter(tree.items()))
        if operator in _SKIPPING:
            return self._skipping(operator, operands)
        texts, guards = [], []
        for part in operands:
            text, needed = self._value(part)
            texts.append(text if part is operands[0] and len(operands) == 1 else _bracketed(text))
            guards += needed
        return _ARITHMETIC[operator].join(texts), guards

    def _answer(self, name: str) -> tuple[str, list[Said]]:
        table = numbers_by_code(self.definition, name)
        ref = self.ref(name)
        if all(number is not None and literal(code) == literal(number) for code, number in table.items()):
            owner = self.definition.owners.get(name)
            if getattr(owner, "unsure", None):
                return ref, [self.answered(name), Said(f"{ref} <> 'unknown'")]
            return ref, [self.answered(name)]
        if name in self.boxes:
            raise Unsayable
        numbers = {code: number for code, number in table.items() if number is not None}
        text = NOTHING
        for code, number in reversed(numbers.items()):
            text = f"iif({ref} = {self.value(name, code)}, {literal(number)}, {text})"
        return text, [Said(f"{ref} anyof [{', '.join(self.value(name, code) for code in numbers)}]")]

    def _branches(self, tree: Mapping[str, Any]) -> tuple[str, list[Said]]:
        if name := _zero_if_missing(tree):
            text, guards = self._answer(name)
            if guards == [self.answered(name)]:
                return text, []  # nothing counts 0 there as well
        yes = self._guarded(*self._value(tree["then"]))
        no = self._guarded(*self._value(tree["else"])) if "else" in tree else NOTHING
        test = self.said(tree["if"])
        text = f"iif({test.text}, {yes}, {no})"
        return text, [] if NOTHING not in (yes, no) and "''" not in text else [Said(f"{text} notempty")]

    def _skipping(self, operator: str, operands: list[Any]) -> tuple[str, list[Said]]:
        texts, guards = [], []
        for part in operands:
            text, needed = self._value(part)
            if len(needed) != 1 or not text.startswith("{"):
                raise Unsayable
            texts.append(text)
            guards += needed
        return f"{_SKIPPING[operator]}({', '.join(texts)})", [self.either(guards)]


def _zero_if_missing(tree: Mapping[str, Any]) -> str:
    """The name in `{if: {NAME: {answered: true}}, then: {answer: NAME}, else: 0}`; "" for any other tree."""
    name = tree["then"].get("answer") if isinstance(tree["then"], Mapping) else None
    fits = name and tree.get("else") == 0 and tree["if"] == {name: {"answered": True}}
    return str(name) if fits else ""


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"\{[^{}]*\}|-?[0-9.]+|[a-z]+\([^()]*\)", text) else f"({text})"
