"""Conditions as sentences: what a researcher reads instead of the data."""

from collections.abc import Callable, Mapping
from typing import Any

from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Condition

Translate = Callable[[str], str]

_COMPARISONS = {
    "is": N_("%(question)s选“%(value)s”"),
    "is_not": N_("%(question)s没有选“%(value)s”"),
    "one_of": N_("%(question)s是“%(value)s”之一"),
    "none_of": N_("%(question)s不是“%(value)s”中的任何一个"),
    "at_least": N_("%(question)s不低于 %(value)s"),
    "at_most": N_("%(question)s不高于 %(value)s"),
    "more_than": N_("%(question)s高于 %(value)s"),
    "less_than": N_("%(question)s低于 %(value)s"),
    "includes": N_("%(question)s勾选了“%(value)s”"),
    "includes_all": N_("%(question)s同时勾选了“%(value)s”"),
    "includes_any": N_("%(question)s勾选了“%(value)s”中的任何一个"),
    "includes_none": N_("%(question)s没有勾选“%(value)s”"),
}
_ANSWERED = {True: N_("%(question)s已回答"), False: N_("%(question)s没有回答")}
_COUNTS = {
    "is": N_("%(question)s正好选了 %(value)s 项"),
    "at_least": N_("%(question)s至少选了 %(value)s 项"),
    "at_most": N_("%(question)s最多选了 %(value)s 项"),
    "more_than": N_("%(question)s选了超过 %(value)s 项"),
    "less_than": N_("%(question)s选了不到 %(value)s 项"),
}
_PLUS = {"days": N_("加 %(n)s 天"), "months": N_("加 %(n)s 个月"), "years": N_("加 %(n)s 年")}


class ConditionWriter:
    """Writes conditions of one definition in an interface language, with the questions' texts in a language of theirs."""

    def __init__(self, definition: Definition, language: str, translate: Translate) -> None:
        self.definition = definition
        self.language = language
        self.translate = translate
        self.numbers = numbers_of(definition)

    def write(self, condition: Condition | None) -> str:
        """The condition as one sentence; "" for none."""
        return self._all(condition) if condition else ""

    def _all(self, condition: Condition) -> str:
        parts = [part for key, test in condition.items() for part in self._parts(key, test)]
        return self._joined(parts, self.translate(N_("并且")))

    def _parts(self, key: str, test: Any) -> list[str]:
        if key == "all":
            return [self._bracketed(part, len(test)) for part in test]
        if key == "any":
            return [self._joined([self._bracketed(part, len(test)) for part in test], self.translate(N_("或者")))]
        if key == "not":
            return [self.translate(N_("不满足（%(condition)s）")) % {"condition": self._all(test)}]
        return [self._comparison(key, operator, right) for operator, right in test.items()]

    def _bracketed(self, condition: Condition, siblings: int) -> str:
        text = self._all(condition)
        several = len(condition) > 1 or "all" in condition or "any" in condition
        return f"({text})" if several and siblings > 1 else text

    @staticmethod
    def _joined(parts: list[str], word: str) -> str:
        return f" {word} ".join(parts)

    def _comparison(self, name: str, operator: str, right: Any) -> str:
        question = self.question(name)
        if operator == "answered":
            return self.translate(_ANSWERED[bool(right)]) % {"question": question}
        if operator == "count":
            return self._joined(
                [self.translate(_COUNTS[op]) % {"question": question, "value": n} for op, n in right.items()],
                self.translate(N_("并且")),
            )
        template = self.translate(_COMPARISONS.get(operator, "%(question)s " + operator + " %(value)s"))
        return template % {"question": question, "value": self._value(name, right)}

    def question(self, name: str) -> str:
        """第 3 题《您的总体评价？》, with the row of a matrix."""
        owner = self.definition.owners.get(name) or self.definition.by_name.get(name)
        if owner is None:
            return name
        number = self.numbers.get(owner.name)
        words = self.definition.text(owner.text, self.language)
        row = self._row(owner, name)
        words = _shortened(f"{words} · {row}" if row else words)
        if number is None:
            return self.translate(N_("“%(words)s”")) % {"words": words}
        return self.translate(N_("第 %(n)s 题“%(words)s”")) % {"n": number, "words": words}

    def _row(self, owner: Any, name: str) -> str:
        for row in getattr(owner, "rows", ()):
            if owner.variable_of(row) == name:
                return self.definition.text(row.text, self.language)
        return ""

    def _value(self, name: str, right: Any) -> str:
        if isinstance(right, Mapping):
            text = self.question(str(right.get("answer", "")))
            plus = [
                self.translate(_PLUS[unit]) % {"n": n} for unit, n in (right.get("plus") or {}).items() if unit in _PLUS
            ]
            return " ".join([text, *plus])
        if isinstance(right, list | tuple):
            return self.translate(N_("、")).join(self._value(name, item) for item in right)
        owner = self.definition.owners.get(name)
        label = owner.piped_choice(name, right) if owner is not None else None
        if label and not isinstance(right, int | float):
            return self.definition.text(dict(label), self.language)
        return str(right)


def _shortened(text: str, longest: int = 24) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def numbers_of(definition: Definition) -> dict[str, int]:
    """The number of every question that asks something, from 1, as people count them."""
    asking = [question for question in definition.questions if question.asks and question.shown]
    return {question.name: number for number, question in enumerate(asking, start=1)}
