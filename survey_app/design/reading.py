"""A definition laid out for reading: pages, questions, answers, conditions and scores in words of one language."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from survey_app.design import indicators
from survey_app.design.in_words import ConditionWriter, Translate
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition, Page, Score
from survey_app.questionnaire.offering import part_at, rules_of
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, Region
from survey_app.questionnaire.question_types.tables import Column

KINDS: dict[str, str] = {
    "single_choice": N_("单选"), "dropdown": N_("下拉单选"), "multiple_choice": N_("多选"), "rating": N_("评分"),
    "likert": N_("量表"), "nps": "NPS", "csat": "CSAT", "ces": "CES", "matrix": N_("矩阵"), "short_text": N_("单行填空"),
    "long_text": N_("多行填空"), "text_fields": N_("多项填空"), "number": N_("数字"), "date": N_("日期"), "time": N_("时间"),
    "note": N_("说明"), "section": N_("小节"), "consent": N_("同意"), "hidden": N_("隐藏变量"), "computed": N_("计算值"),
    "order_data": N_("订单数据"), "attention_check": N_("注意力检查"), "ranking": N_("排序"), "constant_sum": N_("分配总数"),
    "slider": N_("滑块"), "matrix_multiple": N_("矩阵多选"), "matrix_fields": N_("表格填空"),
    "file": N_("上传文件"), "region": N_("省市区"),
}  # fmt: skip
COLUMN_KINDS: dict[str, str] = {"short_text": N_("文字"), "number": N_("数字"), "dropdown": N_("从列表选择")}
SCORE_KINDS: dict[str, str] = {
    "sum": N_("求和"), "mean": N_("平均"), "weighted": N_("加权平均"), "nps": "NPS", "csat": N_("满意比例（CSAT）"),
    "ces": N_("费力度（CES）"),
}  # fmt: skip
MODES: dict[str, tuple[str, str]] = {
    "anonymous": (N_("匿名"), N_("无法从数据库查到是谁填的")),
    "confidential": (N_("保密"), N_("仅指定部门可在处理投诉时查看身份，每次都有记录")),
    "identified": (N_("实名"), N_("有权限的员工可以看到是谁填的")),
}


@dataclass(frozen=True, slots=True)
class ShownChoice:
    """One answer that is offered: the code in data, the number in data files, words, what is special about it."""

    code: str
    value: str
    text: str
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShownQuestion:
    """One question, ready for a template. `number` is None for what asks nothing."""

    number: int | None
    name: str
    kind: str
    is_section: bool
    text: str
    hint: str
    why: str
    required: bool
    condition: str
    choices: tuple[ShownChoice, ...]
    as_row: bool
    ends: tuple[str, str]
    rows: tuple[str, ...]
    extras: tuple[str, ...]
    indicator: str
    source: str


@dataclass(frozen=True, slots=True)
class ShownPage:
    """One page of the questionnaire."""

    number: int
    title: str
    condition: str
    end: str
    questions: tuple[ShownQuestion, ...]
    random: bool = False  # its questions stand in random order


@dataclass(frozen=True, slots=True)
class ShownScore:
    """One score and what it is made of."""

    name: str
    label: str
    kind: str
    questions: tuple[str, ...]
    extras: tuple[str, ...]


class Reader:
    """Lays out one definition. `translate` is gettext of the interface; texts of the questionnaire are in `language`."""

    def __init__(self, definition: Definition, language: str, translate: Translate) -> None:
        self.definition = definition
        self.language = language
        self.translate = translate
        self.conditions = ConditionWriter(definition, language, translate)

    @cached_property
    def indicators(self) -> dict[str, dict[str, str]]:
        """The names of all indicators, asked for when a question has one."""
        return indicators.names()

    def text(self, text: Any) -> str:
        """A text of the questionnaire in the chosen language."""
        return self.definition.text(dict(text) if text else None, self.language)

    def pages(self) -> list[ShownPage]:
        """Every page in order."""
        return [self._page(number, page) for number, page in enumerate(self.definition.pages, start=1)]

    def _page(self, number: int, page: Page) -> ShownPage:
        return ShownPage(
            number,
            self.text(page.title),
            self.conditions.write(page.show_if),
            self.conditions.write(page.end_if),
            tuple(self._question(question) for question in page.questions),
            page.random_order,
        )

    def random_pages(self) -> list[str]:
        """Each group of pages in random order, in words."""
        numbers = {page.name: number for number, page in enumerate(self.definition.pages, start=1) if page.name}
        return [
            self.translate(N_("、")).join(
                self._filled(N_("第 %(n)s 页"), n=numbers[name]) if name in numbers else name for name in group
            )
            for group in self.definition.random_pages
        ]

    def quotas(self) -> list[tuple[str, int, str]]:
        """Each quota: its name, how many, and who is counted, in words."""
        return [(quota.name, quota.limit, self.conditions.write(quota.when)) for quota in self.definition.quotas]

    def _question(self, question: Question) -> ShownQuestion:
        choices, as_row = self._choices(question)
        indicator = self.indicators.get(question.indicator) if question.indicator else None
        return ShownQuestion(
            number=self.conditions.numbers.get(question.name),
            name=question.name,
            kind=self.translate(KINDS.get(question.type, question.type)),
            is_section=not question.asks,
            text=self.text(question.text),
            hint=self.text(question.hint),
            why=self.text(question.why),
            required=question.required,
            condition=self.conditions.write(question.show_if),
            choices=choices,
            as_row=as_row,
            ends=(self.text(getattr(question, "low", None)), self.text(getattr(question, "high", None))),
            rows=tuple(self.text(row.text) for row in getattr(question, "rows", ())),
            extras=tuple(self._extras(question)),
            indicator=self.text(indicator) if indicator else question.indicator or "",
            source=question.source or "",
        )

    def _choices(self, question: Question) -> tuple[tuple[ShownChoice, ...], bool]:
        """What is offered, and whether it reads best in one row (points of a scale)."""
        offered = getattr(question, "choices", None) or getattr(question, "cells", None) or ()
        if offered:
            return tuple(self._choice(choice) for choice in offered), question.type in ("likert", "matrix")
        points = [] if not hasattr(question, "point_texts") else list(question.point_texts())
        shown = [
            ShownChoice(p.code, str(p.value), self.text(p.label) if _is_worded(question) else p.code) for p in points
        ]
        unsure = getattr(question, "unsure", None)
        if unsure:
            shown.append(ShownChoice("unknown", "-95", self.text(unsure)))
        return tuple(shown), True

    def _choice(self, choice: Any) -> ShownChoice:
        marks = []
        if choice.other:
            marks.append(self.translate(N_("可填写")))
        if choice.exclusive:
            marks.append(self.translate(N_("与其他互斥")))
        value = "-96" if choice.missing == "refused" else "-95" if choice.missing else choice.number
        return ShownChoice(choice.code, "" if value is None else str(value), self.text(choice.text), tuple(marks))

    def _extras(self, question: Any) -> list[str]:
        """Limits and settings in words; which of them a question has depends on its type."""
        found = []
        low, high = getattr(question, "min", None), getattr(question, "max", None)
        if question.type in ("multiple_choice", "matrix_multiple") and (low or high):
            most = high or len(question.choices)
            found.append(self._filled(N_("可选 %(low)s 到 %(high)s 项"), low=low or 0, high=most))
        elif low is not None or high is not None:
            found.append(self._filled(N_("范围 %(low)s 到 %(high)s"), low=_or_dash(low), high=_or_dash(high)))
        if getattr(question, "unit", None):
            found.append(self._filled(N_("单位：%(unit)s"), unit=self.text(question.unit)))
        if question.type in ("short_text", "long_text"):
            found.append(self._filled(N_("最多 %(n)s 字"), n=question.max_length))
        if getattr(question, "random_order", False) or getattr(question, "random_rows", False):
            found.append(self.translate(N_("随机顺序")))
        if isinstance(question, Ranking) and question.places < len(question.choices):
            found.append(self._filled(N_("只排前 %(n)s 位"), n=question.places))
        if isinstance(question, Slider) and question.step != 1:
            found.append(self._filled(N_("每格 %(n)s"), n=plain_number(question.step)))
        if isinstance(question, Region):
            levels = self.translate(N_("、")).join(self.text(text) for text in LEVEL_TEXTS[: question.levels])
            found.append(self._filled(N_("从列表选择：%(levels)s"), levels=levels))
        if isinstance(question, ConstantSum):
            found.append(self._filled(N_("合计 %(total)s"), total=plain_number(question.total)))
        found += [self._part(part) for part in self._parts(question)]
        found += [
            self._filled(
                N_("“%(part)s”只在满足时显示：%(rule)s"),
                part=self.conditions.part(part_at(question, rule.place)),
                rule=self.conditions.write(rule.condition),
            )
            for rule in rules_of(question)
        ]
        found += [
            self._filled(N_("填写校验：%(rule)s"), rule=self.conditions.check(check)) for check in question.checks
        ]
        found += [self._filled(N_("导入的规则未处理：%(rule)s"), rule=rule) for rule in question.open_rules]
        if question.type == "consent":
            found.append("☐ " + self.text(question.label))
        return found

    @staticmethod
    def _parts(question: Any) -> tuple[Any, ...]:
        key = {"text_fields": "fields", "constant_sum": "items", "matrix_fields": "columns"}.get(question.type)
        return getattr(question, key) if key else ()

    def _part(self, part: Any) -> str:
        """A field, an item or a column, with how it is filled in."""
        words = self.text(part.text)
        if not isinstance(part, Column):
            return words
        how = self.translate(COLUMN_KINDS[part.type])
        if part.choices:
            how += self.translate(N_("：")) + self.translate(N_("、")).join(self.text(c.text) for c in part.choices)
        return self._filled(N_("%(column)s（%(how)s）"), column=words, how=how)

    def _filled(self, template: str, **values: Any) -> str:
        return self.translate(template) % values

    def scores(self) -> list[ShownScore]:
        """Every score in order."""
        return [self._score(score) for score in self.definition.scores]

    def _score(self, score: Score) -> ShownScore:
        extras = []
        if score.reverse:
            names = self.translate(N_("、")).join(self._short(name) for name in score.reverse)
            extras.append(self._filled(N_("反向计分：%(names)s"), names=names))
        if score.rescale:
            extras.append(self._filled(N_("换算到 %(low)g–%(high)g 分"), low=score.rescale[0], high=score.rescale[1]))
        if score.min_answered:
            extras.append(self._filled(N_("至少答 %(n)s 题才计分"), n=score.min_answered))
        if score.top:
            extras.append(self._filled(N_("最高 %(n)s 档算满意"), n=score.top))
        return ShownScore(
            score.name,
            self.text(score.label) or score.name,
            self.translate(SCORE_KINDS[score.kind]),
            tuple(self._short(name) for name in score.questions),
            tuple(extras),
        )

    def _short(self, name: str) -> str:
        number = self.conditions.numbers.get(name)
        return self._filled(N_("第 %(n)s 题"), n=number) if number else self.conditions.question(name)

    def place_of(self, path: str) -> str:
        """`pages[0].questions[2].text` as people say it: 第 3 题."""
        found = path.replace("]", "").replace("[", ".").split(".")
        if len(found) >= 4 and found[0] == "pages" and found[2] == "questions":
            page, index = int(found[1]), int(found[3])
            if page < len(self.definition.pages) and index < len(self.definition.pages[page].questions):
                return self._short(self.definition.pages[page].questions[index].name)
        if len(found) >= 2 and found[0] == "pages" and found[1].isdigit():
            return self._filled(N_("第 %(n)s 页"), n=int(found[1]) + 1)
        if found[0] == "quotas" and len(found) > 1 and int(found[1]) < len(self.definition.quotas):
            return self._filled(N_("配额“%(name)s”"), name=self.definition.quotas[int(found[1])].name)
        return ""


def _is_worded(question: Question) -> bool:
    """Whether every point of the scale has its own words (otherwise only its ends have)."""
    return question.type in ("csat", "ces") or bool(getattr(question, "labels", None))


def _or_dash(value: Any) -> str:
    return "–" if value is None else plain_number(value) if isinstance(value, float) else str(value)
