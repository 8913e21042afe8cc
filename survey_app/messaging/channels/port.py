"""The port that every way out has, and what it may answer.

The difference that matters is whether a message may have left. `Unknown` is said whenever that is not certain: what is
unknown is never sent again by itself (reliability.md 3.1).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from survey_app.messaging.purposes import Outgoing

CALL_SECONDS = 10.0  # the longest that a provider may take


@dataclass(frozen=True, slots=True)
class Accepted:
    """The provider took it; `number` is what it calls it. `delivered`: nothing further will be heard and it is there."""

    number: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Rejected:
    """It said clearly "not accepted". `final`: about this message (no such number), so trying again is of no use."""

    code: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Unreachable:
    """Nothing was handed over: no connection, wrong password, no credit. Says nothing about the message, costs no try."""

    code: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not have been accepted: no answer in time, or one that cannot be read."""

    code: str


Answer = Accepted | Rejected | Unreachable | Unknown


@dataclass(frozen=True, slots=True)
class News:
    """What a provider tells about an attempt, by receipt or when asked. Either of the two names finds the message."""

    state: Literal["accepted", "delivered", "failed", "not_accepted"]
    attempt_id: str = ""
    number: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """Somebody answered an SMS; `address` in E.164."""

    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Callback:
    """One request at the callback address, as bytes."""

    url: str
    headers: Mapping[str, str]  # names in lower case
    form: Mapping[str, str]
    body: bytes


class Forged(Exception):
    """A callback without a right signature, or one that cannot be read."""


class Channel:
    """A configured way out. Used by one thread at a time unless `parallel` is above 1."""

    parallel = 1
    receipts = True  # tells later what became of a message; without, no news is good news
    asks = False  # can be asked about a message

    def __init__(self, options: Mapping[str, Any], secrets: Mapping[str, str]) -> None:
        self.options = options
        self.secrets = secrets

    def send(self, outgoing: Outgoing, attempt_id: str) -> Answer:
        """Hand one message over, within CALL_SECONDS. Never raises for what a provider does."""
        raise NotImplementedError

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> News | None:
        """What became of an attempt, or None when the provider cannot tell now."""
        return None

    def read_callback(self, callback: Callback) -> tuple[list[News], list[Reply]]:
        """The news in a callback. Raises Forged."""
        raise Forged

    def thanks(self) -> str:
        """What the provider wants to read in answer to a callback (JSON)."""
        return "{}"

    def rest(self) -> None:
        """Give back what is only needed while messages go out."""


def short(code: object) -> str:
    """A provider's code as we keep it: at most 40 visible ASCII characters, nothing personal."""
    text = "".join(
        character for character in str(code) if character.isascii() and (character.isalnum() or character in "._:-")
    )
    return text[:40] or "unclear"
