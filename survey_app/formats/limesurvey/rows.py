"""A table whose rows have rules of their own, as one question per row."""

import copy
from collections.abc import Callable
from typing import Any

from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.naming import Codes
from survey_app.formats.limesurvey.comparing import Truth
from survey_app.formats.limesurvey.fields import length, limits, slider
from survey_app.formats.limesurvey.filtering import header_rule
from survey_app.formats.limesurvey.grids import KNOWN, POINTS, cell, rows_of
from survey_app.formats.limesurvey.lists import choices_of, labels
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import LONGEST_CODE, Plain, Work

Maker = Callable[[str, Item], list[Plain]]
"""The questions of one row: (its stored name, the row)."""
SPLIT = frozenset("ABCEFQK1:;")


def split(work: Work, question: Question, found: dict[str, Truth]) -> list[Plain]:
    """A heading and one question per row."""
    rows, columns = question.axis(0), question.axis(1)
    work.codes(rows)
    work.codes(columns)
    ends = [row.ours for row in rows] + [f"{row.ours}_{column.ours}_n" for row in rows for column in columns]
    ends += [f"{row.ours}_{scale}" for row in rows for scale in "01"] if question.type == "1" else []
    name = work.name(question, ends)
    heading: Plain = {"name": name, "type": "section"}
    if (rule := header_rule(found)) is not None:
        heading["show_if"] = rule
    made = [heading]
    maker = _maker(work, question)
    for row, worded in zip(rows, rows_of(work, question, rows), strict=True):
        when = found[row.id]
        if when is False:  # nobody ever sees it; its column stays, without a value
            place = f"{question.code}_{row.code} (line {row.line})"
            work.building.changed("row", place, row.code, "row_never_shown", name)
            made.append({"name": f"{name}_{row.ours}", "type": "hidden", "value": "", "text": worded["text"]})
            continue
        for one in maker(f"{name}_{row.ours}", row):
            one["text"] = _joined(worded["text"], one.pop("column", None))
            if when is not True:
                one["show_if"] = when
            made.append(one)
    return made


def _joined(row: dict[str, str], column: dict[str, str] | None) -> dict[str, str]:
    return {tag: f"{words} - {column[tag]}" if column and tag in column else words for tag, words in row.items()}


def _maker(work: Work, question: Question) -> Maker:
    kind = question.type
    if kind in POINTS:
        return lambda own, row: _one(work, question, own, row, "number", {"type": "rating", "points": POINTS[kind]})
    if kind in "CEF":
        return _of_lists(work, question)
    if kind == "1":
        return _of_two_lists(work, question)
    if kind == "Q":
        shape: Plain = {"type": "short_text"}
        length(work, shape)
        return lambda own, row: _one(work, question, own, row, "text", shape)
    if kind == "K":
        return _of_numbers(work, question)
    return _of_cells(work, question)


def _one(work: Work, question: Question, own: str, row: Item, kind: str, shape: Plain) -> list[Plain]:
    work.register(question, row.code, Target(kind, own), own, owner=own, one_digit=question.type == "A")
    return [{"name": own, **copy.deepcopy(shape)}]


def _of_lists(work: Work, question: Question) -> Maker:
    if question.type == "F":
        choices = choices_of(work, question, question.offered())
        mapped = {item.code: item.ours for item in question.offered()}
    else:
        choices = [{"code": code.lower(), "text": work.built_in(word)} for code, word in KNOWN[question.type]]
        mapped = {code: code.lower() for code, _ in KNOWN[question.type]}

    def make(own: str, row: Item) -> list[Plain]:
        target = Target("choice", own, mapped)
        work.register(question, row.code, target, own, owner=own, labels=labels(question.offered()))
        return [{"name": own, "type": "single_choice", "choices": copy.deepcopy(choices)}]

    return make


def _of_two_lists(work: Work, question: Question) -> Maker:
    columns: list[tuple[str, dict[str, str], list[Plain], dict[str, str]]] = []
    for scale, header in ((0, "dualscale_headerA"), (1, "dualscale_headerB")):
        items = question.offered(scale)
        text = {
            **work.built_in(f"Scale {scale + 1}"),
            **work.text(work.worded(header), f"{question.place} / {header}", question.name),
        }
        choices = choices_of(work, question, items, Codes(LONGEST_CODE))
        columns.append((str(scale), text, choices, {item.code: item.ours for item in items}))

    def make(own: str, row: Item) -> list[Plain]:
        made: list[Plain] = []
        for scale, text, choices, mapped in columns:
            name = f"{own}_{scale}"
            target = Target("choice", name, mapped)
            work.register(question, f"{row.code}_{scale}", target, name, owner=name, old=f"{row.code}#{scale}")
            made.append({"name": name, "type": "dropdown", "choices": copy.deepcopy(choices), "column": text})
        return made

    return make


def _of_numbers(work: Work, question: Question) -> Maker:
    if work.attribute("slider_layout") == "1":
        return lambda own, row: _one(work, question, own, row, "number", slider(work))
    whole = work.attribute("num_value_int_only") == "1"
    shape: Plain = {"type": "number", "decimals": 0 if whole else 6}
    names = ("min_num_value_n", "max_num_value_n")
    limits(work, shape, work.number_of(names[0]), work.number_of(names[1]), names)
    return lambda own, row: _one(work, question, own, row, "number", shape)


def _of_cells(work: Work, question: Question) -> Maker:
    """Texts, numbers or boxes in one row: text fields, a column of numbers, a multiple choice."""
    columns = question.axis(1)
    heads = rows_of(work, question, columns)
    boxes = question.type == ":" and work.attribute("multiflexible_checkbox") == "1"
    shape = {} if boxes else cell(work, question)
    texts = shape.get("type") == "short_text"

    def target(own: str, column: Item) -> tuple[Target, str]:
        if boxes:
            return Target("option", own, option=column.ours, on=frozenset({"1"})), ""
        name = f"{own}_{column.ours}" if texts else f"{own}_{column.ours}_n"
        return Target("text" if texts else "number", name), name

    def make(own: str, row: Item) -> list[Plain]:
        for column in columns:
            seen, pipe = target(own, column)
            work.register(question, f"{row.code}_{column.code}", seen, pipe, owner=own)
        made: Any = copy.deepcopy(heads)
        if boxes:
            return [{"name": own, "type": "multiple_choice", "choices": made}]
        if texts and len(made) <= 50:
            more = {key: value for key, value in shape.items() if key != "type"}
            return [{"name": own, "type": "text_fields", "fields": [{**field, **more} for field in made]}]
        numbers = {"code": "n", "text": work.built_in("Number"), **shape}
        return [{"name": own, "type": "matrix_fields", "rows": made, "columns": [numbers]}]

    return make
