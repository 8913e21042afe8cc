"""Arrays: one answer per row, numbers, texts, boxes, two scales."""

from survey_app.formats.importing.logic import Target
from survey_app.formats.importing.naming import Codes
from survey_app.formats.importing.refusing import refuse
from survey_app.formats.limesurvey.lists import choices_of, labels, nothing
from survey_app.formats.limesurvey.survey import Item, Question
from survey_app.formats.limesurvey.work import LONGEST_CODE, Plain, Work

MOST_ROWS = 200
KNOWN = {
    "C": (("Y", "Yes"), ("U", "Uncertain"), ("N", "No")),
    "E": (("I", "Increase"), ("S", "Same"), ("D", "Decrease")),
}
POINTS = {"A": 5, "B": 10}


def rows_of(work: Work, question: Question, rows: list[Item]) -> list[Plain]:
    """Subquestions as rows, each told. Their codes are given before, by `work.codes`."""
    if len(rows) > MOST_ROWS:
        raise refuse("too_much", question.place, what=("rows of a question", "一道题的行"), limit=MOST_ROWS)
    made = []
    for row in rows:
        place = f"{question.code}_{row.code} (line {row.line})"
        made.append({"code": row.ours, "text": work.labelled(row.texts, place, question.name, row.code)})
        work.told("row", row, question)
    return made


def _random_rows(work: Work, made: Plain) -> Plain:
    if work.attribute("random_order") == "1" or work.attribute("subquestion_order") == "random":
        made["random_rows"] = True
        work.building.kept("setting", f"{made['name']} / random_order", "1", made["name"])
    return made


def one_per_row(work: Work, question: Question) -> list[Plain]:
    """A, B, C, E, F and H: one answer in every row."""
    rows = question.axis(0)
    items = question.offered()
    if not rows or (question.type in "FH" and not items):
        return nothing(work, question)
    work.codes(rows)
    lone = question.type in "FH" and not 2 <= len(items) <= 50
    name = work.name(question, [f"{row.ours}_a" if lone else row.ours for row in rows])
    if lone:
        return [_one_list_per_row(work, question, rows, items)]
    made: Plain = {"name": name, "type": "matrix", "rows": rows_of(work, question, rows)}
    if question.type in POINTS:
        made["points"] = POINTS[question.type]
        mapped = None
    elif question.type in KNOWN:
        known = KNOWN[question.type]
        made["choices"] = [{"code": code.lower(), "text": work.built_in(word)} for code, word in known]
        mapped = {code: code.lower() for code, _ in known}
    else:
        made["choices"] = choices_of(work, question, items)
        mapped = {item.code: item.ours for item in items}
    for row in rows:
        own = f"{name}_{row.ours}"
        target = Target("number", own) if mapped is None else Target("choice", own, mapped)
        work.register(question, row.code, target, own, labels=labels(items), one_digit=question.type == "A")
    return [_random_rows(work, made)]


def _one_list_per_row(work: Work, question: Question, rows: list[Item], items: list[Item]) -> Plain:
    """A single answer, or more than a matrix shows side by side: a list in every row."""
    choices = choices_of(work, question, items)
    mapped = {item.code: item.ours for item in items}
    for row in rows:
        own = f"{question.name}_{row.ours}_a"
        work.register(question, row.code, Target("choice", own, mapped), own, labels=labels(items))
    column = {"code": "a", "text": work.built_in("Answer"), "type": "dropdown", "choices": choices}
    made = {"name": question.name, "type": "matrix_fields", "rows": rows_of(work, question, rows), "columns": [column]}
    return _random_rows(work, made)


def two_scales(work: Work, question: Question) -> list[Plain]:
    """1: two lists in every row."""
    rows = question.axis(0)
    if not rows or not question.offered(0) or not question.offered(1):
        return nothing(work, question)
    work.codes(rows)
    name = work.name(question, [f"{row.ours}_{scale}" for row in rows for scale in "01"])
    columns = []
    for scale, header in ((0, "dualscale_headerA"), (1, "dualscale_headerB")):
        items = question.offered(scale)
        text = work.text(work.worded(header), f"{question.place} / {header}", name)
        column = {"code": str(scale), "text": {**work.built_in(f"Scale {scale + 1}"), **text}, "type": "dropdown"}
        columns.append({**column, "choices": choices_of(work, question, items, Codes(LONGEST_CODE))})
        mapped = {item.code: item.ours for item in items}
        for row in rows:
            own = f"{name}_{row.ours}_{scale}"
            target = Target("choice", own, mapped)
            work.register(question, f"{row.code}_{scale}", target, own, labels=labels(items), old=f"{row.code}#{scale}")
    made: Plain = {"name": name, "type": "matrix_fields", "rows": rows_of(work, question, rows), "columns": columns}
    return [_random_rows(work, made)]


def cells(work: Work, question: Question) -> list[Plain]:
    """: and ; with a text, a number or a box in every cell."""
    rows, columns = question.axis(0), question.axis(1)
    if not rows or not columns:
        return nothing(work, question)
    work.codes(rows)
    work.codes(columns)
    ends = [row.ours for row in rows] + [f"{row.ours}_{column.ours}" for row in rows for column in columns]
    name = work.name(question, ends)
    if question.type == ":" and work.attribute("multiflexible_checkbox") == "1":
        return [_boxes(work, question, rows, columns)]
    shared = cell(work, question)
    made_rows = rows_of(work, question, rows)
    heads = rows_of(work, question, columns)
    for row in rows:
        for column in columns:
            own = f"{name}_{row.ours}_{column.ours}"
            kind = "number" if shared["type"] == "number" else "text"
            work.register(question, f"{row.code}_{column.code}", Target(kind, own), own)
    made = {"name": name, "type": "matrix_fields", "rows": made_rows, "columns": [{**head, **shared} for head in heads]}
    return [_random_rows(work, made)]


def cell(work: Work, question: Question) -> Plain:
    """What all cells have: texts with their length, or numbers with their limits (1 to 10 when LimeSurvey shows a list)."""
    longest = work.number_of("maximum_chars")
    if question.type == ";" and work.attribute("numbers_only") != "1":
        return {"type": "short_text", **({"max_length": int(longest)} if longest and 1 <= longest <= 2000 else {})}
    boxes = question.type == ";" or work.attribute("input_boxes") == "1"
    low, high = work.number_of("multiflexible_min"), work.number_of("multiflexible_max")
    step = work.number_of("multiflexible_step")
    if not boxes:
        low = 1 if low is None and not work.attribute("multiflexible_min") else low
        high = 10 if high is None and not work.attribute("multiflexible_max") else high
    if low is not None and high is not None and low > high:
        work.unsaid("multiflexible_min", f"{low} > {high}")
        low = high = None
    fraction = boxes or any(value is not None and value != int(value) for value in (low, high, step))
    cell: Plain = {"type": "number", "decimals": 6 if fraction else 0}
    for key, value in (("min", low), ("max", high)):
        if value is not None:
            cell[key] = value
            if work.attribute(f"multiflexible_{key}"):
                work.said(f"multiflexible_{key}", value)
    return cell


def _boxes(work: Work, question: Question, rows: list[Item], columns: list[Item]) -> Plain:
    name = question.name
    made_rows = rows_of(work, question, rows)
    heads = rows_of(work, question, columns)
    for row in rows:
        for column in columns:
            target = Target("option", f"{name}_{row.ours}", option=column.ours, on=frozenset({"1"}))
            work.register(question, f"{row.code}_{column.code}", target)
    return _random_rows(work, {"name": name, "type": "matrix_multiple", "rows": made_rows, "choices": heads})
