"""How each question type looks: one function per type, from a question and a sheet to HTML.

Every question is a fieldset whose heading names it; rows of choices are whole-width targets with a real radio or checkbox.
Nothing here decides what is valid: names, codes and markers are those that `validation` reads.
"""

import json
from collections.abc import Callable
from typing import Any

from survey_app.questionnaire import validation
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.base import FieldProblem
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
from survey_app.runner.sheet import Sheet, attribute, escaped

Drawer = Callable[[Any, Sheet], str]


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
    described = " ".join(_describing(question, sheet))
    by = f' aria-describedby="{described}"' if described else ""
    return (
        f"<fieldset data-q id=q-{question.name}{broken}{state}{by}>{_legend(question, sheet)}"
        f"<input type=hidden name=_q value={question.name}>"
        f"<div>{_errors(question, sheet)}{body}</div>{_why(question, sheet)}</fieldset>"
    )


def heading_id(name: str) -> str:
    """The id of a question's heading."""
    return f"h-{name}"


# --- the frame of a question ----------------------------------------------------------------------------------------
def _json(script: Any) -> str:
    return json.dumps(script, ensure_ascii=False, separators=(",", ":")).replace("&", "&amp;").replace("'", "&#39;")


def _legend(question: Question, sheet: Sheet) -> str:
    number = sheet.numbers.get(question.name, "")
    small = f"<small>{number}</small>" if number else ""
    must = _must(sheet) if question.required else ""
    size = " class=long" if question.type == "consent" else ""
    return (
        f"<legend>{small}<h2 id={heading_id(question.name)} tabindex=-1{size}{sheet.lang(question.text)}>"
        f"{sheet.html(question.text)}{must}</h2></legend>"
        + sheet.block("p", question.hint, f' class=hint id="t-{question.name}"')
        + _own_hint(question, sheet)
    )


def _must(sheet: Sheet) -> str:
    _ = sheet.say
    text = _("必答")
    return f"<span class=must>{text}</span>"


def _row_must(question: Question, row: Any, sheet: Sheet) -> str:
    return _must(sheet) if row.required and not question.required else ""


def _own_hint(question: Question, sheet: Sheet) -> str:
    _ = sheet.say
    text = _limits(question, sheet) if question.type == "multiple_choice" else ""
    if question.type == "long_text":
        text = _("请勿填写姓名、电话、身份证号或处方号。可用输入法的话筒说话输入。")
    return f'<p class=hint id="u-{question.name}">{text}</p>' if text else ""


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


def _wrong(question: Question, sheet: Sheet) -> bool:
    if question.type in ("matrix", "text_fields"):  # their rows and fields are marked one by one
        return False
    return any(variable in sheet.errors for variable in (question.name, *question.text_names()))


def _describing(question: Question, sheet: Sheet) -> list[str]:
    found = [f"t-{question.name}"] if sheet.plain(question.hint) else []
    if question.type in ("multiple_choice", "long_text"):
        found.append(f"u-{question.name}")
    if question.name in sheet.errors or question.name in question.needed():
        found.append(f"e-{question.name}")
    return found


def _errors(question: Question, sheet: Sheet) -> str:
    """Errors of the question as a whole; rows and fields of a set carry their own."""
    if question.type in ("matrix", "text_fields"):
        return ""
    return _error(question, question.name, sheet) + "".join(
        _error(question, name, sheet) for name in question.text_names() if name != question.name
    )


def _error(question: Question, variable: str, sheet: Sheet) -> str:
    """The error of a variable; for a required one the sentence waits hidden, so that the script can show it."""
    _ = sheet.say
    mark = _("错误：")
    if variable in sheet.errors:
        needed = " req" if variable in question.needed() else ""
        return f"<p class='err{needed}' tabindex=-1 id=e-{variable}>{mark}{escaped(sheet.errors[variable])}</p>"
    if variable not in question.needed():
        return ""
    problem = FieldProblem(variable, question.name, question.required_code(variable))
    sentence = escaped(validation.message(problem, sheet.language, sheet.definition))
    return f"<p class='err req' tabindex=-1 id=e-{variable} hidden>{mark}{sentence}</p>"


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
            f"{_row_must(question, row, sheet)}</h3></legend>"
            f"{_error(question, variable, sheet)}{_cell(question, variable, sheet, focus)}</fieldset>"
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
    given = sheet.value(question.name)
    _ = sheet.say
    rows = ["<option value=''>" + _("请选择") + "</option>"]
    for choice in sheet.arranged(question.choices, question.name, question.random_order):
        on = " selected" if choice.code == given else ""
        rows.append(f"<option value={choice.code}{on}{sheet.lang(choice.text)}>{sheet.html(choice.text)}</option>")
    other = next((choice for choice in question.choices if choice.other), None)
    return (
        f"<select name={question.name} id={field_id(question.name)}{_typed(question, question.name, sheet)}>"
        f"{''.join(rows)}</select>" + (other_field(question.name, other, sheet) if other else "")
    )


_PATTERNS = {  # pattern -> (inputmode, autocomplete)
    "phone": ("tel", "tel"),
    "email": ("email", "email"),
    "number": ("decimal", "off"),
    "postcode": ("numeric", "postal-code"),
}


def _typed(question: Question, variable: str, sheet: Sheet, *, label: str = "") -> str:
    by = []
    if label == "":
        by = _describing(question, sheet)
    elif variable in sheet.errors or variable in question.needed():
        by = [f"e-{variable}"]
    invalid = " aria-invalid=true" if variable in sheet.errors else ""
    named = label or f' aria-labelledby="{heading_id(question.name)}"'
    described = f' aria-describedby="{" ".join(by)}"' if by else ""
    return f"{named}{described}{invalid}{focus_of(question, sheet)}"


def _line(variable: str, length: int, pattern: str | None, value: str, rest: str) -> str:
    mode, complete = _PATTERNS.get(pattern or "", ("", "off"))
    keyboard = f" inputmode={mode}" if mode else ""
    return (
        f"<input class=in type=text maxlength={length}{keyboard} autocomplete={complete} name={variable}"
        f" id={field_id(variable)} value={attribute(value)}{rest}>"
    )


def _short_text(question: Any, sheet: Sheet) -> str:
    value = sheet.value(question.name)
    return _line(question.name, question.max_length, question.pattern, value, _typed(question, question.name, sheet))


def _long_text(question: Any, sheet: Sheet) -> str:
    value = escaped(sheet.value(question.name))
    return (
        f"<textarea rows={question.lines} maxlength={question.max_length} name={question.name} autocomplete=off"
        f" id={field_id(question.name)}{_typed(question, question.name, sheet)}>\n{value}</textarea>{_speech(question, sheet)}"
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
        rest = _typed(question, variable, sheet, label=" ")
        parts.append(
            f"<div class='field{broken}'><label for={field_id(variable)}{sheet.lang(item.text)}>{sheet.html(item.text)}"
            f"{_row_must(question, item, sheet)}</label>"
            f"{_error(question, variable, sheet)}"
            f"{_line(variable, item.max_length, item.pattern, sheet.value(variable), rest)}</div>"
        )
    return "".join(parts)


def _number(question: Any, sheet: Sheet) -> str:
    mode = "decimal" if question.decimals else "numeric"
    mode = mode if question.min is not None and question.min >= 0 else "text"  # phone keypads often lack a minus sign
    return (
        f"<input class='in short' type=text inputmode={mode} maxlength=24 autocomplete=off name={question.name}"
        f" id={field_id(question.name)} value={attribute(sheet.value(question.name))}{_typed(question, question.name, sheet)}>"
        f"{sheet.block('span', question.unit)}"
    )


def _moment(question: Any, sheet: Sheet) -> str:
    value = attribute(sheet.value(question.name))
    limits = "".join(
        f" {name}={getattr(question, name)}"
        for name in ("min", "max")
        if getattr(question, name) not in (None, "today")
    )
    return (
        f"<input class='in short' type={question.type}{limits} name={question.name} id={field_id(question.name)}"
        f" value={value}{_typed(question, question.name, sheet)}>"
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
    "short_text": _short_text,
    "long_text": _long_text,
    "text_fields": _text_fields,
    "number": _number,
    "date": _moment,
    "time": _moment,
    "note": _note,
    "section": _section,
    "consent": _consent,
}
