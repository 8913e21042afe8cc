"""Personal links: one answer per invitation, resumed anywhere, refused alike, verified; nothing about them is written down."""

import random
import re
import string
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from survey_app import clock, tokens, web
from survey_app.campaigns.models import Opened
from survey_app.database import db
from survey_app.responses import ballots, holding, links
from survey_app.responses.models import Ballot, Draft, HeldBack, Response, ResponseLink
from tests.runner.invited import Guest, Mailing, guest, mailing
from tests.runner.street import rows_of


@pytest.fixture
def invited(app: Flask) -> Mailing:
    return mailing()


@pytest.fixture
def someone(invited: Mailing, runner: Flask) -> Guest:
    return invited.guest(runner)


@pytest.fixture(autouse=True)
def _nobody_waits(runner: Flask) -> None:
    runner.personal.slow_seconds = 0  # type: ignore[attr-defined]


def test_an_answer_by_a_personal_link_is_verified_and_kept_once(someone: Guest, invited: Mailing) -> None:
    someone.open()
    assert someone.status == 200 and 'action="/i/"' in someone.html
    someone.send(overall=5, remark="很好")
    assert someone.status == 200 and len(someone.delete_code) == 19
    row = rows_of(select(Response))[0]
    assert (row.verified, row.mode, row.wave_id) == (True, "anonymous", invited.wave_id)
    assert rows_of(select(ResponseLink)) == []
    assert "您已提交过" in someone.open() and someone.code not in someone.html


def test_no_document_but_its_hidden_fields_holds_the_code(someone: Guest) -> None:
    html = someone.open()
    assert html.count(someone.code) == 1 and f'name=_t value="{someone.code}"' in html
    assert "location.pathname" not in html  # the script puts the bare address into the bar
    assert html.count("'/i/'") >= 1


def test_the_bare_address_asks_to_open_the_link_again(runner: Flask) -> None:
    answer = runner.test_client().get("/i/")
    assert answer.status_code == 200 and "请重新打开链接" in answer.text and "sessionStorage['/i/']" in answer.text


def test_what_sms_apps_glue_to_a_link_is_no_part_of_it(someone: Guest, runner: Flask) -> None:
    for glued in ("。", "）", ".", "，", "!", "」"):
        assert runner.test_client().get(someone.address + glued).status_code == 200


def test_an_answer_tells_neither_shop_nor_day_nor_channel_however_many_were_written_to(
    invited: Mailing, runner: Flask
) -> None:
    tickets = invited.invite(30)
    one = guest(runner, tickets[0])
    one.open()
    one.send(overall=5)
    row, ballot = rows_of(select(Response))[0], rows_of(select(Ballot))[0]
    assert (row.shop_id, row.day, ballot.day, row.channel) == (None, None, None, "personal")
    assert rows_of(select(HeldBack.response_id)) == [row.id]
    html = one.open()
    assert "我们已收到您的回答" in html and "<form" not in html and one.code not in html


def test_the_channel_of_the_link_stays_with_the_form(invited: Mailing, runner: Flask) -> None:
    ticket = invited.invite(10, channel="email")[0]
    one = guest(runner, ticket)
    one.open("?c=e")
    assert 'name=_w value="email"' in one.html
    pairs = [(name, "wechat" if name == "_w" else value) for name, value in one.form(overall=5)]
    one.post([*pairs, ("go", "next")])
    held, keys = rows_of(select(HeldBack))[0], web.vault().wave(invited.wave_id)
    assert one.status == 200 and keys is not None
    came = holding.opened(keys, response_id=held.response_id, sealed=held.sealed)
    assert came is not None and came.channel == "sms"  # what was made up counts as nothing


def test_an_answer_in_the_link_is_chosen_and_not_sent(someone: Guest) -> None:
    html = someone.open("?a=4")
    assert re.search(r'<input[^>]*name="?overall"?[^>]*value="?4"?[^>]*checked', html)
    assert rows_of(select(Response)) == [] and rows_of(select(Draft)) == []
    for strange in ("?a=99", "?a=", "?a=<b>", "?a=%00"):
        assert not re.search(r"<input[^>]* checked", someone.open(strange))


# --- T1: every refusal is the same ---------------------------------------------------------------------------------------
def test_a_hundred_thousand_wrong_codes_get_one_and_the_same_page(
    someone: Guest, runner: Flask, full: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, client = random.Random(1), runner.test_client()
    here = runner.extensions["respondents"]
    client.get("/i/" + "A" * 21)
    asked: list[Any] = []
    monkeypatch.setattr(here.recorder, "read", lambda *a: asked.append(a))
    seen = set()
    for number in range(100_000 if full else 3_000):
        if number % 2:
            head = rng.choice([someone.code[:2], ""])
            code = head + "".join(rng.choices(string.ascii_letters + "-_0189", k=18 - len(head)))
            code += "".join(rng.choices(tokens.ALPHABET, k=3))
        else:
            place = rng.randrange(21)
            alphabet = string.ascii_letters if place < 18 else tokens.ALPHABET
            other = rng.choice([c for c in alphabet if c != someone.code[place]])
            code = someone.code[:place] + other + someone.code[place + 1 :]
        answer = client.get(f"/i/{code}")
        seen.add((answer.status_code, answer.get_data()))
    assert len(seen) == 1 and seen.pop()[0] == 404
    assert asked == []  # no refusal asks the database about a code


@pytest.mark.parametrize(
    "path",
    [
        "A" * 20,
        "A" * 22,
        "A" * 24,
        "%00",
        "A" * 20_000,
        "..%2f",
        "é" * 21,
        "a/b",
        "AAAA%0AAAAAAAAAAAAAAAAAA",
        "𠮷" * 21,
    ],
)
def test_every_other_address_gets_that_page_too(someone: Guest, runner: Flask, path: str) -> None:
    client = runner.test_client()
    expected = client.get("/i/" + "B" * 21)
    for answer in (client.get(f"/i/{path}"), client.get(f"/i/{someone.code.lower()}")):
        assert (answer.status_code, answer.get_data()) == (404, expected.get_data())


def test_a_code_of_an_open_page_is_no_personal_link(someone: Guest, runner: Flask, invited: Mailing) -> None:
    open_code = ballots.mint(web.vault(), wave_id=invited.wave_id, door="ABC234").code
    assert runner.test_client().get(f"/i/{open_code}").status_code == 404


def test_a_closed_wave_says_so_before_the_tag_is_looked_at(someone: Guest, runner: Flask) -> None:
    client, end = runner.test_client(), clock.now() + timedelta(days=60)
    with time_machine.travel(end):
        runner.extensions["respondents"].doors.forget()
        real, forged = client.get(f"/i/{someone.code}"), client.get(f"/i/{someone.code[:10]}AAAAAAAA234")
        assert real.status_code == forged.status_code == 410 and real.get_data() == forged.get_data()
        assert "400-820-1234" in real.text and "<form" not in real.text
        assert client.get("/i/" + "B" * 21).status_code == 404


def test_who_guesses_is_slowed_down(runner: Flask, someone: Guest, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []
    monkeypatch.setattr("survey_app.runner.personal.time.sleep", waited.append)
    client = runner.test_client()
    for _ in range(25):
        assert client.get("/i/" + "C" * 21).status_code == 404
    assert len(waited) == 5
    assert client.get(someone.address).status_code == 200 and len(waited) == 5


# --- T3: looking changes nothing -----------------------------------------------------------------------------------------
def everything() -> dict[str, list[str]]:
    found = {
        name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        for name, table in db.metadata.tables.items()
    }
    db.session.rollback()
    return found


@pytest.mark.parametrize("mode", ["anonymous", "confidential", "identified"])
def test_fifty_scanners_burn_no_link(app: Flask, runner: Flask, mode: str) -> None:
    one = mailing(mode=mode).guest(runner)
    before = everything()
    for _ in range(50):
        assert runner.test_client().get(one.address + "?a=5").status_code == 200
        assert runner.test_client().head(one.address).status_code == 200
    assert everything() == before
    one.open()
    one.send(overall=5)
    assert one.status == 200 and len(rows_of(select(Response))) == 1


# --- F4, F5, F7: two phones ----------------------------------------------------------------------------------------------
def test_two_phones_with_one_link_give_one_answer_and_each_is_told(someone: Guest, runner: Flask) -> None:
    other = Guest(runner.test_client(), someone.address, code=someone.code)
    someone.open()
    other.open()
    someone.send(overall=5, remark="第一部手机")
    assert someone.delete_code
    other.send(overall=4, remark="第二部手机")
    assert other.status == 200 and "您已提交过" in other.html and "第二部手机" in other.html
    rows = rows_of(select(Response))
    assert len(rows) == 1 and rows[0].answers["overall"] == 5


def test_a_lost_reply_is_made_good_by_sending_again(someone: Guest) -> None:
    someone.open()
    form = [*someone.form(overall=5), ("go", "next")]
    for _ in range(10):
        someone.post(form)
        assert someone.status == 200 and someone.delete_code
    assert len(rows_of(select(Response))) == 1 and rows_of(select(Draft)) == []


@pytest.fixture
def pages(app: Flask) -> Mailing:
    return mailing("pages.yaml")


def test_another_device_goes_on_where_the_first_stopped(pages: Mailing, runner: Flask) -> None:
    ticket = pages.invite(1)[0]
    phone, tablet = guest(runner, ticket), guest(runner, ticket)
    phone.open()
    first = phone.html
    phone.send(bought="yes", city="上海")
    assert phone.status == 200 and phone.html != first
    late = phone.form()
    before = everything()
    tablet.open()
    assert everything() == before  # resuming is looking, too
    assert "已恢复您上次填写的内容" in tablet.html and 'name=_p value="1"' in tablet.html
    assert dict(tablet.form())["_i"] == dict(late)["_i"]  # the start is that of the first document
    assert dict(tablet.form())["_n"] != dict(late)["_n"]
    assert "您在上海买了什么" in tablet.html
    tablet.send(kinds=["pain"])
    saved = rows_of(select(Draft.body))
    woken = [(name, str(int(value) + 1) if name == "_s" else value) for name, value in late]
    phone.post(woken, "?draft=1")  # the older tab wakes up and sends what it had
    assert phone.status == 204 and rows_of(select(Draft.body)) == saved


def test_who_is_somebody_else_begins_anew(pages: Mailing, runner: Flask) -> None:
    ticket = pages.invite(1)[0]
    phone, tablet = guest(runner, ticket), guest(runner, ticket)
    phone.open()
    phone.send(bought="yes", city="上海")
    tablet.open()
    tablet.send("restart")
    assert (
        tablet.status == 200
        and 'name=_p value="0"' in tablet.html
        and not re.search(r"<input[^>]* checked", tablet.html)
    )
    again = guest(runner, ticket)
    again.open()
    assert 'name=_p value="0"' in again.html and not re.search(r"<input[^>]* checked", again.html)


# --- confidential and identified ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(("mode", "step"), [("confidential", 3_600), ("identified", 1)])
def test_an_answer_is_linked_to_its_invitation_as_finely_as_the_mode_says(
    app: Flask, runner: Flask, mode: str, step: int
) -> None:
    made = mailing(mode=mode)
    one = made.guest(runner)
    html = one.open()
    assert {"confidential": "保密填写：仅质量部可在投诉处理时查看您的身份", "identified": "本问卷实名"}[mode] in html
    assert rows_of(select(Opened)) == []
    one.send(overall=5)
    row, link, opened = rows_of(select(Response))[0], rows_of(select(ResponseLink))[0], rows_of(select(Opened))[0]
    assert (link.response_id, link.mode, row.day) == (row.id, mode, clock.day_number(clock.now()))
    assert links.invitation_of(web.vault(), link) == opened.invitation_id
    for moment in (link.answered_at, opened.at):
        assert moment.timestamp() % step == 0 and abs((clock.now() - moment).total_seconds()) < step + 5
    assert str(opened.invitation_id) not in link.sealed_link.split(".")
    assert links.responses_of(web.vault(), [opened.invitation_id]) == [row.id]
    db.session.remove()


def test_tightening_to_anonymous_ends_the_links_of_further_answers(app: Flask, runner: Flask) -> None:
    from tests.runner.invited import tighten

    made = mailing(mode="confidential")
    one = made.guest(runner)
    one.open()
    tighten(made.questionnaire_id, "anonymous")
    runner.extensions["respondents"].doors.forget()
    one.send(overall=5)
    assert rows_of(select(ResponseLink)) == [] and [row.mode for row in rows_of(select(Response))] in (
        [],
        ["anonymous"],
    )


def test_an_invitation_that_was_taken_back_leads_to_the_closed_page(app: Flask, runner: Flask) -> None:
    one = mailing(mode="identified").guest(runner)
    db.session.execute(text("UPDATE invitation SET cancelled = true"))
    db.session.commit()
    one.open()
    assert one.status == 410


def test_no_database_links_an_anonymous_answer(someone: Guest, app: Flask) -> None:
    someone.open()
    someone.send(overall=5)
    number = rows_of(select(Response.id))[0]
    insert = (
        "INSERT INTO response_link (response_id, mode, sealed_link, answered_at) VALUES (:i, :m, 'x', '2026-11-01')"
    )
    for mode in ("anonymous", "confidential", "identified"):
        with pytest.raises(Exception, match="anonymous"):
            db.session.execute(text(insert), {"i": number, "m": mode})
        db.session.rollback()
