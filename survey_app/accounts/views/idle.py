"""After a quarter of an hour without a request, pages that show people ask again who it is (privacy.md T19)."""

from flask import current_app, jsonify, make_response, redirect, request, session, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import forms, second_factor, signing_in
from survey_app.accounts.views import blueprint
from survey_app.accounts.views.guard import LAST, present_user, seconds_left
from survey_app.errors import DomainError

TEMPLATE = "accounts/again.html"


def _goal(wanted: str | None) -> str:
    """The page to return to; where that was the answer to an act, the page above it."""
    path, _mark, query = (web.safe_next(wanted) or "").partition("?")
    adapter = current_app.url_map.bind("localhost")
    while path.strip("/"):
        try:
            adapter.match(path, method="GET")
        except (HTTPException, RequestRedirect):
            path, query = path.rpartition("/")[0], ""
        else:
            return f"{path}?{query}" if query else path
    return url_for("accounts.home")


@blueprint.get("/account/idle")
@web.access(web.SIGNED_IN)
def idle_left() -> Response:
    """How many seconds there are left, for the script of the page. Not a sign of life."""
    return jsonify(left=seconds_left())


@blueprint.post("/account/idle")
@web.access(web.SIGNED_IN)
def stay() -> Response:
    """A sign of life: the guard took it as one."""
    return make_response("", 204)


@blueprint.get("/sign-in/again")
@web.access(web.SIGNED_IN)
def again_form() -> Response:
    goal = _goal(request.args.get("next"))
    if seconds_left():
        return redirect(goal, 302)
    return web.render(TEMPLATE, goal=goal, has_code=second_factor.is_set_up(present_user()), error=None, form={})


@blueprint.post("/sign-in/again")
@web.access(web.SIGNED_IN)
def prove_again() -> Response:
    form, user = forms.AgainForm(), present_user()
    goal = _goal(form.next.data)
    try:
        form.check()
        signing_in.prove_again(user=user, typed=form.proof.data, address=request.remote_addr or "", now=clock.now())
    except DomainError as error:
        field = "proof" if error.field in ("code", "password") else error.field
        return web.refused(error.at(field), TEMPLATE, goal=goal, has_code=second_factor.is_set_up(user))
    session[LAST] = int(clock.now().timestamp())
    return web.seen(goal)
