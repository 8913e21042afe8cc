"""What the pages of doors share. Who sees which door is decided in `collecting.visible_to`."""

from typing import Any

from flask import g, url_for
from sqlalchemy.orm import defer, selectinload
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.accounts.permissions import SHOP_STAFF
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution import collecting, forms, variants
from survey_app.distribution.models import Collector
from survey_app.organisation import shops
from survey_app.organisation.models import Shop


def collector_or_404(collector_id: int) -> Collector:
    """The door of this number, when this person may see it."""
    query = collecting.visible_to(g.user).where(Collector.id == collector_id)
    found: Collector = web.found(db.session.scalar(query))
    return found


def visible_shops() -> list[Shop]:
    """The shops this person may see: the own one, those of the own region, or all. Shop staff without a shop see none."""
    if g.user.role == SHOP_STAFF and g.user.shop_id is None:
        return []
    return shops.all_shops(region_id=g.user.region_id, shop_id=g.user.shop_id)


def shop_or_404(shop_id: int) -> Shop:
    """The shop of this number, when this person may see it."""
    found: Shop = web.found(next((shop for shop in visible_shops() if shop.id == shop_id), None))
    return found


def address(collector: Collector) -> str:
    """The link of a door."""
    return collecting.address(collector, web.settings().public_url)


def listed(questionnaire_id: int | None = None) -> list[Collector]:
    """The doors this person may see, open ones first; of one questionnaire or of all. Without drafts and definitions."""
    query = collecting.visible_to(g.user).options(
        selectinload(Collector.questionnaire).options(defer(Questionnaire.draft)),
        selectinload(Collector.version).options(
            defer(Version.definition), selectinload(Version.questionnaire).options(defer(Questionnaire.draft))
        ),
    )
    query = query.order_by(
        Collector.closed_at.is_not(None), Collector.questionnaire_id, Collector.kind, Collector.shop_id, Collector.id
    )
    if questionnaire_id is not None:
        query = query.where(Collector.questionnaire_id == questionnaire_id)
    return list(db.session.scalars(query))


def shown(doors: list[Collector]) -> dict[str, Any]:
    """What the cards of these doors need."""
    return {
        "collectors": doors,
        "address": address,
        "newest_ids": collecting.newest_version_ids({door.questionnaire_id for door in doors}),
        "arms": variants.running([door.id for door in doors]),
    }


def back(collector: Collector) -> Response:
    """To the page where the button was pressed."""
    return web.seen(
        web.safe_next(forms.BackForm().next.data)
        or url_for("distribution.collectors", questionnaire_id=collector.questionnaire_id)
    )
