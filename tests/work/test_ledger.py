"""The ledger: who may do a piece of work, when, and how often."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from survey_app import work, worker
from survey_app.database import db
from survey_app.work import Claim, Tick, Work

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
    assert row(work_id).error.startswith("ValueError at tests/work/test_ledger.py:")
    assert "138" not in row(work_id).error


def test_what_a_failed_handler_wrote_is_not_kept(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    def half(_held: Claim, _app: Flask) -> None:
        db.session.add(Tick(name="half", at=NOW))
        db.session.flush()
        raise RuntimeError

    monkeypatch.setitem(worker.HANDLERS, "half", half)
    worker.perform(app, queued("half"))
    assert db.session.query(Tick).filter_by(name="half").count() == 0


def test_a_tick_runs_once_per_slot_over_all_workers_and_never_backwards(app: Flask) -> None:
    assert work.claim_tick("figures", at=NOW)
    assert not work.claim_tick("figures", at=NOW)
    assert work.claim_tick("figures", at=NOW + timedelta(seconds=10))
    assert not work.claim_tick("figures", at=NOW)
    assert work.claim_tick("other", at=NOW)
    assert db.session.query(Tick).filter_by(name="figures").count() == 1


def test_one_failing_tick_does_not_stop_the_others(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def broken(_now: datetime) -> None:
        raise RuntimeError

    ticks = {"a": (10, broken), "b": (10, lambda _now: ran.append("b"))}
    monkeypatch.setattr(worker.reactions, "EVERY", ticks)
    done: dict[str, datetime] = {}
    for second in (0, 3, 9, 10, 11):
        worker.run_ticks(app, NOW + timedelta(seconds=second), done)
    assert ran == ["b", "b"]


def test_every_tick_of_the_house_runs_on_an_empty_installation(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    done: dict[str, datetime] = {}
    worker.run_ticks(app, NOW, done)
    assert "failed" not in caplog.text
    assert set(done) >= {"sweep", "figures", "waves", "exports", "drafts", "checkpoint"}
    assert db.session.query(Tick).count() == len(done)
