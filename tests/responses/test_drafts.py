"""A draft comes back only to the holder of its code, dies after 14 days, and then is a count."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.database import db
from survey_app.responses import drafts
from survey_app.responses.ballots import Ticket
from survey_app.responses.models import BreakOff, Draft
from survey_app.responses.recording import Outcome, Recorder
from tests.responses.world import World, answer, make_world, mint


def save(recorder: Recorder, world: World, ticket: Ticket, number: int = 1, **content: object) -> bool:
    return drafts.save(
        recorder, ticket, number=number, shop_id=None, version_id=world.version_id, last_question="overall",
        day=world.day, content=content,
    )  # fmt: skip


def test_a_draft_comes_back_as_it_was_saved(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    assert drafts.load(recorder, ticket) is None
    assert save(recorder, world, ticket, 3, answers={"overall": 2}, texts={"why": "等太久\n了😷"})
    found = drafts.load(recorder, ticket)
    assert found is not None
    assert (found.number, found.version_id, found.last_question) == (3, world.version_id, "overall")
    assert found.content == {"answers": {"overall": 2}, "texts": {"why": "等太久\n了😷"}}
    assert drafts.load(recorder, mint(world)) is None


def test_a_late_save_with_an_old_number_is_dropped(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    assert save(recorder, world, ticket, 5, page=2)
    assert not save(recorder, world, ticket, 4, page=1)
    assert save(recorder, world, ticket, 6, page=3)
    found = drafts.load(recorder, ticket)
    assert found is not None and found.content == {"page": 3}


def test_a_save_after_the_submit_leaves_no_draft(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    assert recorder.submit(answer(world, ticket=ticket)) is Outcome.STORED
    assert not save(recorder, world, ticket, 9)
    assert drafts.load(recorder, ticket) is None


def test_the_stored_body_shows_neither_words_nor_length(world: World, recorder: Recorder) -> None:
    for words in ("一", "肚子疼" * 50):
        save(recorder, world, mint(world), texts={"reason_why": words})
    bodies = list(db.session.scalars(select(Draft.body)))
    assert len({len(body) for body in bodies}) == 1
    assert all("肚子疼".encode() not in body and b"reason_why" not in body for body in bodies)


def test_a_large_draft_grows_in_steps_of_one_kilobyte(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    save(recorder, world, ticket, texts={"why": "长" * 2000})
    body = db.session.scalars(select(Draft.body)).one()
    assert (len(body) - 12 - 16) % 1024 == 0 and len(body) > 6000


def test_a_draft_that_cannot_be_opened_is_as_good_as_none(world: World, recorder: Recorder) -> None:
    ticket = mint(world)
    save(recorder, world, ticket, 9)
    row = db.session.scalars(select(Draft)).one()
    row.body = bytes(len(row.body))
    db.session.commit()
    assert drafts.load(recorder, ticket) is None
    assert save(recorder, world, ticket, 1, page=1)


def test_drafts_die_after_fourteen_days_and_become_counts(world: World, recorder: Recorder) -> None:
    for _ in range(3):
        save(recorder, world, mint(world))
    now = clock.now()
    assert drafts.expire(now=now + timedelta(days=14)) == 0
    db.session.commit()
    assert drafts.expire(now=now + timedelta(days=15)) == 3
    db.session.commit()
    counted = db.session.scalars(select(BreakOff)).one()
    assert (counted.version_id, counted.last_question, counted.count) == (world.version_id, "overall", 3)
    assert clock.date_from_day(counted.week).weekday() == 0 and 0 <= world.day - counted.week < 7
    assert db.session.scalar(select(func.count()).select_from(Draft)) == 0
    db.session.commit()
    save(recorder, world, mint(world))
    drafts.expire(now=now + timedelta(days=20))
    db.session.commit()
    assert db.session.scalars(select(BreakOff.count)).one() == 4


def test_no_word_of_a_draft_and_no_code_is_in_the_database_files(sqlite_app: Flask) -> None:
    settings, world = sqlite_app.extensions["survey_settings"], make_world()
    recorder = Recorder(settings, sqlite_app.extensions["survey_vault"])
    form = answer(world)
    save(recorder, world, form.ticket, texts={"why": "unmistakable-words"})
    during = b"".join(path.read_bytes() for path in settings.instance.glob("survey.sqlite*"))
    recorder.submit(form)
    recorder.close()
    content = during + b"".join(path.read_bytes() for path in settings.instance.glob("survey.sqlite*"))
    assert form.ticket.nullifier in content  # so the search does look at the right bytes
    for secret in (b"unmistakable-words", form.ticket.code.encode(), form.nonce.encode(), form.rc.encode()):
        assert secret not in content
