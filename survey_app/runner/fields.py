"""How each question type looks: one function per type, from a question and a sheet to HTML.

Every question is a fieldset whose heading names it; rows of choices are whole-width targets with a real radio or checkbox.
Nothing here decides what is valid: names, codes and markers are those that `validation` reads.
"""

import json
from collections.abc import Callable
from typing import Any

from survey_app.questionnaire.question_types import Question
from survey_app.runner import file_field, region_field, tables
from survey_app.runner.choices import (
    anchors,
    cells,
    choices_of,
    field_id,
    focus_of,
    likert,
    numeric,
    option,
    other_field,
    unsure_row,
    worded,
)
from survey_app.runner.marks import (
    PARTED,
    describing,
    error,
    heading_id,
    line,
    must,
    number_field,
    opening_list,
    row_must,
    typed,
)
from survey_app.runner.sheet import Sheet, attribute, escaped

Drawer = Callable[[Any, Sheet], str]

SCRIPTS = {"tables.js": frozenset({"ranking", "constant_sum", "slider"}), region_field.SCRIPT: frozenset({"region"})}
"""Scripts that make some types handier. Only questionnaires with such questions carry them."""


def draw(question: Question, sheet: Sheet, *, shown: bool = True, script: list[Any] | None = None) -> str:
    """One question with its marker.

    `script` is the condition that the page itself decides; `shown` says what it decides for the answers of this sheet. A
    question that does not apply is hidden and disabled, so that a browser without script sends neither it nor its marker.
    """
    state = f" data-if='{_json(script)}'" if script is not None else ""
    state += "" if shown else " hidden disabled"
    body = _DRAWERS[question.type](question, sheet)
    if not question.asks:
        return f"<div data-q{state}>{body}</div>"
    broken = " class=bad" if _wrong(question, sheet) else ""
    described = " ".join(describing(question, sheet))
    by = f' aria-describedby="{described}"' if described else ""
    return (
        f"<fieldset data-q id=q-{question.name}{broken}{state}{by}>{_legend(question, sheet)}"
        f"<input type=hidden name=_q value={question.name}>"
        f"<div>{_errors(question, sheet)}{body}</div>{_why(question, sheet)}</fieldset>"
    )


# --- the frame of a question ----------------------------------------------------------------------------------------
def _json(script: Any) -> str:
    return json.dumps(script, ensure_ascii=False, separators=(",", ":")).replace("&", "&amp;").replace("'", "&#39;")


def _legend(question: Question, sheet: Sheet) -> str:
    number = sheet.numbers.get(question.name, "")
    small = f"<small>{number}</small>" if number else ""
    wanted = must(sheet) if question.required else ""
    size = " class=long" if question.type == "consent" else ""
    return (
        f"<legend>{small}<h2 id={heading_id(question.name)} tabindex=-1{size}{sheet.lang(question.text)}>"
        f"{sheet.html(question.text)}{wanted}</h2></legend>"
        + sheet.block("p", question.hint, f' class=hint id="t-{question.name}"')
        + _own_hint(question, sheet)
    )


def _own_hint(question: Question, sheet: Sheet) -> str:
    text = tables.explanation(question, sheet)
    _ = sheet.say
    if question.type == "file":
        text = file_field.explanation(question, sheet)
    if question.type == "long_text":
        text = _("请勿填写姓名、电话、身份证号或处方号。可用输入法的话筒说话输入。")
    return f'<p class=hint id="u-{question.name}">{text}</p>' if text else ""


def _wrong(question: Question, sheet: Sheet) -> bool:
    if question.type in PARTED:
        return False
    return any(variable in sheet.errors for variable in (question.name, *question.text_names()))


def _errors(question: Question, sheet: Sheet) -> str:
    """Errors of the question as a whole; rows and fields of a set carry their own."""
    if question.type in PARTED:
        return ""
    return error(question, question.name, sheet) + "".join(
        error(question, name, sheet) for name in question.text_names() if name != question.name
    )


def _why(question: Question, sheet: Sheet) -> str:
    if not sheet.plain(question.why):
        return ""
    _ = sheet.say
    title = _("为什么问这个")
    return f"<details class=why><summary>{title}</summary>{sheet.block('p', question.why)}</details>"


# --- matrix: one card per row ---------------------------------------------------------------------------------------
def _matrix(question: Any, sheet: Sheet) -> str:
    parts = []
    for index, row in enumerate(sheet.arranged(question.rows, question.name, question.random_rows)):
        variable = f"{question.name}_{row.code}"
        broken = " bad" if variable in sheet.errors else ""
        needed = variable in sheet.errors or variable in question.needed()
        by = f" aria-describedby=e-{variable}" if needed else ""
        focus = focus_of(question, sheet) if index == 0 else ""
        parts.append(
            f"<fieldset class='card{broken}'{by}><legend><h3{sheet.lang(row.text)}>{sheet.html(row.text)}"
            f"{row_must(question, row, sheet)}</h3></legend>"
            f"{error(question, variable, sheet)}{_cell(question, variable, sheet, focus)}</fieldset>"
        )
    return "".join(parts)


def _cell(question: Any, variable: str, sheet: Sheet, focus: str) -> str:
    if question.cells:
        return anchors(variable, question.cells, sheet, focus) + unsure_row(variable, question.unsure, sheet)
    points = question.point_texts()
    if getattr(question, "labels", None):
        return worded(variable, points, question.unsure, sheet, focus=focus)
    return cells(variable, points, question, sheet, focus=focus)


# --- typing ---------------------------------------------------------------------------------------------------------
def _dropdown(question: Any, sheet: Sheet) -> str:
    choices = sheet.arranged(question.choices, question.name, question.random_order)
    other = next((choice for choice in question.choices if choice.other), None)
    opened = opening_list(question.name, choices, sheet, typed(question, question.name, sheet))
    return opened + (other_field(question.name, other, sheet) if other else "")


def _short_text(question: Any, sheet: Sheet) -> str:
    value = sheet.value(question.name)
    return line(question.name, question.max_length, question.pattern, value, typed(question, question.name, sheet))


def _long_text(question: Any, sheet: Sheet) -> str:
    value = escaped(sheet.value(question.name))
    return (
        f"<textarea rows={question.lines} maxlength={question.max_length} name={question.name} autocomplete=off"
        f" id={field_id(question.name)}{typed(question, question.name, sheet)}>\n{value}</textarea>{_speech(question, sheet)}"
    )


def _speech(question: Any, sheet: Sheet) -> str:
    if not (question.speech and sheet.speaking):
        return ""
    _ = sheet.say
    label = _("录音回答")
    return f"<p><button class=link name=go value=record:{question.name} formnovalidate>{label}</button></p>"


def _text_fields(question: Any, sheet: Sheet) -> str:
    parts = []
    for item in question.fields:
        variable = f"{question.name}_{item.code}"
        broken = " bad" if variable in sheet.errors else ""
        rest = typed(question, variable, sheet, label=" ")
        parts.append(
            f"<div class='field{broken}'><label for={field_id(variable)}{sheet.lang(item.text)}>{sheet.html(item.text)}"
            f"{row_must(question, item, sheet)}</label>"
            f"{error(question, variable, sheet)}"
            f"{line(variable, item.max_length, item.pattern, sheet.value(variable), rest)}</div>"
        )
    return "".join(parts)


def _number(question: Any, sheet: Sheet) -> str:
    name, rest = question.name, typed(question, question.name, sheet)
    field = number_field(name, sheet.value(name), rest, low=question.min, decimals=question.decimals)
    return f"{field}{sheet.block('span', question.unit)}"


def _moment(question: Any, sheet: Sheet) -> str:
    value = attribute(sheet.value(question.name))
    limits = "".join(
        f" {name}={getattr(question, name)}"
        for name in ("min", "max")
        if getattr(question, name) not in (None, "today")
    )
    return (
        f"<input class='in short' type={question.type}{limits} name={question.name} id={field_id(question.name)}"
        f" value={value}{typed(question, question.name, sheet)}>"
    )


# --- texts ----------------------------------------------------------------------------------------------------------
def _note(question: Any, sheet: Sheet) -> str:
    _ = sheet.say
    title = _("说明")
    return f"<h2 class=vh tabindex=-1>{title}</h2>{sheet.block('p', question.text)}"


def _section(question: Any, sheet: Sheet) -> str:
    return sheet.block("h2", question.text, " class=section tabindex=-1") + sheet.block(
        "p", question.hint, " class=hint"
    )


def _consent(question: Any, sheet: Sheet) -> str:
    on = sheet.value(question.name) == "yes"
    return (
        "<div class=opts>"
        + option(
            "checkbox",
            question.name,
            "yes",
            sheet.html(question.label),
            on=on,
            lang=sheet.lang(question.label),
            extra=f" id={field_id(question.name)}{focus_of(question, sheet)}",
        )
        + "</div>"
    )


_DRAWERS: dict[str, Drawer] = {
    "single_choice": choices_of,
    "multiple_choice": choices_of,
    "attention_check": choices_of,
    "dropdown": _dropdown,
    "likert": likert,
    "rating": numeric,
    "nps": numeric,
    "csat": numeric,
    "ces": numeric,
    "matrix": _matrix,
    "matrix_multiple": tables.several,
    "matrix_fields": tables.table,
    "ranking": tables.ranking,
    "constant_sum": tables.amounts,
    "slider": tables.slider,
    "short_text": _short_text,
    "long_text": _long_text,
    "text_fields": _text_fields,
    "number": _number,
    "date": _moment,
    "time": _moment,
    "file": file_field.drawn,
    "region": region_field.drawn,
    "note": _note,
    "section": _section,
    "consent": _consent,
}
