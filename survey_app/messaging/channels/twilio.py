"""Twilio's message API, which several providers outside China imitate: form over HTTPS, basic authentication."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import parse_qs, quote, urlencode, urlsplit

from survey_app.messaging.channels.http import HttpChannel, text
from survey_app.messaging.channels.port import Accepted, Answer, Callback, Forged, News, Rejected, Reply, Unknown, short
from survey_app.messaging.purposes import Outgoing

API = "https://api.twilio.com"
_STATES = {
    "accepted": "accepted", "queued": "accepted", "sending": "accepted", "sent": "accepted",
    "delivered": "delivered", "read": "delivered", "undelivered": "failed", "failed": "failed",
}  # fmt: skip


def signature(token: str, url: str, form: Mapping[str, str]) -> str:
    """What X-Twilio-Signature must be: base64 of HMAC-SHA1 over the address and the sorted fields."""
    spoken = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), spoken.encode(), hashlib.sha1).digest()).decode()


class Twilio(HttpChannel):
    """options: account, sender (a number or a messaging service), base; secrets: token."""

    def _address(self, tail: str) -> str:
        base = str(self.options.get("base") or API).rstrip("/")
        return f"{base}/2010-04-01/Accounts/{quote(str(self.options['account']), safe='')}/{tail}"

    def _headers(self) -> dict[str, str]:
        pair = f"{self.options['account']}:{self.secrets['token']}".encode()
        return {
            "Authorization": "Basic " + base64.b64encode(pair).decode(),
            "Content-Type": "application/x-www-form-urlencoded",
        }

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """Create a message; its callback address carries our attempt."""
        sender = str(self.options["sender"])
        form = {
            "To": outgoing.address,
            "Body": outgoing.text,
            "MessagingServiceSid" if sender.startswith("MG") else "From": sender,
        }
        if self.options.get("callback"):
            form["StatusCallback"] = f"{self.options['callback']}?attempt={attempt_id}"
        got = self.exchange("POST", self._address("Messages.json"), self._headers(), urlencode(form).encode())
        if not isinstance(got, tuple):
            return got
        status, said = got
        if status in (200, 201) and said.get("sid"):
            return Accepted(text(said["sid"]))
        if 400 <= status < 500:
            return Rejected(short(said.get("code", status)), final=True)
        return Unknown(f"http-{status}")

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> News | None:
        """What became of it, by the provider's number; without one it cannot be asked."""
        if not number:
            return None
        got = self.exchange("GET", self._address(f"Messages/{quote(number, safe='')}.json"), self._headers())
        if not isinstance(got, tuple) or got[0] != 200:
            return None
        return _news(text(got[1].get("status")), attempt_id, number, got[1].get("error_code"))

    def read_callback(self, callback: Callback) -> tuple[list[News], list[Reply]]:
        """A status or a reply, when the signature is right."""
        wanted = signature(self.secrets["token"], callback.url, callback.form)
        if not hmac.compare_digest(wanted.encode(), callback.headers.get("x-twilio-signature", "").encode()):
            raise Forged
        form = callback.form
        if form.get("Body") is not None and form.get("SmsStatus") == "received":
            return [], [Reply(form.get("From", ""), form["Body"][:500])]
        attempt = parse_qs(urlsplit(callback.url).query).get("attempt", [""])[0]
        news = _news(form.get("MessageStatus", ""), attempt, form.get("MessageSid", ""), form.get("ErrorCode"))
        return ([news] if news else []), []

    def thanks(self) -> str:
        """It reads nothing."""
        return json.dumps({})


def _news(status: str, attempt: str, number: str, code: object) -> News | None:
    state = _STATES.get(status)
    shown = short(code) if state == "failed" and code else ""
    return None if state is None else News(state, attempt, number[:80], shown)  # type: ignore[arg-type]
