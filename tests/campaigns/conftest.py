"""Fixtures of the tests of campaigns."""

from collections.abc import Iterator

import pytest

from survey_app.messaging import purposes


@pytest.fixture(autouse=True)
def _house() -> Iterator[None]:
    """`world.build` binds a house of its own; the tests that follow must find the one of the application."""
    before = list(purposes._house)
    yield
    purposes._house[:] = before
