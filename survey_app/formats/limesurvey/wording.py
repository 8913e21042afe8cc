"""Texts with expressions in braces, on their way through the reading of HTML."""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from survey_app.formats.limesurvey.expressions import Hole, holes
from survey_app.questionnaire.parts import MAX_TEXT

_OPEN, _CLOSE = "\ue000", "\ue001"
_SILENT = re.compile(r"<(script|style)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands for an expression: the answer of `name`, or (neither given) the expression as it was written."""

    name: str = ""


def framed(source: str, piped: Callable[[Hole], Frame]) -> str:
    """The text with signs of its own around each name that is to be shown."""
    for sign in (_OPEN, _CLOSE):
        source = source.replace(sign, "")
    silent = _silent(source)
    parts: list[str] = []
    place = 0
    for hole in holes(source):
        if any(start <= hole.start < end for start, end in silent):
            continue
        inner = re.sub(r"<[a-zA-Z/][^<>]*>", "", hole.inner) if "<" in hole.inner else hole.inner
        frame = piped(Hole(hole.start, hole.end, html.unescape(inner).replace("\xa0", " ").strip()))
        if frame.name:
            parts += [source[place : hole.start], _OPEN, frame.name, _CLOSE]
            place = hole.end
    return "".join((*parts, source[place:]))


def _silent(source: str) -> list[tuple[int, int]]:
    """Where scripts and styles are: their braces are no expressions."""
    found: list[tuple[int, int]] = []
    low = source.lower()
    place = 0
    while match := _SILENT.search(source, place):
        end = low.find(f"</{match.group(1).lower()}", match.end())
        place = end if end >= 0 else len(source)
        found.append((match.start(), place))
    return found


def unframed(words: str) -> str:
    """The signs as piping; braces of the source are no piping."""
    made = braces_free(words)[:MAX_TEXT].replace(_OPEN, "{{").replace(_CLOSE, "}}")
    return made if len(made) <= MAX_TEXT else made[:MAX_TEXT]


def braces_free(words: str) -> str:
    """Words in which nothing looks like piping; escaped braces without their stroke."""
    words = words.replace("\\{", "{").replace("\\}", "}")
    while "{{" in words:
        words = words.replace("{{", "{ {")
    return words
