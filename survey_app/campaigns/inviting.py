"""Making invitations, and all of them at once for a one-off campaign; continuous ones follow events (`following`).

An invitation is the right to answer; whether anybody is written to is decided about the message. Every step is safe to run
twice: an order has one invitation per questionnaire, an event or a person one per campaign.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from flask import Flask
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from survey_app import clock, web, work, workdays
from survey_app.campaigns import audience, costs, limits
from survey_app.campaigns.audience import Person
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db, next_ids, read_only
from survey_app.distribution.models import Wave
from survey_app.languages import N_
from survey_app.messaging import outbox
from survey_app.messaging.outbox import NewMessage
from survey_app.organisation.models import Shop
from survey_app.people.models import Order
from survey_app.responses import ballots
from survey_app.vault import Vault
from survey_app.work import Claim

KIND = "invitations"  # of work
FIRST_LANGUAGE = "zh-CN"  # of people of whom no language is known
CHUNK = 2_000
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


def chunks(rows: Sequence[New]) -> Iterator[Sequence[New]]:
    """Parts that one transaction may add without holding others up."""
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
    prices = costs.of_messages(campaign, ((row.channel, row.person.language) for row in rows if row.channel))
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
    return facts_of_orders([row.person.order_id for row in rows if row.person.order_id is not None])


def facts_of_orders(ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """The same for these orders."""
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
    for part in chunks(rows):
        campaign, wave = db.session.get(Campaign, campaign_id), db.session.get(Wave, wave_id)
        if campaign is None or wave is None or campaign.state == "ended":
            break
        invite(campaign, wave, part, now=clock.now())
        db.session.commit()
        done += len(part)
        work.renew(held, now=clock.now(), progress=done, total=len(rows))


def first_day(campaign: Campaign, *, now: datetime) -> date:
    """The oldest day whose events may still be asked about today."""
    today = clock.china(now).date()
    day = today
    while workdays.add(day - timedelta(days=1), campaign.within_workdays) >= today and (today - day).days < 60:
        day -= timedelta(days=1)
    return day
