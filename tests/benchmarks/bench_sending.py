"""Mails of a real campaign, composed with their links and handed to a mail server of this machine, by one worker and by two.

The pace is set beyond reach, so that the figure is the ceiling; workers keep to 200 a second by themselves. The mail server
of the tests (aiosmtpd) is one more process on the same cores.

Prints a Markdown table: python tests/benchmarks/bench_sending.py
"""

import os
import resource
import signal
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from survey_app import clock, create_app, installation
from survey_app.config import load_settings
from survey_app.database import db, read_only
from survey_app.messaging import delivery, outbox, sending
from survey_app.messaging.models import Message, Sender
from survey_app.messaging.outbox import NewMessage
from tests.campaigns import world
from tests.faults.provider import Provider

MAILS = int(os.environ.get("MAILS", "3000"))  # a multiple of 1,000
QUEUED = int(os.environ.get("MESSAGES", "100000"))


def count(state: str) -> int:
    """Messages in a state."""
    with app.app_context(), read_only():
        return db.session.scalar(select(func.count()).where(Message.state == state)) or 0


def work() -> None:
    """A child that sends until it is told to stop, and says how much processor time it took."""
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    stop: list[int] = []
    threads = sending.Sending(app)
    threads.start()
    while not stop:
        time.sleep(0.05)
    threads.halt(seconds=20)
    threads.wait()
    used = resource.getrusage(resource.RUSAGE_SELF)
    os.write(told[1], f"{used.ru_utime + used.ru_stime}\n".encode())


def measure(workers: int) -> str:
    """Send everything with so many workers; a row of the table."""
    with app.app_context():
        again = {"state": "queued", "attempt_id": None, "attempts": 0, "next_try_at": clock.now(), "sent_at": None}
        db.session.execute(update(Message).values(**again))
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    before, begun, children = len(server.accepted()), time.perf_counter(), []
    for _ in range(workers):
        child = os.fork()
        if not child:
            try:
                work()
            finally:
                os._exit(0)
        children.append(child)
    while count("accepted") < MAILS:
        time.sleep(0.1)
        assert time.perf_counter() - begun < 300, count("accepted")
    seconds = time.perf_counter() - begun
    for child in children:
        os.kill(child, signal.SIGTERM)
        os.waitpid(child, 0)
    used = sum(float(part) for part in os.read(told[0], 1_000).split())
    assert len(server.accepted()) - before == MAILS
    who = "1 worker" if workers == 1 else f"{workers} workers"
    text = f"| mails sent, {who} | {MAILS:,} | {seconds:.1f} s | {used:.1f} s | {MAILS / seconds:,.0f} |"
    print(text, flush=True)
    return text


def fill() -> None:
    """A campaign of mails whose messages are due now."""
    made = world.build("anonymous", shop_count=20)
    for start in range(0, MAILS, 1_000):
        for shop in range(20):
            world.buy(made, range(start + shop * 50, start + shop * 50 + 50), at=clock.now(), shop=shop)
    closes = (clock.now() + timedelta(days=15)).date()
    campaign = world.started(made, now=clock.now(), channels=("email",), closes_on=closes, daily_most=None)
    world.run_job(campaign, now=clock.now())
    db.session.query(Sender).filter_by(channel="email").update(
        {
            "kind": "smtp",
            "options": {"host": "127.0.0.1", "port": server.smtp_port, "security": "none", "sender": "a@b.cn"},
        }
    )
    db.session.commit()
    queued = db.session.scalar(select(func.count()).where(Message.state == "queued"))
    assert queued == MAILS, queued


def bulk() -> str:
    """Rows queued in bulk, and rolled back."""
    now = clock.now()
    rows = [NewMessage("bulk", number, "sms", now, recipient_index=bytes(32)) for number in range(QUEUED)]
    begun, used = time.perf_counter(), time.process_time()
    assert outbox.queue(rows, now=now) == QUEUED
    seconds, processor = time.perf_counter() - begun, time.process_time() - used
    db.session.rollback()
    return f"| messages queued | {QUEUED:,} | {seconds:.1f} s | {processor:.1f} s | {QUEUED / seconds:,.0f} |"


if __name__ == "__main__":
    real = clock.now
    ahead = clock.china(real()).replace(hour=12, minute=0) - real()  # nothing leaves at night
    clock.now = lambda: real() + ahead
    delivery.PER_SECOND = 100_000.0
    told = os.pipe()
    with tempfile.TemporaryDirectory() as place:
        server = Provider(Path(place))
        settings = {"INSTANCE_DIR": place, "PUBLIC_URL": "http://127.0.0.1:8239"}
        app = create_app(load_settings(settings | {"DATABASE_URL": os.environ.get("DATABASE_URL", "")}))
        installation.install(app)
        try:
            with app.app_context():
                fill()
                rows = [bulk()]
            rows += [measure(1), measure(2)]
        finally:
            server.stop()
    table = ["| what | rows | time | processor | rows/s |", "|---|---|---|---|---|", *rows]
    if "--print" in sys.argv:
        print("\n".join(table))
    else:
        from tests.benchmarks.report import write_section

        write_section("sending", table)
