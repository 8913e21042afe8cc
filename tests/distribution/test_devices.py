"""Staff pages of counter tablets, and the enrolment on the tablet itself."""

import re

import pytest
from flask import Flask

from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.distribution.models import Device
from tests import staff

PIN = "4711"


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def made(chain: staff.Chain, person: staff.Person, shop: int) -> str:
    """The code of a new tablet for a shop."""
    sent = {"questionnaire": str(chain.questionnaire), "shop": str(shop), "name": "收银台", "pin": PIN}
    reply = person.post("/devices", sent)
    assert reply.status_code == 201
    found = re.search(r'class="code once">([A-Z2-9-]{9})<', reply.get_data(as_text=True))
    assert found is not None
    return found[1]


def test_the_code_is_shown_once_and_makes_a_cookie_for_the_tablets_path_alone(chain: staff.Chain) -> None:
    code = made(chain, chain.signed_in("researcher"), chain.shops[0])
    tablet = chain.nobody()
    assert tablet.post("/enrolment", {"code": code, "pin": "0000"}).status_code == 422
    reply = tablet.post("/enrolment", {"code": code.lower(), "pin": PIN})
    assert reply.status_code == 303 and re.fullmatch(r"/k/#[\w-]{22}\.[\w-]{43}", reply.location)
    cookie = next(value for value in reply.headers.getlist("Set-Cookie") if value.startswith("kiosk="))
    assert all(flag in cookie for flag in ("HttpOnly", "Path=/k/", "SameSite=Strict"))
    assert code not in chain.signed_in("researcher").text("/devices")
    assert tablet.post("/enrolment", {"code": code, "pin": PIN}).status_code == 422


def test_people_of_one_region_see_and_make_tablets_of_its_shops_alone(chain: staff.Chain) -> None:
    made(chain, chain.signed_in("administrator"), chain.shops[1])
    foreign = db.session.query(Device.id).scalar()
    user = db.session.get_one(User, chain.users["researcher"])
    user.region_id = chain.regions[0]
    db.session.commit()
    db.session.remove()
    bound = chain.signed_in("researcher")
    page = bound.text("/devices")
    assert "中山路店" not in page and "人民路店" in page
    assert bound.get(f"/devices/{foreign}/code").status_code == 404
    assert bound.post(f"/devices/{foreign}/revocation").status_code == 404
    sent = {"questionnaire": str(chain.questionnaire), "shop": str(chain.shops[1]), "name": "", "pin": PIN}
    assert bound.post("/devices", sent).status_code == 422


def test_a_new_code_replaces_the_tablet_only_once_it_is_used(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    first = made(chain, person, chain.shops[0])
    chain.nobody().post("/enrolment", {"code": first, "pin": PIN})
    device = db.session.query(Device).one()
    id_, before = device.id, device.token_hash
    db.session.remove()
    page = person.post(f"/devices/{id_}/code", {"pin": "8264"}).get_data(as_text=True)
    code = re.search(r'class="code once">([A-Z2-9-]{9})<', page)
    assert code is not None and db.session.query(Device).one().token_hash == before
    db.session.remove()
    assert chain.nobody().post("/enrolment", {"code": code[1], "pin": PIN}).status_code == 422  # the PIN is new too
    assert chain.nobody().post("/enrolment", {"code": code[1], "pin": "8264"}).status_code == 303
    assert db.session.query(Device).one().token_hash != before
