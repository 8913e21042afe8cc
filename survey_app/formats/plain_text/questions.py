"""A question of the text as part of a definition. Texts are plain here; languages come later."""

import re
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.plain_text import answers, deciding, kinds, marks, tags, tongues
from survey_app.formats.plain_text.blocks import Block
from survey_app.formats.plain_text.deciding import MAX_FIELDS, YES_NO, Decision
from survey_app.formats.plain_text.gathering import gather
from survey_app.formats.plain_text.lines import flat
from survey_app.formats.plain_text.material import Answer, Material
from survey_app.formats.plain_text.parsed import Remark

MAX_CHOICES, MAX_ROWS, MAX_COLUMNS = 5_000, 200, 50
_CORNERS = frozenset(
    ("项目", "题目", "内容", "评价项目", "评价内容", "指标", "item", "items", "aspect", "statement", "question")
)
"""Words over the rows of a table that say nothing."""
_POINTS_OF_QUESTION = re.compile(r"[\s(\[]*([0-9]{1,3})\s?分\s?[)\]]?\s?$")
_POINTS_BEHIND = re.compile(r"[\s(]([0-9]{1,3})\s?分\)?$")
_OF_WORDS = {"slider": kinds.slider, "file": kinds.file, "region": kinds.region}
_WITH_CHOICES = ("single_choice", "multiple_choice", "dropdown")


@dataclass(slots=True)
class Made:
    """The question made of one block and what is to be said about it."""

    block: Block
    material: Material
    decision: Decision
    questions: list[dict[str, Any]]
    remarks: list[Remark]
    alternatives: tuple[str, ...]
    codes: dict[str, str | int] = field(default_factory=dict)


def make(block: Block, chosen: str, *, tagged: bool, starred: bool) -> Made:
    """The question in a block. `tagged`, `starred`: whether the text uses type tags, or marks required questions."""
    found = gather(block)
    decision = deciding.decide(found, chosen)
    if decision.type not in ("text_fields", "number") or decision.type == "number" and found.in_stem:
        stem = found.stem if decision.reason == "asks_place" else found.whole or found.stem
        found.stem, found.fields, found.unit = stem, found.fields[found.in_stem :], ""
    made = Made(block, found, decision, [], [], deciding.alternatives(found, block))
    _build(made)
    _tell_the_tag(made)
    _keep_the_rest(made)
    required = found.marks.required
    if required is None:
        required = tagged and not starred and decision.type not in ("note", "section")
    for question in made.questions:
        if required and question["type"] not in ("note", "section"):
            question["required"] = True
        if found.hints and question is made.questions[0]:
            question["hint"] = "\n".join(found.hints)
    return made


def _possible(made: Made) -> str:
    """The type that the material has enough for: a table has rows, a ranking not too many items."""
    found, kind, line = made.material, made.decision.type, made.block.line.number
    if kind.startswith("matrix") and not found.rows and not found.options:
        made.remarks.append(Remark("no_rows", line))
        if kind == "matrix":
            return "rating"
        found.options += [Answer(column, line) for column in found.columns]
        found.columns.clear()
        return "text_fields" if kind == "matrix_fields" else "multiple_choice"
    if kind == "ranking" and len(found.options or found.rows) > kinds.MOST_ITEMS:
        made.remarks.append(Remark("too_many_to_rank", line, {"limit": kinds.MOST_ITEMS}, "changed"))
        return "multiple_choice"
    return kind


def _build(made: Made) -> None:
    found, kind = made.material, _possible(made)
    tag = found.marks.tag
    if kind in _WITH_CHOICES:
        made.questions = [_choosing(made, kind)]
    elif kind in ("rating", "nps"):
        made.questions = [_scale(made, kind)]
    elif kind == "matrix":
        made.questions = [_matrix(made)]
    elif kind == "matrix_multiple":
        choices = _column_choices(made)
        made.questions = [kinds.several_per_row(found, _rows(made, kinds.MOST_CELLS // len(choices)), choices)]
    elif kind == "matrix_fields":
        numbers = tag == "matrix_number" or not found.columns and not found.cells
        rows = _rows(made, kinds.MOST_CELLS // max(1, len(found.columns)))
        made.questions = [kinds.fields_per_row(found, rows, found.columns, numbers=numbers)]
    elif kind == "text_fields":
        made.questions = [_fields(made)]
    elif kind in ("ranking", "constant_sum"):
        made.questions = [_amounts(made) if kind == "constant_sum" else _ranking(made)]
    elif kind in _OF_WORDS:
        made.questions = [_OF_WORDS[kind](found)]
    else:
        made.questions = [_plain(made, kind)]


def _tell_the_tag(made: Made) -> None:
    """What became of a tag without an equal, and of lines that only the author sees."""
    said, line = made.material.marks, made.block.line.number
    if made.decision.sure != "chosen" and (said.tag == "place" or tags.is_nearest(said.tag_word)):
        code = "place_as_text" if said.tag == "place" else "tag_nearest"
        made.remarks.append(Remark(code, line, {"tag": said.tag_words}, "changed"))
    for code, at, words in made.material.dropped:
        made.remarks.append(Remark(code, at, {"text": words[:40]}, "lost"))


def _choosing(made: Made, kind: str) -> dict[str, Any]:
    found, several = made.material, kind == "multiple_choice"
    options = found.options or found.rows or [Answer(label, made.block.line.number) for label in found.fields]
    if not options:
        options = _placeholders(made)
    if len(options) > MAX_CHOICES:
        for option in options[MAX_CHOICES:]:
            made.remarks.append(Remark("too_many_options", option.line, {"limit": MAX_CHOICES}, "lost"))
        options = options[:MAX_CHOICES]
    question: dict[str, Any] = {"type": kind, "text": found.stem, "choices": _choices(made, options, several)}
    if several and found.marks.most is not None and 1 <= found.marks.most < len(options):
        question["max"] = found.marks.most
    if several and found.marks.least is not None and found.marks.least <= (found.marks.most or len(options)):
        question["min"] = found.marks.least
    _score(found, options, question["choices"])
    question["text"] = found.stem
    if made.decision.reason == "levels_descending":
        ranked = [c for c in question["choices"] if "missing" not in c]
        for index, choice in enumerate(ranked):
            choice["score"] = float(len(ranked) - index)
    return question


def _score(found: Material, options: list[Answer], choices: list[dict[str, Any]]) -> None:
    """Points of answers: said of each, or one for the right answer of an examination (or as many as the question says)."""
    right = any(option.right for option in options)
    said = (
        _POINTS_OF_QUESTION.search(flat(found.stem)[-20:])
        if right or found.marks.tag_word[:2] in ("考试", "测试")
        else None
    )
    if said:
        found.stem = found.stem[: max(len(found.stem) - 20, 0) + said.start()].strip() or found.stem
    for option, choice in zip(options, choices, strict=True):
        if option.score is not None:
            choice["score"] = option.score
        elif right:
            choice["score"] = (float(said[1]) if said else 1.0) if option.right else 0.0
        elif "评分" in found.marks.tag_words and (points := _POINTS_BEHIND.search(flat(choice["text"])[-12:])):
            choice["score"] = float(points[1])


def _placeholders(made: Made) -> list[Answer]:
    line = made.block.line.number
    english = not tongues.has_chinese(made.material.stem)
    reason = made.decision.reason
    if preset := tags.PRESETS.get(made.material.marks.tag_word):
        pair = list(preset)
    elif made.material.marks.tag == "judge":
        pair = ["True", "False"] if english else ["对", "错"]
    elif reason == "asks_yes_no" or YES_NO.search(flat(made.material.stem)):
        pair = ["Yes", "No"] if english else ["是", "否"]
    else:
        pair = ["Option 1", "Option 2"] if english else ["选项 1", "选项 2"]
    said = {"first": "”、“".join(pair[:-1]), "second": pair[-1]}
    made.remarks.append(Remark("options_added", line, said))
    return [Answer(words, line) for words in pair]


def _choices(made: Made, options: list[Answer], several: bool) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    seen: dict[str, int] = {}
    has_other = False
    for number, option in enumerate(options, start=1):
        choice = answers.choice(option.text, number, several=several, has_other=has_other)
        has_other = has_other or "other" in choice
        if option.text in seen:
            made.remarks.append(
                Remark("same_option", option.line, {"text": option.text[:40], "first": seen[option.text]})
            )
        seen.setdefault(option.text, option.line)
        made.codes[option.text] = made.codes.get(option.text, str(number))
        found.append(choice)
    return found


def _scale(made: Made, kind: str) -> dict[str, Any]:
    found = made.material
    options, labels = found.texts, dict(found.marks.labels)
    question: dict[str, Any] = {"type": kind, "text": found.stem}
    low, high = found.marks.low, found.marks.high
    words: list[str] = []
    if options and kind == "rating":
        if len(options) > 3 and answers.is_unknown(tongues.main_side(options[-1])):
            question["unsure"] = options[-1]
            options = options[:-1]
        low, high, words = _points(options)
    elif options:
        points = answers.numbers(options)
        low, high, words = (points[0][0], points[0][-1], points[1]) if points else (0, 10, ["", ""])
    if low is None or high is None or kind == "nps":
        low, high = (0, 10) if kind == "nps" else (1, 5)
    if not 2 <= high - low + 1 <= 11:
        low, high = (0, 10) if high - low >= 10 else (1, 5)
    words = [*words, *[""] * 11]
    words = [words[n - low] or labels.get(n, "") for n in range(low, high + 1)]
    _say_ends(made, question, low, high, words)
    for index, option in enumerate(found.options[: high - low + 1]):
        made.codes[option.text] = low + index
    if kind == "rating":
        question["points"], question["start"] = high - low + 1, low
        if found.marks.stars or "星" in found.stem:
            question["style"] = "stars"
    return question


def _points(options: list[str]) -> tuple[int, int, list[str]]:
    """(first, last, words of each point) of a scale whose points stand one per line."""
    options = options[:11] if len(options) > 11 else options
    if len(options) < 2:
        return 1, 5, [*options, "", "", "", ""]
    if points := answers.numbers(options):
        return points[0][0], points[0][-1], points[1]
    if answers.direction([tongues.main_side(option) for option in options]) == -1:
        options = options[::-1]
    return 1, len(options), list(options)


def _say_ends(made: Made, question: dict[str, Any], low: int, high: int, words: list[str]) -> None:
    """Words for all points, or for the two ends; other words are told as not kept."""
    n = high - low + 1
    words = (words + [""] * n)[:n]
    if question["type"] == "rating" and all(words):
        question["labels"], question["style"] = words, "labels"
        return
    for key, text in (("low", words[0]), ("high", words[-1])):
        if text:
            question[key] = text
    inner = [text for text in words[1:-1] if text]
    if inner:
        made.material.hints.append("；".join(f"{low + i} = {text}" for i, text in enumerate(words) if text))
        made.remarks.append(Remark("inner_labels", made.block.line.number, {}, "changed"))


def _rows(made: Made, most: int = MAX_ROWS) -> list[Answer]:
    rows, most = made.material.rows or made.material.options, max(1, min(most, MAX_ROWS))
    for row in rows[most:]:
        made.remarks.append(Remark("too_many_rows", row.line, {"limit": most}, "lost"))
    return rows[:most]


def _matrix(made: Made) -> dict[str, Any]:
    found = made.material
    question: dict[str, Any] = {"type": "matrix", "text": found.stem}
    question["rows"] = [{"code": str(i), "text": row.text} for i, row in enumerate(_rows(made), start=1)]
    columns, line = list(found.columns), made.block.line.number
    reversed_ = "反向" in found.marks.tag_word and len(columns) > 1
    points = answers.numbers(columns) if len(columns) > 1 and not reversed_ else None
    main = [tongues.main_side(column) for column in columns]
    unsure = columns[-1] if len(columns) > 3 and answers.is_unknown(main[-1]) else ""
    scale = columns[:-1] if unsure else columns
    if points and points[0][-1] <= 10:
        question |= {"points": len(columns), "start": points[0][0]}
        _say_ends_of_matrix(question, points[1])
    elif len(columns) == 1 and (span := marks.range_in(columns[0])) and span[1] - span[0] <= 10:
        question |= {"points": span[1] - span[0] + 1, "start": span[0]}
    elif (
        not reversed_
        and 2 <= len(scale) <= 11
        and (
            answers.direction(main[: len(scale)]) == 1
            or found.marks.tag == "matrix_scale"
            and answers.direction(main) == 0
        )
    ):
        question |= {"points": len(scale), "labels": scale, "style": "labels"} | ({"unsure": unsure} if unsure else {})
    elif len(columns) >= 2:
        question["choices"] = _columns(made, columns)
    else:
        low, high = (found.marks.low, found.marks.high) if found.marks.has_range else (1, 5)
        if low is None or high is None or high - low > 10:
            low, high = 1, 5
        if not found.marks.has_range:
            made.remarks.append(Remark("no_columns", line))
        question |= {"points": high - low + 1, "start": low}
        _say_ends_of_matrix(question, [found.marks.labels.get(n, "") for n in range(low, high + 1)])
    return question


def _say_ends_of_matrix(question: dict[str, Any], words: list[str]) -> None:
    if all(words):
        question["labels"], question["style"] = words, "labels"
        return
    question |= {key: text for key, text in (("low", words[0]), ("high", words[-1])) if text}


def _columns(made: Made, columns: list[str]) -> list[dict[str, Any]]:
    line = made.block.line.number
    if len(columns) > MAX_COLUMNS:
        made.remarks.append(Remark("too_many_columns", line, {"limit": MAX_COLUMNS}, "lost"))
    found = []
    for number, column in enumerate(columns[:MAX_COLUMNS], start=1):
        choice = answers.choice(column, number, several=False, has_other=True)
        found.append(choice)
    if "反向" in made.material.marks.tag_word or answers.direction(list(map(tongues.main_side, columns))) == -1:
        for index, choice in enumerate(found):
            choice["score"] = float(len(found) - index)
    return found


def _ranking(made: Made) -> dict[str, Any]:
    return kinds.ranking(made.material, _choosing(made, "multiple_choice")["choices"])


def _amounts(made: Made) -> dict[str, Any]:
    found, line = made.material, made.block.line.number
    labels = found.options or found.rows or [Answer(label, line) for label in found.fields] or _placeholders(made)
    for label in labels[kinds.MOST_ITEMS :]:
        made.remarks.append(Remark("too_many_options", label.line, {"limit": kinds.MOST_ITEMS}, "lost"))
    return kinds.amounts(found, [label.text for label in labels[: kinds.MOST_ITEMS]])


def _column_choices(made: Made) -> list[dict[str, Any]]:
    line, marks_ = made.block.line.number, made.material.marks
    columns = made.material.columns or [str(n) for n in range(marks_.low or 1, (marks_.high or 5) + 1)]
    if len(columns) > MAX_COLUMNS:
        made.remarks.append(Remark("too_many_columns", line, {"limit": MAX_COLUMNS}, "lost"))
    return _choices(made, [Answer(column, line) for column in columns[:MAX_COLUMNS]], True)


def _fields(made: Made) -> dict[str, Any]:
    found, line = made.material, made.block.line.number
    rows = _rows(made) if found.rows else []
    labels = [row.text for row in rows] or found.fields or found.texts
    labels = labels + found.texts if found.fields and found.texts and not rows else labels
    if not labels:
        labels = [found.stem]
    if len(labels) > MAX_FIELDS:
        made.remarks.append(Remark("too_many_fields", line, {"limit": MAX_FIELDS}, "lost"))
    return {"type": "text_fields", "text": found.stem, "fields": _items(labels)}


def _items(labels: list[str]) -> list[dict[str, Any]]:
    return [{"code": str(i), "text": label} for i, label in enumerate(labels[:MAX_FIELDS], start=1)]


def _plain(made: Made, kind: str) -> dict[str, Any]:
    """Types without answers of their own."""
    found = made.material
    question: dict[str, Any] = {"type": kind, "text": found.stem}
    if kind == "short_text" and found.marks.tag_word in tags.PATTERNS:
        question["pattern"] = tags.PATTERNS[found.marks.tag_word]
    if kind == "number":
        if found.marks.has_range:
            question["min"], question["max"] = float(found.marks.low or 0), float(found.marks.high or 0)
        if found.unit:
            question["unit"] = found.unit
    return question


def _unused(made: Made) -> list[str]:
    """The words below a question that its type has no room for."""
    found, kind = made.material, made.questions[0]["type"]
    rows, options = [row.text for row in found.rows], found.texts
    taken: set[str] = {"rows", "columns", "range"} if found.rows else {"options", "range"}
    if kind in (*_WITH_CHOICES, "ranking", "constant_sum"):
        taken = {"options"} if options else {"rows"} if rows else {"fields"}
    elif kind in ("rating", "nps"):
        taken = {"options", "range"}
    elif kind == "text_fields":
        taken = {"rows"} if rows else {"fields", "options"}
    elif kind not in ("matrix", "matrix_multiple", "matrix_fields"):
        taken = {"range"} if kind in ("number", "slider") else set()
    left = [] if "rows" in taken else rows
    left += [] if "columns" in taken else found.columns
    left += [] if "options" in taken else options
    left += [] if "fields" in taken else [label for label in found.fields if label not in made.questions[0]["text"]]
    if len(found.columns) == 1 and "columns" in taken and marks.range_in(found.columns[0]) is None:
        left += found.columns
    if found.marks.has_range and "range" not in taken:
        left.append(f"{found.marks.low}–{found.marks.high}")
    said = str(made.questions)
    left += [f"{number} = {words}" for number, words in sorted(found.marks.labels.items()) if words not in said]
    return left


def _keep_the_rest(made: Made) -> None:
    """What the type has no room for stays as a hint (in a note: as text), and that is told."""
    found, question = made.material, made.questions[0]
    left = _unused(made)
    if found.corner and not found.rows:
        left.append(found.corner)
    elif found.corner:
        usual = found.corner.lower() in _CORNERS
        words = {"text": found.corner}
        made.remarks.append(Remark("corner", made.block.line.number, words, "check" if usual else "lost"))
    if question["type"] in ("note", "section") and len(made.questions) == 1:
        question["text"] = "\n".join([question["text"], *found.hints, *left])
        found.hints.clear()
    elif left:
        found.hints += left
        made.remarks.append(Remark("lines_as_hint", made.block.line.number, {"n": len(left)}, "changed"))
