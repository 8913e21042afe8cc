"""Made-up respondents: what they meet is what the engine does, the same every time, and quick enough to press a button."""

import time
from datetime import date
from random import Random
from typing import Any

import pytest

from survey_app.questionnaire import timing, validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.pretest import Pretest, simulate
from survey_app.questionnaire.routing import path
from survey_app.questionnaire.sample_answers import constants_of
from tests.questionnaire import tools

TODAY = date(2026, 3, 2)


def run(definition: Definition, **more: Any) -> Pretest:
    return simulate(definition, **{"respondents": 300, "seed": 5, "today": TODAY} | more)


@pytest.mark.parametrize("name", tools.NAMES)
def test_every_type_is_answered_and_every_answer_is_one_the_engine_stores(name: str) -> None:
    definition = tools.tiny(name)
    found = run(definition)
    assert found.dead_ends == () and found.outcome("stuck") == 0 and len(found.people) == 300
    for person in found.people:
        assert validation.complete(definition, person.answers, person.texts, today=TODAY) == []
        assert validation.settle(definition, person.answers, person.texts) == (person.answers, person.texts)
        way = path(definition, person.answers, person.texts)
        assert person.outcome == way.outcome
        assert person.questions == tuple(q.name for page in way.pages for q in page.questions)


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    definition = tools.tiny("ten-questions")
    first = run(definition)
    assert first == run(definition)
    assert first.people != run(definition, seed=6).people


def test_paths_add_up_to_everybody_and_the_most_taken_is_first() -> None:
    found = run(tools.tiny("conditions"))
    assert sum(way.count for way in found.paths) == 300 and len(found.paths) > 5
    assert [way.count for way in found.paths] == sorted((way.count for way in found.paths), reverse=True)
    for way in found.paths:
        same = [p for p in found.people if (p.questions, p.outcome) == (way.questions, way.outcome)]
        assert len(same) == way.count and way.seconds.median <= way.seconds.ninth_decile
    assert all(found.shown[name] == sum(name in p.questions for p in found.people) for name in found.shown)


def test_every_choice_and_point_is_given_by_somebody() -> None:
    rows = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    definition = tools.made(
        tools.question("nps", "nps", unsure="?"),
        tools.question("one", "single_choice"),
        tools.question("reasons", "multiple_choice"),
        tools.question("grid", "matrix", rows=rows, points=5, unsure="?"),
        tools.question("param", "hidden", text="x", parameter="source", choices=[{"code": "a", "text": "A"}]),
    )
    people = run(definition, respondents=1_000).people
    assert {p.answers.get("nps") for p in people} == {*range(11), "unknown", None}
    assert {p.answers.get("one") for p in people} == {"a", "b", "c", None}
    assert {code for p in people for code in p.answers.get("reasons", [])} == {"a", "b", "c"}
    assert {p.answers.get("grid_b") for p in people} == {1, 2, 3, 4, 5, "unknown", None}
    assert {p.answers.get("param") for p in people} == {"a", None}


def test_required_questions_are_always_answered_and_texts_mostly_not() -> None:
    definition = tools.made(
        tools.question("must", "long_text", required=True), tools.question("may", "long_text", max_length=4)
    )
    people = run(definition).people
    assert all(p.texts["must"] for p in people)
    given = [p.texts["may"] for p in people if "may" in p.texts]
    assert 60 < len(given) < 200 and all(1 <= len(text) <= 4 for text in given)


def test_screened_out_people_see_no_later_page() -> None:
    definition = tools.made(
        pages=[
            {"questions": [tools.question("adult", "single_choice", required=True)], "end_if": {"adult": {"is": "a"}}},
            {"questions": [tools.question("rest", "csat")]},
        ]
    )
    found = run(definition)
    out = found.outcome("screened_out")
    assert 20 < out < 280 and found.outcome("complete") == 300 - out
    assert found.shown == {"adult": 300, "rest": 300 - out}
    assert {(way.questions, way.outcome) for way in found.paths} == {
        (("adult",), "screened_out"),
        (("adult", "rest"), "complete"),
    }


def test_a_rule_that_nobody_can_meet_is_found_and_decided() -> None:
    definition = tools.made(
        tools.question("age", "number", min=0, max=120, required=True),
        tools.question("old", "csat", show_if={"age": {"at_least": 118}}),
        tools.question("never", "csat", show_if={"all": [{"age": {"at_most": 3}}, {"age": {"at_least": 4}}]}),
    )
    found = run(definition, respondents=1_000)
    assert found.never == ("never",) and found.unreachable == {"never"} and not found.undecided
    assert 0 < found.shown["old"] < 500  # drawn near the constants of rules, or nobody would be 118


def test_rare_paths_are_named() -> None:
    exact = {"all": [{f"q{n}": {"is": 1}} for n in range(3)]}
    definition = tools.made(
        *(tools.question(f"q{n}", "csat", required=True) for n in range(3)),
        tools.question("rare", "csat", show_if=exact),
    )
    found = run(definition, respondents=1_000)
    assert found.few == ("rare",) and 0 < found.shown["rare"] < 50


def test_a_question_that_nobody_can_answer_is_a_dead_end() -> None:
    definition = tools.made(
        tools.question("first", "csat"),
        tools.question("day", "date", min="2030-01-01", max="today", required=True),
        tools.question("last", "csat"),
    )
    found = run(definition)
    (end,) = found.dead_ends
    assert (end.question, end.count) == ("day", 300) and end.problem is not None
    assert end.problem.code in ("date_too_late", "date_too_early")
    assert found.outcome("stuck") == 300 and found.seconds.median == 0


def test_people_at_a_dead_end_have_seen_the_page_they_are_stuck_on() -> None:
    wall = {"min": "2030-01-01", "max": "today", "required": True}
    definition = tools.made(
        pages=[
            {"questions": [tools.question("first", "csat", required=True)]},
            {
                "questions": [
                    tools.question("age", "number", min=0, max=99, required=True),
                    tools.question("wall", "date", show_if={"age": {"more_than": 50}}, **wall),
                ]
            },
            {"questions": [tools.question("rest", "csat")]},
        ]
    )
    found = run(definition)
    stuck = [person for person in found.people if person.outcome == "stuck"]
    assert 0 < len(stuck) == found.dead_ends[0].count == found.shown["wall"] < 300
    assert {person.questions for person in stuck} == {("first", "age", "wall")} and found.never == ()


def test_an_optional_question_that_nobody_can_answer_stops_only_those_who_try() -> None:
    few = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    wrong = tools.made(tools.question("reasons", "multiple_choice", choices=few, required=True))
    broken = wrong.model_copy(
        update={"pages": (wrong.pages[0].model_copy(update={"questions": (
            wrong.questions[0].model_copy(update={"min": 3}),)}),)}
    )  # fmt: skip
    (end,) = run(Definition.from_json(broken.to_json())).dead_ends
    assert (end.question, end.problem.code if end.problem else "") == ("reasons", "too_few_choices")


def test_a_draft_that_is_not_finished_can_be_tried_too() -> None:
    whole = tools.made(
        tools.question("a", "likert", scale="agree", required=True),
        tools.question("b", "csat"),
        scales={"agree": {"points": [{"code": "1", "text": "No"}, {"code": "2", "text": "Yes"}]}},
    )
    document = whole.to_json() | {"scales": {}}
    document["pages"][0]["questions"][1]["show_if"] = {"gone": {"is": "x"}}
    document["pages"].append({"questions": []})
    found = run(Definition.from_json(document))
    assert [(end.question, end.count) for end in found.dead_ends] == [("a", 300)] and found.never == ("b",)


def test_time_follows_the_estimate_of_the_questionnaire_and_varies() -> None:
    definition = tools.tiny("sus")
    found = run(definition, respondents=1_000)
    assert 0.8 < found.seconds.median / timing.seconds(definition) < 1.1
    assert found.seconds.ninth_decile > 1.25 * found.seconds.median


def test_people_read_all_languages_of_the_questionnaire() -> None:
    assert {p.language for p in run(tools.tiny("nps")).people} == {"zh-CN", "en"}


def test_questions_on_one_page_appear_and_vanish_as_they_are_answered() -> None:
    definition = tools.made(
        tools.question("a", "csat", required=True),
        {"name": "half", "type": "computed", "expression": {"divide": [{"answer": "a"}, 2]}},
        tools.question("b", "csat", required=True, show_if={"half": {"at_most": 1}}),
        tools.question("c", "csat", show_if={"b": {"answered": True}}),
    )
    found = run(definition)
    assert not found.dead_ends and 0 < found.shown["b"] == found.shown["c"] < 300
    assert all((p.answers["a"] <= 2) == ("b" in p.answers) for p in found.people)


def test_constants_are_found_in_every_corner_of_a_rule() -> None:
    inner = {"any": [{"b": {"one_of": ["x", "y"]}}, {"not": {"a": {"more_than": 9}}}]}
    definition = tools.made(
        pages=[
            {"questions": [tools.question("a", "number"), tools.question("b", "short_text")]},
            {"show_if": inner, "questions": [tools.question("c", "csat", show_if={"a": {"answered": True}})]},
        ]
    )
    assert constants_of(definition) == {"b": ["x", "y"], "a": [9]}


def test_a_thousand_people_answer_twelve_questions_while_one_waits() -> None:
    from tests.benchmarks.bench_engine import questionnaire

    definition = questionnaire(12)
    begun = time.process_time()
    assert len(simulate(definition, seed=Random(0).randrange(99)).people) == 1_000
    assert time.process_time() - begun < 1.5
