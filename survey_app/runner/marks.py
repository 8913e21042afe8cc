"""What stands around the inputs of a question: required marks, errors, descriptions; and the plain inputs themselves."""

from collections.abc import Iterable
from typing import Any

from survey_app.questionnaire import validation
from survey_app.questionnaire.question_types import Question
from survey_app.runner.choices import field_id, focus_of
from survey_app.runner.sheet import Sheet, attribute, escaped

PARTED = frozenset({"matrix", "text_fields", "matrix_multiple", "matrix_fields", "region"})
"""Types whose rows and fields are marked and told one by one."""
EXPLAINED = frozenset({"multiple_choice", "long_text", "ranking", "constant_sum", "slider", "matrix_multiple", "file"})
"""Types with a hint of their own."""


def heading_id(name: str) -> str:
    """The id of a question's heading."""
    return f"h-{name}"


def must(sheet: Sheet) -> str:
    """必答"""
    _ = sheet.say
    text = _("必答")
    return f"<span class=must>{text}</span>"


def row_must(question: Question, row: Any, sheet: Sheet) -> str:
    """必答 beside a row or field, where the question as a whole is optional."""
    return must(sheet) if row.required and not question.required else ""


def describing(question: Question, sheet: Sheet) -> list[str]:
    """Ids of what describes a question: hints and errors."""
    found = [f"t-{question.name}"] if sheet.plain(question.hint) else []
    if question.type in EXPLAINED:
        found.append(f"u-{question.name}")
    if question.name in sheet.errors or question.name in question.needed():
        found.append(f"e-{question.name}")
    return found


def error(question: Question, variable: str, sheet: Sheet) -> str:
    """The error of a variable; for a required one the sentence waits hidden, so that the script can show it."""
    _ = sheet.say
    mark = _("错误：")
    if variable in sheet.errors:
        needed = " req" if variable in question.needed() else ""
        return f"<p class='err{needed}' tabindex=-1 id=e-{variable}>{mark}{escaped(sheet.errors[variable])}</p>"
    if variable not in question.needed():
        return ""
    problem = validation.required_problem(question, variable)
    sentence = escaped(validation.message(problem, sheet.language, sheet.definition))
    return f"<p class='err req' tabindex=-1 id=e-{variable} hidden>{mark}{sentence}</p>"


_PATTERNS = {  # pattern -> (inputmode, autocomplete)
    "phone": ("tel", "tel"),
    "email": ("email", "email"),
    "number": ("decimal", "off"),
    "postcode": ("numeric", "postal-code"),
}


def typed(question: Question, variable: str, sheet: Sheet, *, label: str = "") -> str:
    """Attributes of an input that is typed into. `label`: other ones that name it; " " where a label element does."""
    by = []
    if label == "":
        by = describing(question, sheet)
    elif variable in sheet.errors or variable in question.needed():
        by = [f"e-{variable}"]
    invalid = " aria-invalid=true" if variable in sheet.errors else ""
    named = label or f' aria-labelledby="{heading_id(question.name)}"'
    described = f' aria-describedby="{" ".join(by)}"' if by else ""
    return f"{named}{described}{invalid}{focus_of(question, sheet)}"


def line(variable: str, length: int, pattern: str | None, value: str, rest: str) -> str:
    """A field of one line."""
    mode, complete = _PATTERNS.get(pattern or "", ("", "off"))
    keyboard = f" inputmode={mode}" if mode else ""
    return (
        f"<input class=in type=text maxlength={length}{keyboard} autocomplete={complete} name={variable}"
        f" id={field_id(variable)} value={attribute(value)}{rest}>"
    )


def number_field(variable: str, value: str, rest: str, *, low: float | None, decimals: int) -> str:
    """A short field for a number. Phone keypads often lack a minus sign, so it is asked for only where none can be wanted."""
    mode = "decimal" if decimals else "numeric"
    mode = mode if low is not None and low >= 0 else "text"
    return (
        f"<input class='in short' type=text inputmode={mode} maxlength=24 autocomplete=off name={variable}"
        f" id={field_id(variable)} value={attribute(value)}{rest}>"
    )


def opening_list(variable: str, choices: Iterable[Any], sheet: Sheet, rest: str) -> str:
    """A list that opens."""
    given, _ = sheet.value(variable), sheet.say
    rows = ["<option value=''>" + _("请选择") + "</option>"]
    for choice in choices:
        on = " selected" if choice.code == given else ""
        rows.append(f"<option value={choice.code}{on}{sheet.lang(choice.text)}>{sheet.html(choice.text)}</option>")
    return f"<select name={variable} id={field_id(variable)}{rest}>{''.join(rows)}</select>"
