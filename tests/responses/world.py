"""A small chain with one published questionnaire, and answers made as the respondent's side makes them."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from survey_app import clock, tokens, web
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import waves
from survey_app.distribution.models import Collector
from survey_app.organisation.models import Region, Shop
from survey_app.responses import ballots
from survey_app.responses.ballots import Ticket
from survey_app.responses.recording import Submission


@dataclass
class World:
    """Ids of what is there; doors by shop (None: the open link)."""

    questionnaire_id: int
    version_id: int
    wave_id: int
    today: date
    shops: list[int]
    doors: dict[int | None, str] = field(default_factory=dict)

    @property
    def day(self) -> int:
        return clock.day_from_date(self.today)


def make_world(*, shops: int = 2, now: datetime | None = None, definition: dict[str, Any] | None = None) -> World:
    """Needs an application context; commits."""
    now = now or clock.now()
    questionnaire = Questionnaire(
        name="visit", title={"zh-CN": "到店"}, mode="anonymous", draft={}, created_at=now, updated_at=now
    )
    db.session.add(questionnaire)
    db.session.flush()
    version = Version(
        questionnaire_id=questionnaire.id, number=1, definition=definition or {}, digest="0" * 64, seconds=60,
        published_at=now,
    )  # fmt: skip
    region = Region(code="east", name="华东")
    db.session.add_all([version, region])
    db.session.flush()
    places = [Shop(code=f"s{i}", name=f"{i}号店", region_id=region.id) for i in range(shops)]
    db.session.add_all(places)
    db.session.flush()
    wave = waves.ensure_wave(questionnaire_id=questionnaire.id, now=now)
    world = World(questionnaire.id, version.id, wave.id, clock.china(now).date(), [shop.id for shop in places])
    for shop_id in (None, *world.shops):
        door = world.doors[shop_id] = tokens.short_code(6)
        db.session.add(
            Collector(
                code=door,
                kind="shop" if shop_id else "link",
                name="",
                questionnaire_id=questionnaire.id,
                version_id=version.id,
                shop_id=shop_id,
                created_at=now - timedelta(days=1),
            )  # fmt: skip
        )
    db.session.commit()
    return world


def mint(world: World, shop_id: int | None = None) -> Ticket:
    """A fresh code of one of the doors."""
    return ballots.mint(web.vault(), wave_id=world.wave_id, door=world.doors[shop_id])


def answer(world: World, *, ticket: Ticket | None = None, shop_id: int | None = None, **more: Any) -> Submission:
    """A submission as the page sends it; any field may be set."""
    fields: dict[str, Any] = {
        "ticket": ticket or mint(world, shop_id),
        "nonce": ballots.new_nonce(),
        "rc": ballots.new_delete_code(),
        "version_id": world.version_id,
        "mode": "anonymous",
        "shop_id": shop_id,
        "place": "",
        "channel": "shop" if shop_id else "link",
        "language": "zh-CN",
        "day": world.day,
        "speed": "normal",
        "straightline": False,
        "consent_version": 1,
        "answers": {"overall": 5},
    }
    return Submission(**(fields | more))
