"""Somebody who owns the database cannot change the audit log unseen (T12). On both databases, as its superuser."""

import json
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select, text

from survey_app import archiving, chaining, clock, events
from survey_app.chaining import Report
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Checkpoint, Event, EventHash
from survey_app.vault import Vault


def act(count: int) -> None:
    for number in range(count):
        events.record(
            "shop.changed", None, by=COMMAND_LINE, reason="测试", number=number, words={"b": 1.5, "a": ["中", None]}
        )
    db.session.commit()


def seed(app: Flask) -> bytes:
    vault: Vault = app.extensions["survey_vault"]
    return vault.key("audit")


def sign(app: Flask, folder: Path | None = None) -> None:
    chaining.checkpoint(now=clock.now(), seed=seed(app))
    if folder is not None:
        chaining.copy_checkpoints(folder)


def verify(app: Flask, folder: Path | None = None) -> Report:
    db.session.rollback()
    vault: Vault = app.extensions["survey_vault"]
    return chaining.verify(keys=chaining.public_keys(vault.keys_of("audit")), folder=folder)


def as_superuser(*statements: str) -> None:
    """Without the triggers that guard the tables, as the owner of the database may."""
    tables = ("event", "event_hash", "checkpoint")
    if db.engine.dialect.name == "sqlite":
        for name in db.session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
            if str(name).startswith(tables):
                db.session.execute(text(f"DROP TRIGGER {name}"))
    else:
        for table in tables:
            db.session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
    for statement in statements:
        db.session.execute(text(statement))
    db.session.commit()


def test_an_untouched_log_is_good_and_every_row_is_chained_once(app: Flask, tmp_path: Path) -> None:
    act(3)
    assert chaining.extend() == 3
    sign(app, tmp_path / "copies")
    act(2)
    assert verify(app).waiting == 2
    assert chaining.extend() == 2
    assert chaining.extend() == 0
    report = verify(app, tmp_path / "copies")
    assert (report.events, report.waiting, report.checkpoints, report.faults) == (5, 0, 1, [])


CHANGES = {
    "edited": ("UPDATE event SET actor = 'nobody' WHERE seq = 4",),
    "given another reason": ("UPDATE event SET reason = '' WHERE seq = 4",),
    "deleted": ("DELETE FROM event WHERE seq = 4",),
    "deleted with its hash": ("DELETE FROM event WHERE seq = 4", "DELETE FROM event_hash WHERE seq = 4"),
    "swapped with a later one": (
        "UPDATE event SET seq = 999 WHERE seq = 4", "UPDATE event SET seq = 6 + 100 WHERE seq = 6",
        "UPDATE event SET seq = 6 WHERE seq = 999", "UPDATE event SET seq = 4 WHERE seq = 106",
    ),
}  # fmt: skip


@pytest.mark.parametrize("statements", CHANGES.values(), ids=CHANGES.keys())
def test_a_row_that_was_changed_is_named(app: Flask, statements: tuple[str, ...]) -> None:
    act(8)
    sign(app)
    as_superuser(*statements)
    report = verify(app)
    # with its hash gone as well, the first row that no longer fits is the one after it
    assert report.first_bad == (5 if len(statements) == 2 else 4)


def test_a_cut_tail_is_found_by_the_copies_that_left_the_host(app: Flask, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    act(4)
    sign(app, copies)
    act(4)
    sign(app, copies)
    as_superuser(*(f"DELETE FROM {table} WHERE seq > 6" for table in ("event", "event_hash", "checkpoint")))
    assert verify(app).faults == []  # nothing on the host tells any more
    report = verify(app, copies)
    assert report.first_bad == 7 and "8 rows" in report.faults[0][1]


def test_a_log_that_was_written_anew_with_right_hashes_does_not_match_what_was_signed(
    app: Flask, tmp_path: Path
) -> None:
    act(4)
    sign(app, tmp_path)
    as_superuser("UPDATE event SET actor = 'nobody' WHERE seq = 2", "DELETE FROM event_hash", "DELETE FROM checkpoint")
    chaining.extend(everything=True)
    assert verify(app).faults == []
    assert "signed" in verify(app, tmp_path).faults[0][1]


def test_a_checkpoint_of_another_key_is_none(app: Flask) -> None:
    act(2)
    chaining.checkpoint(now=clock.now(), seed=bytes(32))
    assert "signature" in verify(app).faults[0][1]


def test_rows_that_show_late_with_a_lower_number_break_nothing(app: Flask) -> None:
    act(2)
    chaining.extend()
    rows = [
        {"at": clock.now(), "actor": "x", "role": "", "action": "a.b", "object_class": "", "object_ids": "", "details": {},
         "reason": "", "request_id": "", "source_ip": "", "department": "", "result": "", "seq": seq}
        for seq in (40, 30)
    ]  # fmt: skip
    for row in rows:  # 30 was drawn first and committed last
        db.session.execute(Event.__table__.insert(), row)  # type: ignore[attr-defined]
        db.session.commit()
        chaining.extend()
    order = list(db.session.scalars(select(EventHash.seq).order_by(EventHash.position)))
    assert order[-2:] == [40, 30] and verify(app).faults == []


def test_two_workers_chain_each_row_once(app: Flask) -> None:
    act(400)

    def chain() -> None:
        with app.app_context():
            chaining.extend()

    workers = [threading.Thread(target=chain) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    chaining.extend()
    assert db.session.scalar(select(func.count()).select_from(EventHash)) == 400
    assert verify(app).faults == []


def test_nothing_new_leaves_no_trace_in_the_database(app: Flask) -> None:
    act(1)
    sign(app)
    assert chaining.checkpoint(now=clock.now() + timedelta(hours=1), seed=seed(app)) is None
    assert db.session.scalar(select(func.count()).select_from(Checkpoint)) == 1


def test_a_copy_is_written_once_and_a_cut_off_one_is_written_beside_it(app: Flask, tmp_path: Path) -> None:
    act(1)
    sign(app, tmp_path / "copies")
    [path] = (tmp_path / "copies").iterdir()
    assert path.stat().st_mode & 0o222 == 0
    assert chaining.copy_checkpoints(tmp_path / "copies") == 0
    other = tmp_path / "other"
    other.mkdir()
    shutil.copy(path, other / path.name)
    (other / path.name).chmod(0o644)
    (other / path.name).write_bytes(path.read_bytes()[:20])
    assert chaining.copy_checkpoints(other) == 1
    report = verify(app, other)
    assert report.faults == [] and len(report.notes) == 1


def test_rows_that_a_restore_lost_are_excused_only_by_a_signed_statement(app: Flask, tmp_path: Path) -> None:
    act(3)
    sign(app, tmp_path)
    act(3)
    sign(app, tmp_path)
    as_superuser(*(f"DELETE FROM {table} WHERE seq > 3" for table in ("event", "event_hash", "checkpoint")))
    at = clock.now()
    forged = chaining.cut_statement(kept=3, known=6, at=at, seed=bytes(32))
    events.record(chaining.CUT, None, by=COMMAND_LINE, **forged)
    db.session.commit()
    assert verify(app, tmp_path).first_bad is not None
    events.record(chaining.CUT, None, by=COMMAND_LINE, **chaining.cut_statement(kept=3, known=6, at=at, seed=seed(app)))
    db.session.commit()
    act(5)
    sign(app, tmp_path)
    report = verify(app, tmp_path)
    assert (report.faults, report.lost) == ([], 3)


# --- three years later ------------------------------------------------------------------------------------------------
def at(moment: datetime, count: int) -> None:
    with time_machine.travel(moment, tick=False):
        act(count)


def test_rows_older_than_three_years_move_to_a_file_and_the_chain_goes_on(app: Flask, tmp_path: Path) -> None:
    start = datetime(2022, 3, 1, tzinfo=UTC)
    for months in range(4):
        at(start + timedelta(days=30 * months), 3)
        chaining.checkpoint(now=start + timedelta(days=30 * months), seed=seed(app))
    almost = datetime(2025, 3, 1, tzinfo=UTC)
    assert archiving.archive(folder=tmp_path / "old", now=almost, seed=seed(app)) == (None, 0)
    foreign = tmp_path / "old" / "audit-until-000000000006.jsonl"
    foreign.parent.mkdir()
    foreign.write_text("{}")
    with pytest.raises(DomainError, match="other rows"):
        archiving.archive(folder=tmp_path / "old", now=almost + timedelta(days=45), seed=seed(app))
    foreign.unlink()
    path, rows = archiving.archive(folder=tmp_path / "old", now=almost + timedelta(days=45), seed=seed(app))
    assert rows == 6 and path is not None
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["row"]["seq"] for line in lines[:-1]] == [1, 2, 3, 4, 5, 6]
    assert lines[-1]["checkpoint"]["hash"] == lines[-2]["chain"]
    assert db.session.scalar(select(func.min(Event.seq))) == 7
    for statement in ("DELETE FROM event", "DELETE FROM event_hash", "UPDATE event SET actor = 'x'"):
        with pytest.raises(Exception, match="never change|append-only"):
            db.session.execute(text(statement))
        db.session.rollback()
    chaining.extend()
    report = verify(app)
    assert (report.faults, report.events) == ([], 7)  # six rows and the one about the archive
    as_superuser("DELETE FROM checkpoint WHERE count = 6")
    assert "beginning" in verify(app).faults[0][1]


def test_nobody_cuts_the_beginning_off_at_a_signed_checkpoint(app: Flask, tmp_path: Path) -> None:
    act(3)
    sign(app, tmp_path)
    act(3)
    chaining.extend()
    as_superuser("DELETE FROM event WHERE seq <= 3", "DELETE FROM event_hash WHERE seq <= 3")
    assert "beginning" in verify(app, tmp_path).faults[0][1]
    events.record(chaining.ARCHIVED, None, by=COMMAND_LINE, rows=3, until=3, signature="00" * 64)
    db.session.commit()
    assert "beginning" in verify(app, tmp_path).faults[0][1]
