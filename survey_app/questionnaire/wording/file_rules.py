"""Rules about asking for a photo or a document."""

from collections.abc import Iterator

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.meaning import places
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.wording.kinds import Noticed, Step


def files(definition: Definition) -> Iterator[Noticed]:
    """Uploads that nobody can go without, and photos that may show somebody."""
    for place, _, question in places(definition):
        if not isinstance(question, File):
            continue
        if question.required:
            steps: tuple[Step, ...] = (("set", (*place, "required"), False),)
            yield Noticed("required_file", (*place, "required"), {}, "", steps)
        if definition.mode == "anonymous" and "photo" in question.accepts:
            yield Noticed("photo_anonymous", (*place, "accepts"), {})
