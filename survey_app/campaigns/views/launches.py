"""Starting: the confirmation with number and cost, the second person, a test to oneself."""

from typing import Any

from flask import current_app, flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.campaigns import forms, launching, testing
from survey_app.campaigns.models import Campaign
from survey_app.campaigns.views import blueprint
from survey_app.campaigns.views.common import campaign_or_404, words
from survey_app.database import db
from survey_app.design import previewing, publishing
from survey_app.design.previewing import Look
from survey_app.errors import DomainError
from survey_app.messaging.listing import CHANNEL_WORDS

TEMPLATE = "campaigns/launch.html"


def _address(campaign: Campaign) -> str:
    return url_for("campaigns.campaign_page", campaign_id=campaign.id)


def _values(campaign: Campaign) -> dict[str, Any]:
    return {
        "campaign": campaign,
        "ahead": launching.forecast(campaign, now=clock.now()),
        "approval_above": launching.APPROVAL_ABOVE,
        **words(),
    }


@blueprint.get("/campaigns/<int:campaign_id>/launch")
@web.access("campaign:edit")
def launch_page(campaign_id: int) -> Response:
    """The last look: how many people, and what it costs."""
    campaign = campaign_or_404(campaign_id)
    if campaign.state != "draft":
        return web.seen(_address(campaign))
    return web.render(TEMPLATE, error=None, **_values(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/launch")
@web.access("campaign:edit")
def launch_campaign(campaign_id: int) -> Response:
    """Start, or hand it to a second person."""
    campaign = campaign_or_404(campaign_id)
    try:
        confirmed = forms.LaunchForm().check().people.data
        launching.launch(campaign=campaign, confirmed=confirmed, by=web.actor(), now=clock.now())
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, TEMPLATE, **_values(campaign_or_404(campaign_id)))
    if campaign.state == "waiting":
        flash(_("已提交，等待另一位同事批准。"))
    else:
        flash(_("活动已启动。"))
    return web.seen(_address(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/approval")
@web.access("campaign:approve")
def decide_campaign(campaign_id: int) -> Response:
    """The second person agrees, or gives it back."""
    campaign = campaign_or_404(campaign_id)
    form = forms.ApprovalForm().check()
    if form.agreed.data:
        launching.approve(campaign=campaign, by=web.actor(), now=clock.now())
        flash(_("已批准，活动已启动。"))
    else:
        launching.send_back(campaign=campaign, reason=form.reason.data, by=web.actor())
        flash(_("已退回为草稿。"))
    return web.seen(_address(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/withdrawal")
@web.access("campaign:edit")
def withdraw_campaign(campaign_id: int) -> Response:
    """Take it back before the second person has decided."""
    campaign = campaign_or_404(campaign_id)
    launching.send_back(campaign=campaign, reason="", by=web.actor())
    flash(_("已撤回为草稿。"))
    return web.seen(_address(campaign))


@blueprint.post("/campaigns/<int:campaign_id>/tests")
@web.access("campaign:edit")
def test_campaign(campaign_id: int) -> Response:
    """Send the words to oneself; the link opens the preview."""
    campaign = campaign_or_404(campaign_id)
    form = forms.TestForm().check()
    version = publishing.newest_version(campaign.questionnaire)
    if version is None:
        raise DomainError(_("请先发布问卷，再用它邀请顾客。"))
    look = Look(form.language.data)
    path = previewing.address(str(current_app.config["SECRET_KEY"]), version, look, publishing.definition_of(version))
    channel = testing.send(
        campaign=campaign, address=form.address.data, language=form.language.data, by=web.actor(), now=clock.now(),
        link=f"{web.settings().public_url}{path}",
    )  # fmt: skip
    flash(_("测试%(channel)s正在发送，链接打开的是预览，不会计入结果。", channel=_(CHANNEL_WORDS[channel])))
    return web.seen(_address(campaign))
