"""SurveyJS files of other projects, where the shared folder is present: counts, and the way through them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.surveyjs import looks_like, parse
from survey_app.questionnaire.routing import path


@pytest.fixture(scope="module")
def folder(cases: Path) -> Path:
    """The files."""
    return cases / "questionnaires" / "surveyjs"


def expected(cases: Path, name: str) -> Any:
    return json.loads((cases / "expected" / name).read_text())


def ours(imported: Imported) -> dict[str, str]:
    """Name in the source -> name here."""
    return {
        line.source.split(": ", 1)[1]: line.ours
        for line in imported.lines
        if line.kind == "question" and ": " in line.source
    }


def test_every_file_has_the_counts_of_the_program_it_is_made_for(cases: Path, folder: Path) -> None:
    for name, counts in expected(cases, "surveyjs_structure.json").items():
        core = expected(cases, "surveyjs_survey-core.json")["files"][name]
        data = (folder / name).read_bytes()
        imported = parse(data)
        assert looks_like(data)
        assert imported.source.pages == core["pages"], name
        assert imported.source.questions == core["questions"], name
        assert dict(imported.source.types) == counts["element_types"], name
        rules = sum(number for key, number in counts["logic"].items() if key.endswith("If"))
        assert imported.source.conditions == rules, name


def vectors(cases: Path) -> Iterator[tuple[Imported, dict[str, Any]]]:
    read: dict[str, Imported] = {}
    for vector in expected(cases, "surveyjs_survey-core.json")["vectors"]:
        name = vector["file"]
        if name not in read:
            read[name] = parse((cases / "questionnaires" / "surveyjs" / name).read_bytes())
        yield read[name], vector


def test_the_same_questions_and_pages_are_shown_for_every_vector(cases: Path) -> None:
    right = 0
    for imported, vector in vectors(cases):
        names = ours(imported)
        answers = {names[key]: coded(imported, names[key], value) for key, value in vector["data"].items()}
        way = path(imported.definition, {k: v for k, v in answers.items() if v is not None})
        shown = {question.name for page in way.pages for question in page.questions}
        wanted = set(vector["visible"])
        found = {source for source, name in names.items() if name in shown or is_intro(imported, source)}
        templates = {source for source in found if ".templateElements[" in place_of(imported, source)}
        assert found - templates == wanted, vector
        assert len(way.pages) == vector["visible_pages"], vector
        right += 1
    assert right == 34


def is_intro(imported: Imported, source: str) -> bool:
    """A first page of words alone is shown before everything."""
    return any(line.code == "is_intro" and line.source.endswith(f": {source}") for line in imported.lines)


def place_of(imported: Imported, source: str) -> str:
    return next(
        line.place for line in imported.lines if line.kind == "question" and line.source.endswith(f": {source}")
    )


def coded(imported: Imported, name: str, value: Any) -> Any:
    """The answer as it is stored here."""
    question = imported.definition.by_name.get(name)
    if question is None or isinstance(value, list) and value and isinstance(value[0], dict):
        return None
    if isinstance(value, bool):
        return str(value).lower()
    codes = question.codes(name) or ()
    if isinstance(value, list):
        return [str(item).replace("-", "_") for item in value]
    return value if value in codes or not codes else str(value).lower().replace(" ", "_")


def places(value: Any, place: str = "") -> Iterator[str]:
    """Where elements, choices and rules stand in a file."""
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        own = f"{place}[{key}]" if isinstance(value, list) else f"{place}.{key}" if place else str(key)
        element = isinstance(inner, dict) and "type" in inner and "validators" not in place
        rule = isinstance(inner, str) and str(key).endswith("If") and inner.strip()
        if element or rule or place.endswith((".choices", ".rows", ".rateValues")):
            yield own
        yield from places(inner, own)


def test_nothing_of_any_file_is_missing_in_its_report(folder: Path) -> None:
    for file in sorted(folder.glob("*.json")):
        imported = parse(file.read_bytes())
        told = {line.place for line in imported.lines}
        assert [place for place in places(json.loads(file.read_text())) if place not in told] == [], file.name
        assert not [line for line in imported.lines if line.kind == "text" and line.result == "lost"], file.name


def test_nearly_all_rules_are_imported(folder: Path) -> None:
    found = [
        line.result for file in folder.glob("*.json") for line in parse(file.read_bytes()).lines if line.kind == "rule"
    ]
    assert sum(result != "lost" for result in found) >= 0.95 * len(found)
