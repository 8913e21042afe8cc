"""Changing an answer for half an hour and taking it back, by the personal link; never in anonymous mode."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from survey_app import clock, web
from survey_app.responses.models import Ballot, Comment, Draft, Response, ResponseLink
from tests.runner.invited import Guest, Mailing, guest, mailing
from tests.runner.street import rows_of
from tests.runner.test_personal import everything

AT = datetime(2026, 11, 20, 2, 17, 5, tzinfo=UTC)  # 10:17:05 in China
MODES = ("confidential", "identified")


@pytest.fixture(params=MODES)
def invited(request: pytest.FixtureRequest, app: Flask) -> Mailing:
    with time_machine.travel(AT, tick=False):
        return mailing(mode=request.param)


@pytest.fixture
def someone(invited: Mailing, runner: Flask) -> Guest:
    """Somebody who has answered."""
    with time_machine.travel(AT, tick=False):
        return answered(invited.guest(runner), "排队太久", overall=2, remark="我的电话是13812345678")


def answered(one: Guest, why: str = "", **given: Any) -> Guest:
    """Answer the questionnaire; `why`: what is asked once the score is low."""
    one.open()
    one.send(**given)
    if why:
        one.send(why=why)
    assert one.delete_code
    return one


def link_of(page: str, words: str) -> str:
    """The query of the link with these words."""
    found = re.search(rf'<a class=tap href="/i/[^"?]+(\?[^"]+)">{words}</a>', page)
    assert found, page[-1500:]
    return html.unescape(found[1])


def change(one: Guest) -> str:
    """Follow 修改我的回答."""
    return one.open(link_of(one.html, "修改我的回答"))


def later(**gone: int) -> Any:
    return time_machine.travel(AT + timedelta(**gone), tick=False)


def stored() -> tuple[Response, dict[str, str], Ballot]:
    (row,) = rows_of(select(Response))
    texts = {c.variable: c.redacted for c in rows_of(select(Comment))}
    return row, texts, rows_of(select(Ballot))[0]


def test_a_changed_answer_replaces_the_old_one_and_stays_the_same_answer(someone: Guest, invited: Mailing) -> None:
    row, texts, ballot = stored()
    link = rows_of(select(ResponseLink))[0]
    assert texts == {"why": "排队太久", "remark": "我的电话是〔电话〕"}
    code = someone.delete_code
    with later(minutes=20):
        before = everything()
        page = change(someone)
        assert everything() == before and someone.status == 200  # looking writes nothing
        assert "正在修改已提交的回答" in page and "10:47 前" in page and "我的电话是13812345678</textarea>" in page
        assert dict(someone.form())["overall"] == "2"
        someone.send(overall=5, remark="")
    assert someone.status == 200 and "修改已保存" in someone.html and code not in someone.html
    new, words, used = stored()
    assert (new.answers, words) == ({"overall": 5}, {})  # the question why is off the path now
    same = (
        "id",
        "version_id",
        "mode",
        "wave_id",
        "shop_id",
        "day",
        "rc_hash",
        "channel",
        "consent_version",
        "order_seed",
    )
    assert [getattr(new, name) for name in same] == [getattr(row, name) for name in same]
    assert (used.nullifier, used.day) == (ballot.nullifier, ballot.day) and used.nonce_hash != ballot.nonce_hash
    assert [(found.response_id, found.sealed_link, found.answered_at) for found in rows_of(select(ResponseLink))] == [
        (link.response_id, link.sealed_link, link.answered_at)
    ]
    assert rows_of(select(Draft)) == []


def test_the_delete_code_still_deletes_a_changed_answer(someone: Guest, runner: Flask) -> None:
    code = someone.delete_code
    with later(minutes=1):
        change(someone)
        someone.send(overall=4)
        gone = runner.test_client().post("/withdraw", data={"code": code, "_l": "zh-CN"})
    assert "已经永久删除" in gone.text and rows_of(select(Response)) == rows_of(select(ResponseLink)) == []
    with later(minutes=2):
        someone.open()
        assert "修改我的回答" not in someone.html and "撤回" not in someone.html


def test_after_half_an_hour_there_is_a_polite_page_and_the_answer_stays(someone: Guest) -> None:
    query = link_of(someone.html, "修改我的回答")
    with later(minutes=29, seconds=59):
        someone.open(query)
        form = [*someone.form(overall=5, remark="改得太晚"), ("go", "next")]
    with later(minutes=30):
        before = everything()
        someone.post(form)
        assert someone.status == 410 and "修改时间已过" in someone.html and "改得太晚" in someone.html
        someone.open(query)
        assert someone.status == 410 and "修改时间已过" in someone.html and "修改我的回答" not in someone.html
        someone.open()
        assert "您已在" in someone.html and "修改我的回答" not in someone.html and "撤回我的回答" in someone.html
        assert everything() == before


def test_the_link_opened_again_offers_the_change_only_while_it_surely_may_be_made(
    someone: Guest, invited: Mailing
) -> None:
    # confidential answers keep the hour alone: without the mark of the thanks page, half past is the end
    for minutes, offered in (
        (1, True),
        (12, True),
        (13, invited.mode == "identified"),
        (29, invited.mode == "identified"),
    ):
        with later(minutes=minutes):
            assert ("修改我的回答" in someone.open()) is offered, minutes
    with later(minutes=12):
        someone.open()
        change(someone)
        assert someone.status == 200 and dict(someone.form())["overall"] == "2"


def test_sending_the_same_change_again_is_one_change(someone: Guest) -> None:
    with later(minutes=2):
        change(someone)
        form = [*someone.form(overall=5), ("go", "next")]
        someone.post(form)
        once = everything()
        for _ in range(3):
            someone.post(form)
            assert someone.status == 200 and "修改已保存" in someone.html
        assert everything() == once
    with later(minutes=45):  # the reply was lost, the phone was in a tunnel
        someone.post(form)
        assert "修改已保存" in someone.html


def test_of_two_pages_that_change_one_answer_the_second_is_told(someone: Guest, runner: Flask) -> None:
    with later(minutes=2):
        query = link_of(someone.html, "修改我的回答")
        other = Guest(runner.test_client(), someone.address, code=someone.code)
        someone.open(query)
        other.open(query)
        someone.send(overall=5, remark="第一处")
        other.send(overall=1, why="第二处")
        assert other.status == 200 and "回答刚刚有了变化" in other.html and "第二处" in other.html
        row, texts, _ = stored()
        assert (row.answers, texts) == ({"overall": 5}, {"remark": "第一处"})
        change(other)
        other.send(overall=4, remark="第二处")
        assert stored()[0].answers == {"overall": 4}


def test_the_first_form_sent_again_after_a_change_overwrites_nothing(invited: Mailing, runner: Flask) -> None:
    with later(minutes=0):
        one = invited.guest(runner)
        one.open()
        first = [*one.form(overall=3), ("go", "next")]
        one.post(first)
        change(one)
        one.send(overall=5)
        one.post(first)
        assert "您已提交过" in one.html and stored()[0].answers == {"overall": 5}


def test_sending_the_answer_again_and_again_does_not_prolong_the_half_hour(invited: Mailing, runner: Flask) -> None:
    with later(minutes=0):
        one = invited.guest(runner)
        one.open()
        first = [*one.form(overall=3), ("go", "next")]
        one.post(first)
    with later(minutes=29):
        one.post(first)
        assert one.delete_code and ("修改我的回答" in one.html) is (invited.mode == "identified")
    with later(minutes=31):
        one.post(first)
        assert one.delete_code and "修改我的回答" not in one.html and "撤回我的回答" in one.html


def test_required_answers_stay_required(someone: Guest) -> None:
    with later(minutes=1):
        change(someone)
        someone.send(overall=1, why="")
        assert someone.status == 422 and "正在修改" not in someone.html.split("<form", 1)[0]
        someone.send(why="还是太慢")
        assert stored()[0].answers == {"overall": 1} and stored()[1]["why"] == "还是太慢"


# --- taking back ---------------------------------------------------------------------------------------------------------
def test_an_answer_is_taken_back_by_the_link_while_the_wave_is_open(someone: Guest, runner: Flask) -> None:
    with later(days=3):
        someone.open()
        before = everything()
        page = someone.open(link_of(someone.html, "撤回我的回答"))
        assert everything() == before and "永久删除" in page
        form = [*someone.form(), ("go", "takeback")]
        someone.post(form)
        assert someone.status == 200 and "已撤回" in someone.html
        assert rows_of(select(Response)) == rows_of(select(Comment)) == rows_of(select(ResponseLink)) == []
        assert len(rows_of(select(Ballot))) == 1  # it stays used
        someone.post(form)
        assert someone.status == 200 and "已撤回" in someone.html
        someone.open()
        assert "提交" in someone.html and "<form" not in someone.html
    with later(days=60):
        runner.extensions["respondents"].doors.forget()
        someone.open("?x=1")
        assert someone.status == 410


def test_a_change_that_crosses_the_taking_back_revives_nothing(someone: Guest, runner: Flask) -> None:
    with later(minutes=3):
        other = Guest(runner.test_client(), someone.address, code=someone.code)
        other.open(link_of(someone.html, "撤回我的回答"))
        change(someone)
        other.send("takeback")
        someone.send(overall=5, remark="还在写")
        assert "这份回答已删除" in someone.html and "还在写" in someone.html and rows_of(select(Response)) == []


def test_who_has_not_answered_takes_nothing_back(invited: Mailing, runner: Flask) -> None:
    with later(minutes=0):
        one = invited.guest(runner)
        assert "永久删除" not in one.open("?x=1") and one.status == 200
        one.post([("_t", one.code), ("_end", "1."), ("go", "takeback")])
        assert one.status == 404 and rows_of(select(Ballot)) == []


# --- whose -----------------------------------------------------------------------------------------------------------------
def test_one_link_leads_to_its_own_answer_among_many(
    invited: Mailing, runner: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("survey_app.responses.recording.order_seed", lambda ticket: 7)  # all of one draw
    monkeypatch.setattr("survey_app.responses.ballots.order_seed", lambda ticket, purpose="order": 7)
    with later(minutes=0):
        people = [answered(guest(runner, ticket), overall=score) for score, ticket in enumerate(invited.invite(5), start=1)
                  if score > 2]  # fmt: skip
        for score, one in enumerate(people, start=3):
            change(one)
            assert dict(one.form())["overall"] == str(score)


def test_a_mark_or_state_of_another_link_opens_nothing(someone: Guest, invited: Mailing, runner: Flask) -> None:
    with later(minutes=1):
        other = answered(invited.guest(runner), overall=5)
        query = link_of(other.html, "修改我的回答")
        change(other)
        theirs = dict(other.form())["_d"]
        before = everything()
        for mark in (query, "?e=" + "A" * 23, "?e=", "?e=%00", "?e=é", query[:-8] + "AAA"):
            assert "正在修改" not in someone.open(mark) and someone.status == 200, mark
        someone.open()
        change(someone)
        for state in (theirs, "", "A", "A" * 200, "é"):
            someone_form = [(name, state if name == "_d" else value) for name, value in someone.form(overall=5)]
            Guest.post(copy := Guest(someone.client, someone.address), [*someone_form, ("go", "next")])
            assert copy.status == 400, state
        assert everything() == before


# --- anonymous -------------------------------------------------------------------------------------------------------------
def test_an_anonymous_answer_can_neither_be_changed_nor_taken_back_by_its_link(app: Flask, runner: Flask) -> None:
    from survey_app.responses import ballots, revising
    from survey_app.responses.recording import Outcome
    from survey_app.runner import changing_marks
    from survey_app.runner.changing_marks import Begun

    made = mailing(mode="anonymous")
    one = answered(made.guest(runner), overall=4)
    assert "修改" not in one.html and "撤回" not in one.html and one.code not in one.html
    ticket = ballots.open_ticket(web.vault(), one.code)
    assert ticket is not None
    (ballot,), (row,) = rows_of(select(Ballot)), rows_of(select(Response))
    before = everything()
    mark = changing_marks.minted(ticket, clock.epoch_seconds())  # as if somebody had the keys of the wave
    for query in ("", f"?e={mark}", "?x=1"):
        page = one.open(query)
        assert "修改" not in page and "撤回" not in page and "<form" not in page
    begun = Begun(
        clock.epoch_seconds(), bytes(ballot.nonce_hash), {"page": "0", "answers": {}, "texts": {}, "number": 0}
    )
    fields = [("_t", one.code), ("_n", ballots.new_nonce()), ("_d", changing_marks.seal(ticket, begun)), ("_q", "overall"),
              ("overall", "1"), ("_p", "0"), ("_s", "0"), ("_v", str(row.version_id)), ("_end", "1.")]  # fmt: skip
    for go in ("next", "submit", "takeback"):
        one.post([*fields, ("go", go)])
        assert one.status == 400
    recorder = runner.extensions["respondents"].recorder
    raw = revising.Revision(
        ticket=ticket, response_id=row.id, before=bytes(ballot.nonce_hash), nonce="x" * 22, status="complete",
        straightline=False, answers={"overall": 1}, texts={"remark": "别人写的"},
    )  # fmt: skip
    assert revising.revise(recorder, raw) is Outcome.GONE
    assert revising.take_back(recorder, wave_id=row.wave_id, response_id=row.id) is False
    assert everything() == before


def test_a_link_that_was_tightened_to_anonymous_changes_nothing_any_more(
    someone: Guest, invited: Mailing, runner: Flask
) -> None:
    from tests.runner.invited import tighten

    with later(minutes=2):
        query = link_of(someone.html, "修改我的回答")
        someone.open(query)
        form = [*someone.form(overall=5), ("go", "next")]
        tighten(invited.questionnaire_id, "anonymous")
        runner.extensions["respondents"].doors.forget()
        before = everything()
        someone.post(form)
        assert someone.status == 400
        someone.open(query)
        assert "修改" not in someone.html and everything() == before
