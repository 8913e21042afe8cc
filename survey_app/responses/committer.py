"""Durable writes on SQLite: one committer per process that takes all waiting jobs into one transaction.

SQLite has one writer. Threads that each commit for themselves wait in its back-off (p99 of 100 ms and more); here the first
to come is the leader: it takes the file lock between processes, begins, runs every job that waits, commits once, wakes their
owners and hands over to the next. A job is confirmed only after its own commit (reliability.md 4).
"""

import os
import random
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Generic, TypeVar

from survey_app import clock
from survey_app.database import prepare_sqlite
from survey_app.errors import Busy
from survey_app.failpoints import failpoint

if os.name == "posix":
    import fcntl

T = TypeVar("T")
WAIT_SECONDS = 30.0
_BUSY_MILLISECONDS = 1_000  # at most this long with the file lock in hand, then other processes get their turn
_PAUSE_SECONDS = 0.2
_LEADER_SECONDS = 2.0  # a leader that gives up at the same deadline hands over first
# Primary result codes of a database that cannot work now: busy, locked, no memory, read-only, I/O, damaged, full,
# cannot open, protocol, not a database. Every other error is the job's own.
_TROUBLE = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})


def _is_trouble(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return (getattr(error, "sqlite_errorcode", 0) & 0xFF) in _TROUBLE
    return isinstance(error, OSError)


class _Item(Generic[T]):
    """One job and what became of it. `gate` opens when it is done or when its owner has to lead."""

    __slots__ = ("deadline", "done", "error", "gate", "job", "leads", "result")

    def __init__(self, job: Callable[[sqlite3.Connection], T], deadline: float) -> None:
        self.job = job
        self.deadline = deadline
        self.gate = threading.Lock()
        self.gate.acquire()
        self.done = False
        self.leads = False
        self.error: Exception | None = None
        self.result: T | None = None

    def finish(self) -> None:
        """Wake the owner: the outcome is final."""
        self.done = True
        self.gate.release()


class FileLock:
    """Turns between processes. A blocking flock: the kernel wakes the next at once, where SQLite's own waiting sleeps."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(f"{path}-turn", os.O_RDWR | os.O_CREAT, 0o600)

    @contextmanager
    def hold(self, deadline: float) -> Iterator[None]:
        """The lock for the length of a block. Raises Busy when the turn came after the deadline (monotonic seconds)."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if clock.monotonic() > deadline:
                raise Busy("the database is busy")
            yield
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)


class _NoLock:
    """Where the system has no flock, SQLite's own waiting decides."""

    @contextmanager
    def hold(self, deadline: float) -> Iterator[None]:
        yield

    def close(self) -> None:
        pass


class Committer:
    """Writes and reads of one process on one SQLite file. Safe for any number of threads."""

    def __init__(self, path: Path, wait_seconds: float = WAIT_SECONDS) -> None:
        self._path = path
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._waiting: deque[_Item[Any]] = deque()
        self._led = False
        self._connection: sqlite3.Connection | None = None
        self._lock: FileLock | _NoLock | None = None
        self._readers = threading.local()

    # --- reading ----------------------------------------------------------------------------------------------------
    def read(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The first row of a statement, seen as of now; None when there is none. Raises Busy."""
        try:
            connection: sqlite3.Connection | None = getattr(self._readers, "connection", None)
            if connection is None:
                connection = self._readers.connection = self._connect()
            row: tuple[Any, ...] | None = connection.execute(statement, values).fetchone()
        except sqlite3.Error as error:
            self._readers.connection = None
            if _is_trouble(error):
                raise Busy("the database is busy") from error
            raise
        return row

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path, timeout=self._wait_seconds, isolation_level=None, check_same_thread=False
        )
        prepare_sqlite(connection)
        return connection

    # --- writing ----------------------------------------------------------------------------------------------------
    def write(self, job: Callable[[sqlite3.Connection], T]) -> T:
        """Run the job in a transaction and return its result after the commit.

        Jobs of other threads may share the transaction; a job that raises undoes only itself. Raises Busy when the
        database could not be written for 30 s.
        """
        item = _Item(job, clock.monotonic() + self._wait_seconds)
        with self._mutex:
            self._waiting.append(item)
            lead = not self._led
            self._led = True
        if not lead:
            self._wait(item)
        if not item.done:
            self._lead(item)
        if item.error is not None:
            raise item.error
        return item.result  # type: ignore[return-value]  # T may itself be optional

    def _wait(self, item: _Item[Any]) -> None:
        """Until the item is done or its owner has to lead. Raises Busy when its leader hangs (a stopped process has the turn)."""
        if item.gate.acquire(timeout=max(0.0, item.deadline - clock.monotonic()) + _LEADER_SECONDS):
            return
        with self._mutex:
            if item in self._waiting and not item.leads:
                self._waiting.remove(item)
                raise Busy("the database is busy")
        item.gate.acquire()  # it is being written, or was told to lead a moment ago

    def _lead(self, own: _Item[Any]) -> None:
        committed: list[_Item[Any]] = []
        try:
            committed = self._commit_waiting(own.deadline)
        except Exception as error:  # ours alone: the others keep their own deadlines
            with self._mutex:
                if own in self._waiting:
                    self._waiting.remove(own)
            own.error = error
        finally:
            with self._mutex:
                following = self._waiting[0] if self._waiting else None
                self._led = following is not None
                if following is not None:
                    following.leads = True
            if following is not None:
                following.gate.release()  # first, so that the disk works while the others build their replies
            for item in committed:
                item.finish()

    def _commit_waiting(self, deadline: float) -> list[_Item[Any]]:
        while True:
            try:
                if self._lock is None:
                    self._lock = FileLock(self._path) if os.name == "posix" else _NoLock()
                with self._lock.hold(deadline):
                    return self._one_transaction()
            except (sqlite3.Error, OSError) as error:
                self._forget_connection()
                if not _is_trouble(error):
                    raise
                if clock.monotonic() > deadline:
                    raise Busy("the database is busy") from error
            time.sleep(_PAUSE_SECONDS)  # nothing of these jobs was confirmed, so they may run again

    def _one_transaction(self) -> list[_Item[Any]]:
        """Returns the jobs that were committed together, their owners not yet woken."""
        connection = self._connection
        if connection is None:
            connection = self._connection = self._connect()
            connection.execute(f"PRAGMA busy_timeout={_BUSY_MILLISECONDS}")
        failpoint("submit.before_begin")
        connection.execute("BEGIN IMMEDIATE")
        with self._mutex:
            batch = list(self._waiting)
            self._waiting.clear()
        random.shuffle(batch)  # the order inside a transaction is not the order of arrival
        try:
            return self._run(connection, batch)
        except BaseException:
            with self._mutex:
                self._waiting.extendleft(item for item in reversed(batch) if not item.done)
            raise

    def _run(self, connection: sqlite3.Connection, batch: list[_Item[Any]]) -> list[_Item[Any]]:
        try:
            for item in batch:
                item.result = item.job(connection)
            failpoint("submit.before_commit")
            connection.execute("COMMIT")
        except Exception as error:
            connection.rollback()
            if _is_trouble(error):
                raise
            self._run_apart(connection, batch)
            return []
        failpoint("submit.after_commit")
        for item in batch:
            item.done = True
        return batch

    @staticmethod
    def _run_apart(connection: sqlite3.Connection, batch: list[_Item[Any]]) -> None:
        """One of these cannot be stored: each in a transaction of its own, so that only that one fails."""
        for item in batch:
            connection.execute("BEGIN IMMEDIATE")
            try:
                item.result = item.job(connection)
                connection.execute("COMMIT")
            except Exception as error:
                connection.rollback()
                if _is_trouble(error):
                    raise
                item.error = error
            item.finish()

    def _forget_connection(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Let files and connections go; the next call opens them again."""
        self._forget_connection()
        self._readers = threading.local()
        lock, self._lock = self._lock, None
        if lock is not None:
            lock.close()
