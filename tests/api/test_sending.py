"""What other systems send: signed, once, and refused with the place of the fault."""

import json
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_app import web
from survey_app.api import description, taking
from survey_app.api.taking import Misshapen
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.people import contacts, signing
from survey_app.people.models import ApiKey, ApiNonce, Contact, Order, OrderEvent
from survey_app.vault import UNREADABLE

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)


@dataclass
class System:
    """A till that knows its key."""

    app: Flask
    key: str
    secret: str
    clock: datetime = NOW
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, path: str, rows: Any, *, body: bytes | None = None, **changed: str) -> TestResponse:
        body = json.dumps(rows).encode() if body is None else body
        told = {
            "time": str(int(self.clock.timestamp())),
            "nonce": secrets.token_urlsafe(18),
            "method": "POST",
        } | changed
        signed = signing.signature(
            changed.get("secret", self.secret), method=told["method"], path=told.get("signed_path", path), time=told["time"],
            nonce=told["nonce"], body=told.get("other", body.decode("latin-1")).encode("latin-1"),
        )  # fmt: skip
        self.headers = {
            "X-Survey-Key": changed.get("key", self.key), "X-Survey-Time": told["time"], "X-Survey-Nonce": told["nonce"],
            "X-Survey-Signature": changed.get("signature", signed), "Content-Type": "application/json",
        }  # fmt: skip
        return self.again(path, body)

    def again(self, path: str, body: bytes) -> TestResponse:
        db.session.remove()
        with self.app.app_context():
            return self.app.test_client().post(path, data=body, headers=self.headers)


@pytest.fixture
def till(app: Flask, monkeypatch: pytest.MonkeyPatch) -> System:
    monkeypatch.setattr("survey_app.clock.now", lambda: NOW)
    key, secret = signing.create_key(source="pos", by=COMMAND_LINE, now=NOW)
    db.session.commit()
    return System(app, key.key, secret)


def order(number: str = "A1", **more: Any) -> dict[str, Any]:
    return {"number": number, "state": "completed", "placed_at": "2026-11-18T10:00:00+08:00", **more}


def batch(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"orders": list(rows)}


def test_signed_orders_are_taken_once(till: System) -> None:
    rows = batch(order(phone="13812345678", name="王芳", amount=128.5), order("A2", state="open"))
    first, second = till.send("/api/orders", rows), till.send("/api/orders", rows)
    assert first.status_code == second.status_code == 200, first.data
    assert [each["result"] for each in first.get_json()["results"]] == ["added", "added"]
    assert second.get_json()["unchanged"] == 2
    found = db.session.query(Order).filter_by(source="pos", number="A1").one()
    assert (found.amount_cents, found.may_answer) == (12850, True)
    known = contacts.find_by_phone("+8613812345678")
    assert known is not None and found.contact_id == known.id


def test_events_move_orders(till: System) -> None:
    till.send("/api/orders", batch(order()))
    sent = {"events": [{"kind": "refunded", "order": "A1", "at": "2026-11-19T10:00:00Z", "number": "E1"}]}
    assert till.send("/api/events", sent).get_json()["added"] == 1
    assert till.send("/api/events", sent).get_json()["unchanged"] == 1
    assert db.session.query(Order).one().state == "refunded"
    assert db.session.query(OrderEvent).filter_by(kind="refunded").count() == 1


def test_a_key_whose_secret_cannot_be_read_signs_nothing(till: System) -> None:
    db.session.query(ApiKey).one().secret = "v1.contact.AAAAAAAAAAAAAAAA.AAAA"
    db.session.commit()
    assert till.send("/api/orders", batch(order()), secret=UNREADABLE).status_code == 401
    assert db.session.query(Order).count() == 0


def test_whatever_is_wrong_with_a_signature_has_the_same_answer_and_leaves_nothing(till: System) -> None:
    rows = batch(order())
    late, early = (str(int((NOW + timedelta(seconds=seconds)).timestamp())) for seconds in (-301, 301))
    answers = [
        till.send("/api/orders", rows, key="k_unknown"),
        till.send("/api/orders", rows, secret="another"),
        till.send("/api/orders", rows, signature="0" * 64),
        till.send("/api/orders", rows, signature="x"),
        till.send("/api/orders", rows, time=late),
        till.send("/api/orders", rows, time=early),
        till.send("/api/orders", rows, time="soon"),
        till.send("/api/orders", rows, nonce="short"),
        till.send("/api/orders", rows, nonce="x" * 65),
        till.send("/api/orders", rows, signed_path="/api/events"),
        till.send("/api/orders", rows, method="PUT"),
        till.send("/api/orders", rows, other="another body"),
        till.send("/api/orders?x=1", rows, signed_path="/api/orders"),
        till.app.test_client().post("/api/orders", json=rows),
    ]
    assert {(answer.status_code, answer.data) for answer in answers} == {(401, answers[0].data)}
    assert db.session.query(Order).count() == 0 and db.session.query(ApiNonce).count() == 0


@pytest.mark.parametrize("seconds", [-299, 299])
def test_five_minutes_between_two_clocks_are_forgiven(till: System, seconds: int) -> None:
    till.clock = NOW + timedelta(seconds=seconds)
    assert till.send("/api/orders", batch(order())).status_code == 200


def test_a_request_that_is_sent_again_as_it_is_does_not_count(till: System) -> None:
    rows = batch(order())
    assert till.send("/api/orders", rows).status_code == 200
    assert till.again("/api/orders", json.dumps(rows).encode()).status_code == 401
    # a body that could not be read has used its nonce up as well
    assert till.send("/api/orders", None, body=b"{").status_code == 400
    assert till.again("/api/orders", b"{").status_code == 401


def test_nonces_are_forgotten_when_their_time_is_over(till: System) -> None:
    till.send("/api/orders", batch(order()))
    assert signing.forget_nonces(now=NOW + timedelta(minutes=14)) == 0
    assert signing.forget_nonces(now=NOW + timedelta(minutes=16)) == 1


def test_a_revoked_key_signs_nothing_and_a_new_one_takes_its_place(till: System) -> None:
    key = db.session.query(ApiKey).one()
    signing.revoke_key(key=key, by=COMMAND_LINE, now=NOW)
    db.session.commit()
    assert till.send("/api/orders", batch(order())).status_code == 401
    again, secret = signing.create_key(source="pos", by=COMMAND_LINE, now=NOW)
    db.session.commit()
    assert again.key != till.key
    assert System(till.app, again.key, secret).send("/api/orders", batch(order())).status_code == 200


def test_the_secret_stands_nowhere_in_clear(till: System) -> None:
    assert till.secret not in db.session.query(ApiKey).one().secret
    assert db.session.query(ApiKey).one().last_used_at is None
    till.send("/api/orders", batch(order()))
    assert db.session.query(ApiKey).one().last_used_at == NOW


def test_every_row_is_taken_or_rejected_by_itself_with_its_place(till: System) -> None:
    rows = [
        order("A1"),
        order("A2", phone="1.38E+10"),
        order("A3", shop="KM-404"),
        order("A4", placed_at="2027-01-01"),
        order("A5", colour="red"),
        order("A6", amount="12"),
        {"number": "A7"},
        "A8",
        order("A9", consent={"sms": True}, phone="13812345678"),
        order("A10"),
    ]
    answer = till.send("/api/orders", {"orders": rows}).get_json()
    found = {each.get("number"): (each["result"], each.get("place")) for each in answer["results"]}
    assert found == {
        "A1": ("added", None), "A2": ("rejected", "/orders/1/phone"), "A3": ("rejected", "/orders/2/shop"),
        "A4": ("rejected", "/orders/3/placed_at"), "A5": ("rejected", "/orders/4/colour"),
        "A6": ("rejected", "/orders/5/amount"), "A7": ("rejected", "/orders/6/state"), None: ("rejected", "/orders/7"),
        "A9": ("rejected", "/orders/8/consent"), "A10": ("added", None),
    }  # fmt: skip
    assert (answer["added"], answer["rejected"]) == (2, 8)
    assert db.session.query(Order).count() == 2 and db.session.query(Contact).count() == 0


def test_consent_needs_the_place_where_it_was_given(till: System) -> None:
    rows = batch(order(phone="13812345678", consent={"sms": True})) | {"consent_source": "会员协议 2026"}
    assert till.send("/api/orders", rows).get_json()["added"] == 1
    known = contacts.find_by_phone("+8613812345678")
    assert known is not None and known.sms_consent and not known.phone_consent


@pytest.mark.parametrize(
    ("document", "place"),
    [
        (None, "/"), ("orders", "/"), ([], "/"), ({}, "/orders"), ({"orders": {}}, "/orders"), ({"orders": []}, "/orders"),
        ({"orders": [1] * 501}, "/orders"), ({"orders": [1], "events": []}, "/events"),
        ({"orders": [1], "consent_source": 5}, "/consent_source"),
    ],
)  # fmt: skip
def test_a_batch_of_another_shape_is_refused_with_the_place(document: Any, place: str) -> None:
    with pytest.raises(Misshapen) as refused:
        taking.take_orders(document, source="pos", now=NOW, translate=str)
    assert refused.value.place == place


def test_a_body_that_cannot_be_taken_is_refused_with_the_place(till: System) -> None:
    wrong = {
        b"{": (400, "line 1 column 2"),
        b'{"orders":[{"name":"\\u0000"}]}': (400, "/orders/0/name"),
        b"[]": (422, "/"),
    }
    for body, expected in wrong.items():
        answer = till.send("/api/orders", None, body=body)
        assert (answer.status_code, answer.get_json()["place"]) == expected


def test_numbers_beyond_every_float_are_refused_in_their_row(till: System) -> None:
    answer = till.send(
        "/api/orders", None, body=b'{"orders":[{"number":"A1","state":"open","placed_at":"2026-11-18","amount":1e309}]}'
    )
    assert answer.get_json()["results"][0]["place"] == "/orders/0/amount"


def test_amounts_are_read_however_json_writes_them(till: System) -> None:
    written = {"A1": "1.5E+2", "A2": "7", "A3": "0.5", "A4": "1E-999999999", "A5": "128.50"}
    rows = ",".join(
        f'{{"number":"{number}","state":"open","placed_at":"2026-11-18","amount":{amount}}}'
        for number, amount in written.items()
    )
    assert till.send("/api/orders", None, body=f'{{"orders":[{rows}]}}'.encode()).get_json()["added"] == 5
    found = dict(db.session.query(Order.number, Order.amount_cents).tuples().all())
    assert found == {"A1": 15_000, "A2": 700, "A3": 50, "A4": 0, "A5": 12_850}


def test_a_body_that_is_too_large_is_refused_before_it_is_read(till: System) -> None:
    answer = till.send("/api/orders", None, body=b" " * 1_000_001)
    assert (answer.status_code, answer.is_json) == (413, True)


def test_a_full_batch_is_taken(till: System) -> None:
    rows = batch(*(order(f"A{n}", phone=f"199{n:08d}", summary="药" * 20) for n in range(500)))
    assert till.send("/api/orders", rows).get_json()["added"] == 500


def test_the_description_says_what_is_checked(sqlite_app: Flask) -> None:
    found = sqlite_app.test_client().get("/api/openapi.json").get_json()
    assert set(found["paths"]) == {
        rule.rule
        for rule in sqlite_app.url_map.iter_rules()
        if web.declared_access(sqlite_app, rule.endpoint) == web.SIGNED
    }
    named = {name for path in found["paths"].values() for name in path["post"]["responses"]}
    assert named == {"200", "400", "401", "413", "422", "503"}
    assert found["components"]["schemas"]["Order"]["required"] == ["number", "state", "placed_at"]
    amount = {"type": "number", "minimum": 0, "maximum": 10_000_000}  # no text: a text is refused
    assert found["components"]["schemas"]["Order"]["properties"]["amount"]["anyOf"] == [amount, {"type": "null"}]
    assert set(found["components"]["securitySchemes"]) == {"key", "time", "nonce", "signature"}
    references = json.dumps(found).split("#/components/schemas/")[1:]
    assert {each.split('"')[0] for each in references} <= set(found["components"]["schemas"])


def test_people_may_read_about_the_interface(sqlite_app: Flask) -> None:
    page = sqlite_app.test_client().get("/api/docs").get_data(as_text=True)
    assert all(name in page for name in [*description.HEADERS, "/api/orders", "consultation_ended", "hmac.new"])
