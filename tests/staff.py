"""A small chain and its people, for tests of staff pages."""

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.accounts import passwords, second_factor, signing_in, users
from survey_app.accounts.models import ROLES, User
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops

PASSWORD = "violet tram umbrella 7"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"  # what the apps of everybody here make their codes from
_TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Person:
    """Somebody at a browser: keeps cookies, sends the CSRF token of the last page.

    Every request gets an application context of its own, as it does when served; otherwise the one of the test would be
    used again, with the language and the person of the request before.
    """

    def __init__(self, client: FlaskClient) -> None:
        self.client = client

    def open(self, path: str, **more: Any) -> TestResponse:
        with self.client.application.app_context():
            return self.client.open(path, **more)

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.open(path, method="GET", **more)

    def text(self, path: str, **more: Any) -> str:
        return self.get(path, **more).get_data(as_text=True)

    def token(self) -> str:
        page = self.get("/sign-in")
        while page.status_code == 302:
            page = self.get(page.location)
        found = _TOKEN.search(page.get_data(as_text=True))
        assert found is not None
        return found[1]

    def post(self, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        return self.open(path, method="POST", data={"csrf_token": self.token(), **(data or {})}, **more)


@dataclass
class Chain:
    """Two regions with a shop each, one user per role, one published questionnaire with a door per shop and a link."""

    app: Flask
    users: dict[str, int]
    shops: list[int]
    regions: list[int]
    questionnaire: int
    draft: int
    doors: dict[str, int]
    named: dict[str, str] = field(default_factory=dict)  # what a test adds, by a word of its own

    def signed_in(self, role: str, language: str = "zh") -> Person:
        user = db.session.get_one(User, self.users[role])
        ticket = signing_in.ticket(user, clock.now())
        db.session.rollback()
        client = self.app.test_client()
        with client.session_transaction() as kept:
            kept["ticket"], kept["language"] = ticket, language
        return Person(client)

    def nobody(self) -> Person:
        return Person(self.app.test_client())


def code_of(email: str) -> str:
    """The code that the app of this account shows: the first one that was not used yet."""
    user = db.session.scalars(select(User).where(User.email == email)).one()
    step = max(int(clock.now().timestamp()) // 30 - 1, user.totp_step + 1)
    db.session.remove()
    return str(pyotp.TOTP(SECRET).generate_otp(step))


@lru_cache(maxsize=1)
def _hashed() -> str:
    return passwords.hashed(PASSWORD)


def make_user(role: str, *, email: str | None = None, with_app: bool = True, **more: Any) -> User:
    """An active account with the password of this module (hashed once: the hash is slow on purpose).

    `with_app`: where the role needs a second factor, the account has one, with the secret of this module.
    """
    user, _ = users.create_user(
        email=email or f"{role}@example.org", role=role, name=role, by=COMMAND_LINE, now=clock.now(), **more
    )
    user.password_hash = _hashed()
    db.session.flush()
    if with_app:
        give_app(user)
    return user


def give_app(user: User) -> None:
    """Set up the second factor of an account whose role needs one, with the secret of this module."""
    if second_factor.is_needed(user):
        user.totp_secret = second_factor.seal(user, SECRET)


def from_library(name: str) -> Questionnaire:
    """A draft made from the library."""
    return drafting.create_from_library(name=name, by=COMMAND_LINE, now=clock.now())


def fill(app: Flask) -> Chain:
    """Make the chain; everything is committed."""
    now, by = clock.now(), COMMAND_LINE
    regions = [shops.create_region(code=c, name=n, by=by) for c, n in (("east", "东区"), ("west", "西区"))]
    own = [
        shops.create_shop(code=f"KM-{i}", name=n, region=regions[i], by=by)
        for i, n in enumerate(("人民路店", "中山路店"))
    ]
    people = {}
    for role in ROLES:
        place: dict[str, Any] = {}
        if role == "shop-staff":
            place = {"shop_id": own[0].id}
        if role == "manager":
            place = {"region_id": regions[0].id}
        people[role] = make_user(role, **place).id
    questionnaire, draft = from_library("shop-visit"), from_library("nps")
    publishing.publish(questionnaire=questionnaire, by=by, now=now)
    link = collecting.create_collector(kind="link", questionnaire=questionnaire, name="公众号", by=by, now=now)
    doors = collecting.create_for_shops(questionnaire=questionnaire, shops=own, place="收银台", by=by, now=now)
    db.session.commit()
    made = Chain(
        app, people, [s.id for s in own], [r.id for r in regions], questionnaire.id, draft.id,
        {"link": link.id, "own": doors[0].id, "foreign": doors[1].id},
    )  # fmt: skip
    db.session.commit()
    db.session.remove()
    return made
