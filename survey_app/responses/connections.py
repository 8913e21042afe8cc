"""Durable writes on PostgreSQL: connections in autocommit, statements prepared; answers that arrive while
one statement runs share the next.

A connection that dies during a statement leaves its outcome unknown: the same job runs again on a new connection, and the
ballot tells whether the first try arrived (reliability.md 2.2).
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from survey_app import clock
from survey_app.errors import Busy
from survey_app.failpoints import failpoint

T = TypeVar("T")
WAIT_SECONDS = 30.0
_PAUSE_SECONDS = 0.1

Connection = psycopg.Connection[tuple[Any, ...]]


class Connections:
    """Writes and reads of one process on one PostgreSQL database. Safe for any number of threads.

    A free connection is taken, or one more made; there are never more than threads that ask at once. (A pool with its own
    threads and checks costs 50 microseconds a call, a third of what storing an answer costs.)
    """

    def __init__(self, database_url: str, wait_seconds: float = WAIT_SECONDS) -> None:
        self._address = "postgresql:" + database_url.split(":", 1)[1]
        self._wait_seconds = wait_seconds
        self._free: deque[Connection] = deque()  # append and pop of a deque need no lock

    def _connect(self) -> Connection:
        timeout = int(self._wait_seconds * 1000)
        return psycopg.connect(
            self._address,
            autocommit=True,
            prepare_threshold=0,
            connect_timeout=5,
            options=f"-c statement_timeout={timeout}",
        )

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
        deadline = clock.monotonic() + self._wait_seconds
        while True:
            connection = None
            try:
                connection = self._take()
                result = job(connection)
                self._free.append(connection)
                return result
            except (psycopg.OperationalError, psycopg.InterfaceError, OSError) as error:
                if connection is not None:
                    connection.close()
                    self.close()  # when one died the others probably did
                if clock.monotonic() > deadline:
                    raise Busy("the database is busy") from error
                time.sleep(_PAUSE_SECONDS)
            except BaseException:  # a refusal of the database (such as a copied delete code): the connection is sound
                if connection is not None:
                    self._give_back(connection)
                raise

    def _take(self) -> Connection:
        try:
            return self._free.pop()
        except IndexError:
            return self._connect()

    def _give_back(self, connection: Connection) -> None:
        if connection.info.transaction_status is psycopg.pq.TransactionStatus.IDLE:
            self._free.append(connection)
        else:
            connection.close()

    def close(self) -> None:
        """Let the connections go; the next call opens new ones."""
        while self._free:
            self._free.pop().close()
