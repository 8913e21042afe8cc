"""Text with type tags, as survey services print it."""

import pytest

from tests.formats.reading import codes, item, one, read, words

WHOLE = """门店调查
请您评价。
谢谢配合。

1. 您的性别[单选题]
男
女

2. 您买过什么[多选题]（选填）
A. 药品
B. 其他____
C. 以上都没有

以下是评价。[段落说明]

=== 分页 ===

3. 总体评分[量表题]
1~5
"""


def test_a_whole_text_becomes_pages_questions_and_texts() -> None:
    parsed = read(WHOLE)
    definition = parsed.definition
    assert definition.title == {"zh-CN": "门店调查"} and definition.intro == {"zh-CN": "请您评价。\n谢谢配合。"}
    assert [[q.name for q in page.questions] for page in definition.pages] == [["q1", "q2", "note1"], ["q3"]]
    assert [q.type for q in definition.questions] == ["single_choice", "multiple_choice", "note", "rating"]
    assert [c["code"] for c in parsed.data["pages"][0]["questions"][0]["choices"]] == ["1", "2"]


def test_every_question_is_required_unless_the_text_says_optional_and_that_is_told() -> None:
    parsed = read(WHOLE)
    assert [q.required for q in parsed.definition.questions] == [True, False, False, True]
    assert "required_by_tags" in codes(parsed)


def test_stars_mark_the_required_questions_where_the_text_uses_them() -> None:
    parsed = read("标题\n1. 性别 [单选题] *\n○男\n○女\n\n2. 姓名 [填空题]\n____")
    assert [q.required for q in parsed.definition.questions] == [True, False]
    assert [q.required for q in read("标题\n1. 姓名？（必答）\n2. 建议？\n*3. 电话？").definition.questions] == [
        True,
        False,
        True,
    ]


@pytest.mark.parametrize(
    ("tag", "below", "kind"),
    [
        ("单选题", "甲\n乙", "single_choice"), ("判断题", "", "single_choice"), ("评分单选", "好\n坏", "single_choice"),
        ("下拉框", "甲\n乙", "dropdown"), ("多选题", "甲\n乙", "multiple_choice"), ("评分多选", "甲\n乙", "multiple_choice"),
        ("量表题", "0~10", "rating"), ("量表题", "很差\n差\n好", "rating"), ("填空题", "", "short_text"),
        ("简答题", "", "long_text"), ("日期", "", "date"), ("滑动条", "0~100", "slider"), ("段落说明", "", "note"),
        ("排序题", "甲\n乙", "ranking"), ("比重题", "甲\n乙", "constant_sum"), ("文件上传", "", "file"), ("省市区", "", "region"),
        ("矩阵填空题", "行：\n- 一\n列：\n- 甲\n- 乙", "matrix_fields"),
        ("矩阵滑动条", "行：\n- 一\n- 二\n0~100", "matrix_fields"),
        ("矩阵填空题", "行：\n- 一\n- 二", "text_fields"), ("绘图题", "", "file"), ("地理位置", "", "short_text"),
        ("矩阵量表题", "行：\n- 价格\n列：\n- 差\n- 好", "matrix"),
    ],
)  # fmt: skip
def test_a_tag_gives_the_type(tag: str, below: str, kind: str) -> None:
    assert one(f"1. 题目[{tag}]\n{below}")["type"] == kind


@pytest.mark.parametrize("tag", ["[单选题]", "【单选题】", "（单选题）", "［单选］", "[single choice]"])
def test_brackets_of_every_kind_hold_a_tag(tag: str) -> None:
    question = one(f"1. 您的性别{tag}\n男\n女")
    assert question["text"] == {"zh-CN": "您的性别"} and question["type"] == "single_choice"


def test_rankings_amounts_sliders_and_files_keep_what_the_text_says() -> None:
    parsed = read(
        "标题\n1. 请排序[排序题]（最多选2项）\n甲\n乙\n丙\n2. 请上传小票[文件上传]\n3. 分配60分[比重题]\n价格\n服务\n"
        "4. 疼痛[滑动条]（选填）\n0~10\n5. 哪个城市？[省市]\n6. 打分[矩阵滑动条]\n行：价格，服务\n0~100\n7. 签名[手写签名]"
    )
    ranking, upload, amounts, slider, region, numbers, drawn = parsed.data["pages"][0]["questions"]
    assert (ranking["top"], words(ranking["choices"])) == (2, ["甲", "乙", "丙"])
    assert (amounts["total"], amounts["unit"], words(amounts["items"])) == (60, {"zh-CN": "分"}, ["价格", "服务"])
    assert (slider["min"], slider["max"], slider.get("required")) == (0, 10, None)
    assert region["levels"] == 2 and upload["accepts"] == ["photo", "document"] and drawn["accepts"] == ["photo"]
    assert [(column["type"], column["min"], column["max"]) for column in numbers["columns"]] == [("number", 0, 100)]
    assert codes(parsed) == ["required_by_tags"]


def test_jumps_and_rules_are_read_where_tagged_text_has_them() -> None:
    parsed = read(
        "标题\n1. 年龄[单选题]\n18岁以下（请跳至第4题）\n18岁以上\n=== 分页 ===\n2. 渠道[单选题]\n朋友\n网络→结束问卷\n"
        "3. 评分[量表题]\n1~5\n4. 原因[多选题]（最多选2项，如果第3题选“1”，请回答本题）\n价格\n服务\n态度"
    )
    questions = {question["name"]: question for page in parsed.data["pages"] for question in page["questions"]}
    assert words(questions["q1"]["choices"]) == ["18岁以下", "18岁以上"] and words(questions["q2"]["choices"]) == [
        "朋友",
        "网络",
    ]
    assert questions["q2"]["show_if"] == questions["q3"]["show_if"] == {"not": {"q1": {"is": "1"}}}
    assert [page.get("end_if") for page in parsed.data["pages"]] == [None, {"q2": {"is": "2"}}, None]
    assert (questions["q4"]["show_if"], questions["q4"]["max"]) == ({"q3": {"is": 1}}, 2)


def test_a_place_on_a_map_is_a_line_of_text_and_that_is_told() -> None:
    assert "place_as_text" in codes(read("标题\n1. 您在哪里[地理位置]"))


def test_a_recommendation_from_0_to_10_is_nps_and_1_to_10_is_not() -> None:
    assert one("1. 您有多大可能向朋友推荐我们？[量表题]\n0~10")["type"] == "nps"
    assert one("1. 您有多大可能向朋友推荐我们？[量表题]\n" + "\n".join(map(str, range(11))))["type"] == "nps"
    rating = one("1. 您有多大可能向朋友推荐我们？[量表题]\n1~10")
    assert (rating["type"], rating["points"], rating["start"]) == ("rating", 10, 1)


def test_a_matrix_is_read_in_each_of_its_forms() -> None:
    listed = one("1. 请评价[矩阵量表题]\n行：\n- 价格\n- 服务\n列：\n- 不满意\n- 一般\n- 满意")
    assert words(listed["rows"]) == ["价格", "服务"] and [t["zh-CN"] for t in listed["labels"]] == [
        "不满意",
        "一般",
        "满意",
    ]
    inline = one("1. 请评价[矩阵单选题]\n行：价格，服务\n列：线上、线下")
    assert words(inline["rows"]) == ["价格", "服务"] and words(inline["choices"]) == ["线上", "线下"]
    points = one("1. 请评价[矩阵量表题]\nRows:\n- 价格\n- 服务\n\n1~5")
    assert (points["points"], words(points["rows"])) == (5, ["价格", "服务"])
    headed = one("1. 请评价[矩阵量表题]\n非常不满意 不满意 一般 满意 非常满意\n办公环境\n薪酬福利")
    assert (headed["points"], words(headed["rows"])) == (5, ["办公环境", "薪酬福利"])
    printed = one("1. 请打分 [矩阵量表题] *\n\t1\t2\t3\n服务\t○\t○\t○\n价格\t○\t○\t○")
    assert (printed["points"], words(printed["rows"])) == (3, ["服务", "价格"])


def test_a_matrix_of_several_answers_and_one_of_blanks_are_tables() -> None:
    several = one("1. 您何时使用[矩阵多选题]\n行：\n- 线上\n- 线下\n列：\n- 早\n- 晚")
    assert (words(several["rows"]), words(several["choices"])) == (["线上", "线下"], ["早", "晚"])
    blanks = one("1. 家人[矩阵填空题]\n行：\n- 父\n- 母\n列：\n- 姓名\n- 年龄")
    assert [(words(blanks["rows"])), words(blanks["columns"])] == [["父", "母"], ["姓名", "年龄"]]


def test_blanks_inside_a_question_become_fields() -> None:
    question = one("1. 请填写联系方式：姓名{_}，电话{_}[多项填空题]")
    assert question["text"] == {"zh-CN": "请填写联系方式："} and words(question["fields"]) == ["姓名", "电话"]
    below = one("1. 联系方式[多项填空题]\n手机号：____\n邮箱：____")
    assert words(below["fields"]) == ["手机号", "邮箱"]


def test_the_printed_form_keeps_jumps_dependencies_and_scale_ends() -> None:
    parsed = read(
        "标题\n1. 年龄 [单选题] *\n○18岁以下 (请跳至第3题)\n○18~25\n\n2. 渠道 [多选题] *\n□朋友\n□其他 ______*\n\n"
        "3. 评价 [量表题] *\n很差\t○1\t○2\t○3\t很好\n\n4. 原因 [填空题]\n______\n依赖于第2题第1;2个选项"
    )
    first, second, third, fourth = parsed.data["pages"][0]["questions"]
    assert words(first["choices"]) == ["18岁以下", "18~25"]
    assert second["show_if"] == {"not": {"q1": {"is": "1"}}}
    assert second["choices"][1] == {"code": "2", "other": True, "text": {"zh-CN": "其他"}}
    assert (third["points"], third["low"], third["high"]) == (3, {"zh-CN": "很差"}, {"zh-CN": "很好"})
    assert fourth["show_if"] == {"q2": {"includes_any": ["1", "2"]}}


def test_a_tag_without_answers_gets_two_to_begin_with_and_says_so() -> None:
    parsed = read("标题\n1. 地球是圆的[判断题]")
    assert words(parsed.data["pages"][0]["questions"][0]["choices"]) == ["对", "错"]
    assert "options_added" in codes(parsed) and item(parsed, 2).sure == "stated"
