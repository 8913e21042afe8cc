"""Small players of the files that are written, apart from our writers and importers: what is shown for given answers.

SurveyJS: as survey-core compares (an unanswered name equals another one, has no order, and counts 0 in sums).
"""

import io
import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from openpyxl import load_workbook

from tests.formats.xlsform.reference import Player, Reader, Row, num

TOKEN = re.compile(r"\s*(?:\{([^}]+)\}|'((?:[^'\\]|\\.)*)'|(-?\d+(?:\.\d+)?)|(<>|<=|>=|[=<>!()\[\],+*/-])|([A-Za-z]+))")
Answers = dict[str, Any]


class Sentence:
    """One expression of SurveyJS, read from left to right."""

    LEVELS = (
        ("or",),
        ("and",),
        ("=", "<>", "<", "<=", ">", ">="),
        ("+", "-"),
        ("*", "/"),
        ("contains", "anyof", "allof"),
    )

    def __init__(self, source: str, answers: Answers) -> None:
        self.answers, self.tokens, at = answers, [], 0
        while source[at:].strip():
            match = TOKEN.match(source, at)
            assert match, source[at:]
            kind = next(i for i, group in enumerate(match.groups()) if group is not None)
            self.tokens.append((kind, match.groups()[kind]))
            at = match.end()
        self.tokens.append((9, ""))

    def value(self) -> Any:
        found = self.level(0)
        assert self.tokens == [(9, "")], self.tokens
        return found

    def level(self, depth: int) -> Any:
        if depth == len(self.LEVELS):
            return self.postfix()
        left = self.level(depth + 1)
        while self.tokens[0][1] in self.LEVELS[depth] and self.tokens[0][0] in (3, 4):
            sign = self.tokens.pop(0)[1]
            right = self.level(depth + 1)
            left = apply(sign, left, right)
        return left

    def postfix(self) -> Any:
        found = self.operand()
        while self.tokens[0] in ((4, "empty"), (4, "notempty")):
            found = is_empty(found) == (self.tokens.pop(0)[1] == "empty")
        return found

    def operand(self) -> Any:
        kind, word = self.tokens.pop(0)
        if kind == 0:
            return self.named(word)
        if kind == 1:
            return re.sub(r"\\(.)", r"\1", word)
        if kind == 2:
            return float(word)
        if word == "!":
            return not self.postfix()
        if word in "([":
            items = []
            while self.tokens[0][1] not in (")", "]"):
                items.append(self.level(0))
                if self.tokens[0][1] == ",":
                    self.tokens.pop(0)
            self.tokens.pop(0)
            return items[0] if word == "(" else items
        if self.tokens[0][1] == "(":
            return call(word, self.operand_list())
        return {"true": True, "false": False}.get(word, word)

    def operand_list(self) -> list[Any]:
        self.tokens[0] = (3, "[")
        found = self.operand()
        assert isinstance(found, list)
        return found

    def named(self, name: str) -> Any:
        if name.endswith(".length"):
            value = self.answers.get(name.removesuffix(".length"))
            return None if value is None else len(value)
        value = self.answers.get(name)
        if isinstance(value, str) and re.fullmatch(r"[1-9]\d*|0", value):
            return float(value)
        return {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value


def is_empty(value: Any) -> bool:
    return value is None or value in ("", [])


def equal(a: Any, b: Any) -> bool:
    if is_empty(a) or is_empty(b):
        return is_empty(a) and is_empty(b)
    if isinstance(a, str) and isinstance(b, str):
        return a.strip().lower() == b.strip().lower()
    if isinstance(a, str) != isinstance(b, str):
        a, b = (float(x) if isinstance(x, str) and re.fullmatch(r"-?\d+(\.\d+)?", x) else x for x in (a, b))
    return type(a) in (int, float) and type(b) in (int, float) and a == b or (type(a) is type(b) and a == b)


def contains(a: Any, b: Any) -> bool:
    if isinstance(a, list):
        return any(equal(item, b) for item in a)
    return not is_empty(a) and str(b).lower() in str(a).lower()


def apply(sign: str, a: Any, b: Any) -> Any:
    if sign in ("or", "and"):
        return bool(a) or bool(b) if sign == "or" else bool(a) and bool(b)
    if sign in ("=", "<>"):
        return equal(a, b) == (sign == "=")
    if sign == "contains":
        return contains(a, b)
    if sign == "anyof":
        return not is_empty(a) and (any(contains(a, x) for x in b) if isinstance(a, list) else contains(b, a))
    if sign == "allof":
        return not is_empty(a) and all(contains(a, x) for x in b)
    if sign in "+-*/":
        x, y = (0 if is_empty(v) else v for v in (a, b))
        return (None if not y else x / y) if sign == "/" else {"+": x + y, "-": x - y, "*": x * y}[sign]
    if sign in ("<=", ">=") and equal(a, b):
        return True
    if a is None or b is None or isinstance(a, str) != isinstance(b, str):
        return False
    return bool(a < b if sign in ("<", "<=") else a > b)


def call(name: str, parts: list[Any]) -> Any:
    if name == "iif":
        return parts[1] if parts[0] else parts[2]
    if name == "dateAdd":
        assert parts[2] == "days"
        return None if parts[0] is None else (date.fromisoformat(parts[0]) + timedelta(days=int(parts[1]))).isoformat()
    given = [part for part in parts if not is_empty(part)]
    if name == "avg":
        return sum(given) / len(given) if given else 0
    return {"min": min, "max": max}[name](given, default=None)


def rule_of(survey: dict[str, Any], name: str) -> str:
    """The `visibleIf` of an element."""
    found = [element for page in survey["pages"] for element in page["elements"] if element["name"] == name]
    return str(found[0].get("visibleIf", ""))


def surveyjs_answers(answers: Answers) -> Answers:
    """Ours as SurveyJS holds them."""
    rows = {name: f"{name[:3]}.{name[4:]}" for name in answers if name.startswith("sat_")}
    return {rows.get(name, name): value for name, value in answers.items()}


# --- forms ------------------------------------------------------------------------------------------------------------
@lru_cache(maxsize=4)
def sheets(data: bytes) -> dict[str, list[dict[str, str]]]:
    """The rows of every sheet by their headings; every cell is a text."""
    book = load_workbook(io.BytesIO(data))
    found: dict[str, list[dict[str, str]]] = {}
    for sheet in book.worksheets:
        headings = [cell.value for cell in sheet[1]]
        found[sheet.title] = [
            {heading: cell.value for heading, cell in zip(headings, row, strict=True) if cell.value is not None}
            for row in sheet.iter_rows(min_row=2)
        ]
        assert all(cell.data_type in ("s", "n") for row in sheet.iter_rows() for cell in row if cell.value is not None)
    return found


class Moments(Reader):
    """Days and times are numbers in forms."""

    def call(self, name: str) -> Any:
        if name not in ("date", "decimal-date-time", "decimal-time"):
            return super().call(name)
        self.tokens.pop(0)
        value = self.level(0)
        self.tokens.pop(0)
        return moment(value) if name == "date" else num(value)


def moment(value: Any) -> Any:
    """A day since 1970, a time as a part of a day; anything else as it is."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        return float(date.fromisoformat(value).toordinal() - date(1970, 1, 1).toordinal())
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
        return (int(value[:2]) * 60 + int(value[3:])) / 1440
    return value


class FormPlayer(Player):
    """A form whose answers may be days and times."""

    def value_of(self, expression: str, at: Row) -> Any:
        return Moments(self, expression, at).all()


def player(data: bytes, answers: Answers) -> Player:
    """A form with answers by the names of its rows."""
    root = at = Row("group", "", 0)
    given: dict[int, str] = {}
    for number, cells in enumerate(sheets(data)["survey"], start=2):
        kind, name = cells["type"], cells.get("name", "")
        if kind == "end_group":
            assert at.parent is not None
            at = at.parent
            continue
        row = Row(
            kind, name, number, cells.get("relevant", ""), cells.get("calculation", ""), cells.get("default", ""), at
        )
        at.children.append(row)
        if kind == "begin_group":
            at = row
        value = answers.get(name)
        if value is not None:
            given[number] = " ".join(value) if isinstance(value, list) else str(moment(value))
    return FormPlayer(root, given)


def xlsform_answers(answers: Answers) -> Answers:
    """Ours by the names of the form: rows keep their code."""
    return {name.removeprefix("sat_"): value for name, value in answers.items()}
