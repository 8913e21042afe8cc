"""Opting out: a button behind a link, one click of a mail program, or a typed number; nothing is told about who is known."""

import re

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, web
from survey_app.campaigns.models import Invitation
from survey_app.database import db
from survey_app.people import contacts, suppressions
from survey_app.people.contacts import NewContact
from survey_app.people.models import Suppression
from survey_app.responses import ballots
from tests.runner.invited import mailing
from tests.runner.street import rows_of
from tests.runner.test_personal import everything

PHONE, MAIL = "+8613800138000", "li@example.com"


@pytest.fixture
def token(app: Flask, runner: Flask) -> str:
    """The opt-out link's token of an invited customer."""
    made = mailing()
    made.invite(1)
    rows = [NewContact(name="李", phone=PHONE, email=MAIL, sms_consent=True, email_consent=True)]
    (contact_id,) = contacts.upsert_contacts(rows, now=clock.now(), source="test")
    invitation = db.session.scalars(select(Invitation)).one()
    invitation.contact_id = contact_id
    found = ballots.unsubscribe_token(web.vault(), wave_id=made.wave_id, invitation_id=invitation.id, channel="email")
    db.session.commit()
    db.session.remove()
    return found


def refused() -> set[bytes]:
    return {bytes(index) for index in rows_of(select(Suppression.recipient_index))}


def test_looking_at_the_page_ends_nothing(token: str, runner: Flask) -> None:
    before = everything()
    for _ in range(50):
        answer = runner.test_client().get(f"/u/{token}")
        assert answer.status_code == 200 and "不再接收" in answer.text and "Set-Cookie" not in answer.headers
        assert runner.test_client().head(f"/u/{token}").status_code == 200
    assert everything() == before


def test_what_an_app_glued_to_the_link_does_not_reach_the_page(token: str, runner: Flask) -> None:
    page = runner.test_client().get(f'/u/{token}">').text
    assert f'action="/u/{token}"' in page and f'href="/u/{token}?l=en"' in page


def test_the_button_ends_it_for_number_and_address(token: str, runner: Flask) -> None:
    answer = runner.test_client().post(f"/u/{token}", data={"_l": "zh-CN"})
    assert answer.status_code == 200 and "已登记" in answer.text and "Set-Cookie" not in answer.headers
    assert refused() == {suppressions.index_of(PHONE), suppressions.index_of(MAIL)}
    contact = contacts.find_by_phone(PHONE)
    assert contact is not None and not contact.sms_consent and not contact.email_consent
    db.session.remove()
    assert runner.test_client().post(f"/u/{token}", data={"_l": "zh-CN"}).status_code == 200  # again


def test_one_click_of_a_mail_program_is_enough(token: str, runner: Flask) -> None:
    answer = runner.test_client().post(
        f"/u/{token}", data="List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200 and len(refused()) == 2


def test_one_click_may_come_as_multipart(token: str, runner: Flask) -> None:
    sent = {"data": {"List-Unsubscribe": "One-Click"}, "content_type": "multipart/form-data"}
    assert runner.test_client().post("/u/" + "x" * 36, **sent).status_code == 400 and refused() == set()
    assert runner.test_client().post(f"/u/{token}", **sent).status_code == 200 and len(refused()) == 2


def test_a_link_without_keys_still_leads_to_the_typed_number(token: str, runner: Flask) -> None:
    here = runner.extensions["respondents"]
    here.vault.remove_waves([1])
    page = runner.test_client().get(f"/u/{token}")
    assert page.status_code == 200 and "name=number" in page.text and 'action="/u/"' in page.text
    same = runner.test_client().get("/u/" + "x" * 36)
    assert re.sub(r"/u/\w*", "", page.text) == re.sub(r"/u/\w*", "", same.text)
    assert runner.test_client().post(f"/u/{token}", data={"_l": "zh-CN"}).status_code == 422 and refused() == set()


@pytest.mark.parametrize("typed", ["138 0013 8000", "１３８００１３８０００", "0086 13800138000", "+86-138-0013-8000"])
def test_a_typed_number_is_read_as_an_import_reads_it(token: str, runner: Flask, typed: str) -> None:
    answer = runner.test_client().post("/u/", data={"number": typed})
    assert answer.status_code == 200 and refused() == {suppressions.index_of(PHONE)}


def test_nobody_learns_whether_a_number_is_known(token: str, runner: Flask) -> None:
    known = runner.test_client().post("/u/", data={"number": PHONE})
    unknown = runner.test_client().post("/u/", data={"number": "13900139000"})
    assert (known.status_code, known.get_data()) == (unknown.status_code, unknown.get_data())
    assert len(refused()) == 2


@pytest.mark.parametrize("typed", ["", "12345", "1.38E+10", "<script>alert(1)</script>", "a@b", "x" * 5_000])
def test_what_is_no_number_is_asked_for_again(token: str, runner: Flask, typed: str) -> None:
    answer = runner.test_client().post("/u/", data={"number": typed})
    assert answer.status_code == 422 and "<script>alert" not in answer.text and refused() == set()


def test_who_types_many_numbers_waits(token: str, runner: Flask) -> None:
    codes = [runner.test_client().post("/u/", data={"number": f"138001380{n:02}"}).status_code for n in range(12)]
    assert codes == [200] * 10 + [429] * 2
