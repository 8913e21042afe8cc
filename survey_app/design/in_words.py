"""Conditions, rules and verdicts as sentences: what a researcher reads instead of the data."""

from collections.abc import Callable, Mapping
from typing import Any

from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Check, Condition
from survey_app.questionnaire.problems import sentence
from survey_app.questionnaire.reach import Finding

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
    "matches": N_("%(question)s符合格式 %(value)s"),
}
_MOMENTS = {
    "is": N_("%(question)s是 %(value)s"),
    "is_not": N_("%(question)s不是 %(value)s"),
    "at_least": N_("%(question)s不早于 %(value)s"),
    "at_most": N_("%(question)s不晚于 %(value)s"),
    "more_than": N_("%(question)s晚于 %(value)s"),
    "less_than": N_("%(question)s早于 %(value)s"),
}
_SIGNS = {
    "is": "=", "is_not": "≠", "at_least": "≥", "at_most": "≤", "more_than": ">", "less_than": "<", "one_of": "∈",
    "none_of": "∉", "includes": "∋", "includes_any": "∋", "includes_all": "∋", "includes_none": "∌",
}  # fmt: skip
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
        alone = len(condition) == 1
        parts = [part for key, test in condition.items() for part in self._parts(key, test, alone)]
        return self._joined(parts, self.translate(N_("并且")))

    def _parts(self, key: str, test: Any, alone: bool) -> list[str]:
        if key == "all":
            return [self._bracketed(part, len(test)) for part in test]
        if key == "any":
            either = self._joined([self._bracketed(part, len(test)) for part in test], self.translate(N_("或者")))
            return [either if alone or len(test) < 2 else self.translate(N_("（%(text)s）")) % {"text": either}]
        if key == "not":
            return [self.translate(N_("不满足（%(condition)s）")) % {"condition": self._all(test)}]
        return [self._comparison(key, operator, right) for operator, right in test.items()]

    def _bracketed(self, condition: Condition, siblings: int) -> str:
        text = self._all(condition)
        several = len(condition) > 1 or "all" in condition or "any" in condition
        return self.translate(N_("（%(text)s）")) % {"text": text} if several and siblings > 1 else text

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
        owner = self.definition.owners.get(name)
        table = _MOMENTS if owner is not None and owner.operand(name) in ("date", "time") else _COMPARISONS
        template = self.translate(table.get(operator, "%(question)s " + operator + " %(value)s"))
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

    def rule(self, kind: str, page: int, question: str | None, condition: Condition, part: Any = None) -> str:
        """如果 第 1 题“…”不高于 2，显示第 3 题“…”: a whole rule as one sentence. `part`: the choice, row, field or item
        that it is about."""
        values = {"condition": self.write(condition), "n": page + 1}
        if kind == "end_if":
            return self.translate(N_("如果 %(condition)s，答完第 %(n)s 页后结束问卷")) % values
        if question is None:
            return self.translate(N_("如果 %(condition)s，显示第 %(n)s 页")) % values
        values |= {"question": self.question(question)}
        if part is not None:
            values |= {"part": self.part(part)}
            return self.translate(N_("如果 %(condition)s，%(question)s里才有“%(part)s”")) % values
        return self.translate(N_("如果 %(condition)s，显示%(question)s")) % values

    def check(self, check: Check) -> str:
        """What a check asks for: its own words for the person who answers, else its condition."""
        return self.definition.text(check.message, self.language) or self.write(check.that)

    def part(self, part: Any) -> str:
        """A choice, row, field or item in words."""
        return _shortened(self.definition.text(part.text, self.language) or part.code)

    def short(self, condition: Condition, longest: int = 6) -> str:
        """Q1 ≤ 2 · Q4 = 是: a condition for the label of an arrow, with the numbers of questions."""
        parts = []
        for key, test in condition.items():
            if key in ("all", "any"):
                parts.append((" · " if key == "all" else " / ").join(self.short(part, longest) for part in test))
            elif key == "not":
                parts.append(f"¬({self.short(test, longest)})")
            else:
                parts += [self._sign(key, operator, right, longest) for operator, right in test.items()]
        return " · ".join(parts)

    def _sign(self, name: str, operator: str, right: Any, longest: int) -> str:
        who = self.number(name)
        if operator == "answered":
            state = N_("已答") if right else N_("未答")
            return f"{who} {self.translate(state)}"
        if operator == "count":
            return " · ".join(f"#{who} {_SIGNS.get(op, op)} {n}" for op, n in right.items())
        if isinstance(right, Mapping):
            return f"{who} {_SIGNS.get(operator, operator)} {self.number(str(right.get('answer', '')))}"
        items = right if isinstance(right, list | tuple) else [right]
        words = [_shortened(self._value(name, item), longest) for item in items[:2]]
        more = "…" if len(items) > 2 else ""
        return f"{who} {_SIGNS.get(operator, operator)} {self.translate(N_('、')).join(words)}{more}"

    def listed(self, name: str) -> str:
        """3. 总体评价 · 价格: a variable in a list of questions."""
        owner = self.definition.owners[name]
        words = self.definition.text(owner.text, self.language) or owner.name
        part = self._row(owner, name) or self._field(owner, name)
        number = self.numbers.get(owner.name)
        text = _shortened(f"{words} · {part}" if part else words, 44)
        return f"{number}. {text}" if number else text

    def _field(self, owner: Any, name: str) -> str:
        """Which text of the question it is: a field, or what is typed behind a choice."""
        for item in getattr(owner, "fields", ()):
            if owner.variable_of(item) == name:
                return self.definition.text(item.text, self.language)
        return self.translate(N_("填写的文字")) if name != owner.name else ""

    def number(self, name: str) -> str:
        """Q3: the number of the question behind a variable; its name when it has none."""
        owner = self.definition.owners.get(name)
        number = None if owner is None else self.numbers.get(owner.name)
        return name if number is None else f"Q{number}"

    def _row(self, owner: Any, name: str) -> str:
        if (part := owner.part_text(name)) is not None:
            return self.definition.text(part, self.language)
        for row in getattr(owner, "rows", ()) if hasattr(owner, "variable_of") else ():
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


_RULES = {
    "always": N_("每次都满足，所以这条规则不起作用。"),
    "ends_all": N_("所有人都会在这里结束，后面的题没人看得到。"),
    "contradiction": N_("条件自相矛盾，任何回答都不会满足。"),
    "never": N_("走到这里的人都不会满足这个条件。"),
    "unreached": N_("没有人会走到这里，所以用不到这条规则。"),
    "undecided": N_("组合太多，无法全部检验，抽查中没有得出结论。发布前请用试填核对。"),
}
_PLACES = {
    ("page", "never"): N_("没有人会走到这一页。"),
    ("page", "empty"): N_("走到这一页时，没有任何题可显示。"),
    ("question", "never"): N_("这道题永远不会显示。"),
    ("page", "undecided"): N_("不能确定是否有人会走到这一页。"),
    ("question", "undecided"): N_("不能确定这道题是否会显示。"),
}
LABELS: dict[str, str] = {
    "works": N_("有效"), "always": N_("恒成立"), "ends_all": N_("全部结束"), "contradiction": N_("自相矛盾"),
    "never": N_("永不成立"), "unreached": N_("用不到"), "faulty": N_("有错误"), "undecided": N_("未判定"),
}  # fmt: skip
"""A verdict on a rule in one word."""
PLACE_LABELS: dict[str, str] = {
    "reachable": N_("可到达"), "never": N_("走不到"), "empty": N_("空白页"), "undecided": N_("未判定"),
}  # fmt: skip


def tone(finding: Finding) -> str:
    """bad, warn, open (undecided) or good: how a verdict is shown."""
    if finding.is_fault:
        return "bad"
    if finding.verdict in ("always", "unreached"):
        return "warn"
    return "open" if finding.verdict == "undecided" else "good"


def verdict_words(finding: Finding, translate: Translate, language: str) -> str:
    """The verdict as a sentence, and how it was reached. `language`: the interface, zh-CN or en."""
    if finding.faults:
        return " ".join(dict.fromkeys(sentence(fault, language) for fault in finding.faults[:3]))
    table = _RULES.get(finding.verdict, "") if finding.is_rule else _PLACES.get((finding.kind, finding.verdict), "")
    words = [translate(table)] if table else []
    if finding.how == "exhaustive":
        words.append(translate(N_("已检验全部 %(n)s 种不同的回答。")) % {"n": f"{finding.combinations:,}"})
    elif finding.how == "example":
        words.append(translate(N_("已找到实例。")))
    return ("" if language.startswith("zh") else " ").join(words)
