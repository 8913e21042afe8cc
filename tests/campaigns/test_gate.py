"""May it leave now: consent, opt-out, answers, hours, cap, limits, refunds; with two workers and after restarts."""

import threading
from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock, web
from survey_app.campaigns import audience, following, gate, inviting, launching, progress, running, withdrawing
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.inviting import New
from survey_app.database import db
from survey_app.distribution.models import Wave
from survey_app.messaging import claiming
from survey_app.people import consents, contacts, suppressions
from tests.campaigns import world as w

EVENING = w.NOON.replace(hour=12, minute=0, second=1)  # 20:00:01 in China
NIGHT = w.NOON.replace(hour=19, minute=0)  # 03:00 of the next day


def one_waiting(mode: str = "anonymous") -> w.World:
    """One message that may leave at noon."""
    world = w.build(mode)
    w.buy(world, [1])
    w.started(world, "trigger", delay_hours=0)
    following.follow_events(now=w.NOON)
    return world


def test_nothing_leaves_outside_nine_to_eight_and_nothing_is_forgotten(app: Flask) -> None:
    one_waiting()
    for moment, said in (
        (w.NOON, "go"),
        (EVENING, "quiet_hours"),
        (EVENING - timedelta(seconds=2), "go"),
        (NIGHT, "quiet_hours"),
        (NIGHT.replace(hour=1) + timedelta(days=1), "go"),
    ):
        assert w.judged(moment) == [said], moment
    (message,) = w.messages()
    assert gate.judge([message], EVENING)[message.id].until == clock.china(w.NOON).replace(hour=9) + timedelta(days=1)
    assert gate.judge([message], NIGHT)[message.id].until == clock.china(w.NOON).replace(hour=9) + timedelta(days=1)


def test_the_dispatcher_hands_nothing_over_a_second_after_eight(app: Flask) -> None:
    """T17, with the real claim: the row waits until the morning and goes then."""
    one_waiting()
    for moment, number in ((EVENING, 0), (NIGHT, 0), (NIGHT + timedelta(hours=6), 1)):
        batch = claiming.claim("sms", sender_id=1, most=20, look=20, now=moment)
        db.session.commit()
        assert len(batch.claimed) == number, moment


def test_who_opts_out_between_queue_and_sending_gets_nothing(app: Flask) -> None:
    one_waiting()
    suppressions.suppress(web.vault().blind_index(w.phone(1)), reason=suppressions.OPTED_OUT, source="link", now=w.NOON)
    db.session.commit()
    assert claiming.claim("sms", sender_id=1, most=20, look=20, now=w.NOON).claimed == []
    db.session.commit()
    (message,) = w.messages()
    assert (message.state, message.reason) == ("cancelled", "opted_out")


def test_consent_that_was_taken_back_holds_a_message(sqlite_app: Flask) -> None:
    one_waiting()
    contact = contacts.find_by_phone(w.phone(1))
    assert contact is not None
    consents.change(contact=contact, channel="sms", given=False, source="call", by=w.ANN, now=w.NOON)
    assert w.judged(w.NOON) == ["no_consent"]


@pytest.mark.parametrize("mode", ["anonymous", "confidential"])
def test_who_has_answered_is_not_written_to_and_the_row_does_not_say_why(app: Flask, mode: str) -> None:
    one_waiting(mode)
    w.answer(w.invitations()[0])
    claiming.claim("sms", sender_id=1, most=20, look=20, now=w.NOON)
    db.session.commit()
    (message,) = w.messages()
    assert (message.state, message.reason) == ("cancelled", "no_longer_due")


def test_a_refund_before_sending_cancels_and_after_it_nothing_is_undone(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, [1, 2])
    w.run_job(w.started(world))
    first, second = w.messages()
    first.state, first.sent_at = "delivered", w.NOON
    db.session.commit()
    for number in (1, 2):
        w.refund(number, at=w.NOON)
    assert w.judged(w.NOON) == ["refunded"]
    assert withdrawing.cancel_refunded(now=w.NOON) == 1
    db.session.commit()
    db.session.expire_all()
    assert (first.state, second.state, second.reason) == ("delivered", "cancelled", "refunded")
    assert [one.cancelled for one in w.invitations()] == [False, True]


def test_a_closed_wave_an_ended_and_a_paused_campaign(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, [1])
    campaign = w.started(world)
    w.run_job(campaign)
    running.pause(campaign=campaign, by=w.ANN)
    assert w.judged(w.NOON) == ["paused"]
    running.resume(campaign=campaign, by=w.ANN, now=w.NOON)
    wave = db.session.get_one(Wave, campaign.wave_id)
    assert w.judged(w.NOON) == ["go"]
    closes, wave.closes_on = wave.closes_on, clock.china(w.NOON).date() - timedelta(days=1)
    db.session.flush()
    assert w.judged(w.NOON) == ["closed"]
    wave.closes_on = closes
    running.stop(campaign=campaign, by=w.ANN, now=w.NOON)
    db.session.commit()
    assert [(m.state, m.reason) for m in w.messages()] == [("cancelled", "campaign_ended")]


def test_a_queue_that_stood_still_past_its_working_days_sends_nothing(app: Flask) -> None:
    """F24: released at three in the morning after the window, no message leaves at nine."""
    world = w.build("identified")
    w.started(world, "trigger", within_workdays=3)
    w.buy(world, [1], at=w.NOON + timedelta(minutes=1))
    following.follow_events(now=w.NOON + timedelta(minutes=2))
    last = w.invitations()[0].send_until
    assert last is not None and last.isoformat() == "2026-11-23"  # Wednesday and three working days
    monday = w.NOON + timedelta(days=5)
    assert w.judged(monday) == ["go"]
    assert w.judged(monday.replace(hour=12, minute=1)) == ["too_late"]  # tomorrow would be too late
    assert w.judged(monday.replace(hour=19)) == ["too_late"]


def test_what_was_never_sent_does_not_count_as_sent(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(2))
    campaign = w.started(world, "trigger", within_workdays=3, delay_hours=0)
    following.follow_events(now=w.NOON)
    first, _second = w.messages()
    assert w.pretend_sent(now=w.NOON, id=first.id) == 1
    claiming.claim("sms", sender_id=1, most=20, look=20, now=w.NOON + timedelta(days=30))
    db.session.commit()
    found = progress.progress(campaign)
    assert (found.sent, found.steps[0], found.reasons) == (1, {"delivered": 1, "cancelled": 1}, {"too_late": 1})
    assert progress.in_short([campaign.id]) == {campaign.id: (2, 1, 1)}


def test_one_invitation_a_month_over_campaigns_and_channels_also_after_a_restart(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, [1])
    w.buy(world, [1], order="B", at=w.NOON - timedelta(days=1))
    w.run_job(w.started(world, channels=("email",)))
    assert w.pretend_sent(now=w.NOON, state="unknown_reported") == 1
    db.session.remove()
    second = w.draft(world, channels=("sms",))
    ahead = launching.forecast(second, now=w.NOON + timedelta(days=1))
    assert ahead.people == 0 and ahead.plan is not None and ahead.plan.left_out == {"capped": 1}
    assert launching.forecast(second, now=w.NOON + timedelta(days=31)).people == 1


def two_waiting_for_one_person() -> None:
    """Two campaigns queued a message for the same person before either left."""
    world = w.build("identified")
    w.buy(world, [1])
    w.buy(world, [1], order="B", at=w.NOON - timedelta(days=1))
    first, second = w.started(world), w.started(world)
    w.run_job(second)
    for message in w.messages():
        message.state = "cancelled"
    db.session.commit()
    everybody = audience.people(Audience.of(first), questionnaire_id=world.questionnaire_id)
    wave = db.session.get_one(Wave, first.wave_id)
    inviting.invite(first, wave, [New(person, "sms", w.NOON) for person in everybody], now=w.NOON)
    for message in w.messages():
        message.state, message.reason = "queued", ""
    db.session.commit()
    assert len(w.messages(state="queued")) == 2


def test_two_messages_to_one_person_in_one_look_wait_for_each_other(app: Flask) -> None:
    two_waiting_for_one_person()
    assert sorted(w.judged(w.NOON)) == ["capped", "go"]
    batch = claiming.claim("sms", sender_id=1, most=20, look=20, now=w.NOON)
    db.session.commit()
    assert len(batch.claimed) == 1
    assert claiming.claim("sms", sender_id=1, most=20, look=20, now=w.NOON + timedelta(minutes=6)).claimed == []
    db.session.commit()
    assert sorted(m.state for m in w.messages()) == ["cancelled", "claimed"]


def test_two_workers_at_once_write_to_one_person_once(app: Flask) -> None:
    two_waiting_for_one_person()
    db.session.remove()
    barrier, claimed = threading.Barrier(2), []

    def work() -> None:
        with app.app_context():
            barrier.wait()
            batch = claiming.claim("sms", sender_id=1, most=1, look=1, now=w.NOON)
            db.session.commit()
            claimed.append(len(batch.claimed))
            db.session.remove()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(claimed) == 1


def test_daily_most_and_budget_hold_messages_until_tomorrow(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(6))
    campaign = w.started(world, daily_most=4)
    w.run_job(campaign)
    campaign.budget_cents = 15
    db.session.commit()
    assert sorted(w.judged(w.NOON)) == ["go", "go", "go", "over_budget", "over_budget", "over_budget"]
    campaign.budget_cents = None
    db.session.commit()
    assert sorted(w.judged(w.NOON)) == ["daily_most", "daily_most", "go", "go", "go", "go"]
    for message in w.messages()[:4]:
        message.state, message.sent_at = "accepted", w.NOON
    db.session.commit()
    assert w.judged(w.NOON + timedelta(hours=1)) == ["daily_most"] * 2
    assert w.judged(w.NOON + timedelta(days=1)) == ["go"] * 2


def test_what_a_provider_did_not_take_uses_up_neither_the_day_nor_the_budget(app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(3))
    campaign = w.started(world, daily_most=3)
    w.run_job(campaign)
    campaign.budget_cents = 15
    for message in w.messages():
        message.sent_at = w.NOON  # tried, given back, queued again
    db.session.commit()
    assert w.judged(w.NOON + timedelta(hours=1)) == ["go"] * 3


def test_a_clock_that_steps_sends_nothing_twice_or_outside_the_window(app: Flask) -> None:
    """F23 for the gate: forward a day, back an hour, at the edge."""
    world = w.build("identified")
    w.buy(world, range(3))
    w.run_job(w.started(world))
    left = 0
    tomorrow = w.NOON + timedelta(days=1)
    for moment in (EVENING, tomorrow, w.NOON - timedelta(hours=1), EVENING, w.NOON, tomorrow):
        batch = claiming.claim("sms", sender_id=1, most=2, look=20, now=moment)
        db.session.commit()
        there = clock.china(moment)
        assert not batch.claimed or 9 <= there.hour < 20
        left += len(batch.claimed)
    assert left == 3 == len(w.messages(state="claimed"))
