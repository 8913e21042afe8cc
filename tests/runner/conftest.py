"""Doors to answer through, on each database."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from survey_app.config import Settings
from tests.runner.street import Respondent, publish, site


@pytest.fixture
def runner(settings: Settings) -> Iterator[Flask]:
    """The respondent's application."""
    made = site(settings)
    yield made
    made.extensions["respondents"].recorder.close()
    made.extensions["respondents"].doors.close()


@pytest.fixture
def person(app: Flask, runner: Flask) -> Callable[[str], Respondent]:
    """Somebody at a door: `person("short.yaml")`."""
    doors: dict[str, str] = {}

    def make(file: str) -> Respondent:
        if file not in doors:
            doors[file] = publish(file)
        return Respondent(runner.test_client(), doors[file])

    return make
