"""What is seen only when all lines of a question are sorted: tables without a tag, scales, answers and blanks in its words."""

import re

from survey_app.formats.plain_text import answers
from survey_app.formats.plain_text.lines import BLANK, GAP, MARKED, SQUARES, flat
from survey_app.formats.plain_text.material import TEXT_TAGS, Answer, Material


def matrix_from_lines(made: Material) -> None:
    """A tagged matrix without 行 and 列: the first line holds the answers, the others are rows."""
    options = list(made.options)
    made.options = []
    if options and not made.columns and not made.marks.has_range:
        first = options[0].text
        columns = answers.spaced(first) or first.split()
        ends = [int(word) for word in columns if word.isascii() and word.isdigit() and len(word) < 7]
        if made.marks.tag == "matrix_number" and len(ends) == len(columns) == 2 and ends[0] < ends[1]:
            made.marks.low, made.marks.high = ends
            columns, options = [], options[1:]
        if len(columns) >= 2 and len(options) > 1:
            made.columns = columns
            options = options[1:]
            if made.marks.tag == "matrix_dropdown" and len(options) > 1 and len(options[0].text.split()) >= 2:
                made.cells, made.columns = columns, options[0].text.split()
                options = options[1:]
    made.rows = [Answer(_first_cell(option.text), option.line, option.rule) for option in options]


def unnumbered(rows: list[Answer]) -> None:
    """Rows 1. 2. 3. ... without their numbers."""
    found = [_ROW_NUMBER.match(flat(row.text)) for row in rows]
    if len(rows) > 1 and all(
        m and int(m[1]) == at and row.text[m.end() :] for at, (m, row) in enumerate(zip(found, rows, strict=True), 1)
    ):
        for match, row in zip(found, rows, strict=True):
            row.text = row.text[match.end() :] if match else row.text


_ROW_NUMBER = re.compile(r"\(?([0-9]{1,3})\s?[.、)]\s{0,3}(?![0-9])")


def _first_cell(text: str) -> str:
    head = GAP.split(text, maxsplit=1)
    return head[0].strip() if len(head) == 2 and MARKED.fullmatch(flat(head[1])) else text


def matrix_from_words(made: Material) -> None:
    """Without a tag: one line of answers in words from worst to best, then lines of another kind."""
    if made.table or made.marks.tag or len(made.options) < 2:
        return
    first = made.options[0]
    same = [option for option in made.options if option.line == first.line]
    rest = made.options[len(same) :]
    columns = [option.text for option in same] if len(same) > 1 else first.text.split()
    if rest and 3 <= len(columns) <= 7 and answers.direction(columns) and not any(r.text in columns for r in rest):
        made.columns, made.rows, made.options, made.table = columns, rest, [], True


def matrix_from_marks(made: Material) -> None:
    """Some lines with letters or boxes, others with numbers: answers and rows of a matrix."""
    if made.table or made.marks.tag or not made.options:
        return
    numbered = [option for option in made.options if option.style in ("both", "paren", "dot")]
    offered = [option for option in made.options if option.style in ("letter", "weak", "circle", "square", "circled")]
    if len(numbered) >= 2 and len(offered) >= 2 and len(numbered) + len(offered) == len(made.options):
        made.rows, made.columns, made.options, made.table = numbered, [o.text for o in offered], [], True


def statements(made: Material) -> None:
    """Lines that end in the same points, `A、服务 1 2 3 4 5`: rows of a scale. A question that ends in points has that scale."""
    if made.marks.tag not in ("", "scale", "any") or made.rows:
        return
    if not made.options and not made.fields and (own := answers.points_behind(made.stem)):
        made.stem, made.marks.low, made.marks.high = own
    found = [answers.points_behind(option.text) for option in made.options] if len(made.options) > 1 else [None]
    same = {(one[1], one[2]) for one in found if one}
    if all(found) and len(same) == 1:
        made.marks.low, made.marks.high = same.pop()
        made.rows = [Answer(one[0], option.line) for one, option in zip(found, made.options, strict=True) if one]
        made.options = []


def ends_below(made: Material) -> None:
    """`1 2 3 4 5` and below it `很差 很好`: the words of the two ends."""
    words = made.options[0].text.split() if len(made.options) == 1 else []
    low, high = made.marks.low, made.marks.high
    if len(words) == 2 and low is not None and high is not None and made.marks.tag in ("scale", "nps", "slider", ""):
        made.marks.labels |= {low: words[0], high: words[1]}
        made.options = []


def scale_on_one_line(made: Material) -> None:
    """`非常不满意 不满意 一般 满意 非常满意` with single spaces."""
    if len(made.options) == 1 and answers.direction(words := made.options[0].text.split()):
        made.options = [Answer.of(word, made.options[0].line) for word in words]


def answers_in_stem(made: Material, line: int) -> None:
    """`您的性别：□男 □女`, `性别：男/女`"""
    if made.options or made.rows or made.marks.tag in TEXT_TAGS or made.marks.tag == "note":
        return
    found = answers.inline(made.stem[:4000])
    if found is None and "  " in made.stem:
        head, _, tail = made.stem.partition("  ")
        cells = answers.spaced(tail)
        found = (head, cells) if len(cells) >= 2 and not BLANK.search(flat(tail)) else None
    if found is None and (found := answers.listed(made.stem)):
        made.listed = True
    if found is not None and found[0]:
        made.squares = any(c in SQUARES for c in made.stem)
        made.stem, texts = found[0].rstrip(" \t"), found[1]
        made.options = [Answer.of(text, line) for text in texts]


_RANGE_BEHIND = re.compile(r"(?<=[?:。.,\s])\s?([01])\s?[-~]\s?([0-9]{1,2})\s?(?:分|星|points?|stars?)?[。.]?$")
_RANGE_INSIDE = re.compile(r"(?<![0-9])([01])\s?(?:分)?\s?[-~至到]\s?([0-9]{1,2})\s?(?:分|星|颗星|points?\b|stars?\b)")


def range_in_stem(made: Material) -> None:
    """`... 0-10`, `请用1-5分评价`: a scale in the words of the question itself."""
    if made.options or made.rows or made.marks.has_range or made.fields or made.marks.tag in TEXT_TAGS:
        return
    twin = flat(made.stem)
    if match := _RANGE_BEHIND.search(twin, max(0, len(twin) - 30)):
        words = made.stem[: match.start()].strip()
        if words and words[-1] in "?？:：。.,，":
            made.stem = words
    else:
        match = _RANGE_INSIDE.search(twin[:500])
    if match and 2 <= int(match[2]) <= 10:
        made.marks.low, made.marks.high = int(match[1]), int(match[2])
        made.marks.stars = made.marks.stars or "star" in match[0].lower() or "星" in match[0]


_UNIT = re.compile(
    r"\s?(岁|周岁|次|元|万元|个|人|年|天|日|小时|分钟|公斤|千克|斤|kg|km|公里|%|月|位|盒|件|years?|times?|hours?|minutes?|days?)[。.]?",
    re.IGNORECASE,
)


_PLACES = (re.compile("省"), re.compile("市"), re.compile("区|县"))


def _units_behind(made: Material, found: list[re.Match[str]]) -> bool:
    """`住址：____省____市____区`: what each blank is for stands behind it."""
    head = made.stem[: found[0].start()].rstrip()
    edges = [*(match.start() for match in found[1:]), len(made.stem)]
    labels = [made.stem[match.end() : end].strip(" ,，;；、.。") for match, end in zip(found, edges, strict=True)]
    if head[-1:] not in (":", "：", "?", "？") or not all(labels) or max(map(len, labels)) > 8:
        return False
    made.in_stem, made.fields, made.blanks = len(labels), labels + made.fields, len(found)
    made.stem = head
    places = all(sign.search(label) for sign, label in zip(_PLACES, labels, strict=False))
    made.place_blanks = len(labels) if places and len(labels) <= len(_PLACES) else 0
    return True


def blanks_in_stem(made: Material) -> None:
    twin = flat(made.stem)
    found = list(BLANK.finditer(twin))
    if not found or len(found) > 50:
        return
    if len(found) == 1:
        match = found[0]
        tail = made.stem[match.end() :]
        unit = _UNIT.fullmatch(flat(tail).strip()) if tail.strip() else None
        if unit or not tail.strip(" 。."):
            made.blanks += 1
            made.unit = unit[1] if unit else ""
            made.stem = made.stem[: match.start()].strip() or made.stem
            made.whole = made.whole if unit else made.stem
        else:
            made.blanks += 1
        return
    if _units_behind(made, found):
        return
    labels, at, head = [], 0, ""
    for index, match in enumerate(found):
        label = made.stem[at : match.start()].strip(" :：,，;；、.。()（）")
        if index == 0:
            place = max(label.rfind(c) for c in ":：?？。")
            if place > 0:
                head, label = label[: place + 1], label[place + 1 :].strip()
        labels.append(label or f"（{index + 1}）")
        at = match.end()
    tail = made.stem[at:].strip(" ,，;；、.。")
    if tail:
        labels[-1] = f"{labels[-1]} ____ {tail}" if len(tail) > 6 else f"{labels[-1]}（{tail}）"
    made.in_stem = len(labels)
    made.fields, made.blanks = labels + made.fields, len(found)
    made.stem = head or "、".join(label for label in labels)
