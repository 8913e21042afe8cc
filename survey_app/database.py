"""The database: engine settings, session, base model, column types, the one commit per request.

SQLite: WAL, `synchronous=FULL`, foreign keys, secure_delete; a transaction that may write begins IMMEDIATE, so it waits
its turn instead of failing half-way. A request that must not write reads inside a deferred transaction that ends in a
rollback. PostgreSQL: READ COMMITTED, `synchronous_commit=on`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, Connection, DateTime, Dialect, Engine, MetaData, event, func, inspect, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.types import TypeDecorator

from survey_app.config import ROOT, Settings

MIGRATIONS = ROOT / "migrations"

reading_only: ContextVar[bool] = ContextVar("reading_only", default=False)


class Base(DeclarativeBase):
    """Base of every model; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware UTC datetime on both databases (SQLite keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


# Documents that are queried by staff pages (drafts, texts); answers use plain JSON: written and read as they are
Document = JSON().with_variant(JSONB(), "postgresql")

db = SQLAlchemy(metadata=Base.metadata, engine_options={"pool_pre_ping": True})


def engine_options(settings: Settings) -> dict[str, Any]:
    """Options for create_engine of the staff side and the worker. Errors name no values: they end in logs, and a list of

    nullifiers in the order of invitations would say there who has answered.
    """
    if settings.is_sqlite:
        return {"hide_parameters": True, "connect_args": {"timeout": 30, "check_same_thread": False}}
    return {"hide_parameters": True, "pool_size": 8, "max_overflow": 8, "pool_pre_ping": True}


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Set what every SQLite connection of the platform needs (privacy.md 3.3 rule 5, reliability.md 2.2)."""
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")
    connection.execute("PRAGMA busy_timeout=30000")
    connection.execute("PRAGMA wal_autocheckpoint=400")


@event.listens_for(Engine, "connect")
def _on_connect(connection: Any, _record: Any) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.isolation_level = None  # transactions are begun below, not by the driver
        prepare_sqlite(connection)


@event.listens_for(Engine, "begin")
def _on_begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN" if reading_only.get() else "BEGIN IMMEDIATE")


@contextmanager
def read_only() -> Iterator[None]:
    """Transactions begun inside only read (SQLite: they never wait for a writer)."""
    token = reading_only.set(True)
    try:
        yield
    finally:
        reading_only.reset(token)


def keep_private(path: Path) -> None:
    """Make an SQLite file that only its owner may read, or make it so; SQLite gives -wal and -shm the mode of the file."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        with suppress(FileNotFoundError):
            path.with_name(name).chmod(0o600)


def next_ids(model: type[Base], count: int) -> range:
    """`count` free ids of a table, known before its rows are written: a sealed field is bound to the id of its row.

    Call it inside the transaction that writes them. SQLite has one writer; PostgreSQL takes an advisory lock until the commit.
    """
    column = model.__table__.c.id
    if db.engine.dialect.name == "postgresql":
        name = model.__tablename__
        db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"ids of {name}"))))
    first = (db.session.scalar(select(func.max(column))) or 0) + 1
    return range(first, first + count)


def is_empty() -> bool:
    """True when the database has none of our tables yet."""
    with read_only(), db.engine.connect() as connection:
        return "alembic_version" not in inspect(connection).get_table_names()


def migrate() -> None:
    """Bring the database to the newest schema, in one transaction."""
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    with db.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def newest_schema() -> str:
    """The revision that this program needs."""
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    return str(ScriptDirectory.from_config(config).get_current_head())


def present_schema() -> str | None:
    """The revision that the database has; None when it is empty."""
    with read_only(), db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
