"""What a message is for. The room that queues messages of a purpose says who may get one and what stands in it.

`reactions` registers the purposes and what the house is like (a lower room must not know the rooms above it).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from survey_app.messaging.models import Message


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says about one message. `reason` is a short code (at most 40 characters, see Purpose.reasons)."""

    kind: Literal["go", "wait", "cancel"]
    until: datetime | None = None  # of `wait`
    reason: str = ""


GO = Verdict("go")


def wait(until: datetime, reason: str) -> Verdict:
    """Look at it again at `until`. Its 72 hours begin anew then."""
    return Verdict("wait", until, reason)


def cancel(reason: str) -> Verdict:
    """It will never leave. In anonymous mode "answered" is no reason that may stand here, only "not_due"."""
    return Verdict("cancel", None, reason)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message with everything a provider needs. Lives in memory between the claim and the call; is never stored."""

    address: str  # +8613812345678 or name@host
    text: str  # the whole SMS with 【signature】, or the plain part of a mail
    subject: str = ""
    html: str = ""
    sender_name: str = ""  # the chain, as the From of a mail shows it
    signature: str = ""  # of an SMS, without brackets: some gateways take it apart from the text
    template: str = ""  # "invitation/zh-CN": gateways with reviewed templates look their own number up by it
    provider_template: str = ""  # that number, when the template has one of its own
    variables: Mapping[str, str] = field(default_factory=dict)  # placeholder -> value, in the order of the text
    headers: Mapping[str, str] = field(default_factory=dict)  # of a mail: List-Unsubscribe and the like
    shown: Mapping[str, str] = field(default_factory=dict)  # for the outbox page of a sample chain: {"link": address}

    def __repr__(self) -> str:
        """Nothing of a person: this may end in a log."""
        return "Outgoing(…)"


Gate = Callable[[Sequence[Message], datetime], Mapping[int, Verdict]]
Compose = Callable[[Message, datetime], Outgoing]
Names = Callable[[Collection[int]], Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class Purpose:
    """Hooks of one purpose.

    `gate(messages, now)` runs inside the claim transaction and returns a verdict per message id; a message it leaves out is
    cancelled as `not_due`. It must be quick: on SQLite nobody else writes meanwhile. `compose(message, now)` runs after the
    commit in a transaction that only reads, before the connection is given back and the provider is called; a DomainError
    fails the message, any other error tries again later. `prepare` may load what a batch needs with few queries first.
    `names(campaign ids)` tells the outbox page what their campaigns are called.
    """

    gate: Gate
    compose: Compose
    prepare: Callable[[Sequence[Message], datetime], None] | None = None
    reasons: Mapping[str, str] = field(default_factory=dict)  # code -> sentence (N_), for the outbox page
    names: Names | None = None


@dataclass(frozen=True, slots=True)
class House:
    """What the rooms below must know of the chain."""

    paused: bool = False  # nothing leaves: after a restore, or by hand
    sample: bool = False  # a chain that does not exist: the console channel works, links may be shown
    chain: str = ""
    signature: str = ""  # of every SMS, without brackets; the name of the chain where it has no other
    chain_en: str = ""


_purposes: dict[str, Purpose] = {}
_house: list[Callable[[], House]] = []
_refusals: list[tuple[Callable[[str, datetime], None], Callable[[bytes, datetime], None]]] = []


def register(name: str, purpose: Purpose) -> None:
    """Bind the hooks of a purpose (at most 24 characters)."""
    _purposes[name] = purpose


def find(name: str) -> Purpose | None:
    """The hooks of a purpose, or None: then its messages are cancelled."""
    return _purposes.get(name)


def bind_house(read: Callable[[], House]) -> None:
    """Say how to read the house from the database."""
    _house[:] = [read]


def bind_refusals(opted_out: Callable[[str, datetime], None], bounced: Callable[[bytes, datetime], None]) -> None:
    """Say who must know that somebody answered "R" (address in E.164) or that an address takes no mail (blind index)."""
    _refusals[:] = [(opted_out, bounced)]


def opted_out(address: str, now: datetime) -> None:
    """The owner of this number answered that nothing more is wanted."""
    for told, _ in _refusals:
        told(address, now)


def bounced(index: bytes, now: datetime) -> None:
    """This address takes no mail, for good."""
    for _, told in _refusals:
        told(index, now)


def house() -> House:
    """The house now; without a binding a paused one that is no sample: nothing leaves."""
    return _house[0]() if _house else House(paused=True)
