"""Another machine to restore on."""

from tests.hosts import new_host  # noqa: F401 - a fixture
