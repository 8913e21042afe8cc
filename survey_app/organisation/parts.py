"""Departments and teams: who at headquarters answers for something, who serves customers together."""

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.organisation.models import Department, Shop, Team
from survey_app.organisation.shops import checked_names


def all_departments() -> list[Department]:
    """Every department, by code."""
    return list(db.session.scalars(select(Department).order_by(Department.code)))


def find_department(code: str) -> Department | None:
    """The department with this code."""
    return db.session.scalar(select(Department).where(Department.code == code.strip()))


def all_teams() -> list[Team]:
    """Every team, by code."""
    return list(db.session.scalars(select(Team).order_by(Team.code)))


def create_department(*, code: str, name: str, by: Actor, name_en: str = "") -> Department:
    """A new department."""
    code, name = checked_names(Department, code, name, None)
    department = Department(code=code, name=name, name_en=name_en.strip()[:80])
    db.session.add(department)
    db.session.flush()
    events.record("department.created", department, by=by, code=code)
    return department


def change_department(*, department: Department, code: str, name: str, name_en: str, by: Actor) -> None:
    """Give a department other names or another code."""
    department.code, department.name = checked_names(Department, code, name, department)
    department.name_en = name_en.strip()[:80]
    events.record("department.changed", department, by=by, code=department.code)


def create_team(
    *, code: str, name: str, shop: Shop | None, department: Department | None, by: Actor, name_en: str = ""
) -> Team:
    """A new team, of a shop or of a department."""
    code, name = checked_names(Team, code, name, None)
    _one_home(shop, department)
    team = Team(
        code=code, name=name, name_en=name_en.strip()[:80], shop_id=shop.id if shop else None,
        department_id=department.id if department else None,
    )  # fmt: skip
    db.session.add(team)
    db.session.flush()
    events.record("team.created", team, by=by, code=code, shop=team.shop_id, department_id=team.department_id)
    return team


def change_team(
    *, team: Team, code: str, name: str, name_en: str, shop: Shop | None, department: Department | None, by: Actor
) -> None:
    """Give a team other names, another code or another home."""
    code, name = checked_names(Team, code, name, team)
    _one_home(shop, department)
    team.code, team.name, team.name_en = code, name, name_en.strip()[:80]
    team.shop_id, team.department_id = shop.id if shop else None, department.id if department else None
    events.record("team.changed", team, by=by, code=code, shop=team.shop_id, department_id=team.department_id)


def _one_home(shop: Shop | None, department: Department | None) -> None:
    if shop is not None and department is not None:
        raise DomainError(N_("团队属于一个门店，或者属于一个部门，不能两个都选。")).at("department")
