"""The QR code on a receipt: the order's own ballot, for completed purchases alone, with nothing written by scanning."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, web
from survey_app.campaigns import receipts
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db, next_ids
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.people.models import Order
from survey_app.responses import ballots, holding
from survey_app.responses.models import Ballot, HeldBack, Response
from tests.runner.invited import Guest, Mailing, mailing
from tests.runner.street import rows_of
from tests.runner.test_personal import everything


@pytest.fixture
def shop(app: Flask, runner: Flask) -> Mailing:
    """A questionnaire behind a running campaign that follows purchases."""
    runner.personal.slow_seconds = 0  # type: ignore[attr-defined]
    made = mailing()
    db.session.add(
        Campaign(
            name="购后", kind="trigger", questionnaire_id=made.questionnaire_id, state="running", event="completed",
            channels=["sms"], created_at=clock.now(), started_at=clock.now(),
        )
    )  # fmt: skip
    db.session.commit()
    return made


def buy(shop: Mailing, number: str = "A-1", *, state: str = "completed", at: datetime | None = None) -> str:
    """A purchase of somebody without a contact; the path on its receipt."""
    at = at or clock.now()
    (id_,) = next_ids(Order, 1)
    done = at if state in ("completed", "refunded") else None
    db.session.add(
        Order(
            id=id_,
            source="pos",
            number=number,
            shop_id=shop.shop_id,
            state=state,
            placed_at=at,
            completed_at=done,
            received_at=at,
        )
    )
    db.session.commit()
    db.session.remove()
    return receipts.address(web.vault(), source="pos", number=number, public_url="")


def follow() -> int:
    made = receipts.follow(now=clock.now())
    db.session.commit()
    db.session.remove()
    return made


def scan(runner: Flask, path: str) -> Guest:
    one = Guest(runner.test_client(), path)
    one.open()
    return one


def test_a_receipt_leads_to_one_verified_answer(shop: Mailing, runner: Flask) -> None:
    paths = [buy(shop, f"A-{n}") for n in range(12)]
    assert follow() == 12 and follow() == 0
    one = scan(runner, paths[0])
    assert one.status == 200
    one.send(overall=5)
    row = rows_of(select(Response))[0]
    assert (row.channel, row.verified, row.shop_id) == ("personal", True, None)
    held, keys = rows_of(select(HeldBack))[0], web.vault().wave(shop.wave_id)
    assert keys is not None
    came = holding.opened(keys, response_id=held.response_id, sealed=held.sealed)
    assert came is not None and (came.channel, came.shop_id) == ("receipt", shop.shop_id)
    assert "您已提交过" in scan(runner, paths[0]).html


def test_sms_and_receipt_share_one_ballot(shop: Mailing, runner: Flask) -> None:
    path = buy(shop)
    follow()
    invitation = rows_of(select(Invitation))[0]
    ticket = ballots.personal_code(
        web.vault(), wave_id=invitation.wave_id, invitation_id=invitation.id, shop_id=invitation.shop_id
    )
    by_receipt, by_sms = scan(runner, path), Guest(runner.test_client(), f"/i/{ticket.code}")
    forwarded = Guest(runner.test_client(), f"/i/{ticket.code}")
    for one in (by_sms, forwarded):
        one.open()
    for one, value in ((by_receipt, 5), (by_sms, 4), (forwarded, 3)):
        one.send(overall=value)
        assert one.status == 200
    assert len(rows_of(select(Ballot))) == len(rows_of(select(Response))) == 1
    assert "您已提交过" in by_sms.html and "您已提交过" in forwarded.html


def test_scanning_fifty_times_writes_nothing(shop: Mailing, runner: Flask) -> None:
    path = buy(shop)
    follow()
    before = everything()
    for _ in range(50):
        assert runner.test_client().get(path).status_code == 200
        assert runner.test_client().head(path).status_code == 200
    assert everything() == before


@pytest.mark.parametrize("state", ["refunded", "cancelled"])
def test_a_refunded_purchase_gives_no_right(shop: Mailing, runner: Flask, state: str) -> None:
    path = buy(shop, state=state)
    assert follow() == 0
    one = scan(runner, path)
    assert one.status == 410 and "不参加调查" in one.html and "_end" not in one.html


def test_a_refund_after_the_invitation_closes_the_receipt(shop: Mailing, runner: Flask) -> None:
    path = buy(shop)
    follow()
    db.session.scalars(select(Order)).one().state = "refunded"
    db.session.commit()
    assert scan(runner, path).status == 410


def test_who_is_too_early_is_asked_to_come_back(shop: Mailing, runner: Flask) -> None:
    open_order = buy(shop, "A-1", state="open")
    unknown = receipts.address(web.vault(), source="pos", number="not-yet-reported", public_url="")
    fresh = buy(shop, "A-2")
    for path in (open_order, unknown, fresh):
        one = scan(runner, path)
        assert one.status == 200 and "请稍后再扫一次" in one.html and "_end" not in one.html
    follow()
    assert "_end" in scan(runner, fresh).html


def test_an_old_receipt_is_closed(shop: Mailing, runner: Flask) -> None:
    path = buy(shop, at=clock.now() - timedelta(days=90))
    assert follow() == 0
    assert scan(runner, path).status == 410


def test_a_forged_receipt_gets_the_page_of_every_wrong_address(shop: Mailing, runner: Flask) -> None:
    path = buy(shop)
    follow()
    other = receipts.mac_of(receipts.till_key(web.vault(), "tmall"), "A-1")
    expected = runner.test_client().get("/i/" + "B" * 21)
    forged: list[Any] = [
        path[:-1] + ("0" if path[-1] != "0" else "1"),
        f"/o/pos~A-1.{other}",
        "/o/pos~A-2." + path.rsplit(".", 1)[1],
        "/o/A-1",
        "/o/.",
        "/o/" + "x" * 5_000,
        path + "/more",
    ]
    for address in forged:
        answer = runner.test_client().get(address)
        assert (answer.status_code, answer.get_data()) == (404, expected.get_data()), address


def test_a_lost_key_is_replaced_and_its_receipts_end(shop: Mailing, runner: Flask) -> None:
    old = buy(shop)
    follow()
    stolen = receipts.till_key(web.vault(), "pos")
    replace_key(keep=timedelta(days=2))
    now = clock.now()
    assert receipts.accepted(list(db.session.execute(receipts.numbers("pos"))), now=now + timedelta(days=3)) == [1]
    assert "_end" in scan(runner, old).html  # printed before: for two days more
    replace_key(keep=timedelta())
    assert scan(runner, old).status == scan(runner, f"/o/pos~A-1.{receipts.mac_of(stolen, 'A-1')}").status == 404
    fresh = receipts.address(web.vault(), source="pos", number="A-1", public_url="")
    assert "_end" in scan(runner, fresh).html
    with pytest.raises(DomainError):
        receipts.replace_key(source="pos", keep=timedelta(days=31), by=COMMAND_LINE, now=now)


def replace_key(*, keep: timedelta) -> None:
    receipts.replace_key(source="pos", keep=keep, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    db.session.remove()


def test_a_till_computes_what_we_check() -> None:
    import hashlib
    import hmac

    key = "00112233445566778899aabbccddeeff" * 2
    assert (
        receipts.mac_of(key, "2026-A/1 号")
        == hmac.new(bytes.fromhex(key), "2026-A/1 号".encode(), hashlib.sha256).hexdigest()[:16]
    )


def test_numbers_may_hold_any_character(shop: Mailing, runner: Flask) -> None:
    path = buy(shop, "2026/11 号.7~a")
    follow()
    assert "_end" in scan(runner, path).html


def test_customers_with_a_contact_are_left_to_their_campaign(shop: Mailing) -> None:
    from survey_app.people.models import Contact

    (id_,) = next_ids(Contact, 1)
    now = clock.now()
    db.session.add(Contact(id=id_, phone_index=b"1" * 32, created_at=now, updated_at=now))
    buy(shop)
    db.session.scalars(select(Order)).one().contact_id = id_
    db.session.commit()
    assert follow() == 0
