"""A submit is stored once, told rightly, and leaves nothing else behind."""

import hashlib
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import func, select

from survey_app import web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.responses import drafts
from survey_app.responses.committer import Committer
from survey_app.responses.models import Ballot, Comment, Draft, Response
from survey_app.responses.recording import DamagedForm, Outcome, Recorder, comment_place
from tests.responses.world import World, answer, mint


def count(model: type) -> int:
    number = db.session.scalar(select(func.count()).select_from(model))
    db.session.rollback()
    assert number is not None
    return number


def until(happened: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.001)


def test_an_answer_is_stored_with_its_comments_and_its_draft_is_gone(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    drafts.save(
        recorder,
        ticket,
        number=1,
        shop_id=None,
        version_id=world.version_id,
        last_question="q",
        day=world.day,
        content={},
    )
    form = answer(world, ticket=ticket, answers={"a": [1, "二"]}, texts={"why": "电话13812345678", "empty": ""})
    assert recorder.submit(form) is Outcome.STORED
    stored = db.session.scalars(select(Response)).one()
    assert stored.answers == {"a": [1, "二"]}
    assert stored.day == world.day
    assert stored.rc_hash == hashlib.sha256(form.rc.encode()).digest()
    comment = db.session.scalars(select(Comment)).one()
    assert comment.redacted == "电话〔电话〕"
    assert comment.raw is not None and "138" not in comment.raw
    assert web.vault().unseal(comment.raw, place=comment_place(stored.id, "why")) == "电话13812345678"
    assert count(Draft) == 0


def test_the_same_form_again_is_a_retry_and_another_answer_is_refused(world: World, recorder: Recorder) -> None:
    form = answer(world)
    assert recorder.so_far(form.ticket, form.nonce) is None
    assert recorder.submit(form) is Outcome.STORED
    assert recorder.submit(form) is Outcome.RETRY
    assert recorder.so_far(form.ticket, form.nonce) is Outcome.RETRY
    other = answer(world, ticket=form.ticket, answers={"overall": 1})
    assert recorder.submit(other) is Outcome.TAKEN
    assert recorder.so_far(form.ticket, other.nonce) is Outcome.TAKEN
    assert db.session.scalars(select(Response)).one().answers == {"overall": 5}


def test_parallel_submits_of_one_form_store_one_answer(world: World, recorder: Recorder) -> None:
    first = answer(world)
    second = answer(world, ticket=first.ticket, answers={"overall": 1})
    with ThreadPoolExecutor(50) as pool:
        told = list(pool.map(recorder.submit, [first, second] * 100))
    assert told.count(Outcome.STORED) == 1
    assert told.count(Outcome.RETRY) == 99 and told.count(Outcome.TAKEN) == 100
    assert count(Response) == count(Ballot) == 1


def test_a_withdrawn_answer_is_gone_and_cannot_be_given_again(world: World, recorder: Recorder) -> None:
    form = answer(world, texts={"why": "好"})
    recorder.submit(form)
    assert recorder.withdraw("2" * 16) is False
    assert recorder.withdraw(form.rc) is True
    assert recorder.withdraw(form.rc) is False
    assert (count(Response), count(Comment), count(Ballot)) == (0, 0, 1)
    assert recorder.submit(form) is Outcome.RETRY
    assert count(Response) == 0


def test_a_copied_delete_code_is_refused_and_spoils_no_other_answer(world: World, recorder: Recorder) -> None:
    form = answer(world)
    recorder.submit(form)
    copied = answer(world, rc=form.rc)
    others = [answer(world) for _ in range(20)]
    with ThreadPoolExecutor(21) as pool:
        stored = [pool.submit(recorder.submit, other) for other in others]
        refused = pool.submit(recorder.submit, copied)
    with pytest.raises(DamagedForm):
        refused.result()
    assert [future.result() for future in stored] == [Outcome.STORED] * 20
    assert count(Response) == count(Ballot) == 21


def test_the_first_ten_answers_of_a_shop_keep_no_day(world: World, recorder: Recorder) -> None:
    shop = world.shops[0]
    for _ in range(12):
        recorder.submit(answer(world, shop_id=shop))
    recorder.submit(answer(world, shop_id=world.shops[1]))
    days = list(db.session.scalars(select(Response.day).where(Response.shop_id == shop)))
    assert sorted(map(str, days)) == [str(world.day)] * 2 + ["None"] * 10
    assert sorted(map(str, db.session.scalars(select(Ballot.day)))) == [str(world.day)] * 2 + ["None"] * 11
    assert db.session.scalars(select(Response.day).where(Response.shop_id == world.shops[1])).one() is None


def test_test_answers_make_no_shop_large(world: World, recorder: Recorder) -> None:
    shop = world.shops[0]
    for _ in range(12):
        recorder.submit(answer(world, shop_id=shop, test=True))
    recorder.submit(answer(world, shop_id=shop))
    assert set(db.session.scalars(select(Response.day))) == {None}


def test_an_id_that_is_taken_is_drawn_again(world: World, recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([7, 7, 8])
    monkeypatch.setattr("survey_app.responses.recording.secrets.randbits", lambda _bits: next(drawn))
    assert recorder.submit(answer(world)) is Outcome.STORED
    assert recorder.submit(answer(world, texts={"why": "好"})) is Outcome.STORED
    day = world.day << 46
    assert sorted(db.session.scalars(select(Response.id))) == [day | 7, day | 8]
    assert list(db.session.scalars(select(Comment.response_id))) == [day | 8]


def test_the_order_inside_a_transaction_is_not_the_order_of_arrival(sqlite_settings: Settings) -> None:
    committer, came, ran = Committer(sqlite_settings.sqlite_path), list(range(30)), list[int]()
    holder = sqlite3.connect(sqlite_settings.sqlite_path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    def run(number: int, _connection: sqlite3.Connection) -> None:
        ran.append(number)

    def is_waiting(number: int) -> bool:
        return len(committer._waiting) > number

    with ThreadPoolExecutor(30) as pool:
        for number in came:
            pool.submit(committer.write, partial(run, number))
            until(partial(is_waiting, number))
        holder.execute("ROLLBACK")
    committer.close()
    assert sorted(ran) == came and ran != came  # equal once in 30! runs


def test_an_id_tells_the_stored_day_or_the_month_and_nothing_finer(world: World, recorder: Recorder) -> None:
    recorder.submit(answer(world, shop_id=world.shops[0]))
    recorder.submit(answer(world))
    without, with_day = db.session.scalars(select(Response).order_by(Response.shop_id.is_(None))).all()
    assert without.id >> 46 == world.day - world.today.day + 1
    assert with_day.id >> 46 == world.day


def test_many_answers_in_one_transaction_obey_the_same_rules(world: World, recorder: Recorder) -> None:
    forms = [answer(world, shop_id=world.shops[0], texts={"why": "好"}) for _ in range(30)]
    assert recorder.bulk(forms) == 30
    assert recorder.bulk(forms) == 0
    assert count(Comment) == count(Response) == 30
    assert db.session.scalar(select(func.count()).where(Response.day.is_(None))) == 10
