"""What publishing a draft would freeze, what forbids it, and what it changes for trends."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import select

from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.editing.tree import plain
from survey_app.design.models import Questionnaire, Version
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import publication, review
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import Change, difference
from survey_app.questionnaire.problems import Problem, sentence


def newest_version(questionnaire: Questionnaire) -> Version | None:
    """The version published last."""
    return db.session.scalar(
        select(Version).where(Version.questionnaire_id == questionnaire.id).order_by(Version.number.desc()).limit(1)
    )


def definition_of(version: Version) -> Definition:
    """The frozen definition of a version."""
    return Definition.from_json(version.definition)


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


@dataclass(frozen=True)
class Pending:
    """The version that a draft would become."""

    newest: Version | None
    before: Definition | None
    definition: Definition
    """Every choice has its value, in agreement with the newest version."""

    @property
    def number(self) -> int:
        """Its number."""
        return (self.newest.number if self.newest else 0) + 1

    @cached_property
    def digest(self) -> str:
        """What an approval is given for."""
        return self.definition.digest()

    @property
    def is_news(self) -> bool:
        """Whether it differs from the newest version."""
        return self.newest is None or self.newest.digest != self.digest

    @cached_property
    def faults(self) -> list[Problem]:
        """What forbids publishing it; empty when it may be published."""
        return review.review(self.definition, self.before)

    @cached_property
    def changes(self) -> list[Change]:
        """What it changes; nothing for a first version."""
        return difference(self.before, self.definition) if self.before else []

    @property
    def trend(self) -> str:
        """What it does to trends: breaks, may (somebody has to judge) or ""."""
        return trend_of(self.changes)

    def refuse_unchanged(self) -> None:
        """Raises DomainError when the newest version says the same."""
        if self.newest is not None and not self.is_news:
            raise DomainError(N_("草稿与第 %(n)s 版相同，没有可发布的修改。"), n=self.newest.number)

    def refuse_another(self, digest: str) -> None:
        """Raises DomainError when somebody saw another state ("": nobody says what was seen)."""
        if digest and digest != self.digest:
            raise DomainError(N_("您打开这一页之后草稿又改过。请看过新的内容再继续。"))


def trend_of(changes: Sequence[Change]) -> str:
    """What changes do to trends: breaks, may (somebody has to judge) or ""."""
    found = {change.trend for change in changes}
    return "breaks" if "breaks" in found else "may" if "may" in found else ""


def pending(questionnaire: Questionnaire) -> Pending:
    """What the draft would become as it stands now."""
    newest = newest_version(questionnaire)
    before = definition_of(newest) if newest else None
    return Pending(newest, before, publication.assign_values(drafting.draft_of(questionnaire), before))


def faults(questionnaire: Questionnaire) -> list[Problem]:
    """What forbids publishing the draft; empty when it may be published."""
    newest = newest_version(questionnaire)
    return review.review(drafting.draft_of(questionnaire), definition_of(newest) if newest else None)


def has_news(questionnaire: Questionnaire) -> bool:
    """Whether the draft differs from the newest version."""
    newest = newest_version(questionnaire)
    # the usual case without any work; a file loaded again lacks the values that publication gave, so look closer
    return newest is None or (newest.definition != plain(questionnaire.draft) and pending(questionnaire).is_news)
