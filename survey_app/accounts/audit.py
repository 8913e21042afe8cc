"""Reading the audit log. It is written in one place (`events.record`) and never changed."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from survey_app.database import db
from survey_app.events import SHOWN, Event

# what a look at the log may be about: word in the address -> class of the object
ABOUT = {"contact": "Contact", "response": "Response", "questionnaire": "Questionnaire", "campaign": "Campaign"}


def find_events(*, action: str = "", person: str = "", page: int, size: int) -> tuple[list[Event], bool]:
    """One page of events, newest first, and whether there are more. `person` is part of an address or a program's name."""
    return _page(_chosen(action, person), page, size)


def find_reads(
    *, action: str = "", person: str = "", user_id: int | None = None, about: Mapping[str, int], page: int, size: int
) -> tuple[list[Event], bool]:
    """Who read what: sensitive reads of a member of staff (`user_id`) or of an object (`about`: word of ABOUT -> its id)."""
    query = _chosen(action, person).where(Event.result == SHOWN)
    if user_id is not None:
        query = query.where(Event.actor_id == user_id)
    for word, number in about.items():
        query = query.where(_is_about(word, number))
    return _page(query, page, size)


def _chosen(action: str, person: str) -> Select[Event]:
    query = select(Event)
    if action:
        query = query.where(Event.action == action)
    if person.strip():
        query = query.where(Event.actor.icontains(person.strip(), autoescape=True))
    return query


def _page(query: Select[Event], page: int, size: int) -> tuple[list[Event], bool]:
    found = list(db.session.scalars(query.order_by(Event.seq.desc()).offset((page - 1) * size).limit(size + 1)))
    return found[:size], len(found) > size


def _is_about(word: str, number: int) -> ColumnElement[bool]:
    """The object itself, or a list that shows it: its details hold `<word>s`, a list of ids."""
    itself = and_(Event.object_class == ABOUT[word], Event.object_ids == str(number))
    return or_(itself, _listed(f"{word}s", number))


def _listed(name: str, number: int) -> ColumnElement[bool]:
    if db.engine.dialect.name == "postgresql":
        holder: Any = func.jsonb_build_object(name, func.jsonb_build_array(number))
        return Event.details.op("@>")(holder)
    values = func.json_each(Event.details, f"$.{name}").table_valued("value")
    return exists(select(1).select_from(values).where(values.c.value == number))


def actions_present(*, reads: bool = False) -> list[str]:
    """Every kind of act that the log holds; `reads`: of sensitive reads alone."""
    query = select(Event.action).distinct().order_by(Event.action)
    return list(db.session.scalars(query.where(Event.result == SHOWN) if reads else query))
