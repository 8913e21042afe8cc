"""Which version the doors of a questionnaire show, and showing the newest behind several of them."""

from collections.abc import Sequence
from datetime import datetime

from survey_app.distribution import collecting, variants
from survey_app.distribution.models import Collector
from survey_app.events import Actor


def shown_versions(doors: Sequence[Collector]) -> list[tuple[int, int]]:
    """(version number, how many open doors show it), newest first. A door that compares two versions is not counted."""
    tested = variants.running([door.id for door in doors])
    counts: dict[int, int] = {}
    for door in doors:
        if door.closed_at is None and door.id not in tested:
            counts[door.version.number] = counts.get(door.version.number, 0) + 1
    return sorted(counts.items(), reverse=True)


def behind(doors: Sequence[Collector], newest_id: int) -> list[Collector]:
    """The open doors that show an older version and compare nothing: those that may be switched."""
    tested = variants.running([door.id for door in doors])
    return [d for d in doors if d.closed_at is None and d.version_id != newest_id and d.id not in tested]


def switch_all(*, doors: Sequence[Collector], newest_id: int, by: Actor, now: datetime) -> int:
    """Show the newest version behind these doors (see `behind`), one event each; returns how many."""
    late = behind(doors, newest_id)
    for door in late:
        collecting.switch_version(collector=door, by=by, now=now)
    return len(late)
