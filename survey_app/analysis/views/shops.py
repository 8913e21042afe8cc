"""The page of a shop, made for the phone at the counter: how many answered, the code to show, posters, entering answers."""

from dataclasses import dataclass
from typing import Any

from flask import Response, g, redirect, request, url_for
from sqlalchemy import select

from survey_app import clock, web
from survey_app.analysis import shop_numbers
from survey_app.analysis.shop_numbers import Received
from survey_app.analysis.views import blueprint
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting, goals, interviewing, refusals
from survey_app.distribution.models import Collector
from survey_app.distribution.views.common import shop_or_404, visible_shops
from survey_app.organisation.models import Shop


@dataclass(slots=True)
class Asked:
    """One questionnaire that this shop asks customers to answer."""

    questionnaire: Questionnaire
    doors: list[Collector]
    received: Received
    goal: int
    refused: int


@blueprint.get("/counters")
@web.access("shop:read")
def shop_pages() -> Response:
    """The shops this person may see, with a search; somebody of one shop is led to it."""
    if g.user.shop_id is not None:
        return redirect(url_for("analysis.shop_page", shop_id=g.user.shop_id), 302)  # type: ignore[return-value]
    words = request.args.get("q", "")[:100]
    own = [shop for shop in visible_shops() if _matches(shop, words)]
    page = web.page_number()
    start = (page - 1) * web.PAGE_SIZE
    shown = own[start : start + web.PAGE_SIZE]
    return web.render(
        "analysis/shops.html",
        fragment="analysis/_shops.html",
        shops=shown,
        total=len(own),
        words=words,
        page=page,
        more=len(own) > start + web.PAGE_SIZE,
        numbers=shop_numbers.received([shop.id for shop in shown], today=clock.china(clock.now()).date()),
    )


def _matches(shop: Shop, words: str) -> bool:
    text = " ".join((shop.code, shop.name, shop.name_en, shop.region.name, shop.region.name_en)).casefold()
    return all(word in text for word in words.casefold().split())


@blueprint.get("/counters/<int:shop_id>")
@web.access("shop:read")
def shop_page(shop_id: int) -> Response:
    """One shop."""
    return web.render("analysis/shop.html", **_values(shop_or_404(shop_id)))


def _values(shop: Shop) -> dict[str, Any]:
    today = clock.china(clock.now()).date()
    numbers = shop_numbers.received([shop.id], today=today)[shop.id]
    query = collecting.visible_to(g.user).where(
        Collector.shop_id == shop.id, Collector.kind == "shop", Collector.closed_at.is_(None)
    )
    doors = list(db.session.scalars(query.order_by(Collector.questionnaire_id, Collector.id)))
    refused = refusals.of_day(shop=shop, day=clock.day_number(clock.now()))
    by_questionnaire: dict[int, list[Collector]] = {}
    for door in doors:
        by_questionnaire.setdefault(door.questionnaire_id, []).append(door)
    aims = goals.goals_of(list(by_questionnaire))
    asked = [
        Asked(
            some[0].questionnaire,
            some,
            _received(numbers, some[0].questionnaire),
            aims.get(key, 0),
            refused.get(key, 0),
        )
        for key, some in by_questionnaire.items()
    ]
    return {
        "shop": shop,
        "asked": asked,
        "total": numbers.total,
        "checks": _spot_checks() if web.may("interview:enter") else [],
        "small": shop_numbers.SMALL_SHOP,
    }


def _received(numbers: shop_numbers.ShopNumbers, questionnaire: Questionnaire) -> Received:
    total = Received()
    for version in questionnaire.versions:
        one = numbers.by_version.get(version.id)
        if one is not None:
            total.today += one.today
            total.week += one.week
            total.month += one.month
            total.undated += one.undated
    return total


def _spot_checks() -> list[Questionnaire]:
    known = db.session.scalars(select(Questionnaire).where(Questionnaire.archived_at.is_(None)))
    return [one for one in known if interviewing.is_spot_check(one) and interviewing.is_open(one)]


def _one(shop: Shop, questionnaire_id: int) -> Asked:
    found: Asked = web.found(
        next((one for one in _values(shop)["asked"] if one.questionnaire.id == questionnaire_id), None)
    )
    return found


@blueprint.post("/counters/<int:shop_id>/refusals/<int:questionnaire_id>")
@web.access("interview:enter")
def count_refusal(shop_id: int, questionnaire_id: int) -> Response:
    """A customer was asked and said no."""
    shop = shop_or_404(shop_id)
    one = _one(shop, questionnaire_id)
    one.refused = refusals.count_refusal(questionnaire=one.questionnaire, shop=shop, by=web.actor(), now=clock.now())
    return _told(shop, one, said=True)


@blueprint.post("/counters/<int:shop_id>/refusals/<int:questionnaire_id>/undo")
@web.access("interview:enter")
def take_back_refusal(shop_id: int, questionnaire_id: int) -> Response:
    """It was tapped by mistake."""
    shop = shop_or_404(shop_id)
    one = _one(shop, questionnaire_id)
    one.refused = refusals.take_back(questionnaire=one.questionnaire, shop=shop, by=web.actor(), now=clock.now())
    return _told(shop, one, said=False)


def _told(shop: Shop, one: Asked, *, said: bool) -> Response:
    if not web.is_htmx():
        told = one.questionnaire.id if said else None
        return web.seen(url_for("analysis.shop_page", shop_id=shop.id, refused=told))
    return web.render("analysis/_refusals.html", shop=shop, one=one, said=said)
