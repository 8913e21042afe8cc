"""省市区 on the page: one list per level. Without script a page turn offers the next list; region.js fills it at once.

What the script fills the lists with is one small file per language, whose address changes with its content.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from survey_app.questionnaire import regions
from survey_app.questionnaire.parts import Answers, text_in
from survey_app.questionnaire.question_types.region import LEVEL_TEXTS, REFUSED, REFUSED_TEXT, Region
from survey_app.runner.choices import field_id
from survey_app.runner.marks import error, heading_id
from survey_app.runner.sheet import Sheet

SCRIPT = "region.js"
_FILE = re.compile(r"([23])-(zh-CN|en)-([0-9a-f]{12})\.json", re.ASCII)


@dataclass(frozen=True, slots=True)
class Listing:
    """The file of the script: its address, its text, the same packed."""

    address: str
    text: bytes
    packed: bytes


@lru_cache(maxsize=8)
def listing(levels: int, language: str) -> Listing:
    """The file for questions of so many levels. `language`: of the page; there are Chinese names and English ones."""
    kind = "zh-CN" if language.startswith("zh") else "en"
    text = regions.listing(levels, kind).encode()
    mark = hashlib.sha256(text).hexdigest()[:12]
    return Listing(f"/divisions/{levels}-{kind}-{mark}.json", text, gzip.compress(text, 9, mtime=0))


def served(name: str) -> Listing | None:
    """The file behind the end of an address; None when there is none."""
    found = _FILE.fullmatch(name)
    return listing(int(found[1]), found[2]) if found else None


def drawn(question: Region, sheet: Sheet) -> str:
    """The lists; one with nothing to choose from yet is hidden and not sent."""
    above, waiting, parts = "", sheet.focus == question.name, []
    for level, name in enumerate(question.names()):
        offered, value = regions.offered(above, level), sheet.value(name)
        if offered:
            focus = waiting and value not in offered
            waiting = waiting and not focus
            parts.append(_list(question, level, question.provinces() if level == 0 else offered, sheet, focus))
            above = value if value in offered else ""
        else:
            parts.append(_list(question, level, (), sheet, False))
    source = f" data-src={listing(question.levels, sheet.language).address}" if question.levels > 1 else ""
    needed = " data-must=1" if question.required else ""
    return f"<div class=region{source}{needed}>{''.join(parts)}</div>"


def _list(question: Region, level: int, offered: Any, sheet: Sheet, focus: bool) -> str:
    name, _, known = question.names()[level], sheet.say, regions.places()
    value, told = sheet.value(name), error(question, name, sheet)
    rows = ["<option value=''>" + _("请选择") + "</option>"]
    for code in offered:
        on, named = " selected" if code == value else "", known[code].names
        rows.append(f"<option value={code}{on}{sheet.lang(named)}>{sheet.html(named)}</option>")
    if not question.required:
        on = " selected" if value == REFUSED else ""
        rows.append(f"<option value={REFUSED}{on}>{sheet.html(REFUSED_TEXT)}</option>")
    wrong = name in sheet.errors
    label = f"<label for={field_id(name)}>{sheet.html(LEVEL_TEXTS[level])}</label>"
    rest = f" aria-describedby=e-{name}" if told else ""
    if question.levels == 1:
        label, rest = "", f'{rest} aria-labelledby="{heading_id(question.name)}"'
    rest += " aria-invalid=true" if wrong else ""
    rest += " autofocus" if focus else ""
    hidden = ""
    if not offered:
        hidden, rest = " hidden", rest + " disabled"
        told = told.replace("class='err req'", "class=err")  # what is hidden need not be filled in
    return (
        f"<div class='field{' bad' if wrong else ''}'{hidden}>{label}{told}"
        f"<select name={name} id={field_id(name)}{rest}>{''.join(rows)}</select></div>"
    )


def in_words(question: Region, answers: Answers, language: str, first: str) -> str:
    """The answer in one line, larger places first; a place that stands for a level below it is named once."""
    codes = dict.fromkeys(str(answers[name]) for name in question.names() if name in answers)
    known = {code: found.names for code in codes if (found := regions.place(code))} | {REFUSED: REFUSED_TEXT}
    shown = [text_in(known.get(code), language, first) or code for code in codes]
    return (" " if language.startswith("zh") else ", ").join(shown)
