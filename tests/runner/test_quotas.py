"""Quotas at every door: who still comes in, who is thanked and turned away, what is counted and kept; on both databases."""

import html
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, interviewing
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.questionnaire.loading import load_definition
from survey_app.responses import retention, settling
from survey_app.responses.models import Ballot, Draft, Quota, Response, TurnedAway
from tests.runner.invited import Mailing, mailing
from tests.runner.street import Respondent, rows_of

FILE = "quotas.yaml"
HERE = Path(__file__).parent
Person = Callable[[str], Respondent]


def answered(one: Respondent, gender: str = "f", smokes: str = "no", language: str = "") -> str:
    """Go through the pages as far as they lead; the last page."""
    one.open(language)
    one.send(gender=gender)
    if "name=smokes" in one.html:
        one.send(smokes=smokes)
    if "name=visits" in one.html:
        one.send(visits=3)
    return one.html


def counts() -> dict[str, int]:
    return {row.name: row.count for row in rows_of(select(Quota))}


def turned_away() -> dict[tuple[str, bool], int]:
    return {(row.name, row.invited): row.count for row in rows_of(select(TurnedAway))}


def number(model: type) -> int:
    return int(rows_of(select(func.count()).select_from(model))[0])


def test_people_come_in_until_a_quota_is_full_and_further_ones_are_thanked_early(person: Person) -> None:
    for _ in range(2):
        assert "感谢您的回答" in answered(person(FILE))
    assert counts() == {"women": 2}
    page = answered(person(FILE))
    assert "女性名额已满，谢谢您！" in page and "没有保存" in page and "smokes" not in page
    assert "感谢您的回答" in answered(person(FILE), "m")
    assert turned_away() == {("women", False): 1}
    assert [row.quotas for row in rows_of(select(Response).order_by(Response.quotas))] == ["", "women", "women"]
    assert number(Ballot) == 4 and number(Draft) == 0


def test_a_quota_without_words_says_them_in_the_language_of_the_page(person: Person) -> None:
    for _ in range(3):
        answered(person(FILE), "m", "yes")
    assert "已经收到足够多的回答" in answered(person(FILE), "m", "yes")
    assert "enough answers" in answered(person(FILE), "m", "yes", "?l=en")


def test_who_is_turned_away_is_so_again_and_counted_once(person: Person) -> None:
    for _ in range(2):
        answered(person(FILE))
    one = person(FILE)
    one.open()
    form = [*one.form(gender="f"), ("go", "next")]
    for _ in range(3):
        assert "女性名额已满" in one.post(form)
    assert turned_away() == {("women", False): 1}
    other_answer = [(name, "m" if name == "gender" else value) for name, value in form]
    assert "女性名额已满" in one.post(other_answer)  # the code is used up: nobody tries until something fits


def test_a_page_sent_again_after_the_draft_went_says_the_same(person: Person) -> None:
    for _ in range(3):
        answered(person(FILE), "m", "yes")
    one = person(FILE)
    one.open()
    one.send(gender="m")
    form = [*one.form(smokes="yes"), ("go", "next")]
    first, again = one.post(form), one.post(form)
    assert "足够多的回答" in first and "足够多的回答" in again and number(Draft) == 0
    assert turned_away() == {("smokers", False): 1}


def test_who_is_on_the_way_when_a_quota_fills_is_turned_away_at_the_submit(person: Person) -> None:
    late = person(FILE)
    late.open()
    late.send(gender="f")
    late.send(smokes="no")
    for _ in range(2):
        answered(person(FILE))
    page = late.send(visits=1)
    assert "女性名额已满" in page and counts()["women"] == 2 and number(Draft) == 0
    assert late.status == 200 and number(Response) == 2


def test_two_who_send_the_last_place_at_once_get_it_once(person: Person, runner: Flask) -> None:
    answered(person(FILE))
    waiting = [person(FILE) for _ in range(6)]
    for one in waiting:
        one.open()
        one.send(gender="f")
        one.send(smokes="yes")
        assert "name=visits" in one.html
    with ThreadPoolExecutor(len(waiting)) as pool:
        pages = list(pool.map(lambda one: one.send(visits=1), waiting))
    assert sum("感谢您的回答" in page for page in pages) == 1
    assert sum("女性名额已满" in page for page in pages) == 5
    assert counts() == {"women": 2, "smokers": 1} and turned_away() == {("women", False): 5}
    assert number(Response) == 2 and number(Ballot) == 7


def test_a_withdrawn_answer_gives_its_place_back(person: Person, runner: Flask) -> None:
    one = person(FILE)
    answered(one)
    answered(person(FILE))
    assert "女性名额已满" in answered(person(FILE))
    runner.test_client().post("/withdraw", data={"code": one.delete_code, "_end": "1."})
    assert counts() == {"women": 1}
    assert "感谢您的回答" in answered(person(FILE)) and counts() == {"women": 2}


def test_answers_that_are_deleted_by_age_give_their_places_back(person: Person) -> None:
    for _ in range(2):
        answered(person(FILE), "f", "yes")
    retention.delete_answers([row.id for row in rows_of(select(Response))])
    db.session.commit()
    assert counts() == {"women": 0, "smokers": 0}


def test_a_corrected_version_goes_on_counting(person: Person, runner: Flask) -> None:
    one = person(FILE)
    answered(one)
    text = (HERE / FILE).read_text().replace("您的性别", "您的性别是").replace("limit: 2", "limit: 1")
    definition = load_definition(text.encode(), file=FILE)
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now() + timedelta(seconds=1))
    door = collecting.create_collector(kind="link", questionnaire=questionnaire, by=COMMAND_LINE, now=clock.now())
    address = f"/s/{door.code}"
    db.session.commit()
    db.session.remove()
    assert "女性名额已满" in answered(Respondent(runner.test_client(), address))
    assert "感谢您的回答" in answered(person(FILE))  # the older version has room for two


def test_an_invited_person_who_is_turned_away_is_not_asked_again_and_nothing_tells_why(
    app: Flask, runner: Flask
) -> None:
    invited: Mailing = mailing(file=FILE, mode="anonymous")
    for _ in range(2):
        answered(invited.guest(runner))
    one = invited.guest(runner)
    assert "女性名额已满" in answered(one)
    ballots = rows_of(select(Ballot))
    assert len(ballots) == 3 and len({(len(b.nonce_hash), b.day) for b in ballots}) == 1
    assert turned_away() == {("women", True): 1}
    assert "您已参加过" in one.open() and "收到您的回答" not in one.html


def test_an_interviewer_goes_on_to_the_next_person(person: Person, app: Flask, runner: Flask) -> None:
    for _ in range(2):
        answered(person(FILE))
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    shop = shops.find_or_create_shop(code="KM-1", name="人民路店", by=COMMAND_LINE, now=clock.now())
    path = interviewing.mint(
        secret=app.config["SECRET_KEY"], questionnaire=questionnaire, shop=shop, channel="interview", by=COMMAND_LINE,
        now=clock.now(),
    )  # fmt: skip
    db.session.commit()
    db.session.remove()
    page = answered(Respondent(runner.test_client(), path))
    assert "女性名额已满" in page and '<a class=tap href="">下一位</a>' in page and "/interviews" in page


@pytest.mark.parametrize("mode", ["confidential", "identified"])
def test_a_changed_answer_moves_to_the_quotas_that_it_fits_now(app: Flask, runner: Flask, mode: str) -> None:
    invited = mailing(file=FILE, mode=mode)
    one = invited.guest(runner)
    answered(one, "f", "yes")
    for _ in range(3):
        answered(invited.guest(runner), "m", "yes")
    assert counts() == {"women": 1, "smokers": 3} and turned_away() == {("smokers", True): 1}
    link = re.search(r'<a class=tap href="/i/[^"?]+(\?[^"]+)">修改我的回答</a>', one.html)
    assert link
    one.open(html.unescape(link[1]))
    one.send(gender="m")
    one.send(smokes="no")
    one.send(visits=2)
    assert "修改已保存" in one.html
    assert counts() == {"women": 0, "smokers": 2}
    answered(invited.guest(runner), "m", "yes")
    again = re.search(r'<a class=tap href="/i/[^"?]+(\?[^"]+)">修改我的回答</a>', one.html)
    assert again
    one.open(html.unescape(again[1]))
    one.send(gender="f")
    one.send(smokes="yes")
    one.send(visits=2)
    assert counts() == {"women": 1, "smokers": 4}  # it was taken before, and is marked
    assert sorted(row.quotas or "" for row in rows_of(select(Response))) == ["smokers"] * 3 + ["women smokers+"]


@pytest.mark.anonymity
def test_the_counters_do_not_keep_which_ballot_moved_them_last(person: Person) -> None:
    for _ in range(3):
        answered(person(FILE))
    settling.forget_arrivals(now=clock.now())
    if db.engine.dialect.name != "postgresql":
        made = db.session.scalars(db.text("SELECT sql FROM sqlite_master WHERE name IN ('quota', 'turned_away')"))
        assert ["WITHOUT ROWID" in sql for sql in made] == [True, True]  # no place tells an order
        return
    written = "SELECT array_agg(xmin::text) FROM "
    counters, ballots = (
        set(db.session.execute(db.text(written + table)).scalar_one()) for table in ("quota", "ballot")
    )
    assert not counters & ballots
