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


def test_a_rule_may_name_what_stands_in_the_choice() -> None:
    choices = [{"value": v, "text": v, "city": city} for v, city in (("x", "a"), ("y", "b"), ("z", "b"))]
    asked = {"type": "radiogroup", "name": "q", "choices": choices, "choicesVisibleIf": "{known} contains {$item.city}"}
    imported = found([KNOWN], [asked])
    assert offered(imported, {"known": ["a"]}) == {"x"} and offered(imported, {"known": ["b"]}) == {"y", "z"}
    missing = found([KNOWN], [{**asked, "choices": [*choices, {"value": "w"}]}])
    assert missing.definition.question("q").open_rules


def test_what_stays_in_view_locked_without_choices_waits() -> None:
    asked = {"type": "radiogroup", "name": "q", "choices": ["a", "b"], "choicesVisibleIf": "{known} contains {item}"}
    imported = found([KNOWN], [{**asked, "enableIf": "{known} notempty"}])
    assert len(imported.definition.question("q").open_rules) == 1
    assert [line.result for line in imported.lines if line.kind == "rule"] == ["lost", "changed"]


def test_choices_that_cannot_be_chosen_are_not_offered() -> None:
    choices = ["a", {"value": "b", "enableIf": "{n} > 5"}]
    imported = found([NUMBER], [{"type": "checkbox", "name": "q", "choices": choices}])
    assert offered(imported, {"n": 3}) == {"a"} and offered(imported, {"n": 8}) == {"a", "b"}
    assert [(line.result, line.code) for line in imported.lines if line.kind == "rule"] == [("changed", "enable_hides")]


@pytest.mark.parametrize("kind", ["radiogroup", "dropdown", "checkbox", "ranking"])
@pytest.mark.parametrize("mode", ["all", "selected", "unselected"])
def test_choices_are_copied_from_another_question(kind: str, mode: str) -> None:
    asked = {"type": kind, "name": "q", "choicesFromQuestion": "known", "choicesFromQuestionMode": mode}
    imported = found([KNOWN], [asked])
    for given in GIVEN:
        wanted = {"all": set("abc"), "selected": set(given), "unselected": set("abc") - set(given)}[mode]
        assert offered(imported, {"known": given}) == wanted
    assert imported.source.choices == 4  # a, b, c, none: each told once
    assert [line.result for line in imported.lines if "choicesFromQuestion" in line.place] == ["kept"]


def test_copied_choices_keep_the_rules_they_have_there() -> None:
    source = {"type": "checkbox", "name": "s", "choices": ["a", {"value": "b", "visibleIf": "{n} > 5"}]}
    copy = {"type": "checkbox", "name": "q", "choicesFromQuestion": "s", "choicesFromQuestionMode": "unselected"}
    imported = found([NUMBER], [source], [copy])
    assert offered(imported, {"n": 3, "s": []}) == {"a"} and offered(imported, {"n": 8, "s": ["a"]}) == {"b"}


def test_what_was_typed_is_no_choice_here() -> None:
    source = {"type": "checkbox", "name": "s", "choices": ["a"], "showOtherItem": True}
    copy = {"type": "checkbox", "name": "q", "choicesFromQuestion": "s", "choicesFromQuestionMode": "selected"}
    imported = found([source], [copy])
    assert len(imported.definition.question("q").open_rules) == 1
    unknown = found([{"type": "checkbox", "name": "q", "choicesFromQuestion": "nowhere"}])
    assert [line.result for line in unknown.lines if "choicesFromQuestion" in line.place] == ["lost"]
