"""Users and the permission table."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts import attempts, forms, labels, second_factor, users
from survey_app.accounts.models import ROLES, User
from survey_app.accounts.permissions import GUARDED, PERMISSIONS, permissions_of
from survey_app.accounts.views import blueprint
from survey_app.accounts.views.guard import present_user
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import parts, shops


def _user(user_id: int) -> User:
    user: User = web.found(db.session.get(User, user_id))
    return user


def _places() -> dict[str, dict[str, int | None]]:
    """The regions, shops and departments that a form may name."""
    return {
        "region": {"": None} | {str(region.id): region.id for region in shops.all_regions()},
        "shop": {"": None} | {str(shop.id): shop.id for shop in shops.all_shops()},
        "department": {"": None} | {str(part.id): part.id for part in parts.all_departments()},
    }


def _choices() -> dict[str, Any]:
    language = web.language_tag()
    return {
        "roles": [(role, f"{_(labels.ROLES[role][0])} · {_(labels.ROLES[role][1])}") for role in ROLES],
        "regions": [("", _("全部大区"))] + [(r.id, r.display_name(language)) for r in shops.all_regions()],
        "shops": [("", _("未指定"))] + [(s.id, f"{s.code} {s.display_name(language)}") for s in shops.all_shops()],
        "departments": [("", _("未指定"))] + [(d.id, d.display_name(language)) for d in parts.all_departments()],
    }


@blueprint.get("/users")
@web.access("user:manage")
def users_page() -> Response:
    language = web.language_tag()
    people = users.all_users()
    return web.render(
        "accounts/users.html",
        people=people,
        roles=labels.ROLES,
        locked=attempts.locked((person.email for person in people), now=clock.now()),
        regions={r.id: r.display_name(language) for r in shops.all_regions()},
        shops={s.id: s.display_name(language) for s in shops.all_shops()},
        departments={d.id: d.display_name(language) for d in parts.all_departments()},
    )


@blueprint.get("/users/new")
@web.access("user:manage")
def new_user() -> Response:
    return web.render("accounts/user_new.html", error=None, form={}, **_choices())


@blueprint.post("/users")
@web.access("user:manage")
def create_user() -> Response:
    try:
        form = forms.NewUserForm(**_places()).check()
        user, token = users.create_user(
            email=form.email.data,
            name=form.name.data,
            role=form.role.data,
            region_id=form.region.data,
            shop_id=form.shop.data,
            department_id=form.department.data,
            language=web.interface_language(),
            by=web.actor(),
            now=clock.now(),
        )
    except DomainError as error:
        return web.refused(error, "accounts/user_new.html", **_choices())
    return _link_once(user, token)


def _link_once(user: User, token: str) -> Response:
    """The one page that ever shows this link: the answer to the form itself, never an address of its own."""
    address = web.settings().public_url + url_for("accounts.invitation", token=token)
    return web.render("accounts/link.html", person=user, address=address, status=201, days=users.LINK_LIVES.days)


@blueprint.get("/users/<int:user_id>")
@web.access("user:manage")
def user_page(user_id: int) -> Response:
    return web.render("accounts/user.html", person=_user(user_id), error=None, form={}, **_choices())


@blueprint.post("/users/<int:user_id>")
@web.access("user:manage")
def change_user(user_id: int) -> Response:
    user = _user(user_id)
    try:
        form = forms.UserForm(**_places()).check()
        users.change_role(
            user=user,
            role=form.role.data,
            name=form.name.data,
            region_id=form.region.data,
            shop_id=form.shop.data,
            department_id=form.department.data,
            by=web.actor(),
            now=clock.now(),
        )
    except DomainError as error:
        return web.refused(error, "accounts/user.html", person=_user(user_id), **_choices())
    flash(_("已保存。"))
    return web.seen(url_for("accounts.users_page"))


@blueprint.post("/users/<int:user_id>/links")
@web.access("user:manage")
def create_link(user_id: int) -> Response:
    user = _user(user_id)
    return _link_once(user, users.create_link(user=user, by=web.actor(), now=clock.now()))


@blueprint.post("/users/<int:user_id>/activity")
@web.access("user:manage")
def set_activity(user_id: int) -> Response:
    user = _user(user_id)
    try:
        if forms.ActivityForm().check().active.data:
            users.activate(user=user, by=web.actor(), now=clock.now())
            flash(_("账号已启用。"))
        else:
            users.deactivate(user=user, by=web.actor(), now=clock.now())
            flash(_("账号已停用，其登录立即失效。"))
    except DomainError as error:
        return web.refused(error, "accounts/user.html", person=_user(user_id), **_choices())
    own = user.id == present_user().id
    return web.seen(url_for("accounts.sign_in_form") if own else url_for("accounts.user_page", user_id=user_id))


@blueprint.post("/users/<int:user_id>/second-factor/reset")
@web.access("user:manage")
def reset_second_factor(user_id: int) -> Response:
    user = _user(user_id)
    try:
        second_factor.reset(user=user, by=web.actor())
    except DomainError as error:
        return web.refused(error, "accounts/user.html", person=_user(user_id), **_choices())
    flash(_("已重置。对方下次登录时重新设置。"))
    own = user.id == present_user().id
    return web.seen(url_for("accounts.sign_in_form") if own else url_for("accounts.user_page", user_id=user_id))


@blueprint.get("/permissions")
@web.access("user:manage")
def permissions_page() -> Response:
    return web.render(
        "accounts/permissions.html",
        table=PERMISSIONS,
        names=labels.PERMISSIONS,
        role_names=labels.ROLES,
        roles=ROLES,
        guarded=[_(labels.ROLES[role][0]) for role in ROLES if GUARDED & permissions_of(role)],
    )
