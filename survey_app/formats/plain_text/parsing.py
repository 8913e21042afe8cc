"""The whole way: lines, blocks, questions, rules, languages, one definition."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from survey_app.formats.plain_text import blocks, languages, linking, marks, questions, tags
from survey_app.formats.plain_text.blocks import Block
from survey_app.formats.plain_text.lines import count, split
from survey_app.formats.plain_text.parsed import Item, Parsed, Remark, TextRefused
from survey_app.formats.plain_text.questions import Made
from survey_app.questionnaire.definition import MAX_QUESTIONS
from survey_app.questionnaire.parts import MAX_TEXT

MAX_LINES = 20_000
MAX_CHARACTERS = 2_000_000
TYPES = blocks.STRUCTURE | frozenset(
    (
        *("single_choice", "multiple_choice", "dropdown", "rating", "nps", "matrix", "matrix_multiple", "text_fields"),
        *("short_text", "long_text", "number", "date", "time", "consent", "note", "section", "ranking", "constant_sum"),
        *("slider", "matrix_fields", "file", "region"),
    )
)
"""What a person may choose for a line."""
NO_TITLE = {"zh-CN": "未命名问卷", "en": "Untitled questionnaire"}
_HOLE = re.compile(r"\{\{(?= ?[a-z][a-z0-9_]{0,63} ?\}\})")


def parse(text: str, *, choices: Mapping[int, str] | None = None, name: str = "from-text") -> Parsed:
    """Reads a questionnaire. `choices`: line number -> type a person picked, one of that item's alternatives.

    Raises TextRefused for a text that is too long or holds nothing to ask. Takes time in proportion to the text.
    """
    if len(text) > MAX_CHARACTERS:
        raise TextRefused(Remark("too_many_characters", 0, {"given": len(text), "limit": MAX_CHARACTERS}, "lost"))
    if (lines := count(text)) > MAX_LINES:
        raise TextRefused(Remark("too_many_lines", 0, {"given": lines, "limit": MAX_LINES}, "lost"))
    found = split(text)
    if not found:
        raise TextRefused(Remark("nothing_to_read", 0, {}, "lost"))
    chosen = {line: kind for line, kind in (choices or {}).items() if kind in TYPES}
    refused = [Remark("choice_unknown", line) for line in choices or {} if line not in chosen]
    parsed = _Assembly(blocks.build(found, chosen), chosen, name).finish()
    return replace(parsed, problems=(*refused, *parsed.problems)) if refused else parsed


def keys(text: str) -> dict[int, str]:
    """A key for every line with words that stays the same while other lines change: line number -> key."""
    seen: dict[str, int] = {}
    found = {}
    for line in split(text):
        digest = hashlib.blake2b(line.text.encode(), digest_size=5).hexdigest()
        seen[digest] = seen.get(digest, 0) + 1
        found[line.number] = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return found


class _Assembly:
    def __init__(self, found: list[Block], chosen: Mapping[int, str], name: str) -> None:
        self.blocks = found
        self.chosen = chosen
        asked = [block for block in found if block.kind == "question"]
        self.tagged = any(tags.has_tag(block.line.flat) for block in asked)
        self.starred = any(block.required or _says_required(block) for block in asked)
        self.data: dict[str, Any] = {"format": 1, "name": name}
        self.pages: list[list[dict[str, Any]]] = [[]]
        self.items: list[Item] = []
        self.made: list[Made] = []
        self.problems: list[Remark] = []
        self.names: set[str] = set()
        self.asked = 0
        self.extras = 0

    def finish(self) -> Parsed:
        for block in self.blocks:
            self._place(block)
        links = linking.link(self.made, self.pages)
        self.problems += links.remarks
        if self.tagged and not self.starred:
            self.problems.append(Remark("required_by_tags", 0, {}))
        self._check_title()
        self._assemble(links.pages)
        self._cut_texts()
        self.problems += languages.give(self.data, links.stems)
        if not self.asked:
            self.problems.append(Remark("no_question", 0, {}))
        self._default_title()
        return Parsed(self.data, tuple(self.items), tuple(sorted(self.problems, key=lambda remark: remark.line)))

    def _place(self, block: Block) -> None:
        if block.kind == "question":
            self._question(block)
            return
        numbers = block.lines
        remarks: tuple[Remark, ...] = ()
        alternatives: tuple[str, ...] = ()
        names: tuple[str, ...] = ()
        if block.kind in ("section", "note"):
            names = (self._extra(block.kind, block.stem),)
            other = "note" if block.kind == "section" else "section"
            alternatives = (block.kind, other, "short_text", "long_text", "single_choice", blocks.PART, blocks.SKIP)
        elif block.kind == "page":
            if self.pages[-1]:
                self.pages.append([])
        elif block.kind in ("intro", "thanks"):
            self.data[block.kind] = "\n".join(words for words in (self.data.get(block.kind), block.stem) if words)
            alternatives = ("note", "section", "short_text", blocks.SKIP)
        elif block.kind == "title":
            self.data["title"] = block.stem
            alternatives = ("note", "section", "short_text", "single_choice", blocks.SKIP)
        elif block.kind == "skipped":
            remarks = (Remark("left_out", block.line.number, {}, "lost"),)
            self.problems += remarks
            alternatives = ("", "note", "section")
        self.items.append(
            Item(block.kind, block.line.number, numbers, names=names, alternatives=alternatives, remarks=remarks)
        )

    def _extra(self, kind: str, text: str) -> str:
        self.extras += 1
        name = f"{'part' if kind == 'section' else 'note'}{self.extras}"
        self.names.add(name)
        self.pages[-1].append({"name": name, "type": kind, "text": text})
        return name

    def _question(self, block: Block) -> None:
        number = block.line.number
        chosen = self.chosen.get(number, "")
        made = questions.make(
            block, chosen if chosen not in blocks.STRUCTURE else "", tagged=self.tagged, starred=self.starred
        )
        if self.asked + self.extras + len(made.questions) > MAX_QUESTIONS:
            remark = Remark("too_many_questions", number, {"limit": MAX_QUESTIONS}, "lost")
            self.problems.append(remark)
            self.items.append(Item("skipped", number, block.lines, remarks=(remark,)))
            return
        self._name(made)
        self.asked += sum(question["type"] not in ("note", "section") for question in made.questions)
        self.made.append(made)
        self.pages[-1] += made.questions
        self.problems += made.remarks
        decision = made.decision
        self.items.append(
            Item(
                decision.type if decision.type in ("note", "section") else "question",
                number,
                block.lines,
                decision.type,
                tuple(question["name"] for question in made.questions),
                decision.sure,
                Remark(decision.reason, number, decision.values),
                made.alternatives,
                tuple(made.remarks),
            )
        )

    def _name(self, made: Made) -> None:
        """q5 for a question numbered 5, a1 for A1; the next free number where that is taken."""
        mark = made.block.mark
        wanted = ""
        if mark is None and made.decision.type in ("note", "section"):
            self.extras += 1
            wanted = f"{'part' if made.decision.type == 'section' else 'note'}{self.extras}"
        if mark is not None and mark.style != "cn" and mark.style != "cnboth":
            key = mark.key.lower()
            wanted = key if mark.style == "code" else f"q{key}" if key.isascii() else f"q{mark.number}"
        if not wanted or wanted in self.names:
            free = self.asked + 1
            while f"q{free}" in self.names:
                free += 1
            if wanted:
                made.remarks.append(Remark("renamed", made.block.line.number, {"wanted": wanted, "name": f"q{free}"}))
            wanted = f"q{free}"
        self.names.add(wanted)
        row = 0
        for question in made.questions:
            part = question.pop("part", "")
            row += part == "row"
            question["name"] = {"head": f"{wanted}head", "row": f"{wanted}r{row}"}.get(part, wanted)
            self.names.add(question["name"])

    # --- the end ---------------------------------------------------------------------------------------------------
    def _check_title(self) -> None:
        if "title" not in self.data:
            self.problems.append(Remark("no_title", 0, {}))

    def _assemble(self, pages: list[dict[str, Any]]) -> None:
        if not pages:
            pages = [{"questions": []}]
        self.data |= {"languages": [], "mode": "anonymous", "pages": pages}
        order = ("format", "name", "title", "languages", "mode", "intro", "thanks", "pages")
        self.data = {key: self.data[key] for key in order if key in self.data}

    def _cut_texts(self) -> None:
        """Texts above the limit of a definition are cut, and holes for answers that nobody means are closed."""
        for holder, key in languages.texts(self.data):
            words = unicodedata.normalize("NFC", holder[key])
            if _HOLE.search(words):
                words = _HOLE.sub("{ {", words)
                self.problems.append(Remark("hole_closed", 0, {"text": words[:40]}, "changed"))
            if len(words) > MAX_TEXT:
                self.problems.append(Remark("text_cut", 0, {"limit": MAX_TEXT, "text": words[:20]}, "lost"))
                words = words[:MAX_TEXT]
            holder[key] = words if words.strip() else "…"

    def _default_title(self) -> None:
        if "title" not in self.data:
            self.data["title"] = {language: NO_TITLE[language] for language in self.data["languages"]}
            order = ("format", "name", "title", "languages", "mode", "intro", "thanks", "pages")
            self.data = {key: self.data[key] for key in order if key in self.data}


def _says_required(block: Block) -> bool:
    return marks.take(block.stem)[1].required is True
