"""Tagged text as 问卷星 prints and reads it: one language, one question after the other, a tag for its type.

The form has no rules, no limits, no codes and no scores; every one of them is told as lost.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_app.formats.cells import plain
from survey_app.formats.writing.telling import Telling
from survey_app.questionnaire import piping
from survey_app.questionnaire.definition import Definition, Page
from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.numbers import plain_number

PAGE_BREAK = "=== 分页 ==="
_BLANK = "____"
_TAGS = {
    "single_choice": "单选题", "dropdown": "下拉框", "multiple_choice": "多选题", "attention_check": "单选题", "likert": "量表题",
    "rating": "量表题", "nps": "量表题", "csat": "量表题", "ces": "量表题", "matrix_multiple": "矩阵多选题",
    "matrix_fields": "矩阵填空题", "ranking": "排序题", "constant_sum": "比重题", "slider": "滑动条", "short_text": "填空题",
    "long_text": "简答题", "text_fields": "多项填空题", "number": "填空题", "date": "填空题", "time": "填空题",
    "file": "文件上传", "region": "省市", "consent": "单选题", "note": "段落说明", "section": "段落说明",
}  # fmt: skip
_NEAREST = frozenset(
    ("region", "attention_check", "likert", "csat", "ces", "number", "date", "time", "consent", "section")
)
"""Types whose tag says less than they are."""


def write(definition: Definition, told: Telling, language: str) -> bytes:
    """The text in the chosen language (the first, when none is chosen)."""
    return _Text(definition, told, language).document().encode()


class _Text:
    def __init__(self, definition: Definition, told: Telling, language: str) -> None:
        self.definition, self.told = definition, told
        self.language = language if language in definition.languages else definition.language
        self.count = 0

    def document(self) -> str:
        """The whole text."""
        self.told.keep("", "title", "intro", "languages")
        for key in ("title", "intro", "languages"):
            if len(self.definition.languages) > 1:
                self.told.change(key, "to_one_language")
        blocks = [
            "\n".join(part for part in (self.line(self.definition.title), self.line(self.definition.intro)) if part)
        ]
        for index, page in enumerate(self.definition.pages):
            if index:
                blocks.append(PAGE_BREAK)
            blocks += self._page(index, page)
        return "\n\n".join(blocks) + "\n"

    def line(self, text: Mapping[str, str] | None) -> str:
        """The text on one line; answers shown in it cannot be."""
        words = self.definition.text(dict(text or {}), self.language)
        words = piping.fill(words, self.definition, {}, {}, self.language)
        return " ".join(plain(words).split())

    def _page(self, index: int, page: Page) -> list[str]:
        place = f"pages[{index}]"
        self.told.keep(place)
        self.told.lose(f"{place}.show_if", "to_no_rule")
        blocks = []
        if page.title:
            self.told.change(f"{place}.title", "to_note")
            blocks.append(f"{self.line(page.title)}[段落说明]")
        for number, question in enumerate(page.questions):
            if block := self._question(question, f"{place}.questions[{number}]"):
                blocks.append(block)
        return blocks

    def _question(self, question: Question, place: str) -> str:
        if not question.shown:
            return ""
        told = self.told
        told.keep(place)
        told.keep(place, "text", "hint", "why", "required")
        told.lose(f"{place}.show_if", "to_no_rule")
        tag = self._tag(question)
        if question.type in _NEAREST:
            told.change(place, "to_type", type=tag)
        beside = [self.line(text) for text in (question.hint, question.why) if text]
        for key in ("hint", "why"):
            told.change(f"{place}.{key}", "to_label")
        words = self.line(question.text) + "".join(f"（{text}）" for text in beside)
        if not question.asks:
            return f"{words}[{tag}]"
        self.count += 1
        optional = "" if question.required else "（选填）"
        most = getattr(question, "max", None) if question.type == "multiple_choice" else None
        if most:
            told.keep(place, "max")
        head = f"{self.count}. {words}[{tag}]" + (f"（最多选{most}项）" if most else "") + optional
        return "\n".join([head, *self._answers(question, place)])

    @staticmethod
    def _tag(question: Any) -> str:
        if question.type == "matrix":
            return "矩阵单选题" if question.choices else "矩阵量表题"
        return _TAGS[question.type]

    # --- answers ---
    def _answers(self, question: Any, place: str) -> Iterable[str]:
        if question.type in ("matrix", "matrix_multiple", "matrix_fields"):
            return self._table(question, place)
        if question.type == "likert":
            self._keep_scale(place, question.scale)
            return self._choices(question.choices, "")
        if getattr(question, "choices", None):
            return self._choices(question.choices, f"{place}.choices")
        if hasattr(question, "point_texts"):
            self.told.keep(place, "points", "start", "low", "high", "labels", "unsure")
            return self._points(question)
        if question.type == "slider":
            self.told.keep(place, "min", "max")
            return [f"{plain_number(question.min)}~{plain_number(question.max)}"]
        for key, blank in (("fields", f"：{_BLANK}"), ("items", "")):
            if parts := getattr(question, key, None):
                self._keep_all(f"{place}.{key}", parts)
                return [self.line(part.text) + blank for part in parts]
        if question.type == "consent":
            self.told.keep(place, "label")
            return [self.line(question.label)]
        return [_BLANK] if question.type in ("region", "short_text", "number", "date", "time") else []

    def _keep_scale(self, place: str, name: str | None) -> None:
        """The words of a scale are repeated in every question that uses it."""
        self.told.keep(place, "scale")
        scale = self.definition.scales.get(name or "")
        for index in range(len(scale.points) if scale else 0):
            self.told.keep(f"scales.{name}.points[{index}]")
            self.told.lose(f"scales.{name}.points[{index}].value")
            self.told.lose(f"scales.{name}.points[{index}].score")
        self.told.keep(f"scales.{name}.unsure")

    def _keep_all(self, place: str, parts: Sequence[Any]) -> None:
        for index in range(len(parts)):
            self.told.keep(f"{place}[{index}]")

    def _choices(self, given: Sequence[Choice], place: str) -> list[str]:
        lines = []
        for index, choice in enumerate(given):
            words = self.line(choice.text)
            self.told.keep(f"{place}[{index}]")
            self.told.keep(f"{place}[{index}]", "other")
            lines.append(words + _BLANK if choice.other else words)
        return lines

    def _points(self, question: Any) -> list[str]:
        """`1~5`, or a line for each point where there are words."""
        points = question.point_texts()
        words = [self.line(point.label) for point in points]
        unsure = [self.line(question.unsure)] if question.unsure else []
        if all(words):
            return words + unsure
        if any(words) or unsure:
            return [f"{point.value} {text}".rstrip() for point, text in zip(points, words, strict=True)] + unsure
        return [f"{points[0].value}~{points[-1].value}"]

    def _table(self, question: Any, place: str) -> list[str]:
        self._keep_all(f"{place}.rows", question.rows)
        lines = ["行：", *(f"- {self.line(row.text)}" for row in question.rows)]
        if question.type == "matrix_fields":
            self._keep_all(f"{place}.columns", question.columns)
            columns = [self.line(column.text) for column in question.columns]
        elif question.type == "matrix_multiple" or question.cells:
            self._keep_scale(place, getattr(question, "scale", None))
            given = question.choices if question.type == "matrix_multiple" else question.cells
            columns = self._choices(given, f"{place}.choices")
        else:
            self.told.keep(place, "points", "start", "low", "high", "labels", "unsure", "cell")
            columns = self._points(question)
        if len(columns) == 1 and "~" in columns[0]:
            return [*lines, columns[0]]
        return [*lines, "列：", *(f"- {words}" for words in columns)]
