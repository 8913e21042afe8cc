"""Texts, languages, settings, the trash: all that a file holds is in the draft or in the report."""

from typing import Any

from survey_app.formats.importing import Imported
from survey_app.formats.importing.sentences import SENTENCES
from tests.formats.qualtrics.making import (
    BREAK,
    Data,
    amount,
    block,
    displays,
    element,
    expr,
    grid,
    imported,
    line,
    many,
    one,
    question,
    settings,
    shown_if,
    step,
    survey,
)


def texts_of(made: Imported, language: str) -> str:
    """Every text of the draft in a language, on lines."""
    from survey_app.questionnaire.meaning import all_texts

    return "\n".join(text.get(language, "") for _, text in all_texts(made.definition))


def test_every_text_in_every_language_is_in_the_draft() -> None:
    spoken = {
        "ES": {"QuestionText": "¿Cuál?", "Choices": {"1": {"Display": "Sí"}, "2": {"Display": "No <b>sé</b>"}}},
        "ZH-S": {"QuestionText": "哪个？", "Choices": {"1": "是", "2": {"Display": "不知道"}}},
    }
    matrix = grid(
        "QID2",
        ["Row"],
        ["Bad", "Good"],
        Language={"ES": {"Choices": displays("Fila"), "Answers": displays("Mal", "Bien")}},
    )
    form = question("QID3", "TE", "FORM", Choices=displays("Name"), Language={"ES": {"Choices": displays("Nombre")}})
    labels = {"Labels": displays("Low", "High"), "Language": {"ES": {"Labels": displays("Bajo", "Alto")}}}
    slider = question("QID4", "Slider", "HSLIDER", Choices=displays("A"), **labels)
    file = survey(
        one("QID1", "Yes", "No idea", Language=spoken),
        matrix,
        form,
        slider,
        options={"AvailableLanguages": {"EN": [], "FR": []}},
    )
    made = imported(file)
    assert made.definition.languages == ("en", "es", "zh-CN", "fr")
    for language, words in {
        "es": ["¿Cuál?", "Sí", "No sé", "Fila", "Mal", "Bien", "Nombre", "Bajo", "Alto"],
        "zh-CN": ["哪个？", "是", "不知道"],
        "en": ["Yes", "No idea", "Row", "Good", "Name", "Low", "High", "A small survey"],
    }.items():
        found = texts_of(made, language).split("\n")
        assert [word for word in words if word not in found] == []


def test_the_first_language_borrows_words_it_lacks() -> None:
    made = imported(survey(one("QID1", "", "B", Language={"DE": {"Choices": displays("Ja", "Nein")}})))
    assert [c.text["en"] for c in made.definition.questions[0].choices] == ["Ja", "B"]  # type: ignore[attr-defined]


def test_answers_and_fields_are_shown_in_later_texts() -> None:
    setting = {
        "Type": "EmbeddedData",
        "FlowID": "FL_s",
        "EmbeddedData": [{"Field": "Town", "Type": "Custom", "Value": "North"}],
    }
    text = (
        "${q://QID1/ChoiceGroup/SelectedChoices}, ${q://QID2/ChoiceTextEntryValue}, ${q://QID3/ChoiceTextEntryValue/2}, "
        "${e://Field/Town}, ${q://QID1/QuestionText}, ${q://QID1/ChoiceDescription/1}, ${m://FirstName}, "
        "${q://QID4/QuestionText2}, ${q://QID5/ChoiceTextEntryValue}, {{x}}"
    )
    form = question("QID3", "TE", "FORM", Choices=displays("A", "B"))
    file = survey(
        one("QID1"), line("QID2"), form, line("QID4", QuestionText=text), line("QID5"), flow=[setting, step("1")]
    )
    made = imported(file)
    shown = made.definition.by_name["q4"].text["en"]
    assert shown.startswith("{{q1}}, {{q2}}, {{q3_2}}, {{town}}, Text of QID1, Yes, [FirstName], ")
    assert shown.endswith("[ChoiceTextEntryValue], { {x}}")
    assert len([line for line in made.lines if line.code == "pipe_lost"]) == 3


def test_markup_and_scripts_leave_and_are_told() -> None:
    made = imported(
        survey(one("QID1", "<b>A</b>", "B", QuestionText="<p>Hi<script>x()</script></p>", QuestionJS="alert(1)"))
    )
    assert made.definition.questions[0].text == {"en": "Hi"}
    assert sorted(line.place for line in made.lines if line.kind == "script") == [
        "QID1 / QuestionJS",
        "QID1 / QuestionText",
    ]


def test_the_trash_is_left_out_and_told() -> None:
    old = {**one("QID2"), **shown_if(expr("QID1/SelectableChoice/1"))}
    blocks = {"1": block("1", "QID1", type="Default"), "2": block("2", "QID2", type="Trash"), "3": block("3", "QID3")}
    made = imported(survey(one("QID1"), old, line("QID3"), blocks=blocks, flow=[step("1")]))
    assert [q.name for q in made.definition.questions] == ["q1"]
    told = {(line.kind, line.place): line.code for line in made.lines if line.result == "lost"}
    assert told == {
        ("group", "BL_2"): "trash",
        ("setting", "QID2"): "trash",
        ("setting", "QID2 / DisplayLogic"): "trash",
        ("group", "BL_3"): "not_in_flow",
        ("setting", "QID3"): "not_in_flow",
    }
    assert (made.source.groups, made.source.questions, made.source.conditions) == (3, 3, 1)


def test_points_become_scores() -> None:
    grades = [{"ChoiceID": str(n), "Grades": {"SC_1": str(n * 10)}} for n in (1, 2, 3)]
    scoring = {
        "Element": "SCO",
        "Payload": {"ScoringCategories": [{"ID": "SC_1", "Name": "Total"}, {"ID": "SC_2", "Name": "Other"}]},
    }
    several = many("QID2", GradingData=grades)
    made = imported(survey(one("QID1", GradingData=grades), several, others=[scoring]))
    assert [c.score for c in made.definition.questions[0].choices] == [10, 20, 30]  # type: ignore[attr-defined]
    assert [(score.name, score.kind, score.questions) for score in made.definition.scores] == [
        ("total", "sum", ("q1",))
    ]
    assert [(line.place, line.result) for line in made.lines if line.kind == "score"] == [
        ("Scoring / SC_1", "changed"), ("Scoring / SC_2", "lost"), ("QID1 / GradingData", "kept"), ("QID2 / GradingData", "lost"),
    ]  # fmt: skip


def everything() -> Data:
    """A file with one of each thing that a report has to speak of."""
    first = one("QID1", "A", "B", QuestionJS="x()", RecodeValues={"1": "5"}, DefaultChoices={"1": {"Selected": True}})
    second = many("QID2", **settings(ForceResponse="ON", Type="ChoiceRange", MinChoices="1", MaxChoices="2"))
    third = {**grid("QID3", "ab", ["x", "y"]), **shown_if(expr("QID1/SelectableChoice/1"))}
    fourth = line(
        "QID4", **settings(Type="CustomValidation", CustomValidation={"Logic": {}, "Message": {"description": "No!"}})
    )
    blocks = [
        block(
            "1", element("QID1", ("QID1/SelectableChoice/2", "Selected", "ENDOFBLOCK")), BREAK, "QID2", Looping="Static"
        ),
        block("2", "QID3", "QID4", amount("QID5")["QuestionID"]),
    ]
    note = {"Element": "NT", "Payload": {"ParentID": "QID1", "Notes": [{"Message": "Ask Li"}]}}
    quota = {"Element": "QO", "Payload": {"ID": "QO_1", "Name": "N", "Occurrences": "x", "Logic": {}}}
    return survey(first, second, third, fourth, amount("QID5", "1", "9"), blocks=blocks, others=[note, quota])


def test_everything_of_the_source_is_in_the_report() -> None:
    file, made = everything(), imported(everything())
    places = {line.place for line in made.lines}
    expected = {
        "BL_1",
        "BL_2",
        "BL_1 / Looping",
        "QO_1 / Logic",
        "QID1 / Note",
        "QID1 / QuestionJS",
        "QID1 / DefaultChoices",
    }
    expected |= {
        "QID3 / DisplayLogic",
        "QID1 / SkipLogic / 1",
        "QID2 / Validation",
        "QID2 / ForceResponse",
        "QID4 / Validation",
    }
    expected |= {
        "QID5 / Validation",
        "QID1 / RecodeValues",
        "Survey Options / BackButton",
        "SurveyEntry / SurveyName",
    } - {
        "Survey Options / BackButton"  # switched off: nothing to say
    }
    for part in file["SurveyElements"]:
        if part["Element"] == "SQ":
            qid, payload = part["Payload"]["QuestionID"], part["Payload"]
            expected |= {qid, *(f"{qid} / {key} / {n}" for key in ("Choices", "Answers") for n in payload.get(key, ()))}
    assert expected - places == set()


def test_every_line_has_a_sentence_and_every_name_is_in_the_draft() -> None:
    made = imported(everything())
    names: set[Any] = {q.name for q in made.definition.questions} | {p.name for p in made.definition.pages} | {""}
    assert [line for line in made.lines if line.code and line.code not in SENTENCES] == []
    assert [line for line in made.lines if "?" in line.sentence("en").replace("?”", "")] == []
    assert {line.ours for line in made.lines} <= names


def test_pages_follow_breaks_and_blocks() -> None:
    made = imported(everything())
    assert [(page.name, [q.name for q in page.questions]) for page in made.definition.pages] == [
        ("block_1", ["q1"]), ("block_1_2", ["q2"]), ("block_2", ["q3", "q4", "q5"])
    ]  # fmt: skip


def test_group_labels_and_scale_labels_stand_in_the_hint() -> None:
    groups = {"cg_1": {"GroupLabel": "Fruit", "ChoiceGroupOrder": ["1", "2"], "Options": []}}
    made = imported(survey(many("QID1", "Apple", "Pear", "Leek", ChoiceGroups=groups)))
    assert made.definition.questions[0].hint == {"en": "Fruit: Apple, Pear"}


def test_more_languages_than_a_questionnaire_holds_are_told() -> None:
    codes = [f"{a}{b}" for a in "ABCD" for b in "EFGHIJKLM"]
    made = imported(survey(one("QID1", Language={code: {"QuestionText": code} for code in codes})))
    lost = [line for line in made.lines if line.code == "shortened"]
    assert len(made.definition.languages) <= 30 and len(lost) == len(codes) - 29


def test_emails_sent_by_the_survey_are_told() -> None:
    made = imported(survey(one("QID1"), others=[{"Element": "TR", "PrimaryAttribute": "TR_1", "Payload": {}}]))
    assert [line.result for line in made.lines if "TR_1" in line.place] == ["lost"]


def test_a_request_that_may_be_passed_over_is_told_as_lost() -> None:
    found = imported(survey(one("QID1", **settings(ForceResponse="RequestResponse"))))
    assert [line.result for line in found.lines if line.code == "not_required"] == ["lost"]
