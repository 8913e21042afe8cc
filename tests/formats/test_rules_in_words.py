"""Rules that a text says in words: the certain ones become conditions, the others are told and kept."""

from typing import Any

import pytest

from survey_app.questionnaire import conditions
from tests.formats.reading import codes, read

THREE = "标题\n1. 您是会员吗？\nA. 是\nB. 否{jump}\nC. 不清楚\n2. {rule}您的等级？\nA. 金\nB. 银\n3. 您的建议？"


def questions(text: str) -> list[dict[str, Any]]:
    return [q for page in read(text).data["pages"] for q in page["questions"]]


@pytest.mark.parametrize(
    "jump",
    [
        "（跳到第3题）",
        "（请跳至第3题）",
        " → 第3题",
        "(skip to Q3)",
        "，跳转到Q3",
        " -> Q3",
        "【转第3题】",
        "（直接跳到第3题作答）",
    ],
)
def test_a_jump_hides_what_it_jumps_over(jump: str) -> None:
    first, second, third = questions(THREE.format(jump=jump, rule=""))
    assert [c["text"]["zh-CN"] for c in first["choices"]] == ["是", "否", "不清楚"]
    assert second["show_if"] == {"not": {"q1": {"is": "2"}}} and "show_if" not in third
    assert conditions.holds(second["show_if"], {}), "who left question 1 empty goes on to question 2"


@pytest.mark.parametrize(
    "rule",
    [
        "（如果第1题选A，请回答）", "(若第1题选“是”请回答本题)", "【第1题选A者回答】", "（当Q1=A时显示）",
        "(If you selected A in Q1)", "（第1题选择第1个选项时回答）", "如果第1题选“是”，", "（依赖于第1题第1个选项）",
    ],
)  # fmt: skip
def test_a_rule_at_a_question_shows_it(rule: str) -> None:
    parsed = read(THREE.format(jump="", rule=rule))
    assert parsed.data["pages"][0]["questions"][1]["show_if"] == {"q1": {"is": "1"}}
    assert "rule_kept" in codes(parsed)


def test_several_answers_and_several_questions_may_stand_in_a_rule() -> None:
    assert questions(THREE.format(jump="", rule="（如果第1题选A或C，请回答）"))[1]["show_if"] == {
        "q1": {"one_of": ["1", "3"]}
    }
    several = questions(
        "标题\n1. 您买过什么？（多选）\nA. 药\nB. 书\n（第1题选B的请回答第2-3题）\n2. 书名？\n3. 作者？\n4. 建议？"
    )
    assert [q.get("show_if") for q in several[1:]] == [{"q1": {"includes": "2"}}] * 2 + [None]


def test_an_end_parts_the_page_and_ends_the_questionnaire_there() -> None:
    parsed = read("标题\n1. 您成年了吗？\nA. 是\nB. 否（结束问卷）\n2. 您的建议？")
    assert [len(page["questions"]) for page in parsed.data["pages"]] == [1, 1]
    assert parsed.data["pages"][0]["end_if"] == {"q1": {"is": "2"}}


@pytest.mark.parametrize(
    "rule",
    [
        "（如果第9题选A，请回答）",
        "（如果第1题选X，请回答）",
        "（如果第1题选“没有”，请回答）",
        "（如果第3题选A，请回答）",
        "（若第1题选A，请跳过下一题）",
    ],
)
def test_a_rule_that_is_not_certain_stays_as_a_hint_and_is_told(rule: str) -> None:
    parsed = read(THREE.format(jump="", rule=rule))
    second = parsed.data["pages"][0]["questions"][1]
    assert "show_if" not in second and "rule_not_understood" in codes(parsed)
    assert second["hint"]["zh-CN"][:4] in rule


def test_a_rule_on_a_line_of_its_own_needs_to_say_what_it_is_about() -> None:
    parsed = read("标题\n1. 您是会员吗？\nA. 是\nB. 否\n\n如果第1题选A，请回答。\n2. 等级？\n____")
    assert "rule_not_understood" in codes(parsed)
    assert all("show_if" not in q for q in parsed.data["pages"][0]["questions"])


def test_a_jump_back_or_to_nowhere_is_told_and_kept_in_words() -> None:
    parsed = read(THREE.format(jump="（跳到第1题）", rule=""))
    assert "rule_not_understood" in codes(parsed)
    assert "否 → 1" in parsed.data["pages"][0]["questions"][0]["hint"]["zh-CN"]


def test_where_numbers_start_again_a_rule_names_nobody_for_sure() -> None:
    parsed = read(
        "标题\n第一部分\n1. 会员？\nA. 是\nB. 否\n第二部分\n1. 满意？\nA. 是\nB. 否\n2. （如果第1题选A，请回答）为什么？"
    )
    assert "rule_not_understood" in codes(parsed) and "renamed" in [
        r.code for i in parsed.items for r in i.remarks
    ] + codes(parsed)


def test_words_that_only_sound_like_rules_stay_words() -> None:
    parsed = read("标题\n1. 如果满分10分，您打几分？\n2. 您会转到其他药店吗？\nA. 会跳到别家\nB. 不会")
    assert not [code for code in codes(parsed) if code.startswith("rule")]
    assert parsed.definition.questions[0].text == {"zh-CN": "如果满分10分，您打几分？"}
