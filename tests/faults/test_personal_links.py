"""Personal links under stress: many submits at once, two devices, replies that never arrive (reliability.md F3-F5, T4)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app.database import db
from survey_app.responses.models import Ballot, Draft, Response
from tests.faults.serving import Phone, Server
from tests.runner.invited import mailing

GIVEN = {
    "overall": "4",
    "recommend": "9",
    "easy": "7",
    "pack": "5",
    "advice": "2",
    "reasons": "near",
    "more": "配送很快",
}
pytestmark = pytest.mark.faults


def counts() -> list[int]:
    found = [db.session.scalar(select(func.count()).select_from(table)) or 0 for table in (Ballot, Response, Draft)]
    db.session.rollback()
    return found


def test_one_link_on_four_devices_gives_one_answer_whatever_arrives_at_once(
    app: Flask, serve: Callable[..., Server]
) -> None:
    ticket = mailing("ten.yaml").invite(1)[0]
    server = serve()
    phones = [Phone(server.port, f"/i/{ticket.code}", GIVEN | {"overall": str(n)}).open() for n in range(1, 5)]
    with ThreadPoolExecutor(40) as pool:
        told = list(pool.map(lambda phone: (phone, *phone.send()), phones * 50))
    assert {status for _, status, _ in told} == {200}
    winners = {phone.given["overall"] for phone, _, html in told if phone.confirmed(html)}
    assert len(winners) == 1 and counts() == [1, 1, 0]
    winner = int(winners.pop())
    assert all(phone.confirmed(html) == (int(phone.given["overall"]) == winner) for phone, _, html in told)
    assert all("您已提交过" in html for phone, _, html in told if int(phone.given["overall"]) != winner)
    assert (db.session.scalar(select(Response.answers)) or {})["overall"] == winner
    db.session.rollback()


def test_a_reply_that_was_lost_is_asked_for_again_until_it_comes(app: Flask, serve: Callable[..., Server]) -> None:
    tickets = mailing("ten.yaml").invite(10)
    server = serve()
    phones = [Phone(server.port, f"/i/{ticket.code}", GIVEN).open() for ticket in tickets]
    for phone in phones:
        phone.send()  # stored; nobody reads the reply
    server.kill()
    server.start()
    assert [phone.insist() for phone in phones] == [1] * 10
    assert counts() == [10, 10, 0]
