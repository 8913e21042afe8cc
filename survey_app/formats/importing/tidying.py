"""Conditions as a person would write them: `is_not` for "answered and not is", one list for many equal tests.

Other languages need several words for what ours says in one; without this, a rule that goes out and comes back would grow.
Nothing here changes for which answers a condition holds.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from survey_app.questionnaire.conditions import simplify

Condition = dict[str, Any]
_OPPOSITES = {"is": "is_not", "one_of": "none_of", "includes": "includes_none", "includes_any": "includes_none"}
_ONE = {"one_of": "is", "includes_all": "includes", "includes_any": "includes"}
_LISTS = {"is": "one_of", "one_of": "one_of", "includes": "includes_any", "includes_any": "includes_any"}

_ROUNDS = 10  # each makes it shorter; what is left after so many is only longer than need be


def tidied(condition: Mapping[str, Any]) -> Condition:
    """The condition in its shortest words, true for the same answers."""
    made = simplify(condition)
    for _ in range(_ROUNDS):
        before, made = made, simplify(_tidy(made))
        if made == before:
            break
    return made


def _tidy(condition: Condition) -> Condition:
    if len(condition) > 1:
        return {"all": [_tidy({key: test}) for key, test in condition.items()]}
    key, test = next(iter(condition.items()))
    if key == "not":
        return {"not": _tidy(test)}
    if key in ("all", "any"):
        parts = [_tidy(part) for part in test]
        return {key: _conjunction(parts) if key == "all" else _disjunction(parts)}
    return {key: _test(test)}


def _test(test: Mapping[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for operator, right in test.items():
        if operator in _ONE and isinstance(right, list) and len(right) == 1 and _ONE[operator] not in test:
            operator, right = _ONE[operator], right[0]
        made[operator] = right
    return made


def _conjunction(parts: Sequence[Condition]) -> list[Condition]:
    """all: "answered" beside a test that needs an answer says nothing; beside a denied one it makes its opposite."""
    answered = [part for part in parts if _answered(part)]
    found = list(parts)
    for there in answered:
        name = next(iter(there))
        for index, part in enumerate(found):
            if (made := _denied(part, name)) is not None:
                found[index] = made
        if any(_needs_answer(part, name) for part in found):
            found.remove(there)
    return _gathered(found, {"includes": "includes_all", "includes_all": "includes_all"})


def _answered(part: Condition) -> bool:
    test = next(iter(part.values())) if len(part) == 1 else None
    return isinstance(test, dict) and test == {"answered": True}


def _denied(part: Condition, name: str) -> Condition | None:
    """`{name: {is_not: x}}` for `{not: {name: {is: x}}}`, also of a list of them; None for anything else."""
    inner = part.get("not") if set(part) == {"not"} else None
    if not isinstance(inner, dict) or set(inner) != {name} or len(inner[name]) != 1:
        return None
    operator, right = next(iter(inner[name].items()))
    if operator not in _OPPOSITES or isinstance(right, Mapping):
        return None
    opposite = _OPPOSITES[operator]
    if opposite == "includes_none" and not isinstance(right, list):
        right = [right]
    return {name: {opposite: right}}


def _needs_answer(part: Condition, name: str) -> bool:
    test = part.get(name)
    return isinstance(test, dict) and bool(test) and "answered" not in test


def _disjunction(parts: Sequence[Condition]) -> list[Condition]:
    """any: equal tests of one name become one with a list."""
    return _gathered(parts, _LISTS)


def _gathered(parts: Sequence[Condition], lists: Mapping[str, str]) -> list[Condition]:
    found: list[Condition] = []
    at: dict[tuple[str, str], int] = {}
    for part in parts:
        name, test = next(iter(part.items())) if len(part) == 1 else ("", None)
        operator, right = next(iter(test.items())) if isinstance(test, dict) and len(test) == 1 else ("", None)
        if name in ("all", "any", "not") or operator not in lists or isinstance(right, Mapping):
            found.append(part)
            continue
        key = (name, lists[operator])
        values = right if isinstance(right, list) else [right]
        if key not in at:
            at[key] = len(found)
            found.append(part)
            continue
        known = next(iter(found[at[key]][name].values()))
        known = known if isinstance(known, list) else [known]
        found[at[key]] = {name: {key[1]: [*known, *(value for value in values if value not in known)]}}
    return found


def folds(condition: Condition, is_text: Callable[[str], bool]) -> bool:
    """Whether it compares typed words that have capital and small letters, which count as the same here."""
    for key, test in condition.items():
        if key in ("all", "any"):
            found = any(folds(part, is_text) for part in test)
        elif key == "not":
            found = folds(test, is_text)
        else:
            found = is_text(key) and any(_has_letters(right) for operator, right in test.items() if operator in _WORDS)
        if found:
            return True
    return False


_WORDS = ("is", "is_not", "one_of", "none_of")


def _has_letters(right: Any) -> bool:
    values = right if isinstance(right, list) else [right]
    return any(isinstance(value, Mapping) or str(value).lower() != str(value).upper() for value in values)
