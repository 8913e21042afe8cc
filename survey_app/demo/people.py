"""Who answers in the sample chain, when, and what: visits over half a year, and one person's answers to a definition.

The figures are invented but behave like real ones: seasons, promotions, weekends, differences between shops and channels, one
shop that improves, one that has a bad month, one that has only just opened. Everything is drawn from one seeded generator.
"""

import random
from dataclasses import dataclass, replace
from datetime import date, timedelta
from statistics import NormalDist
from typing import Any

from survey_app.demo import chain
from survey_app.demo.chain import SampleShop
from survey_app.demo.comments import Writer
from survey_app.questionnaire import conditions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types import Question
from survey_app.questionnaire.question_types.choosing import Dropdown, MultipleChoice, SingleChoice
from survey_app.questionnaire.question_types.rating import Ces, Csat, Likert, Nps, Rating
from survey_app.questionnaire.question_types.writing import LongText

DAYS = 183
_SHORT_OF_TEN = {"shop-visit": 8, "nps": 4}  # answers of the newest shop: too few to be shown

# Shares in per cent from the worst answer to the best, by number of answers or by variable: an average day of the chain
_SHARES: dict[int | str, tuple[float, ...]] = {
    3: (7, 18, 75),
    4: (9, 21, 40, 30),
    5: (3, 5, 15, 45, 32),
    7: (2, 3, 5, 12, 18, 36, 24),
    11: (1.2, 0.8, 1, 1.5, 2, 5.5, 6, 12, 22, 21, 27),
    "goods": (1.5, 2.5, 96),
    "packaging": (2, 7, 91),
    "bought": (3, 13, 84),
}
_WEIGHTS = {"contacted": (30, 66, 4), "advised": (46, 17, 33, 4)}
_TOPICS = {
    "late": "delivery", "delivery": "delivery", "packaging": "packaging", "wrong_goods": "packaging", "described": "listing",
    "service": "reply", "price": "price", "waiting": "waiting", "attitude": "attitude", "stock": "stock", "advice": "advice",
    "premises": "premises",
}  # fmt: skip
_SCENES: dict[str, tuple[str, tuple[str, ...]]] = {
    "order-satisfaction": ("order", ("delivery", "packaging", "reply", "price", "listing")),
    "shop-visit": ("shop", ("waiting", "attitude", "advice", "stock", "premises", "price")),
    "nps": ("general", ("attitude", "price", "advice", "stock", "waiting", "delivery")),
}
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True)
class Visit:
    """One occasion after which somebody answers. `mood` 0 is an average customer of the chain, +1 a clearly happier one."""

    on: date
    shop: SampleShop | None
    place: str
    mood: float
    winter: bool
    english: bool
    careless: bool
    speed: str


@dataclass(frozen=True, slots=True)
class Told:
    """What one person answered: codes, and free text."""

    answers: dict[str, Any]
    texts: dict[str, str]


def visits(name: str, *, count: int, today: date, rng: random.Random) -> list[Visit]:
    """`count` visits for a questionnaire in the half year before `today`, oldest first."""
    days = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
    weights = [_crowd(name, on) for on in days]
    small = _SHORT_OF_TEN.get(name, 0)
    found = [_visit(name, on, rng) for on in rng.choices(days, weights, k=count - small)]
    newest = next(shop for shop in chain.SHOPS if shop.code == chain.NEWEST)
    found += [_drawn(on, newest, "收银台", rng) for on in rng.choices(days[-20:], k=small)]
    return sorted(found, key=lambda visit: visit.on)


def _crowd(name: str, on: date) -> float:
    """How busy a day is: winter, weekends, the online promotions of June and November, and slow growth."""
    crowd = 1.3 if on.month in (12, 1, 2) else 0.9 if on.month in (7, 8) else 1.0
    if name == "order-satisfaction":
        return crowd * (2.0 if _promotion(on) else 1.0) * (0.9 if on.weekday() >= 5 else 1.0)
    return crowd * (1.3 if on.weekday() >= 5 else 1.0)


def _promotion(on: date) -> bool:
    return (on.month == 6 and 15 <= on.day <= 20) or (on.month == 11 and 9 <= on.day <= 15)


def _visit(name: str, on: date, rng: random.Random) -> Visit:
    at_shop = name == "shop-visit" or (name == "nps" and rng.random() < 0.55)
    if not at_shop:
        return _drawn(on, None, "", rng, shift=-0.1 - (0.4 if _promotion(on) and name == "order-satisfaction" else 0))
    shop = rng.choices(chain.SHOPS, [s.size for s in chain.SHOPS])[0]
    place = "咨询台" if name == "shop-visit" and shop.counter and rng.random() < 0.35 else "收银台"
    return _drawn(on, shop, place, rng, shift=0.1)


def _drawn(on: date, shop: SampleShop | None, place: str, rng: random.Random, *, shift: float = 0.0) -> Visit:
    mean = shift + (shop.quality if shop else 0.0)
    careless = rng.random() < 0.035
    fast, slow = (0.5, 0.0) if careless else (0.03, 0.06)
    draw = rng.random()
    return Visit(
        on=on,
        shop=shop,
        place=place,
        mood=rng.gauss(mean, 0.72),
        winter=on.month in (12, 1, 2),
        english=rng.random() < 0.03,
        careless=careless,
        speed="fast" if draw < fast else "slow" if draw > 1 - slow else "normal",
    )


def with_history(visit: Visit, today: date) -> Visit:
    """The visit as the history of its shop shifts it: one shop improves steadily, one has a bad month."""
    back = (today - visit.on).days
    shift = 0.0
    if visit.shop and visit.shop.code == chain.IMPROVING:
        shift = 1.3 * (1 - back / DAYS)
    elif visit.shop and visit.shop.code == chain.DIPPING and 55 <= back <= 95:
        shift = -1.3
    return replace(visit, mood=visit.mood + shift) if shift else visit


class Respondent:
    """Answers one definition again and again, each time as another person."""

    def __init__(self, definition: Definition, *, rng: random.Random, writer: Writer) -> None:
        self._definition = definition
        self._rng = rng
        self._writer = writer
        self._scene, self._topics = _SCENES[definition.name]

    def answer(self, visit: Visit) -> Told:
        """One person's answers. Questions whose condition does not hold are not answered."""
        told = Told({}, {})
        for question in self._definition.questions:
            if question.show_if and not conditions.holds(question.show_if, told.answers, told.texts):
                continue
            if not question.required and not isinstance(question, LongText) and self._rng.random() < 0.03:
                continue
            self._fill(question, visit, told)
        return told

    def _fill(self, question: Question, visit: Visit, told: Told) -> None:
        if isinstance(question, LongText):
            self._comment(question.name, visit, told)
        elif isinstance(question, MultipleChoice):
            self._reasons(question, visit, told)
        elif isinstance(question, SingleChoice | Dropdown):
            told.answers[question.name] = self._choice(question, visit)
        elif isinstance(question, Csat | Nps | Ces | Rating):
            told.answers[question.name] = question.numbers[self._level(question, len(question.numbers), visit)]
        elif isinstance(question, Likert):
            told.answers[question.name] = self._anchor(question, visit)

    def _level(self, question: Question, levels: int, visit: Visit) -> int:
        """0 (worst) to levels - 1 (best). A careless person gives the same answer everywhere."""
        if visit.careless:
            return max(levels - 2, 0)
        latent = visit.mood + _weakness(question.indicator or "", visit) + self._rng.gauss(0, 0.62)
        shares = _SHARES.get(question.name) or _SHARES.get(levels) or (100 / levels,) * levels
        reached, share = 0.0, _NORMAL.cdf(latent) * sum(shares)
        for level, width in enumerate(shares):
            reached += width
            if share < reached:
                return level
        return levels - 1

    def _anchor(self, question: Likert, visit: Visit) -> str:
        points: list[str] = [choice.code for choice in question.choices if not choice.missing]
        unsure: list[str] = [choice.code for choice in question.choices if choice.missing]
        if unsure and not visit.careless and self._rng.random() < 0.03:
            return unsure[0]
        return points[self._level(question, len(points), visit)]

    def _choice(self, question: SingleChoice | Dropdown, visit: Visit) -> str:
        scored = sorted((c for c in question.choices if c.score is not None), key=lambda choice: choice.score or 0)
        if not scored:
            weights = _WEIGHTS.get(question.name) or (1,) * len(question.choices)
            return self._rng.choices(question.choices, weights)[0].code
        unsure = [choice for choice in question.choices if choice.missing]
        if unsure and self._rng.random() < 0.04:
            return unsure[0].code
        return scored[self._level(question, len(scored), visit)].code

    def _reasons(self, question: MultipleChoice, visit: Visit, told: Told) -> None:
        left = list(question.choices)
        chosen: list[str] = []
        for _ in range(min(self._rng.choice((1, 1, 1, 2, 2, 3)), question.max or 3)):
            pick = self._rng.choices(left, [_blame(choice.code, visit) for choice in left])[0]
            left.remove(pick)
            chosen.append(pick.code)
        told.answers[question.name] = [choice.code for choice in question.choices if choice.code in chosen]
        if question.other and question.other.code in chosen and self._rng.random() < 0.9:
            told.texts[f"{question.name}_other"] = self._writer.other(happy=self._feeling(told) > 0)

    def _comment(self, name: str, visit: Visit, told: Told) -> None:
        feeling = self._feeling(told)
        if self._rng.random() > (0.62 if feeling < 0 else 0.3) or visit.careless:
            return
        if feeling == 0:
            feeling = self._rng.choice((-1, 1))
        given = [code for value in told.answers.values() if isinstance(value, list) for code in value]
        topics = [_TOPICS[code] for code in given if code in _TOPICS] + self._rng.sample(self._topics, 2)
        told.texts[name] = self._writer.comment(scene=self._scene, mood=feeling, topics=topics, english=visit.english)

    def _feeling(self, told: Told) -> int:
        """-1 unhappy, 0 in between, 1 happy, by the main question."""
        if "nps" in told.answers:
            likely = told.answers["nps"]
            return -1 if likely <= 6 else 1 if likely >= 9 else 0
        overall = told.answers["overall"]
        return -1 if overall <= 2 else 1 if overall >= 4 else 0


def _weakness(indicator: str, visit: Visit) -> float:
    """What a shop (or the season) is known for shifts the answers about it alone."""
    shop = visit.shop
    if indicator.startswith("response_speed"):
        return (shop.waiting if shop else 0.0) - (0.25 if visit.winter else 0.0)
    if indicator.startswith("product_information"):
        return shop.advice if shop else 0.0
    if indicator == "order_fulfilment.stock":
        return shop.stock if shop else 0.0
    if indicator == "order_fulfilment.delivery_time":
        return -0.5 if visit.winter or _promotion(visit.on) else 0.0
    return 0.0


def _blame(code: str, visit: Visit) -> float:
    """How likely a reason is named."""
    usual = {
        "waiting": 3.0,
        "late": 3.0,
        "attitude": 2.0,
        "stock": 2.0,
        "service": 2.0,
        "another": 0.6,
        "premises": 0.7,
    }
    shop = visit.shop
    extra = {"waiting": shop.waiting, "stock": shop.stock, "advice": shop.advice} if shop else {}
    return usual.get(code, 1.2) * (1 + max(0.0, -2 * extra.get(code, 0.0)))
