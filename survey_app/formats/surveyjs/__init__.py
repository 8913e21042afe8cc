"""SurveyJS JSON: `parse(bytes) -> Imported`."""

from survey_app.formats.surveyjs.survey import looks_like, parse

__all__ = ["looks_like", "parse"]
