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
from survey_app.questionnaire.offering import narrowed

COUNTS = "qsf_structure_and_counts.json"


@pytest.fixture(scope="module")
def files(cases: Path) -> list[Path]:
    """The surveys."""
    found = sorted((cases / "questionnaires" / "qsf").glob("*.qsf"))
    assert found
    return found


@pytest.fixture(scope="module")
def expected(cases: Path) -> dict[str, Any]:
    """The counts of each file, by its name."""
    found: dict[str, Any] = json.loads((cases / "expected" / COUNTS).read_text())
    return found


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


def test_counts_agree(files: list[Path], expected: dict[str, Any]) -> None:
    for path in files:
        wanted, made = expected[path.name], parse(path.read_bytes())
        assert looks_like(path.read_bytes())
        assert made.to_json()["title"] == wanted["name"]
        assert (made.source.groups, made.source.questions) == (wanted["blocks"], wanted["questions"]), path.name
        assert dict(made.source.types) == wanted["types"]
        lines = [line.place for line in made.lines if line.kind in ("rule", "validation") or line.code == "trash"]
        assert len([p for p in lines if re.fullmatch(r"QID\d+ / DisplayLogic", p)]) == wanted["display_logic"], (
            path.name
        )
        assert len([p for p in lines if "SkipLogic" in p]) == wanted["skip_logic"], path.name
        assert len([p for p in lines if "ForceResponse" in p]) == wanted["force_response"], path.name


def test_every_question_in_use_has_an_equal_and_every_word_is_there(files: list[Path]) -> None:
    for path in files:
        made = parse(path.read_bytes())
        found = "\n".join(text for _, texts in all_texts(made.definition) for text in texts.values())
        assert [line.place for line in made.lines if line.kind == "question" and line.result == "lost"] == [], path.name
        for payload in payloads(path).values():
            wanted = [payload["QuestionText"]]
            for part in (payload, *(payload.get("AdditionalQuestions") or {}).values()):
                for key in ("Choices", "Answers", "Labels"):
                    items = part.get(key) or {}
                    wanted += [item["Display"] for item in (items.values() if isinstance(items, dict) else items)]
            assert [text for text in (words(given).text for given in wanted) if text not in found] == [], path.name


def test_every_rule_in_use_is_imported(files: list[Path]) -> None:
    for path in files:
        lines = parse(path.read_bytes()).lines
        assert [line for line in lines if line.kind in ("rule", "validation") and line.result == "lost"] == [], (
            path.name
        )


def test_a_choice_that_waits_for_a_column_that_is_gone_was_never_taken_in_its_own_data(cases: Path) -> None:
    """Their questions were matrices once: `AnswerDisplayed/1` holds for nobody."""
    folder = cases / "questionnaires" / "qsf"
    made = parse((folder / "MC_Multi.qsf").read_bytes())
    question: Any = made.definition.by_name["mc_question_five"]
    with (folder / "MC_Multi_insights.csv").open(newline="") as file:
        head, _, _, *rows = list(csv.reader(file))
    assert {row[head.index("mc_question_five_1")] for row in rows} == {""}
    assert all(row[head.index("mc_question_five_2")] == "1" for row in rows)
    left = narrowed(made.definition, question, {"q2": ["1"]}, {})
    assert [choice.code for choice in left.choices] == ["2", "3"]  # type: ignore[union-attr]


def test_export_tags_are_names(files: list[Path]) -> None:
    for path in files:
        made = parse(path.read_bytes())
        names = {variable.name for variable in made.definition.variables} | set(made.definition.by_name)
        for payload in payloads(path).values():
            tag = re.sub("[^a-z0-9]+", "_", payload["DataExportTag"].lower())
            assert any(name == tag or name.startswith(f"{tag}_") for name in names), tag


@pytest.mark.parametrize(("survey", "data"), [("MC_Single", "MC_Single_insights"), ("MC_Multi", "MC_Multi_insights"),
                                              ("Many_Types", "Many_Types_insights")])  # fmt: skip
def test_columns_and_values_are_those_of_its_own_data(cases: Path, survey: str, data: str) -> None:
    """A column `Q4_10` is the choice with recode 10, a cell of a single choice is one of its values."""
    made = parse((cases / "questionnaires" / "qsf" / f"{survey}.qsf").read_bytes())
    with (cases / "questionnaires" / "qsf" / f"{data}.csv").open(newline="") as file:
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
