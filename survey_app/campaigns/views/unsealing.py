"""Who gave an answer: requests, decisions of a second person, the one look."""

from typing import Any

from flask import url_for
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import User
from survey_app.campaigns import unsealing
from survey_app.campaigns.models import Unsealing
from survey_app.campaigns.unsealing_forms import DecisionForm, UnsealForm
from survey_app.campaigns.views import blueprint
from survey_app.database import db
from survey_app.errors import DomainError

TEMPLATE = "campaigns/unsealings.html"


def _values() -> dict[str, Any]:
    listed, now, me = unsealing.newest(), clock.now(), web.actor()
    ids = {each for row in listed for each in (row.requested_by_id, row.decided_by_id) if each}
    return {
        "rows": [(row, unsealing.may_be_shown(row, by=me, now=now)) for row in listed],
        "people": {user.id: user.name or user.email for user in db.session.query(User).filter(User.id.in_(ids))},
        "me": me.id,
        "shortest": unsealing.SHORTEST_REASON,
    }


def _unsealing(unsealing_id: int) -> Unsealing:
    found: Unsealing = web.found(db.session.get(Unsealing, unsealing_id))
    return found


@blueprint.get("/unsealings")
@web.access("response:unseal")
def unsealings_page() -> Response:
    return web.render(TEMPLATE, error=None, form={}, **_values())


@blueprint.post("/unsealings")
@web.access("response:unseal")
def ask_unsealing() -> Response:
    try:
        form = UnsealForm().check()
        number = form.number.data
        made = unsealing.ask(
            response_id=int(number) if number.isascii() and number.isdigit() else 0,
            reason=form.reason.data,
            by=web.actor(),
            now=clock.now(),
        )
    except DomainError as error:
        return web.refused(error, TEMPLATE, **_values())
    return web.seen(url_for("campaigns.unsealing_page", unsealing_id=made.id))


@blueprint.get("/unsealings/<int:unsealing_id>")
@web.access("response:unseal")
def unsealing_page(unsealing_id: int) -> Response:
    return _page(_unsealing(unsealing_id), None)


def _page(row: Unsealing, shown: unsealing.Shown | None, error: DomainError | None = None) -> Response:
    users = {
        user.id: user.name or user.email
        for user in db.session.query(User).filter(User.id.in_([row.requested_by_id, row.decided_by_id]))
    }
    ready = unsealing.may_be_shown(row, by=web.actor(), now=clock.now())
    values: dict[str, Any] = {"row": row, "shown": shown, "ready": ready, "people": users, "me": web.actor().id}
    if error is not None:
        return web.refused(error, "campaigns/unsealing.html", **values)
    return web.render("campaigns/unsealing.html", error=None, form={}, **values)


@blueprint.post("/unsealings/<int:unsealing_id>/decision")
@web.access("response:unseal")
def decide_unsealing(unsealing_id: int) -> Response:
    row = _unsealing(unsealing_id)
    try:
        unsealing.decide(unsealing=row, approve=DecisionForm().check().approve.data, by=web.actor(), now=clock.now())
    except DomainError as error:
        return _page(row, None, error)
    return web.seen(url_for("campaigns.unsealing_page", unsealing_id=unsealing_id))


@blueprint.post("/unsealings/<int:unsealing_id>/look")
@web.access("response:unseal")
def look_unsealing(unsealing_id: int) -> Response:
    """The one look; its audit row stands before anything is shown."""
    row = _unsealing(unsealing_id)
    try:
        shown = unsealing.show(unsealing=row, by=web.actor(), now=clock.now())
    except DomainError as error:
        return _page(row, None, error)
    return _page(_unsealing(unsealing_id), shown)
