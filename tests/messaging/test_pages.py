"""The outbox, the ways out and the words, as staff see them; and providers calling back."""

import json
from pathlib import Path

import pytest
from flask import Flask

from survey_app import clock, events
from survey_app.database import db
from survey_app.messaging import delivery, purposes, senders
from survey_app.messaging.channels import gateway, twilio
from survey_app.messaging.channels.kinds import KINDS
from survey_app.messaging.models import Message, Receipt, Sender, Template
from survey_app.messaging.purposes import House
from tests import staff
from tests.messaging.stand_in import Provider, add_sender, compose, only, purpose, queue, states


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def shown(message: Message, now: object) -> purposes.Outgoing:
    made = compose(message, now)  # type: ignore[arg-type]
    return purposes.Outgoing(
        made.address, made.text, shown={"link": f"https://wj.example.com/i/{message.subject_id:021d}"}
    )


def test_the_outbox_of_a_sample_chain_shows_words_and_links(chain: staff.Chain) -> None:
    queue(3, now=clock.now())
    db.session.remove()
    db.session.query(Message).update({"campaign_id": 7})
    db.session.commit()
    with purpose(compose=shown, names=lambda ids: {number: f"十一月 {number}" for number in ids}):
        person = chain.signed_in("researcher")
        page = person.text("/messages?state=queued&channel=sms")
        assert page.count("十一月 7") == 3 and "十一月 7" in person.text("/messages/2")
        assert "第 2 条" in page and "https://wj.example.com/i/000000000000000000002" in page
        assert "+8613800000002" in person.text("/messages/2")
        assert person.text("/messages?state=failed").count("没有符合条件的消息") == 1


@pytest.mark.parametrize("what", ["a real chain", "production"])
def test_nobody_sees_a_link_or_an_address_elsewhere(
    chain: staff.Chain, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    queue(1, now=clock.now())
    with purpose(compose=shown):
        if what == "a real chain":
            purposes.bind_house(lambda: House(sample=False))
        else:
            import dataclasses

            settings = dataclasses.replace(chain.app.extensions["survey_settings"], production=True)
            monkeypatch.setitem(chain.app.extensions, "survey_settings", settings)
        person = chain.signed_in("administrator")
        for path in ("/messages", f"/messages/{only().id}"):
            page = person.text(path)
            assert "/i/" not in page and "138000" not in page and "第 1 条" not in page


def test_an_unknown_message_is_sent_again_by_a_person_alone_with_a_reason(
    chain: staff.Chain, provider: type[Provider]
) -> None:
    add_sender()
    queue(1, now=clock.now())
    db.session.query(Message).update({"state": "unknown_reported", "attempts": 1, "attempt_id": "a" * 32})
    db.session.commit()
    number = only().id
    with purpose():
        assert chain.signed_in("researcher").post(f"/messages/{number}/resending", {"reason": "x"}).status_code == 403
        person = chain.signed_in("administrator")
        assert person.post(f"/messages/{number}/resending", {"reason": ""}).status_code == 422
        assert person.post(f"/messages/{number}/resending", {"reason": "顾客来电说没收到"}).status_code == 303
        assert only().state == "queued"
        delivery.deliver_due(chain.app, clock.now())
        assert (only().state, len(provider.ledger)) == ("accepted", 1)
        assert person.post(f"/messages/{number}/resending", {"reason": "再来"}).status_code == 422
    assert db.session.query(events.Event).filter_by(action="message.resent").one().reason == "顾客来电说没收到"


SMTP = {
    "kind": "smtp", "channel": "email", "name": "邮件", "position": "1", "cost": "0", "option-host": "127.0.0.1",
    "option-port": "25", "option-security": "none", "option-sender": "survey@example.com", "option-username": "",
}  # fmt: skip


def test_a_list_of_template_numbers_may_be_as_long_as_its_field(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    lines = "\n".join(f"invitation-{n}/zh-CN SMS_{n:09d}" for n in range(40))
    sent = {
        "kind": "aliyun", "channel": "sms", "name": "阿里云", "position": "1", "cost": "0.05", "option-key_id": "LTAI",
        "option-signature": "禾木", "option-templates": lines, "secret-key_secret": "swordfish-78",
    }  # fmt: skip
    assert len(lines) > 300 and person.post("/senders", sent).status_code == 303
    assert db.session.query(Sender).filter_by(kind="aliyun").one().options["templates"] == lines


def test_secrets_are_written_and_never_shown(chain: staff.Chain) -> None:
    person = chain.signed_in("administrator")
    good = SMTP | {"option-host": "smtp.example.com", "option-security": "tls", "secret-password": "swordfish-77"}
    made = person.post("/senders", good)
    assert made.status_code == 303
    page = person.text(made.location)
    assert "swordfish" not in page and "smtp.example.com" in page
    row = db.session.query(Sender).one()
    assert "swordfish" not in row.secrets and senders._open(row, chain.app.extensions["survey_vault"]) == {
        "password": "swordfish-77"
    }
    db.session.remove()
    assert person.post(made.location, good | {"secret-password": "", "name": "新名"}).status_code == 303
    row = db.session.query(Sender).one()
    assert row.name == "新名" and senders._open(row, chain.app.extensions["survey_vault"])["password"] == "swordfish-77"
    assert "swordfish" not in json.dumps([event.details for event in db.session.query(events.Event)])


GATEWAY = {"kind": "gateway", "channel": "sms", "option-url": "https://sms.example.com/send"}
TWILIO = {"kind": "twilio", "channel": "sms", "option-account": "AC1", "option-sender": "+12025550100"}


@pytest.mark.parametrize(
    ("first", "secret", "change"),
    [
        ({"option-username": "mail"}, "password", {"option-host": "smtp.example.net"}),
        ({"option-username": "mail"}, "password", {"option-port": "2525"}),
        (TWILIO, "token", {"option-base": "https://collector.example.net"}),
        (GATEWAY, "secret", {"option-url": "https://collector.example.net/send"}),
    ],
)
def test_a_stored_secret_is_not_sent_to_another_server(
    chain: staff.Chain, first: dict[str, str], secret: str, change: dict[str, str]
) -> None:
    person, field = chain.signed_in("administrator"), f"secret-{secret}"
    good = SMTP | {"option-host": "smtp.example.com", "option-security": "tls"} | first | {field: "swordfish-77"}
    made = person.post("/senders", good).location
    refused = person.post(made, good | change | {field: ""})
    assert refused.status_code == 422 and f'href="#{field}"' in refused.get_data(as_text=True)
    assert person.post(made, good | {field: ""}).status_code == 303
    assert person.post(made, good | change | {field: "trout-12"}).status_code == 303
    row = db.session.query(Sender).one()
    assert senders._open(row, chain.app.extensions["survey_vault"])[secret] == "trout-12"


@pytest.mark.parametrize(
    ("kind", "change", "field"),
    [
        ("smtp", {"option-host": "127.0.0.1"}, "option-host"),
        ("smtp", {"option-host": "10.0.0.8", "option-security": "tls"}, "option-host"),
        ("smtp", {"option-host": "smtp.example.com"}, "option-security"),
        ("smtp", {"option-host": "smtp.example.com", "option-sender": "a@b\r\nBcc: c@d.e"}, "option-sender"),
        ("gateway", {"option-url": "http://sms.example.com/"}, "option-url"),
        ("gateway", {"option-url": "https://169.254.169.254/latest"}, "option-url"),
        ("gateway", {"option-url": "https://user@sms.example.com/"}, "option-url"),
        ("gateway", {"option-url": "https://sms.example.com/"}, "secret-secret"),
        ("console", {}, "kind"),
    ],
)  # fmt: skip
def test_a_way_out_cannot_lead_into_the_house(
    chain: staff.Chain, kind: str, change: dict[str, str], field: str
) -> None:
    person = chain.signed_in("administrator")
    refused = person.post("/senders", SMTP | {"kind": kind, "channel": KINDS[kind].channels[0]} | change)
    assert refused.status_code == 422 and f'href="#{field}"' in refused.get_data(as_text=True)
    assert db.session.query(Sender).count() == 0


def test_a_test_message_reaches_the_typed_address_and_leaves_none(chain: staff.Chain, provider: type[Provider]) -> None:
    number = add_sender()
    person = chain.signed_in("administrator")
    with purpose():
        assert person.post(f"/senders/{number}/tests", {"address": "not a number"}).status_code == 422
        assert person.post(f"/senders/{number}/tests", {"address": "138 0013 8000"}).status_code == 303
    assert provider.ledger[0][1] == "+8613800138000"
    assert db.session.query(Message).count() == 0
    told = [event.details for event in db.session.query(events.Event).filter_by(action="sender.tried")]
    assert len(told) == 1 and "138" not in json.dumps(told)


def test_changed_words_make_a_new_row_and_are_used(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = "/message-templates/sms/zh-CN/invitation"
    assert "退订回R" in person.text(path)
    wrong = person.post(path, {"subject": "", "body": "点这里 {nolink}", "provider_template": ""})
    assert wrong.status_code == 422 and "{nolink}" in wrong.get_data(as_text=True)
    assert person.post(path, {"subject": "", "body": "【假】{link} 退订", "provider_template": ""}).status_code == 422
    for body in ("新的 {link} 退订回R", "更新的 {link} 退订回R"):
        assert person.post(path, {"subject": "", "body": body, "provider_template": "SMS_1"}).status_code == 303
    assert [row.number for row in db.session.query(Template).order_by(Template.number)] == [1, 2]
    db.session.remove()
    preview = person.post(
        f"{path}/previews", {"subject": "", "body": "长" * 71 + "{link} 退订", "provider_template": ""}
    )
    assert "按 2 条短信计费" in preview.get_data(as_text=True)
    assert person.post("/message-templates", {"name": "vip", "channel": "sms", "language": "zh-CN"}).status_code == 303
    assert "更新的" in person.text("/message-templates/sms/zh-CN/vip")
    assert person.get("/message-templates/sms/fr/invitation").status_code == 404


# --- callbacks --------------------------------------------------------------------------------------------------------
def gateway_sender(app: Flask) -> str:
    vault = app.extensions["survey_vault"]
    sender = Sender(
        channel="sms", kind="gateway", name="网关", options={"url": "https://sms.example.com/"}, position=1,
        callback="c" * 32, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(sender)
    db.session.flush()
    place = f"message_sender.secrets.{sender.id}"
    sender.secrets = vault.seal("contact", json.dumps({"secret": "s3cret"}), place=place)
    db.session.commit()
    return sender.callback


def accepted(app: Flask, count: int = 1) -> list[str]:
    queue(count, now=clock.now())
    attempts = []
    for number, row in enumerate(db.session.query(Message).order_by(Message.id)):
        row.state, row.attempt_id, row.sender_id, row.sent_at = "accepted", f"{number:032x}", 1, clock.now()
        attempts.append(row.attempt_id)
    db.session.commit()
    return attempts


def tell(app: Flask, token: str, *said: dict[str, object], secret: str = "s3cret", skew: int = 0) -> int:
    body = json.dumps(list(said)).encode()
    stamp = str(clock.epoch_seconds() + skew)
    headers = {"X-Timestamp": stamp, "X-Signature": gateway.signature(secret, stamp, body)}
    db.session.remove()
    with app.app_context():
        got = app.test_client().post(f"/callbacks/{token}", data=body, headers=headers, content_type="application/json")
    return got.status_code


def test_receipts_in_any_number_and_order_end_in_one_state(app: Flask) -> None:
    token = gateway_sender(app)
    one, two = accepted(app, 2)
    for _ in range(5):
        assert (
            tell(
                app, token, {"out_id": one, "state": "delivered"}, {"out_id": two, "state": "failed", "code": "absent"}
            )
            == 200
        )
    assert tell(app, token, {"out_id": one, "state": "failed", "code": "late"}) == 200
    assert tell(app, token, {"out_id": two, "state": "delivered"}) == 200
    rows = {row.attempt_id: (row.state, row.reason) for row in db.session.query(Message)}
    assert rows == {one: ("delivered", ""), two: ("failed", "absent")}
    assert db.session.query(Receipt).count() == 4  # what was told twice stands once


def test_a_receipt_about_nothing_we_know_is_counted_and_dropped(app: Flask) -> None:
    token = gateway_sender(app)
    assert tell(app, token, {"out_id": "f" * 32, "state": "delivered"}, {"number": "X", "state": "failed"}) == 200
    assert (db.session.query(Sender).one().strange_receipts, db.session.query(Receipt).count()) == (2, 0)


def test_a_forged_or_replayed_callback_changes_nothing(app: Flask) -> None:
    token = gateway_sender(app)
    (one,) = accepted(app)
    assert tell(app, token, {"out_id": one, "state": "delivered"}, secret="guess") == 400
    assert tell(app, token, {"out_id": one, "state": "delivered"}, skew=-600) == 400
    assert tell(app, "x" * 32, {"out_id": one, "state": "delivered"}) == 404
    with app.app_context():
        big = app.test_client().post(f"/callbacks/{token}", data=b"[" + b" " * 300_000 + b"]")
    assert big.status_code == 413
    assert (only().state, db.session.query(Sender).one().strange_receipts) == ("accepted", 2)


def test_a_receipt_may_come_before_the_call_returned(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_app.messaging import outcomes
    from survey_app.messaging.channels.port import News

    sender_id = add_sender()
    now = clock.now()
    queue(1, now=now)

    def at_once() -> None:
        attempt = only().attempt_id
        assert attempt is not None
        outcomes.settle(News("delivered", attempt), sender_id=sender_id, now=now)
        db.session.commit()

    monkeypatch.setattr(provider, "before", staticmethod(at_once))
    with purpose():
        delivery.deliver_due(app, now)
    row = only()
    assert row.state == "delivered" and row.provider_number == f"P-{str(row.attempt_id)[:8]}"


def test_whoever_answers_r_is_suppressed(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    token, told = gateway_sender(app), []
    monkeypatch.setattr(purposes, "_refusals", [(lambda address, now: told.append(address), lambda index, now: None)])
    replies = ["R", "ｒ ", "退订。", "谢谢", "R你好"]
    for number, said in enumerate(replies):
        assert tell(app, token, {"reply": {"from": f"+86138001380{number:02d}", "text": said}}) == 200
    assert told == ["+8613800138000", "+8613800138001", "+8613800138002"]


def test_a_form_callback_is_checked_over_its_address_and_fields(app: Flask) -> None:
    vault = app.extensions["survey_vault"]
    sender = Sender(
        channel="sms", kind="twilio", name="T", options={"account": "AC1", "sender": "+1"}, position=1, callback="t" * 32,
        created_at=clock.now(),
    )  # fmt: skip
    db.session.add(sender)
    db.session.flush()
    sender.secrets = vault.seal("contact", '{"token": "12345"}', place=f"message_sender.secrets.{sender.id}")
    db.session.commit()
    (one,) = accepted(app)
    db.session.remove()
    url = f"{app.extensions['survey_settings'].public_url}/callbacks/{'t' * 32}?attempt={one}"
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    for mark, status in (("wrong", 400), (twilio.signature("12345", url, form), 200)):
        with app.app_context():
            got = app.test_client().post(
                f"/callbacks/{'t' * 32}?attempt={one}", data=form, headers={"X-Twilio-Signature": mark}
            )
        assert got.status_code == status
    assert (only().state, only().provider_number) == ("delivered", "SM1")


BOUNCE = """\
From: MAILER-DAEMON@mail.example.com
To: survey@example.com
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b1"

--b1
Content-Type: text/plain

It could not be delivered.
--b1
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; nobody@example.net
Action: {action}
Status: {status}
Diagnostic-Code: smtp; no such user

--b1
Content-Type: text/rfc822-headers

Message-ID: <{attempt}@example.com>
To: nobody@example.net

--b1--
"""


def test_a_lasting_bounce_fails_its_message_and_suppresses_the_address(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from survey_app.messaging import receipts

    told: list[bytes] = []
    monkeypatch.setattr(purposes, "_refusals", [(lambda address, now: None, lambda index, now: told.append(index))])
    add_sender("smtp", "email")
    for number in range(5):
        queue(1, now=clock.now(), channel="email", first=number, recipient_index=bytes([number]) * 32)
    for number, row in enumerate(db.session.query(Message).order_by(Message.id)):
        row.state, row.attempt_id, row.sender_id, row.sent_at = "accepted", f"{number:032x}", 1, clock.now()
    db.session.commit()
    told_of = [
        ("failed", "5.1.1"),
        ("failed", "4.2.2"),
        ("delayed", "4.4.1"),
        ("failed", "5.7.1"),
        ("failed", "5.2.2"),
    ]  # no such user, mailbox full, still trying, refused by a policy, full and given up
    mails = [
        BOUNCE.format(action=action, status=status, attempt=f"{number:032x}")
        for number, (action, status) in enumerate(told_of)
    ]
    box = tmp_path / "box"
    box.write_text("".join(f"From MAILER Sat Nov 21 00:00:00 2026\n{mail}\n" for mail in mails))
    found = receipts.read_bounces(box, now=clock.now())
    db.session.commit()
    assert (found.read, found.lasting, found.ours) == (5, 4, 4)
    assert states() == {"failed": 4, "accepted": 1} and told == [bytes([0]) * 32]
