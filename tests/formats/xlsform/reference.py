"""A small player of forms, written apart from the importer: which rows of a survey sheet show for given answers.

It reads expressions from left to right and never looks at the draft. What it cannot evaluate raises Unknown.
"""

import math
import re
from dataclasses import dataclass, field
from typing import Any

TOKEN = re.compile(
    r"\s*(?:(\d+\.\d+|\d+)|'([^']*)'|\"([^\"]*)\"|\$\{\s*([^}\s]+)\s*\}|(!=|<=|>=|[=<>+*(),-])"
    r"|((?:/|\.\./|\./)?(?:[\w:-]+|\.\.)(?:/(?:[\w:-]+|\.\.))*|\.))"
)
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})
OUTSIDE = re.compile(r"instance\([^()]*\)(?:/[\w-]+)*")  # data of another program: empty
MISSING = "row not known"


class Unknown(Exception):
    """Beyond this player."""


BEYOND = object()
"""The value of a function that it does not know: whoever looks at it cannot go on."""


def seen(value: Any) -> Any:
    if value is BEYOND:
        raise Unknown
    return value


def num(value: Any) -> float:
    seen(value)
    if isinstance(value, bool):
        return float(value)
    try:
        return float(value)
    except ValueError:
        return math.nan


def yes(value: Any) -> bool:
    seen(value)
    return value != "" if isinstance(value, str) else bool(value) and value == value


def same(a: Any, b: Any) -> bool:
    seen(a), seen(b)
    if isinstance(a, bool) or isinstance(b, bool):
        return yes(a) == yes(b)
    return a == b if isinstance(a, str) and isinstance(b, str) else num(a) == num(b)


@dataclass
class Row:
    """A row of the sheet in the tree."""

    type: str
    name: str
    number: int
    relevant: str = ""
    calculation: str = ""
    default: str = ""
    parent: "Row | None" = None
    children: list["Row"] = field(default_factory=list)
    always: bool = False  # the importer says that it could not take the rule
    filter: str = ""  # which choices are offered
    list: str = ""


class Player:
    """One form with answers: name of a row -> text; several choices with blanks between."""

    def __init__(self, root: Row, answers: dict[int, str]) -> None:
        self.root, self.answers = root, answers
        self.rows: list[Row] = []
        self._list(root)
        self._shown: dict[int, bool] = {}
        self._values: dict[int, str] = {}
        self._busy: set[int] = set()
        self.cells: dict[str, str] = {}

    def offers(self, row: Row, cells: dict[str, str]) -> bool:
        """Whether a choice (its cells by heading) may be chosen."""
        self.cells = cells
        try:
            return not row.filter or yes(self.value_of(row.filter, row))
        finally:
            self.cells = {}

    def _list(self, row: Row) -> None:
        for child in row.children:
            self.rows.append(child)
            self._list(child)

    def shown(self, row: Row) -> bool:
        """Whether the row applies: its own rule and those of its groups hold."""
        if id(row) not in self._shown:
            own = not row.relevant or row.always or yes(self.value_of(row.relevant, row))
            self._shown[id(row)] = row.parent is None or (own and self.shown(row.parent))
        return self._shown[id(row)]

    def value(self, row: Row) -> str:
        if id(row) in self._values:
            return self._values[id(row)]
        if id(row) in self._busy:
            raise Unknown
        self._busy.add(id(row))
        try:
            if not self.shown(row):
                found = ""
            elif row.calculation and row.type == "calculate":
                self._values[id(row)] = row.default  # what `.` gives while it is calculated
                given = self.value_of(row.calculation, row)
                found = "" if isinstance(given, float) and given != given else text(given)  # kept as nothing
            else:
                found = self.answers.get(row.number, row.default)
            self._values[id(row)] = found
            return found
        except Unknown:
            self._values.pop(id(row), None)
            raise
        finally:
            self._busy.discard(id(row))

    def value_of(self, expression: str, at: Row) -> Any:
        return Reader(self, OUTSIDE.sub("''", expression.translate(QUOTES)), at).all()

    def find(self, name: str, at: Row) -> Row:
        if "/" in name or name in (".", ".."):
            here: Row | None = at
            steps = name.split("/")
            if name.startswith("/"):
                here, steps = self.root, steps[2:]
            for step in steps:
                if here is None:
                    raise Unknown
                if step == "..":
                    here = here.parent
                elif step != ".":
                    here = next((child for child in here.children if child.name == step), None)
            if here is None:
                raise Unknown(MISSING)
            return here
        found = [row for row in self.rows if row.name == name]
        if not found:
            raise Unknown(MISSING)
        return found[0]


def text(value: Any) -> str:
    if isinstance(seen(value), bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return "NaN" if value != value else str(int(value)) if value == int(value) else str(value)
    return str(value)


class Reader:
    """Evaluates while reading: or, and, equality, order, sums, products."""

    def __init__(self, player: Player, source: str, at: Row) -> None:
        self.player, self.at = player, at
        self.tokens: list[tuple[str, str]] = []
        place = 0
        while source[place:].strip():
            match = TOKEN.match(source, place)
            if not match or match.end() == place:
                raise Unknown(source)
            kinds = ("number", "text", "text", "ref", "op", "word")
            index = next(i for i, group in enumerate(match.groups()) if group is not None)
            self.tokens.append((kinds[index], match.groups()[index]))
            place = match.end()
        self.tokens.append(("end", ""))

    def all(self) -> Any:
        found = self.level(0)
        if self.tokens[0][0] != "end":
            raise Unknown
        return found

    LEVELS = (("or",), ("and",), ("=", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "div", "mod"))

    def level(self, depth: int) -> Any:
        if depth == len(self.LEVELS):
            return self.operand()
        left = self.level(depth + 1)
        while self.tokens[0][1] in self.LEVELS[depth] and self.tokens[0][0] in ("op", "word"):
            sign = self.tokens.pop(0)[1]
            left = self.apply(sign, left, self.level(depth + 1))
        return left

    @staticmethod
    def apply(sign: str, a: Any, b: Any) -> Any:
        if sign in ("or", "and"):
            return yes(a) or yes(b) if sign == "or" else yes(a) and yes(b)
        if sign in ("=", "!="):
            return same(a, b) == (sign == "=")
        x, y = num(a), num(b)
        if sign == "div":
            return x / y if y else math.nan
        results = {"<": x < y, "<=": x <= y, ">": x > y, ">=": x >= y, "+": x + y, "-": x - y, "*": x * y}
        if sign not in results:
            raise Unknown(sign)
        return results[sign]

    def operand(self) -> Any:
        kind, word = self.tokens.pop(0)
        if kind == "number":
            return float(word)
        if kind == "text":
            return word
        if kind == "ref":
            return self.player.value(self.player.find(word, self.at))
        if word == "-":
            return -num(self.operand())
        if word == "(":
            found = self.level(0)
            self.tokens.pop(0)
            return found
        if kind == "word" and self.tokens[0][1] == "(" and self.tokens[0][0] == "op":
            return self.call(word)
        if kind == "word":
            if word in self.player.cells:
                return self.player.cells[word]
            return self.player.value(self.player.find(word.removeprefix("current()/"), self.at))
        raise Unknown(word)

    def call(self, name: str) -> Any:
        self.tokens.pop(0)
        parts = []
        while self.tokens[0] != ("op", ")"):
            parts.append(self.level(0))
            if self.tokens[0] == ("op", ","):
                self.tokens.pop(0)
        self.tokens.pop(0)
        if name == "selected":
            return text(parts[1]) in text(parts[0]).split()
        if name == "if":
            return parts[1] if yes(parts[0]) else parts[2]
        simple = {
            "not": lambda a: not yes(a),
            "true": lambda: True,
            "false": lambda: False,
            "count-selected": lambda a: float(len(text(a).split())),
            "string-length": lambda a: float(len(text(a))),
            "coalesce": lambda a, b: a if text(a) else b,
            "contains": lambda a, b: text(b) in text(a),
            "starts-with": lambda a, b: text(a).startswith(text(b)),
            "ends-with": lambda a, b: text(a).endswith(text(b)),
            "number": num,
            "string": text,
            "max": lambda *parts: math.nan if any(num(p) != num(p) for p in parts) else max(map(num, parts)),
            "abs": lambda a: abs(num(a)),
            "pow": lambda a, b: num(a) ** num(b),
        }
        if name == "regex":
            return re.fullmatch(text(parts[1]), text(parts[0])) is not None
        if name not in simple:
            return BEYOND
        return simple[name](*parts)


def tree(rows: list[tuple[int, dict[str, str]]]) -> Row:
    """The rows of a survey sheet (number, cells) as a tree."""
    root = here = Row("begin", "", 0)
    for number, cells in rows:
        kind = cells.get("type", "").replace("_", " ").lower()
        if kind.startswith("end ") and here.parent is not None and kind.split()[1] in ("group", "repeat", "loop"):
            here = here.parent
            continue
        made = Row(cells.get("type", ""), cells.get("name", ""), number, parent=here)
        made.relevant, made.calculation = cells.get("relevant", ""), cells.get("calculation", "")
        made.default = cells.get("default", "") if made.type in ("hidden",) else ""
        here.children.append(made)
        if kind.startswith("begin "):
            here = made
    return root
