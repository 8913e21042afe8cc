"""Durable writes on PostgreSQL: a small pool of connections in autocommit, statements prepared; answers that arrive while
one statement runs share the next.

A connection that dies during a statement leaves its outcome unknown: the same job runs again on a new connection, and the
ballot tells whether the first try arrived (reliability.md 2.2).
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from survey_app import clock
from survey_app.errors import Busy
from survey_app.failpoints import failpoint

T = TypeVar("T")
WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.1
_MOST_CONNECTIONS = 8

Connection = psycopg.Connection[tuple[Any, ...]]


class Connections:
    """Writes and reads of one process on one PostgreSQL database. Safe for any number of threads."""

    def __init__(self, database_url: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self._address = "postgresql:" + database_url.split(":", 1)[1]
        self._wait_seconds = wait_seconds
        self._mutex = threading.Lock()
        self._pool: ConnectionPool[Connection] | None = None

    def _open_pool(self) -> ConnectionPool[Connection]:
        with self._mutex:
            if self._pool is None:
                self._pool = ConnectionPool(
                    self._address,
                    min_size=1,
                    max_size=_MOST_CONNECTIONS,
                    timeout=self._wait_seconds,
                    kwargs={"autocommit": True, "prepare_threshold": 0, "connect_timeout": 5},
                    configure=self._configure,
                    open=True,
                )
        return self._pool

    def _configure(self, connection: Connection) -> None:
        connection.execute(f"SET statement_timeout = {int(self._wait_seconds * 1000)}")

    def read(self, statement: str, values: tuple[Any, ...]) -> tuple[Any, ...] | None:
        """The first row of a statement, seen as of now; None when there is none. Raises Busy."""
        return self._try(lambda connection: connection.execute(statement.encode(), values).fetchone())

    def write(self, job: Callable[[Connection], T]) -> T:
        """Run the job; what it returned is durable. Raises Busy when that took longer than 30 s."""
        failpoint("submit.before_begin")
        result = self._try(job)
        failpoint("submit.after_commit")
        return result

    def _try(self, job: Callable[[Connection], T]) -> T:
        pool = self._pool or self._open_pool()
        deadline = clock.monotonic() + self._wait_seconds
        while True:
            try:
                with pool.connection(timeout=max(0.0, deadline - clock.monotonic())) as connection:
                    return job(connection)
            except PoolTimeout as error:
                raise Busy("the database is busy") from error
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                if clock.monotonic() > deadline:
                    raise Busy("the database is busy") from error
                time.sleep(_PAUSE_SECONDS)

    def close(self) -> None:
        """Let the connections go; the next call opens them again."""
        with self._mutex:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
