"""Whether an answer meets a rule in FHIRPath: the common functions over the JSON of a response. Everything is a list there.

What is none of them is never guessed: `holds` gives None. Source: the FHIRPath specification; nothing at all is no breach.
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_app.formats.fhir.fhirpath import Path, Step
from survey_app.formats.importing.logic import Both, Const, Op
from survey_app.formats.json_files import as_number
from survey_app.questionnaire import patterns

_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_SUMS: dict[str, Callable[[float, float], float]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
_TEXTS: dict[str, Callable[[str, str], bool]] = {
    "matches": patterns.matches, "startsWith": str.startswith, "endsWith": str.endswith, "contains": operator.contains,
}  # fmt: skip


class _Unknown(Exception):
    """A part of the language that is not read here."""


@dataclass
class Patience:
    """How many values all rules of a response may still look at."""

    left: int = 300_000

    def take(self, count: int) -> None:
        """Raises when it is used up."""
        self.left -= count
        if self.left < 0:
            raise _Unknown


def holds(tree: Any, resource: Mapping[str, Any], item: Mapping[str, Any], patience: Patience) -> bool | None:
    """Whether the rule `tree` (of `fhirpath.parse`) is met by an item of a response; None where nobody can say."""
    try:
        found = _Evaluation(resource, patience).of(tree, [item])
    except _Unknown:
        return None
    return None if len(found) > 1 else not found or found[0] is not False


class _Evaluation:
    def __init__(self, resource: Mapping[str, Any], patience: Patience) -> None:
        self._resource, self._patience = resource, patience

    def of(self, tree: Any, around: Sequence[Any]) -> list[Any]:
        """What an expression gives, seen from the values around it."""
        self._patience.take(1)
        if isinstance(tree, Const):
            return [] if tree.value is None else [tree.value]
        if isinstance(tree, Both):
            return _joined(tree.word, [self._truth(part, around) for part in tree.parts])
        if isinstance(tree, Op):
            return self._operation(tree, around)
        if not isinstance(tree, Path):
            raise _Unknown
        found = self._root(tree.root, around)
        for step in tree.steps:
            self._patience.take(len(found) + 1)
            found = _member(found, step.name) if step.parts is None else self._function(step, found, around)
        return found

    def _root(self, root: Any, around: Sequence[Any]) -> list[Any]:
        if not isinstance(root, str):
            return self.of(root, around)
        if root in ("%resource", "%rootResource"):
            return [self._resource]
        if root not in ("", "%context"):
            raise _Unknown
        return list(around)

    def _truth(self, tree: Any, around: Sequence[Any]) -> bool | None:
        found = self.of(tree, around)
        if len(found) > 1 or found and not isinstance(found[0], bool):
            raise _Unknown
        return found[0] if found else None

    def _operation(self, tree: Op, around: Sequence[Any]) -> list[Any]:
        left, right = self.of(tree.left, around), self.of(tree.right, around)
        self._patience.take(len(left) * len(right) if tree.op == "|" else len(left) + len(right))
        if tree.op == "|":
            return [*left, *(value for value in right if value not in left)]
        if tree.op in ("in", "contains"):
            one, several = (left, right) if tree.op == "in" else (right, left)
            if len(one) > 1:
                raise _Unknown
            return [any(_same(one[0], value) for value in several)] if one else []
        if tree.op in ("implies", "xor"):
            return self._logic(tree.op, tree.left, tree.right, around)
        if not left or not right:
            return []
        if tree.op in ("=", "!="):
            same = len(left) == len(right) and all(map(_same, left, right))
            return [same == (tree.op == "=")]
        if len(left) > 1 or len(right) > 1:
            raise _Unknown
        return [_single(tree.op, left[0], right[0])]

    def _logic(self, word: str, left: Any, right: Any, around: Sequence[Any]) -> list[Any]:
        first, second = self._truth(left, around), self._truth(right, around)
        if word == "implies":
            return _joined("any", [None if first is None else not first, second])
        return [] if first is None or second is None else [first != second]

    def _function(self, step: Step, found: list[Any], around: Sequence[Any]) -> list[Any]:
        name, parts = step.name, step.parts or ()
        if name in _TEXTS and len(parts) == 1:
            return self._of_text(name, found, self.of(parts[0], around))
        if name in ("where", "all", "exists") and len(parts) == 1:
            fitting = [value for value in found if self._truth(parts[0], [value]) is True]
            return fitting if name == "where" else [bool(fitting) if name == "exists" else len(fitting) == len(found)]
        if name == "repeat" and len(parts) == 1:
            return self._repeated(parts[0], found)
        if parts:
            raise _Unknown
        return _plain(name, found)

    @staticmethod
    def _of_text(name: str, found: list[Any], wanted: list[Any]) -> list[Any]:
        if not found or not wanted:
            return []
        text, part = found[0], wanted[0]
        bad = name == "matches" and not patterns.is_pattern(part)
        if len(found) > 1 or len(wanted) > 1 or bad or not (isinstance(text, str) and isinstance(part, str)):
            raise _Unknown
        return [_TEXTS[name](text, part)]

    def _repeated(self, step: Any, found: list[Any]) -> list[Any]:
        made: list[Any] = []
        level = list(found)
        while level:
            level = [inner for value in level for inner in self.of(step, [value])]
            made += level
        return made


def _plain(name: str, found: list[Any]) -> list[Any]:
    """Functions without arguments."""
    if name in ("exists", "empty"):
        return [bool(found) == (name == "exists")]
    if name == "count":
        return [len(found)]
    if name in ("first", "last"):
        return found[:1] if name == "first" else found[-1:]
    if len(found) > 1:
        raise _Unknown
    if name == "not":
        return [not value for value in found if isinstance(value, bool)]
    if name == "length" and all(isinstance(value, str) for value in found):
        return [len(value) for value in found]
    if name == "hasValue":
        return [bool(found) and not isinstance(found[0], dict)]
    raise _Unknown


def _member(found: list[Any], name: str) -> list[Any]:
    """The members of this name; `value` is every value[x]. `$this` are the values themselves."""
    if name == "$this":
        return found
    made: list[Any] = []
    for value in found:
        if not isinstance(value, dict):
            continue
        typed = name == "value" and "value" not in value
        for key, inner in value.items():
            if key == name or typed and key.startswith("value"):
                made += inner if isinstance(inner, list) else [inner]
    return made


def _joined(word: str, values: list[bool | None]) -> list[Any]:
    """and, or with three values."""
    decisive = word == "any"
    if decisive in values:
        return [decisive]
    return [] if None in values else [not decisive]


def _same(left: Any, right: Any) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return bool(left == right)


def _single(sign: str, left: Any, right: Any) -> Any:
    numbers = [None if isinstance(value, str) else as_number(value) for value in (left, right)]
    if sign in _ORDER and isinstance(left, str) and isinstance(right, str):
        return _ORDER[sign](left, right)
    a, b = numbers
    if a is None or b is None:
        raise _Unknown
    if sign in _ORDER:
        return _ORDER[sign](a, b)
    if sign in _SUMS:
        return _SUMS[sign](a, b)
    raise _Unknown
