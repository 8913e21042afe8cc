"""SurveyJS JSON."""

from survey_app.formats.writing.surveyjs.survey import write

__all__ = ["write"]
