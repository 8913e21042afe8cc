"""Working days in China: holidays, make-up days, years that nobody has announced yet."""

from datetime import date, timedelta

import pytest

from survey_app import workdays
from survey_app.workdays import Year


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2026, 9, 30), True),
        (date(2026, 10, 1), False),  # 国庆, a Thursday
        (date(2026, 10, 7), False),
        (date(2026, 10, 8), True),
        (date(2026, 9, 20), True),  # a Sunday that is worked
        (date(2026, 10, 10), True),  # a Saturday that is worked
        (date(2026, 10, 11), False),
        (date(2026, 2, 17), False),  # 春节
    ],
)
def test_2026_as_the_state_council_announced_it(day: date, works: bool) -> None:
    assert workdays.is_workday(day) is works


def test_three_working_days_over_the_national_holiday() -> None:
    assert workdays.add(date(2026, 9, 29), 3) == date(2026, 10, 9)
    assert workdays.add(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert workdays.add(date(2026, 11, 20), 3) == date(2026, 11, 25)
    assert workdays.add(date(2026, 11, 20), 0) == date(2026, 11, 20)


def test_unknown_years_count_weekdays_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    assert workdays.is_known(2026) and not workdays.is_known(2050)
    assert workdays.is_workday(date(2050, 10, 3)) and not workdays.is_workday(date(2050, 10, 1))  # a Monday, a Saturday
    assert workdays.unknown_years([date(2026, 12, 30), date(2050, 1, 4)]) == [2050]
    notice = Year(free=frozenset({date(2050, 10, 3)}), made_up=frozenset({date(2050, 10, 1)}))
    monkeypatch.setitem(workdays.LATER, 2050, notice)
    assert not workdays.is_workday(date(2050, 10, 3)) and workdays.is_workday(date(2050, 10, 1))
    assert workdays.unknown_years([date(2050, 1, 4)]) == []


def test_every_year_of_the_package_has_about_250_working_days() -> None:
    for year in range(2010, 2027):
        days = [date(year, 1, 1) + timedelta(days=back) for back in range(365)]
        assert 245 <= sum(map(workdays.is_workday, days)) <= 253, year
