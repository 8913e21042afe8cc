"""The guard: who is it, what does the page need. Default deny."""

from typing import Any

from flask import abort, current_app, g, redirect, request, session, url_for
from flask_babel import gettext as _
from htmx_flask import request as htmx_request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import navigation, second_factor, signing_in, users
from survey_app.accounts.models import User
from survey_app.accounts.permissions import SENSITIVE, is_allowed, permissions_of
from survey_app.accounts.views import blueprint
from survey_app.database import db
from survey_app.organisation.models import Organisation

TICKET = "ticket"
LAST = "last"  # the last request, in seconds since 1970; brought up to date once a minute
MINUTE = 60
# asking how long there is left, and showing who it is, are no work: neither keeps anybody in
NO_WORK = frozenset({"accounts.idle_left", "accounts.again_form", "accounts.prove_again", "accounts.sign_out"})
# what somebody may do who has yet to set up the second factor that the role needs
WITHOUT_SECOND_FACTOR = frozenset(
    {"accounts.second_factor_page", "accounts.new_secret", "accounts.confirm_secret", "accounts.sign_out"}
)


def present_user() -> User:
    """Who is signed in; only behind the guard of a page that needs it."""
    user: User = g.user
    return user


@blueprint.before_app_request
def guard() -> Response | None:
    """Let the request pass when its page allows this person; otherwise sign-in (nobody) or 403 (somebody else)."""
    if request.endpoint == "static":
        return None  # a file needs nobody; looking the person up would cost a query for each
    g.user = signing_in.ticket_owner(session.get(TICKET, ""), now=clock.now()) if session.get(TICKET) else None
    g.actor = users.actor(g.user) if g.user is not None else None
    g.permissions = permissions_of(g.user.role, bound=users.is_bound(g.user)) if g.user is not None else frozenset()
    if request.endpoint is None:
        return None  # no such page: the 404 follows
    needed = web.declared_access(current_app, request.endpoint)
    if needed in (web.PUBLIC, web.SIGNED):
        return None
    if g.user is None:
        return _to_sign_in()
    if needed is None or (needed != web.SIGNED_IN and not web.may(needed)):
        # a page that this role may open for the whole chain is, for somebody bound to a part of it, not there
        abort(404 if is_allowed(g.user.role, needed or "") else 403)
    if request.endpoint not in WITHOUT_SECOND_FACTOR and lacks_second_factor(g.user):
        address = url_for("accounts.second_factor_page")
        return web.seen(address) if web.is_htmx() else redirect(address, 302)
    return _keep_awake(needed or "")


def seconds_left() -> int:
    """Until the pages that show people ask again who it is; 0 when they do."""
    began = signing_in.began_at(session[TICKET])
    return signing_in.idle_left(max(began, session.get(LAST, 0)), now=clock.now())


def _keep_awake(needed: str) -> Response | None:
    """Take this request as a sign of life; too late for that, pages that show people ask again who it is.

    Once the time is over only that proof helps: a look at another page does not bring it back.
    """
    left = seconds_left()
    if needed in SENSITIVE:
        g.idle_left = left
        if not left:
            return _to_proof()
    if left and request.endpoint not in NO_WORK and not web.is_waiting():
        if left <= signing_in.IDLE_AFTER.total_seconds() - MINUTE:
            session[LAST] = int(clock.now().timestamp())
        g.idle_left = seconds_left()
    return None


def _to_proof() -> Response:
    page = _path_of(htmx_request.htmx.current_url or "") if web.is_htmx() else here()
    address = url_for("accounts.again_form", next=page)
    return web.seen(address) if request.method not in web.SAFE_METHODS or web.is_htmx() else redirect(address, 302)


def here() -> str | None:
    """The page of this request, as something to return to: of an act the page that it was done on."""
    if request.method in web.SAFE_METHODS:
        return web.safe_next(request.full_path.rstrip("?"))
    return _path_of(request.referrer or "")


def lacks_second_factor(user: User) -> bool:
    """Whether this person must set up a second factor before anything else. A sample chain offers it only."""
    if second_factor.is_set_up(user) or not second_factor.is_needed(user):
        return False
    chain = db.session.get(Organisation, 1)
    return chain is None or not chain.sample


def _to_sign_in() -> Response:
    wanted = request.full_path.rstrip("?") if request.method in web.SAFE_METHODS else None
    if web.is_htmx():
        page = htmx_request.htmx.current_url or ""
        return web.seen(url_for("accounts.sign_in_form", next=_path_of(page)))
    return redirect(url_for("accounts.sign_in_form", next=None if wanted == "/" else wanted), 302)


def _path_of(address: str) -> str | None:
    return web.safe_next(address.removeprefix(request.host_url.rstrip("/")))


@blueprint.app_context_processor
def frame() -> dict[str, Any]:
    """What the frame of every page shows. A page that reports a broken database must still render."""
    try:
        chain = db.session.get(Organisation, 1)
    except SQLAlchemyError:
        chain = None
    name = chain.display_name(web.language_tag()) if chain else ""
    return {
        "user": g.get("user"),
        "chain_name": name or _("顾客满意度调研"),
        "sample_chain": bool(chain and chain.sample),
        "sending_paused": bool(chain and chain.sending_paused and g.get("user")),
        "logo_url": url_for("organisation.logo", v=str(len(chain.logo)) + chain.brand[1:])
        if chain and chain.logo
        else "",
        "navigation": _menu() if g.get("user") else [],
        "idle_left": g.get("idle_left", 0)
        if web.declared_access(current_app, request.endpoint or "") in SENSITIVE
        else 0,
        "idle_next": here() if request.method not in web.SAFE_METHODS else "",
    }


def _menu() -> list[tuple[str, list[dict[str, Any]]]]:
    groups = []
    for group, places in navigation.menu_for(g.permissions):
        pages = []
        for place in places:
            address = url_for(place.endpoint)
            inside = (address + "/", place.also) if place.also else (address + "/",)
            current = request.path == address or request.path.startswith(inside)
            pages.append({"address": address, "text": _(place.text), "icon": place.icon, "current": current})
        groups.append((_(group), pages))
    return groups
