"""The SQLite committer: many threads, one transaction; waiting, not failing; a fault of one job is its own."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey_app.errors import Busy
from survey_app.responses.committer import Committer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "a.sqlite"
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE t (n INTEGER PRIMARY KEY)")
    connection.commit()
    connection.close()
    return file


def insert(number: int):  # type: ignore[no-untyped-def]
    return lambda connection: connection.execute("INSERT INTO t VALUES (?)", (number,)).lastrowid


def numbers(path: Path) -> set[int]:
    connection = sqlite3.connect(path)
    found = {row[0] for row in connection.execute("SELECT n FROM t")}
    connection.close()
    return found


def test_every_thread_gets_its_own_result_after_the_commit(path: Path) -> None:
    committer = Committer(path)

    def one(number: int) -> bool:
        return committer.write(insert(number)) == number and committer.read(
            "SELECT n FROM t WHERE n = ?", (number,)
        ) == (number,)

    with ThreadPoolExecutor(32) as pool:
        assert all(pool.map(one, range(1, 501)))
    assert numbers(path) == set(range(1, 501))


def test_waiting_jobs_share_transactions(path: Path) -> None:
    committer = Committer(path)
    committer.write(insert(0))
    statements: list[str] = []
    assert committer._connection is not None
    committer._connection.set_trace_callback(statements.append)

    def slowly(number: int) -> int:
        def job(connection: sqlite3.Connection) -> int:
            time.sleep(0.005)
            return insert(number)(connection)  # type: ignore[no-any-return]

        return committer.write(job)

    with ThreadPoolExecutor(30) as pool:
        assert list(pool.map(slowly, range(1, 31))) == list(range(1, 31))
    assert numbers(path) == set(range(31))
    assert 1 <= statements.count("COMMIT") <= 10


def test_a_job_that_cannot_be_stored_spoils_no_other(path: Path) -> None:
    committer = Committer(path)
    committer.write(insert(7))
    start = threading.Barrier(21)

    def one(number: int) -> object:
        start.wait()
        try:
            return committer.write(insert(number))
        except sqlite3.IntegrityError:
            return "refused"

    with ThreadPoolExecutor(21) as pool:
        told = list(pool.map(one, [7, *range(100, 120)]))
    assert told == ["refused", *range(100, 120)]
    assert numbers(path) == {7, *range(100, 120)}


def test_writers_wait_for_a_lock_of_another_program_and_then_go_on(path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    committer = Committer(path, wait_seconds=20)
    with ThreadPoolExecutor(8) as pool:
        waiting = [pool.submit(committer.write, insert(number)) for number in range(1, 9)]
        time.sleep(1.5)
        assert not any(future.done() for future in waiting)
        holder.execute("ROLLBACK")
        assert [future.result(timeout=10) for future in waiting] == list(range(1, 9))


def test_a_database_that_stays_locked_is_busy_for_everyone_and_recovers(path: Path) -> None:
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    committer = Committer(path, wait_seconds=1)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(committer.write, insert(number)) for number in range(4)]
        for future in waiting:
            with pytest.raises(Busy):
                future.result(timeout=15)
    holder.execute("ROLLBACK")
    assert numbers(path) == set()
    assert committer.write(insert(9)) == 9


def test_a_process_that_stands_still_lets_the_others_say_busy(path: Path) -> None:
    other, mine = Committer(path, wait_seconds=30), Committer(path, wait_seconds=0.5)
    still, go = threading.Event(), threading.Event()

    def stand(connection: sqlite3.Connection) -> None:
        still.set()
        go.wait(20)

    thread = threading.Thread(target=other.write, args=(stand,))
    thread.start()
    still.wait(10)
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(mine.write, insert(number)) for number in range(4)]
        time.sleep(4)
        assert sum(future.done() for future in waiting) == 3  # all but the one that waits for the turn itself
        go.set()
        for future in waiting:
            with pytest.raises(Busy):
                future.result(timeout=10)
    thread.join()
    assert mine.write(insert(1)) == 1
    assert numbers(path) == {1}


def test_two_processes_take_turns(path: Path) -> None:
    pair = Committer(path), Committer(path)  # locks belong to open files, so two in one process act as two processes
    waits: list[float] = []

    def run(which: int) -> None:
        for number in range(100):
            begun = time.monotonic()
            pair[which].write(insert(which * 1000 + number))
            waits.append(time.monotonic() - begun)

    threads = [threading.Thread(target=run, args=(which,)) for which in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(numbers(path)) == 200
    assert (
        max(waits) < 10
    )  # neither starves: far below the 30 s after which a writer would hear that the database is busy


def test_a_read_only_file_is_busy_and_no_error_page(tmp_path: Path) -> None:
    committer = Committer(tmp_path / "no-such-folder" / "a.sqlite", wait_seconds=0.5)
    with pytest.raises(Busy):
        committer.write(insert(1))
    with pytest.raises(Busy):
        committer.read("SELECT 1", ())
