"""The words of the Word document, and the answers of each type as tables."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types.numbers import plain_number

LABELS: dict[str, tuple[str, str]] = {
    "name": ("标识", "Key"), "key": ("标识", "key"), "mode": ("答题方式", "Mode"), "anonymous": ("匿名", "anonymous"),
    "confidential": ("保密", "confidential"), "identified": ("实名", "identified"), "languages": ("语言", "Languages"),
    "questions": ("题目数", "Questions"), "category": ("类别", "Category"), "source": ("来源", "Source"),
    "licence": ("许可", "Licence"), "purpose": ("目的", "Purpose"), "intro": ("开头说明", "Introduction"),
    "thanks": ("结束语", "Closing words"), "page": ("第 {n} 页", "Page {n}"),
    "page_if": ("满足以下条件时显示本页：{rule}", "This page is shown if {rule}"),
    "show_if": ("满足以下条件时显示：{rule}", "Shown if {rule}"),
    "end_if": ("答完本页后，满足以下条件则结束问卷：{rule}", "After this page the questionnaire ends if {rule}"),
    "random_order": ("本页题目顺序随机", "The questions of this page come in random order"),
    "random_pages": ("以下各页顺序随机：{pages}", "These pages come in random order: {pages}"),
    "required": ("（必答）", "(required)"), "hint": ("提示", "Hint"), "why": ("为什么问", "Why we ask"),
    "open_rule": ("待处理的规则：{rule}", "Undecided rule: {rule}"), "code": ("代码", "Code"), "value": ("数值", "Value"),
    "text": ("文字", "Text"), "note": ("说明", "Notes"), "row": ("行", "Row"), "column": ("列", "Column"),
    "other": ("可填写文字", "with a text field"), "exclusive": ("与其他选项互斥", "excludes the others"),
    "refused": ("不愿透露", "refusal"), "unknown": ("不清楚", "do not know"), "score_of": ("计 {n} 分", "scores {n}"),
    "min": ("最小 {n}", "at least {n}"), "max": ("最大 {n}", "at most {n}"), "top": ("排出前 {n} 项", "the first {n}"),
    "total": ("合计 {n}", "adds up to {n}"), "decimals": ("{n} 位小数", "{n} decimals"), "step": ("步长 {n}", "steps of {n}"),
    "max_length": ("最多 {n} 字", "up to {n} characters"), "pattern": ("格式：{n}", "format: {n}"),
    "unit": ("单位：{n}", "unit: {n}"), "random": ("顺序随机", "random order"), "expected": ("正确答案 {n}", "expected: {n}"),
    "levels": ("选到第 {n} 级", "levels: {n}"), "first": ("排在最前：{n}", "first: {n}"),
    "indicator": ("指标 {n}", "indicator {n}"), "bank": ("题库 {n}", "question bank {n}"), "from": ("来源：{n}", "source: {n}"),
    "sensitive": ("敏感信息：{n}", "sensitive: {n}"), "fixed": ("固定值 {n}", "constant {n}"),
    "parameter": ("链接参数 {n}", "parameter of the link: {n}"), "field": ("订单字段 {n}", "field of the order: {n}"),
    "expression": ("计算：{n}", "calculated: {n}"), "scale": ("量表 {n}", "scale {n}"),
    "score": ("得分 {name}：{kind}，由 {of} 计算", "Score {name}: {kind} of {of}"),
    "quota": ("配额 {name}：满足“{rule}”的最多 {limit} 人", "Quota {name}: at most {limit} people for whom {rule}"),
    "behind": ("计分与配额", "Scores and quotas"),
}  # fmt: skip
TYPES: dict[str, tuple[str, str]] = {
    "single_choice": ("单选", "single choice"), "dropdown": ("下拉框", "dropdown"),
    "multiple_choice": ("多选", "multiple choice"),
    "attention_check": ("注意力检查", "attention check"), "rating": ("评分", "rating"), "likert": ("量表", "Likert item"),
    "nps": ("NPS 推荐", "NPS"), "csat": ("CSAT 满意度", "CSAT"), "ces": ("CES 费力度", "CES"), "matrix": ("矩阵", "matrix"),
    "matrix_multiple": ("矩阵多选", "matrix, several answers"), "matrix_fields": ("矩阵填写", "table of fields"),
    "ranking": ("排序", "ranking"), "constant_sum": ("比重", "constant sum"), "slider": ("滑动条", "slider"),
    "short_text": ("单行文字", "short text"), "long_text": ("多行文字", "long text"),
    "text_fields": ("多项填空", "several texts"),
    "file": ("上传文件", "file"), "region": ("省市区", "province, city, district"),
    "number": ("数字", "number"), "date": ("日期", "date"), "time": ("时间", "time"), "note": ("说明", "note"),
    "section": ("小标题", "heading"), "consent": ("同意", "consent"), "hidden": ("隐藏变量", "hidden value"),
    "computed": ("计算值", "computed value"), "order_data": ("订单数据", "order data"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """Answers as a table; every row has as many cells as there are headings."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]


class Words(Protocol):
    """What words are made with."""

    definition: Definition

    def label(self, key: str, **values: Any) -> str:
        """A word of ours."""

    def kind(self, key: str) -> str:
        """The name of a type."""

    def line(self, text: Mapping[str, str] | None) -> str:
        """A text in all languages."""


def amount_words(value: Any) -> str:
    """A setting in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {amount_words(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(amount_words(part) for part in value)
    return plain_number(value) if isinstance(value, float) else str(value)


def limits(paper: Words, question: Any) -> list[str]:
    """Everything else that decides how it is answered, in words."""
    found = []
    keys = (
        "min",
        "max",
        "top",
        "total",
        "decimals",
        "step",
        "max_length",
        "pattern",
        "expected",
        "scale",
        "levels",
        "first",
        "indicator",
        "bank",
    )
    for key in (*keys, "sensitive", "parameter", "field", "expression"):
        value = getattr(question, key, None)
        if value is not None and not (key in ("decimals",) and not value):
            found.append(paper.label(key, n=amount_words(value)))
    if (value := getattr(question, "value", None)) is not None:
        found.append(paper.label("fixed", n=amount_words(value)))
    if getattr(question, "unit", None):
        found.append(paper.label("unit", n=paper.line(question.unit)))
    if question.source:
        found.append(paper.label("from", n=question.source))
    if getattr(question, "random_order", False) or getattr(question, "random_rows", False):
        found.append(paper.label("random"))
    return found


def options(paper: Words, question: Any) -> list[Table]:
    """Choices with their codes, rows, fields, points."""
    found: list[Table] = []
    rows: list[tuple[str, ...]]
    for key in ("rows", "fields", "items"):
        if parts := getattr(question, key, None):
            rows = [(part.code, paper.line(part.text), ", ".join(_more(paper, part))) for part in parts]
            found.append(Table((paper.label("row"), paper.label("text"), paper.label("note")), rows))
    if question.type == "matrix_fields":
        rows = [(column.code, paper.line(column.text), ", ".join(_more(paper, column))) for column in question.columns]
        found.append(Table((paper.label("column"), paper.label("text"), paper.label("note")), rows))
        found += [_choices(paper, column.choices) for column in question.columns if column.choices]
    offered = getattr(question, "cells", None) or getattr(question, "choices", None)
    if offered:
        found.append(_choices(paper, offered))
    elif hasattr(question, "point_texts") and (points := question.point_texts()):
        rows = [(str(point.value), paper.line(point.label)) for point in points]
        if question.unsure:
            rows.append(("unknown", paper.line(question.unsure)))
        found.append(Table((paper.label("value"), paper.label("text")), rows))
    elif question.type == "slider":
        ends = [(question.min, question.low), (question.max, question.high)]
        rows = [(plain_number(bound), paper.line(text)) for bound, text in ends]
        rows += [("unknown", paper.line(question.unsure))] if question.unsure else []
        found.append(Table((paper.label("value"), paper.label("text")), rows))
    elif question.type == "consent":
        found.append(Table((paper.label("code"), paper.label("text")), [("yes", paper.line(question.label))]))
    return found


def _choices(paper: Words, given: Sequence[Choice]) -> Table:
    rows = []
    for choice in given:
        flags = [paper.label(key) for key in ("other", "exclusive") if getattr(choice, key)]
        flags += [paper.label(choice.missing)] if choice.missing else []
        flags += [paper.label("score_of", n=plain_number(choice.score))] if choice.score is not None else []
        value = "" if choice.number is None else str(choice.number)
        rows.append((choice.code, value, paper.line(choice.text), ", ".join(flags)))
    return Table((paper.label("code"), paper.label("value"), paper.label("text"), paper.label("note")), rows)


def _more(paper: Words, part: Any) -> list[str]:
    found = [paper.label("required")] if getattr(part, "required", False) else []
    kind = getattr(part, "type", None)
    keys = {"number": ("min", "max", "decimals"), "dropdown": ()}.get(kind or "", ("pattern", "max_length"))
    for key in keys:
        value = getattr(part, key, None)
        if value is not None and value != 0 or (value == 0 and key != "decimals"):
            found.append(paper.label(key, n=amount_words(value)))
    return [*([paper.kind(kind)] if kind else []), *found]
