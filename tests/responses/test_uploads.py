"""Files of answers: how long they live, and that the order in which they came is forgotten."""

from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock, reactions, web
from survey_app.database import db
from survey_app.questionnaire.question_types.files import File
from survey_app.responses import ballots, settling, uploads
from survey_app.responses.models import Response, UploadedFile
from survey_app.responses.recording import Recorder
from tests.responses.world import World, answer, make_world, mint

PDF = b"%PDF-1.4\n%%EOF\n"
QUESTION = File(name="letter", type="file", accepts=("document",), text={"en": "Letter"})


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


@pytest.fixture
def recorder(app: Flask) -> Recorder:
    return Recorder(app.extensions["survey_settings"], web.vault())


def hand_over(recorder: Recorder, world: World, ticket: ballots.Ticket) -> str:
    return uploads.keep(recorder, web.vault(), ticket, question=QUESTION, day=world.day, body=PDF)


def submit(recorder: Recorder, world: World, ticket: ballots.Ticket, reference: str) -> None:
    given = {"letter": reference}
    recorder.submit(answer(world, ticket=ticket, answers=given, files=uploads.named_in(given, ["letter"])))


def left() -> list[UploadedFile]:
    db.session.rollback()
    found = list(db.session.query(UploadedFile))
    db.session.expunge_all()
    db.session.rollback()
    return found


def test_time_ends_what_was_never_submitted_and_what_lost_its_answer(world: World, recorder: Recorder) -> None:
    submitted, forgotten = mint(world), mint(world)
    submit(recorder, world, submitted, hand_over(recorder, world, submitted))
    hand_over(recorder, world, forgotten)
    now = clock.now()
    assert uploads.expire(now=now + timedelta(days=13)) == 0
    db.session.commit()
    assert uploads.expire(now=now + timedelta(days=16)) == 1
    db.session.commit()
    (kept,) = left()
    assert kept.response_id == db.session.query(Response).one().id
    db.session.query(Response).delete()
    db.session.commit()
    assert uploads.expire(now=now) == 1
    db.session.commit()
    assert left() == []


def test_a_file_that_the_answer_does_not_name_goes_with_the_submit(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    hand_over(recorder, world, ticket)
    recorder.submit(answer(world, ticket=ticket, files=()))
    assert left() == []


def test_files_are_written_anew_and_still_open(world: World, recorder: Recorder) -> None:
    for ticket in (mint(world), mint(world)):
        submit(recorder, world, ticket, hand_over(recorder, world, ticket))
    db.session.rollback()
    settling.forget_arrivals(now=clock.now())
    found = left()
    assert len(found) == 2
    assert [uploads.opened(web.vault(), file.id, file.body) for file in found] == [PDF, PDF]
    assert uploads.forget_order(periods=[world.day]) == 0  # nothing came since
    db.session.rollback()
    ticket = mint(world)
    submit(recorder, world, ticket, hand_over(recorder, world, ticket))
    assert uploads.forget_order(periods=[world.day]) == 3


def test_a_file_of_another_code_is_not_taken(world: World, recorder: Recorder) -> None:
    mine, other = mint(world), mint(world)
    reference = hand_over(recorder, world, other)
    assert not uploads.is_there(recorder, mine, reference)
    submit(recorder, world, mine, reference)
    (kept,) = left()
    assert kept.nullifier == other.nullifier and kept.response_id is None


def test_after_three_years_the_daily_task_ends_an_answer_and_its_file(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    submit(recorder, world, ticket, hand_over(recorder, world, ticket))
    _seconds, daily = reactions.EVERY["retention"]
    for days, kept in ((3 * 365 - 40, 1), (3 * 366 + 62, 0)):
        daily(clock.now() + timedelta(days=days))
        db.session.commit()
        assert (len(left()), db.session.query(Response).count()) == (kept, kept)
        db.session.rollback()


def test_sizes_are_stored_in_steps(world: World, recorder: Recorder) -> None:
    for filling in (b"", b"x" * 100, b"x" * 20_000):
        ticket = mint(world)
        uploads.keep(
            recorder, web.vault(), ticket, question=QUESTION, day=world.day, body=b"%PDF-1.4\n" + filling + b"\n%%EOF\n"
        )
    sizes = {len(file.body) for file in left()}
    assert len(sizes) == 1 and sizes.pop() > uploads.STEP
