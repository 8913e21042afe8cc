"""Reminders: only those who were reached and have not answered, once per step."""

from datetime import timedelta

import pytest
from flask import Flask

from survey_app import web
from survey_app.campaigns import reminding, running
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.people import suppressions
from tests.campaigns import world as w

DAYS = timedelta(days=3)


def sent(mode: str, number: int = 10, **more: object) -> Campaign:
    world = w.build(mode)
    w.buy(world, range(number))
    campaign = w.started(world, **({"reminders": 2, "reminder_days": 3} | more))  # type: ignore[arg-type]
    w.run_job(campaign)
    w.pretend_sent(now=w.NOON)
    return campaign


def reminded(step: int) -> set[int]:
    return {message.subject_id for message in w.messages(step=step)}


@pytest.mark.parametrize("mode", ["anonymous", "confidential"])
def test_reminders_are_the_invited_less_the_balloted_less_the_suppressed(app: Flask, mode: str) -> None:
    sent(mode)
    invited = w.invitations()
    answered = {one.id for one in invited[:4]}
    for one in invited[:4]:
        w.answer(one)
    suppressions.suppress(web.vault().blind_index(w.phone(4)), reason=suppressions.OPTED_OUT, source="link", now=w.NOON)
    w.refund(5, at=w.NOON)
    db.session.commit()
    assert reminding.remind(now=w.NOON + DAYS - timedelta(minutes=1)) == 0
    assert reminding.remind(now=w.NOON + DAYS) == 4
    assert reminding.remind(now=w.NOON + DAYS + timedelta(hours=1)) == 0
    out = {one.id for one in invited if one.contact_id == w.contact_id(4)} | {
        one.id for one in invited if one.contact_id == w.contact_id(5)
    }
    assert reminded(1) == {one.id for one in invited} - answered - out


def test_the_second_reminder_follows_the_first_and_there_is_no_third(app: Flask) -> None:
    sent("identified", 2)
    for step, day in ((1, 3), (2, 6), (3, 9)):
        moment = w.NOON + timedelta(days=day)
        assert reminding.remind(now=moment) == (2 if step < 3 else 0)
        w.pretend_sent(now=moment)
    assert sorted(message.step for message in w.messages()) == [0, 0, 1, 1, 2, 2]


def test_reminders_cost_what_they_cost_and_stop_at_the_budget(app: Flask) -> None:
    campaign = sent("identified", 3)
    campaign.budget_cents = 3 * 5 + 2 * 5  # three invitations left, two of three reminders are paid for
    db.session.commit()
    reminding.remind(now=w.NOON + DAYS)
    assert [(message.segments, message.cost_cents) for message in w.messages(step=1)] == [(1, 5)] * 3
    assert sorted(w.judged(w.NOON + DAYS)) == ["go", "go", "over_budget"]


def test_who_answers_after_the_reminder_was_queued_gets_none(app: Flask) -> None:
    sent("anonymous")
    reminding.remind(now=w.NOON + DAYS)
    w.answer(w.invitations()[0])
    assert sorted(w.judged(w.NOON + DAYS)) == ["go"] * 9 + ["no_longer_due"]


def test_nobody_is_reminded_of_what_did_not_arrive_or_long_ago_or_while_paused(app: Flask) -> None:
    campaign = sent("identified", 3)
    first, second, _third = w.messages()
    first.state, second.state = "failed", "unknown"
    db.session.commit()
    running.pause(campaign=campaign, by=w.ANN)
    db.session.commit()
    assert reminding.remind(now=w.NOON + DAYS) == 0
    running.resume(campaign=campaign, by=w.ANN, now=w.NOON)
    db.session.commit()
    assert reminding.due(campaign, vault=web.vault(), now=w.NOON + timedelta(days=11)) == []
    assert reminding.remind(now=w.NOON + DAYS) == 1


def test_without_the_keys_of_the_wave_nobody_is_reminded(app: Flask) -> None:
    campaign = sent("anonymous")
    assert campaign.wave_id is not None
    web.vault().destroy_wave(campaign.wave_id)
    assert reminding.remind(now=w.NOON + DAYS) == 0
