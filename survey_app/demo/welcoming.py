"""What a person reads in the terminal when the platform is up: where it is, who may sign in, which links to try."""

from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.database import db, read_only
from survey_app.demo import chain
from survey_app.distribution.models import Collector
from survey_app.organisation.models import Organisation

_WANTED = (("order-satisfaction", "link"), ("shop-visit", "shop"), ("nps", "link"), ("shop-visit", "link"))


def welcome(*, public_url: str) -> list[str]:
    """Lines in English. Addresses stand on lines of their own, without a query."""
    with read_only():
        try:
            row = db.session.get(Organisation, 1)
            return _sample(public_url) if row is not None and row.sample else _own(public_url)
        finally:
            db.session.rollback()
            db.session.remove()


def _own(public_url: str) -> list[str]:
    lines = ["", "Ready. Staff sign in at", f"{public_url}/"]
    if db.session.scalar(select(User.id).limit(1)) is None:
        lines += [
            "",
            "Nobody can sign in yet. Make the first account with",
            "  flask users create EMAIL --role administrator",
        ]
    return lines


def _sample(public_url: str) -> list[str]:
    width = max(len(person.role) for person in chain.STAFF)
    lines = [
        "",
        f"{chain.NAME} ({chain.NAME_EN}) is an invented sample chain; everything in it is made up. Staff sign in at",
        f"{public_url}/",
        "",
        f"with the password {chain.PASSWORD} as",
        *(f"  {person.role:<{width}}  {person.email}" for person in chain.STAFF),
        "",
        "Customers answer at, for example",
    ]
    doors = _doors()
    for name, kind in _WANTED:
        found = next((door for door in doors if door.questionnaire.name == name and door.kind == kind), None)
        if found is not None:
            lines.append(f"{public_url}/s/{found.code}")
    lines += [
        "",
        "To load the sample anew: flask demo --reset, then start again.",
        "To start with an empty installation: make run SAMPLE=no INSTANCE_DIR=instance/own",
    ]
    return lines


def _doors() -> list[Collector]:
    return list(db.session.scalars(select(Collector).where(Collector.closed_at.is_(None)).order_by(Collector.id)))
