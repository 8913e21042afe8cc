"""Every message ends within 72 hours: by an answer, by asking, or by time."""

from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.messaging import asking, claiming, delivery, forgetting, outbox, purposes
from survey_app.messaging.channels.port import News, Unknown
from survey_app.messaging.models import Message
from tests.messaging.stand_in import Provider, add_sender, only, purpose, queue, states


def unsure(app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch) -> None:
    """One message whose call told nothing."""
    add_sender()
    queue(1, now=clock.now())
    monkeypatch.setattr(provider, "says", staticmethod(lambda attempt: Unknown("ReadTimeout")))
    delivery.deliver_due(app, clock.now())
    assert only().state == "unknown"


def test_the_provider_is_asked_at_2_10_60_minutes_and_24_hours_and_then_it_is_reported(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    with purpose():
        unsure(app, provider, monkeypatch)
        begun = only().sent_at
        assert begun is not None
        asked = []
        for minute in [*range(0, 70), *range(70, 24 * 60 + 3, 7), 24 * 60 + 1]:
            before = len(provider.questions)
            asking.reconcile(app, begun + timedelta(minutes=minute))
            if len(provider.questions) > before:
                asked.append(minute)
        assert asked[:3] == [2, 10, 60] and len(asked) == 4 and 1440 <= asked[3] <= 1450
        assert (only().state, len(provider.ledger)) == ("unknown_reported", 1)


@pytest.mark.parametrize("state", ["delivered", "failed", "accepted"])
def test_what_the_provider_knows_settles_an_unknown_message(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch, state: str
) -> None:
    monkeypatch.setattr(provider, "knows", staticmethod(lambda attempt: News(state, attempt, "N1", "x")))  # type: ignore[arg-type]
    with purpose():
        unsure(app, provider, monkeypatch)
        asking.reconcile(app, clock.now() + timedelta(minutes=3))
    assert (only().state, only().provider_number, len(provider.ledger)) == (state, "N1", 1)


def test_proof_that_it_was_never_accepted_sends_it_once_more_and_only_once(
    app: Flask, provider: type[Provider], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(provider, "knows", staticmethod(lambda attempt: News("not_accepted", attempt)))
    with purpose():
        unsure(app, provider, monkeypatch)
        now = clock.now()
        asking.reconcile(app, now + timedelta(minutes=11))
        assert only().state == "unknown"  # records of a provider lag behind: too early to be proof
        asking.reconcile(app, now + timedelta(minutes=61))
        assert (only().state, only().reason) == ("queued", "proved_not_sent")
        delivery.deliver_due(app, now + timedelta(hours=2))
        asking.reconcile(app, now + timedelta(hours=26))
        asking.reconcile(app, now + timedelta(hours=28))
        delivery.deliver_due(app, now + timedelta(hours=29))
    assert (only().state, len(provider.ledger)) == ("unknown_reported", 2)


def test_an_sms_without_a_receipt_expires_after_72_hours_and_a_mail_without_a_bounce_has_arrived(
    app: Flask, provider: type[Provider]
) -> None:
    add_sender()
    mail = add_sender("smtp", "email")
    now = clock.now()
    queue(1, now=now)
    with purpose():
        delivery.deliver_due(app, now)
        queue(1, now=now, channel="email", first=7)
        db.session.query(Message).filter_by(channel="email").update(
            {"state": "accepted", "sender_id": mail, "sent_at": now, "next_try_at": now + timedelta(hours=72)}
        )
        db.session.commit()
        asking.reconcile(app, now + timedelta(hours=71))
        assert states() == {"accepted": 2}
        asking.reconcile(app, now + timedelta(hours=72, minutes=1))
    rows = {row.channel: (row.state, row.reason) for row in db.session.query(Message)}
    assert rows == {"sms": ("expired", "no_receipt"), "email": ("delivered", "no_bounce")}


def test_what_nobody_would_take_for_72_hours_expires(app: Flask, provider: type[Provider]) -> None:
    now = clock.now()
    queue(1, now=now)
    with purpose():
        asking.reconcile(app, now + timedelta(hours=71))
        assert only().state == "queued"
        asking.reconcile(app, now + timedelta(hours=73))
    assert (only().state, only().reason) == ("expired", "too_late")


def test_a_claim_whose_worker_died_is_unknown_and_a_late_answer_of_that_worker_still_counts(
    app: Flask, provider: type[Provider]
) -> None:
    from survey_app.messaging import outcomes
    from survey_app.messaging.channels.port import Accepted

    sender_id = add_sender()
    now = clock.now()
    queue(2, now=now)
    with purpose():
        batch = claiming.claim("sms", sender_id=sender_id, most=2, look=2, now=now)
        db.session.commit()
        claiming.lose_expired(now=now + claiming.LEASE + timedelta(seconds=1))
        db.session.commit()
        assert states() == {"unknown": 2}
        first, second = batch.claimed
        outcomes.record([(first, Accepted("N1"))], asks=True, now=now + timedelta(minutes=3))
        outcomes.release([second], now=now + timedelta(minutes=3))  # it woke up and knows that it never called
        db.session.commit()
    assert states() == {"accepted": 1, "queued": 1}


def test_the_recipient_is_forgotten_after_31_days(app: Flask) -> None:
    now = clock.now()
    queue(3, now=now, recipient_index=b"r" * 32)
    for number, row in enumerate(db.session.query(Message).order_by(Message.id)):
        if number < 2:
            row.state, row.sent_at = "delivered", now - timedelta(days=30 + 2 * number)
    db.session.commit()
    assert forgetting.forget_recipients(now=now) == 1
    kept = [row.recipient_index is not None for row in db.session.query(Message).order_by(Message.id)]
    assert kept == [True, False, True]


def test_what_waited_through_a_pause_has_its_72_hours_from_its_end(app: Flask, provider: type[Provider]) -> None:
    add_sender()
    now = clock.now()
    queue(1, now=now)
    later = now + timedelta(days=5)
    with purpose():
        purposes.bind_house(lambda: purposes.House(paused=True, sample=True))
        asking.reconcile(app, later)
        assert only().state == "queued"
        outbox.begin_anew(now=later)
        db.session.commit()
        purposes.bind_house(lambda: purposes.House(sample=True))
        delivery.deliver_due(app, later)
    assert only().state == "accepted"
