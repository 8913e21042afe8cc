"""Messy text without tags: plain, from Word, Chinese and English."""

import pytest

from tests.formats.reading import codes, item, one, read, words


@pytest.mark.parametrize(
    "number", ["1. ", "1、", "1．", "（1）", "(1) ", "1) ", "Q1 ", "Q1.", "第1题 ", "1.\t", "1\t", "问题1："]
)
def test_every_way_of_numbering_a_question_is_known(number: str) -> None:
    parsed = read(f"标题\n{number}您的性别？\nA. 男\nB. 女")
    assert [(q.name, q.text["zh-CN"]) for q in parsed.definition.questions] == [("q1", "您的性别？")]


@pytest.mark.parametrize(
    "mark",
    ["A. {}", "A、{}", "a) {}", "(A) {}", "①{}", "□{}", "○ {}", "☐ {}", "- {}", "• {}", "[ ] {}", "( ) {}", "{}"],
)
def test_every_mark_before_an_answer_is_taken_off(mark: str) -> None:
    second = mark.replace("A", "B").replace("a", "b").replace("①", "②")
    question = one(f"1. 您的性别？\n{mark.format('男')}\n{second.format('女')}")
    assert words(question["choices"]) == ["男", "女"]


@pytest.mark.parametrize(
    "line", ["A. 是  B. 否", "A.是B.否", "□是 □否", "○是\t○否", "①是 ②否", "是    否", "(1)是 (2)否", "[ ] 是 [ ] 否"]
)
def test_several_answers_on_one_line_are_parted(line: str) -> None:
    assert words(one(f"1. 您满意吗？\n{line}")["choices"]) == ["是", "否"]


@pytest.mark.parametrize(
    "line", ["1. 性别：①是 ②否", "1. 性别：□是 □否", "1. 性别：A.是 B.否", "1. 性别：是/否", "1. 性别：是□ 否□"]
)
def test_answers_behind_the_question_are_found(line: str) -> None:
    question = one(line)
    assert words(question["choices"]) == ["是", "否"] and question["text"] == {"zh-CN": "性别："}


@pytest.mark.parametrize(
    "words_",
    [
        "（可多选）",
        "(多选)",
        "[multiple]",
        "(choose all that apply)",
        "【可多选，最多选2项】",
        "(select up to 2)",
        "（限选2项）",
    ],
)
def test_words_that_allow_several_answers_make_a_multiple_choice(words_: str) -> None:
    question = one(f"1. 您喜欢什么？{words_}\nA. 甲\nB. 乙\nC. 丙")
    assert question["type"] == "multiple_choice" and question["text"] == {"zh-CN": "您喜欢什么？"}
    assert question.get("max") == (2 if "2" in words_ else None)


def test_other_exclusive_and_missing_answers_are_flagged() -> None:
    several = one("1. 您买过什么？（多选）\nA. 药\nB. 其他（请注明）____\nC. 以上都没有\nD. 不清楚")["choices"]
    assert several[1] == {"code": "2", "other": True, "text": {"zh-CN": "其他"}}
    assert several[2]["exclusive"] and several[3]["missing"] == "unknown"
    single = one("1. Your age?\na) 18-25\nb) Prefer not to say\nc) Don't know")["choices"]
    assert [choice.get("missing") for choice in single] == [None, "refused", "unknown"]


def test_scales_are_found_with_their_ends() -> None:
    rating = one("1. 您的评价（1-5分，1=非常不满意，5=非常满意）")
    assert rating["type"] == "rating" and rating["text"] == {"zh-CN": "您的评价"}
    assert (rating["low"], rating["high"]) == ({"zh-CN": "非常不满意"}, {"zh-CN": "非常满意"})
    assert one("1. How likely are you to recommend us? 0-10")["type"] == "nps"
    assert one("1. 您会推荐我们吗？（0-10）")["type"] == "nps"
    row = one("1. 您的评价\n非常不满意 1 2 3 4 5 6 7 非常满意")
    assert (row["points"], row["high"]) == (7, {"zh-CN": "非常满意"})
    stars = one("1. 请打1-5星")
    assert (stars["type"], stars["style"]) == ("rating", "stars")
    assert one("1. 分数\n1分 很差\n2分 一般\n3分 很好")["labels"][1] == {"zh-CN": "一般"}


def test_age_brackets_are_answers_and_no_scale() -> None:
    question = one("1. 年龄\n1-3\n4-6\n7-9")
    assert words(question["choices"]) == ["1-3", "4-6", "7-9"]
    assert "（18-60）" in one("1. 年龄（18-60）")["text"]["zh-CN"]


def test_levels_from_worst_to_best_are_a_labelled_scale() -> None:
    question = one("1. 您满意吗\n非常不满意\n不满意\n一般\n满意\n非常满意\n不清楚")
    assert (question["type"], question["style"], len(question["labels"])) == ("rating", "labels", 5)
    assert question["unsure"] == {"zh-CN": "不清楚"}


def test_levels_from_best_to_worst_keep_their_order_and_get_scores() -> None:
    parsed = read("标题\n1. 您同意吗\n非常同意\n同意\n一般\n不同意\n非常不同意")
    question = parsed.data["pages"][0]["questions"][0]
    assert question["type"] == "single_choice" and [c["score"] for c in question["choices"]] == [5, 4, 3, 2, 1]
    assert item(parsed, 2).reason.code == "levels_descending"  # type: ignore[union-attr]
    turned = one("1. 您同意吗\n非常同意\n同意\n一般\n不同意\n非常不同意", l2="rating")
    assert turned["labels"][0] == {"zh-CN": "非常不同意"}


@pytest.mark.parametrize(
    "table",
    [
        "项目\t非常不满意\t不满意\t满意\n价格\t○\t○\t○\n服务\t○\t○\t○",
        "项目|非常不满意|不满意|满意\n价格|||\n服务|||",
        "| 项目 | 非常不满意 | 不满意 | 满意 |\n|---|---|---|---|\n| 价格 | | | |\n| 服务 | | | |",
        "非常不满意 不满意 满意\n价格\n服务",
        "\t非常不满意\t不满意\t满意\n价格\t1\t2\t3\n服务\t1\t2\t3",
    ],
)
def test_a_table_is_a_matrix(table: str) -> None:
    question = one(f"1. 请评价\n{table}")
    assert question["type"] == "matrix" and words(question["rows"]) == ["价格", "服务"]
    assert [label["zh-CN"] for label in question["labels"]] == ["非常不满意", "不满意", "满意"]


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("1. 您的姓名：____", "short_text"), ("1. 您有什么建议？", "long_text"), ("1. 原因\n____\n____", "long_text"),
        ("1. 年龄：____岁", "number"), ("1. 您来过几次？", "number"), ("1. How old are you?", "number"),
        ("1. 购买日期：____", "date"), ("1. 您几点到店？", "time"), ("1. 姓名：____ 电话：____", "text_fields"),
        ("1. 您是否办卡？", "single_choice"),
    ],
)  # fmt: skip
def test_a_question_without_answers_is_guessed_by_its_words(line: str, kind: str) -> None:
    assert one(line)["type"] == kind


def test_numbers_below_chinese_numbers_are_answers_or_questions_by_what_they_look_like() -> None:
    answers = read("调查\n一、您的性别是？\n1. 男\n2. 女\n二、您的年龄？\n1. 18岁以下\n2. 18-25岁")
    assert [len(q["choices"]) for q in answers.data["pages"][0]["questions"]] == [2, 2]
    sections = read("调查\n一、基本信息\n1. 您的性别\nA. 男\nB. 女\n二、评价\n2. 您的建议？")
    assert [q.type for q in sections.definition.questions] == ["section", "single_choice", "section", "long_text"]


def test_answers_numbered_like_questions_are_told_apart() -> None:
    parsed = read("调查\n1. 您的性别\n1. 男\n2. 女\n2. 您的城市\n1. 北京\n2. 上海\n3. 广州\n3. 您的建议？")
    assert [len(q.get("choices", ())) for q in parsed.data["pages"][0]["questions"]] == [2, 3, 0]


def test_a_text_without_numbers_is_read_by_its_empty_lines() -> None:
    parsed = read("顾客调查\n\n您的性别\n男\n女\n\n您多久来一次？\n每天\n每周\n\n还有什么建议？\n")
    assert [q.name for q in parsed.definition.questions] == ["q1", "q2", "q3"]
    assert [len(q.get("choices", ())) for q in parsed.data["pages"][0]["questions"]] == [2, 2, 0]


def test_letters_and_numbers_below_one_question_are_answers_and_rows() -> None:
    question = one("1. 请评价\nA. 好\nB. 不好\n(1) 价格\n(2) 服务")
    assert (words(question["rows"]), words(question["choices"])) == (["价格", "服务"], ["好", "不好"])


def test_two_languages_side_by_side_become_two_languages() -> None:
    parsed = read(
        "顾客调查 / Customer survey\n1. 您满意吗？ / Are you satisfied?\nA. 满意 Yes\nB. 不满意 (No)\nC. 5\n"
        "2. 您常来吗？\nDo you often visit us?\n○ 每天 / Daily\n○ 每周 / Weekly\n3. 只有中文的题目？"
    )
    definition = parsed.definition
    assert definition.languages == ("zh-CN", "en") and definition.title["en"] == "Customer survey"
    first, second, third = parsed.data["pages"][0]["questions"]
    assert [c["text"] for c in first["choices"]] == [
        {"zh-CN": "满意", "en": "Yes"}, {"zh-CN": "不满意", "en": "No"}, {"zh-CN": "5", "en": "5"},
    ]  # fmt: skip
    assert second["text"] == {"zh-CN": "您常来吗？", "en": "Do you often visit us?"}
    assert third["text"] == {"zh-CN": "只有中文的题目？"}
    assert [r.line for r in parsed.problems if r.code == "one_language"] == [10]


def test_an_english_text_is_english_and_english_names_do_not_make_a_chinese_text_bilingual() -> None:
    assert read("Survey\n1. How are you?\n2. Why?").definition.languages == ("en",)
    assert read("调查\n1. 您用 WeChat 吗？\n2. 您下载 APP\n3. 您的建议？").definition.languages == ("zh-CN",)


def test_title_introduction_thanks_and_names_are_taken_from_the_text() -> None:
    parsed = read("标题：满意度\n您好，请作答。\n\nA1. 您的性别\n男\n女\n\nA3. 建议？\n\n感谢您的参与！")
    definition = parsed.definition
    assert (definition.title["zh-CN"], definition.intro, definition.thanks) == (
        "满意度", {"zh-CN": "您好，请作答。"}, {"zh-CN": "感谢您的参与！"},
    )  # fmt: skip
    assert [q.name for q in definition.questions] == ["a1", "a3"]


def test_a_text_without_a_title_gets_one_and_says_so() -> None:
    parsed = read("1. 您满意吗？\nA. 是\nB. 否")
    assert parsed.definition.title == {"zh-CN": "未命名问卷"} and "no_title" in codes(parsed)


def test_a_hint_stays_a_hint() -> None:
    question = one("1. 您的电话？\n（我们只用于回访）")
    assert question["hint"] == {"zh-CN": "我们只用于回访"}


def test_brackets_of_program_code_are_no_answers() -> None:
    assert one("1. alert(1) and print(2) 您的建议？")["type"] == "long_text"
