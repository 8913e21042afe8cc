"""Computed values as nested fields: an expression taken apart for a form, and put together from what was sent.

What the form does not show in full (deep trees, conditions of several parts) is kept as it is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from survey_app.design.editing.shaping import number_in
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.expressions import LISTS, PAIRS

KINDS: dict[str, str] = {
    "number": N_("数字"),
    "answer": N_("一题的回答"),
    "add": N_("相加"),
    "subtract": N_("相减"),
    "multiply": N_("相乘"),
    "divide": N_("相除"),
    "mean": N_("平均"),
    "min": N_("最小"),
    "max": N_("最大"),
    "count": N_("已回答的题数"),
    "if": N_("如果……就"),
}
OPERATORS: dict[str, str] = {
    "is": N_("是"),
    "is_not": N_("不是"),
    "at_least": N_("不低于"),
    "at_most": N_("不高于"),
    "more_than": N_("高于"),
    "less_than": N_("低于"),
    "includes": N_("勾选了"),
    "answered": N_("已回答"),
}
DEEPEST = 4
"""Levels that can be edited; what lies deeper is shown and kept."""


class Sent(Protocol):
    """A posted form."""

    def get(self, key: str, /) -> str | None:
        """The first value of a field; None when it was not sent."""
        ...

    def getlist(self, key: str, /) -> list[str]:
        """All values of a field."""
        ...


@dataclass(frozen=True, slots=True)
class Part:
    """One node of an expression, ready for a template. `path` names its fields: e, e.0, e.0.1, e.then."""

    path: str
    kind: str
    tree: Any
    parts: tuple["Part", ...] = ()
    test: tuple[str, str, str] | None = None  # of `if`: variable, operator, constant; None: only shown
    kept: bool = False  # shown in words, not edited

    @property
    def can_shrink(self) -> bool:
        """Whether one of its parts may be removed."""
        return self.kind in LISTS and len(self.parts) > 1


def kind_of(tree: Any) -> str:
    """Which of KINDS this is; "" for what is none of them."""
    if isinstance(tree, int | float) and not isinstance(tree, bool):
        return "number"
    if not isinstance(tree, Mapping):
        return ""
    if "if" in tree:
        return "if"
    return next((key for key in tree if key in KINDS), "")


def parts_of(tree: Any, path: str = "e", depth: int = 1) -> Part:
    """An expression for the form."""
    kind = kind_of(tree)
    if kind in ("number", "answer", "count"):
        return Part(path, kind, tree)
    operands = [tree.get("then"), tree.get("else", 0)] if kind == "if" else tree.get(kind) if kind else None
    if depth >= DEEPEST or not isinstance(operands, list) or (kind == "if" and not isinstance(tree["if"], Mapping)):
        return Part(path, kind, tree, kept=True)
    names = ("then", "else") if kind == "if" else tuple(str(n) for n in range(len(operands)))
    parts = tuple(parts_of(part, f"{path}.{n}", depth + 1) for n, part in zip(names, operands, strict=True))
    return Part(path, kind, tree, parts, simple_test(tree["if"]) if kind == "if" else None)


def simple_test(condition: Any) -> tuple[str, str, str] | None:
    """A condition of one comparison with one constant: (variable, operator, constant); None for every other."""
    if not isinstance(condition, Mapping) or len(condition) != 1:
        return None
    name, test = next(iter(condition.items()))
    if name in ("all", "any", "not") or not isinstance(test, Mapping) or len(test) != 1:
        return None
    operator, right = next(iter(test.items()))
    if operator not in OPERATORS or not isinstance(right, str | int | float) or right is False:
        return None
    return name, operator, "" if right is True else str(right)


def build(sent: Sent, stored: Any, path: str = "e") -> Any:
    """The expression that a form says; `stored` is the one it was shown from. Raises DomainError for what is no number."""
    before, kind = kind_of(stored), sent.get(f"kind:{path}") or ""
    if sent.get(f"keep:{path}") == "1" or kind not in KINDS:
        return stored
    if kind == "number":
        return _number(sent.get(f"number:{path}"), stored)
    if kind == "answer":
        return {"answer": sent.get(f"answer:{path}") or ""}
    if kind == "count":
        return {"count": _names(sent.getlist(f"names:{path}"), stored)}
    if before in ("number", "answer", "count"):  # a leaf that becomes a branch is its first part
        leaf = build(_As(sent, path, before), stored, path)
        return _branch(kind, [leaf, 0], sent, path, stored)
    return _branch(kind, _operands(sent, stored, before, path), sent, path, stored)


class _As:
    """The same form, in which one part still has its old kind."""

    def __init__(self, sent: Sent, path: str, kind: str) -> None:
        self.sent, self.path, self.kind = sent, path, kind

    def get(self, key: str, /) -> str | None:
        return self.kind if key == f"kind:{self.path}" else self.sent.get(key)

    def getlist(self, key: str, /) -> list[str]:
        return self.sent.getlist(key)


def _number(given: str | None, stored: Any) -> Any:
    if not isinstance(stored, int | float):
        return number_in(given or "") or 0
    number = stored if given is None else number_in(given)
    if number is None:
        raise DomainError(N_("请填写数字，例如 3 或 2.5。")).at("expression")
    return stored if number == stored else number


def _names(chosen: list[str], stored: Any) -> list[str]:
    before = stored.get("count", []) if isinstance(stored, Mapping) else []
    kept = [name for name in before if name in chosen]
    return kept + [name for name in chosen if name not in kept]


def _operands(sent: Sent, stored: Any, before: str, path: str) -> list[Any]:
    do, _, at = (sent.get("do") or "").partition(":")
    if before == "if":
        return [build(sent, stored.get("then", 0), f"{path}.then"), build(sent, stored.get("else", 0), f"{path}.else")]
    parts = stored.get(before) if isinstance(stored, Mapping) else None
    found = [
        build(sent, part, f"{path}.{n}")
        for n, part in enumerate(parts if isinstance(parts, list) else [])
        if not (do == "remove" and at == f"{path}.{n}")
    ]
    return [*found, 0] if do == "add" and at == path else found or [0]


def _branch(kind: str, operands: list[Any], sent: Sent, path: str, stored: Any) -> Any:
    if kind in PAIRS:
        return {kind: [*operands, 0][:2] if len(operands) < 2 else operands[:2]}
    if kind != "if":
        return {kind: operands}
    tree = {"if": _test(sent, path, stored), "then": operands[0]}
    if len(operands) > 1 and (operands[1] != 0 or not isinstance(stored, Mapping) or "else" in stored):
        tree["else"] = operands[1]
    return tree


def _test(sent: Sent, path: str, stored: Any) -> Any:
    condition = stored.get("if") if isinstance(stored, Mapping) else None
    before = simple_test(condition)
    if condition is not None and before is None:
        return condition
    name, operator = sent.get(f"name:{path}"), sent.get(f"operator:{path}") or "answered"
    given = (sent.get(f"value:{path}") or "").strip()
    if before is not None and (name, operator, given) == before:
        return condition
    if not name:
        name = sent.get("first") or ""
    if operator not in OPERATORS or (operator != "answered" and not given):
        operator = "answered"
    number = number_in(given)
    numeric = operator in ("at_least", "at_most", "more_than", "less_than") and number is not None
    return {name: {operator: True if operator == "answered" else number if numeric else given}}


__all__ = ["DEEPEST", "KINDS", "LISTS", "OPERATORS", "PAIRS", "Part", "build", "parts_of"]
