"""FHIR Questionnaire, R4 and R5: `parse(bytes) -> Imported`; `validate_response` for the answers to one."""

from survey_app.formats.fhir.questionnaire import looks_like, parse
from survey_app.formats.fhir.responses import Issue, validate_response

__all__ = ["Issue", "looks_like", "parse", "validate_response"]
