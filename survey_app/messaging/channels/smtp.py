"""A mail server, spoken to by smtplib: one connection for many mails, kept for a few seconds after the last one."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from email.header import Header
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import compat32
from email.utils import formataddr, formatdate
from typing import Any

from survey_app import clock
from survey_app.messaging import network
from survey_app.messaging.channels.port import (
    CALL_SECONDS,
    Accepted,
    Answer,
    Channel,
    Rejected,
    Unknown,
    Unreachable,
    short,
)
from survey_app.messaging.purposes import Outgoing

REST_AFTER_SECONDS = 20.0
MOST_ON_A_CONNECTION = 500
_WIRE = compat32.clone(linesep="\r\n")


class HeaderRefused(ValueError):
    """A value that would begin a header of its own."""


def plain(value: str) -> str:
    """A value for a header. Raises HeaderRefused when it holds a line end or another control character."""
    if any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise HeaderRefused("a header with a control character")
    return value


def compose_mail(outgoing: Outgoing, attempt_id: str, *, sender: str) -> bytes:
    """The mail as it goes over the wire. `sender` is the address of the From line; Message-ID is our attempt.

    Made of the older classes of `email`: four times as fast as EmailMessage, which weighs at 150 mails a second.
    """
    address = plain(outgoing.address)
    if address.count("@") != 1 or any(character in address for character in ' ,;<>()"'):
        raise HeaderRefused("not one address")
    text = MIMEText(outgoing.text, "plain", "utf-8")
    mail: MIMEBase = text
    if outgoing.html:
        mail = MIMEMultipart("alternative", _subparts=(text, MIMEText(outgoing.html, "html", "utf-8")))
    name = plain(outgoing.sender_name)
    mail["From"] = formataddr((str(Header(name, "utf-8").encode()), plain(sender))) if name else plain(sender)
    mail["To"] = address
    mail["Subject"] = Header(plain(outgoing.subject), "utf-8")  # type: ignore[assignment]  # folded by the policy
    mail["Date"] = formatdate(clock.now().timestamp())
    mail["Message-ID"] = f"<{attempt_id}@{sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    for header, value in outgoing.headers.items():
        mail[plain(header)] = plain(value)
    return mail.as_bytes(policy=_WIRE)


class _Plain(smtplib.SMTP):
    """Goes to the address that was checked; the server's name stays the one that STARTTLS asks its certificate for."""

    def __init__(self, address: str, host: str, port: int) -> None:
        self._address = address
        super().__init__(host, port, timeout=CALL_SECONDS)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return super()._get_socket(self._address, port, timeout)  # type: ignore[misc, no-any-return]


class _Encrypted(smtplib.SMTP_SSL):
    """The same with TLS from the first byte."""

    def __init__(self, address: str, host: str, port: int, context: ssl.SSLContext) -> None:
        self._address = address
        super().__init__(host, port, timeout=CALL_SECONDS, context=context)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return super()._get_socket(self._address, port, timeout)  # type: ignore[misc, no-any-return]


class Smtp(Channel):
    """options: host, port, security (starttls | tls | none), username, sender; secrets: password.

    Two connections, each kept for many mails: while the server takes one, the next is composed.
    """

    receipts = False
    parallel = 2

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        super().__init__(options, secrets)
        self._lines: dict[int, _Line] = {}  # one per thread

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """One mail. Until DATA begins nothing was accepted; after it only the server's reply tells."""
        try:
            mail = compose_mail(outgoing, attempt_id, sender=str(self.options["sender"]))
        except ValueError:  # HeaderRefused, and what the classes of `email` refuse
            return Rejected("bad_header", final=True)
        line = self._lines.setdefault(threading.get_ident(), _Line(self.options, self.secrets))
        return line.send(outgoing.address, mail, attempt_id)

    def rest(self) -> None:
        """Say goodbye to the server when nothing went out for a while. Nobody sends while this is called."""
        for line in self._lines.values():
            line.rest()


class _Line:
    """One connection, of one thread."""

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.options, self.secrets = options, secrets
        self._connection: smtplib.SMTP | None = None
        self._sent = 0
        self._used_at = 0.0

    def send(self, address: str, mail: bytes, attempt_id: str) -> Answer:
        try:
            connection = self._open()
        except smtplib.SMTPAuthenticationError:
            return Unreachable("auth")
        except (OSError, smtplib.SMTPException, network.Refused) as error:
            return Unreachable(short(type(error).__name__))
        try:
            answer = self._hand_over(connection, address, mail, attempt_id)
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            return Unknown(short(type(error).__name__))
        self._sent += 1
        self._used_at = clock.monotonic()
        if not isinstance(answer, Accepted):
            self._reset()
        return answer

    def _hand_over(self, connection: smtplib.SMTP, address: str, mail: bytes, attempt_id: str) -> Answer:
        try:
            code, _ = connection.mail(str(self.options["sender"]))
            if code == 250:
                code, _ = connection.rcpt(address)
        except (OSError, smtplib.SMTPException) as error:  # before DATA: certainly not accepted
            self._drop()
            return Unreachable(short(type(error).__name__))
        if code not in (250, 251):
            return _refusal(code)
        try:
            code, _ = connection.data(mail)
        except smtplib.SMTPDataError as error:  # it did not want the text
            return _refusal(error.smtp_code)
        return Accepted(attempt_id) if code == 250 else _refusal(code)

    def _open(self) -> smtplib.SMTP:
        idle = clock.monotonic() - self._used_at > REST_AFTER_SECONDS
        if self._connection is not None and (idle or self._sent >= MOST_ON_A_CONNECTION):
            self._drop()
        if self._connection is None:
            self._connection, self._sent = self._connect(), 0
            self._used_at = clock.monotonic()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        host, port = str(self.options["host"]), int(self.options["port"])
        # the name is looked up once: another answer the second time would reach a server nobody checked
        address = network.check_host(host, allowed=self.options.get("local", False), port=port)
        security = self.options.get("security", "starttls")
        context = ssl.create_default_context()
        if security == "tls":
            connection: smtplib.SMTP = _Encrypted(address, host, port, context)
        else:
            connection = _Plain(address, host, port)
        try:
            if security == "starttls":
                connection.starttls(context=context)
            connection.ehlo_or_helo_if_needed()
            if self.options.get("username"):
                connection.login(str(self.options["username"]), self.secrets.get("password", ""))
        except BaseException:
            connection.close()
            raise
        return connection

    def _reset(self) -> None:
        try:
            if self._connection is not None:
                self._connection.rset()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(OSError):
                connection.close()

    def rest(self) -> None:
        """Say goodbye to the server when nothing went out for a while."""
        if self._connection is not None and clock.monotonic() - self._used_at > REST_AFTER_SECONDS:
            with suppress(OSError, smtplib.SMTPException):
                self._connection.quit()
            self._drop()


def _refusal(code: int) -> Answer:
    if code == 421 or 530 <= code <= 535:  # closing, or it wants another sign-in: not about this mail
        return Unreachable(f"smtp-{code}")
    return Rejected(f"smtp-{code}", final=code >= 500)
