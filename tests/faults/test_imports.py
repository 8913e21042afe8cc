"""An import whose worker is killed, whose file comes again, or overlaps another: each order once (reliability.md F38)."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock
from survey_app.config import ROOT, Settings
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.people import importing
from survey_app.people.importing import Upload
from survey_app.people.models import Contact, Import, Order, OrderEvent
from survey_app.work import Work
from tests.people import files

pytestmark = pytest.mark.faults
SHOPS = ("KM-1", "KM-2")


@contextmanager
def worker(settings: Settings, chunk: int, failpoints: str = "") -> Iterator["subprocess.Popen[bytes]"]:
    """A worker of its own; killed at the end, if it still lives."""
    environment = os.environ | {
        "DATABASE_URL": settings.database_url, "INSTANCE_DIR": str(settings.instance),
        "KEY_DIR": str(settings.key_folder), "SURVEY_FAILPOINTS": failpoints,
    }  # fmt: skip
    log = (settings.instance / "worker.log").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.faults.import_process", str(chunk)],
        cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def begin(data: bytes) -> int:
    """Take a file and start its import; its number."""
    upload = Upload()
    upload.write(data)
    job = importing.receive(
        upload=upload, name="orders.csv", kind="orders", source="pos", by=COMMAND_LINE, now=clock.now()
    )
    chosen = {int(place): field for place, field in job.options["columns"].items()}
    importing.start(job=job, chosen=chosen, consents={}, consent_source="会员协议", by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    job_id = job.id
    db.session.remove()
    return job_id


def seen(job_id: int) -> Import:
    db.session.remove()
    found = db.session.get_one(Import, job_id)
    db.session.expunge(found)
    db.session.remove()
    return found


def wait_until(job_id: int, rows: int, seconds: float) -> Import:
    """The import when it has read so many rows, or is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        job = seen(job_id)
        if job.done_rows >= rows or job.finished_at is not None:
            return job
        time.sleep(0.05)
    raise AssertionError(f"the import stands at {seen(job_id).done_rows} rows")


def test_a_killed_import_goes_on_and_every_order_counts_once(
    app: Flask, settings: Settings, full: bool, seed: int
) -> None:
    count, chunk, patience = (200_000, 1_000, 600.0) if full else (2_000, 50, 90.0)
    chance = random.Random(seed)
    region = shops.create_region(code="east", name="东区", by=COMMAND_LINE)
    for code in SHOPS:
        shops.create_shop(code=code, name=code, region=region, by=COMMAND_LINE)
    db.session.commit()
    rows = files.order_rows(count, shops=SHOPS, now=datetime.now(UTC), people=count // 2)
    wrong = sorted(chance.sample(range(count), 7))
    for place in wrong:
        rows[place][3] = "1.38E+10"
    data = files.as_csv(rows)

    job_id = begin(data)
    for failpoint in (
        f"import.before_commit=kill:{chance.randrange(2, 9)}",
        f"import.after_commit=kill:{chance.randrange(2, 9)}",
    ):
        with worker(settings, chunk, failpoint) as process:
            assert process.wait(patience) == -signal.SIGKILL
    job = seen(job_id)
    assert 0 < job.done_rows < count and job.finished_at is None
    with worker(settings, chunk) as process:  # killed at any moment
        wait_until(job_id, job.done_rows + count // 10, patience)
        time.sleep(chance.random() / 2)
    with worker(settings, chunk):
        job = wait_until(job_id, count + 1, patience)
        check(job, count, added=count - 7, rejected=7)
        assert [number for number, *_ in rejected_lines(job)] == [place + 2 for place in wrong]

        job = wait_until(begin(data), count + 1, patience)  # the same file again
        check(job, count, added=0, unchanged=count - 7, rejected=7)

        later = [
            *rows[count // 2 :],
            *files.order_rows(count // 4, shops=SHOPS, now=datetime.now(UTC), first=count + 1),
        ]
        job = wait_until(begin(files.as_csv(later)), count + 1, patience)  # overlapping
        assert (job.added, job.rejected) == (count // 4, sum(place >= count // 2 for place in wrong))
    assert_each_once(count - 7 + count // 4)


def check(job: Import, rows: int, *, added: int, rejected: int, unchanged: int = 0) -> None:
    assert job.finished_at is not None and job.error == ""
    assert (job.done_rows, job.added, job.changed, job.unchanged, job.rejected) == (rows, added, 0, unchanged, rejected)
    assert not (importing.folder() / job.file / "file").exists()


def rejected_lines(job: Import) -> list[tuple[int, ...]]:
    from survey_app import web
    from survey_app.people import rejects

    return [(line, *rest) for line, *rest in rejects._kept(importing.folder() / job.file, web.vault())]


def assert_each_once(orders: int) -> None:
    db.session.remove()
    count = db.session.scalar(select(func.count()).select_from(Order))
    assert count == orders
    numbers = db.session.scalar(select(func.count(func.distinct(Order.number))))
    assert numbers == count
    completed = db.session.scalar(select(func.count()).where(Order.state == "completed"))
    events = db.session.scalar(select(func.count()).where(OrderEvent.kind == "completed"))
    assert events == completed
    people = db.session.scalar(select(func.count()).select_from(Contact))
    assert people == db.session.scalar(select(func.count(func.distinct(Contact.phone_index))))
    assert db.session.scalar(select(func.count()).where(Work.state == "quarantined")) == 0
