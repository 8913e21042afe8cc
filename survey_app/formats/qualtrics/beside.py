"""Side by side: several columns of one list of rows, each a question of its own in the source."""

import copy
from typing import Any

from survey_app.formats.qualtrics import checking, choosing, grids, validation
from survey_app.formats.qualtrics.item import Item
from survey_app.formats.qualtrics.reading import dig, entries, is_on, mapping, text_of
from survey_app.formats.qualtrics.source import RULE_KEYS
from survey_app.formats.qualtrics.work import Asked, Made
from survey_app.questionnaire.question_types.tables import MAX_CELLS

MOST_CHOICES = 50
"""Longer lists in a column make the table hard to answer: they become matrices of their own."""


def side_by_side(item: Item) -> Made:
    """SBS: columns of lists and texts as one matrix; with several answers or rules, a matrix per column."""
    columns = [(key, part) for key, part in entries(item.payload.get("AdditionalQuestions")) if isinstance(part, dict)]
    simple = all(
        text_of(part.get("SubSelector")) != "MultipleAnswer"
        and not any(mapping(part.get(key)) for key in RULE_KEYS)
        and text_of(part.get("Selector")) in ("Likert", "TE")
        and text_of(dig(part, "Validation", "Settings", "Type")) != validation.CUSTOM
        for _, part in columns
    )
    answers = [sum(1 for _ in entries(part.get("Answers"))) for _, part in columns]
    small = max(answers, default=0) <= MOST_CHOICES and sum(answers) * len(item.listed()) <= MAX_CELLS
    ruled = any(
        mapping(dig(entry, key))
        for _, part in columns
        for _, entry in entries(part.get("Answers"))
        for key in RULE_KEYS
    )
    if columns and simple and small and not ruled:
        return _as_fields(item, columns)
    return _as_grids(item, columns)


def _part(item: Item, key: str, part: dict[str, Any]) -> Item:
    """One column as a question of its own, with the rows of the whole and its translations."""
    language = {
        code: {**mapping(translated), **mapping(dig(translated, "AdditionalQuestions", key))}
        for code, translated in mapping(item.payload.get("Language")).items()
    }
    payload = {**part, "Choices": item.payload.get("Choices"), "ChoiceOrder": item.payload.get("ChoiceOrder")}
    payload |= {"Language": language, "QuestionType": "Matrix"}
    made = Item(item.work, item.words, item.rules, f"{item.qid}#{key}", payload, f"{item.wanted}_{key}")
    made.carried = item.carried
    return made


def _as_fields(item: Item, columns: list[tuple[str, dict[str, Any]]]) -> Made:
    codes = item.row_codes(item.listed())
    places = _column_places(item, columns)
    typed = [row for row, entry in item.listed() if is_on(entry.get("TextEntry"))]
    parts = [f"{row}_{code}" for row in codes.values() for code in places.values()]
    parts += [f"{codes[row]}_text" for row in typed]
    name = item.work.name(item.wanted, item.qid, parts)
    whole_asked, cells = Asked(name, "none"), []
    required = item.required
    for key, part in columns:
        inner = _part(item, key, part)
        asked = Asked(name, "none", cell="text")
        required = inner.required or required
        if text_of(part.get("Selector")) == "TE":
            kind = grids.cell_kind(inner)
            asked.cell = "number" if kind["type"] == "number" else "text"
            answers = inner.listed("Answers") or [("1", {})]
            for column, _ in answers:
                code = places[(key, column)]
                label = _joined(inner.text("QuestionText"), inner.display("Answers", column, ""), len(answers) > 1)
                cells.append({"code": code, "text": label or {item.work.building.languages[0]: code}, **kind})
                asked.cells |= {(row, column): f"{name}_{codes[row]}_{code}" for row in codes}
        else:
            choices = grids.columns_of(inner, asked, several=False)
            code, asked.cell = places[(key, "")], "single"
            label = inner.text("QuestionText", spare=code)
            cells.append({"code": code, "text": label, "type": "dropdown", "choices": choices})
            asked.rows = {row: f"{name}_{codes[row]}_{code}" for row in codes}
        item.work.asked[inner.qid] = asked
        item.notes += inner.notes
        item.work.building.kept("question", inner.qid, inner.type, name)
    rows = grids.rows_of(item, whole_asked, codes)
    for key, _ in columns:
        item.work.asked[f"{item.qid}#{key}"].offered |= whole_asked.offered
    question = {
        "name": name,
        "type": "matrix_fields",
        "text": item.text("QuestionText"),
        "rows": rows,
        "columns": cells,
    }
    made = Made([{**question, "required": required}], whole_asked)
    choosing.add_row_texts(item, made, typed, codes, name)
    return made


def _column_places(item: Item, columns: list[tuple[str, dict[str, Any]]]) -> dict[tuple[str, str], str]:
    """(column of the source, answer) -> code; a column of lists is one, a column of texts one per answer."""
    found: dict[tuple[str, str], str] = {}
    for key, part in columns:
        answers = _part(item, key, part).listed("Answers") if text_of(part.get("Selector")) == "TE" else [("", {})]
        for column, _ in answers or [("1", {})]:
            found[(key, column)] = f"{key}_{column}" if len(answers) > 1 else key
    made = item.work.codes({str(index): code for index, code in enumerate(found.values())}, f"{item.qid} / columns")
    return dict(zip(found, made.values(), strict=True))


def _joined(heading: dict[str, str], label: dict[str, str], several: bool) -> dict[str, str]:
    if not several:
        return heading or label
    return {key: ": ".join(t for t in (heading.get(key, ""), label.get(key, "")) if t) for key in {**heading, **label}}


def _without_text(choices: Any) -> dict[str, Any]:
    return {key: {**e, "TextEntry": "false"} if isinstance(e, dict) else e for key, e in entries(choices)}


def _as_grids(item: Item, columns: list[tuple[str, dict[str, Any]]]) -> Made:
    heading = item.work.name(f"{item.wanted}_heading", item.qid)
    made = Made([{"name": heading, "type": "note", "text": item.text("QuestionText")}], Asked(heading, "none"))
    for key, part in columns:
        inner = _part(item, key, part)
        if len(made.questions) > 1:  # what is typed beside a row is asked with the first column
            inner.payload = {**inner.payload, "Choices": _without_text(inner.payload.get("Choices"))}
        one = grids.matrix(inner)
        checking.check_answers(inner, one)
        rule = inner.offered("AdditionalQuestions", key, part)
        if isinstance(rule, dict):
            for question in one.questions:
                own = question.get("show_if")
                question["show_if"] = {"all": [rule, own]} if own else copy.deepcopy(rule)
        inner.tell_part("AdditionalQuestions", key, part, rule, split=True)
        one.asked.shown = rule
        made.questions += one.questions
        made.asked.offered |= one.asked.offered
        item.notes += inner.notes
        item.work.asked[inner.qid] = one.asked
        if len(one.questions) > 1:
            count = len(one.questions)
            item.work.building.changed(
                "question", inner.qid, inner.type, "split", one.questions[0]["name"], count=count
            )
        else:
            item.work.building.kept("question", inner.qid, inner.type, one.questions[0]["name"])
    return made
