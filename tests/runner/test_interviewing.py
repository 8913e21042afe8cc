"""Staff enter what a customer says behind a signed link: what the page promises, what is stored, who may. On both databases."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, interviewing
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import shops
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Ballot, Response, ResponseLink
from tests.runner.street import HERE, Respondent, rows_of


def link(app: Flask, channel: str = "interview", *, mode: str = "anonymous", invitation_id: int | None = None) -> str:
    """A published questionnaire of this mode and the path of a link to enter its answers at a shop."""
    text = (HERE / "short.yaml").read_text("utf-8") + f"mode: {mode}\n"
    definition = load_definition(text, file="short.yaml")
    questionnaire = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now())
    collecting.create_collector(kind="link", questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now())
    shop = shops.find_or_create_shop(code="KM-1", name="人民路店", by=COMMAND_LINE, now=clock.now())
    path = interviewing.mint(
        secret=app.config["SECRET_KEY"], questionnaire=questionnaire, shop=shop, channel=channel, by=COMMAND_LINE,
        now=clock.now(), invitation_id=invitation_id,
    )  # fmt: skip
    db.session.commit()
    db.session.remove()
    return path


@pytest.fixture
def interviewer(app: Flask, runner: Flask) -> Respondent:
    return Respondent(runner.test_client(), link(app))


def test_the_page_tells_both_that_the_interviewer_knows(interviewer: Respondent) -> None:
    assert "访问员知道您的回答" in interviewer.open() and "我们无法从数据库查到" not in interviewer.html
    assert "The interviewer knows your answers" in interviewer.open("?l=en")
    interviewer.open()
    interviewer.send(view="size:big")
    assert "访问员知道您的回答" in interviewer.html


def test_answers_keep_their_channel_and_one_link_serves_one_person_after_another(interviewer: Respondent) -> None:
    for mark in ("5", "4"):
        interviewer.open()
        thanks = interviewer.send(overall=mark)
        assert interviewer.status == 200 and '<a class=tap href="">下一位</a>' in thanks and "/interviews" in thanks
        assert "请读给顾客" in thanks and len(interviewer.delete_code) == 19
    stored = rows_of(select(Response).order_by(Response.channel))
    assert [(r.channel, r.verified, r.mode, r.shop_id is not None) for r in stored] == [
        ("interview", False, "anonymous", True)
    ] * 2
    assert len({b.nullifier for b in rows_of(select(Ballot))}) == 2


def test_the_same_form_sent_twice_makes_one_answer(interviewer: Respondent) -> None:
    interviewer.open()
    pairs = [*interviewer.form(overall="5"), ("go", "next")]
    assert "感谢" in interviewer.post(pairs) and "感谢" in interviewer.post(pairs)
    assert len(rows_of(select(Response))) == 1


@pytest.mark.parametrize("channel", ["call", "spot_check"])
def test_calls_and_spot_checks_have_a_channel_and_words_of_their_own(app: Flask, runner: Flask, channel: str) -> None:
    someone = Respondent(runner.test_client(), link(app, channel))
    assert ("系统不记录填写人" in someone.open()) == (channel == "spot_check")
    thanks = someone.send(overall="5")
    assert ("回访名单" in thanks) == (channel == "call") and ("再录一份" in thanks) == (channel == "spot_check")
    assert [r.channel for r in rows_of(select(Response))] == [channel]


@pytest.mark.parametrize("mode", ["anonymous", "confidential"])
def test_an_anonymous_answer_is_never_linked_to_the_call_it_came_from(app: Flask, runner: Flask, mode: str) -> None:
    path = link(app, "call", mode=mode, invitation_id=1)
    secret = str(app.config["SECRET_KEY"])
    payload = interviewing.tokens.unsign(secret, interviewing.PURPOSE, path.rpartition("/")[2], max_age_seconds=60)
    assert payload is not None and ("invitation" in payload) == (mode != "anonymous")
    forged = interviewing.tokens.sign(secret, interviewing.PURPOSE, payload | {"invitation": 1})
    someone = Respondent(runner.test_client(), f"/interview/{forged}")
    someone.open()
    someone.send(overall="5")
    assert someone.status == 200 and len(rows_of(select(Response))) == 1
    assert len(rows_of(select(ResponseLink))) == (mode != "anonymous")


def test_an_anonymous_answer_by_telephone_keeps_neither_shop_nor_day(app: Flask, runner: Flask) -> None:
    """The call list tells who was interviewed when: the answer must not tell the same."""
    person = Respondent(runner.test_client(), link(app, "call"))
    for _ in range(11):  # also when the shop has ten answers
        person.open()
        person.send(overall="5")
        assert person.status == 200
    assert {(row.shop_id, row.place, row.day) for row in rows_of(select(Response))} == {(None, "", None)}
    assert {row.day for row in rows_of(select(Ballot))} == {None}


def test_a_link_that_is_forged_too_old_or_for_something_else_opens_nothing(app: Flask, runner: Flask) -> None:
    path = link(app)
    client = runner.test_client()
    secret = str(app.config["SECRET_KEY"])
    code = rows_of(select(Collector.code).where(Collector.kind == "interview"))[0]
    poster = rows_of(select(Collector.code).where(Collector.kind == "link"))[0]
    sign = interviewing.tokens.sign
    for token in (
        "x", path[11:-9] + ("A" if path[-9] != "A" else "B") + path[-8:],
        sign(secret, "preview", {"door": code, "channel": "call"}),
        sign("another secret", interviewing.PURPOSE, {"door": code, "channel": "call"}),
        sign(secret, interviewing.PURPOSE, {"door": poster, "channel": "call"}),
        sign(secret, interviewing.PURPOSE, {"door": code, "channel": "sms"}),
    ):  # fmt: skip
        assert client.get(f"/interview/{token}").status_code == 404, token
    assert client.get(f"/s/{code}").status_code == 404
    someone = Respondent(client, path)
    someone.open()
    with time_machine.travel(clock.now() + timedelta(hours=12, minutes=30), tick=True):
        assert client.get(path).status_code == 404
        someone.send(overall="5")  # what was opened in time may still be sent
        assert someone.status == 200
    with time_machine.travel(clock.now() + timedelta(hours=14), tick=True):
        assert someone.post([("_t", "x")]) and someone.status == 404


def test_looking_writes_nothing(interviewer: Respondent) -> None:
    def counts() -> list[int]:
        found = [
            db.session.scalar(select(func.count()).select_from(t)) or 0 for t in (Response, Ballot, Event, Collector)
        ]
        db.session.rollback()
        return found

    before = counts()
    for _ in range(3):
        interviewer.client.head(interviewer.address)
        interviewer.open()
    assert counts() == before


def test_one_door_serves_all_shifts_of_a_shop_and_shows_the_newest_version(app: Flask) -> None:
    link(app)
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    shop = shops.all_shops()[0]
    doors = {
        interviewing.door_for(questionnaire=questionnaire, shop=where, by=COMMAND_LINE, now=clock.now()).id
        for where in (shop, shop, None, None)
    }
    assert len(doors) == 2
    path = interviewing.begin_shift(
        secret="s" * 32, questionnaire=questionnaire, shop=shop, by=COMMAND_LINE, now=clock.now()
    )
    assert re.fullmatch(r"/interview/[\w.-]+", path)
    interviewing.end_shift(questionnaire=questionnaire, shop=shop, by=COMMAND_LINE)
    recorded = db.session.scalars(select(Event.action).where(Event.action.startswith("interview."))).all()
    assert sorted(recorded) == ["interview.ended", "interview.started"]
