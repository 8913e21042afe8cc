"""Alibaba Cloud SMS (阿里云短信服务), API version 2017-05-25, called over HTTPS with signature ACS3-HMAC-SHA256.

SendSms is not idempotent: the receipt or QuerySendDetails tells what became of a call without an answer.
"""

import hashlib
import hmac
import json
import secrets as random_secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import quote

from survey_app import clock
from survey_app.messaging.channels.http import HttpChannel, chinese, documents, e164, template_number, text
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

HOST = "dysmsapi.aliyuncs.com"
VERSION = "2017-05-25"

# About the number or its owner: trying again is of no use
_FINAL = frozenset(
    {
        "isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT", "isv.DAY_LIMIT_CONTROL", "isv.MOBILE_COUNT_OVER_LIMIT",
        "isv.PARAM_LENGTH_LIMIT", "isv.PARAM_NOT_SUPPORT_URL", "isv.INVALID_PARAMETERS", "isv.SMS_CONTENT_ILLEGAL",
        "MOBILE_IN_BLACK",
    }
)  # fmt: skip
_LATER = ("isv.BUSINESS_LIMIT_CONTROL", "Throttling")
_UNSURE = ("isp.", "InternalError", "ServiceUnavailable", "UnknownError")


def canonical_query(parameters: Mapping[str, str]) -> str:
    """Names and values percent-encoded (RFC 3986) in the order of names."""
    return "&".join(f"{quote(name, safe='~')}={quote(parameters[name], safe='~')}" for name in sorted(parameters))


def authorization(
    *, method: str, query: str, headers: Mapping[str, str], body: bytes, key_id: str, key_secret: str
) -> str:
    """The header of signature V3; `headers` are those to sign, names in lower case."""
    names = sorted(headers)
    signed = ";".join(names)
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    request = "\n".join((method, "/", query, lines, signed, hashlib.sha256(body).hexdigest()))
    to_sign = "ACS3-HMAC-SHA256\n" + hashlib.sha256(request.encode()).hexdigest()
    mark = hmac.new(key_secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={signed},Signature={mark}"


class Aliyun(HttpChannel):
    """options: key_id, signature (empty: the chain's), templates; secrets: key_secret."""

    def _call(self, action: str, parameters: Mapping[str, str]) -> tuple[int, dict[str, object]] | Answer:
        query = canonical_query(parameters)
        base = str(self.options.get("endpoint") or f"https://{HOST}")
        headers = {
            "host": base.partition("://")[2],
            "x-acs-action": action,
            "x-acs-version": VERSION,
            "x-acs-date": clock.now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "x-acs-signature-nonce": random_secrets.token_hex(16),
            "x-acs-content-sha256": hashlib.sha256(b"").hexdigest(),
        }
        headers["Authorization"] = authorization(
            method="POST", query=query, headers=headers, body=b"",
            key_id=str(self.options["key_id"]), key_secret=self.secrets["key_secret"],
        )  # fmt: skip
        del headers["host"]
        return self.exchange("POST", f"{base}/?{query}", headers)

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """SendSms with our attempt as OutId."""
        number = template_number(self.options, outgoing.template, outgoing.provider_template)
        if not number:
            return Unreachable("no_template_number")
        got = self._call(
            "SendSms",
            {
                "PhoneNumbers": chinese(outgoing.address),
                "SignName": str(self.options.get("signature") or outgoing.signature),
                "TemplateCode": number,
                "TemplateParam": json.dumps(dict(outgoing.variables), ensure_ascii=False),
                "OutId": attempt_id,
            },
        )
        if not isinstance(got, tuple):
            return got
        code = text(got[1].get("Code"))
        if code == "OK":
            return Accepted(text(got[1].get("BizId")))
        if not code or got[0] >= 500 or code.startswith(_UNSURE):
            return Unknown(short(code or f"http-{got[0]}"))
        if code in _FINAL:
            return Rejected(short(code), final=True)
        return Rejected(short(code)) if code.startswith(_LATER) else Unreachable(short(code))

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> News | None:
        """QuerySendDetails by phone and day; our OutId stands in each record."""
        asked = {
            "PhoneNumber": chinese(outgoing.address),
            "SendDate": clock.china(sent_at).strftime("%Y%m%d"),
            "PageSize": "50",
            "CurrentPage": "1",
        }
        got = self._call("QuerySendDetails", asked | ({"BizId": number} if number else {}))
        if not isinstance(got, tuple) or got[1].get("Code") != "OK":
            return None
        wrapped = got[1].get("SmsSendDetailDTOs")
        records = wrapped.get("SmsSendDetailDTO") if isinstance(wrapped, dict) else None
        if not isinstance(records, list):
            return None
        for record in records:
            if isinstance(record, dict) and record.get("OutId") == attempt_id:
                state = {1: "accepted", 2: "failed", 3: "delivered"}.get(record.get("SendStatus"))  # type: ignore[arg-type]
                return None if state is None else News(state, attempt_id, number, short(record.get("ErrCode", "")))  # type: ignore[arg-type]
        return News("not_accepted", attempt_id) if not number and len(records) < 50 else None

    def read_callback(self, callback: Callback) -> tuple[list[News], list[Reply]]:
        """SmsReport and SmsUp; they carry no signature, the secret address is the proof."""
        some = documents(callback.body)
        if some is None:
            raise Forged
        news = [
            News(
                "delivered" if one["success"] is True else "failed", text(one.get("out_id")), text(one.get("biz_id")),
                "" if one["success"] is True else short(one.get("err_code", "")),
            )
            for one in some
            if isinstance(one.get("success"), bool)
        ]  # fmt: skip
        ups = [one for one in some if "content" in one and "success" not in one]
        return news, [Reply(e164(text(one.get("phone_number"))), text(one.get("content"), 500)) for one in ups]

    def thanks(self) -> str:
        """What stops the pushing."""
        return '{"code": 0, "msg": "成功"}'
