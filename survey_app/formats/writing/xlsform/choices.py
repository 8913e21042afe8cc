"""Questions with choices and points as rows of a form."""

from collections.abc import Sequence
from typing import Any

from survey_app.formats.writing.xlsform.work import Row, Text, Work, all_of
from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types.choosing import AttentionCheck, Dropdown, MultipleChoice, SingleChoice
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import UNSURE, Likert, Nps, Rating


def tell_choices(work: Work, given: Sequence[Choice], place: str, *, exclusive: bool = False) -> None:
    """The report on choices. `exclusive`: a constraint lets them stand alone."""
    for index in range(len(given)):
        at = f"{place}[{index}]"
        work.told.keep(at)
        for key, code in (("value", "to_no_value"), ("score", "to_no_score"), ("missing", "to_no_flag")):
            work.told.lose(f"{at}.{key}", code)
        if exclusive:
            work.told.change(f"{at}.exclusive", "to_constraint")
        else:
            work.told.lose(f"{at}.exclusive", "to_no_flag")
        work.told.lose(f"{at}.other", "to_no_flag")


def _other(work: Work, question: SingleChoice | Dropdown | AttentionCheck | MultipleChoice, place: str) -> None:
    """The text of 其他 as a question of its own, under the name of our column."""
    other = question.other
    if other is None:
        return
    name = f"{question.name}_other"
    at = f"{place}.choices[{question.choices.index(other)}].other"
    work.told.change(at, "to_text_question", name=name)
    test = f"selected({work.rules.ref(question.name)}, '{other.code}')"
    work.add("text", name, work.text("label", other.text), {"relevant": test}, all_of(["string-length(.) <= 200"]))


def _looks(work: Work, question: Any, place: str) -> Row:
    work.told.keep(place, "random_order")
    columns = getattr(question, "columns", 1)
    work.told.keep(place, "columns")
    made: Row = {"parameters": "randomize=true"} if question.random_order else {}
    if columns > 1:
        made["appearance"] = f"columns-{columns}"
    return made


def single(work: Work, question: SingleChoice | Dropdown | AttentionCheck, place: str, head: Row) -> None:
    """single_choice, dropdown, attention_check."""
    tell_choices(work, question.choices, f"{place}.choices")
    looks = _looks(work, question, place)
    if question.type == "dropdown":
        looks["appearance"] = "minimal"
    if question.type == "attention_check":
        work.told.change(place, "to_type", type="select_one")
    listed, ruled = work.offer_ruled(question.name, question.choices, f"{place}.choices")
    work.add(f"select_one {listed}", question.name, head, looks, ruled)
    work.show_words(question.name)
    _other(work, question, place)


def multiple(work: Work, question: MultipleChoice, place: str, head: Row) -> None:
    """multiple_choice; its limits are a constraint."""
    tell_choices(work, question.choices, f"{place}.choices", exclusive=True)
    work.told.keep(place, "min", "max")
    limit = several(question.min, question.max, question.choices)
    listed, ruled = work.offer_ruled(question.name, question.choices, f"{place}.choices")
    work.add(f"select_multiple {listed}", question.name, head, _looks(work, question, place), limit, ruled)
    if question.name in work.piped:
        work.told.change(place, "to_codes_shown")
    _other(work, question, place)


def several(low: int | None, high: int | None, given: Sequence[Choice]) -> Row:
    """How many may be chosen; a choice that stands alone stands alone."""
    alone = [choice.code for choice in given if choice.exclusive]
    counts = [f"count-selected(.) {sign} {n}" for sign, n in ((">=", low or None), ("<=", high)) if n is not None]
    if not alone:
        return all_of(counts)
    any_alone = " or ".join(f"selected(., '{code}')" for code in alone)
    if not counts:
        return {"constraint": f"not({any_alone}) or count-selected(.) = 1"}
    rest = " and ".join([f"not({any_alone})", *counts])
    return {"constraint": f"(({any_alone}) and count-selected(.) = 1) or ({rest})"}


def tell_scale(work: Work, name: str) -> str:
    """The list of a scale, written once."""
    scale = work.definition.scales.get(name)
    for index in range(len(scale.points) if scale else 0):
        at = f"scales.{name}.points[{index}]"
        work.told.keep(at)
        work.told.lose(f"{at}.value", "to_no_value")
        work.told.lose(f"{at}.score", "to_no_score")
    work.told.keep(f"scales.{name}.unsure")
    return work.offer(f"scale_{name}", scale.choices() if scale else ())


def likert(work: Work, question: Likert, place: str, head: Row) -> None:
    """An item on a scale."""
    work.told.keep(place, "scale")
    work.told.change(place, "to_type", type="select_one likert")
    work.add(f"select_one {tell_scale(work, question.scale)}", question.name, head, appearance="likert")
    work.show_words(question.name)


def ranking(work: Work, question: Ranking, place: str, head: Row) -> None:
    """ranking: always of all."""
    tell_choices(work, question.choices, f"{place}.choices")
    work.told.keep(place, "random_order")
    work.told.lose(f"{place}.top", "to_no_limit")
    looks: Row = {"parameters": "randomize=true"} if question.random_order else {}
    listed, ruled = work.offer_ruled(question.name, question.choices, f"{place}.choices")
    work.add(f"rank {listed}", question.name, head, looks, ruled)


# --- points -----------------------------------------------------------------------------------------------------------
def points(question: Any, *, all_words: bool) -> list[tuple[str, Text]]:
    """Points as choices: `4`, or `5 非常满意`; with `all_words` the words alone. The answer "do not know" last."""
    made: list[tuple[str, Text]] = []
    for point in question.point_texts():
        words = {lang: text if all_words else f"{point.value} {text}" for lang, text in point.label.items() if text}
        made.append((str(point.value), words or {"en": str(point.value)}))
    if question.unsure:
        made.append((UNSURE, question.unsure))
    return made


def _select(work: Work, question: Any, head: Row, *, all_words: bool) -> None:
    name = work.offer(question.name, points(question, all_words=all_words))
    work.add(f"select_one {name}", question.name, head, appearance="likert")
    work.show_words(question.name)


def rating(work: Work, question: Rating, place: str, head: Row) -> None:
    """Stars without words are a range; every other rating is a list."""
    work.told.keep(place, "points", "start", "low", "high", "labels", "style", "unsure")
    if question.style == "stars" and not (question.low or question.high or question.labels or question.unsure):
        numbers = question.numbers
        limits = f"start={numbers[0]} end={numbers[-1]} step=1"
        work.add("range", question.name, head, parameters=limits, appearance="rating")
        return
    if question.style != "numbers":
        work.told.change(f"{place}.style", "to_look")
    work.told.change(place, "to_type", type="select_one likert")
    _select(work, question, head, all_words=bool(question.labels))


def nps(work: Work, question: Nps, place: str, head: Row) -> None:
    """A range from 0 to 10; with "do not know" a list."""
    work.told.change(f"{place}.layout", "to_look")
    work.told.keep(place, "unsure")
    if question.unsure:
        work.told.change(place, "to_type", type="select_one likert")
        _select(work, question, head, all_words=False)
        return
    work.told.change(place, "to_type", type="range")
    work.add("range", question.name, head, parameters="start=0 end=10 step=1")


def labelled(work: Work, question: Any, place: str, head: Row) -> None:
    """csat, ces: points with fixed words."""
    work.told.keep(place, "unsure")
    work.told.change(place, "to_type", type="select_one likert")
    _select(work, question, head, all_words=True)
