"""The whole database as a stream of bytes, and back.

SQLite: a copy by VACUUM INTO, which takes no deleted remnants along. PostgreSQL: our own tables by COPY in one snapshot, each in
the order of its primary key: a physical copy would keep the order in which answers arrived, and no program of the system is
needed. A dump names its schema; the tables are made by our migrations and filled.
"""

import json
import os
import secrets
import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Table, text

from survey_app.database import MIGRATIONS, Base, db, keep_private

_FRAME = struct.Struct(">I")
_CHUNK = 1 << 20
_PAUSE = "UPDATE organisation SET sending_paused = true"


class Broken(Exception):
    """The copy is not what it has to be; the sentence says how."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a dump holds. The first line of its content."""

    kind: str  # sqlite | postgresql
    schema: str
    made_at: str
    key_fingerprint: str  # of the long-lived keys that open its fields
    events: int  # rows of the audit log in it
    rows: dict[str, int]

    def line(self) -> bytes:
        """As it stands in the stream."""
        return json.dumps(asdict(self), sort_keys=True).encode() + b"\n"

    @classmethod
    def of(cls, line: bytes) -> "Manifest":
        """Read it again. Raises Broken."""
        try:
            return cls(**json.loads(line))
        except (ValueError, TypeError) as error:
            raise Broken("the list of contents is damaged") from error

    def compare(self, rows: dict[str, int]) -> None:
        """Whether these are the rows per table that it lists. Raises Broken."""
        if rows != self.rows:
            raise Broken("the dump does not hold every row")


class Sink(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> Any:
        """Take some."""


def tables() -> list[Table]:
    """Our tables, those that others point to first."""
    return list(Base.metadata.sorted_tables)


# --- SQLite -----------------------------------------------------------------------------------------------------------
def copy_sqlite(source: Path) -> Path:
    """A compact copy beside the database; the caller removes it. What a killed backup left is removed first."""
    for old in source.parent.glob(f".{source.stem}-copy-*"):
        old.unlink(missing_ok=True)
    copy = source.with_name(f".{source.stem}-copy-{secrets.token_hex(4)}.sqlite")
    keep_private(copy)  # an empty file takes the copy, and nobody else may read it
    with closing(sqlite3.connect(source, timeout=30)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def check_sqlite(path: Path) -> dict[str, int]:
    """Open a copy, check it whole; returns rows per table. Raises Broken."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            found = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            if found != "ok":
                raise Broken(f"the copy of the database is damaged: {found}")
            names = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
            )
            return {
                name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608 - our own tables
                for name in sorted(row[0] for row in names)
            }
    except sqlite3.DatabaseError as error:
        raise Broken(f"the copy of the database is damaged: {error}") from error


def stream_file(path: Path, sink: Sink) -> None:
    """The bytes of a file."""
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            sink.write(chunk)


def draft_sqlite(content: Iterable[bytes], target: Path) -> tuple[Path, dict[str, int]]:
    """Write and check a database file beside `target`, under another name; returns its path and rows per table. Raises Broken.

    Sending is paused before it gets its name: whatever starts on it, also after a crash, sends nothing.
    """
    for old in target.parent.glob(f".{target.stem}-restored-*"):  # of a restore that was killed
        old.unlink(missing_ok=True)
    draft = target.with_name(f".{target.stem}-restored-{secrets.token_hex(4)}.sqlite")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for chunk in content:
                file.write(chunk)
            file.flush()
            os.fsync(file.fileno())
        rows = check_sqlite(draft)
        with closing(sqlite3.connect(draft)) as connection:
            connection.execute(_PAUSE)
            connection.commit()
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft, rows


def name_sqlite(draft: Path, target: Path) -> None:
    """Give a draft its name."""
    for left in (target.with_name(f"{target.name}-wal"), target.with_name(f"{target.name}-shm")):
        left.unlink(missing_ok=True)  # of a database that was moved away: never replayed onto another
    os.replace(draft, target)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------
def snapshot() -> Connection:
    """A connection whose transaction sees one moment and may not write."""
    connection = db.engine.connect()
    return connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def count_rows(connection: Connection) -> dict[str, int]:
    """Rows per table."""
    quote = connection.dialect.identifier_preparer.quote
    return {
        t.name: connection.scalar(text(f"SELECT count(*) FROM {quote(t.name)}")) or 0  # noqa: S608 - our own tables
        for t in tables()
    }


def _names(connection: Connection, table: Table) -> tuple[str, str, str]:
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(quote(c.name) for c in table.columns)
    return quote(table.name), columns, ", ".join(quote(c.name) for c in table.primary_key)


def stream_postgresql(connection: Connection, sink: Sink) -> None:
    """Every table: a line with its name and columns, the frames of COPY, an empty frame."""
    cursor = connection.connection.cursor()
    for table in tables():
        name, columns, key = _names(connection, table)
        sink.write(json.dumps({"table": table.name, "columns": [c.name for c in table.columns]}).encode() + b"\n")
        begun: Any = cursor.copy(f"COPY (SELECT {columns} FROM {name} ORDER BY {key}) TO STDOUT")  # noqa: S608
        with begun as copy:
            for data in copy:
                sink.write(_FRAME.pack(len(data)) + bytes(data))
        sink.write(_FRAME.pack(0))


class _Bytes:
    """Reads lines and exact lengths from pieces."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self._source, self._have = source, bytearray()

    def _more(self) -> bool:
        piece = next(self._source, None)
        if piece is None:
            return False
        self._have += piece
        return True

    def line(self) -> bytes:
        while b"\n" not in self._have:
            if not self._more():
                raise Broken("the dump ends too early")
        line, _, rest = bytes(self._have).partition(b"\n")
        self._have = bytearray(rest)
        return line

    def take(self, length: int) -> bytes:
        while len(self._have) < length:
            if not self._more():
                raise Broken("the dump ends too early")
        taken = bytes(self._have[:length])
        del self._have[:length]
        return taken

    def is_over(self) -> bool:
        while not self._have:
            if not self._more():
                return True
        return False

    def rest(self) -> Iterator[bytes]:
        yield bytes(self._have)
        yield from self._source


def opened(content: Iterator[bytes]) -> tuple[Manifest, "_Bytes"]:
    """The manifest of a dump and what follows it."""
    source = _Bytes(content)
    return Manifest.of(source.line()), source


def tables_in(source: _Bytes) -> Iterator[tuple[str, list[str], Iterator[bytes]]]:
    """Each table of a PostgreSQL dump: its name, its columns, the data of COPY (to be read before the next one)."""
    while not source.is_over():
        head = json.loads(source.line())

        def frames() -> Iterator[bytes]:
            while length := _FRAME.unpack(source.take(_FRAME.size))[0]:
                yield source.take(length)

        yield str(head["table"]), [str(c) for c in head["columns"]], frames()


def place_postgresql(source: _Bytes, manifest: Manifest) -> None:
    """Make the tables of its schema in an empty database and fill them, sending paused; one transaction. Raises Broken."""
    rows: dict[str, int] = {}
    with db.engine.begin() as connection:
        _make_tables(connection, manifest.schema)
        quote = connection.dialect.identifier_preparer.quote
        cursor = connection.connection.cursor()
        for name, columns, data in tables_in(source):
            listed, rows[name] = ", ".join(quote(c) for c in columns), 0
            begun: Any = cursor.copy(f"COPY {quote(name)} ({listed}) FROM STDIN")
            with begun as copy:
                for frame in data:
                    copy.write(frame)
                    rows[name] += frame.count(b"\n")
        manifest.compare(rows)
        connection.execute(text(_PAUSE))


def _make_tables(connection: Connection, schema: str) -> None:
    config = Config(str(MIGRATIONS / "alembic.ini"))
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, schema)


def set_sequences() -> None:
    """After a restore: the next row of each table gets a number of its own."""
    with db.engine.begin() as connection:
        quote = connection.dialect.identifier_preparer.quote
        for table, column in [(owner, column) for owner in tables() for column in owner.primary_key]:
            sequence = connection.scalar(
                text("SELECT pg_get_serial_sequence(:t, :c)"), {"t": quote(table.name), "c": column.name}
            )
            if sequence is None:
                continue
            highest = connection.scalar(text(f"SELECT max({quote(column.name)}) FROM {quote(table.name)}"))  # noqa: S608
            if highest is not None:
                connection.execute(text("SELECT setval(:s, :n)"), {"s": sequence, "n": highest})
