"""Before a questionnaire opens, after it closes and while it is retired, its doors say so and take nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing, scheduling
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Response
from tests.runner.street import HERE, Respondent, rows_of

Person = Callable[[str], Respondent]
NOON = datetime(2026, 11, 25, 12, tzinfo=clock.CHINA)


@pytest.fixture
def someone(person: Person, runner: Flask) -> Respondent:
    """Somebody with the address of an open questionnaire, at noon."""
    with time_machine.travel(NOON):
        return person("short.yaml")


def plan(runner: Flask, **times: datetime | None) -> None:
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    given = {"opens_at": questionnaire.opens_at, "closes_at": questionnaire.closes_at} | times
    scheduling.set_times(questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now(), **given)
    after(runner)


def after(runner: Flask) -> None:
    db.session.commit()
    db.session.remove()
    runner.extensions["respondents"].doors.forget()


def at(someone: Respondent, when: datetime, query: str = "") -> int:
    with time_machine.travel(when):
        someone.open(query)
    return someone.status


def test_before_its_time_a_questionnaire_tells_when_it_opens(someone: Respondent, runner: Flask) -> None:
    with time_machine.travel(NOON):
        plan(runner, opens_at=NOON.replace(hour=15))
    assert at(someone, NOON) == 403
    assert "还没有开始" in someone.html and "<strong>11月25日 15:00</strong> 开放" in someone.html
    assert "400-820-1234" in someone.html and "<form" not in someone.html
    assert at(someone, NOON, "?l=en") == 403 and "25 Nov, 15:00 (China time)" in someone.html
    assert at(someone, NOON.replace(hour=15)) == 200


def test_after_its_end_a_questionnaire_is_over_and_open_forms_have_half_an_hour(
    someone: Respondent, runner: Flask
) -> None:
    end = NOON.replace(hour=15)
    with time_machine.travel(NOON):
        plan(runner, closes_at=end)
    assert at(someone, end - timedelta(minutes=2)) == 200
    form = [*someone.form(overall=4, remark="来不及了"), ("go", "next")]
    assert at(someone, end) == 410 and "本次调查已结束" in someone.html and "400-820-1234" in someone.html
    with time_machine.travel(end + timedelta(minutes=31)):
        someone.post(form)
    assert someone.status == 410 and "来不及了" in someone.html and rows_of(select(Response)) == []
    with time_machine.travel(end + timedelta(minutes=29)):
        someone.post(form)
    assert someone.status == 200 and len(rows_of(select(Response))) == 1


def test_a_retired_questionnaire_says_so_until_it_is_reopened(someone: Respondent, runner: Flask) -> None:
    with time_machine.travel(NOON):
        scheduling.retire(
            questionnaire=db.session.scalars(select(Questionnaire)).one(), by=COMMAND_LINE, now=clock.now()
        )
        after(runner)
        assert at(someone, NOON) == 410 and "这份问卷已停用" in someone.html
        scheduling.reopen(
            questionnaire=db.session.scalars(select(Questionnaire)).one(), by=COMMAND_LINE, now=clock.now()
        )
        after(runner)
    assert at(someone, NOON) == 200


def test_a_form_that_was_open_when_the_opening_was_put_off_keeps_its_words(someone: Respondent, runner: Flask) -> None:
    assert at(someone, NOON) == 200
    form = [*someone.form(overall=4, remark="写好了"), ("go", "next")]
    with time_machine.travel(NOON):
        plan(runner, opens_at=NOON + timedelta(days=1))
    with time_machine.travel(NOON + timedelta(minutes=1)):
        someone.post(form)
    assert someone.status == 403 and "写好了" in someone.html and rows_of(select(Response)) == []


def test_a_door_left_on_a_version_that_promises_less_anonymity_is_shut_until_it_is_switched(
    app: Flask, runner: Flask, person: Person
) -> None:
    text = (HERE / "short.yaml").read_text("utf-8")
    for mode in ("identified", "anonymous"):
        definition = load_definition(text.replace("pages:", f"mode: {mode}\npages:", 1), file="short.yaml")
        made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
        publishing.publish(questionnaire=made, by=COMMAND_LINE, now=clock.now(), reason="tightened")
        if mode == "identified":
            door = collecting.create_collector(kind="link", questionnaire=made, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    someone = Respondent(runner.test_client(), f"/s/{door.code}")
    someone.open()
    assert someone.status == 410 and "<form" not in someone.html
    door = db.session.get_one(Collector, door.id)
    door.version_id = made.versions[0].id
    after(runner)
    someone.open()
    assert someone.status == 200
