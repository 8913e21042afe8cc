"""Loading the sample chain into an unused installation: chain, staff, questionnaires, doors, and half a year of answers."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, events, installation
from survey_app.accounts import users
from survey_app.config import ROOT
from survey_app.database import db
from survey_app.demo import chain, history, people
from survey_app.demo.comments import Writer
from survey_app.demo.reaching import Reaching
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import collecting, waves
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.languages import N_
from survey_app.messaging import senders
from survey_app.organisation import branding, consent, logos, parts, shops, tiers
from survey_app.organisation.models import Department, Organisation, Region, Shop
from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.responses.models import Comment

LIBRARY = ROOT / "questionnaires"
SEED = 20_260_701
PUBLISHED = {"order-satisfaction": 1_800, "shop-visit": 2_350, "nps": 900}  # questionnaire -> answers
REACHED = "order-satisfaction"  # the one that buyers are invited to
DRAFTED = ("pharmacist-consultation",)
COUNTER, DESK = "收银台", "咨询台"


@dataclass(frozen=True, slots=True)
class Loaded:
    """What came in: answers per questionnaire, and comments."""

    answers: dict[str, int]
    comments: int


def load_sample_chain(app: Flask, *, now: datetime) -> Loaded:
    """Fill an unused installation with the sample chain; the caller commits.

    The same day and the same program give the same figures (ids and codes are random as always). Raises DomainError when the
    installation holds anything.
    """
    if not installation.is_unused():
        raise DomainError(N_("此安装已有数据，未载入示例。请用一个空的安装；重新载入示例请加 --reset。"))
    opened = now - timedelta(days=people.DAYS + 1)
    _make_chain(now=now)
    places = _make_shops()
    departments = _make_parts(places)
    _make_staff(places, departments, now=now)
    versions = {name: _publish(name, now=opened) for name in PUBLISHED}
    for name in DRAFTED:
        drafting.load_file(definition=_definition(name), by=COMMAND_LINE, now=now)
    for name, version in versions.items():
        _open_doors(name, version.questionnaire, places, now=opened)
    loaded = _answer_all(app, versions, now=now)
    waves.ensure_waves(now=now)
    events.record(
        "sample.loaded", None, by=COMMAND_LINE, answers=sum(loaded.answers.values()), comments=loaded.comments
    )
    return loaded


def _definition(name: str) -> Definition:
    file = LIBRARY / f"{name}.yaml"
    return loading.load_definition(file.read_bytes(), file=file.name)


def _make_chain(*, now: datetime) -> None:
    made = branding.brand(chain.COLOUR)
    row = db.session.get_one(Organisation, 1)
    row.name, row.name_en, row.help_phone = chain.NAME, chain.NAME_EN, chain.HELP_PHONE
    row.colour, row.brand, row.brand_soft = chain.COLOUR, made.brand, made.soft
    row.logo, row.logo_type = logos.clean_logo(chain.LOGO)
    row.privacy_text = dict(chain.PRIVACY)
    row.sample = True
    senders.add_pretending(now=now)
    consent.publish_consent(chain=row, by=COMMAND_LINE, now=now)


def _make_shops() -> dict[str, Shop]:
    regions: dict[str, Region] = {
        region.code: shops.create_region(code=region.code, name=region.name, name_en=region.name_en, by=COMMAND_LINE)
        for region in chain.REGIONS
    }
    return {
        shop.code: shops.create_shop(
            code=shop.code, name=shop.name, name_en=shop.name_en, region=regions[shop.region], by=COMMAND_LINE
        )
        for shop in chain.SHOPS
    }


def _make_parts(places: dict[str, Shop]) -> dict[str, Department]:
    """Departments, teams and customer tiers; returns the departments by code."""
    departments = {
        code: parts.create_department(code=code, name=name, name_en=name_en, by=COMMAND_LINE)
        for code, name, name_en in chain.DEPARTMENTS
    }
    for team in chain.TEAMS:
        parts.create_team(
            code=team.code, name=team.name, name_en=team.name_en, shop=places.get(team.shop or ""),
            department=departments.get(team.department or ""), by=COMMAND_LINE,
        )  # fmt: skip
    for code, name, name_en, spent, orders in chain.TIERS:
        tiers.create_tier(code=code, name=name, name_en=name_en, spent_cents=spent, orders=orders, by=COMMAND_LINE)
    return departments


def _make_staff(places: dict[str, Shop], departments: dict[str, Department], *, now: datetime) -> None:
    for person in chain.STAFF:
        user, _ = users.create_user(
            email=person.email,
            name=person.name,
            role=person.role,
            shop_id=places[person.shop].id if person.shop else None,
            department_id=departments[person.department].id if person.department else None,
            by=COMMAND_LINE,
            now=now,
        )
        users.set_password(user=user, password=chain.PASSWORD, by=COMMAND_LINE, now=now)


def _publish(name: str, *, now: datetime) -> Version:
    questionnaire = drafting.load_file(definition=_definition(name), by=COMMAND_LINE, now=now)
    return publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=now, note="")


def _open_doors(name: str, questionnaire: Questionnaire, places: dict[str, Shop], *, now: datetime) -> None:
    """An open link each; a poster at every till, and at the pharmacist's desk where a shop has one."""
    wanted: list[tuple[str, Shop | None, str]] = [("link", None, "")]
    if name != "order-satisfaction":
        wanted += [("shop", places[shop.code], COUNTER) for shop in chain.SHOPS]
    if name == "shop-visit":
        wanted += [("shop", places[shop.code], DESK) for shop in chain.SHOPS if shop.counter]
    for kind, shop, place in wanted:
        collecting.create_collector(
            kind=kind, questionnaire=questionnaire, shop=shop, place=place, name="", by=COMMAND_LINE, now=now
        )


def _answer_all(app: Flask, versions: dict[str, Version], *, now: datetime) -> Loaded:
    today = clock.china(now).date()
    vault = app.extensions["survey_vault"]
    recorder = history.recorder_in_session(app.extensions["survey_settings"], vault)
    consent_version = consent.ensure_consent(db.session, now).id
    writer = Writer(random.Random(SEED))
    answers = {}
    for name, version in versions.items():
        rng = random.Random(f"{SEED} {name}")
        person = people.Respondent(Definition.from_json(version.definition), rng=rng, writer=writer)
        visits = [
            people.with_history(v, today) for v in people.visits(name, count=PUBLISHED[name], today=today, rng=rng)
        ]
        answers[name] = history.write(
            recorder,
            version=version,
            told=((visit, person.answer(visit)) for visit in visits),
            vault=vault,
            consent_version=consent_version,
            now=now,
        )
        if name == REACHED:
            answers[name] += Reaching(version, recorder, person, now=now, seed=SEED).load(consent_version)
    history.let_age(vault=vault, now=now)
    return Loaded(answers, db.session.scalar(select(func.count()).select_from(Comment)) or 0)
