"""Call lists: random, rested, and what is written down about a call."""

from datetime import date, timedelta

import pytest
from flask import Flask

from survey_app import clock, web
from survey_app.campaigns import calling
from survey_app.campaigns.models import Call, Campaign
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Event
from survey_app.people import suppressions
from tests.campaigns import world as w

MONTH = date(2026, 11, 1)


def listed(**more: object) -> Campaign:
    world = w.build()
    w.buy(world, range(30))
    w.buy(world, range(30, 35), phone_consent=False)
    suppressions.suppress(web.vault().blind_index(w.phone(0)), reason=suppressions.OPTED_OUT, source="x", now=w.NOON)
    return w.started(world, "calls", **({"sample_size": 12} | more))  # type: ignore[arg-type]


def people(campaign: Campaign, month: date = MONTH) -> set[int | None]:
    return {call.contact_id for call, _contact in calling.listed(campaign, month)}


def test_a_list_is_drawn_once_from_those_who_may_be_called(app: Flask) -> None:
    campaign = listed()
    assert len(people(campaign)) == 12
    assert calling.draw(campaign, vault=web.vault(), now=w.NOON) == 0
    forbidden = {w.contact_id(number) for number in (0, *range(30, 35))}
    assert not people(campaign) & forbidden
    assert calling.draw_due(now=w.NOON + timedelta(days=20)) == 0  # not monthly


def test_a_new_month_draws_anew_and_lets_those_rest_who_were_called(app: Flask) -> None:
    campaign = listed(monthly=True, sample_size=20)
    first = people(campaign)
    for call, _contact in calling.listed(campaign, MONTH)[:15]:
        calling.note(call=call, outcome="interviewed", by=w.ANN, now=w.NOON)
    db.session.commit()
    called = {call.contact_id for call in db.session.query(Call) if call.outcome}
    december = w.NOON + timedelta(days=14)
    assert calling.draw_due(now=december) == 14
    db.session.commit()
    assert not people(campaign, date(2026, 12, 1)) & called and len(first) == 20
    assert calling.months(campaign) == [date(2026, 12, 1), MONTH]


def test_nobody_at_home_stays_on_the_list_until_the_fifth_try(sqlite_app: Flask) -> None:
    campaign = listed()
    call = calling.listed(campaign, MONTH)[0][0]
    for tries in range(1, 6):
        calling.note(call=call, outcome="no_answer", by=w.ANN, now=w.NOON)
        assert (call.tries, call.outcome) == (tries, "no_answer" if tries == 5 else "")
    calling.reopen(call=call)
    assert call.outcome == "" and call.outcome_on is None
    with pytest.raises(DomainError):
        calling.note(call=call, outcome="dead", by=w.ANN, now=w.NOON)


def test_the_file_holds_numbers_and_is_written_down_before(app: Flask) -> None:
    campaign = listed()
    with pytest.raises(DomainError, match="原因"):  # it stays in the audit log for good
        fetched(campaign, "给 13800138000 回电")
    data = fetched(campaign, "回访")
    assert len(data.splitlines()) == 13 and "李梅,1990000" in data
    noted = db.session.query(Event).filter_by(action="call_list.downloaded").one()
    assert noted.reason == "回访" and len(noted.details["contacts"]) == 12
    assert "1990000" not in str(noted.details)


def fetched(campaign: Campaign, reason: str) -> str:
    heads = ["姓名", "手机", "门店", "次数", "结果"]
    data = calling.as_file(
        campaign, MONTH, reason=reason, by=w.ANN, heads=heads, shops={}, outcomes={}, now=clock.now()
    )
    return data.decode("utf-8-sig")


def test_a_file_and_a_day_of_files_hold_only_so_many_people(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calling, "MOST_IN_FILE", 5)
    monkeypatch.setattr(calling, "MOST_A_DAY", 12)
    campaign = listed()
    done = {call.contact_id for call, _contact in calling.listed(campaign, MONTH)[:2]}
    for call, _contact in calling.listed(campaign, MONTH)[:2]:
        calling.note(call=call, outcome="interviewed", by=w.ANN, now=w.NOON)
    db.session.flush()
    for _file in range(2):
        assert len(fetched(campaign, "回访").splitlines()) == 6
    noted = db.session.query(Event).filter_by(action="call_list.downloaded")
    assert all(not done & set(event.details["contacts"]) for event in noted)  # open calls come first
    with pytest.raises(DomainError, match="一天"):
        fetched(campaign, "回访")
    assert noted.count() == 2


def test_a_call_has_an_invitation_only_where_the_questionnaire_is_not_anonymous(sqlite_app: Flask) -> None:
    campaign = listed()
    call = calling.listed(campaign, MONTH)[0][0]
    assert calling.invitation_of(campaign, call, now=w.NOON) is None


def test_an_identified_call_makes_one_invitation_and_no_message(sqlite_app: Flask) -> None:
    world = w.build("identified")
    w.buy(world, range(5))
    campaign = w.started(world, "calls", sample_size=3)
    call = calling.listed(campaign, MONTH)[0][0]
    number = calling.invitation_of(campaign, call, now=w.NOON)
    assert number is not None and number == calling.invitation_of(campaign, call, now=w.NOON)
    assert w.messages() == [] and [one.contact_id for one in w.invitations()] == [call.contact_id]
