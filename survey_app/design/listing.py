"""The list of questionnaires: what it shows, and how it is searched."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire, Version

STATES = ("", "draft", "published", "archived")

CountAnswers = Callable[[list[int]], dict[int, int]]


def _no_counts(_questionnaire_ids: list[int]) -> dict[int, int]:
    return {}


count_answers: list[CountAnswers] = [_no_counts]
"""How many answers each questionnaire received (id -> number; a missing id shows no number). This room must not read
answers: the room that may puts its function here, `listing.count_answers[0] = ...`."""


@dataclass(frozen=True, slots=True)
class Line:
    """One questionnaire in the list."""

    questionnaire: Questionnaire
    newest_number: int | None
    published_at: datetime | None
    changed: bool  # the draft differs from the newest version
    answers: int | None


def find(*, words: str = "", state: str = "", page: int = 1, size: int = 50) -> tuple[list[Line], int]:
    """One page of the list, last changed first, and how many there are. Archived ones only when asked for."""
    newest = (
        select(Version.questionnaire_id, func.max(Version.number).label("number"))
        .group_by(Version.questionnaire_id)
        .subquery()
    )
    query = select(Questionnaire.id, Questionnaire.name, Questionnaire.title)
    query = query.outerjoin(newest, newest.c.questionnaire_id == Questionnaire.id).where(
        Questionnaire.archived_at.is_not(None) if state == "archived" else Questionnaire.archived_at.is_(None)
    )
    if state == "draft":
        query = query.where(newest.c.number.is_(None))
    if state == "published":
        query = query.where(newest.c.number.is_not(None))
    rows = db.session.execute(query.order_by(Questionnaire.updated_at.desc(), Questionnaire.id))
    wanted = [key for key, name, title in rows if _matches(name, title, words)]
    return _lines(wanted[(page - 1) * size : page * size]), len(wanted)


def _matches(name: str, title: dict[str, str], words: str) -> bool:
    """Every word occurs in the name or in the title of some language. Titles are JSON, so the program looks, not SQL."""
    text = " ".join([name, *title.values()]).casefold()
    return all(word in text for word in words.casefold().split())


def _lines(ids: list[int]) -> list[Line]:
    """The lines of one page; only these questionnaires are read whole."""
    shown = {q.id: q for q in db.session.scalars(select(Questionnaire).where(Questionnaire.id.in_(ids)))}
    counts = count_answers[0](ids)
    return [_line(shown[key], publishing.newest_version(shown[key]), counts.get(key)) for key in ids]


def _line(questionnaire: Questionnaire, version: Version | None, answers: int | None) -> Line:
    return Line(
        questionnaire,
        version.number if version else None,
        version.published_at if version else None,
        version is not None and publishing.has_news(questionnaire),
        answers,
    )
