"""A gateway of the chain's own, or a small bridge to any provider: signed JSON over HTTP.

    POST <address>   {"out_id", "to", "text", "signature", "template", "variables"}
    -> 200 {"accepted": true, "number": "…"}  |  {"accepted": false, "code": "…", "final": true|false}
    GET <address>?out_id=…   -> 200 {"state": "accepted|delivered|failed", "number", "code"}  |  404 {"state": "not_accepted"}
    callback: POST [{"out_id", "number", "state", "code"}, {"reply": {"from": "+86…", "text": "R"}}]

Each request, ours and theirs, carries `X-Timestamp` (seconds since 1970) and `X-Signature`: hex of HMAC-SHA256 with the
shared secret over the timestamp, a line feed and the body (of a GET: the out_id). A signature is good for five minutes.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from survey_app import clock
from survey_app.messaging.channels.http import HttpChannel, documents, e164, text
from survey_app.messaging.channels.port import Accepted, Answer, Callback, Forged, News, Rejected, Reply, Unknown, short
from survey_app.messaging.purposes import Outgoing

SKEW_SECONDS = 300


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Hex of HMAC-SHA256 over the timestamp, a line feed and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"\n" + body, hashlib.sha256).hexdigest()


class Gateway(HttpChannel):
    """options: url; secrets: secret."""

    def _headers(self, body: bytes) -> dict[str, str]:
        timestamp = str(clock.epoch_seconds())
        return {
            "Content-Type": "application/json",
            "X-Timestamp": timestamp,
            "X-Signature": signature(self.secrets["secret"], timestamp, body),
        }

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """Hand one message over."""
        body = json.dumps(
            {
                "out_id": attempt_id,
                "to": outgoing.address,
                "text": outgoing.text,
                "signature": outgoing.signature,
                "template": outgoing.provider_template or outgoing.template,
                "variables": dict(outgoing.variables),
            },
            ensure_ascii=False,
        ).encode()
        got = self.exchange("POST", str(self.options["url"]), self._headers(body), body)
        if not isinstance(got, tuple):
            return got
        status, said = got
        if status < 300 and said.get("accepted") is True:
            return Accepted(text(said.get("number")))
        if status < 500 and said.get("accepted") is False:
            return Rejected(short(said.get("code", "")), final=said.get("final") is True)
        return Unknown(f"http-{status}")

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> News | None:
        """What became of it, by our own number."""
        address = str(self.options["url"]) + "?" + urlencode({"out_id": attempt_id})
        got = self.exchange("GET", address, self._headers(attempt_id.encode()))
        if not isinstance(got, tuple) or got[0] not in (200, 404):
            return None
        return _news(got[1], attempt_id) if (got[0] == 404) == (got[1].get("state") == "not_accepted") else None

    def read_callback(self, callback: Callback) -> tuple[list[News], list[Reply]]:
        """News and replies, when the signature is right and fresh."""
        timestamp = callback.headers.get("x-timestamp", "")
        wanted = signature(self.secrets.get("secret", ""), timestamp, callback.body)
        if not self.secrets.get("secret") or not hmac.compare_digest(
            wanted.encode(), callback.headers.get("x-signature", "").encode()
        ):
            raise Forged
        if not timestamp.isdigit() or abs(clock.epoch_seconds() - int(timestamp[:12])) > SKEW_SECONDS:
            raise Forged
        some = documents(callback.body)
        if some is None:
            raise Forged
        news = [one for said in some if (one := _news(said, text(said.get("out_id")))) is not None]
        replies = [said["reply"] for said in some if isinstance(said.get("reply"), dict)]
        return news, [Reply(e164(text(one.get("from"))), text(one.get("text"), 500)) for one in replies]


def _news(said: dict[str, Any], attempt_id: str) -> News | None:
    state = said.get("state")
    if state not in ("accepted", "delivered", "failed", "not_accepted"):
        return None
    code = short(said["code"]) if said.get("code") else ""
    return News(state, attempt_id, text(said.get("number")), code)
