"""Each type of ours as an element of SurveyJS; where there is no equal, the nearest, and that is told."""

from collections.abc import Callable
from typing import Any

from survey_app.formats.writing.checks import length_of, once_answered, only_pattern
from survey_app.formats.writing.rules import Unsayable
from survey_app.formats.writing.surveyjs import choices, regions, tables
from survey_app.formats.writing.surveyjs.work import Work, html_of
from survey_app.questionnaire.parts import Check
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.display import Consent
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import Date, Number, Time, plain_number
from survey_app.questionnaire.question_types.tables import MatrixFields, MatrixMultiple
from survey_app.questionnaire.question_types.writing import LongText, ShortText, TextFields

Element = dict[str, Any]
_INPUTS = {"email": "email", "phone": "tel"}
_REGEXES = {"postcode": "^[0-9]{6}$", "number": r"^-?[0-9]{1,15}(\.[0-9]{1,10})?$"}


def know(work: Work, question: Question) -> None:
    """Says what our stored names are called there, and which codes have other values."""
    rules, name = work.rules, question.name
    if isinstance(question, Matrix | MatrixMultiple):
        rules.names |= {question.variable_of(row): f"{name}.{row.code}" for row in question.rows}
    elif isinstance(question, TextFields):
        rules.names |= {question.variable_of(item): f"{name}.{item.code}" for item in question.fields}
    elif isinstance(question, ConstantSum):
        rules.names |= {question.variable_of(item): f"{name}.{item.code}" for item in question.items}
    elif isinstance(question, MatrixFields):
        rules.names |= {
            cell: f"{name}.{row.code}.{column.code}" for cell, (row, column) in question.cells_by_name.items()
        }
    elif isinstance(question, Consent):
        rules.boxes.add(name)
    elif getattr(question, "other", None) is not None:
        rules.names[f"{name}_other"] = f"{name}-Comment"
    if codes := choices.recoded(question):
        rules.codes[name] = codes


def element(work: Work, question: Question, place: str) -> Element:
    """The element, with everything all types have."""
    told = work.told
    told.keep(place)
    told.keep(place, "text", "required")
    made: Element = {"type": "", "name": question.name, "title": work.text(question.text)}
    if question.required:
        made["isRequired"] = True
    hints: list[Any] = [question.hint, question.why, *_said_beside(work, question, place)]
    if any(hints):
        made["description"] = work.text(work.joined(*hints))
        told.keep(place, "hint", "why", "unit")
        for key in ("why", "unit"):
            told.change(f"{place}.{key}", "to_hint")
    if question.show_if and (rule := work.rule(question.show_if, f"{place}.show_if")):
        made["visibleIf"] = rule
    make = _MAKERS.get(question.type)
    if make is not None:
        made |= make(work, question, place)
    for index, check in enumerate(question.checks):
        if validator := _validator(work, question, check, f"{place}.checks[{index}]"):
            made.setdefault("validators", []).append(validator)
    if made["type"] == "html":
        made.pop("title", None)
        made.pop("description", None)
    if question.type == "region":  # each of its lists is required
        made.pop("isRequired", None)
    return made


def _validator(work: Work, question: Question, check: Check, at: str) -> Element:
    """An expression, or a pattern where the check is nothing else; {} when it cannot be said."""
    own = once_answered(check, question.name)
    text = {"text": work.text(check.message)} if check.message else {}
    if own is not None and (pattern := only_pattern(own, question.name)):
        if length := length_of(pattern):
            pattern = f"^[\\s\\S]{{{length[0]},{length[1] or ''}}}$"
        if pattern.startswith("(?") and not pattern.startswith("(?:"):
            work.told.lose(at, "to_no_rule")
            return {}
        work.told.keep(at)
        return {"type": "regex", "regex": pattern, **text}
    try:
        expression = work.rules.check(check)
    except Unsayable:
        work.told.lose(at, "to_no_rule")
        return {}
    if work.rules.near:
        work.told.change(at, work.rules.why)
    else:
        work.told.keep(at)
    return {"type": "expression", "expression": expression, **text}


def _said_beside(work: Work, question: Question, place: str) -> list[Any]:
    """Texts that have no place of their own there."""
    return [getattr(question, "unit", None)] if question.type in ("number", "constant_sum") else []


def _note(work: Work, question: Any, place: str) -> Element:
    """note, and a heading with nothing below it or a rule of its own."""
    work.told.keep(place, "hint")
    words = work.joined(question.text, question.hint)
    if question.type == "section":
        work.told.change(place, "to_type", type="html")
    elif question.hint:
        work.told.change(f"{place}.hint", "to_joined")
    return {"type": "html", "html": html_of(work.text(words))}


def _consent(work: Work, question: Consent, place: str) -> Element:
    work.told.keep(place, "label")
    work.told.change(place, "to_type", type="checkbox")
    return {"type": "checkbox", "choices": [{"value": "yes", "text": work.text(question.label)}]}


# --- texts and numbers ------------------------------------------------------------------------------------------------
def _short_text(work: Work, question: ShortText, place: str) -> Element:
    work.told.keep(place, "max_length", "pattern")
    made: Element = {"type": "text", "maxLength": question.max_length}
    if question.pattern in _INPUTS:
        made["inputType"] = _INPUTS[question.pattern]
        if question.pattern == "phone":
            work.told.change(f"{place}.pattern", "to_pattern_near")
        else:
            made["validators"] = [{"type": "email"}]
    elif question.pattern:
        made["validators"] = [{"type": "regex", "regex": _REGEXES[question.pattern]}]
    return made


def _long_text(work: Work, question: LongText, place: str) -> Element:
    work.told.keep(place, "max_length", "lines")
    return {"type": "comment", "maxLength": question.max_length, "rows": question.lines}


def _text_fields(work: Work, question: TextFields, place: str) -> Element:
    work.told.keep(place, "fields")
    items = []
    for index, field in enumerate(question.fields):
        item: Element = {"name": field.code, "title": work.text(field.text), "maxLength": field.max_length}
        if question.required or field.required:
            item["isRequired"] = True
        if field.pattern == "postcode":
            item["validators"] = [{"type": "regex", "regex": _REGEXES["postcode"]}]
        elif field.pattern:
            item["inputType"] = {**_INPUTS, "number": "number"}[field.pattern]
            if field.pattern == "phone":
                work.told.change(f"{place}.fields[{index}].pattern", "to_pattern_near")
        items.append(item)
    return {"type": "multipletext", "items": items}


def _number(work: Work, question: Number, place: str) -> Element:
    work.told.keep(place, "min", "max", "decimals", "unit")
    made: Element = {"type": "text", "inputType": "number", "step": 1}
    if question.decimals:
        made["step"] = float(f"1e-{question.decimals}")
    return made | _bounds(question.min, question.max)


def _bounds(low: float | None, high: float | None) -> Element:
    pair = (("min", low), ("max", high))
    return {key: plain_number(bound) for key, bound in pair if bound is not None}


def _moment(work: Work, question: Date | Time, place: str) -> Element:
    work.told.keep(place, "min", "max")
    made: Element = {"type": "text", "inputType": question.type}
    for key in ("min", "max"):
        bound = getattr(question, key)
        if bound == "today":
            made[f"{key}ValueExpression"] = "today()"
        elif bound:
            made[key] = bound
    return made


def _slider(work: Work, question: Slider, place: str) -> Element:
    work.told.keep(place, "min", "max", "step", "low", "high", "unit")
    made: Element = {"type": "slider", "min": question.min, "max": question.max, "step": question.step}
    labels = [
        {"value": bound, "text": work.text(text)}
        for bound, text in ((question.min, question.low), (question.max, question.high))
        if text
    ]
    if labels:
        made["customLabels"] = labels
    if question.unit:
        made["labelFormat"] = work.text({lang: f"{{0}} {unit}" for lang, unit in question.unit.items()})
    if question.unsure:
        work.told.lose(f"{place}.unsure", "to_no_unsure")
    return made


def _constant_sum(work: Work, question: ConstantSum, place: str) -> Element:
    work.told.keep(place, "items", "total", "unit", "decimals")
    work.told.change(place, "to_type", type="multipletext")
    items = []
    for item in question.items:
        limits: Element = {"type": "numeric", "minValue": item.min or 0}
        limits |= {"maxValue": item.max} if item.max is not None else {}
        made = {"name": item.code, "title": work.text(item.text), "inputType": "number", "validators": [limits]}
        items.append(made)
    total = plain_number(question.total)
    amounts = " + ".join(f"{{{question.name}.{item.code}}}" for item in question.items)
    check: Element = {"type": "expression", "expression": f"{{{question.name}}} empty or {amounts} = {total}"}
    check["text"] = work.text({"zh-CN": f"合计应为 {total}", "en": f"The total must be {total}"})
    return {"type": "multipletext", "items": items, "validators": [check]}


def _file(work: Work, question: File, place: str) -> Element:
    work.told.keep(place, "accepts", "max_mb")
    kinds = {"photo": "image/*", "document": "application/pdf"}
    accepted = ",".join(kinds[kind] for kind in question.accepts)
    return {"type": "file", "acceptedTypes": accepted, "maxSize": question.max_mb * 1024 * 1024}


_MAKERS: dict[str, Callable[[Work, Any, str], Element]] = {
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
    "matrix_multiple": tables.matrix_multiple,
    "matrix_fields": tables.matrix_fields,
    "short_text": _short_text,
    "long_text": _long_text,
    "text_fields": _text_fields,
    "number": _number,
    "date": _moment,
    "time": _moment,
    "slider": _slider,
    "constant_sum": _constant_sum,
    "file": _file,
    "region": regions.region,
    "consent": _consent,
    "note": _note,
    "section": _note,
}
