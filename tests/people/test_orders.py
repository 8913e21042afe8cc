"""Orders and events: each once, a state that never goes back, and what a cell may mean."""

import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.people import cells, columns, contacts, orders
from survey_app.people.cells import Unfit
from survey_app.people.contacts import NewContact
from survey_app.people.intake import Consents, Intake
from survey_app.people.models import Contact, Order, OrderEvent
from survey_app.people.orders import NewEvent, NewOrder

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
BOUGHT = NOW - timedelta(days=3)


def order(number: str = "A1", state: str = "completed", **more: object) -> NewOrder:
    values: dict[str, object] = {"placed_at": BOUGHT, "amount_cents": 1000} | more
    return NewOrder(number=number, state=state, **values)  # type: ignore[arg-type]


def record(*given: NewOrder, source: str = "pos") -> list[str]:
    found = orders.record_orders(source=source, orders=list(given), now=NOW)
    db.session.commit()
    return list(found)


def happen(*rows: NewEvent) -> list[object]:
    found = orders.record_events(source="pos", rows=list(rows), now=NOW)
    db.session.commit()
    return list(found)


def the_order(number: str = "A1") -> Order:
    db.session.expire_all()
    return db.session.query(Order).filter_by(number=number).one()


def kinds() -> list[str]:
    return sorted(kind for (kind,) in db.session.query(OrderEvent.kind))


# --- once --------------------------------------------------------------------------------------------------------------
def test_an_order_counts_once_by_source_and_number(app: Flask) -> None:
    assert record(order()) == ["added"]
    assert record(order()) == ["unchanged"]
    assert record(order(), source="tmall") == ["added"]
    assert db.session.query(Order).count() == 2


def test_a_number_twice_in_one_batch_is_one_order_with_the_later_values(app: Flask) -> None:
    assert record(order(amount_cents=1), order("A2"), order(amount_cents=2)) == ["added", "added", "changed"]
    assert the_order().amount_cents == 2
    assert kinds() == ["completed", "completed"]


def test_what_is_not_said_again_stays(app: Flask) -> None:
    region = shops.create_region(code="east", name="东区", by=COMMAND_LINE)
    shop = shops.create_shop(code="KM-1", name="一店", region=region, by=COMMAND_LINE)
    record(order(shop_id=shop.id, summary="阿莫西林", contact=NewContact(name="王芳", phone="+8613812345678")))
    first = the_order()
    assert record(order(amount_cents=None, placed_at=BOUGHT + timedelta(hours=1))) == ["unchanged"]
    again = the_order()
    assert (again.shop_id, again.contact_id, again.amount_cents) == (shop.id, first.contact_id, 1000)
    assert again.placed_at == BOUGHT
    assert "阿莫西林" not in again.summary and again.summary.startswith("v1.contact")


def test_a_corrected_phone_number_leads_the_order_to_another_person(app: Flask) -> None:
    record(order(contact=NewContact(phone="+8613812345678")))
    assert record(order(contact=NewContact(phone="+8613812345679"))) == ["changed"]
    right = contacts.find_by_phone("+8613812345679")
    assert right is not None and the_order().contact_id == right.id


def test_one_person_with_many_orders_is_one_contact(app: Flask) -> None:
    buyer = NewContact(name="李娜", phone="+8613900000001", sms_consent=True)
    record(*(order(f"A{n}", contact=buyer) for n in range(30)))
    assert db.session.query(Contact).count() == 1


# --- states ------------------------------------------------------------------------------------------------------------
def test_states_in_any_order_of_arrival_end_in_the_same_state(app: Flask) -> None:
    for number, states in enumerate(itertools.permutations(["open", "completed", "refunded"])):
        for state in states:
            record(order(f"P{number}", state))
        assert the_order(f"P{number}").state == "refunded"
        assert not the_order(f"P{number}").may_answer


@pytest.mark.parametrize("final", ["refunded", "cancelled"])
def test_a_final_state_stays(app: Flask, final: str) -> None:
    record(order(state=final))
    assert record(order(state="completed")) == ["unchanged"]
    assert record(order(state="open")) == ["unchanged"]
    assert the_order().state == final


def test_only_a_completed_order_that_was_not_refunded_gives_the_right_to_answer(app: Flask) -> None:
    record(*(order(state, state) for state in orders.RANK))
    assert {state: the_order(state).may_answer for state in orders.RANK} == {
        "open": False, "completed": True, "refunded": False, "cancelled": False,
    }  # fmt: skip


def test_the_step_to_completed_leaves_one_event_at_its_moment(app: Flask) -> None:
    record(order(state="open"))
    assert kinds() == []
    done = BOUGHT + timedelta(days=1)
    assert record(order(completed_at=done)) == ["changed"]
    assert record(order(completed_at=done + timedelta(hours=1))) == ["unchanged"]
    event = db.session.query(OrderEvent).one()
    assert (event.number, event.kind, event.at, event.order_id) == ("A1:completed", "completed", done, the_order().id)


# --- events ------------------------------------------------------------------------------------------------------------
def event(kind: str, number: str = "", order: str = "A1", hours: int = 1, **more: object) -> NewEvent:
    return NewEvent(number=number, kind=kind, at=BOUGHT + timedelta(hours=hours), order=order, **more)  # type: ignore[arg-type]


def test_a_late_payment_after_the_refund_changes_nothing(app: Flask) -> None:
    record(order())
    assert happen(event("refunded", "E2"), event("paid", "E1"), event("completed", "E3")) == ["added"] * 3
    assert the_order().state == "refunded" and the_order().refunded_at == BOUGHT + timedelta(hours=1)


def test_events_in_any_order_bring_an_order_to_the_same_state(app: Flask) -> None:
    story = [event("paid", "1"), event("delivered", "2"), event("completed", "3"), event("refunded", "4")]
    chance = random.Random(5)
    for number in range(6):
        record(order(f"S{number}", "open"))
        told = [NewEvent(f"{number}-{each.number}", each.kind, each.at, f"S{number}") for each in story]
        chance.shuffle(told)
        for each in told * 2:
            happen(each)
        assert the_order(f"S{number}").state == "refunded"
    assert db.session.query(OrderEvent).count() == 24


def test_an_event_without_a_number_counts_once_per_order_and_kind(app: Flask) -> None:
    record(order())
    assert happen(event("delivered"), event("delivered", hours=5)) == ["added", "unchanged"]
    assert happen(event("completed")) == ["unchanged"]  # the order brought it


def test_an_event_of_an_order_that_never_came_is_refused_and_may_come_again(app: Flask) -> None:
    (refused,) = happen(event("paid", "E1", "A9"))
    assert isinstance(refused, Unfit) and refused.field == "order"
    record(order("A9", "open"))
    assert happen(event("paid", "E1", "A9")) == ["added"]


def test_a_consultation_needs_a_person_and_no_order(app: Flask) -> None:
    caller = NewContact(phone="+8613800000001", name="赵敏")
    assert happen(event("consultation_ended", "C1", "", contact=caller)) == ["added"]
    found = db.session.query(OrderEvent).one()
    known = contacts.find_by_phone("+8613800000001")
    assert known is not None and found.contact_id == known.id and found.order_id is None
    nobody, unnumbered = happen(event("ticket_closed", "T1", ""), event("ticket_closed", "", "", contact=caller))
    assert isinstance(nobody, Unfit) and nobody.field == "order"
    assert isinstance(unnumbered, Unfit) and unnumbered.field == "number"


def test_an_event_takes_person_and_shop_from_its_order(app: Flask) -> None:
    record(order(contact=NewContact(phone="+8613800000002")))
    happen(event("return_closed", "R1"))
    found = db.session.query(OrderEvent).filter_by(number="R1").one()
    assert found.contact_id == the_order().contact_id is not None


# --- cells -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-20 09:05:33", "2026-11-20T01:05:33"),
        ("2026/11/2 9:05", "2026-11-02T01:05:00"),
        ("2026.11.20", "2026-11-19T16:00:00"),
        ("2026年11月20日 9时5分", "2026-11-20T01:05:00"),
        ("2026年11月20日", "2026-11-19T16:00:00"),
        ("20261120090533", "2026-11-20T01:05:33"),
        ("20261120", "2026-11-19T16:00:00"),
        ("2026-11-20T09:05:33+08:00", "2026-11-20T01:05:33"),
        ("2026-11-20T01:05:33.250Z", "2026-11-20T01:05:33"),
        ("1763600733", "2025-11-20T01:05:33"),
        ("1763600733000", "2025-11-20T01:05:33"),
        ("46346.5", "2026-11-20T04:00:00"),
        ("2024-02-29", "2024-02-28T16:00:00"),
    ],
)
def test_times_are_understood_as_systems_write_them(text: str, expected: str) -> None:
    assert cells.moment(text, now=NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2023-02-29", "没有这样"), ("0000-00-00", "没有这样"), ("2026-11-20 23:59:60", "没有这样"), ("2026-13-01", "没有这样"),
        ("9999-12-31", "将来"), ("2026-11-20 12:06", "将来"), ("0", "早于"), ("1999-12-31", "早于"), ("20091332", "没有这样"),
        ("", "读不懂"), ("昨天", "读不懂"), ("20/11/2026", "读不懂"), ("２０２６-11-20", "读不懂"),
        ("-1", "读不懂"), ("NaN", "读不懂"),
        ("9" * 5000, "读不懂"), ("2026-11-20 09:05 下午", "读不懂"),
    ],
)  # fmt: skip
def test_times_that_cannot_be_are_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(Unfit, match=words):
        cells.moment(text, now=NOW)


def test_a_clock_that_runs_five_minutes_ahead_is_forgiven() -> None:
    assert cells.moment("2026-11-20 12:05", now=NOW) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("128.5", 12850), ("¥1,234.50", 123450), ("88元", 8800), ("0", 0), ("12.345", 1234), ("RMB 5", 500), ("128.500000", 12850)],
)  # fmt: skip
def test_amounts(text: str, expected: int) -> None:
    assert cells.cents(text) == expected


@pytest.mark.parametrize(
    "text", ["", "NaN", "Infinity", "1e309", "-5", "٣", "０", "1,5", "9" * 5000, "0x10", "12 34", "一百"]
)
def test_amounts_that_are_no_plain_numbers_are_refused(text: str) -> None:
    with pytest.raises(Unfit):
        cells.cents(text)


@pytest.mark.parametrize("text", ["2.02611E+17", "1.2E+05", "", "a b", "x" * 61, "a\tb"])
def test_numbers_of_orders_that_a_spreadsheet_broke_are_refused(text: str) -> None:
    with pytest.raises(Unfit):
        cells.number(text)


def test_a_number_of_an_order_stays_as_it_is_but_for_the_mark_of_spreadsheets() -> None:
    assert [cells.number(text) for text in (" SO-1 ", "'0012", "20261120000123", "E+5")] == [
        "SO-1", "0012", "20261120000123", "E+5",
    ]  # fmt: skip


# --- columns and rules ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("订单编号 会员手机号 实付金额(元) 下单时间 订单状态 门店编号", "number phone amount placed_at state shop"),
        ("Order-No. Mobile Total Order-Date Status Store-Code", "number phone amount placed_at state shop"),
        ("order_id customer_phone created_at completed_at E-mail", "number phone placed_at completed_at email"),
        ("*收货人 ＊手机号码 是否接收短信 语言", "name phone consent_sms language"),
    ],
)  # fmt: skip
def test_headings_of_many_systems_are_understood(heading: str, expected: str) -> None:
    assert columns.guess("orders", heading.split()) == dict(enumerate(expected.split()))


def test_columns_that_are_nothing_known_are_not_guessed() -> None:
    assert columns.guess("orders", ["备注", "", "快递公司", "x" * 5000]) == {}


def test_a_row_is_refused_at_the_field_that_is_wrong(app: Flask) -> None:
    intake = Intake(now=NOW)
    good = {"number": "A1", "placed_at": "2026-11-18", "state": "已完成", "phone": "13812345678"}
    wrong = {
        "number": "", "placed_at": "2027-01-01", "state": "奇怪", "phone": "1.38E+10", "shop": "KM-404", "amount": "NaN",
        "completed_at": "2026-11-17", "language": "火星文", "consent_sms": "也许", "email": "a@b",
    }  # fmt: skip
    assert intake.order(good).contact == NewContact(phone="+8613812345678")
    for field, text in wrong.items():
        with pytest.raises(Unfit) as refused:
            intake.order(good | {field: text})
        assert refused.value.field == field
        assert "1.38" not in refused.value.reason % refused.value.values


def test_what_a_row_says_about_consent_is_stronger_than_what_is_said_for_all(app: Flask) -> None:
    intake = Intake(now=NOW, consents=Consents(sms=True, email=True))
    row = {"phone": "13812345678", "email": "a@example.org"}
    assert intake.contact(row).sms_consent is True
    refused = intake.contact(row | {"consent_sms": "否"})
    assert (refused.sms_consent, refused.email_consent, refused.phone_consent) == (False, True, None)
