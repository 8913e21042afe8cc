"""Publishing as a researcher sees it: what changed, why, who agreed, and when answers are taken."""

import copy
import html
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.editing import changing
from survey_app.design.models import Approval, Questionnaire, Version
from survey_app.distribution.models import Collector
from survey_app.events import Actor
from survey_app.organisation import chain as organisation
from tests import staff

REASON = "新量表更好懂"


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def edit(questionnaire_id: int, change: Any) -> None:
    """Change the draft as the editor does."""
    questionnaire = db.session.get_one(Questionnaire, questionnaire_id)
    changing.change(
        questionnaire=questionnaire, operation=lambda tree: change(tree.data), kind="test", page="p" * 16, base=None,
        by=Actor(None, "test", "test"), now=clock.now(),
    )  # fmt: skip
    db.session.commit()
    db.session.remove()


def first_question(data: dict[str, Any]) -> dict[str, Any]:
    question: dict[str, Any] = data["pages"][0]["questions"][0]
    return question


def questions(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [question for page in data["pages"] for question in page["questions"]]


def reword(data: dict[str, Any]) -> None:
    first_question(data)["text"]["zh-CN"] = "总体来说，您对这次买药满意吗？"


def require(data: dict[str, Any]) -> None:
    first_question(data)["required"] = not first_question(data).get("required", False)


def break_scale(data: dict[str, Any]) -> None:
    first_question(data)["unsure"] = {"zh-CN": "说不清", "en": "Cannot say"}


def newest(questionnaire_id: int) -> Version:
    db.session.remove()
    found = publishing.newest_version(db.session.get_one(Questionnaire, questionnaire_id))
    assert found is not None
    return found


# --- what changed -------------------------------------------------------------------------------------------------------
def test_a_changed_wording_is_marked_and_needs_a_judgement_and_a_reason(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    edit(chain.questionnaire, reword)
    page = person.text(f"{path}/publication")
    plain = re.sub(r"<span class=\"sr\"[^>]*>[^<]*</span>", "", page)
    assert re.search(r"您对这次<del>到店</del><ins>买药</ins>满意吗？", plain)
    assert "确认发布第 2 版" in page and "这次发布可能让趋势断开" in page and 'name="meaning"' in page
    refused = person.post(f"{path}/versions", {"note": "改了一处", "meaning": "same"})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'id="reason-error"' in text and "改了一处" in text
    assert re.search(r'value="same" checked', text)
    assert person.post(f"{path}/versions", {"reason": REASON, "meaning": "same"}).status_code == 303
    version = newest(chain.questionnaire)
    assert (version.number, version.breaks_trend, version.reason) == (2, False, REASON)


def test_a_changed_scale_breaks_the_trend_whatever_is_ticked(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    edit(chain.questionnaire, break_scale)
    page = person.text(f"{path}/publication")
    assert "这次发布会让趋势断开" in page and 'name="meaning"' not in page
    person.post(f"{path}/versions", {"reason": f"{REASON}<b>", "meaning": "same"})
    assert newest(chain.questionnaire).breaks_trend
    history = person.text(f"{path}/versions")
    assert "趋势从这里断开" in history and f"{REASON}&lt;b&gt;" in history


def test_a_harmless_change_asks_for_nothing(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    edit(chain.questionnaire, require)
    page = person.text(f"{path}/publication")
    assert 'name="reason"' not in page and "留意" in page
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest is not None
    edit(chain.questionnaire, lambda data: data.update(source="a book"))
    stale = person.post(f"{path}/versions", {"digest": digest[1]})
    assert stale.status_code == 422 and "草稿又改过" in stale.get_data(as_text=True)
    assert person.post(f"{path}/versions").status_code == 303


def test_problems_and_changes_lead_into_the_editor(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    edit(chain.questionnaire, lambda data: first_question(data)["text"].pop("en"))
    page = person.text(f"{path}/publication")
    node = re.search(rf'href="{path}/editor\?node=([0-9a-f]+)"', page)
    assert node is not None and "必须修改" in page and "确认发布" not in page
    draft = db.session.get_one(Questionnaire, chain.questionnaire).draft
    assert first_question(draft)["_id"] == node[1]


# --- versions -----------------------------------------------------------------------------------------------------------
def two_versions(chain: staff.Chain) -> staff.Person:
    person = chain.signed_in("researcher")
    edit(chain.questionnaire, reword)
    person.post(f"/questionnaires/{chain.questionnaire}/versions", {"reason": REASON})
    return person


def test_versions_are_compared_with_each_other_and_with_the_draft(chain: staff.Chain) -> None:
    two_versions(chain)
    reader, path = chain.signed_in("manager"), f"/questionnaires/{chain.questionnaire}"
    assert "<ins>" in reader.text(f"{path}/versions/1/compare/2") and "趋势可能断开" in reader.text(
        f"{path}/versions/1/compare/2"
    )
    assert "内容相同，没有差异" in reader.text(f"{path}/versions/2/compare/draft")
    assert "/editor?node" not in reader.text(f"{path}/versions/1/compare/draft")
    chosen = reader.get(f"{path}/comparison?before=1&after=draft")
    assert chosen.status_code == 302 and chosen.location.endswith("/versions/1/compare/draft")
    for wrong in ("before=draft&after=1", "after=²", "before=²&after=1", "before=1&after=x"):
        assert reader.get(f"{path}/comparison?{wrong}").status_code == 404
    assert reader.get(f"{path}/versions/1/compare/9").status_code == 404


def test_an_old_version_is_restored_as_one_step_that_can_be_taken_back(chain: staff.Chain) -> None:
    person, path = two_versions(chain), f"/questionnaires/{chain.questionnaire}"
    before = copy.deepcopy(db.session.get_one(Questionnaire, chain.questionnaire).draft)
    db.session.remove()
    assert person.post(f"{path}/versions/1/restoration").status_code == 303
    db.session.remove()
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    assert publishing.pending(questionnaire).digest == questionnaire.versions[-1].digest
    assert [q["_id"] for q in questions(questionnaire.draft)] == [q["_id"] for q in questions(before)]
    actor = Actor(chain.users["researcher"], "researcher@example.org", "researcher")
    assert changing.undo(questionnaire=questionnaire, by=actor, page="p" * 16, now=clock.now()) is not None
    assert publishing.pending(questionnaire).digest == questionnaire.versions[0].digest
    db.session.commit()
    assert chain.signed_in("manager").post(f"{path}/versions/1/restoration").status_code == 403


def test_links_keep_their_version_until_they_are_switched(chain: staff.Chain) -> None:
    person, path = two_versions(chain), f"/questionnaires/{chain.questionnaire}"
    page = person.text(f"{path}/versions/2/doors")
    assert page.count('name="collector"') == 3 and "3 个链接" in page
    person.post(f"{path}/collectors/version", {"collector": [str(chain.doors["own"]), "999999"]})
    db.session.remove()
    numbers = {key: db.session.get_one(Collector, door).version.number for key, door in chain.doors.items()}
    assert numbers == {"link": 1, "own": 2, "foreign": 1}
    db.session.remove()
    page = person.text(f"{path}/versions/2/doors")
    assert "2 个链接" in page and "1 个链接" in page and page.count('name="collector"') == 2


# --- a second person ----------------------------------------------------------------------------------------------------
def test_a_second_person_agrees_before_anything_is_published(chain: staff.Chain) -> None:
    asker, other, path = (
        chain.signed_in("researcher"),
        chain.signed_in("administrator"),
        f"/questionnaires/{chain.draft}",
    )
    assert other.post("/organisation/approval", {"needed": "1"}).status_code == 303
    assert "确认发布" not in asker.text(f"{path}/publication")
    assert asker.post(f"{path}/versions").status_code == 422
    assert asker.post(f"{path}/approvals", {"note": "请看第一题"}).status_code == 303
    (request,) = db.session.query(Approval).all()
    answer = f"{path}/approvals/{request.id}/decision"
    db.session.remove()
    own = asker.text(f"{path}/publication")
    assert "撤回申请" in own and 'name="approved"' not in own and "等您审批" not in asker.text("/questionnaires")
    assert asker.post(answer, {"approved": "1"}).status_code == 422
    assert "有 1 份草稿等您审批" in other.text("/questionnaires") and "请看第一题" in other.text("/approvals")
    assert 'name="approved"' in other.text(f"{path}/publication")
    refused = other.post(answer, {"approved": "0"})
    assert refused.status_code == 422 and 'id="answer-error"' in refused.get_data(as_text=True)
    assert other.post(answer, {"approved": "1", "answer": "好"}).status_code == 303
    assert "确认发布第 1 版" in asker.text(f"{path}/publication")
    assert asker.post(f"{path}/versions").status_code == 303
    assert "administrator 审批" in asker.text(f"{path}/versions")


def test_an_approval_of_another_questionnaire_is_not_found(chain: staff.Chain) -> None:
    organisation.the_chain().needs_approval = True
    db.session.commit()
    db.session.remove()
    person = chain.signed_in("researcher")
    person.post(f"/questionnaires/{chain.draft}/approvals")
    (request,) = db.session.query(Approval).all()
    foreign = f"/questionnaires/{chain.questionnaire}/approvals/{request.id}"
    db.session.remove()
    assert person.post(f"{foreign}/decision", {"approved": "1"}).status_code == 404
    assert person.post(f"{foreign}/withdrawal").status_code == 404


# --- open and closed ----------------------------------------------------------------------------------------------------
def test_times_are_set_and_read_on_a_clock_in_china(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    opens = (clock.china(clock.now()) + timedelta(days=2)).replace(hour=9, minute=0, second=0, microsecond=0)
    closes = opens + timedelta(days=7)
    sent = {name: f"{moment:%Y-%m-%dT%H:%M}" for name, moment in (("opens_at", opens), ("closes_at", closes))}
    assert person.post(f"{path}/schedule", sent).status_code == 303
    questionnaire = db.session.get_one(Questionnaire, chain.questionnaire)
    assert (questionnaire.opens_at, questionnaire.closes_at) == (opens, closes)
    db.session.remove()
    page = person.text(f"{path}/versions")
    assert "还没有开始" in page and f'value="{sent["opens_at"]}"' in page
    assert person.post(f"{path}/schedule", {"opens_at": "", "closes_at": ""}).status_code == 303
    assert "接收回答" in person.text(f"{path}/versions")


@pytest.mark.parametrize(
    ("opens", "closes", "words", "field"),
    [
        ("2020-01-01T09:00", "", "开放时间已经过去", "opens_at"),
        ("", "2020-01-01T09:00", "结束时间已经过去", "closes_at"),
        ("morgen", "", "请填写日期和时间", "opens_at"),
        ("", "0001-01-01T00:00", "请填写日期和时间", "closes_at"),
        ("", "9999-12-31T23:59", "请填写日期和时间", "closes_at"),
        ("2030-01-02T09:00", "2030-01-01T09:00", "晚于开放时间", "closes_at"),
    ],
)  # fmt: skip
def test_impossible_times_are_refused_with_a_reason(
    chain: staff.Chain, opens: str, closes: str, words: str, field: str
) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    refused = person.post(f"{path}/schedule", {"opens_at": opens, "closes_at": closes})
    text = refused.get_data(as_text=True)
    assert refused.status_code == 422 and words in text and f'id="{field}-error"' in text
    assert f'value="{opens or closes}"' in text


def test_a_questionnaire_is_retired_and_reopened(chain: staff.Chain) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    assert person.post(f"{path}/retirement", {"retired": "1"}).status_code == 303
    assert "问卷已停用" in person.text(f"{path}/versions")
    assert person.post(f"{path}/retirement", {"retired": "0"}).status_code == 303
    assert "接收回答" in person.text(f"{path}/versions")
    reader = chain.signed_in("manager")
    assert reader.post(f"{path}/retirement", {"retired": "1"}).status_code == 403
    assert 'name="retired"' not in reader.text(f"{path}/versions")


# --- hostile texts ------------------------------------------------------------------------------------------------------
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "<b hx-get='/x' hx-trigger='load'>",
    "{{7*7}}",
]


def hostile_texts(cases: Path) -> list[str]:
    blns = json.loads((cases / "badinput" / "blns.json").read_text())
    found = [text for text in blns if "<" in text]
    book = (cases / "badinput" / "xss-polyglots-PATT.md").read_text()
    return [*HOSTILE, *found, *re.findall(r"```[a-z]*\n(.*?)```", book, re.DOTALL)]


def test_pasted_scripts_stay_text_in_every_difference(chain: staff.Chain, cases: Path) -> None:
    person, path = chain.signed_in("researcher"), f"/questionnaires/{chain.questionnaire}"
    clean = person.text(f"{path}/versions/1/compare/draft")
    texts = [text for text in hostile_texts(cases) if len(text) < 5_000 and "\x00" not in text]
    rows = [{"code": f"c{n}", "text": {"zh-CN": text, "en": text}} for n, text in enumerate(texts)]

    def change(data: dict[str, Any]) -> None:
        first_question(data)["text"] = {"zh-CN": texts[0], "en": texts[1]}
        data["title"]["zh-CN"] = texts[2]
        both = {"zh-CN": texts[1], "en": texts[0]}
        nasty = {"name": "nasty", "type": "single_choice", "text": both, "choices": rows}
        data["pages"].append({"title": both, "questions": [nasty]})

    edit(chain.questionnaire, change)
    person.post(f"{path}/versions", {"reason": texts[0], "note": texts[1]})
    for number, row in enumerate(rows):
        row["text"] = {"zh-CN": texts[number - 1], "en": "x"}
    edit(chain.questionnaire, lambda data: data["pages"][-1]["questions"][0].update(choices=rows))
    for address in (
        f"{path}/versions/1/compare/2",
        f"{path}/versions/2/compare/draft",
        f"{path}/publication",
        f"{path}/versions",
    ):
        page = person.text(address)
        tags = {tag.lower() for tag in re.findall(r"<([a-zA-Z][\w-]*)", page)}
        assert page.count("<script") <= clean.count("<script") and not tags & {
            "img",
            "iframe",
            "object",
            "embed",
            "b",
        }, address
        assert not re.search(r"<[^>]*\s(on\w+|hx-\w+)=", page.replace(' hx-ext="', "")), address
    assert html.escape(texts[0], quote=False)[:20] in person.text(f"{path}/versions/1/compare/2")
