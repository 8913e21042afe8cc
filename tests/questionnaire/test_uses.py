"""What would break if a question, a choice, a row or a scale were removed."""

import pytest

from survey_app.questionnaire import loading
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.uses import Use, scale_uses, uses
from tests.questionnaire.tools import NAMES, made, question, tiny

AGREE = {"agree": {"points": [{"code": str(n), "text": str(n)} for n in (1, 2, 3)]}}


def _survey() -> Definition:
    choices = [
        {"code": "price", "text": "P"},
        {"code": "staff", "text": "S"},
        {"code": "else", "text": "E", "other": True},
    ]
    rows = [{"code": "clean", "text": "C"}, {"code": "quick", "text": "Q"}]
    return made(
        pages=[
            {
                "questions": [
                    question("why", "multiple_choice", choices=choices),
                    question("sat", "matrix", rows=rows, scale="agree"),
                    question("calm", "likert", scale="agree"),
                    question("care", "attention_check", choices=choices[:2], expected="staff"),
                ]
            },
            {
                "show_if": {"any": [{"why": {"includes": "price"}}, {"sat_clean": {"at_most": 2}}]},
                "questions": [
                    question("more", "long_text", text="About {{why}} and {{why_other}}"),
                    question("worse", show_if={"not": {"calm": {"is": {"answer": "sat_quick"}}}}),
                    question(
                        "sum", "computed", expression={"add": [{"answer": "sat_clean"}, {"count": ["why", "calm"]}]}
                    ),
                ],
                "end_if": {"calm": {"one_of": ["1", "3"]}},
            },
        ],
        scales=AGREE,
        scores=[{"name": "total", "kind": "mean", "questions": ["calm", "sat_clean"], "reverse": ["calm"]}],
    )


SURVEY = _survey()
SHOW, END = Use("pages[1].show_if", "show_if"), Use("pages[1].end_if", "end_if")
WORSE, SUM = Use("pages[1].questions[1].show_if", "show_if"), Use("pages[1].questions[2].expression", "computed")
SCORE, PIPED = Use("scores[0]", "score"), Use("pages[1].questions[0].text", "piping")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"question": "why"}, [SHOW, SUM, PIPED]),
        ({"question": "calm"}, [WORSE, SUM, END, SCORE]),
        ({"question": "sat"}, [SHOW, WORSE, SUM, SCORE]),
        ({"question": "sat", "row": "clean"}, [SHOW, SUM, SCORE]),
        ({"question": "sat", "row": "quick"}, [WORSE]),
        ({"question": "why", "choice": "price"}, [SHOW]),
        ({"question": "why", "choice": "staff"}, []),
        ({"question": "why", "choice": "else"}, [PIPED]),
        ({"question": "calm", "choice": "3"}, [END]),
        ({"question": "care", "choice": "staff"}, [Use("pages[0].questions[3].expected", "expected")]),
        ({"question": "care", "choice": "price"}, []),
        ({"question": "care"}, []),
        ({"question": "nobody"}, []),
    ],
)
def test_names_every_rule_score_and_text_that_uses_it(asked: dict[str, str], found: list[Use]) -> None:
    assert uses(SURVEY, **asked) == found


def test_a_scale_is_used_by_its_questions_and_a_point_by_the_rules_that_compare_with_it() -> None:
    assert scale_uses(SURVEY, "agree") == [
        Use("pages[0].questions[1].scale", "scale"),
        Use("pages[0].questions[2].scale", "scale"),
    ]
    assert scale_uses(SURVEY, "agree", "1") == [END]
    assert scale_uses(SURVEY, "agree", "2") == [SHOW]
    assert scale_uses(SURVEY, "other") == []


def test_a_bound_names_the_choice_it_stands_on() -> None:
    points = [{"code": code, "text": code} for code in "123"]
    bound = made(
        pages=[{"questions": [question("a", "single_choice", choices=points)], "end_if": {"a": {"at_least": 2}}}]
    )
    assert uses(bound, question="a", choice="2") == [Use("pages[0].end_if", "end_if")]
    assert uses(bound, question="a", choice="1") == []


@pytest.mark.parametrize(
    "condition", [{"all": 5}, {"a": None}, {"any": [3]}, {"a": {"is": {"x": 1}}}, {"not": []}, {"a": 1}]
)
def test_a_condition_that_makes_no_sense_is_no_reason_to_fail(condition: dict[str, object]) -> None:
    data = made(question("a"), question("b")).to_json()
    data["pages"][0]["questions"][1]["show_if"] = condition
    broken = Definition.from_json(data)
    named = [Use("pages[0].questions[1].show_if", "show_if")] if "a" in condition else []
    assert uses(broken, question="a") == named


@pytest.mark.parametrize("name", NAMES)
def test_what_is_not_used_can_be_removed_and_the_rest_still_makes_sense(name: str) -> None:
    definition = tiny(name)
    if len(definition.questions) < 2:
        return
    for place, page in enumerate(definition.pages):
        for number, removed in enumerate(page.questions):
            if uses(definition, question=removed.name) or len(page.questions) == 1 or removed.type == "consent":
                continue
            data = definition.to_json()
            del data["pages"][place]["questions"][number]
            assert loading.definition_from(data).questions
