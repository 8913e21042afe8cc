"""Sorts the words of a question and the lines below it into its material."""

import re

from survey_app.formats.plain_text import answers, completing, marks, rules
from survey_app.formats.plain_text.blocks import Block, Body
from survey_app.formats.plain_text.lines import BLANK, CIRCLES, MARKED, SQUARES, flat
from survey_app.formats.plain_text.marks import Marks
from survey_app.formats.plain_text.material import MATRIX_TAGS, TEXT_TAGS, Answer, Material

_LIST = re.compile(r"[,，;；、/／|｜\t]|\s{2,}")
_TABLE_RULE = re.compile(r"[\s:|\-]+")
_HINT_HEAD = re.compile(r"(?:注|备注|提示|温馨提示|note|hint|tip)\s?[:：]\s?", re.IGNORECASE)


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
        completing.matrix_from_lines(made)
    if found.tag in MATRIX_TAGS and found.has_range and not made.rows:
        made.rows, made.fields = [Answer(label, block.line.number) for label in made.fields], []
    made.dropped += [("author_line", block.line.number, words) for words in found.aside]
    made.cells = made.cells or ([option.text for option in made.options] if found.tag == "matrix_dropdown" else [])
    if not found.tag or found.tag not in MATRIX_TAGS:
        completing.matrix_from_words(made)
        completing.matrix_from_marks(made)
        completing.scale_on_one_line(made)
    completing.statements(made)
    completing.ends_below(made)
    completing.unnumbered(made.rows)
    completing.answers_in_stem(made, block.line.number)
    completing.range_in_stem(made)
    made.whole = made.stem
    completing.blanks_in_stem(made)
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
    return all(cells[0] and all(MARKED.fullmatch(cell) for cell in cells[1:]) for cells in below)


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
    words = [cells[0], *(cell for cell in cells[1:] if not MARKED.fullmatch(flat(cell)))]
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
        made.options += [Answer.of(words, number) for words in parts[1]]
        return
    labelled = part.mark is not None and ":" in twin and BLANK.search(twin)  # □是  电话：____
    several = answers.spaced(text) if made.marks.tag not in MATRIX_TAGS and not labelled else []
    if part.mark is not None and part.mark.style == "weak":
        text = text if made.marks.tag in MATRIX_TAGS else _weak(part, made)
    style = part.mark.style if part.mark else ""
    made.options += [Answer.of(words, number, style) for words in several or [text]]


def _weak(part: Body, made: Material) -> str:
    """`A 男`: the letter is a mark when it is the next one in the row."""
    assert part.mark is not None
    return part.text[part.mark.end :].strip() if part.mark.number == len(made.options) + 1 else part.text


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
