"""Answering leaves traces on the answers side only: no code, secret, time or address anywhere else (privacy.md T2, rule 1)."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.config import Settings
from survey_app.database import db
from survey_app.tokens import grouped
from tests.faults.serving import Phone, Server, get, post
from tests.runner.invited import mailing
from tests.runner.street import publish

GIVEN = {"overall": "4", "recommend": "9", "more": "请回电13905551234"}


@pytest.fixture
def server(app: Flask, settings: Settings) -> Iterator[Server]:
    made = Server(settings).start()
    yield made
    made.stop()


def whole_database() -> dict[str, list[str]]:
    found = {
        name: sorted(repr(tuple(row)) for row in db.session.execute(select(table)))
        for name, table in db.metadata.tables.items()
    }
    db.session.rollback()
    return found


def files_under(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.anonymity
def test_an_answer_changes_the_answers_side_and_nothing_else(app: Flask, settings: Settings, server: Server) -> None:
    address = publish("ten.yaml")
    before = whole_database()
    phones = [Phone(server.port, address, GIVEN).open() for _ in range(15)]
    assert whole_database() == before  # opening a page writes nothing
    for phone in phones:
        assert phone.confirmed(phone.send()[1])
    after = whole_database()
    assert {name for name in after if after[name] != before[name]} == {"ballot", "response", "comment"}
    assert len(after["response"]) == len(after["ballot"]) == len(after["comment"]) == 15
    everything = files_under(settings.instance) + repr(after).encode()
    assert b"ten" in everything  # the search does see the files
    for phone in phones:
        for name in ("_t", "_n", "_r"):
            assert phone.value(name).encode() not in everything
        assert grouped(phone.value("_r")).encode() not in everything
    assert b"13905551234" not in everything and b"127.0.0.1" not in repr(after).encode()
    assert (settings.instance / "server.log").read_bytes().count(address.encode()) == 0


@pytest.mark.anonymity
def test_a_thousand_issued_link_codes_are_found_nowhere(
    app: Flask, settings: Settings, server: Server, tmp_path: Path
) -> None:
    made = mailing("ten.yaml")
    tickets = made.invite(1_000)
    for place, ticket in enumerate(tickets):
        path = f"/i/{ticket.code}" + ("?c=e&a=4" if place % 3 == 0 else "。" if place % 3 == 1 else "")
        assert get(server.port, quote(path, safe="/?&="))[0] == 200
    phones = [Phone(server.port, f"/i/{ticket.code}", GIVEN).open() for ticket in tickets[:40]]
    for phone in phones[:20]:
        assert phone.confirmed(phone.send()[1])
    for phone in phones[20:]:
        assert post(server.port, "/i/?draft=1", phone.body)[0] == 204
    get(server.port, f"/i/{tickets[0].code}")
    get(server.port, f"/i/{tickets[0].code[:-1]}Z")
    everything = files_under(settings.instance) + files_under(tmp_path) + repr(whole_database()).encode()
    assert b"server.log" in b"\n".join(path.name.encode() for path in settings.instance.iterdir())
    assert repr(made.wave_id).encode() in everything
    found = [
        ticket for ticket in tickets if ticket.code.encode() in everything or ticket.code[:18].encode() in everything
    ]
    assert found == []
    assert sum(len(rows) for name, rows in whole_database().items() if name in ("ballot", "draft")) == 40
