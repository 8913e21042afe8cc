"""At this time, do that: the periodic tasks of the house, nothing else."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from survey_app import web
from survey_app.accounts import attempts
from survey_app.analysis.figures import Mover
from survey_app.distribution import poster_runs
from survey_app.distribution.waves import ensure_waves
from survey_app.exports import requesting
from survey_app.responses import retention, settling

HOUR, DAY = 3_600, 86_400

_mover = Mover()

# tick name -> (every how many seconds, what to do); a tick may commit, what it leaves open is committed after it
EVERY: dict[str, tuple[int, Callable[[datetime], Any]]] = {
    "figures": (10, lambda now: _mover.tick()),
    "waves": (HOUR, lambda now: ensure_waves(now=now)),
    "exports": (HOUR, lambda now: requesting.expire(now=now, folder=web.settings().export_folder)),
    "failed_tries": (HOUR, lambda now: attempts.expire(now=now)),
    "retention": (DAY, lambda now: retention.apply(now=now)),
    "arrivals": (HOUR, lambda now: settling.forget_arrivals(now=now)),  # after retention: it drops what that left
}
AT_START = ("retention", "arrivals")  # also when a worker starts, however short it lived before
AT_STOP = ("arrivals",)
    "posters": (HOUR, lambda now: poster_runs.expire(now=now, folder=web.settings().poster_folder)),
    "audit_chain": (1, lambda now: chaining.extend()),
    "audit_checkpoint": (HOUR, sign_checkpoint),
