"""Pages of campaigns: from the form to the launch, the second person, the call list."""

import re
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.campaigns import launching, testing
from survey_app.campaigns.models import Call, Campaign
from survey_app.database import db
from survey_app.messaging import delivery, senders
from survey_app.messaging.models import Message
from survey_app.people import orders
from survey_app.people.orders import NewOrder
from survey_app.work import Work
from survey_app.worker import perform
from tests import staff
from tests.campaigns import world as w


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    """The chain of the staff tests, with twelve buyers per shop and senders that pretend."""
    made = staff.fill(sqlite_app)
    now = clock.now()
    senders.add_pretending(now=now)
    orders.record_orders(
        source="pos",
        orders=[
            NewOrder(f"{shop}-{n}", "completed", now, now, None, 1_000, shop, "", w.person(shop * 100 + n))
            for shop in made.shops
            for n in range(12)
        ],
        now=now,
    )
    db.session.commit()
    db.session.remove()
    return made


def choices(**more: Any) -> dict[str, Any]:
    return {
        "name": "十一月", "who": "orders", "share": "100", "channels": "sms,email", "template": "invitation",
        "reminder_template": "reminder", "reminders": "1", "reminder_days": "3",
        "closes_on": f"{clock.china(clock.now()).date():%Y-%m-%d}",
    } | more  # fmt: skip


def begun(chain: staff.Chain, kind: str = "once") -> tuple[staff.Person, str]:
    person = chain.signed_in("researcher")
    answer = person.post("/campaigns", {"kind": kind, "questionnaire": str(chain.questionnaire), "name": ""})
    assert answer.status_code == 303
    return person, answer.location


def test_from_the_empty_list_to_messages_in_the_outbox(chain: staff.Chain) -> None:
    assert "还没有活动" in chain.signed_in("researcher").text("/campaigns")
    person, path = begun(chain)
    assert "怎样发送" in person.text(path)
    ahead = person.text(f"{path}/preview", headers={"HX-Request": "true"})
    assert "<html" not in ahead and "24" in ahead and "¥1.20" in ahead and "1 条" in ahead
    saved = person.post(path, choices(next="launch"))
    assert saved.location == f"{path}/launch"
    confirm = person.text(f"{path}/launch")
    assert "向 24 人发送，约 ¥1.20" in confirm
    people = re.search(r'name="people" value="(\d+)"', confirm)
    assert people is not None
    wrong = person.post(f"{path}/launch", {"people": "23"})
    assert wrong.status_code == 422 and "人数刚刚变为 24" in wrong.get_data(as_text=True)
    assert person.post(f"{path}/launch", {"people": people[1]}).status_code == 303
    (job,) = db.session.query(Work.id).filter_by(kind="invitations").one()
    db.session.remove()
    assert perform(chain.app, job)
    assert db.session.query(Message).count() == 24
    db.session.remove()
    assert "24" in person.text(path)
    for act, state in (("pause", "paused"), ("resumption", "running"), ("end", "ended")):
        assert person.post(f"{path}/{act}").status_code == 303
        db.session.expire_all()
        assert db.session.query(Campaign.state).scalar() == state
        db.session.remove()
    assert person.post(f"{path}/pause").status_code == 422


def test_what_was_typed_stays_when_it_is_refused(chain: staff.Chain) -> None:
    person, path = begun(chain)
    answer = person.post(path, choices(budget="12,5", shop=[str(chain.shops[0])], tier=[]))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422 and 'value="12,5"' in text and "请填写金额" in text
    assert f'name="shop" value="{chain.shops[0]}" checked' in text


def test_a_large_campaign_waits_for_somebody_else(chain: staff.Chain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launching, "APPROVAL_ABOVE", 20)
    person, path = begun(chain)
    person.post(path, choices())
    person.post(f"{path}/launch", {"people": "24"})
    assert "等待另一位同事批准" in person.text(path)
    assert person.post(f"{path}/approval", {"agreed": "1"}).status_code == 403
    other = chain.signed_in("administrator")
    assert "批准并启动" in other.text(path)
    assert other.post(f"{path}/approval", {"agreed": "1"}).status_code == 303
    assert "进行中" in other.text(path)


def test_a_test_reaches_ones_own_phone_and_the_address_is_nowhere_in_clear(chain: staff.Chain) -> None:
    person, path = begun(chain)
    bad = person.post(f"{path}/tests", {"address": "13x", "language": "zh-CN"})
    assert bad.status_code == 422
    assert person.post(f"{path}/tests", {"address": "138 0000 1234", "language": "zh-CN"}).status_code == 303
    row = db.session.query(Work).filter_by(kind=testing.KIND).one()
    number = row.id
    assert "00001234" not in str(row.args)
    db.session.remove()
    assert perform(chain.app, number)
    message = db.session.query(Message).one()
    assert (message.purpose, message.channel, message.recipient_index) == (testing.PURPOSE, "sms", None)
    out = testing.compose(message, clock.now())
    assert out.address == "+8613800001234" and "/preview/" in out.text
    db.session.remove()
    assert delivery.deliver_due(chain.app, clock.now()).called in (0, 1)  # 0: the test chain is no sample


def test_the_call_list_shows_masked_numbers_and_one_on_request(chain: staff.Chain) -> None:
    _person, path = begun(chain, "calls")
    agent = chain.signed_in("researcher")
    agent.post(path, choices(sample_size="5", monthly="1", closes_on=""))
    agent.post(f"{path}/launch", {"people": "5"})
    service = chain.signed_in("customer-service")
    page = service.text(f"{path}/calls")
    assert page.count("199****") == 5 and "+86199" not in page
    (call,) = db.session.query(Call.id).first() or (0,)
    db.session.remove()
    shown = service.post(f"{path}/calls/{call}/number", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "+861990000" in shown and "<html" not in shown
    assert agent.post(f"{path}/calls/{call}/number").status_code == 403
    row = service.post(f"{path}/calls/{call}/outcome", {"outcome": "refused"}, headers={"HX-Request": "true"})
    assert "拒绝访问" in row.get_data(as_text=True)
    entry = service.post(f"{path}/calls/{call}/interview")
    assert entry.status_code == 303 and entry.location.startswith("/interview/")
    assert service.post(f"{path}/calls/file", {"reason": ""}).status_code == 422
    data = service.post(f"{path}/calls/file", {"reason": "回访用"})
    assert data.mimetype == "text/csv" and data.get_data().decode("utf-8-sig").count("1990000") == 5


def test_links_show_the_newest_version_when_somebody_switches_them(chain: staff.Chain) -> None:
    person, path = begun(chain, "trigger")
    person.post(path, choices(event="completed", delay_hours="0", within_workdays="3", closes_on=""))
    people = re.search(r'name="people" value="(\d+)"', person.text(f"{path}/launch"))
    assert people is not None
    person.post(f"{path}/launch", {"people": people[1]})
    assert person.post(f"{path}/version").status_code == 422  # it is the newest already
    assert "第 1 版" in person.text(path)
