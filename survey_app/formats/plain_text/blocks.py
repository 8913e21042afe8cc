"""From lines to blocks: title, introduction, sections, page breaks, notes, and questions with the lines that belong to them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from survey_app.formats.plain_text import marks, numbering, rules, tags, tongues
from survey_app.formats.plain_text.lines import BLANK, Line, Mark
from survey_app.formats.plain_text.numbering import Numbering

MAX_TITLE = 80
MAX_OPTION = 80
PART, SKIP = "part", "skip"
"""What a person may choose for a line beside types: it belongs to the question above; it is left out."""
STRUCTURE = frozenset({PART, SKIP})
_HINT = re.compile(r"(?:注|备注|提示|说明|温馨提示|note|hint|tip)\s?[:：]", re.IGNORECASE)
_THANKS = re.compile(r"感谢|谢谢|致谢|问卷到此结束|thank you|thanks", re.IGNORECASE)
_TITLE = re.compile(r"(?:问卷)?(?:标题|题目|名称)\s?:\s?|title\s?:\s?", re.IGNORECASE)
_ROWS = re.compile(r"(行|列|行标题|列标题|选项|rows?|columns?|cols?)\s?:\s?", re.IGNORECASE)
_TABLE = re.compile(r"\[(?:矩阵|表格)[^\[\]]{0,12}\]")
"""Below it stands one line of columns, then the rows, which may be numbered."""
_GROUPS_BEHIND = re.compile(r"(?:\s?\([^()?]{0,60}\))+$")
_GREETING = re.compile(r"(?:尊敬的|亲爱的|您好|你好|各位|dear\b|hello\b|hi\b|welcome\b)", re.IGNORECASE)


@dataclass(slots=True)
class Body:
    """One line below a question: option (with its mark), text, hint, blank, rows, columns, table."""

    line: Line
    kind: str
    text: str
    mark: Mark | None = None


@dataclass(slots=True)
class Block:
    """A question with its lines, or something that asks nothing."""

    kind: str
    line: Line
    stem: str = ""
    mark: Mark | None = None
    body: list[Body] = field(default_factory=list)
    required: bool | None = None
    numbered: bool = False
    extra: list[Line] = field(default_factory=list)

    @property
    def lines(self) -> tuple[int, ...]:
        return (self.line.number, *(line.number for line in self.extra), *(part.line.number for part in self.body))


def build(lines: Sequence[Line], choices: Mapping[int, str]) -> list[Block]:
    """The blocks of a text in order."""
    return _Builder(lines, numbering.decide(lines), choices).run()


class _Builder:
    def __init__(self, lines: Sequence[Line], styles: Numbering, choices: Mapping[int, str]) -> None:
        self.lines = lines
        self.styles = styles
        self.choices = choices
        self.blocks: list[Block] = []
        self.question: Block | None = None
        self.asked = False
        self.counting = 0
        """In a question whose answers are numbered like questions: the last such number."""

    def run(self) -> list[Block]:
        for index, line in enumerate(self.lines):
            self._take(line, self.lines[index + 1] if index + 1 < len(self.lines) else None)
        self._thanks()
        return self.blocks

    def _take(self, line: Line, following: Line | None) -> None:
        chosen = self.choices.get(line.number, "")
        mark = line.mark(self.styles.questions)
        if line.is_page_break and not chosen:
            self._add("page", line)
            self.question = None
        elif not line.text or line.is_separator:
            self._add("separator", line)
        elif chosen == SKIP:
            left_out = self._add("skipped", line)
            # what stands below a question goes with it
            self.asked = self.asked or mark is not None
            self.question = left_out if self.asked else self.question
        elif chosen == PART and self.question is not None:
            self._attach(line)
        elif chosen and chosen != PART or mark is not None and not self._counts_answers(mark, line, following):
            self._ask(line, mark)
        elif not chosen and self._asks_again(line, following):
            self._ask(line, line.marks[0])
            self.blocks[-1].mark = None  # no rule means it by this number
        elif (section := line.mark(self.styles.sections)) is not None or numbering.is_part(line):
            self._section(line, section)
        elif not self.asked and self._is_head(line, following):
            self._head(line)
        elif self._starts_question(line, following):
            self._ask(line, None)
        elif self.question is not None and not self._is_note(line, following):
            self._attach(line)
        else:
            self._note(line)

    def _add(self, kind: str, line: Line, stem: str = "") -> Block:
        block = Block(kind, line, stem or line.text)
        self.blocks.append(block)
        return block

    # --- before the first question ---------------------------------------------------------------------------------
    def _is_head(self, line: Line, following: Line | None) -> bool:
        if tags.has_tag(line.flat):
            return False
        if self.styles.questions:
            return True
        if not any(block.kind == "title" for block in self.blocks):
            return not line.flat.endswith("?")
        return not self._starts_question(line, following)

    def _head(self, line: Line) -> None:
        last = self.blocks[-1] if self.blocks else None
        if not any(block.kind in ("title", "section", "intro") for block in self.blocks):
            words = line.text
            if match := _TITLE.match(line.flat):
                words = words[match.end() :].strip() or words
            if len(words) <= MAX_TITLE and not _GREETING.match(line.flat):
                self._add("title", line, words)
            else:
                self._add("intro", line, words)
        elif last is not None and last.kind in ("intro", "note"):
            last.stem += "\n" + line.text
            last.extra.append(line)
        elif any(block.kind == "section" for block in self.blocks):
            self._add("note", line)
        else:
            self._add("intro", line)

    def _section(self, line: Line, mark: Mark | None) -> None:
        words = line.text[mark.end :].strip() if mark else line.text.strip()
        if mark is None and line.text[:1] in "【〖":
            words = line.text[1:-1].strip()
        if not self.blocks and mark is None and line.heading:
            self._add("title", line, words)
            return
        self._add("section", line, words or line.text)
        self.question = None

    # --- questions -------------------------------------------------------------------------------------------------
    def _ask(self, line: Line, mark: Mark | None) -> None:
        stem = line.text[mark.end :].strip() if mark else line.text
        self.question = Block("question", line, stem or line.text, mark if stem else None, numbered=mark is not None)
        self.question.required = True if line.starred else None
        self.blocks.append(self.question)
        self.asked, self.counting = True, 0

    def _asks_again(self, line: Line, following: Line | None) -> bool:
        """`(2)社区医院` between A to E and the next A: the same question about something else."""
        if not line.marks or following is None or following.option is None or self.question is None:
            return False
        lettered = [part.mark for part in self.question.body if part.mark is not None and part.mark.style == "letter"]
        again = following.option.style == "letter" and following.option.number == 1
        return again and len(lettered) >= 2 and lettered[0].number == 1 and line.option is None

    def _counts_answers(self, mark: Mark, line: Line, following: Line | None) -> bool:
        """1. 2. 3. below a question that is itself numbered 4.: answers, not questions."""
        above = self.question
        if above is None or above.mark is None or above.mark.style != mark.style or above.mark.key == "":
            self.counting = 0
            return False
        plain = not tags.has_tag(line.flat) and not line.flat.rstrip(" *").endswith("?")
        if self.counting == 0:
            first = not above.body or len(above.body) == 1 and _TABLE.search(above.line.flat) is not None
            starts = mark.number == 1 and first and plain and not line.after_blank
            self.counting = 1 if starts else 0
            return starts
        goes_on = mark.number == self.counting + 1 and plain and not line.after_blank
        if goes_on and mark.number == above.mark.number + 1 and following is not None:
            next_mark = following.mark(self.styles.questions)
            goes_on = next_mark is None or next_mark.number != 1
        self.counting = mark.number if goes_on else 0
        return goes_on

    def _starts_question(self, line: Line, following: Line | None) -> bool:
        if tags.has_tag(line.flat):
            return not self._names_column(line)
        if line.option is not None and not (line.option.style in ("weak", "bullet") and line.flat.endswith("?")):
            return False
        if self.question is not None and self._translates(line):
            return False
        if _GROUPS_BEHIND.sub("", line.flat[-200:]).rstrip(" *").endswith("?"):
            below = self.question is not None and (not self.question.body or bool(self.styles.questions))
            return line.after_blank or not below
        if self.styles.questions or len(line.text) > 200:
            return False
        if following is not None and following.is_blank_to_fill and len(line.text) > 8 and not following.after_blank:
            return line.flat[:2] not in ("其他", "其它")
        if not line.after_blank:
            return False
        if _THANKS.search(line.flat) or _HINT.match(line.flat):
            return False
        return numbering.asks(line, following) or (
            self.asked and len(line.text) <= 30 and line.text[-1] not in "。.！!"
        )

    def _names_column(self, line: Line) -> bool:
        """`- 年龄[数字]` below 列：, a column with the type of its cells."""
        bullet = line.option is not None and line.option.style == "bullet"
        return bullet and self.question is not None and any(p.kind in ("rows", "columns") for p in self.question.body)

    def _translates(self, line: Line) -> bool:
        above = self.question
        return (
            above is not None
            and not any(part.kind != "stem" for part in above.body)
            and not line.after_blank
            and tongues.has_chinese(above.stem) != tongues.has_chinese(line.text)
            and tongues.sides(above.stem) is None
            and not tags.has_tag(line.flat)
            and (len(line.text) > 25 or line.flat.endswith("?"))
        )

    def _is_note(self, line: Line, following: Line | None) -> bool:
        above = self.question
        assert above is not None
        if len(line.flat) <= 200 and rules.LOOKS_LIKE.search(line.flat):
            return False
        if line.option is not None or BLANK.search(line.flat) or line.cells or _ROWS.match(line.flat):
            return False
        if _HINT.match(line.flat) or line.flat[0] == "(" and line.flat[-1] == ")":
            return bool(above.body) and line.after_blank and len(line.text) > MAX_OPTION
        if marks.range_in(line.flat) or marks.labels_in(line.flat):
            return False
        options = any(part.kind in ("option", "text") for part in above.body)
        if line.after_blank and (options or above.body or len(line.text) > MAX_OPTION or line.text[-1] in "。！"):
            return True
        return len(line.text) > 2 * MAX_OPTION and options

    def _note(self, line: Line) -> None:
        last = self.blocks[-1] if self.blocks else None
        if last is not None and last.kind == "note" and not line.after_blank:
            last.stem += "\n" + line.text
            last.extra.append(line)
        else:
            self._add("note", line)
            self.asked = True
        self.question = None

    def _attach(self, line: Line) -> None:
        above = self.question
        assert above is not None
        above.body.append(self._body(line, above))

    def _body(self, line: Line, above: Block) -> Body:
        if len(line.cells) >= 2 and not line.option:
            return Body(line, "table", line.text)
        if match := _ROWS.match(line.flat):
            kind = "rows" if match[1].lower()[0] in "行r" else "columns"
            return Body(line, kind, line.text[match.end() :].strip())
        if line.is_blank_to_fill:
            return Body(line, "blank", line.text)
        if line.option is not None and line.option.style != "weak":
            return Body(line, "option", line.text[line.option.end :].strip(), line.option)
        if self._translates(line):
            return Body(line, "stem", line.text)
        if _HINT.match(line.flat) or line.flat[0] == "(" and line.flat[-1] == ")" and line.flat.count("(") == 1:
            return Body(line, "hint", line.text)
        number = next((mark for mark in line.marks if mark.style not in self.styles.sections), None)
        if number is not None and number.style not in ("q", "code", "di"):
            return Body(line, "option", line.text[number.end :].strip() or line.text, number)
        return Body(line, "text", line.text, line.option)

    # --- after the last question -----------------------------------------------------------------------------------
    def _thanks(self) -> None:
        """A last line of thanks is no answer and no note."""
        last = self.blocks[-1] if self.blocks else None
        if last is None or not self.asked:
            return
        if last.kind in ("note", "section") and _THANKS.search(last.stem) and last.line.number not in self.choices:
            last.kind = "thanks"
        elif last.kind == "question" and last.body:
            tail = last.body[-1]
            if tail.kind == "text" and _THANKS.search(tail.text) and len(last.body) > 1:
                last.body.pop()
                self.blocks.append(Block("thanks", tail.line, tail.text))
