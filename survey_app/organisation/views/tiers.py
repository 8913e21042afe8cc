"""Pages of customer tiers: their names and thresholds."""

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import forms, tiers
from survey_app.organisation.models import Tier
from survey_app.organisation.views import blueprint


@blueprint.get("/tiers")
@web.access("organisation:edit")
def tiers_page() -> Response:
    return web.render("organisation/tiers.html", tiers=tiers.all_tiers())


@blueprint.get("/tiers/new")
@web.access("organisation:edit")
def new_tier() -> Response:
    return web.render("organisation/tier.html", tier=None, error=None, form={}, first=not tiers.all_tiers())


@blueprint.post("/tiers")
@web.access("organisation:edit")
def create_tier() -> Response:
    try:
        form = forms.TierForm().check()
        tiers.create_tier(
            code=form.code.data, name=form.name.data, name_en=form.name_en.data, spent_cents=form.spent.cents,
            orders=form.orders.whole, by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/tier.html", tier=None, first=not tiers.all_tiers())
    flash(_("等级已创建。"))
    return web.seen(url_for("organisation.tiers_page"))


@blueprint.get("/tiers/<int:tier_id>")
@web.access("organisation:edit")
def tier_page(tier_id: int) -> Response:
    tier = web.found(db.session.get(Tier, tier_id))
    return web.render("organisation/tier.html", tier=tier, error=None, form={}, first=tier.position == 0)


@blueprint.post("/tiers/<int:tier_id>")
@web.access("organisation:edit")
def change_tier(tier_id: int) -> Response:
    tier = web.found(db.session.get(Tier, tier_id))
    try:
        form = forms.TierForm().check()
        tiers.change_tier(
            tier=tier, code=form.code.data, name=form.name.data, name_en=form.name_en.data,
            spent_cents=form.spent.cents, orders=form.orders.whole, by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        present = web.found(db.session.get(Tier, tier_id))
        return web.refused(error, "organisation/tier.html", tier=present, first=present.position == 0)
    flash(_("已保存。会员等级每天重新计算一次。"))
    return web.seen(url_for("organisation.tiers_page"))
