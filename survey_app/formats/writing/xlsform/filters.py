"""Rules on choices as the filter of a list: a column of the choices says which rule each of them has."""

import json
from collections.abc import Sequence

from survey_app.formats.writing.rules import ALL, ATOM, Said, Unsayable
from survey_app.formats.writing.telling import Telling
from survey_app.formats.writing.xlsform.rules import Rules
from survey_app.questionnaire.parts import Choice, Condition

LONGEST = 30_000  # of a cell
ALWAYS = "all"
Filter = tuple[str, list[str], str]
"""(heading of the column, its cell for each choice, the filter)."""


def of(rules: Rules, told: Telling, given: Sequence[Choice], place: str) -> Filter:
    """The filter; a rule that a form cannot say is told, its choice is always offered."""
    if (found := _below(rules, given)) is not None:
        for index in range(len(given)):
            told.keep(f"{place}[{index}].show_if")
        return found
    numbers: dict[str, str] = {}
    tests: dict[str, Said] = {}
    cells: list[str] = []
    for index, choice in enumerate(given):
        at = f"{place}[{index}].show_if"
        cells.append(ALWAYS)
        if choice.show_if is None:
            continue
        key = json.dumps(choice.show_if, sort_keys=True)
        try:
            if key not in tests:
                tests[key] = _said(rules, choice.show_if)
        except Unsayable:
            told.lose(at, "to_no_rule")
            continue
        cells[-1] = numbers.setdefault(key, str(len(numbers) + 1))
        if rules.near:
            told.change(at, rules.why)
        else:
            told.keep(at)
    parts = [
        Said(f"shown = '{ALWAYS}'"),
        *(Said(f"shown = '{n}' and {tests[key].within(ALL)}", ALL) for key, n in numbers.items()),
    ]
    text = " or ".join(part.within(ATOM) for part in parts)
    if len(text) > LONGEST:
        for index in range(len(given)):
            told.lose(f"{place}[{index}].show_if", "to_no_rule")
        return "shown", [ALWAYS] * len(given), f"shown = '{ALWAYS}'"
    return "shown", cells, text


def _said(rules: Rules, condition: Condition) -> Said:
    rules.near, rules.why = False, ""
    return rules.said(condition)


def _below(rules: Rules, given: Sequence[Choice]) -> Filter | None:
    """A cascade: every choice belongs to one answer of the same question; None for anything else."""
    above: set[str] = set()
    cells: list[str] = []
    for choice in given:
        name, test = next(iter(choice.show_if.items())) if choice.show_if and len(choice.show_if) == 1 else ("", None)
        if (
            not isinstance(test, dict)
            or set(test) != {"is"}
            or isinstance(test["is"], dict)
            or rules.operand(name) != "choice"
        ):
            return None
        above.add(name)
        cells.append(rules.codes.get(name, {}).get(str(test["is"]), str(test["is"])))
    if len(above) != 1:
        return None
    try:
        return "above", cells, f"above = {rules.ref(above.pop())}"
    except Unsayable:
        return None
