"""Whether two groups differ by more than chance: pure arithmetic on counts; sources stand at each formula.

Every difference is second minus first. The approximations are meant for groups of 30 and more; smaller ones are not tested
(`variants`). Who asks several questions of the same people puts the p-values through `holm`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erfc, exp, lgamma, log, sqrt

from survey_app.analysis import measures

LEVEL = 0.05
LEAST_EXPECTED = 5.0  # per cell of a table (Cochran 1954, Biometrics 10:417-451)


@dataclass(frozen=True, slots=True)
class Contrast:
    """A difference with its 95 % interval and the two-sided p-value of "no difference"."""

    value: float
    low: float
    high: float
    p: float


def shares(first: int, n_first: int, second: int, n_second: int) -> Contrast:
    """Two shares: pooled z-test; interval by Newcombe's hybrid of two Wilson intervals (1998, Stat. Med. 17:873-890)."""
    a, b = measures.share(first, n_first), measures.share(second, n_second)
    value = b.value - a.value
    pooled = (first + second) / (n_first + n_second)
    error = sqrt(pooled * (1 - pooled) * (1 / n_first + 1 / n_second))
    low = value - sqrt((b.value - b.low) ** 2 + (a.high - a.value) ** 2)
    high = value + sqrt((b.high - b.value) ** 2 + (a.value - a.low) ** 2)
    return Contrast(value, low, high, two_sided(value / error) if error else 1.0)


def means(first: Mapping[float, int], second: Mapping[float, int]) -> Contrast:
    """Two groups of ordered values: p by ranks (`ranks`); mean difference with Welch's interval (1947, Biometrika 34:28-35)."""
    n_a, mean_a, variance_a = _moments(first)
    n_b, mean_b, variance_b = _moments(second)
    part_a, part_b = variance_a / n_a, variance_b / n_b
    value, squared = mean_b - mean_a, part_a + part_b
    if squared == 0:
        return Contrast(value, value, value, ranks(first, second))
    freedom = squared**2 / (part_a**2 / (n_a - 1) + part_b**2 / (n_b - 1))
    half = measures.t_quantile(max(1, int(freedom))) * sqrt(squared)
    return Contrast(value, value - half, value + half, ranks(first, second))


def _moments(counts: Mapping[float, int]) -> tuple[int, float, float]:
    n = sum(counts.values())
    mean = sum(value * count for value, count in counts.items()) / n
    return n, mean, sum(count * (value - mean) ** 2 for value, count in counts.items()) / (n - 1)


def ranks(first: Mapping[float, int], second: Mapping[float, int]) -> float:
    """p-value of Mann and Whitney (1947, Ann. Math. Stat. 18:50-60): normal, corrected for ties and continuity."""
    n_a, n_b = sum(first.values()), sum(second.values())
    n, below, u, ties = n_a + n_b, 0, 0.0, 0
    for value in sorted(first.keys() | second.keys()):
        mine, other = second.get(value, 0), first.get(value, 0)
        u += mine * (below + other / 2)
        below += other
        ties += (mine + other) ** 3 - (mine + other)
    variance = n_a * n_b / 12 * (n + 1 - ties / (n * (n - 1)))
    if variance <= 0:
        return 1.0
    return two_sided(max(0.0, abs(u - n_a * n_b / 2) - 0.5) / sqrt(variance))


def nps(first: Mapping[int, int], second: Mapping[int, int]) -> Contrast:
    """Two net promoter scores: both by the adjusted Wald of `measures.nps`, variances added; the value is the plain one."""
    value = measures.nps(second).value - measures.nps(first).value
    (score_a, variance_a), (score_b, variance_b) = _adjusted(first), _adjusted(second)
    error = sqrt(variance_a + variance_b)
    middle = score_b - score_a
    low, high = 100 * (middle - measures.Z * error), 100 * (middle + measures.Z * error)
    return Contrast(value, low, high, two_sided(middle / error))


def _adjusted(counts: Mapping[int, int]) -> tuple[float, float]:
    detractors, passives, promoters = measures.nps_groups(counts)
    n = detractors + passives + promoters + 3
    p, d = (promoters + 0.75) / n, (detractors + 0.75) / n
    return p - d, (p + d - (p - d) ** 2) / n


def table(first: Sequence[int], second: Sequence[int]) -> float | None:
    """p-value of Pearson's chi-square for one choice of several options; None when there is too little to say.

    Options that fewer than five would be expected to choose are put together, rarest first.
    """
    columns = sorted((a + b, a, b) for a, b in zip(first, second, strict=True) if a + b)
    n_a, n_b = sum(a for _, a, _ in columns), sum(b for _, _, b in columns)
    if not n_a or not n_b:
        return None
    smaller = min(n_a, n_b) / (n_a + n_b)
    while len(columns) > 1 and columns[0][0] * smaller < LEAST_EXPECTED:
        (total, a, b), (other, c, d) = columns[0], columns[1]
        columns = sorted([(total + other, a + c, b + d), *columns[2:]])
    if len(columns) < 2:
        return None
    found = 0.0
    for total, a, b in columns:
        for count, n in ((a, n_a), (b, n_b)):
            expected = total * n / (n_a + n_b)
            found += (count - expected) ** 2 / expected
    return chi_square_above(found, len(columns) - 1)


def holm(values: Sequence[float]) -> list[float]:
    """p-values adjusted for asking several questions (Holm 1979, Scand. J. Stat. 6:65-70), in the same order."""
    adjusted, before = [0.0] * len(values), 0.0
    for rank, place in enumerate(sorted(range(len(values)), key=lambda index: values[index])):
        before = max(before, min(1.0, (len(values) - rank) * values[place]))
        adjusted[place] = before
    return adjusted


def two_sided(z: float) -> float:
    """Probability that chance alone is at least this many standard errors away."""
    return erfc(abs(z) / sqrt(2))


def chi_square_above(value: float, freedom: int) -> float:
    """Upper tail of the chi-square distribution: the incomplete gamma function (Abramowitz and Stegun 6.5.29, 6.5.31)."""
    a, x = freedom / 2, value / 2
    if x <= 0:
        return 1.0
    scale = exp(-x + a * log(x) - lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        step = a
        while term > total * 1e-15:
            step += 1
            term *= x / step
            total += term
        return 1 - total * scale
    b = x + 1 - a
    c, d = 1e300, 1 / b
    h = d
    for i in range(1, 1000):
        an = -i * (i - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        h *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return scale * h
