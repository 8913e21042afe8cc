"""Made-up answers for a pretest: random, but such as people give. One drawer per question, made once per questionnaire.

They are form fields, as a page would send them, so that everything after that is the real engine. Scales lean to the mood of a
person, choices have a popularity of their own, free text is mostly left empty. Numbers, dates and times are drawn near the
constants that rules compare them with as well, or a rule like "age is 65" would never be met.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from random import Random
from typing import Any

from survey_app.questionnaire import offering
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.parts import Condition
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.choosing import AttentionCheck, MultipleChoice
from survey_app.questionnaire.question_types.display import Consent
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import FIRST_DAY, LAST_DAY, Date, Number, Time, is_iso_date
from survey_app.questionnaire.question_types.rating import UNSURE, Ces, Csat, Nps, Rating
from survey_app.questionnaire.question_types.writing import LongText, ShortText, TextFields
from survey_app.questionnaire.sample_minds import (
    ATTENTIVE_SHARE,
    EMPTY_SHARE,
    EMPTY_TEXT_SHARE,
    NEAR_A_CONSTANT,
    OTHER_TEXT_SHARE,
    PATTERNS,
    TEXTS,
    UNSURE_SHARE,
    Drawer,
    Fields,
    Mind,
    leaning,
    popularity,
    sometimes,
    words,
)
from survey_app.questionnaire.sample_tables import table_drawer


def drawers(definition: Definition, dice: Random, today: date | None) -> dict[str, Drawer]:
    """A function per question that asks, which fills in its form fields ({}: left empty)."""
    constants = constants_of(definition)
    return {q.name: _drawer(q, definition, dice, constants, today) for q in definition.questions if q.asks}


def drawer_of(question: Question, definition: Definition, today: date | None) -> Drawer:
    """The function for a question that offers less than all."""
    return _drawer(question, definition, Random(question.name), constants_of(definition), today)


def constants_of(definition: Definition) -> dict[str, list[Any]]:
    """What each variable is compared with in conditions: numbers, dates, times and texts."""
    found: dict[str, list[Any]] = {}

    def look(condition: Condition | None) -> None:
        for key, test in (condition or {}).items():
            if key in ("all", "any"):
                for part in test:
                    look(part)
            elif key == "not":
                look(test)
            else:
                for operator, right in test.items():
                    if operator not in ("answered", "count", "matches") and not isinstance(right, Mapping):
                        found.setdefault(key, []).extend(right if isinstance(right, list | tuple) else [right])

    for page in definition.pages:
        look(page.show_if)
        look(page.end_if)
        for question in page.questions:
            look(question.show_if)
            for rule in offering.rules_of(question):
                look(rule.condition)
            for check in question.checks:
                look(check.that)
    return found


def _drawer(
    question: Question, definition: Definition, dice: Random, constants: Mapping[str, list[Any]], today: date | None
) -> Drawer:
    known = constants.get(question.name, [])
    if (draw := table_drawer(question, dice, constants)) is not None:
        return draw
    if isinstance(question, Matrix):
        return _matrix(question, dice)
    if isinstance(question, MultipleChoice):
        return _several(question, dice)
    if isinstance(question, Consent):
        return sometimes(question, lambda dice, mind: {question.name: ["yes"]}, 0.1)
    if isinstance(question, Rating | Nps | Csat | Ces):
        return sometimes(question, _point(question.name, question.numbers, question.unsure))
    if getattr(question, "choices", None):
        return sometimes(question, _one(question, dice))
    if isinstance(question, Number):
        return sometimes(question, _typed(question.name, _numbers(question, known)))
    if isinstance(question, Date):
        return sometimes(question, _typed(question.name, _days(question, known, today)))
    if isinstance(question, Time):
        return sometimes(question, _typed(question.name, _times(question, known)))
    if isinstance(question, File):
        ending = "jpg" if "photo" in question.accepts else "pdf"
        return sometimes(question, lambda dice, mind: {question.name: [f"{dice.getrandbits(128):032x}.{ending}"]})
    if isinstance(question, ShortText | LongText | TextFields):
        return _writing(question, constants)
    return lambda dice, mind: {}


# --- scales and choices -----------------------------------------------------------------------------------------------
def _point(name: str, numbers: Sequence[int], unsure: object) -> Drawer:
    def draw(dice: Random, mind: Mind) -> Fields:
        if unsure and dice.random() < UNSURE_SHARE:
            return {name: [UNSURE]}
        return {name: [str(numbers[leaning(dice, mind.mood, len(numbers))])]}

    return draw


def _one(question: Any, dice: Random) -> Drawer:
    name, choices = question.name, question.choices
    codes = [choice.code for choice in choices]
    ordered = question.type == "likert"
    weights = popularity(choices, dice)
    other = getattr(question, "other", None)
    scale = [choice.code for choice in choices if not choice.missing]

    def draw(dice: Random, mind: Mind) -> Fields:
        if isinstance(question, AttentionCheck) and dice.random() < ATTENTIVE_SHARE:
            return {name: [question.expected]}
        if ordered and scale and (len(scale) == len(codes) or dice.random() >= UNSURE_SHARE):
            return {name: [scale[leaning(dice, mind.mood, len(scale))]]}
        code = dice.choices(codes, weights)[0]
        fields = {name: [code]}
        if other is not None and other.code == code and dice.random() < OTHER_TEXT_SHARE:
            fields[f"{name}_other"] = [words(dice, mind, 200)]
        return fields

    return draw


def _several(question: MultipleChoice, dice: Random) -> Drawer:
    name = question.name
    alone = [choice.code for choice in question.choices if choice.exclusive]
    codes = [choice.code for choice in question.choices if not choice.exclusive]
    popular = popularity([c for c in question.choices if not c.exclusive], dice)
    low, high = max(1, question.min or 0), min(len(codes), question.max or len(codes))
    other = question.other

    def draw(dice: Random, mind: Mind) -> Fields:
        if alone and (not codes or dice.random() < 2 * UNSURE_SHARE):
            return {name: [dice.choice(alone)]}
        wanted = low
        while wanted < high and dice.random() < 0.45:
            wanted += 1
        ranked = sorted(range(len(codes)), key=lambda i: dice.random() ** (1 / popular[i]), reverse=True)
        chosen = [codes[i] for i in sorted(ranked[:wanted])]
        fields = {name: chosen}
        if other is not None and other.code in chosen and dice.random() < OTHER_TEXT_SHARE:
            fields[f"{name}_other"] = [words(dice, mind, 200)]
        return fields

    return sometimes(question, draw)


def _matrix(question: Matrix, dice: Random) -> Drawer:
    needed = set(question.needed())
    cells: Sequence[Any] = question.cells
    ordered = bool(question.scale)
    weights = popularity(cells, dice) if cells else []
    points = [str(n) for n in question.numbers] or [cell.code for cell in cells if not cell.missing]
    codes = [cell.code for cell in cells]
    unsure = UNSURE if question.unsure or any(cell.code == UNSURE for cell in cells) else None
    variables = [question.variable_of(row) for row in question.rows]

    def draw(dice: Random, mind: Mind) -> Fields:
        if not needed and not mind.careful and dice.random() < EMPTY_SHARE:
            return {}
        fields: Fields = {}
        for variable in variables:
            if variable not in needed and not mind.careful and dice.random() < EMPTY_SHARE / 2:
                continue
            if unsure and dice.random() < UNSURE_SHARE:
                fields[variable] = [unsure]
            elif codes and not ordered:
                fields[variable] = dice.choices(codes, weights)
            elif points:
                fields[variable] = [points[leaning(dice, mind.mood, len(points))]]
        return fields

    return draw


# --- what is typed ----------------------------------------------------------------------------------------------------
def _typed(name: str, draw: Callable[[Random], str]) -> Drawer:
    return lambda dice, mind: {name: [draw(dice)]}


def _numbers(question: Number, constants: Sequence[Any]) -> Callable[[Random], str]:
    known = [n for n in (as_number(c) for c in constants) if n is not None]
    low = question.min if question.min is not None else min([0.0, *known])
    high = question.max if question.max is not None else max([low + 100, *(n + 10 for n in known)])
    step, places = 10.0**-question.decimals, question.decimals

    def draw(dice: Random) -> str:
        near = known and dice.random() < NEAR_A_CONSTANT
        value = dice.choice(known) + dice.choice((-step, 0, step)) if near else dice.triangular(low, high)
        value = round(min(high, max(low, value)), places)
        if not places:
            value = min(int(high // 1), max(-int(-low // 1), int(value)))
        return f"{value:.{places}f}"

    return draw


def _days(question: Date, constants: Sequence[Any], today: date | None) -> Callable[[Random], str]:
    now = today or date(2026, 1, 1)

    def bound(given: str | None, otherwise: date) -> date:
        return otherwise if given is None else now if given == "today" else date.fromisoformat(given)

    known = [date.fromisoformat(str(c)) for c in constants if is_iso_date(str(c))]
    low = bound(
        question.min, max(FIRST_DAY, min([now - timedelta(days=365), *(d - timedelta(days=60) for d in known)]))
    )
    high = bound(question.max, min(LAST_DAY, max([now, low, *(d + timedelta(days=60) for d in known)])))

    def draw(dice: Random) -> str:
        day = low + timedelta(days=dice.randrange(max(1, (high - low).days + 1)))
        if known and dice.random() < NEAR_A_CONSTANT:
            day = min(high, max(low, dice.choice(known) + timedelta(days=dice.choice((-1, 0, 1)))))
        return day.isoformat()

    return draw


def _times(question: Time, constants: Sequence[Any]) -> Callable[[Random], str]:
    low, high = _minutes(question.min or "08:00"), _minutes(question.max or "21:00")
    known = [c for c in constants if isinstance(c, str) and len(c) == 5]
    low, high = min(low, high), max(low, high)

    def draw(dice: Random) -> str:
        minutes = dice.randint(low, high)
        if known and dice.random() < NEAR_A_CONSTANT:
            near = _minutes(dice.choice(known)) + dice.choice((-1, 0, 1))
            minutes = min(_minutes(question.max or "23:59"), max(_minutes(question.min or "00:00"), near))
        return f"{minutes // 60:02}:{minutes % 60:02}"

    return draw


def _minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


def _writing(question: Any, constants: Mapping[str, list[Any]]) -> Drawer:
    """Free text: mostly empty unless it must be filled; now and then a word that a rule looks for."""
    if isinstance(question, TextFields):
        places = [(question.variable_of(i), i.max_length, i.pattern) for i in question.fields]
    else:
        places = [(question.name, question.max_length, getattr(question, "pattern", None))]
    needed = set(question.needed())

    def draw(dice: Random, mind: Mind) -> Fields:
        fields: Fields = {}
        for variable, most, pattern in places:
            known = constants.get(variable)
            if variable in needed or mind.careful or dice.random() >= EMPTY_TEXT_SHARE:
                looked_for = known and not pattern and dice.random() < NEAR_A_CONSTANT
                typed = str(dice.choice(known))[:most] if known and looked_for else words(dice, mind, most)
                fields[variable] = [PATTERNS[pattern] if pattern else typed]
        return fields

    return draw


__all__ = ["TEXTS", "Drawer", "Fields", "Mind", "constants_of", "drawers"]
