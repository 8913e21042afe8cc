"""A definition read by a person: conditions, answers, scores in words."""

import re
from typing import Any

import pytest

from survey_app.config import ROOT
from survey_app.design import library
from survey_app.design.in_words import ConditionWriter
from survey_app.design.reading import Reader
from survey_app.languages import translator
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import definition_from, load_definition

SOURCE = """
format: 1
name: words
title: {zh-CN: 词, en: Words}
languages: [zh-CN, en]
scales:
  agree: {points: [{code: "1", text: {zh-CN: 不同意, en: Disagree}}, {code: "2", text: {zh-CN: 同意, en: Agree}}]}
pages:
  - questions:
      - {name: hello, type: section, text: {zh-CN: 你好, en: Hello}}
      - name: overall
        type: rating
        text: {zh-CN: 总体评价, en: Overall}
        low: {zh-CN: 差, en: Bad}
        high: {zh-CN: 好, en: Good}
      - name: why
        type: multiple_choice
        min: 1
        text: {zh-CN: 原因, en: Reasons}
        choices:
          - {code: price, value: 7, text: {zh-CN: 价格, en: Price}}
          - {code: other, text: {zh-CN: 其他, en: Other}, other: true}
          - {code: none, text: {zh-CN: 没有, en: None}, exclusive: true}
      - name: items
        type: matrix
        scale: agree
        text: {zh-CN: 各项, en: Items}
        rows: [{code: a, text: {zh-CN: 环境, en: Place}}]
      - {name: bought, type: date, text: {zh-CN: 购买日, en: Bought on}}
  - questions:
      - {name: note, type: long_text, max_length: 300, text: {zh-CN: 说说, en: Tell us}, show_if: {overall: {at_most: 2}}}
scores:
  - {name: total, kind: mean, questions: [overall], rescale: [0, 100], label: {zh-CN: 总分, en: Total}}
"""


@pytest.fixture(scope="module")
def definition() -> Definition:
    return load_definition(SOURCE.encode(), file="words.yaml")


CASES: list[tuple[dict[str, Any], str, str]] = [
    ({"overall": {"at_most": 2}}, "第 1 题“总体评价”不高于 2", 'question 1 ("Overall") is at most 2'),
    ({"why": {"includes": "price"}}, "第 2 题“原因”勾选了“价格”", 'question 2 ("Reasons") includes "Price"'),
    (
        {"why": {"includes_any": ["price", "other"]}},
        "第 2 题“原因”勾选了“价格、其他”中的任何一个",
        'question 2 ("Reasons") includes any of "Price, Other"',
    ),
    (
        {"why": {"count": {"at_least": 2}}},
        "第 2 题“原因”至少选了 2 项",
        'question 2 ("Reasons") has at least 2 choices',
    ),
    ({"items_a": {"is": "2"}}, "第 3 题“各项 · 环境”选“同意”", 'question 3 ("Items · Place") is "Agree"'),
    ({"overall": {"answered": False}}, "第 1 题“总体评价”没有回答", 'question 1 ("Overall") is not answered'),
    (
        {"overall": {"at_least": 2, "at_most": 3}},
        "第 1 题“总体评价”不低于 2 并且 第 1 题“总体评价”不高于 3",
        'question 1 ("Overall") is at least 2 and question 1 ("Overall") is at most 3',
    ),
    (
        {"any": [{"overall": {"is": 1}}, {"all": [{"overall": {"is": 5}}, {"why": {"answered": True}}]}]},
        "第 1 题“总体评价”选“1” 或者 （第 1 题“总体评价”选“5” 并且 第 2 题“原因”已回答）",
        'question 1 ("Overall") is "1" or (question 1 ("Overall") is "5" and question 2 ("Reasons") is answered)',
    ),
    ({"not": {"overall": {"is": 1}}}, "不满足（第 1 题“总体评价”选“1”）", 'not (question 1 ("Overall") is "1")'),
    (
        {"bought": {"less_than": {"answer": "bought", "plus": {"days": 3}}}},
        "第 4 题“购买日”早于 第 4 题“购买日” 加 3 天",
        'question 4 ("Bought on") is before question 4 ("Bought on") plus 3 days',
    ),
]


@pytest.mark.parametrize(("condition", "chinese", "english"), CASES)
def test_conditions_are_sentences_in_both_languages(
    definition: Definition, condition: dict[str, Any], chinese: str, english: str
) -> None:
    assert ConditionWriter(definition, "zh-CN", translator("zh")).write(condition) == chinese
    assert ConditionWriter(definition, "en", translator("en")).write(condition) == english


def test_no_condition_is_no_sentence(definition: Definition) -> None:
    assert ConditionWriter(definition, "en", translator("en")).write(None) == ""


def test_questions_are_numbered_as_people_count_them(definition: Definition) -> None:
    first, second = Reader(definition, "zh-CN", translator("zh")).pages()
    assert [q.number for q in first.questions] == [None, 1, 2, 3, 4]
    assert second.questions[0].number == 5
    assert second.questions[0].condition == "第 1 题“总体评价”不高于 2"


def test_answers_are_shown_with_their_numbers_and_marks(definition: Definition) -> None:
    _, overall, why, items, _ = Reader(definition, "en", translator("en")).pages()[0].questions
    assert [c.text for c in overall.choices] == ["1", "2", "3", "4", "5"] and overall.ends == ("Bad", "Good")
    assert [(c.code, c.value, c.text, c.marks) for c in why.choices] == [
        ("price", "7", "Price", ()),
        ("other", "", "Other", ("with text",)),
        ("none", "", "None", ("excludes the others",)),
    ]
    assert items.rows == ("Place",) and [c.text for c in items.choices] == ["Disagree", "Agree"]
    assert why.extras == ("1 to 3 choices",)


def test_scores_say_what_they_are_made_of(definition: Definition) -> None:
    (score,) = Reader(definition, "zh-CN", translator("zh")).scores()
    assert (score.label, score.kind, score.questions, score.extras) == (
        "总分",
        "平均",
        ("第 1 题",),
        ("换算到 0–100 分",),
    )


def test_the_place_of_a_problem_is_named_as_people_say_it(definition: Definition) -> None:
    reader = Reader(definition, "zh-CN", translator("zh"))
    places = {
        path: reader.place_of(path) for path in ("pages[0].questions[1].text", "pages[1]", "scores[0]", "mode", "")
    }
    assert places == {
        "pages[0].questions[1].text": "第 1 题", "pages[1]": "第 2 页", "scores[0]": "", "mode": "", "": "",
    }  # fmt: skip


FILES = sorted((ROOT / "tests" / "questionnaires").glob("*.yaml")) + sorted((ROOT / "questionnaires").glob("*.yaml"))


@pytest.mark.usefixtures("sqlite_app")  # the names of indicators
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_definition_can_be_read_in_every_language(file: Any) -> None:
    definition = load_definition(file.read_bytes(), file=file.name)
    for language in definition.languages:
        reader = Reader(definition, language, translator(language))
        pages = reader.pages()
        shown = [question for page in pages for question in page.questions]
        assert len(shown) == len(definition.questions)
        conditions = " ".join(
            [page.condition + page.end for page in pages] + [question.condition for question in shown]
        )
        assert not re.search(r"%\(|None|\{'", conditions)
        reader.scores()


def test_the_library_names_its_indicators_in_both_languages() -> None:
    used = {q.indicator for entry in library.entries() for q in entry.definition.questions if q.indicator}
    assert used and used <= set(library.indicators())
    assert all(set(names) >= {"zh-CN", "en"} for names in library.indicators().values())


def test_the_library_is_whole() -> None:
    entries = library.entries()
    assert len(entries) >= 12
    for entry in entries:
        assert (
            {"zh-CN", "en"} <= set(entry.definition.languages) and entry.definition.purpose and entry.definition.licence
        )
        assert 1 <= entry.minutes <= 5 and entry.number_of_questions >= 2, entry.name
    assert library.find("../pyproject") is None


def test_tables_amounts_and_orders_are_read_with_their_limits() -> None:
    rows = [{"code": "a", "text": "A"}, {"code": "b", "text": "B"}]
    columns = [
        {"code": "n", "text": "盒数", "type": "number"},
        {"code": "w", "text": "门店", "type": "dropdown", "choices": rows},
    ]
    questions = [
        {"name": "wish", "type": "ranking", "text": "排", "choices": rows, "top": 1, "open_rules": ["if x"]},
        {"name": "split", "type": "constant_sum", "text": "分", "items": rows, "total": 1.5, "decimals": 1},
        {"name": "warm", "type": "slider", "text": "滑", "min": 0, "max": 10, "step": 0.5},
        {"name": "shops", "type": "matrix_multiple", "text": "选", "rows": rows, "choices": rows, "max": 2},
        {"name": "drugs", "type": "matrix_fields", "text": "填", "rows": rows, "columns": columns},
    ]
    pages = [
        {"name": "one", "questions": questions, "random_order": True},
        {"name": "two", "questions": [{"name": "sat", "type": "csat", "text": "满意？"}]},
    ]
    made = definition_from(
        {"format": 1, "name": "t", "title": "T", "languages": ["zh-CN"], "pages": pages, "random_pages": [["one", "two"]],
         "quotas": [{"name": "full", "limit": 30, "when": {"split_a": {"at_least": 1}}}]}
    )  # fmt: skip
    reader = Reader(made, "zh-CN", translator("zh-CN"))
    first, second = reader.pages()
    assert (first.random, second.random) == (True, False)
    assert [list(question.extras) for question in first.questions] == [
        ["只排前 1 位", "导入的规则未处理：if x"],
        ["合计 1.5", "A", "B"],
        ["范围 0 到 10", "每格 0.5"],
        ["可选 0 到 2 项"],
        ["盒数（数字）", "门店（从列表选择：A、B）"],
    ]
    assert reader.random_pages() == ["第 1 页、第 2 页"]
    assert reader.quotas() == [("full", 30, "第 2 题“分 · A”不低于 1")]
