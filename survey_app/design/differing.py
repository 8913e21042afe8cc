"""Differences between two definitions in words: chapters, in each the places, in each what changed with marks.

Texts of the questionnaire stay data (pieces of plain text); the template escapes them and marks them with <del> and <ins>.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_app.design.in_words import ConditionWriter, Translate
from survey_app.design.marking import GONE, NEW, Piece, marked
from survey_app.design.reading import KINDS, MODES, SCORE_KINDS
from survey_app.languages import N_
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import GROUPS, Change, difference
from survey_app.questionnaire.parts import Check
from survey_app.questionnaire.question_types.numbers import plain_number

CHAPTERS: dict[str, str] = {
    "wording": N_("文案"), "choices": N_("选项（影响趋势）"), "logic": N_("逻辑"), "structure": N_("增删题"),
    "settings": N_("设置"),
}  # fmt: skip
WHY: dict[str, str] = {
    "choices": N_("选项变了，前后的比例不能直接比较。"),
    "scale": N_("量表变了，前后的得分不能直接比较。"),
    "wording": N_("跟踪的题换了文字：意思变了，前后就不能比较。"),
    "base": N_("显示规则变了，答这道题的人不同，前后的基数不能比较。"),
    "order": N_("顺序变了，可能影响回答。"),
    "renamed": N_("数据里的名字变了，前后是两列数据。"),
    "ends": N_("它的趋势到此为止。"),
    "gone": N_("它的数据到此为止。"),
    "indicator": N_("归属的指标变了，指标的趋势会断开。"),
    "score": N_("计分方法变了，前后的得分不能直接比较。"),
    "type": N_("题型变了，前后的数据不能直接比较。"),
    "setting": N_("这项设置可能影响回答。"),
}
KEYS: dict[str, str] = {
    "text": N_("题目"), "hint": N_("提示"), "why": N_("为什么问这个"), "title": N_("标题"), "intro": N_("开场语"),
    "thanks": N_("结束语"), "purpose": N_("调研目的"), "label": N_("标签"), "unit": N_("单位"), "low": N_("最低一端的文字"),
    "high": N_("最高一端的文字"), "unsure": N_("“不清楚”选项"), "labels": N_("各点的文字"), "show_if": N_("显示规则"),
    "end_if": N_("结束规则"), "expression": N_("计算式"), "points": N_("点数"), "start": N_("起点"), "style": N_("样式"),
    "scale": N_("量表"), "cell": N_("单元格"), "value": N_("数据值"), "score": N_("分值"), "other": N_("可填写"),
    "exclusive": N_("与其他互斥"), "missing": N_("不计入答案"), "retired": N_("停用的数据值"), "layout": N_("排列"),
    "required": N_("必答"), "random_order": N_("选项随机顺序"), "random_rows": N_("行随机顺序"), "columns": N_("列数"),
    "min": N_("最小"), "max": N_("最大"), "decimals": N_("小数位数"), "pattern": N_("格式"), "max_length": N_("最多字数"),
    "lines": N_("行数"), "indicator": N_("指标"), "bank": N_("题库"), "source": N_("出处"), "sensitive": N_("敏感信息"),
    "parameter": N_("链接参数"), "field": N_("订单字段"), "expected": N_("正确答案"), "name": N_("变量名"),
    "mode": N_("匿名方式"), "category": N_("分类"), "licence": N_("许可"), "kind": N_("计分方式"), "questions": N_("包含的题"),
    "reverse": N_("反向计分"), "weights": N_("权重"), "rescale": N_("换算范围"), "min_answered": N_("至少答几题"),
    "top": N_("最高几档算满意"), "speech": N_("可以录音回答"), "step": N_("每格多少"), "total": N_("总数"),
    "open_rules": N_("导入的待定规则"), "random_pages": N_("随机排列的页"), "quotas": N_("配额"),
    "checks": N_("填写校验"), "words": N_("各值的说法"), "accepts": N_("收什么"), "max_mb": N_("最大多少 MB"),
    "levels": N_("问到哪一级"), "first": N_("排在最前的省份"),
}  # fmt: skip
NODES: dict[str, str] = {
    "choice": N_("选项"), "point": N_("量表点"), "row": N_("行"), "field": N_("填空栏"), "language": N_("语言"),
}  # fmt: skip
KINDS_OF_CHANGE: dict[tuple[str, str], str] = {
    ("question", "added"): N_("新增题目"), ("question", "removed"): N_("删除题目"), ("question", "moved"): N_("移动"),
    ("page", "added"): N_("新增一页"), ("page", "removed"): N_("删除一页"), ("page", "moved"): N_("移动"),
    ("choice", "added"): N_("新增选项"), ("choice", "removed"): N_("删除选项"), ("choice", "order"): N_("选项顺序"),
    ("choice", "renamed"): N_("选项代码"), ("point", "renamed"): N_("量表点代码"),
    ("point", "added"): N_("新增量表点"), ("point", "removed"): N_("删除量表点"), ("point", "order"): N_("量表点顺序"),
    ("row", "added"): N_("新增行"), ("row", "removed"): N_("删除行"), ("row", "order"): N_("行的顺序"),
    ("row", "renamed"): N_("行代码"), ("field", "renamed"): N_("填空项代码"),
    ("field", "added"): N_("新增填空项"), ("field", "removed"): N_("删除填空项"), ("field", "order"): N_("填空项顺序"),
    ("scale", "added"): N_("新增量表"), ("scale", "removed"): N_("删除量表"), ("scale", "renamed"): N_("量表改名"),
    ("score", "added"): N_("新增得分"), ("score", "removed"): N_("删除得分"), ("score", "order"): N_("得分的顺序"),
    ("language", "added"): N_("新增语言"), ("language", "removed"): N_("去掉语言"), ("language", "order"): N_("语言顺序"),
    ("question", "type"): N_("题型"), ("question", "renamed"): N_("变量名"),
}  # fmt: skip
_VALUES: dict[str, dict[Any, str]] = {
    "mode": {key: words for key, (words, _) in MODES.items()},
    "kind": SCORE_KINDS,
    "style": {"numbers": N_("数字"), "stars": N_("星级"), "labels": N_("文字")},
    "layout": {"auto": N_("自动"), "row": N_("一行")},
    "missing": {"refused": N_("不愿透露"), "unknown": N_("不清楚")},
    "sensitive": {"health": N_("健康信息"), "child": N_("儿童信息")},
    "pattern": {"phone": N_("手机号"), "email": N_("邮箱"), "number": N_("数字"), "postcode": N_("邮编")},
}


@dataclass(frozen=True, slots=True)
class Line:
    """One difference: what it is about, the words of one language with marks, what it does to trends."""

    what: str
    language: str
    pieces: tuple[Piece, ...]
    trend: str
    why: str


@dataclass(slots=True)
class Part:
    """What changed at one place. `path`: in the definition after, for a jump; "" when it is gone."""

    place: str
    path: str
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Chapter:
    """One group of differences."""

    key: str
    title: str
    parts: list[Part] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many differences."""
        return sum(len(part.lines) for part in self.parts)


class Teller:
    """Tells the differences of two definitions. `translate`: gettext; texts of rules and places in `language`."""

    def __init__(self, before: Definition, after: Definition, language: str, translate: Translate) -> None:
        self.translate = translate
        self.sides = (ConditionWriter(before, language, translate), ConditionWriter(after, language, translate))
        self.changes = difference(before, after)

    def chapters(self) -> list[Chapter]:
        """Only chapters that hold something, in their order."""
        found = {key: Chapter(key, self.translate(CHAPTERS[key])) for key in GROUPS}
        parts: dict[tuple[str, str], Part] = {}
        for change in self.changes:
            place, path = self._place(change)
            part = parts.get((change.group, place))
            if part is None:
                part = parts[change.group, place] = Part(place, path)
                found[change.group].parts.append(part)
            part.lines.append(self._line(change))
        return [chapter for chapter in found.values() if chapter.parts]

    def touching(self) -> list[tuple[str, Line]]:
        """What needs a reason, strongest first: place and line."""
        found = [(change, self._place(change)[0]) for change in self.changes if change.breaks_trend]
        found.sort(key=lambda pair: pair[0].trend != "breaks")
        return [(place, self._line(change)) for change, place in found]

    # --- where ------------------------------------------------------------------------------------------------------
    def _place(self, change: Change) -> tuple[str, str]:
        side = self.sides[0] if change.kind == "removed" else self.sides[1]
        path = change.path_after
        if change.question:
            place = side.question(change.question)
            return place[:1].upper() + place[1:], path
        if change.node == "page":
            if change.kind == "removed":
                return self._filled(N_("原第 %(n)s 页"), n=change.item), ""
            return self._filled(N_("第 %(n)s 页"), n=change.item), path
        where = loading.place_of(path or change.path_before)
        if where[:1] == ("scales",):
            return self._filled(N_("量表“%(name)s”"), name=where[1]), path
        if change.node == "score" and change.item:
            return self._filled(N_("得分“%(name)s”"), name=change.item), path
        return self.translate(N_("整份问卷")), path

    def _filled(self, template: str, **values: Any) -> str:
        return self.translate(template) % values

    # --- what -------------------------------------------------------------------------------------------------------
    def _line(self, change: Change) -> Line:
        why = self.translate(WHY[change.why]) if change.why else ""
        return Line(self._what(change), change.language, self._pieces(change), change.trend, why)

    def _what(self, change: Change) -> str:
        named = KINDS_OF_CHANGE.get((change.node, change.kind))
        if named:
            return self.translate(named)
        key = self.translate(KEYS.get(change.key, change.key))
        node = NODES.get(change.node)
        if node is None:
            return key
        code = change.after["code"] if change.kind == "renamed" else change.item
        owner = self._filled(N_("%(node)s %(code)s"), node=self.translate(node), code=code)
        return owner if change.key == "text" else self._filled(N_("%(node)s的%(key)s"), node=owner, key=key)

    def _pieces(self, change: Change) -> tuple[Piece, ...]:
        old, new = change.before, change.after
        if change.kind == "text":
            return marked(old, new)
        if change.kind == "rule":  # whole sentences: the numbers of questions in them may differ by the way
            return self._swap(self._rule(0, change.key, old), self._rule(1, change.key, new))
        if change.kind == "moved":
            return self._moved(change)
        if change.kind == "type":
            return self._swap(self.translate(KINDS[old["type"]]), self.translate(KINDS[new["type"]]))
        if change.kind == "renamed":
            return self._swap(_called(change.path_before, old), _called(change.path_after, new))
        if change.kind == "order":
            return self._swap(*(self._in_order(side, items) for side, items in enumerate((old, new))))
        if change.kind in ("added", "removed"):
            words = self._node(0 if new is None else 1, old if new is None else new)
            return (Piece(GONE if new is None else NEW, words),) if words else ()
        return self._swap(self._value(0, change.key, old), self._value(1, change.key, new))

    @staticmethod
    def _swap(before: str, after: str) -> tuple[Piece, ...]:
        return tuple(piece for piece in (Piece(GONE, before), Piece(NEW, after)) if piece.text)

    def _rule(self, side: int, key: str, value: Any) -> str:
        if key == "expression":
            return _plainly(value)
        none = N_("总是显示") if key == "show_if" else N_("不结束")
        return self.sides[side].write(value) if value else self.translate(none)

    def _moved(self, change: Change) -> tuple[Piece, ...]:
        if change.node == "page":
            spots = [path.split("[")[1].split("]")[0] for path in (change.path_before, change.path_after)]
            return self._swap(*(self._filled(N_("第 %(n)s 页"), n=int(spot) + 1) for spot in spots))
        return self._swap(self._spot(0, change.path_before), self._spot(1, change.path_after))

    def _spot(self, side: int, path: str) -> str:
        """Page and number of a question: 第 2 页，第 5 题."""
        page, number = (int(part.split("]")[0]) for part in path.split("[")[1:3])
        question = self.sides[side].definition.pages[page].questions[number]
        counted = self.sides[side].numbers.get(question.name)
        if counted is None:
            return self._filled(N_("第 %(page)s 页"), page=page + 1)
        return self._filled(N_("第 %(page)s 页，第 %(n)s 题"), page=page + 1, n=counted)

    def _in_order(self, side: int, items: Sequence[Any]) -> str:
        return self.translate(N_("、")).join(self._node(side, item) for item in items)

    def _node(self, side: int, node: Any) -> str:
        """What a part says, in the language of the reader."""
        if not isinstance(node, dict):
            return str(node)
        writer = self.sides[side]
        text = node.get("text") or node.get("title") or node.get("label")
        if text is None and "points" in node:
            return self._in_order(side, node["points"])
        return writer.definition.text(text, writer.language) or str(node.get("name") or node.get("code") or "")

    def _value(self, side: int, key: str, value: Any) -> str:
        if value is None or value == [] or value == {}:
            return self.translate(N_("无"))
        if isinstance(value, bool):
            return self.translate(N_("✓ 是") if value else N_("✗ 否"))
        known = _VALUES.get(key, {}).get(value) if isinstance(value, str) else None
        if known:
            return self.translate(known)
        if isinstance(value, dict) and key in ("unsure", "labels"):
            return self.sides[side].definition.text(value, self.sides[side].language)
        if isinstance(value, list) and key == "checks":
            found = (self.sides[side].check(Check.model_validate(item)) for item in value)
            return self.translate(N_("；")).join(found)
        if isinstance(value, list) and key in ("labels", "words"):
            texts = (self.sides[side].definition.text(item, self.sides[side].language) for item in value)
            return self.translate(N_("、")).join(texts)
        if isinstance(value, list):
            return self.translate(N_("、")).join(str(item) for item in value)
        return (
            plain_number(value)
            if isinstance(value, float)
            else str(value)
            if not isinstance(value, dict)
            else _plainly(value)
        )


def _called(path: str, node: Any) -> str:
    """The name or code of a part; that of a scale is the end of its path."""
    return str(node.get("name") or node.get("code") or path.rpartition(".")[2])


def _plainly(value: Any) -> str:
    return "" if value is None else json.dumps(value, ensure_ascii=False, sort_keys=True)
