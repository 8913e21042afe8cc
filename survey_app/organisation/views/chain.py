"""Pages of the chain itself: its name, logo, colour and privacy text."""

from typing import Any

from flask import current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import branding, chain, consent, forms
from survey_app.organisation.views import blueprint


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
