"""Files of other programs: read, looked at with their report, made a draft by a person. Nothing is ever overwritten."""

from datetime import datetime, timedelta
from pathlib import PurePosixPath

from sqlalchemy import delete, select, update

from survey_app import events
from survey_app.database import db
from survey_app.design import starting
from survey_app.design.models import Conversion, Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.formats import detecting, package_answers, reading_process
from survey_app.formats.importing import Imported, Line
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition

KEPT = timedelta(days=7)
"""How long a file that nobody made a draft of can be looked at."""
ENDINGS = ",".join(sorted({ending for one in detecting.FORMATS.values() for ending in one.endings}))
"""Of the files that can be read, for a field that takes one."""


def receive(*, data: bytes, file_name: str, key: str = "", by: Actor, now: datetime) -> Conversion:
    """Read a file and keep what it would become. Raises formats.importing.Refused."""
    name = PurePosixPath(file_name.replace("\\", "/")).name[:200]
    found = keep(made=reading_process.read_file(data, key), file_name=name, by=by, now=now)
    if found.format == "package" and package_answers.holds_answers(data):
        found.package = data
    return found


def keep(*, made: Imported, file_name: str, by: Actor, now: datetime) -> Conversion:
    """Keep what a file would become."""
    found = Conversion(
        created_by_id=by.id,
        created_at=now,
        file_name=file_name,
        format=made.format,
        data=made.definition.to_json(),
        report=[line.to_json() for line in made.lines],
        counts=made.to_json(),
    )
    db.session.add(found)
    db.session.flush()
    return found


def lines_of(conversion: Conversion) -> tuple[Line, ...]:
    """The report."""
    return tuple(Line.from_json(line) for line in conversion.report)


def definition_of(conversion: Conversion) -> Definition:
    """What the file would become; only before a draft was made of it."""
    return Definition.from_json(conversion.data)


def holds_answers(conversion: Conversion) -> bool:
    """Whether its answers can still be taken along; the package itself is not loaded."""
    there = select(Conversion.id).where(Conversion.id == conversion.id, Conversion.package.is_not(None))
    return db.session.scalar(there) is not None


def take(*, conversion: Conversion, name: str = "", title: str = "", by: Actor, now: datetime) -> Questionnaire:
    """Make a draft of it; the report stays with the draft. A second press of the button finds the first draft."""
    if conversion.questionnaire_id is not None:
        return db.session.get_one(Questionnaire, conversion.questionnaire_id)
    if not conversion.data:
        raise DomainError(N_("这份文件已经处理过，请重新导入。"))
    definition = definition_of(conversion)
    if conversion.format != "yaml":  # a name made of the title is better than the one of a foreign file
        slug = starting.slug_of({definition.language: title} if title else dict(definition.title), now)
        definition = definition.model_copy(update={"name": slug})
    made, _new = starting.create(definition=definition, name=name, title=title, by=by, now=now)
    conversion.questionnaire_id, conversion.data, conversion.package = made.id, {}, None
    counts = {key: conversion.counts.get(key, 0) for key in ("kept", "changed", "lost")}
    events.record("questionnaire.imported", made, by=by, format=conversion.format, **counts)
    return made


def of_questionnaire(questionnaire: Questionnaire) -> Conversion | None:
    """The file that a questionnaire was made of, the newest one."""
    made = select(Conversion).where(Conversion.questionnaire_id == questionnaire.id)
    return db.session.scalar(made.order_by(Conversion.id.desc()).limit(1))


def expire(*, now: datetime) -> int:
    """Forget files that nobody made a draft of, and packages whose answers never came; returns how many files went."""
    stuck = update(Conversion).where(Conversion.package.is_not(None), Conversion.created_at < now - KEPT)
    db.session.execute(stuck.values(package=None).execution_options(synchronize_session=False))
    old = delete(Conversion).where(Conversion.questionnaire_id.is_(None), Conversion.created_at < now - KEPT)
    return int(db.session.execute(old).rowcount)  # type: ignore[attr-defined]
