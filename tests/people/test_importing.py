"""Importing files: what is read, how often it counts, what is left of it on the machine."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from survey_app import web, work, worker
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Actor, Event
from survey_app.organisation import shops
from survey_app.people import contacts, importing, rejects
from survey_app.people.importing import Upload
from survey_app.people.models import Consent, Contact, Import, Order, OrderEvent
from survey_app.work import Work
from tests.people import files
from tests.staff import make_user

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
        vault=web.vault(), translate=str,
    )  # fmt: skip
    return list(csv.reader(io.StringIO(b"".join(lines).decode("utf-8-sig"))))


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


# --- what is refused ---------------------------------------------------------------------------------------------------
def test_rejected_rows_come_back_with_line_column_and_reason_and_without_formulas(app: Flask) -> None:
    rows = files.order_rows(20, shops=SHOPS, now=NOW)
    rows[3][3], rows[7][1], rows[9][2], rows[9][6] = "1.38E+10", "KM-9", "=1+1", "2030-01-01"
    job = finished(app, files.as_csv(rows))
    assert numbers(job) == (17, 0, 0, 3)
    listed = rejected(job)
    assert listed[0] == ["行号", "列", "原因", *files.HEADING]
    assert [(line[0], line[1]) for line in listed[1:]] == [("5", "手机号"), ("9", "门店编码"), ("11", "下单时间")]
    assert listed[1][3:] == rows[3] and "科学计数法" in listed[1][2]
    assert listed[3][5] == "'=1+1"


def test_corrected_rows_alone_complete_the_import(app: Flask) -> None:
    rows = files.order_rows(10, shops=SHOPS, now=NOW)
    right, rows[4][3] = rows[4][3], "138"
    job = finished(app, files.as_csv(rows))
    heading, *wrong = [line[3:] for line in rejected(job)]
    wrong[0][3] = right
    assert numbers(finished(app, files.as_csv(wrong, heading=heading))) == (1, 0, 0, 0)
    assert db.session.query(Order).count() == 10


def test_somebody_who_was_erased_is_not_imported_again(app: Flask) -> None:
    web.vault().note_erased(web.vault().blind_index("+86" + files.phone(1)))
    data = files.as_csv([[files.phone(1), "张三"], [files.phone(2), "李四"]], heading=["手机号", "姓名"])
    job = finished(app, data, kind="contacts")
    assert numbers(job) == (1, 0, 0, 1) and "要求删除" in rejected(job)[1][2]
    orders = files.order_rows(2, shops=SHOPS, now=NOW)
    assert finished(app, files.as_csv(orders)).added == 2  # the purchase counts, without its person
    assert db.session.query(Contact).count() == 1


def test_consents_need_a_source_and_are_given_only_where_they_are_told(app: Flask) -> None:
    data = files.as_csv(
        [[files.phone(1), "是"], [files.phone(2), "否"], [files.phone(3), ""]], heading=["手机", "同意短信"]
    )
    job = receive(data, kind="contacts")
    chosen = {int(place): field for place, field in job.options["columns"].items()}
    with pytest.raises(DomainError) as refused:
        importing.start(job=job, chosen=chosen, consents={}, consent_source="", by=COMMAND_LINE, now=NOW)
    assert refused.value.field == "consent_source"
    start(job)
    work_id = job.work_id or 0
    db.session.remove()
    assert worker.perform(app, work_id)
    assert sorted(sms for (sms,) in db.session.query(Contact.sms_consent)) == [False, False, True]


@pytest.mark.parametrize(
    ("kind", "heading", "words"),
    [
        ("orders", "订单号,备注", "下单时间"), ("orders", "金额,下单时间,状态", "订单号"), ("orders", "订单号,下单时间", "状态"),
        ("events", "事件,发生时间", "订单号"), ("contacts", "姓名,备注", "手机号"),
    ],
)  # fmt: skip
def test_a_file_without_a_needed_column_is_not_started(app: Flask, kind: str, heading: str, words: str) -> None:
    job = receive(f"{heading}\n1,2,3\n".encode(), kind=kind)
    with pytest.raises(DomainError, match=words):
        start(job)


@pytest.mark.parametrize("data", [b"", b"a,b\n", b"%PDF-1.4 x", b'a,b\n"1\n' + b"x\n" * 500])
def test_a_file_that_is_no_table_leaves_nothing_behind(app: Flask, data: bytes) -> None:
    with pytest.raises(DomainError):
        receive(data)
    db.session.rollback()
    assert db.session.query(Import).count() == 0
    assert not list(importing.folder().iterdir())


# --- the worker ----------------------------------------------------------------------------------------------------------
def test_a_job_that_broke_off_goes_on_after_its_last_committed_row(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "CHUNK", 10)
    rows = files.order_rows(55, shops=SHOPS, now=NOW)
    rows[12][3] = "138"
    job = receive(files.as_csv(rows))
    start(job)
    job_id, work_id, passes = job.id, job.work_id or 0, []

    def break_off(place: str) -> None:
        passes.append(place)
        if len(passes) == 5:  # after the rows of the third piece were written, before its commit
            raise OSError

    monkeypatch.setattr(importing, "failpoint", break_off)
    db.session.remove()
    worker.perform(app, work_id)
    assert db.session.get_one(Import, job_id).done_rows == 20
    db.session.get_one(Work, work_id).next_try_at = NOW
    db.session.commit()
    db.session.remove()
    worker.perform(app, work_id)
    job = db.session.get_one(Import, job_id)
    assert (job.done_rows, numbers(job), job.error) == (55, (54, 0, 0, 1), "")
    assert [line[0] for line in rejected(job)[1:]] == ["14"]
    assert db.session.query(Order).count() == 54


def test_two_workers_at_one_job_do_not_count_a_row_twice(app: Flask) -> None:
    job = receive(files.as_csv(files.order_rows(30, shops=SHOPS, now=NOW)))
    start(job)
    job_id, work_id = job.id, job.work_id or 0
    held = work.claim(work_id, now=NOW)
    db.session.commit()
    assert held is not None
    db.session.get_one(Import, job_id).done_rows = 30  # another worker was here while this one slept
    plan = importing._plan(db.session.get_one(Import, job_id), app)
    db.session.commit()
    with pytest.raises(work.LeaseLost):
        importing._take_rest(plan, 0, held)
    db.session.rollback()
    assert db.session.query(Order).count() == 0


def test_the_file_goes_when_the_job_is_over_and_the_rejects_a_week_later(app: Flask) -> None:
    rows = files.order_rows(5, shops=SHOPS, now=NOW)
    rows[0][3] = "138"
    job = finished(app, files.as_csv(rows))
    place = importing.folder() / job.file
    assert not (place / "file").exists() and importing.has_rejects(job, now=NOW + timedelta(days=6))
    assert importing.expire(now=NOW + timedelta(days=6, hours=23)) == 0 and place.exists()
    assert importing.expire(now=NOW + timedelta(days=7, seconds=1)) == 1 and not place.exists()
    with pytest.raises(DomainError):
        importing.fetch_rejects(job=job, by=COMMAND_LINE, now=NOW + timedelta(days=8))


def test_refused_rows_go_back_to_who_sent_them_or_to_an_administrator(app: Flask) -> None:
    rows = files.order_rows(5, shops=SHOPS, now=NOW)
    rows[0][3] = "138"
    job = finished(app, files.as_csv(rows))
    sender, other = make_user("researcher"), make_user("researcher", email="second@example.org")
    job.requested_by_id = sender.id
    db.session.commit()
    for user, role in ((other, "researcher"), (None, "manager")):
        with pytest.raises(DomainError, match="管理员"):
            importing.fetch_rejects(job=job, by=Actor(user.id if user else None, "x", role), now=NOW)
    assert db.session.query(Event).filter_by(action="import.rejects_downloaded").count() == 0
    for by in (Actor(sender.id, "x", "researcher"), Actor(other.id, "x", "administrator"), COMMAND_LINE):
        assert importing.fetch_rejects(job=job, by=by, now=NOW).heading


def test_a_file_that_nobody_starts_goes_after_a_day(app: Flask) -> None:
    place = importing.folder() / receive(b"a,b\n1,2\n").file
    importing.expire(now=NOW + timedelta(hours=23))
    assert place.exists()
    importing.expire(now=NOW + timedelta(hours=25))
    assert not place.exists() and db.session.query(Import).count() == 0


def test_a_file_whose_end_is_missing_or_that_was_moved_is_not_read(app: Flask) -> None:
    job = receive(files.as_csv(files.order_rows(3_000, shops=SHOPS, now=NOW)))
    start(job)
    path = importing.folder() / job.file / "file"
    path.write_bytes(path.read_bytes()[:-1])
    job_id, work_id = job.id, job.work_id or 0
    db.session.remove()
    worker.perform(app, work_id)
    job = db.session.get_one(Import, job_id)
    assert "无法打开" in json.loads(job.error)[0] and job.finished_at is not None and job.done_rows < 3_000


# --- personal data -------------------------------------------------------------------------------------------------------
def test_nothing_of_the_people_in_a_file_stands_on_the_machine_in_clear(app: Flask) -> None:
    rows = files.order_rows(120, shops=SHOPS, now=NOW)
    rows[5][6], rows[6][3] = "2030-01-01", "99" + rows[6][3]  # rejected ones too
    receive(files.as_csv(rows), name="waiting.csv")
    waiting = [path for path in importing.folder().rglob("*") if path.is_file()]
    assert len(waiting) == 2  # the file and its preview
    finished(app, files.as_csv(rows))
    db.session.remove()
    people = {cell.encode() for row in rows for cell in (row[2], row[3], row[4], row[9])}
    held = b"".join(
        path.read_bytes() for path in web.settings().instance.rglob("*") if path.is_file() and "keys" not in path.parts
    )
    dumped = held + everything(app)
    assert [each for each in people if each in dumped] == []
    assert all(path.stat().st_mode & 0o077 == 0 for path in waiting)


def everything(app: Flask) -> bytes:
    """Every row of every table, as text (SQLite: the files hold it as well)."""
    with db.engine.connect() as connection:
        tables = db.metadata.sorted_tables
        return "\n".join(str(tuple(row)) for table in tables for row in connection.execute(table.select())).encode()


def test_events_say_how_many_and_not_who(app: Flask) -> None:
    finished(app, files.as_csv(files.order_rows(10, shops=SHOPS, now=NOW)))
    acts = [event for event in db.session.query(Event).order_by(Event.seq) if event.action.startswith("import.")]
    assert [event.action for event in acts] == ["import.uploaded", "import.started", "import.finished"]
    assert acts[2].details == {"rows": 10, "added": 10, "changed": 0, "unchanged": 0, "rejected": 0, "broken": False}
