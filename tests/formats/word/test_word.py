"""Word documents: what a person sees in them is what is read."""

import io
import zipfile

import pytest

from survey_app.formats import detecting, word, writing
from survey_app.formats.importing import Refused
from survey_app.formats.word.numbering import spelled
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.publication import own_choices
from survey_app.questionnaire.question_types.matrix import Matrix
from tests.formats.word.making import document, p, r, table
from tests.questionnaire.tools import tiny

SHOWN, LINE = '<w:vanish w:val="0"/>', '<w:u w:val="single"/>'


def read(*blocks: str) -> Definition:
    """Through detection, as a dropped file goes."""
    data = document(*blocks)
    assert detecting.detect(data).key == "word"
    return detecting.parse(data).definition


def test_numbers_of_lists_stand_in_front_of_their_paragraphs() -> None:
    text = word.text_of(
        document(
            p("基本情况", style="part"), p("您的性别", number="1"), p("男", number="1", depth=1), p("女", number="1", depth=1),
            p("您的年龄", number="1"), p("18岁以下", number="1", depth=1), p("购药习惯", style="part"),
            p("从头数", number="4"), p("再来一题", number="4"), p("可以勾选", number="3"), p(""),
        )
    )  # fmt: skip
    assert text.split("\n") == [
        "一、 基本情况", "1、 您的性别", "A. 男", "B. 女", "2、 您的年龄", "A. 18岁以下", "二、 购药习惯", "1、 从头数",
        "2、 再来一题", "□ 可以勾选", "",
    ]  # fmt: skip


def test_a_document_with_automatic_numbers_becomes_a_questionnaire() -> None:
    made = read(
        p("门店服务调查"), p("您的性别", number="1"), p("男", number="1", depth=1), p("女", number="1", depth=1),
        p("您买过哪些药（可多选）", number="1"), p("感冒药", number="1", depth=1), p("维生素", number="1", depth=1),
        p("其他", number="1", depth=1), p("您的建议：", number="1"), p("____________"),
    )  # fmt: skip
    assert [question.type for question in made.questions] == ["single_choice", "multiple_choice", "long_text"]
    assert [question.text["zh-CN"] for question in made.questions][:2] == ["您的性别", "您买过哪些药"]
    assert [choice.text["zh-CN"] for choice in own_choices(made.questions[0])] == ["男", "女"]


def test_a_table_of_boxes_is_a_matrix() -> None:
    made = read(
        p("1、请评价以下服务"),
        table(
            ("", "不满意", "一般", "满意"), ("店员", "□", "□", "□"), ("环境", "□", "□", "□"), ("价格", "□", "□", "□")
        ),
    )
    (question,) = made.questions
    assert isinstance(question, Matrix) and [row.text["zh-CN"] for row in question.rows] == ["店员", "环境", "价格"]


def test_a_table_of_one_column_is_a_frame_around_paragraphs() -> None:
    cell = f"<w:tbl><w:tr><w:tc>{p('1、您的性别')}{p('A. 男')}{p('B. 女')}</w:tc></w:tr></w:tbl>"
    assert word.text_of(document(cell)).split("\n") == ["1、您的性别", "A. 男", "B. 女"]


def test_what_nobody_sees_is_not_read() -> None:
    text = word.text_of(
        document(
            f"<w:p><w:del>{r('删去')}</w:del><w:ins>{r('加上')}</w:ins>{r('藏着', '<w:vanish/>')}"
            f"{r('不藏', SHOWN)}<w:r><w:instrText>PAGE</w:instrText></w:r></w:p>",
            "<w:p><w:pPr><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t>甲</w:t><w:tab/><w:t>乙</w:t></w:r></w:p>",
        )
    )
    assert text == "加上不藏\n甲\t乙"


def test_underlined_spaces_are_a_blank_and_old_boxes_are_boxes() -> None:
    text = word.text_of(
        document(
            f"<w:p>{r('姓名：')}{r('        ', LINE)}</w:p>",
            "<w:p><w:r><w:sym w:font='Wingdings' w:char='F0A8'/><w:sym w:char='D800'/><w:t>男</w:t></w:r></w:p>",
            "<w:p><w:r><w:fldChar><w:ffData><w:checkBox/></w:ffData></w:fldChar></w:r>" + r("女") + "</w:p>",
        )
    )
    assert text == "姓名：____\n\uf0a8男\n□女"


@pytest.mark.parametrize(("kind", "wanted"), [
    ("decimal", "12"), ("upperLetter", "L"), ("lowerLetter", "l"), ("lowerRoman", "xii"), ("upperRoman", "XII"),
    ("chineseCounting", "十二"), ("decimalEnclosedCircle", "⑫"), ("decimalZero", "12"), ("somethingNew", "12"),
])  # fmt: skip
def test_numbers_are_spelled_as_their_kind_says(kind: str, wanted: str) -> None:
    assert spelled(12, kind) == wanted


def test_our_own_document_for_a_meeting_is_read_with_all_its_words() -> None:
    definition = tiny("golden")
    data = writing.write(definition, "docx").data
    text = word.text_of(data)
    assert detecting.detect(data).key == "word"
    assert definition.title["zh-CN"] in text
    assert all(question.text["zh-CN"] in text for question in definition.questions if question.asks)


def test_entities_and_archives_that_swell_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        word.parse(document(p("x"), lists='<!DOCTYPE w [<!ENTITY a "b">]><w/>'))
    assert refused.value.faults[0].code == "forbidden_xml"
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<w>" + b" " * 30_000_000)
    with pytest.raises(Refused) as refused:
        word.parse(target.getvalue())
    assert refused.value.faults[0].code == "broken_zip"
