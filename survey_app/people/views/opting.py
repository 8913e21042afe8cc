"""The opt-out list: who must not be written to, numbers typed or pasted by staff. The list itself knows no number."""

from typing import Any

from flask import flash, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.people import contacts, forms, suppressions
from survey_app.people.views import blueprint


def _values() -> dict[str, Any]:
    wanted = request.args.get("reason", "")
    reason = wanted if wanted in suppressions.REASONS else ""
    found, more = suppressions.newest(reason=reason, page=web.page_number(), size=web.PAGE_SIZE)
    people = suppressions.owners([row.recipient_index for row in found])
    return {
        "rows": [(row, people.get(bytes(row.recipient_index))) for row in found],
        "more": more,
        "page": web.page_number(),
        "reason": reason,
        "reasons": suppressions.REASONS,
        "counts": suppressions.counts(),
        "masked": contacts,
        "most": suppressions.MOST_AT_ONCE,
    }


@blueprint.get("/opt-outs")
@web.access("contact:read")
def opt_outs_page() -> Response:
    return web.render("people/opt_outs.html", error=None, form={}, **_values())


@blueprint.post("/opt-outs")
@web.access("contact:edit")
def enter_opt_outs() -> Response:
    try:
        form = forms.OptOutsForm().check()
        new, known, wrong = suppressions.enter(
            text=form.numbers.data, reason=form.reason.data, by=web.actor(), now=clock.now()
        )
    except DomainError as error:
        return web.refused(error, "people/opt_outs.html", **_values())
    return web.render("people/opt_outs.html", error=None, form={}, entered=(new, known, wrong), **_values())


@blueprint.post("/opt-outs/check")
@web.access("contact:read")
def check_opt_out() -> Response:
    """Whether a number is on the list; the number travels in the body and is kept nowhere."""
    try:
        number = forms.NumberForm().check().number.data
        found = suppressions.find(_address(number))
    except DomainError as error:
        return web.refused(error, "people/opt_outs.html", **_values())
    form = {"number": number}
    return web.render("people/opt_outs.html", error=None, form=form, checked=True, standing=found, **_values())


@blueprint.post("/opt-outs/lift")
@web.access("contact:edit")
def lift_opt_out() -> Response:
    try:
        form = forms.LiftForm().check()
        index = suppressions.index_of(_address(form.number.data))
        suppressions.lift(indexes=[index], subject=None, by=web.actor(), reason=form.lift_reason.data)
    except DomainError as error:
        return web.refused(error, "people/opt_outs.html", **_values())
    flash(_("已移出退订名单。同意需要重新登记。"))
    return web.seen(url_for("people.opt_outs_page"))


def _address(text: str) -> str:
    found = suppressions.address_of(text)
    if found is None:
        raise DomainError(N_("请填写完整的手机号或邮箱。")).at("number")
    return found
