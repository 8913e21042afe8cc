"""The audit page: who did what, when. Reading it changes nothing."""

from flask import request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.accounts import audit, labels
from survey_app.accounts.views import blueprint


@blueprint.get("/events")
@web.access("audit:read")
def events_page() -> Response:
    action, person = request.args.get("action", ""), request.args.get("person", "")[:254]
    page = web.page_number()
    found, more = audit.find_events(action=action, person=person, page=page, size=web.PAGE_SIZE)
    present = audit.actions_present()
    return web.render(
        "accounts/events.html",
        fragment="accounts/_events.html",
        events=found,
        more=more,
        page=page,
        action=action,
        person=person,
        names=labels.ACTIONS,
        roles=labels.ROLES,
        programs=labels.PROGRAMS,
        objects=labels.OBJECTS,
        actions=[("", _("全部操作"))]
        + [(name, _(labels.ACTIONS[name]) if name in labels.ACTIONS else name) for name in present],
    )
