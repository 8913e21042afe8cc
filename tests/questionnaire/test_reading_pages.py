"""A posted page: damage is told apart from answers to correct, and what does not apply is dropped."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_app.questionnaire import validation
from tests.questionnaire.tools import codes, made, question, read, sent, tiny

TWO = made(question("good"), question("why", "multiple_choice"), question("remark", "long_text"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"_end": []}, "end"),
        ({"_end": ["1"]}, "end"),
        ({"_end": ["1.", "1."]}, "end"),
        ({"_q": []}, "questions"),
        ({"_q": ["good", "why"]}, "questions"),
        ({"_q": ["good", "why", "remark", "remark"]}, "questions"),
        ({"_q": ["good", "why", "remark", "other"]}, "questions"),
        ({"good": ["6"]}, "unknown code"),
        ({"good": ["4", "5"]}, "two answers"),
        ({"good": ["٣"]}, "unknown code"),
        ({"why": ["a", "z"]}, "unknown code"),
        ({"why": ["a", "a"]}, "one code twice"),
        ({"remark": ["x", "y"]}, "two answers"),
        ({"strange": ["1"]}, "does not have"),
    ],
)
def test_a_form_that_is_not_ours_is_damaged(change: dict[str, list[str]], reason: str) -> None:
    result = validation.page_form(TWO, 0).read(sent(TWO, good="4") | change, {"good": 2}, {"remark": "kept"})
    assert result.damaged is not None
    assert reason in result.damaged
    assert (result.answers, result.texts) == ({"good": 2}, {"remark": "kept"})


def test_a_form_cut_anywhere_is_damaged() -> None:
    whole = sent(TWO, good="4", why=["a"], remark="thanks")
    names = [name for name in whole if name != "go"]
    for length in range(len(names)):
        cut = {name: whole[name] for name in names[:length]}
        assert validation.page_form(TWO, 0).read(cut, {}, {}).damaged, names[:length]


def test_a_marker_without_input_means_shown_and_not_answered() -> None:
    result = validation.page_form(TWO, 0).read(sent(TWO), {"good": 5, "why": ["a"]}, {"remark": "old"})
    assert result.good
    assert (result.answers, result.texts) == ({}, {})


CONDITIONAL = made(
    question("good", required=True),
    question("reasons", "multiple_choice", show_if={"good": {"at_most": 2}}, required=True),
    question("more", "long_text", show_if={"reasons": {"includes": "c"}}),
)


def test_a_question_that_was_not_on_the_page_and_now_applies_is_new() -> None:
    form = sent(CONDITIONAL, good="1") | {"_q": ["good"]}
    result = validation.page_form(CONDITIONAL, 0).read(form, {}, {})
    assert (result.damaged, result.problems, result.new_questions) == (None, [], ["reasons"])
    assert not result.good


def test_what_was_sent_for_a_question_that_does_not_apply_is_dropped() -> None:
    result = read(CONDITIONAL, good="5", reasons=["c"], more="typed")
    assert (result.good, result.answers, result.texts) == (True, {"good": 5}, {})


def test_a_forged_code_is_damage_even_where_it_does_not_apply() -> None:
    assert read(CONDITIONAL, good="5", reasons=["z"]).damaged


def test_a_condition_on_a_condition_of_the_same_page_follows() -> None:
    assert read(CONDITIONAL, good="1", reasons=["c"], more="typed").texts == {"more": "typed"}
    assert read(CONDITIONAL, good="1", reasons=["a"], more="typed").texts == {}
    assert codes(read(CONDITIONAL, good="1")) == {"reasons": "required_choice"}


def test_an_input_without_its_marker_is_damage() -> None:
    form = sent(CONDITIONAL, good="1", reasons=["a"]) | {"_q": ["good"]}
    assert validation.page_form(CONDITIONAL, 0).read(form, {}, {}).damaged


def test_an_earlier_answer_that_left_the_path_does_not_open_a_question_here() -> None:
    definition = tiny("off_path")
    before = {"used": "no", "good": 1}
    result = validation.page_form(definition, 2).read(sent(definition, 2, bye="4") | {"_q": ["bye"]}, before, {})
    assert (result.new_questions, result.answers) == ([], {"used": "no", "bye": 4})


def test_constants_and_computed_values_are_renewed_with_their_page() -> None:
    result = read(tiny("computed"), price="5", speed_felt="4")
    assert result.answers == {"price": 5, "speed_felt": 4, "average": 4.5, "level": 45}


def test_today_limits_a_date() -> None:
    definition = tiny("dates")
    form = sent(definition, bought="2026-05-02")
    page = validation.page_form(definition, 0)
    assert codes(page.read(form, {}, {}, today=date(2026, 5, 1))) == {"bought": "date_too_late"}
    assert page.read(form, {}, {}, today=date(2026, 5, 2)).good


@pytest.mark.parametrize(
    "typed", ["NaN", "Infinity", "1e309", "-0", "٣", "1,5", "0x10", "+5", "--1", "1.", ".5", "½", "一"]
)
def test_what_is_not_a_plain_number_is_refused_with_a_reason(typed: str) -> None:
    definition = made(question("n", "number", decimals=2))
    assert codes(read(definition, n=typed)) == {"n": "bad_number"}


def test_numbers_beyond_what_a_double_holds_are_refused() -> None:
    definition = made(question("n", "number"))
    assert codes(read(definition, n="9" * 5000)) == {"n": "number_too_long"}
    assert read(definition, n="0" * 20 + "7").answers == {"n": 7}
    assert codes(read(definition, n="-99999")) == {"n": "number_too_small"}


def test_an_empty_number_is_no_answer() -> None:
    assert read(made(question("n", "number")), n="  ").answers == {}


@pytest.mark.parametrize(
    "phone",
    [
        "13812345678",
        " 138 1234 5678",
        "８６１３８１２３４５６７８",
        "010-12345678",
        "+1 202 555 0100",
        "008613812345678",
        "400-810-8888",
    ],
)
def test_phones_as_people_type_them_are_accepted(phone: str) -> None:
    definition = made(question("p", "short_text", pattern="phone"), mode="identified")
    assert read(definition, p=phone).texts


@pytest.mark.parametrize("phone", ["1.38E+10", "123", "12812345678x", "1" * 3000, "13812345678,13812345679"])
def test_what_is_no_phone_is_refused(phone: str) -> None:
    definition = made(question("p", "short_text", pattern="phone"), mode="identified")
    assert codes(read(definition, p=phone)) == {"p": "bad_phone"}


def test_patterns_take_linear_time() -> None:
    definition = made(
        *(question(p, "short_text", pattern=p) for p in ("phone", "email", "number", "postcode")), mode="identified"
    )
    for hostile in ("1" * 8000, "a@" + "a." * 4000, "a" * 8000 + "@", "-" * 8000, " " * 8000 + "x"):
        result = read(definition, phone=hostile, email=hostile, number=hostile, postcode=hostile)
        assert result.damaged is None
        assert len(result.problems) == 4


def test_the_whole_path_is_checked_before_it_is_stored() -> None:
    definition = tiny("off_path")
    assert validation.complete(definition, {"used": "yes", "good": 9, "bye": "x"}, {}) == [
        validation.FieldProblem("good", "good", "invalid"),
        validation.FieldProblem("bye", "bye", "invalid"),
    ]
    assert [p.variable for p in validation.complete(CONDITIONAL, {"good": 1}, {})] == ["reasons"]


def test_form_values_give_back_what_was_read() -> None:
    definition = tiny("numbers")
    result = read(definition, visits="3", amount="12.5", balance="-5")
    for item in definition.questions:
        values = validation.form_values(definition, item, result.answers, result.texts)
        assert values == {item.name: [{"visits": "3", "amount": "12.5", "balance": "-5"}[item.name]]}


FIELDS = st.dictionaries(
    st.sampled_from(["good", "reasons", "more", "_q", "_end", "go", "x"]),
    st.lists(
        st.one_of(st.sampled_from(["1", "5", "a", "c", "1.", "good", "reasons", "more", ""]), st.text(max_size=5)),
        max_size=4,
    ),
)


@settings(max_examples=300, deadline=None)
@given(FIELDS)
def test_no_form_breaks_the_reader(form: dict[str, list[str]]) -> None:
    result = validation.page_form(CONDITIONAL, 0).read(form, {}, {})
    kept: dict[str, Any] = result.answers
    assert set(kept) <= {"good", "reasons"}
    if result.good:
        assert kept["good"] in (1, 2, 3, 4, 5)
        assert validation.complete(CONDITIONAL, kept, result.texts) == []


# --- what nobody types ---------------------------------------------------------------------------------------------------
TWICE = {"name": "c", "type": "computed", "expression": {"multiply": [{"answer": "a"}, 2]}}
WHEN_10 = {"c": {"at_least": 10}}


def test_a_page_may_look_at_what_is_calculated_on_a_page_that_nobody_sees() -> None:
    pages = [[question("a", "number")], [TWICE], [question("b", "number", show_if=WHEN_10)]]
    definition = made(pages=[{"questions": asked} for asked in pages])
    result = validation.page_form(definition, 2).read(sent(definition, 2, b="3"), {"a": 7}, {})
    assert result.good and result.answers["b"] == 3


def test_a_page_may_look_at_a_constant_on_a_page_that_nobody_sees() -> None:
    pages = [[{"name": "c", "type": "hidden", "value": 5}], [question("b", "number", show_if={"c": {"is": 5}})]]
    definition = made(pages=[{"questions": asked} for asked in pages])
    assert validation.page_form(definition, 1).read(sent(definition, 1, b="3"), {}, {}).answers["b"] == 3


def test_what_was_calculated_from_an_answer_that_has_changed_since_does_not_count() -> None:
    pages = [[question("a", "number")], [question("g", "number"), TWICE], [question("b", "number", show_if=WHEN_10)]]
    definition = made(pages=[{"questions": asked} for asked in pages])
    result = validation.page_form(definition, 2).read(sent(definition, 2) | {"_q": []}, {"a": 1, "c": 14}, {})
    assert result.good and result.answers == {"a": 1, "c": 2}
