"""Forms by others: counts, what is told, and the same rows shown for the same answers. Skipped where they are absent."""

import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats import xlsform
from survey_app.formats.importing import Imported, Refused
from survey_app.formats.xlsform.reading import read
from tests.formats.xlsform.trying import compare

REFUSED = {"bug_duplicate_columns.xlsx": "survey!E1"}
OTHERWISE_COUNTED = {"pyxform_flat_xlsform_test.xlsx", "pyxform_loop.xlsx"}
"""pyxform gives the rules of groups to their questions in one, and adds a rule for “other” in the other."""


def _end(data: bytes) -> Imported | Refused:
    try:
        return xlsform.parse(data)
    except Refused as refused:
        return refused


@pytest.fixture(scope="module")
def ends(cases: Path) -> dict[Path, Imported | Refused]:
    """What became of every file, made once."""
    files = [*(cases / "questionnaires/xlsform").iterdir(), *(cases / "questionnaires/kobo").iterdir()]
    return {file: _end(file.read_bytes()) for file in sorted(files)}


def test_every_form_ends_in_a_draft_or_names_the_place(ends: dict[Path, Imported | Refused]) -> None:
    for file, end in ends.items():
        assert xlsform.looks_like(file.read_bytes()), file.name
        if file.name in REFUSED:
            assert isinstance(end, Refused) and end.faults[0].place == REFUSED[file.name]
        else:
            assert isinstance(end, Imported), f"{file.name}: {end}"


def test_damaged_and_hostile_workbooks_are_refused_soon(cases: Path) -> None:
    for file in sorted((cases / "badinput/xlsx").iterdir()):
        begun = time.monotonic()
        end = _end(file.read_bytes())
        assert time.monotonic() - begun < 5
        assert isinstance(end, Refused) == (file.name != "misnamed_ole_xls_as.xlsx"), file.name


def test_counts_agree_with_the_reference(cases: Path, ends: dict[Path, Imported | Refused]) -> None:
    expected: dict[str, dict[str, Any]] = json.loads((cases / "expected/xlsform_pyxform.json").read_text())
    compared = 0
    for name, counts in expected.items():
        if counts["pyxform"] != "ok" or name in OTHERWISE_COUNTED:
            continue
        found = ends[cases / "questionnaires/xlsform" / name]
        assert isinstance(found, Imported)
        assert found.source.conditions == counts["relevant"], name
        compared += 1
    assert compared >= 15


def test_counts_of_kobo_assets(cases: Path, ends: dict[Path, Imported | Refused]) -> None:
    expected: dict[str, dict[str, Any]] = json.loads((cases / "expected/kobo_structure.json").read_text())
    for name, counts in expected.items():
        found = ends[cases / "questionnaires/kobo" / name]
        assert isinstance(found, Imported)
        assert dict(found.source.types) == counts["types"], name
        assert found.source.choices == counts["choices"], name


def test_the_same_rows_show_for_the_same_answers(ends: dict[Path, Imported | Refused]) -> None:
    compared = 0
    for file, end in ends.items():
        if isinstance(end, Imported) and file.suffix.startswith(".xls") and file.name != "pyxform_loop.xlsx":
            number, wrong = compare(read(file.read_bytes()), end, rounds=15, seed=3)
            assert not wrong, f"{file.name}: {len(wrong)} of {number}\n" + "\n".join(wrong[:5])
            compared += number
    assert compared > 5_000


def test_nearly_all_is_native_and_no_text_is_lost(ends: dict[Path, Imported | Refused]) -> None:
    told: Counter[str] = Counter()
    for end in ends.values():
        if isinstance(end, Imported):
            told.update(f"{line.kind} {line.result}" for line in end.lines)
    assert told["text lost"] == 0
    rules = {result: told[f"rule {result}"] + told[f"validation {result}"] for result in ("kept", "changed", "lost")}
    assert rules["lost"] / sum(rules.values()) < 0.15
    questions = told["question kept"] + told["question changed"] + told["row kept"]
    assert told["question lost"] / (questions + told["question lost"]) < 0.08
