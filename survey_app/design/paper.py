"""What stands on the paper form of a questionnaire: plain data for the template, words in the questionnaire's own language.

On paper all questions are there at once, so conditions are said in words and answers that a screen would show as a list become
boxes, circles, tables and lines.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from survey_app import clock
from survey_app.design import paper_tables
from survey_app.design.in_words import ConditionWriter
from survey_app.design.paper_shapes import (
    MOST_COLUMNS,
    MOST_HEAD_LINES,
    MOST_OPTIONS,
    Laid,
    item,
    lines,
    options,
    too_wide,
)
from survey_app.design.reading import MODES
from survey_app.languages import N_, translator
from survey_app.questionnaire import piping, timing
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import Dropdown, MultipleChoice
from survey_app.questionnaire.question_types.display import Consent, Section
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import Date, Number, Time, plain_number
from survey_app.questionnaire.question_types.rating import Likert
from survey_app.questionnaire.question_types.writing import LongText, ShortText, TextFields

MOST_WORDED_POINTS = 7
LONG = 12  # answers under each other that may be divided by a page break
FORMATS = {"phone": N_("电话号码"), "email": N_("电子邮箱"), "number": N_("数字"), "postcode": N_("邮政编码")}
_LONG_WORD = re.compile(r"[^\s\u2e80-\uffff]{40}")  # an address of the web; gets a place where it may be divided


def sheet(definition: Definition, *, language: str, number: int | None, now: datetime) -> Laid:
    """The whole form. `number`: of the version, None for a draft."""
    return _Form(definition, language).sheet(number, now)


class _Form:
    def __init__(self, definition: Definition, language: str) -> None:
        self.definition, self.language = definition, language
        self._ = translator(language)
        self.conditions = ConditionWriter(definition, language, self._)
        self.holes = {
            name: self._say(N_("〔%(question)s的回答〕"), question=self._place(question))
            for name, question in definition.owners.items()
        }

    def _say(self, template: str, **values: Any) -> str:
        return self._(template) % values

    def _place(self, question: Question) -> str:
        number = self.conditions.numbers.get(question.name)
        return self._say(N_("第 %(n)s 题"), n=number) if number else self.conditions.question(question.name)

    def text(self, text: Any) -> str:
        """A text in the language of the paper; an earlier answer in it is named by its question."""
        words = self.definition.text(dict(text), self.language) if text else ""
        words = piping.fill(words, self.definition, {}, self.holes, self.language)
        return _LONG_WORD.sub("\\g<0>\u200b", words)

    def sheet(self, number: int | None, now: datetime) -> Laid:
        d, printed = self.definition, f"{clock.china(now):%Y-%m-%d}"
        state = self._(N_("草稿")) if number is None else self._say(N_("第 %(n)s 版"), n=number)
        asked = len(self.conditions.numbers)
        about = [
            self._(MODES[d.mode][0]),
            self._say(N_("%(n)s 道题"), n=asked),
            self._say(N_("约 %(n)s 分钟"), n=timing.minutes(d)),
        ]
        return {
            "lang": self.language.split("-")[0],
            "title": self.text(d.title),
            "mark": self._say(N_("%(state)s · 打印于 %(day)s"), state=state, day=printed),
            "watermark": self._(N_("草稿")) if number is None else "",
            "foot": d.name,
            "page": self._(N_("第 {page} 页，共 {pages} 页")),
            "intro": self.text(d.intro),
            "about": " · ".join(about),
            "how": self._(N_("○ 选一项，□ 可选多项，在横线上填写。标有“必答”的题请不要漏答。")) if asked else "",
            "pages": [self._page(index, page) for index, page in enumerate(d.pages, start=1)],
            "thanks": self.text(d.thanks),
        }

    def _page(self, index: int, page: Page) -> Laid:
        condition, title = self._condition(page.show_if), self.text(page.title)
        if not title and (condition or page.end_if) and len(self.definition.pages) > 1:
            title = self._say(N_("第 %(n)s 部分"), n=index)
        end = self.conditions.write(page.end_if)
        return {
            "title": title,
            "condition": condition,
            "end": self._say(N_("这部分之后，符合以下情况就到此结束：%(condition)s"), condition=end) if end else "",
            "questions": [self._question(question) for question in page.questions if question.shown],
        }

    def _condition(self, condition: Any) -> str:
        words = self.conditions.write(condition)
        return self._say(N_("只有符合以下情况才回答：%(condition)s"), condition=words) if words else ""

    def _only(self, part: Any) -> str:
        """For whom a choice, row or field is there; "" for everybody."""
        words = self.conditions.write(part.show_if)
        return self._say(N_("（只有：%(condition)s）"), condition=words) if words else ""

    def _question(self, question: Question) -> Laid:
        number = self.conditions.numbers.get(question.name)
        needed = question.required and question.asks
        laid: Laid = {
            "number": "" if number is None else str(number),
            "text": self.text(question.text),
            "hint": self.text(question.hint),
            "section": isinstance(question, Section),
            "required": self._(N_("必答")) if needed else "",
            "condition": self._condition(question.show_if),
            "how": "",
            "body": "",
        } | self._answer(question)
        parts = ("options", "rows", "fields", "items")
        tall = max(len(laid.get(key, ())) for key in parts)
        words = sum(len(str(laid.get(key, ""))) for key in ("text", "hint", "condition", "notes", *parts))
        laid["breakable"] = tall > LONG or laid.get("lines", 0) > LONG or words > 1_200
        return laid

    def _answer(self, question: Any) -> Laid:
        """How the question is answered on paper; () for what only is read."""
        if isinstance(question, Matrix):
            return self._matrix(question)
        if (table := paper_tables.answer(question, self.text, self._)) is not None:
            return table
        if isinstance(question, Likert):
            return self._worded(question.choices)
        if isinstance(question, Consent):
            return options([item(self.text(question.label))], "box")
        if hasattr(question, "point_texts"):
            return self._points(question)
        if getattr(question, "choices", None) and question.asks:
            return self._choices(question)
        return self._written(question)

    # --- choices and scales -------------------------------------------------------------------------------------------
    def _choices(self, question: Any) -> Laid:
        count = len(question.choices)
        if count > MOST_OPTIONS:
            return {"body": "lines", "lines": 1, "how": self._say(N_("（从 %(n)s 个选项中选）"), n=count)}
        several = isinstance(question, MultipleChoice)
        items = [
            item(
                self.text(choice.text),
                write=choice.other,
                note=(self._(N_("（不与其他同选）")) if several and choice.exclusive else "") + self._only(choice),
            )
            for choice in question.choices
        ]
        wanted = 1 if isinstance(question, Dropdown) else getattr(question, "columns", None) or 1
        how = paper_tables.how_many(question, self._) if several else ""
        return options(items, "box" if several else "circle", wanted) | {"how": how}

    def _worded(self, choices: Sequence[Any]) -> Laid:
        points = [{"number": "", "text": self.text(choice.text)} for choice in choices if not choice.missing]
        unsure = next((self.text(choice.text) for choice in choices if choice.missing), "")
        return self._scale(points, unsure)

    def _points(self, question: Any) -> Laid:
        style, unsure = getattr(question, "style", "numbers"), self.text(question.unsure)
        labels, shown = getattr(question, "labels", None), question.point_texts()
        if question.type in ("csat", "ces") or labels:
            return self._scale([{"number": "", "text": self.text(point.label)} for point in shown], unsure)
        star = style == "stars"
        points = [{"number": "" if star else str(p.value), "text": str(p.value) if star else ""} for p in shown]
        ends = {"low": self.text(question.low), "high": self.text(question.high)}
        laid = {"body": "scale", "shape": "star" if star else "circle", "points": points, "unsure": unsure}
        return laid | ends | {"hyphenate": False}

    def _scale(self, points: list[Laid], unsure: str) -> Laid:
        if len(points) > MOST_WORDED_POINTS:
            return options([item(words) for words in (*(p["text"] for p in points), unsure) if words], "circle")
        laid = {"body": "scale", "shape": "circle", "points": points, "unsure": unsure, "low": "", "high": ""}
        return laid | {"hyphenate": too_wide((p["text"] for p in points), room=150 / (len(points) + bool(unsure)))}

    def _matrix(self, question: Matrix) -> Laid:
        named = [self.text(cell.text) for cell in question.cells]
        low = high = ""
        if not named:
            labelled = bool(question.labels)
            named = [self.text(p.label) if labelled else str(p.value) for p in question.point_texts()]
            low, high = ("", "") if labelled else self._ends(question)
        named += [self.text(question.unsure)] if question.unsure and not question.scale else []
        rows = [self.text(row.text) + self._only(row) for row in question.rows]
        if len(named) > MOST_COLUMNS + 1 or lines(named, room=100 / len(named)) > MOST_HEAD_LINES:
            key = "  ".join(f"{n} {words}" for n, words in enumerate(named, start=1))
            return {"body": "fields", "fields": rows, "hint": self._say(N_("每行填写编号：%(key)s"), key=key)}
        laid = {"body": "matrix", "heads": named, "rows": rows, "low": low, "high": high}
        return laid | {"hyphenate": too_wide(named, room=100 / len(named))}

    def _ends(self, question: Matrix) -> tuple[str, str]:
        shown = question.point_texts()
        return self.text(shown[0].label), self.text(shown[-1].label)

    # --- what is written -------------------------------------------------------------------------------------------------
    def _written(self, question: Any) -> Laid:
        if isinstance(question, LongText):
            return {"body": "lines", "lines": question.lines}
        if isinstance(question, ShortText):
            how = self._(FORMATS[question.pattern]) if question.pattern else ""
            return {"body": "lines", "lines": 1, "how": f"({how})" if how else ""}
        if isinstance(question, File):
            return {"how": self._(N_("（请把照片或文件附在问卷后面）"))}
        if isinstance(question, TextFields):
            return {"body": "fields", "fields": [self.text(item.text) + self._only(item) for item in question.fields]}
        if isinstance(question, Number | Date | Time):
            unit = self.text(getattr(question, "unit", None))
            form = {"date": N_("年-月-日"), "time": N_("时:分")}.get(question.type, "")
            limits = [self._(form)] if form else []
            if question.min is not None or question.max is not None:
                limits.append(paper_tables.limits(self._bound(question.min), self._bound(question.max), self._))
            return {"body": "short", "unit": unit, "limits": " · ".join(limits)}
        return {}

    def _bound(self, bound: Any) -> str:
        if bound == "today":
            return self._(N_("填写当天"))
        return "" if bound is None else plain_number(bound) if isinstance(bound, float) else str(bound)
