"""Our rules as sentences in Chinese, or in English for every other language: for documents that people read."""

from collections.abc import Mapping
from typing import Any

from survey_app.formats.writing.rules import RuleWriter, Said
from survey_app.questionnaire.definition import Definition

_LONGEST = 24
_TESTS = {
    "is": ("{q}选“{v}”", "{q} is “{v}”"),
    "is_not": ("{q}没有选“{v}”", "{q} is answered but not “{v}”"),
    "at_least": ("{q}不低于 {v}", "{q} is at least {v}"),
    "at_most": ("{q}不高于 {v}", "{q} is at most {v}"),
    "more_than": ("{q}高于 {v}", "{q} is more than {v}"),
    "less_than": ("{q}低于 {v}", "{q} is less than {v}"),
}
_MOMENTS = {
    "is": ("{q}是 {v}", "{q} is {v}"),
    "is_not": ("{q}不是 {v}", "{q} is answered but not {v}"),
    "at_least": ("{q}不早于 {v}", "{q} is {v} or later"),
    "at_most": ("{q}不晚于 {v}", "{q} is {v} or earlier"),
    "more_than": ("{q}晚于 {v}", "{q} is later than {v}"),
    "less_than": ("{q}早于 {v}", "{q} is earlier than {v}"),
}
_COUNTS = {
    "is": ("{q}正好选了 {v} 项", "exactly {v} are chosen in {q}"),
    "is_not": ("{q}选的不是 {v} 项", "another number than {v} is chosen in {q}"),
    "at_least": ("{q}至少选了 {v} 项", "at least {v} are chosen in {q}"),
    "at_most": ("{q}最多选了 {v} 项", "at most {v} are chosen in {q}"),
    "more_than": ("{q}选了超过 {v} 项", "more than {v} are chosen in {q}"),
    "less_than": ("{q}选了不到 {v} 项", "fewer than {v} are chosen in {q}"),
}
_AMONG = {
    "all": ("{q}同时选了{v}", "{q} includes all of {v}"),
    "any": ("{q}选了{v}中的任何一个", "{q} includes any of {v}"),
    "none": ("{q}没有选{v}中的任何一个", "{q} is answered with none of {v}"),
}
_UNITS = {"years": ("{n} 年", "{n} years"), "months": ("{n} 个月", "{n} months"), "days": ("{n} 天", "{n} days")}


class InWords(RuleWriter):
    """Questions are called by their number on paper and the beginning of their text."""

    def __init__(self, definition: Definition, language: str) -> None:
        super().__init__(definition)
        self.language = language
        self.chinese = language.startswith("zh")
        self.numbers = numbers_of(definition)
        self.negation = "不满足（{}）" if self.chinese else "not ({})"

    def pick(self, pair: tuple[str, str], **values: Any) -> str:
        """The sentence in the language of the document."""
        return pair[0 if self.chinese else 1].format(**values)

    def both(self, parts: Any) -> Said:
        return self._listed(parts, "，并且" if self.chinese else " and ", 1)

    def either(self, parts: Any) -> Said:
        return self._listed(parts, "，或者" if self.chinese else " or ", 0)

    def _listed(self, parts: Any, word: str, power: int) -> Said:
        if len(parts) == 1:
            return parts[0]  # type: ignore[no-any-return]
        frame = "（{}）" if self.chinese else "({})"
        return Said(word.join(part.text if part.power == 2 else frame.format(part.text) for part in parts), power)

    def question(self, name: str) -> str:
        """第 3 题“总体评价”, with the row of a table."""
        owner = self.definition.owners.get(name) or self.definition.by_name.get(name)
        if owner is None:
            return name
        words = self.definition.text(dict(owner.text), self.language)
        if part := owner.part_text(name):
            words = f"{words} · {self.definition.text(dict(part), self.language)}"
        for row in getattr(owner, "rows", ()):
            if not part and f"{owner.name}_{row.code}" == name:
                words = f"{words} · {self.definition.text(row.text, self.language)}"
        words = words if len(words) <= _LONGEST else words[: _LONGEST - 1] + "…"
        number = self.numbers.get(owner.name)
        return self.pick(("第 {n} 题“{w}”", "question {n} “{w}”") if number else ("“{w}”", "“{w}”"), n=number, w=words)

    def _value(self, name: str, value: Any) -> str:
        owner = self.definition.owners.get(name)
        label = owner.piped_choice(name, value) if owner is not None else None
        if label and not isinstance(value, int | float):
            return self.definition.text(dict(label), self.language)
        return str(value)

    def answered(self, name: str) -> Said:
        return Said(self.pick(("{q}已回答", "{q} is answered"), q=self.question(name)))

    def unanswered(self, name: str) -> Said:
        return Said(self.pick(("{q}没有回答", "{q} is not answered"), q=self.question(name)))

    def counted(self, name: str, operator: str, number: int) -> Said:
        return Said(self.pick(_COUNTS[operator], q=self.question(name), v=number))

    def _tests(self, name: str) -> Mapping[str, tuple[str, str]]:
        owner = self.definition.owners.get(name)
        return _MOMENTS if owner is not None and owner.operand(name) in ("date", "time") else _TESTS

    def compared(self, name: str, operator: str, value: Any) -> Said:
        return Said(self.pick(self._tests(name)[operator], q=self.question(name), v=self._value(name, value)))

    def among(self, name: str, kind: str, values: list[Any], *, several: bool) -> Said:
        if len(values) == 1 and kind != "none":
            return self.compared(name, "is", values[0])
        joined = ("、" if self.chinese else ", ").join(f"“{self._value(name, value)}”" for value in values)
        return Said(self.pick(_AMONG[kind], q=self.question(name), v=joined))

    def two(self, name: str, operator: str, right: Mapping[str, Any]) -> Said:
        shown = self.question(right["answer"])
        for unit, number in (right.get("plus") or {}).items():
            shown += " + " + self.pick(_UNITS[unit], n=number)
        return Said(self.pick(self._tests(name)[operator], q=self.question(name), v=shown))


def numbers_of(definition: Definition) -> dict[str, int]:
    """The number of every question that asks something, from 1, as people count them."""
    asking = [question for question in definition.questions if question.asks and question.shown]
    return {question.name: number for number, question in enumerate(asking, start=1)}
