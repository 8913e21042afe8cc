"""Chinese working days: weekends, public holidays and the make-up days that move them. Pure.

Source: the yearly notice of the State Council (国务院办公厅关于节假日安排的通知), as the package chinesecalendar carries it. The
notice of a year comes out in the last months of the year before, so the newest years are often missing there: write them
into `LATER`. In years that neither knows, Monday to Friday count (see `unknown_years`).
"""

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from chinese_calendar.constants import holidays, workdays


@dataclass(frozen=True, slots=True)
class Year:
    """What a notice says that a plain week does not: free days, and weekend days on which people work."""

    free: frozenset[date]
    made_up: frozenset[date]


LATER: dict[int, Year] = {}  # year -> its notice; wins over the package


def is_known(year: int) -> bool:
    """Whether the holidays of a year are known."""
    return year in LATER or year in _years_of_the_package()


@functools.cache
def _years_of_the_package() -> frozenset[int]:
    # a holiday of New Year alone may stand in the notice of the year before
    months = {(day.year, day.month) for day in holidays}
    return frozenset(year for year, month in months if month == 10)


def is_workday(day: date) -> bool:
    """Whether offices work on this day."""
    notice = LATER.get(day.year)
    if notice is not None:
        return day in notice.made_up or (day.weekday() < 5 and day not in notice.free)
    return day in workdays or (day.weekday() < 5 and day not in holidays)


def add(day: date, count: int) -> date:
    """The `count`-th working day after `day`; `day` itself for 0."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_workday(day)
    return day


def unknown_years(days: Iterable[date]) -> list[int]:
    """The years of these days whose holidays are not known: pages warn that weekends alone were left out."""
    return sorted({day.year for day in days if not is_known(day.year)})
