"""Answering leaves traces on the answers side only: no code, secret, time or address anywhere else (privacy.md T2, rule 1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.config import Settings
from survey_app.database import db
from survey_app.tokens import grouped
from tests.faults.serving import Phone, Server
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
