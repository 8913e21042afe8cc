"""Rankings, amounts, sliders and tables: their columns, their rules, and that every made-up answer comes back as it went in."""

from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import codebook, loading, piping, reach, scoring, validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.pretest import simulate
from survey_app.questionnaire.problems import sentence
from survey_app.questionnaire.publication import assign_values
from survey_app.questionnaire.review import review
from survey_app.questionnaire.sample_answers import Mind, drawers
from survey_app.questionnaire.timing import question_seconds
from survey_app.questionnaire.uses import uses
from tests.questionnaire.tools import NAMES, codes, made, question, read, sent, shown, tiny

NEW = ("ranking", "region", "constant_sum", "slider", "matrix_multiple", "matrix_fields")
AB = [{"code": code, "text": code} for code in "ab"]
FIELD = {"code": "x", "text": "x", "type": "number"}


def faults(definition: Definition) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in review(definition)]


# --- every type ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 10_000), mood=st.floats(0, 1), careful=st.booleans())
def test_a_made_up_answer_is_taken_and_comes_back_as_it_went_in(
    name: str, seed: int, mood: float, careful: bool
) -> None:
    definition = tiny(name)
    draw, dice = drawers(definition, Random(1), None), Random(seed)
    for asked in definition.questions:
        if not asked.asks:
            continue
        form = draw[asked.name](dice, Mind(mood, "zh-CN", careful))
        assert set(form) <= set(asked.field_names())
        answers: dict[str, Any] = {}
        texts: dict[str, str] = {}
        problems: list[validation.FieldProblem] = []
        asked.reader()(form, answers, texts, problems, None)
        assert problems == []
        assert set(answers) <= set(asked.answer_names())
        again: dict[str, Any] = {}
        words: dict[str, str] = {}
        back = validation.form_values(definition, asked, answers, texts)
        asked.reader()(back, again, words, problems, None)
        assert (again, words, problems) == (answers, texts, [])


@pytest.mark.parametrize("name", NEW)
def test_made_up_people_get_through_and_see_everything(name: str) -> None:
    found = simulate(tiny(name), respondents=300)
    assert (found.dead_ends, found.never) == ((), ())


VALUES = st.one_of(
    st.sampled_from(["", "1", "2", "3", "100", "-1", "0.5", "unknown", "web", "none", "pill", "price", "１"]),
    st.text(max_size=6),
)


@settings(max_examples=200, deadline=None)
@given(name=st.sampled_from(NEW), data=st.data())
def test_no_form_breaks_the_readers_and_what_they_take_is_whole(name: str, data: st.DataObject) -> None:
    definition = tiny(name)
    fields = sorted({f for q in definition.pages[0].questions for f in q.field_names()})
    form = data.draw(st.dictionaries(st.sampled_from(fields), st.lists(VALUES, max_size=3)))
    result = validation.page_form(definition, 0).read(sent(definition) | form, {}, {})
    if result.damaged is None:
        wrong = {problem.question for problem in result.problems}
        kept = {k: v for k, v in result.answers.items() if definition.owners[k].name not in wrong}
        later = validation.complete(definition, kept, result.texts)
        assert {problem.question for problem in later} <= wrong
        codebook.row(definition, kept, result.texts)


# --- ranking ------------------------------------------------------------------------------------------------------------
def test_a_ranking_has_a_column_of_ranks_for_every_choice() -> None:
    made_row = codebook.row(tiny("ranking"), {"wish": ["speed", "price"]}, {})
    assert made_row == {
        "wish_price": 2, "wish_speed": 1, "wish_staff": -97, "taste_tea": -97, "taste_milk": -97, "cheap": "",
    }  # fmt: skip
    kinds = {v.name: (v.kind, v.set_name) for v in tiny("ranking").variables[:2]}
    assert kinds == {"wish_price": ("rank", "wish"), "wish_speed": ("rank", "wish")}


def test_what_is_unfinished_waits_in_the_draft_and_is_never_stored_for_good() -> None:
    for name, fields, kept in (
        ("ranking", {"wish_speed": "1"}, {"wish": ["speed"]}),
        ("constant_sum", {"share_price": "30", "share_staff": "20"}, {"share_price": 30, "share_staff": 20}),
    ):
        definition, given = tiny(name), dict[str, Any](fields)
        result = read(definition, **given)
        assert result.problems and result.answers == kept
        asked = definition.questions[0]
        assert validation.form_values(definition, asked, result.answers, {}) == {k: [v] for k, v in fields.items()}
        assert [p.question for p in validation.complete(definition, result.answers, {})] == [asked.name]


def test_a_skipped_rank_keeps_the_order() -> None:
    assert read(tiny("ranking"), wish_staff="1", wish_price="2", taste_tea="2").answers["taste"] == ["tea"]


def test_rules_ask_a_ranking_what_was_ranked() -> None:
    assert shown(tiny("ranking"), {"wish": ["price", "staff"]}) == ["wish", "taste", "cheap"]
    assert shown(tiny("ranking"), {"wish": ["speed", "staff"]}) == ["wish", "taste"]


def test_a_ranking_is_shown_in_its_order() -> None:
    definition, answers = tiny("ranking"), {"wish": ["staff", "price"]}
    assert piping.shown_answer(definition, "wish", answers, {}, "en") == "Staff, Price"


def test_the_page_cannot_decide_rules_about_rankings_and_sums() -> None:
    ranking = question("wish", "ranking", choices=AB)
    amounts = question("share", "constant_sum", items=AB, total=10)
    one = made(ranking, question("cheap", "long_text", show_if={"wish": {"includes": "a"}}))
    other = made(amounts, question("dear", "long_text", show_if={"share_a": {"more_than": 5}}))
    assert faults(one) == [("same_page_condition", "pages[0].questions[1].show_if")]
    assert faults(other) == [("same_page_condition", "pages[0].questions[1].show_if")]


# --- amounts and sliders ------------------------------------------------------------------------------------------------
def test_amounts_that_make_the_total_leave_nothing_open() -> None:
    row = codebook.row(tiny("constant_sum"), read(tiny("constant_sum"), share_price="100").answers, {})
    assert (row["share_price"], row["share_speed"], row["share_staff"], row["hours_a"]) == (100, 0, 0, -97)


def test_amounts_with_decimals_add_up_exactly() -> None:
    tenths = [{"code": str(n), "text": str(n)} for n in range(10)]
    definition = made(question("q", "constant_sum", items=tenths, total=1, decimals=1))
    whole: dict[str, Any] = {f"q_{n}": "0.1" for n in range(10)}
    assert codes(read(definition, **whole)) == {}
    del whole["q_9"]
    assert codes(read(definition, **whole)) == {"q": "sum_differs"}


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 100), min_size=3, max_size=3))
def test_amounts_are_taken_exactly_when_they_make_the_total(amounts: list[int]) -> None:
    definition = made(question("q", "constant_sum", items=[*AB, {"code": "c", "text": "c"}], total=100))
    fields: dict[str, Any] = {f"q_{code}": str(n) for code, n in zip("abc", amounts, strict=True)}
    result = read(definition, **fields)
    assert result.good == (sum(amounts) == 100)


@settings(max_examples=100, deadline=None)
@given(st.integers(-100, 100), st.sampled_from([0.1, 0.25, 1, 2, 5, 7]), st.integers(0, 50), st.floats(-1, 1))
def test_a_slider_takes_its_stops_and_nothing_between(low: int, step: float, count: int, off: float) -> None:
    definition = made(question("s", "slider", min=low, max=low + step * 50, step=step))
    stop = round(low + step * count, 4)
    assert read(definition, s=f"{stop:f}".rstrip("0").rstrip(".")).good
    between = round(stop + off * step, 3)
    if abs(off) > 0.02 and abs(abs(off) - 1) > 0.02:
        assert not read(definition, s=f"{between:.3f}".rstrip("0").rstrip(".")).good


def test_a_slider_gives_scores_and_missing_codes() -> None:
    warm = made(
        question("s", "slider", min=0, max=10, unsure="?"),
        scores=[{"name": "total", "kind": "mean", "questions": ["s"], "rescale": [0, 100]}],
    )
    assert scoring.scores(warm, {"s": 5}) == {"total": 50.0}
    assert scoring.scores(warm, {"s": "unknown"}) == {"total": None}
    assert codebook.row(warm, {"s": "unknown"}, {}) == {"s": -95}
    assert tiny("slider").variables[1].missing == -99
    assert made(question("s", "slider", min=-100, max=100)).variables[0].missing == -99999


# --- tables -------------------------------------------------------------------------------------------------------------
def test_a_table_of_choices_has_a_column_for_every_cell() -> None:
    row = codebook.row(tiny("matrix_multiple"), {"seen_chain": ["web"]}, {})
    assert [row[f"seen_chain_{c}"] for c in ("web", "tv", "road", "none")] == [1, 0, 0, 0]
    assert {row[f"seen_rival_{c}"] for c in ("web", "tv", "road", "none")} == {-97}
    first = tiny("matrix_multiple").variables[0]
    assert (first.set_name, first.label["en"]) == ("seen_chain", "Our shop - Online")


def test_a_table_of_fields_keeps_each_kind_of_column() -> None:
    definition = assign_values(tiny("matrix_fields"))
    kinds = {v.name: (v.kind, v.storage) for v in definition.variables[:3]}
    assert kinds == {
        "drug_a_title": ("text", "text"), "drug_a_boxes": ("number", "number"), "drug_a_form": ("single", "number"),
    }  # fmt: skip
    row = codebook.row(
        definition, {"drug_a_boxes": 3, "drug_a_form": "drop", "drug_b_form": "dk"}, {"drug_a_title": "x"}
    )
    assert (row["drug_a_title"], row["drug_a_boxes"], row["drug_a_form"], row["drug_b_form"]) == ("x", 3, 2, -95)


def test_values_of_a_column_are_given_once_and_never_again() -> None:
    first = assign_values(tiny("matrix_fields"))
    data = tiny("matrix_fields").to_json()
    column = data["pages"][0]["questions"][0]["columns"][2]
    column["choices"] = [{"code": "syrup", "text": {"zh-CN": "糖浆", "en": "Syrup"}}, *column["choices"][1:]]
    second = assign_values(loading.definition_from(data), first)
    kept = second.to_json()["pages"][0]["questions"][0]["columns"][2]
    assert {c["code"]: c.get("value") for c in kept["choices"]} == {"syrup": 3, "drop": 2, "dk": None}
    assert kept["retired"] == {"pill": 1}
    changed = second.to_json()
    changed["pages"][0]["questions"][0]["columns"][2]["choices"][0]["value"] = 1
    again = review(loading.definition_from(changed), second)
    assert [p.code for p in again] == ["value_changed"]


def test_where_a_row_or_a_column_is_used_is_found() -> None:
    definition = tiny("matrix_fields")
    for row in ("a", "boxes"):
        assert [use.path for use in uses(definition, question="drug", row=row)] == ["pages[0].questions[1].show_if"]
    assert uses(definition, question="drug", row="form") == []
    assert [u.kind for u in uses(tiny("random_order"), question="q1")] == ["quota"]


@pytest.mark.parametrize(
    ("broken", "code"),
    [
        (question("m", "matrix_fields", rows=AB, columns=[FIELD | {"type": "dropdown"}]), "choices_of_dropdown"),
        (question("m", "matrix_multiple", rows=AB, choices=AB, min=3, max=2), "min_above_max"),
        (question("m", "matrix_multiple", rows=[*AB, AB[0]], choices=AB), "duplicate_name"),
        (question("s", "slider", min=5, max=1), "min_above_max"),
        (question("s", "slider", min=0, max=1, step=0), "wrong_kind"),
        (question("c", "constant_sum", items=[*AB, AB[0]], total=5), "duplicate_name"),
        (question("m", "matrix_fields", rows=AB * 30, columns=[FIELD] * 40), "too_many_cells"),
    ],
)  # fmt: skip
def test_a_broken_question_is_told_in_both_languages(broken: dict[str, Any], code: str) -> None:
    with pytest.raises(loading.InvalidQuestionnaire) as caught:
        made(broken)
    told = caught.value.problems
    assert code in [problem.code for problem in told]
    for problem in told:
        for language in ("zh-CN", "en"):
            assert "{" not in sentence(problem, language) and "?" not in sentence(problem, language)


# --- what can be reached ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "rule", "never"),
    [
        (question("s", "slider", min=0, max=10, step=5), {"s": {"is": 7}}, True),
        (question("s", "slider", min=0, max=10, step=5), {"s": {"more_than": 5}}, False),
        (question("s", "slider", min=0, max=10), {"s": {"more_than": 10}}, True),
        (question("r", "ranking", choices=AB, top=1), {"r": {"includes_all": ["a", "b"]}}, True),
        (question("r", "ranking", choices=AB, required=True), {"r": {"includes_none": ["a"]}}, True),
        (question("r", "ranking", choices=AB), {"r": {"count": {"is": 1}}}, False),
        (question("c", "constant_sum", items=AB, total=10), {"c_a": {"more_than": 10}}, True),
        (question("m", "matrix_multiple", rows=AB, choices=AB, max=1), {"m_a": {"includes_all": ["a", "b"]}}, True),
        (question("m", "matrix_multiple", rows=AB, choices=AB), {"m_a": {"includes": "a"}}, False),
    ],
)  # fmt: skip
def test_a_question_nobody_can_reach_is_found(asked: dict[str, Any], rule: dict[str, Any], never: bool) -> None:
    definition = made(pages=[{"questions": [asked]}, {"show_if": rule, "questions": [question("more")]}])
    assert reach.unreachable(definition).unreachable == (("more",) if never else ())


# --- undecided rules, random order, quotas ------------------------------------------------------------------------------
def test_an_undecided_rule_forbids_publishing_and_is_read_out() -> None:
    problems = review(made(question("good", open_rules=["Q3: relevance [[a]] == 1"])))
    assert [(p.code, p.path) for p in problems] == [("open_rules", "pages[0].questions[0].open_rules")]
    assert "Q3: relevance [[a]] == 1" in str(problems[0])


def ordered(*pages: dict[str, Any], groups: list[list[str]]) -> Definition:
    return made(pages=list(pages), random_pages=groups)


def test_random_order_forbids_what_needs_an_order() -> None:
    one, two = {"name": "one", "questions": [question("x1")]}, {"name": "two", "questions": [question("x2")]}
    rule = {"x1": {"is": 1}}
    assert faults(ordered(one, two, groups=[["one", "two"]])) == []
    looking = two | {"show_if": rule}
    assert faults(ordered(one, looking, groups=[["one", "two"]])) == [("random_order_condition", "pages[1].show_if")]
    between = {"questions": [question("x3", show_if=rule)]}
    found = faults(ordered(one, between, two, groups=[["one", "two"]]))
    assert found == [("random_order_condition", "pages[1].questions[0].show_if")]
    ending = one | {"end_if": rule}
    assert faults(ordered(ending, two, groups=[["one", "two"]])) == [("random_order_end", "pages[0].end_if")]
    telling = {"name": "two", "questions": [question("x2", text="{{x1}}")]}
    assert faults(ordered(one, telling, groups=[["one", "two"]])) == [
        ("random_order_piping", "pages[1].questions[0].text")
    ]
    mixed = made(pages=[{"random_order": True, "questions": [question("x1"), question("x2", show_if=rule)]}])
    assert faults(mixed) == [("random_order_condition", "pages[0].questions[1].show_if")]


@pytest.mark.parametrize(
    ("more", "code", "path"),
    [
        ({"random_pages": [["one", "gone"]]}, "unknown_page", "random_pages[0][1]"),
        ({"random_pages": [["one", "one"]]}, "page_twice", "random_pages[0][1]"),
        ({"random_pages": [["one"]]}, "too_few", "random_pages[0]"),
        ({"quotas": [{"name": "n1", "when": {"gone": {"is": 1}}, "limit": 1}]}, "unknown_variable", "quotas[0].when.gone"),
        ({"quotas": [{"name": "n1", "when": {"x1": {"is": 1}}, "limit": 0}]}, "out_of_range", "quotas[0].limit"),
        ({"quotas": [{"name": "n1", "when": {"x1": {"is": 1}}, "limit": 1}] * 2}, "duplicate_name", "quotas[1].name"),
    ],
)  # fmt: skip
def test_groups_and_quotas_name_what_is_there(more: dict[str, Any], code: str, path: str) -> None:
    with pytest.raises(loading.InvalidQuestionnaire) as caught:
        made(pages=[{"name": "one", "questions": [question("x1")]}], **more)
    assert (code, path) in [(p.code, p.path) for p in caught.value.problems]


def test_answering_a_table_takes_longer_than_a_question() -> None:
    seconds = {name: question_seconds(tiny(name).questions[0]) for name in NEW}
    assert all(seconds[name] > 10 for name in NEW if name != "slider"), seconds
    assert seconds["slider"] == 10


def test_codes_that_give_two_fields_one_name_are_told() -> None:
    rows = [{"code": code, "text": code} for code in ("a", "a_b")]
    columns = [{**FIELD, "code": code} for code in ("b_c", "c")]
    with pytest.raises(loading.InvalidQuestionnaire) as error:
        made({"name": "m", "type": "matrix_fields", "text": "m", "rows": rows, "columns": columns})
    assert [(fault.code, fault.values["name"]) for fault in error.value.problems] == [("duplicate_name", "m_a_b_c")]
