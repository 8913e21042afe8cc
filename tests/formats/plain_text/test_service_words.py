"""What survey services print and take in: tags of special types, words of their Word export, lines of examinations."""

import pytest

from survey_app.formats.plain_text.importing import parse
from tests.formats.reading import codes, one, read, words


@pytest.mark.parametrize(
    ("tag", "below", "kind", "more"),
    [
        ("NPS量表", "0~10", "nps", {}), ("省市", "", "region", {"levels": 2}), ("省市区", "", "region", {"levels": 3}),
        ("手机", "", "short_text", {"pattern": "phone"}), ("邮箱", "", "short_text", {"pattern": "email"}),
        ("上传文件", "", "file", {}), ("知情同意书", "", "consent", {}), ("折叠栏目", "", "section", {}),
        ("投票多选", "甲\n乙", "multiple_choice", {}), ("矩阵反向量表", "差 中 好\n价格", "matrix", {}),
        ("表格题", "北京 上海\n苹果 香蕉\n价格\n数量", "matrix_fields", {}), ("生日", "", "date", {}),
        ("姓名", "", "short_text", {}),
        ("MaxDiff", "甲\n乙\n丙", "single_choice", {}), ("全新题", "甲\n乙\n丙", "single_choice", {}),
    ],
)  # fmt: skip
def test_a_special_tag_gives_the_type_and_leaves_the_text(
    tag: str, below: str, kind: str, more: dict[str, object]
) -> None:
    question = one(f"1. 请作答[{tag}]\n{below}")
    assert (question["type"], question["text"]) == (kind, {"zh-CN": "请作答"})
    assert {key: question[key] for key in more} == more


@pytest.mark.parametrize("tag", ["MaxDiff", "全新题", "门店选择", "多级下拉题", "手机验证", "国家及地区"])
def test_a_tag_without_an_equal_is_told(tag: str) -> None:
    lines = parse(f"标题\n1. 请作答[{tag}]\n甲\n乙\n2. 性别[单选题]\n男\n女".encode()).lines
    assert [line.result for line in lines if line.kind == "question"] == ["changed", "kept"]


def test_words_in_brackets_inside_a_question_are_no_tags() -> None:
    assert one("1. 您的[手机]是什么品牌？[填空题]")["text"] == {"zh-CN": "您的[手机]是什么品牌？"}
    assert one("1. 联系方式（手机）")["text"] == {"zh-CN": "联系方式（手机）"}


def test_known_answers_of_a_tag_are_added_and_told() -> None:
    parsed = read("标题\n1. 您是[性别]\n2. 您多大[年龄段]")
    first, second = parsed.data["pages"][0]["questions"]
    assert words(first["choices"]) == ["男", "女"] and len(second["choices"]) == 7
    assert codes(parsed).count("options_added") == 2


def test_a_reversed_scale_counts_down() -> None:
    question = one("1. 我常常忘记吃药[反向量表题]\n从不\n偶尔\n经常")
    assert [choice["score"] for choice in question["choices"]] == [3, 2, 1]
    table = one("1. 请评价[矩阵反向量表题]\n不符合 一般 符合\n忘记吃药\n漏服")
    assert [choice["score"] for choice in table["choices"]] == [3, 2, 1]


def test_cells_of_a_table_say_what_they_hold() -> None:
    table = one("1. 家人[表格组合]\n行：\n- 第一位\n- 第二位\n列：\n- 姓名[文本]\n- 年龄[数字]\n- 关系[下拉:父,母]")
    assert [(column["type"], column["text"]["zh-CN"]) for column in table["columns"]] == [
        ("short_text", "姓名"), ("number", "年龄"), ("dropdown", "关系"),
    ]  # fmt: skip
    chosen = one("1. 请填写[表格题]\n北京 上海\n苹果 香蕉\n价格\n数量")
    assert [words(column["choices"]) for column in chosen["columns"]] == [["北京", "上海"]] * 2
    assert words(chosen["rows"]) == ["价格", "数量"]


def test_a_slider_takes_the_ends_that_its_bracket_names() -> None:
    question = one("1. 每月药费 [滑动条] * [输入0(很少)到1000(很多)的数字]")
    assert (question["min"], question["max"], question["low"], question["required"]) == (
        0,
        1000,
        {"zh-CN": "很少"},
        True,
    )


def test_points_and_right_answers_become_scores_and_are_not_shown() -> None:
    question = one("1. 首都是[测试题]（5分）\nA.北京（正确答案）\nB.上海\n答案解析：北京")
    assert question["text"] == {"zh-CN": "首都是"} and words(question["choices"]) == ["北京", "上海"]
    assert [choice["score"] for choice in question["choices"]] == [5, 0]
    assert [c["score"] for c in one("1. 服务[评分单选题]\n○好 (分值:3)\n○差 (分值:1)")["choices"]] == [3, 1]
    assert [c["score"] for c in one("1. 首都是[考试单选]\nA.上海\nB.北京\n答案：B")["choices"]] == [0, 1]


def test_lines_for_the_author_are_told_as_left_out() -> None:
    found = parse("标题\n1. 首都是[测试题]\nA.北京（正确答案）\nB.上海\n答案解析：北京".encode())
    assert [line.source for line in found.lines if line.result == "lost"] == ["答案解析：北京"]


def test_boxes_of_a_ranking_and_marks_of_pages_are_understood() -> None:
    parsed = read("标题\n1. 请排序[排序题]\n[   ]价格\n[   ]服务\n---第2页---\n2. 建议[填空题]\n第 2 页 共 3 页")
    assert [len(page["questions"]) for page in parsed.data["pages"]] == [1, 1]
    assert words(parsed.data["pages"][0]["questions"][0]["choices"]) == ["价格", "服务"]


def test_the_end_and_the_next_question_behind_an_answer_are_jumps() -> None:
    parsed = read(
        "标题\n1. 来过吗[单选题]\n○是（请继续回答第2题）\n○否 (请跳至问卷末尾，提交答卷)\n2. 建议[填空题]\n3. 其他[填空题]"
    )
    first, second = parsed.data["pages"]
    assert words(first["questions"][0]["choices"]) == ["是", "否"] and first["end_if"] == {"q1": {"is": "2"}}
    assert [question.get("show_if") for question in second["questions"]] == [None, None]


def test_statements_with_their_points_on_the_line_are_scales() -> None:
    table = one("1. 请打分（1-5分）\nA、态度 1 2 3 4 5\nB、速度 1 2 3 4 5")
    assert (table["type"], words(table["rows"]), table["points"]) == ("matrix", ["态度", "速度"], 5)
    assert one("1. 药店整洁。 1 2 3 4 5")["type"] == "rating"


def test_letters_without_a_sign_part_the_answers_of_a_line() -> None:
    assert words(one("1. 职业\nA 学生 B 职员 C 退休 D 其他____")["choices"]) == ["学生", "职员", "退休", "其他"]
    assert words(one("1. 性别\nA．男　B．女")["choices"]) == ["男", "女"]


def test_bullets_before_letters_are_both_marks() -> None:
    question = one("1. 在哪里买药？\n- A.医院\n- B.药店\n- C.其他")
    assert words(question["choices"]) == ["医院", "药店", "其他"] and question["choices"][2]["other"]


def test_letters_that_begin_again_below_a_numbered_line_are_another_question() -> None:
    parsed = read("标题\n6. 放心吗？(1)医院\nA.放心\nB.不放心\n(2)药店\nA.放心\nB.不放心\n7. 建议？")
    asked = parsed.data["pages"][0]["questions"]
    assert [question["text"]["zh-CN"] for question in asked] == ["放心吗？(1)医院", "药店", "建议？"]
    assert [len(question.get("choices", ())) for question in asked] == [2, 2, 0]


def test_questions_without_numbers_and_gaps_are_told_apart() -> None:
    parsed = read(
        "口味调查\n您觉得怎么样？\n好\n不好\n哪些不好？（可多选）\n苦\n涩\n请写出您喜欢的药名（可写多个）。\n____\n谢谢！"
    )
    assert [question["type"] for question in parsed.data["pages"][0]["questions"]] == [
        "single_choice", "multiple_choice", "short_text",
    ]  # fmt: skip


def test_rows_of_stars_are_a_scale_of_stars() -> None:
    question = one("1. 请评分（1分表示很差，5分表示很好）\n分数 ★ ★ ★ ★ ★")
    assert (question["type"], question["points"], question["style"]) == ("rating", 5, "stars")
    assert question["low"] == {"zh-CN": "很差"}


def test_more_words_of_a_printed_questionnaire() -> None:
    assert one("1. 请分配 [比重题] *[总和必须为60]\nA______\nB______")["total"] == 60
    assert one("1. 哪天[填空题] [日期]")["type"] == "date"
    table = one("1. 请填写[矩阵文本题] [输入0到100的数字]*\n甲\t____\n乙\t____")
    assert [(c["type"], c["max"]) for c in table["columns"]] == [("number", 100)] and words(table["rows"]) == [
        "甲",
        "乙",
    ]
    alone = one("1. 哪些 [多选题]\n□甲\n□乙\n□丙都没买 (互斥)")["choices"][2]
    assert (alone["exclusive"], alone["text"]) == (True, {"zh-CN": "丙都没买"})
    assert one("1. 确认 [单选题] * (2分)\n○是\n○否")["text"] == {"zh-CN": "确认"}


@pytest.mark.parametrize(
    ("rule", "hidden"),
    [
        ("1. 买过吗？（选择“否”的请跳至第4题）", ["q2", "q3"]), ("1. 买过吗？（若选B，请跳到第3题）", ["q2"]),
        ("若第1题选B，请直接回答第4题\n1. 买过吗？", []),
        ("1. 买过吗？（选B请继续回答第4题）", []), ("1. 买过吗？（选C请跳至第4题）", []),
    ],
)  # fmt: skip
def test_rules_about_the_question_they_stand_at(rule: str, hidden: list[str]) -> None:
    parsed = read(f"标题\n{rule}\nA.是\nB.否\n2. 哪里买？\n3. 多少？\n4. 建议？")
    asked = [
        question for page in parsed.data["pages"] for question in page["questions"] if question["name"].startswith("q")
    ]
    assert [question["name"] for question in asked if question.get("show_if") == {"not": {"q1": {"is": "2"}}}] == hidden
    assert len([question for question in asked if "show_if" in question]) == len(hidden)


def test_to_answer_another_question_directly_is_a_jump_and_to_go_on_is_undecided() -> None:
    parsed = read("标题\n1. 买过吗？\nA.是\nB.否\n若第1题选B，请直接回答第4题\n2. 哪里买？\n3. 多少？\n4. 建议？")
    asked = parsed.data["pages"][0]["questions"]
    assert [question.get("show_if") for question in asked] == [None, *[{"not": {"q1": {"is": "2"}}}] * 2, None]
    other = read("标题\n1. 买过吗？\nA.是\nB.否\n若第1题选A，请继续回答第3题\n2. 哪里买？\n3. 多少？\n4. 建议？")
    assert not [question for question in other.data["pages"][0]["questions"] if "show_if" in question]
    assert "rule_not_understood" in codes(other)


def test_blanks_for_places_are_a_region_and_units_name_their_blanks() -> None:
    place = one("1. 您的住址：____省____市____区（县）")
    assert (place["type"], place["levels"], place["text"]) == ("region", 3, {"zh-CN": "您的住址："})
    assert one("1. 您的住址：____省____市")["levels"] == 2
    times = one("1. 每天几点吃药？____点____分")
    assert [field["text"]["zh-CN"] for field in times["fields"]] == ["点", "分"]


def test_small_words_of_rows_ends_and_others_are_tidy() -> None:
    table = one("1. 请选择[矩阵量表题]\n差 中 好\n1. 按时吃药\n2. 自行停药")
    assert words(table["rows"]) == ["按时吃药", "自行停药"]
    scale = one("1. 满意度[量表题]\n1 2 3 4 5\n很差 很好")
    assert (scale["low"], scale["high"]) == ({"zh-CN": "很差"}, {"zh-CN": "很好"})
    assert words(one("1. 职业：①学生；②其他（请注明：____）")["choices"]) == ["学生", "其他"]
    numbers = one("1. 打分[矩阵滑动条]\n0 100\n价格\n服务")
    assert [(c["min"], c["max"]) for c in numbers["columns"]] == [(0, 100)]


def test_a_note_that_holds_a_mark_alone_leaves_no_words() -> None:
    question = one("1. 性别\n男\n女\n注：（必答）")
    assert question["required"] and "hint" not in question
