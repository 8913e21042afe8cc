"""What a message tells of a questionnaire: its title and length, and the first question that a mail may already offer."""

from dataclasses import dataclass
from functools import lru_cache

from survey_app.database import db
from survey_app.design.models import Version
from survey_app.distribution import collecting
from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire import timing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.choosing import SingleChoice
from survey_app.questionnaire.question_types.rating import Ces, Csat, Nps, Rating


@dataclass(frozen=True, slots=True)
class Face:
    """What a message tells of a version: its title, length, and the choices of its first question."""

    title: dict[str, str]
    questions: int
    minutes: int
    language: str
    first: dict[str, str]  # the text of the first question; {} when it cannot be answered from a message
    choices: tuple[tuple[str, dict[str, str]], ...]  # form value, label ({} is the value itself)

    def said(self, text: dict[str, str], language: str) -> str:
        """A text in a language, or in the questionnaire's own."""
        return text.get(language) or text.get(self.language) or next(iter(text.values()), "")


@lru_cache(maxsize=64)
def _face(version_id: int) -> Face:  # a version never changes
    version = db.session.get_one(Version, version_id)
    return face_of(Definition.from_json(version.definition))


def face_of(definition: Definition) -> Face:
    """The face of a definition."""
    asked = [question for question in definition.questions if question.asks and question.shown]
    first = asked[0] if asked else None
    choices: tuple[tuple[str, dict[str, str]], ...] = ()
    if isinstance(first, Rating | Nps | Csat | Ces) and first.show_if is None:
        choices = tuple((str(point.value), dict(point.label)) for point in first.point_texts())
    elif isinstance(first, SingleChoice) and first.show_if is None and not first.random_order:
        choices = tuple((choice.code, dict(choice.text)) for choice in first.choices if not choice.other)
    return Face(
        title=dict(definition.title),
        questions=len(asked),
        minutes=timing.minutes(definition),
        language=definition.language,
        first=dict(first.text) if first is not None and choices else {},
        choices=choices,
    )


def face(questionnaire_id: int) -> Face:
    """The face of the version that personal links of a questionnaire show, or will show. Raises DomainError without one."""
    door = collecting.find_personal(questionnaire_id)
    version_id = door.version_id if door else collecting.newest_version_ids([questionnaire_id]).get(questionnaire_id)
    if version_id is None:
        raise DomainError(N_("请先发布问卷，再用它邀请顾客。"))
    return _face(version_id)
