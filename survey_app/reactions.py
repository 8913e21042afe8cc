"""When this happens, do that; at this time, do that. Two dicts, nothing else."""

from collections.abc import Callable
from datetime import datetime

from survey_app import events

# event name -> work rows written in the same transaction
WHEN: dict[str, list[events.Reaction]] = {}

# tick name -> (every how many seconds, what to do)
EVERY: dict[str, tuple[int, Callable[[datetime], None]]] = {}


def register() -> None:
    """Tell the audit log which work an event causes."""
    events.REACTIONS.clear()
    events.REACTIONS.update(WHEN)
