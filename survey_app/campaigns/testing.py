"""A test message to oneself: the real words, a link that opens the preview. The address is sealed until it is sent, then gone."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from survey_app import clock, events, web, work
from survey_app.campaigns import composing
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor, Event
from survey_app.languages import N_
from survey_app.messaging import outbox
from survey_app.messaging.models import Message
from survey_app.messaging.outbox import NewMessage
from survey_app.messaging.purposes import GO, Outgoing, Verdict
from survey_app.people import suppressions
from survey_app.work import Claim, Work

KIND = "campaign_test"  # of work: its row holds the sealed address, and is deleted after seven days
TESTED, MOST_AN_HOUR = "campaign.tested", 20  # of one person: a test goes to any number, at any hour
PURPOSE = "campaign_test"  # of messages; their subject is the work row


def send(*, campaign: Campaign, address: str, language: str, link: str, by: Actor, now: datetime) -> str:
    """Order a test; returns its channel. `link`: where the message leads, the preview."""
    found = suppressions.address_of(address)
    if found is None:
        raise DomainError(N_("请填写完整的手机号或邮箱。")).at("address")
    if suppressions.is_suppressed(suppressions.index_of(found)):
        raise DomainError(N_("此人在退订名单里，请先移出名单。")).at("address")
    lately = select(func.count()).select_from(Event).where(Event.action == TESTED, Event.actor_id == by.id)
    if (db.session.scalar(lately.where(Event.at > now - timedelta(hours=1))) or 0) >= MOST_AN_HOUR:
        raise DomainError(N_("一小时内最多发送 %(n)s 条测试消息，请稍后再试。"), n=MOST_AN_HOUR).at("address")
    channel = "email" if "@" in found else "sms"
    composing.sample(
        campaign.questionnaire_id, campaign.template, channel, language, link=link
    )  # refuses missing words
    key = secrets.token_hex(8)
    work.enqueue(
        KIND,
        {
            "campaign": campaign.id, "channel": channel, "language": language, "link": link, "key": key,
            "address": web.vault().seal("contact", found, place=f"work.{KIND}.{key}"),
        },
        now=now,
    )  # fmt: skip
    events.record(TESTED, campaign, by=by, channel=channel)
    return channel


def queue(held: Claim, app: Flask) -> None:
    """The job: put the test into the outbox, once."""
    now = clock.now()
    outbox.queue(
        [
            NewMessage(
                purpose=PURPOSE, subject_id=held.id, channel=held.args["channel"], due_at=now, language=held.args["language"]
            )
        ],
        now=now,
    )  # fmt: skip


def judge(messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    """Tests go at any hour: whoever typed the number waits for it."""
    return dict.fromkeys((message.id for message in messages), GO)


def compose(message: Message, now: datetime) -> Outgoing:
    """The test with its address."""
    row = db.session.get(Work, message.subject_id)
    campaign = db.session.get(Campaign, row.args["campaign"]) if row is not None else None
    if row is None or campaign is None:
        raise DomainError(N_("收件人已不存在。"))
    args: dict[str, Any] = row.args
    address = web.vault().unseal(args["address"], place=f"work.{KIND}.{args['key']}")
    return composing.sample(
        campaign.questionnaire_id,
        campaign.template,
        message.channel,
        message.language,
        link=args["link"],
        address=address,
    )
