"""Collectors: the doors through which answers come. A link in the field keeps its version until it is switched."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql import Select

from survey_app import events, tokens
from survey_app.accounts.models import User
from survey_app.accounts.permissions import SHOP_STAFF
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.listing import Doors
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import variants, waves
from survey_app.distribution.models import Collector
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Shop

KINDS = ("link", "shop")
WIDGET = "widget"  # made by `widgets`, with the sites that may show it
HIDDEN = ("personal", "interview")  # nobody puts these up: they stand behind personal and signed links
CODE_LENGTH = 6
LONGEST_PLACE, LONGEST_NAME = 40, 120


def create_collector(
    *,
    kind: str,
    questionnaire: Questionnaire,
    by: Actor,
    now: datetime,
    shop: Shop | None = None,
    place: str = "",
    name: str = "",
    code: str | None = None,
    sites: Sequence[str] = (),
) -> Collector:
    """A door to the newest version. Needs a published version; makes the key periods that its answers will need.

    `code` was minted with the form: the same form sent again finds the door it made.
    """
    if code is not None:
        present = db.session.scalar(select(Collector).where(Collector.code == code))
        if present is not None:
            return present
    version = publishing.newest_version(questionnaire)
    if version is None:
        raise DomainError(N_("请先发布问卷，再创建链接或门店二维码。"))
    known = (*KINDS, WIDGET) if sites else KINDS
    if kind not in known or (kind == "shop") != (shop is not None):
        raise DomainError(N_("门店二维码需要选择门店，普通链接不需要。"))
    waves.ensure_wave(questionnaire_id=questionnaire.id, now=now)
    place = _one_line(place, LONGEST_PLACE)
    collector = Collector(
        code=code or free_code(),
        kind=kind,
        name=_one_line(name, LONGEST_NAME) or _default_name(shop, place),
        questionnaire_id=questionnaire.id,
        version_id=version.id,
        shop_id=shop.id if shop else None,
        place=place if shop else "",
        created_at=now,
        created_by_id=by.id,
        sites=list(sites),
    )
    db.session.add(collector)
    db.session.flush()
    events.record(
        "collector.created",
        collector,
        by=by,
        kind=kind,
        questionnaire=questionnaire.name,
        version=version.number,
        shop=shop.code if shop else None,
        place=place,
    )
    return collector


def create_for_shops(
    *, questionnaire: Questionnaire, shops: list[Shop], place: str, by: Actor, now: datetime
) -> list[Collector]:
    """One door per shop, each at the same place in it. A shop that has an open one for this place keeps it."""
    if not shops:
        raise DomainError(N_("请至少选择一个门店。")).at("shop")
    place = _one_line(place, LONGEST_PLACE)
    present = {
        collector.shop_id: collector
        for collector in db.session.scalars(
            select(Collector).where(
                Collector.questionnaire_id == questionnaire.id,
                Collector.kind == "shop",
                Collector.place == place,
                Collector.closed_at.is_(None),
            )
        )
    }
    return [
        present.get(shop.id)
        or create_collector(kind="shop", questionnaire=questionnaire, shop=shop, place=place, by=by, now=now)
        for shop in shops
    ]


def find_personal(questionnaire_id: int) -> Collector | None:
    """The row behind every personal link of a questionnaire, or None. It says which version these links show."""
    return db.session.scalar(
        select(Collector).where(Collector.questionnaire_id == questionnaire_id, Collector.kind == "personal")
    )


def ensure_personal(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> Collector:
    """The row behind personal links, made with the newest version when there is none. Needs a published version."""
    found = find_personal(questionnaire.id)
    if found is not None:
        return found
    version = publishing.newest_version(questionnaire)
    if version is None:
        raise DomainError(N_("请先发布问卷，再用它邀请顾客。"))
    collector = Collector(
        code=free_code(),
        kind="personal",
        name="",
        questionnaire_id=questionnaire.id,
        version_id=version.id,
        created_at=now,
        created_by_id=by.id,
    )
    try:
        with db.session.begin_nested():
            db.session.add(collector)
    except IntegrityError:  # somebody made it at the same moment
        found = find_personal(questionnaire.id)
        if found is None:
            raise
        return found
    waves.ensure_wave(questionnaire_id=questionnaire.id, now=now)
    return collector


def _one_line(text: str, longest: int) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:longest]


def _default_name(shop: Shop | None, place: str) -> str:
    return " · ".join(part for part in (shop.name, place) if part)[:LONGEST_NAME] if shop else ""


def free_code() -> str:
    """A code that no door has."""
    # 30 bits: a clash is rare, and the unique key of the table is the last word
    while True:
        code = tokens.short_code(CODE_LENGTH)
        if db.session.scalar(select(Collector.id).where(Collector.code == code)) is None:
            return code


def close(*, collector: Collector, by: Actor, now: datetime) -> None:
    """Take no more answers through this door; its page says so."""
    if collector.closed_at is None:
        collector.closed_at = now
        events.record("collector.closed", collector, by=by)


def reopen(*, collector: Collector, by: Actor, now: datetime) -> None:
    """Take answers again."""
    if collector.closed_at is not None:
        waves.ensure_wave(questionnaire_id=collector.questionnaire_id, now=now)
        collector.closed_at = None
        events.record("collector.reopened", collector, by=by)


def switch_version(*, collector: Collector, by: Actor, now: datetime) -> Version:
    """Show the newest version behind this door from now on; forms already open keep theirs."""
    if variants.is_tested(collector):
        raise DomainError(N_("A/B 测试正在进行，请先结束测试再切换版本。"))
    newest = publishing.newest_version(collector.questionnaire)
    if newest is None or newest.id == collector.version_id:
        raise DomainError(N_("已经是最新版本。"))
    before = collector.version.number
    collector.version_id = newest.id
    db.session.flush()
    db.session.expire(collector, ["version"])
    events.record("collector.version_switched", collector, by=by, before=before, after=newest.number)
    return newest


def visible_to(user: User) -> Select[Collector]:
    """The doors this person may see: of the own shop, of the shops of the own region, or all.

    Those behind personal links and interviews are nobody's doors: their codes are never shown.
    """
    query = select(Collector).where(Collector.kind.not_in(HIDDEN))
    if user.shop_id is not None:
        return query.where(Collector.shop_id == user.shop_id)
    if user.role == SHOP_STAFF:
        return query.where(Collector.id.is_(None))  # shop staff without a shop see none
    if user.region_id is not None:
        return query.join(Shop, Collector.shop_id == Shop.id).where(Shop.region_id == user.region_id)
    return query


def newest_version_ids(questionnaire_ids: Collection[int]) -> dict[int, int]:
    """Questionnaire id -> id of its newest version; one statement."""
    newest = (
        select(Version.questionnaire_id, func.max(Version.number).label("number"))
        .where(Version.questionnaire_id.in_(questionnaire_ids))
        .group_by(Version.questionnaire_id)
        .subquery()
    )
    same = (Version.questionnaire_id == newest.c.questionnaire_id) & (Version.number == newest.c.number)
    return dict(db.session.execute(select(Version.questionnaire_id, Version.id).join(newest, same)).tuples().all())


def doors_by_questionnaire() -> dict[int, Doors]:
    """How many doors each questionnaire has, open and closed; one statement."""
    closed = func.count(Collector.closed_at)
    counted = select(Collector.questionnaire_id, func.count() - closed, closed).where(Collector.kind.not_in(HIDDEN))
    counted = counted.group_by(Collector.questionnaire_id)
    return {key: Doors(still, over) for key, still, over in db.session.execute(counted)}


def first_codes(questionnaire_ids: Collection[int], user: User) -> dict[int, str]:
    """The code of the first open link (else of the first open shop's code) of each questionnaire that `user` may see."""
    chosen = visible_to(user).where(Collector.questionnaire_id.in_(questionnaire_ids), Collector.closed_at.is_(None))
    columns = chosen.with_only_columns(Collector.questionnaire_id, Collector.code)
    found: dict[int, str] = {}
    for questionnaire_id, code in db.session.execute(columns.order_by(Collector.kind, Collector.id)):
        found.setdefault(questionnaire_id, code)
    return found


def matches(collector: Collector, words: str) -> bool:
    """Whether every word occurs in a name of this door, of its questionnaire, of its shop or of the shop's region."""
    texts: list[str] = [collector.code, collector.name, collector.place, collector.questionnaire.name]
    texts += collector.questionnaire.title.values()
    if collector.shop is not None:
        region = collector.shop.region
        texts += [collector.shop.code, collector.shop.name, collector.shop.name_en, region.name, region.name_en]
    text = " ".join(texts).casefold()
    return all(word in text for word in words.casefold().split())


def address(collector: Collector, public_url: str) -> str:
    """The link that customers open: short, without anything that has to be explained."""
    return address_of(collector.code, public_url)


def address_of(code: str, public_url: str) -> str:
    """The link of the door with this code."""
    return f"{public_url}/s/{code}"
