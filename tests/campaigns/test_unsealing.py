"""Who gave an answer: a reason, a second person, one look, written down first; and nothing of it in a stricter mode."""

from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock
from survey_app.accounts.models import User
from survey_app.campaigns import tightening, unsealing
from survey_app.campaigns.models import Invitation, Opened, Unsealing
from survey_app.config import Settings
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.errors import Busy, DomainError
from survey_app.events import Actor, Event
from survey_app.people import contacts
from survey_app.people.contacts import NewContact
from survey_app.people.erasure import Erased
from survey_app.responses.models import Comment, Response, ResponseLink
from tests.runner.invited import guest, mailing, tighten
from tests.runner.street import rows_of, site
from tests.staff import Chain, fill, make_user

REASON = "投诉 2026-118：需要联系顾客核实用药"


def answered(app: Flask, mode: str) -> int:
    """One answer of an invited customer in this mode; its number."""
    made = mailing(mode=mode)
    (ticket,) = made.invite(1)
    new = NewContact(name="韩梅梅", phone="+8613812340000", email="han@example.com", sms_consent=True)
    (contact_id,) = contacts.upsert_contacts([new], now=clock.now(), source="test")
    db.session.scalars(select(Invitation)).one().contact_id = contact_id
    db.session.commit()
    db.session.remove()
    runner = site(app.extensions["survey_settings"])
    one = guest(runner, ticket)
    one.open()
    one.send(overall=5, remark="很好")
    assert one.status == 200
    runner.extensions["respondents"].recorder.close()
    return int(rows_of(select(Response.id))[0])


@pytest.fixture
def chain(app: Flask) -> Chain:
    made = fill(app)
    make_user("quality", email="second@example.org")
    db.session.commit()
    db.session.remove()
    return made


def actor(chain: Chain, role: str = "quality") -> Actor:
    user = db.session.scalars(select(User).where(User.email == f"{role}@example.org")).one()
    found = Actor(user.id, user.email, user.role)
    db.session.rollback()
    return found


def test_a_confidential_answer_is_unsealed_by_two_and_shown_once(chain: Chain, app: Flask) -> None:
    number, now = answered(app, "confidential"), clock.now()
    one, other = actor(chain), actor(chain, "customer-service")
    asked = unsealing.ask(response_id=number, reason=REASON, by=one, now=now)
    assert unsealing.ask(response_id=number, reason=REASON, by=one, now=now) is asked
    for refused in (
        lambda: unsealing.show(unsealing=asked, by=one, now=now),
        lambda: unsealing.decide(unsealing=asked, approve=True, by=one, now=now),
    ):
        with pytest.raises(DomainError):
            refused()
    unsealing.decide(unsealing=asked, approve=True, by=other, now=now)
    with pytest.raises(DomainError):
        unsealing.show(unsealing=asked, by=other, now=now)  # only who asked
    shown = unsealing.show(unsealing=asked, by=one, now=now)
    assert (shown.name, shown.phone, shown.email) == ("韩梅梅", "+8613812340000", "han@example.com")
    assert shown.answered_at.minute == shown.answered_at.second == 0
    with pytest.raises(DomainError):
        unsealing.show(unsealing=asked, by=one, now=now)
    acts = [
        e.action for e in db.session.scalars(select(Event).where(Event.action.like("unsealing.%")).order_by(Event.seq))
    ]
    assert acts == ["unsealing.requested", "unsealing.approved", "unsealing.shown"]
    db.session.rollback()


def test_an_identified_answer_needs_a_reason_alone(chain: Chain, app: Flask) -> None:
    number, now = answered(app, "identified"), clock.now()
    one = actor(chain)
    for wrong in ("看看", "给 13800138000 回电核实用药"):  # too short; it stays in the audit log for good
        with pytest.raises(DomainError):
            unsealing.ask(response_id=number, reason=wrong, by=one, now=now)
    asked = unsealing.ask(response_id=number, reason=REASON, by=one, now=now)
    assert unsealing.show(unsealing=asked, by=one, now=now).name == "韩梅梅"


def test_an_anonymous_answer_cannot_be_unsealed(chain: Chain, app: Flask) -> None:
    number = answered(app, "anonymous")
    for wrong in (number, 5, -1, 1 << 70):
        with pytest.raises(DomainError):
            unsealing.ask(response_id=wrong, reason=REASON, by=actor(chain), now=clock.now())
    db.session.rollback()


def test_nothing_is_shown_when_the_audit_log_cannot_be_written(
    chain: Chain, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, now, one = answered(app, "identified"), clock.now(), actor(chain)
    asked = unsealing.ask(response_id=number, reason=REASON, by=one, now=now)
    db.session.commit()

    def refuse(name: str) -> None:
        raise OSError(name)

    monkeypatch.setattr("survey_app.events.failpoint", refuse)
    with pytest.raises(Busy):
        unsealing.show(unsealing=asked, by=one, now=now)
    db.session.rollback()
    assert db.session.get_one(Unsealing, asked.id).shown_at is None
    db.session.rollback()


def test_the_pages_lead_from_the_request_to_the_one_look(chain: Chain, app: Flask) -> None:
    number = answered(app, "confidential")
    quality, service = chain.signed_in("quality"), chain.signed_in("customer-service")
    made = quality.post("/unsealings", {"number": str(number), "reason": REASON})
    assert made.status_code == 303 and "等待另一位" in quality.text(made.location)
    assert quality.post("/unsealings", {"number": "x", "reason": REASON}).status_code == 422
    assert service.post(f"{made.location}/decision", {"approve": "1"}).status_code == 303
    assert "韩梅梅" not in service.text(made.location) and "韩梅梅" not in quality.text(made.location)
    look = quality.post(f"{made.location}/look")
    assert look.status_code == 200 and "韩梅梅" in look.text and "13812340000" in look.text
    again = quality.post(f"{made.location}/look")
    assert again.status_code == 422 and "韩梅梅" not in again.text
    assert "已查看" in quality.text("/unsealings")
    for role in ("administrator", "researcher", "manager", "shop-staff"):
        assert chain.signed_in(role).get("/unsealings").status_code in (403, 404)


def test_of_many_looks_at_one_moment_one_shows_who_it_was(chain: Chain, app: Flask) -> None:
    number, now, one = answered(app, "identified"), clock.now(), actor(chain)
    asked = unsealing.ask(response_id=number, reason=REASON, by=one, now=now).id
    db.session.commit()
    db.session.remove()
    barrier, found = Barrier(6), list[str]()

    def look() -> None:
        with app.app_context():
            barrier.wait()
            try:
                found.append(unsealing.show(unsealing=db.session.get_one(Unsealing, asked), by=one, now=now).phone)
                db.session.commit()
            except DomainError:
                found.append("refused")
                db.session.rollback()

    threads = [Thread(target=look) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["+8613812340000", *["refused"] * 5]
    assert len(rows_of(select(Event.seq).where(Event.action == "unsealing.shown"))) == 1


# --- stricter modes ------------------------------------------------------------------------------------------------------
def apply() -> int:
    changed = tightening.apply(now=clock.now())
    db.session.remove()
    return changed


def test_confidential_keeps_hours_of_what_was_identified(app: Flask) -> None:
    answered(app, "identified")
    tighten(rows_of(select(Questionnaire.id))[0], "confidential")
    assert apply() == 2 and apply() == 0
    link, invitation = rows_of(select(ResponseLink))[0], rows_of(select(Invitation))[0]
    assert link.mode == invitation.mode == "confidential" and link.answered_at.timestamp() % 3_600 == 0
    assert invitation.code_index is not None and rows_of(select(Response.mode)) == ["confidential"]


@pytest.mark.parametrize("mode", ["identified", "confidential"])
def test_anonymous_keeps_no_link_time_or_order_data(app: Flask, mode: str) -> None:
    answered(app, mode)
    tighten(rows_of(select(Questionnaire.id))[0], "anonymous")
    assert apply() == 2 and apply() == 0
    invitation = rows_of(select(Invitation))[0]
    assert rows_of(select(ResponseLink)) == rows_of(select(Opened)) == []
    assert (invitation.mode, invitation.code_index, invitation.facts) == ("anonymous", None, "")
    assert rows_of(select(Response.mode)) == ["anonymous"] and len(rows_of(select(Comment.redacted))) == 1


def test_who_was_erased_is_behind_no_answer_any_more(app: Flask) -> None:
    number = answered(app, "confidential")
    invitation = rows_of(select(Invitation))[0]
    unsealing.forget_person(Erased(invitation.contact_id, ()), clock.now())
    db.session.commit()
    assert rows_of(select(ResponseLink)) == [] and rows_of(select(Response.id)) == [number]
    assert rows_of(select(Invitation.code_index)) == [None]


def test_settling_keeps_the_links_of_confidential_answers(app: Flask, settings: Settings) -> None:
    from survey_app.responses import settling

    answered(app, "confidential")
    settling.forget_arrivals(now=clock.now())
    assert len(rows_of(select(ResponseLink))) == 1
