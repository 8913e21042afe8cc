"""Reasons that staff give for looking and erasing. They stay in the audit log for good, so no number may stand in them."""

import re

from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.texts import half_width

_ADDRESS = re.compile(r"[0-9](?:[ -]?[0-9]){6,}|[^\s@]+@[^\s@]+")  # seven digits and more: a number of any kind


def checked(text: str, *, shortest: int, missing: DomainError) -> str:
    """The reason without spaces around it. Raises `missing` when it is too short, another DomainError for numbers."""
    text = text.strip()
    if len(text) < shortest:
        raise missing
    if _ADDRESS.search(half_width(text)):
        raise DomainError(N_("原因会原样留在审计记录里，请不要写号码和邮箱。")).at(missing.field)
    return text
