"""Measures and their 95 % intervals. Pure arithmetic on counts; sources stand at each formula.

Shares lie between 0 and 1, NPS between -100 and 100. An interval says how far chance alone may have moved the figure; it
says nothing about who did not answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, expm1, pi, sin, sqrt

Z = 1.959963984540054  # two-sided 95 % of the normal distribution


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval; `n` is the number of answers it rests on."""

    value: float
    low: float
    high: float
    n: int


def share(count: int, n: int) -> Estimate:
    """A share with the Wilson score interval (Wilson 1927, JASA 22:209-212). n > 0."""
    p = count / n
    middle = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    half = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return Estimate(p, max(0.0, middle - half), min(1.0, middle + half), n)


def nps(counts: Mapping[int, int]) -> Estimate:
    """Net promoter score of {0..10: count}: % of 9-10 minus % of 0-6 (Reichheld 2003).

    Interval: adjusted Wald with three answers added, 3/4 to promoters and to detractors (Rocks 2016, Am. Stat. 70:365-372;
    Sauro and Lewis). n > 0.
    """
    detractors, passives, promoters = nps_groups(counts)
    n = detractors + passives + promoters
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    half = Z * sqrt((p + d - (p - d) ** 2) / (n + 3))
    low, high = 100 * (p - d - half), 100 * (p - d + half)
    return Estimate(100 * (promoters - detractors) / n, max(-100.0, low), min(100.0, high), n)


def nps_groups(counts: Mapping[int, int]) -> tuple[int, int, int]:
    """Detractors (0-6), passives (7-8), promoters (9-10)."""
    detractors = sum(count for value, count in counts.items() if value <= 6)
    promoters = sum(count for value, count in counts.items() if value >= 9)
    return detractors, sum(counts.values()) - detractors - promoters, promoters


def top_box(counts: Mapping[int, int], *, points: range, top: int) -> Estimate:
    """Share of answers on the `top` highest of `points` (CSAT: 2 of 1..5; CES: 2 or 3 of 1..7). n > 0."""
    chosen = sum(counts.get(value, 0) for value in points[-top:])
    return share(chosen, sum(counts.values()))


def mean(counts: Mapping[float, int]) -> Estimate:
    """Arithmetic mean of {value: count} with Student's t interval (Student 1908, Biometrika 6:1-25). n > 0.

    When all answers are equal, or there is only one, both ends equal the value.
    """
    n = sum(counts.values())
    total = sum(value * count for value, count in counts.items())
    average = total / n
    if n == 1:
        return Estimate(average, average, average, 1)
    variance = sum(count * (value - average) ** 2 for value, count in counts.items()) / (n - 1)
    half = t_quantile(n - 1) * sqrt(variance / n)
    return Estimate(average, average - half, average + half, n)


def median(counts: Mapping[float, int]) -> float:
    """Middle value of {value: count}; the mean of the two middle ones when their number is even. n > 0."""
    n = sum(counts.values())
    middle, seen, first = [(n - 1) // 2, n // 2], 0, None
    for value in sorted(counts):
        seen += counts[value]
        if first is None and seen > middle[0]:
            first = value
        if first is not None and seen > middle[1]:
            return (first + value) / 2
    raise ValueError("no answers")


def t_quantile(freedom: int) -> float:
    """Two-sided 95 % quantile of Student's t (Hill 1970, CACM 13:619-620, algorithm 396), to about six digits."""
    p = 0.05
    if freedom == 1:
        return cos(p * pi / 2) / sin(p * pi / 2)
    if freedom == 2:
        return sqrt(2 / (p * (2 - p)) - 2)
    a = 1 / (freedom - 0.5)
    b = 48 / (a * a)
    c = ((20700 * a / b - 98) * a - 16) * a + 96.36
    d = ((94.5 / (b + c) - 3) / b + 1) * sqrt(a * pi / 2) * freedom
    x = d * p
    y = x ** (2 / freedom)
    if y > 0.05 + a:
        x = -Z
        y = x * x
        if freedom < 5:
            c += 0.3 * (freedom - 4.5) * (x + 0.6)
        c = (((0.05 * d * x - 5) * x - 7) * x - 2) * x + b + c
        y = (((((0.4 * y + 6.3) * y + 36) * y + 94.5) / c - y - 3) / b + 1) * x
        y = a * y * y
        y = y + y * y / 2 if y <= 0.002 else expm1(y)
    else:
        y = (
            (1 / (((freedom + 6) / (freedom * y) - 0.089 * d - 0.822) * (freedom + 2) * 3) + 0.5 / (freedom + 4)) * y
            - 1
        ) * (freedom + 1) / (freedom + 2) + 1 / y
    return sqrt(freedom * y)
