"""What respondents are told: numbered, in both languages, new only when a word changed."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.exc import DatabaseError

from survey_app.database import db
from survey_app.events import COMMAND_LINE, Event
from survey_app.organisation import consent
from survey_app.organisation.chain import change_chain, the_chain
from survey_app.organisation.models import ConsentText

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


def change(**more: object) -> None:
    values = {
        "name": "康民大药房",
        "name_en": "Kangmin",
        "help_phone": "400-800-1234",
        "colour": "#00a650",
        "privacy_text": {},
    }
    change_chain(chain=the_chain(), by=COMMAND_LINE, now=NOW, **(values | more))  # type: ignore[arg-type]


def test_a_new_installation_has_the_first_text(app: Flask) -> None:
    first = consent.current_consent(db.session)
    assert first is not None and first.id == 1 and set(first.texts) == {"zh-CN", "en"}
    assert consent.ensure_consent(db.session, NOW) is first


def test_a_new_number_only_when_a_word_changed(app: Flask) -> None:
    change()
    second = consent.current_consent(db.session)
    assert (
        second is not None
        and second.id == 2
        and "康民大药房" in second.texts["zh-CN"]
        and "Kangmin" in second.texts["en"]
    )
    change(colour="#123456")
    assert consent.current_consent(db.session) is second
    change(privacy_text={"zh-CN": "补充：{chain} %s <b>", "en": "", "fr": "x"})
    third = consent.current_consent(db.session)
    assert third is not None and third.id == 3
    assert "补充：{chain} %s <b>" in third.texts["zh-CN"] and third.texts["en"] == second.texts["en"]
    published = db.session.scalars(select(Event).where(Event.action == "consent_text.published")).all()
    assert len(published) == 2


def test_a_text_that_was_shown_can_never_be_changed(app: Flask) -> None:
    db.session.commit()
    with pytest.raises(DatabaseError, match="never change"):
        db.session.execute(update(ConsentText).values(texts={"zh-CN": "别的"}))
    db.session.rollback()


@pytest.mark.parametrize(
    "fact",
    [
        ("自愿", "voluntary"),
        ("我们无法从数据库查到这是谁填的", "we cannot find out from the database who filled it in"),
        ("同时掌握数据库和密钥的人", "both the database and the keys"),
        ("最多 30 天", "at most 30 days"),
        ("少于 5 人", "fewer than 5 people"),
        ("30 天后删除", "deleted after 30 days"),
        ("3 年", "3 years"),
        ("14 天", "14 days"),
        ("删除码", "delete code"),
        ("哪些个人链接已经用过", "which personal links were used"),
        ("至少 10 份相同才显示", "until at least 10 answers share them"),
        ("400-800-1234", "400-800-1234"),
    ],
)
def test_both_languages_say_the_same_facts(app: Flask, fact: tuple[str, str]) -> None:
    change()
    texts = consent.compose(the_chain())
    assert fact[0] in texts["zh-CN"] and fact[1] in texts["en"]


def test_both_languages_have_the_same_structure(app: Flask) -> None:
    change(privacy_text={"zh-CN": "甲", "en": "A"})
    shapes = [
        [(kind, len(lines)) for kind, lines in consent.blocks(text)] for text in consent.compose(the_chain()).values()
    ]
    headings = [[shape for shape in found if shape[0] != "paragraph"] for found in shapes]
    assert headings[0] == headings[1] and len(headings[0]) > 8


def test_the_chinese_text_uses_chinese_punctuation(app: Flask) -> None:
    assert not re.search(r"[\u4e00-\u9fff][,;:?!(]", consent.compose(the_chain())["zh-CN"])


def test_blocks_are_read_as_they_were_written() -> None:
    text = "a\nb\n\n## h\n- one\n- two\n\n- three\nc"
    assert consent.blocks(text) == [
        ("paragraph", ["a", "b"]), ("heading", ["h"]), ("list", ["one", "two"]), ("list", ["three"]), ("paragraph", ["c"]),
    ]  # fmt: skip


def test_the_chains_own_words_lose_control_characters_only() -> None:
    assert consent.plain_texts({"zh-CN": " 甲\r\n乙\x00\u202e丙 ", "en": "\n"}) == {"zh-CN": "甲\n乙丙"}
