"""Reasons that staff give for looking and erasing. They stay in the audit log for good, so nobody's number may stand in them.

Days and the numbers of complaints may: "投诉 2026-118", "2026-11-20 10:30", "20261120".
"""

import re

from survey_app.errors import DomainError
from survey_app.languages import N_
from survey_app.questionnaire.texts import half_width

_YEAR, _MONTH, _DAY = "20[0-4][0-9]", "(?:0?[1-9]|1[0-2])", "(?:0?[1-9]|[12][0-9]|3[01])"
_TIME = "(?:[ T][0-2]?[0-9]:[0-5][0-9](?::[0-5][0-9])?)?"
# alone, not as a part of a longer number: an identity card holds a day as well
_PLAIN = re.compile(
    "(?<![0-9])(?<![0-9][ -])(?:"
    f"{_YEAR}([-/.]){_MONTH}\\1{_DAY}{_TIME}|{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]){_TIME}|{_YEAR}-[0-9]{{1,3}}"
    f"|(?<=[诉单号案件])[ :#]?{_YEAR}-[0-9]{{4,6}}"  # four digits more could be a number of a landline
    ")(?![ -]?[0-9])"
)
_ADDRESS = re.compile(r"[0-9](?:[ -]?[0-9]){6,}|[^\s@]+@[^\s@]+")  # seven digits and more: a number of any kind


def checked(text: str, *, shortest: int, missing: DomainError) -> str:
    """The reason without spaces around it. Raises `missing` when it is too short, another DomainError for numbers."""
    text = text.strip()
    if len(text) < shortest:
        raise missing
    if _ADDRESS.search(_PLAIN.sub("x", half_width(text))):
        raise DomainError(
            N_("原因会原样留在审计记录里，请不要写电话、证件号和邮箱。日期和投诉编号（例如 2026-118）可以写。")
        ).at(missing.field)
    return text
