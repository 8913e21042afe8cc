"""Doing the background work: huey wakes, the ledger decides.

A huey message carries the number of a work row and nothing else; losing the store of huey loses no work, because the
sweeper reads the ledger every minute and at start. Each tick (a thing done every n seconds) is a claimed (name, time) row,
so that any number of workers may run. One commit per piece of work, here.
"""

import logging
import random
import signal
import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask, current_app, has_app_context
from huey import SqliteHuey
from sqlalchemy import event
from sqlalchemy.orm import Session

from survey_app import clock, reactions, work
from survey_app.campaigns import inviting, testing
from survey_app.config import ROOT
from survey_app.database import db, keep_private
from survey_app.distribution import poster_runs
from survey_app.errors import Busy, DomainError
from survey_app.exports import requesting, returning
from survey_app.messaging.sending import Sending
from survey_app.people import importing
from survey_app.responses import recordings
from survey_app.safekeeping import rotating
from survey_app.work import Claim, LeaseLost

log = logging.getLogger("survey_app.worker")

Handler = Callable[[Claim, Flask], None]
HANDLERS: dict[str, Handler] = {
    importing.KIND: importing.run,
    inviting.KIND: inviting.make_all,
    testing.KIND: testing.queue,
    poster_runs.KIND: poster_runs.make_file,
    recordings.KIND: recordings.work_down,
    requesting.KIND: requesting.make_file,
    returning.KIND: returning.bring,
    rotating.KIND: rotating.perform,
}

THREADS = 2
LONGEST_STOP_SECONDS = 25  # of the 30 that a stop may take
SWEEP_SECONDS = 60
AGAIN_AFTER = timedelta(seconds=20)  # a tick that found the database busy
LOST_AFTER = timedelta(seconds=60)  # woken by huey in vain for so long: the sweeper does the work itself


class Alarm:
    """The huey of one application, opened when it is first needed: commands without background work never touch it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self._huey: SqliteHuey | None = None
        self._task: Any = None
        self._lock = threading.Lock()

    @property
    def huey(self) -> SqliteHuey:
        """The executor, with its store in the instance folder."""
        with self._lock:
            if self._huey is None:
                path: Path = self.app.extensions["survey_settings"].instance / "huey.sqlite"
                try:
                    self._huey = _open(path)
                except sqlite3.DatabaseError:  # damaged: it holds nothing that the ledger does not know
                    log.warning("the store of the executor is damaged and is made anew")
                    path.unlink()
                    self._huey = _open(path)
                self._task = self._huey.task(name="perform")(self._perform)
        return self._huey

    def _perform(self, work_id: int) -> None:
        perform(self.app, work_id)

    def wake(self, work_id: int) -> None:
        """Send a number to the executor. A failure is logged and harmless: the sweeper will find the row."""
        try:
            huey = self.huey
            huey.enqueue(self._task.s(work_id))
        except Exception:
            log.warning("could not wake a worker for work %s; the sweeper will", work_id, exc_info=True)


def _open(path: Path) -> SqliteHuey:
    keep_private(path)
    return SqliteHuey("survey", filename=str(path), results=False, fsync=False, utc=True)


def register(app: Flask) -> None:
    """Make commits of this application wake the worker for the work they added."""
    app.extensions["survey_alarm"] = Alarm(app)


@event.listens_for(Session, "after_commit")
def _wake(session: Session) -> None:
    ids = session.info.pop(work.TO_WAKE, ())
    if not ids or not has_app_context():
        return
    alarm: Alarm = current_app.extensions["survey_alarm"]
    for work_id in ids:
        alarm.wake(work_id)


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, _previous: Any) -> None:
    session.info.pop(work.TO_WAKE, None)


def perform(app: Flask, work_id: int) -> bool:
    """Claim and do one piece of work. False: it was not ours to do. Never raises for a fault of the work."""
    with app.app_context():
        held = work.claim(work_id, now=clock.now())
        db.session.commit()
        if held is None:
            return False
        try:
            HANDLERS[held.kind](held, app)
            work.finish(held, now=clock.now())
            db.session.commit()
        except LeaseLost:
            db.session.rollback()
            log.warning("work %s (%s) was taken over by another worker", held.id, held.kind)
        except Exception as error:
            db.session.rollback()
            state = work.fail(held, now=clock.now(), error=_reason(error), jitter=random.random())
            db.session.commit()
            log.exception("work %s (%s) failed, now %s", held.id, held.kind, state)
        return True


def _reason(error: Exception) -> str:
    """What went wrong and where, without the words of the error: those may repeat data of a row."""
    words = f": {error}" if isinstance(error, DomainError) else ""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).is_relative_to(ROOT)]
    place = f" at {Path(frames[-1].filename).relative_to(ROOT)}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{words}{place}"[:500]


def sweep(app: Flask, now: datetime) -> int:
    """Send again what is due and not taken; do oneself what huey did not bring in time. Returns how many were due."""
    alarm: Alarm = app.extensions["survey_alarm"]
    with app.app_context():
        waiting = work.due(now=now)
        work.delete_old(now=now)
        db.session.commit()
    for work_id, since in waiting:
        if now - since > LOST_AFTER:
            perform(app, work_id)
        else:
            alarm.wake(work_id)
    return len(waiting)


class Ticks:
    """The periodic tasks as one process sees them. It remembers the last slot of each, to spare the database."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._seen: dict[str, datetime] = {}
        self._again: dict[str, datetime] = {}  # ours, but the database was busy

    def run(self, now: datetime) -> None:
        """Run each tick whose slot has begun and that no other worker has claimed."""
        for name, (seconds, act) in ({"sweep": (SWEEP_SECONDS, self._sweep)} | reactions.EVERY).items():
            slot = datetime.fromtimestamp(now.timestamp() // seconds * seconds, UTC)
            waits_until = self._again.get(name)
            if waits_until is not None and not now < waits_until <= now + AGAIN_AFTER:
                self._do(name, act, now)
            elif self._seen.get(name) != slot:
                self._seen[name] = slot
                if name in reactions.UNCLAIMED or self._claim(name, slot, timedelta(seconds=seconds)):
                    self._do(name, act, now)

    def run_named(self, names: Iterable[str], now: datetime) -> None:
        """Run these without asking whether their time has come: at start and stop."""
        for name in names:
            self._do(name, reactions.EVERY[name][1], now)

    def _sweep(self, now: datetime) -> None:
        sweep(self._app, now)

    def _claim(self, name: str, slot: datetime, every: timedelta) -> bool:
        try:
            with self._app.app_context():
                return work.claim_tick(name, at=slot, every=every)
        except Exception:
            log.exception("tick %s could not be claimed; the next one tries again", name)
            return False

    def _do(self, name: str, act: Callable[[datetime], Any], now: datetime) -> None:
        self._again.pop(name, None)
        try:
            with self._app.app_context():
                act(now)
                db.session.commit()
        except Busy:
            self._again[name] = now + AGAIN_AFTER
        except Exception:
            log.exception("tick %s failed; the next one tries again", name)


def run(app: Flask) -> None:
    """Work until SIGTERM or SIGINT, then finish the running piece within 30 seconds. Blocks; main thread only."""
    stop = threading.Event()
    alarm: Alarm = app.extensions["survey_alarm"]
    consumer = alarm.huey.create_consumer(
        workers=THREADS, periodic=False, initial_delay=0.1, max_delay=1.0, shutdown_timeout=LONGEST_STOP_SECONDS
    )
    consumer.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    ticks = Ticks(app)
    sending = Sending(app)
    sending.start()
    try:
        _sweep_at_start(app)
        ticks.run_named(reactions.AT_START, clock.now())
        while not stop.wait(1.0):
            ticks.run(clock.now())
            consumer.check_worker_health()
    finally:
        sending.halt(seconds=LONGEST_STOP_SECONDS)
        consumer.stop(graceful=True)
        sending.wait()
        ticks.run_named(reactions.AT_STOP, clock.now())


def _sweep_at_start(app: Flask) -> None:
    try:
        sweep(app, clock.now())
    except Exception:
        log.exception("the first sweep failed; the next one follows within a minute")
