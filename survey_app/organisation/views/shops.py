"""Pages of regions and shops."""

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import forms, shops
from survey_app.organisation.models import Region, Shop
from survey_app.organisation.views import blueprint


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
