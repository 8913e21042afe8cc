"""Damaged SurveyJS files end in a draft or in a refusal, never in anything else."""

import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_app.formats.importing import Refused
from survey_app.formats.surveyjs import parse
from tests.formats.mutants import end_well, mutants
from tests.formats.surveyjs.samples import FILES

SOURCES = [(Path(__file__).parent / "all_types.json").read_bytes(), *FILES.values()]


def copies(number: int, seed: int) -> Iterator[bytes]:
    """Damaged copies of each sample."""
    for at, source in enumerate(SOURCES):
        yield from mutants(source, number // len(SOURCES), seed + at)


def test_damaged_files_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(501, 1))
    assert drafts > 100 and refused > 20


@pytest.mark.long
def test_very_many_damaged_files_end_in_a_draft_or_a_refusal() -> None:
    drafts, refused = end_well(parse, copies(20_001, 10))
    assert drafts and refused


@pytest.mark.parametrize(
    "text",
    [
        '{"elements": [' + ",".join('{"type": "text", "name": "a"}' for _ in range(3_000)) + "]}",
        '{"elements": [{"type": "radiogroup", "name": "a", "choices": [' + ",".join(["1"] * 20_000) + "]}]}",
        '{"elements": [{"type": "checkbox", "name": "a", "choices": [' + ",".join(["1"] * 5_000) + "]}]}",
        '{"elements": [{"type": "text", "name": "a", "visibleIf": "' + "(" * 4_000 + '"}]}',
        '{"elements": [{"type": "text", "name": "a", "visibleIf": "' + "{a} = 1 and " * 1_500 + '{a} = 2"}]}',
        '{"elements": [{"type": "html", "html": "' + "<p>" * 100_000 + 'x"}]}',
        '{"elements": [{"type": "matrix", "name": "m", "rows": ['
        + ",".join(["1"] * 5_000)
        + '], "columns": ['
        + ",".join(["1"] * 5_000)
        + "]}]}",
        '{"elements": [{"type": "dropdown", "name": "a", "choicesMin": 0, "choicesMax": 1e12}]}',
        '{"elements": [{"type": "rating", "name": "a", "rateMax": 100000000, "rateStep": 0.0001}]}',
        json.dumps(
            {
                "calculatedValues": [
                    {"name": f"v{n}", "expression": f"{{v{n + 1}}} + {{v{n + 1}}}"} for n in range(45)
                ],
                "elements": [{"type": "text", "name": "a", "visibleIf": "{v0} > 1"}],
            }
        ),
    ],
    ids=[
        "questions",
        "choices",
        "equal choices",
        "brackets",
        "long rule",
        "markup",
        "matrix",
        "range",
        "rating",
        "values",
    ],
)
def test_huge_parts_are_answered_within_five_seconds(text: str) -> None:
    begun = time.monotonic()
    with contextlib.suppress(Refused):
        parse(text.encode())
    assert time.monotonic() - begun < 5


@pytest.mark.parametrize("mode", ["selected", "unselected"])
def test_copies_of_copies_end_soon(mode: str) -> None:
    first = {"type": "checkbox", "name": "q0", "choices": list(range(200))}
    more = [
        {"type": "checkbox", "name": f"q{n}", "choicesFromQuestion": f"q{n - 1}", "choicesFromQuestionMode": mode}
        for n in range(1, 60)
    ]
    begun = time.process_time()
    made = parse(json.dumps({"elements": [first, *more]}).encode())
    assert len(made.definition.questions) == 60 and time.process_time() - begun < 5
