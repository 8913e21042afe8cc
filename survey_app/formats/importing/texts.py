"""Texts of other systems as ours: words and line breaks. Markup, pictures and scripts are seen, counted and left out."""

import html
import re
from dataclasses import dataclass
from html.parser import HTMLParser

from survey_app.questionnaire.parts import MAX_TEXT

LONGEST_MARKUP = 400_000
_TAG = re.compile(r"<(?:/?[a-zA-Z]|!--|!\[)")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_SECTION = re.compile(r"<!\[[^<>\]]{0,200}\](?:--)?>")
_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_BLOCKS = frozenset(
    (
        "p",
        "div",
        "br",
        "li",
        "ul",
        "ol",
        "tr",
        "table",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "section",
        "article",
        "blockquote",
    )
    + ("hr", "dd", "dt")
)
_SILENT = frozenset(("script", "style", "template", "noscript", "iframe", "object", "svg", "math", "head", "title"))
_BARE = frozenset(("br", "p", "div", "span", "li", "ul", "ol"))  # nothing of their look is worth telling
_MEDIA = frozenset(("img", "video", "audio", "source", "embed", "picture"))


@dataclass(frozen=True, slots=True)
class Words:
    """A text without markup. `formatting`: it was bold, a link or the like; `pictures`, `scripts`: how many were left out."""

    text: str
    formatting: bool = False
    pictures: int = 0
    scripts: int = 0
    cut: bool = False


def words(source: str) -> Words:
    """The words of a text that may hold HTML. Takes time that grows with its length."""
    source = source[:LONGEST_MARKUP]
    if not _TAG.search(source):
        text = html.unescape(source) if _ENTITY.search(source) else source
        return _tidied(text, Words(""))
    reader = _Reader()
    reader.feed(_parsable(source))
    reader.close()
    return _tidied("".join(reader.parts), Words("", reader.formatting, reader.pictures, reader.scripts))


def _parsable(source: str) -> str:
    """Markup that the parser reads in one go: without marked sections, which it may refuse, and tags that never end."""
    source = _SECTION.sub("", source.replace("<![CDATA[", "").replace("]]>", "")).replace("<![", "&lt;![")
    last = source.rfind(">") + 1
    return source[:last] + source[last:].replace("<", "&lt;")


def _tidied(text: str, found: Words) -> Words:
    text = _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n").replace("\xa0", " "))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    text = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Words(text[:MAX_TEXT], found.formatting, found.pictures, found.scripts, len(text) > MAX_TEXT)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.formatting, self.pictures, self.scripts = False, 0, 0
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
            self.scripts += tag == "script"
            self.pictures += tag in ("iframe", "object")  # a video, a map
        if any(name.startswith("on") for name, _ in attrs):
            self.scripts += 1
        if tag == "br":
            self.parts.append("\n")  # two of them set a paragraph apart
        elif tag in _BLOCKS:
            self._break()
        if tag in _MEDIA:
            self.pictures += 1
            self.parts.append(dict(attrs).get("alt") or "")
        elif tag not in _BARE and tag not in _SILENT:
            self.formatting = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag in _SILENT:
            self._silent -= 1

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS and tag != "br":
            self._break()
        elif tag in ("td", "th"):
            self.parts.append(" ")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _break(self) -> None:
        if self.parts and self.parts[-1] != "\n":
            self.parts.append("\n")
