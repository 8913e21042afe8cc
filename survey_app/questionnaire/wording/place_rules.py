"""Rules about asking where somebody lives."""

from collections.abc import Iterator

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import places
from survey_app.questionnaire.question_types.region import Region
from survey_app.questionnaire.wording.kinds import Noticed, Step

DISTRICT = 3


def districts(definition: Definition) -> Iterator[Noticed]:
    """A district beside the shop and the month: in an anonymous questionnaire, few people may fit all of them."""
    if definition.mode != "anonymous":
        return
    for place, _, question in places(definition):
        if isinstance(question, Region) and question.levels == DISTRICT:
            steps: tuple[Step, ...] = (("set", (*place, "levels"), DISTRICT - 1),)
            yield Noticed("district_narrows", (*place, "levels"), {}, "", steps)
