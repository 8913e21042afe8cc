"""Workers that send, as real processes: with times scaled down, killed and started again by a parent that stays.

    python -m tests.faults.dispatching '{"kills": 50, …}'

The parent has loaded the application and forks a child per life, so that fifty deaths take seconds. A child sends through
what stands in the database until it is killed, or until nothing more is to be done.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from survey_app import create_app, failpoints, installation, worker
from survey_app.config import ROOT, Settings, load_settings
from survey_app.database import db, read_only
from survey_app.messaging import asking, breaker, claiming, delivery, outcomes, purposes, sending
from survey_app.messaging.channels import http, smtp
from survey_app.messaging.models import FINAL, Message
from survey_app.messaging.purposes import GO, Outgoing, Purpose, Verdict

PURPOSE = "trial"
PLACES = (
    "messaging.claimed",
    "messaging.before_call",
    "messaging.after_call",
    "messaging.after_call",
    "messaging.called",
)
LIFE_SECONDS = 20.0  # of a child that nothing kills


def gate(messages: Sequence[Message], now: datetime) -> Mapping[int, Verdict]:
    return {message.id: GO for message in messages}


def compose(message: Message, now: datetime) -> Outgoing:
    if message.channel == "email":
        return Outgoing(
            f"person{message.subject_id}@example.net", "您好，请填写问卷。", subject="问卷", html="<p>您好</p>"
        )
    return Outgoing(f"+86138{message.subject_id:08d}", f"第 {message.subject_id} 条")


def scale(lease: float, call: float, ask: Sequence[float]) -> None:
    """Seconds instead of minutes and hours."""
    after = tuple(timedelta(seconds=seconds) for seconds in ask)
    for module in (claiming, outcomes):
        module.LEASE = timedelta(seconds=lease)  # type: ignore[attr-defined]
    for module in (delivery, http, smtp):
        module.CALL_SECONDS = call  # type: ignore[attr-defined]
    for module in (outcomes, asking):
        module.ASK_AFTER = after  # type: ignore[attr-defined]
        module.REPORT_AFTER = after[-1]  # type: ignore[attr-defined]
    outcomes.PAUSES = (timedelta(seconds=0.3),) * 5
    outcomes.UNREACHABLE_PAUSE = timedelta(seconds=0.3)
    asking.GRACE = timedelta(seconds=1)
    asking.AGAIN = timedelta(seconds=2)
    breaker.OPEN_SECONDS = 1.0
    sending.IDLE_SECONDS = 0.05
    sending.BETWEEN_QUESTIONS_SECONDS = 0.2


def left(app: Flask) -> int:
    """How many messages are not final."""
    with app.app_context(), read_only():
        return db.session.scalar(select(func.count()).where(Message.state.not_in(FINAL))) or 0


def live(app: Flask, failing: str, *, until_done: bool) -> None:
    """One life of a worker, in a child: it sends and asks until it is killed, told to stop, or nothing is left."""
    failpoints._active = failpoints.load({"SURVEY_FAILPOINTS": failing})
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    threads = sending.Sending(app)
    threads.start()
    ends = time.monotonic() + LIFE_SECONDS
    while not stop.wait(0.1) and time.monotonic() < ends:
        if until_done and left(app) == 0:
            break
    threads.halt(seconds=10)
    threads.wait()


def fork(app: Flask, failing: str, *, until_done: bool = False) -> int:
    """Start a life; returns its process id."""
    child = os.fork()
    if child:
        return child
    try:
        live(app, failing, until_done=until_done)
    finally:
        os._exit(0)


def killed_and_reborn(app: Flask, kills: int, seed: int) -> int:
    """Lives that each die by kill -9 at a place of their own, then one that finishes. Returns how many were killed."""
    chance = random.Random(seed)
    died = 0
    while died < kills and left(app):
        db_free(app)
        place, at = chance.choice(PLACES), chance.randint(1, 6)
        at = 1 if place in ("messaging.claimed", "messaging.called") else at
        _, status = os.waitpid(fork(app, f"{place}=kill:{at}", until_done=True), 0)
        died += os.WIFSIGNALED(status)
    for _ in range(6):
        db_free(app)
        os.waitpid(fork(app, "", until_done=True), 0)
        if left(app) == 0:
            break
    return died


def db_free(app: Flask) -> None:
    """No connection of the parent may be shared with a child."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def prepare(plan: Mapping[str, Any]) -> Flask:
    """The application with the purpose of the tests and scaled times."""
    app = create_app(load_settings())
    installation.use_secret(app)
    purposes.register(PURPOSE, Purpose(gate, compose))
    if plan.get("scaled", True):
        scale(plan.get("lease", 2.0), plan.get("call", 1.0), plan.get("ask", (0.3, 0.6, 1.2, 4.0)))
    delivery.PER_SECOND = plan.get("per_second", delivery.PER_SECOND)
    return app


def main() -> None:
    plan = json.loads(sys.argv[1])
    app = prepare(plan)
    if plan.get("worker"):
        print("ready", flush=True)
        worker.run(app)
    elif "kills" in plan:
        print(json.dumps({"kills": killed_and_reborn(app, plan["kills"], plan["seed"])}), flush=True)
    else:
        print("ready", flush=True)
        live(app, plan.get("failing", ""), until_done=plan.get("until_done", False))


def start(settings: Settings, **plan: Any) -> "subprocess.Popen[bytes]":
    """A process with this plan; `ready` was read from it unless it has kills to do."""
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "INSTANCE_DIR": str(settings.instance),
        "KEY_DIR": str(settings.key_folder),
    }
    log = (Path(settings.instance) / "dispatching.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.dispatching", json.dumps(plan)],
        cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=log, start_new_session=True,
    )  # fmt: skip
    if "kills" not in plan:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == b"ready", "see dispatching.log"
    return process


if __name__ == "__main__":
    main()
