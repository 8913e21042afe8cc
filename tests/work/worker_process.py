"""A real worker with impatient clocks and three kinds of work; run as `python -m tests.work.worker_process LOG`."""

import sys
import time
from datetime import timedelta
from pathlib import Path

from flask import Flask

from survey_app import clock, create_app, work, worker
from survey_app.database import db
from survey_app.work import Claim, Work

LOG = Path(sys.argv[1])


def _say(held: Claim, what: str) -> None:
    with LOG.open("a") as file:
        file.write(f"{what} {held.id}\n")


def _effect(held: Claim, _app: Flask) -> None:
    """Leaves one row per committed run: the proof of how often it was done."""
    db.session.add(Work(kind=f"did-{held.id}", args={}, state="done", created_at=clock.now(), next_try_at=clock.now()))


def _slow_at_first(held: Claim, app: Flask) -> None:
    _say(held, "began")
    if held.attempts == 1:
        time.sleep(20)
    _effect(held, app)


def _poison(held: Claim, _app: Flask) -> None:
    _say(held, "tried")
    raise ValueError("the words of a customer must not stand in the ledger")


worker.HANDLERS.update({"effect": _effect, "slow": _slow_at_first, "poison": _poison})

if __name__ == "__main__":
    work.LEASE = timedelta(seconds=2)
    work.FIRST_PAUSE = timedelta(seconds=0.05)
    worker.SWEEP_SECONDS = 1
    worker.LOST_AFTER = timedelta(seconds=1)
    worker.run(create_app())
