"""A database that cannot take the answer: 503, with everything typed still on the screen."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import func, select, text

from survey_app.config import Settings
from survey_app.database import db
from survey_app.responses.models import Response
from survey_app.responses.recording import Recorder
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """Nobody else can write while this lasts."""
    with db.engine.connect() as connection:
        if not settings.is_sqlite:  # on SQLite a transaction of the staff side holds the writer's lock from its start
            connection.execute(text("LOCK TABLE draft, ballot IN ACCESS EXCLUSIVE MODE"))
        else:
            connection.execute(text("SELECT 1"))
        yield
        connection.rollback()


def impatient(runner: Flask, settings: Settings) -> None:
    here = runner.extensions["respondents"]
    here.recorder.close()
    here.recorder = Recorder(settings, here.vault, wait_seconds=0.3)


def test_a_page_turn_comes_back_with_what_was_typed(person: Person, runner: Flask, settings: Settings) -> None:
    someone = person("pages.yaml")
    impatient(runner, settings)
    someone.open()
    with held(settings):
        html = someone.send(bought="yes", city="杭州")
        assert someone.status == 503 and "您填写的内容还在" in html and "杭州" in html
    someone.send()
    assert someone.status == 200 and "您在杭州买了什么？" in someone.html


def test_a_submit_can_be_tried_again_with_the_same_form(person: Person, runner: Flask, settings: Settings) -> None:
    someone = person("short.yaml")
    impatient(runner, settings)
    someone.open()
    with held(settings):
        html = someone.send(overall=4, remark="别丢了")
        assert someone.status == 503 and "别丢了" in html and "value=4 checked" in html
    someone.send()
    assert someone.status == 200 and someone.delete_code
    assert rows_of(select(func.count()).select_from(Response)) == [1]


def test_a_background_draft_may_fail_without_harm(person: Person, runner: Flask, settings: Settings) -> None:
    someone = person("ten.yaml")
    impatient(runner, settings)
    someone.open()
    form = someone.form(overall=4, recommend=7)
    with held(settings):
        someone.post(form, "?draft=1")
        assert someone.status == 503
    someone.post([*form, ("go", "submit")])
    assert someone.status == 200 and someone.delete_code
