"""Questions of several fields: rankings, amounts, sliders, tables. Each works without script; tables.js makes it handier."""

from collections.abc import Sequence
from typing import Any

from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.numbers import plain_number
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.runner.choices import field_id, focus_of, option, options
from survey_app.runner.marks import error, heading_id, line, number_field, opening_list, row_must, typed
from survey_app.runner.sheet import Sheet, attribute

MOST_LISTED = 12
"""More ranks than these are typed, not picked from a list."""
SIDE_BY_SIDE = 5


def explanation(question: Any, sheet: Sheet) -> str:
    """What there is to do, for types where the question may not say it; "" for all others."""
    _ = sheet.say
    if question.type in ("multiple_choice", "matrix_multiple"):
        return _limits(question, sheet)
    if question.type == "ranking":
        return _("请排出第 1 至第 %(count)s 位，1 为最前。") % {"count": question.places}
    if question.type == "constant_sum":
        unit = f" {sheet.html(question.unit)}" if question.unit else ""
        return _("各项合计应为 %(total)s%(unit)s。") % {
            "total": plain_number(question.total),
            "unit": unit,
        }
    if question.type == "slider":
        ends = {
            "low": plain_number(question.min),
            "high": plain_number(question.max),
            "step": plain_number(question.step),
        }
        if question.step == 1:
            return _("请填写 %(low)s 至 %(high)s 的数字。") % ends
        return _("请填写 %(low)s 至 %(high)s 的数字，每隔 %(step)s。") % ends
    return ""


def _limits(question: Any, sheet: Sheet) -> str:
    _ = sheet.say
    low, high = question.min or 0, question.max
    if low > 1 and high:
        return _("请选择 %(low)s 至 %(high)s 项") % {"low": low, "high": high}
    if high:
        return _("可多选，最多 %(high)s 项") % {"high": high}
    if low > 1:
        return _("可多选，至少 %(low)s 项") % {"low": low}
    return _("可多选")


# --- ranking ----------------------------------------------------------------------------------------------------------
def ranking(question: Any, sheet: Sheet) -> str:
    """A rank per choice; the script adds buttons that move a choice up and down and keeps every rank in one place only."""
    _ = sheet.say
    up, down = _("上移"), _("下移")
    parts = []
    for index, choice in enumerate(sheet.arranged(question.choices, question.name, question.random_order)):
        field = question.field_of(choice)
        rest = (focus_of(question, sheet) if index == 0 else "") + _told(question, sheet)
        parts.append(
            f"<li><label for={field_id(field)}{sheet.lang(choice.text)}>{sheet.html(choice.text)}</label>"
            f"{_rank(field, question.places, sheet.value(field), rest)}</li>"
        )
    words = f"data-up={attribute(up)} data-down={attribute(down)}"
    return (
        f"<ul class=rank id={field_id(question.name)} data-rank={question.places} {words}>{''.join(parts)}</ul>"
        "<p class=vh role=status></p>"
    )


def _rank(field: str, places: int, given: str, rest: str) -> str:
    if places > MOST_LISTED:
        return number_field(field, given, rest, low=1, decimals=0)
    ranks = "".join(
        f"<option value={rank}{' selected' if str(rank) == given else ''}>{rank}</option>"
        for rank in range(1, places + 1)
    )
    return f"<select class=short name={field} id={field_id(field)}{rest}><option value=''>–</option>{ranks}</select>"


def _told(question: Question, sheet: Sheet) -> str:
    """The error of the question as a whole, for each of its inputs."""
    if question.name not in sheet.errors:
        return ""
    return f" aria-invalid=true aria-describedby=e-{question.name}"


# --- amounts ----------------------------------------------------------------------------------------------------------
def amounts(question: Any, sheet: Sheet) -> str:
    """A number per item; the script counts what is left."""
    _ = sheet.say
    parts = []
    for item in question.items:
        variable = question.variable_of(item)
        broken = " bad" if variable in sheet.errors else ""
        rest = typed(question, variable, sheet, label=" ") if variable in sheet.errors else _told(question, sheet)
        field = number_field(variable, sheet.value(variable), rest, low=item.min or 0, decimals=question.decimals)
        parts.append(
            f"<div class='field{broken}'><label for={field_id(variable)}{sheet.lang(item.text)}>{sheet.html(item.text)}</label>"
            f"{error(question, variable, sheet)}{field}{sheet.block('span', question.unit)}</div>"
        )
    said = _("已填 %(sum)s，还剩 %(rest)s") % {"sum": "#", "rest": "@"}
    total = plain_number(question.total)
    return (
        f"<div class=sums id={field_id(question.name)}>{''.join(parts)}"
        f"<p class=rest role=status data-total={total} data-say={attribute(said)}></p></div>"
    )


# --- slider -----------------------------------------------------------------------------------------------------------
def slider(question: Any, sheet: Sheet) -> str:
    """A number field; the script puts a line to slide on in front of it. Without an answer both say so."""
    _ = sheet.say
    name, values = question.name, sheet.given.get(question.name, ())
    number = next((value for value in values if value != UNSURE), "")
    low, high = (
        f"<b{sheet.lang(text)}>{plain_number(end)}{' = ' + sheet.html(text) if text else ''}</b>"
        for end, text in ((question.min, question.low), (question.max, question.high))
    )
    rest = typed(question, name, sheet)
    field = number_field(name, number, rest, low=question.min, decimals=question.decimals)
    none = _("还没有回答")
    limits = f"min={plain_number(question.min)} max={plain_number(question.max)} step={plain_number(question.step)}"
    line_of = f"<input type=range {limits} aria-labelledby={heading_id(name)} data-none={attribute(none)} hidden>"
    unsure = ""
    if question.unsure:
        row = option(
            "checkbox", name, UNSURE, sheet.html(question.unsure), on=UNSURE in values, lang=sheet.lang(question.unsure)
        )
        unsure = f"<div class='opts apart'>{row}</div>"
    return f"<div class=slide><div class=ends>{low}{high}</div>{line_of}{field}{sheet.block('span', question.unit)}{unsure}</div>"


# --- tables -----------------------------------------------------------------------------------------------------------
def _cards(question: Any, sheet: Sheet, bodies: Sequence[tuple[Any, str, str]]) -> str:
    """One card per row: (row, error id or "", what stands in it)."""
    parts = []
    for row, variable, body in bodies:
        broken = " bad" if variable in sheet.errors else ""
        by = f" aria-describedby=e-{variable}" if variable in sheet.errors or variable in question.needed() else ""
        parts.append(
            f"<fieldset class='card{broken}'{by}><legend><h3{sheet.lang(row.text)}>{sheet.html(row.text)}"
            f"{row_must(question, row, sheet)}</h3></legend>{body}</fieldset>"
        )
    return "".join(parts)


def several(question: Any, sheet: Sheet) -> str:
    """Checkboxes per row: below each other on phones, side by side where there is room."""
    few = len(question.choices) <= SIDE_BY_SIDE
    wide = "five" if few else "cols"
    bodies = []
    for index, row in enumerate(sheet.arranged(question.rows, question.name, question.random_rows)):
        variable = question.variable_of(row)
        focus = focus_of(question, sheet) if index == 0 else ""
        boxes = options("checkbox", variable, question.choices, sheet, focus)
        bodies.append((row, variable, f"{error(question, variable, sheet)}<div class='opts {wide}'>{boxes}</div>"))
    return _cards(question, sheet, bodies)


def table(question: Any, sheet: Sheet) -> str:
    """Labelled fields per row."""
    bodies = []
    for index, row in enumerate(sheet.arranged(question.rows, question.name, question.random_rows)):
        fields = "".join(
            _cell(question, row, column, sheet, first=index == 0 and number == 0)
            for number, column in enumerate(question.columns)
        )
        bodies.append((row, "", f"<div class=cols>{fields}</div>"))
    return _cards(question, sheet, bodies)


def _cell(question: Any, row: Any, column: Any, sheet: Sheet, *, first: bool) -> str:
    variable = question.cell_of(row, column)
    broken = " bad" if variable in sheet.errors else ""
    rest = typed(question, variable, sheet, label=" ")
    if not first:
        rest = rest.replace(" autofocus", "")
    value = sheet.value(variable)
    if column.type == "dropdown":
        field = opening_list(variable, column.choices or (), sheet, rest)
    elif column.type == "number":
        field = number_field(variable, value, rest, low=column.min, decimals=column.decimals)
    else:
        field = line(variable, column.max_length, None, value, rest)
    wanted = "" if row.required else row_must(question, column, sheet)
    return (
        f"<div class='field{broken}'><label for={field_id(variable)}{sheet.lang(column.text)}>{sheet.html(column.text)}"
        f"{wanted}</label>{error(question, variable, sheet)}{field}</div>"
    )
