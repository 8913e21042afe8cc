"""What happens to a definition at publication: every choice gets its integer, and no integer ever means two things."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Choice, Point
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.tables import MatrixFields

Values = dict[str, int]


def assign_values(definition: Definition, previous: Definition | None = None) -> Definition:
    """The definition with a `value` for every choice and scale point that needs one.

    A code that is an integer is its own value. Other codes keep the value of the previous version, or get the next free
    one. Codes that are no longer offered stay in `retired`, so their values are never given again.
    """
    data = definition.to_json()
    before = _lists(previous) if previous else {}
    for key, (place, choices, _) in _lists_with_places(definition).items():
        old = before.get(key, {})
        values = _assigned(choices, old)
        holder = data
        for part in place:
            holder = holder[part]
        for item, choice in zip(holder["points" if key[0] == "scale" else "choices"], choices, strict=True):
            if choice.code in values and not choice.code.isdigit():
                item["value"] = values[choice.code]
        kept = {**old, **_retired(definition, key)}
        retired = {code: value for code, value in kept.items() if code not in {c.code for c in choices}}
        if retired:
            holder["retired"] = retired
    return Definition.from_json(data)


def _assigned(choices: Sequence[Choice | Point], old: Mapping[str, int]) -> Values:
    plain = [c.as_choice() if isinstance(c, Point) else c for c in choices]
    values = {c.code: c.number for c in plain if c.number is not None}
    used = set(values.values()) | set(old.values())
    following = max([0, *used]) + 1
    for choice in plain:
        if choice.missing or choice.code in values:
            continue
        if choice.code in old:
            values[choice.code] = old[choice.code]
            continue
        values[choice.code] = following
        following += 1
    return values


Key = tuple[str, str]


def _lists_with_places(definition: Definition) -> dict[Key, tuple[tuple[Any, ...], Sequence[Choice | Point], Values]]:
    found: dict[Key, tuple[tuple[Any, ...], Sequence[Choice | Point], Values]] = {}
    for name, scale in definition.scales.items():
        found["scale", name] = (("scales", name), scale.points, scale.retired)
    for index, page in enumerate(definition.pages):
        for number, question in enumerate(page.questions):
            choices = own_choices(question)
            if choices:
                place = ("pages", index, "questions", number)
                found["question", question.name] = (place, choices, getattr(question, "retired", {}))
            for key, inner, offered, retired in column_lists(question):
                found[key] = ((*("pages", index, "questions", number), *inner), offered, retired)
    return found


def own_choices(question: Question) -> tuple[Choice, ...]:
    """The choices written in the question itself (not those of a shared scale)."""
    if question.type == "likert":
        return ()
    choices = getattr(question, "choices", None)
    return choices if isinstance(choices, tuple) else ()


def column_lists(question: Question) -> Iterator[tuple[Key, tuple[str | int, ...], tuple[Choice, ...], Values]]:
    """The choices of a table's columns: key, place inside the question, choices, values no longer offered."""
    if isinstance(question, MatrixFields):
        for index, column in enumerate(question.columns):
            if column.choices:
                yield ("column", f"{question.name}.{column.code}"), ("columns", index), column.choices, column.retired


def _lists(definition: Definition) -> dict[Key, Values]:
    """Per list of choices: code -> value, those no longer offered included."""
    table: dict[Key, Values] = {}
    for key, (_, choices, retired) in _lists_with_places(definition).items():
        table[key] = dict(retired) | _assigned(choices, retired)
    return table


def _retired(definition: Definition, key: Key) -> Values:
    return _lists_with_places(definition)[key][2]


def values_of(definition: Definition) -> dict[Key, Values]:
    """Per list of choices, retired codes included: code -> value.

    Keys: ("question", name), ("column", "name.code"), ("scale", name).
    """
    return _lists(definition)
