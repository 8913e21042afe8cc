"""Who is invited, once, and by what."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from survey_app import clock, web
from survey_app.campaigns import composing, following, inviting, links
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.events import Event
from survey_app.people import orders, suppressions
from survey_app.people.models import Order
from survey_app.people.orders import NewEvent
from survey_app.responses import ballots
from survey_app.work import Work
from survey_app.worker import perform
from tests.campaigns import world as w


def test_a_one_off_campaign_invites_every_buyer_once_and_writes_to_them(app: Flask) -> None:
    world = w.build()
    w.buy(world, range(12))
    w.buy(world, range(12), order="B", at=w.NOON - timedelta(days=2))  # a second order of the same people
    campaign = w.started(world)
    assert campaign.state == "running" and campaign.wave_id is not None
    w.run_job(campaign)
    made = w.invitations()
    assert len(made) == 12
    newest = {db.session.get_one(Order, one.order_id).number[0] for one in made}
    assert newest == {"A"}
    assert all(one.wave_id == campaign.wave_id and one.code_index is None and one.facts == "" for one in made)
    queued = w.messages()
    assert [message.channel for message in queued] == ["sms"] * 12
    assert {message.segments for message in queued} == {1} and {message.cost_cents for message in queued} == {5}


def test_an_interrupted_launch_goes_on_and_invites_nobody_twice(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = w.build()
    w.buy(world, range(25))
    campaign = w.started(world, sample_size=20)
    monkeypatch.setattr(inviting, "CHUNK", 8)
    whole = inviting.invite

    def dies(*args: object, **more: object) -> int:
        if len(w.invitations()) >= 8:
            raise RuntimeError("killed")
        return whole(*args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(inviting, "invite", dies)
    with pytest.raises(RuntimeError):
        w.run_job(campaign)
    db.session.rollback()
    assert len(w.invitations()) == 8
    monkeypatch.setattr(inviting, "invite", whole)

    row = db.session.query(Work).filter_by(kind=inviting.KIND).one()
    number, row.lease_until = row.id, clock.now() - timedelta(seconds=1)
    db.session.commit()
    assert perform(app, number)
    assert len(w.invitations()) == 20 == len(w.messages())
    assert len({one.contact_id for one in w.invitations()}) == 20


@pytest.mark.parametrize("state", ["open", "completed", "refunded", "cancelled"])
def test_only_a_completed_order_gives_the_right_to_answer(sqlite_app: Flask, state: str) -> None:
    world = w.build()
    campaign = w.started(world, "trigger")
    w.buy(world, [1], state=state, at=w.NOON + timedelta(minutes=1))
    following.follow_events(now=w.NOON + timedelta(minutes=2))
    assert len(w.invitations()) == (1 if state == "completed" else 0)
    assert campaign.seen_event_id >= 0
    assert len(w.messages()) == (1 if state == "completed" else 0)


def test_an_event_before_its_order_was_completed_invites_when_it_is(app: Flask) -> None:
    world = w.build()
    w.started(world, "trigger", event="delivered")
    w.buy(world, [1], state="open")
    orders.record_events(source="pos", rows=[NewEvent("", "delivered", w.NOON, order="A1")], now=w.NOON)
    db.session.commit()
    later = w.NOON + timedelta(minutes=3)
    assert following.follow_events(now=later) == 0
    w.buy(world, [1], at=w.NOON + timedelta(hours=5))
    assert following.follow_events(now=w.NOON + timedelta(hours=5, minutes=1)) == 1
    assert following.follow_events(now=w.NOON + timedelta(hours=5, minutes=2)) == 0
    assert len(w.messages()) == 1


def test_invitations_exist_for_every_order_but_only_the_drawn_share_is_written_to(sqlite_app: Flask) -> None:
    world = w.build()
    campaign = w.started(world, "trigger", share=30)
    w.buy(world, range(200), at=w.NOON + timedelta(minutes=1))
    following.follow_events(now=w.NOON + timedelta(minutes=2))
    made = w.invitations()
    drawn = [one for one in made if not one.unsent]
    assert len(made) == 200 and len(drawn) == len(w.messages()) and 35 <= len(drawn) <= 85
    assert {one.unsent for one in made} == {"", "not_drawn"}
    campaign.seen_event_id = 0  # looking again changes nothing
    db.session.commit()
    following.follow_events(now=w.NOON + timedelta(minutes=3))
    assert len(w.invitations()) == 200 and len(w.messages()) == len(drawn)


def test_staff_are_never_invited_and_the_audit_log_says_so_once(app: Flask) -> None:
    world = w.build()
    w.started(world, "trigger")
    index = web.vault().blind_index(w.phone(1))
    suppressions.suppress(index, reason="staff", source="list", now=w.NOON)
    w.buy(world, [1, 2], at=w.NOON + timedelta(minutes=1))
    for minute in (2, 3, 4):
        following.follow_events(now=w.NOON + timedelta(minutes=minute))
    assert [one.contact_id for one in w.invitations()] == [w.contact_id(2)]
    noted = db.session.query(Event).filter_by(action="invitation.staff_refused").all()
    assert [event.details for event in noted] == [{"count": 1}]


def test_two_orders_of_one_person_are_two_rights_and_one_message(app: Flask) -> None:
    world = w.build()
    w.started(world, "trigger")
    w.buy(world, [1], at=w.NOON + timedelta(minutes=1))
    w.buy(world, [1], at=w.NOON + timedelta(minutes=1), order="B")
    following.follow_events(now=w.NOON + timedelta(minutes=2))
    assert sorted(one.unsent for one in w.invitations()) == ["", "capped"]
    assert len(w.messages()) == 1


def test_confidential_invitations_freeze_the_order_sealed_and_can_be_found_by_their_code(app: Flask) -> None:
    world = w.build("confidential")
    w.buy(world, [1])
    campaign = w.started(world)
    w.run_job(campaign)
    (one,) = w.invitations()
    ticket = links.ticket_of(one, web.vault())
    assert one.code_index == ballots.code_index(web.vault(), ticket.code)
    assert "order_number" not in one.facts  # too long to come about by chance in the sealed text
    opened = web.vault().unseal(one.facts, place=inviting.facts_place(one.id))
    assert '"order_number": "A1"' in opened and '"order_amount": "42.00"' in opened


def test_the_message_holds_address_link_and_opt_out_and_fits_one_segment(app: Flask) -> None:
    world = w.build()
    w.buy(world, [1])
    campaign = w.started(world, "trigger")
    following.follow(db.session.get_one(Campaign, campaign.id), now=w.NOON + timedelta(minutes=1))
    db.session.commit()
    (message,), (one,) = w.messages(), w.invitations()
    out = composing.compose(message, w.NOON)
    link = links.link_of(one, web.vault(), web.settings().public_url)
    assert out.address == w.phone(1) and out.text.startswith("【禾木】") and link in out.text
    message.channel = "email"
    mail = composing.compose(message, w.NOON)
    assert mail.address == "p1@example.org"
    assert f'href="{link}?c=e&amp;a=5"' in mail.html and "退订" in mail.html
    assert mail.headers["List-Unsubscribe"].startswith(f"<{web.settings().public_url}/u/")
    db.session.rollback()


def test_make_up_saturdays_and_the_national_holiday_move_the_end_of_the_window(sqlite_app: Flask) -> None:
    world = w.build()
    before = datetime(2026, 9, 29, 2, 0, tzinfo=UTC)  # a Tuesday before 国庆
    campaign = w.draft(world, "trigger", now=before)
    assert inviting.first_day(campaign, now=datetime(2026, 10, 9, 2, 0, tzinfo=UTC)) == datetime(2026, 9, 29).date()
    assert inviting.first_day(campaign, now=datetime(2026, 10, 10, 2, 0, tzinfo=UTC)) == datetime(2026, 9, 30).date()
