"""Ways out: one small port, and one module per kind of provider. Nothing here sees the database."""

from survey_app.messaging.channels.kinds import KINDS, Kind, build

__all__ = ["KINDS", "Kind", "build"]
