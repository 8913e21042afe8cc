"""Tencent Cloud SMS (腾讯云短信), API version 2021-01-11, called over HTTPS with signature TC3-HMAC-SHA256."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from survey_app import clock
from survey_app.messaging.channels.http import HttpChannel, documents, e164, template_number, text
from survey_app.messaging.channels.port import (
    Accepted,
    Answer,
    Callback,
    Forged,
    News,
    Rejected,
    Reply,
    Unknown,
    Unreachable,
    short,
)
from survey_app.messaging.purposes import Outgoing

HOST = "sms.tencentcloudapi.com"
SERVICE = "sms"
VERSION = "2021-01-11"

_FINAL = (
    "InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberInBlacklist", "UnsupportedOperation",
    "LimitExceeded.PhoneNumberDailyLimit", "FailedOperation.ContainSensitiveWord", "InvalidParameterValue.TemplateParameter",
)  # fmt: skip
_LATER = ("LimitExceeded", "RequestLimitExceeded")
_UNSURE = ("InternalError", "FailedOperation.FailResolvePacket", "Timeout")


def authorization(
    *, service: str, headers: Mapping[str, str], body: bytes, timestamp: int, key_id: str, key_secret: str
) -> str:
    """The header of signature v3 for a POST; `headers` are those to sign, names in lower case."""
    day = datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip().lower()}\n" for name in names)
    request = "\n".join(("POST", "/", "", lines, signed, hashlib.sha256(body).hexdigest()))
    scope = f"{day}/{service}/tc3_request"
    to_sign = f"TC3-HMAC-SHA256\n{timestamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    mark = hmac.new(signing_key(key_secret, day, service), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"TC3-HMAC-SHA256 Credential={key_id}/{scope}, SignedHeaders={signed}, Signature={mark}"


def signing_key(key_secret: str, day: str, service: str) -> bytes:
    """The key of one day and service."""
    key = f"TC3{key_secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


class Tencent(HttpChannel):
    """options: key_id, app_id, region, signature (empty: the chain's), templates; secrets: key_secret."""

    def _call(self, action: str, document: Mapping[str, object]) -> dict[str, object] | Answer:
        body = json.dumps(document, ensure_ascii=False).encode()
        base = str(self.options.get("endpoint") or f"https://{HOST}")
        now = clock.epoch_seconds()
        signed = {
            "content-type": "application/json; charset=utf-8",
            "host": base.partition("://")[2],
            "x-tc-action": action,
        }
        mark = authorization(
            service=SERVICE, headers=signed, body=body, timestamp=now,
            key_id=str(self.options["key_id"]), key_secret=self.secrets["key_secret"],
        )  # fmt: skip
        headers = {
            "Authorization": mark,
            "Content-Type": signed["content-type"],
            "X-TC-Action": action,
            "X-TC-Timestamp": str(now),
            "X-TC-Version": VERSION,
            "X-TC-Region": str(self.options.get("region") or "ap-guangzhou"),
        }
        got = self.exchange("POST", f"{base}/", headers, body)
        if not isinstance(got, tuple):
            return got
        found = got[1].get("Response")
        return found if isinstance(found, dict) else Unknown(f"http-{got[0]}")

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """SendSms to one number with our attempt as SessionContext."""
        number = template_number(self.options, outgoing.template, outgoing.provider_template)
        if not number:
            return Unreachable("no_template_number")
        said = self._call(
            "SendSms",
            {
                "PhoneNumberSet": [outgoing.address],
                "SmsSdkAppId": str(self.options["app_id"]),
                "SignName": str(self.options.get("signature") or outgoing.signature),
                "TemplateId": number,
                "TemplateParamSet": list(outgoing.variables.values()),
                "SessionContext": attempt_id,
            },
        )
        if not isinstance(said, dict):
            return said
        sets = said.get("SendStatusSet")
        one = sets[0] if isinstance(sets, list) and sets and isinstance(sets[0], dict) else said.get("Error")
        code = text(one.get("Code")) if isinstance(one, dict) else ""
        if isinstance(one, dict) and code == "Ok":
            return Accepted(text(one.get("SerialNo")))
        if not code or code.startswith(_UNSURE):
            return Unknown(short(code))
        if code.startswith(_FINAL):
            return Rejected(short(code), final=True)
        return Rejected(short(code)) if code.startswith(_LATER) else Unreachable(short(code))

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> News | None:
        """PullSmsSendStatusByPhoneNumber around the time of sending. It knows delivered ones, so absence proves nothing."""
        said = self._call(
            "PullSmsSendStatusByPhoneNumber",
            {
                "BeginTime": int((sent_at - timedelta(minutes=5)).timestamp()),
                "EndTime": int((sent_at + timedelta(hours=72)).timestamp()),
                "Offset": 0,
                "Limit": 100,
                "PhoneNumber": outgoing.address,
                "SmsSdkAppId": str(self.options["app_id"]),
            },
        )
        records = said.get("PullSmsSendStatusSet") if isinstance(said, dict) else None
        for record in records if isinstance(records, list) else ():
            if not isinstance(record, dict):
                continue
            if record.get("SessionContext") == attempt_id or (number and record.get("SerialNo") == number):
                good = record.get("ReportStatus") == "SUCCESS"
                code = "" if good else short(record.get("Description", ""))
                return News("delivered" if good else "failed", attempt_id, text(record.get("SerialNo")), code)
        return None

    def read_callback(self, callback: Callback) -> tuple[list[News], list[Reply]]:
        """Status reports and replies; they carry no signature, the secret address is the proof."""
        some = documents(callback.body)
        if some is None:
            raise Forged
        news = [
            News(
                "delivered" if one["report_status"] == "SUCCESS" else "failed", "", text(one.get("sid")),
                "" if one["report_status"] == "SUCCESS" else short(one.get("errmsg", "")),
            )
            for one in some
            if one.get("report_status") in ("SUCCESS", "FAIL")
        ]  # fmt: skip
        ups = [one for one in some if "text" in one and "report_status" not in one]
        return news, [
            Reply(e164(text(one.get("mobile")), text(one.get("nationcode")) or "86"), text(one["text"], 500))
            for one in ups
        ]

    def thanks(self) -> str:
        """What stops the pushing."""
        return '{"result": 0, "errmsg": "OK"}'
