"""Rankings, amounts, sliders and tables on the page without script; random order of questions and pages."""

import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from survey_app.questionnaire import validation
from survey_app.questionnaire.loading import load_definition
from survey_app.questionnaire.question_types.base import FieldProblem
from survey_app.responses.models import Comment, Response
from survey_app.runner import assets, document
from survey_app.runner.document import Place
from survey_app.runner.frame import Frame
from survey_app.runner.sheet import ARRANGEMENTS, Sheet, pages_in_order, questions_in_order
from survey_app.runner.stitching import Stitched
from tests.questionnaire.tools import made, question
from tests.runner.street import HERE, Respondent, rows_of
from tests.runner.test_document import CHAIN, definition

Person = Callable[[str], Respondent]
FIRST: dict[str, Any] = {
    "wish_staff": "1", "wish_price": "2", "wish_stock": "3", "share_price": "60", "share_advice": "40", "warmth": "35",
}  # fmt: skip
SECOND: dict[str, Any] = {
    "seen_chain": ["web", "tv"], "drug_a_title": "感冒灵", "drug_a_boxes": "2", "drug_a_form": "dk", "again": "5",
}  # fmt: skip


def test_every_new_kind_is_answered_reviewed_changed_and_stored_without_script(person: Person) -> None:
    someone = person("tables.yaml")
    someone.open()
    html = someone.send(**FIRST)
    assert "第一种" in html and someone.status == 200
    html = someone.send(**SECOND)
    assert "请检查您的答案" in html
    for words in (
        "1. 药师的讲解<br>2. 价格<br>3. 药品齐全", "价格：60 分<br>离家近：0 分<br>专业建议：40 分", "35 分", "本店：网上、电视",
        "第一种 - 药名：感冒灵<br>第一种 - 盒数：2<br>第一种 - 剂型：不清楚",
    ):  # fmt: skip
        assert words in html, words
    html = someone.send("edit:wish")
    assert re.search(r"name=wish_staff[^>]*>.*?<option value=1 selected>", html)
    assert 'id=i-share_near value="0"' in html
    someone.send(wish_staff="2", wish_price="1")
    someone.send("submit")
    (response,) = rows_of(select(Response))
    assert response.answers == {
        "wish": ["price", "staff", "stock"], "share_price": 60, "share_near": 0, "share_advice": 40, "warmth": 35,
        "seen_chain": ["web", "tv"], "drug_a_boxes": 2, "drug_a_form": "dk", "again": 5,
    }  # fmt: skip
    assert rows_of(select(Comment.variable, Comment.redacted)) == ["drug_a_title"]


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(person: Person) -> None:
    someone = person("tables.yaml")
    someone.open()
    wrong: dict[str, Any] = {
        "wish_staff": "1",
        "wish_price": "1",
        "share_price": "90",
        "share_advice": "70",
        "warmth": ["33", "unknown"],
    }
    html = someone.send(**wrong)
    assert someone.status == 422
    assert "有两项都排在第 1 位，请您修改其中一项" in html and "id=e-wish" in html
    assert re.search(r"id=e-share_advice>错误：请您填写不大于 60 的数字", html)
    assert "请您填写数字，或只勾选“不清楚”" in html
    for target in re.findall(r"<li><a href=#([\w-]+)>", html):
        assert f"id={target}" in html, target
    assert 'id=i-share_price value="90"' in html and 'id=i-warmth value="33"' in html
    assert re.search(r"value=unknown checked", html)
    html = someone.send(**FIRST | {"warmth": "33", "share_advice": "30"})
    assert "各项合计应为 100，您填写的合计为 90" in html and "请您填写从 0 起、每隔 5 的数字" in html
    html = someone.send(wish_staff="")
    assert someone.status == 422 and "请您排出第 1 至第 3 位" in html
    html = someone.send(**FIRST | {"warmth": "10"})
    assert "还有 1 题需要您回答" in html and "id=i-cold" in html
    someone.send(cold="没人理我")
    html = someone.send(seen_chain=["web", "none"], drug_a_boxes="21")
    assert "本店：“都没有”不能与其他选项同时选择" in html
    assert "第一种 - 盒数：请您填写不大于 20 的数字" in html and "第一种 - 药名：请您填写此项" in html


def test_what_is_half_done_survives_another_text_size_and_a_change_of_pages(person: Person) -> None:
    someone = person("tables.yaml")
    someone.open()
    html = someone.send(view="size:big", wish_staff="2", share_price="30", warmth="3x")
    assert re.search(r"name=wish_staff[^>]*>.*?<option value=2 selected>", html)
    assert 'id=i-share_price value="30"' in html and 'id=i-warmth value="3x"' in html
    someone.send(**FIRST)
    someone.send("back", seen_rival="road", drug_b_title="钙片")
    html = someone.send()
    assert re.search(r"name=seen_rival value=road checked", html) and 'value="钙片"' in html


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_pages_of_the_new_kinds_are_small(language: str) -> None:
    made_of = definition("tables.yaml")
    for index in (0, 1):
        frame = Frame(CHAIN, language, "", made_of.languages, scripts=("tables.js",))
        sheet = Sheet(made_of, language, numbers=document.numbering(frame, made_of))
        halves = document.page_document(frame, sheet, Place(1, str(index), seconds=150))
        size = len(Stitched(halves.front, halves.rest, 300).gzip(b"x" * 300))
        print(f"page {index}, {language}: {size} bytes gzipped")
        assert size <= 10_000


def test_the_second_script_is_small_and_only_where_it_is_wanted(person: Person) -> None:
    script = assets.small_file("tables.js").text
    assert len(script) <= 2_000
    assert "$" not in script and "</" not in script
    assert not re.search(r"\?\.|=>|\b(let|const)\b|`", script)
    someone = person("tables.yaml")
    assert script in someone.open()
    assert script not in person("short.yaml").open()


def test_markers_come_before_inputs_of_every_new_kind() -> None:
    made_of = definition("tables.yaml")
    frame = Frame(CHAIN, "zh-CN", languages=made_of.languages)
    for index, page in enumerate(made_of.pages):
        html = document.page_document(frame, Sheet(made_of, "zh-CN"), Place(1, str(index))).front
        for asked in page.questions:
            marker = html.index(f"name=_q value={asked.name}>")
            assert all(html.index(f"name={name}") > marker for name in asked.field_names())


def test_every_sentence_about_an_answer_exists_in_both_languages() -> None:
    for code in (
        "required_ranking",
        "required_sum",
        "bad_rank",
        "same_rank",
        "sum_differs",
        "off_step",
        "number_or_unsure",
    ):
        values = dict.fromkeys(("count", "total", "max", "rank", "given", "min", "step"), "7")
        problem = FieldProblem("q", "q", code, values)
        chinese, english = validation.message(problem, "zh-CN"), validation.message(problem, "en")
        assert "{" not in chinese + english and chinese != english and english.isascii() == ("“" not in english)


# --- random order -------------------------------------------------------------------------------------------------------
def test_questions_of_a_page_come_in_every_order_with_their_notes() -> None:
    shuffled = definition("shuffled.yaml")
    seen = Counter()  # type: Counter[tuple[str, ...]]
    for order in range(ARRANGEMENTS):
        names = [q.name for q in questions_in_order(shuffled, 0, order)]
        assert (names[0], names[-1]) == ("hello", "end1")
        assert names.index("q2") == names.index("about2") + 1
        seen[tuple(name for name in names if name[0] == "q")] += 1
    assert len(seen) == 6, seen
    assert len({pages_in_order(shuffled, order) for order in range(ARRANGEMENTS)}) == 6
    assert all(pages_in_order(shuffled, order)[3] == 3 for order in range(ARRANGEMENTS))


def test_a_page_without_notes_in_front_mixes_all_its_questions() -> None:
    page = {"random_order": True, "questions": [question(f"q{n}") for n in range(3)]}
    definition_ = made(pages=[page])
    orders = {tuple(q.name for q in questions_in_order(definition_, 0, order)) for order in range(ARRANGEMENTS)}
    assert len(orders) == 6


def test_numbers_follow_the_order_a_person_meets() -> None:
    shuffled = definition("shuffled.yaml")
    for order in range(ARRANGEMENTS):
        numbers = document.numbering(Frame(CHAIN, "zh-CN"), shuffled, order)
        met = [
            q.name for i in pages_in_order(shuffled, order) for q in questions_in_order(shuffled, i, order) if q.asks
        ]
        assert [numbers[name] for name in met] == [f"第 {n} 题 / 共 6 题" for n in range(1, 7)]


def asked_on(html: str) -> list[str]:
    return re.findall(r"name=_q value=(\w+)>", html)


def test_a_person_meets_every_page_once_and_goes_back_the_same_way(person: Person) -> None:
    ways = set()
    for _ in range(6):
        someone = person("shuffled.yaml")
        html, met = someone.open(), []
        while "class=code" not in html:
            names = asked_on(html)
            met.append(tuple(names))
            assert ("提交问卷" in html) == (len(met) == 4)
            assert ("button id=_b class='link top' name=go value=back" in html) == (len(met) > 1)
            if len(met) == 3:
                assert asked_on(someone.send("back")) == list(met[1])
                assert f"name={met[1][0]} value=3 checked" in someone.html
                assert asked_on(someone.send()) == names
            html = someone.send(**dict.fromkeys(names, "3"))
        assert sorted(name for names in met for name in names) == [f"q{n}" for n in range(1, 7)]
        assert met[-1] == ("q6",)
        ways.add(tuple(met))
    assert len(ways) > 1
    assert all(response.answers == {f"q{n}": 3 for n in range(1, 7)} for response in rows_of(select(Response)))


def test_the_shuffled_file_is_loaded_as_written() -> None:
    loaded = load_definition((HERE / "shuffled.yaml").read_bytes(), file="shuffled.yaml")
    assert loaded.random_pages == (("one", "two", "three"),)
