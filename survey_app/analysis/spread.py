"""Bins for numbers, dates and times. The outermost bins never show a single extreme value as a label of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil, floor, log10

from survey_app.analysis import measures
from survey_app.questionnaire.question_types.numbers import plain_number

MOST_BINS = 10


@dataclass(frozen=True, slots=True)
class Spread:
    """How answers lie: bins for the axis (short labels), rows for the table (full ranges), place of the median (0 to 1)."""

    bins: tuple[tuple[str, int], ...]
    rows: tuple[tuple[str, int], ...]
    middle: float
    median: str = ""


def of_numbers(counts: Mapping[float, int]) -> Spread:
    """Bins of one round width (1, 2 or 5 times a power of ten), at most ten of them."""
    low, high = min(counts), max(counts)
    whole = all(float(value).is_integer() for value in counts)
    width = _round_width((high - low) / MOST_BINS, whole=whole)
    first = floor(low / width)
    last = max(floor(high / width), first)
    while last - first >= MOST_BINS:
        width = _round_width(width * 1.01, whole=whole)
        first, last = floor(low / width), floor(high / width)
    filled = dict.fromkeys(range(first, last + 1), 0)
    for value, count in counts.items():
        filled[min(floor(value / width), last)] += count
    single = whole and width == 1
    bins = tuple((_short(place * width), count) for place, count in filled.items())
    rows = tuple((_range(place * width, width, single=single, whole=whole), count) for place, count in filled.items())
    shift = 0.5 if single else 0.0  # a bin of one whole number stands around it
    return Spread(bins, rows, (measures.median(counts) / width + shift - first) / len(filled))


def _round_width(wanted: float, *, whole: bool) -> float:
    if wanted <= 0:
        return 1.0
    power = 10.0 ** floor(log10(wanted))
    width = next((step * power for step in (1, 2, 5, 10) if step * power >= wanted * (1 - 1e-9)), 10 * power)
    return max(1.0, ceil(width)) if whole else width


def _short(value: float) -> str:
    return plain_number(float(f"{value:.12g}"))  # without the noise of adding tenths


def _range(start: float, width: float, *, single: bool, whole: bool) -> str:
    if single:
        return _short(start)
    return f"{_short(start)}–{_short(start + width - 1)}" if whole else f"{_short(start)}–<{_short(start + width)}"


def of_dates(counts: Mapping[str, int]) -> Spread:
    """Months when they are at most ten, else years, else groups of years. Answers: ISO dates."""
    days = {float(date.fromisoformat(text).toordinal()): count for text, count in counts.items()}
    middle = measures.median(days)
    months = _gather(counts, 7)
    first, last = min(months), max(months)
    span = (int(last[:4]) - int(first[:4])) * 12 + int(last[5:]) - int(first[5:]) + 1
    median = date.fromordinal(round(middle)).isoformat()
    if span > MOST_BINS:
        found = of_numbers({float(year): count for year, count in _gather(counts, 4).items()})
        return Spread(found.bins, found.rows, found.middle, median)
    names = [_month(int(first[:4]) * 12 + int(first[5:]) - 1 + index) for index in range(span)]
    rows = tuple((name, months.get(name, 0)) for name in names)
    place = names.index(median[:7]) + int(median[8:]) / 31
    return Spread(tuple((name[2:], count) for name, count in rows), rows, place / span, median)


def _gather(counts: Mapping[str, int], length: int) -> dict[str, int]:
    found: dict[str, int] = {}
    for text, count in counts.items():
        found[text[:length]] = found.get(text[:length], 0) + count
    return found


def _month(index: int) -> str:
    return f"{index // 12:04}-{index % 12 + 1:02}"


def of_times(counts: Mapping[str, int]) -> Spread:
    """Eight bins of three hours. Answers: HH:MM."""
    minutes = {float(int(text[:2]) * 60 + int(text[3:5])): count for text, count in counts.items()}
    filled = [0] * 8
    for minute, count in minutes.items():
        filled[int(minute) // 180] += count
    middle = measures.median(minutes)
    bins = tuple((str(index * 3), count) for index, count in enumerate(filled))
    rows = tuple((f"{index * 3:02}:00–{index * 3 + 2:02}:59", count) for index, count in enumerate(filled))
    return Spread(bins, rows, middle / 1440, f"{int(middle) // 60:02}:{int(middle) % 60:02}")
