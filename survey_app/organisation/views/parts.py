"""Pages of departments and teams."""

from typing import Any

from flask import flash, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from survey_app import web
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.organisation import forms, parts, shops
from survey_app.organisation.models import Department, Team
from survey_app.organisation.views import blueprint


@blueprint.get("/departments")
@web.access("organisation:edit")
def parts_page() -> Response:
    language = web.language_tag()
    return web.render(
        "organisation/parts.html",
        departments=parts.all_departments(),
        teams=parts.all_teams(),
        shops={shop.id: shop.display_name(language) for shop in shops.all_shops()},
    )


# --- departments -------------------------------------------------------------------------------------------------------
@blueprint.get("/departments/new")
@web.access("organisation:edit")
def new_department() -> Response:
    return web.render("organisation/department.html", department=None, error=None, form={})


@blueprint.post("/departments")
@web.access("organisation:edit")
def create_department() -> Response:
    try:
        form = forms.DepartmentForm().check()
        parts.create_department(code=form.code.data, name=form.name.data, name_en=form.name_en.data, by=web.actor())
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/department.html", department=None)
    flash(_("部门已创建。"))
    return web.seen(url_for("organisation.parts_page"))


@blueprint.get("/departments/<int:department_id>")
@web.access("organisation:edit")
def department_page(department_id: int) -> Response:
    department = web.found(db.session.get(Department, department_id))
    return web.render("organisation/department.html", department=department, error=None, form={})


@blueprint.post("/departments/<int:department_id>")
@web.access("organisation:edit")
def change_department(department_id: int) -> Response:
    department = web.found(db.session.get(Department, department_id))
    try:
        form = forms.DepartmentForm().check()
        parts.change_department(
            department=department, code=form.code.data, name=form.name.data, name_en=form.name_en.data, by=web.actor()
        )
    except DomainError as error:
        db.session.rollback()
        present = db.session.get(Department, department_id)
        return web.refused(error, "organisation/department.html", department=present)
    flash(_("已保存。"))
    return web.seen(url_for("organisation.parts_page"))


# --- teams -------------------------------------------------------------------------------------------------------------
def _homes() -> dict[str, Any]:
    language = web.language_tag()
    return {
        "shops": [("", _("不属于门店"))] + [(s.id, f"{s.code} {s.display_name(language)}") for s in shops.all_shops()],
        "departments": [("", _("不属于部门"))] + [(d.id, d.display_name(language)) for d in parts.all_departments()],
    }


def _team_form() -> forms.TeamForm:
    return forms.TeamForm(
        shop={"": None} | {str(shop.id): shop for shop in shops.all_shops()},
        department={"": None} | {str(department.id): department for department in parts.all_departments()},
    ).check()


@blueprint.get("/teams/new")
@web.access("organisation:edit")
def new_team() -> Response:
    return web.render("organisation/team.html", team=None, error=None, form={}, **_homes())


@blueprint.post("/teams")
@web.access("organisation:edit")
def create_team() -> Response:
    try:
        form = _team_form()
        parts.create_team(
            code=form.code.data, name=form.name.data, name_en=form.name_en.data, shop=form.shop.data,
            department=form.department.data, by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/team.html", team=None, **_homes())
    flash(_("团队已创建。"))
    return web.seen(url_for("organisation.parts_page"))


@blueprint.get("/teams/<int:team_id>")
@web.access("organisation:edit")
def team_page(team_id: int) -> Response:
    team = web.found(db.session.get(Team, team_id))
    return web.render("organisation/team.html", team=team, error=None, form={}, **_homes())


@blueprint.post("/teams/<int:team_id>")
@web.access("organisation:edit")
def change_team(team_id: int) -> Response:
    team = web.found(db.session.get(Team, team_id))
    try:
        form = _team_form()
        parts.change_team(
            team=team, code=form.code.data, name=form.name.data, name_en=form.name_en.data, shop=form.shop.data,
            department=form.department.data, by=web.actor(),
        )  # fmt: skip
    except DomainError as error:
        db.session.rollback()
        return web.refused(error, "organisation/team.html", team=db.session.get(Team, team_id), **_homes())
    flash(_("已保存。"))
    return web.seen(url_for("organisation.parts_page"))
