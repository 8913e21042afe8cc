"""Matrices: rows on one set of columns, with one answer, several, or a text per cell."""

import copy
from collections.abc import Mapping
from typing import Any

from survey_app.formats.qualtrics import checking, choosing, validation
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import dig, is_on, mapping, text_of
from survey_app.formats.qualtrics.work import Asked, Made
from survey_app.questionnaire.question_types.tables import MAX_CELLS
from survey_app.questionnaire.texts import MAX_GRAPHEMES

_LONGEST = {"Short": 100, "Medium": 200, "Long": 1_000, "Essay": MAX_GRAPHEMES, "ML": MAX_GRAPHEMES}
MOST_COLUMNS, MOST_ROWS = 50, 200
Listed = list[tuple[str, dict[str, Any]]]


def matrix(item: Item) -> Made:
    """Matrix of every selector."""
    selector, sub = (text_of(item.payload.get(key)) for key in ("Selector", "SubSelector"))
    if selector == "Profile":
        return _profile(item)
    if selector in ("TE", "CS", "RO"):
        return typed(item)
    several = sub == "MultipleAnswer" or len(item.listed("Answers")) < 2
    made = _on_choices(item, several=several and selector != "MaxDiff")
    if selector == "MaxDiff" and made.questions[0]["type"] == "matrix":
        checking.best_and_worst(item, made.questions[0])
    elif selector == "MaxDiff":
        item.note("Selector", "MaxDiff", "max_diff")
    return made


def hot_spot(item: Item) -> Made:
    """HotSpot: the regions of a picture as choices, or as rows where each is liked or not. Rules about it are not known."""
    made = (
        matrix(item)
        if text_of(item.payload.get("Selector")) == "LikeDislike"
        else choosing.offering(item, "multiple_choice")
    )
    item.work.building.lost(
        "setting", f"{item.qid} / GraphicID", text_of(item.payload.get("GraphicID")), "media", made.asked.name
    )
    made.asked = Asked(made.asked.name)
    return made


def columns_of(
    item: Item, asked: Asked, *, several: bool, spare: Mapping[str, str] | None = None
) -> list[dict[str, Any]]:
    """The columns as choices, with recodes, exclusive ones, and points where every row gives the same."""
    listed = item.listed("Answers")
    codes = item.codes(listed, "Answers")
    asked.codes, asked.values = dict(codes), item.recodes()
    values, points = item.numbers(codes, "Answers"), _points(item, several)
    made = []
    for index, (column, entry) in enumerate(listed, 1):
        label = item.display("Answers", column, (spare or {}).get(column, str(index)))
        one: dict[str, Any] = {"code": codes[column], "text": label}
        if column in values:
            one["value"] = values[column]
        if column in points:
            one["score"] = points[column]
        if is_on(entry.get("ExclusiveAnswer")) and several:
            one["exclusive"] = True
        item.rule_part(asked, "Answers", column, entry, one)
        made.append(one)
    return made or [{"code": "1", "text": {item.work.building.languages[0]: "1"}}]


def _points(item: Item, several: bool) -> dict[str, float]:
    grades = item.grades(item.work.category)
    found: dict[str, set[float]] = {}
    for (_, column), points in grades.items():
        found.setdefault(column, set()).add(points)
    same = {column: next(iter(points)) for column, points in found.items() if column and len(points) == 1}
    fits = len(same) == len(found) and not several
    return same if fits else dict[str, float]()


def rows_of(item: Item, asked: Asked, codes: Mapping[str, str]) -> list[dict[str, Any]]:
    """The rows with their rules."""
    rows = []
    for row, entry in item.listed():
        part: dict[str, Any] = {"code": codes[row], "text": item.display("Choices", row, codes[row])}
        item.rule_part(asked, "Choices", row, entry, part)
        rows.append(part)
    return rows


def _typed_rows(item: Item) -> list[str]:
    return [row for row, entry in item.listed() if is_on(entry.get("TextEntry"))]


def _random_rows(item: Item) -> bool:
    kind = text_of(dig(item.payload, "Randomization", "Type"))
    if kind not in ("", "None"):
        ours = kind.lower() in ("all", "advanced", "subset")
        if ours and kind == "All":
            item.work.building.kept("setting", f"{item.qid} / Randomization", kind)
        elif ours:
            item.work.building.changed("setting", f"{item.qid} / Randomization", kind, "random_all")
        else:
            item.work.building.lost("setting", f"{item.qid} / Randomization", kind, "setting_lost")
        return ours
    if (columns := text_of(dig(item.payload, "AnswerRandomization", "Type"))) not in ("", "None"):
        item.work.building.lost("setting", f"{item.qid} / AnswerRandomization", columns, "setting_lost")
    return False


def _on_choices(item: Item, *, several: bool) -> Made:
    listed = item.listed()
    codes = item.row_codes(listed)
    columns = [text_of(column) for column, _ in item.listed("Answers")]
    inner = [f"{code}_{column}" for code in codes.values() for column in columns] if several else []
    parts = [*codes.values(), *inner, *(f"{codes[row]}_text" for row in _typed_rows(item))]
    name = item.work.name(item.wanted, item.qid, parts)
    asked = Asked(name, "none", rows={row: f"{name}_{codes[row]}" for row, _ in listed})
    asked.cell = "multiple" if several else "single"
    choices = columns_of(item, asked, several=several)
    rows = rows_of(item, asked, codes)
    kind = "matrix_multiple" if several else "matrix"
    question: dict[str, Any] = {"name": name, "type": kind, "text": item.text("QuestionText"), "rows": rows}
    question["choices"] = choices
    if several:
        question |= validation.choice_bounds(item)
    else:
        validation.lost(item)
    if _random_rows(item):
        question["random_rows"] = True
    if hint := choosing.group_labels(item):
        question["hint"] = hint
    question["required"] = item.required
    made = Made([question], asked)
    large = len(choices) > MOST_COLUMNS or len(rows) > MOST_ROWS or (several and len(rows) * len(choices) > MAX_CELLS)
    if large or not rows:
        made = _apart(item, question, asked, "multiple_choice" if several else "single_choice")
    choosing.add_row_texts(item, made, _typed_rows(item), codes, name)
    return made


def _apart(item: Item, grid: dict[str, Any], asked: Asked, kind: str) -> Made:
    """One question per row, with the columns as choices: names and data stay as those of the matrix."""
    heading = f"{grid['name']}_heading"
    item.work.building.names.reserve(heading)
    made = Made([{"name": heading, "type": "note", "text": grid["text"]}], asked)
    keys: dict[str, Any] = {key: grid[key] for key in ("choices", "min", "max", "required") if key in grid}
    for row in grid["rows"]:
        variable = f"{grid['name']}_{row['code']}"
        question: dict[str, Any] = {"name": variable, "type": kind, "text": row["text"], **copy.deepcopy(keys)}
        if rule := row.get("show_if"):
            question["show_if"] = rule
        made.questions.append(question)
    return made


def _profile(item: Item) -> Made:
    """Every row has columns of its own: a question for each."""
    codes = item.row_codes(item.listed())
    name = item.work.name(item.wanted, item.qid, [*codes.values(), "heading"])
    asked = Asked(name, "none", rows={row: f"{name}_{code}" for row, code in codes.items()})
    made = Made([{"name": f"{name}_heading", "type": "note", "text": item.text("QuestionText")}], asked)
    for row, entry in item.listed():
        inner = mapping(dig(item.payload, "Answers", row))
        columns = item.work.codes({key: key for key in inner}, f"{item.qid} / Answers / {row}")
        choices = []
        for column, code in columns.items():
            place = f"{item.qid} / Answers / {row} / {column}"
            label = item.words.of(item.payload, ("Answers", row, column, "Display"), place, kind="choice", spare=code)
            item.work.building.kept("choice", place, next(iter(label.values())))
            choices.append({"code": code, "text": label})
            asked.cell_codes[(row, column)] = code
        question: dict[str, Any] = {"name": f"{name}_{codes[row]}", "type": "single_choice", "choices": choices}
        question |= {"text": item.display("Choices", row, codes[row]), "required": item.required}
        item.rule_part(asked, "Choices", row, entry, question, split=True)
        if choices:
            made.questions.append(question)
    return made


# --- texts and numbers in cells -----------------------------------------------------------------------------------------
def typed(item: Item) -> Made:
    """TE, CS and RO: a text or a number in every cell."""
    codes, columns = item.row_codes(item.listed()), item.listed("Answers")
    column_codes = item.codes(columns, "Answers") or {"1": "1"}
    parts = [f"{row}_{column}" for row in codes.values() for column in column_codes.values()]
    name = item.work.name(item.wanted, item.qid, [*parts, *codes.values()])
    kind = cell_kind(item)
    asked = Asked(name, "none", cell="number" if kind["type"] == "number" else "text")
    asked.cells = {
        (row, column): f"{name}_{code}_{inner}" for row, code in codes.items() for column, inner in column_codes.items()
    }
    if len(column_codes) == 1:
        asked.texts = {row: variable for (row, _), variable in asked.cells.items()}
    rows, cells = rows_of(item, asked, codes), []
    for column, entry in columns:  # columns of typed cells are always there
        asked.offered[f"column {column}"] = item.offered("Answers", column, entry)
        item.tell_part("Answers", column, entry, True if asked.offered[f"column {column}"] is True else None)
    for index, (column, code) in enumerate(column_codes.items(), 1):
        spare = item.display("Answers", column, str(index)) if columns else {item.work.building.languages[0]: "1"}
        cells.append({"code": code, "text": spare, **kind})
    question: dict[str, Any] = {"name": name, "type": "matrix_fields", "text": item.text("QuestionText")}
    question |= {"rows": rows, "columns": cells, "required": item.required}
    if _random_rows(item):
        question["random_rows"] = True
    made = Made([question], asked)
    choosing.add_row_texts(item, made, _typed_rows(item), codes, name)
    return made


def cell_kind(item: Item) -> dict[str, Any]:
    """Type and limits of the cells."""
    selector, sub = (text_of(item.payload.get(key)) for key in ("Selector", "SubSelector"))
    if selector in ("CS", "RO"):
        validation.lost(item)
        return {"type": "number", "decimals": 0 if selector == "RO" else 6}
    limits = validation.text_limits(item)
    if limits.get("type") == "number":
        return limits
    if pattern := limits.get("matches"):
        item.work.building.lost("validation", f"{item.qid} / Validation", pattern, "validation_lost")
    longest = limits.get("max_length") or _LONGEST.get(sub, 200)
    return {"type": "short_text", "max_length": longest}
