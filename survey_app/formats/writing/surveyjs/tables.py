"""Tables as elements of SurveyJS: matrix and matrixdropdown. What a single row may not skip is checked by an expression."""

from typing import Any

from survey_app.formats.writing.surveyjs.choices import Element, items, tell_choices, tell_scale
from survey_app.formats.writing.surveyjs.work import Work
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.questionnaire.question_types.tables import Column, MatrixFields, MatrixMultiple

_NEEDED = {"zh-CN": "请回答每一个必答的行", "en": "Please answer every row that needs an answer"}
_COUNT = {"zh-CN": "请按要求的数目选择", "en": "Please choose as many as asked for"}


def _rows(work: Work, question: Matrix | MatrixMultiple | MatrixFields, place: str) -> Element:
    made: Element = {"rows": [{"value": row.code, "text": work.text(row.text)} for row in question.rows]}
    for index, row in enumerate(question.rows):
        if row.show_if and (rule := work.rule(row.show_if, f"{place}.rows[{index}].show_if")):
            made["rows"][index]["visibleIf"] = rule
        work.told.keep(f"{place}.rows[{index}]")
        if row.required and not question.required:
            work.told.change(f"{place}.rows[{index}].required", "to_check")
        else:
            work.told.keep(f"{place}.rows[{index}]", "required")
    work.told.keep(place, "random_rows")
    return made | ({"rowOrder": "random"} if question.random_rows else {})


def _checks(work: Work, tests: list[str], text: dict[str, str]) -> list[Element]:
    return [{"type": "expression", "expression": " and ".join(tests), "text": work.text(text)}] if tests else []


def matrix(work: Work, question: Matrix, place: str) -> Element:
    """One answer per row."""
    made: Element = {"type": "matrix", "columns": _columns(work, question, place), **_rows(work, question, place)}
    if question.required:
        made["eachRowRequired"] = True
    else:
        needed = [f"{{{question.name}.{row.code}}} notempty" for row in question.rows if row.required]
        if needed:
            made["validators"] = _checks(work, needed, _NEEDED)
    return made


def _columns(work: Work, question: Matrix, place: str) -> list[Any]:
    if question.scale:
        work.told.keep(place, "scale")
        work.told.change(place, "to_list")
        tell_scale(work, question.scale)
        return items(work, question.cells)
    if question.choices:
        tell_choices(work, question.choices, f"{place}.choices")
        return items(work, question.choices, f"{place}.choices")
    work.told.keep(place, "points", "start", "low", "high", "labels", "style", "unsure", "cell")
    work.told.change(place, "to_list")
    columns: list[Any] = []
    for point in question.point_texts():
        words = {
            lang: text if question.labels else f"{point.value} {text}" for lang, text in point.label.items() if text
        }
        columns.append({"value": str(point.value), "text": work.text(words) if words else str(point.value)})
    if question.unsure:
        columns.append({"value": UNSURE, "text": work.text(question.unsure)})
    return columns


def matrix_multiple(work: Work, question: MatrixMultiple, place: str) -> Element:
    """Several answers per row."""
    tell_choices(work, question.choices, f"{place}.choices", exclusive=True)
    columns = items(work, question.choices, f"{place}.choices")
    for choice, column in zip(question.choices, columns, strict=True):
        if choice.exclusive:
            column["isExclusive"] = True
    made: Element = {"type": "matrix", "cellType": "checkbox", "columns": columns, **_rows(work, question, place)}
    if question.required:
        made["eachRowRequired"] = True
    checks: list[Element] = []
    if not question.required:
        checks += _checks(
            work, [f"{{{question.name}.{row.code}}} notempty" for row in question.rows if row.required], _NEEDED
        )
    limits: list[str] = []
    alone = [choice.code for choice in question.choices if choice.exclusive]
    for row in question.rows:
        name = f"{question.name}.{row.code}"
        for key, sign in (("min", ">="), ("max", "<=")):
            if bound := getattr(question, key):
                skip = "".join(f" or {{{name}}} contains '{code}'" for code in alone) if key == "min" else ""
                limits.append(f"({{{name}}} empty or {{{name}.length}} {sign} {bound}{skip})")
                work.told.change(f"{place}.{key}", "to_check")
    checks += _checks(work, limits, _COUNT)
    return made | ({"validators": checks} if checks else {})


def matrix_fields(work: Work, question: MatrixFields, place: str) -> Element:
    """Fields per row."""
    made: Element = {"type": "matrixdropdown", **_rows(work, question, place)}
    made["columns"] = [_column(work, question, index, column, place) for index, column in enumerate(question.columns)]
    needed = [
        f"{{{question.name}.{row.code}.{column.code}}} notempty"
        for row in question.rows
        for column in question.columns
        if row.required and not (question.required or column.required)
    ]
    made.pop("isRequired", None)
    return made | ({"validators": _checks(work, needed, _NEEDED)} if needed else {})


def _column(work: Work, question: MatrixFields, index: int, column: Column, place: str) -> Element:
    at = f"{place}.columns[{index}]"
    work.told.keep(at)
    work.told.keep(at, "required")
    made: Element = {"name": column.code, "title": work.text(column.text)}
    if column.required or question.required:
        made["isRequired"] = True
    if column.type == "dropdown":
        tell_choices(work, column.choices or (), f"{at}.choices")
        return made | {"cellType": "dropdown", "choices": items(work, column.choices or ())}
    made["cellType"] = "text"
    if column.type == "short_text":
        work.told.keep(at, "max_length")
        return made | {"maxLength": column.max_length}
    work.told.keep(at, "min", "max", "decimals")
    made |= {"inputType": "number", "step": float(f"1e-{column.decimals}") if column.decimals else 1}
    pair = (("min", column.min), ("max", column.max))
    return made | {key: plain_number(bound) for key, bound in pair if bound is not None}
