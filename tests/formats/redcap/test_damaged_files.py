"""Whatever happens to a dictionary, the end is a draft or a refusal with words."""

from collections.abc import Iterator

import pytest

from survey_app.formats import redcap
from tests.formats.mutants import end_well, flipped, torn
from tests.formats.redcap.samples import API, CHECKED, VISIT

SIGNS = (
    '"', ",", "[", "]", "|", "\r\n", "))", "((", "[age]", "[q(3)]", "@", "@HIDDEN ", "\x00", "{{x}}", " and ", "'",
    "datediff(", "-1,",
)  # fmt: skip


def _copies(number: int, seed: int) -> Iterator[bytes]:
    texts = [VISIT.decode("utf-8-sig"), CHECKED.decode("utf-16"), API.decode()]
    for at, text in enumerate(texts):
        yield from (copy.encode() for copy in torn(text, 2 * number // 7, seed + at, SIGNS))
    yield from flipped(CHECKED, number - 3 * (2 * number // 7), seed)


def test_damaged_dictionaries_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(redcap.parse, _copies(500, 5))
    assert drafts + refused == 500 and drafts > 20 and refused > 20


@pytest.mark.long
def test_many_damaged_dictionaries_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(redcap.parse, _copies(20_000, 6))) == 20_000
