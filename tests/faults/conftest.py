"""A real server on each database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from survey_app.config import Settings
from tests.faults.serving import Server
from tests.hosts import new_host  # noqa: F401 - a fixture
from tests.runner.street import publish


@pytest.fixture
def address(app: Flask) -> str:
    """The ten-question page behind a link."""
    return publish("ten.yaml")


@pytest.fixture
def serve(settings: Settings) -> Iterator[Callable[..., Server]]:
    """Start servers that end with the test: `serve(SURVEY_FAILPOINTS=...)`."""
    started: list[Server] = []

    def start(**environment: str) -> Server:
        server = Server(settings, environment).start()
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()
