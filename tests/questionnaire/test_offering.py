"""Choices, rows, fields and items with rules of their own: offered, read, counted, checked, told and written to data files."""

from itertools import combinations
from typing import Any

import pytest

from survey_app.distribution.offline import NotAlone, refuse_unfit
from survey_app.questionnaire import offering, pretest, routing, validation
from survey_app.questionnaire.codebook import row
from survey_app.questionnaire.conditions import holds
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import difference
from survey_app.questionnaire.review import review
from survey_app.questionnaire.uses import uses
from survey_app.questionnaire.wording import advice
from survey_app.questionnaire.wording.whole_rules import used_names
from tests.questionnaire.tools import made, question, sent

BRANDS = ("a", "b", "c")


def chosen(code: str) -> dict[str, Any]:
    return {"known": {"includes": code}}


def parts(**more: Any) -> list[dict[str, Any]]:
    """Three choices or rows, each there when its brand was chosen."""
    return [{"code": code, "text": code.upper(), "show_if": chosen(code)} | more for code in BRANDS]


KNOWN = {
    "name": "known", "type": "multiple_choice", "text": "Known?",
    "choices": [*({"code": c, "text": c} for c in BRANDS), {"code": "none", "text": "None", "exclusive": True}],
}  # fmt: skip
CELLS = [{"code": "yes", "text": "Yes"}, {"code": "no", "text": "No"}]
KINDS: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": parts()},
    "dropdown": {"choices": parts()},
    "multiple_choice": {"choices": parts(), "min": 2},
    "ranking": {"choices": parts()},
    "matrix": {"rows": parts(), "choices": CELLS},
    "matrix_multiple": {"rows": parts(), "choices": CELLS},
    "matrix_fields": {"rows": parts(), "columns": [{"code": "n", "text": "N", "type": "number", "min": 0}]},
    "text_fields": {"fields": parts()},
    "constant_sum": {"items": parts(), "total": 100},
}
ANSWERED: dict[str, dict[str, Any]] = {  # everything, whatever is offered
    "single_choice": {"q": "a"},
    "dropdown": {"q": "a"},
    "multiple_choice": {"q": ["a", "b", "c"]},
    "ranking": {"q_a": "1", "q_b": "2", "q_c": "3"},
    "matrix": {"q_a": "yes", "q_b": "no", "q_c": "yes"},
    "matrix_multiple": {"q_a": ["yes"], "q_b": ["yes", "no"], "q_c": ["no"]},
    "matrix_fields": {"q_a_n": "1", "q_b_n": "2", "q_c_n": "3"},
    "text_fields": {"q_a": "x", "q_b": "y", "q_c": "z"},
    "constant_sum": {"q_a": "100", "q_b": "0", "q_c": "0"},
}
EVERY = [list(some) for size in range(4) for some in combinations(BRANDS, size)]


def of_kind(kind: str, *, required: bool = False) -> Definition:
    asked = {"name": "q", "type": kind, "text": "Q", "required": required} | KINDS[kind]
    return made(pages=[{"questions": [KNOWN]}, {"questions": [asked, question("after")]}])


@pytest.mark.parametrize("kind", KINDS)
def test_it_may_be_published_and_comes_back_from_its_stored_form(kind: str) -> None:
    definition = of_kind(kind)
    assert review(definition) == []
    again = Definition.from_json(definition.to_json())
    assert again == definition and again.digest() == definition.digest()
    assert [rule.code for rule in offering.rules_of(again.question("q"))] == list(BRANDS)


@pytest.mark.parametrize("given", EVERY, ids="".join)
@pytest.mark.parametrize("kind", KINDS)
def test_a_question_offers_exactly_what_its_rules_hold_for_and_goes_when_nothing_is_left(
    kind: str, given: list[str]
) -> None:
    definition = of_kind(kind)
    way = routing.path(definition, {"known": given} if given else {})
    shown = next((q for page in way.pages for q in page.questions if q.name == "q"), None)
    if not given:
        assert shown is None and "q" not in way.questions and way.pages[1].questions[0].name == "after"
        return
    assert shown is not None
    kept = getattr(shown, next(iter(KINDS[kind])))
    assert [part.code for part in kept] == [c for c in BRANDS if holds(chosen(c), {"known": given})]


@pytest.mark.parametrize("given", EVERY, ids="".join)
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_posted_for_the_rest_is_dropped_and_reading_agrees_with_the_path(kind: str, given: list[str]) -> None:
    definition = of_kind(kind)
    before: dict[str, Any] = {"known": given} if given else {}
    form = sent(definition, 1, **ANSWERED[kind])
    result = validation.page_form(definition, 1).read(form, before, {})
    assert result.damaged is None
    gone = set(BRANDS) - set(given)
    answers = {k: v for k, v in (result.answers | result.texts).items() if k != "known"}
    for name, value in answers.items():
        if name == "q":  # what was chosen stands in the value, else in the name
            assert gone.isdisjoint(value)
        else:
            assert name.removeprefix("q_")[0] not in gone
    if not given:
        assert answers == {}
    way = routing.path(definition, result.answers, result.texts)
    assert way.answers == result.answers and way.texts == result.texts
    assert set(answers) <= set(way.variables)


@pytest.mark.parametrize("kind", KINDS)
def test_only_what_is_offered_is_required(kind: str) -> None:
    definition = of_kind(kind, required=True)
    form = sent(definition, 1)
    page = validation.page_form(definition, 1)
    assert page.read(form, {}, {}).good
    problems = page.read(form, {"known": ["b"]}, {}).problems
    assert problems and {problem.variable for problem in problems} <= {"q", "q_b", "q_b_n"}
    one = {k: v for k, v in ANSWERED[kind].items() if k.startswith("q_b")} or {"q": "b"}
    one = {"q_b": "1"} if kind == "ranking" else {"q_b": "100"} if kind == "constant_sum" else one
    full = page.read(sent(definition, 1, **one), {"known": ["b"]}, {})
    assert full.good, full.problems
    assert validation.complete(definition, full.answers, full.texts) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_code_that_the_question_never_had_is_damage_offered_or_not(kind: str) -> None:
    definition = of_kind(kind)
    page = validation.page_form(definition, 1)
    fields: dict[str, Any] = {"q_a_more": "1", "q_zz": "1"} if kind not in ("single_choice", "dropdown", "multiple_choice") else {"q": "zz"}  # noqa: E501  # fmt: skip
    for known in ({}, {"known": ["a"]}):
        assert page.read(sent(definition, 1, **fields), known, {}).damaged is not None


def test_a_question_that_came_into_being_is_shown_before_going_on() -> None:
    definition = of_kind("matrix", required=True)
    form = sent(definition, 1)
    form["_q"] = ["after"]
    assert validation.page_form(definition, 1).read(form, {}, {}).good
    assert validation.page_form(definition, 1).read(form, {"known": ["a"]}, {}).new_questions == ["q"]


@pytest.mark.parametrize(
    ("kind", "stored", "columns"),
    [
        ("matrix", {"q_a": "yes", "q_b": "no"}, {"q_a": 1, "q_b": -97, "q_c": -99}),
        ("multiple_choice", {"q": ["a", "c"]}, {"q_a": 1, "q_b": 0, "q_c": -99}),
        ("ranking", {"q": ["b", "c", "a"]}, {"q_a": 2, "q_b": 1, "q_c": -99}),
        ("matrix_multiple", {"q_b": ["no"], "q_c": ["no"]}, {"q_b_yes": 0, "q_b_no": 1, "q_c_yes": -99, "q_c_no": -99}),
        ("matrix_fields", {"q_a_n": 4, "q_c_n": 5}, {"q_a_n": 4, "q_c_n": -99}),
        ("constant_sum", {"q_a": 60, "q_b": 40, "q_c": 0}, {"q_a": 60, "q_b": 40, "q_c": -99}),
        ("single_choice", {"q": "c"}, {}),
    ],
)
def test_the_columns_of_what_was_not_offered_are_not_shown_in_data_files(
    kind: str, stored: dict[str, Any], columns: dict[str, int]
) -> None:
    definition = of_kind(kind)
    made_row = row(definition, {"known": ["a", "b"]} | stored, {})
    if kind == "matrix":
        columns = columns | {"q_b": 2}
    assert {name: made_row[name] for name in columns} == columns
    off = row(definition, stored, {})
    assert all(off[v.name] == -99 for v in definition.question("q").variables() if v.storage == "number")


def test_the_cells_of_a_matrix_may_have_rules_too() -> None:
    cells = [{"code": "yes", "text": "Yes"}, {"code": "no", "text": "No", "show_if": chosen("a")}]
    rows = [{"code": "r", "text": "R"}]
    definition = made(
        pages=[{"questions": [KNOWN]}, {"questions": [question("q", "matrix", rows=rows, choices=cells)]}]
    )
    page = validation.page_form(definition, 1)
    assert page.read(sent(definition, 1, q_r="no"), {"known": ["a"]}, {}).answers["q_r"] == "no"
    assert "q_r" not in page.read(sent(definition, 1, q_r="no"), {"known": ["b"]}, {}).answers


def test_the_answer_unknown_of_a_hidden_choice_does_not_count_and_the_text_behind_it_neither() -> None:
    choices = [{"code": "a", "text": "A"}, {"code": "unknown", "text": "?", "other": True, "show_if": chosen("a")}]
    definition = made(pages=[{"questions": [KNOWN]}, {"questions": [question("q", "single_choice", choices=choices)]}])
    way = routing.path(definition, {"known": ["b"], "q": "unknown"}, {"q_other": "x"})
    assert way.answers == {"known": ["b"]} and way.texts == {}
    way = routing.path(definition, {"known": ["a"], "q": "unknown"}, {"q_other": "x"})
    assert way.answers["q"] == "unknown" and way.texts == {"q_other": "x"}


def test_what_does_not_count_any_more_decides_no_later_rule() -> None:
    """A filter behind a filter: what was answered of a row that went is not answered for the rows after it."""
    second = question("second", "multiple_choice", choices=parts())
    third = {"name": "third", "type": "matrix", "text": "T", "choices": CELLS,
             "rows": [{"code": c, "text": c, "show_if": {"second": {"includes": c}}} for c in BRANDS]}  # fmt: skip
    definition = made(pages=[{"questions": [KNOWN]}, {"questions": [second]}, {"questions": [third]}])
    before = {"known": ["a"], "second": ["a", "b"]}
    result = validation.page_form(definition, 2).read(sent(definition, 2, third_a="yes", third_b="yes"), before, {})
    assert result.answers == {"known": ["a"], "second": ["a"], "third_a": "yes"}
    assert routing.path(definition, before | {"third_b": "yes"}).answers == {"known": ["a"], "second": ["a"]}


# --- checks ---------------------------------------------------------------------------------------------------------
def codes(definition: Definition) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in review(definition)]


def faulty(condition: dict[str, Any]) -> Definition:
    rows = [{"code": "r", "text": "R", "show_if": condition}, {"code": "s", "text": "S"}]
    return Definition.from_json(
        {"format": 1, "name": "made", "title": "T", "languages": ["en"], "mode": "anonymous",
         "pages": [{"questions": [KNOWN]}, {"questions": [question("first", "nps"),
                   {"name": "q", "type": "matrix", "text": "Q", "choices": CELLS, "rows": rows}]}]}
    )  # fmt: skip


PLACE = "pages[1].questions[1].rows[0].show_if"


@pytest.mark.parametrize(
    ("condition", "code", "path"),
    [
        ({"nobody": {"is": 1}}, "unknown_variable", f"{PLACE}.nobody"),
        ({"q_s": {"is": "yes"}}, "later_variable", f"{PLACE}.q_s"),
        ({"known": {"includes": "zz"}}, "unknown_answer", f"{PLACE}.known.includes"),
        ({"known": {"at_least": 1}}, "wrong_operator", f"{PLACE}.known.at_least"),
        ({"first": {"at_least": 9}}, "same_page_part", PLACE),
    ],
)
def test_rules_of_parts_are_checked_like_those_of_questions(condition: dict[str, Any], code: str, path: str) -> None:
    assert (code, path) in codes(faulty(condition))


def test_a_rule_on_the_same_page_that_went_out_is_decided_on_the_server() -> None:
    definition = faulty({"first": {"at_least": 9}})
    page = validation.page_form(definition, 1)
    fields = {"q_r": "yes", "q_s": "no"}
    assert page.read(sent(definition, 1, first="9", **fields), {}, {}).answers == {"first": 9} | fields
    assert page.read(sent(definition, 1, first="8", **fields), {}, {}).answers == {"first": 8, "q_s": "no"}


def test_choices_that_are_always_offered_take_no_rules() -> None:
    ruled = [{"code": "a", "text": "A"}, {"code": "b", "text": "B", "show_if": chosen("a")}]
    check = question("trap", "attention_check", choices=ruled, expected="a")
    column = {"code": "c", "text": "C", "type": "dropdown", "choices": ruled}
    table = question("tab", "matrix_fields", rows=[{"code": "r", "text": "R"}], columns=[column])
    data = {"format": 1, "name": "made", "title": "T", "languages": ["en"], "mode": "anonymous",
            "pages": [{"questions": [KNOWN]}, {"questions": [check, table]}]}  # fmt: skip
    assert codes(Definition.from_json(data)) == [
        ("rule_not_here", "pages[1].questions[0].choices[1].show_if"),
        ("rule_not_here", "pages[1].questions[1].columns[0].choices[1].show_if"),
    ]


def test_rules_of_parts_are_uses_and_a_difference() -> None:
    definition = of_kind("matrix")
    assert [use.path for use in uses(definition, question="known", choice="b")] == [
        "pages[1].questions[0].rows[1].show_if"
    ]
    data = definition.to_json()
    del data["pages"][1]["questions"][0]["rows"][1]["show_if"]
    (change,) = difference(definition, Definition.from_json(data))
    assert (change.key, change.kind) == ("show_if", "rule")


def advised(*choices: dict[str, Any]) -> list[tuple[str, str]]:
    asked = {"name": "q", "type": "single_choice", "text": "Q", "choices": list(choices)}
    definition = made(pages=[{"questions": [KNOWN]}, {"questions": [asked]}])
    return [(a.code, a.path) for a in advice(definition) if a.code in ("part_never", "may_vanish")]


def test_a_choice_that_nobody_is_offered_and_a_question_that_may_vanish_are_told() -> None:
    never = {"known": {"count": {"at_least": 9}}}
    a, b = {"code": "a", "text": "A", "show_if": chosen("a")}, {"code": "b", "text": "B"}
    assert advised(a, b) == []
    assert advised(a, b | {"show_if": never}) == [
        ("part_never", "pages[1].questions[0].choices[1].show_if"), ("may_vanish", "pages[1].questions[0]"),
    ]  # fmt: skip
    always = {"any": [{"known": {"answered": True}}, {"known": {"answered": False}}]}
    assert advised(a, b | {"show_if": always}) == []


def test_what_a_choice_rule_looks_at_has_a_meaning_that_no_advice_turns_round() -> None:
    definition = made(
        pages=[{"questions": [question("first", "single_choice")]},
               {"questions": [question("q", "single_choice", choices=parts(show_if={"first": {"is": "a"}}))]}]
    )  # fmt: skip
    assert used_names(definition) == {"first"}


def test_such_a_questionnaire_is_not_for_tablets_without_the_server() -> None:
    with pytest.raises(NotAlone):
        refuse_unfit(of_kind("matrix"))


@pytest.mark.parametrize("kind", KINDS)
def test_made_up_people_get_through(kind: str) -> None:
    definition = of_kind(kind, required=True)
    found = pretest.simulate(definition, respondents=60)
    assert found.outcome("stuck") == 0 and found.dead_ends == ()
    assert 0 < found.shown["q"] < 60
