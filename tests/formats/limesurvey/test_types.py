"""Every question type of LimeSurvey, in both layouts of its files."""

from typing import Any

import pytest

from survey_app.formats.importing import Imported
from survey_app.formats.limesurvey import parse
from survey_app.questionnaire import routing
from survey_app.questionnaire.offering import rules_of
from survey_app.questionnaire.review import review
from tests.formats.limesurvey.files import q, survey

ROWS = {"r1": "Row 1", "r2": "Row 2"}
COLUMNS = {"c1": "Column 1", "c2": "Column 2"}
ANSWERS = {"A1": "First", "A2": "Second"}
TYPES: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "L": ({"answers": ANSWERS}, "single_choice", ["x"]),
    "!": ({"answers": ANSWERS}, "dropdown", ["x"]),
    "O": ({"answers": ANSWERS}, "single_choice", ["x", "x_comment"]),
    "M": ({"rows": ROWS}, "multiple_choice", ["x_r1", "x_r2"]),
    "P": ({"rows": ROWS}, "multiple_choice", ["x_r1", "x_r2", "x_comment_r1", "x_comment_r2"]),
    "Y": ({}, "single_choice", ["x"]),
    "G": ({}, "single_choice", ["x"]),
    "I": ({}, "dropdown", ["x"]),
    "5": ({}, "rating", ["x"]),
    "A": ({"rows": ROWS}, "matrix", ["x_r1", "x_r2"]),
    "B": ({"rows": ROWS}, "matrix", ["x_r1", "x_r2"]),
    "C": ({"rows": ROWS}, "matrix", ["x_r1", "x_r2"]),
    "E": ({"rows": ROWS}, "matrix", ["x_r1", "x_r2"]),
    "F": ({"rows": ROWS, "answers": ANSWERS}, "matrix", ["x_r1", "x_r2"]),
    "H": ({"rows": ROWS, "answers": ANSWERS}, "matrix", ["x_r1", "x_r2"]),
    "1": (
        {"rows": ROWS, "answers": ANSWERS, "answers_2": {"B1": "Low"}},
        "matrix_fields",
        ["x_r1_0", "x_r1_1", "x_r2_0", "x_r2_1"],
    ),
    ";": ({"rows": ROWS, "columns": COLUMNS}, "matrix_fields", ["x_r1_c1", "x_r1_c2", "x_r2_c1", "x_r2_c2"]),
    ":": ({"rows": ROWS, "columns": COLUMNS}, "matrix_fields", ["x_r1_c1", "x_r1_c2", "x_r2_c1", "x_r2_c2"]),
    "R": ({"answers": ANSWERS}, "ranking", ["x_a1", "x_a2"]),
    "S": ({}, "short_text", ["x"]),
    "T": ({}, "long_text", ["x"]),
    "U": ({}, "long_text", ["x"]),
    "Q": ({"rows": ROWS}, "text_fields", ["x_r1", "x_r2"]),
    "N": ({}, "number", ["x"]),
    "K": ({"rows": ROWS}, "matrix_fields", ["x_r1_n", "x_r2_n"]),
    "D": ({}, "date", ["x"]),
    "X": ({}, "note", []),
}


def one(type: str, *, old: bool = False, languages: tuple[str, ...] = ("en",), **more: Any) -> Imported:
    return parse(survey([q("X", type, **more)], old=old, languages=languages))


def question(type: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = one(type, **more).data["pages"][0]["questions"][0]
    return found


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("type", TYPES)
def test_a_type_has_its_equal_and_its_columns(type: str, old: bool) -> None:
    parts, ours, columns = TYPES[type]
    found = one(type, old=old, **parts)
    assert found.definition.questions[0].type == ours
    assert [variable.name for variable in found.definition.variables] == columns
    assert dict(found.source.types) == {type: 1}
    assert not [line for line in found.lines if line.result == "lost"]
    assert len([line for line in found.lines if line.kind == "question"]) == 1


def test_both_layouts_give_the_same_draft() -> None:
    questions = [q(f"x{n}", type, **parts) for n, (type, (parts, _, _)) in enumerate(TYPES.items())]
    new = parse(survey(questions, languages=("en", "zh-Hans")))
    old = parse(survey(questions, languages=("en", "zh-Hans"), old=True))
    assert new.data == old.data
    assert new.definition.languages == ("en", "zh-CN")
    assert len(new.definition.questions) > len(TYPES)


@pytest.mark.parametrize(
    ("type", "attributes", "more", "expected"),
    [
        ("S", {"numbers_only": "1"}, {}, {"type": "number"}),
        ("S", {"maximum_chars": "20"}, {}, {"max_length": 20}),
        ("N", {"min_num_value_n": "1", "max_num_value_n": "9,5"}, {}, {"min": 1, "max": 9.5}),
        ("N", {"num_value_int_only": "1"}, {}, {"decimals": 0}),
        ("N", {"num_value_int_only": "1", "maximum_chars": "3"}, {}, {"max": 999}),
        ("N", {"suffix": {"en": "kg"}}, {}, {"unit": {"en": "kg"}}),
        ("D", {"date_format": "HH:MM"}, {}, {"type": "time"}),
        ("D", {"date_min": "2020", "date_max": "2024-05-01"}, {}, {"min": "2020-01-01", "max": "2024-05-01"}),
        ("L", {"random_order": "1"}, {"answers": ANSWERS}, {"random_order": True}),
        ("L", {"display_columns": "5"}, {"answers": ANSWERS}, {"columns": 3}),
        ("M", {"min_answers": "1", "max_answers": "2"}, {"rows": ROWS}, {"min": 1, "max": 2}),
        ("R", {"max_answers": "1"}, {"answers": ANSWERS}, {"top": 1}),
        ("F", {"random_order": "1"}, {"answers": ANSWERS, "rows": ROWS}, {"random_rows": True}),
        ("K", {"equals_num_value": "100"}, {"rows": ROWS}, {"type": "constant_sum", "total": 100}),
        ("K", {"slider_layout": "1"}, {"rows": ROWS}, {"type": "section"}),
        (":", {"multiflexible_checkbox": "1"}, {"rows": ROWS, "columns": COLUMNS}, {"type": "matrix_multiple"}),
        ("5", {"slider_rating": "1"}, {}, {"style": "stars"}),
        ("S", {"hidden": "1"}, {}, {"type": "hidden", "value": ""}),
        ("S", {"em_validation_q_tip": {"en": "Be brief"}}, {}, {"hint": {"en": "Be brief"}}),
    ],
)
def test_an_attribute_becomes_a_setting(type: str, attributes: Any, more: Any, expected: dict[str, Any]) -> None:
    found = question(type, attributes=attributes, **more)
    assert {key: found.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("type", "attributes", "more"),
    [
        ("M", {"min_answers": "three"}, {"rows": ROWS}),
        ("N", {"max_num_value_n": "age - 5"}, {}),
        ("S", {"em_validation_q": "unique(self)"}, {}),
        ("D", {"date_max": "{other}"}, {}),
        ("D", {"date_max": "+6 days"}, {}),
        ("K", {"min_num_value": "rand(1, 2)"}, {"rows": ROWS}),
        ("S", {"em_validation_q": "this.NAOK > 5 &&"}, {}),
        (":", {"multiflexible_max": "5 * x"}, {"rows": ROWS, "columns": COLUMNS}),
        ("N", {"min_num_value_n": "9", "max_num_value_n": "1"}, {}),
        ("M", {"min_answers": "3", "max_answers": "1"}, {"rows": ROWS}),
    ],
)
def test_a_validation_that_cannot_be_said_is_told_and_left_open(type: str, attributes: Any, more: Any) -> None:
    found = one(type, attributes=attributes, **more)
    lost = [line.result for line in found.lines if line.kind == "validation"]
    assert lost == ["lost"] * len(attributes)
    assert len(found.definition.questions[0].open_rules) == len(attributes)


@pytest.mark.parametrize(
    ("type", "pattern", "expected"),
    [
        ("S", r"/^\w+([.-]?\w+)*@\w+([.-]?\w+)*(\.\w{2,3})+$/", {"pattern": "email"}),
        ("S", r"/^\d{6}$/", {"pattern": "postcode"}),
        ("N", r"/^[0-9][0-9]?$/", {"min": 0, "max": 99, "decimals": 0}),
        ("N", r"/^\d{1,3}$/", {"min": 0, "max": 999, "decimals": 0}),
    ],
)
def test_a_pattern_that_has_an_equal_is_kept_by_it(type: str, pattern: str, expected: dict[str, Any]) -> None:
    found = question(type, preg=pattern)
    assert {key: found.get(key) for key in expected} == expected
    assert "open_rules" not in found


@pytest.mark.parametrize("pattern", ["/^(?=a)b/", r"/(a)\1/", "/a", "a", "/a/e", "/(/", "//", "\\a\\"])
def test_a_pattern_beyond_ours_is_told_and_left_open(pattern: str) -> None:
    found = one("S", preg=pattern)
    assert [(line.result, line.source) for line in found.lines if line.kind == "validation"] == [("lost", pattern)]
    assert len(found.definition.questions[0].open_rules) == 1


def test_other_stands_where_the_survey_puts_it_with_its_own_words() -> None:
    attributes = {"other_replace_text": {"en": "Something else"}, "other_position": "beginning"}
    choices = question("L", answers=ANSWERS, other="Y", attributes=attributes)["choices"]
    assert choices[0] == {"code": "other", "text": {"en": "Something else"}, "other": True}


def test_a_choice_that_excludes_all_others() -> None:
    choices = question("M", rows=ROWS, attributes={"exclude_all_others": "r2"})["choices"]
    assert [choice.get("exclusive") for choice in choices] == [None, True]


def test_codes_that_are_not_allowed_are_renamed_and_keep_their_number() -> None:
    found = one("L", answers={"-1": "No", "01": "One", "1": "Also one", "Ä": "A", "a": "B", "A": "C"})
    choices = found.data["pages"][0]["questions"][0]["choices"]
    assert [(choice["code"], choice.get("value")) for choice in choices[:3]] == [("m1", -1), ("01", None), ("1", 2)]
    assert len({choice["code"] for choice in choices}) == 6
    assert {line.source for line in found.lines if line.code == "recoded"} == {"No", "A", "C"}


def test_mandatory_is_required_and_a_soft_reminder_is_told() -> None:
    assert question("S", mandatory="Y")["required"] is True
    found = one("S", mandatory="S")
    assert not found.definition.questions[0].required
    assert [line.code for line in found.lines if line.result == "lost"] == ["soft_mandatory"]


def test_a_comment_is_never_required_but_a_question_called_so_is() -> None:
    found = parse(survey([q("a", "O", answers=ANSWERS, mandatory="Y"), q("b_comment", "T", mandatory="Y")]))
    assert [question.required for question in found.definition.questions] == [True, False, True]


def test_names_never_collide_with_columns_of_another_question() -> None:
    found = parse(
        survey(
            [q("a", "M", rows={"b": "B", "c": "C"}), q("a_b"), q("A"), q("order"), q("q" * 40, "M", rows={"b": "B"})]
        )
    )
    names = [question.name for question in found.definition.questions]
    assert len(set(names)) == 5
    assert names[0] == "a"
    assert all(len(variable.name) <= 32 for variable in found.definition.variables)
    assert [line.code for line in found.lines if line.kind == "question"].count("renamed") == 4


@pytest.mark.parametrize("type", ["L", "M", "F", "1", ":", "R", "Q", "K", "?"])
def test_a_question_without_rows_or_answers_keeps_its_text(type: str) -> None:
    found = one(type)
    assert found.definition.questions[0].type == "note"
    assert found.definition.questions[0].text == {"en": "Text of X"}
    assert [line.result for line in found.lines if line.kind == "question"][-1] == "lost" or type == "?"


def test_an_equation_is_computed_and_shown() -> None:
    sums = q("total", "*", text="{num + 2}", attributes={"hidden": "0"})
    found = parse(survey([q("num", "N"), sums]))
    assert [question.type for question in found.definition.questions] == ["number", "computed", "note"]
    assert found.definition.questions[2].text == {"en": "{{total}}"}


@pytest.mark.parametrize(
    ("text", "given", "value"),
    [
        ("{num}", {}, None), ("{num}", {"num": 4}, 4), ("{if(yes == 'Y', num, num * 2)}", {"yes": "y"}, None),
        ("{if(yes == 'Y', num, num + 2)}", {}, 2), ("{if(yes == 'Y', num, 1) + 1}", {"yes": "y"}, 1),
    ],
)  # fmt: skip
def test_an_equation_that_says_an_answer_again_is_empty_without_it(
    text: str, given: dict[str, Any], value: float | None
) -> None:
    found = parse(survey([q("num", "N"), q("yes", "Y"), q("again", "*", text=text)]))
    assert routing.path(found.definition, given).answers.get("again") == value


@pytest.mark.parametrize(
    ("text", "value"), [("{num + more}", None), ("{num + more.NAOK}", 3), ("{sum(num, more)}", None)]
)
def test_an_equation_about_a_hidden_question_has_no_value_unless_it_is_told_that_nothing_is_fine(
    text: str, value: float | None
) -> None:
    asked = [q("yes", "Y"), q("num", "N"), q("more", "N", relevance="yes == 'Y'")]
    found = parse(survey([*asked, q("total", "*", text=text)]))
    assert routing.path(found.definition, {"num": 3}).answers.get("total") == value
    assert routing.path(found.definition, {"yes": "y", "num": 3, "more": 4}).answers["total"] == 7


def test_an_equation_in_words_is_left_open() -> None:
    found = parse(survey([q("num", "N"), q("word", "*", text="{if(num > 5, 'many', list(num))}")]))
    assert "if(num > 5" in found.definition.question("word").open_rules[0]


def test_a_filtered_table_goes_on_to_the_page_after_what_it_looks_at() -> None:
    groups = [
        q("src", "M", rows=ROWS),
        q("grid", "F", rows={**ROWS, "r3": "Row 3"}, answers=ANSWERS, attributes={"array_filter": "src"}),
    ]
    found = parse(survey(groups))
    assert [[question.name for question in page.questions] for page in found.definition.pages] == [["src"], ["grid"]]
    rules = {part.code: part.condition for part in rules_of(found.definition.question("grid"))}
    assert rules == {"r1": {"src": {"includes": "r1"}}, "r2": {"src": {"includes": "r2"}}}
    assert [line.code for line in found.lines if line.kind == "rule"] == ["rows_next_page"]


def test_a_table_with_a_row_that_nobody_sees_becomes_a_question_per_row() -> None:
    rows = {**ROWS, "r3": ("Row 3", "0")}
    groups = [q("src", "M", rows=ROWS), q("grid", "F", rows=rows, answers=ANSWERS, attributes={"array_filter": "src"})]
    found = parse(survey(groups))
    rules = {question.name: question.show_if for question in found.definition.questions[2:]}
    assert rules == {"grid_r1": {"src": {"includes": "r1"}}, "grid_r2": {"src": {"includes": "r2"}}, "grid_r3": None}
    assert {line.code for line in found.lines if line.kind == "rule"} == {"rows_split"}


def test_filters_work_on_through_questions_that_are_filtered_themselves() -> None:
    out = {"array_filter_exclude": "one"}
    questions = [
        q("one", "M", rows=ROWS), q("two", "A", rows=ROWS, attributes=out),
        q("three", "A", rows=ROWS, attributes={"array_filter_exclude": "two"}),
    ]  # fmt: skip
    found = parse(survey(questions))
    rule = next(rules_of(found.definition.question("three"))).condition
    assert rule == {"all": [{"not": {"two_r1": {"answered": True}}}, {"not": {"one": {"includes": "r1"}}}]}


@pytest.mark.parametrize("type", ["A", "B", "C", "E", "F", "Q", "K", "1", ";", ":"])
def test_a_row_with_its_own_relevance_is_shown_by_it(type: str) -> None:
    parts = {**TYPES[type][0], "rows": {"r1": ("Row 1", "num > 5"), "r2": "Row 2", "r3": ("Row 3", "0")}}
    found = parse(survey([q("num", "N"), q("x", type, **parts)]))
    by_rule = [
        question.name for question in found.definition.questions if question.show_if == {"num": {"more_than": 5}}
    ]
    assert by_rule and all(name.startswith("x_r1") for name in by_rule)
    assert [question.type for question in found.definition.questions if question.name.startswith("x_r3")] == ["hidden"]
    assert all(not question.open_rules for question in found.definition.questions)


@pytest.mark.parametrize(
    ("type", "attributes", "ours"),
    [(";", {}, "matrix_fields"), (":", {"multiflexible_checkbox": "1"}, "multiple_choice")],
)
def test_a_table_with_too_many_cells_becomes_a_question_per_row(type: str, attributes: Any, ours: str) -> None:
    wide = {f"c{n}": f"Column {n}" for n in range(60)}
    found = one(type, rows=ROWS, columns=wide, attributes=attributes)
    assert [question.type for question in found.definition.questions] == ["section", ours, ours]


@pytest.mark.parametrize("type", ["M", "P", "R", "L"])
def test_filtered_choices_are_offered_by_rules_on_a_page_of_their_own(type: str) -> None:
    parts = {"rows": ROWS} if type in "MP" else {"answers": ROWS}
    found = parse(survey([q("src", "M", rows=ROWS), q("x", type, **parts, attributes={"array_filter": "src"})]))
    asked: Any = found.definition.question("x")
    assert [choice.show_if for choice in asked.choices] == [{"src": {"includes": code}} for code in ROWS]
    assert found.definition.page_of["x"] == 1 and not asked.open_rules
    assert [line.code for line in found.lines if line.kind == "rule"] == ["rows_next_page"]
    assert review(found.definition) == []
    if type == "P":
        comments: Any = found.definition.question("x_comment")
        assert [field.show_if for field in comments.fields] == [choice.show_if for choice in asked.choices]


@pytest.mark.parametrize("type", ["A", "B", "C", "E", "F", "Q", "1", ";", ":"])
def test_a_table_that_is_filtered_by_an_earlier_page_stays_whole(type: str) -> None:
    parts = {**TYPES[type][0], "rows": {**ROWS, "r3": ("Row 3", "num > 5")}, "attributes": {"array_filter": "src"}}
    found = parse(survey([q("src", "M", rows=ROWS), q("num", "N")], [q("x", type, **parts)]))
    (asked,) = (question for question in found.definition.questions if question.name.startswith("x"))
    rules = [rule.condition for rule in rules_of(asked)]
    assert rules == [{"src": {"includes": code}} for code in ROWS] + [{"num": {"more_than": 5}}]
    assert {line.result for line in found.lines if line.kind == "rule"} == {"kept"} and not asked.open_rules
    assert review(found.definition) == []


def test_a_choice_that_nobody_sees_is_left_open() -> None:
    never = {"r1": ("Row 1", "0"), "r2": "Row 2"}
    found = parse(survey([q("num", "N"), q("x", "M", rows=never)]))
    assert len(found.definition.question("x").open_rules) == 1


@pytest.mark.parametrize("type", ["L", "M", "P"])
@pytest.mark.parametrize("source", ["Y", "N"])
def test_other_is_filtered_by_the_other_of_the_question_it_looks_at(type: str, source: str) -> None:
    src = q("src", "M", rows=ROWS, other=source)
    parts = {"answers" if type == "L" else "rows": ROWS}
    found = parse(survey([src], [q("x", type, other="Y", attributes={"array_filter": "src"}, **parts)]))
    rules = {choice.code: choice.show_if for choice in found.definition.question("x").offered("x")}
    other = {"src_other": {"answered": True}} if source == "Y" else None
    assert rules == {**{code: {"src": {"includes": code}} for code in ROWS}, "other": other}
    assert {line.result for line in found.lines if line.kind == "rule"} == {"kept"}


def test_a_list_filters_nothing_so_that_the_rule_is_left_open() -> None:
    src = q("src", "L", answers=ROWS, other="Y")
    found = parse(survey([src], [q("x", "M", rows=ROWS, attributes={"array_filter": "src"})]))
    assert len(found.definition.question("x").open_rules) == 1
