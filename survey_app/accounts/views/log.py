"""The audit pages: who did what, and who read what. Reading them changes nothing."""

from typing import Any

from flask import abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.accounts import audit, labels
from survey_app.accounts.models import User
from survey_app.accounts.views import blueprint
from survey_app.database import db


@blueprint.get("/events")
@web.access("audit:read")
def events_page() -> Response:
    asked = _asked()
    found, more = audit.find_events(**asked, page=web.page_number(), size=web.PAGE_SIZE)
    return web.render(
        "accounts/events.html",
        fragment="accounts/_events.html",
        events=found,
        more=more,
        **_shared(asked, audit.actions_present()),
    )


@blueprint.get("/reads")
@web.access("audit:read")
def reads_page() -> Response:
    """Sensitive reads: all, those of a member of staff (`?user=3`), those of a customer (`?contact=17`) or another object."""
    asked, user_id = _asked(), _number("user")
    about = {word: number for word in audit.ABOUT if (number := _number(word)) is not None}
    found, more = audit.find_reads(**asked, user_id=user_id, about=about, page=web.page_number(), size=web.PAGE_SIZE)
    reader = db.session.get(User, user_id) if user_id is not None else None
    return web.render(
        "accounts/reads.html",
        fragment="accounts/_reads.html",
        events=found,
        more=more,
        reader=(reader.name or reader.email) if reader else str(user_id or ""),
        about=[(_(labels.OBJECTS.get(audit.ABOUT[word], word)), number) for word, number in about.items()],
        kept={"user": user_id, **about},
        **_shared(asked, audit.actions_present(reads=True)),
    )


def _asked() -> dict[str, str]:
    return {"action": request.args.get("action", "")[:64], "person": request.args.get("person", "")[:254]}


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        abort(404)  # as of a number in a path (web.Number): no database holds a larger one
    return int(text)


def _shared(asked: dict[str, str], present: list[str]) -> dict[str, Any]:
    named = [(name, _(labels.ACTIONS[name]) if name in labels.ACTIONS else name) for name in present]
    return {
        **asked,
        "page": web.page_number(),
        "names": labels.ACTIONS,
        "roles": labels.ROLES,
        "programs": labels.PROGRAMS,
        "objects": labels.OBJECTS,
        "actions": [("", _("全部操作")), *named],
    }
