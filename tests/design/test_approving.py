"""A second person agrees to exactly one state of a draft."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from survey_app.database import db
from survey_app.design import approving, publishing, restoring
from survey_app.design.models import Approval, Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor, Event
from survey_app.organisation import chain
from tests.design.test_publishing import SOURCE, load
from tests.staff import make_user

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


@pytest.fixture
def draft(app: Flask) -> Questionnaire:
    """A draft in a chain that asks for a second person."""
    chain.the_chain().needs_approval = True
    return load()


@pytest.fixture
def people(app: Flask) -> tuple[Actor, Actor]:
    """Who asks, and who answers."""
    made = [make_user("researcher", email=f"{name}@example.org") for name in ("asks", "answers")]
    return Actor(made[0].id, made[0].email, "researcher"), Actor(made[1].id, made[1].email, "researcher")


def asked(draft: Questionnaire, by: Actor, note: str = "请看") -> Approval:
    return approving.request(questionnaire=draft, note=note, by=by, now=NOW)


def decide(approval: Approval, draft: Questionnaire, by: Actor, approved: bool = True, answer: str = "") -> None:
    approving.decide(approval=approval, questionnaire=draft, approved=approved, answer=answer, by=by, now=NOW)


def state(approval: Approval, draft: Questionnaire) -> str:
    return approving.state(approval, publishing.pending(draft).digest)


def test_nothing_is_published_before_somebody_else_agreed(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    asker, other = people
    with pytest.raises(DomainError, match="第二个人"):
        publishing.publish(questionnaire=draft, by=asker, now=NOW)
    request = asked(draft, asker)
    with pytest.raises(DomainError, match="第二个人"):
        publishing.publish(questionnaire=draft, by=other, now=NOW)
    decide(request, draft, other)
    version = publishing.publish(questionnaire=draft, by=asker, now=NOW)
    assert (version.number, version.published_by_id, version.approved_by_id) == (1, asker.id, other.id)
    actions = db.session.scalars(select(Event.action).where(Event.action.like("approval.%")).order_by(Event.seq)).all()
    assert actions == ["approval.requested", "approval.given"]


def test_nobody_answers_their_own_request(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    request = asked(draft, people[0])
    for approved in (True, False):
        with pytest.raises(DomainError, match="自己"):
            decide(request, draft, people[0], approved, "因为")
    with pytest.raises(DomainError, match="自己"):
        decide(request, draft, Actor(None, "command line", "operator"))
    assert state(request, draft) == approving.WAITING


def test_a_changed_draft_voids_request_and_approval(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    given, other = asked(draft, people[0]), people[1]
    decide(given, draft, other)
    load(SOURCE.replace("小问卷", "小小问卷"))
    assert state(given, draft) == approving.VOID
    with pytest.raises(DomainError, match="第二个人"):
        publishing.publish(questionnaire=draft, by=people[0], now=NOW)
    waiting = asked(draft, people[0])
    assert [line.approval for line in approving.waiting()] == [waiting]
    load(SOURCE.replace("小问卷", "又一份"))
    assert approving.waiting() == []
    with pytest.raises(DomainError, match="失效"):
        decide(waiting, draft, other)
    load()  # back to what was agreed: that agreement still says exactly this
    assert state(given, draft) == approving.APPROVED


def test_an_agreement_is_used_up_by_the_next_publication(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    asker, other = people
    versions = []
    for day, source in enumerate((SOURCE, SOURCE.replace("总体", "整体"))):
        load(source)
        now = NOW + timedelta(days=day)
        given = approving.request(questionnaire=draft, note="请看", by=asker, now=now)
        approving.decide(approval=given, questionnaire=draft, approved=True, answer="", by=other, now=now)
        versions.append(publishing.publish(questionnaire=draft, by=asker, now=now, reason="试验"))
    later = NOW + timedelta(days=2)
    restoring.restore(questionnaire=draft, version=versions[0], by=asker, page="p", now=later)
    assert publishing.pending(draft).digest == versions[0].digest
    with pytest.raises(DomainError, match="第二个人"):
        publishing.publish(questionnaire=draft, by=asker, now=later, reason="回到从前")
    again = approving.request(questionnaire=draft, note="回到从前", by=asker, now=later)
    assert [line.approval for line in approving.waiting()] == [again]
    approving.decide(approval=again, questionnaire=draft, approved=True, answer="", by=other, now=later)
    assert publishing.publish(questionnaire=draft, by=asker, now=later, reason="回到从前").number == 3


def test_a_refusal_has_a_reason_and_a_request_is_answered_once(
    draft: Questionnaire, people: tuple[Actor, Actor]
) -> None:
    request = asked(draft, people[0])
    with pytest.raises(DomainError) as refusal:
        decide(request, draft, people[1], approved=False, answer="\u200b\u3164")
    assert refusal.value.field == "answer"
    decide(request, draft, people[1], approved=False, answer="第 1 题太长")
    assert (state(request, draft), request.answer) == (approving.REFUSED, "第 1 题太长")
    with pytest.raises(DomainError, match="处理过"):
        decide(request, draft, people[1])
    again = asked(draft, people[0])
    assert again.id != request.id and state(again, draft) == approving.WAITING


def test_asking_twice_is_one_request_that_can_be_taken_back(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    request = asked(draft, people[0])
    assert asked(draft, people[0]) is request
    with pytest.raises(DomainError, match="自己"):
        approving.withdraw(approval=request, questionnaire=draft, by=people[1], now=NOW)
    approving.withdraw(approval=request, questionnaire=draft, by=people[0], now=NOW)
    assert state(request, draft) == approving.WITHDRAWN and approving.waiting() == []
    with pytest.raises(DomainError, match="处理过"):
        decide(request, draft, people[1])


def test_a_break_in_a_trend_is_explained_to_who_approves(draft: Questionnaire, people: tuple[Actor, Actor]) -> None:
    decide(asked(draft, people[0], note=""), draft, people[1])
    publishing.publish(questionnaire=draft, by=people[0], now=NOW)
    load(SOURCE.replace("          - {code: price, text: {zh-CN: 价格, en: Price}}\n", ""))
    with pytest.raises(DomainError) as refusal:
        asked(draft, people[0], note="")
    assert refusal.value.field == "note"
    assert asked(draft, people[0], note="价格另行统计").note == "价格另行统计"


def test_without_the_setting_nobody_is_asked(app: Flask) -> None:
    assert publishing.publish(questionnaire=load(), by=Actor(None, "x", "y"), now=NOW).approved_by_id is None
