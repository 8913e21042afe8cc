"""FHIR Questionnaires and responses of other projects, where the shared folder is present."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.fhir import looks_like, parse, validate_response
from survey_app.formats.importing import Refused


@pytest.fixture(scope="module")
def folder(cases: Path) -> Path:
    """The files."""
    return cases / "questionnaires" / "fhir"


def test_every_questionnaire_has_the_counts_of_its_source(cases: Path, folder: Path) -> None:
    drafts = 0
    for name, counts in json.loads((cases / "expected" / "fhir_structure.json").read_text()).items():
        data = (folder / name).read_bytes()
        if counts["resource"] != "Questionnaire" or "_BAD" in name:
            with pytest.raises(Refused) as refused:
                parse(data)
            assert all(fault.place for fault in refused.value.faults), name
            continue
        imported = parse(data)
        drafts += 1
        assert looks_like(data)
        assert imported.source.questions == counts["questions"], name
        assert dict(imported.source.types) == counts["types"], name
        rules = counts["logic"].get("enableWhen", 0) + counts["logic"].get(
            "ext:sdc-questionnaire-enableWhenExpression", 0
        )
        assert imported.source.conditions == rules, name
    assert drafts >= 19


def test_responses_are_judged_as_the_published_outcomes_say(cases: Path, folder: Path) -> None:
    right, vectors = 0, folder / "validator_vectors"
    with (cases / "expected" / "fhir_response_validation.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            asked = vectors / row["questionnaire"]
            issues = validate_response(
                asked.read_bytes() if asked.is_file() else None, (vectors / row["response"]).read_bytes()
            )
            found = sorted((issue.severity, issue.code) for issue in issues)
            wanted = sorted(zip(filter(None, row["severities"].split("|")), row["codes"].split("|"), strict=False))
            assert found == wanted, row["case"]
            valid = not any(issue.severity != "warning" for issue in issues)
            assert valid == (row["valid"] == "True"), row["case"]
            right += 1
    assert right == 37


def test_a_response_that_was_really_given_is_read(folder: Path) -> None:
    asked, given = ((folder / f"pair_measles_{kind}.json").read_bytes() for kind in ("q", "qr"))
    issues = validate_response(asked, given)
    assert not [issue for issue in issues if issue.code in ("invalidLinkId", "invalidAnswerType", "required")], issues


def test_nothing_of_any_file_is_missing_in_its_report(folder: Path) -> None:
    rules = []
    for file in sorted(folder.glob("*.json")):
        try:
            imported = parse(file.read_bytes())
        except Refused:
            continue
        told = {line.place for line in imported.lines}
        assert [place for place in places(json.loads(file.read_text()).get("item", [])) if place not in told] == [], (
            file.name
        )
        assert not [line for line in imported.lines if line.kind == "text" and line.result == "lost"], file.name
        rules += [line.result for line in imported.lines if line.kind == "rule"]
    assert sum(result != "lost" for result in rules) >= 0.85 * len(rules)


def places(items: list[dict[str, Any]], around: str = "") -> list[str]:
    """Where items and their rules stand."""
    found = []
    for index, item in enumerate(items):
        own = f"{around}item[{index}]"
        found += [own, *(f"{own}.enableWhen[{number}]" for number in range(len(item.get("enableWhen", ()))))]
        found += places(item.get("item", []), f"{own}.")
    return found
