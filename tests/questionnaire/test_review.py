"""What forbids publishing, what cannot be reached, and what is only advice."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import conditions, routing, timing
from survey_app.questionnaire.publication import assign_values
from survey_app.questionnaire.reach import unreachable
from survey_app.questionnaire.review import review
from survey_app.questionnaire.wording import advice
from tests.questionnaire.tools import made, question, tiny


def faults(definition: Any, previous: Any = None) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in review(definition, previous)]


def pages(*groups: list[dict[str, Any]], **more: Any) -> Any:
    return made(pages=[{"questions": group} for group in groups], **more)


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        (made(question("hello", "note")), [("no_question", "pages")]),
        (made(pages=[]), [("no_question", "pages")]),
        (made(*(question(f"q{n}") for n in range(21))), [("page_too_long", "pages[0]")]),
        (
            made(question("good"), question("why", "long_text") | {"text": "{{good}}?"}),
            [("same_page_piping", "pages[0].questions[1].text")],
        ),
        (pages([question("good")], [question("why", "long_text") | {"text": "{{good}}?"}]), []),
        (
            made(question("many", "multiple_choice"), question("q", show_if={"many": {"count": {"at_least": 2}}})),
            [("same_page_condition", "pages[0].questions[1].show_if")],
        ),
        (
            pages([question("many", "multiple_choice")], [question("q", show_if={"many": {"count": {"at_least": 2}}})]),
            [],
        ),
        (
            made(question("day", "date"), question("q", show_if={"day": {"less_than": "2026-01-01"}})),
            [("same_page_condition", "pages[0].questions[1].show_if")],
        ),
        (
            made(question("t", "short_text"), question("q", show_if={"t": {"is": "x"}})),
            [("same_page_condition", "pages[0].questions[1].show_if")],
        ),
        (made(question("t", "short_text"), question("q", show_if={"t": {"answered": True}})), []),
        (
            made(question("x", "number"), question("q", show_if={"x": {"is": 3}})),
            [("same_page_condition", "pages[0].questions[1].show_if")],
        ),
        (
            made(
                question("good"),
                question("c", "computed", expression={"answer": "good"}),
                question("q", show_if={"c": {"is": 1}}),
            ),
            [("same_page_condition", "pages[0].questions[2].show_if")],
        ),
        (
            made(question("o", "order_data", field="sum"), question("good")),
            [("order_data_anonymous", "pages[0].questions[0].type")],
        ),
        (made(question("o", "order_data", field="sum"), question("good"), mode="identified"), []),
        (
            made(question("p", "short_text", pattern="phone")),
            [("contact_data_anonymous", "pages[0].questions[0].pattern")],
        ),
        (
            made(question("ill", "single_choice", sensitive="health")),
            [("consent_missing", "pages[0].questions[0].sensitive")],
        ),
    ],
)
def test_a_fault_forbids_publishing(definition: Any, expected: list[tuple[str, str]]) -> None:
    assert faults(definition) == expected


def test_a_draft_without_translation_loads_and_may_not_be_published() -> None:
    draft = made(question("good"), languages=["en", "zh-CN"])
    assert set(faults(draft)) == {("missing_text", "title"), ("missing_text", "pages[0].questions[0].text")}


YES = {"choices": [{"code": "yes", "text": "Yes"}, {"code": "no", "text": "No"}]}


@pytest.mark.parametrize(
    ("definition", "never"),
    [
        (pages([question("a", "nps")], [question("b", show_if={"a": {"more_than": 10}})]), ("b",)),
        (pages([question("a", "nps")], [question("b", show_if={"a": {"at_most": 3, "at_least": 4}})]), ("b",)),
        (pages([question("a", "nps", required=True)], [question("b", show_if={"a": {"answered": False}})]), ("b",)),
        (pages([question("a", "nps")], [question("b", show_if={"a": {"answered": False}})]), ()),
        (
            pages(
                [question("a", "single_choice", **YES)],
                [question("b", show_if={"a": {"is": "yes"}})],
                [question("c", show_if={"a": {"is": "no"}, "b": {"answered": True}})],
            ),
            ("c",),
        ),
        (
            pages(
                [question("a", "multiple_choice", max=1)], [question("b", show_if={"a": {"includes_all": ["a", "b"]}})]
            ),
            ("b",),
        ),
        (pages([question("a", "multiple_choice")], [question("b", show_if={"a": {"count": {"at_least": 4}}})]), ("b",)),
        (pages([question("a", "multiple_choice")], [question("b", show_if={"a": {"count": {"at_least": 3}}})]), ()),
        (pages([question("a", "number", min=0, max=10)], [question("b", show_if={"a": {"more_than": 10}})]), ("b",)),
        (
            pages(
                [question("a", "number", min=0, max=10, decimals=1)],
                [question("b", show_if={"a": {"more_than": 9, "less_than": 10}})],
            ),
            (),
        ),
        (
            pages(
                [question("a", "number", min=0, max=10)],
                [question("b", show_if={"a": {"more_than": 9, "less_than": 10}})],
            ),
            ("b",),
        ),
        (
            pages(
                [question("a", "date", min="2026-01-01")], [question("b", show_if={"a": {"less_than": "2026-01-01"}})]
            ),
            ("b",),
        ),
        (pages([question("a", "short_text")], [question("b", show_if={"a": {"is": "secret"}})]), ()),
        (
            pages(
                [question("a", "csat"), question("c", "computed", expression={"multiply": [{"answer": "a"}, 2]})],
                [question("b", show_if={"c": {"is": 9}})],
            ),
            ("b",),
        ),
        (
            pages(
                [question("a", "csat"), question("c", "computed", expression={"multiply": [{"answer": "a"}, 2]})],
                [question("b", show_if={"c": {"is": 8}})],
            ),
            (),
        ),
        (pages([question("h", "hidden", value="x"), question("a")], [question("b", show_if={"h": {"is": "x"}})]), ()),
        (
            made(
                pages=[
                    {"questions": [question("a", "single_choice", **YES)], "end_if": {"a": {"is_not": "yes"}}},
                    {"questions": [question("b", show_if={"a": {"is": "no"}})]},
                ]
            ),
            ("b",),
        ),
        (
            made(
                pages=[
                    {"questions": [question("a", required=True)], "end_if": {"a": {"at_least": 1}}},
                    {"questions": [question("b")]},
                ]
            ),
            ("b",),
        ),
    ],
)
def test_questions_that_can_never_be_shown_are_found(definition: Any, never: tuple[str, ...]) -> None:
    assert unreachable(definition).unreachable == never
    assert unreachable(definition).undecided == ()
    assert bool(never) == any(code.startswith("unreachable") for code, _ in faults(definition))


def test_answers_that_no_condition_tells_apart_are_tried_once() -> None:
    six = [question(f"q{n}", "nps") for n in range(6)]  # 12 ^ 6 combinations, 4 ^ 6 of them different
    never = {f"q{n}": {"at_least": 7} for n in range(5)} | {"q5": {"at_least": 9, "at_most": 8}}
    assert unreachable(pages(six, [question("last", show_if=never)])).unreachable == ("last",)


def test_what_cannot_be_decided_is_advice_and_not_a_fault() -> None:
    definition = pages(
        [question("a", "date"), question("b", "date")], [question("c", show_if={"a": {"more_than": {"answer": "a"}}})]
    )
    assert unreachable(definition).undecided == ("c",)
    assert faults(definition) == []
    assert "undecided" in [problem.code for problem in advice(definition)]


def test_a_condition_over_very_many_answers_is_sampled() -> None:
    wide = [question(f"q{n}", "nps", required=True) for n in range(8)]
    parts = [{"multiply": [{"answer": f"q{n}"}, 11**n]} for n in range(8)]  # 11 ^ 8 different sums
    total = [*wide, question("total", "computed", expression={"add": parts})]
    reachable = pages(total, [question("last", show_if={"total": {"at_least": 9}})])
    never = pages(total, [question("last", show_if={"total": {"at_most": -1}})])
    assert unreachable(reachable) == type(unreachable(never))((), ())
    assert unreachable(never) == type(unreachable(never))((), ("last",))


def test_a_long_chain_of_conditions_is_reviewed_in_seconds() -> None:
    chain = [
        [question(f"q{n}", "nps", **({"show_if": {f"q{n - 1}": {"at_least": 3}}} if n else {}))] for n in range(300)
    ]
    before = time.thread_time()
    assert faults(pages(*chain)) == []
    assert time.thread_time() - before < 10


SMALL = st.recursive(
    st.tuples(
        st.sampled_from(["a", "b"]), st.sampled_from(["is", "is_not", "at_most", "more_than"]), st.integers(1, 3)
    ).map(lambda t: {t[0]: {t[1]: t[2]}}),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda c: {"all": c}), inner.map(lambda c: {"not": c})
    ),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(SMALL, SMALL)
def test_reach_agrees_with_trying_everything(first: Any, second: Any) -> None:
    if not conditions.names(first) <= {"a"}:
        first = {"a": {"is": 2}}
    definition = pages(
        [question("a", "rating", points=3)],
        [question("b", "rating", points=3, show_if=first)],
        [question("c", show_if=second)],
    )
    tried = {
        name
        for a in (None, 1, 2, 3)
        for b in (None, 1, 2, 3)
        for name in routing.path(definition, {k: v for k, v in (("a", a), ("b", b)) if v}).questions
    }
    assert set(unreachable(definition).unreachable) == {"b", "c"} - tried


def version(**more: Any) -> Any:
    return assign_values(made(question("q", "single_choice", **more), question("good", "rating", points=5)))


def test_a_mode_may_only_become_stricter() -> None:
    loose, strict = made(question("good"), mode="identified"), made(question("good"))
    assert faults(loose, strict) == [("mode_loosened", "mode")]
    assert faults(strict, loose) == []


def test_a_change_that_mixes_two_meanings_in_one_column_is_refused() -> None:
    before = version()
    assert faults(made(question("q"), question("good", "rating", points=5)), before) == [
        ("type_changed", "pages[0].questions[0].type")
    ]
    assert faults(made(question("q", "dropdown"), question("good", "rating", points=5)), before) == []
    assert faults(made(question("q", "single_choice"), question("good", "rating", points=7)), before) == [
        ("type_changed", "pages[0].questions[1].type")
    ]


def agreed(scale: str, **question_: Any) -> Any:
    points = {
        name: {"points": [{"code": f"{name}{n}", "text": "x", "value": n} for n in (1, 2)]} for name in ("how", "often")
    }
    points["again"] = points["how"]
    rows = {"rows": [{"code": "r", "text": "r"}]} if question_["type"] == "matrix" else {}
    return made({"name": "q", "text": "q", "scale": scale, **question_, **rows}, scales=points)


@pytest.mark.parametrize("kind", ["likert", "matrix"])
def test_another_scale_under_the_same_values_is_refused_and_the_same_under_another_name_is_not(kind: str) -> None:
    before = agreed("how", type=kind)
    assert faults(agreed("often", type=kind), before) == [("type_changed", "pages[0].questions[0]")]
    assert faults(agreed("again", type=kind), before) == []


def test_a_column_of_a_table_stays_words_or_numbers() -> None:
    def table(kind: str) -> Any:
        column = {"code": "c", "text": "c", "type": kind}
        return made(question("q", "matrix_fields", rows=[{"code": "r", "text": "r"}], columns=[column]))

    assert faults(table("number"), table("short_text")) == [("type_changed", "pages[0].questions[0]")]
    assert faults(table("number"), table("number")) == []


def test_a_value_may_neither_change_nor_come_back_for_another_choice() -> None:
    changed = version(choices=[{"code": "a", "text": "a", "value": 9}])
    reused = version(choices=[{"code": "new", "text": "n", "value": 2}])
    assert faults(changed, version()) == [("value_changed", "pages[0].questions[0].choices[0].value")]
    assert faults(reused, version()) == [("value_reused", "pages[0].questions[0].choices[0].value")]


def test_advice_is_given_and_forbids_nothing() -> None:
    definition = made(
        question("q", "single_choice", choices=[{"code": f"c{n}", "text": "x"} for n in range(9)]),
        question("t", "long_text", required=True),
        question("m", "matrix", points=5, rows=[{"code": f"r{n}", "text": "x"} for n in range(7)]),
        *(question(f"x{n}", required=True) for n in range(17)),
    )
    codes = {problem.code for problem in advice(definition)}
    assert {"many_choices", "required_text", "many_rows", "many_questions", "long_survey", "no_unsure"} <= codes
    assert faults(definition) == []


def test_time_is_ten_seconds_a_question_and_more_on_a_phone() -> None:
    assert timing.seconds(tiny("sus")) == 140
    assert timing.seconds(tiny("csat")) == 14
    assert timing.minutes(tiny("sus")) == 3
    conditional = pages([question("a")], [question("b", show_if={"a": {"is": 1}})])
    assert timing.seconds(conditional) == 21


def test_two_thousand_questions_on_one_page_are_reviewed_in_seconds() -> None:
    definition = pages([question(f"q{n}", text=f"文字 {n}") for n in range(2_000)])
    began = time.process_time()
    assert faults(definition) == [("page_too_long", "pages[0]")]
    assert time.process_time() - began < 10


@pytest.mark.parametrize("sign", ["(", "（", "“", "「", '"', "{{", "《", "a ", "1", "，"])
def test_a_long_text_of_one_sign_is_read_in_seconds(sign: str) -> None:
    definition = pages([question("q1", text=(sign * 10_000)[:10_000])])
    began = time.process_time()
    advice(definition, reach=False)
    assert time.process_time() - began < 2
