"""Each type of ours as rows of a form; where there is no equal, the nearest, and that is told."""

from collections.abc import Callable
from typing import Any

from survey_app.formats.writing.checks import needed_when
from survey_app.formats.writing.rules import Unsayable
from survey_app.formats.writing.xlsform import choices, regions, tables
from survey_app.formats.writing.xlsform.rules import literal
from survey_app.formats.writing.xlsform.work import Row, Work, all_of
from survey_app.questionnaire.offering import may_vanish, rules_of
from survey_app.questionnaire.parts import Check
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.display import Consent
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import Computed, Hidden
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import Date, Number, Time, plain_number
from survey_app.questionnaire.question_types.tables import MatrixMultiple
from survey_app.questionnaire.question_types.writing import LongText, ShortText, TextFields

_PATTERNS = {
    "postcode": "regex(., '^[0-9]{6}$')",
    "email": r"regex(., '^[^@\s]+@[^@\s]+\.[^@\s]+$')",
    "phone": "regex(., '^1[3-9][0-9]{9}$')",
    "number": r"regex(., '^-?[0-9]+(\.[0-9]+)?$')",
}


_GROUPS = ("matrix", "matrix_multiple", "matrix_fields", "text_fields", "constant_sum")


def know(work: Work, question: Question) -> None:
    """Says what our stored names are called in the form, and which codes have other values."""
    if isinstance(question, Consent):
        work.rules.codes[question.name] = {"yes": "OK"}
    elif isinstance(question, Matrix | MatrixMultiple):
        tables.know(work, question)


def add(work: Work, question: Question, place: str) -> None:
    """The rows of a question, with everything all types have."""
    told = work.told
    told.keep(place)
    told.keep(place, "text", "required")
    if question.type in ("hidden", "computed", "order_data"):
        _unseen(work, question, place)
        return
    shown = [question.show_if] if question.show_if else []
    if question.type in _GROUPS and may_vanish(question):  # a group without rows would leave its heading
        shown.append({"any": [rule.condition for rule in rules_of(question)]})
    relevant = work.relevant(shown, f"{place}.show_if") if shown else {}
    hints: list[Any] = [question.hint, question.why]
    told.keep(place, "hint")
    told.change(f"{place}.why", "to_hint")
    for key in ("unit", "low", "high"):
        if question.type in ("number", "slider", "nps", "constant_sum") and (text := getattr(question, key, None)):
            told.change(f"{place}.{key}", "to_hint")
            hints.append(_named_end(question, key, text))
    needed: Row = {"required": "yes"} if question.required else {}
    head = {**work.text("label", question.text), **work.text("hint", *hints), **needed, **relevant}
    first = len(work.survey)
    _MAKERS[question.type](work, question, place, head)
    if (called := work.rules.names.get(question.name, question.name)) != question.name:
        told.change(place, "to_code", wanted=question.name, code=called)
    for index, check in enumerate(question.checks):
        _check(work, question, check, f"{place}.checks[{index}]", work.survey[first:])


def _check(work: Work, question: Question, check: Check, at: str, rows: list[Row]) -> None:
    """A constraint, or when an answer is required, on the row of the question; groups have none."""
    name = work.rules.names.get(question.name, question.name)
    row = next((row for row in rows if row["name"] == name and row["type"] != "begin_group"), None)
    if row is None:
        work.told.lose(at, "to_no_rule")
        return
    key = "constraint"
    try:
        if (when := needed_when(check, question.name)) is not None and "required" not in row:
            key, rule = "required", work.rules.combined([when])
        else:
            rule = work.rules.constraint(check, question.name)
    except Unsayable:
        work.told.lose(at, "to_no_rule")
        return
    row |= all_of([row.get("constraint", ""), rule]) if key == "constraint" else {"required": rule}
    shared = False
    for heading, words in work.text(f"{key}_message", check.message).items():
        shared = shared or heading in row
        row[heading] = f"{row[heading]}\n{words}" if heading in row else words
    if work.rules.near:
        work.told.change(at, work.rules.why)
    elif shared:  # one message for all that an answer has to meet
        work.told.change(at, "to_constraint")
    else:
        work.told.keep(at)


def _named_end(question: Any, key: str, text: Any) -> dict[str, str]:
    """`0 = 完全不可能`: the words of an end of a scale."""
    if key == "unit":
        return dict(text)
    numbers = question.numbers if question.type == "nps" else (question.min, question.max)
    number = plain_number(numbers[0] if key == "low" else numbers[-1])
    return {language: f"{number} = {words}" for language, words in text.items()}


# --- what is read -----------------------------------------------------------------------------------------------------
def _note(work: Work, question: Question, place: str, head: Row) -> None:
    if question.type == "section":
        work.told.change(place, "to_type", type="note")
    head.pop("required", None)
    work.add("note", question.name, head)


def _consent(work: Work, question: Consent, place: str, head: Row) -> None:
    work.told.change(f"{place}.label", "to_hint")
    head |= work.text("hint", question.hint, question.label)
    work.add("acknowledge", question.name, head)


# --- texts and numbers ------------------------------------------------------------------------------------------------
def _short_text(work: Work, question: ShortText, place: str, head: Row) -> None:
    work.told.keep(place, "max_length", "pattern")
    if question.pattern in ("phone", "email", "number"):
        work.told.change(f"{place}.pattern", "to_pattern_near")
    limits = [_PATTERNS.get(question.pattern or "", ""), f"string-length(.) <= {question.max_length}"]
    work.add("text", question.name, head, all_of(limits))


def _long_text(work: Work, question: LongText, place: str, head: Row) -> None:
    work.told.keep(place, "max_length")
    work.told.change(f"{place}.lines", "to_look")
    limit = all_of([f"string-length(.) <= {question.max_length}"])
    work.add("text", question.name, head, limit, appearance="multiline")


def _group(work: Work, question: Question, head: Row) -> None:
    """A group that holds the parts of a question; groups have no hints, so the hint stands in the label."""
    label = work.text("label", question.text, question.hint, question.why)
    cells = {key: text for key, text in head.items() if not key.startswith(("hint", "label")) and key != "required"}
    work.add("begin_group", question.name, label, cells)


def _text_fields(work: Work, question: TextFields, place: str, head: Row) -> None:
    work.told.change(place, "to_questions")
    work.told.keep(place, "fields")
    _group(work, question, head)
    for index, field in enumerate(question.fields):
        needed = {"required": "yes"} if question.required or field.required else {}
        limits = all_of([_PATTERNS.get(field.pattern or "", ""), f"string-length(.) <= {field.max_length}"])
        if field.pattern in ("phone", "email", "number"):
            work.told.change(f"{place}.fields[{index}].pattern", "to_pattern_near")
        shown = work.relevant([field.show_if], f"{place}.fields[{index}].show_if") if field.show_if else {}
        work.add("text", question.variable_of(field), work.text("label", field.text), needed, limits, shown)
    work.add("end_group")


def _number(work: Work, question: Number, place: str, head: Row) -> None:
    work.told.keep(place, "min", "max", "decimals")
    limits = [
        f". {sign} {plain_number(b)}" for sign, b in ((">=", question.min), ("<=", question.max)) if b is not None
    ]
    if 0 < question.decimals < 6:
        work.told.lose(f"{place}.decimals", "to_no_limit")
    work.add("decimal" if question.decimals else "integer", question.name, head, all_of(limits))


def _date(work: Work, question: Date, place: str, head: Row) -> None:
    work.told.keep(place, "min", "max")
    limits = []
    for sign, bound in ((">=", question.min), ("<=", question.max)):
        if bound:
            limits.append(f". {sign} " + ("today()" if bound == "today" else f"date('{bound}')"))
    work.add("date", question.name, head, all_of(limits))


def _time(work: Work, question: Time, place: str, head: Row) -> None:
    """A time of day is a part of a day in forms; half a minute of room for its decimals."""
    work.told.keep(place, "min", "max")
    limits = []
    for sign, bound, room in ((">=", question.min, -0.5), ("<=", question.max, 0.5)):
        if bound:
            limits.append(f"decimal-time(.) * 1440 {sign} {int(bound[:2]) * 60 + int(bound[3:5]) + room}")
    work.add("time", question.name, head, all_of(limits))


def _slider(work: Work, question: Slider, place: str, head: Row) -> None:
    work.told.keep(place, "min", "max", "step")
    if question.unsure:
        work.told.lose(f"{place}.unsure", "to_no_unsure")
    start, end, step = (plain_number(number) for number in (question.min, question.max, question.step))
    work.add("range", question.name, head, parameters=f"start={start} end={end} step={step}")


def _constant_sum(work: Work, question: ConstantSum, place: str, head: Row) -> None:
    """The last amount is checked against the sum of the others."""
    work.told.change(place, "to_questions")
    work.told.keep(place, "items", "decimals")
    work.told.change(f"{place}.total", "to_constraint")
    label = work.text("label", question.text, question.hint, question.why, question.unit)
    cells = {key: text for key, text in head.items() if not key.startswith(("hint", "label")) and key != "required"}
    work.add("begin_group", question.name, label, cells)
    kind = "decimal" if question.decimals else "integer"
    names = [question.variable_of(item) for item in question.items]
    for index, item in enumerate(question.items):
        limits = [f". >= {plain_number(item.min or 0)}"]
        if item.max is not None:
            limits.append(f". <= {plain_number(item.max)}")
        if index == len(names) - 1:
            others = "".join(f" + coalesce(${{{name}}}, 0)" for name in names[:-1])
            limits.append(f".{others} = {plain_number(question.total)}")
        needed = {"required": "yes"} if question.required else {}
        shown = work.relevant([item.show_if], f"{place}.items[{index}].show_if") if item.show_if else {}
        work.add(kind, names[index], work.text("label", item.text), needed, all_of(limits), shown)
    work.add("end_group")


# --- values nobody types ----------------------------------------------------------------------------------------------
def _unseen(work: Work, question: Question, place: str) -> None:
    relevant = work.relevant([question.show_if], f"{place}.show_if") if question.show_if else {}
    if isinstance(question, Computed):
        try:
            calculation = work.rules.expression(question.expression)
        except Unsayable:
            work.told.lose(place, "to_no_calculation")
            work.rules.absent.add(question.name)
            return
        work.told.keep(place, "expression")
        work.add("calculate", question.name, relevant, work.text("label", question.text), calculation=calculation)
    elif isinstance(question, Hidden) and question.value is not None:
        work.told.keep(place, "value")
        try:
            literal(question.value)
        except Unsayable:
            work.told.lose(place, "to_no_calculation")
        work.add("hidden", question.name, relevant, default=str(question.value))
        work.told.lose(f"{place}.text", "to_nothing")
    else:
        work.add("hidden", question.name, relevant)
        work.told.lose(place, "to_outside", name=question.name)
        work.told.lose(f"{place}.text", "to_nothing")


def _file(work: Work, question: File, place: str, head: Row) -> None:
    """A form says how many pixels a photo may have, not how many bytes."""
    work.told.keep(place, "accepts")
    work.add("image" if question.accepts == ("photo",) else "file", question.name, head)


_MAKERS: dict[str, Callable[[Work, Any, str, Row], None]] = {
    "single_choice": choices.single,
    "dropdown": choices.single,
    "attention_check": choices.single,
    "multiple_choice": choices.multiple,
    "likert": choices.likert,
    "ranking": choices.ranking,
    "rating": choices.rating,
    "nps": choices.nps,
    "csat": choices.labelled,
    "ces": choices.labelled,
    "matrix": tables.matrix,
    "matrix_multiple": tables.matrix,
    "matrix_fields": tables.matrix_fields,
    "short_text": _short_text,
    "long_text": _long_text,
    "text_fields": _text_fields,
    "number": _number,
    "date": _date,
    "time": _time,
    "slider": _slider,
    "constant_sum": _constant_sum,
    "file": _file,
    "region": regions.region,
    "consent": _consent,
    "note": _note,
    "section": _note,
}
