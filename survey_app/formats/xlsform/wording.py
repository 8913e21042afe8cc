"""Texts of a form as ours: every language, `${name}` as piping, Markdown as words; one line of the report for each cell."""

import re
from typing import Any

from survey_app.formats.importing import Building
from survey_app.formats.importing.logic import BadExpression, Call, Const, Inexpressible, Ref
from survey_app.formats.importing.offering import Offered
from survey_app.formats.importing.report import Kind
from survey_app.formats.xlsform.columns import Row
from survey_app.formats.xlsform.outline import Node
from survey_app.formats.xlsform.resolving import Resolver

_HOLE = re.compile(r"\$\{\s*(?:last-saved#)?([^}\s]{1,200})\s*\}")
_STRONG = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,500}?)(?<=\S)\1")
_STRESSED = re.compile(r"(?<![\w*])([*_])(?=[^\s*_])([^*_\n]{1,500}?)(?<=\S)\1(?![\w*])")
_HEADING = re.compile(r"^\s{0,3}#{1,6}[ \t]+", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^\]\n]{1,300})\]\((\ue000[0-9]{1,6}\ue001)\)")
_SIGNS = re.compile(r"[*#_]|\]\(")
_HOLE_OR_SIGN = re.compile(r"\$\{[^}\n]{1,200}\}|\\[*_#\\]|https?://[^\s<>)]{1,500}")
_HIDDEN = re.compile("\ue000([0-9]{1,6})\ue001")
_TAG = re.compile(r"</?[a-zA-Z]")
_BLOCK = r"</?(?:br|p|div|li|ul|ol|h[1-6]|hr|tr|td|th|table)\b[^<>]{0,200}>"
_ENDS, _BEGINS = re.compile(rf"{_BLOCK}[ \t]*$", re.IGNORECASE), re.compile(rf"[ \t]*{_BLOCK}", re.IGNORECASE)
Text = dict[str, str]


class Wording:
    """Makes texts. `tongues`: language of a heading -> our tag. `left`: names in the last text that could not be piped."""

    def __init__(self, building: Building, resolver: Resolver, tongues: dict[str, str]) -> None:
        self._building, self._resolver, self.tongues = building, resolver, tongues
        self.first = next(iter(tongues.values()))
        self.ready: set[str] = set()
        """Variables of questions that are in the draft already: what a text may show."""
        self.lists: dict[tuple[int, ...], list[tuple[Offered, list[int]]]] = {}
        """Choices made of rows before."""
        self.left: list[tuple[str, str]] = []
        """(place, name) of holes that stay as they are."""

    def text(self, row: Row, key: str, ours: str, at: Node | None, *, kind: Kind = "text") -> Text:
        """The text under a heading in every language; {} when there is none. The first language is never missing."""
        made: Text = {}
        for column, given in row.cells.items():
            if column.key != key:
                continue
            place = row.label_of(row.number, column)
            before = len(self._building.lines)
            piped = self._piped(_markdown(given), place, at)
            found = self._building.text(
                {self.tongues.get(column.language, self.first): piped[0]}, place, ours, kind=kind
            )
            for tag, words in found.items():
                made[tag] = f"{made[tag]}\n{words}" if tag in made else words
            if len(self._building.lines) == before and found:
                if piped[0] == given or piped[1]:
                    self._building.kept(kind, place, given, ours)
                else:
                    self._building.changed(kind, place, given, "formatting", ours)
        return self.complete(made)

    def complete(self, made: Text) -> Text:
        """With the first language: another one stands for it where it is missing."""
        if made and self.first not in made:
            return {self.first: next(iter(made.values())), **made}
        return made

    def _piped(self, text: str, place: str, at: Node | None) -> tuple[str, bool]:
        text = re.sub(r"\{(?=\{)", "{ ", text)
        changed = False

        def hole(match: re.Match[str]) -> str:
            nonlocal changed
            found = self._shown(match[1], at) if at is not None else None
            if found is None:
                self.left.append((place, match[1]))
                return match[0]
            changed = True
            return found

        return _HOLE.sub(hole, text), changed

    def _shown(self, name: str, at: Node | None) -> str | None:
        """What shows the answer of a name here: `{{name}}`, or the constant that it is."""
        if at is None:
            return None
        try:
            tree = self._resolver.tree(f"${{{name}}}", at)
        except (Inexpressible, BadExpression):
            return None
        return self._piece(tree)

    def _piece(self, tree: Any) -> str | None:
        if isinstance(tree, Ref):
            return f"{{{{{tree.name}}}}}" if tree.name in self.ready else None
        if isinstance(tree, Const) and isinstance(tree.value, str | int | float) and tree.value != "":
            return str(tree.value)
        if isinstance(tree, Call) and tree.name == "jr:choice-name" and tree.parts and isinstance(tree.parts[0], Ref):
            return self._piece(tree.parts[0])
        return None


def _markdown(text: str) -> str:
    """The words of a text in Markdown, as far as forms use it: strong and stressed words, headings, links, signs meant as such.

    A line of a cell is a line, also where there are tags in it.
    """
    if "\n" in text and _TAG.search(text):
        text = _lines(text)
    if not _SIGNS.search(text):
        return text
    holes: list[str] = []

    def hidden(match: re.Match[str]) -> str:
        holes.append(match[0])
        return f"\ue000{len(holes) - 1}\ue001"

    plain = _LINK.sub(
        r"\1 (\2)", _HEADING.sub("", _HOLE_OR_SIGN.sub(hidden, text.replace("\ue000", "").replace("\ue001", "")))
    )
    plain = _STRESSED.sub(r"\2", _STRONG.sub(r"\2", plain))
    return _HIDDEN.sub(lambda match: holes[int(match[1])].removeprefix("\\"), plain)


def _lines(text: str) -> str:
    """A text with tags whose lines end in `<br>`, but for those that begin or end at a block."""
    made: list[str] = []
    for line in text.split("\n"):
        if made:
            before = made[-1]
            inside = before.rfind("<") > before.rfind(">")
            made.append("\n" if inside or _ENDS.search(before[-300:]) or _BEGINS.match(line) else "<br>")
        made.append(line)
    return "".join(made)
