"""Another machine to restore on: an empty database and a copy of the key folder."""

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from flask import Flask

from survey_app import create_app
from survey_app.config import Settings
from survey_app.database import db
from survey_app.safekeeping import restoring

NewHost = Callable[[], Settings]


@pytest.fixture
def new_host(settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[NewHost]:
    """Another machine: an empty database and a copy of the key folder as it is when it is asked for."""
    made: list[str] = []

    def make() -> Settings:
        folder = tmp_path / f"host-{len(made)}-{uuid.uuid4().hex[:6]}"
        folder.mkdir(mode=0o700)
        shutil.copytree(settings.key_folder, folder / "keys")
        if settings.is_sqlite:
            url = f"sqlite:///{folder / 'survey.sqlite'}"
        else:
            import psycopg

            name = f"r_{uuid.uuid4().hex[:12]}"
            made.append(name)
            with psycopg.connect(request.getfixturevalue("postgresql_server"), autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            head, query = settings.database_url.split("?", 1)
            url = f"{head.rsplit('/', 1)[0]}/{name}?{query}"
        return replace(settings, instance=folder, key_folder=folder / "keys", database_url=url)

    yield make
    if made:
        import psycopg

        with psycopg.connect(request.getfixturevalue("postgresql_server"), autocommit=True) as connection:
            for name in made:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def on(host: Settings) -> Iterator[Flask]:
    app = create_app(host)
    app.config["TESTING"] = True
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def restore(host: Settings, path: Path, private: str, now: datetime, **more: bool) -> restoring.Restored:
    with on(host) as app:
        return restoring.restore(app, path=path, private=private, now=now, **more)
