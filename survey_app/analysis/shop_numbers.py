"""How many answers a shop received: the live number, and nothing of what they say (privacy.md 6).

The first answers of a shop in a month keep no day, because a day could name somebody; they are counted in the month alone.
Checks that staff fill in themselves are no answers of customers and are counted apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from survey_app import clock
from survey_app.analysis import dataset
from survey_app.responses.recording import SMALL_SHOP

SPOT_CHECK = "spot_check"  # channel


@dataclass(slots=True)
class Received:
    """Answers of one shop, or of one shop and questionnaire. A week begins on Monday."""

    today: int = 0
    week: int = 0
    month: int = 0
    undated: int = 0  # of the month: counted there alone
    checks: int = 0  # of the month, by staff


@dataclass(slots=True)
class ShopNumbers:
    """All of a shop, and by version."""

    total: Received = field(default_factory=Received)
    by_version: dict[int, Received] = field(default_factory=dict)


def received(shop_ids: Sequence[int], *, today: date) -> dict[int, ShopNumbers]:
    """Shop id -> its numbers."""
    monday, month = today - timedelta(days=today.weekday()), clock.month_of(today)
    first_day, first_of_week = clock.day_from_date(month), clock.day_from_date(monday)
    day_today = clock.day_from_date(today)
    found = {shop_id: ShopNumbers() for shop_id in shop_ids}
    if not shop_ids:
        return found
    for shop_id, version_id, channel, day, of_month, count in dataset.received_in_shops(
        shop_ids, since=min(monday, month)
    ):
        shop = found[shop_id]
        for one in (shop.total, shop.by_version.setdefault(version_id, Received())):
            this_month = of_month == month if day is None else day >= first_day
            if channel == SPOT_CHECK:
                one.checks += count * this_month
                continue
            one.month += count * this_month
            one.undated += count * (day is None and this_month)
            one.week += count * (day is not None and day >= first_of_week)
            one.today += count * (day == day_today)
    return found


__all__ = ["SMALL_SHOP", "Received", "ShopNumbers", "received"]
