"""Checks: what the answers of a page have to meet before it is left."""

from typing import Any

import pytest

from survey_app.distribution.offline import NotAlone, refuse_unfit
from survey_app.questionnaire import checks, loading, patterns, pretest, uses, validation
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.difference import difference
from survey_app.questionnaire.review import review

MOST = {"name": "most", "type": "number", "text": "最多几项"}
AB = [{"code": "a", "text": "甲"}, {"code": "b", "text": "乙"}, {"code": "c", "text": "丙"}]
COUNTED = {
    "let": {
        "chosen": {"add": [{"if": {"what": {"includes": code}}, "then": 1, "else": 0} for code in "abc"]},
    },
    "that": {"chosen": {"at_most": {"answer": "most"}}},
    "message": {"zh-CN": "选得太多", "en": "Too many"},
}
WHAT = {"name": "what", "type": "multiple_choice", "text": "哪些", "choices": AB, "checks": [COUNTED]}
WORD = {"name": "word", "type": "short_text", "text": "一词", "checks": [{"that": {"word": {"matches": "^[a-z]+$"}}}]}


def made(*questions: dict[str, Any], **more: Any) -> Definition:
    data = {"format": 1, "name": "checked", "title": "校验", "languages": ["zh-CN", "en"]}
    return loading.definition_from({**data, "pages": [{"questions": list(questions)}], **more})


def read(definition: Definition, shown: list[str], **fields: list[str]) -> validation.PageResult:
    form = {"_end": ["1."], "_q": shown, **fields}
    return validation.page_form(definition, 0).read(form, {}, {})


def codes(definition: Definition) -> list[tuple[str, str]]:
    return [(problem.code, problem.path) for problem in review(definition)]


@pytest.mark.parametrize(("most", "what", "good"), [("2", "ab", True), ("1", "ab", False), ("3", "abc", True)])
def test_a_check_compares_with_another_answer_of_the_page(most: str, what: str, good: bool) -> None:
    definition = made(MOST, WHAT)
    result = read(definition, ["most", "what"], most=[most], what=list(what))
    assert result.good == good
    assert [(p.question, p.variable, p.code) for p in result.problems] == ([] if good else [("what", "what", "check")])


def test_what_a_check_calculates_is_never_stored() -> None:
    result = read(made(MOST, WHAT), ["most", "what"], most=["2"], what=["a"])
    assert result.answers == {"most": 2, "what": ["a"]}


def test_the_words_of_a_check_are_shown_and_a_check_without_words_has_a_sentence() -> None:
    definition = made(MOST, WHAT, WORD)
    result = read(definition, ["most", "what", "word"], most=["0"], what=["a"], word=["A1"])
    said = [validation.message(problem, "en", definition) for problem in result.problems]
    assert said == ["Too many", "This answer does not fit; please check it"]


def test_nothing_is_checked_while_an_answer_is_none_by_itself() -> None:
    result = read(made(MOST, WHAT), ["most", "what"], most=["many"], what=["a"])
    assert [problem.code for problem in result.problems] == ["bad_number"]


def test_a_question_that_does_not_apply_is_not_checked() -> None:
    hidden = {**WORD, "show_if": {"most": {"at_least": 3}}}
    assert read(made(MOST, hidden), ["most", "word"], most=["1"], word=["A1"]).good
    assert not read(made(MOST, hidden), ["most", "word"], most=["3"], word=["A1"]).good


def test_an_earlier_answer_that_no_longer_counts_is_none_for_a_check() -> None:
    gone = {**MOST, "show_if": {"first": {"answered": True}}}
    first = {"name": "first", "type": "short_text", "text": "一"}
    definition = made(pages=[{"questions": [first]}, {"questions": [gone]}, {"questions": [WHAT]}])
    form = {"_end": ["1."], "_q": ["what"], "what": ["a"]}
    assert not validation.page_form(definition, 2).read(form, {"most": 3}, {}).good


def test_the_last_look_at_everything_checks_again() -> None:
    definition = made(MOST, WHAT)
    assert [p.code for p in validation.complete(definition, {"most": 0, "what": ["a"]}, {})] == ["check"]
    assert validation.complete(definition, {"most": 1, "what": ["a"]}, {}) == []


@pytest.mark.parametrize(
    ("check", "fault"),
    [
        ({"that": {"later": {"at_least": 1}}}, "later_variable"),
        ({"that": {"nobody": {"is": 1}}}, "unknown_variable"),
        ({"that": {"word": {"matches": "("}}}, "bad_pattern"),
        ({"that": {"word": {"matches": "(?=a)"}}}, "bad_pattern"),
        ({"that": {"list": {"matches": "a"}}}, "pattern_not_here"),
        ({"let": {"word": 1}, "that": {"word": {"is": 1}}}, "duplicate_name"),
        ({"let": {"sum": {"answer": "nobody"}}, "that": {"sum": {"at_least": 1}}}, "unknown_variable"),
    ],
)
def test_a_check_that_means_nothing_is_refused(check: dict[str, Any], fault: str) -> None:
    listed = {"name": "list", "type": "single_choice", "text": "选", "choices": AB}
    later = {"name": "later", "type": "number", "text": "后"}
    with pytest.raises(loading.InvalidQuestionnaire) as error:
        made(listed, {**WORD, "checks": [check]}, later)
    assert {problem.code for problem in error.value.problems} == {fault}


def test_a_note_has_nothing_to_check_and_a_rule_knows_no_patterns() -> None:
    note = {"name": "note", "type": "note", "text": "说明", "checks": [{"that": {"word": {"answered": True}}}]}
    shown = {"name": "more", "type": "note", "text": "说明", "show_if": {"word": {"matches": "a"}}}
    with pytest.raises(loading.InvalidQuestionnaire) as error:
        made(WORD, note, shown)
    assert {problem.code for problem in error.value.problems} == {"check_without_answer", "pattern_not_here"}


def test_a_sound_check_may_be_published_and_its_questions_are_used() -> None:
    english = {"zh-CN": "字", "en": "Words"}
    most, what = {**MOST, "text": english}, {**WHAT, "text": english}
    what["choices"] = [{**choice, "text": english} for choice in AB]
    definition = made(most, what, title=english)
    assert codes(definition) == []
    assert [(use.kind, use.path) for use in uses.uses(definition, question="most")] == [
        ("check", "pages[0].questions[1].checks[0]")
    ]
    assert checks.names(definition.question("what").checks[0]) == {"most", "what"}


def test_the_words_of_a_check_are_translated_like_any_text() -> None:
    what = {**WHAT, "checks": [{**COUNTED, "message": "只有中文"}]}
    assert ("missing_text", "pages[0].questions[1].checks[0].message") in codes(made(MOST, what))


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("b", "abc", True),
        ("^b", "abc", False),
        (r"^\d\d?$", "12", True),
        ("(?i)^AB$", "ab", True),
        ("药", "买药", True),
    ],
)
def test_a_pattern_is_looked_for_anywhere_in_the_text(pattern: str, text: str, found: bool) -> None:
    assert patterns.matches(text, pattern) == found


@pytest.mark.parametrize("given", ["", "(", "a" * 501, r"(a)\1", None, 5, "\ud800", "(((a{100}){100}){100})"])
def test_what_is_no_pattern_is_told_and_matches_nothing(given: Any) -> None:
    assert not patterns.is_pattern(given)
    assert not patterns.matches("a", given)


def test_a_number_is_compared_as_it_is_written() -> None:
    number = {
        "name": "num",
        "type": "number",
        "decimals": 2,
        "text": "数",
        "checks": [{"that": {"num": {"matches": r"^\d\.5$"}}}],
    }
    definition = made(number)
    assert read(definition, ["num"], num=["2.50"]).good
    assert not read(definition, ["num"], num=["2.25"]).good


def test_a_tablet_without_the_server_does_not_take_what_only_the_server_checks() -> None:
    refuse_unfit(made(MOST))
    with pytest.raises(NotAlone):
        refuse_unfit(made(WORD))


def test_people_of_a_pretest_go_on_until_their_answers_fit() -> None:
    most, what = {**MOST, "min": 1, "max": 3, "required": True}, {**WHAT, "required": True}
    found = pretest.simulate(made(most, what), respondents=100, seed=3)
    assert found.outcome("complete") > 95


def test_a_check_that_changed_is_a_difference() -> None:
    other = {**WORD, "checks": [{"that": {"word": {"matches": "^[0-9]+$"}}}]}
    (change,) = difference(made(WORD), made(other))
    assert (change.key, change.question) == ("checks", "word")


@pytest.mark.parametrize("number", [float("inf"), float("nan"), 10**400])
def test_what_cannot_be_calculated_with_is_no_constant(number: float) -> None:
    """Only files of other systems can bring such numbers."""
    for check in ({"that": {"most": {"at_most": number}}}, {"let": {"n": {"add": [number]}}, "that": {"n": {"is": 1}}}):
        with pytest.raises(loading.InvalidQuestionnaire) as error:
            made({**MOST, "checks": [check]})
        assert {fault.code for fault in error.value.problems} <= {"bad_condition", "bad_expression"}
    with pytest.raises(loading.InvalidQuestionnaire):
        made({**MOST, "min": number})


@pytest.mark.parametrize("tree", [{"answer": ["most"]}, {"answer": {"most": 1}}, {"count": [["most"]]}])
def test_a_name_that_is_no_text_is_unknown(tree: dict[str, Any]) -> None:
    with pytest.raises(loading.InvalidQuestionnaire) as error:
        made({**MOST, "checks": [{"let": {"n": tree}, "that": {"n": {"is": 1}}}]})
    assert [fault.code for fault in error.value.problems] == ["unknown_variable"]


def test_a_check_is_told_where_its_question_carries_errors() -> None:
    never = [{"that": {"not": {"x": {"answered": True}}}}]
    first = {"name": "x", "type": "number", "text": "x"}
    taste = {"name": "taste", "type": "ranking", "text": "排序", "choices": AB, "checks": never}
    rows = [{"code": "a", "text": "甲", "show_if": {"x": {"is": 0}}}, {"code": "b", "text": "乙"}]
    rated = {"name": "rated", "type": "matrix", "points": 5, "text": "打分", "rows": rows, "checks": never}
    definition = made(pages=[{"questions": [first]}, {"questions": [taste, rated]}])
    form = {"_end": ["1."], "_q": ["taste", "rated"]}
    result = validation.page_form(definition, 1).read(form, {"x": 5}, {})
    assert [problem.variable for problem in result.problems] == ["taste", "rated_b"]
