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


@pytest.fixture(scope="module")
def known(cases: Path) -> dict[str, dict[str, Any]]:
    """What is known of each file: file name -> counts."""
    found = json.loads((cases / "expected" / "lss_structure.json").read_text())
    return {name: one.get("structure", one) for name, one in found.items()}


@pytest.fixture(scope="module")
def files(cases: Path) -> dict[Path, Imported]:
    """Every public file with what it became."""
    paths = sorted(p for p in (cases / "questionnaires" / "lss").rglob("*.ls*") if p.is_file())
    assert all(looks_like(path.read_bytes()) for path in paths)
    return {path: parse(path.read_bytes()) for path in paths}


def test_the_counts_of_public_files_agree(files: dict[Path, Imported], known: dict[str, dict[str, Any]]) -> None:
    for path, imported in files.items():
        found, given = imported.source, known[path.name]
        counts = [given[key] for key in ("groups", "questions", "answers", "subquestions")]
        assert [found.groups, found.questions, found.choices, found.rows] == counts, path.name
        assert dict(found.types) == given["types"], path.name
        rules = given["relevance_not_1"] + given["conditions"] + given["group_relevance_not_1"]
        assert found.conditions == rules, path.name


def test_every_item_of_public_files_is_in_the_report(
    files: dict[Path, Imported], known: dict[str, dict[str, Any]]
) -> None:
    for path, found in files.items():
        places = {line.place.split(" ")[0] for line in found.lines if line.kind == "question"}
        assert places >= set(known[path.name]["question_codes"]), path.name
        told = Counter(line.kind for line in found.lines)
        assert told["choice"] >= found.source.choices, path.name
        assert told["row"] >= found.source.rows, path.name
        assert told["quota"] == known[path.name]["quotas"], path.name
        assert not [line for line in found.lines if line.kind == "text" and line.result == "lost"], path.name


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


def test_every_text_of_public_files_is_in_the_draft(files: dict[Path, Imported]) -> None:
    for path, found in files.items():
        draft = "\n".join(text for _, texts in all_texts(found.definition) for text in texts.values())
        missing = {text for text in source_texts(survey_in(read(path.read_bytes()))) if text not in draft}
        assert missing == set(), path.name


def test_rules_and_types_of_all_public_files_reach_the_goals(files: dict[Path, Imported]) -> None:
    rules: Counter[str] = Counter()
    asked = native = 0
    for found in files.values():
        rules.update(line.result for line in found.lines if line.kind in ("rule", "validation"))
        asking = sum(count for kind, count in found.source.types.items() if kind not in "X*")
        asked += asking
        native += asking - sum(line.kind == "question" and line.result == "lost" for line in found.lines)
    assert native / asked >= 0.95
    assert (rules["kept"] + rules["changed"]) / rules.total() >= 0.9


@pytest.mark.parametrize(
    "name", ["xmlbomb.xml", "external.xml", "external_file.xml", "dtd_element.xml", "simple-ns.xml"]
)
def test_hostile_xml_is_refused(cases: Path, name: str) -> None:
    with pytest.raises(Refused) as refused:
        parse((cases / "badinput" / "xml" / name).read_bytes())
    assert refused.value.faults[0].code == ("not_this_format" if name == "simple-ns.xml" else "forbidden_xml")
