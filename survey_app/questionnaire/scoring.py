"""Scores of one response, and the measures NPS, CSAT and CES over many.

A score of kind nps, csat (and ces with `top`) is 100, 0 or -100 for one response, so that its mean over responses is the
measure. Formulas: NPS (Reichheld 2003), CSAT top-2-box, CES 2.0 (CEB 2013), SUS (Brooke 1996) as a reversed, rescaled sum.
"""

from collections.abc import Iterable
from math import sqrt
from typing import Any

from survey_app.questionnaire.conditions import as_number
from survey_app.questionnaire.definition import Definition, Score
from survey_app.questionnaire.parts import Answers
from survey_app.questionnaire.routing import number_of


def score(score: Score, definition: Definition, answers: Answers) -> float | None:
    """The score of one response, None when too little was answered.

    sum: needs every item; with `min_answered`, missing items take the mean of the others. mean: the answered items, at
    least `min_answered` (1). weighted: sum(w*x)/sum(w) over the answered items, all of them unless `min_answered`.
    `rescale` maps the lowest and highest possible score to the two given numbers. "Do not know" counts as missing.
    """
    numbers = [_number(score, definition, name, answers) for name in score.questions]
    if score.kind in ("nps", "csat", "ces"):
        return _one_answer(score, next((n for n in numbers if n is not None), None))
    present = [(name, n) for name, n in zip(score.questions, numbers, strict=True) if n is not None]
    least = score.min_answered or (1 if score.kind == "mean" else len(numbers))
    if len(present) < least or not present:
        return None
    values = [n for _, n in present]
    ranges = {name: value_range(definition, name) for name in score.questions}
    if score.kind == "weighted":
        weights = {name: (score.weights or {}).get(name, 0.0) for name, _ in present}
        total = sum(weights.values())
        if not total:
            return None
        result = sum(weights[name] * n for name, n in present) / total
        low, high = (sum(weights[n] * ranges[n][side] for n in weights) / total for side in (0, 1))
    else:
        result = sum(values) / len(values)
        low, high = (sum(ranges[name][side] for name, _ in present) / len(present) for side in (0, 1))
        if score.kind == "sum":
            count = len(numbers)
            result, low, high = result * count, *(sum(r[side] for r in ranges.values()) for side in (0, 1))
    if score.rescale and high > low:
        start, end = score.rescale
        result = start + (result - low) * (end - start) / (high - low)
    return _tidy(result)


def _number(score: Score, definition: Definition, name: str, answers: Answers) -> float | None:
    given = answers.get(name)
    number = None if given is None else number_of(definition, name, given)
    if number is not None and name in score.reverse:
        low, high = value_range(definition, name)
        return low + high - number
    return number


def _one_answer(score: Score, number: float | None) -> float | None:
    if number is None:
        return None
    if score.kind == "nps":
        return {"promoter": 100.0, "passive": 0.0, "detractor": -100.0}.get(nps_category(number))
    points = 5 if score.kind == "csat" else 7
    if score.kind == "ces" and score.top is None:
        return number
    return 100.0 if number > points - (score.top or 2) else 0.0


def value_range(definition: Definition, name: str) -> tuple[float, float]:
    """Lowest and highest number a variable can stand for; a typed number's `min` and `max`, else (0, 0)."""
    table: dict[str, tuple[float, float]] = definition.compiled.setdefault("ranges", {})
    if name not in table:
        question = definition.owners[name]
        numbers = [number_of(definition, name, code) for code in question.codes(name) or ()]
        known = [n for n in numbers if n is not None]
        low, high = question.bounds(name)
        typed = (as_number(low) or 0.0, as_number(high) or 0.0)
        table[name] = (min(known), max(known)) if known else typed
    return table[name]


def scores(definition: Definition, answers: Answers) -> dict[str, float | None]:
    """All scores of the questionnaire for one response."""
    return {item.name: score(item, definition, answers) for item in definition.scores}


def nps_category(value: Any) -> str:
    """promoter (9-10), passive (7-8), detractor (0-6), invalid (anything else)."""
    number = as_number(value)
    if number is None or not 0 <= number <= 10 or number != int(number):
        return "invalid"
    return "promoter" if number >= 9 else "passive" if number >= 7 else "detractor"


def nps_counts(values: Iterable[Any]) -> tuple[int, int, int]:
    """(promoters, passives, detractors); invalid and missing values are left out."""
    kinds = [nps_category(value) for value in values]
    return kinds.count("promoter"), kinds.count("passive"), kinds.count("detractor")


def nps(values: Iterable[Any]) -> float | None:
    """Net Promoter Score, -100 to 100; None without a valid answer."""
    return nps_of(*nps_counts(values))


def nps_of(promoters: int, passives: int, detractors: int) -> float | None:
    """NPS from counts. Pool counts over shops, never average their scores."""
    n = promoters + passives + detractors
    return _tidy(100 * (promoters - detractors) / n) if n else None


def nps_variance(promoters: int, passives: int, detractors: int) -> float | None:
    """Variance of one answer coded +1, 0, -1: p + d - (p - d)^2."""
    n = promoters + passives + detractors
    if not n:
        return None
    p, d = promoters / n, detractors / n
    return p + d - (p - d) ** 2


def nps_error(promoters: int, passives: int, detractors: int) -> float | None:
    """Standard error of NPS / 100: sqrt(variance / n)."""
    variance = nps_variance(promoters, passives, detractors)
    return None if variance is None else sqrt(variance / (promoters + passives + detractors))


def csat(values: Iterable[Any], top: int = 2) -> float | None:
    """Share in per cent of the top boxes of 1-5 (4 and 5)."""
    return top_share(values, points=5, top=top)


def ces(values: Iterable[Any]) -> float | None:
    """Mean of 1-7."""
    return mean(values, points=7)


def ces_share(values: Iterable[Any], top: int = 3) -> float | None:
    """Share in per cent of the top 3 (5-7) or top 2 (6-7) boxes of 1-7: two conventions, so it is a setting."""
    return top_share(values, points=7, top=top)


def mean(values: Iterable[Any], *, points: int, start: int = 1) -> float | None:
    """Mean of the valid answers on a scale."""
    valid = _valid(values, points, start)
    return _tidy(sum(valid) / len(valid)) if valid else None


def top_share(values: Iterable[Any], *, points: int, top: int, start: int = 1) -> float | None:
    """Share in per cent of the `top` highest points among the valid answers on a scale."""
    valid = _valid(values, points, start)
    if not valid:
        return None
    return _tidy(100 * sum(v > start + points - 1 - top for v in valid) / len(valid))


def _valid(values: Iterable[Any], points: int, start: int) -> list[float]:
    numbers = (as_number(value) for value in values)
    return [n for n in numbers if n is not None and start <= n <= start + points - 1]


def _tidy(value: float) -> float:
    return round(value, 9) + 0.0
