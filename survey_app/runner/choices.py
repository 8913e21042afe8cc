"""Choices and scales: rows whose whole width is the target, and cells of numbers. A real radio or checkbox in each."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from survey_app.questionnaire.question_types import Question
from survey_app.runner.sheet import Sheet, attribute

# Columns of a numeric scale below 600 px: its points -> class. Eleven points wrap 6 + 5 (or 4 x 3 in large text).
_SCALE = {2: "p2", 3: "p3", 4: "p4", 5: "p5", 6: "", 7: "p7", 8: "p4", 9: "p5", 10: "p5", 11: "s11"}


def field_id(variable: str) -> str:
    """The id of the first input of a variable: where error summaries lead."""
    return f"i-{variable}"


def focus_of(question: Question, sheet: Sheet) -> str:
    """` autofocus` for the question that the page leads to."""
    return " autofocus" if sheet.focus == question.name else ""


def option(kind: str, name: str, code: str, label: str, *, on: bool, lang: str = "", extra: str = "") -> str:
    """One row or cell: a real input in front of the span that shows it."""
    checked = " checked" if on else ""
    return f"<label><input type={kind} name={name} value={code}{checked}{extra}><span{lang}>{label}</span></label>"


def options(kind: str, name: str, choices: Iterable[Any], sheet: Sheet, focus: str = "") -> str:
    """Rows of choices; the first one has the id of the variable."""
    chosen = set(sheet.given.get(name, ()))
    parts = []
    for index, choice in enumerate(choices):
        first = f" id={field_id(name)}{focus}" if index == 0 else ""
        first += " data-x=1" if choice.exclusive else ""
        row = option(
            kind,
            name,
            choice.code,
            sheet.html(choice.text),
            on=choice.code in chosen,
            lang=sheet.lang(choice.text),
            extra=first,
        )
        if choice.exclusive or choice.missing:
            row = row.replace("<label>", "<label class=apart>", 1)
        if choice.other:
            row = f"<div class=has>{row}{other_field(name, choice, sheet)}</div>"
        parts.append(row)
    return "".join(parts)


def other_field(name: str, choice: Any, sheet: Sheet) -> str:
    """The text field of 其他."""
    variable = f"{name}_other"
    _ = sheet.say
    wanted = _("请填写")
    label = f"{sheet.plain(choice.text)}: {wanted}"
    value = attribute(sheet.value(variable))
    return (
        f"<input class='in other' type=text maxlength=200 autocomplete=off name={variable} id={field_id(variable)}"
        f" aria-label={attribute(label)} placeholder={attribute(wanted)} value={value}>"
    )


def choices_of(question: Any, sheet: Sheet) -> str:
    """Single and multiple choice."""
    kind = "checkbox" if question.type == "multiple_choice" else "radio"
    columns = getattr(question, "columns", 1)
    wide = f" cols c{columns}" if columns and columns > 1 else ""
    choices = sheet.arranged(question.choices, question.name, question.random_order)
    return f"<div class='opts{wide}'>{options(kind, question.name, choices, sheet, focus_of(question, sheet))}</div>"


def likert(question: Any, sheet: Sheet) -> str:
    """An item of a shared scale."""
    return anchors(question.name, question.choices, sheet, focus_of(question, sheet))


def anchors(name: str, choices: Sequence[Any], sheet: Sheet, focus: str = "") -> str:
    """Anchors of a labelled scale: rows below 600 px; up to five of them stand side by side above it."""
    scale = [choice for choice in choices if not choice.missing]
    apart = [choice for choice in choices if choice.missing]
    wide = " five" if len(scale) <= 5 else ""
    rest = f"<div class=opts>{options('radio', name, apart, sheet).replace(f' id={field_id(name)}', '', 1)}</div>"
    return f"<div class='opts{wide}'>{options('radio', name, scale, sheet, focus)}</div>" + (rest if apart else "")


# --- numeric scales -------------------------------------------------------------------------------------------------
def numeric(question: Any, sheet: Sheet) -> str:
    """Rating, NPS, CSAT, CES: cells of numbers, or rows where every point has words."""
    points = question.point_texts()
    if question.type in ("csat", "ces") or getattr(question, "labels", None):
        stars = getattr(question, "style", "") == "stars"
        return worded(question.name, points, question.unsure, sheet, stars=stars, focus=focus_of(question, sheet))
    return cells(question.name, points, question, sheet, focus=focus_of(question, sheet))


def worded(
    name: str,
    points: Sequence[Any],
    unsure: Mapping[str, str] | None,
    sheet: Sheet,
    *,
    stars: bool = False,
    focus: str = "",
) -> str:
    """Points with words, as rows; stars are drawn as many as the point counts."""
    rows = []
    for index, point in enumerate(points):
        mark = f"<i aria-hidden=true>{'★' * point.value}</i> " if stars else ""
        label = mark + (sheet.html(point.label) or str(point.value))
        first = f" id={field_id(name)}{focus}" if index == 0 else ""
        rows.append(
            option(
                "radio",
                name,
                point.code,
                label,
                on=point.code == sheet.value(name),
                lang=sheet.lang(point.label),
                extra=first,
            )
        )
    wide = " five" if len(points) <= 5 and not stars else ""
    return f"<div class='opts{wide}'>{''.join(rows)}</div>{unsure_row(name, unsure, sheet)}"


def cells(name: str, points: Sequence[Any], question: Any, sheet: Sheet, *, focus: str = "") -> str:
    """Numbers in a wrapping row. The words of both ends stand above it, as text."""
    stars = getattr(question, "style", "") == "stars"
    rows = []
    for index, point in enumerate(points):
        label = f"<i aria-hidden=true>★</i>{point.value}" if stars else str(point.value)
        first = f" id={field_id(name)}{focus}" if index == 0 else ""
        rows.append(option("radio", name, point.code, label, on=point.code == sheet.value(name), extra=first))
    classes = " ".join(
        filter(
            None,
            [
                "opts scale",
                _SCALE[len(points)],
                "stars" if stars else "",
                "row" if getattr(question, "layout", "") == "row" else "",
            ],
        )
    )
    return (
        f"{_ends(points, sheet)}<div class='{classes}'>{''.join(rows)}</div>{unsure_row(name, question.unsure, sheet)}"
    )


def _ends(points: Sequence[Any], sheet: Sheet) -> str:
    low, high = points[0], points[-1]
    ends = [f"<b{sheet.lang(p.label)}>{p.value} = {sheet.html(p.label)}</b>" for p in (low, high) if p.label]
    return f"<div class=ends>{''.join(ends)}</div>" if ends else ""


def unsure_row(name: str, unsure: Mapping[str, str] | None, sheet: Sheet) -> str:
    """不清楚, set apart from the points."""
    if not unsure:
        return ""
    row = option(
        "radio", name, "unknown", sheet.html(unsure), on=sheet.value(name) == "unknown", lang=sheet.lang(unsure)
    )
    return f"<div class='opts apart'>{row}</div>"
