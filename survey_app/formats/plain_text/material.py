"""What stands in a question and below it, sorted: words, answers, rows, columns, blanks, a scale, hints, rules."""

import re
from dataclasses import dataclass, field

from survey_app.formats.plain_text import answers, marks, rules
from survey_app.formats.plain_text.blocks import Block, Body
from survey_app.formats.plain_text.lines import BLANK, CIRCLES, GAP, SQUARES, flat
from survey_app.formats.plain_text.marks import Marks

TEXT_TAGS = frozenset({"text", "long_text", "text_fields", "number", "date", "time", "file", "place"})
MATRIX_TAGS = frozenset(
    {"matrix", "matrix_scale", "matrix_multiple", "matrix_text", "matrix_number", "matrix_dropdown"}
)
_LIST = re.compile(r"[,，;；、/／|｜\t]|\s{2,}")
_MARKED = re.compile(rf"[{SQUARES}{CIRCLES}\s\-_0-9()\[\]/.]*")
_TABLE_RULE = re.compile(r"[\s:|\-]+")
_HINT_HEAD = re.compile(r"(?:注|备注|提示|温馨提示|note|hint|tip)\s?[:：]\s?", re.IGNORECASE)


@dataclass(slots=True)
class Answer:
    """One offered answer and the line it stands on."""

    text: str
    line: int
    rule: rules.Jump | None = None
    style: str = ""
    score: float | None = None
    right: bool = False
    """The right answer of an examination."""


@dataclass(slots=True)
class Material:
    """Everything about one question, before its type is decided."""

    stem: str
    marks: Marks
    options: list[Answer] = field(default_factory=list)
    rows: list[Answer] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    """What may be chosen in every cell of a table."""
    dropped: list[tuple[str, int, str]] = field(default_factory=list)
    """Lines that are for the author alone: (code of the remark, line, words)."""
    place_blanks: int = 0
    """How many blanks there are in ____省____市."""
    corner: str = ""
    in_stem: int = 0
    range_line: Answer | None = None
    blanks: int = 0
    unit: str = ""
    hints: list[str] = field(default_factory=list)
    rules: list[tuple[str, int]] = field(default_factory=list)
    squares: bool = False
    table: bool = False
    lettered: bool = False
    listed: bool = False
    whole: str = ""
    """The stem with its blanks, for types that have no fields and no unit."""
    opening: str = ""
    """The clause a question begins with when it names another question: `如果第1题选A，…`."""

    @property
    def texts(self) -> list[str]:
        return [option.text for option in self.options]


def gather(block: Block) -> Material:
    """Sorts a question's words and lines."""
    words, found = marks.take(block.stem, rules.LOOKS_LIKE)
    if block.required is not None:
        found.required = block.required
    made = Material(words, found)
    made.rules = [(rule, block.line.number) for rule in found.conditions]
    rows = [part for part in block.body if part.kind == "table"]
    made.table = found.tag in MATRIX_TAGS or _is_table(rows, found)
    mode = ""
    for part in block.body:
        mode = _sort(part, made, mode)
    if made.range_line and made.options and not found.tag:  # 1-3, 4-6, 7-9: the first answer of several
        made.options.insert(0, made.range_line)
        made.marks.low = made.marks.high = None
    if found.tag in MATRIX_TAGS and not made.rows:
        _matrix_from_lines(made)
    if found.tag in MATRIX_TAGS and found.has_range and not made.rows:
        made.rows, made.fields = [Answer(label, block.line.number) for label in made.fields], []
    made.dropped += [("author_line", block.line.number, words) for words in found.aside]
    made.cells = made.cells or ([option.text for option in made.options] if found.tag == "matrix_dropdown" else [])
    if not found.tag or found.tag not in MATRIX_TAGS:
        _matrix_from_words(made)
        _matrix_from_marks(made)
        _scale_on_one_line(made)
    _statements(made)
    _ends_below(made)
    _unnumbered(made.rows)
    _answers_in_stem(made, block.line.number)
    _range_in_stem(made)
    made.whole = made.stem
    _blanks_in_stem(made)
    if not made.stem.strip(" .:：。"):
        made.stem = block.stem
    if not made.rules and (rule := rules.opening(made.stem)):
        made.opening = rule
    return made


def _is_table(rows: list[Body], found: Marks) -> bool:
    """A header with answers, and below it rows that have words in the first cell and nothing but marks in the others."""
    rows = [row for row in rows if not _TABLE_RULE.fullmatch(row.line.flat)]
    if found.tag or len(rows) < 2:
        return False
    head, *below = [row.line.cells for row in rows]
    if len(head) < 3 or not all(head[1:]):
        return False
    return all(cells[0] and all(_MARKED.fullmatch(cell) for cell in cells[1:]) for cells in below)


def _sort(part: Body, made: Material, mode: str) -> str:
    twin = flat(part.text)
    if part.kind == "stem":
        made.stem += " / " + part.text
    elif _for_the_author(part, made, twin):
        pass
    elif part.kind == "hint":
        _hint(part, made)
    elif part.kind in ("rows", "columns"):
        if part.text:
            items = [item.strip(" -") for item in _LIST.split(part.text) if item.strip(" -")]
            if part.kind == "columns" and (scale := marks.range_in(part.text)):
                made.marks.low, made.marks.high = scale
            elif part.kind == "columns":
                made.columns += items
            else:
                made.rows += [Answer(item, part.line.number) for item in items]
        return part.kind
    elif part.kind == "table" and made.table:
        _table_row(part, made)
    elif part.kind == "blank":
        made.blanks += 1
    elif (
        rules.LOOKS_LIKE.search(twin[:200])
        and part.kind == "text"
        and len(twin) <= 200
        and not _jumps_behind(part.text)
    ):
        made.rules.append((part.text, part.line.number))
    elif not _scale_line(part, made):
        _answer_line(part, made, mode)
    return mode if part.kind in ("option", "text", "table") else ""


_AUTHOR = re.compile(r"\[标签\]|(?:正确|参考)?答案\s?:\s?(?P<key>[A-Z](?:[\s、,]?[A-Z]){0,25})?|(?:答案)?解析\s?:")


def _for_the_author(part: Body, made: Material, twin: str) -> bool:
    """`[标签]老顾客`, `答案：A`, `答案解析：…`: never shown to who answers. The key marks the right answers."""
    match = _AUTHOR.match(twin)
    if match is None or part.kind not in ("text", "option") or part.mark is not None:
        return False
    for letter in match["key"] or "":
        if letter.isalpha() and ord(letter) - 65 < len(made.options):
            made.options[ord(letter) - 65].right = True
    made.dropped.append(("author_line", part.line.number, part.text))
    return True


def _jumps_behind(text: str) -> bool:
    """`18岁以下（请跳至第4题）`: an answer with a jump in brackets or behind an arrow, not a rule of its own."""
    words, jump = rules.jump_of(text)
    sign = flat(text)[len(words) :].lstrip(" ,;")[:1]
    return (
        jump is not None
        and bool(words)
        and sign in ("(", "[", "-", "=", "→", "⇒")
        and not rules.LOOKS_LIKE.search(flat(words))
    )


def _hint(part: Body, made: Material) -> None:
    words, found = marks.take(part.text, rules.LOOKS_LIKE)
    _merge(made.marks, found)
    made.rules += [(rule, part.line.number) for rule in found.conditions]
    if words:
        words = words[_HINT_HEAD.match(flat(words)).end() :] if _HINT_HEAD.match(flat(words)) else words  # type: ignore[union-attr]
        if words:  # 注： alone says nothing
            made.hints.append(words.strip("()（）") if words[0] in "(（" and words[-1] in ")）" else words)


def _merge(into: Marks, found: Marks) -> None:
    for key in ("required", "least", "most", "low", "high"):
        if getattr(found, key) is not None:
            setattr(into, key, getattr(found, key))
    into.multiple, into.single = into.multiple or found.multiple, into.single or found.single
    into.tag, into.tag_words = into.tag or found.tag, into.tag_words or found.tag_words
    into.labels |= found.labels


def _table_row(part: Body, made: Material) -> None:
    cells = list(part.line.cells)
    if _TABLE_RULE.fullmatch(part.line.flat):
        return
    if not made.columns and not made.rows and not made.marks.has_range:
        head = cells if cells[0] and not _looks_like_corner(cells) else cells[1:]
        made.columns = [cell for cell in head if cell]
        made.corner = cells[0] if head is not cells else ""
        return
    words = [cells[0], *(cell for cell in cells[1:] if not _MARKED.fullmatch(flat(cell)))]
    made.rows.append(Answer("  ".join(word for word in words if word) or part.text, part.line.number))


def _looks_like_corner(cells: list[str]) -> bool:
    # 项目 | 非常不满意 | ... : the first cell names the rows; it does not when it continues the scale
    rest = cells[1:]
    return answers.direction(cells) == 0 and (answers.direction(rest) != 0 or not cells[0][:1].isdigit())


_STARS = re.compile(r"[^★☆]{0,12}((?:[★☆]\s{0,3}){3,11})")


def _scale_line(part: Body, made: Material) -> bool:
    """`1~5`, `非常不满意 1 2 3 4 5 非常满意`, `1=很差，5=很好`: says how to answer, is not an answer itself."""
    twin = flat(part.text)
    if len(twin) > 200 or made.marks.tag in TEXT_TAGS:
        return False
    if (scale := marks.range_in(part.text, made.marks)) and part.mark is None and not made.options:
        made.marks.low, made.marks.high = scale
        made.range_line = Answer(part.text, part.line.number)
        return True
    if part.mark is None and (stars := _STARS.fullmatch(twin)):
        made.marks.low, made.marks.high, made.marks.stars = 1, sum(c in "★☆" for c in stars[1]), True
        return True
    labels = marks.labels_in(twin)
    if len(labels) >= 2 and not marks._LABELLED.sub("", twin).strip(" ,，;；、。.()-~"):
        made.marks.labels |= labels
        if not made.marks.has_range:
            made.marks.low, made.marks.high = min(labels), max(labels)
        return True
    found = None if made.options else _points_in_row(part)
    if found is None:
        return False
    numbers, low, high = found
    made.marks.low, made.marks.high = numbers[0], numbers[-1]
    for number, words in ((numbers[0], low), (numbers[-1], high)):
        if words:
            made.marks.labels[number] = words
    return True


def _points_in_row(part: Body) -> tuple[list[int], str, str] | None:
    text = part.line.text
    twin = "".join(" " if c in SQUARES or c in CIRCLES or c in "\t|" else c for c in flat(text))
    tokens = twin.replace("~", " ~ ").split()
    digits = [index for index, token in enumerate(tokens) if token.isascii() and token.isdigit() and len(token) <= 2]
    if len(digits) < 2:
        return None
    between = tokens[digits[0] : digits[-1] + 1]
    numbers = [int(tokens[index]) for index in digits]
    low, high = " ".join(tokens[: digits[0]]), " ".join(tokens[digits[-1] + 1 :])
    if len(between) == 3 and between[1] in ("~", "-", "至", "到") and numbers[0] < numbers[1] <= 10 and low and high:
        return list(range(numbers[0], numbers[1] + 1)), _end(low), _end(high)
    if len(between) != len(digits) or len(digits) < 3 or numbers[0] not in (0, 1):
        return None
    if numbers != list(range(numbers[0], numbers[0] + len(numbers))) or numbers[-1] > 10 or bool(low) != bool(high):
        return None
    return numbers, _end(low), _end(high)


def _end(words: str) -> str:
    return words.strip(" -~()[]:")


def _answer_line(part: Body, made: Material, mode: str) -> None:
    text, number = part.text or part.line.text, part.line.number
    if mode == "rows":
        made.rows.append(Answer(text, number))
        return
    if mode == "columns":
        made.columns.append(text)
        return
    if part.mark is not None:
        made.squares = made.squares or part.mark.style == "square"
        made.lettered = made.lettered or part.mark.style in ("letter", "weak")
    twin = flat(text)
    if part.kind != "table" and made.marks.tag not in MATRIX_TAGS:
        label = _field_label(text, twin)
        if label and (part.mark is None or made.marks.tag in TEXT_TAGS):
            made.fields += label
            made.blanks += 1
            return
    parts = answers.inline(part.line.text) if part.kind != "option" or part.mark is not None else None
    if parts is not None and len(parts[1]) > 1 and not parts[0]:
        made.squares = made.squares or any(c in SQUARES for c in part.line.text)
        made.options += [_answer(words, number) for words in parts[1]]
        return
    labelled = part.mark is not None and ":" in twin and BLANK.search(twin)  # □是  电话：____
    several = answers.spaced(text) if made.marks.tag not in MATRIX_TAGS and not labelled else []
    if part.mark is not None and part.mark.style == "weak":
        text = text if made.marks.tag in MATRIX_TAGS else _weak(part, made)
    style = part.mark.style if part.mark else ""
    made.options += [_answer(words, number, style) for words in several or [text]]


def _weak(part: Body, made: Material) -> str:
    """`A 男`: the letter is a mark when it is the next one in the row."""
    assert part.mark is not None
    return part.text[part.mark.end :].strip() if part.mark.number == len(made.options) + 1 else part.text


def _answer(words: str, line: int, style: str = "") -> Answer:
    words, score, right = answers.worth(words)
    left, jump = rules.jump_of(words)
    return Answer(left, line, jump, style, score, right)


def _field_label(text: str, twin: str) -> list[str]:
    """`姓名：____` -> ["姓名"]; `姓名：____ 电话：____` -> both. Not 其他____, which is an answer."""
    found = list(BLANK.finditer(twin))
    if not found or len(twin) > 400:
        return []
    labels, at = [], 0
    for match in found:
        label = text[at : match.start()].strip(" :：,，;；、.。\t")
        if label:
            labels.append(label)
        at = match.end()
    tail = text[at:].strip(" ,，;；、.。\t")
    if not labels:
        return [tail] if tail else []
    if labels[0][:2] in ("其他", "其它") or labels[0].lower().startswith("other"):
        return []
    if tail:
        labels[-1] = f"{labels[-1]}（{tail}）" if len(tail) <= 6 else f"{labels[-1]} ____ {tail}"
    return labels


def _matrix_from_lines(made: Material) -> None:
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


def _unnumbered(rows: list[Answer]) -> None:
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
    return head[0].strip() if len(head) == 2 and _MARKED.fullmatch(flat(head[1])) else text


def _matrix_from_words(made: Material) -> None:
    """Without a tag: one line of answers in words from worst to best, then lines of another kind."""
    if made.table or made.marks.tag or len(made.options) < 2:
        return
    first = made.options[0]
    same = [option for option in made.options if option.line == first.line]
    rest = made.options[len(same) :]
    columns = [option.text for option in same] if len(same) > 1 else first.text.split()
    if rest and 3 <= len(columns) <= 7 and answers.direction(columns) and not any(r.text in columns for r in rest):
        made.columns, made.rows, made.options, made.table = columns, rest, [], True


def _matrix_from_marks(made: Material) -> None:
    """Some lines with letters or boxes, others with numbers: answers and rows of a matrix."""
    if made.table or made.marks.tag or not made.options:
        return
    numbered = [option for option in made.options if option.style in ("both", "paren", "dot")]
    offered = [option for option in made.options if option.style in ("letter", "weak", "circle", "square", "circled")]
    if len(numbered) >= 2 and len(offered) >= 2 and len(numbered) + len(offered) == len(made.options):
        made.rows, made.columns, made.options, made.table = numbered, [o.text for o in offered], [], True


def _statements(made: Material) -> None:
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


def _ends_below(made: Material) -> None:
    """`1 2 3 4 5` and below it `很差 很好`: the words of the two ends."""
    words = made.options[0].text.split() if len(made.options) == 1 else []
    low, high = made.marks.low, made.marks.high
    if len(words) == 2 and low is not None and high is not None and made.marks.tag in ("scale", "nps", "slider", ""):
        made.marks.labels |= {low: words[0], high: words[1]}
        made.options = []


def _scale_on_one_line(made: Material) -> None:
    """`非常不满意 不满意 一般 满意 非常满意` with single spaces."""
    if len(made.options) == 1 and answers.direction(words := made.options[0].text.split()):
        made.options = [_answer(word, made.options[0].line) for word in words]


def _answers_in_stem(made: Material, line: int) -> None:
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
        made.options = [_answer(text, line) for text in texts]


_RANGE_BEHIND = re.compile(r"(?<=[?:。.,\s])\s?([01])\s?[-~]\s?([0-9]{1,2})\s?(?:分|星|points?|stars?)?[。.]?$")
_RANGE_INSIDE = re.compile(r"(?<![0-9])([01])\s?(?:分)?\s?[-~至到]\s?([0-9]{1,2})\s?(?:分|星|颗星|points?\b|stars?\b)")


def _range_in_stem(made: Material) -> None:
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


def _blanks_in_stem(made: Material) -> None:
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
