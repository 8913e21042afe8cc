"""A form is stored whole or not at all, wherever it was cut (reliability.md F6), and keeps every word it can."""

import contextlib
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from survey_app import web
from survey_app.database import db
from survey_app.questionnaire.texts import clean
from survey_app.responses.models import Ballot, Comment, Response
from survey_app.responses.recording import comment_place
from survey_app.responses.redaction import redact
from tests.faults.forms import Filled
from tests.faults.serving import Phone, Server, post
from tests.faults.test_submits import GIVEN, SENT
from tests.runner.street import Respondent, site

FORM = {"content_type": "application/x-www-form-urlencoded"}


@pytest.fixture
def client(app: Flask) -> Iterator[FlaskClient]:
    runner = site(app.extensions["survey_settings"])
    yield runner.test_client()
    runner.extensions["respondents"].recorder.close()
    runner.extensions["respondents"].doors.close()


@pytest.fixture
def filled(client: FlaskClient, address: str) -> Filled:
    person = Respondent(client, address)
    person.open()
    return Filled((*person.form(**GIVEN), ("go", "submit")), web.vault())


def stored() -> list[Response]:
    rows = list(db.session.scalars(select(Response)))
    ballots = db.session.scalar(select(func.count()).select_from(Ballot))
    db.session.expunge_all()
    db.session.rollback()
    assert ballots == len(rows)
    return rows


@pytest.mark.faults
def test_a_body_cut_at_any_byte_stores_the_whole_answer_or_nothing(
    client: FlaskClient, address: str, filled: Filled
) -> None:
    length = len(filled.body())
    end = filled.body().index(b"&go=")  # from here on only the name of the button is lost
    told = 0
    for offset in range(length + 1):
        answer = client.post(address, data=filled.body()[:offset], **FORM)
        assert answer.status_code in ({400, 404} if offset < end else {200, 400}), (offset, answer.status_code)
        told += b"<p class=code>" in answer.data
    rows = stored()
    assert len(rows) == told >= 1
    assert all(row.answers == SENT for row in rows)


@pytest.mark.faults
def test_a_connection_cut_in_the_body_stores_nothing(
    app: Flask, address: str, serve: Callable[..., Server], full: bool
) -> None:
    server = serve()
    phone = Phone(server.port, address, GIVEN).open()
    length = len(phone.body)
    head = (
        f"POST {address} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {FORM['content_type']}\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()
    for offset in range(0, length, 1 if full else 37):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(head + phone.body[:offset])
    time.sleep(0.5)
    assert stored() == []
    status, html = phone.send()
    assert status == 200 and phone.confirmed(html)
    assert [row.answers for row in stored()] == [SENT]


@pytest.mark.faults
def test_what_no_browser_sends_stores_nothing(client: FlaskClient, address: str, filled: Filled) -> None:
    good = filled.body()
    bodies = {
        "raw byte": good.replace(b"more=", b"more=\xff"),
        "escaped bad bytes": good.replace(b"more=", b"more=%ff%fe"),
        "gbk": good.replace(b"more=", b"more=" + "快".encode("gbk")),
        "end twice": good.replace(b"_end=1.", b"_end=1.&_end=1."),
        "end changed": good.replace(b"_end=1.", b"_end=1"),
        "unknown code": good.replace(b"overall=4", b"overall=6"),
        "two of one": good.replace(b"overall=4", b"overall=4&overall=5"),
        "nonce changed": good.replace(b"_n=", b"_n=."),
        "100,000 fields": good + b"&a=1" * 100_000,
        "nothing": b"",
    }
    for name, body in bodies.items():
        assert client.post(address, data=body, **FORM).status_code in {400, 404, 413}, name
    multipart = client.post(address, data=b"--x\r\n", content_type="multipart/form-data; boundary=x")
    assert multipart.status_code == 400
    assert client.post(address, data=b"x" * (256 * 1024 + 1), **FORM).status_code == 413
    assert stored() == []


@pytest.mark.faults
def test_naughty_strings_are_stored_as_they_were_typed(
    client: FlaskClient, address: str, filled: Filled, cases: Path
) -> None:
    naughty: list[str] = json.loads((cases / "badinput/blns.json").read_text())
    naughty += (cases / "badinput/split/xss-payloads-sample_shared.txt").read_text().splitlines()[:100]
    naughty += [
        "a\x00b",
        "\x1b[31m红",
        "家👨‍👩‍👧‍👦🇨🇳𪚥",
        "\u202egpj.exe",
        "Z" + "\u0351" * 5000,
        "\uffff\U0010ffff",
        "长" * 9000,
    ]
    expected = []
    for string in naughty:
        answer = client.post(address, data=filled.body(more=string), **FORM)
        assert answer.status_code == 200, (string[:80], answer.status_code)
        expected.append(clean(string))
    vault, found = web.vault(), []
    for comment in db.session.scalars(select(Comment)):
        assert comment.raw is not None
        raw = vault.unseal(comment.raw, place=comment_place(comment.response_id, comment.variable))
        assert comment.redacted == redact(raw)
        found.append(raw)
    assert sorted(found) == sorted(text for text in expected if text)
    assert len(stored()) == len(naughty)


@pytest.mark.faults
def test_slow_and_huge_requests_do_not_keep_others_from_answering(
    app: Flask, address: str, serve: Callable[..., Server]
) -> None:
    server = serve()
    slow = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(100)]
    for connection in slow:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\na")
    with contextlib.suppress(OSError):  # the server may close before all of it was sent
        assert post(server.port, address, b"x" * 10_000_000)[0] == 413
    phone = Phone(server.port, address, GIVEN).open()
    status, html = phone.send()
    assert status == 200 and phone.confirmed(html)
    for connection in slow:
        connection.close()
    assert len(stored()) == 1
