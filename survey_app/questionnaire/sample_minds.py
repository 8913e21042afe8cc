"""The people of a pretest and their habits: moods, what they leave empty, what they like, what they write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from survey_app.questionnaire.parts import Choice
from survey_app.questionnaire.question_types.base import Question

UNSURE_SHARE = 0.04
EMPTY_SHARE = 0.06
"""An optional question is left empty by about so many people."""
EMPTY_TEXT_SHARE = 0.6
OTHER_TEXT_SHARE = 0.7
ATTENTIVE_SHARE = 0.95
NEAR_A_CONSTANT = 0.4

TEXTS = {
    "zh": ("挺好的", "等待时间有点长", "店员很耐心，讲得清楚", "希望药再全一些", "没有别的意见", "价格比网上贵"),
    "en": (
        "All fine",
        "The wait was a bit long",
        "Staff explained everything patiently",
        "More products in stock, please",
    ),
}
PATTERNS = {"phone": "13800000000", "email": "someone@example.com", "number": "12", "postcode": "100000"}


@dataclass(frozen=True, slots=True)
class Mind:
    """One made-up person: `mood` 0 (everything is bad) to 1, the language they read, and whether they must answer now."""

    mood: float
    language: str
    careful: bool = False
    """Answers everything that asks: what somebody does who was told that something is missing."""


Fields = dict[str, list[str]]
Drawer = Callable[[Random, Mind], Fields]


def sometimes(question: Question, draw: Drawer, empty: float = EMPTY_SHARE) -> Drawer:
    """Leaves an optional question empty now and then."""
    if question.required:
        return draw
    return lambda dice, mind: {} if not mind.careful and dice.random() < empty else draw(dice, mind)


def leaning(dice: Random, mood: float, count: int) -> int:
    """A point of a scale, 0 to count - 1, around the mood of the person."""
    return min(count - 1, max(0, round(dice.gauss(mood * (count - 1), 0.17 * count))))


def popularity(choices: Sequence[Choice], dice: Random) -> list[float]:
    """Weights: each ordinary choice is liked differently, none is forgotten; the special ones are rare."""
    rare = max(0.4, len(choices) * UNSURE_SHARE)
    return [rare if c.missing or c.other or c.exclusive else 0.5 + 1.5 * dice.random() for c in choices]


def words(dice: Random, mind: Mind, most: int) -> str:
    """A remark in the language of the person, of `most` characters at most."""
    return dice.choice(TEXTS["zh" if mind.language.startswith("zh") else "en"])[:most].strip()
