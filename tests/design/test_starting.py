"""Starting a questionnaire: from text, empty, from a file, from a copy."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, starting
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from tests import staff

TEXT = "门店小调查\n\n1. 您满意吗？\nA. 是\nB. 否（跳到第3题）\n\n2. 您喜欢哪些？（可多选）\nA. 茶\nB. 其他____\n\n3. 您的城市\n"
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def count() -> int:
    db.session.rollback()
    found = db.session.scalar(select(func.count()).select_from(Questionnaire)) or 0
    db.session.rollback()  # a transaction of the test would lock out the next request
    return found


def send(person: staff.Person, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    """A form is sent, with no transaction of the test around it."""
    db.session.rollback()
    return person.post(path, data, **more)


def newest() -> Questionnaire:
    db.session.rollback()
    return db.session.scalars(select(Questionnaire).order_by(Questionnaire.id.desc()).limit(1)).one()


def editor(response: TestResponse) -> str:
    assert response.status_code == 303, response.get_data(as_text=True)[:2000]
    return re.sub(r"/editor$", "", response.location)


def create(person: staff.Person, text: str = TEXT, **more: Any) -> TestResponse:
    return send(person, "/questionnaires/new/text", {"act": "create", "text": text, **more})


# --- pages -------------------------------------------------------------------------------------------------------------
def test_the_ways_to_start_are_offered_to_those_who_may_edit(chain: staff.Chain) -> None:
    page = chain.signed_in("researcher").text("/questionnaires/new")
    for address in ("/questionnaires/new/text", "/library", "/questionnaires/new/copy", "/questionnaires/new/empty"):
        assert address in page
    assert "/questionnaires/new" in chain.signed_in("researcher").text("/questionnaires")
    for path in ("/questionnaires/new", "/questionnaires/new/text", "/questionnaires/new/copy"):
        assert chain.signed_in("manager").get(path).status_code == 403


def test_the_example_is_understood_without_a_doubt_in_both_languages(chain: staff.Chain) -> None:
    for language, words in (("zh", "6 题，约"), ("en", "6 questions, about")):
        page = chain.signed_in("researcher", language).text("/questionnaires/new/text?example=1")
        assert words in page and "请核对" not in page and "to check" not in page


# --- reading -----------------------------------------------------------------------------------------------------------
def test_typing_gets_the_pieces_alone_and_writes_nothing(chain: staff.Chain) -> None:
    before = count()
    answer = send(
        chain.signed_in("researcher"), "/questionnaires/new/text", {"text": TEXT}, headers={"HX-Request": "true"}
    )
    page = answer.get_data(as_text=True)
    assert answer.status_code == 200 and "<html" not in page and count() == before
    assert page.count('class="piece is-question"') == 3 and "3 题" in page and "3–5 行" in page
    assert "不满足（第 1 题" in page and "文本说明可以多选。" in page


def test_without_script_the_button_shows_the_whole_page_with_the_text(chain: staff.Chain) -> None:
    answer = send(chain.signed_in("researcher"), "/questionnaires/new/text", {"act": "read", "text": "\n" + TEXT})
    page = answer.get_data(as_text=True)
    assert "<html" in page and page.count('class="piece is-question"') == 3
    assert f">\n\n{TEXT.splitlines()[0]}" in page, "an empty first line stays, so lines keep their numbers"


def test_a_guess_is_changed_by_its_list_and_stays_changed_when_lines_are_added_above(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    page = send(person, "/questionnaires/new/text", {"text": TEXT}).get_data(as_text=True)
    key = re.findall(r'name="(as\.[^"]+)"', page)[-1]
    changed = send(person, "/questionnaires/new/text", {"text": "新的标题\n\n" + TEXT, key: "number"})
    page = changed.get_data(as_text=True)
    assert re.search(r'<option value="number" selected>数字</option>', page) and "您选了这个题型" not in page
    assert "您选择了这个题型。" in page
    assert editor(create(person, TEXT, **{key: "number"}))
    assert [q.type for q in drafting.draft_of(newest()).questions] == ["single_choice", "multiple_choice", "number"]


def test_a_forged_type_or_key_does_no_harm(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    for key, kind in (("as.zzz", "number"), ("as.", "x"), ("as.1", "<script>")):
        assert send(person, "/questionnaires/new/text", {"text": TEXT, key: kind}).status_code == 200
    page = send(person, "/questionnaires/new/text", {"text": TEXT}).get_data(as_text=True)
    key = re.findall(r'name="(as\.[^"]+)"', page)[-1]
    forged = send(person, "/questionnaires/new/text", {"text": TEXT, key: "<script>alert(1)</script>"})
    assert forged.status_code == 200 and "<script>alert" not in forged.get_data(as_text=True)


def test_pasted_markup_stays_text(chain: staff.Chain) -> None:
    evil = '<script>alert(1)</script>\n1. <img src=x onerror=alert(1)> hx-get="/x"?\nA. <b hx-post="/y">\nB. {{ 7*7 }}'
    page = send(chain.signed_in("researcher"), "/questionnaires/new/text", {"text": evil}).get_data(as_text=True)
    body = page.split('id="understood"')[1]
    assert "<script>alert" not in page and "<img" not in body and "<b hx-post" not in page and "49" not in body
    assert "&lt;img src=x onerror=alert(1)&gt;" in body


def test_a_text_that_is_too_long_is_refused_with_words_and_kept(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    page = create(person, "a\n" * 20_001)
    assert page.status_code == 422 and "20002" in page.get_data(as_text=True) and count() == 2


# --- creating ----------------------------------------------------------------------------------------------------------
def test_the_draft_is_created_with_what_was_understood(chain: staff.Chain) -> None:
    address = editor(create(chain.signed_in("researcher")))
    made = newest()
    definition = drafting.draft_of(made)
    assert address == f"/questionnaires/{made.id}" and made.draft_revision == 1
    assert re.fullmatch(r"survey-\d{8}", made.name) and made.title == {"zh-CN": "门店小调查"}
    assert [q.type for q in definition.questions] == ["single_choice", "multiple_choice", "short_text"]
    assert definition.questions[1].show_if == {"not": {"q1": {"is": "2"}}}


def test_title_and_name_may_be_given(chain: staff.Chain) -> None:
    editor(create(chain.signed_in("researcher"), title="我的调查", name="my-survey"))
    assert (newest().name, newest().title) == ("my-survey", {"zh-CN": "我的调查"})


def test_a_name_that_is_taken_or_wrong_is_refused_and_nothing_typed_is_lost(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    for name in ("nps", "我的", "-a", "a b"):
        answer = create(person, name=name, title="保留我")
        page = answer.get_data(as_text=True)
        assert answer.status_code == 422 and 'id="name-error"' in page
        assert "保留我" in page and "您喜欢哪些？（可多选）" in page and f'value="{name}"' in page
    assert count() == 2


@pytest.mark.parametrize("text", ["", "   \n", "只有一个标题"])
def test_a_text_without_a_question_makes_no_draft(chain: staff.Chain, text: str) -> None:
    answer = create(chain.signed_in("researcher"), text)
    assert answer.status_code == 422 and 'id="text-error"' in answer.get_data(as_text=True) and count() == 2


def test_a_second_press_gets_the_same_draft_and_the_same_text_later_a_new_one(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    first, second = editor(create(person)), editor(create(person))
    assert first == second and count() == 3
    newest().created_at -= timedelta(minutes=5)
    db.session.commit()
    third = editor(create(person))
    assert third != first and newest().name.endswith("-2")


def test_names_come_from_latin_titles_and_from_the_day() -> None:
    assert starting.slug_of({"en": "Order: satisfaction & more!"}, NOW) == "order-satisfaction-more"
    assert starting.slug_of({"zh-CN": "满意度", "en": "Satisfaction"}, NOW) == "satisfaction"
    for title in ("满意度调查 NPS", "2026", "?!", "Ab", "x" * 0):
        assert starting.slug_of({"zh-CN": title}, NOW) == "survey-20261122"
    assert len(starting.slug_of({"en": "very " * 40}, NOW)) <= 48


# --- empty, file, copy -------------------------------------------------------------------------------------------------
def test_an_empty_start_has_one_question_in_two_languages(chain: staff.Chain) -> None:
    editor(send(chain.signed_in("researcher", "en"), "/questionnaires/new/empty", {"title": "Tea & cake"}))
    definition = drafting.draft_of(newest())
    assert (definition.name, definition.title, definition.languages) == (
        "tea-cake",
        {"en": "Tea & cake"},
        ("en", "zh-CN"),
    )
    assert [len(page.questions) for page in definition.pages] == [1]
    editor(send(chain.signed_in("researcher"), "/questionnaires/new/empty", {"title": ""}))
    assert newest().title == {"zh-CN": "未命名问卷", "en": "Untitled questionnaire"}


def test_a_copy_has_a_new_name_a_marked_title_and_no_versions(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    listed = person.text("/questionnaires/new/copy?q=shop")
    assert (
        f"/questionnaires/{chain.questionnaire}/copies" in listed
        and f"/questionnaires/{chain.draft}/copies" not in listed
    )
    editor(send(person, f"/questionnaires/{chain.questionnaire}/copies"))
    made, source = newest(), db.session.get_one(Questionnaire, chain.questionnaire)
    assert (made.name, made.versions, source.name) == ("shop-visit-copy", [], "shop-visit")
    assert made.title["zh-CN"] == source.title["zh-CN"] + " 副本" and made.title["en"].endswith(" (copy)")
    assert drafting.draft_of(made).pages == drafting.draft_of(source).pages
    assert send(person, "/questionnaires/9999/copies").status_code == 404


def test_what_belongs_to_somebody_else_is_never_overwritten(chain: staff.Chain) -> None:
    by = Actor(chain.users["researcher"], "r", "researcher")
    definition = drafting.draft_of(db.session.get_one(Questionnaire, chain.draft))
    with pytest.raises(DomainError):
        starting.create(definition=definition, by=by, now=clock.now(), name="nps")
    made, new = starting.create(definition=definition, by=by, now=clock.now())
    assert new and made.name == "nps-2" and made.id != chain.draft
