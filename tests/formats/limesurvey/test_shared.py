"""Public LimeSurvey files and what is known of them, where the shared folder is present."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.importing import Imported, Refused
from survey_app.formats.importing.texts import words
from survey_app.formats.limesurvey import looks_like, parse
from survey_app.formats.limesurvey.expressions import holes
from survey_app.formats.limesurvey.reading import read
from survey_app.formats.limesurvey.survey import Survey, survey_in
from survey_app.questionnaire.meaning import all_texts
from survey_app.questionnaire.question_types import TYPES

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
FILES = sorted(p for p in (CASES / "questionnaires" / "lss").rglob("*.ls*") if p.is_file())
EXPECTED = CASES / "expected" / "lss_structure.json"
needs_cases = pytest.mark.skipif(not EXPECTED.exists(), reason=f"the shared cases are absent: {EXPECTED}")


def expected(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(EXPECTED.read_text())[path.name]
    return found.get("structure", found)


def imported(path: Path) -> Imported:
    data = path.read_bytes()
    if "|" in expected(path)["types"] and "file" not in TYPES:
        pytest.skip("there is no question type for files yet")
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


def source_texts(survey: Survey) -> set[str]:
    """Every text of the source that holds no expression, as words."""
    found: list[str] = []
    for group in survey.groups:
        found += [*group.names.values(), *group.descriptions.values()]
        for question in group.questions:
            hidden = question.attribute("hidden") == "1"
            found += [*question.texts.values(), *question.helps.values()]
            rows = () if question.type == "R" and question.answers else question.rows  # places, which nobody sees
            for item in () if hidden else (*rows, *question.answers):
                found += item.texts.values()
    for field in ("surveyls_title", "surveyls_description", "surveyls_welcometext", "surveyls_endtext"):
        found += survey.texts_of(field).values()
    return {words(text).text for text in found if not holes(text) and "{{" not in text} - {""}


@needs_cases
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_text_of_a_public_file_is_in_the_draft(path: Path) -> None:
    definition = imported(path).definition
    draft = "\n".join(text for _, texts in all_texts(definition) for text in texts.values())
    missing = {text for text in source_texts(survey_in(read(path.read_bytes()))) if text not in draft}
    assert missing == set()


@needs_cases
def test_rules_and_types_of_all_public_files_reach_the_goals() -> None:
    rules: Counter[str] = Counter()
    asked = native = 0
    for path in FILES:
        if "|" in expected(path)["types"] and "file" not in TYPES:
            continue
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
