"""Continuous campaigns: invitations for what happens to orders, and after them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, or_, select, true

from survey_app import clock, events, web, workdays
from survey_app.campaigns import audience, inviting, limits
from survey_app.campaigns.audience import Audience, Person
from survey_app.campaigns.inviting import NEEDS_ORDER, New
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.events import WORKER
from survey_app.people.models import Contact, Order, OrderEvent

OVERLAP = 1_000  # events that are looked at again, for those whose transaction ended late


def follow_events(*, now: datetime) -> int:
    """The tick: invitations for what happened since the last one, for every running continuous campaign. Commits."""
    made = 0
    running = select(Campaign.id).where(Campaign.kind == "trigger", Campaign.state == "running").order_by(Campaign.id)
    for campaign_id in db.session.scalars(running).all():
        campaign = db.session.get(Campaign, campaign_id)
        if campaign is not None and campaign.state == "running":
            made += follow(campaign, now=now)
            db.session.commit()
    return made


def follow(campaign: Campaign, *, now: datetime) -> int:
    """Look at the events that this campaign has not seen; returns how many invitations were made.

    Once an hour all events whose time has not run out are looked at, also those seen before: an order may have been completed
    since. Never looks at events that are too old; new ones among them are counted as missed.
    """
    highest = db.session.scalar(select(func.max(OrderEvent.id))) or 0
    whole = clock.china(now).minute == 0
    since = 0 if whole else max(0, campaign.seen_event_id - OVERLAP)
    _count_new(campaign, highest, now=now)
    found = _candidates(campaign, since=since, now=now)
    wave = waves.ensure_wave(questionnaire_id=campaign.questionnaire_id, now=now) if found else None
    made = 0
    if wave is not None:
        rows = _judge(campaign, found, now=now)
        for part in inviting.chunks(rows):
            made += inviting.invite(campaign, wave, part, now=now)
    campaign.seen_event_id = highest
    return made


def _count_new(campaign: Campaign, highest: int, *, now: datetime) -> None:
    """Count new events that came too late, and note members of staff among the new ones in the audit log."""
    fresh = and_(OrderEvent.id > campaign.seen_event_id, OrderEvent.id <= highest, OrderEvent.kind == campaign.event)
    begin = audience.begin_of(inviting.first_day(campaign, now=now))
    if campaign.seen_event_id:
        late = select(func.count()).select_from(OrderEvent).where(fresh, OrderEvent.at < begin)
        campaign.missed += db.session.scalar(late) or 0
    staff = [row for row in _rows(campaign, fresh, begin) if row.person.is_staff]
    if staff:
        events.record("invitation.staff_refused", campaign, by=WORKER, count=len(staff))


@dataclass(frozen=True, slots=True)
class Happened:
    """An event, and who may be asked about it."""

    event_id: int
    at: datetime
    person: Person


def happened(campaign: Campaign, *, since: datetime) -> list[Happened]:
    """Events since a moment that this campaign is about and that have no invitation; staff left out."""
    return [row for row in _rows(campaign, true(), since) if not row.person.is_staff]


def _candidates(campaign: Campaign, *, since: int, now: datetime) -> list[Happened]:
    """Events that may be asked about, and have no invitation."""
    fresh: Any = OrderEvent.id > since
    if campaign.event in NEEDS_ORDER and since:
        # an event may have come before its order was completed
        completed = select(OrderEvent.order_id).where(OrderEvent.id > since, OrderEvent.order_id.is_not(None))
        fresh = or_(fresh, OrderEvent.order_id.in_(completed))
    begin = audience.begin_of(inviting.first_day(campaign, now=now))
    return [row for row in _rows(campaign, fresh, begin) if not row.person.is_staff]


def _rows(campaign: Campaign, fresh: Any, begin: datetime) -> list[Happened]:
    chosen_by = Audience.of(campaign)
    needs_order = campaign.event in NEEDS_ORDER
    order_id = Order.id if needs_order else audience.no_order()
    shop = func.coalesce(OrderEvent.shop_id, Order.shop_id)
    chosen = audience.columns(order_id, shop).add_columns(OrderEvent.id, OrderEvent.at)
    chosen = chosen.select_from(OrderEvent).outerjoin(Order, Order.id == OrderEvent.order_id)
    chosen = chosen.join(Contact, Contact.id == func.coalesce(OrderEvent.contact_id, Order.contact_id))
    chosen = audience.with_suppressions(chosen)
    there = [and_(Invitation.campaign_id == campaign.id, Invitation.event_id == OrderEvent.id)]
    if needs_order:
        there.append(
            and_(Invitation.questionnaire_id == campaign.questionnaire_id, Invitation.order_id == OrderEvent.order_id)
        )
        chosen = chosen.where(Order.state == "completed")
    for condition in there:
        chosen = chosen.where(~select(Invitation.id).where(condition).exists())
    chosen = chosen.where(
        OrderEvent.kind == campaign.event,
        OrderEvent.at >= begin,
        fresh,
        audience.in_shops(chosen_by, shop),
        Contact.tier_id.in_(chosen_by.tiers) if chosen_by.tiers else True,
    )
    found = db.session.execute(chosen.order_by(OrderEvent.id))
    return [Happened(row[-2], row[-1], Person(*row[:-2])) for row in found]


def _judge(campaign: Campaign, found: Iterable[Happened], *, now: datetime) -> list[New]:
    """Which of these get a message, by which channel and when."""
    vault, written = web.vault(), limits.recently_written(now=now)
    rows = []
    for one in found:
        until = workdays.add(clock.china(one.at).date(), campaign.within_workdays)
        due = max(now, one.at + timedelta(hours=campaign.delay_hours))
        channel = one.person.channel(campaign.channels)
        unsent = ""
        if not audience.is_drawn(campaign, one.event_id, vault):
            unsent = "not_drawn"
        elif one.person.is_suppressed:
            unsent = "opted_out"
        elif not channel:
            unsent = "no_consent"
        elif clock.china(limits.next_opening(due)).date() > until:
            unsent = "too_late"
        elif written.has(one.person.contact_id, one.person.phone_index, one.person.email_index):
            unsent = "capped"
        else:
            written.add(one.person.contact_id, one.person.phone_index, one.person.email_index)
        rows.append(
            New(one.person, "" if unsent else channel, due, unsent=unsent, send_until=until, event_id=one.event_id)
        )
    return rows
