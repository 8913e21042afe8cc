"""The expressions of forms: tokens of XPath with `${name}`, and the tree made of them. Nothing is run here."""

import re

from survey_app.formats.importing.logic import BadExpression, Inexpressible, Parser, Ref, Token

LONGEST = 20_000
BINARY = {
    "or": (10, "any"),
    "and": (20, "all"),
    "=": (30, "="),
    "!=": (30, "!="),
    "<": (40, "<"),
    "<=": (40, "<="),
    ">": (40, ">"),
    ">=": (40, ">="),
    "+": (50, "+"),
    "-": (50, "-"),
    "*": (60, "*"),
    "div": (60, "/"),
    "mod": (60, "mod"),
}
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\xa0": " "})
_STEP = r"(?:\.\.|\.|[^\W\d][\w.-]*(?::[^\W\d][\w.-]*)?)"
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<number>[0-9]+(?:\.[0-9]+)?|\.[0-9]+)
    |(?P<text>'[^']*'|"[^"]*")
    |\$\{{\s*(?P<ref>[^}}\s]{{1,200}})\s*\}}
    |(?P<op><=|>=|!=|=|<|>|\+|-|\*)
    |(?P<open>\()|(?P<close>\))|(?P<comma>,)
    |(?P<path>/{_STEP}(?:/{_STEP})*|{_STEP}(?:/{_STEP})+)
    |(?P<word>{_STEP})
    |(?P<beyond>[\[\]|@/#]|$)
    )""",
    re.VERBOSE,
)
_INSTANCE = re.compile(r"""instance\(\s*(?:'[^']*'|"[^"]*")\s*\)""")
_STEPS = re.compile(rf"(?:/(?:{_STEP}|\*))+")
_WORDS = ("and", "or", "div", "mod")
_ENDS = ("number", "text", "name", "close")
PATH, DOLLAR = "path", "$"
"""`Ref.part`: a path from the place of the rule (`.`, `../a/b`, `/data/x`, a bare name), or `${name}`."""


def parse(text: str) -> object:
    """The tree of an expression. Raises BadExpression, or Inexpressible for XPath that is never understood (predicates)."""
    if len(text) > LONGEST:
        raise Inexpressible
    plain = text.translate(_QUOTES).replace("current()/", "")
    return Parser(tokens(_without_instances(plain)), BINARY, unary=()).parse()


def _without_instances(text: str) -> str:
    """`instance('x')item[name = 'a']/label` as `instance('x')`: where in that data it looks does not matter here."""
    made, at = "", 0
    for match in _INSTANCE.finditer(text):
        if match.start() < at:
            continue
        made += text[at : match.end()]
        at = _end_of_path(text, match.end())
    return made + text[at:]


def _end_of_path(text: str, at: int) -> int:
    while at < len(text) and text[at] in "/[":
        if step := _STEPS.match(text, at):
            at = step.end()
            continue
        depth, quote, begun = 0, "", at
        while at < len(text):
            sign = text[at]
            at += 1
            if quote:
                quote = "" if sign == quote else quote
            elif sign in "'\"":
                quote = sign
            elif sign in "[]":
                depth += 1 if sign == "[" else -1
                if depth == 0:
                    break
        if depth or at == begun:
            raise Inexpressible
    return at


def tokens(text: str) -> list[Token]:
    """The tokens; what is an operator depends on what stands before, as XPath says."""
    made: list[Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.end() == at:
            raise BadExpression(at)
        kind, value = match.lastgroup or "", match[match.lastgroup or 0]
        if kind == "beyond":
            if value:
                raise Inexpressible
            break
        made.append(_token(kind, value, at, made[-1].kind in _ENDS if made else False))
        at = match.end()
    return made


def _token(kind: str, value: str, at: int, after_operand: bool) -> Token:
    if kind == "number":
        return Token("number", float(value) if "." in value else int(value), at)
    if kind == "text":
        return Token("text", value[1:-1], at)
    if kind == "ref":
        return Token("name", Ref(value.removeprefix("last-saved#"), "saved" if "#" in value else DOLLAR), at)
    if kind == "path":
        return Token("name", Ref(value, PATH), at)
    if kind == "word":
        if value in _WORDS and after_operand:
            return Token("op", value, at)
        if value in (".", ".."):
            return Token("name", Ref(value, PATH), at)
        return Token("name", value, at)
    return Token(kind, value, at)
