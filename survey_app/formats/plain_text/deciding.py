"""What type a question is, how sure that is, and why."""

import re
from dataclasses import dataclass, field
from typing import Any

from survey_app.formats.plain_text import answers, marks, tongues
from survey_app.formats.plain_text.blocks import PART, SKIP, Block
from survey_app.formats.plain_text.lines import flat
from survey_app.formats.plain_text.material import Material
from survey_app.formats.plain_text.parsed import Sure

MAX_FIELDS = 50
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
YES_NO = re.compile(
    r"是否|有没有|是不是|会不会|能不能|愿不愿意|有无|^(?:do|did|does|have|has|had|are|is|was|were|would|will|can|could) ",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Decision:
    """A type, how sure, and the reason."""

    type: str
    sure: Sure
    reason: str
    values: dict[str, Any] = field(default_factory=dict)


def decide(found: Material, chosen: str) -> Decision:
    """The type of a question: chosen, stated by a tag, or guessed from its form and words."""
    if chosen:
        return Decision(chosen, "chosen", "chosen")
    if found.marks.tag not in ("", "any"):
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
        if "反向" in found.marks.tag_word and found.options:
            return Decision("single_choice", "stated", "levels_descending", {"n": len(found.options)})
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
        "judge": "single_choice",
        "matrix_scale": "matrix",
        "matrix_number": "matrix_fields",
        "place": "short_text",
    }.get(tag, tag)
    if tag == "matrix_dropdown":
        plain = found.columns and found.marks.tag_word == "表格"
        kind = "matrix_fields" if plain or found.cells else "matrix"
    if tag == "matrix_text":
        kind = "matrix_fields" if found.columns or found.marks.has_range else "text_fields"
    if kind in ("ranking", "constant_sum") and len(found.options or found.rows or found.fields) < 2:
        kind = "multiple_choice" if kind == "ranking" else "text_fields"
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
    if found.place_blanks:
        return Decision("region", "likely", "asks_place")
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
    if YES_NO.search(stem) and (stem.rstrip(" .。").endswith("?") or "是否" in stem):
        return Decision("single_choice", "unsure", "asks_yes_no")
    return Decision("long_text" if stem.endswith("?") else "short_text", "unsure", "no_options")


def alternatives(found: Material, block: Block) -> tuple[str, ...]:
    """Types a person may pick for this material, the likely ones first."""
    kinds: list[str] = []
    if found.rows:
        kinds += ["matrix", "matrix_multiple", "matrix_fields", "text_fields"]
    if found.options:
        n = len(found.options)
        kinds += ["single_choice", "multiple_choice", "dropdown"]
        kinds += ["rating"] if 2 <= n <= 11 else []
        kinds += ["nps"] if n == 11 or _RECOMMEND.search(found.stem) else []
        kinds += ["text_fields"] if n <= MAX_FIELDS else []
        kinds += ["ranking", "constant_sum"] if 2 <= n <= MAX_FIELDS else []
    elif not found.rows:
        kinds += ["text_fields"] if found.fields else []
        kinds += ["short_text", "long_text", "number", "date", "time", "rating", "nps", "slider"]
        kinds += ["single_choice", "file", "region", "consent"]
    kinds += ["note", "section"]
    if not block.numbered:
        kinds.append(PART)
    return (*dict.fromkeys(kinds), SKIP)
