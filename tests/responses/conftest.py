"""A world and a recorder on each database."""

from collections.abc import Iterator

import pytest
from flask import Flask

from survey_app.responses.recording import Recorder
from tests.responses.world import World, make_world


@pytest.fixture
def world(app: Flask) -> World:
    return make_world()


@pytest.fixture
def recorder(app: Flask) -> Iterator[Recorder]:
    made = Recorder(app.extensions["survey_settings"], app.extensions["survey_vault"])
    yield made
    made.close()
