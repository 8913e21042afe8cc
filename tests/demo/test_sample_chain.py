"""The sample chain: loaded whole, the same every time, valid, and only ever removable where it is the sample."""

import random
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, installation
from survey_app.accounts import passwords
from survey_app.accounts.models import ROLES, User
from survey_app.database import db
from survey_app.demo import chain, load_sample_chain, loading, people, reset_sample_chain, welcome
from survey_app.demo.comments import LONGEST, Writer
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution.models import Collector, Wave
from survey_app.errors import DomainError
from survey_app.organisation.models import Organisation, Region, Shop
from survey_app.questionnaire import validation
from survey_app.questionnaire.definition import Definition
from survey_app.responses.models import Ballot, Comment, Response
from tests.conftest import make_settings

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)


@pytest.fixture(scope="module")
def loaded(templates: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """One sample chain on SQLite for the tests that only look at it."""
    import shutil

    from survey_app import create_app

    folder = tmp_path_factory.mktemp("sample") / "instance"
    shutil.copytree(templates.get("sqlite", "").instance, folder)
    app = create_app(make_settings(folder))
    with app.app_context():
        started = time.monotonic()
        load_sample_chain(app, now=NOW)
        db.session.commit()
        app.config["SECONDS"] = time.monotonic() - started
        yield app
        db.session.remove()
        db.engine.dispose()


def count(model: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(model).where(*conditions)) or 0


def figures() -> list[Any]:
    """Everything about the stored answers that is not random by design."""
    rows = db.session.execute(
        select(
            Questionnaire.name,
            Wave.month,
            Shop.code,
            Response.place,
            Response.day,
            Response.language,
            Response.speed,
            Response.answers,
        )
        .join(Version, Response.version_id == Version.id)
        .join(Questionnaire, Version.questionnaire_id == Questionnaire.id)
        .join(Wave, Response.wave_id == Wave.id)
        .outerjoin(Shop, Response.shop_id == Shop.id)
    ).all()
    texts = db.session.execute(select(Comment.variable, Comment.redacted)).all()
    return sorted(map(repr, rows)) + sorted(map(repr, texts))


def test_it_has_twelve_shops_in_four_regions_staff_of_every_role_and_three_published_questionnaires(
    loaded: Flask,
) -> None:
    assert (count(Shop), count(Region)) == (12, 4)
    assert {user.role for user in db.session.scalars(select(User))} == set(ROLES)
    assert count(Version) == 3 and count(Questionnaire) == 4  # and one draft
    row = db.session.get_one(Organisation, 1)
    assert row.sample and row.name == chain.NAME and row.logo and len(row.logo) <= 2_048


def test_it_holds_about_five_thousand_answers_over_six_months(loaded: Flask) -> None:
    assert 4_800 <= count(Response) == count(Ballot) <= 5_200
    assert 1_200 <= count(Comment) <= 2_500
    days = db.session.execute(select(func.min(Response.day), func.max(Response.day))).one()
    assert 170 <= days[1] - days[0] <= 184
    assert days[1] < clock.day_number(NOW), "nobody answered in the future"


def test_it_loads_within_fifteen_seconds(loaded: Flask) -> None:
    assert loaded.config["SECONDS"] < 15


def test_every_answer_is_valid_and_on_the_path_of_its_version(loaded: Flask) -> None:
    definitions = {v.id: Definition.from_json(v.definition) for v in db.session.scalars(select(Version))}
    for version_id, answers in db.session.execute(select(Response.version_id, Response.answers)):
        definition = definitions[version_id]
        assert validation.settle(definition, answers, {})[0] == answers
        assert validation.complete(definition, answers, {}) == []


def test_answers_look_like_real_ones(loaded: Flask) -> None:
    assert count(Response, Response.id.op(">>")(46) != func.coalesce(Response.day, Response.id.op(">>")(46))) == 0
    assert count(Response, Response.mode != "anonymous") == count(Response, Response.test) == 0
    # rule 12: the first ten of a shop and wave keep no day
    for wave_id, shop_id, n in db.session.execute(
        select(Response.wave_id, Response.shop_id, func.count())
        .where(Response.shop_id.is_not(None))
        .group_by(Response.wave_id, Response.shop_id)
    ):
        without = count(Response, Response.wave_id == wave_id, Response.shop_id == shop_id, Response.day.is_(None))
        assert without == min(n, 10)
    speeds = Counter(db.session.scalars(select(Response.speed)))
    assert 0.01 < speeds["fast"] / speeds.total() < 0.12 and 0.01 < speeds["slow"] / speeds.total() < 0.12


def test_keys_of_long_closed_waves_are_gone_and_those_of_open_waves_are_there(loaded: Flask) -> None:
    vault = loaded.extensions["survey_vault"]
    for wave in db.session.scalars(select(Wave)):
        destroyed = wave.closes_on <= TODAY - timedelta(days=30)
        assert (wave.destroyed_at is not None) == destroyed
        assert (vault.wave_fingerprint(wave.id) is None) == destroyed
    assert count(Wave, Wave.month == date(2026, 12, 1)) == 3


def test_raw_text_is_sealed_while_it_is_young_and_gone_when_it_is_old(loaded: Flask) -> None:
    old = TODAY - timedelta(days=30)
    chosen = select(Response.day, Wave.closes_on, Comment.raw).join(Comment).join(Wave, Wave.id == Response.wave_id)
    for day, closes_on, raw in db.session.execute(chosen):
        assert (raw is None) == ((closes_on if day is None else clock.date_from_day(day)) <= old)


def test_telephone_numbers_in_comments_are_redacted(loaded: Flask) -> None:
    assert count(Comment, Comment.redacted.like("%1990000%")) == 0
    assert count(Comment, Comment.redacted.like("%〔电话〕%")) >= 3


def test_one_shop_improves_one_has_a_bad_month_and_one_is_too_small_to_be_shown(loaded: Flask) -> None:
    ids = {shop.code: shop.id for shop in db.session.scalars(select(Shop))}
    version = db.session.scalar(select(Version).join(Questionnaire).where(Questionnaire.name == "shop-visit"))
    assert version is not None

    def mean(code: str, *months: int) -> float:
        given = db.session.scalars(
            select(Response.answers)
            .join(Wave)
            .where(
                Response.version_id == version.id,
                Response.shop_id == ids[code],
                Wave.month.in_([date(2026, month, 1) for month in months]),
            )
        )
        overall = [answers["overall"] for answers in given]
        return sum(overall) / len(overall)

    assert mean(chain.IMPROVING, 10, 11) - mean(chain.IMPROVING, 6, 7) > 0.4
    assert mean(chain.DIPPING, 6, 7) - mean(chain.DIPPING, 9) > 0.4
    assert 0 < count(Response, Response.shop_id == ids[chain.NEWEST], Response.version_id == version.id) < 10


def test_comments_vary_and_are_as_long_as_what_people_write(loaded: Flask) -> None:
    said = list(db.session.scalars(select(Comment.redacted).where(Comment.variable == "comment")))
    assert len(set(said)) / len(said) > 0.9
    assert max(map(len, said)) <= LONGEST + 4  # a tag may be longer than what it hides
    assert sum(len(text) >= 6 for text in said) / len(said) > 0.9


def test_there_is_an_open_link_for_each_questionnaire_and_a_poster_for_every_shop(loaded: Flask) -> None:
    assert count(Collector, Collector.kind == "link") == 3
    posters = db.session.execute(select(Collector.shop_id, Collector.place).where(Collector.kind == "shop")).all()
    assert len({shop_id for shop_id, _ in posters}) == 12
    assert {place for _, place in posters} == {"收银台", "咨询台"}


def test_the_welcome_names_every_role_and_at_least_three_links_on_lines_of_their_own(loaded: Flask) -> None:
    lines = welcome(public_url="http://127.0.0.1:8123")
    codes = {door.code for door in db.session.scalars(select(Collector))}
    links = [line for line in lines if line.startswith("http://127.0.0.1:8123/s/")]
    assert len(links) >= 3 and {link.rsplit("/", 1)[1] for link in links} <= codes
    assert all(any(role in line for line in lines) for role in ROLES)
    assert any(chain.PASSWORD in line for line in lines)


def test_the_printed_password_fits(loaded: Flask) -> None:
    for user in db.session.scalars(select(User)):
        assert passwords.is_right(chain.PASSWORD, user.password_hash) and user.active


def test_the_same_day_gives_the_same_answers() -> None:
    definition = loading._definition("nps")

    def told() -> list[people.Told]:
        rng, writer = random.Random(7), Writer(random.Random(7))
        person = people.Respondent(definition, rng=rng, writer=writer)
        return [person.answer(visit) for visit in people.visits("nps", count=50, today=TODAY, rng=rng)]

    assert told() == told()


def test_loading_again_after_a_reset_gives_the_same_figures(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "PUBLISHED", {"order-satisfaction": 60, "shop-visit": 90, "nps": 40})
    load_sample_chain(app, now=NOW)
    db.session.commit()
    before = figures()
    assert len(before) > 190
    reset_sample_chain(app)
    installation.install(app)
    assert count(Response) == count(User) == 0
    load_sample_chain(app, now=NOW)
    db.session.commit()
    installation.check(app)
    assert figures() == before


def test_an_installation_in_use_is_never_filled_or_emptied(app: Flask) -> None:
    from survey_app.accounts import users
    from survey_app.events import COMMAND_LINE

    users.create_user(email="own@example.org", role="administrator", by=COMMAND_LINE, now=NOW)
    db.session.commit()
    with pytest.raises(DomainError):
        load_sample_chain(app, now=NOW)
    with pytest.raises(DomainError):
        reset_sample_chain(app)
    assert count(User) == 1


def test_a_load_that_fails_leaves_the_installation_unused(sqlite_app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_: Any) -> None:
        raise DomainError("no")

    monkeypatch.setattr("survey_app.demo.history.let_age", fail)
    monkeypatch.setattr(loading, "PUBLISHED", {"order-satisfaction": 20, "shop-visit": 30, "nps": 10})
    with pytest.raises(DomainError):
        load_sample_chain(sqlite_app, now=NOW)
    db.session.rollback()
    assert installation.is_unused() and count(Response) == 0


def test_an_empty_installation_is_told_how_to_make_the_first_account(sqlite_app: Flask, tmp_path: Path) -> None:
    assert any("flask users create" in line for line in welcome(public_url="http://127.0.0.1:8000"))
