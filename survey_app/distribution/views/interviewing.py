"""Where staff begin and end to enter answers of customers, and spot checks."""

from typing import Any

from flask import Response, current_app, flash, g, session, url_for
from flask_babel import gettext as _

from survey_app import clock, web
from survey_app.accounts.permissions import SHOP_STAFF
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import forms, interviewing
from survey_app.distribution.views import blueprint
from survey_app.distribution.views.common import visible_shops
from survey_app.errors import DomainError
from survey_app.organisation.models import Shop

TEMPLATE = "distribution/interviews.html"
SHIFT = "interview"  # in the session of the browser: what is being entered, and where


def _values() -> dict[str, Any]:
    shift = session.get(SHIFT)
    running = db.session.get(Questionnaire, shift["questionnaire"]) if shift else None
    shops = visible_shops()
    where = next((shop for shop in shops if shift and shop.id == shift["shop"]), None)
    return {
        "questionnaires": interviewing.open_questionnaires(),
        "is_spot_check": interviewing.is_spot_check,
        "shops": shops,
        "anywhere": _may_enter_anywhere(),
        "shift": shift if running else None,
        "running": running,
        "where": where,
    }


def _may_enter_anywhere() -> bool:
    """Whether this person may enter answers that belong to no shop."""
    return g.user.shop_id is None and g.user.region_id is None and g.user.role != SHOP_STAFF


@blueprint.get("/interviews")
@web.access("interview:enter")
def interviews() -> Response:
    """What runs, and what can be begun."""
    return web.render(TEMPLATE, error=None, form={}, **_values())


@blueprint.post("/interviews")
@web.access("interview:enter")
def begin_interviews() -> Response:
    """Begin a shift; from here on the pages are those of the respondent's side."""
    known: dict[str, Shop | None] = {str(shop.id): shop for shop in visible_shops()}
    offered = {str(one.id): one for one in interviewing.open_questionnaires()}
    form = forms.InterviewForm(shop=known | ({"": None} if _may_enter_anywhere() else {}), questionnaire=offered)
    try:
        form.check()
        path = interviewing.begin_shift(
            secret=str(current_app.config["SECRET_KEY"]), questionnaire=form.questionnaire.data, shop=form.shop.data,
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, TEMPLATE, **_values())
    shop = form.shop.data
    session[SHIFT] = {"path": path, "questionnaire": form.questionnaire.data.id, "shop": shop.id if shop else None}
    return web.seen(path)


@blueprint.post("/interviews/end")
@web.access("interview:enter")
def end_interviews() -> Response:
    """End the shift."""
    values = _values()
    session.pop(SHIFT, None)
    if values["running"] is not None:
        interviewing.end_shift(questionnaire=values["running"], shop=values["where"], by=web.actor())
        flash(_("已结束代填。"))
    back = (
        url_for("analysis.shop_page", shop_id=g.user.shop_id) if g.user.shop_id else url_for("distribution.interviews")
    )
    return web.seen(back)
