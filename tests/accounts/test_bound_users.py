"""Figures, texts and files are about the whole chain: whoever is bound to a part of it finds none of them."""

import re

import pytest
from flask import Flask

from survey_app.accounts.models import ROLES, User
from survey_app.accounts.permissions import UNDIVIDED, is_allowed
from survey_app.database import db
from tests import staff


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def bind(chain: staff.Chain, role: str, place: str | None) -> staff.Person:
    user = db.session.get_one(User, chain.users[role])
    user.region_id = chain.regions[0] if place == "region" else None
    user.shop_id = chain.shops[0] if place == "shop" else None
    db.session.commit()
    return chain.signed_in(role)


def undivided(chain: staff.Chain) -> list[tuple[str, str, str]]:
    """Method, address and permission of every page about the whole chain."""
    found = []
    for rule in chain.app.url_map.iter_rules():
        declared = getattr(chain.app.view_functions[rule.endpoint], "access", "")
        if declared in UNDIVIDED:
            path = re.sub("<int:questionnaire_id>", str(chain.questionnaire), rule.rule)
            found += [
                (method, re.sub("<[^>]+>", "1", path), declared) for method in (rule.methods or set()) & {"GET", "POST"}
            ]
    return found


def plain(page: str) -> str:  # without the menu, the number of the request and the token
    return re.sub(r"value=\"[^\"]*\"|[0-9a-f]{16}", "", page.split("<main")[1])


@pytest.mark.parametrize("place", ["region", "shop"])
@pytest.mark.parametrize("role", ROLES)
def test_whoever_is_bound_finds_no_page_about_the_whole_chain(chain: staff.Chain, role: str, place: str) -> None:
    person = bind(chain, role, place)
    missing = plain(person.text("/questionnaires/99999/nothing"))
    assert len(undivided(chain)) > 6
    for method, path, permission in undivided(chain):
        data = {"csrf_token": person.token()} if method == "POST" else None
        found = person.open(path, method=method, data=data)
        if is_allowed(role, permission):
            assert (found.status_code, plain(found.get_data(as_text=True))) == (404, missing), (method, path)
        else:
            assert found.status_code == 403, (method, path)


def test_tabs_and_lists_say_nothing_of_the_whole_chain_to_them(chain: staff.Chain) -> None:
    page = f"/questionnaires/{chain.questionnaire}"
    for place, shown in ((None, True), ("region", False)):
        person = bind(chain, "researcher", place)
        assert (f"{page}/results" in person.text(page), f"{page}/exports" in person.text(page)) == (shown, shown)
        assert ("<dt>答卷</dt>" in person.text("/questionnaires")) == shown
        assert f"{page}/collectors" in person.text(page)
