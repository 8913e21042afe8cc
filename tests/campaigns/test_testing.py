"""Test messages to oneself: nobody is bombarded with them, and nobody who opted out gets one."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from survey_app.campaigns import testing
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.people import suppressions
from tests.campaigns import world as w


def send(campaign: Campaign, number: str = "13800138000", *, now: datetime = w.NOON) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("survey_app.clock.now", lambda: now)  # the moment of the event
        return testing.send(campaign=campaign, address=number, language="zh-CN", link="https://x/", by=w.ANN, now=now)


def test_a_person_sends_twenty_tests_an_hour_at_most(sqlite_app: Flask) -> None:
    campaign = w.draft(w.build())
    for _ in range(testing.MOST_AN_HOUR):
        assert send(campaign) == "sms"
    with pytest.raises(DomainError) as refusal:
        send(campaign)
    assert refusal.value.field == "address"
    assert send(campaign, now=w.NOON + timedelta(minutes=61)) == "sms"


def test_who_opted_out_gets_no_test(sqlite_app: Flask) -> None:
    campaign = w.draft(w.build())
    index = suppressions.index_of("+8613800138000")
    suppressions.suppress(index, reason=suppressions.OPTED_OUT, source="opt-out page", now=w.NOON)
    db.session.commit()
    with pytest.raises(DomainError):
        send(campaign)
