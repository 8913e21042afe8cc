"""Reading the audit log. It is written in one place (`events.record`) and never changed."""

from sqlalchemy import select

from survey_app.database import db
from survey_app.events import Event


def find_events(*, action: str = "", person: str = "", page: int, size: int) -> tuple[list[Event], bool]:
    """One page of events, newest first, and whether there are more. `person` is part of an address or a program's name."""
    query = select(Event).order_by(Event.seq.desc())
    if action:
        query = query.where(Event.action == action)
    if person.strip():
        query = query.where(Event.actor.icontains(person.strip(), autoescape=True))
    found = list(db.session.scalars(query.offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def actions_present() -> list[str]:
    """Every kind of act that the log holds."""
    return list(db.session.scalars(select(Event.action).distinct().order_by(Event.action)))
