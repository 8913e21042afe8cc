"""Whether figures before and after a change of the questionnaire may stand in one line.

The rules are those of trend measurement: another scale, another list of answers, another base or another formula gives
another figure; another wording may. Order, layout and whether an answer is required move figures a little.
"""

import re
import unicodedata
from typing import Any, Literal

Trend = Literal["", "hint", "may", "breaks"]
"""Comparable; comparable, but know it; doubtful; not comparable."""
Judged = tuple[Trend, str]
"""A trend and the reason: choices, scale, wording, base, order, renamed, ends, gone, indicator, score, type, setting."""
FINE: Judged = ("", "")

_BREAKS = ("points", "start", "scale", "cell", "score", "missing", "parameter", "field", "top", "total")
_MAY = ("style", "layout", "other", "exclusive", "random_order", "random_rows", "min", "max", "expected", "step")
_HINT = ("required", "columns", "first")
_OF_SCALE = ("points", "start", "scale", "cell", "style", "layout", "low", "high", "labels", "unsure")
_OF_CHOICES = ("score", "missing", "other", "exclusive")
_ANSWERS = ("choice", "point")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def means_the_same(before: str, after: str) -> bool:
    """Whether two wordings differ in punctuation, spaces, width or case alone; what stands between digits is no punctuation."""
    return _bare(before) == _bare(after)


def _bare(text: str) -> str:
    text = _THOUSANDS.sub("", unicodedata.normalize("NFKC", text).casefold())
    kept, between = "", ""
    for index, character in enumerate(text):
        number = character in ".-" and text[index + 1 : index + 2].isdigit()  # 1.5 and -5 are no punctuation
        if not number and character not in "%‰&#@*/" and unicodedata.category(character)[0] in "PZC":
            between += character
            continue
        if between and (character.isdigit() or number) and kept[-1:].isdigit():
            kept += _between_digits(between)
        kept, between = kept + character, ""
    return kept


def _between_digits(characters: str) -> str:
    """1–3 and 10:30 are not 13 and 1030; dashes of all kinds are the same."""
    bare = "".join(characters.split()).replace("、", ",")
    dashes = bare and all(unicodedata.category(character) == "Pd" for character in bare)
    return "-" if dashes else bare or " "


def of_text(node: str, key: str, before: str, after: str, *, stored: bool, metric: bool) -> Judged:
    """The judgement on one text of one language. `stored`: answers are kept; `metric`: figures of it are followed."""
    if not before or not after or not stored or means_the_same(before, after):
        return FINE  # a translation that comes or goes changes nobody's question
    if node in _ANSWERS:
        return "breaks", "scale" if node == "point" else "choices"
    if key in _OF_SCALE:
        return "breaks", "scale"
    if key == "unit":
        return "breaks", "setting"
    return ("may", "wording") if metric and key == "text" else FINE


def of_whole_text(key: str, before: bool, after: bool, *, stored: bool) -> Judged | None:
    """The judgement on the ends or the unit of a scale that came or went in all languages; None for everything else."""
    if stored and before != after and key in ("low", "high", "unit"):
        return "breaks", "setting" if key == "unit" else "scale"
    return None


def of_value(node: str, key: str, before: Any, *, stored: bool, kind: str) -> Judged:
    """The judgement on a setting of a question, choice, point, row, field or scale. `kind`: the type of the question."""
    if key == "indicator":
        return ("breaks", "indicator") if before else FINE
    if not stored:
        return FINE
    if key == "value":  # numbers given at publication are no change; another number is
        return ("breaks", "choices") if before is not None else FINE
    if key in ("unsure", "labels"):
        return "breaks", "scale"
    if key in ("min", "max", "step") and kind == "slider":
        return "breaks", "scale"
    if key in ("min", "max") and kind not in ("multiple_choice", "matrix_multiple"):
        return FINE
    trend: Trend = "breaks" if key in _BREAKS else "may" if key in _MAY else "hint" if key in _HINT else ""
    if not trend:
        return FINE
    return trend, "scale" if key in _OF_SCALE or node == "point" else "choices" if key in _OF_CHOICES else "setting"


def of_item(node: str, *, gone: bool, stored: bool, metric: bool) -> Judged:
    """The judgement on a choice, point, row or field that came or went."""
    if node in _ANSWERS:
        return ("breaks", "scale" if node == "point" else "choices") if stored else FINE
    return ("breaks", "ends") if gone and metric else FINE


def of_order(node: str, *, stored: bool) -> Judged:
    """The judgement on another order of choices, points, rows or fields."""
    if not stored:
        return FINE
    return ("breaks", "scale") if node == "point" else ("may", "order") if node == "choice" else ("hint", "order")
