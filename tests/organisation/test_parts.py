"""Departments, teams and customer tiers: codes once, one home for a team, thresholds that rise."""

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import parts, shops, tiers
from survey_app.organisation.models import Team, Tier
from tests import staff

BY = COMMAND_LINE


@pytest.mark.usefixtures("app")
def test_a_code_is_used_once_per_kind() -> None:
    first = parts.create_department(code="quality", name="质量部", name_en="Quality", by=BY)
    with pytest.raises(DomainError, match="质量部"):
        parts.create_department(code="quality", name="品质部", by=BY)
    parts.create_team(code="quality", name="质量组", shop=None, department=first, by=BY)
    parts.change_department(department=first, code="quality", name="质管部", name_en="", by=BY)
    assert parts.find_department(" quality ") is first and first.display_name("en") == "质管部"
    assert [team.department_id for team in parts.all_teams()] == [first.id]
    acts = [event.action for event in db.session.scalars(select(Event).order_by(Event.seq))]
    assert acts == ["department.created", "team.created", "department.changed"]


@pytest.mark.usefixtures("app")
def test_a_team_belongs_to_a_shop_or_a_department() -> None:
    department = parts.create_department(code="service", name="客服部", by=BY)
    shop = shops.create_shop(code="1", name="一店", region=shops.create_region(code="r", name="区", by=BY), by=BY)
    with pytest.raises(DomainError) as refusal:
        parts.create_team(code="a", name="甲", shop=shop, department=department, by=BY)
    assert refusal.value.field == "department"
    team = parts.create_team(code="a", name="甲", shop=shop, department=None, by=BY)
    parts.change_team(team=team, code="a", name="甲", name_en="", shop=None, department=department, by=BY)
    assert (team.shop_id, team.department_id) == (None, department.id)


def make(name: str, spent: int, orders: int) -> Tier:
    return tiers.create_tier(code=name, name=name, spent_cents=spent, orders=orders, by=BY)


@pytest.mark.usefixtures("app")
def test_tiers_rise_from_one_that_takes_everybody() -> None:
    with pytest.raises(DomainError, match="没有门槛"):
        make("gold", 100, 0)
    make("basic", 0, 0)
    with pytest.raises(DomainError, match="至少填一个"):
        make("silver", 0, 0)
    silver = make("silver", 100_000, 6)
    for spent, orders in ((100_000, 0), (99_999, 12), (200_000, 6)):
        with pytest.raises(DomainError, match="比下一级高"):
            make("gold", spent, orders)
    gold = make("gold", 0, 12)
    make("black", 500_000, 0)
    with pytest.raises(DomainError, match="比下一级高"):
        tiers.change_tier(tier=silver, code="silver", name="s", name_en="", spent_cents=100, orders=12, by=BY)
    assert [tier.position for tier in tiers.all_tiers()] == [0, 1, 2, 3] and gold.position == 2


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_all_of_it_is_made_and_changed_in_the_browser(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    place = {"code": "quality", "name": "质量部", "name_en": "Quality"}
    assert person.post("/departments", place).location == "/departments"
    assert person.post("/departments", place).status_code == 422
    assert person.post("/departments/1", place | {"name": "质管部"}).status_code == 303
    team = {"code": "desk", "name": "柜台组", "shop": str(chain.shops[0])}
    assert person.post("/teams", team).status_code == 303
    assert person.post("/teams/1", team | {"shop": "", "department": "1"}).status_code == 303
    assert person.post("/teams/1", team | {"department": "1"}).status_code == 422
    page = person.text("/departments")
    assert page.count("质管部") >= 2 and "人民路店" not in page
    assert db.session.get_one(Team, 1).department_id == 1
    db.session.remove()
    assert person.post("/tiers", {"code": "basic", "name": "普通"}).status_code == 303
    assert person.post("/tiers", {"code": "gold", "name": "黄金", "spent": "1234.56"}).status_code == 303
    assert "满 1,234.56 元" in person.text("/tiers") and 'value="1234.56"' in person.text("/tiers/2")
    assert person.post("/tiers/2", {"code": "gold", "name": "黄金", "orders": "20"}).status_code == 303
    assert "满 20 单" in person.text("/tiers")
    assert person.get("/departments/9").status_code == person.get("/teams/9").status_code == 404
    assert chain.signed_in("researcher").get("/tiers").status_code == 403
