"""A purpose and a provider of the tests' own: what campaigns and gateways are in real life."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from survey_app import clock
from survey_app.database import db
from survey_app.messaging import outbox, purposes
from survey_app.messaging.channels import kinds, port
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.outbox import NewMessage
from survey_app.messaging.purposes import GO, House, Outgoing, Purpose, Verdict

PURPOSE = "trial"


class Provider(port.Channel):
    """Takes what it is given and keeps a ledger; `says` decides about each attempt."""

    asks = True
    ledger: list[tuple[str, str]] = []  # (attempt, address)
    questions: list[str] = []
    says: Callable[[str], port.Answer] = staticmethod(lambda attempt: port.Accepted(f"P-{attempt[:8]}"))
    knows: Callable[[str], port.News | None] = staticmethod(lambda attempt: None)
    before: Callable[[], None] = staticmethod(lambda: None)

    def send(self, outgoing: Outgoing, attempt_id: str) -> port.Answer:
        Provider.before()
        Provider.ledger.append((attempt_id, outgoing.address))
        return Provider.says(attempt_id)

    def ask(self, outgoing: Outgoing, attempt_id: str, *, number: str, sent_at: datetime) -> port.News | None:
        Provider.questions.append(attempt_id)
        return Provider.knows(attempt_id)


def everything_goes(messages: Sequence[Message], now: datetime) -> Mapping[int, Verdict]:
    return {message.id: GO for message in messages}


def compose(message: Message, now: datetime) -> Outgoing:
    return Outgoing(
        address=f"+8613800{message.subject_id:06d}", text=f"【禾木】第 {message.subject_id} 条", subject="您好"
    )


@contextmanager
def purpose(gate: purposes.Gate = everything_goes, compose: purposes.Compose = compose, **more: Any) -> Iterator[None]:
    """Register the purpose of the tests, with a house where messages may leave."""
    before = list(purposes._house)
    purposes.register(PURPOSE, Purpose(gate, compose, **more))
    purposes.bind_house(lambda: House(paused=False, sample=True, chain="禾木大药房", signature="禾木"))
    try:
        yield
    finally:
        purposes._purposes.pop(PURPOSE)
        purposes._house[:] = before


@pytest.fixture
def provider(monkeypatch: pytest.MonkeyPatch) -> type[Provider]:
    """A provider with an empty ledger, of a kind named `trial`."""
    for name, value in (
        ("ledger", []),
        ("questions", []),
        ("says", staticmethod(lambda attempt: port.Accepted(f"P-{attempt[:8]}"))),
        ("knows", staticmethod(lambda attempt: None)),
        ("before", staticmethod(lambda: None)),
    ):
        monkeypatch.setattr(Provider, name, value)
    monkeypatch.setitem(kinds.KINDS, "trial", kinds.Kind("trial", "trial", ("sms", "email"), Provider))
    return Provider


def add_sender(kind: str = "trial", channel: str = "sms", position: int = 1, **options: Any) -> int:
    """A sender; committed. Returns its id."""
    sender = Sender(
        kind=kind, channel=channel, name=f"{kind} {position}", position=position, options=options,
        callback=f"secret-{kind}-{channel}-{position}", created_at=clock.now(),
    )  # fmt: skip
    db.session.add(sender)
    db.session.flush()
    number = sender.id
    db.session.commit()
    return number


def queue(count: int, *, now: datetime, channel: str = "sms", first: int = 1, **more: Any) -> None:
    """Messages 1 to `count`; committed."""
    outbox.queue([NewMessage(PURPOSE, first + n, channel, now, **more) for n in range(count)], now=now)
    db.session.commit()


def states() -> dict[str, int]:
    """How many messages are in each state."""
    found: dict[str, int] = {}
    for (state,) in db.session.query(Message.state):
        found[state] = found.get(state, 0) + 1
    db.session.rollback()
    return found


def only() -> Message:
    """The one message, read anew; detached, and no transaction is left open."""
    db.session.expire_all()
    row = db.session.query(Message).one()
    db.session.expunge(row)
    db.session.rollback()
    return row


def later(now: datetime, **delta: float) -> datetime:
    return now + timedelta(**delta)
