"""Reminders: to those who were written to and have not answered. Who has answered is worked out in memory, never stored."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import aliased

from survey_app import clock, web
from survey_app.campaigns import costs
from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db, read_only
from survey_app.distribution.models import Wave
from survey_app.messaging import outbox
from survey_app.messaging.models import Message
from survey_app.messaging.outbox import NewMessage
from survey_app.people.models import Order, Suppression
from survey_app.responses import ballots, participation
from survey_app.vault import Vault

REACHED = ("accepted", "delivered", "expired", "unknown_reported")  # the step before may have reached them
LATEST = timedelta(days=7)  # a reminder that is later than this is not sent
CHUNK = 2_000


class Due(NamedTuple):
    """A reminder to queue."""

    invitation_id: int
    shop_id: int | None
    wave_id: int
    channel: str
    language: str
    recipient: bytes
    step: int


def due(campaign: Campaign, *, vault: Vault, now: datetime) -> list[Due]:
    """Reminders of a campaign that should leave now: the set difference of invitations and ballots."""
    if campaign.closes_on is not None and campaign.closes_on < clock.china(now).date():
        return []
    by_wave: dict[int, list[Due]] = defaultdict(list)
    for step in range(1, campaign.reminders + 1):
        for one in _written_to(campaign, step, now):
            by_wave[one.wave_id].append(one)
    found = []
    for wave_id, asked in sorted(by_wave.items()):
        if vault.wave(wave_id) is None:
            continue
        pairs = [(one.invitation_id, one.shop_id) for one in asked]
        nullifiers = ballots.personal_nullifiers(vault, wave_id=wave_id, invitations=pairs)
        used = participation.used(wave_id)
        found += [one for one, nullifier in zip(asked, nullifiers, strict=True) if nullifier not in used]
    return found


def _written_to(campaign: Campaign, step: int, now: datetime) -> list[Due]:
    """Everybody whose step before was sent long enough ago, and who has no message of this step."""
    pause = timedelta(days=campaign.reminder_days)
    later = aliased(Message)
    has_it = exists().where(later.purpose == PURPOSE, later.subject_id == Message.subject_id, later.step == step)
    chosen = (
        select(
            Invitation.id, Invitation.shop_id, Invitation.wave_id, Message.channel, Message.language, Message.recipient_index
        )
        .join(Invitation, Invitation.id == Message.subject_id)
        .join(Wave, Wave.id == Invitation.wave_id)
        .outerjoin(Order, Order.id == Invitation.order_id)
        .outerjoin(Suppression, Suppression.recipient_index == Message.recipient_index)
        .where(
            Message.purpose == PURPOSE,
            Message.campaign_id == campaign.id,
            Message.step == step - 1,
            Message.state.in_(REACHED),
            Message.sent_at <= now - pause,
            Message.sent_at > now - pause - LATEST,
            Message.recipient_index.is_not(None),
            Suppression.recipient_index.is_(None),
            Invitation.contact_id.is_not(None),
            Invitation.cancelled.is_(False),
            or_(Order.id.is_(None), Order.state == "completed"),
            and_(Wave.closes_on >= clock.china(now).date(), Wave.destroyed_at.is_(None)),
            ~has_it,
        )
    )  # fmt: skip
    return [
        Due(number, shop, wave, channel, language, bytes(index), step)
        for number, shop, wave, channel, language, index in db.session.execute(chosen)
        if index is not None
    ]


def remind(*, now: datetime) -> int:
    """The tick: queue what is due, for every running campaign; returns how many. Commits chunk by chunk."""
    with read_only():
        running = select(Campaign).where(Campaign.state == "running", Campaign.kind != "calls", Campaign.reminders > 0)
        rows = [
            row
            for campaign in db.session.scalars(running.order_by(Campaign.id)).all()
            for row in _messages(campaign, due(campaign, vault=web.vault(), now=now), now)
        ]
        db.session.rollback()
    queued = 0
    for start in range(0, len(rows), CHUNK):
        queued += outbox.queue(rows[start : start + CHUNK], now=now)
        db.session.commit()
    return queued


def _messages(campaign: Campaign, found: Sequence[Due], now: datetime) -> list[NewMessage]:
    """The rows of the outbox, with what each costs: reminders are paid from the budget like first messages."""
    prices = {
        step: costs.of_messages(campaign, ((one.channel, one.language) for one in found if one.step == step), step=step)
        for step in {one.step for one in found}
    }
    rows = []
    for one in found:
        segments, cents = prices[one.step][one.channel, one.language]
        rows.append(
            NewMessage(
                purpose=PURPOSE, subject_id=one.invitation_id, step=one.step, channel=one.channel, due_at=now,
                language=one.language, recipient_index=one.recipient, campaign_id=campaign.id, segments=segments,
                cost_cents=cents,
            )
        )  # fmt: skip
    return rows
