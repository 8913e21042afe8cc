"""Whatever happens to a form, the end is a draft or a refusal with words."""

from collections.abc import Iterator

import pytest

from survey_app.formats import xlsform
from tests.formats.mutants import end_well, flipped, mutants, torn
from tests.formats.xlsform.making import VISIT, as_csv, as_xlsx
from tests.formats.xlsform.samples import ASSET, CASCADE

SIGNS = (
    "begin group", "end group", "end repeat", "${who}", "${land}", "select_one kinds", "select_multiple towns", "'",
    '"', "((", "|", "or_other", "{{x}}", ".", " and ", " = ", "-99", "\x00", "=1+1", "[",
    "9999999999999999999999999999999999999999", "count-selected(", "regex(., '", "today()", "land = ${land}",
)  # fmt: skip


def _sheets(number: int, seed: int) -> Iterator[bytes]:
    for at, text in enumerate((VISIT, CASCADE)):
        for copy in torn(text, number // 2, seed + at, SIGNS):
            yield as_csv(f"[survey]\n{copy}")  # where its own line is damaged


def _copies(number: int, seed: int) -> Iterator[bytes]:
    """Mostly sheets as CSV; some assets; few workbooks, for each is read in a process of its own."""
    books, assets = number // 50, number // 5
    yield from _sheets(2 * ((number - books - assets) // 2), seed)
    yield from mutants(ASSET, assets, seed)
    yield from flipped(as_xlsx(CASCADE), books, seed)


def test_damaged_forms_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(xlsform.parse, _copies(500, 1))
    assert drafts + refused == 500 and drafts > 20 and refused > 100


@pytest.mark.long
def test_many_damaged_forms_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(xlsform.parse, _copies(20_000, 2))) == 20_000
