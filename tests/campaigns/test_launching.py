"""Drafts, the launch with number and cost, the second person, pausing and ending."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.campaigns import drafting, launching, running
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.drafting import Choices
from survey_app.database import db
from survey_app.design import drafting as design
from survey_app.distribution import collecting, waves
from survey_app.distribution.models import Wave
from survey_app.errors import DomainError
from survey_app.events import Event
from survey_app.messaging.models import Sender
from tests.campaigns import world as w


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": "  "}, "name"),
        ({"channels": ()}, "channels"),
        ({"event": "refunded"}, "event"),
        ({"event": ""}, "event"),
        ({"delay_hours": 169}, "delay_hours"),
        ({"within_workdays": 0}, "within_workdays"),
        ({"share": 0}, "share"),
        ({"share": 101}, "share"),
        ({"reminders": 3}, "reminders"),
        ({"reminder_days": 0}, "reminder_days"),
        ({"template": "no-such"}, "template"),
        ({"closes_on": date(2026, 11, 17)}, "closes_on"),
    ],
)
def test_a_draft_that_could_never_be_sent_is_refused(sqlite_app: Flask, wrong: dict[str, Any], field: str) -> None:
    world = w.build()
    campaign = w.draft(world, "trigger")
    with pytest.raises(DomainError) as refused:
        drafting.change(
            campaign=campaign, choices=Choices(**({"name": "x", "event": "paid"} | wrong)), by=w.ANN, now=w.NOON
        )
    assert refused.value.field == field


def test_an_unpublished_questionnaire_has_no_campaign(sqlite_app: Flask) -> None:
    w.build()
    draft = design.create_from_library(name="nps", by=w.ANN, now=w.NOON)
    with pytest.raises(DomainError):
        drafting.create(kind="once", questionnaire=draft, name="x", by=w.ANN, now=w.NOON)


def test_the_number_that_somebody_confirmed_is_the_number_that_is_sent(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(3))
    campaign = w.draft(world)
    w.buy(world, [7])  # somebody more between the look and the click
    with pytest.raises(DomainError):
        launching.launch(campaign=campaign, confirmed=3, by=w.ANN, now=w.NOON)
    db.session.rollback()
    launching.launch(campaign=campaign, confirmed=4, by=w.ANN, now=w.NOON)
    assert campaign.state == "running" and campaign.people == 4
    with pytest.raises(DomainError):  # a second click
        launching.launch(campaign=campaign, confirmed=4, by=w.ANN, now=w.NOON)


def test_cost_is_segments_times_price_over_channels(sqlite_app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(10))
    w.buy(world, range(10, 14), sms_consent=False)
    ahead = launching.forecast(w.draft(world, reminders=2), now=w.NOON)
    assert (ahead.people, ahead.cents, ahead.cents_at_most) == (14, 50, 150)
    assert ahead.plan is not None and dict(ahead.plan.by_channel) == {("sms", ""): 10, ("email", ""): 4}


def test_a_campaign_above_its_budget_or_without_a_sender_does_not_start(sqlite_app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(10))
    campaign = w.draft(world, budget_cents=49, channels=("sms",))
    with pytest.raises(DomainError) as refused:
        launching.launch(campaign=campaign, confirmed=10, by=w.ANN, now=w.NOON)
    assert refused.value.field == "budget"
    for sender in db.session.query(Sender).filter_by(channel="sms"):
        sender.active = False
    campaign.budget_cents = None
    with pytest.raises(DomainError) as refused:
        launching.launch(campaign=campaign, confirmed=10, by=w.ANN, now=w.NOON)
    assert "通道" in refused.value.message


def test_an_anonymous_one_off_campaign_needs_ten_people_per_shop(app: Flask) -> None:
    world = w.build("anonymous")
    w.buy(world, range(9), shop=0)
    w.buy(world, range(20, 32), shop=1)
    campaign = w.draft(world)
    with pytest.raises(DomainError) as refused:
        launching.launch(campaign=campaign, confirmed=21, by=w.ANN, now=w.NOON)
    assert refused.value.values == {"n": 10, "shops": 1}
    db.session.rollback()
    drafting.change(
        campaign=campaign,
        choices=Choices(name="x", audience=Audience(leave_small=True), closes_on=date(2026, 12, 1)),
        by=w.ANN,
        now=w.NOON,
    )
    launching.launch(campaign=campaign, confirmed=12, by=w.ANN, now=w.NOON)
    db.session.commit()
    w.run_job(campaign)
    assert {one.shop_id for one in w.invitations()} == {world.shops[1]}


def test_above_five_thousand_somebody_else_has_to_agree(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = w.build("identified")
    w.buy(world, range(12))
    monkeypatch.setattr(launching, "APPROVAL_ABOVE", 11)
    campaign = w.started(world)
    assert campaign.state == "waiting" and campaign.wave_id is None and w.invitations() == []
    with pytest.raises(DomainError):
        launching.approve(campaign=campaign, by=w.ANN, now=w.NOON)
    with pytest.raises(DomainError):
        running.pause(campaign=campaign, by=w.ANN)
    launching.send_back(campaign=campaign, reason="太多", by=w.BOB)
    assert campaign.state == "draft"
    launching.launch(campaign=campaign, confirmed=12, by=w.ANN, now=w.NOON)
    launching.approve(campaign=campaign, by=w.BOB, now=w.NOON)
    db.session.commit()
    assert (campaign.state, campaign.approved_by_id) == ("running", w.BOB.id)
    w.run_job(campaign)
    assert len(w.messages()) == 12
    acts = [
        event.action for event in db.session.query(Event).filter(Event.object_class == "Campaign").order_by(Event.seq)
    ]
    assert acts[2:] == ["campaign.submitted", "campaign.sent_back", "campaign.submitted", "campaign.approved"]


def test_whoever_launched_what_another_made_may_not_approve_it_either(
    sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = w.build("identified")
    w.buy(world, range(3))
    monkeypatch.setattr(launching, "APPROVAL_ABOVE", 2)
    campaign = w.started(world, by=w.BOB)
    for actor in (w.ANN, w.BOB):
        assert not launching.may_approve(campaign, actor)


def test_a_one_off_campaign_has_a_wave_of_its_own_that_months_never_find(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, [1])
    campaign = w.started(world)
    wave = db.session.get_one(Wave, campaign.wave_id)
    assert (wave.kind, wave.month, wave.closes_on) == ("campaign", date(2026, 11, 1), date(2026, 12, 19))
    month = waves.find_wave(questionnaire_id=world.questionnaire_id, month=date(2026, 11, 1))
    assert month is not None and month.id != wave.id
    door = collecting.find_personal(world.questionnaire_id)
    assert door is not None and door.kind == "personal"
    again = collecting.ensure_personal(questionnaire=world.questionnaire, by=w.ANN, now=w.NOON)
    assert again.id == door.id and collecting.doors_by_questionnaire() == {}


def test_campaigns_end_by_themselves_after_their_last_day(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(3))
    campaign = w.started(world, closes_on=date(2026, 11, 20))
    w.run_job(campaign)
    assert running.end_due(now=w.NOON + timedelta(days=2)) == 0
    assert running.end_due(now=w.NOON + timedelta(days=3)) == 1
    db.session.commit()
    assert campaign.state == "ended" and {m.state for m in w.messages()} == {"cancelled"}


def test_a_copy_is_a_draft_with_the_same_choices(sqlite_app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(3))
    campaign = w.started(world, sample_size=2, audience=Audience(shops=(world.shops[0],)))
    made = drafting.copy(campaign=campaign, by=w.BOB, now=w.NOON)
    assert (made.state, made.sample_size, made.audience) == ("draft", 2, campaign.audience)
    assert made.wave_id is None and made.created_by_id == w.BOB.id
    drafting.discard(campaign=made, by=w.BOB)
    with pytest.raises(DomainError):
        drafting.discard(campaign=campaign, by=w.BOB)


def test_audiences_narrow_by_shop_region_tier_and_day(sqlite_app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(4), shop=0)
    w.buy(world, range(10, 13), shop=1)
    w.buy(world, range(20, 22), shop=None)
    w.buy(world, [30], shop=0, at=w.NOON - timedelta(days=40))

    def number(**more: Any) -> int:
        return launching.forecast(w.draft(world, audience=Audience(**more)), now=w.NOON).people

    assert number() == 10
    assert number(shops=(world.shops[1],)) == 3
    assert number(shops=(world.shops[1],), online=True) == 5
    assert number(regions=(1,)) == 8
    assert number(since=clock.china(w.NOON).date()) == 9
    assert number(until=date(2026, 10, 31)) == 1
    assert number(tiers=(99,)) == 0
    assert number(who="contacts") == 10
