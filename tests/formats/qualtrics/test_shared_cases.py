"""Real files of Qualtrics, where the shared folder is present: counts as their own program makes them, nothing lost."""

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest

from survey_app.formats.importing.texts import words
from survey_app.formats.qualtrics import looks_like, parse
from survey_app.questionnaire.meaning import all_texts

CASES = Path(__file__).resolve().parents[4] / "shared" / "cases"
FILES = sorted((CASES / "questionnaires" / "qsf").glob("*.qsf"))
pytestmark = pytest.mark.skipif(not FILES, reason=f"the shared cases are absent: {CASES}")
EXPECTED = CASES / "expected" / "qsf_structure_and_counts.json"


def payloads(path: Path) -> dict[str, Any]:
    """Questions in use by their IDs."""
    elements = json.loads(path.read_bytes())["SurveyElements"]
    used = {
        item["QuestionID"]
        for part in elements
        if part["Element"] == "BL"
        for block in part["Payload"]
        if block["Type"] != "Trash"
        for item in block.get("BlockElements", ())
        if "QuestionID" in item
    }
    found = {part["Payload"]["QuestionID"]: part["Payload"] for part in elements if part["Element"] == "SQ"}
    return {qid: payload for qid, payload in found.items() if qid in used}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_counts_agree(path: Path) -> None:
    expected, made = json.loads(EXPECTED.read_text())[path.name], parse(path.read_bytes())
    assert looks_like(path.read_bytes())
    assert made.to_json()["title"] == expected["name"]
    assert (made.source.groups, made.source.questions) == (expected["blocks"], expected["questions"])
    assert dict(made.source.types) == expected["types"]
    lines = [line.place for line in made.lines if line.kind in ("rule", "validation")]
    assert len([p for p in lines if re.fullmatch(r"QID\d+ / DisplayLogic", p)]) == expected["display_logic"]
    assert len([p for p in lines if "SkipLogic" in p]) == expected["skip_logic"]
    assert len([p for p in lines if "ForceResponse" in p]) == expected["force_response"]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_question_in_use_has_an_equal_and_every_word_is_there(path: Path) -> None:
    made = parse(path.read_bytes())
    found = "\n".join(text for _, texts in all_texts(made.definition) for text in texts.values())
    lost = {line.place for line in made.lines if line.kind == "question" and line.result == "lost"}
    for qid, payload in payloads(path).items():
        assert qid not in lost
        wanted = [payload["QuestionText"]]
        for part in (payload, *(payload.get("AdditionalQuestions") or {}).values()):
            for key in ("Choices", "Answers", "Labels"):
                items = part.get(key) or {}
                wanted += [item["Display"] for item in (items.values() if isinstance(items, dict) else items)]
        assert [text for text in (words(given).text for given in wanted) if text not in found] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_export_tags_are_names(path: Path) -> None:
    made = parse(path.read_bytes())
    names = {variable.name for variable in made.definition.variables} | set(made.definition.by_name)
    for payload in payloads(path).values():
        tag = re.sub("[^a-z0-9]+", "_", payload["DataExportTag"].lower())
        assert any(name == tag or name.startswith(f"{tag}_") for name in names), tag


@pytest.mark.parametrize(("survey", "data"), [("MC_Single", "MC_Single_insights"), ("MC_Multi", "MC_Multi_insights"),
                                              ("Many_Types", "Many_Types_insights")])  # fmt: skip
def test_columns_and_values_are_those_of_its_own_data(survey: str, data: str) -> None:
    """A column `Q4_10` is the choice with recode 10, a cell of a single choice is one of its values."""
    made = parse((CASES / "questionnaires" / "qsf" / f"{survey}.qsf").read_bytes())
    with (CASES / "questionnaires" / "qsf" / f"{data}.csv").open(newline="") as file:
        head, _, _, *rows = list(csv.reader(file))
    checked = 0
    for question in made.definition.questions:
        choices = getattr(question, "choices", None)
        values = {str(choice.number) for choice in choices or ()}
        tags = [tag for tag in head if tag.lower().replace(" ", "_") == question.name]
        if question.type == "single_choice" and tags:
            cells = {row[head.index(tags[0])] for row in rows} - {""}
            assert cells <= values, question.name
            checked += len(cells)
        if question.type == "multiple_choice":
            columns = {
                t.lower().removeprefix(f"{question.name}_") for t in head if t.lower().startswith(f"{question.name}_")
            }
            assert {c for c in columns if c.isdigit()} <= values, question.name
            checked += len(columns)
    assert checked > 5
