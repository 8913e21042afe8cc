"""Public LimeSurvey files and what is known of them, where the shared folder is present."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.importing import Imported, Refused
from survey_app.formats.limesurvey import looks_like, parse

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
FILES = sorted(p for p in (CASES / "questionnaires" / "lss").rglob("*.ls*") if p.is_file())
EXPECTED = CASES / "expected" / "lss_structure.json"
needs_cases = pytest.mark.skipif(not EXPECTED.exists(), reason=f"the shared cases are absent: {EXPECTED}")


def expected(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPECTED.read_text())[path.name]
    return found.get("structure", found)


def imported(path: Path) -> Imported:
    data = path.read_bytes()
    assert looks_like(data)
    return parse(data)


@needs_cases
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_the_counts_of_a_public_file_agree(path: Path) -> None:
    found, known = imported(path).source, expected(path)
    assert (found.groups, found.questions, found.choices, found.rows) == (
        known["groups"], known["questions"], known["answers"], known["subquestions"],
    )  # fmt: skip
    assert dict(found.types) == known["types"]
    assert found.conditions == known["relevance_not_1"] + known["conditions"] + known["group_relevance_not_1"]


@needs_cases
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_item_of_a_public_file_is_in_the_report(path: Path) -> None:
    found, known = imported(path), expected(path)
    places = {line.place.split(" ")[0] for line in found.lines if line.kind == "question"}
    assert places >= set(known["question_codes"])
    told = Counter(line.kind for line in found.lines)
    assert told["choice"] >= found.source.choices
    assert told["row"] >= found.source.rows
    assert told["quota"] == known["quotas"]
    assert not [
        line for line in found.lines if line.kind == "text" and line.result == "lost" and line.code != "picture"
    ]


@needs_cases
def test_rules_and_types_of_all_public_files_reach_the_goals() -> None:
    rules: Counter[str] = Counter()
    asked = native = 0
    for path in FILES:
        found = imported(path)
        for line in found.lines:
            if line.kind == "rule" and line.place.split(" / ")[-1].split(" ")[0] in (
                "relevance",
                "grelevance",
                "condition",
            ):
                rules[line.result] += 1
        asked += sum(count for kind, count in found.source.types.items() if kind not in "X*")
        native += sum(count for kind, count in found.source.types.items() if kind not in "X*")
        native -= sum(line.kind == "question" and line.result == "lost" for line in found.lines)
    assert native / asked >= 0.95
    assert (rules["kept"] + rules["changed"]) / rules.total() >= 0.85


@needs_cases
@pytest.mark.parametrize(
    "name", ["xmlbomb.xml", "external.xml", "external_file.xml", "dtd_element.xml", "simple-ns.xml"]
)
def test_hostile_xml_is_refused(name: str) -> None:
    with pytest.raises(Refused) as refused:
        parse((CASES / "badinput" / "xml" / name).read_bytes())
    assert refused.value.faults[0].code == ("not_this_format" if name == "simple-ns.xml" else "forbidden_xml")
