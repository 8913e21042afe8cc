"""Order data in answers: a confidential answer keeps nothing that finds the order, and an erased person takes it along."""

import json
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.analysis import dataset, tallies
from survey_app.campaigns import tightening, unsealing
from survey_app.campaigns.models import Invitation
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.people import contacts
from survey_app.people.contacts import NewContact
from survey_app.people.erasure import Erased
from survey_app.people.models import Order
from survey_app.responses.models import Response, ResponseLink
from tests.runner.invited import guest, mailing, tighten
from tests.runner.street import rows_of, site

COMPLETED = datetime(2026, 3, 4, 9, 30, tzinfo=UTC)
FACTS = {"order_number": "A-20260304-17", "order_date": "2026-03-04", "order_amount": "128.40", "shop": "南京路店"}
WHOLE = {
    "number": FACTS["order_number"],
    "day": FACTS["order_date"],
    "paid": FACTS["order_amount"],
    "bought_at": "南京路店",
}


def answered(app: Flask, mode: str) -> int:
    """One answer about the order of an invited customer; the customer's number."""
    (ticket,) = mailing("whole_order.yaml", mode=mode).invite(1, facts=json.dumps(FACTS))
    new = NewContact(name="韩梅梅", phone="+8613812340000", sms_consent=True)
    (contact_id,) = contacts.upsert_contacts([new], now=clock.now(), source="test")
    db.session.add(Order(
        id=1, source="pos", number=FACTS["order_number"], contact_id=contact_id, state="completed", amount_cents=12_840,
        placed_at=COMPLETED, completed_at=COMPLETED, received_at=COMPLETED,
    ))  # fmt: skip
    db.session.scalars(select(Invitation)).one().contact_id = contact_id
    db.session.commit()
    db.session.remove()
    runner = site(app.extensions["survey_settings"])
    one = guest(runner, ticket)
    one.open()
    assert FACTS["order_number"] in one.html  # the page names the order
    one.send(overall=5)
    assert one.status == 200
    runner.extensions["respondents"].recorder.close()
    return contact_id


def stored() -> dict[str, object]:
    (found,) = rows_of(select(Response.answers))
    return dict(found)


def test_a_confidential_answer_keeps_nothing_that_finds_the_order(app: Flask) -> None:
    answered(app, "confidential")
    assert stored() == {"overall": 5, "day": "2026-03", "paid": "100-150", "bought_at": "南京路店"}


def test_an_identified_answer_keeps_the_order_until_it_becomes_confidential_or_anonymous(app: Flask) -> None:
    answered(app, "identified")
    assert stored() == WHOLE | {"overall": 5}
    number = rows_of(select(Questionnaire.id))[0]
    for mode, left in (
        ("confidential", {"day": "2026-03", "paid": "100-150", "bought_at": "南京路店"}),
        ("anonymous", {}),
    ):
        tighten(number, mode)
        tightening.apply(now=clock.now())
        db.session.remove()
        assert stored() == left | {"overall": 5}


@pytest.mark.parametrize("mode", ["identified", "confidential"])
def test_an_erased_person_leaves_no_order_in_answers(app: Flask, mode: str) -> None:
    contact_id = answered(app, mode)
    unsealing.forget_person(Erased(contact_id, ()), clock.now())
    db.session.commit()
    assert stored() == {"overall": 5}


def test_an_erased_person_leaves_no_order_that_a_web_site_sent(app: Flask) -> None:
    contact_id = answered(app, "identified")
    db.session.execute(ResponseLink.__table__.delete())  # type: ignore[attr-defined]
    db.session.commit()
    unsealing.forget_person(Erased(contact_id + 1, ()), clock.now())
    assert stored() == WHOLE | {"overall": 5}
    unsealing.forget_person(Erased(contact_id, ()), clock.now())
    db.session.commit()
    assert stored() == {"overall": 5}


def test_figures_hold_no_order(app: Flask) -> None:
    answered(app, "identified")
    frozen = dataset.versions(rows_of(select(Questionnaire.id))[0])
    with dataset.snapshot() as connection:
        (counted,) = tallies.count(connection, frozen).values()
    assert set(counted) == {"", "overall"}
