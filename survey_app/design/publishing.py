"""Publishing: a draft without faults becomes a frozen, numbered, hashed version."""

from datetime import datetime

from sqlalchemy import select

from survey_app import events
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.models import Questionnaire, Version, may_become
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.questionnaire import publication, review, timing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.problems import Problem, sentence


class NotPublishable(DomainError):
    """The draft has faults; `problems` lists all of them."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(N_("草稿有 %(n)s 处问题，改正后才能发布。"), n=len(problems))
        self.problems = problems

    def __str__(self) -> str:
        lines = [
            f"{problem.path}: {sentence(problem)}" if problem.path else sentence(problem) for problem in self.problems
        ]
        return "\n".join(lines)


def newest_version(questionnaire: Questionnaire) -> Version | None:
    """The version published last."""
    return db.session.scalar(
        select(Version).where(Version.questionnaire_id == questionnaire.id).order_by(Version.number.desc()).limit(1)
    )


def definition_of(version: Version) -> Definition:
    """The frozen definition of a version."""
    return Definition.from_json(version.definition)


def faults(questionnaire: Questionnaire) -> list[Problem]:
    """What forbids publishing the draft; empty when it may be published."""
    newest = newest_version(questionnaire)
    return review.review(drafting.draft_of(questionnaire), definition_of(newest) if newest else None)


def has_news(questionnaire: Questionnaire) -> bool:
    """Whether the draft differs from the newest version."""
    newest = newest_version(questionnaire)
    if newest is None:
        return True
    # the usual case without any work; a file loaded again lacks the values that publication gave, so look closer
    return newest.definition != questionnaire.draft and _frozen(questionnaire, newest).digest() != newest.digest


def _frozen(questionnaire: Questionnaire, newest: Version | None) -> Definition:
    """The draft as it would be frozen: every choice has its value, in agreement with the newest version."""
    return publication.assign_values(drafting.draft_of(questionnaire), definition_of(newest) if newest else None)


def publish(*, questionnaire: Questionnaire, by: Actor, now: datetime, note: str = "") -> Version:
    """Freeze the draft as the next version. Raises NotPublishable with every fault.

    Links in the field keep their version until somebody switches them.
    """
    # the row's lock makes two publications of one questionnaire take turns, so numbers have no gap and no twin
    db.session.execute(select(Questionnaire.id).where(Questionnaire.id == questionnaire.id).with_for_update())
    newest = newest_version(questionnaire)
    problems = faults(questionnaire)
    if problems:
        raise NotPublishable(problems)
    definition = _frozen(questionnaire, newest)
    if newest is not None and not may_become(questionnaire.mode, definition.mode):
        raise DomainError(N_("发布后的问卷只能收紧匿名方式，不能放宽。请另建一份新问卷。"))
    if newest is not None and newest.digest == definition.digest():
        raise DomainError(N_("草稿与第 %(n)s 版相同，没有可发布的修改。"), n=newest.number)
    version = Version(
        questionnaire_id=questionnaire.id,
        number=(newest.number if newest else 0) + 1,
        definition=definition.to_json(),
        digest=definition.digest(),
        seconds=timing.seconds(definition),
        published_at=now,
        published_by_id=by.id,
        note=note.strip()[:1000],
    )
    db.session.add(version)
    questionnaire.mode = definition.mode
    questionnaire.draft = definition.to_json()  # the next draft keeps the values that were given
    db.session.flush()
    db.session.expire(questionnaire, ["versions"])
    events.record(
        "version.published",
        version,
        by=by,
        questionnaire=questionnaire.name,
        number=version.number,
        digest=version.digest,
    )
    return version
