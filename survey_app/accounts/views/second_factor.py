"""The second factor on one's own account: set up with a QR code, confirmed by a code, turned off again."""

from typing import Any

from flask import flash, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import forms, second_factor
from survey_app.accounts.views import blueprint
from survey_app.accounts.views.guard import lacks_second_factor, present_user
from survey_app.accounts.views.sign_in import begin_session
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.organisation.chain import the_chain

PENDING = "pending_secret"  # sealed, in the signed cookie, until a code shows that the app has it


def _values() -> dict[str, Any]:
    user = present_user()
    values: dict[str, Any] = {
        "has_code": second_factor.is_set_up(user),
        "needs_code": second_factor.is_needed(user),
        "must": lacks_second_factor(user),
    }
    if session.get(PENDING) and not values["has_code"]:
        secret = second_factor.opened(user, session[PENDING])
        text = second_factor.address(user, secret, issuer=the_chain().display_name(web.language_tag()))
        values["secret"] = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
        values["size"], values["path"] = second_factor.drawing(text)
    return values


@blueprint.get("/account/second-factor")
@web.access(web.SIGNED_IN)
def second_factor_page() -> Response:
    return web.render("accounts/second_factor.html", error=None, form={}, **_values())


@blueprint.post("/account/second-factor/secret")
@web.access(web.SIGNED_IN)
def new_secret() -> Response:
    user = present_user()
    if second_factor.is_set_up(user):
        raise DomainError(N_("动态验证码已经启用。"))
    session[PENDING] = second_factor.seal(user, second_factor.new_secret())
    return web.seen(url_for("accounts.second_factor_page"))


@blueprint.post("/account/second-factor")
@web.access(web.SIGNED_IN)
def confirm_secret() -> Response:
    user = present_user()
    try:
        code = forms.CodeForm().check().code.data
        if second_factor.is_set_up(user) or not session.get(PENDING):
            raise DomainError(N_("请先点“开始设置”。"))
        secret = second_factor.opened(user, session[PENDING])
        second_factor.set_up(user=user, secret=secret, code=code, now=clock.now())
    except DomainError as error:
        return web.refused(error, "accounts/second_factor.html", **_values())
    begin_session(user)  # this browser stays signed in, every other one is asked for a code
    flash(_("动态验证码已启用。下次登录时需要它。"))
    return web.seen(url_for("accounts.home"))


@blueprint.post("/account/second-factor/removal")
@web.access(web.SIGNED_IN)
def remove_second_factor() -> Response:
    user = present_user()
    try:
        code = forms.CodeForm().check().code.data
        second_factor.turn_off(user=user, code=code, now=clock.now())
    except DomainError as error:
        return web.refused(error, "accounts/second_factor.html", **_values())
    flash(_("动态验证码已停用。"))
    return web.seen(url_for("accounts.own_account"))
