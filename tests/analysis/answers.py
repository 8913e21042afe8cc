"""Putting questionnaires and answers into a database, as plain rows: what these tests are about begins after the store."""

import secrets
from datetime import UTC, date, datetime
from typing import Any

from survey_app import clock
from survey_app.database import db
from survey_app.design.models import Questionnaire, Version
from survey_app.distribution.models import Wave
from survey_app.organisation.models import Organisation, Region, Shop
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Comment, Response

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
TODAY = clock.day_number(NOW)

SMALL = """
format: 1
name: small
title: {zh-CN: 小问卷, en: Small survey}
languages: [zh-CN, en]
pages:
  - questions:
      - {name: nps, type: nps, text: {zh-CN: 推荐吗, en: Would you recommend us}, unsure: {zh-CN: 不清楚, en: Not sure}}
      - name: why
        type: multiple_choice
        text: {zh-CN: 提到的方面, en: What was mentioned}
        show_if: {nps: {at_least: 0}}
        choices:
          - {code: "1", text: {zh-CN: 价格, en: Price}}
          - {code: "2", text: {zh-CN: 服务, en: Service}}
          - {code: "8", text: {zh-CN: 其他, en: Other}, other: true}
      - {name: comment, type: long_text, text: {zh-CN: 还想说什么, en: Anything else}}
"""


def definition(text: str = SMALL) -> Definition:
    """A definition from YAML."""
    return load_definition(text, file="test.yaml")


def publish(text: str = SMALL, *, questionnaire: Questionnaire | None = None) -> Version:
    """A published version; the first one makes its questionnaire and the wave of November 2026."""
    made = definition(text)
    if questionnaire is None:
        questionnaire = Questionnaire(
            name=made.name, title=made.title, mode=made.mode, draft=made.to_json(), created_at=NOW, updated_at=NOW
        )
        db.session.add(questionnaire)
        db.session.flush()
        add_wave(questionnaire.id, date(2026, 11, 1))
    number = db.session.query(Version).filter_by(questionnaire_id=questionnaire.id).count() + 1
    version = Version(
        questionnaire_id=questionnaire.id, number=number, definition=made.to_json(), digest=made.digest(), seconds=60,
        published_at=NOW,
    )  # fmt: skip
    db.session.add(version)
    db.session.commit()
    return version


def add_wave(questionnaire_id: int, month: date) -> Wave:
    """A wave without keys: nothing here opens a link."""
    last = db.session.query(Wave).order_by(Wave.id.desc()).first()
    closes = date(month.year, month.month, 28) if month.month != 11 else date(2026, 12, 14)
    wave = Wave(
        id=(last.id if last else 0) + 1,
        questionnaire_id=questionnaire_id,
        month=month,
        closes_on=closes,
        fingerprint="",
    )
    db.session.add(wave)
    db.session.flush()
    return wave


def add_shop(code: str, region: str = "R1") -> Shop:
    """A shop in a region, which is made when it is new."""
    found = db.session.query(Region).filter_by(code=region).one_or_none()
    if found is None:
        found = Region(code=region, name=f"{region}区", name_en=f"Region {region}")
        db.session.add(found)
        db.session.flush()
    shop = Shop(code=code, name=f"{code}店", name_en=f"Shop {code}", region_id=found.id)
    db.session.add(shop)
    db.session.commit()
    return shop


def answer(version: Version, answers: dict[str, Any], texts: dict[str, str] | None = None, **more: Any) -> int:
    """Store one response; returns its id. `more` sets columns."""
    day = more.get("day", TODAY)
    period = TODAY if day is None else day
    values: dict[str, Any] = {
        "id": period << 46 | secrets.randbits(46), "version_id": version.id, "mode": "anonymous", "wave_id": 1,
        "channel": "link", "language": "zh-CN", "day": TODAY, "rc_hash": secrets.token_bytes(32), "status": "complete",
        "speed": "normal", "consent_version": 1, "order_seed": 7, "answers": answers,
    }  # fmt: skip
    made = Response(**(values | more))
    db.session.add(made)
    db.session.flush()
    for variable, text in (texts or {}).items():
        db.session.add(Comment(response_id=made.id, variable=variable, redacted=text, raw=None))
    return made.id


def make_sample() -> None:
    """Turn the chain into a sample chain."""
    chain = db.session.get(Organisation, 1)
    assert chain is not None
    chain.sample = True
    db.session.commit()
