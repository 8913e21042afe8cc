"""Making invitations: all at once for a one-off campaign, as events come in for a continuous one.

An invitation is the right to answer; whether anybody is written to is decided about the message. Every step is safe to run
twice: an order has one invitation per questionnaire, an event or a person one per campaign.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import and_, func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite

from survey_app import clock, events, web, work, workdays
from survey_app.campaigns import audience, costs, limits
from survey_app.campaigns.audience import Audience, Person
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db, next_ids, read_only
from survey_app.distribution import waves
from survey_app.distribution.models import Wave
from survey_app.events import WORKER
from survey_app.languages import N_
from survey_app.messaging import outbox
from survey_app.messaging.outbox import NewMessage
from survey_app.organisation.models import Shop
from survey_app.people.models import Contact, Order, OrderEvent
from survey_app.responses import ballots
from survey_app.vault import Vault
from survey_app.work import Claim

KIND = "invitations"  # of work
FIRST_LANGUAGE = "zh-CN"  # of people of whom no language is known
CHUNK = 2_000
OVERLAP = 1_000  # events that are looked at again, for those whose transaction ended late
NEEDS_ORDER = frozenset(
    {"paid", "delivered", "completed"}
)  # events that give the right to answer by a completed purchase
UNSENT = {
    "not_drawn": N_("未抽中"),
    "opted_out": N_("已退订"),
    "no_consent": N_("没有同意或没有地址"),
    "capped": N_("30 天内已邀请过"),
    "too_late": N_("超过发送期限"),
    "called": N_("电话回访"),
}


@dataclass(frozen=True, slots=True)
class New:
    """One invitation to make, and its first message: `channel` "" for none, then `unsent` says why."""

    person: Person
    channel: str
    due_at: datetime
    unsent: str = ""
    send_until: date | None = None
    event_id: int | None = None


def _chunks(rows: Sequence[New]) -> Iterator[Sequence[New]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def invite(campaign: Campaign, wave: Wave, rows: Sequence[New], *, now: datetime) -> int:
    """Add invitations and their first messages to the running transaction; returns how many invitations are new."""
    if not rows:
        return 0
    vault, mode = web.vault(), campaign.questionnaire.mode
    numbers = next_ids(Invitation, len(rows))
    facts = _facts(rows) if mode != "anonymous" else {}
    values = []
    for number, row in zip(numbers, rows, strict=True):
        values.append(
            {
                "id": number,
                "campaign_id": campaign.id,
                "questionnaire_id": campaign.questionnaire_id,
                "wave_id": wave.id,
                "mode": mode,
                "contact_id": row.person.contact_id,
                "order_id": row.person.order_id,
                "shop_id": row.person.shop_id,
                "event_id": row.event_id,
                "send_until": row.send_until,
                "unsent": row.unsent,
                "cancelled": False,
                "made_at": now,
                **_known(vault, wave, mode, number, row, facts),
            }
        )
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    db.session.execute(dialect.insert(Invitation.__table__).on_conflict_do_nothing(), values)
    made = set(db.session.scalars(select(Invitation.id).where(Invitation.id.between(numbers[0], numbers[-1]))))
    prices = _prices(campaign, rows)
    outbox.queue(
        [
            NewMessage(
                purpose=limits.PURPOSE,
                subject_id=number,
                channel=row.channel,
                due_at=row.due_at,
                language=row.person.language or FIRST_LANGUAGE,
                recipient_index=row.person.address_index(row.channel),
                campaign_id=campaign.id,
                segments=prices[row.channel, row.person.language][0],
                cost_cents=prices[row.channel, row.person.language][1],
            )
            for number, row in zip(numbers, rows, strict=True)
            if row.channel and number in made
        ],
        now=now,
    )
    return len(made)


def _prices(campaign: Campaign, rows: Iterable[New]) -> dict[tuple[str, str], tuple[int, int]]:
    """(channel, language) -> segments and cents of a first message."""
    found = {}
    for channel, language in {(row.channel, row.person.language) for row in rows if row.channel}:
        price = costs.price(campaign, channel, language or FIRST_LANGUAGE)
        found[channel, language] = (price.segments.count if price.segments else 0, price.cents or 0)
    return found


def _known(
    vault: Vault, wave: Wave, mode: str, number: int, row: New, facts: dict[int, dict[str, str]]
) -> dict[str, Any]:
    """What an invitation may know of its link and order: nothing in anonymous mode."""
    if mode == "anonymous":
        return {"code_index": None, "facts": ""}
    ticket = ballots.personal_code(vault, wave_id=wave.id, invitation_id=number, shop_id=row.person.shop_id)
    told = facts.get(row.person.order_id or 0)
    sealed = vault.seal("link", json.dumps(told, ensure_ascii=False), place=facts_place(number)) if told else ""
    return {"code_index": ballots.code_index(vault, ticket.code), "facts": sealed}


def facts_place(invitation_id: int) -> str:
    """Where the sealed order data of an invitation stands."""
    return f"invitation.facts.{invitation_id}"


def _facts(rows: Sequence[New]) -> dict[int, dict[str, str]]:
    """Order id -> what texts and conditions may name of it, as it is now."""
    ids = [row.person.order_id for row in rows if row.person.order_id is not None]
    chosen = select(Order.id, Order.number, Order.completed_at, Order.amount_cents, Shop.name)
    found = db.session.execute(chosen.outerjoin(Shop, Shop.id == Order.shop_id).where(Order.id.in_(ids)))
    return {
        number: {
            "order_number": text,
            "order_date": clock.china(at).date().isoformat() if at else "",
            "order_amount": f"{cents / 100:.2f}",
            "shop": shop or "",
        }
        for number, text, at, cents, shop in found
    }


# --- one-off ----------------------------------------------------------------------------------------------------------
def make_all(held: Claim, app: Flask) -> None:
    """The job of a one-off campaign. Commits chunk by chunk; a job that was killed goes on where it stopped."""
    now = clock.now()
    with read_only():  # nobody who answers waits while the audience is worked out
        campaign = db.session.get(Campaign, held.args["campaign"])
        if campaign is None or campaign.state == "ended":
            return
        asked = audience.plan(campaign, vault=app.extensions["survey_vault"], now=now).asked
        campaign_id, wave_id = campaign.id, campaign.wave_id
        db.session.rollback()
    rows = [New(person, channel, due_at=now) for person, channel in asked]
    done = 0
    for part in _chunks(rows):
        campaign, wave = db.session.get(Campaign, campaign_id), db.session.get(Wave, wave_id)
        if campaign is None or wave is None or campaign.state == "ended":
            break
        invite(campaign, wave, part, now=clock.now())
        db.session.commit()
        done += len(part)
        work.renew(held, now=clock.now(), progress=done, total=len(rows))


# --- continuous -------------------------------------------------------------------------------------------------------
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
        for part in _chunks(rows):
            made += invite(campaign, wave, part, now=now)
    campaign.seen_event_id = highest
    return made


def first_day(campaign: Campaign, *, now: datetime) -> date:
    """The oldest day whose events may still be asked about today."""
    today = clock.china(now).date()
    day = today
    while workdays.add(day - timedelta(days=1), campaign.within_workdays) >= today and (today - day).days < 60:
        day -= timedelta(days=1)
    return day


def _count_new(campaign: Campaign, highest: int, *, now: datetime) -> None:
    """Count new events that came too late, and note members of staff among the new ones in the audit log."""
    fresh = and_(OrderEvent.id > campaign.seen_event_id, OrderEvent.id <= highest, OrderEvent.kind == campaign.event)
    begin = audience.begin_of(first_day(campaign, now=now))
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
    begin = audience.begin_of(first_day(campaign, now=now))
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
