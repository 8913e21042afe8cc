"""The pages of doors: lists, forms, codes, posters."""

import io
import re
from urllib.parse import unquote

import pytest
import zxingcpp
from flask import Flask
from PIL import Image
from sqlalchemy import select

from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution.models import Collector
from tests import staff


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def doors_of(text: str) -> set[str]:
    return set(re.findall(r'value="http://127\.0\.0\.1:8000/s/([2-9A-HJ-NP-Z]{6})" readonly', text))


def code_of(door: int) -> str:
    found = db.session.get_one(Collector, door).code
    db.session.remove()
    return found


def test_shop_staff_find_their_posters_and_nobody_elses(chain: staff.Chain) -> None:
    person = chain.signed_in("shop-staff")
    text = person.text("/collectors")
    assert doors_of(text) == {code_of(chain.doors["own"])} and "关闭" not in text.split("<main")[1].split("toasts")[0]
    assert person.get(f"/questionnaires/{chain.questionnaire}").status_code == 403
    form = person.text(f"/questionnaires/{chain.questionnaire}/posters")
    assert "KM-0" in form and "KM-1" not in form and 'name="create"' not in form


def test_nobody_prints_or_changes_the_door_of_another_place(chain: staff.Chain) -> None:
    for role in ("shop-staff", "manager"):
        person = chain.signed_in(role)
        for place in ("foreign", "link"):
            for kind in ("qr.svg", "qr.png", "poster", "poster.pdf", "screen"):
                assert person.get(f"/collectors/{chain.doors[place]}/{kind}").status_code == 404
        chosen = f"/questionnaires/{chain.questionnaire}/posters.pdf?collector={chain.doors['foreign']}"
        assert person.get(chosen).status_code == 404


def test_a_link_is_made_once_even_when_the_form_is_sent_twice(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/collectors"
    before = doors_of(person.text(path))
    ticket = re.search(r'name="ticket" value="([^"]+)"', person.text(f"{path}/new?kind=link"))
    assert ticket is not None
    for _ in range(2):
        form = {"kind": "link", "name": "短信", "ticket": ticket[1]}
        assert person.post(path, form).location == path
    after = person.text(path)
    assert len(doors_of(after) - before) == 1 and "短信" in after
    person.post(path, {"kind": "link", "ticket": "forged"})
    assert len(doors_of(person.text(path))) == len(before) + 2


def test_a_researcher_of_one_region_makes_codes_for_its_shops_only(chain: staff.Chain) -> None:
    user = db.session.get_one(User, chain.users["researcher"])
    user.region_id = chain.regions[0]
    db.session.commit()
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/collectors"
    assert "kind=link" not in person.text(path)
    assert person.post(path, {"kind": "link", "name": "短信"}).status_code == 422
    form = {"kind": "shop", "shop": [str(shop) for shop in chain.shops], "place": "门口"}
    assert person.post(path, form).status_code == 303
    assert person.text(path).count("门口") == 1
    places = db.session.execute(select(Collector.shop_id).where(Collector.place == "门口")).all()
    assert [shop for (shop,) in places] == [chain.shops[0]]


def test_codes_for_several_shops_are_made_at_one_go(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}/collectors"
    assert (
        person.post(path, {"kind": "shop", "shop": [str(s) for s in chain.shops], "place": "咨询台"}).status_code == 303
    )
    assert person.text(path).count("咨询台") == 2
    refused = person.post(path, {"kind": "shop", "place": "门口"})
    assert refused.status_code == 422 and "请至少选择一个门店" in refused.get_data(as_text=True)
    assert 'value="门口"' in refused.get_data(as_text=True)


def test_a_draft_has_no_form_for_doors(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert "先发布，再收集" in person.text(f"/questionnaires/{chain.draft}/collectors")
    assert person.post(f"/questionnaires/{chain.draft}/collectors", {"kind": "link"}).status_code == 422


def test_a_door_is_closed_opened_and_switched(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    door = f"/collectors/{chain.doors['link']}"
    path = f"/questionnaires/{chain.questionnaire}/collectors"
    assert person.post(f"{door}/closure", {"closed": "1", "next": "/collectors"}).location == "/collectors"
    assert person.text(path).count(">已关闭<") == 1
    assert person.post(f"{door}/closure", {"closed": "0", "next": "//evil.example"}).location == path
    assert person.post(f"{door}/version").status_code == 422
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    questionnaire.draft = questionnaire.draft | {"title": {"zh-CN": "新标题", "en": "New"}}
    db.session.commit()
    db.session.remove()
    person.post(f"/questionnaires/{chain.questionnaire}/versions")
    assert person.text(path).count(">有新版本<") == 3
    person.post(f"{door}/version")
    assert person.text(path).count(">有新版本<") == 2


def test_every_code_on_the_page_leads_to_its_own_door(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    for door in chain.doors.values():
        picture = person.get(f"/collectors/{door}/qr.png")
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)).convert("L"))
        assert found.text == f"http://127.0.0.1:8000/s/{code_of(door)}"
        assert "attachment" in picture.headers["Content-Disposition"]
    inline = person.get(f"/collectors/{chain.doors['own']}/qr.svg")
    assert inline.headers["Content-Disposition"].startswith("inline")
    assert inline.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    named = person.get(f"/collectors/{chain.doors['own']}/qr.svg?download=1").headers["Content-Disposition"]
    assert unquote(named).endswith(f"shop-visit-KM-0-收银台-{code_of(chain.doors['own'])}.svg")
