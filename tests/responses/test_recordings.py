"""Spoken answers: sealed, taken along by the submit, written down once, then gone."""

import shlex
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from survey_app import clock, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.responses import ballots, recordings
from survey_app.responses.models import Comment, Recording, Response
from survey_app.responses.recording import Outcome, Recorder
from survey_app.responses.recordings import MARKS, is_audio, spoken_in
from survey_app.speech import NotUnderstood, Transcriber, transcriber
from tests.responses.world import World, answer, make_world, mint

AUDIO = b"\x1aE\xdf\xa3" + bytes(range(256)) * 8
MARK = MARKS["zh"]


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


@pytest.fixture
def recorder(app: Flask) -> Recorder:
    return Recorder(app.extensions["survey_settings"], web.vault())


@pytest.fixture
def engine(tmp_path: Path) -> Transcriber:
    """A program that understands what it gets: it prints how much that was, and the language."""
    program = tmp_path / "listen.py"
    program.write_text(
        "import sys; body = sys.stdin.buffer.read(); print('配送太慢', len(body), sys.argv[1])", encoding="utf-8"
    )
    found = transcriber(shlex.join([sys.executable, str(program)]))
    assert found is not None
    return found


def speak(
    recorder: Recorder, world: World, ticket: ballots.Ticket, *, variable: str = "why", body: bytes = AUDIO
) -> None:
    recordings.keep(recorder, web.vault(), ticket, variable=variable, language="zh-CN", day=world.day, body=body)


def submit(recorder: Recorder, world: World, ticket: ballots.Ticket, text: str, nonce: str = "") -> Outcome:
    texts = {"why": text} if text else {}
    return recorder.submit(
        answer(world, ticket=ticket, texts=texts, spoken=spoken_in(texts, ["why"]), nonce=nonce or ballots.new_nonce())
    )


def left() -> list[Recording]:
    """The recordings that are there; leaves no transaction open."""
    db.session.rollback()
    found = list(db.session.query(Recording))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_a_recording_goes_with_the_answer_and_becomes_its_text(
    app: Flask, world: World, recorder: Recorder, engine: Transcriber
) -> None:
    ticket = mint(world)
    speak(recorder, world, ticket)
    assert AUDIO not in left()[0].body  # sealed
    submit(recorder, world, ticket, f"还有 {MARK}，请打 13812345678")
    (kept,) = left()
    assert kept.nullifier is None and kept.response_id == db.session.query(Response).one().id
    db.session.rollback()
    assert recordings.write_down(engine=engine) == 1
    comment = db.session.query(Comment).one()
    assert comment.redacted == f"还有 配送太慢 {len(AUDIO)} zh-CN，请打 〔电话〕"
    place = recordings.comment_place(comment.response_id, "why")
    assert "13812345678" in web.vault().unseal(comment.raw or "", place=place)
    assert left() == []
    assert recordings.write_down(engine=engine) == 0


def test_who_deletes_the_mark_has_thrown_the_recording_away(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    speak(recorder, world, ticket)
    speak(recorder, world, ticket, variable="other")
    submit(recorder, world, ticket, "算了")
    assert left() == []


def test_a_second_recording_of_a_question_replaces_the_first(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    speak(recorder, world, ticket)
    speak(recorder, world, ticket, body=AUDIO + b"more")
    assert len(left()) == 1


def test_a_retry_of_the_submit_takes_nothing_twice(world: World, recorder: Recorder) -> None:
    ticket, nonce = mint(world), ballots.new_nonce()
    speak(recorder, world, ticket)
    assert submit(recorder, world, ticket, MARK, nonce) is Outcome.STORED
    assert submit(recorder, world, ticket, MARK, nonce) is Outcome.RETRY
    assert len(left()) == 1


def test_withdrawing_an_answer_takes_its_recording_too(world: World, recorder: Recorder) -> None:
    ticket, rc = mint(world), ballots.new_delete_code()
    speak(recorder, world, ticket)
    recorder.submit(answer(world, ticket=ticket, rc=rc, texts={"why": MARK}, spoken=("why",)))
    assert recorder.withdraw(rc)
    assert left() == []


def test_an_answer_without_a_day_gives_its_recording_none(world: World, recorder: Recorder) -> None:
    shop = world.shops[0]
    ticket = mint(world, shop)
    speak(recorder, world, ticket)
    recorder.submit(answer(world, ticket=ticket, shop_id=shop, texts={"why": MARK}, spoken=("why",)))
    assert db.session.query(Response).one().day is None
    assert left()[0].day is None
    now = clock.now()
    assert recordings.expire(now=now) == 0
    assert recordings.expire(now=now + timedelta(days=60)) == 1  # its wave is closed: nothing else would ever end it
    db.session.commit()


def test_what_nobody_understands_is_tried_five_times_and_said_so(
    world: World, recorder: Recorder, tmp_path: Path
) -> None:
    ticket = mint(world)
    speak(recorder, world, ticket)
    submit(recorder, world, ticket, MARK)
    deaf = Transcriber(shlex.join([sys.executable, "-c", "import sys; sys.exit(3)"]))
    for _ in range(4):
        assert recordings.write_down(engine=deaf) == 0
        assert len(left()) == 1
    recordings.write_down(engine=deaf)
    assert left() == []
    assert db.session.query(Comment).one().redacted == recordings.LOST["zh"]


@pytest.mark.parametrize("body", [b"", b"<html>" * 10, AUDIO + bytes(recordings.LARGEST)])
def test_what_is_no_recording_is_refused(world: World, recorder: Recorder, body: bytes) -> None:
    with pytest.raises(DomainError):
        speak(recorder, world, mint(world), body=body)
    assert left() == []


def test_time_ends_what_was_never_submitted_and_what_lost_its_answer(world: World, recorder: Recorder) -> None:
    now = clock.now()
    speak(recorder, world, mint(world))
    submitted = mint(world)
    speak(recorder, world, submitted)
    submit(recorder, world, submitted, MARK)
    db.session.rollback()
    assert recordings.expire(now=now + timedelta(days=14)) == 0
    assert recordings.expire(now=now + timedelta(days=15)) == 1
    db.session.query(Comment).delete()
    db.session.query(Response).delete()
    assert recordings.expire(now=now) == 1
    db.session.commit()


def test_containers_of_phones_are_known() -> None:
    assert is_audio(b"\x00\x00\x00\x1cftypmp42") and is_audio(b"OggS\x00") and is_audio(AUDIO)
    assert not is_audio(b"MZ\x90\x00") and not is_audio(b"")


def test_a_program_that_prints_nothing_has_understood_nothing() -> None:
    with pytest.raises(NotUnderstood):
        Transcriber(shlex.join([sys.executable, "-c", ""])).text_of(AUDIO, language="zh-CN")
    with pytest.raises(NotUnderstood):
        Transcriber("there-is-no-such-program").text_of(AUDIO, language="zh-CN")
    assert transcriber("") is None
