"""The fidelity report: one line for each thing in a file, and what became of it (formats.md 5)."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from survey_app.formats.cells import csv_text
from survey_app.formats.importing.sentences import filled

Result = Literal["kept", "changed", "lost"]
"""kept: same meaning and text. changed: answers and meaning survive, the form differs. lost: nothing in the draft carries it."""
Kind = Literal[
    "survey",
    "page",
    "group",
    "question",
    "choice",
    "row",
    "text",
    "rule",
    "validation",
    "quota",
    "score",
    "setting",
    "script",
]
"""What the line is about. `rule`: display, skip, branch, end; `validation`: limits and patterns of answers."""
LONGEST_SOURCE = 200


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the source.

    `place`: where, as the file's author sees it (`survey!B14`, `QID12 / DisplayLogic`). `source`: what stands there, at most
    200 characters. `ours`: the name of the question or page it became part of, "" for none. `code`, `values`: the sentence
    that says what happened; "" when it was kept as it was.
    """

    kind: Kind
    place: str
    source: str
    result: Result
    ours: str = ""
    code: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def sentence(self, language: str = "zh") -> str:
        """What happened, in plain text; English for every language but Chinese."""
        return filled(self.code, self.values, language) if self.code else ""

    def to_json(self) -> dict[str, Any]:
        """As it is stored with the draft."""
        return {key: getattr(self, key) for key in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Line":
        """What `to_json` made."""
        return cls(**data)


def counts(lines: Iterable[Line]) -> dict[Result, int]:
    """How many were kept, changed, lost."""
    found = Counter(line.result for line in lines)
    return {"kept": found["kept"], "changed": found["changed"], "lost": found["lost"]}


def shortened(source: str) -> str:
    """On one line, at most 200 characters."""
    text = " ".join(source.split())
    return text if len(text) <= LONGEST_SOURCE else text[: LONGEST_SOURCE - 1] + "…"


HEADINGS = {
    "en": ("Kind", "Place in the file", "Source", "Result", "Ours", "What happened"),
    "zh": ("类别", "文件中的位置", "原内容", "结果", "对应", "说明"),
}
RESULTS: dict[Result, tuple[str, str]] = {
    "kept": ("kept", "保留"),
    "changed": ("changed", "改变"),
    "lost": ("lost", "丢失"),
}
KINDS: dict[Kind, tuple[str, str]] = {
    "survey": ("survey", "问卷"),
    "page": ("page", "页"),
    "group": ("group", "分组"),
    "question": ("question", "题目"),
    "choice": ("choice", "选项"),
    "row": ("row", "行"),
    "text": ("text", "文字"),
    "rule": ("rule", "规则"),
    "validation": ("validation", "填写限制"),
    "quota": ("quota", "配额"),
    "score": ("score", "计分"),
    "setting": ("setting", "设置"),
    "script": ("script", "脚本"),
}


def as_csv(lines: Iterable[Line], language: str) -> bytes:
    """The report as a file: UTF-8 with a mark for Excel, CRLF, nothing that a spreadsheet takes for a formula."""
    chinese = language.startswith("zh")
    target = io.StringIO(newline="")
    rows = csv.writer(target, lineterminator="\r\n")
    rows.writerow(HEADINGS["zh" if chinese else "en"])
    for line in lines:
        words = (KINDS[line.kind][chinese], line.place, line.source, RESULTS[line.result][chinese], line.ours)
        rows.writerow([csv_text(text) for text in (*words, line.sentence(language))])
    return target.getvalue().encode("utf-8-sig")
