"""Which wave an answer belongs to, and what people are told when their time, their answer or their draft is gone."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select

from survey_app import clock
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.distribution.models import Wave
from survey_app.organisation.models import ConsentText, Organisation
from survey_app.responses import ballots
from survey_app.responses.models import Draft, Response
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]
JULY = datetime(2026, 7, 20, 4, tzinfo=UTC)
MIDNIGHT = timedelta(hours=16)  # in China, as time of day in UTC


@pytest.fixture
def someone(person: Person) -> Respondent:
    """Somebody at a door that was made in July, when only July had a wave."""
    with time_machine.travel(JULY):
        made = person("short.yaml")
        db.session.execute(delete(Wave).where(Wave.month != date(2026, 7, 1)))
        db.session.commit()
        db.session.remove()
        made.open()
    return made


def make_wave(month: date) -> None:
    (questionnaire_id,) = rows_of(select(Wave.questionnaire_id).distinct())
    waves.ensure_wave(questionnaire_id=questionnaire_id, now=clock.now(), month=month)
    db.session.commit()
    db.session.remove()


def month_opened(someone: Respondent, runner: Flask, when: datetime) -> date | None:
    """Opens the door then: the month of the wave that its form belongs to; None when it is closed."""
    here = runner.extensions["respondents"]
    with time_machine.travel(when):
        here.doors.forget()
        someone.open()
        if someone.status == 410:
            return None
        ticket = ballots.open_ticket(here.vault, dict(someone.form())["_t"])
        assert ticket is not None
        (month,) = rows_of(select(Wave.month).where(Wave.id == ticket.wave_id))
    assert isinstance(month, date)
    return month


def china(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, second, tzinfo=clock.CHINA)


def test_the_wave_of_next_month_is_never_taken(someone: Respondent, runner: Flask) -> None:
    with time_machine.travel(JULY):
        make_wave(date(2026, 8, 1))
    assert month_opened(someone, runner, china(2026, 7, 31, 23, 59, 50)) == date(2026, 7, 1)
    assert month_opened(someone, runner, china(2026, 8, 1)) == date(2026, 8, 1)


def test_the_wave_of_last_month_serves_until_its_closing_day_is_over(someone: Respondent, runner: Flask) -> None:
    assert month_opened(someone, runner, china(2026, 8, 1)) == date(2026, 7, 1)
    assert month_opened(someone, runner, china(2026, 8, 14, 23, 59, 50)) == date(2026, 7, 1)
    assert month_opened(someone, runner, china(2026, 8, 15)) is None


def test_a_form_issued_before_the_close_is_taken_for_thirty_minutes(someone: Respondent, runner: Flask) -> None:
    assert month_opened(someone, runner, china(2026, 8, 14, 23, 59, 30)) == date(2026, 7, 1)
    form = someone.form(overall=4, remark="来不及了")
    for when, status in ((china(2026, 8, 15, 0, 30, 1), 410), (china(2026, 8, 15, 0, 29, 50), 200)):
        with time_machine.travel(when):
            runner.extensions["respondents"].doors.forget()
            someone.post(form)
            assert someone.status == status, when
    assert rows_of(select(func.count()).select_from(Response)) == [1]


def test_a_form_whose_keys_are_gone_is_told_that_the_survey_is_closed(someone: Respondent, runner: Flask) -> None:
    form = someone.form(overall=4, remark="太晚了")
    here = runner.extensions["respondents"]
    (wave_id,) = rows_of(select(Wave.id))
    here.vault.remove_waves([wave_id])
    with time_machine.travel(china(2026, 9, 20)):
        here.doors.forget()
        door = someone.address
        for someone.address in (door, "/s"):  # "/s": the code of a poster was typed
            someone.post(form)
            assert someone.status == 410 and "本次调查已结束" in someone.html and "太晚了" in someone.html
        other = [(k, v[:-6] + "222222" if k == "_t" else v) for k, v in form]  # a code of another door
        someone.post(other)
        assert someone.status == 404
    assert rows_of(select(func.count()).select_from(Response)) == [0]


def test_a_retry_after_a_withdrawal_says_that_the_answer_is_gone(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    form = [*someone.form(overall=4, remark="删掉我"), ("go", "next")]
    someone.post(form)
    code = someone.delete_code
    someone.post(form)
    assert someone.delete_code == code
    assert someone.client.post("/withdraw", data={"code": code}).status_code == 200
    someone.post(form)
    assert someone.status == 200 and "这份回答已删除" in someone.html and code not in someone.html
    assert rows_of(select(func.count()).select_from(Response)) == [0]


def test_a_draft_that_expired_is_no_reason_to_retry(person: Person) -> None:
    someone = person("ten.yaml")
    someone.open()
    someone.send(overall=4, recommend=7)
    assert "请检查您的答案" in someone.html
    db.session.execute(delete(Draft))
    db.session.commit()
    db.session.remove()
    body = urlencode([*someone.form(), ("go", "submit")])
    answer = someone.client.post(someone.address, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422 and "已过期" in answer.text and "Retry-After" not in answer.headers


def test_nobody_claims_another_consent_text_than_the_one_shown(person: Person, runner: Flask) -> None:
    someone = person("short.yaml")
    someone.open()
    form = someone.form(overall=4)
    db.session.add(ConsentText(id=2, texts={"zh-CN": "新的说明"}, created_at=clock.now()))
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()
    for claimed in ("2", "3", "0"):
        someone.post([(k, claimed if k == "_u" else v) for k, v in form])
        assert someone.status == 400
    someone.post(form)
    someone.open()
    someone.send(overall=5)
    assert sorted(rows_of(select(Response.consent_version))) == [1, 2]


def test_only_the_address_of_the_present_logo_is_kept_for_good(person: Person, runner: Flask) -> None:
    someone = person("short.yaml")
    chain = db.session.get_one(Organisation, 1)
    chain.logo, chain.logo_type = b"<svg/>", "image/svg+xml"
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()
    address = someone.open().split('<img src="')[1].split('"')[0]
    assert "immutable" in someone.client.get(address).headers["Cache-Control"]
    for other in ("/logo", "/logo?", "/logo?00000000", address + "0"):
        assert someone.client.get(other).headers["Cache-Control"] == "public, max-age=300", other
