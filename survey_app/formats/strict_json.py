"""JSON from another system, read so that nothing of it can hurt: bounded, and refused with the place of the fault.

Refused are what parsers read in different ways or databases do not take: a mark in front, NaN, a name twice in one object, NUL
and half characters. Fractions become Decimal.
"""

import json
import re
from decimal import Decimal
from typing import Any

MOST_DEPTH = 10
MOST_VALUES = 50_000
LONGEST_NUMBER = 40
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[{\]},]', re.DOTALL)
_UNFIT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


class Malformed(Exception):
    """What is wrong, in English, and where: a line and column, or a JSON pointer."""

    def __init__(self, reason: str, place: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.place = place


def read(data: bytes) -> Any:
    """The document. Raises Malformed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("the body is not UTF-8", f"byte {error.start}") from None
    if text.startswith("\ufeff"):
        raise Malformed("the body begins with a byte order mark", "byte 0")
    _refuse_masses(text)
    try:
        found = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
        )
    except json.JSONDecodeError as error:
        raise Malformed(f"no JSON: {error.msg}", f"line {error.lineno} column {error.colno}") from None
    _refuse_unfit(found, "")
    return found


def _refuse_masses(text: str) -> None:
    """Before anything is built: how deep it goes and how much there is."""
    depth = values = 0
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign in ("[", "{"):
            depth += 1
            values += 1
        elif sign in ("]", "}"):
            depth -= 1
        elif sign == ",":
            values += 1
        if depth > MOST_DEPTH or values > MOST_VALUES:
            reason = f"more than {MOST_DEPTH} levels" if depth > MOST_DEPTH else f"more than {MOST_VALUES} values"
            raise Malformed(reason, f"character {token.start()}")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Malformed("the same name twice in one object", f"name {ascii(twice[:40])}")
    return found


def _constant(word: str) -> None:
    raise Malformed(f"{word} is no JSON number")


def _integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise Malformed(f"a number of more than {LONGEST_NUMBER} digits")
    return int(digits)


def _fraction(digits: str) -> Decimal:
    if len(digits) > LONGEST_NUMBER:
        raise Malformed(f"a number of more than {LONGEST_NUMBER} digits")
    return Decimal(digits)


def _refuse_unfit(value: Any, place: str) -> None:
    if isinstance(value, str):
        if _UNFIT.search(value):
            raise Malformed("a control character or half a character", place or "/")
    elif isinstance(value, dict):
        for name, each in value.items():
            _refuse_unfit(name, f"{place}/{ascii(name[:40])[1:-1]}")
            _refuse_unfit(each, f"{place}/{name[:40]}")
    elif isinstance(value, list):
        for number, each in enumerate(value):
            _refuse_unfit(each, f"{place}/{number}")
