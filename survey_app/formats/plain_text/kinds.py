"""Types beyond choices, scales and blanks: rankings, amounts, sliders, tables with several answers or fields, files, regions."""

import re
from copy import deepcopy
from typing import Any

from survey_app.formats.plain_text import tongues
from survey_app.formats.plain_text.lines import flat
from survey_app.formats.plain_text.material import Answer, Material

MOST_ITEMS, MOST_CELLS = 50, 1_000
_TOTAL = re.compile(
    r"(?:总和|合计|共计|总计|总分|总数|满分|分配|加起来|total|sum|add up|allocate|distribute)[^0-9]{0,12}([0-9]{1,6})",
    re.IGNORECASE,
)
_AMOUNT = re.compile(r"([0-9]{2,6})\s?(分|%|元|points?|percent)", re.IGNORECASE)
_UNIT = re.compile(r"[0-9]\s?(分|%|元)")
_LEVELS = (("街道|区县|市区|县|district", 3), ("城市|市|city", 2), ("省|province", 1))


def ranking(found: Material, choices: list[dict[str, Any]]) -> dict[str, Any]:
    """A list to be put in order; `最多选3项` says how many."""
    question: dict[str, Any] = {"type": "ranking", "text": found.stem}
    question["choices"] = [{key: choice[key] for key in ("code", "text")} for choice in choices]
    if found.marks.most is not None and 1 <= found.marks.most < len(choices):
        question["top"] = found.marks.most
    return question


def amounts(found: Material, labels: list[str]) -> dict[str, Any]:
    """Items that share a total: the one that the words name, else 100."""
    words = flat("\n".join([found.stem, *found.hints]))
    match = _TOTAL.search(words) or _AMOUNT.search(words)
    unit = _UNIT.search(words)
    return {
        "type": "constant_sum", "text": found.stem, "total": float(found.marks.total or (match and int(match[1])) or 100),
        "items": [{"code": str(at), "text": label} for at, label in enumerate(labels, start=1)],
        **({"unit": unit[1]} if unit else {}),
    }  # fmt: skip


def slider(found: Material) -> dict[str, Any]:
    """A number on a line, 0 to 100 unless said otherwise."""
    low, high = (found.marks.low, found.marks.high) if found.marks.has_range else (0, 100)
    question: dict[str, Any] = {"type": "slider", "text": found.stem, "min": float(low or 0), "max": float(high or 100)}
    ends = found.marks.labels
    for key, point in (("low", low), ("high", high)):
        if point in ends:
            question[key] = ends[point]
    return question


def several_per_row(found: Material, rows: list[Answer], choices: list[dict[str, Any]]) -> dict[str, Any]:
    """A table with several answers per row."""
    question: dict[str, Any] = {"type": "matrix_multiple", "text": found.stem, "rows": _coded(rows)}
    question["choices"] = [{key: value for key, value in choice.items() if key != "other"} for choice in choices]
    if found.marks.most is not None and 1 <= found.marks.most < len(choices):
        question["max"] = found.marks.most
    return question


def fields_per_row(found: Material, rows: list[Answer], columns: list[str], *, numbers: bool) -> dict[str, Any]:
    """A table with a field in each cell; numbers keep to the scale that the text names."""
    chinese = tongues.has_chinese(found.stem)
    texts = columns[:MOST_ITEMS] or ["数值" if chinese else "Number"] if numbers else columns[:MOST_ITEMS]
    limits: dict[str, float] = {}
    if numbers and found.marks.has_range:
        limits = {"min": float(found.marks.low or 0), "max": float(found.marks.high or 0)}
    kind: dict[str, Any] = {"type": "number", **limits} if numbers else {"type": "short_text"}
    if found.cells and not numbers:
        kind = {"type": "dropdown", "choices": _listed(found.cells)}
    columns_ = [{"code": str(at), **_column(text, deepcopy(kind))} for at, text in enumerate(texts, start=1)]
    return {"type": "matrix_fields", "text": found.stem, "rows": _coded(rows), "columns": columns_}


_CELL = re.compile(
    r"\[(文本|填空|数字|整数|小数|日期|手机|email|邮箱|单选|下拉|下拉框)(?:\s?:\s?([^\[\]]{1,400}))?\]$", re.IGNORECASE
)
_OR = re.compile(r"[,，、/／|｜;；]")


def _column(text: str, kind: dict[str, Any]) -> dict[str, Any]:
    """`年龄[数字]`, `关系[下拉:父,母]`: a column that says what its cells hold; else they hold `kind`."""
    match = _CELL.search(flat(text))
    if match is None or not match.start():
        return {"text": text, **kind}
    words, said = text[: match.start()].strip(), match[1]
    offered = (
        [part.strip() for part in _OR.split(text[match.start(2) : match.end(2)]) if part.strip()] if match[2] else []
    )
    if offered:
        return {"text": words, "type": "dropdown", "choices": _listed(offered[:MOST_ITEMS])}
    if said in ("数字", "整数", "小数"):
        return {"text": words, "type": "number", "decimals": 2 if said == "小数" else 0}
    return {"text": words, "type": "short_text"}


def _listed(texts: list[str]) -> list[dict[str, str]]:
    return [{"code": str(at), "text": text} for at, text in enumerate(dict.fromkeys(texts), start=1)]


def file(found: Material) -> dict[str, Any]:
    """A photo or document; a drawing or signature is a photo."""
    drawn = re.search("绘图|签名|图片|照片|signature|photo", f"{found.marks.tag_words}{found.stem}", re.IGNORECASE)
    return {"type": "file", "text": found.stem, "accepts": ["photo"] if drawn else ["photo", "document"]}


def region(found: Material) -> dict[str, Any]:
    """Province, city, district, as far as the words go."""
    words = (found.marks.tag_word, flat(found.stem))
    levels = next((level for text in words for sign, level in _LEVELS if re.search(sign, text, re.IGNORECASE)), 3)
    return {"type": "region", "text": found.stem, "levels": found.place_blanks or levels}


def _coded(rows: list[Answer]) -> list[dict[str, Any]]:
    return [{"code": str(at), "text": row.text} for at, row in enumerate(rows, start=1)]
