"""Tables as groups of rows. A row keeps its code as its name where nothing else in the form is called so."""

from collections import Counter
from typing import Any

from survey_app.formats.writing.xlsform.choices import points, several, tell_choices, tell_scale
from survey_app.formats.writing.xlsform.work import Row, Work, all_of
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import NAME
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.tables import Column, MatrixFields, MatrixMultiple


def know(work: Work, question: Matrix | MatrixMultiple) -> None:
    """The names of the rows in the form."""
    taken = _names(work.definition)
    for row in question.rows:
        if NAME.fullmatch(row.code) and taken[row.code] == 1:
            work.rules.names[question.variable_of(row)] = work.free(row.code)


def _names(definition: Definition) -> Counter[str]:
    """How often each name would stand in the form."""
    found: dict[str, Counter[str]] = definition.compiled.setdefault("names_in_form", {})
    if "all" not in found:
        counted: Counter[str] = Counter(page.name for page in definition.pages if page.name)
        for question in definition.questions:
            counted.update([question.name, *question.answer_names(), *question.text_names()])
            if isinstance(question, Matrix | MatrixMultiple):
                counted.update(row.code for row in question.rows)
        found["all"] = counted
    return found["all"]


def matrix(work: Work, question: Matrix | MatrixMultiple, place: str, head: Row) -> None:
    """A group shown as a table, one row for each row. Groups have no hints, so the hint stands in the label."""
    for key in ("hint", "why"):
        work.told.change(f"{place}.{key}", "to_label")
    cells = {key: text for key, text in head.items() if key == "relevant"}
    label = work.text("label", question.text, question.hint, question.why)
    kind, limit = _cells(work, question, place)
    appearance = "table-list"
    if "choice_filter" in limit:  # lists that depend on answers stand in no table there
        appearance = ""
        work.told.change(place, "to_questions")
    work.add("begin_group", question.name, label, cells, appearance=appearance)
    for index, row in enumerate(question.rows):
        at = f"{place}.rows[{index}]"
        work.told.keep(at)
        work.told.keep(at, "required")
        needed = {"required": "yes"} if question.required or row.required else {}
        name = question.variable_of(row)
        called = work.rules.names.get(name, name)
        if called != row.code:
            work.told.change(at, "to_code", wanted=row.code, code=called)
        shown = work.relevant([row.show_if], f"{at}.show_if") if row.show_if else {}
        work.add(kind, called, work.text("label", row.text), needed, limit, shown)
    work.add("end_group")
    for row in question.rows:
        if isinstance(question, Matrix):
            work.show_words(question.variable_of(row))


def _cells(work: Work, question: Matrix | MatrixMultiple, place: str) -> tuple[str, Row]:
    """The type of each row, and its constraint."""
    if isinstance(question, MatrixMultiple):
        tell_choices(work, question.choices, f"{place}.choices", exclusive=True)
        work.told.keep(place, "min", "max")
        limit = several(question.min, question.max, question.choices)
        listed, ruled = work.offer_ruled(question.name, question.choices, f"{place}.choices")
        return f"select_multiple {listed}", {**limit, **ruled}
    if question.scale:
        work.told.keep(place, "scale")
        work.told.change(place, "to_list")
        return f"select_one {tell_scale(work, question.scale)}", {}
    if question.choices:
        tell_choices(work, question.choices, f"{place}.choices")
        listed, ruled = work.offer_ruled(question.name, question.choices, f"{place}.choices")
        return f"select_one {listed}", ruled
    work.told.keep(place, "points", "start", "low", "high", "labels", "style", "unsure", "cell")
    work.told.change(place, "to_list")
    return f"select_one {work.offer(question.name, points(question, all_words=bool(question.labels)))}", {}


def matrix_fields(work: Work, question: MatrixFields, place: str, head: Row) -> None:
    """A group for each row, a question for each field."""
    work.told.change(place, "to_questions")
    for key in ("hint", "why"):
        work.told.change(f"{place}.{key}", "to_label")
    cells = {key: text for key, text in head.items() if key == "relevant"}
    label = work.text("label", question.text, question.hint, question.why)
    work.add("begin_group", question.name, label, cells)
    for index, column in enumerate(question.columns):
        _tell_column(work, column, f"{place}.columns[{index}]")
    for index, row in enumerate(question.rows):
        work.told.keep(f"{place}.rows[{index}]")
        work.told.keep(f"{place}.rows[{index}]", "required")
        shown = work.relevant([row.show_if], f"{place}.rows[{index}].show_if") if row.show_if else {}
        work.add("begin_group", work.free(f"{question.name}_{row.code}"), work.text("label", row.text), shown)
        for column in question.columns:
            needed = question.required or row.required or column.required
            kind, cells = _field(work, question, column)
            more: Row = {"required": "yes"} if needed else {}
            work.add(kind, question.cell_of(row, column), work.text("label", column.text), more, cells)
        work.add("end_group")
    work.add("end_group")


def _tell_column(work: Work, column: Column, at: str) -> None:
    work.told.keep(at)
    work.told.keep(at, "required", "min", "max", "decimals", "max_length")
    tell_choices(work, column.choices or (), f"{at}.choices")
    if 0 < column.decimals < 6:
        work.told.lose(f"{at}.decimals", "to_no_limit")


def _field(work: Work, question: MatrixFields, column: Column) -> tuple[str, dict[str, Any]]:
    if column.type == "dropdown":
        name = work.offer(f"{question.name}_{column.code}", column.choices or ())
        return f"select_one {name}", {"appearance": "minimal"}
    if column.type == "short_text":
        return "text", all_of([f"string-length(.) <= {column.max_length}"])
    pair = ((">=", column.min), ("<=", column.max))
    limits = [f". {sign} {plain_number(bound)}" for sign, bound in pair if bound is not None]
    return "decimal" if column.decimals else "integer", all_of(limits)
