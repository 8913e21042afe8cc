"""Every type of question of Qualtrics becomes one of ours with its choices, rows, codes, values and limits."""

from typing import Any

import pytest

from tests.formats.qualtrics.making import (
    amount,
    displays,
    expr,
    grid,
    imported,
    line,
    made_of,
    many,
    one,
    question,
    settings,
    shown_if,
    survey,
)

FORCED = settings(ForceResponse="ON", ForceResponseType="ON", Type="None")


@pytest.mark.parametrize(
    ("selector", "type"),
    [("SAVR", "single_choice"), ("SAHR", "single_choice"), ("SACOL", "single_choice"), ("DL", "dropdown"), ("SB", "dropdown"),
     ("MAVR", "multiple_choice"), ("MAHR", "multiple_choice"), ("MACOL", "multiple_choice"), ("MSB", "multiple_choice")],
)  # fmt: skip
def test_choices_keep_their_ids_as_codes_and_their_order(selector: str, type: str) -> None:
    made = made_of(
        survey(question("QID1", "MC", selector, Choices=displays("A", "B", "C"), ChoiceOrder=[3, "1", 9])), "q1"
    )
    assert made["type"] == type and [c["code"] for c in made["choices"]] == ["3", "1", "2"]
    assert [c["text"]["en"] for c in made["choices"]] == ["C", "A", "B"] and "required" not in made


def test_recodes_are_values_and_never_stand_for_two_choices() -> None:
    made = imported(
        survey(one("QID1", "A", "B", "C", "D", "E", RecodeValues={"1": "2", "2": "3", "4": "-99", "5": "3"}))
    )
    choices = made.data["pages"][0]["questions"][0]["choices"]
    values = [c.number for c in made.definition.questions[0].choices]  # type: ignore[attr-defined]
    assert [c["code"] for c in choices] == list("12345") and values[:2] == [2, 3] and len(set(values)) == 5
    assert {line.place for line in made.lines if line.code == "value_changed"} == {
        "QID1 / RecodeValues / 4", "QID1 / RecodeValues / 5"
    }  # fmt: skip


def test_one_text_field_is_other_and_further_ones_are_questions() -> None:
    choices = displays("A", "Which?", "Other")
    choices["2"]["TextEntry"] = choices["3"]["TextEntry"] = "true"
    for maker, word in ((one, "is"), (many, "includes")):
        made = imported(survey(maker("QID1", Choices=choices))).data["pages"][0]["questions"]
        assert [c.get("other", False) for c in made[0]["choices"]] == [False, False, True]
        assert made[1] == {
            "name": "q1_2_text", "type": "short_text", "text": {"en": "Which?"}, "show_if": {"q1": {word: "2"}}
        }  # fmt: skip


def test_an_exclusive_answer_is_exclusive_where_several_can_be_given() -> None:
    choices = displays("A", "None")
    choices["2"]["ExclusiveAnswer"] = True
    assert made_of(survey(many("QID1", Choices=choices)), "q1")["choices"][1]["exclusive"]
    assert "exclusive" not in made_of(survey(one("QID1", Choices=choices)), "q1")["choices"][1]


def test_zero_to_ten_is_the_recommendation_question() -> None:
    choices = [{"Display": str(n)} for n in range(11)]
    labels = [{"Display": "Never"}, {"Display": "Surely"}]
    made = made_of(survey(question("QID1", "MC", "NPS", Choices=choices, ColumnLabels=labels)), "q1")
    assert (made["type"], made["low"], made["high"]) == ("nps", {"en": "Never"}, {"en": "Surely"})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (FORCED, {"required": True}),
        (settings(ForceResponse="ON", ForceResponseType="RequestResponse"), {}),
        (settings(ForceResponse="RequestResponse"), {}),
        (settings(ForceResponse="OFF", Type="ChoiceRange", MinChoices="1", MaxChoices="2"), {"min": 1, "max": 2}),
        (settings(ForceResponse="ON", Type="MaxChoices", MinChoices="3", MaxChoices="2"), {"required": True, "max": 2}),
        (settings(Type="MinChoices", MinChoices="2", MaxChoices=""), {"min": 2}),
    ],
)
def test_limits_of_a_multiple_choice(given: Any, expected: Any) -> None:
    made = made_of(survey(many("QID1", **given)), "q1")
    assert {key: made[key] for key in ("required", "min", "max") if key in made} == expected


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (line("QID1"), {"type": "short_text"}),
        (question("QID1", "TE", "ML"), {"type": "long_text"}),
        (question("QID1", "TE", "ESTB"), {"type": "long_text"}),
        (question("QID1", "TE", "PW"), {"type": "short_text"}),
        (amount("QID1", "18", "99"), {"type": "number", "min": 18, "max": 99, "decimals": 0}),
        (amount("QID1", "", "", ""), {"type": "number", "decimals": 6}),
        (line("QID1", **settings(Type="ContentType", ContentType="ValidEmail")), {"type": "short_text", "pattern": "email"}),
        (line("QID1", **settings(Type="ContentType", ContentType="ValidDate")), {"type": "date"}),
        (line("QID1", **settings(Type="TotalChar", TotalChars="50")), {"type": "short_text", "max_length": 50}),
        (question("QID1", "DB", "TB"), {"type": "note"}),
        (question("QID1", "FileUpload", "FileUpload", **FORCED), {"type": "file", "required": True}),
        (question("QID1", "Draw", "Signature"), {"type": "file", "accepts": ["photo"]}),
    ],
)  # fmt: skip
def test_what_is_typed_read_or_uploaded(payload: Any, expected: Any) -> None:
    made = made_of(survey(payload), "q1")
    assert {key: made.get(key) for key in expected} == expected


def test_a_form_is_several_fields() -> None:
    made = made_of(
        survey(question("QID1", "TE", "FORM", Choices=displays("Name", "Town"), ChoiceOrder=["2", "1"])), "q1"
    )
    assert made["type"] == "text_fields" and [f["code"] for f in made["fields"]] == ["2", "1"]


def test_a_matrix_has_rows_named_by_their_export_tags() -> None:
    tags = {"1": "Q1_price", "2": "Q1_2", "3": "Trust in us"}
    made = made_of(
        survey(grid("QID1", "abc", ["Bad", "Good"], ChoiceDataExportTags=tags, RecodeValues={"1": -1, "2": "1"})), "q1"
    )
    assert made["type"] == "matrix" and [r["code"] for r in made["rows"]] == ["price", "2", "trust_in_us"]
    assert [(c["code"], c.get("value")) for c in made["choices"]] == [("1", -1), ("2", 1)]


@pytest.mark.parametrize(
    ("payload", "type"),
    [
        (grid("QID1", "ab", ["A", "B"], "DL"), "matrix"),
        (grid("QID1", "ab", ["A", "B"], "DND"), "matrix"),
        (grid("QID1", ["Cold:Warm"], [" ", " ", " "], Selector="Bipolar"), "matrix"),
        (grid("QID1", "ab", ["A", "B"], "MultipleAnswer"), "matrix_multiple"),
        (grid("QID1", "ab", ["Only one"]), "matrix_multiple"),
        (grid("QID1", "ab", ["A", "B"], "Short", Selector="TE"), "matrix_fields"),
        (grid("QID1", "ab", ["A", "B"], Selector="CS"), "matrix_fields"),
    ],
)
def test_matrices(payload: Any, type: str) -> None:
    made = made_of(survey(payload), "q1")
    assert made["type"] == type and len(made["rows"]) == len(payload["Choices"])
    assert len(made.get("choices") or made["columns"]) == len(payload["Answers"])


def test_a_row_or_a_column_with_a_rule_is_offered_by_it() -> None:
    rows = displays("A", "B")
    rows["2"] |= shown_if(expr("QID1/SelectableChoice/1"))
    columns = displays("x", "y")
    columns["2"] |= shown_if(expr("QID1/SelectableChoice/2"))
    for sub, type in (("SingleAnswer", "matrix"), ("MultipleAnswer", "matrix_multiple")):
        made = imported(survey(one("QID1"), grid("QID2", "", ["x", "y"], sub, Choices=rows, Answers=columns)))
        question: Any = made.definition.by_name["q2"]
        assert question.type == type and not question.open_rules
        assert [row.show_if for row in question.rows] == [None, {"q1": {"is": "1"}}]
        assert [column.show_if for column in question.choices] == [None, {"q1": {"is": "2"}}]
        assert [line.result for line in made.lines if line.kind == "rule"] == ["kept", "kept"]


def test_side_by_side_is_one_table_or_a_matrix_per_column() -> None:
    parts = {
        "1": {"QuestionText": "Rate", "QuestionType": "Matrix", "Selector": "Likert", "SubSelector": "SingleAnswer"},
        "2": {"QuestionText": "Why", "QuestionType": "Matrix", "Selector": "TE", "SubSelector": "Medium"},
    }
    parts["1"]["Answers"], parts["2"]["Answers"] = displays("Bad", "Good"), displays("First", "Second")  # type: ignore[assignment]
    payload = question("QID1", "SBS", "SBSMatrix", Choices=displays("A", "B"), AdditionalQuestions=parts)
    made = made_of(survey(payload), "q1")
    assert [(c["code"], c["type"]) for c in made["columns"]] == [
        ("1", "dropdown"),
        ("2_1", "short_text"),
        ("2_2", "short_text"),
    ]
    assert made["columns"][2]["text"] == {"en": "Why: Second"}
    parts["1"]["SubSelector"] = "MultipleAnswer"
    apart = imported(survey(payload)).data["pages"][0]["questions"]
    assert [q["type"] for q in apart] == ["note", "matrix_multiple", "matrix_fields"]
    assert [q["name"] for q in apart[1:]] == ["q1_1", "q1_2"]


def test_order_sum_slider_and_stars() -> None:
    three = {"Choices": displays("A", "B", "C")}
    bar = {"Configuration": {"CSSliderMin": 0, "CSSliderMax": 10, "NumDecimals": "1"}}
    rank = made_of(survey(question("QID1", "RO", "DND", **three, **settings(Type="ChoiceRange", MaxChoices="2"))), "q1")
    assert (rank["type"], rank["top"]) == ("ranking", 2)
    total = made_of(
        survey(question("QID1", "CS", "VRTL", **three, **settings(Type="ChoicesTotal", ChoiceTotal="100"))), "q1"
    )
    assert (total["type"], total["total"], len(total["items"])) == ("constant_sum", 100, 3)
    loose = imported(survey(question("QID1", "CS", "VRTL", **three))).data["pages"][0]["questions"]
    assert [(q["name"], q["type"]) for q in loose[1:]] == [("q1_1", "number"), ("q1_2", "number"), ("q1_3", "number")]
    moved = imported(survey(question("QID1", "Slider", "HSLIDER", **three, **bar))).data["pages"][0]["questions"]
    assert [q["name"] for q in moved[1:]] == ["q1_1", "q1_2", "q1_3"]
    assert (moved[1]["type"], moved[1]["min"], moved[1]["max"], moved[1]["step"]) == ("slider", 0, 10, 0.1)
    single = made_of(survey(question("QID1", "Slider", "HBAR", Choices=displays("A"), **bar)), "q1")
    assert (single["type"], single["hint"]) == ("slider", {"en": "A"})
    stars = made_of(survey(question("QID1", "Slider", "STAR", **three, Configuration={"StarCount": 7})), "q1")
    assert (stars["type"], stars["points"], stars["style"]) == ("matrix", 7, "stars")


def test_trees_groups_and_pictures() -> None:
    tree = {"Choices": displays("Province", "City"), "Answers": displays("Hunan", "Changsha", "Zhuzhou")}
    made = made_of(survey(question("QID1", "DD", "DL", **tree, AnswerMap={"1": None, "2": "1", "3": 1})), "q1")
    assert [c["text"]["en"] for c in made["choices"]] == ["Hunan / Changsha", "Hunan / Zhuzhou"]
    made = made_of(
        survey(question("QID1", "PGR", "DragAndDrop", Choices=displays("A", "B"), Groups=["Yes", "No"])), "q1"
    )
    assert made["type"] == "matrix" and [c["text"]["en"] for c in made["choices"]] == ["Yes", "No"]
    made = made_of(survey(question("QID1", "SS", "TA", Choices=[{"Display": 0}, {"Display": 1}])), "q1")
    assert made["type"] == "single_choice" and [c["code"] for c in made["choices"]] == ["0", "1"]


@pytest.mark.parametrize("type", ["Timing", "Meta", "Captcha", "HeatMap", "HotSpot", "HL", "TreeSelect", "Anything"])
def test_what_has_no_equal_is_told_and_its_words_are_kept(type: str) -> None:
    made = imported(survey(one("QID1"), question("QID2", type, "X")))
    asks = type not in ("Timing", "Meta", "Captcha")
    told = [(line.kind, line.result) for line in made.lines if line.place == "QID2"]
    assert told == [("question" if asks else "setting", "lost")]
    notes = [q for page in made.data["pages"] for q in page["questions"] if q["type"] == "note"]
    assert len(notes) == asks


def test_names_are_the_export_tags_and_no_column_has_two_questions() -> None:
    made = imported(
        survey(many("QID1", DataExportTag="A"), one("QID2", DataExportTag="a_1"), one("QID3", DataExportTag="my tag!"))
    )
    assert [q.name for q in made.definition.questions] == ["a", "a_1_2", "my_tag"]
    assert [(line.source, line.ours) for line in made.lines if line.code == "renamed"] == [
        ("a_1", "a_1_2"),
        ("my tag!", "my_tag"),
    ]
    long = imported(survey(many("QID1", DataExportTag="x" * 60), one("QID2", DataExportTag="x" * 60)))
    assert all(len(v.name) <= 32 for v in long.definition.variables)
