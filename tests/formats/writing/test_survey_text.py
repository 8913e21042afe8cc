"""Tagged text: what our own reader of it makes of what we write."""

from survey_app.formats import plain_text, writing
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from tests.formats.writing.wholes import YES_NO, asked, choice, definition, every_type

SCALED = load_definition(
    """
format: 1
name: scaled
title: {zh-CN: 量表}
languages: [zh-CN]
scales:
  quality: {points: [{code: bad, text: {zh-CN: 差}, score: 0}, {code: good, text: {zh-CN: 好}}], unsure: {zh-CN: 不清楚}}
pages:
  - questions: [{name: staff, type: likert, text: {zh-CN: 店员怎么样？}, required: true, scale: quality}]
""",
    file="scaled.yaml",
)


def text(of: Definition, language: str = "") -> str:
    return writing.write(of, "wjx", language).data.decode()


def test_a_text_has_title_questions_with_tags_and_page_breaks() -> None:
    first = [asked("a", "single_choice", choices=[*YES_NO, choice("x", "其他", "Other", other=True)], required=True)]
    second = [asked("b", "multiple_choice", choices=YES_NO, max=1), asked("c", "rating", points=5), asked("n", "note")]
    made = text(definition({"questions": first}, {"questions": second}, intro={"zh-CN": "请答题。", "en": "x"}))
    assert made == (
        "门店调查\n请答题。\n\n1. 题a[单选题]\n是\n否\n其他____\n\n=== 分页 ===\n\n"
        "2. 题b[多选题]（最多选1项）（选填）\n是\n否\n\n3. 题c[量表题]（选填）\n1~5\n\n题n[段落说明]\n"
    )


def test_the_reader_finds_every_question_again() -> None:
    asking = [
        asked("a", "single_choice", choices=YES_NO, required=True), asked("b", "dropdown", choices=YES_NO),
        asked("c", "multiple_choice", choices=YES_NO), asked("d", "rating", points=7), asked("e", "long_text"),
        asked("f", "matrix", choices=YES_NO, rows=[choice("p"), choice("q")]), asked("g", "short_text", required=True),
    ]  # fmt: skip
    of = definition({"questions": asking[:3]}, {"questions": asking[3:]})
    back = plain_text.parse(text(of)).definition
    assert [question.type for question in back.questions] == [question["type"] for question in asking]
    assert [question.required for question in back.questions] == [bool(question.get("required")) for question in asking]
    assert [question.text["zh-CN"] for question in back.questions] == [question["text"]["zh-CN"] for question in asking]
    assert len(back.pages) == 2


def test_rules_codes_and_scores_are_told_as_lost() -> None:
    lines = writing.write(every_type(), "wjx").lines
    kinds = {line.kind for line in lines if line.result == "lost"}
    assert {"rule", "score", "quota", "validation", "setting"} <= kinds
    assert not [line for line in lines if line.kind in ("rule", "score", "quota") and line.result != "lost"]


def test_another_language_can_be_chosen() -> None:
    assert text(every_type(), "en").startswith("Shop survey\nPlease rate us.\n")


def test_the_words_of_a_scale_stand_at_its_questions_and_its_values_are_told_as_lost() -> None:
    made = writing.write(SCALED, "wjx")
    assert "店员怎么样？[量表题]\n差\n好\n不清楚" in made.data.decode()
    told = {line.place: line.result for line in made.lines if line.place.startswith("scales")}
    assert told == {
        "scales.quality.points[0]": "kept",
        "scales.quality.points[0].score": "lost",
        "scales.quality.points[1]": "kept",
        "scales.quality.unsure": "kept",
    }
