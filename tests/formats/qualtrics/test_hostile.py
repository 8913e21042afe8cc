"""Broken and hostile files end in a message with a place, never in a traceback."""

import time
from typing import Any

import pytest

from survey_app.formats.importing import Refused
from survey_app.formats.qualtrics import looks_like, parse
from tests.formats.qualtrics.making import (
    branch,
    displays,
    element,
    encoded,
    expr,
    grid,
    imported,
    many,
    one,
    question,
    shown_if,
    step,
    survey,
)


def fault(data: bytes) -> tuple[str, str]:
    """Code and place of the first fault."""
    with pytest.raises(Refused) as refused:
        parse(data)
    assert all(one.sentence("zh") and one.sentence("en") for one in refused.value.faults)
    return refused.value.faults[0].code, refused.value.faults[0].place


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "empty", ""),
        (b" \n", "empty", ""),
        (b'{"SurveyElements": [', "broken_json", "line 1, column 21"),
        (b'{\n"SurveyElements": [}', "broken_json", "line 2, column 20"),
        (b"[]", "not_this_format", "$.SurveyElements"),
        (b"{}", "not_this_format", "$.SurveyElements"),
        (b'{"SurveyElements": []}', "no_questions", ""),
        (b'{"SurveyElements": 7}', "no_questions", ""),
        (b'{"SurveyElements": [4]}', "bad_value", "$.SurveyElements[0]"),
        (b'{"SurveyElements": [{"Element": "SQ", "Payload": []}]}', "missing_part", "$.SurveyElements[0].Payload"),
        (
            b'{"SurveyElements": [{"Element": "SQ", "Payload": {}}]}',
            "missing_part",
            "$.SurveyElements[0].Payload.QuestionID",
        ),
        (b'{"SurveyElements": ' + b"[" * 100_000, "broken_json", "line 1"),
        (b'{"SurveyElements": [NaN]}', "broken_json", ""),
        (b'{"SurveyElements": ' + b"9" * 5_000 + b"}", "broken_json", ""),
        (b'{"SurveyElements": "' + b'\\"' * 2_000_000, "broken_json", "line 1, column 20"),
        (b"\xff\xfe{\x00", "broken_json", "line 1, column 2"),
        (b'{"SurveyElements": []}' + b" " * 21_000_000, "too_large", ""),
    ],
)
def test_a_broken_file_is_refused_with_its_place(data: bytes, code: str, place: str) -> None:
    begun = time.process_time()
    assert fault(data) == (code, place)
    assert time.process_time() - begun < 5


def test_one_id_for_two_questions_is_told_with_both_places() -> None:
    with pytest.raises(Refused) as refused:
        imported(survey(one("QID1"), one("QID1"), one("QID1")))
    assert [(f.code, f.place, f.values["first"]) for f in refused.value.faults] == [
        ("duplicate", "$.SurveyElements[4].Payload.QuestionID", "$.SurveyElements[3].Payload"),
        ("duplicate", "$.SurveyElements[5].Payload.QuestionID", "$.SurveyElements[3].Payload"),
    ]


def test_a_survey_is_known_by_its_content() -> None:
    data = encoded(survey(one("QID1")))
    assert looks_like(data) and looks_like(b"\xef\xbb\xbf" + data) and looks_like(data.decode().encode("utf-16"))
    assert not looks_like(b'{"pages": []}') and not looks_like(b'<a "SurveyElements"') and not looks_like(b"")
    for other in (b"\xef\xbb\xbf" + data, data.decode().encode("utf-16")):
        assert parse(other).definition == parse(data).definition


def test_chinese_in_gb18030_can_be_read() -> None:
    data = encoded(survey(one("QID1", "满意", "不满意"), language="ZH-S")).decode().encode("gb18030")
    made = parse(data)
    assert made.definition.languages == ("zh-CN",)
    assert made.definition.questions[0].choices[0].text == {"zh-CN": "满意"}  # type: ignore[attr-defined]


def test_a_long_chain_of_jumps_and_branches_ends_soon() -> None:
    count = 400
    questions = [one(f"QID{n}") for n in range(count)]
    elements = [element(f"QID{n}", (f"QID{n}/SelectableChoice/1", "NotSelected", "ENDOFBLOCK")) for n in range(count)]
    begun = time.process_time()
    imported(survey(*questions, blocks=[{"Type": "Standard", "ID": "BL_1", "BlockElements": elements}]))
    chained = [
        {**one(f"QID{n}"), **shown_if(expr(f"QID{n - 1}/QuestionDisplayed", "NotDisplayed"))} for n in range(1, count)
    ]
    imported(survey(one("QID0"), *chained))
    nested = step("1")
    for _ in range(30):
        nested = branch(expr("QID0/SelectableChoice/1"), flow=[nested])
    imported(survey(one("QID0"), flow=[step("1"), nested]))
    assert time.process_time() - begun < 10


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        (grid("QID1", "a", [str(n) for n in range(60)], "Short", Selector="TE"), "QID1 / Answers"),
        (grid("QID1", [str(n) for n in range(201)], "a", "Short", Selector="TE"), "QID1 / Choices"),
        (grid("QID1", [str(n) for n in range(150)], "abcdefgh", "Short", Selector="TE"), "QID1 / Choices"),
        (question("QID1", "RO", "DND", Choices=displays(*map(str, range(201)))), "QID1 / Choices"),
        (one("QID1", *map(str, range(5_001))), "Block 1"),
    ],
)
def test_more_than_fits_is_refused_with_its_place(payload: Any, place: str) -> None:
    assert fault(encoded(survey(payload))) == ("too_much", place)


def test_a_large_matrix_of_choices_becomes_questions() -> None:
    for rows, columns in ((201, 2), (150, 8), (2, 60)):
        for sub in ("SingleAnswer", "MultipleAnswer"):
            made = imported(survey(grid("QID1", list(map(str, range(rows))), list(map(str, range(columns))), sub)))
            assert len(made.definition.variables) in (rows, rows * columns)


def test_names_that_are_words_of_others_do_no_harm() -> None:
    for word in ("and", "go", "response_id", "__proto__", "满意", "{{x}}", "-1", "q" * 500, "=1+1"):
        made = imported(survey(one("QID1", DataExportTag=word), many("QID2", word, word, DataExportTag=word)))
        assert len(made.definition.questions) == 2


def test_a_long_chain_of_carried_choices_ends_soon() -> None:
    def carried(qid: str, key: str = "Choices") -> dict[str, Any]:
        which = "ChoiceGroup/SelectedChoices" if key == "Choices" else "AnswerGroup/SelectedAnswers"
        return {key: [], f"Dynamic{key}": {"Locator": f"q://{qid}/{which}", "Type": "Dynamic"}}

    begun = time.process_time()
    chain = [{**many(f"QID{n}"), **carried(f"QID{n - 1}")} for n in range(1, 60)]
    made = imported(survey(many("QID0", *map(str, range(60))), *chain))
    assert not any(question.open_rules for question in made.definition.questions)
    wide = grid("QID0", list(map(str, range(150))), list(map(str, range(40))))
    made = imported(survey(wide, {**grid("QID1", "ab", []), **carried("QID0", "Answers")}))
    assert made.definition.questions[-1].open_rules  # 40 columns that look at 150 rows each
    assert time.process_time() - begun < 5
