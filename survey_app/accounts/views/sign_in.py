"""Signing in and out, one-time links, one's own account, the language of the pages."""

from typing import Any

from flask import flash, g, redirect, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import forms, navigation, passwords, second_factor, signing_in, users
from survey_app.accounts.labels import ROLES
from survey_app.accounts.models import User
from survey_app.accounts.views import blueprint
from survey_app.accounts.views.guard import TICKET, present_user
from survey_app.errors import DomainError
from survey_app.languages import INTERFACE

HALF = "half"  # between password and code


def begin_session(user: User) -> None:
    """A new session: nothing of the one before the sign-in is kept but the language that was chosen."""
    chosen = session.get("language")
    session.clear()
    if chosen in INTERFACE:
        user.language = chosen
    session["language"] = user.language
    session[TICKET] = signing_in.ticket(user, clock.now())


def _enter(user: User, goal: str | None) -> Response:
    """Where a right password leads: in, or to the page that asks for the code."""
    if not second_factor.is_set_up(user):
        begin_session(user)
        return web.seen(goal or url_for("accounts.home"))
    chosen = session.get("language")
    session.clear()
    session["language"] = chosen if chosen in INTERFACE else user.language
    session[HALF] = signing_in.half_ticket(user, clock.now())
    return web.seen(url_for("accounts.code_form", next=goal))


@blueprint.get("/")
@web.access(web.SIGNED_IN)
def home() -> Response:
    return redirect(url_for(navigation.first_page(g.permissions)), 302)


@blueprint.get("/sign-in")
@web.access(web.PUBLIC)
def sign_in_form() -> Response:
    goal = web.safe_next(request.args.get("next"))
    if g.user is not None:
        return redirect(goal or url_for("accounts.home"), 302)
    return web.render("accounts/sign_in.html", goal=goal, error=None, form={})


@blueprint.post("/sign-in")
@web.access(web.PUBLIC)
def sign_in() -> Response:
    form = forms.SignInForm()
    goal = web.safe_next(form.next.data)
    try:
        form.check()
        user = signing_in.sign_in(
            email=form.email.data, password=form.password.data, address=request.remote_addr or "", now=clock.now()
        )
    except DomainError as error:
        return web.refused(error, "accounts/sign_in.html", goal=goal)
    return _enter(user, goal)


@blueprint.get("/sign-in/code")
@web.access(web.PUBLIC)
def code_form() -> Response:
    goal = web.safe_next(request.args.get("next"))
    if signing_in.half_ticket_owner(session.get(HALF, ""), now=clock.now()) is None:
        return redirect(url_for("accounts.sign_in_form", next=goal), 302)
    return web.render("accounts/sign_in_code.html", goal=goal, error=None, form={})


@blueprint.post("/sign-in/code")
@web.access(web.PUBLIC)
def enter_code() -> Response:
    form = forms.SignInCodeForm()
    goal = web.safe_next(form.next.data)
    try:
        form.check()
        user = signing_in.sign_in_with_code(
            half=session.get(HALF, ""), code=form.code.data, address=request.remote_addr or "", now=clock.now()
        )
    except DomainError as error:
        return web.refused(error, "accounts/sign_in_code.html", goal=goal)
    begin_session(user)
    return web.seen(goal or url_for("accounts.home"))


@blueprint.post("/sign-out")
@web.access(web.SIGNED_IN)
def sign_out() -> Response:
    signing_in.sign_out(user=present_user(), now=clock.now())
    language = session.get("language")
    session.clear()
    session["language"] = language
    flash(_("已退出登录。"))
    return web.seen(url_for("accounts.sign_in_form"))


@blueprint.get("/invitations/<token>")
@web.access(web.PUBLIC)
def invitation(token: str) -> Response:
    owner = users.link_owner(token, now=clock.now())
    return web.render(
        "accounts/invitation.html", owner=owner, error=None, status=200 if owner else 410, shortest=passwords.SHORTEST
    )


@blueprint.post("/invitations/<token>")
@web.access(web.PUBLIC)
def use_invitation(token: str) -> Response:
    try:
        form = forms.NewPasswordForm().check()
        user = users.use_link(token=token, password=form.password.data, now=clock.now())
    except DomainError as error:
        owner = users.link_owner(token, now=clock.now())
        return web.refused(error, "accounts/invitation.html", owner=owner, shortest=passwords.SHORTEST)
    answer = _enter(user, None)
    flash(_("密码已设置。"))
    return answer


@blueprint.get("/account")
@web.access(web.SIGNED_IN)
def own_account() -> Response:
    return web.render("accounts/account.html", error=None, **_account_values())


def _account_values() -> dict[str, Any]:
    user = present_user()
    return {
        "role": ROLES[user.role],
        "shortest": passwords.SHORTEST,
        "has_code": second_factor.is_set_up(user),
        "needs_code": second_factor.is_needed(user),
    }


@blueprint.post("/account/password")
@web.access(web.SIGNED_IN)
def change_password() -> Response:
    user = present_user()
    try:
        form = forms.ChangePasswordForm().check()
        users.change_password(user=user, old=form.old.data, new=form.password.data, now=clock.now())
    except DomainError as error:
        return web.refused(error, "accounts/account.html", **_account_values())
    begin_session(user)  # this browser stays signed in, every other one is refused
    flash(_("密码已修改，其他设备需要重新登录。"))
    return web.seen(url_for("accounts.own_account"))


@blueprint.post("/language")
@web.access(web.PUBLIC)
def set_language() -> Response:
    form = forms.LanguageForm()
    if form.validate():  # a language that we do not have is no reason to stop anybody
        session["language"] = form.language.data
        if g.user is not None:
            g.user.language = form.language.data
    return web.seen(web.safe_next(form.next.data) or url_for("accounts.home"))
