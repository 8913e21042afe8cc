"""The pages of questionnaires."""

import re
from datetime import timedelta

import pytest
from flask import Flask

from survey_app import clock, tokens
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.questionnaire.loading import load_definition
from tests import staff


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def test_one_questionnaire_is_read_in_the_language_that_was_chosen(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    path = f"/questionnaires/{chain.questionnaire}"
    chinese, english = person.text(path), person.text(f"{path}?language=en")
    assert (
        "总体来说，您对这次到店满意吗？" in chinese
        and "只在满足时显示：" in chinese
        and "没有阻止发布的问题" in chinese
    )
    assert "Overall, how satisfied or dissatisfied" in english and 'lang="en"' in english
    assert "总体来说" in person.text(f"{path}?language=xx")


def test_a_reader_sees_no_button_to_publish_or_edit(chain: staff.Chain) -> None:
    text = chain.signed_in("manager").text(f"/questionnaires/{chain.draft}")
    assert "/publication" not in text and "/archive" not in text
    assert chain.signed_in("researcher").text(f"/questionnaires/{chain.draft}").count("/publication") == 1


def test_the_preview_is_a_signed_link_of_half_an_hour_to_the_draft(chain: staff.Chain) -> None:
    text = chain.signed_in("researcher").text(f"/questionnaires/{chain.draft}/preview?language=en&width=320")
    found = re.search(r'<iframe src="/preview/([^"]+)"', text)
    assert found is not None and "phone w320" in text
    secret = chain.app.config["SECRET_KEY"]
    payload = tokens.unsign(secret, "preview", found[1], max_age_seconds=1800)
    assert payload == {"questionnaire": chain.draft, "language": "en"}
    assert tokens.unsign(secret, "other", found[1], max_age_seconds=1800) is None
    assert tokens.unsign(secret, "preview", found[1][:-1], max_age_seconds=1800) is None
    assert (
        chain.signed_in("researcher").text(f"/questionnaires/{chain.draft}/preview?width=9999").count("phone w360") == 1
    )


def test_an_old_version_has_a_preview_of_its_own(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    text = person.text(f"/questionnaires/{chain.questionnaire}/preview?version=1")
    found = re.search(r'<iframe src="/preview/([^"]+)"', text)
    assert found is not None
    payload = tokens.unsign(chain.app.config["SECRET_KEY"], "preview", found[1], max_age_seconds=1800)
    frozen = db.session.get_one(Questionnaire, chain.questionnaire).versions[0]
    assert payload == {"version": frozen.id, "language": "zh-CN"}
    for wrong in ("2", "x", "1x", "9999999"):
        assert person.get(f"/questionnaires/{chain.questionnaire}/preview?version={wrong}").status_code == 404


def test_publishing_freezes_the_draft_and_shows_the_history(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert "发布第 1 版" in person.text(f"/questionnaires/{chain.draft}/publication")
    done = person.post(f"/questionnaires/{chain.draft}/versions", {"note": "首次 <b>"})
    assert done.status_code == 303 and done.location.endswith("/versions/1/doors")
    history = person.text(f"/questionnaires/{chain.draft}/versions")
    assert "第 1 版" in history and "首次 &lt;b&gt;" in history and "researcher" in history
    frozen = person.text(f"/questionnaires/{chain.draft}/versions/1")
    digest = re.search(r"SHA-256 ([0-9a-f]{64})", frozen)
    assert digest is not None and digest[1][:16] in history
    again = person.post(f"/questionnaires/{chain.draft}/versions")
    assert again.status_code == 422 and "没有可发布的修改" in again.get_data(as_text=True)


def test_a_draft_with_faults_lists_them_and_offers_no_button(chain: staff.Chain) -> None:
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    draft = dict(questionnaire.draft)
    draft["pages"] = [{"questions": [{"name": "a", "type": "nps", "text": {"zh-CN": "只有中文"}}]}]
    questionnaire.draft = draft | {"scores": []}
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("researcher")
    text = person.text(f"/questionnaires/{chain.draft}/publication")
    assert "必须修改" in text and "第 1 题" in text and 'name="note"' not in text
    refused = person.post(f"/questionnaires/{chain.draft}/versions")
    assert refused.status_code == 422 and "草稿有 1 处问题" in refused.get_data(as_text=True)


def test_a_downloaded_file_is_the_same_questionnaire(chain: staff.Chain) -> None:
    person = chain.signed_in("manager")
    for query, name in (("", "shop-visit.yaml"), ("?version=1", "shop-visit-v1.yaml")):
        response = person.get(f"/questionnaires/{chain.questionnaire}/definition.yaml{query}")
        assert name in response.headers["Content-Disposition"]
        frozen = db.session.get_one(Questionnaire, chain.questionnaire).versions[0]
        assert load_definition(response.data, file=name).digest() == frozen.digest
        db.session.remove()
    assert person.get(f"/questionnaires/{chain.questionnaire}/definition.yaml?version=7").status_code == 404


def test_the_library_makes_a_questionnaire_once_however_often_one_presses(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher")
    assert person.text("/library").count('name="library"') == len(re.findall(r"看题目", person.text("/library")))
    first = person.post("/questionnaires", {"library": "csat"})
    assert first.status_code == 303 and person.post("/questionnaires", {"library": "csat"}).location == first.location
    assert "已在使用" in person.text("/library/csat")
    assert person.post("/questionnaires", {"library": "../../etc"}).status_code == 422
    assert person.get("/library/no-such").status_code == 404


def test_texts_of_a_questionnaire_are_never_markup(chain: staff.Chain) -> None:
    hostile = "<img src=x onerror=alert(1)>{{7*7}}<div hx-get='/users' hx-trigger='load'>"
    questionnaire = db.session.get_one(Questionnaire, chain.draft)
    draft = dict(questionnaire.draft)
    draft["title"] = {"zh-CN": hostile, "en": hostile}
    draft["purpose"] = draft["intro"] = draft["thanks"] = {"zh-CN": hostile, "en": hostile}
    draft["source"] = draft["licence"] = hostile
    draft["scores"] = []
    words, plain = {"zh-CN": hostile, "en": hostile}, {"zh-CN": "y", "en": "y"}
    choices = [{"code": "x", "text": words}, {"code": "y", "text": plain}]
    questions = [
        {"name": "a", "type": "single_choice", "text": words, "hint": words, "choices": choices},
        {"name": "b", "type": "nps", "text": plain, "show_if": {"a": {"is": "x"}}},
    ]
    draft["pages"] = [{"title": words, "questions": questions}]
    questionnaire.draft, questionnaire.title = draft, draft["title"]
    questionnaire.updated_at = clock.now() - timedelta(days=400)
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("researcher")
    person.post(f"/questionnaires/{chain.draft}/versions", {"note": hostile})
    for path in ("", "/preview", "/versions", "/versions/1", "/publication", "/collectors", "/collectors/new"):
        text = person.text(f"/questionnaires/{chain.draft}{path}")
        assert "<img" not in text and "<div hx-get" not in text and "49" not in re.sub(r"\w*49\w*", "", text), path
        assert "&lt;img" in text, path
    assert "<img" not in person.text("/questionnaires")
