"""The pages of the chain, its logo, regions and shops."""

import io

import pytest
from flask import Flask

from survey_app.database import db
from survey_app.organisation.chain import the_chain
from tests import staff

FORM = {"name": "康民大药房", "name_en": "Kangmin", "help_phone": "400-800-1234", "colour": "#00a650"}
LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="alert(1)"><rect width="9" height="9"/></svg>'


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_the_corrected_colour_is_shown_and_kept(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    assert person.post("/organisation", FORM).status_code == 303
    text = person.text("/organisation")
    assert "#00833f" in text and 'fill="#00833f"' in text and "3.2:1" in text and "康民大药房" in text
    kept = the_chain()
    assert (kept.colour, kept.brand, kept.brand_soft) == ("#00a650", "#00833f", "#e6f3ec")
    db.session.remove()


def test_a_refused_form_changes_nothing_and_keeps_what_was_typed(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    person.post("/organisation", FORM)
    for wrong, field in (
        ({"colour": "green"}, "colour"),
        ({"name": ""}, "name"),
        ({"help_phone": "call <b>me"}, "help_phone"),
    ):
        response = person.post("/organisation", FORM | {"name_en": "Typed"} | wrong)
        text = response.get_data(as_text=True)
        assert response.status_code == 422 and f'<a href="#{field}">' in text and 'value="Typed"' in text
    assert the_chain().name_en == "Kangmin"
    db.session.remove()


def test_a_logo_is_cleaned_served_with_a_policy_of_its_own_and_removed(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    assert chain.nobody().get("/organisation/logo").status_code == 404
    sent = person.post(
        "/organisation/logo", {"logo": (io.BytesIO(LOGO), "logo.svg")}, content_type="multipart/form-data"
    )
    assert sent.status_code == 303
    served = chain.nobody().get("/organisation/logo")
    assert served.mimetype == "image/svg+xml" and b"onload" not in served.data
    assert served.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "/organisation/logo?v=" in chain.nobody().text("/sign-in")
    person.post("/organisation/logo", {"remove": "1"})
    assert chain.nobody().get("/organisation/logo").status_code == 404


def test_a_file_that_is_no_picture_is_refused_with_a_reason(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    for upload in ({"logo": (io.BytesIO(b"%PDF-1.7"), "logo.svg")}, {}):
        response = person.post("/organisation/logo", upload, content_type="multipart/form-data")
        assert response.status_code == 422 and 'id="logo-error"' in response.get_data(as_text=True)


def test_regions_and_shops_are_made_and_changed(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    person.post("/regions", {"code": "south", "name": "南区"})
    person.post("/shops", {"code": "KM-7", "name": "七店 <i>", "name_en": "Seven", "region": str(chain.regions[0])})
    text = person.text("/shops")
    assert "南区" in text and "七店 &lt;i&gt;" in text and "这个大区还没有门店" in text
    person.post(f"/shops/{chain.shops[0]}", {"code": "KM-0", "name": "新名字", "region": str(chain.regions[1])})
    person.post(f"/regions/{chain.regions[1]}", {"code": "west", "name": "西部"})
    text = person.text("/shops")
    assert "新名字" in text and "西部" in text
    for path, data in (("/shops", {"code": "KM-8", "name": "八店"}), ("/regions", {"code": "south", "name": "又一个"})):
        assert person.post(path, data).status_code == 422
