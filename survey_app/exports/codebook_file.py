"""The codebook of a data file as plain tables: variables, and the values each can take."""

from collections.abc import Iterator

from survey_app.exports.shape import Column, Shape
from survey_app.languages import N_, translator

HEADINGS = ("variable", "label", "question", "kind", "storage", "value", "code", "value_label", "note")

_KINDS = {
    "single": N_("单选"), "multiple": N_("多选，每个选项一列 0/1"), "rating": N_("评分"), "likert": N_("量表"), "nps": "NPS",
    "csat": "CSAT", "ces": "CES", "number": N_("数字"), "text": N_("文字（已去除个人信息）"), "date": N_("日期"),
    "time": N_("时间"), "consent": N_("同意"), "hidden": N_("隐藏变量"), "computed": N_("计算值"),
}  # fmt: skip

FORMULA_NOTE = N_("CSV 中以 = + - @ 开头的文字前加了一个 ' 号，防止被表格软件当作公式")


def variables(shape: Shape) -> Iterator[tuple[str, str, str, str, str, str]]:
    """Name, label, text of the question, kind, storage and note of every column."""
    _ = translator(shape.language)
    texts = {q.name: shape.text(q.text) for v in reversed(shape.frozen) for q in v.definition.questions}
    for column in shape.columns:
        variable = column.variable
        question = texts.get(variable.question, "") if variable else ""
        kind = _(_KINDS.get(variable.kind, variable.kind)) if variable else ""
        note = _(FORMULA_NOTE) if variable is not None and column.kind == "text" else ""
        yield column.name, column.label, question, kind, column.kind, note


def values(shape: Shape, column: Column) -> Iterator[tuple[int, str, str]]:
    """Value, code and label of everything a column can hold, the missing codes last."""
    if column.variable is None:
        return
    for label in column.variable.values:
        yield label.value, label.code, shape.text(label.label)
    for code, text in shape.book.missing_values(column.variable).items():
        yield code, "", shape.text(text)


def lines(shape: Shape) -> Iterator[tuple[str | int, ...]]:
    """The codebook as one table: a line per value, and one for each variable without listed values."""
    yield HEADINGS
    for (name, label, question, kind, storage, note), column in zip(variables(shape), shape.columns, strict=True):
        listed = list(values(shape, column))
        for value, code, text in listed:
            yield name, label, question, kind, storage, value, code, text, note
        if not listed:
            yield name, label, question, kind, storage, "", "", "", note
