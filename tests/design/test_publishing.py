"""From a draft to a frozen version."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from survey_app.database import db
from survey_app.design import drafting, library, publishing
from survey_app.design.editing.tree import Tree
from survey_app.design.models import Questionnaire, Version
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE, Event
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SOURCE = """
format: 1
name: tiny
title: {zh-CN: 小问卷, en: Tiny}
languages: [zh-CN, en]
mode: MODE
pages:
  - questions:
      - {name: overall, type: rating, text: {zh-CN: 总体, en: Overall}}
      - name: why
        type: single_choice
        text: {zh-CN: 为什么, en: Why}
        choices:
          - {code: price, text: {zh-CN: 价格, en: Price}}
          - {code: service, text: {zh-CN: 服务, en: Service}}
"""


def definition(source: str = SOURCE, mode: str = "confidential") -> Definition:
    return load_definition(source.replace("MODE", mode).encode(), file="tiny.yaml")


def load(source: str = SOURCE, mode: str = "confidential") -> Questionnaire:
    return drafting.load_file(definition=definition(source, mode), by=COMMAND_LINE, now=NOW)


def publish(questionnaire: Questionnaire, **more: Any) -> Version:
    return publishing.publish(questionnaire=questionnaire, by=COMMAND_LINE, now=NOW, **{"reason": "试验"} | more)


def test_a_known_name_makes_a_new_draft_revision(app: Flask) -> None:
    first = load()
    again = load(SOURCE.replace("价格", "价钱"))
    assert again is first and (again.name, again.draft_revision) == ("tiny", 2)
    assert load().draft_revision == 3
    assert db.session.scalars(select(Questionnaire)).all() == [first]


def test_a_version_is_numbered_hashed_and_timed(app: Flask) -> None:
    version = publish(load(), note=" 首次 ")
    frozen = publishing.definition_of(version)
    assert (version.number, version.note, version.seconds > 0) == (1, "首次", True)
    assert version.digest == frozen.digest() and len(version.digest) == 64
    assert publishing.newest_version(db.session.scalars(select(Questionnaire)).one()) is version


def test_choices_get_values_that_are_never_given_again(app: Flask) -> None:
    questionnaire = load()
    assert values(publish(questionnaire)) == {"price": 1, "service": 2}
    load(SOURCE.replace("code: price, text: {zh-CN: 价格, en: Price}", "code: speed, text: {zh-CN: 速度, en: Speed}"))
    assert values(publish(questionnaire)) == {"speed": 3, "service": 2}
    load()
    assert values(publish(questionnaire)) == {"price": 1, "service": 2}


def values(version: Version) -> dict[str, int]:
    return {label.code: label.value for label in publishing.definition_of(version).variables[1].values}


def test_every_fault_is_listed_and_nothing_is_made(app: Flask) -> None:
    asks = "      - {name: %s, type: short_text, pattern: phone, text: {zh-CN: 电话, en: Phone}}\n"
    questionnaire = load(SOURCE + asks % "first" + asks % "second", mode="anonymous")
    with pytest.raises(publishing.NotPublishable) as refusal:
        publish(questionnaire)
    assert len(refusal.value.problems) == 2
    assert "pages[0].questions[2]" in str(refusal.value) and "pages[0].questions[3]" in str(refusal.value)
    assert db.session.scalars(select(Version)).all() == []


def test_an_unchanged_draft_is_not_published_again(app: Flask) -> None:
    questionnaire = load()
    assert publishing.has_news(questionnaire)
    publish(questionnaire)
    assert not publishing.has_news(questionnaire)
    load()  # the same file again, without the values that publication gave
    assert not publishing.has_news(questionnaire)
    with pytest.raises(DomainError, match="第 1 版"):
        publish(questionnaire)


def test_before_the_first_publication_the_mode_is_free(app: Flask) -> None:
    assert [load(mode=mode).mode for mode in ("identified", "anonymous", "confidential")] == [
        "identified", "anonymous", "confidential",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after"), [("anonymous", "confidential"), ("anonymous", "identified"), ("confidential", "identified")]
)
def test_a_published_mode_is_never_loosened(app: Flask, before: str, after: str) -> None:
    questionnaire = load(mode=before)
    publish(questionnaire)
    load(mode=after)
    assert questionnaire.mode == before
    with pytest.raises(DomainError):
        publish(questionnaire)
    assert questionnaire.mode == before


def test_a_mode_may_be_tightened_and_not_loosened_back(app: Flask) -> None:
    questionnaire = load(mode="identified")
    publish(questionnaire)
    for mode in ("confidential", "anonymous"):
        load(mode=mode)
        publish(questionnaire)
        assert questionnaire.mode == mode
    load(mode="identified")
    with pytest.raises(DomainError):
        publish(questionnaire)


def test_the_database_itself_refuses_a_looser_mode_and_a_changed_version(app: Flask) -> None:
    version = publish(load(mode="anonymous"))
    db.session.commit()
    for statement in (
        update(Questionnaire).values(mode="identified"),
        update(Version).values(note="changed"),
        text("DELETE FROM version"),
    ):
        with pytest.raises(DatabaseError):
            db.session.execute(statement)
        db.session.rollback()
    assert db.session.get_one(Version, version.id).note == ""


def test_publication_is_in_the_audit_log_with_the_digest(app: Flask) -> None:
    version = publish(load())
    event = db.session.scalars(select(Event).where(Event.action == "version.published")).one()
    assert event.details == {"questionnaire": "tiny", "number": 1, "digest": version.digest}


WORDED = SOURCE.replace("{zh-CN: 总体, en: Overall}", "{zh-CN: 总体评价, en: In general}")
FEWER = SOURCE.replace("          - {code: price, text: {zh-CN: 价格, en: Price}}\n", "")


def test_a_change_that_touches_a_trend_needs_a_reason(app: Flask) -> None:
    questionnaire = load()
    publish(questionnaire)
    load(FEWER)
    with pytest.raises(DomainError, match="原因") as refusal:
        publish(questionnaire, reason=" ")
    assert refusal.value.field == "reason" and publishing.newest_version(questionnaire).number == 1  # type: ignore[union-attr]
    version = publish(questionnaire, reason=" 价格另行统计 ")
    assert (version.breaks_trend, version.reason) == (True, "价格另行统计")
    event = db.session.scalars(
        select(Event).where(Event.action == "version.published").order_by(Event.seq.desc())
    ).first()
    assert event is not None and (event.reason, event.details["trend"]) == ("价格另行统计", "broken")


@pytest.mark.parametrize(
    ("source", "same_meaning", "breaks"),
    [
        (WORDED, True, False),
        (WORDED, False, True),
        (FEWER, True, True),
        (SOURCE.replace("总体", "总体："), False, False),
    ],
)
def test_somebody_judges_a_wording_but_nobody_a_changed_list(
    app: Flask, source: str, same_meaning: bool, breaks: bool
) -> None:
    questionnaire = load()
    publish(questionnaire)
    load(source)
    assert publish(questionnaire, same_meaning=same_meaning).breaks_trend is breaks


def test_a_first_version_and_a_harmless_change_keep_no_reason(app: Flask) -> None:
    questionnaire = load()
    assert publish(questionnaire, reason="多余").reason == ""
    load(SOURCE.replace("小问卷", "小小问卷"))
    assert publish(questionnaire, reason="").reason == ""


def test_what_was_seen_is_what_is_published(app: Flask) -> None:
    questionnaire = load()
    seen = publishing.pending(questionnaire).digest
    load(SOURCE.replace("小问卷", "另一份"))
    with pytest.raises(DomainError, match="又改过"):
        publish(questionnaire, digest=seen)
    assert publish(questionnaire, digest=publishing.pending(questionnaire).digest).number == 1


@pytest.mark.parametrize("settings", ["postgresql"], indirect=True)
def test_an_edit_between_opening_and_publishing_is_not_lost(app: Flask) -> None:
    """On SQLite writers take turns from their first statement; on PostgreSQL the row has to be read again under its lock."""
    questionnaire = load()
    db.session.commit()
    assert questionnaire.draft["title"]["zh-CN"] == "小问卷"  # the request has read the draft
    with Session(db.engine) as other:
        theirs = other.get_one(Questionnaire, questionnaire.id)
        theirs.draft = theirs.draft | {"title": {"zh-CN": "改过的", "en": "Changed"}}
        other.commit()
    version = publish(questionnaire)
    assert version.definition["title"]["zh-CN"] == questionnaire.draft["title"]["zh-CN"] == "改过的"


def test_the_parts_of_a_draft_stay_the_same_parts_when_it_is_published(app: Flask) -> None:
    questionnaire = load()
    tree = Tree(questionnaire.draft)
    questionnaire.draft = tree.data
    publish(questionnaire)
    assert not publishing.has_news(questionnaire)
    assert Tree(questionnaire.draft).ids() == tree.ids()
    assert questionnaire.draft["pages"][0]["questions"][1]["choices"][0]["value"] == 1


def test_an_archived_questionnaire_comes_back_when_its_file_is_loaded(app: Flask) -> None:
    questionnaire = load()
    drafting.archive(questionnaire=questionnaire, by=COMMAND_LINE, now=NOW)
    assert questionnaire.archived_at == NOW
    load()
    assert questionnaire.archived_at is None


def test_the_library_makes_one_questionnaire_per_name(app: Flask) -> None:
    made = drafting.create_from_library(name="nps", by=COMMAND_LINE, now=NOW)
    assert made.title["zh-CN"] and made.mode == "anonymous"
    for name in ("nps", "no-such-thing", "../nps"):
        with pytest.raises(DomainError, match=name.replace(".", r"\.")):
            drafting.create_from_library(name=name, by=COMMAND_LINE, now=NOW)


@pytest.mark.parametrize("name", [entry.name for entry in library.entries()])
def test_every_questionnaire_of_the_library_can_be_published_as_it_is(sqlite_app: Flask, name: str) -> None:
    questionnaire = drafting.create_from_library(name=name, by=COMMAND_LINE, now=NOW)
    assert publishing.faults(questionnaire) == []
    assert publish(questionnaire).number == 1
