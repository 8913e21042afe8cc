"""The expression language of LimeSurvey: its tokens, its precedences, and the places in a text where an expression stands."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Parser, Ref, Token

LONGEST = 20_000
LONGEST_NUMBER = 15
BINARY = {
    "or": (5, "any"), "and": (10, "all"),
    "==": (20, "="), "!=": (20, "!="),
    "<": (30, "<"), "<=": (30, "<="), ">": (30, ">"), ">=": (30, ">="),
    "+": (40, "+"), "-": (40, "-"), "*": (50, "*"), "/": (50, "/"),
}  # fmt: skip
_WORDS = {"eq": "==", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">=", "&&": "and", "||": "or"}
_TOKEN = re.compile(
    r"(?P<space>\s+)"
    r'|(?P<double>"(?:[^"\\]|\\.)*")'
    r"|(?P<single>'(?:[^'\\]|\\.)*')"
    r"|(?P<sgqa>(?:INSERTANS:)?[0-9]+X[0-9]+X[0-9]+[A-Za-z0-9_]*(?:\#[01])?(?:\.[A-Za-z]+)?)"
    r"|(?P<number>[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
    r"|(?P<name>(?:TOKEN:)?[A-Za-z_][A-Za-z0-9_]*(?:\#[01])?(?:\.[A-Za-z0-9_]+)*)"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)"
    r"|(?P<op>&&|\|\||==|!=|<=|>=|\+=|-=|\*=|/=|\+\+|--|[<>=!+\-*/])",
    re.DOTALL,
)
_SUFFIXES = frozenset(
    ("code", "gid", "grelevance", "gseq", "jsName", "mandatory", "NAOK", "qid", "qseq", "question", "readWrite")
    + ("relevance", "relevanceStatus", "rowdivid", "sgqa", "shown", "type", "value", "valueNAOK")
)


class Quoted(str):
    """A constant in quotes: LimeSurvey may compare it as a text even when it looks like a number."""

    __slots__ = ()


@lru_cache(maxsize=4_096)
def parsed(text: str) -> Any:
    """The tree of an expression. Raises BadExpression; assignments are none."""
    if len(text) > LONGEST:
        raise BadExpression(LONGEST)
    return Parser(tokens(text), BINARY).parse()


def tokens(text: str) -> list[Token]:
    """The tokens of an expression. Raises BadExpression with the place of what is no token."""
    made: list[Token] = []
    place = 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise BadExpression(place)
        kind, word = str(match.lastgroup), match.group()
        if kind in ("double", "single"):
            made.append(Token("text", Quoted(re.sub(r"\\([\"'])", r"\1", word[1:-1])), place))
        elif kind == "number":
            if len(word) > LONGEST_NUMBER:
                raise BadExpression(place)
            made.append(Token("number", float(word) if "." in word else int(word), place))
        elif kind in ("name", "sgqa"):
            made.append(_named(word, kind, place, text[match.end() :].lstrip()[:1] == "("))
        elif kind == "op":
            word = _WORDS.get(word, word)
            if word not in BINARY and word != "!":
                raise BadExpression(place)  # an assignment, or a sign that this language has not
            made.append(Token("op", word, place))
        elif kind != "space":
            made.append(Token(kind, word, place))
        place = match.end()
    return made


def _named(word: str, kind: str, place: int, called: bool) -> Token:
    low = word.lower()
    if low in ("and", "or"):
        return Token("op", low, place)
    if low in _WORDS:
        return Token("op", _WORDS[low], place)
    if called:
        return Token("name", word, place)
    word = word.removeprefix("INSERTANS:")
    name, _, suffix = word.rpartition(".")
    if name and suffix in _SUFFIXES:
        return Token("name", Ref(name, suffix), place)
    return Token("name", Ref(word), place)


@dataclass(frozen=True, slots=True)
class Hole:
    """An expression in a text: `text[start:end]` with its braces; `inner` without."""

    start: int
    end: int
    inner: str


def holes(text: str) -> list[Hole]:
    """The expressions in a text. As in LimeSurvey a brace with white space behind it begins none; `\\{` neither."""
    found: list[Hole] = []
    place = 0
    while (start := text.find("{", place)) >= 0:
        place = start + 1
        if (start and text[start - 1] == "\\") or text[place : place + 1].isspace() or place >= len(text):
            continue
        end = _closing(text, place)
        if end < 0:
            continue
        found.append(Hole(start, end + 1, text[place:end]))
        place = end + 1
    return found


def _closing(text: str, place: int) -> int:
    """The brace that ends an expression begun before `place`, not one inside quotes; -1 when there is none near."""
    quote = ""
    for at in range(place, min(len(text), place + LONGEST)):
        sign = text[at]
        if quote:
            quote = "" if sign == quote and text[at - 1] != "\\" else quote
        elif sign in "\"'":
            quote = sign
        elif sign == "}":
            return -1 if text[at - 1].isspace() else at
        elif sign == "{":
            return -1
    return -1
