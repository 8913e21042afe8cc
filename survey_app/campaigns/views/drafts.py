"""The page of a draft: everything that can be chosen, and beside it what would happen."""

from collections.abc import Mapping
from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.campaigns import drafting, forms, launching, previewing
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.drafting import EVENTS, Choices
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.views import blueprint
from survey_app.campaigns.views.common import campaign_or_404, words, workday_warning
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.messaging import templates
from survey_app.organisation import shops, tiers

TEMPLATE = "campaigns/draft.html"


def draft_page(campaign: Campaign) -> Response:
    """The form as it stands."""
    chosen = Audience.of(campaign)
    ticked = {"shop": chosen.shops, "region": chosen.regions, "tier": chosen.tiers}
    words_of = {name: frozenset(map(str, numbers)) for name, numbers in ticked.items()}
    return web.render(TEMPLATE, error=None, form=_as_form(campaign), **_values(campaign, words_of))


def _values(campaign: Campaign, ticked: Mapping[str, frozenset[str]], *, refused: bool = False) -> dict[str, Any]:
    return {
        "ticked": ticked,
        "campaign": campaign,
        "shops": shops.all_shops(),
        "regions": shops.all_regions(),
        "tiers": tiers.all_tiers(),
        "offered_events": EVENTS,
        "templates": list(dict.fromkeys([*templates.names("sms"), *templates.names("email")])),
        "unknown_years": workday_warning(),
        "refused": refused,
        **words(),
    }


def _as_form(campaign: Campaign) -> dict[str, Any]:
    """What stands in the database, as the browser would send it."""
    chosen = Audience.of(campaign)
    return {
        "name": campaign.name,
        "who": chosen.who,
        "online": "1" if chosen.online else "",
        "since": chosen.since or "",
        "until": chosen.until or "",
        "leave_small": "1" if chosen.leave_small else "",
        "event": campaign.event,
        "delay_hours": campaign.delay_hours,
        "within_workdays": campaign.within_workdays,
        "share": campaign.share,
        "sample_size": campaign.sample_size or "",
        "monthly": "1" if campaign.monthly else "",
        "channels": ",".join(campaign.channels),
        "template": campaign.template,
        "reminder_template": campaign.reminder_template,
        "reminders": campaign.reminders,
        "reminder_days": campaign.reminder_days,
        "budget": f"{campaign.budget_cents / 100:.2f}" if campaign.budget_cents is not None else "",
        "daily_most": campaign.daily_most or "",
        "closes_on": campaign.closes_on or "",
    }


def _read() -> forms.CampaignForm:
    names: Mapping[str, str] = {name: name for name in {*templates.names("sms"), *templates.names("email")}}
    return forms.CampaignForm(
        shop={str(shop.id): shop.id for shop in shops.all_shops()},
        region={str(region.id): region.id for region in shops.all_regions()},
        tier={str(tier.id): tier.id for tier in tiers.all_tiers()},
        template=names,
        reminder_template=names,
    )


def _choices(form: forms.CampaignForm, campaign: Campaign) -> Choices:
    trigger, calls = campaign.kind == "trigger", campaign.kind == "calls"
    return Choices(
        name=form.name.data,
        channels=form.channels.data,
        event=form.event.data if trigger else "",
        delay_hours=(form.delay_hours.whole or 0) if trigger else 0,
        within_workdays=_or(form.within_workdays.whole, 3) if trigger else 3,
        share=_or(form.share.whole, 100),
        sample_size=None if trigger else form.sample_size.whole,
        monthly=calls and form.monthly.data,
        audience=Audience(
            who=form.who.data,
            shops=tuple(form.shop.data),
            regions=tuple(form.region.data),
            online=form.online.data,
            tiers=tuple(form.tier.data),
            since=None if trigger else form.since.day,
            until=None if trigger else form.until.day,
            leave_small=form.leave_small.data and campaign.kind == "once",
        ),
        reminders=form.reminders.data,
        reminder_days=_or(form.reminder_days.whole, 3),
        template=form.template.data,
        reminder_template=form.reminder_template.data,
        budget_cents=form.budget.cents,
        daily_most=form.daily_most.whole or None,
        closes_on=form.closes_on.day,
    )


def _or(given: int | None, otherwise: int) -> int:
    return otherwise if given is None else given


@blueprint.post("/campaigns/<int:campaign_id>")
@web.access("campaign:edit")
def change_campaign(campaign_id: int) -> Response:
    """Keep what was chosen; with `launch` go on to the confirmation."""
    campaign = campaign_or_404(campaign_id)
    form = _read()
    try:
        drafting.change(campaign=campaign, choices=_choices(form.check(), campaign), by=web.actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        campaign = campaign_or_404(campaign_id)
        if campaign.state != "draft":
            raise
        ticked = {"shop": form.shop.sent, "region": form.region.sent, "tier": form.tier.sent}
        return web.refused(error, TEMPLATE, **_values(campaign, ticked, refused=True))
    if form.next.data:
        return web.seen(url_for("campaigns.launch_page", campaign_id=campaign.id))
    flash(_("已保存。"))
    return web.seen(url_for("campaigns.campaign_page", campaign_id=campaign.id))


@blueprint.get("/campaigns/<int:campaign_id>/preview")
@web.access("campaign:read")
def preview(campaign_id: int) -> Response:
    """How many people, what it costs, and the words they would read. Fetched by the page of the draft, slower than it."""
    campaign = campaign_or_404(campaign_id)
    return web.render(
        "campaigns/preview.html",
        fragment="campaigns/_preview.html",
        campaign=campaign,
        ahead=launching.forecast(campaign, now=clock.now()),
        samples=previewing.samples(campaign),
        **words(),
    )


@blueprint.post("/campaigns/<int:campaign_id>/copies")
@web.access("campaign:edit")
def copy_campaign(campaign_id: int) -> Response:
    """A new draft like this one."""
    made = drafting.copy(campaign=campaign_or_404(campaign_id), by=web.actor(), now=clock.now())
    flash(_("已复制为草稿。"))
    return web.seen(url_for("campaigns.campaign_page", campaign_id=made.id))


@blueprint.post("/campaigns/<int:campaign_id>/deletion")
@web.access("campaign:edit")
def discard_campaign(campaign_id: int) -> Response:
    """Delete a draft."""
    drafting.discard(campaign=campaign_or_404(campaign_id), by=web.actor())
    flash(_("已删除草稿。"))
    return web.seen(url_for("campaigns.campaigns_page", state="draft"))
