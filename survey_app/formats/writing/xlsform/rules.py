"""Our conditions and computed values as the XPath of forms, true for the same answers there.

An unanswered question is an empty text: `${q} != 'a'` holds for it, comparisons of size do not, a sum with it is no number and
is stored as nothing. Questions that do not apply count as unanswered.
"""

import re
from collections.abc import Mapping
from typing import Any

from survey_app.formats.writing.checks import length_of, once_answered, whole_pattern
from survey_app.formats.writing.rules import SIGNS, RuleWriter, Said, Unsayable, numbers_by_code
from survey_app.questionnaire.conditions import NUMERIC, as_number
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Check, Condition
from survey_app.questionnaire.question_types.numbers import plain_number

_ARITHMETIC = {"add": " + ", "subtract": " - ", "multiply": " * ", "divide": " div "}
_NAME = re.compile(r"\$\{[A-Za-z0-9_]+\}|-?[0-9.]+")


def literal(value: Any) -> str:
    """A constant; a text may hold one kind of quotes only. Raises Unsayable."""
    if isinstance(value, int | float):
        return plain_number(value)
    if "'" not in value:
        return f"'{value}'"
    if '"' not in value:
        return f'"{value}"'
    raise Unsayable


class Rules(RuleWriter):
    """`names`: our stored name -> the name in the form, where they differ; `codes`: name -> code -> value there."""

    def __init__(self, definition: Definition) -> None:
        super().__init__(definition)
        self.names: dict[str, str] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.absent: set[str] = set()
        """Names that nothing in the form stands for."""
        self.own = ""
        """The name whose answer a constraint judges."""

    def ref(self, name: str) -> str:
        """`${why}`; `.` for the answer that a constraint judges. Raises Unsayable."""
        if name in self.absent:
            raise Unsayable
        if name == self.own:
            return "."
        if name in self.lets:
            return self.lets[name]
        return "${" + self.names.get(name, name) + "}"

    def operand(self, name: str) -> str:
        """What kind of answer it is."""
        if name in self.lets:
            return "number"
        owner = self.definition.owners.get(name) or self.definition.by_name.get(name)
        return owner.operand(name) if owner else "text"

    def value(self, name: str, code: Any) -> str:
        """A constant that is compared with the name."""
        code = self.codes.get(name, {}).get(str(code), code)
        kind = self.operand(name)
        if kind == "number" and (number := as_number(code)) is not None:
            return literal(number)
        if kind == "date":
            return f"date('{code}')"
        if kind == "text" and str(code).lower() != str(code).upper():
            self.nearly("to_case")
        return literal(str(code))

    def answered(self, name: str) -> Said:
        if name in self.lets:
            raise Unsayable  # what is no number there is not empty
        return Said(f"{self.ref(name)} != ''")

    def unanswered(self, name: str) -> Said:
        if name in self.lets:
            raise Unsayable
        return Said(f"{self.ref(name)} = ''")

    def counted(self, name: str, operator: str, number: int) -> Said:
        sign = {"is": "=", "is_not": "!="}.get(operator) or SIGNS[operator]
        test = Said(f"count-selected({self.ref(name)}) {sign} {number}")
        nothing_fits = {"=": number == 0, "!=": number != 0, ">=": number <= 0, ">": number < 0}.get(sign, True)
        return self.both([self.answered(name), test]) if nothing_fits else test

    def compared(self, name: str, operator: str, value: Any) -> Said:
        ref = self.ref(name)
        if self.operand(name) == "time":
            return self._time(name, operator, str(value))
        if operator in NUMERIC:
            right = f"date('{value}')" if self.operand(name) == "date" else literal(as_number(value) or 0)
            return Said(f"{ref} {SIGNS[operator]} {right}")
        test = f"{ref} {'=' if operator == 'is' else '!='} {self.value(name, value)}"
        return Said(test) if operator == "is" else self.both([self.answered(name), Said(test)])

    def _time(self, name: str, operator: str, value: str) -> Said:
        """A time of day is a part of a day in forms; half a minute of room for its decimals."""
        minutes = int(value[:2]) * 60 + int(value[3:5])
        moment = f"decimal-time({self.ref(name)}) * 1440"
        low, high = Said(f"{moment} >= {minutes - 0.5}"), Said(f"{moment} < {minutes + 0.5}")
        tests = {
            "is": self.both([low, high]), "at_least": low, "more_than": Said(f"{moment} >= {minutes + 0.5}"),
            "at_most": high, "less_than": Said(f"{moment} < {minutes - 0.5}"),
            "is_not": self.either([Said(f"{moment} < {minutes - 0.5}"), Said(f"{moment} >= {minutes + 0.5}")]),
        }  # fmt: skip
        return self.both([self.answered(name), tests[operator]])

    def among(self, name: str, kind: str, values: list[Any], *, several: bool) -> Said:
        if several:
            tests = [Said(f"selected({self.ref(name)}, {self.value(name, value)})") for value in values]
        else:
            tests = [self.compared(name, "is", value) for value in values]
        if kind == "all":
            return self.both(tests)
        some = self.either(tests)
        return some if kind == "any" else self.both([self.answered(name), self.opposite(some)])

    def two(self, name: str, operator: str, right: Mapping[str, Any]) -> Said:
        other = right["answer"]
        kinds = (self.operand(name), self.operand(other))
        plus = dict(right.get("plus") or {})
        if kinds[0] != kinds[1] or kinds[0] in ("multiple", "time") or set(plus) - {"days"}:
            raise Unsayable
        if self.codes.get(name, {}) != self.codes.get(other, {}):
            raise Unsayable
        sign = {"is": "=", "is_not": "!="}.get(operator) or SIGNS[operator]
        left, shown = self.ref(name), self.ref(other)
        if kinds[0] == "date":
            left, shown = f"decimal-date-time({left})", f"decimal-date-time({shown})"
            if days := plus.get("days"):
                shown += f" {'+' if days > 0 else '-'} {abs(days)}"
        elif operator in NUMERIC and kinds[0] != "number":
            raise Unsayable
        if kinds[0] == "text":
            self.nearly("to_case")
        test = Said(f"{left} {sign} {shown}")
        if operator in NUMERIC:
            return test
        guards = [self.answered(name)] + ([self.answered(other)] if operator == "is_not" else [])
        return self.both([*guards, test])

    def matching(self, name: str, pattern: str) -> Said:
        """A form's pattern has to fit the whole text."""
        if length := length_of(pattern):
            bounds = [
                Said(f"string-length({self.ref(name)}) {sign} {n}")
                for sign, n in zip((">=", "<="), length, strict=True)
                if n is not None
            ]
            return self.both(bounds)
        whole = whole_pattern(pattern)
        if whole is None:
            whole = rf"[\s\S]*(?:{pattern})[\s\S]*"
        return Said(f"regex({self.ref(name)}, {literal(whole)})")

    def constraint(self, check: Check, own: str) -> str:
        """What a form asks of an answer to `own`. Raises Unsayable: also for what is asked of an empty one."""
        self.near, self.why = False, ""
        that = once_answered(check, own)
        if that is None:
            raise Unsayable
        self.own = own
        try:
            self.lets = {name: f"({self._value(tree)})" for name, tree in check.let.items()}
            return self.said(that).text
        finally:
            self.own, self.lets = "", {}

    # --- computed values ---
    def expression(self, tree: Any) -> str:
        """A computed value; nothing where an operand is missing, because a sum with nothing is no number. Raises Unsayable."""
        self.near, self.why = False, ""
        return self._value(tree)

    def _value(self, tree: Any) -> str:
        if not isinstance(tree, Mapping):
            return literal(tree)
        if "answer" in tree:
            return self._answer(tree["answer"])
        if "if" in tree:
            no = self._value(tree["else"]) if "else" in tree else "''"
            return f"if({self.said(tree['if']).text}, {self._value(tree['then'])}, {no})"
        if "count" in tree:
            return " + ".join(f"if({self.answered(name).text}, 1, 0)" for name in tree["count"])
        operator, operands = next(iter(tree.items()))
        if operator in ("mean", "min", "max"):
            return self._skipping(operator, operands)
        texts = [self._value(part) for part in operands]
        if operator == "divide":
            return f"if({texts[1]} != 0, {_bracketed(texts[0])} div {_bracketed(texts[1])}, '')"
        return _ARITHMETIC[operator].join(map(_bracketed, texts))

    def _answer(self, name: str) -> str:
        table = numbers_by_code(self.definition, name)
        ref = self.ref(name)
        if all(number is not None and as_number(code) == number for code, number in table.items()):
            return ref
        text = "''"
        for code, number in reversed(table.items()):
            if number is not None:
                text = f"if({ref} = {self.value(name, code)}, {literal(number)}, {text})"
        return text

    def _skipping(self, operator: str, operands: list[Any]) -> str:
        """The mean of those that are there; least and most of two."""
        if not all(isinstance(part, Mapping) and set(part) == {"answer"} for part in operands):
            raise Unsayable
        there = [self.answered(part["answer"]).text for part in operands]
        values = [self._value(part) for part in operands]
        if any(not value.startswith("$") for value in values):
            raise Unsayable
        if operator == "mean":
            total = " + ".join(f"if({test}, {value}, 0)" for test, value in zip(there, values, strict=True))
            number = " + ".join(f"if({test}, 1, 0)" for test in there)
            return f"if({' or '.join(there)}, ({total}) div ({number}), '')"
        if len(values) != 2:
            raise Unsayable
        (a, b), sign = values, "<" if operator == "min" else ">"
        return f"if({a} = '', {b}, if({b} = '', {a}, if({a} {sign} {b}, {a}, {b})))"

    def combined(self, conditions: list[Condition]) -> str:
        """All of these as one expression; "" for none. Raises Unsayable."""
        self.near, self.why = False, ""
        return self.both([self.said(condition) for condition in conditions]).text if conditions else ""


def _bracketed(text: str) -> str:
    return text if _NAME.fullmatch(text) or (text.startswith("if(") and text.count("(") == 1) else f"({text})"
