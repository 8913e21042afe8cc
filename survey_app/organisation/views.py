"""Pages of the chain: its name, logo, colour and privacy text; regions and shops."""

from typing import Any

from flask import Blueprint, current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import branding, chain, consent, forms, shops
from survey_app.organisation.models import Region, Shop

blueprint = Blueprint("organisation", __name__)


def _chain_values() -> dict[str, Any]:
    present = chain.the_chain()
    return {
        "chain": present,
        "brand": branding.brand(present.colour),
        "consent": consent.current_consent(db.session),
        "blocks": consent.blocks(consent.compose(present)[web.language_tag()]),
    }


@blueprint.get("/organisation")
@web.access("organisation:edit")
def chain_page() -> Response:
    return web.render("organisation/chain.html", error=None, form={}, **_chain_values())


@blueprint.post("/organisation")
@web.access("organisation:edit")
def change_chain() -> Response:
    try:
        form = forms.ChainForm().check()
        chain.change_chain(
            chain=chain.the_chain(), name=form.name.data, name_en=form.name_en.data, help_phone=form.help_phone.data,
            colour=form.colour.data, privacy_text={"zh-CN": form.privacy_zh.data, "en": form.privacy_en.data},
            by=web.actor(), now=clock.now(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/chain.html", **_chain_values())
    flash(_("已保存。"))
    return web.seen(url_for("organisation.chain_page"))


@blueprint.get("/organisation/logo")
@web.access(web.PUBLIC)
def logo() -> Response:
    """The logo as an image. Its policy stands for the case that somebody opens it as a page."""
    present = chain.the_chain()
    data: bytes = web.found(present.logo)
    response = web.download(data, name="logo", content_type=present.logo_type, inline=True)
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Cache-Control"] = "public, max-age=86400"
    return response


@blueprint.get("/favicon.ico")
@web.access(web.PUBLIC)
def icon() -> Response:
    """What browsers ask for unasked: the logo, or the mark of the program."""
    if chain.the_chain().logo:
        return logo()
    return current_app.send_static_file("mark.svg")


@blueprint.post("/organisation/logo")
@web.access("organisation:edit")
def set_logo() -> Response:
    try:
        form = forms.LogoForm().check()
        if form.remove.data:
            chain.remove_logo(chain=chain.the_chain(), by=web.actor(), now=clock.now())
        else:
            chain.set_logo(chain=chain.the_chain(), data=form.logo.data.read(300_000), by=web.actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        return web.refused(error.at("logo"), "organisation/chain.html", **_chain_values())
    flash(_("标志已移除。") if form.remove.data else _("标志已更新。"))
    return web.seen(url_for("organisation.chain_page"))


@blueprint.post("/organisation/approval")
@web.access("organisation:edit")
def set_approval() -> Response:
    needed = forms.ApprovalSettingForm().check().needed.data
    chain.set_approval(chain=chain.the_chain(), needed=needed, by=web.actor())
    flash(_("发布前需要第二人审批。") if needed else _("发布不再需要第二人审批。"))
    return web.seen(url_for("organisation.chain_page"))


# --- regions and shops -------------------------------------------------------------------------------------------------
@blueprint.get("/shops")
@web.access("organisation:edit")
def shops_page() -> Response:
    return web.render("organisation/shops.html", regions=shops.all_regions(), shops=shops.all_shops())


def _region_choices() -> list[tuple[int, str]]:
    return [(region.id, region.display_name(web.language_tag())) for region in shops.all_regions()]


def _shop_form() -> forms.ShopForm:
    return forms.ShopForm(region={str(region.id): region for region in shops.all_regions()}).check()


@blueprint.get("/shops/new")
@web.access("organisation:edit")
def new_shop() -> Response:
    return web.render("organisation/shop.html", shop=None, error=None, form={}, regions=_region_choices())


@blueprint.post("/shops")
@web.access("organisation:edit")
def create_shop() -> Response:
    try:
        form = _shop_form()
        shops.create_shop(
            code=form.code.data, name=form.name.data, name_en=form.name_en.data, region=form.region.data, by=web.actor()
        )
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/shop.html", shop=None, regions=_region_choices())
    flash(_("门店已创建。"))
    return web.seen(url_for("organisation.shops_page"))


@blueprint.get("/shops/<int:shop_id>")
@web.access("organisation:edit")
def shop_page(shop_id: int) -> Response:
    shop = web.found(db.session.get(Shop, shop_id))
    return web.render("organisation/shop.html", shop=shop, error=None, form={}, regions=_region_choices())


@blueprint.post("/shops/<int:shop_id>")
@web.access("organisation:edit")
def change_shop(shop_id: int) -> Response:
    shop = web.found(db.session.get(Shop, shop_id))
    try:
        form = _shop_form()
        shops.change_shop(
            shop=shop, code=form.code.data, name=form.name.data, name_en=form.name_en.data, region=form.region.data,
            by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        shop = db.session.get(Shop, shop_id)
        return web.refused(error, "organisation/shop.html", shop=shop, regions=_region_choices())
    flash(_("已保存。"))
    return web.seen(url_for("organisation.shops_page"))


@blueprint.get("/regions/new")
@web.access("organisation:edit")
def new_region() -> Response:
    return web.render("organisation/region.html", region=None, error=None, form={})


@blueprint.post("/regions")
@web.access("organisation:edit")
def create_region() -> Response:
    try:
        form = forms.RegionForm().check()
        shops.create_region(code=form.code.data, name=form.name.data, name_en=form.name_en.data, by=web.actor())
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/region.html", region=None)
    flash(_("大区已创建。"))
    return web.seen(url_for("organisation.shops_page"))


@blueprint.get("/regions/<int:region_id>")
@web.access("organisation:edit")
def region_page(region_id: int) -> Response:
    region = web.found(db.session.get(Region, region_id))
    return web.render("organisation/region.html", region=region, error=None, form={})


@blueprint.post("/regions/<int:region_id>")
@web.access("organisation:edit")
def change_region(region_id: int) -> Response:
    region = web.found(db.session.get(Region, region_id))
    try:
        form = forms.RegionForm().check()
        shops.change_region(
            region=region, code=form.code.data, name=form.name.data, name_en=form.name_en.data, by=web.actor()
        )
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/region.html", region=db.session.get(Region, region_id))
    flash(_("已保存。"))
    return web.seen(url_for("organisation.shops_page"))
