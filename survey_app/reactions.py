"""When this happens, do that; at this time, do that. Two dicts, nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from survey_app import events, web
from survey_app.accounts import attempts
from survey_app.analysis.figures import Mover
from survey_app.database import checkpoint
from survey_app.distribution.waves import ensure_waves
from survey_app.exports import requesting
from survey_app.responses import drafts

HOUR, DAY = 3_600, 86_400

_mover = Mover()

# event name -> work rows written in the same transaction
WHEN: dict[str, list[events.Reaction]] = {}

# tick name -> (every how many seconds, what to do); a tick may commit, what it leaves open is committed after it
EVERY: dict[str, tuple[int, Callable[[datetime], Any]]] = {
    "figures": (10, lambda now: _mover.tick()),
    "waves": (HOUR, lambda now: ensure_waves(now=now)),
    "exports": (HOUR, lambda now: requesting.expire(now=now, folder=web.settings().export_folder)),
    "failed_tries": (HOUR, lambda now: attempts.expire(now=now)),
    "drafts": (DAY, lambda now: drafts.expire(now=now)),
    "checkpoint": (DAY, lambda now: checkpoint()),
}


def register() -> None:
    """Tell the audit log which work an event causes."""
    events.REACTIONS.clear()
    events.REACTIONS.update(WHEN)
