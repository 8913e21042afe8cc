"""Which way of numbering marks the questions of a text, and which its sections. The rest numbers answers or rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from survey_app.formats.plain_text import answers, marks, tags
from survey_app.formats.plain_text.lines import BLANK, CHINESE, NUMERIC, Line

STATED = ("di", "q", "code")
_PART = re.compile(
    r"(?:第\s?[一二三四五六七八九十0-9]{1,3}\s?(?:部分|节|章|单元)|(?:part|section|module)\s?(?:[0-9]{1,2}|[A-Z]|[ivxIVX]{1,4})\b)\s?[:：.、,-]?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Numbering:
    """The styles of questions and of sections; both may be empty."""

    questions: frozenset[str]
    sections: frozenset[str]


def is_part(line: Line) -> bool:
    """第一部分, Part 2, a heading, a short line in black brackets."""
    if line.heading:
        return not any(mark.style in (*STATED, "dot") for mark in line.marks)
    twin = line.flat
    if len(twin) > 60 or tags.has_tag(twin):
        return False
    if _PART.match(twin):
        return not twin.endswith("?")
    return twin[0] == "[" and twin[-1] == "]" and "[" not in twin[1:] and len(twin) <= 40 and line.text[0] in "【〖"


def asks(line: Line, following: Line | None) -> bool:
    """Whether a line looks like a question by itself or by what comes next."""
    twin = line.flat
    tail = twin[-200:].rstrip(" *")
    if tail.endswith(("?", ":", "_", "{_}")) or tags.has_tag(twin) or BLANK.search(twin):
        return True
    words, found = marks.take(line.text[-400:])
    if found.multiple or found.single or found.has_range or found.required is not None or words[-1:] in "?？:：":
        return True
    if answers.inline(line.text[:2000]) is not None:
        return True
    if following is None or following.is_page_break:
        return False
    if following.option is not None or following.is_blank_to_fill or len(following.cells) >= 3:
        return True
    return not following.marks and not following.after_blank and len(following.text) <= 40 and not is_part(following)


def decide(lines: Sequence[Line]) -> Numbering:
    """Looks at the whole text: strong styles first, then the one whose lines look like questions."""
    seen: dict[str, list[bool]] = {}
    for index, line in enumerate(lines):
        if line.marks:
            looks = asks(line, lines[index + 1] if index + 1 < len(lines) else None)
            for mark in line.marks:
                seen.setdefault(mark.style, []).append(looks)
    share = {style: sum(found) / len(found) for style, found in seen.items()}
    stated = [s for s in STATED if s in seen and (len(seen[s]) > 1 or share[s] > 0)]
    questions = set(stated)
    chinese = [style for style in CHINESE if style in seen]
    numeric = [style for style in NUMERIC if style in seen]
    if not stated:
        asked = [style for style in numeric if share[style] >= 0.3]
        first = asked[:1] or ([] if any(share[s] >= 0.4 for s in chinese) else numeric[:1])
        questions.update(first)
    if questions:
        questions.update(s for s in numeric if s not in questions and share[s] >= 0.5 and len(seen[s]) > 1)
    elif chinese:
        questions.add(chinese[0])
    return Numbering(frozenset(questions), frozenset(s for s in chinese if s not in questions))
