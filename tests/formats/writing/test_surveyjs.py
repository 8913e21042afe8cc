"""SurveyJS JSON: valid, and every type as its nearest."""

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for

from survey_app.formats import surveyjs, writing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from tests.formats.writing.players import Sentence
from tests.formats.writing.wholes import YES_NO, asked, both, choice, definition, every_type

OWN = sorted((Path(__file__).parents[3] / "questionnaires").glob("*.yaml"))


def survey(of: Definition) -> dict[str, Any]:
    found = json.loads(writing.write(of, "surveyjs").data)
    assert isinstance(found, dict)
    return found


def elements(holder: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Every element by its name, those inside panels too."""
    found = {}
    for page in holder.get("pages", [holder]):
        for element in page["elements"]:
            found[element["name"]] = element
            if element["type"] == "panel":
                found |= elements(element)
    return found


@pytest.mark.parametrize("file", [None, *OWN], ids=lambda file: file.stem if file else "every type")
def test_what_is_written_is_valid(file: Path | None, schemas: Path) -> None:
    schema = json.loads((schemas / "surveyjs_definition.json").read_text())
    of = load_definition(file.read_bytes(), file=file.name) if file else every_type()
    assert [error.message for error in validator_for(schema)(schema).iter_errors(survey(of))] == []


def test_every_type_has_its_element() -> None:
    found = {name: element["type"] for name, element in elements(survey(every_type())).items()}
    assert found == {
        "greet": "html", "agree": "checkbox", "one": "radiogroup", "pick": "dropdown", "many": "checkbox",
        "alert": "radiogroup", "head": "panel", "rate": "rating", "stars": "rating", "words": "rating", "item": "radiogroup",
        "nps": "rating", "csat": "rating", "ces": "rating", "sat": "matrix", "grid": "matrix", "agreed": "matrix",
        "again": "matrix", "use": "matrix", "tabled": "matrixdropdown", "rank": "ranking", "split": "multipletext",
        "home": "panel", "home_province": "dropdown", "home_city": "dropdown", "home_district": "dropdown", "work": "panel",
        "work_province": "dropdown", "work_city": "dropdown",
        "paper": "file", "line": "slider",
        "short": "text", "story": "comment", "parts": "multipletext", "age": "text", "price": "text",
        "day": "text", "hour": "text", "free": "comment",
    }  # fmt: skip


def test_choices_that_are_special_there_switch_the_special_item_on() -> None:
    one = elements(survey(every_type()))["one"]
    assert [item["value"] for item in one["choices"]] == ["a", "b", "c"]
    assert one["showOtherItem"] and one["otherText"] == {"default": "其他", "en": "Other"}
    assert one["showDontKnowItem"] and one["showRefuseItem"] and "showNoneItem" not in one
    assert elements(survey(every_type()))["many"]["showNoneItem"] is True


def test_a_rule_on_a_special_item_names_its_value_there() -> None:
    special = asked(
        "q", "single_choice", choices=[choice("a"), choice("dk", missing="unknown"), choice("x", other=True)]
    )
    rules = [{"q": {"is": "dk"}}, {"q": {"is": "x"}}, {"q": {"one_of": ["a", "x"]}}, {"q_other": {"answered": True}}]
    shown = [asked(f"after{i}", "note", show_if=rule) for i, rule in enumerate(rules)]
    made = elements(survey(definition({"questions": [special]}, {"questions": shown})))
    assert [made[f"after{i}"]["visibleIf"] for i in range(4)] == [
        "{q} = 'dontknow'", "{q} = 'other'", "{q} anyof ['a', 'other']", "{q-Comment} notempty",
    ]  # fmt: skip


def test_two_choices_never_get_one_value() -> None:
    clash = asked("q", "single_choice", choices=[choice("other"), choice("x", other=True)])
    made = elements(survey(definition({"questions": [clash]})))["q"]
    assert [item["value"] for item in made["choices"]] == ["other", "x"]
    assert made["choices"][1]["showCommentArea"] is True and "showOtherItem" not in made


def test_a_heading_with_a_rule_of_its_own_hides_nothing_else() -> None:
    first = [asked("a", "single_choice", choices=YES_NO)]
    second = [asked("head", "section", show_if={"a": {"is": "y"}}), asked("b", "short_text")]
    made = survey(definition({"questions": first}, {"questions": second}))["pages"][1]["elements"]
    assert [(element["type"], "visibleIf" in element) for element in made] == [("html", True), ("text", False)]


@pytest.mark.parametrize(
    ("expression", "answers", "expected"),
    [
        ({"add": [{"answer": "n"}, {"answer": "m"}]}, {"n": 2, "m": 3}, 5),
        ({"add": [{"answer": "n"}, {"answer": "m"}]}, {"n": 2}, ""),
        ({"divide": [{"answer": "n"}, {"answer": "m"}]}, {"n": 6, "m": 4}, 1.5),
        ({"subtract": [{"answer": "n"}, {"multiply": [2, {"answer": "m"}]}]}, {"n": 6, "m": 4}, -2),
        ({"mean": [{"answer": "n"}, {"answer": "m"}]}, {"n": 6}, 6),
        ({"mean": [{"answer": "n"}, {"answer": "m"}]}, {}, ""),
        ({"max": [{"answer": "n"}, {"answer": "m"}]}, {"n": 6, "m": 7}, 7),
        ({"count": ["n", "m"]}, {"m": 0}, 1),
        ({"if": {"n": {"at_least": 3}}, "then": 1, "else": 0}, {"n": 3}, 1),
        ({"if": {"n": {"at_least": 3}}, "then": 1, "else": 0}, {}, 0),
        ({"add": [{"answer": "c"}, 1]}, {"c": "a"}, 6),
        ({"add": [{"answer": "c"}, 1]}, {"c": "b"}, ""),
        ({"add": [{"answer": "c"}, 1]}, {}, ""),
        ({"add": [{"if": {"n": {"answered": True}}, "then": {"answer": "n"}, "else": 0}, 1]}, {}, 1),
    ],
)  # fmt: skip
def test_a_computed_value_is_the_same_there(expression: Any, answers: dict[str, Any], expected: Any) -> None:
    questions = [
        asked("n", "number", decimals=3), asked("m", "number"),
        asked("c", "single_choice", choices=[choice("a", score=5), choice("b", missing="unknown")]),
    ]  # fmt: skip
    made = survey(definition({"questions": [*questions, asked("total", "computed", expression=expression)]}))
    given = {"b": "dontknow"}.get(answers.get("c", ""), answers.get("c"))
    found = Sentence(made["calculatedValues"][0]["expression"], answers | ({"c": given} if given else {})).value()
    assert found == expected


def test_an_end_that_a_trigger_would_reach_too_early_hides_what_follows() -> None:
    first = {"questions": [asked("a", "single_choice", choices=YES_NO)]}
    second = {"questions": [asked("b", "single_choice", choices=YES_NO)]}
    third = {"questions": [asked("c", "short_text")]}
    late = survey(definition(first, second | {"end_if": {"not": {"a": {"is": "y"}}}}, third))
    assert "triggers" not in late and late["pages"][2]["visibleIf"] == "!(!({a} = 'y'))"
    here = survey(definition(first, second | {"end_if": {"a": {"is": "y"}, "b": {"is": "n"}}}, third))
    assert here["triggers"] == [{"type": "complete", "expression": "{a} = 'y' and {b} = 'n'"}]
    open_end = survey(definition(first, second | {"end_if": {"any": [{"a": {"is": "y"}}, {"b": {"is": "n"}}]}}, third))
    assert "triggers" not in open_end


def test_answers_in_texts_are_shown_by_the_names_there() -> None:
    table = asked("sat", "matrix", choices=YES_NO, rows=[choice("price")])
    other = asked("q", "single_choice", choices=[choice("a"), choice("other", other=True)])
    after = {"name": "z", "type": "note", "text": both("{{sat_price}}和{{q_other}}", "{{sat_price}} and {{q_other}}")}
    made = elements(survey(definition({"questions": [table, other]}, {"questions": [after]})))["z"]
    assert made["html"] == {"default": "{sat.price}和{q-Comment}", "en": "{sat.price} and {q-Comment}"}


def test_everything_comes_back_through_the_importer_with_all_its_questions() -> None:
    back = surveyjs.parse(writing.write(every_type(), "surveyjs").data).definition
    names = [
        name
        for question in every_type().questions
        if question.name not in ("wave", "source_ad", "total")
        for name in (question.name, *(question.answer_names() if question.type == "region" else ()))  # a list per level
    ]
    assert [question.name for question in back.questions] == [*names, "total"]  # calculated values stand at the end
