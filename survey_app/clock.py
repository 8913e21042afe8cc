"""The only reader of the system clock, and the calendar of the chain (Asia/Shanghai).

Times are aware UTC datetimes. A *day* is an integer: days since 1970-01-01 in Asia/Shanghai, the only time an anonymous
answer keeps.
"""

import os
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

CHINA = ZoneInfo("Asia/Shanghai")
_EPOCH = date(1970, 1, 1)
_CHINA_OFFSET_SECONDS = 8 * 3600  # no daylight saving since 1991


# Fault tests set the clock of real processes: a file that holds by how many seconds it is wrong. Refused in production.
_wrong_by = os.environ.get("SURVEY_CLOCK_FILE", "")


def _shift() -> float:
    try:
        return float(Path(_wrong_by).read_text() or 0)
    except (OSError, ValueError):
        return 0.0


def now() -> datetime:
    """The present moment, aware, in UTC."""
    moment = datetime.now(UTC)
    return moment + timedelta(seconds=_shift()) if _wrong_by else moment


def monotonic() -> float:
    """Seconds for measuring durations; never goes back."""
    return time.monotonic()


def epoch_seconds() -> int:
    """Seconds since 1970 (UTC), for issue times and leases on the hot path."""
    return int(time.time() + _shift()) if _wrong_by else int(time.time())


def china(moment: datetime) -> datetime:
    """The same moment on a clock in China."""
    return moment.astimezone(CHINA)


def day_number(moment: datetime) -> int:
    """Days since 1970-01-01 of the China-local date of `moment`."""
    return (china(moment).date() - _EPOCH).days


def day_of_epoch(seconds: int) -> int:
    """Day number (China) of seconds since 1970; integer arithmetic for the hot path."""
    return (seconds + _CHINA_OFFSET_SECONDS) // 86400


def day_from_date(value: date) -> int:
    """Day number of a China-local date."""
    return (value - _EPOCH).days


def date_from_day(day: int) -> date:
    """The China-local date of a day number."""
    return _EPOCH + timedelta(days=day)


def month_of(value: date) -> date:
    """The first day of the month of `value`."""
    return value.replace(day=1)


def next_month(value: date) -> date:
    """The first day of the month after that of `value`."""
    return (value.replace(day=1) + timedelta(days=32)).replace(day=1)
