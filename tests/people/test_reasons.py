"""Reasons stay in the audit log for good: days and complaints may stand in them, nobody's number or address."""

import pytest

from survey_app.errors import DomainError
from survey_app.people import reasons

MISSING = DomainError("short").at("reason")


@pytest.mark.parametrize(
    "reason",
    [
        "投诉 2026-118：需要联系顾客核实用药", "2026-11-20 来电要求删除", "2026-11-20 10:30 来电",
        "２０２６－１１－２０ 来电", "20261120 来电",
        "工单 2026-10118",
        "2026.11.1 与 2026/11/20 两次来电", "从 2026-11-01 到 2026-11-20 的 12 次投诉", "2026年11月20日 门店 0012",
    ],
)  # fmt: skip
def test_days_and_complaints_may_stand_in_a_reason(reason: str) -> None:
    assert reasons.checked(reason, shortest=1, missing=MISSING) == reason


@pytest.mark.parametrize(
    "reason",
    [
        "给 13800138000 回电", "138 0013 8000", "138-0013-8000", "１３８００１３８０００",
        "021-61234567", "座机 6123 4567", "座机 2026-1188",
        "110101199001011234", "110101 19900101 1234", "110101 1990-01-01 1234", "110101-20260101-1234", "11010120260101123X",
        "13820261120", "20261120138", "li@example.org", "订单 A-20260304-17",
    ],
)  # fmt: skip
def test_numbers_of_people_and_addresses_may_not(reason: str) -> None:
    with pytest.raises(DomainError) as refused:
        reasons.checked(reason, shortest=1, missing=MISSING)
    assert refused.value.field == "reason" and "审计" in str(refused.value.message)
