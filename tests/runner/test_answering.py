"""The submit and the ways to it, without script: every POST answers with the next document."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from survey_app.database import db
from survey_app.responses.models import Ballot, Comment, Draft, Response
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]


def stored() -> list[Response]:
    return rows_of(select(Response))


def rows(model: Any) -> int:
    count: int = rows_of(select(func.count()).select_from(model))[0]
    return count


def test_an_answer_is_stored_and_the_delete_code_is_shown(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    someone.send(overall=5, remark="服务很好")
    assert someone.status == 200 and len(someone.delete_code) == 19
    (response,) = stored()
    assert response.answers == {"overall": 5}
    assert (response.status, response.channel, response.language, response.mode) == (
        "complete",
        "link",
        "zh-CN",
        "anonymous",
    )
    assert response.speed == "fast" and response.consent_version == 1
    assert rows_of(select(Comment.redacted)) == ["服务很好"]


def test_a_question_that_applies_now_comes_back_before_anything_is_stored(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    html = someone.send(overall=1, remark="慢")
    assert someone.status == 200 and "还有 1 题需要您回答" in html and not stored()
    assert "id=i-why" in html and "autofocus" in html and "慢" in html
    someone.send(why="等太久")
    assert stored()[0].answers == {"overall": 1}


def test_an_error_keeps_what_was_typed_and_leads_to_the_field(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    html = someone.send(remark="<b>粗</b>")
    assert someone.status == 422 and "<title>错误：" in html and "href=#i-overall" in html
    assert "&lt;b&gt;粗&lt;/b&gt;" in html and not stored()


def test_the_same_form_again_is_a_retry_and_never_a_second_answer(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    form = [*someone.form(overall=4), ("go", "next")]
    someone.post(form)
    code = someone.delete_code
    someone.post(form)
    assert someone.delete_code == code and len(stored()) == 1


def test_another_answer_with_the_same_code_is_refused_and_its_words_stay_on_the_screen(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    form = someone.form(overall=4)
    someone.post(form)
    other = [(k, "A" * 22 if k == "_n" else "我的意见" if k == "remark" else v) for k, v in form]
    html = someone.post(other)
    assert "您已提交过" in html and "我的意见" in html and len(stored()) == 1


def test_an_answer_off_the_path_is_dropped(person: Person) -> None:
    someone = person("short.yaml")
    someone.open()
    someone.send(overall=2)
    form = someone.form(overall=5, why="其实很好")
    someone.post(form)
    assert stored()[0].answers == {"overall": 5} and rows(Comment) == 0


def test_pages_turn_both_ways_and_the_draft_dies_with_the_submit(person: Person) -> None:
    someone = person("pages.yaml")
    someone.open("?from=sms")
    html = someone.send(bought="yes", city="<杭州>")
    assert "您在&lt;杭州&gt;买了什么？" in html and rows(Draft) == 1
    html = someone.send(kinds=["cold", "pain"])
    assert "还有 1 题需要您回答" in html
    html = someone.send(cold_help=4)
    assert "来过几次？" in html
    html = someone.send("back")
    assert "买了什么？" in html and html.count(" checked") == 3
    someone.send()
    someone.send(visits="３")
    (response,) = stored()
    assert response.answers == {
        "source": "sms",
        "bought": "yes",
        "kinds": ["cold", "pain"],
        "cold_help": 4,
        "visits": 3,
    }
    assert rows(Draft) == 0 and rows(Ballot) == 1


def test_an_early_end_is_stored_as_screened_out(person: Person) -> None:
    someone = person("pages.yaml")
    someone.open()
    someone.send(bought="no")
    assert stored()[0].status == "screened_out"


def test_a_retry_of_the_last_of_several_pages_finds_no_draft_and_shows_the_code_again(person: Person) -> None:
    someone = person("pages.yaml")
    someone.open()
    someone.send(bought="yes")
    someone.send()
    form = [*someone.form(visits=2), ("go", "next")]
    someone.post(form)
    code = someone.delete_code
    someone.post(form)
    assert someone.delete_code == code and len(stored()) == 1


def test_above_eight_questions_people_review_and_change_before_the_submit(person: Person) -> None:
    someone = person("ten.yaml")
    someone.open()
    html = someone.send(overall=4, recommend=9, reasons=["near", "other"], reasons_other="熟人介绍", more="再见")
    assert "请检查您的答案" in html and "熟人介绍" in html and "未填写" in html and not stored()
    html = someone.send("edit:recommend")
    assert 'data-at="s-recommend"' in html and "熟人介绍" in html
    html = someone.send(recommend=10)
    assert "请检查您的答案" in html
    someone.send("submit")
    (response,) = stored()
    assert response.answers == {"overall": 4, "recommend": 10, "reasons": ["near", "other"]}
    assert rows(Comment) == 2


def test_the_review_of_a_submitted_answer_shows_the_code_again(person: Person) -> None:
    someone = person("ten.yaml")
    someone.open()
    someone.send(overall=4, recommend=9)
    form = [*someone.form(), ("go", "submit")]
    someone.post(form)
    code = someone.delete_code
    someone.post(form)
    assert someone.delete_code == code


def test_size_and_language_keep_typed_text(person: Person) -> None:
    someone = person("ten.yaml")
    someone.open()
    html = someone.send(view="size:huge", more="没打完", overall=2)
    assert "class=huge" in html and "没打完" in html and "value=2 checked" in html
    html = someone.send(view="lang:en")
    assert "<html lang=en class=huge>" in html and "没打完" in html and "Question 1 of 10" in html
    someone.send("submit", recommend=3)
    assert stored()[0].language == "en"


def test_a_background_draft_is_resumed_on_the_first_page(person: Person) -> None:
    someone = person("ten.yaml")
    someone.open()
    form = [pair for pair in someone.form(overall=3, more="草稿") if pair[0] not in ("_a", "_s")]
    someone.post([*form, ("_a", "s-recommend"), ("_s", "1")], "?draft=1")
    assert someone.status == 204 and rows(Draft) == 1
    assert rows_of(select(Draft.last_question)) == ["recommend"]
    secrets = {name: value for name, value in form if name in ("_t", "_i", "_m", "_n", "_r")}
    someone.open()
    html = someone.send("resume", **secrets)
    assert 'data-at="s-recommend"' in html and "草稿" in html and secrets["_t"] in html


def test_an_old_background_draft_loses_against_a_page_turn(person: Person) -> None:
    someone = person("pages.yaml")
    someone.open()
    late = [*someone.form(bought="yes", city="旧"), ("_s", "1")]
    someone.send(bought="yes", city="新")
    someone.send()
    visits = someone.form(visits=1)
    someone.post([pair for pair in late if pair != ("_s", "0")], "?draft=1")
    someone.post(visits)
    assert rows_of(select(Comment.redacted)) == ["新"]


def test_random_order_is_the_same_for_one_code_and_differs_between_codes(person: Person) -> None:
    orders = set()
    for _ in range(12):
        someone = person("pages.yaml")
        someone.open()
        html = someone.send(bought="yes")
        first = [html.index(f"value={code}") for code in ("cold", "pain", "skin")]
        again = someone.send(view="size:big")
        assert sorted(range(3), key=first.__getitem__) == sorted(
            range(3), key=[again.index(f"value={code}") for code in ("cold", "pain", "skin")].__getitem__
        )
        assert html.index("value=none") > max(first)
        orders.add(tuple(sorted(range(3), key=first.__getitem__)))
    assert len(orders) > 1


def test_nothing_but_ballot_response_and_comment_is_written(person: Person, app: Flask) -> None:
    someone = person("short.yaml")
    before = {table.name: rows(table) for table in db.metadata.sorted_tables}
    someone.open()
    someone.send(overall=5, remark="好")
    after = {table.name: rows(table) for table in db.metadata.sorted_tables}
    assert {name for name in after if after[name] != before.get(name)} == {"ballot", "response", "comment"}


def test_what_is_calculated_between_two_pages_decides_the_next_one_also_after_a_change(person: Person) -> None:
    someone = person("unseen.yaml")
    someone.open()
    html = someone.send(boxes="2")
    assert "20片够吃吗？" in html
    html = someone.send(enough="够")
    assert "好的" in html
    someone.send("back")
    someone.send("back")
    html = someone.send(boxes="1")
    assert "片够吃吗" not in html and "还想说什么" in html
    someone.send("back")
    html = someone.send(boxes="3")
    assert "30片够吃吗？" in html
    someone.send(enough="不够")
    someone.send()
    assert stored()[0].answers["pills"] == 30
    assert rows(Comment) == 1


def test_a_questionnaire_may_begin_with_what_nobody_sees(person: Person) -> None:
    someone = person("unseen_first.yaml")
    html = someone.open()
    assert "第3次，6：买了几盒？" in html and "为什么又来？" in html
    html = someone.send(boxes="2", late="涨价前")
    assert "还想说什么？" in html and "提交问卷" in html
    someone.send()
    assert stored()[0].answers == {"wave": 3, "twice": 6, "boxes": 2}
