"""Each step reaches a person once at most, whatever dies, hangs or lies between us and the provider (reliability.md F15-F24)."""

import json
import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import db
from survey_app.messaging import delivery, outbox, purposes
from survey_app.messaging.channels import gateway
from survey_app.messaging.models import FINAL, Message, Sender
from survey_app.messaging.outbox import NewMessage
from survey_app.organisation.models import Organisation
from tests.faults import dispatching
from tests.faults.provider import Provider, outcome
from tests.faults.proxy import Fault, Proxy
from tests.faults.serving import Server, post_signed
from tests.messaging import stand_in

pytestmark = pytest.mark.faults

SECRET = "shared with the gateway"


@pytest.fixture
def provider(tmp_path: Path) -> Iterator[Provider]:
    made = Provider(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def start(settings: Settings) -> Iterator[Callable[..., "subprocess.Popen[bytes]"]]:
    """Start workers that end with the test: `start(lease=2.0)`."""
    started: list[subprocess.Popen[bytes]] = []

    def begin(**plan: Any) -> "subprocess.Popen[bytes]":
        process = dispatching.start(settings, **plan)
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def add_gateway(app: Flask, port: int, position: int = 1) -> None:
    """A gateway at a port of the loopback, which a sample chain may call."""
    db.session.get_one(Organisation, 1).sample = True
    sender = Sender(
        channel="sms", kind="gateway", name=f"gateway {position}", options={"url": f"http://127.0.0.1:{port}/sms"},
        position=position, callback=f"{position}" * 32, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(sender)
    db.session.flush()
    place = f"message_sender.secrets.{sender.id}"
    sender.secrets = app.extensions["survey_vault"].seal("contact", json.dumps({"secret": SECRET}), place=place)
    db.session.commit()


def queue(count: int, first: int = 1) -> None:
    now = clock.now()
    outbox.queue([NewMessage("trial", first + n, "sms", now - timedelta(seconds=1)) for n in range(count)], now=now)
    db.session.commit()


def rows() -> dict[int, tuple[str, str, str]]:
    """Message -> state, reason, attempt."""
    found = db.session.execute(select(Message.subject_id, Message.state, Message.reason, Message.attempt_id))
    made = {row.subject_id: (row.state, row.reason, row.attempt_id or "") for row in found}
    db.session.rollback()
    return made


def states() -> dict[str, int]:
    return stand_in.states()


def wait_until(what: Callable[[], bool], seconds: float = 60) -> None:
    """Generous: a slow machine is no fault."""
    deadline = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < deadline, states()
        time.sleep(0.1)


def all_final() -> bool:
    count = db.session.scalar(select(func.count()).where(Message.state.not_in(FINAL)))
    db.session.rollback()
    return count == 0


def address(number: int) -> str:
    return f"+86138{number:08d}"


# --- F16 --------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kills", [pytest.param(50, id="50"), pytest.param(500, id="500", marks=pytest.mark.long)])
def test_a_worker_killed_between_call_and_record_never_sends_twice(
    app: Flask, settings: Settings, provider: Provider, start: Callable[..., Any], kills: int
) -> None:
    seed = random.randrange(10**6)
    print(f"seed {seed}")
    add_gateway(app, provider.http_port)
    queue(kills * 22)
    db.session.remove()
    # every place is passed, the answer to the last question comes 4 s after the call
    process = start(kills=kills, seed=seed, lease=1.5, call=0.3, per_second=2_000)
    out, _ = process.communicate(timeout=60 + kills * 2)
    died = json.loads(out)["kills"]
    assert died >= kills * 0.9, died
    assert provider.doubles() == []
    assert all_final(), states()
    accepted = {line["to"] for line in provider.accepted()}
    for number, (state, _reason, attempt) in rows().items():
        # what is known of each agrees with the provider's ledger; nothing vanished
        assert state in ("delivered", "failed", "unknown_reported"), (number, state)
        assert (address(number) in accepted) or state == "unknown_reported", (number, state)
        if state in ("delivered", "failed"):
            assert state == outcome(attempt)


# --- F17, F18, F19 ----------------------------------------------------------------------------------------------------
@pytest.mark.long
def test_a_provider_that_swallows_everything_for_a_while_gets_no_double(
    app: Flask, settings: Settings, provider: Provider, start: Callable[..., Any]
) -> None:
    add_gateway(app, provider.http_port)
    queue(300)
    provider.be("blackhole")
    start(lease=8.0, call=0.5)
    log = settings.instance / "dispatching.log"
    wait_until(lambda: "is left alone" in log.read_text())  # after fifty errors: most were never handed over
    assert states()["queued"] >= 150
    provider.be("good")
    wait_until(all_final)
    assert provider.doubles() == []
    assert {line["to"] for line in provider.accepted()} == {address(n) for n in range(1, 301)}


@pytest.mark.long
def test_what_one_provider_may_have_taken_never_goes_to_the_other(
    app: Flask, provider: Provider, start: Callable[..., Any], tmp_path: Path
) -> None:
    other = Provider(tmp_path, "other")
    try:
        add_gateway(app, provider.http_port, 1)
        add_gateway(app, other.http_port, 2)
        provider.be("late", questions=False)
        queue(200)
        start(lease=8.0, call=0.4)
        wait_until(lambda: "queued" not in states() and "claimed" not in states())
        first, second = ({line["to"] for line in one.accepted()} for one in (provider, other))
        assert len(first) >= 50 and len(second) >= 50
        assert first.isdisjoint(second) and provider.doubles() == other.doubles() == []
        wait_until(all_final)
        assert states()["unknown_reported"] == len(first)
    finally:
        other.stop()


@pytest.mark.long
@pytest.mark.parametrize("mode", ["429", "500", "garbage", "html", "drip", "cut"])
def test_only_a_clear_refusal_is_tried_again_and_no_answer_holds_the_worker(
    app: Flask, provider: Provider, start: Callable[..., Any], mode: str
) -> None:
    add_gateway(app, provider.http_port)
    queue(8)
    provider.be(mode, questions=False)
    begun = time.monotonic()
    start(lease=8.0, call=0.6)
    wait_until(lambda: not {"queued", "claimed"} & set(states()))
    assert time.monotonic() - begun < 45  # 8 calls at once, each of 0.6 s; a dripping answer alone lasts 30 s
    found = rows()
    if mode == "429":
        assert {(state, reason) for state, reason, _ in found.values()} == {("failed", "http-429")}
        assert provider.accepted() == []
    else:
        assert {state for state, _, _ in found.values()} <= {"unknown", "unknown_reported"}
        assert len(provider.accepted()) == 8 and provider.doubles() == []


@pytest.mark.long
@pytest.mark.parametrize(
    "fault",
    [
        Fault(cut_after=300),
        Fault(cut_after=300, reset=True),
        Fault(cut_reply_after=10),
        Fault(half_open=True),
        Fault(blackhole=True),
        Fault(throttle=2_000, latency=0.05),
    ],
    ids=lambda fault: ",".join(name for name, value in vars(fault).items() if value),
)
def test_a_broken_line_to_the_provider_makes_no_double(
    app: Flask, provider: Provider, start: Callable[..., Any], fault: Fault
) -> None:
    proxy = Proxy(provider.http_port)
    try:
        proxy.fault = fault
        add_gateway(app, proxy.port)
        queue(16)
        start(lease=8.0, call=0.8)
        wait_until(lambda: proxy.connections > 8)
        time.sleep(1)
        proxy.fault = Fault()
        wait_until(all_final)
        assert provider.doubles() == []
        accepted = {line["to"] for line in provider.accepted()}
        assert {address(n) for n, (state, _, _) in rows().items() if state in ("delivered", "failed")} <= accepted
    finally:
        proxy.close()


# --- F20, F21 ---------------------------------------------------------------------------------------------------------
@pytest.mark.long
def test_receipts_five_times_shuffled_and_partly_missing_end_as_without_faults(
    app: Flask, settings: Settings, provider: Provider, start: Callable[..., Any]
) -> None:
    server = Server(settings).start()
    try:
        add_gateway(app, provider.http_port)
        queue(80)
        start(lease=8.0, call=1.0, ask=(6.0, 7.0, 8.0, 12.0))
        told: list[int] = []
        seen: set[str] = set()
        chance = random.Random(7)
        with ThreadPoolExecutor(4) as pool:
            deadline = time.monotonic() + 20
            while len(seen) < 80 and time.monotonic() < deadline:
                fresh = [line["out_id"] for line in provider.accepted() if line["out_id"] not in seen]
                seen |= set(fresh)
                calls = [out_id for out_id in fresh if out_id[2] not in "01"] * 5 + [os.urandom(16).hex()]
                chance.shuffle(calls)
                told += pool.map(lambda out_id: tell(server.port, out_id), calls)
                time.sleep(0.05)
        assert set(told) == {200}
        wait_until(all_final)  # the missing ones are healed by asking
        assert all(state == outcome(attempt) for state, _, attempt in rows().values())
        for out_id in seen:  # a day late, and the wrong way round
            assert tell(server.port, out_id, swapped=True) == 200
        assert all(state == outcome(attempt) for state, _, attempt in rows().values())
        assert (db.session.query(Sender).one().strange_receipts or 0) > 0
        db.session.rollback()
    finally:
        server.stop()


def tell(port: int, out_id: str, *, swapped: bool = False) -> int:
    state = outcome(out_id) if not swapped else {"failed": "delivered", "delivered": "failed"}[outcome(out_id)]
    body = json.dumps([{"out_id": out_id, "state": state}]).encode()
    stamp = str(clock.epoch_seconds())
    headers = {"X-Timestamp": stamp, "X-Signature": gateway.signature(SECRET, stamp, body)}
    return post_signed(port, "/callbacks/" + "1" * 32, body, headers)


@pytest.mark.long
def test_without_any_receipt_asking_reaches_the_same_states(
    app: Flask, provider: Provider, start: Callable[..., Any]
) -> None:
    add_gateway(app, provider.http_port)
    queue(60)
    start(lease=8.0, call=1.0)
    wait_until(all_final)
    assert len(provider.accepted()) == 60
    assert all(state == outcome(attempt) for state, _, attempt in rows().values())


# --- F22, F15, stop ---------------------------------------------------------------------------------------------------
@pytest.mark.long
def test_a_worker_that_was_frozen_past_its_lease_does_not_send(
    app: Flask, provider: Provider, start: Callable[..., Any]
) -> None:
    add_gateway(app, provider.http_port)
    queue(16)
    frozen = start(lease=2.0, call=0.3, failing="messaging.before_check=sleep:1")
    wait_until(lambda: states().get("claimed", 0) >= 16)
    os.kill(frozen.pid, signal.SIGSTOP)
    start(lease=2.0, call=0.3)
    wait_until(all_final)  # lost, asked about, proved not sent, sent by the other
    sent = len(provider.accepted())
    os.kill(frozen.pid, signal.SIGCONT)
    time.sleep(3)
    assert provider.doubles() == [] and len(provider.accepted()) == sent == 16
    assert all(state == outcome(attempt) for state, _, attempt in rows().values())


@pytest.mark.long
def test_messages_need_no_executor_and_a_stop_leaves_none_in_doubt(
    app: Flask, settings: Settings, provider: Provider, start: Callable[..., Any]
) -> None:
    add_gateway(app, provider.http_port)
    process = start(worker=True, scaled=True, lease=20.0, call=5.0, per_second=40)
    for name in ("huey.sqlite", "huey.sqlite-wal", "huey.sqlite-shm"):
        (settings.instance / name).unlink(missing_ok=True)
    (settings.instance / "huey.sqlite").write_bytes(b"damaged" * 1_000)
    queue(400)
    wait_until(lambda: len(provider.accepted()) > 60)
    begun = time.monotonic()
    os.kill(process.pid, signal.SIGTERM)
    process.wait(timeout=30)
    assert time.monotonic() - begun < 30
    found = states()
    assert set(found) <= {"queued", "accepted", "delivered", "failed"} and found["queued"] > 0, found
    assert len(provider.accepted()) == 400 - found["queued"]
    start(lease=20.0, call=5.0)
    wait_until(all_final)
    assert provider.doubles() == [] and len(provider.accepted()) == 400


# --- F23, F24 ---------------------------------------------------------------------------------------------------------
OPENS, CLOSES = 9, 20


def window(messages: Any, now: datetime) -> dict[int, purposes.Verdict]:
    """Nine to eight on a clock in China; what is of a closed wave (every tenth) is cancelled."""
    local = clock.china(now)
    opens = local.replace(hour=OPENS, minute=0, second=0, microsecond=0)
    if local.hour >= CLOSES:
        opens += timedelta(days=1)
    is_open = OPENS <= local.hour < CLOSES
    return {
        message.id: purposes.cancel("closed")
        if message.subject_id % 10 == 0
        else purposes.GO
        if is_open
        else purposes.wait(opens, "night")
        for message in messages
    }


def at(hour: int, minute: int = 0, second: int = 0, day: int = 20) -> datetime:
    return datetime(2026, 11, day, hour, minute, second, tzinfo=clock.CHINA)


# the moments at which a worker looks, as a clock that jumps shows them
JUMPS = {
    "the edge of the evening": [at(19, 59, 58), at(19, 59, 59), at(20, 0, 0), at(20, 0, 1), at(21), at(9, 0, 0, 21)],
    "an hour forward and back": [at(19, 30), at(20, 30), at(19, 31), at(20, 31), at(8, 59, 59, 21), at(9, 0, 1, 21)],
    "a day forward and back": [at(19, 30), at(22, 0, 0, 21), at(19, 40), at(23, 0), at(9, 5, 0, 22)],
    "released at three in the morning": [at(3), at(3, 1), at(8, 59, 59), at(9), at(9, 1)],
}


@pytest.mark.parametrize("moments", JUMPS.values(), ids=JUMPS)
def test_whatever_the_clock_does_nothing_leaves_outside_the_window(
    app: Flask, moments: list[datetime], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[datetime, str]] = []
    present = moments[0]

    class Watched(stand_in.Provider):
        def send(self, outgoing: purposes.Outgoing, attempt_id: str) -> Any:
            sent.append((present, outgoing.address))
            return super().send(outgoing, attempt_id)

    from survey_app.messaging.channels import kinds

    monkeypatch.setitem(kinds.KINDS, "trial", kinds.Kind("trial", "trial", ("sms",), Watched))
    monkeypatch.setattr(delivery, "BATCH", 7)
    monkeypatch.setattr(clock, "now", lambda: present)
    stand_in.add_sender()
    stand_in.queue(30, now=moments[0] - timedelta(hours=1))
    with stand_in.purpose(window):
        for present in moments[:-1]:
            delivery.deliver_due(app, present, rounds=2)
        present = moments[-1]
        delivery.deliver_due(app, present, rounds=50)
    assert all(OPENS <= clock.china(when).hour < CLOSES for when, _ in sent)
    assert len({to for _, to in sent}) == len(sent) == 27
    assert states() == {"accepted": 27, "cancelled": 3}
