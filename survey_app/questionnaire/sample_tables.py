"""Made-up answers to questions of several fields: rankings, amounts, sliders, tables."""

from collections.abc import Callable, Mapping, Sequence
from random import Random
from typing import Any

from survey_app.questionnaire import regions
from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE
from survey_app.questionnaire.question_types.region import REFUSED, Region
from survey_app.questionnaire.question_types.tables import Column, MatrixFields, MatrixMultiple
from survey_app.questionnaire.sample_minds import (
    EMPTY_SHARE,
    EMPTY_TEXT_SHARE,
    NEAR_A_CONSTANT,
    UNSURE_SHARE,
    Drawer,
    Fields,
    Mind,
    leaning,
    popularity,
    sometimes,
    words,
)

Constants = Mapping[str, list[Any]]
SPREAD_MOST = 100
"""What a number without an upper limit is drawn up to."""


def table_drawer(question: Question, dice: Random, constants: Constants) -> Drawer | None:
    """What fills in a question of one of these types; None for all others."""
    if isinstance(question, Ranking):
        return sometimes(question, _ranking(question, dice))
    if isinstance(question, Region):
        return sometimes(question, _region(question, constants))
    if isinstance(question, ConstantSum):
        return sometimes(question, _amounts(question))
    if isinstance(question, Slider):
        return sometimes(question, _slider(question, constants.get(question.name, ())))
    if isinstance(question, MatrixMultiple):
        return _rows(question, dice)
    if isinstance(question, MatrixFields):
        return _cells(question, dice, constants)
    return None


def _ranking(question: Ranking, dice: Random) -> Drawer:
    liked = popularity(question.choices, dice)

    def draw(dice: Random, mind: Mind) -> Fields:
        order = sorted(range(len(liked)), key=lambda i: dice.random() ** (1 / liked[i]), reverse=True)
        wanted = question.places
        if not question.required and not mind.careful and dice.random() < EMPTY_SHARE:
            wanted = dice.randint(1, wanted)  # some stop half way
        return {question.field_of(question.choices[i]): [str(rank)] for rank, i in enumerate(order[:wanted], start=1)}

    return draw


def _region(question: Region, constants: Constants) -> Drawer:
    """A place, drawn level by level; now and then one that a rule looks for, and near the end some stop telling."""
    names = question.names()

    def draw(dice: Random, mind: Mind) -> Fields:
        fields: Fields = {}
        above = ""
        for level, name in enumerate(names):
            offered = regions.offered(above, level)
            if not offered:
                continue
            if level and not question.required and not mind.careful and dice.random() < EMPTY_SHARE:
                return fields | dict.fromkeys(names[level:], [dice.choice(("", REFUSED))])
            wanted = [
                code for code in offered if any(_leads_to(code, known) for n in names for known in constants.get(n, ()))
            ]
            near = wanted and dice.random() < NEAR_A_CONSTANT
            above = dice.choice(wanted if near else offered)
            fields[name] = [above]
        return fields

    return draw


def _leads_to(code: str, known: Any) -> bool:
    """Whether a place that a rule names lies in this one."""
    return str(known).startswith(code.rstrip("0") if code.endswith("00") else code)


def _amounts(question: ConstantSum) -> Drawer:
    """Whole units of the smallest amount, dealt out in random portions between the limits of the items."""
    unit = 10**question.decimals
    total = round(question.total * unit)
    lows = [round((item.min or 0) * unit) for item in question.items]
    highs = [total if item.max is None else round(item.max * unit) for item in question.items]

    def draw(dice: Random, mind: Mind) -> Fields:
        amounts, rest = list(lows), total - sum(lows)
        for place in sorted(range(len(amounts)), key=lambda _: dice.random()):
            more = max(0, min(rest, highs[place] - amounts[place]))
            amounts[place] += dice.randint(0, more)
            rest = total - sum(amounts)
        for place in range(len(amounts)):  # what is left goes where there is room
            more = max(0, min(rest, highs[place] - amounts[place]))
            amounts[place] += more
            rest -= more
        names = map(question.variable_of, question.items)
        return {
            name: [f"{amount / unit:.{question.decimals}f}"]
            for name, amount in zip(names, amounts, strict=True)
            if amount
        }

    return draw


def _slider(question: Slider, constants: Sequence[Any]) -> Drawer:
    stops = max(1, int((question.max - question.min) / question.step + 1e-9) + 1)
    known = [n for c in constants if (n := as_number(c)) is not None and question.min <= n <= question.max]

    def draw(dice: Random, mind: Mind) -> Fields:
        if question.unsure and dice.random() < UNSURE_SHARE:
            return {question.name: ["", UNSURE]}
        at = leaning(dice, mind.mood, stops)
        if known and dice.random() < NEAR_A_CONSTANT:
            at = round((dice.choice(known) - question.min) / question.step) + dice.choice((-1, 0, 1))
        value = question.min + min(stops - 1, max(0, at)) * question.step
        return {question.name: [f"{value:.{question.decimals}f}"]}

    return draw


def _rows(question: MatrixMultiple, dice: Random) -> Drawer:
    alone = [choice.code for choice in question.choices if choice.exclusive]
    several = [choice for choice in question.choices if not choice.exclusive]
    codes, liked = [choice.code for choice in several], popularity(several, dice)
    low, high = max(1, question.min or 0), min(len(codes), question.max or len(codes))
    needed = set(question.needed())
    names = [question.variable_of(row) for row in question.rows]

    def some(dice: Random) -> list[str]:
        if alone and (not codes or dice.random() < 2 * UNSURE_SHARE):
            return [dice.choice(alone)]
        wanted = low
        while wanted < high and dice.random() < 0.35:
            wanted += 1
        ranked = sorted(range(len(codes)), key=lambda i: dice.random() ** (1 / liked[i]), reverse=True)
        return [codes[i] for i in sorted(ranked[:wanted])]

    def draw(dice: Random, mind: Mind) -> Fields:
        given = (name for name in names if name in needed or mind.careful or dice.random() >= EMPTY_SHARE)
        return {name: some(dice) for name in given}

    return draw


def _cells(question: MatrixFields, dice: Random, constants: Constants) -> Drawer:
    needed = set(question.needed())
    cells = [
        (name, column, _cell(column, dice, constants.get(name, ())))
        for name, (_, column) in question.cells_by_name.items()
    ]

    def draw(dice: Random, mind: Mind) -> Fields:
        fields: Fields = {}
        for name, column, fill in cells:
            empty = EMPTY_TEXT_SHARE if column.type == "short_text" else EMPTY_SHARE
            if name in needed or mind.careful or dice.random() >= empty:
                fields[name] = [fill(dice, mind)]
        return fields

    return draw


def _cell(column: Column, dice: Random, constants: Sequence[Any]) -> Callable[[Random, Mind], str]:
    if column.type == "dropdown":
        choices = column.choices or ()
        liked = popularity(choices, dice)
        return lambda dice, mind: dice.choices(choices, liked)[0].code
    if column.type == "short_text":
        known = [str(c)[: column.max_length] for c in constants]
        return lambda dice, mind: (
            dice.choice(known) if known and dice.random() < NEAR_A_CONSTANT else words(dice, mind, column.max_length)
        )
    numbers = [n for n in (as_number(c) for c in constants) if n is not None]
    low = column.min if column.min is not None else min([0.0, *numbers])
    high = column.max if column.max is not None else max([low + SPREAD_MOST, *(n + 10 for n in numbers)])
    places = column.decimals
    step = 10.0**-places

    def number(dice: Random, mind: Mind) -> str:
        near = numbers and dice.random() < NEAR_A_CONSTANT
        value = dice.choice(numbers) + dice.choice((-step, 0, step)) if near else dice.triangular(low, high)
        value = round(min(high, max(low, value)), places)
        if not places:
            value = min(int(high // 1), max(-int(-low // 1), int(value)))
        return f"{value:.{places}f}"

    return number
