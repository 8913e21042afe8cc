"""Drafts: loading a definition as a new draft revision, starting from the library."""

from datetime import datetime

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.design import library
from survey_app.design.editing import changing
from survey_app.design.editing.tree import plain
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire.definition import Definition


def find_questionnaire(name: str) -> Questionnaire | None:
    """The questionnaire of this name."""
    return db.session.scalar(select(Questionnaire).where(Questionnaire.name == name))


def draft_of(questionnaire: Questionnaire) -> Definition:
    """The draft as a definition."""
    return Definition.from_json(plain(questionnaire.draft))


def load_file(*, definition: Definition, by: Actor, now: datetime) -> Questionnaire:
    """Store a definition: a new questionnaire, or a new draft revision of a known name.

    The mode of a published questionnaire stays until the next publication checks it.
    """
    document = definition.to_json()
    questionnaire = db.session.scalar(
        select(Questionnaire).where(Questionnaire.name == definition.name).with_for_update()
    )
    if questionnaire is None:
        questionnaire = Questionnaire(
            name=definition.name,
            title=dict(definition.title),
            mode=definition.mode,
            draft=document,
            created_at=now,
            updated_at=now,
            updated_by_id=by.id,
        )
        db.session.add(questionnaire)
        db.session.flush()
        events.record("questionnaire.created", questionnaire, by=by, digest=definition.digest())
        return questionnaire
    questionnaire.archived_at = None
    changing.replace(questionnaire=questionnaire, data=document, by=by, now=now)
    questionnaire.title = dict(definition.title)
    if not questionnaire.versions:
        questionnaire.mode = definition.mode  # nothing was promised to anybody yet
    events.record(
        "questionnaire.draft_changed",
        questionnaire,
        by=by,
        revision=questionnaire.draft_revision,
        digest=definition.digest(),
    )
    return questionnaire


def create_from_library(*, name: str, by: Actor, now: datetime) -> Questionnaire:
    """A questionnaire from the library. Raises DomainError when the name is taken or not in the library."""
    entry = library.find(name)
    if entry is None:
        raise DomainError(N_("问卷库里没有“%(name)s”。"), name=name)
    if find_questionnaire(name) is not None:
        raise DomainError(N_("“%(name)s”已经在使用中，请打开已有的问卷。"), name=name)
    return load_file(definition=entry.definition, by=by, now=now)


def archive(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> None:
    """Take a questionnaire out of the list; nothing is deleted and its links keep working."""
    if questionnaire.archived_at is None:
        questionnaire.archived_at = now
        events.record("questionnaire.archived", questionnaire, by=by)


def restore(*, questionnaire: Questionnaire, by: Actor, now: datetime) -> None:
    """Bring an archived questionnaire back."""
    if questionnaire.archived_at is not None:
        questionnaire.archived_at = None
        events.record("questionnaire.restored", questionnaire, by=by)
