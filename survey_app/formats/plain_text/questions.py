"""What type a question is and why, and the question itself as part of a definition.

Texts are plain here; languages come later.
"""

import re
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.plain_text import answers, marks, tongues
from survey_app.formats.plain_text.blocks import PART, SKIP, Block
from survey_app.formats.plain_text.lines import flat
from survey_app.formats.plain_text.material import TEXT_TAGS, Answer, Material, gather
from survey_app.formats.plain_text.parsed import Remark, Sure

MAX_CHOICES, MAX_ROWS, MAX_FIELDS, MAX_COLUMNS = 5_000, 200, 50, 50
_RECOMMEND = re.compile(r"推荐|介绍给|recommend", re.IGNORECASE)
_OPEN = re.compile(
    "建议|意见|原因|理由|为什么|为何|描述|说说|谈谈|想法|看法|感受|评价一下|改进|补充|简述|如何看|why|describe|comment|suggest|"
    "opinion|tell us|improve|feedback|explain",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"多少(?:岁|次|元|个|人|天|年|钱|小时|分钟|种|家|公里)|几(?:次|个|人|岁|天|年|种|口人|家)(?:[?。]|$)|年龄|岁数|"
    r"how many|how old|how much|number of|your age",
    re.IGNORECASE,
)
_DATE = re.compile(r"(?:哪一?天|日期|年月日|几月几[日号])|\bwhat date|\bwhich day|\bdate of", re.IGNORECASE)
_TIME = re.compile(r"几点|什么时刻|what time", re.IGNORECASE)
_YES_NO = re.compile(
    r"是否|有没有|是不是|会不会|能不能|愿不愿意|有无|^(?:do|did|does|have|has|had|are|is|was|were|would|will|can|could) ",
    re.IGNORECASE,
)
_WITH_CHOICES = ("single_choice", "multiple_choice", "dropdown")


@dataclass(slots=True)
class Decision:
    """A type, how sure, and the reason."""

    type: str
    sure: Sure
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Made:
    """The questions made of one block (several only for a matrix that is taken apart) and what is to be said about them."""

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
    decision = decide(found, chosen)
    made = Made(block, found, decision, [], [], _alternatives(found, block))
    _build(made)
    required = found.marks.required
    if required is None:
        required = tagged and not starred and decision.type not in ("note", "section")
    for question in made.questions:
        if required and question["type"] not in ("note", "section"):
            question["required"] = True
        if found.hints and question is made.questions[0]:
            question["hint"] = "\n".join(found.hints)
    return made


# --- which type --------------------------------------------------------------------------------------------------------
def decide(found: Material, chosen: str) -> Decision:
    """The type of a question: chosen, stated by a tag, or guessed from its form and words."""
    if chosen:
        return Decision(chosen, "chosen", "chosen")
    if found.marks.tag:
        return _by_tag(found)
    if found.table and found.rows or found.rows and (found.columns or found.marks.has_range):
        return Decision("matrix", "likely", "table", {"rows": len(found.rows), "columns": len(found.columns)})
    if found.options:
        return _by_options(found)
    if found.marks.has_range and not found.fields:
        return _by_range(found)
    return _without_answers(found)


def _by_tag(found: Material) -> Decision:
    tag, values = found.marks.tag, {"tag": found.marks.tag_words}
    if tag == "scale":
        points = answers.numbers(found.texts)
        if found.marks.has_range or points:
            low, high = (points[0][0], points[0][-1]) if points else (found.marks.low or 0, found.marks.high or 0)
            recommends = _RECOMMEND.search(found.stem) is not None and (low, high) == (0, 10)
            kind = "nps" if recommends else "number" if high - low > 10 else "rating"
            return Decision(kind, "stated", "tag", values)
        kind = "rating" if not found.options or 2 <= len(found.options) <= 11 else "single_choice"
        if kind == "rating" and answers.direction([tongues.main_side(text) for text in found.texts]) == -1:
            return Decision("single_choice", "likely", "levels_descending", {"n": len(found.options)})
        return Decision(kind, "stated", "tag", values)
    if tag == "text":
        if found.fields and len(found.fields) > 1:
            return Decision("text_fields", "likely", "several_blanks", {"n": len(found.fields)})
        kind = "long_text" if _OPEN.search(found.stem) else "short_text"
        return Decision(kind, "stated", "tag", values)
    kind = {
        "judge": "single_choice", "ranking": "multiple_choice", "matrix_scale": "matrix", "matrix_text": "text_fields",
        "matrix_number": "text_fields", "slider": "number", "constant_sum": "text_fields", "file": "note",
        "place": "short_text",
    }.get(tag, tag)  # fmt: skip
    if tag == "single_choice" and found.marks.multiple and not found.marks.single:
        kind = "multiple_choice"
    return Decision(kind, "stated", "tag", values)


def _by_options(found: Material) -> Decision:
    n = len(found.options)
    texts = [tongues.main_side(text) for text in found.texts]
    if found.marks.multiple and not found.marks.single:
        return Decision("multiple_choice", "stated", "several_allowed")
    points = answers.numbers(found.texts)
    if points and 3 <= n <= 11 and (not all(points[1]) or answers.direction(points[1])):
        if (points[0][0], n) == (0, 11) and _RECOMMEND.search(found.stem):
            return Decision("nps", "likely", "recommend")
        return Decision("rating", "likely", "numbered_points", {"n": n})
    if found.marks.single:
        return Decision("single_choice", "stated", "one_allowed")
    scale = texts[:-1] if answers.is_unknown(texts[-1]) else texts
    if way := answers.direction(scale):
        if way == 1:
            return Decision("rating", "likely", "levels", {"n": len(scale)})
        return Decision("single_choice", "likely", "levels_descending", {"n": len(scale)})
    if marks.asks_for_several(found.stem):
        return Decision("multiple_choice", "likely", "which_ones")
    if found.squares and n > 3:
        return Decision("single_choice", "unsure", "boxes", {"n": n})
    if n > 15:
        return Decision("dropdown", "likely", "many_options", {"n": n})
    if n == 1:
        return Decision("single_choice", "unsure", "one_option")
    return Decision("single_choice", "unsure" if found.listed else "likely", "options_below", {"n": n})


def _by_range(found: Material) -> Decision:
    low, high = found.marks.low or 0, found.marks.high or 0
    if (low, high) == (0, 10) and _RECOMMEND.search(found.stem):
        return Decision("nps", "likely", "recommend")
    if high - low > 10:
        return Decision("number", "likely", "range", {"low": low, "high": high})
    return Decision("rating", "likely", "range", {"low": low, "high": high})


def _without_answers(found: Material) -> Decision:
    stem = flat(tongues.main_side(found.stem))
    if len(found.fields) > 1:
        return Decision("text_fields", "likely", "several_blanks", {"n": len(found.fields)})
    if found.unit:
        return Decision("number", "likely", "unit", {"unit": found.unit})
    if _DATE.search(stem):
        return Decision("date", "likely" if found.blanks else "unsure", "asks_date")
    if _TIME.search(stem):
        return Decision("time", "likely" if found.blanks else "unsure", "asks_time")
    if _NUMBER.search(stem):
        return Decision("number", "likely" if found.blanks else "unsure", "asks_number")
    if _OPEN.search(stem) or found.blanks > 1:
        return Decision("long_text", "likely", "asks_words")
    if found.blanks:
        return Decision("short_text", "likely", "blank")
    if _YES_NO.search(stem) and stem.rstrip(" .。").endswith("?"):
        return Decision("single_choice", "unsure", "asks_yes_no")
    return Decision("long_text" if stem.endswith("?") else "short_text", "unsure", "no_options")


def _alternatives(found: Material, block: Block) -> tuple[str, ...]:
    """Types a person may pick for this material, the likely ones first."""
    kinds: list[str] = []
    if found.rows:
        kinds += ["matrix", "matrix_multiple", "text_fields"]
    if found.options:
        n = len(found.options)
        kinds += ["single_choice", "multiple_choice", "dropdown"]
        kinds += ["rating"] if 2 <= n <= 11 else []
        kinds += ["nps"] if n == 11 or _RECOMMEND.search(found.stem) else []
        kinds += ["text_fields"] if n <= MAX_FIELDS else []
    elif not found.rows:
        kinds += ["text_fields"] if found.fields else []
        kinds += ["short_text", "long_text", "number", "date", "time", "rating", "nps", "single_choice", "consent"]
    kinds += ["note", "section"]
    if not block.numbered:
        kinds.append(PART)
    return (*dict.fromkeys(kinds), SKIP)


# --- the question ------------------------------------------------------------------------------------------------------
def _build(made: Made) -> None:
    found, kind, tag = made.material, made.decision.type, made.material.marks.tag
    line = made.block.line.number
    if kind == "matrix" and not found.rows and not found.options:
        kind = "rating"
        made.remarks.append(Remark("no_rows", line))
    if kind in _WITH_CHOICES:
        made.questions = [_choosing(made, kind)]
    elif kind in ("rating", "nps"):
        made.questions = [_scale(made, kind)]
    elif kind == "matrix":
        made.questions = [_matrix(made)]
    elif kind == "matrix_multiple":
        made.questions = _rows_of_choices(made)
    elif kind == "text_fields":
        made.questions = _fields(made)
    else:
        made.questions = [_plain(made, kind)]
    remark = {
        "ranking": "ranking_as_multiple", "constant_sum": "sum_as_fields", "file": "file_as_note", "place": "place_as_text",
        "matrix_number": "numbers_as_text",
    }.get(tag)  # fmt: skip
    if remark and made.decision.sure != "chosen":
        made.remarks.append(
            Remark(remark, line, {"tag": found.marks.tag_words}, "lost" if tag == "file" else "changed")
        )


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
    if made.decision.reason == "levels_descending":
        ranked = [c for c in question["choices"] if "missing" not in c]
        for index, choice in enumerate(ranked):
            choice["score"] = float(len(ranked) - index)
    return question


def _placeholders(made: Made) -> list[Answer]:
    line = made.block.line.number
    english = not tongues.has_chinese(made.material.stem)
    reason = made.decision.reason
    if made.material.marks.tag == "judge":
        pair = ["True", "False"] if english else ["对", "错"]
    elif reason == "asks_yes_no" or _YES_NO.search(flat(made.material.stem)):
        pair = ["Yes", "No"] if english else ["是", "否"]
    else:
        pair = ["Option 1", "Option 2"] if english else ["选项 1", "选项 2"]
    made.remarks.append(Remark("options_added", line, {"first": pair[0], "second": pair[1]}))
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
    _say_ends(made, question, low, high, words or [labels.get(n, "") for n in range(low, high + 1)])
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


def _rows(made: Made) -> list[Answer]:
    rows = made.material.rows or made.material.options
    if len(rows) > MAX_ROWS:
        for row in rows[MAX_ROWS:]:
            made.remarks.append(Remark("too_many_rows", row.line, {"limit": MAX_ROWS}, "lost"))
    return rows[:MAX_ROWS]


def _matrix(made: Made) -> dict[str, Any]:
    found = made.material
    question: dict[str, Any] = {"type": "matrix", "text": found.stem}
    question["rows"] = [{"code": str(i), "text": row.text} for i, row in enumerate(_rows(made), start=1)]
    columns, line = list(found.columns), made.block.line.number
    points = answers.numbers(columns) if len(columns) > 1 else None
    main = [tongues.main_side(column) for column in columns]
    unsure = columns[-1] if len(columns) > 3 and answers.is_unknown(main[-1]) else ""
    scale = columns[:-1] if unsure else columns
    if points and points[0][-1] <= 10:
        question |= {"points": len(columns), "start": points[0][0]}
        _say_ends_of_matrix(question, points[1])
    elif len(columns) == 1 and (span := marks.range_in(columns[0])) and span[1] - span[0] <= 10:
        question |= {"points": span[1] - span[0] + 1, "start": span[0]}
    elif 2 <= len(scale) <= 11 and (
        answers.direction(main[: len(scale)]) == 1 or found.marks.tag == "matrix_scale" and answers.direction(main) == 0
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
    if answers.direction([tongues.main_side(column) for column in columns]) == -1:
        for index, choice in enumerate(found):
            choice["score"] = float(len(found) - index)
    return found


def _heading(made: Made) -> dict[str, Any]:
    return {"type": "section", "text": made.material.stem, "part": "head"}


def _rows_of_choices(made: Made) -> list[dict[str, Any]]:
    """No matrix takes several answers per row: one multiple choice per row under a heading keeps texts and answers."""
    columns = [Answer(column, made.block.line.number) for column in made.material.columns]
    if not columns:
        columns = [
            Answer(f"{n}", made.block.line.number)
            for n in range(made.material.marks.low or 1, (made.material.marks.high or 5) + 1)
        ]
    made.remarks.append(Remark("matrix_taken_apart", made.block.line.number, {"n": len(_rows(made))}, "changed"))
    questions = [_heading(made)]
    for row in made.material.rows or made.material.options:
        questions.append(
            {"type": "multiple_choice", "text": row.text, "choices": _choices(made, columns, True), "part": "row"}
        )
    return questions[: MAX_ROWS + 1]


def _fields(made: Made) -> list[dict[str, Any]]:
    found, line = made.material, made.block.line.number
    rows = _rows(made) if found.rows else []
    if rows and len(found.columns) > 1:
        made.remarks.append(Remark("matrix_taken_apart", line, {"n": len(rows)}, "changed"))
        apart = [
            {"type": "text_fields", "text": row.text, "fields": _items(found.columns), "part": "row"} for row in rows
        ]
        return [_heading(made), *apart]
    labels = [row.text for row in rows] or found.fields or found.texts
    labels = labels + found.texts if found.fields and found.texts else labels
    if not labels:
        labels = [found.stem]
    if len(labels) > MAX_FIELDS:
        made.remarks.append(Remark("too_many_fields", line, {"limit": MAX_FIELDS}, "lost"))
    question: dict[str, Any] = {"type": "text_fields", "text": found.stem, "fields": _items(labels)}
    if found.marks.tag in ("constant_sum", "matrix_number"):
        for item in question["fields"]:
            item["pattern"] = "number"
    return [question]


def _items(labels: list[str]) -> list[dict[str, Any]]:
    return [{"code": str(i), "text": label} for i, label in enumerate(labels[:MAX_FIELDS], start=1)]


def _plain(made: Made, kind: str) -> dict[str, Any]:
    """Types without answers of their own; lines below that look like answers stay as a hint, and that is told."""
    found = made.material
    question: dict[str, Any] = {"type": kind, "text": found.stem}
    if kind == "number":
        if found.marks.has_range:
            question["min"], question["max"] = float(found.marks.low or 0), float(found.marks.high or 0)
            ends = [f"{number} = {words}" for number, words in sorted(found.marks.labels.items())]
            found.hints += ["；".join(ends)] if ends else []
        if found.unit:
            question["unit"] = found.unit
    else:
        _keep_scale_words(found)
    left = [*(row.text for row in found.rows), *found.columns, *found.texts]
    labels = [label for label in found.fields if label not in found.stem]
    if kind in ("note", "section"):
        question["text"] = "\n".join([found.stem, *found.hints, *left, *labels])
        found.hints.clear()
    elif left or labels:
        found.hints += [*left, *labels]
        made.remarks.append(Remark("lines_as_hint", made.block.line.number, {"n": len(left) + len(labels)}, "changed"))
    return question


def _keep_scale_words(found: Material) -> None:
    if found.marks.has_range:
        words = "；".join(f"{number} = {label}" for number, label in sorted(found.marks.labels.items()))
        found.hints.append(f"{found.marks.low}–{found.marks.high}" + (f"（{words}）" if words else ""))


__all__ = ["TEXT_TAGS", "Decision", "Made", "decide", "make"]
