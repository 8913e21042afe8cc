"""Long answers overflow into pages of their own on SQLite: which pages they get tells nobody when they came (privacy.md 12).

Who takes rows out and puts them back in a fixed order gives each one pages that anybody can compute back from a copy of the
database to those of its arrival. Only an order by chance cannot be computed back.
"""

import random
import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, create_app, installation, web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.responses import settling
from survey_app.responses.models import Comment, Response
from survey_app.responses.recording import Recorder
from tests.conftest import make_settings
from tests.responses.world import answer, make_world

Places = dict[int, int]


def settled(folder: Path) -> tuple[Places, Places]:
    """Where the long answers and the long texts of a copy lie in its file after its worker settled it, by id."""
    settings = make_settings(folder)
    app = create_app(settings)
    installation.use_secret(app)
    with app.app_context():
        settling.forget_arrivals(now=clock.now())
        answers = {row.id: row.answers["much"][-900:-800] for row in db.session.scalars(select(Response))}
        texts = {row.response_id: row.redacted[-900:-800] for row in db.session.scalars(select(Comment))}
        db.session.remove()
        db.engine.dispose()
    content = (folder / "survey.sqlite").read_bytes()
    found = tuple({number: content.find(words.encode()) for number, words in one.items()} for one in (answers, texts))
    assert len(texts) == len(answers) and all(place > 0 for places in found for place in places.values())
    return found[0], found[1]


@pytest.mark.anonymity
def test_nobody_can_compute_which_pages_a_long_answer_had_before(
    sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path
) -> None:
    rng, number = random.Random(5), 60
    world = make_world()
    recorder = Recorder(sqlite_settings, web.vault())
    for person in range(number):
        given = {"person": person, "much": rng.randbytes(1_500).hex()}
        recorder.submit(answer(world, answers=given, texts={"why": rng.randbytes(1_500).hex()}))
    recorder.close()
    db.session.remove()
    db.engine.dispose()
    copies = [tmp_path / name for name in ("one", "two")]
    for copy in copies:
        shutil.copytree(sqlite_settings.instance, copy)
    for first, second in zip(*(settled(copy) for copy in copies), strict=True):
        assert first.keys() == second.keys() and len(first) == number
        # one file, settled twice: what stays at the same place is there by chance
        assert sum(first[n] == second[n] for n in first) <= number / 5
