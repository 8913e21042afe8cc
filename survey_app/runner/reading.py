"""Reads of the respondent's side while the database is away: wait a while, else go on with what was known last.

A page that is opened waits a few seconds, a posted one up to 30 (reliability.md 2.2, F9). What was read before never waits:
one quick try, then the last known value, and no further try for two seconds.
"""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, Select, create_engine, make_url
from sqlalchemy.exc import InterfaceError, OperationalError, TimeoutError

from survey_app import clock
from survey_app.config import Settings
from survey_app.database import engine_options, read_only
from survey_app.errors import Busy

KEEP_SECONDS = 2.0
_MOST_KEPT = 4_096
_PAUSE_SECONDS = 0.1
_TRY_SECONDS = 2  # one try on PostgreSQL, whatever hangs: connecting, a lock, the network
_LOCKED_MILLISECONDS = 500  # one try on SQLite
_AWAY = (OperationalError, InterfaceError, TimeoutError, sqlite3.OperationalError, OSError)

V = TypeVar("V")

# Until when reads of this request may try again, monotonic seconds; 0: they try once
_until: ContextVar[float] = ContextVar("until", default=0.0)


def wait_at_most(seconds: float) -> None:
    """How long the reads of the request that begins now may take together when the database is away."""
    _until.set(clock.monotonic() + seconds)


class Reader:
    """Runs queries on connections of its own, opened at the first. Safe for any number of threads."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._engine: Engine | None = None
        self._mutex = threading.Lock()
        self._away_until = 0.0

    def rows(self, query: Select[Any]) -> list[Any]:
        """What a query finds. Raises Busy when the database stays away for as long as this request may wait."""
        while True:
            try:
                return self._try(query)
            except _AWAY as error:
                now = clock.monotonic()
                self._away_until = now + KEEP_SECONDS
                if now + _PAUSE_SECONDS > _until.get():
                    raise Busy("the database is away") from error
            time.sleep(_PAUSE_SECONDS)

    def _try(self, query: Select[Any]) -> list[Any]:
        with read_only(), self._connections().connect() as connection:
            if self._settings.is_sqlite:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={_LOCKED_MILLISECONDS}")
            return list(connection.execute(query))

    def _connections(self) -> Engine:
        if self._engine is None:
            with self._mutex:
                self._engine = self._engine or _impatient_engine(self._settings)
        return self._engine

    def once(self, ask: Callable[[], V]) -> V:
        """Run `ask` without waiting. Raises Busy at once when the database was away a moment ago."""
        if clock.monotonic() < self._away_until:
            raise Busy("the database is away")
        token = _until.set(0.0)
        try:
            return ask()
        finally:
            _until.reset(token)

    def close(self) -> None:
        """Let the connections go; the next query opens new ones."""
        if self._engine is not None:
            self._engine.dispose()
        self._away_until = 0.0


def _impatient_engine(settings: Settings) -> Engine:
    options = engine_options(settings)
    if settings.is_sqlite:
        options["connect_args"] = options["connect_args"] | {"timeout": _LOCKED_MILLISECONDS / 1000}
    else:
        own = make_url(settings.database_url).query.get("options", "")
        options["connect_args"] = {
            "connect_timeout": _TRY_SECONDS,
            "tcp_user_timeout": _TRY_SECONDS * 1000,
            "options": f"{own} -c statement_timeout={_TRY_SECONDS * 1000}".strip(),
        }
    return create_engine(settings.database_url, **options)


class LastKnown(Generic[V]):
    """Values by key that are asked again after two seconds; while the database is away the last known one serves."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._values: dict[Any, tuple[float, V]] = {}

    def get(self, key: Any, ask: Callable[[], V]) -> V:
        """The value of a key. Raises Busy when it is not known and cannot be asked."""
        found = self._values.get(key)
        if found is not None and found[0] > clock.monotonic():
            return found[1]
        if found is None or found[1] is None:  # "there is none" may have changed: not worth keeping
            value = ask()
        else:
            try:
                value = self._reader.once(ask)
            except Busy:
                return found[1]
        if len(self._values) >= _MOST_KEPT:
            self._values.clear()
        self._values[key] = (clock.monotonic() + KEEP_SECONDS, value)
        return value
