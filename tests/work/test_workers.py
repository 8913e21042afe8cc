"""Two real worker processes: killed, poisoned, robbed of their executor's store (reliability.md 6, F15, F32)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app import clock, work
from survey_app.config import ROOT, Settings
from survey_app.database import db, read_only
from survey_app.work import Work

pytestmark = pytest.mark.faults


class Crew:
    """Worker processes on one installation."""

    def __init__(self, settings: Settings, log: Path) -> None:
        self.log = log
        self.environment = os.environ | {"INSTANCE_DIR": str(settings.instance), "DATABASE_URL": settings.database_url}
        self.hands: list[subprocess.Popen[bytes]] = []

    def hire(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.work.worker_process", str(self.log)]
        self.hands.append(subprocess.Popen(command, cwd=ROOT, env=self.environment, stderr=subprocess.DEVNULL))
        return self.hands[-1]

    def said(self, what: str) -> int:
        return self.log.read_text().count(what) if self.log.exists() else 0


@contextmanager
def crew_of(count: int, settings: Settings, log: Path) -> Iterator[Crew]:
    crew = Crew(settings, log)
    try:
        for _ in range(count):
            crew.hire()
        yield crew
    finally:
        for hand in crew.hands:
            hand.kill()
            hand.wait()


def wait_until(happened: Callable[[], Any], seconds: float = 25) -> None:
    end = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def add(kind: str, count: int = 1) -> list[int]:
    ids = [work.enqueue(kind, {}, now=clock.now()).id for _ in range(count)]
    db.session.commit()
    return ids


def states(ids: list[int]) -> list[str]:
    with read_only(), db.engine.connect() as connection:  # must not hold the lock that the workers wait for
        return list(connection.scalars(select(Work.state).where(Work.id.in_(ids)).order_by(Work.id)))


def times_done(work_id: int) -> int:
    with read_only(), db.engine.connect() as connection:
        return len(connection.scalars(select(Work.id).where(Work.kind == f"did-{work_id}")).all())


def test_a_worker_killed_in_mid_job_is_replaced_and_the_job_done_once(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    with crew_of(1, settings, tmp_path / "log") as crew:
        [job] = add("slow")
        wait_until(lambda: crew.said("began") == 1)
        crew.hands[0].kill()
        crew.hire()
        crew.hire()
        wait_until(lambda: states([job]) == ["done"])
        assert (times_done(job), crew.said("began")) == (1, 2)


def test_poisoned_work_is_quarantined_after_five_tries_and_the_rest_goes_on(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    [poison] = add("poison")
    good = add("effect", 12)
    with crew_of(2, settings, tmp_path / "log") as crew:
        wait_until(lambda: states([poison]) == ["quarantined"] and set(states(good)) == {"done"})
        assert crew.said("tried") == work.MOST_ATTEMPTS
        assert [times_done(job) for job in good] == [1] * 12
        wrong = db.session.get(Work, poison)
        assert wrong is not None
        assert "customer" not in wrong.error and wrong.error.startswith("ValueError at tests/")


def test_work_is_found_by_the_sweeper_when_the_store_of_the_executor_is_gone(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    with crew_of(2, settings, tmp_path / "log"):
        first = add("effect", 3)
        wait_until(lambda: set(states(first)) == {"done"})
        for file in settings.instance.glob("huey.sqlite*"):
            file.unlink()
        second = add("effect", 5)
        wait_until(lambda: set(states(second)) == {"done"})
        assert [times_done(job) for job in first + second] == [1] * 8


def test_a_worker_asked_to_stop_stops_at_once_when_idle(settings: Settings, app: Flask, tmp_path: Path) -> None:
    with crew_of(1, settings, tmp_path / "log") as crew:
        done = add("effect")
        wait_until(lambda: states(done) == ["done"])
        crew.hands[0].send_signal(signal.SIGTERM)
        assert crew.hands[0].wait(timeout=10) == 0


def test_a_worker_starts_with_a_damaged_store_of_its_executor(app: Flask, settings: Settings, tmp_path: Path) -> None:
    jobs = add("effect", 2)
    for file in settings.instance.glob("huey.sqlite*"):
        file.unlink()
    (settings.instance / "huey.sqlite").write_bytes(b"no database at all" * 300)
    with crew_of(1, settings, tmp_path / "log"):
        wait_until(lambda: set(states(jobs)) == {"done"})
