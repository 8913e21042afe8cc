"""The ledger: who may do a piece of work, when, and how often."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from survey_app import clock, events, installation, reactions, work, worker
from survey_app.database import db, read_only
from survey_app.errors import Busy
from survey_app.responses import settling
from survey_app.responses.recording import Recorder
from survey_app.work import Claim, Work
from tests.analysis.answers import definition
from tests.responses.world import answer, make_world

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
LATER = NOW + work.LEASE + timedelta(seconds=1)


def queued(kind: str = "effect", **args: Any) -> int:
    made = work.enqueue(kind, args, now=NOW).id
    db.session.commit()
    return made


def claimed(work_id: int, now: datetime = NOW) -> Claim:
    held = work.claim(work_id, now=now)
    db.session.commit()
    assert held is not None
    return held


def row(work_id: int) -> Work:
    db.session.expire_all()
    found = db.session.get(Work, work_id)
    assert found is not None
    return found


def test_of_eight_workers_at_the_same_moment_one_gets_the_work(app: Flask) -> None:
    work_id, winners, start = queued(), [], threading.Barrier(8)

    def try_it() -> None:
        with app.app_context():
            start.wait()
            if work.claim(work_id, now=NOW) is not None:
                winners.append(1)
            db.session.commit()
            db.session.remove()

    threads = [threading.Thread(target=try_it) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(winners) == 1
    assert row(work_id).attempts == 1


def test_claimed_work_is_free_again_only_when_its_lease_is_over(app: Flask) -> None:
    work_id = queued()
    claimed(work_id)
    assert work.claim(work_id, now=NOW + timedelta(minutes=1)) is None
    assert work.due(now=NOW + timedelta(minutes=1)) == []
    assert [found for found, _ in work.due(now=LATER)] == [work_id]
    assert claimed(work_id, LATER).attempts == 2


def test_renewing_prolongs_the_lease_and_shows_progress(app: Flask) -> None:
    work_id = queued()
    work.renew(claimed(work_id), now=NOW + timedelta(minutes=4), progress=40, total=200)
    assert work.claim(work_id, now=LATER) is None
    db.session.rollback()
    assert (row(work_id).progress, row(work_id).total) == (40, 200)


def test_a_holder_whose_lease_was_taken_can_neither_renew_nor_finish_nor_fail(app: Flask) -> None:
    work_id = queued()
    old, new = claimed(work_id), claimed(work_id, LATER)
    with pytest.raises(work.LeaseLost):
        work.renew(old, now=LATER, progress=1, total=2)
    with pytest.raises(work.LeaseLost):
        work.finish(old, now=LATER)
    work.fail(old, now=LATER, error="late", jitter=0.5)
    db.session.commit()
    assert (row(work_id).state, row(work_id).fence, row(work_id).error) == ("claimed", new.fence, "")


def test_failures_wait_longer_each_time_and_the_fifth_is_quarantined(app: Flask) -> None:
    work_id, now, pauses = queued(), NOW, []
    for _ in range(4):
        held = claimed(work_id, now)
        assert work.fail(held, now=now, error="ValueError", jitter=0.5) == "queued"
        db.session.commit()
        pauses.append((row(work_id).next_try_at - now).total_seconds())
        assert work.claim(work_id, now=now) is None
        db.session.rollback()
        now = row(work_id).next_try_at
    assert work.fail(claimed(work_id, now), now=now, error="ValueError", jitter=0.5) == "quarantined"
    db.session.commit()
    assert pauses == [10, 20, 40, 80]
    assert row(work_id).error == "ValueError"
    assert work.due(now=now + timedelta(days=30)) == []


def test_work_that_kills_its_worker_five_times_is_quarantined_without_a_sixth(app: Flask) -> None:
    work_id, now = queued(), NOW
    for _ in range(work.MOST_ATTEMPTS):
        claimed(work_id, now)
        now += work.LEASE + timedelta(seconds=1)
    assert work.claim(work_id, now=now) is None
    db.session.commit()
    assert row(work_id).state == "quarantined"


def test_finished_work_is_deleted_after_seven_days_and_waiting_work_never(app: Flask) -> None:
    done, waiting = queued(), queued()
    work.finish(claimed(done), now=NOW)
    db.session.commit()
    assert work.delete_old(now=NOW + timedelta(days=6, hours=23)) == 0
    assert work.delete_old(now=NOW + timedelta(days=7, seconds=1)) == 1
    db.session.commit()
    assert row(waiting).state == "queued"


def test_work_rolled_back_with_its_cause_wakes_nobody(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    monkeypatch.setattr(app.extensions["survey_alarm"], "wake", woken.append)
    work.enqueue("effect", {}, now=NOW)
    db.session.rollback()
    kept = queued()
    assert woken == [kept]


def test_an_executor_that_cannot_be_reached_does_not_break_the_act(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    store = app.extensions["survey_settings"].instance / "huey.sqlite"
    store.unlink(missing_ok=True)
    store.mkdir()  # no database file can be opened here
    work_id = queued()
    assert row(work_id).state == "queued"
    assert "the sweeper will" in caplog.text


def test_the_reason_of_a_failure_names_the_place_and_not_the_words(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def poison(_held: Claim, _app: Flask) -> None:
        raise ValueError("13812345678")

    monkeypatch.setitem(worker.HANDLERS, "poison", poison)
    work_id = queued("poison")
    assert worker.perform(app, work_id)
    assert row(work_id).error.startswith("ValueError at tests/")
    assert "138" not in row(work_id).error


def test_what_a_failed_handler_wrote_is_not_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_held: Claim, _app: Flask) -> None:
        work.enqueue("other", {}, now=NOW)
        raise RuntimeError

    monkeypatch.setitem(worker.HANDLERS, "half", half)
    worker.perform(app, queued("half"))
    assert db.session.query(Work).filter_by(kind="other").count() == 0


SLOT = timedelta(seconds=10)


def claim(at: datetime, name: str = "figures") -> bool:
    return work.claim_tick(name, at=at, every=SLOT)


def test_a_tick_runs_once_per_slot_over_all_workers_and_never_backwards(app: Flask) -> None:
    assert claim(NOW)
    assert not claim(NOW)
    assert claim(NOW + SLOT)
    assert not claim(NOW)
    assert claim(NOW, "other")


def test_of_eight_workers_at_the_same_moment_one_runs_the_tick(app: Flask) -> None:
    start = threading.Barrier(8)

    def try_it(_: int) -> bool:
        with app.app_context():
            start.wait()
            return claim(NOW)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(try_it, range(8))) == 1


def test_a_clock_that_was_a_day_ahead_stops_no_tick(app: Flask) -> None:
    assert claim(NOW + timedelta(days=1))
    assert claim(NOW)
    assert not claim(NOW)
    assert claim(NOW + 2 * SLOT)  # a little ahead is another worker's clock, not a wrong one
    assert not claim(NOW + SLOT)


def test_a_damaged_file_of_ticks_is_made_anew(sqlite_app: Flask) -> None:
    path = work.ticks_file(sqlite_app.extensions["survey_settings"].sqlite_path)
    path.write_bytes(b"no database at all" * 300)
    with pytest.raises(sqlite3.DatabaseError):
        claim(NOW)
    assert claim(NOW)


def stored(app: Flask) -> bytes:
    """The answers' file and its write-ahead log."""
    database = app.extensions["survey_settings"].sqlite_path
    return b"".join(path.read_bytes() for path in (database, database.with_name(f"{database.name}-wal")))


def test_ticks_leave_no_byte_beside_the_answers(sqlite_app: Flask) -> None:
    world, ticks = make_world(definition=definition().to_json()), worker.Ticks(sqlite_app)
    begun = clock.now().replace(minute=30, second=0, microsecond=0)
    recorder = Recorder(sqlite_app.extensions["survey_settings"], sqlite_app.extensions["survey_vault"])
    ticks.run(begun)
    recorder.submit(answer(world))
    before = stored(sqlite_app)
    for number in range(1, 20):
        ticks.run(begun + number * SLOT)
    assert stored(sqlite_app) == before
    recorder.submit(answer(world))
    recorder.close()
    assert stored(sqlite_app) != before  # so the bytes do tell when something is written
    slots = (begun + number * SLOT for number in range(20))
    assert not [slot for slot in slots if f"{slot:%Y-%m-%d %H:%M:%S}.000000".encode() in stored(sqlite_app)]


def test_files_of_the_installation_are_for_their_owner_alone(sqlite_app: Flask) -> None:
    settings = sqlite_app.extensions["survey_settings"]
    for name in ("survey.sqlite", "survey.sqlite-wal"):
        (settings.instance / name).touch()
        (settings.instance / name).chmod(0o644)
    installation.install(sqlite_app)
    sqlite_app.extensions["survey_alarm"].wake(queued())
    claim(NOW)
    with db.engine.connect():  # -wal and -shm exist while somebody looks
        files = list(settings.instance.glob("*.sqlite*"))
        assert {"survey.sqlite", "survey.sqlite-wal", "huey.sqlite", "survey-ticks.sqlite"} <= {
            file.name for file in files
        }
        assert [file.name for file in files if file.stat().st_mode & 0o077] == []


def test_one_failing_tick_does_not_stop_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def broken(_now: datetime) -> None:
        raise RuntimeError

    monkeypatch.setattr(reactions, "EVERY", {"a": (10, broken), "b": (10, lambda _now: ran.append("b"))})
    ticks = worker.Ticks(app)
    for second in (0, 3, 9, 10, 11):
        ticks.run(NOW + timedelta(seconds=second))
    assert ran == ["b", "b"]


def test_a_tick_that_found_the_database_busy_is_tried_again_soon(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[int] = []

    def act(now: datetime) -> None:
        ran.append(int((now - NOW).total_seconds()))
        if len(ran) < 3:
            raise Busy

    monkeypatch.setattr(reactions, "EVERY", {"hourly": (3_600, act)})
    ticks, other = worker.Ticks(app), worker.Ticks(app)
    for second in range(0, 200, 5):
        ticks.run(NOW + timedelta(seconds=second))
        other.run(NOW + timedelta(seconds=second))
    assert ran == [0, 20, 40]


def test_every_tick_of_the_house_runs_on_an_empty_installation(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    ticks = worker.Ticks(app)
    ticks.run(NOW)
    ticks.run_named((*reactions.AT_START, *reactions.AT_STOP), NOW)
    assert "failed" not in caplog.text and "claimed" not in caplog.text
    assert set(ticks._seen) == {"sweep", *reactions.EVERY}


def test_the_log_of_an_answers_file_in_use_is_cut_as_soon_as_nobody_reads(sqlite_app: Flask) -> None:
    make_world()
    log = sqlite_app.extensions["survey_settings"].sqlite_path.with_name("survey.sqlite-wal")
    with read_only(), db.engine.connect() as reader:
        reader.exec_driver_sql("SELECT 1 FROM wave").fetchall()
        events.record("test.happened", None, by=events.COMMAND_LINE)
        db.session.commit()
        with pytest.raises(Busy):
            settling.tidy(db.engine)
        assert log.stat().st_size > 0
    settling.tidy(db.engine)
    assert log.stat().st_size == 0
    with db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == 30_000
