"""Which pages are shown step by step, and whether answers are kept before the submit."""

from survey_app.questionnaire.definition import Definition

STEPPED_ABOVE = 3  # pages of up to three questions are not stepped


def keeps_drafts(definition: Definition) -> bool:
    """Whether answers are kept before the submit: of several pages, and of pages that are stepped.

    Where they are not, nobody knows how many began.
    """
    asked = sum(1 for question in definition.questions if question.asks)
    return len(definition.pages) > 1 or asked > STEPPED_ABOVE
