"""Regions and shops."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def test_an_unknown_shop_is_made_in_the_first_region(app: Flask) -> None:
    made = shops.find_or_create_shop(code="KM-9", by=COMMAND_LINE, now=NOW)
    assert (made.name, made.region.name) == ("KM-9", "全部门店")
    assert shops.find_or_create_shop(code=" KM-9 ", by=COMMAND_LINE, now=NOW) is made
    assert shops.find_or_create_shop(code="KM-10", by=COMMAND_LINE, now=NOW).region_id == made.region_id


@pytest.mark.parametrize("code", ["", "门店一", "a b", "x" * 17, "-1", "A/B", "<i>"])
def test_a_code_fits_posters_and_files(app: Flask, code: str) -> None:
    with pytest.raises(DomainError) as refusal:
        shops.create_region(code=code, name="东区", by=COMMAND_LINE)
    assert refusal.value.field == "code"


def test_a_code_is_used_once_and_the_refusal_names_the_owner(app: Flask) -> None:
    region = shops.create_region(code="e", name="东区", by=COMMAND_LINE)
    shop = shops.create_shop(code="S1", name="一店", region=region, by=COMMAND_LINE)
    other = shops.create_shop(code="S2", name="二店", region=region, by=COMMAND_LINE)
    with pytest.raises(DomainError, match="一店"):
        shops.change_shop(shop=other, code="S1", name="二店", name_en="", region=region, by=COMMAND_LINE)
    shops.change_shop(shop=shop, code="S1", name="一店新", name_en="One", region=region, by=COMMAND_LINE)
    assert (
        shop.display_name("zh-CN") == "一店新"
        and shop.display_name("en") == "One"
        and other.display_name("en") == "二店"
    )


def test_a_name_is_needed(app: Flask) -> None:
    with pytest.raises(DomainError) as refusal:
        shops.create_region(code="e", name="  ", by=COMMAND_LINE)
    assert refusal.value.field == "name"


def test_lists_can_be_narrowed_to_a_region_or_a_shop(app: Flask) -> None:
    east, west = (shops.create_region(code=code, name=code, by=COMMAND_LINE) for code in ("e", "w"))
    one, two = (shops.create_shop(code=f"S{r.code}", name="店", region=r, by=COMMAND_LINE) for r in (east, west))
    assert shops.all_shops() == [one, two]
    assert shops.all_shops(region_id=west.id) == [two] and shops.all_shops(shop_id=one.id) == [one]
