"""Whatever happens to a .qsf, the end is a draft or a refusal with words."""

from collections.abc import Iterator

import pytest

from survey_app.formats.qualtrics import parse
from tests.formats.mutants import end_well, mutants
from tests.formats.qualtrics.samples import FILES


def copies(number: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of each sample."""
    for at, source in enumerate(FILES.values()):
        yield from mutants(source, number // len(FILES), seed + at)


def test_damaged_surveys_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(501, 1))
    assert drafts > 100 and refused > 20


@pytest.mark.long
def test_very_many_damaged_surveys_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(20_001, 10))
    assert drafts and refused
