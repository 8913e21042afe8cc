"""Guesses are shown with a reason, can be changed, and no line is lost."""

import json
import random
import re
import unicodedata

import pytest

from survey_app.formats import plain_text
from survey_app.formats.plain_text import TextRefused
from survey_app.formats.plain_text.parsing import TYPES
from survey_app.formats.plain_text.sentences import SENTENCES
from tests.formats.reading import codes, item, read, words

TEXT = "标题\n说明\n1. 您的性别？\nA. 男\nB. 女\n2. 您喜欢哪些？\n□ 茶\n□ 咖啡\n3. 您的城市"


def test_each_piece_says_where_it_stands_what_it_is_how_sure_and_why() -> None:
    parsed = read(TEXT)
    assert [(i.kind, i.line, i.lines) for i in parsed.items] == [
        ("title", 1, (1,)), ("intro", 2, (2,)), ("question", 3, (3, 4, 5)), ("question", 6, (6, 7, 8)), ("question", 9, (9,)),
    ]  # fmt: skip
    assert [(i.type, i.sure) for i in parsed.guesses] == [
        ("single_choice", "likely"), ("multiple_choice", "likely"), ("short_text", "unsure"),
    ]  # fmt: skip
    reason = item(parsed, 6).reason
    assert reason is not None and plain_text.sentence(reason, "zh-CN") == "题目问的是“哪些”，通常可以多选。"


def test_every_alternative_that_is_offered_works() -> None:
    tried = 0
    for first in read(TEXT).items:
        for kind in first.alternatives:
            parsed = plain_text.parse(TEXT, choices={first.line: kind})
            assert parsed.definition and set(parsed.places) == set(range(1, 10)), (first.line, kind)
            if kind in ("single_choice", "multiple_choice", "dropdown", "rating", "nps", "long_text", "date", "note"):
                assert item(parsed, first.line).type == kind or item(parsed, first.line).kind == kind
            tried += 1
    assert tried > 30


def test_a_choice_changes_one_question_and_a_wrong_one_nothing() -> None:
    assert [q.type for q in read(TEXT, l3="dropdown").definition.questions] == [
        "dropdown",
        "multiple_choice",
        "short_text",
    ]
    assert item(read(TEXT, l3="dropdown"), 3).sure == "chosen"
    wrong = read(TEXT, l3="likert")
    assert [q.type for q in wrong.definition.questions][0] == "single_choice" and "choice_unknown" in codes(wrong)


def test_a_line_may_belong_to_the_question_above_or_go() -> None:
    parsed = read("标题\n1. 您喜欢什么？\n茶\n咖啡？\n\n水？", l6="part")
    assert words(parsed.data["pages"][0]["questions"][0]["choices"])[-1] == "水？"
    gone = read(TEXT, l3="skip")
    assert [q.name for q in gone.definition.questions] == ["q2", "q3"], "its answers go with it"
    assert item(gone, 4).kind == "skipped" and "left_out" in codes(gone)


def test_keys_of_lines_survive_changes_of_other_lines() -> None:
    before, after = plain_text.keys("甲\n乙\n甲"), plain_text.keys("新\n\n甲\n乙\n甲")
    assert [before[1], before[2], before[3]] == [after[3], after[4], after[5]] and before[1] != before[3]


def test_what_does_not_fit_a_chosen_type_stays_as_a_hint() -> None:
    parsed = read(TEXT, l3="short_text")
    assert parsed.data["pages"][0]["questions"][0]["hint"] == {"zh-CN": "男\n女"} and "lines_as_hint" in codes(parsed)


def test_every_remark_has_words_in_both_languages() -> None:
    for code, (english, chinese) in SENTENCES.items():
        holes = [sorted(re.findall(r"\{(\w+)\}", text)) for text in (english, chinese)]
        assert holes[0] == holes[1] and english and chinese, code


_PIECES = (
    "1. ;2、;Q3 ;第4题 ;（1）;一、;A. ;B) ;①;□;○;- ;您满意吗？;Are you satisfied?;性别;[单选题];[多选题];[矩阵量表题];"
    "[多项填空题];[填空题];[排序题];[段落说明];[矩阵多选题];[矩阵填空题];[滑动条];[比重题];[文件上传];[判断题];（选填）;（可多选）;*;____;{_};{{q1}};"
    "1~5;0-10;0~100;行：;列：;=== 分页 ===;\t;  ;（跳到第5题）;（结束问卷）;如果第1题选A，;若第2题选“男”，请回答本题;"
    "依赖于第1题第2个选项;非常满意;满意;一般;不满意;非常不满意;不清楚;其他;以上都没有;1=差，5=好;姓名：____;/;<script>;感谢您;"
    "年龄____岁;推荐;哪些;第一部分;# ;Other ____;标题：;A1. ;1) ;最多选3项;[ ] x;Yes / 是;|"
)
PIECES = _PIECES.split(";") + ["\n"] * 12 + ["\n\n"]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_pasted_the_definition_is_valid_and_no_line_and_no_word_is_lost(seed: int, full: bool) -> None:
    rolls = random.Random(seed)
    for _ in range(4_000 if full else 250):
        text, marked = "", []
        for number in range(rolls.randint(1, 60)):
            text += rolls.choice(PIECES)
            if rolls.random() < 0.4:
                marked.append(f"词{number}语" if rolls.random() < 0.7 else f"word{number}x")
                text += marked[-1]
        lines = [n for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
        choices = (
            {n: rolls.choice(sorted(TYPES)) for n in lines if rolls.random() < 0.1} if rolls.random() < 0.4 else {}
        )
        try:
            parsed = plain_text.parse(text, choices=choices)
        except TextRefused:
            assert not lines
            continue
        assert parsed.definition.format == 1
        assert sorted(n for piece in parsed.items for n in piece.lines) == lines, text
        if not choices:
            kept = json.dumps(parsed.data, ensure_ascii=False)
            kept += str([dict(r.values) for r in parsed.problems if r.level == "lost"])
            assert not [word for word in marked if word not in kept], text


def test_invisible_characters_change_nothing() -> None:
    clean = "标题\n1. 您的性别？\nA. 男\nB. 女"
    dirty = "\ufeff标题\r\n\u200b1.\u00a0您的性别？\r\n\u3000A. 男\u2028B. 女\x00"
    assert read(dirty).data == read(clean).data
    assert read(unicodedata.normalize("NFD", "Café\n1. Café?")).definition.title == {"en": "Café"}
