"""A signed-in member of staff, without the sign-in page."""

import re
from typing import Any

from flask import Flask, g
from flask.testing import FlaskClient

from survey_app import clock
from survey_app.accounts import signing_in, users
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from tests.staff import give_app


def make_user(role: str) -> Any:
    """An account of this role."""
    user, _ = users.create_user(email=f"{role}@example.org", role=role, by=COMMAND_LINE, now=clock.now(), name=role)
    give_app(user)
    db.session.commit()
    return user


def client_of(app: Flask, role: str, language: str = "zh") -> FlaskClient:
    """A client of the staff application, signed in with this role."""
    ticket = signing_in.ticket(make_user(role), clock.now())
    app.config["WTF_CSRF_ENABLED"] = True
    g.pop("csrf_token", None)  # requests of a test share its application context, and with it the last client's token
    client = app.test_client()
    with client.session_transaction() as kept:
        kept["ticket"], kept["language"] = ticket, language
    return client


def token_in(page: str) -> str:
    """The CSRF token of a page's first form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found is not None
    return found[1]
