"""The list of campaigns, and the form of a new one."""

from typing import Any

from flask import request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.campaigns import drafting, forms
from survey_app.campaigns.models import KINDS, STATES, Campaign
from survey_app.campaigns.progress import in_short
from survey_app.campaigns.views import blueprint
from survey_app.campaigns.views.common import words
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.errors import DomainError

TABS = ("open", "draft", "ended")
_OPEN = ("waiting", "running", "paused")
_STATES = {"open": _OPEN, "draft": ("draft",), "ended": ("ended",)}


@blueprint.get("/campaigns")
@web.access("campaign:read")
def campaigns_page() -> Response:
    """Those that are open, drafts, or those that ended."""
    counts = dict(db.session.execute(select(Campaign.state, func.count()).group_by(Campaign.state)).tuples().all())
    tab = request.args.get("state", "")
    if tab not in TABS:
        tab = "draft" if counts.get("draft") and not any(counts.get(state) for state in _OPEN) else "open"
    page = web.page_number()
    chosen = select(Campaign).where(Campaign.state.in_(_STATES[tab])).order_by(Campaign.id.desc())
    found = list(db.session.scalars(chosen.offset((page - 1) * web.PAGE_SIZE).limit(web.PAGE_SIZE + 1)))
    shown = found[: web.PAGE_SIZE]
    return web.render(
        "campaigns/campaigns.html",
        campaigns=shown,
        short=in_short([campaign.id for campaign in shown]),
        tab=tab,
        tabs={name: sum(counts.get(state, 0) for state in _STATES[name]) for name in TABS},
        page=page,
        more=len(found) > web.PAGE_SIZE,
        any=sum(counts.get(state, 0) for state in STATES),
        **words(),
    )


def _published() -> list[Questionnaire]:
    """Questionnaires that may be sent."""
    with_version = select(Version.questionnaire_id).distinct()
    chosen = select(Questionnaire).where(
        Questionnaire.id.in_(with_version), Questionnaire.archived_at.is_(None), Questionnaire.retired_at.is_(None)
    )
    return list(db.session.scalars(chosen.order_by(Questionnaire.id)))


def _new_values(kind: str) -> dict[str, Any]:
    language = web.language_tag()
    return {
        "kind": kind if kind in KINDS else KINDS[1],
        "questionnaires": [(one.id, one.title.get(language) or one.name) for one in _published()],
        **words(),
    }


@blueprint.get("/campaigns/new")
@web.access("campaign:edit")
def new_campaign() -> Response:
    """The form of a new one."""
    given = {"questionnaire": request.args.get("questionnaire", "")}
    return web.render("campaigns/new.html", error=None, form=given, **_new_values(request.args.get("kind", "")))


@blueprint.post("/campaigns")
@web.access("campaign:edit")
def create_campaign() -> Response:
    """Make the draft, and go to it."""
    form = forms.NewCampaignForm(questionnaire={str(one.id): one for one in _published()})
    try:
        form.check()
        campaign = drafting.create(
            kind=form.kind.data,
            questionnaire=form.questionnaire.data,
            name=form.name.data,
            by=web.actor(),
            now=clock.now(),
        )
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "campaigns/new.html", **_new_values(form.kind.sent))
    return web.seen(url_for("campaigns.campaign_page", campaign_id=campaign.id))
