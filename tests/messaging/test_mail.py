"""What a mail looks like on the wire, and that no value makes a header of its own."""

import socket
import ssl
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path
from threading import Thread

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.messaging import delivery
from survey_app.messaging.channels import smtp
from survey_app.messaging.channels.port import Unreachable
from survey_app.messaging.models import Message
from survey_app.messaging.purposes import Outgoing
from tests.faults.provider import Provider
from tests.faults.serving import free_port
from tests.messaging.stand_in import add_sender, purpose, queue, states

ATTEMPT = "a" * 32
MAIL = Outgoing(
    "li@example.net", "您好，请填写：\nhttps://wj.example.com/i/x", subject="禾木大药房想听听您的意见" * 3,
    html="<p>您好</p>", sender_name="禾木大药房",
    headers={
        "List-Unsubscribe": "<https://wj.example.com/u/" + "x" * 120 + ">",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    },
)  # fmt: skip


def test_a_mail_has_both_parts_the_way_out_and_our_number() -> None:
    raw = smtp.compose_mail(MAIL, ATTEMPT, sender="survey@example.com")
    assert raw.isascii() and b"\n" not in raw.replace(b"\r\n", b"") and max(map(len, raw.split(b"\r\n"))) < 998
    mail = message_from_bytes(raw, policy=policy.default)
    assert mail["From"] == "禾木大药房 <survey@example.com>" and mail["To"] == "li@example.net"
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == f"<{ATTEMPT}@example.com>"
    assert mail["List-Unsubscribe"].strip() == MAIL.headers["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    kinds = [part.get_content_type() for part in mail.walk()]
    assert kinds == ["multipart/alternative", "text/plain", "text/html"]
    plain = mail.get_body(("plain",))
    assert plain is not None and plain.get_content().strip() == MAIL.text


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "a\r\nBcc: x@y.z"},
        {"subject": "a\nb"},
        {"sender_name": "x\r\nBcc: a@b.c"},
        {"address": "x@y.z\n"},
        {"address": "a@b.c, d@e.f"},
        {"address": "a@b.c>\r\nRCPT TO:<d@e.f"},
        {"headers": {"List-Unsubscribe": "<x>\r\nBcc: a@b.c"}},
        {"headers": {"X\r\nBcc": "a@b.c"}},
        {"subject": "a\x00b"},
    ],
)
def test_no_value_makes_a_header_or_a_recipient_of_its_own(change: dict[str, object]) -> None:
    values = {name: getattr(MAIL, name) for name in ("address", "text", "subject", "html", "sender_name", "headers")}
    with pytest.raises(smtp.HeaderRefused):
        smtp.compose_mail(Outgoing(**(values | change)), ATTEMPT, sender="survey@example.com")  # type: ignore[arg-type]


def _greet(listener: socket.socket, names: list[str | None], *, starttls: bool) -> None:
    """A mail server for one caller, who hangs up: it has no certificate. Notes the name that TLS asked for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    caller, _ = listener.accept()
    with caller, suppress(OSError):
        if starttls:
            caller.sendall(b"220 hello\r\n")
            caller.recv(1000)
            caller.sendall(b"250-hello\r\n250 STARTTLS\r\n")
            caller.recv(1000)
            caller.sendall(b"220 go on\r\n")
        context.wrap_socket(caller, server_side=True)


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_mail_goes_to_the_address_that_was_checked_under_the_name_of_the_server(
    monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    answers, names = ["127.0.0.1"], list[str | None]()

    def look_up(host: str, port: object, *_more: object, **_rest: object) -> list[tuple[object, ...]]:
        """Answers once for the name; the second answer would be another server."""
        address = host if host[0].isdigit() else answers.pop()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Thread(target=_greet, args=(listener, names), kwargs={"starttls": security == "starttls"}, daemon=True)
        server.start()
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        options = {"host": "smtp.example.com", "port": listener.getsockname()[1], "security": security, "local": True}
        told = smtp.Smtp(options | {"sender": "survey@example.com"}, {}).send(MAIL, ATTEMPT)
        server.join(10)
    assert isinstance(told, Unreachable) and names == ["smtp.example.com"]


def test_a_batch_leaves_through_a_real_mail_server_on_kept_connections(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Provider(tmp_path)
    opened = []
    connect = smtp._Line._connect

    def counted(line: smtp._Line) -> object:
        opened.append(line)
        return connect(line)

    monkeypatch.setattr(smtp._Line, "_connect", counted)
    try:
        add_sender(
            "smtp", "email", host="127.0.0.1", port=server.smtp_port, security="none", sender="survey@example.com"
        )
        now = clock.now()
        queue(50, now=now, channel="email")
        with purpose(
            compose=lambda message, at: Outgoing(f"p{message.subject_id}@example.net", "您好", subject="问卷")
        ):
            delivery.deliver_due(app, now, rounds=5)
        assert states() == {"accepted": 50} and len(opened) <= 2
        rows = {row.attempt_id: row.subject_id for row in db.session.query(Message)}
        db.session.rollback()
        assert {line["out_id"]: line["to"] for line in server.accepted()} == {
            attempt: f"p{subject}@example.net" for attempt, subject in rows.items()
        }
    finally:
        server.stop()


def test_without_a_mail_server_mails_wait_and_lose_no_try(app: Flask) -> None:
    add_sender("smtp", "email", host="127.0.0.1", port=free_port(), security="none", sender="survey@example.com")
    now = clock.now()
    queue(3, now=now, channel="email")
    with purpose(compose=lambda message, at: Outgoing("p@example.net", "您好", subject="问卷")):
        delivery.deliver_due(app, now)
    rows = db.session.query(Message).all()
    assert {(row.state, row.attempts, row.reason) for row in rows} == {("queued", 0, "ConnectionRefusedError")}
