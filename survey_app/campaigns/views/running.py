"""The page of one campaign: numbers, and the buttons of somebody who watches it."""

from typing import Any

from flask import flash, g, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.campaigns import gate, inviting, launching, quotas, running
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.progress import progress
from survey_app.campaigns.views import blueprint
from survey_app.campaigns.views.common import campaign_or_404, words, workday_warning
from survey_app.campaigns.views.drafts import draft_page
from survey_app.database import db
from survey_app.design import publishing
from survey_app.distribution import collecting
from survey_app.messaging import listing
from survey_app.organisation import shops, tiers


def _address(campaign: Campaign) -> str:
    return url_for("campaigns.campaign_page", campaign_id=campaign.id)


@blueprint.get("/campaigns/<int:campaign_id>")
@web.access("campaign:read")
def campaign_page(campaign_id: int) -> Response:
    """A draft as a form, anything else as numbers."""
    campaign = campaign_or_404(campaign_id)
    if campaign.state == "draft" and web.may("campaign:edit"):
        return draft_page(campaign)
    return web.render("campaigns/campaign.html", fragment="campaigns/_numbers.html", error=None, **_values(campaign))


def _values(campaign: Campaign) -> dict[str, Any]:
    door = collecting.find_personal(campaign.questionnaire_id)
    newest = publishing.newest_version(campaign.questionnaire)
    people = {campaign.created_by_id, campaign.launched_by_id, campaign.approved_by_id} - {None}
    return {
        "campaign": campaign,
        "progress": progress(campaign),
        "reasons": {key: _(text) for key, text in {**listing.REASONS, **inviting.UNSENT, **gate.REASONS}.items()},
        "chosen": Audience.of(campaign),
        "shop_names": {shop.id: shop.display_name(web.language_tag()) for shop in shops.all_shops()},
        "region_names": {region.id: region.display_name(web.language_tag()) for region in shops.all_regions()},
        "tier_names": {tier.id: tier.display_name(web.language_tag()) for tier in tiers.all_tiers()},
        "door": door,
        "newest": newest,
        "names": {user.id: user.name or user.email for user in db.session.query(User).filter(User.id.in_(people))},
        "ahead": launching.forecast(campaign, now=clock.now()) if campaign.state == "waiting" else None,
        "may_approve": web.may("campaign:approve") and launching.may_approve(campaign, web.actor()),
        "unknown_years": workday_warning() if campaign.kind == "trigger" else [],
        "live": campaign.state == "running",
        "full_quotas": quotas.full_ones(campaign.questionnaire) if campaign.state in ("running", "paused") else [],
        "me": g.user.id,
        **words(),
    }


@blueprint.post("/campaigns/<int:campaign_id>/pause")
@web.access("campaign:edit")
def pause_campaign(campaign_id: int) -> Response:
    """Send nothing for now."""
    campaign = campaign_or_404(campaign_id)
    running.pause(campaign=campaign, by=web.actor())
    flash(_("已暂停，不会再发出消息。已发出的链接仍可填写。"))
    return web.seen(_address(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/resumption")
@web.access("campaign:edit")
def resume_campaign(campaign_id: int) -> Response:
    """Go on."""
    campaign = campaign_or_404(campaign_id)
    running.resume(campaign=campaign, by=web.actor(), now=clock.now())
    flash(_("已继续。"))
    return web.seen(_address(campaign))


@blueprint.get("/campaigns/<int:campaign_id>/end")
@web.access("campaign:edit")
def end_page(campaign_id: int) -> Response:
    """Ask before ending: it cannot be undone."""
    campaign = campaign_or_404(campaign_id)
    return web.render("campaigns/end.html", campaign=campaign, progress=progress(campaign), **words())


@blueprint.post("/campaigns/<int:campaign_id>/end")
@web.access("campaign:edit")
def end_campaign(campaign_id: int) -> Response:
    """End for good."""
    campaign = campaign_or_404(campaign_id)
    running.stop(campaign=campaign, by=web.actor(), now=clock.now())
    flash(_("活动已结束，未发出的消息已取消。"))
    return web.seen(_address(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/version")
@web.access("campaign:edit")
def switch_personal_version(campaign_id: int) -> Response:
    """Let personal links of this questionnaire show its newest version."""
    campaign = campaign_or_404(campaign_id)
    door = web.found(collecting.find_personal(campaign.questionnaire_id))
    version = collecting.switch_version(collector=door, by=web.actor(), now=clock.now())
    flash(_("已切换到第 %(n)s 版。", n=version.number))
    return web.seen(_address(campaign))
