"""Whatever happens to a FHIR Questionnaire, the end is a draft or a refusal with words."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.formats.fhir import parse
from tests.formats.fhir.samples import FILES
from tests.formats.mutants import end_well, mutants

SOURCES = [(Path(__file__).parent / "all_types.json").read_bytes(), *FILES.values()]


def copies(number: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of each sample."""
    for at, source in enumerate(SOURCES):
        yield from mutants(source, number // len(SOURCES), seed + at)


def test_damaged_files_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(501, 1))
    assert drafts > 50 and refused > 50


@pytest.mark.long
def test_very_many_damaged_files_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(20_001, 10))
    assert drafts and refused
