"""What gateways that are called by HTTP have in common."""

import json
from collections.abc import Mapping
from typing import Any

from survey_app.messaging import network
from survey_app.messaging.channels.port import CALL_SECONDS, Answer, Channel, Rejected, Unknown, Unreachable, short

Document = dict[str, Any]


class HttpChannel(Channel):
    """Several calls at once; what is not a clear answer is no answer."""

    parallel = 16
    asks = True

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        super().__init__(options, secrets)
        self._caller = network.Caller(seconds=CALL_SECONDS, local=bool(options.get("local")), connections=self.parallel)

    def exchange(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Document] | Answer:
        """Status and JSON object of the answer, or what its absence means for the message."""
        try:
            answer = self._caller.call(method, url, headers=headers, body=body)
        except network.NotSent as error:
            return Unreachable(short(error))
        except network.NoAnswer as error:
            return Unknown(short(error))
        if answer.status == 429:
            return Rejected("http-429")
        if answer.status in (301, 302, 303, 307, 308, 401, 403, 407):  # not about the message: the settings are wrong
            return Unreachable(f"http-{answer.status}")
        found = document(answer.body)
        return Unknown(f"http-{answer.status}") if found is None else (answer.status, found)


def document(body: bytes) -> Document | None:
    """The JSON object in a body, or None."""
    found = _json(body)
    return found if isinstance(found, dict) else None


def documents(body: bytes) -> list[Document] | None:
    """A list of JSON objects, also from a single one; None when it is neither."""
    found = _json(body)
    some = [found] if isinstance(found, dict) else found
    return (
        some if isinstance(some, list) and len(some) <= 1_000 and all(isinstance(one, dict) for one in some) else None
    )


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def text(value: Any, longest: int = 80) -> str:
    """A value of a provider's document as a short text."""
    return str(value)[:longest] if isinstance(value, str | int) and not isinstance(value, bool) else ""


def chinese(address: str) -> str:
    """A number as Chinese gateways want it: eleven digits at home, country code and number abroad."""
    return address.removeprefix("+86") if address.startswith("+86") else address.removeprefix("+")


def e164(number: str, country: str = "86") -> str:
    """A number of a gateway in E.164."""
    digits = "".join(character for character in number if character.isdigit())
    return (
        f"+{digits}"
        if number.startswith("+") or (len(digits) > 11 and digits.startswith(country))
        else f"+{country}{digits}"
    )


def template_number(options: Mapping[str, Any], template: str, own: str) -> str:
    """The number that the gateway gave a template: of the template itself, else from the sender's list.

    The list has a line per template: `invitation/zh-CN SMS_123456`.
    """
    if own:
        return own
    for line in str(options.get("templates", "")).splitlines():
        name, _, number = line.strip().partition(" ")
        if name == template and number.strip():
            return number.strip()
    return ""
