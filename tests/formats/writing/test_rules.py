"""Rules in SurveyJS and in forms: true for the same answers as ours, for all answers of the names they look at."""

import json
from itertools import product
from typing import Any

import pytest

from survey_app.formats import surveyjs, writing, xlsform
from survey_app.questionnaire import conditions
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.routing import path
from tests.formats.writing import players
from tests.formats.writing.wholes import ANSWERS, RULES, ruled

Answers = dict[str, Any]


def truth_table(rule: dict[str, Any]) -> list[tuple[Answers, bool]]:
    """All combinations of answers to the names in the rule, with what our engine says."""
    names = sorted(conditions.names(rule))
    found = []
    for case in product(*(ANSWERS[name] for name in names)):
        answers = {name: value for name, value in zip(names, case, strict=True) if value is not None}
        texts = {name: answers.pop(name) for name in ("word",) if name in answers}
        found.append((answers | texts, conditions.holds(rule, answers, texts)))
    return found


def shown(definition: Definition, answers: Answers) -> bool:
    texts = {"word": answers["word"]} if "word" in answers else {}
    way = path(definition, {name: value for name, value in answers.items() if name not in texts}, texts)
    return "after" in way.questions


def ids(rule: dict[str, Any]) -> str:
    return json.dumps(rule)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_a_rule_in_surveyjs_holds_for_the_same_answers(rule: dict[str, Any]) -> None:
    expression = players.rule_of(json.loads(writing.write(ruled(rule), "surveyjs").data), "after")
    assert expression
    for answers, expected in truth_table(rule):
        found = players.Sentence(expression, players.surveyjs_answers(answers)).value()
        assert bool(found) == expected, (expression, answers)


@pytest.mark.parametrize("rule", RULES, ids=ids)
def test_a_rule_in_a_form_holds_for_the_same_answers(rule: dict[str, Any]) -> None:
    data = writing.write(ruled(rule), "xlsform").data
    for answers, expected in truth_table(rule):
        form = players.player(data, players.xlsform_answers(answers))
        after = next(row for row in form.rows if row.name == "after")
        assert after.relevant and form.shown(after) == expected, (after.relevant, answers)


@pytest.mark.parametrize("rule", RULES, ids=ids)
@pytest.mark.parametrize(("target", "parse"), [("surveyjs", surveyjs.parse), ("xlsform", xlsform.parse)])
def test_a_rule_that_went_out_and_came_back_shows_the_same(rule: dict[str, Any], target: str, parse: Any) -> None:
    back = parse(writing.write(ruled(rule), target).data).definition
    assert not [question.name for question in back.questions if question.open_rules]
    for answers, expected in truth_table(rule):
        renamed = {names_back(back, name): value for name, value in answers.items()}
        assert shown(back, renamed) == expected, answers


def names_back(back: Definition, name: str) -> str:
    """The rows of a table may have longer names after a form."""
    return name if name in back.owners or name in ("word",) else f"sat_{name}"
