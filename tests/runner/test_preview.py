"""The preview shows the real pages behind a signed short-lived link, and stores nothing."""

from collections.abc import Callable

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, tokens
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.responses.models import Ballot, Draft, Quota, Response
from survey_app.runner import assets, views
from tests.runner.street import Respondent, rows_of

Person = Callable[[str], Respondent]


@pytest.fixture
def previewer(person: Person, runner: Flask, app: Flask) -> Callable[..., Respondent]:
    secret = app.config["SECRET_KEY"]

    def make(file: str, **payload: object) -> Respondent:
        someone = person(file)
        payload.setdefault("version", rows_of(select(Version.id))[0])
        return Respondent(someone.client, f"/preview/{tokens.sign(secret, views.PREVIEW, payload)}")

    return make


def stored() -> int:
    return sum(rows_of(select(func.count()).select_from(model))[0] for model in (Response, Draft, Ballot))


def test_all_pages_can_be_walked_and_nothing_is_stored(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("pages.yaml", language="en")
    html = someone.open()
    assert "Preview: nothing is stored" in html and "<html lang=en>" in html
    html = someone.send(bought="yes", city="Hangzhou")
    assert "What did you buy in Hangzhou?" in html
    someone.send("back")
    someone.send()
    someone.send(kinds=["pain"])
    html = someone.send(visits=3)
    assert "Thank you" in html and "Preview: nothing is stored" in html and stored() == 0


def test_a_preview_takes_no_place_in_a_quota(previewer: Callable[..., Respondent]) -> None:
    for _ in range(3):
        someone = previewer("quotas.yaml")
        someone.open()
        someone.send(gender="f")
        someone.send(smokes="yes")
        someone.send(visits=1)
        assert "感谢您的回答" in someone.html
    assert stored() == 0 and rows_of(select(Quota)) == []


def test_the_review_works_in_a_preview_too(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("ten.yaml")
    someone.open()
    someone.send(overall=4, recommend=9, more="试试")
    assert "请检查您的答案" in someone.html and "试试" in someone.html
    someone.send("edit:overall")
    someone.send()
    someone.send("submit")
    assert "感谢您的回答" in someone.html and stored() == 0


def test_the_draft_of_a_questionnaire_is_shown_as_it_stands(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("short.yaml")
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    draft = dict(questionnaire.draft)
    draft["title"] = {"zh-CN": "新标题", "en": "New title"}
    questionnaire.draft = draft
    db.session.commit()
    db.session.remove()
    assert "新标题" not in someone.open()
    someone = previewer("short.yaml", questionnaire=rows_of(select(Questionnaire.id))[0], version=None)
    assert "新标题" in someone.open()


def test_a_draft_that_lost_the_page_somebody_previews_is_no_crash(previewer: Callable[..., Respondent]) -> None:
    previewer("pages.yaml")  # published
    someone = previewer("pages.yaml", questionnaire=rows_of(select(Questionnaire.id))[0], version=None)
    someone.open()
    someone.send(bought="yes", city="Hangzhou")
    form = [*someone.form(_p="0"), ("go", "resume")]
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    questionnaire.draft = {**questionnaire.draft, "pages": questionnaire.draft["pages"][:1]}
    db.session.commit()
    db.session.remove()
    someone.post(form)
    assert someone.status == 422 and "暂时无法预览" in someone.html


def test_only_our_own_pages_may_frame_it_and_old_or_forged_links_lead_nowhere(
    previewer: Callable[..., Respondent],
) -> None:
    someone = previewer("short.yaml")
    answer = someone.client.get(someone.address)
    assert "frame-ancestors 'self'" in answer.headers["Content-Security-Policy"]
    forged = someone.address[:-9] + ("A" if someone.address[-9] != "A" else "B") + someone.address[-8:]
    assert someone.client.get(forged).status_code == 404
    with time_machine.travel(clock.epoch_seconds() + views.PREVIEW_SECONDS + 5):
        assert someone.client.get(someone.address).status_code == 404


def test_damaged_state_of_a_preview_is_ignored(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("pages.yaml")
    someone.open()
    for state in ("%%%", "W10=", "eyJhIjoxfQ==", "eyJwYWdlIjoicyJ9"):
        someone.open()
        someone.send("resume", _d=state, bought="yes")
        assert someone.status == 200 and "您买过药吗？" in someone.html


def test_a_preview_begins_at_any_question(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("pages.yaml", language="en", start="visits")
    html = someone.open()
    assert 'name=_p value="2"' in html and "How many visits?" in html and "Did you buy" not in html
    assert "no rules were checked" not in html
    html = someone.send(visits=2)
    assert "Thank you" in html and stored() == 0  # what lies before the beginning is not missed


def test_the_page_is_stepped_to_the_question(previewer: Callable[..., Respondent]) -> None:
    html = previewer("ten.yaml", start="recommend").open()
    assert 'data-at="s-recommend"' in html
    assert 'id="s-recommend"' in html  # one step of several


def test_a_question_that_waits_for_an_answer_is_shown_and_the_bar_says_why(
    previewer: Callable[..., Respondent],
) -> None:
    someone = previewer("pages.yaml", language="zh-CN", start="cold_help")
    html = someone.open()
    assert "感冒药有效吗？" in html and "没有检查这一题的显示规则" in html
    assert "data-if='" not in html and "题 / 共" not in html
    html = someone.send(cold_help=4)
    assert "来过几次？" in html
    someone.send("back")
    assert "value=4 checked" in someone.html or 'value="4" checked' in someone.html  # its answer counts


def test_only_a_preview_carries_the_script_that_scrolls_to_a_question(
    previewer: Callable[..., Respondent], person: Person
) -> None:
    someone = previewer("short.yaml", start="overall")
    answer = someone.client.get(someone.address)
    page = answer.get_data(as_text=True)
    assert assets.TO_QUESTION in page and assets.preview_script().hash in answer.headers["Content-Security-Policy"]
    assert assets.TO_QUESTION not in person("ten.yaml").open()


def test_a_preview_can_begin_large(previewer: Callable[..., Respondent]) -> None:
    assert "<html lang=zh-CN class=huge>" in previewer("short.yaml", size="huge").open()
    assert "<html lang=zh-CN>" in previewer("short.yaml", size="<b>").open()


def test_a_draft_that_lacks_what_a_page_needs_says_so(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("short.yaml")
    questionnaire = db.session.scalars(select(Questionnaire)).one()
    draft = dict(questionnaire.draft)
    note = {"name": "odd", "type": "note", "text": {"zh-CN": "？"}, "show_if": {"all": 3}}
    draft["pages"] = [{"questions": [note]}]
    questionnaire.draft = draft
    db.session.commit()
    db.session.remove()
    someone = previewer("short.yaml", questionnaire=rows_of(select(Questionnaire.id))[0], version=None)
    someone.open()
    assert someone.status == 422 and "暂时无法预览" in someone.html


def test_choices_and_rows_are_offered_as_the_answers_say(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("begun.yaml")
    someone.open()
    html = someone.send(bought="cream")
    assert "最好是药膏" in html and "最好是感冒药" not in html and "都不好" in html
    html = someone.send(best="cream")
    assert "给药膏" in html and "给感冒药" not in html
    someone.send("back")
    someone.send("back")
    assert "最好是感冒药" in someone.send(bought="pill")


def test_a_preview_that_begins_at_such_a_question_offers_everything_until_something_is_known(
    previewer: Callable[..., Respondent],
) -> None:
    someone = previewer("begun.yaml", start="rate")
    html = someone.open()
    assert "给药膏" in html and "给感冒药" in html and "没有检查这一题的显示规则" in html
    someone.send("back")
    someone.send("back")
    someone.send(bought="cream")
    html = someone.send(best="none")
    assert "给药膏" in html and "给感冒药" not in html
    someone = previewer("begun.yaml", start="best")
    someone.open()
    assert "给药膏" in someone.send(best="none")  # what comes after the beginning, too


def test_what_is_asked_in_the_preview_counts_as_it_will(previewer: Callable[..., Respondent]) -> None:
    someone = previewer("begun.yaml", start="bought")
    someone.open()
    html = someone.send()
    assert "都不好" in html and "最好是药膏" not in html
