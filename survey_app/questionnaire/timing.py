"""How long answering takes: 10 s per single question at a desk, 1.4 times that on a phone."""

from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.question_types.amounts import ConstantSum
from survey_app.questionnaire.question_types.base import Question
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.tables import MatrixFields, MatrixMultiple
from survey_app.questionnaire.question_types.writing import TextFields

PHONE = 1.4
ROW_SECONDS = 6.0
"""A further row of a matrix is quicker than a question: the scale is known by then."""
PLACE_SECONDS = 4.0
"""Each rank that is given out."""
CONDITIONAL = 0.5
"""A question with a condition counts half: about half of the people see it."""


def question_seconds(question: Question) -> float:
    """Seconds at a desk for one question."""
    if isinstance(question, Matrix):
        return question.seconds + ROW_SECONDS * (len(question.rows) - 1)
    if isinstance(question, MatrixMultiple):
        return question.seconds + 2 * ROW_SECONDS * (len(question.rows) - 1)
    if isinstance(question, MatrixFields):
        return question.seconds * len(question.rows) * len(question.columns)
    if isinstance(question, Ranking):
        return question.seconds + PLACE_SECONDS * question.places
    if isinstance(question, ConstantSum):
        return question.seconds * max(1, len(question.items) - 1)
    if isinstance(question, TextFields):
        return question.seconds * len(question.fields)
    return question.seconds


def seconds(definition: Definition) -> int:
    """Expected seconds on a phone for the whole questionnaire; stored with the version."""
    total = 0.0
    for page in definition.pages:
        for question in page.questions:
            share = CONDITIONAL if page.show_if is not None or question.show_if is not None else 1.0
            total += share * question_seconds(question)
    return round(total * PHONE)


def minutes(definition: Definition) -> int:
    """What people are told: whole minutes, rounded up, at least one."""
    return max(1, -(-seconds(definition) // 60))
