"""Places where a fault test stops, kills or breaks the program. Dead code unless SURVEY_FAILPOINTS is set.

`SURVEY_FAILPOINTS="submit.after_ballot=kill:3,submit.before_commit=sleep:2"`: at the third pass of the first place the process
kills itself; every pass of the second sleeps two seconds; `raise` raises an OSError. config refuses the setting in production.
"""

import os
import signal
import threading
import time
from collections.abc import Mapping


class _Place:
    def __init__(self, action: str, argument: str) -> None:
        self.action = action
        self.argument = argument
        self.passes = 0
        self.lock = threading.Lock()


def parse(setting: str) -> dict[str, tuple[str, str]]:
    """`place=action[:argument]`, separated by commas."""
    found: dict[str, tuple[str, str]] = {}
    for part in filter(None, (piece.strip() for piece in setting.split(","))):
        name, _, rest = part.partition("=")
        action, _, argument = rest.partition(":")
        if action not in {"kill", "raise", "sleep"}:
            raise ValueError(f"SURVEY_FAILPOINTS: {part!r} needs kill, raise or sleep")
        found[name] = (action, argument)
    return found


def load(environment: Mapping[str, str]) -> dict[str, _Place]:
    """The places that are switched on."""
    harmless = environment.get("SURVEY_ENV", "").strip().lower() in {"", "development", "test"}
    setting = "" if not harmless else environment.get("SURVEY_FAILPOINTS", "")
    return {name: _Place(action, argument) for name, (action, argument) in parse(setting).items()}


_active = load(os.environ)


def failpoint(name: str) -> None:
    """A place that a fault test can name."""
    if not _active:
        return
    place = _active.get(name)
    if place is None:
        return
    with place.lock:
        place.passes += 1
        passes = place.passes
    if place.action == "sleep":
        time.sleep(float(place.argument or 1))
    elif place.argument and passes != int(place.argument):
        return
    elif place.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    else:
        raise OSError(f"failpoint {name}")
