"""Rules of SurveyJS on choices and rows: the same are offered for every combination of answers."""

import itertools
import json
from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.surveyjs import parse
from survey_app.questionnaire.review import review
from survey_app.questionnaire.routing import path

KNOWN: dict[str, Any] = {"type": "checkbox", "name": "known", "choices": ["a", "b", "c"], "showNoneItem": True}
NUMBER = {"type": "text", "name": "n", "inputType": "number"}
LISTED = {
    "radiogroup": {"choices": ["a", "b", "c"]},
    "dropdown": {"choices": ["a", "b", "c"]},
    "checkbox": {"choices": ["a", "b", "c"]},
    "ranking": {"choices": ["a", "b", "c"]},
}
ROWS = {
    "matrix": {"rows": ["a", "b", "c"], "columns": [1, 2]},
    "matrixdropdown": {"rows": ["a", "b", "c"], "columns": [{"name": "x", "cellType": "text"}]},
}
GIVEN = [list(some) for size in range(4) for some in itertools.combinations("abc", size)]


def found(*pages: list[dict[str, Any]]) -> Imported:
    return parse(json.dumps({"pages": [{"name": f"p{n}", "elements": page} for n, page in enumerate(pages)]}).encode())


def offered(imported: Imported, answers: dict[str, Any], name: str = "q", key: str = "") -> set[str]:
    way = path(imported.definition, answers)
    question: Any = next((q for page in way.pages for q in page.questions if q.name == name), None)
    if question is None:
        return set()
    return {part.code for part in getattr(question, key or ("rows" if hasattr(question, "rows") else "choices"))}


@pytest.mark.parametrize("apart", [True, False])
@pytest.mark.parametrize("kind", [*LISTED, *ROWS])
def test_a_list_is_filtered_by_what_was_chosen_before(kind: str, apart: bool) -> None:
    key = "choicesVisibleIf" if kind in LISTED else "rowsVisibleIf"
    asked = {"type": kind, "name": "q", key: "{known} contains {item}", **LISTED.get(kind, {}), **ROWS.get(kind, {})}
    imported = found([KNOWN], [asked]) if apart else found([KNOWN, asked])
    for given in GIVEN:
        assert offered(imported, {"known": given}) == set(given)
    assert [line.result for line in imported.lines if line.kind == "rule"] == ["kept"]
    assert review(imported.definition) == [] and imported.definition.page_of["q"] == 1


def test_a_rule_of_one_choice_stands_in_for_that_of_the_list_and_special_ones_are_always_offered() -> None:
    choices = ["a", {"value": "b", "visibleIf": "{n} > 5"}, "c"]
    asked = {"type": "checkbox", "name": "q", "choices": choices, "choicesVisibleIf": "{known} contains {item}",
             "showNoneItem": True}  # fmt: skip
    imported = found([KNOWN, NUMBER], [asked])
    for given, number in itertools.product(GIVEN, (None, 3, 8)):
        wanted = {"none"} | ({"a", "c"} & set(given)) | ({"b"} if number == 8 else set())
        assert offered(imported, {"known": given} | ({"n": number} if number else {})) == wanted
    assert [line.result for line in imported.lines if line.kind == "rule"] == ["kept", "kept"]


def test_the_columns_of_a_matrix_may_be_filtered() -> None:
    columns = ["a", {"value": "b", "visibleIf": "{n} > 5"}]
    imported = found([NUMBER], [{"type": "matrix", "name": "q", "rows": ["r"], "columns": columns}])
    assert offered(imported, {"n": 8}, key="choices") == {"a", "b"}
    assert offered(imported, {"n": 3}, key="choices") == {"a"}


def test_the_page_of_an_end_and_of_a_rule_is_broken_with_both() -> None:
    asked = {"type": "checkbox", "name": "q", "choices": ["a"], "choicesVisibleIf": "{known} contains {item}"}
    data = {
        "pages": [
            {"elements": [NUMBER]}, {"elements": [KNOWN, asked], "visibleIf": "{n} > 1"},
            {"elements": [{"type": "text", "name": "last"}]},
        ],
        "triggers": [{"type": "complete", "expression": "{known} contains 'c'"}],
    }  # fmt: skip
    imported = parse(json.dumps(data).encode())
    pages = imported.definition.pages
    assert [[q.name for q in page.questions] for page in pages] == [["n"], ["known"], ["q"], ["last"]]
    assert pages[1].show_if == pages[2].show_if == {"n": {"more_than": 1}}
    assert pages[1].end_if is None and pages[2].end_if is not None


@pytest.mark.parametrize("rule", ["{item.x} = 1", "{row.x} = 'a'", "{nobody} contains {item}", "{known} contains"])
def test_a_rule_that_cannot_be_said_waits_for_a_person(rule: str) -> None:
    imported = found([KNOWN], [{"type": "checkbox", "name": "q", "choices": ["a"], "choicesVisibleIf": rule}])
    assert len(imported.definition.question("q").open_rules) == 1
    assert offered(imported, {}) == {"a"}
