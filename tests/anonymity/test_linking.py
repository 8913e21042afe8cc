"""A copy of the database beside an exact log of arrivals tells nobody who answered what (privacy.md 12, open doors).

People come through shop posters and an open link, in three waves, on several days, to shops of very different size; some
leave drafts, retry or withdraw. The attacker has no keys.
"""

import hashlib
import random
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from survey_app import clock, web
from survey_app.config import Settings
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.distribution.models import Wave
from survey_app.responses import ballots, drafts, settling
from survey_app.responses.models import Ballot, Comment, Draft, Response
from survey_app.responses.recording import SMALL_SHOP, Recorder
from tests.anonymity.attack import Visit, bound, dumped, groups_of_people, linked, orders_in_files, orders_of_columns
from tests.responses.world import World, answer, make_world

SIZES = (1, 2, 3, 5, 8, 13, 21, 34, 55, 89)


def run(app: Flask, people_per_wave: int, seed: int) -> tuple[World, list[Visit], list[str]]:
    """Three waves of people; the log in the order they came, and every code that was given out."""
    rng = random.Random(seed)
    now = clock.now()
    world = make_world(shops=len(SIZES), now=now)
    month = clock.month_of(world.today)
    later = clock.next_month(month)
    ids = [world.wave_id] + [
        waves.ensure_wave(questionnaire_id=world.questionnaire_id, now=now, month=m).id
        for m in (later, clock.next_month(later))
    ]
    db.session.commit()
    recorder = Recorder(app.extensions["survey_settings"], web.vault())
    log, codes = [], []
    for wave_id in ids:
        for person in range(people_per_wave):
            shop_id = rng.choices([None, *world.shops], weights=[40, *SIZES])[0]
            visit = Visit(len(log), wave_id, shop_id, world.day - 2 + 3 * person // people_per_wave)
            codes.append(_answer(recorder, world, visit, rng))
            log.append(visit)
    recorder.close()
    return world, log, codes


def _answer(recorder: Recorder, world: World, visit: Visit, rng: random.Random) -> str:
    ticket = ballots.mint(web.vault(), wave_id=visit.wave_id, door=world.doors[visit.shop_id])
    if rng.random() < 0.3:
        drafts.save(
            recorder, ticket, number=1, shop_id=visit.shop_id, version_id=world.version_id, last_question="overall",
            day=visit.day, content={"person": visit.person},
        )  # fmt: skip
    texts = {"why": f"意见{visit.person}"} if rng.random() < 0.5 else {}
    form = answer(
        world, ticket=ticket, shop_id=visit.shop_id, day=visit.day, texts=texts, answers={"person": visit.person}
    )
    for _ in range(2 if rng.random() < 0.1 else 1):
        recorder.submit(form)
    if rng.random() < 0.05:  # someone who stops half-way
        left = ballots.mint(web.vault(), wave_id=visit.wave_id, door=world.doors[visit.shop_id])
        drafts.save(
            recorder, left, number=1, shop_id=visit.shop_id, version_id=world.version_id, last_question="overall",
            day=visit.day, content={},
        )  # fmt: skip
    return ticket.code


def rows_with_orders(settings: Settings) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All answers, and every order that this database remembers beyond its columns."""
    raw = dict(db.session.execute(select(Comment.response_id, Comment.raw)).tuples().all())
    table = Response.__table__
    hidden = (
        ", ctid::text::point AS place, xmin::text::bigint AS wrote" if not settings.is_sqlite else ", rowid AS place"
    )
    places = db.session.execute(text(f"SELECT id{hidden} FROM response")).mappings()
    extra = {row["id"]: row for row in places}
    rows = [
        {**row, "raw": raw.get(row["id"]), "person": row["answers"]["person"], "hidden": extra[row["id"]]}
        for row in db.session.execute(select(table)).mappings()
    ]
    db.session.rollback()
    if settings.is_sqlite:
        return rows, {"rowid": lambda row: row["hidden"]["place"], **orders_in_files(settings.instance)}
    return rows, {
        "ctid": lambda row: tuple(map(int, row["hidden"]["place"].strip("()").split(","))),
        "xmin": lambda row: row["hidden"]["wrote"],
    }


def attack(settings: Settings, log: list[Visit], *, hidden: bool) -> None:
    people = groups_of_people(log, SMALL_SHOP)
    mean, limit = bound(people)
    rows, more = rows_with_orders(settings)
    orders = orders_of_columns() | (more if hidden else {})
    assert linked(rows, people, lambda row: row["person"]) == 1  # the attack names everybody when an order is left
    rates = {name: linked(rows, people, key) for name, key in orders.items()}
    print(
        f"\nguessing {mean:.3f}, limit {limit:.3f}; " + ", ".join(f"{name} {rate:.3f}" for name, rate in rates.items())
    )
    assert max(rates.values()) <= limit


def check(app: Flask, settings: Settings, people_per_wave: int, seed: int) -> None:
    _world, log, codes = run(app, people_per_wave, seed)
    attack(settings, log, hidden=False)
    for later in (0, 31, 62):  # answers without a day stand at the first of each wave's month
        settling.forget_arrivals(now=clock.now() + timedelta(days=later))
    attack(settings, log, hidden=True)
    known = {tries(code) for code in codes for tries in GUESSES}
    used = set(db.session.scalars(select(Ballot.nullifier))) | set(db.session.scalars(select(Draft.nullifier)))
    assert len(used) >= len(codes) and not known & used  # every code ever given out, but no key: 0 matches
    db.session.rollback()


GUESSES = (
    lambda code: hashlib.sha256(code.encode()).digest(),
    lambda code: hashlib.sha256(code[:18].encode()).digest(),
    lambda code: hashlib.blake2b(code.encode(), digest_size=32).digest(),
    lambda code: code.encode(),
)


@pytest.mark.anonymity
def test_a_copy_of_the_database_and_the_log_of_arrivals_link_nobody(app: Flask, settings: Settings, full: bool) -> None:
    check(app, settings, 2_000 if full else 300, seed=1)


@pytest.mark.anonymity
def test_a_dump_shows_answers_in_the_order_of_their_random_ids(sqlite_app: Flask) -> None:
    settings = sqlite_app.extensions["survey_settings"]
    world = make_world()
    recorder = Recorder(settings, web.vault())
    for person in range(200):
        recorder.submit(answer(world, answers={"person": person}))
    recorder.close()
    lines = dumped(settings.sqlite_path)
    order = [int(line.rsplit('"person":', 1)[1].split("}")[0]) for line in lines]
    hits = sum(place == person for place, person in enumerate(order))
    assert len(order) == 200 and hits <= 8  # a random order puts one person on average in the right place


@pytest.mark.anonymity
def test_settling_changes_no_answer_and_no_comment(app: Flask) -> None:
    world = make_world()
    recorder = Recorder(app.extensions["survey_settings"], web.vault())
    forms = [answer(world, shop_id=world.shops[0], texts={"why": f"第{i}条"}, answers={"n": i}) for i in range(30)]
    recorder.bulk(forms)

    def everything() -> list[Any]:
        tables = (Response.__table__, Comment.__table__)
        found = [sorted(map(repr, db.session.execute(select(table)).tuples())) for table in tables]
        db.session.rollback()
        return found

    before = everything()
    assert settling.settle(now=clock.now()) == 30
    db.session.commit()
    assert everything() == before
    assert recorder.withdraw(forms[3].rc) is True
    recorder.close()


@pytest.mark.anonymity
def test_answers_without_a_day_are_settled_for_as_long_as_their_campaign_runs(app: Flask) -> None:
    world = make_world()
    begin = world.today - timedelta(days=12)
    wave = db.session.get_one(Wave, world.wave_id)
    wave.kind, wave.month = "campaign", begin  # such answers stand at its first day
    db.session.commit()
    recorder = Recorder(app.extensions["survey_settings"], web.vault())
    recorder.bulk([answer(world, shop_id=world.shops[0]) for _ in range(5)])
    recorder.close()
    assert set(db.session.scalars(select(Response.day))) == {None}
    assert settling.settle(now=clock.now()) == 5
    db.session.rollback()
