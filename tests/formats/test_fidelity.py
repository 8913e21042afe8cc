"""How much of other programs' questionnaires comes in does not go down: the numbers of `make fidelity`, held to their limits."""

from pathlib import Path

import pytest

from tests import fidelity
from tests.fidelity import Score

NATIVE, LOGIC = 0.95, 0.85


def _share(one: Score, *kinds: str) -> float:
    good, whole = one.told(*kinds)
    return good / whole if whole else 1.0


def _holds(scores: dict[str, Score]) -> None:
    for key, one in scores.items():
        assert one.drafts + one.refused == one.files, key
        assert not one.crashed and one.found["text", "lost"] == 0, key
        assert one.valid == one.written, key
        assert one.slowest < 5, key


@pytest.fixture(scope="module")
def own() -> dict[str, Score]:
    return fidelity.score(fidelity.own())


@pytest.fixture(scope="module")
def shared(cases: Path) -> dict[str, Score]:
    return fidelity.score(fidelity.shared(), again=False)


def test_our_own_fixtures_come_in_whole(own: dict[str, Score]) -> None:
    _holds(own)
    assert {"limesurvey", "surveyjs", "fhir", "xlsform", "redcap", "text", "package", "yaml"} <= own.keys()
    for key, one in own.items():
        assert one.refused == 0 and _share(one, "question") >= NATIVE, key
        assert _share(one, "rule", "validation") >= LOGIC, key


def test_the_files_of_others_come_in(shared: dict[str, Score]) -> None:
    _holds(shared)
    whole = shared[""]
    assert _share(whole, "question") >= NATIVE and _share(whole, "rule", "validation") >= LOGIC


def test_the_table_has_a_line_for_each_format(own: dict[str, Score]) -> None:
    lines = fidelity.table(own).splitlines()
    assert len(lines) == 2 + len(own) and lines[-1].startswith("| **all** |")
