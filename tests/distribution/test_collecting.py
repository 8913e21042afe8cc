"""Doors: how they are made, who sees them, that they keep their version."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector, Wave
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import shops
from survey_app.organisation.models import Shop
from survey_app.tokens import ALPHABET
from tests import staff

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def questionnaire(app: Flask) -> Questionnaire:
    made = drafting.create_from_library(name="nps", by=COMMAND_LINE, now=NOW)
    publishing.publish(questionnaire=made, by=COMMAND_LINE, now=NOW)
    return made


def link(questionnaire: Questionnaire, **more: str) -> Collector:
    return collecting.create_collector(kind="link", questionnaire=questionnaire, by=COMMAND_LINE, now=NOW, **more)


def some_shops(number: int = 3) -> list[Shop]:
    region = shops.create_region(code=f"r{number}", name="东区", by=COMMAND_LINE)
    return [
        shops.create_shop(code=f"S{number}-{i}", name=f"{i}店", region=region, by=COMMAND_LINE) for i in range(number)
    ]


def test_a_door_leads_to_the_newest_version_and_has_its_key_period(questionnaire: Questionnaire) -> None:
    made = link(questionnaire, name=" 公众号\n菜单 ")
    assert (made.name, made.place, made.shop_id, made.version.number) == ("公众号 菜单", "", None, 1)
    assert len(made.code) == 6 and set(made.code) <= set(ALPHABET)
    waves = db.session.scalars(select(Wave)).all()
    assert [(wave.questionnaire_id, wave.month.isoformat()) for wave in waves] == [(questionnaire.id, "2026-11-01")]
    assert collecting.address(made, "https://wj.example") == f"https://wj.example/s/{made.code}"


def test_an_unpublished_questionnaire_has_no_doors(app: Flask) -> None:
    draft = drafting.create_from_library(name="nps", by=COMMAND_LINE, now=NOW)
    with pytest.raises(DomainError, match="发布"):
        link(draft)
    assert db.session.scalars(select(Wave)).all() == []


def test_a_shop_code_needs_a_shop_and_a_link_has_none(questionnaire: Questionnaire) -> None:
    (shop,) = some_shops(1)
    for kind, given in (("shop", None), ("link", shop), ("kiosk", None)):
        with pytest.raises(DomainError):
            collecting.create_collector(kind=kind, questionnaire=questionnaire, shop=given, by=COMMAND_LINE, now=NOW)


def test_several_shops_get_a_door_each_and_an_open_one_is_kept(questionnaire: Questionnaire) -> None:
    own = some_shops()

    def make(chosen: list[Shop], place: str) -> list[Collector]:
        return collecting.create_for_shops(
            questionnaire=questionnaire, shops=chosen, place=place, by=COMMAND_LINE, now=NOW
        )

    first = make(own[:2], "收银台")
    assert [door.name for door in first] == ["0店 · 收银台", "1店 · 收银台"]
    again = make(own, " 收银台 ")
    assert again[:2] == first and len(db.session.scalars(select(Collector)).all()) == 3
    assert len(make(own, "咨询台")) == 3 and len(db.session.scalars(select(Collector)).all()) == 6
    collecting.close(collector=first[0], by=COMMAND_LINE, now=NOW)
    assert make(own[:1], "收银台")[0] is not first[0]
    with pytest.raises(DomainError) as refusal:
        make([], "收银台")
    assert refusal.value.field == "shop"


def test_the_same_form_sent_twice_makes_one_door(questionnaire: Questionnaire) -> None:
    assert link(questionnaire, code="ABC234") is link(questionnaire, code="ABC234")


def test_a_door_keeps_its_version_until_it_is_switched(questionnaire: Questionnaire) -> None:
    door = link(questionnaire)
    with pytest.raises(DomainError):
        collecting.switch_version(collector=door, by=COMMAND_LINE, now=NOW)
    questionnaire.draft = questionnaire.draft | {"title": {"zh-CN": "新标题", "en": "New title"}}
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=NOW)
    assert door.version.number == 1
    collecting.switch_version(collector=door, by=COMMAND_LINE, now=NOW)
    assert door.version.number == 2
    event = db.session.scalars(select(Event).where(Event.action == "collector.version_switched")).one()
    assert event.details == {"before": 1, "after": 2}


def test_closing_and_opening_again_are_recorded_once(questionnaire: Questionnaire) -> None:
    door = link(questionnaire)
    for _ in range(2):
        collecting.close(collector=door, by=COMMAND_LINE, now=NOW)
    assert door.closed_at == NOW
    later = datetime(2027, 2, 3, tzinfo=UTC)
    for _ in range(2):
        collecting.reopen(collector=door, by=COMMAND_LINE, now=later)
    assert door.closed_at is None
    actions = db.session.scalars(select(Event.action).order_by(Event.seq)).all()
    assert [a for a in actions if a.startswith("collector.")] == [
        "collector.created", "collector.closed", "collector.reopened",
    ]  # fmt: skip
    months = db.session.scalars(select(Wave.month).order_by(Wave.month)).all()
    assert [month.isoformat() for month in months] == ["2026-11-01", "2027-02-01"]


def test_people_see_the_doors_of_their_place_only(app: Flask) -> None:
    chain = staff.fill(app)
    seen = {}
    for role, user_id in chain.users.items():
        user = db.session.get_one(User, user_id)
        seen[role] = {door.id for door in db.session.scalars(collecting.visible_to(user))}
    everything = set(chain.doors.values())
    assert seen.pop("shop-staff") == seen.pop("manager") == {chain.doors["own"]}
    assert all(doors == everything for doors in seen.values())


def test_shop_staff_without_a_shop_see_nothing(app: Flask) -> None:
    chain = staff.fill(app)
    user = db.session.get_one(User, chain.users["shop-staff"])
    user.shop_id = None
    assert db.session.scalars(collecting.visible_to(user)).all() == []
