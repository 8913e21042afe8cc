"""Somebody of one shop or region, and every address that names an object of another: the same answer as for none at all.

Three people: staff of the first shop, a manager and a researcher of the first region. The second shop is in the second region.
"""

import re
import sqlite3
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey_app import web
from survey_app.accounts import users
from survey_app.accounts.models import User
from survey_app.accounts.permissions import is_allowed, permissions_of
from survey_app.database import db
from survey_app.organisation.models import Shop
from tests import staff
from tests.web.objects import (
    campaigned,
    converted,
    designed,
    exported,
    framed,
    messaged,
    ordered,
    peopled,
    placed,
    printed,
    unsealed,
)

MISSING = 99_999
PEOPLE = ("shop-staff", "manager", "regional")
# what belongs to a shop, a person or the whole chain; who is bound to a part has only the own part of it
OWNED = {
    "shop_id", "region_id", "collector_id", "device_id", "contact_id", "order_id", "campaign_id", "call_id", "run_id",
    "import_id", "unsealing_id", "export_id", "message_id", "sender_id", "system_id", "user_id", "team_id", "department_id",
    "tier_id", "conversion_id",
}  # fmt: skip
NOTHING = dict.fromkeys(OWNED, MISSING)
SHARED = {"questionnaire_id", "number", "before", "after", "approval_id"}  # one set of questionnaires for all


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    made = staff.fill(sqlite_app)
    made.users["regional"] = staff.make_user("researcher", email="east@example.org", region_id=made.regions[0]).id
    db.session.commit()
    made.named |= designed(made.questionnaire) | peopled()
    ordered()
    made.named |= messaged() | framed(made.questionnaire, made.shops[1])
    made.named |= campaigned(made.questionnaire, made.users["researcher"])
    made.named |= placed(made.shops[1]) | unsealed(made.questionnaire, made.users["quality"])
    made.named["brought"] = converted(None, made.users["administrator"])
    db.session.commit()
    made.named["export"] = exported(made.questionnaire, made.users["administrator"])
    made.named["run"] = printed(sqlite_app, made.questionnaire, made.doors["foreign"], made.users["administrator"])
    return made


def foreign_of(chain: staff.Chain) -> dict[str, list[int]]:
    """Objects that nobody of PEOPLE may see, by the word for them in addresses."""
    named = {word: int(number) for word, number in chain.named.items() if number.isdigit()}
    return {
        "shop_id": [chain.shops[1]],
        "region_id": [chain.regions[1]],
        "collector_id": [chain.doors["foreign"], chain.doors["link"], named["widget"]],
        "device_id": [named["device"]],
        "contact_id": [named["placed_contact"], named["contact"]],
        "order_id": [named["placed_order"], named["online_order"]],
        "campaign_id": [named["calls"], named["campaign"], named["waiting"]],
        "run_id": [named["run"]],
        "unsealing_id": [named["unsealing"]],
        "export_id": [named["export"]],
        "conversion_id": [named["brought"]],
        "message_id": [named["message"]],
        "sender_id": [named["sender"]],
        "user_id": [chain.users["administrator"], chain.users["manager"]],
    }


def rules(app: Flask) -> Iterator[Rule]:
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, sorted(rule.methods or ()))):
        if rule.arguments & OWNED:
            yield rule


def address(app: Flask, rule: Rule, chain: staff.Chain, numbers: dict[str, int]) -> str:
    known = {"questionnaire_id": chain.questionnaire} | numbers
    values = {word: known.get(word, 1) for word in rule.arguments}
    with app.test_request_context():
        method = "GET" if "GET" in (rule.methods or ()) else None
        return str(app.url_map.bind("localhost").build(rule.endpoint, values, method=method))


def addresses(chain: staff.Chain, rule: Rule, known: dict[str, list[int]]) -> set[str]:
    """The addresses of a rule, each object in its turn; of kinds that are not listed the first one there is."""
    return {
        address(chain.app, rule, chain, {word: some[turn % len(some)] for word, some in known.items()})
        for turn in range(max(map(len, known.values())))
    }


def plain(answer: TestResponse) -> tuple[int, str | None, str]:
    """An answer without the number of its request, its token and the address that was asked for."""
    text = re.sub(r"value=\"[^\"]*\"|[0-9a-f]{16}", "", answer.get_data(as_text=True))
    return answer.status_code, answer.headers.get("Location"), text


def dump(app: Flask) -> list[str]:
    db.session.remove()
    with sqlite3.connect(app.extensions["survey_settings"].sqlite_path) as connection:
        return list(connection.iterdump())


def test_every_number_in_an_address_is_known_to_be_owned_or_shared(chain: staff.Chain) -> None:
    words = {
        word for rule in chain.app.url_map.iter_rules() for word in re.findall("<int:([a-z_]+)>", rule.rule)
    }  # fmt: skip
    assert words == OWNED | SHARED


@pytest.mark.parametrize("who", PEOPLE)
def test_an_object_of_another_part_answers_as_one_that_does_not_exist(chain: staff.Chain, who: str) -> None:
    person, foreign = chain.signed_in(who), foreign_of(chain)
    role = "researcher" if who == "regional" else who
    form, before, tried = {"csrf_token": person.token()}, dump(chain.app), 0
    for rule in rules(chain.app):
        missing = address(chain.app, rule, chain, NOTHING)
        declared = web.declared_access(chain.app, rule.endpoint) or ""
        expected = 404 if is_allowed(role, declared) else 403  # a role with this page finds only its own part of it
        others = addresses(chain, rule, foreign)
        for method in (rule.methods or set()) & {"GET", "HEAD", "POST"}:
            data = form if method == "POST" else None
            for headers in ({}, {"HX-Request": "true"}):
                none = plain(person.open(missing, method=method, data=data, headers=headers))
                for path in others:
                    found = person.open(path, method=method, data=data, headers=headers)
                    assert found.status_code == expected, (who, method, path, found.status_code)
                    assert plain(found) == none, (who, method, path)
                    tried += 1
    assert tried > 250
    assert dump(chain.app) == before


def test_the_objects_of_this_test_are_there_for_those_who_may_see_all(chain: staff.Chain) -> None:
    """Else the answers above would be alike because there is nothing."""
    foreign, gone = foreign_of(chain), set()
    everybody = [chain.signed_in(role) for role in ("administrator", "quality", "customer-service")]
    for rule in rules(chain.app):
        if "GET" in (rule.methods or ()):
            paths = addresses(chain, rule, foreign)
            codes = {person.get(path).status_code for person in everybody for path in paths}
            gone |= {rule.endpoint} if not codes & {200, 303} else set()  # 303: of one file, to all files
    assert gone == set()


@pytest.mark.parametrize("who", PEOPLE)
def test_the_own_objects_are_found(chain: staff.Chain, who: str) -> None:
    person, role = chain.signed_in(who), "researcher" if who == "regional" else who
    own = {"shop_id": chain.shops[0], "collector_id": chain.doors["own"]}
    own["run_id"] = int(printed(chain.app, chain.questionnaire, chain.doors["own"], chain.users[who]))
    own |= {word: int(number) for word, number in framed(chain.questionnaire, chain.shops[0]).items()}
    own |= {"device_id": own.pop("device"), "order_id": int(placed(chain.shops[0], "B1")["placed_order"])}
    lost, seen = set(), 0
    for rule in rules(chain.app):
        declared = web.declared_access(chain.app, rule.endpoint) or ""
        if "GET" in (rule.methods or ()) and declared in permissions_of(role, bound=True):
            seen += 1
            path = address(chain.app, rule, chain, own)
            lost |= {rule.endpoint} if person.get(path).status_code != 200 else set()
    # a page of a widget: those who are bound have none
    assert lost <= {"distribution.sites_page", "distribution.sample_page"}
    assert seen >= 8


@pytest.mark.parametrize("who", PEOPLE)
def test_no_page_of_somebody_bound_names_what_is_elsewhere(chain: staff.Chain, who: str) -> None:
    person = chain.signed_in(who)
    shop = db.session.get_one(Shop, chain.shops[1])
    elsewhere = [shop.name, shop.code, shop.region.name, "NB-2"]  # the last: the order of that shop
    db.session.rollback()
    pages = 0
    for rule in chain.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments - {"questionnaire_id"} or rule.endpoint == "static":
            continue
        path = address(chain.app, rule, chain, NOTHING)
        for asked in (
            path,
            f"{path}?shop={chain.shops[1]}&region={chain.regions[1]}&collector={chain.doors['foreign']}",
        ):
            answer = person.get(asked)
            if answer.status_code == 200 and answer.mimetype == "text/html":
                pages += 1
                named = [word for word in elsewhere if word in answer.get_data(as_text=True)]
                assert named == [], (who, asked)
    assert pages > 15


@pytest.mark.parametrize("who", PEOPLE)
def test_a_form_takes_an_object_of_another_part_for_nothing(chain: staff.Chain, who: str) -> None:
    person, survey = chain.signed_in(who), chain.questionnaire
    posters: dict[str, object] = {"scope": "list", "place": "0", "size": "a4", "language": "zh"}
    forms: list[tuple[str, dict[str, object], str]] = [
        ("/devices", {"questionnaire": survey, "name": "", "pin": "4711"}, "shop"),
        ("/interviews", {"questionnaire": survey}, "shop"),
        (f"/questionnaires/{survey}/collectors", {"kind": "shop", "place": "门口"}, "shop"),
        (f"/questionnaires/{survey}/posters", posters, "shop"),
        (f"/questionnaires/{survey}/posters", posters | {"scope": "region", "shop": chain.shops[0]}, "region"),
        (f"/questionnaires/{survey}/collectors/version", {}, "collector"),
    ]
    foreign = {"shop": chain.shops[1], "region": chain.regions[1], "collector": chain.doors["foreign"]}
    before, refused = dump(chain.app), 0
    for path, good, field in forms:
        found = person.post(path, good | {field: foreign[field]})
        none = person.post(path, good | {field: MISSING})
        assert found.status_code in (303, 403, 404, 422) and plain(found) == plain(none), (who, path, found.status_code)
        refused += found.status_code == 422
        if found.status_code == 303:  # doors that are not there are passed over, and nothing is switched
            assert path.endswith("/collectors/version")
    assert refused >= 1 and dump(chain.app) == before


def test_bound_people_are_bound(chain: staff.Chain) -> None:
    bound = [users.is_bound(db.session.get_one(User, chain.users[who])) for who in PEOPLE]
    assert bound == [True, True, True]
    db.session.rollback()
