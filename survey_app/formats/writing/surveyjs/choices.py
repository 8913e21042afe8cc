"""Questions with choices and points as elements of SurveyJS.

The choice with a text, the exclusive one and those that mean "no answer" are special items there, with values of their own.
"""

from collections.abc import Sequence
from typing import Any

from survey_app.formats.writing.surveyjs.work import Work
from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.choosing import AttentionCheck, Dropdown, MultipleChoice, SingleChoice
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE, Likert, Nps, Rating

Element = dict[str, Any]
_SPECIAL = {  # value there -> key that switches it on, key of its text; in the order SurveyJS shows them
    "none": ("showNoneItem", "noneText"),
    "refused": ("showRefuseItem", "refuseText"),
    "dontknow": ("showDontKnowItem", "dontKnowText"),
    "other": ("showOtherItem", "otherText"),
}


def specials(question: Question) -> dict[str, Choice]:
    """Value there -> our choice, for the special items. A value that another choice has as its code is not given."""
    if not isinstance(question, SingleChoice | Dropdown | MultipleChoice):
        return {}
    several = isinstance(question, MultipleChoice)
    found: dict[str, Choice] = {}
    for choice in question.choices:
        if choice.other:
            value = "other"
        elif choice.missing and (choice.exclusive or not several):
            value = "refused" if choice.missing == "refused" else "dontknow"
        elif choice.exclusive:
            value = "none"
        else:
            continue
        if value not in found and all(c is choice or c.code != value for c in question.choices):
            found[value] = choice
    return found


def recoded(question: Question) -> dict[str, str]:
    """Our code -> the value there, for codes that change."""
    return {choice.code: value for value, choice in specials(question).items() if choice.code != value}


def items(work: Work, given: Sequence[Choice], place: str = "", places: Sequence[int] = ()) -> list[Element]:
    """Choices as items. `place`: of the list they stand in, for their rules; `places`: theirs in it, where some are missing."""
    made: list[Element] = []
    for index, choice in zip(places or range(len(given)), given, strict=True):
        made.append({"value": choice.code, "text": work.text(choice.text)})
        if place and choice.show_if and (rule := work.rule(choice.show_if, f"{place}[{index}].show_if")):
            made[-1]["visibleIf"] = rule
    return made


def tell_choices(work: Work, given: Sequence[Choice], place: str, *, exclusive: bool = False) -> None:
    """The report on choices: codes and words are kept; scores, data values and flags have no place there.

    `exclusive`: choices that stand alone do so there as well.
    """
    for index, choice in enumerate(given):
        at = f"{place}[{index}]"
        work.told.keep(at)
        work.told.lose(f"{at}.value", "to_no_value")
        work.told.lose(f"{at}.score", "to_no_score")
        work.told.lose(f"{at}.missing", "to_no_flag")
        if exclusive:
            work.told.keep(at, "exclusive")
        else:
            work.told.lose(f"{at}.exclusive", "to_no_flag")
        if choice.other:
            work.told.keep(at, "other")


def _choosing(work: Work, question: SingleChoice | Dropdown | AttentionCheck | MultipleChoice, place: str) -> Element:
    tell_choices(work, question.choices, f"{place}.choices")
    special = specials(question)
    given = [choice for choice in question.choices if not any(choice is other for other in special.values())]
    places = [index for index, choice in enumerate(question.choices) if any(choice is one for one in given)]
    made: Element = {"choices": items(work, given, f"{place}.choices", places)}
    for choice, item in zip(given, made["choices"], strict=True):
        if choice.other:
            item["showCommentArea"] = True
    order = [*given, *(special[value] for value in _SPECIAL if value in special)]
    for index, choice in enumerate(question.choices):
        at = f"{place}.choices[{index}]"
        if order[index] is not choice:
            work.told.change(at, "to_order")
    for value, choice in special.items():
        switch, text = _SPECIAL[value]
        made |= {switch: True, text: work.text(choice.text)}
        at = f"{place}.choices[{question.choices.index(choice)}]"
        work.told.keep(at, "exclusive", "missing", "other")
        for key in ("exclusive", "missing"):
            if getattr(choice, key):
                work.told.change(f"{at}.{key}", "to_special", value=value)
        if choice.code != value:
            work.told.change(at, "to_code", wanted=choice.code, code=value)
    if question.random_order:
        made["choicesOrder"] = "random"
    work.told.keep(place, "random_order")
    columns = getattr(question, "columns", 1)
    if columns > 1:
        made["colCount"] = columns
    work.told.keep(place, "columns")
    return made


def single(work: Work, question: SingleChoice | Dropdown | AttentionCheck, place: str) -> Element:
    """single_choice, dropdown, attention_check."""
    made = {"type": "dropdown" if question.type == "dropdown" else "radiogroup", **_choosing(work, question, place)}
    if isinstance(question, AttentionCheck):
        made["correctAnswer"] = question.expected
        work.told.keep(place, "expected")
        work.told.change(place, "to_type", type="radiogroup")
    return made


def multiple(work: Work, question: MultipleChoice, place: str) -> Element:
    """multiple_choice."""
    made = {"type": "checkbox", **_choosing(work, question, place)}
    if question.min:
        made["minSelectedChoices"] = question.min
    if question.max:
        made["maxSelectedChoices"] = question.max
    work.told.keep(place, "min", "max")
    return made


def likert(work: Work, question: Likert, place: str) -> Element:
    """An item on a scale that is defined once: the scale is repeated there."""
    work.told.keep(place, "scale")
    work.told.change(place, "to_type", type="radiogroup")
    tell_scale(work, question.scale)
    return {"type": "radiogroup", "choices": items(work, question.choices)}


def tell_scale(work: Work, name: str) -> None:
    """The points of a scale are repeated in every question that uses it."""
    scale = work.definition.scales.get(name)
    for index in range(len(scale.points) if scale else 0):
        work.told.keep(f"scales.{name}.points[{index}]")
        work.told.lose(f"scales.{name}.points[{index}].value", "to_no_value")
        work.told.lose(f"scales.{name}.points[{index}].score", "to_no_score")
    work.told.keep(f"scales.{name}.unsure")


def ranking(work: Work, question: Ranking, place: str) -> Element:
    """ranking; with `top`, the respondent picks what to rank."""
    tell_choices(work, question.choices, f"{place}.choices")
    made: Element = {"type": "ranking", "choices": items(work, question.choices, f"{place}.choices")}
    if question.top:
        made |= {"selectToRankEnabled": True, "maxSelectedChoices": question.top}
        if question.required:
            made["minSelectedChoices"] = question.places
    if question.random_order:
        made["choicesOrder"] = "random"
    work.told.keep(place, "top", "random_order")
    return made


# --- points -----------------------------------------------------------------------------------------------------------
def rating(work: Work, question: Rating, place: str) -> Element:
    """rating."""
    work.told.keep(place, "points", "start", "low", "high", "labels", "style", "unsure")
    if question.style == "labels":
        work.told.change(f"{place}.style", "to_look")
    numbers = question.numbers
    made: Element = {"type": "rating"}
    if question.style == "stars":
        made["rateType"] = "stars"
    if question.labels or question.unsure or numbers == range(11):
        made["rateValues"] = _points(work, question)
    else:
        made |= {"rateMin": numbers[0], "rateMax": numbers[-1]}
    if question.unsure:
        work.told.change(f"{place}.unsure", "to_point")
    return made | _ends(work, question)


def nps(work: Work, question: Nps, place: str) -> Element:
    """0 to 10."""
    work.told.keep(place, "low", "high", "unsure")
    work.told.change(f"{place}.layout", "to_look")
    made: Element = {"type": "rating", "rateMin": 0, "rateMax": 10}
    if question.unsure:
        made = {"type": "rating", "rateValues": _points(work, question)}
        work.told.change(f"{place}.unsure", "to_point")
    return made | _ends(work, question)


def _ends(work: Work, question: Rating | Nps) -> Element:
    pair = (("minRateDescription", question.low), ("maxRateDescription", question.high))
    return {key: work.text(text) for key, text in pair if text}


def _points(work: Work, question: Any) -> list[Any]:
    words = {point.value: point.label for point in question.point_texts()}
    plain = isinstance(question, Nps) or not getattr(question, "labels", True)
    made: list[Any] = [
        number if plain else {"value": str(number), "text": work.text(words[number])} for number in question.numbers
    ]
    return [*made, {"value": UNSURE, "text": work.text(question.unsure)}] if question.unsure else made


def labelled(work: Work, question: Any, place: str) -> Element:
    """csat, ces: points with fixed words."""
    work.told.keep(place, "unsure")
    work.told.change(place, "to_type", type="rating")
    if question.unsure:
        work.told.change(f"{place}.unsure", "to_point")
    return {"type": "rating", "rateValues": _points(work, question)}
