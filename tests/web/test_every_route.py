"""Every address of the staff side: who may open it, that looking changes nothing, that acting needs the token."""

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import Client
from werkzeug.wrappers import Response

from survey_app import clock, web
from survey_app.accounts.models import ROLES
from survey_app.accounts.permissions import PERMISSIONS, is_allowed
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import chain as organisation
from survey_app.server import whole_site
from tests import staff
from tests.web.objects import campaigned, designed, exported, framed, messaged, ordered, peopled, printed, unsealed


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    made = staff.fill(sqlite_app)
    made.named |= designed(made.questionnaire) | peopled()
    ordered()
    made.named |= messaged()
    made.named |= framed(made.questionnaire, made.shops[0]) | unsealed(made.questionnaire, made.users["quality"])
    made.named |= campaigned(made.questionnaire, made.users["researcher"])
    made.named["run"] = printed(sqlite_app, made.questionnaire, made.doors["own"], made.users["administrator"])
    return made


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ())))


def address(rule: Rule, chain: staff.Chain) -> str:
    known = {
        "questionnaire_id": chain.questionnaire, "collector_id": chain.doors["own"], "shop_id": chain.shops[0],
        "region_id": chain.regions[0], "user_id": chain.users["researcher"], "number": 1, "name": "nps",
        "token": "0" * 22, "run_id": chain.named["run"], "sender_id": chain.named["sender"],
        "message_id": chain.named["message"], "unsealing_id": chain.named["unsealing"], "filename": "staff.css", "version": 1,
    }  # fmt: skip
    named = chain.named
    designing: dict[str, dict[str, Any]] = {
        "bank_item": {"key": named["bank"]},
        "indicator_page": {"key": "response_speed"},
        "rule": {"node": named["ruled"], "key": "show_if"},
        "questionnaire_file": {"key": "xlsform"},
        "questionnaire_file_report": {"key": "xlsform"},
        "editor_card": {"node": named["listed"]},
        "editor_lines": {"node": named["listed"], "list": "choices"},
        "editor_places": {"node": named["listed"]},
        "distribution.sites_page": {"collector_id": named["widget"]},
        "distribution.set_sites": {"collector_id": named["widget"]},
        "distribution.sample_page": {"collector_id": named["widget"]},
        "campaigns.calls_page": {"campaign_id": named["calls"]},
        **{
            f"messaging.{name}_template": {"channel": "sms", "language": "zh-CN", "name": "invitation"}
            for name in ("change", "preview")
        },
        "messaging.template_page": {"channel": "sms", "language": "zh-CN", "name": "invitation"},
        "translation_state": {"cell": named["cell"], "language": "en"},
    }
    values = {key: known.get(key, 1) for key in rule.arguments}
    values |= designing.get(rule.endpoint.removeprefix("design."), {})
    with chain.app.test_request_context():
        method = "GET" if "GET" in (rule.methods or ()) else None
        return str(chain.app.url_map.bind("localhost").build(rule.endpoint, values, method=method))


def dump(app: Flask) -> list[str]:
    db.session.remove()
    path: Path = app.extensions["survey_settings"].sqlite_path
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def test_every_route_declares_who_may_use_it(sqlite_app: Flask) -> None:
    known = {web.PUBLIC, web.SIGNED, web.SIGNED_IN, *PERMISSIONS}
    undeclared = [
        rule.rule for rule in rules(sqlite_app) if web.declared_access(sqlite_app, rule.endpoint) not in known
    ]
    assert undeclared == []


def test_every_look_by_every_role_answers_as_declared_and_writes_nothing(chain: staff.Chain) -> None:
    before = dump(chain.app)
    looks = [rule for rule in rules(chain.app) if "GET" in (rule.methods or ())]
    for role in (None, *ROLES):
        person = chain.signed_in(role) if role else chain.nobody()
        for rule in looks:
            declared = web.declared_access(chain.app, rule.endpoint)
            path = address(rule, chain)
            status = person.get(path).status_code
            if declared == web.PUBLIC:
                expected = {200, 302, 404, 410}
            elif role is None:
                expected = {302, 303}
            elif declared == web.SIGNED_IN or is_allowed(role, declared or ""):
                expected = {200, 302, 404}
            else:
                expected = {403}
            assert status in expected, (role, path, status)
    assert dump(chain.app) == before


def test_every_page_is_found_by_somebody_who_may_open_it(chain: staff.Chain) -> None:
    people = {role: chain.signed_in(role) for role in ROLES}
    chain.named["export"] = exported(chain.questionnaire, chain.users["administrator"])
    missing = []
    for rule in rules(chain.app):
        if "GET" in (rule.methods or ()):
            allowed = PERMISSIONS.get(web.declared_access(chain.app, rule.endpoint) or "", frozenset({"administrator"}))
            role = "administrator" if "administrator" in allowed else min(allowed)
            status = people[role].get(address(rule, chain)).status_code
            if status not in (200, 302, 303):
                missing.append((rule.rule, status))
    # no logo was uploaded, no one-time link has this token
    assert missing == [("/invitations/<token>", 410), ("/organisation/logo", 404)]


def test_no_act_is_done_without_the_token(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    before = dump(chain.app)
    for rule in rules(chain.app):
        for method in (rule.methods or set()) - {"GET", "HEAD", "OPTIONS"}:
            path = address(rule, chain)
            refused = 401 if web.declared_access(chain.app, rule.endpoint) == web.SIGNED else 400
            refused = 404 if rule.endpoint == "messaging.callback" else refused  # its secret address is the token
            assert person.open(path, method=method).status_code == refused, (method, path)
            forged = person.open(path, method=method, data={"csrf_token": "forged"})
            assert forged.status_code == refused, (method, path)
    assert dump(chain.app) == before


def test_what_systems_send_is_taken_by_signature_alone(chain: staff.Chain) -> None:
    signed = [rule for rule in rules(chain.app) if web.declared_access(chain.app, rule.endpoint) == web.SIGNED]
    assert {rule.rule for rule in signed} == {"/api/orders", "/api/events"}
    for rule in signed:
        assert (rule.methods or set()) - {"OPTIONS"} == {"POST"}
        for role in (None, *ROLES):  # whoever is signed in, a cookie is no signature
            person = chain.signed_in(role) if role else chain.nobody()
            assert person.open(rule.rule, method="POST", json={}).status_code == 401


def test_acts_of_other_roles_are_refused(chain: staff.Chain) -> None:
    wrong = []
    for role in ROLES:
        person = chain.signed_in(role)
        token = person.token()
        for rule in rules(chain.app):
            declared = web.declared_access(chain.app, rule.endpoint)
            if "POST" not in (rule.methods or ()) or declared in (web.PUBLIC, web.SIGNED, web.SIGNED_IN):
                continue
            if not is_allowed(role, declared or ""):
                status = person.open(address(rule, chain), method="POST", data={"csrf_token": token}).status_code
                wrong += [(role, rule.rule, status)] if status != 403 else []
    assert wrong == []


def test_what_is_missing_and_what_is_foreign_answer_the_same(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    foreign = person.get(f"/collectors/{chain.doors['foreign']}/qr.svg")
    missing = person.get("/collectors/99999/qr.svg")
    assert foreign.status_code == missing.status_code == 404

    def plain(data: bytes) -> str:  # without the number of the request and the token
        return re.sub(r"value=\"[^\"]*\"|[0-9a-f]{16}", "", data.decode())

    assert plain(foreign.data) == plain(missing.data)
    for place in ("own", "link"):
        status = person.get(f"/collectors/{chain.doors[place]}/poster").status_code
        assert status == (200 if place == "own" else 404)


@pytest.mark.parametrize("number", ["2147483648", "9223372036854775808", "9" * 5000])
def test_a_number_that_no_database_holds_is_the_address_of_nothing(chain: staff.Chain, number: str) -> None:
    person = chain.signed_in("administrator")
    tried = 0
    for rule in rules(chain.app):
        if "<int:" in rule.rule:
            path = re.sub("<int:[a-z_]+>", number, rule.rule).replace("<part>", "data")
            tried += 1
            for method in (rule.methods or set()) & {"GET", "POST"}:
                data = {"csrf_token": person.token()} if method == "POST" else None
                assert person.open(path, method=method, data=data).status_code == 404, (method, path[:80])
    assert tried > 20


def test_no_redirect_names_the_host_that_the_browser_claims(chain: staff.Chain) -> None:
    site, redirects = whole_site(chain.app), 0
    client = Client(site, Response)
    for rule in rules(chain.app):
        path = address(rule, chain)
        for tried in (path, f"{path}/", f"/{path}", path.replace("/", "//"), "//".join(path.rsplit("/", 1))):
            for method in ("GET", "POST"):
                found = client.open(tried, method=method, headers={"Host": "evil.example"})
                redirects += found.status_code in range(300, 400)
                assert "evil.example" not in found.headers.get("Location", ""), tried
    assert redirects > 20


def test_a_browser_finds_an_icon(chain: staff.Chain) -> None:
    mark = chain.nobody().get("/favicon.ico")
    assert (mark.status_code, mark.mimetype) == (200, "image/svg+xml")
    drawn = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z"/></svg>'
    with chain.app.app_context():
        organisation.set_logo(chain=organisation.the_chain(), data=drawn, by=COMMAND_LINE, now=clock.now())
        db.session.commit()
    db.session.remove()
    assert b"M0 0h9v9z" in chain.nobody().get("/favicon.ico").data
