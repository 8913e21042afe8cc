"""The codebook of a data file as plain tables: variables, and the values each can take."""

from collections.abc import Iterator
from typing import NamedTuple

from survey_app.exports import labels
from survey_app.exports.shape import Column, Shape
from survey_app.languages import N_, translator
from survey_app.questionnaire.codebook import MISSING_NAMES, measure

HEADINGS = (
    "variable", "label", "question", "kind", "storage", "value", "code", "value_label", "note", "missing", "measure", "set",
)  # fmt: skip
"""`missing`: why there is no answer, on the lines of the missing codes; `set`: the multiple-response set of a 0/1 column."""

_KINDS = {
    "single": N_("单选"), "multiple": N_("多选，每个选项一列 0/1"), "rank": N_("排序，每个选项一列名次"), "rating": N_("评分"),
    "likert": N_("量表"), "nps": "NPS", "csat": "CSAT", "ces": "CES", "number": N_("数字"), "text": N_("文字（已去除个人信息）"),
    "date": N_("日期"), "time": N_("时间"), "consent": N_("同意"), "hidden": N_("隐藏变量"), "computed": N_("计算值"),
    "file": N_("文件编号"),
}  # fmt: skip

FORMULA_NOTE = N_("CSV 中以 = + - @ 开头的文字前加了一个 ' 号，防止被表格软件当作公式")
CUT_NOTE = N_("标签在这些软件的文件中被截断：%(names)s")


class Known(NamedTuple):
    """What is known of a column."""

    name: str
    label: str
    question: str
    kind: str
    storage: str
    note: str
    measure: str
    set_name: str


class Value(NamedTuple):
    """One value of a column; `missing` is the reason that a missing code stands for."""

    value: int
    code: str
    label: str
    missing: str = ""


def variables(shape: Shape) -> Iterator[Known]:
    """Every column."""
    _ = translator(shape.language)
    sets = {name: found.name for found in shape.sets() for name in found.columns}
    for column in shape.columns:
        variable = column.variable
        notes = [_(FORMULA_NOTE)] if variable is not None and column.kind == "text" else []
        if cut := labels.cuts(column.label):
            notes.append(_(CUT_NOTE) % {"names": ", ".join(cut)})
        yield Known(
            column.name, column.label, shape.question(variable.question) if variable else "",
            _(_KINDS.get(variable.kind, variable.kind)) if variable else "", column.kind, " ".join(notes),
            measure(variable) if variable else "", sets.get(column.name, ""),
        )  # fmt: skip


def values(shape: Shape, column: Column) -> Iterator[Value]:
    """Everything a column can hold, the missing codes last."""
    if column.variable is None:
        return
    for label in column.variable.values:
        yield Value(label.value, label.code, shape.text(label.label))
    missing = shape.book.missing_values(column.variable).items()
    for (code, text), reason in zip(missing, MISSING_NAMES, strict=False):
        yield Value(code, "", shape.text(text), reason)


def lines(shape: Shape) -> Iterator[tuple[str | int, ...]]:
    """The codebook as one table: a line per value, and one for each variable without listed values."""
    _ = translator(shape.language)
    yield HEADINGS
    for known, column in zip(variables(shape), shape.columns, strict=True):
        head = (known.name, known.label, known.question, known.kind, known.storage)
        listed = list(values(shape, column))
        for value in listed:
            cut = labels.spss_value(value.label) != labels.one_line(value.label)
            note = " ".join(part for part in (known.note, _(CUT_NOTE) % {"names": "SPSS"} if cut else "") if part)
            yield *head, value.value, value.code, value.label, note, value.missing, known.measure, known.set_name
        if not listed:
            yield *head, "", "", "", known.note, "", known.measure, known.set_name
