"""The expression language of SurveyJS, parsed into the tree of rules: `{age} >= 18 and {why} contains 'price'`.

Source: the grammar of survey-core. `and`, `or`, comparisons also as words, `empty`, `contains` and its kin bind closer than
arithmetic; a closing bracket at the end may be missing. Lists of constants become a Const that holds a tuple.
"""

import re
from typing import Any

from survey_app.formats.importing.logic import BadExpression, Both, Call, Const, Not, Op, Parser, Ref, Token

MAX_LENGTH = 20_000
_BINARY: dict[str, tuple[int, str]] = {
    "or": (5, "any"), "and": (10, "all"),
    "=": (20, "="), "!=": (20, "!="), "<": (20, "<"), "<=": (20, "<="), ">": (20, ">"), ">=": (20, ">="),
    "+": (30, "+"), "-": (30, "-"), "*": (40, "*"), "/": (40, "/"), "%": (40, "%"), "^": (50, "^"),
    "contains": (60, "contains"), "notcontains": (60, "notcontains"), "anyof": (60, "anyof"), "allof": (60, "allof"),
    "noneof": (60, "noneof"), "empty": (70, "empty"), "notempty": (70, "notempty"),
}  # fmt: skip
_WORDS = {
    "or": "or", "and": "and", "equal": "=", "notequal": "!=", "less": "<", "lessorequal": "<=", "greater": ">",
    "greaterorequal": ">=", "contains": "contains", "contain": "contains", "notcontains": "notcontains",
    "notcontain": "notcontains", "anyof": "anyof", "allof": "allof", "noneof": "noneof", "empty": "empty",
    "notempty": "notempty", "negate": "!", "power": "^",
}  # fmt: skip
_SIGNS = {"||": "or", "&&": "and", "==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "*=": "contains"}
_VALUES = {"true": True, "false": False, "undefined": None, "null": None}
_TOKEN = re.compile(
    r"""\s*(?:
      \{(?P<name>[^{}]*)\}
    | '(?P<single>(?:[^'\\]|\\.)*)' | "(?P<double>(?:[^"\\]|\\.)*)"
    | (?P<hex>0x[0-9a-fA-F]+) | (?P<number>[0-9]+(?:\.[0-9]+)?)(?![A-Za-z_])
    | (?P<word>[A-Za-z_0-9][A-Za-z0-9_]*(?:-[A-Za-z_][A-Za-z0-9_]*)*)
    | (?P<sign>\|\||&&|==|!=|<>|<=|=<|>=|=>|\*=|[=<>!+\-*/%^(),\[\]])
    )""",
    re.VERBOSE,
)
_SPECIAL = frozenset(("contains", "notcontains", "anyof", "allof", "noneof", "empty", "notempty"))


def parse(text: str) -> Any:
    """The tree of an expression. Special operators and comparisons with lists become Call. Raises BadExpression."""
    if not text.strip() or len(text) > MAX_LENGTH:
        raise BadExpression
    return _shaped(Parser(_tokens(text), _BINARY, unary=("!",)).parse(), 0)


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at, open_brackets = 0, 0
    text = text.rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            raise BadExpression(at)
        start, at = at, match.end()
        if match["sign"] == "[":
            items, at = _list(text, at)
            found.append(Token("text", items, start))
            continue
        token = _token(match, start, text[at : at + 1])
        open_brackets += (token.kind == "open") - (token.kind == "close")
        found.append(token)
        if token.kind == "op" and token.value in ("empty", "notempty"):
            found.append(Token("text", "", start))
    return found + [Token("close", ")", len(text))] * max(0, open_brackets)


def _token(match: re.Match[str], start: int, following: str) -> Token:
    if match["name"] is not None:
        return Token("name", Ref(match["name"]), start)
    for kind in ("single", "double"):
        if match[kind] is not None:
            return Token("text", re.sub(r"\\(.)", r"\1", match[kind]), start)
    if match["hex"] or match["number"]:
        value = int(match["hex"], 16) if match["hex"] else float(match["number"])
        return Token("number", int(value) if float(value).is_integer() else value, start)
    if match["word"]:
        return _word(match["word"], start, following)
    sign = _SIGNS.get(match["sign"], match["sign"])
    return Token({"(": "open", ")": "close", ",": "comma"}.get(sign, "op"), sign, start)


def _word(word: str, start: int, following: str) -> Token:
    low = word.lower()
    if low in _WORDS:
        return Token("op", _WORDS[low], start)
    if following == "(":
        return Token("name", word, start)
    if low in _VALUES:
        return Token("text", _VALUES[low], start)
    return Token("text", word, start)  # a word without quotes is a text


def _list(text: str, at: int) -> tuple[tuple[Any, ...], int]:
    """The constants up to the closing bracket, and where it ends."""
    items: list[Any] = []
    negative = False
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match["name"] is not None:
            raise BadExpression(at)
        at = match.end()
        if match["sign"] == "]":
            return tuple(items), at
        if match["sign"] == "-":
            negative = True
        elif match["sign"] is None:
            value = _token(match, at, "").value
            items.append(-value if negative and isinstance(value, int | float) else value)
            negative = False
        elif match["sign"] != ",":
            raise BadExpression(at)
    raise BadExpression(at)


def _shaped(tree: Any, depth: int) -> Any:
    """The same tree with operators our rules do not know as functions."""
    if isinstance(tree, Both):
        return Both(tree.word, tuple(_shaped(part, depth + 1) for part in tree.parts))
    if isinstance(tree, Not):
        return Not(_shaped(tree.part, depth + 1))
    if isinstance(tree, Call):
        return Call(tree.name, tuple(_shaped(part, depth + 1) for part in tree.parts))
    if isinstance(tree, Op):
        left, right = _shaped(tree.left, depth + 1), _shaped(tree.right, depth + 1)
        lists = any(isinstance(side, Const) and isinstance(side.value, tuple) for side in (left, right))
        if tree.op in _SPECIAL or lists:
            return Call(tree.op, (left, right))
        return Op(tree.op, left, right)
    return tree


def names(tree: Any) -> list[str]:
    """Every name in braces, in order."""
    if isinstance(tree, Ref):
        return [tree.name]
    parts = tree.parts if isinstance(tree, Both | Call) else ()
    if isinstance(tree, Not):
        parts = (tree.part,)
    if isinstance(tree, Op):
        parts = (tree.left, tree.right)
    return [name for part in parts for name in names(part)]
