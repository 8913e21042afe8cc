"""The call list: who to call, how it ended, the number on request, the list as a file."""

from datetime import date
from typing import Any

from flask import current_app, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.campaigns import call_forms, calling
from survey_app.campaigns.models import Call, Campaign
from survey_app.campaigns.views import blueprint
from survey_app.campaigns.views.common import campaign_or_404, words
from survey_app.database import db
from survey_app.distribution import interviewing
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.organisation import shops
from survey_app.people import contacts, unmasking
from survey_app.people.models import Contact

TEMPLATE = "campaigns/calls.html"
WHY = N_("电话回访")


def _calls_or_404(campaign_id: int) -> Campaign:
    campaign = campaign_or_404(campaign_id)
    return web.found(campaign if campaign.kind == "calls" else None)  # type: ignore[no-any-return]


def _call_or_404(campaign: Campaign, call_id: int) -> Call:
    found: Call = web.found(calling.find(campaign.id, call_id))
    return found


def _month(campaign: Campaign) -> date | None:
    drawn = calling.months(campaign)
    wanted = {f"{month:%Y-%m}": month for month in drawn}
    return wanted.get(request.args.get("month", ""), drawn[0] if drawn else None)


def _values(campaign: Campaign, month: date | None) -> dict[str, Any]:
    page = web.page_number()
    listed = calling.listed(campaign, month) if month else []
    start = (page - 1) * web.PAGE_SIZE
    return {
        "campaign": campaign,
        "month": month,
        "months": calling.months(campaign),
        "counts": calling.counts(campaign, month) if month else {},
        "rows": listed[start : start + web.PAGE_SIZE],
        "page": page,
        "more": len(listed) > start + web.PAGE_SIZE,
        "outcomes": {key: _(text) for key, text in calling.OUTCOMES.items()},
        "masked": contacts,
        "shop_names": {shop.id: shop.display_name(web.language_tag()) for shop in shops.all_shops()},
        **words(),
    }


@blueprint.get("/campaigns/<int:campaign_id>/calls")
@web.access("call:make")
def calls_page(campaign_id: int) -> Response:
    """One month's list, open calls first."""
    campaign = _calls_or_404(campaign_id)
    return web.render(
        TEMPLATE, fragment="campaigns/_calls.html", error=None, form={}, **_values(campaign, _month(campaign))
    )


def _row(campaign: Campaign, call: Call, **more: Any) -> Response:
    """The row alone for htmx, else the page."""
    if not web.is_htmx():
        return web.seen(url_for("campaigns.calls_page", campaign_id=campaign.id, month=f"{call.month:%Y-%m}"))
    contact = db.session.get(Contact, call.contact_id) if call.contact_id else None
    values = _values(campaign, None) | {"call": call, "contact": contact, "campaign": campaign} | more
    return web.render("campaigns/_call.html", **values)


@blueprint.post("/campaigns/<int:campaign_id>/calls/<int:call_id>/outcome")
@web.access("call:make")
def note_call(campaign_id: int, call_id: int) -> Response:
    """How a try ended."""
    campaign = _calls_or_404(campaign_id)
    call = _call_or_404(campaign, call_id)
    outcome = call_forms.OutcomeForm().check().outcome.data
    if outcome:
        calling.note(call=call, outcome=outcome, by=web.actor(), now=clock.now())
    else:
        calling.reopen(call=call)
    return _row(campaign, call)


@blueprint.post("/campaigns/<int:campaign_id>/calls/<int:call_id>/number")
@web.access("contact:unmask")
def show_number(campaign_id: int, call_id: int) -> Response:
    """The number in clear, for the person who calls now. A sensitive read: written down first."""
    campaign = _calls_or_404(campaign_id)
    call = _call_or_404(campaign, call_id)
    contact = web.found(db.session.get(Contact, call.contact_id) if call.contact_id else None)
    reason = _("电话回访：%(name)s", name=campaign.name)
    shown = unmasking.unmask(contact=contact, reason=reason, by=web.actor(), now=clock.now())
    if web.is_htmx():
        return _row(campaign, call, shown=shown)
    return web.render("campaigns/number.html", campaign=campaign, call=call, shown=shown)


@blueprint.post("/campaigns/<int:campaign_id>/calls/<int:call_id>/interview")
@web.access("call:make")
def enter_interview(campaign_id: int, call_id: int) -> Response:
    """Enter what the person says, on the pages of the respondent's side."""
    campaign = _calls_or_404(campaign_id)
    call = _call_or_404(campaign, call_id)
    shop = next((shop for shop in shops.all_shops() if shop.id == call.shop_id), None)
    path = interviewing.mint(
        secret=str(current_app.config["SECRET_KEY"]), questionnaire=campaign.questionnaire, shop=shop, channel="call",
        by=web.actor(), now=clock.now(), invitation_id=calling.invitation_of(campaign, call, now=clock.now()),
    )  # fmt: skip
    return web.seen(path)


@blueprint.post("/campaigns/<int:campaign_id>/calls/file")
@web.access("contact:unmask")
def download_calls(campaign_id: int) -> Response:
    """The list of a month with numbers, as CSV. A sensitive read: written down first, and without that nothing is sent."""
    campaign = _calls_or_404(campaign_id)
    month = _month(campaign)
    form = call_forms.CallFileForm()
    try:
        reason = form.check().reason.data
        if month is None:
            raise DomainError(N_("还没有名单。"))
        names = {shop.id: f"{shop.code} {shop.name}" for shop in shops.all_shops()}
        heads = [_("姓名"), _("手机"), _("门店"), _("次数"), _("结果")]
        labels = {key: _(text) for key, text in calling.OUTCOMES.items()}
        data = calling.as_file(
            campaign, month, reason=reason, by=web.actor(), heads=heads, shops=names, outcomes=labels, now=clock.now()
        )
    except DomainError as error:
        db.session.rollback()
        campaign = _calls_or_404(campaign_id)
        return web.refused(error, TEMPLATE, **_values(campaign, _month(campaign)))
    return web.download(data, name=f"{campaign.name}-{month:%Y-%m}.csv", content_type="text/csv; charset=utf-8")
