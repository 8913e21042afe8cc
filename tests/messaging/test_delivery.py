"""From the outbox to the provider: once, with the gate before it and no transaction open."""

from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.messaging import claiming, delivery, outbox, purposes
from survey_app.messaging.channels.port import Accepted, Rejected, Unknown, Unreachable
from survey_app.messaging.models import Message
from survey_app.messaging.outbox import NewMessage
from tests.messaging.stand_in import PURPOSE, Provider, add_sender, compose, only, purpose, queue, states


def test_a_message_queued_twice_stands_once_in_the_outbox(app: Flask) -> None:
    now = clock.now()
    rows = [NewMessage(PURPOSE, number, "sms", now) for number in range(1, 6)]
    assert outbox.queue(rows, now=now) == 5
    db.session.commit()
    assert (
        outbox.queue([*rows, NewMessage(PURPOSE, 6, "sms", now), NewMessage(PURPOSE, 6, "sms", now, step=1)], now=now)
        == 2
    )
    db.session.commit()
    assert states() == {"queued": 7}


def test_what_is_due_is_handed_over_once(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(25, now=now)
    queue(1, now=now + timedelta(hours=1), first=100)
    with purpose():
        delivery.deliver_due(app, now, rounds=5)
        delivery.deliver_due(app, now, rounds=5)
    assert states() == {"accepted": 25, "queued": 1}
    assert len({address for _, address in provider.ledger}) == len(provider.ledger) == 25


def test_the_claim_is_durable_and_no_transaction_is_open_while_the_provider_is_called(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sender()
    now = clock.now()
    queue(3, now=now)
    seen = []

    def look() -> None:
        assert db.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
        with db.engine.connect() as connection:
            seen.append(
                connection.execute(db.select(Message.state).where(Message.attempt_id.is_not(None))).scalars().all()
            )

    db.session.remove()
    monkeypatch.setattr(provider, "before", staticmethod(look))
    with purpose():
        delivery.deliver_due(app, now)
    assert seen == [["claimed"] * 3] * 3


def test_the_gate_stops_delays_and_cancels_inside_the_claim(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(4, now=now)
    tomorrow = now + timedelta(hours=12)

    def gate(messages: list[Message], at: object) -> dict[int, purposes.Verdict]:
        found = {1: purposes.GO, 2: purposes.wait(tomorrow, "night"), 3: purposes.cancel("opted_out")}
        return {message.id: found[message.subject_id] for message in messages if message.subject_id in found}

    with purpose(gate):  # type: ignore[arg-type]
        delivery.deliver_due(app, now, rounds=3)
    rows = {row.subject_id: row for row in db.session.query(Message)}
    assert [rows[n].state for n in (1, 2, 3, 4)] == ["accepted", "queued", "cancelled", "cancelled"]
    assert (rows[2].reason, rows[2].next_try_at, rows[3].reason, rows[4].reason) == (
        "night", tomorrow, "opted_out", "not_due",
    )  # fmt: skip
    assert len(provider.ledger) == 1


def test_nothing_leaves_while_the_house_is_paused_or_without_a_sender(app: Flask, provider: type[Provider]) -> None:
    now = clock.now()
    queue(1, now=now)
    with purpose():
        delivery.deliver_due(app, now)
        add_sender()
        purposes.bind_house(lambda: purposes.House(paused=True))
        delivery.deliver_due(app, now)
    assert states() == {"queued": 1} and provider.ledger == []


def test_an_answer_that_tells_nothing_leaves_the_message_unknown_for_ever_unsent(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sender()
    add_sender(position=2)
    now = clock.now()
    queue(1, now=now)
    monkeypatch.setattr(provider, "says", staticmethod(lambda attempt: Unknown("ReadTimeout")))
    with purpose():
        for hours in (0, 1, 25, 60):
            delivery.deliver_due(app, now + timedelta(hours=hours))
    assert only().state == "unknown" and len(provider.ledger) == 1


def test_a_clear_refusal_is_tried_five_times_and_then_fails(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sender()
    now = clock.now()
    queue(1, now=now)
    monkeypatch.setattr(provider, "says", staticmethod(lambda attempt: Rejected("http-429")))
    waits = []
    with purpose():
        for hours in range(12):
            delivery.deliver_due(app, now + timedelta(hours=2 * hours))
            waits.append(only().next_try_at)
    row = only()
    assert (row.state, row.reason, row.attempts, len(provider.ledger)) == ("failed", "http-429", 5, 5)
    assert len({attempt for attempt, _ in provider.ledger}) == 5
    assert waits[0] > now


def test_a_refusal_for_good_fails_at_once_and_no_connection_costs_no_try(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_sender()
    now = clock.now()
    queue(1, now=now)
    monkeypatch.setattr(provider, "says", staticmethod(lambda attempt: Unreachable("ConnectError")))
    with purpose():
        for hours in range(9):
            delivery.deliver_due(app, now + timedelta(hours=hours))
        assert (only().state, only().attempts) == ("queued", 0)
        monkeypatch.setattr(provider, "says", staticmethod(lambda attempt: Rejected("no-such-number", final=True)))
        delivery.deliver_due(app, now + timedelta(hours=10))
    assert (only().state, only().reason, only().attempts) == ("failed", "no-such-number", 1)


def test_a_worker_that_lost_its_lease_does_not_send(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(2, now=now)
    with purpose():
        batch = claiming.claim("sms", sender_id=1, most=2, look=2, now=now - timedelta(minutes=5))
        db.session.commit()
        assert batch.looked == 0
        batch = claiming.claim("sms", sender_id=1, most=2, look=2, now=now)
        db.session.commit()
        held = batch.claimed[0]
        assert claiming.still_ours(held, db.engine, seconds=11)
        assert not claiming.still_ours(held, db.engine, seconds=claiming.LEASE.total_seconds())
        claiming.lose_expired(now=now + timedelta(minutes=2))
        db.session.commit()
        assert states() == {"unknown": 2}
        assert not claiming.still_ours(held, db.engine, seconds=0)


def test_one_message_that_breaks_the_gate_holds_nobody_else_up(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(3, now=now)

    def gate(messages: list[Message], at: object) -> dict[int, purposes.Verdict]:
        if any(message.subject_id == 2 for message in messages):
            db.session.execute(db.text("select * from no_such_table"))
        return {message.id: purposes.GO for message in messages}

    with purpose(gate):  # type: ignore[arg-type]
        for hours in range(8):
            delivery.deliver_due(app, now + timedelta(hours=hours))
    rows = {row.subject_id: (row.state, row.reason) for row in db.session.query(Message)}
    assert rows == {1: ("accepted", ""), 2: ("cancelled", "gate_error"), 3: ("accepted", "")}


def test_what_cannot_be_composed_is_never_sent(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(3, now=now)

    def broken(message: Message, at: object) -> purposes.Outgoing:
        if message.subject_id == 1:
            raise DomainError("erased")
        if message.subject_id == 2:
            raise RuntimeError
        return compose(message, now)

    with purpose(compose=broken):  # type: ignore[arg-type]
        for hours in range(9):
            delivery.deliver_due(app, now + timedelta(hours=2 * hours))
    rows = {row.subject_id: (row.state, row.reason) for row in db.session.query(Message)}
    assert rows == {1: ("failed", "cannot_compose"), 2: ("failed", "compose_error"), 3: ("accepted", "")}
    assert len(provider.ledger) == 1


def test_new_messages_go_to_the_other_provider_when_the_first_fails_too_often(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = add_sender(), add_sender(position=2)
    now = clock.now()
    queue(100, now=now)
    bad = {first}

    def says(attempt: str) -> Accepted | Unknown:
        row = db.session.query(Message).filter_by(attempt_id=attempt).one()
        sender_id = row.sender_id
        db.session.rollback()
        return Unknown("ReadTimeout") if sender_id in bad else Accepted("B")

    monkeypatch.setattr(provider, "says", staticmethod(says))
    with purpose():
        dispatcher = delivery.Dispatcher(app, "sms")
        for _ in range(10):
            dispatcher.round(now)
    by_sender = {(row.sender_id, row.state): 0 for row in db.session.query(Message)}
    for row in db.session.query(Message):
        by_sender[row.sender_id, row.state] += 1
    assert by_sender == {(first, "unknown"): 60, (second, "accepted"): 40}
    assert len(provider.ledger) == 100
