"""One class per question type. A new type is one class and one line here."""

from typing import Annotated

from pydantic import Field

from survey_app.questionnaire.question_types.amounts import ConstantSum, Slider
from survey_app.questionnaire.question_types.base import Question, Variable
from survey_app.questionnaire.question_types.choosing import AttentionCheck, Dropdown, MultipleChoice, SingleChoice
from survey_app.questionnaire.question_types.display import Consent, Note, Section
from survey_app.questionnaire.question_types.files import File
from survey_app.questionnaire.question_types.hidden import Computed, Hidden, OrderData
from survey_app.questionnaire.question_types.matrix import Matrix
from survey_app.questionnaire.question_types.numbers import Date, Number, Time
from survey_app.questionnaire.question_types.ordering import Ranking
from survey_app.questionnaire.question_types.rating import Ces, Csat, Likert, Nps, Rating
from survey_app.questionnaire.question_types.region import Region
from survey_app.questionnaire.question_types.tables import MatrixFields, MatrixMultiple
from survey_app.questionnaire.question_types.writing import LongText, ShortText, TextFields

AnyQuestion = Annotated[
    SingleChoice
    | Dropdown
    | MultipleChoice
    | AttentionCheck
    | Rating
    | Likert
    | Nps
    | Csat
    | Ces
    | Matrix
    | MatrixMultiple
    | MatrixFields
    | Ranking
    | ShortText
    | LongText
    | TextFields
    | Number
    | ConstantSum
    | Slider
    | Date
    | Time
    | File
    | Region
    | Note
    | Section
    | Consent
    | Hidden
    | Computed
    | OrderData,
    Field(discriminator="type"),
]

TYPES: dict[str, type[Question]] = {
    cls.model_fields["type"].annotation.__args__[0]: cls  # type: ignore[union-attr]
    for cls in (
        SingleChoice,
        Dropdown,
        MultipleChoice,
        AttentionCheck,
        Rating,
        Likert,
        Nps,
        Csat,
        Ces,
        Matrix,
        MatrixMultiple,
        MatrixFields,
        Ranking,
        ShortText,
        LongText,
        TextFields,
        Number,
        ConstantSum,
        Slider,
        Date,
        Time,
        File,
        Region,
        Note,
        Section,
        Consent,
        Hidden,
        Computed,
        OrderData,
    )
}

__all__ = ["TYPES", "AnyQuestion", "Question", "Variable"]
