"""A database that is gone: pages wait a little, go on with what is known, and never lose what was typed."""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, make_url, select

from survey_app.config import Settings
from survey_app.database import db
from survey_app.responses.models import Response
from survey_app.responses.recording import Recorder
from tests.runner.street import Respondent, rows_of, site

Person = Callable[[str], Respondent]


@contextmanager
def gone(settings: Settings, runner: Flask) -> Iterator[None]:
    """Nobody gets a connection while this lasts: PostgreSQL refuses them, another program has the SQLite file for itself."""
    here = runner.extensions["respondents"]
    if settings.is_sqlite:
        here.doors.close()
        here.recorder.close()
        db.engine.dispose()
        other = sqlite3.connect(settings.sqlite_path, isolation_level=None)
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        try:
            yield
        finally:
            other.close()
        return
    address = make_url(settings.database_url)
    name = address.database
    maintenance = address.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(maintenance, autocommit=True) as operator:
        operator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        operator.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,))
        try:
            yield
        finally:
            operator.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')


def impatient(runner: Flask, settings: Settings, *, opened: float = 0.3, posted: float = 0.3) -> None:
    here = runner.extensions["respondents"]
    here.recorder.close()
    here.recorder = Recorder(settings, here.vault, wait_seconds=posted)
    here.wait_seconds = {"GET": opened, "POST": posted}


@pytest.fixture
def fresh(settings: Settings, runner: Flask) -> Iterator[Flask]:
    """Another process, which has read nothing yet."""
    made = site(settings)
    impatient(made, settings)
    yield made
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()


class _Kept(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.pairs: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input":
            value = (given["value"] or "").replace("\n", "\r\n")  # as browsers send line ends
            self.pairs.append((given["name"] or "", value))


def kept(html: str) -> list[tuple[str, str]]:
    """What the button of the busy page sends."""
    parser = _Kept()
    parser.feed(html)
    return parser.pairs


def expire(runner: Flask) -> None:
    """Let two seconds pass, so that everything is asked again."""
    time.sleep(2.1)


def test_a_known_door_stays_open_and_keeps_the_form_until_the_database_is_back(
    person: Person, runner: Flask, settings: Settings
) -> None:
    someone = person("short.yaml")
    someone.open()
    impatient(runner, settings)
    expire(runner)
    with gone(settings, runner):
        assert "name=overall" in someone.open() and someone.status == 200 and "康宁大药房" in someone.html
        html = someone.send(overall=4, remark="别丢了")
        assert someone.status == 503 and "别丢了" in html and "value=4 checked" in html
    someone.send()
    assert someone.status == 200 and someone.delete_code
    assert rows_of(select(func.count()).select_from(Response)) == [1]


def test_a_process_that_knows_nothing_keeps_the_whole_form_and_its_button_stores_it(
    person: Person, runner: Flask, fresh: Flask, settings: Settings
) -> None:
    someone = person("short.yaml")
    someone.open()
    form = [*someone.form(overall=4, remark='"别丢了"\r\n<b> &amp;'), ("go", "next")]
    someone.client = fresh.test_client()
    with gone(settings, runner):
        begun = time.monotonic()
        answer = someone.client.get(someone.address)
        assert answer.status_code == 503 and answer.headers["Retry-After"] and time.monotonic() - begun < 3
        html = someone.post(form)
        assert someone.status == 503 and "都还在本页" in html and sorted(kept(html)) == sorted(form)
    someone.post(kept(html))
    assert someone.status == 200 and someone.delete_code
    assert rows_of(select(func.count()).select_from(Response)) == [1]


def test_a_post_waits_for_a_database_that_comes_back(
    person: Person, runner: Flask, fresh: Flask, settings: Settings
) -> None:
    someone = person("short.yaml")
    someone.open()
    form = [*someone.form(overall=4), ("go", "next")]
    impatient(fresh, settings, posted=20)
    someone.client = fresh.test_client()
    sender = threading.Thread(target=someone.post, args=(form,))
    with gone(settings, runner):
        sender.start()
        sender.join(1)
        assert sender.is_alive()
    sender.join(20)
    assert someone.status == 200 and someone.delete_code


def test_no_other_page_is_an_empty_error(person: Person, runner: Flask, fresh: Flask, settings: Settings) -> None:
    someone = person("short.yaml")
    client = fresh.test_client()
    with gone(settings, runner):
        assert client.get("/nowhere").status_code == client.get("/s/abc").status_code == 404
        assert client.post(someone.address, data=b"\xff").status_code == 400
        for path in ("/privacy", "/withdraw", "/logo"):
            answer = client.get(path)
            assert answer.status_code == 503 and "系统繁忙" in answer.text, path
        answer = client.post("/withdraw", data={"code": "ABCD-EFGH-JKLM-NPQR", "_l": "en"})
        assert answer.status_code == 503 and ("code", "ABCD-EFGH-JKLM-NPQR") in kept(answer.text)
        assert answer.headers["Content-Security-Policy"].count("sha256-") == 2


def test_a_background_draft_is_answered_while_the_database_is_away(
    person: Person, runner: Flask, settings: Settings
) -> None:
    someone = person("ten.yaml")
    someone.open()
    impatient(runner, settings)
    with gone(settings, runner):
        someone.post(someone.form(overall=4), "?draft=1")
        assert someone.status == 503
