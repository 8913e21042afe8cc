"""Whatever happens to our own files, as YAML or in a package, the end is a draft or a refusal with words."""

from collections.abc import Iterator

import pytest

from survey_app.formats import own_yaml, package
from tests.formats.mutants import end_well, flipped, torn
from tests.formats.package.samples import FILES, WHOLE
from tests.formats.package.test_parsing import MEMBERS, zipped

SIGNS = (
    "{", "}", "[", "]", ": ", "- ", "&a ", "*a", "!!python/object:os.system ", "|", "'", "\t", "null",
    "show_if: {a: {is: 1}}", "<<: ", "9999999999999999999999999999999999999999", "-99", "\u202e", "type: matrix",
    "choices: []", "{{x}}",
)  # fmt: skip


def _texts(number: int, seed: int) -> Iterator[bytes]:
    return (copy.encode() for copy in torn(WHOLE.decode(), number, seed, SIGNS))


def _packages(number: int, seed: int) -> Iterator[bytes]:
    for at, copy in enumerate(_texts(number - number // 2, seed)):
        yield zipped(MEMBERS | {"questionnaire.yaml": copy}, "" if at % 9 == 0 else None)
    yield from flipped(FILES["small.zip"], number // 2, seed)


def test_damaged_files_of_ours_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(own_yaml.parse, _texts(500, 3))
    assert drafts + refused == 500 and drafts > 20 and refused > 100
    drafts, refused = end_well(package.parse, _packages(500, 4))
    assert drafts + refused == 500 and refused > 100


@pytest.mark.long
def test_many_damaged_files_of_ours_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(own_yaml.parse, _texts(20_000, 5))) == 20_000


@pytest.mark.long
def test_many_damaged_packages_end_in_a_draft_or_a_refusal() -> None:
    assert sum(end_well(package.parse, _packages(20_000, 6))) == 20_000
