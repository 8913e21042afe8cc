"""Importing files: what is read, how often it counts, what is left of it on the machine."""

import csv
import io
from datetime import UTC, datetime

import pytest
from flask import Flask

from survey_app import worker
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.people import contacts, importing, rejects
from survey_app.people.importing import Upload
from survey_app.people.models import Consent, Contact, Import, Order, OrderEvent
from survey_app.work import Work
from tests.people import files

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
SHOPS = ("KM-1", "KM-2")


@pytest.fixture(autouse=True)
def chain(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("survey_app.clock.now", lambda: NOW)
    region = shops.create_region(code="east", name="东区", by=COMMAND_LINE)
    for code in SHOPS:
        shops.create_shop(code=code, name=code, region=region, by=COMMAND_LINE)
    db.session.commit()


def receive(data: bytes, *, kind: str = "orders", source: str = "pos", name: str = "orders.csv") -> Import:
    upload = Upload()
    try:
        upload.write(data)
        job = importing.receive(upload=upload, name=name, kind=kind, source=source, by=COMMAND_LINE, now=NOW)
        db.session.commit()
        upload.kept = True
    finally:
        upload.close()
    return job


def start(job: Import, **more: bool | None) -> None:
    chosen = {int(place): field for place, field in job.options["columns"].items()}
    importing.start(
        job=job, chosen=chosen, consents=dict(more), consent_source="会员入会协议", by=COMMAND_LINE, now=NOW
    )
    db.session.commit()


def finished(app: Flask, data: bytes, **more: str) -> Import:
    job = receive(data, **more)
    start(job)
    job_id, work_id = job.id, job.work_id
    db.session.remove()
    assert worker.perform(app, work_id or 0)
    found = db.session.get_one(Import, job_id)
    assert db.session.get_one(Work, work_id or 0).error == ""
    return found


def numbers(job: Import) -> tuple[int, int, int, int]:
    return job.added, job.changed, job.unchanged, job.rejected


def rejected(job: Import) -> list[list[str]]:
    shown = importing.preview(job)
    lines = rejects.as_csv(
        importing.folder() / job.file, kind=job.kind, heading=shown.heading, columns=job.options["columns"],
        vault=db_vault(), translate=str,
    )  # fmt: skip
    return list(csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig"))))


def db_vault() -> "importing.Vault":
    from survey_app import web

    return web.vault()


def test_a_file_of_orders_makes_orders_contacts_and_the_events_of_completion(app: Flask) -> None:
    rows = files.order_rows(300, shops=SHOPS, now=NOW)
    job = finished(app, files.as_csv(rows))
    assert numbers(job) == (300, 0, 0, 0)
    assert job.error == "" and job.finished_at is not None and job.done_rows == 300
    states = [state for (state,) in db.session.query(Order.state)]
    assert len(states) == 300 and set(states) == {"completed", "refunded", "cancelled", "open"}
    completed = states.count("completed")
    assert db.session.query(OrderEvent).filter_by(kind="completed").count() == completed
    assert db.session.query(Contact).filter_by(sms_consent=True).count() == 300
    proof = db.session.query(Consent).first()
    assert proof is not None and proof.source == f"import:pos #{job.id} 会员入会协议"
    first = db.session.query(Order).filter_by(number=rows[0][0]).one()
    assert first.contact_id == (contacts.find_by_phone("+86" + rows[0][3]) or Contact()).id
    assert first.amount_cents == round(float(rows[0][5]) * 100)


def test_the_same_file_again_changes_nothing(app: Flask) -> None:
    data = files.as_csv(files.order_rows(50, shops=SHOPS, now=NOW))
    finished(app, data)
    events = db.session.query(OrderEvent).count()
    assert numbers(finished(app, data, name="again.csv")) == (0, 0, 50, 0)
    assert db.session.query(Order).count() == 50 and db.session.query(OrderEvent).count() == events


def test_an_overlapping_file_adds_what_is_new(app: Flask) -> None:
    finished(app, files.as_csv(files.order_rows(50, shops=SHOPS, now=NOW)))
    later = files.order_rows(50, shops=SHOPS, now=NOW, seed=1, first=31)
    assert finished(app, files.as_csv(later)).added == 30
    assert db.session.query(Order).count() == 80


def test_the_same_number_from_another_system_is_another_order(app: Flask) -> None:
    data = files.as_csv(files.order_rows(5, shops=SHOPS, now=NOW))
    finished(app, data)
    assert finished(app, data, source="tmall").added == 5
