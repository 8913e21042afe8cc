"""Contacts and the opt-out list in the browser: masked, searched by the whole number, shown in clear with a reason."""

import hashlib
import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, events
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.errors import Busy
from survey_app.events import Actor, Event
from survey_app.people import contacts, suppressions, unmasking
from survey_app.people.contacts import NewContact
from survey_app.people.models import Contact, Suppression
from tests import staff

NAMES = ("李雷", "韩梅梅", "欧阳娜娜")
PHONES = tuple(f"+86138123456{number:02d}" for number in range(len(NAMES)))
MAIL = "li.lei@example.org"


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    made = staff.fill(sqlite_app)
    new = [NewContact(name=name, phone=phone, sms_consent=True) for name, phone in zip(NAMES, PHONES, strict=True)]
    new[0] = NewContact(name=NAMES[0], phone=PHONES[0], email=MAIL, shop_id=made.shops[1], sms_consent=True)
    contacts.upsert_contacts(new, now=clock.now(), source="import:1")
    db.session.commit()
    db.session.remove()
    return made


def acts() -> list[str]:
    db.session.remove()
    return list(db.session.scalars(select(Event.action).order_by(Event.seq)))


def test_the_list_shows_nobody_in_clear(chain: staff.Chain) -> None:
    page = chain.signed_in("customer-service").text("/contacts")
    assert page.count("138****56") == 3 and "欧**" in page
    assert not [secret for secret in (*NAMES, *PHONES, MAIL) if secret.removeprefix("+86") in page]


def test_the_list_is_narrowed_by_shop_and_consent(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    assert person.text(f"/contacts?shop={chain.shops[1]}").count("138****") == 1
    assert person.text("/contacts?consent=sms").count("138****") == 3
    assert "没有符合条件" in person.text("/contacts?consent=phone")
    assert person.text("/contacts?consent=no-such&shop=x&tier=９").count("138****") == 3


def test_who_shares_an_address_is_found_with_the_mark_of_an_opt_out(chain: staff.Chain) -> None:
    contacts.upsert_contacts([NewContact(phone="+8613912345678", email=MAIL)], now=clock.now(), source="import:1")
    index = suppressions.index_of(PHONES[0])
    suppressions.suppress(index, reason=suppressions.OPTED_OUT, source="sms", now=clock.now())
    db.session.commit()
    page = chain.signed_in("customer-service").post("/contacts/find", {"number": MAIL}).get_data(as_text=True)
    assert page.count("138****56") == page.count("139****5678") == page.count("已退订") == 1


def test_fifty_stand_on_a_page(chain: staff.Chain) -> None:
    more = [NewContact(phone=f"+86139000000{number:02d}") for number in range(60)]
    contacts.upsert_contacts(more, now=clock.now(), source="import:1")
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("customer-service")
    assert person.text("/contacts").count("****") == 50 and person.text("/contacts?page=2").count("138****") == 3


@pytest.mark.parametrize("typed", ["138 1234 5600", "+8613812345600", "Li.Lei@Example.org"])
def test_a_whole_number_or_address_finds_the_person_and_a_part_finds_nobody(chain: staff.Chain, typed: str) -> None:
    person = chain.signed_in("customer-service")
    assert person.post("/contacts/find", {"number": typed}).location == "/contacts/1"
    for part in ("5600", "13812345699", "李雷"):
        refused = person.post("/contacts/find", {"number": part})
        assert refused.status_code == 422 and 'id="number-error"' in refused.get_data(as_text=True)
    assert person.get("/contacts/find?number=13812345600").status_code == 405  # never in an address


def test_a_person_is_shown_in_clear_once_with_a_reason_that_is_kept(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    refused = person.post("/contacts/1/unmask", {"reason": "  "})
    assert refused.status_code == 422 and "李雷" not in refused.get_data(as_text=True)
    shown = person.post("/contacts/1/unmask", {"reason": "核对投诉"})
    page = shown.get_data(as_text=True)
    assert shown.status_code == 200 and shown.headers["Cache-Control"] == "no-store"
    assert all(clear in page for clear in ("李雷", PHONES[0], MAIL))
    assert "李雷" not in person.text("/contacts/1")
    event = db.session.scalars(select(Event).where(Event.action == "contact.unmasked")).one()
    assert (event.reason, event.object_ids, event.result) == ("核对投诉", "1", "shown")


@pytest.mark.parametrize(
    "reason", ["核对 138 1234 5600", "核对１３８１２３４５６００", "写信到 li@example.org", "010-12345678"]
)
def test_a_reason_with_a_number_in_it_is_refused_because_it_stays_for_good(chain: staff.Chain, reason: str) -> None:
    person = chain.signed_in("customer-service")
    assert person.post("/contacts/1/unmask", {"reason": reason}).status_code == 422
    assert person.post("/contacts/1/erasure", {"reason": reason, "sure": "1"}).status_code == 422
    assert not {"contact.unmasked", "contact.erased"} & set(acts())


def test_who_may_not_unmask_is_not_offered_it(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert "/unmask" not in person.text("/contacts/1")
    assert person.post("/contacts/1/unmask", {"reason": "核对投诉"}).status_code == 403


def test_the_twenty_first_look_within_an_hour_is_refused_and_written_down(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    for _ in range(unmasking.PER_HOUR):
        assert person.post("/contacts/1/unmask", {"reason": "核对投诉"}).status_code == 200
    refused = person.post("/contacts/2/unmask", {"reason": "核对投诉"})
    assert refused.status_code == 422 and "韩梅梅" not in refused.get_data(as_text=True)
    assert acts()[-1] == "contact.unmask_limit_reached"
    db.session.remove()
    actor = Actor(chain.users["customer-service"], "customer-service@example.org", "customer-service")
    assert unmasking.used(by=actor, now=clock.now()) == unmasking.PER_HOUR
    assert unmasking.used(by=actor, now=clock.now() + timedelta(hours=1, seconds=1)) == 0
    # who follows up an adverse event begins at the person
    assert "/unmask" in chain.signed_in("quality").text("/contacts/1")


def test_nothing_is_shown_when_the_look_cannot_be_written_down(
    chain: staff.Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise Busy("暂时无法记录这次查看")

    person = chain.signed_in("customer-service")
    monkeypatch.setattr(events, "record_read", broken)
    answer = person.post("/contacts/1/unmask", {"reason": "核对投诉"})
    assert answer.status_code == 503
    assert not [clear for clear in ("李雷", PHONES[0], MAIL) if clear in answer.get_data(as_text=True)]


def test_consents_are_recorded_by_hand_and_an_opt_out_ends_them(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    assert person.post("/contacts/1/consents", {"channel": "phone", "given": "1"}).status_code == 303
    assert person.post("/contacts/1/opt-out", {"out": "1"}).status_code == 303
    page = person.text("/contacts/1")
    assert "本人退订" in page and "记录同意" not in page and "变更记录（4）" in page and "员工登记" in page
    assert person.post("/contacts/1/consents", {"channel": "sms", "given": "1"}).status_code == 422
    assert person.post("/contacts/1/opt-out", {"out": "0", "lift_reason": ""}).status_code == 422
    assert person.post("/contacts/1/opt-out", {"out": "0", "lift_reason": "本人来电"}).status_code == 303
    assert db.session.scalars(select(Suppression)).all() == []
    assert not db.session.get_one(Contact, 1).sms_consent  # given anew, or not at all
    assert [act for act in acts() if act.split(".")[0] in ("consent", "suppression")] == [
        "consent.changed", "suppression.entered", "suppression.lifted",
    ]  # fmt: skip


def test_numbers_are_pasted_checked_and_taken_off_the_list(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    pasted = person.post("/opt-outs", {"numbers": "13812345601\r\n13900000000\r\n1.38E+10", "reason": "staff"})
    page = pasted.get_data(as_text=True)
    assert "新加入 2 个" in page and "第 3 行：手机号被表格软件改成" in page and "1.38E+10" not in page
    assert "138****5601" in page and "不在联系人里" in page and "13900000000" not in page
    assert "在名单里" in person.post("/opt-outs/check", {"number": "139 0000 0000"}).get_data(as_text=True)
    assert "不在名单里" in person.post("/opt-outs/check", {"number": "13911111111"}).get_data(as_text=True)
    lift = {"number": "13900000000", "lift_reason": "本人来电"}
    assert person.post("/opt-outs/lift", lift).status_code == 303
    assert person.post("/opt-outs/lift", lift).status_code == 422
    assert not suppressions.is_suppressed(suppressions.index_of("+8613900000000"))


def test_a_person_is_erased_after_a_tick_and_cannot_be_taken_off_the_list(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    assert "138****5600" in person.text("/contacts/1/erasure")
    assert person.post("/contacts/1/erasure", {"reason": "本人来电"}).status_code == 422
    done = person.post("/contacts/1/erasure", {"reason": "本人来电", "sure": "1"}).get_data(as_text=True)
    assert "删除码" in done and "15 个工作日" in done and "李雷" not in done
    assert person.get("/contacts/1").status_code == 404
    refused = person.post("/opt-outs/lift", {"number": "13812345600", "lift_reason": "又想要了"})
    assert refused.status_code == 422 and "要求删除过" in refused.get_data(as_text=True)
    assert "已删除个人信息" in person.text("/opt-outs?reason=erased")


def test_after_all_this_no_name_number_or_address_stands_in_clear_anywhere(chain: staff.Chain) -> None:
    person = chain.signed_in("customer-service")
    person.post("/contacts/find", {"number": "13812345600"})
    person.post("/contacts/1/unmask", {"reason": "核对投诉"})
    person.post("/contacts/1/consents", {"channel": "phone", "given": "1"})
    person.post("/opt-outs", {"numbers": "13812345601\n13900000000", "reason": "complained"})
    person.post("/opt-outs/check", {"number": "13812345601"})
    person.post("/contacts/3/erasure", {"reason": "本人来电", "sure": "1"})
    db.session.remove()
    instance: Path = chain.app.extensions["survey_settings"].instance
    with sqlite3.connect(chain.app.extensions["survey_settings"].sqlite_path) as connection:
        dump = "\n".join(connection.iterdump())
    assert "contact.unmasked" in dump  # the dump holds what happened
    everywhere = dump.encode() + b"".join(path.read_bytes() for path in instance.rglob("*") if path.is_file())
    wanted = [*NAMES, MAIL, *(phone[3:] for phone in PHONES), "13900000000"]
    for encoding in ("utf-8", "utf-16-le"):
        assert not [secret for secret in wanted if secret.encode(encoding) in everywhere]
    for plain in (phone.encode() for phone in PHONES):  # nor a hash that anybody could make
        assert not re.search(_hashes(plain), everywhere)


def _hashes(value: bytes) -> bytes:
    made = [hashlib.new(kind, value).digest() for kind in ("md5", "sha1", "sha256")]
    return b"|".join(re.escape(form) for raw in made for form in (raw, raw.hex().encode(), raw.hex().upper().encode()))


def test_whoever_is_bound_to_a_part_of_the_chain_finds_no_contacts(chain: staff.Chain) -> None:
    db.session.get_one(User, chain.users["researcher"]).region_id = chain.regions[0]
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("researcher")
    assert person.get("/contacts").status_code == 404 and person.get("/contacts/1").status_code == 404
