"""Fixtures of the room."""

from tests.messaging.stand_in import provider

__all__ = ["provider"]
