"""Call lists: a random sample of customers who agreed to be called, once or every month, and how each call ended.

The list is not joined to answers, and no call leaves a row in the audit log: it would say when somebody answered (privacy.md 4).
"""

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import exists, func, insert, select, true

from survey_app import clock, events, web
from survey_app.accounts.models import User
from survey_app.campaigns import audience, inviting
from survey_app.campaigns.audience import Audience, Person
from survey_app.campaigns.models import Call, Campaign, Invitation
from survey_app.database import db
from survey_app.distribution import waves
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor, Event
from survey_app.formats.cells import csv_text
from survey_app.languages import N_
from survey_app.people import contacts, reasons
from survey_app.people.models import Contact, Order, Suppression
from survey_app.vault import Vault

REST = timedelta(days=30)  # nobody is called twice within
OUTCOMES = {
    "interviewed": N_("已完成访问"),
    "no_answer": N_("无人接听"),
    "refused": N_("拒绝访问"),
    "wrong_number": N_("号码不对"),
    "other": N_("其他"),
}
MOST_TRIES = 5
MOST_IN_FILE, MOST_A_DAY = 200, 400  # people in clear, per file, and per person and day
DOWNLOADED = "call_list.downloaded"


def _eligible(campaign: Campaign, *, now: datetime) -> list[tuple[int, int | None]]:
    """(contact, shop) of everybody who may be called."""
    chosen_by, today = Audience.of(campaign), clock.china(now).date()
    chosen = (
        select(Contact.id, Contact.shop_id)
        .outerjoin(Suppression, Suppression.recipient_index == Contact.phone_index)
        .where(
            Contact.phone_consent,
            Contact.phone_index.is_not(None),
            Suppression.recipient_index.is_(None),
            audience.in_shops(chosen_by, Contact.shop_id),
            Contact.tier_id.in_(chosen_by.tiers) if chosen_by.tiers else true(),
            ~exists().where(Call.contact_id == Contact.id, Call.outcome_on > today - REST),
            ~exists().where(Call.contact_id == Contact.id, Call.month == clock.month_of(today)),
        )
    )
    if chosen_by.who == "orders":
        bought = exists().where(Order.contact_id == Contact.id, Order.state == "completed")
        if chosen_by.since:
            bought = bought.where(Order.completed_at >= audience.begin_of(chosen_by.since))
        if chosen_by.until:
            bought = bought.where(Order.completed_at < audience.begin_of(chosen_by.until + timedelta(days=1)))
        chosen = chosen.where(bought)
    return [(contact, shop) for contact, shop in db.session.execute(chosen)]


def available(campaign: Campaign, *, now: datetime) -> int:
    """How many people a list drawn now would have."""
    return min(len(_eligible(campaign, now=now)), campaign.sample_size or 0)


def draw(campaign: Campaign, *, vault: Vault, now: datetime) -> int:
    """Draw the list of this month, when there is none; returns how many people. Another month draws other people."""
    month = clock.month_of(clock.china(now).date())
    drawn = select(Call.id).where(Call.campaign_id == campaign.id)
    if campaign.monthly:
        drawn = drawn.where(Call.month == month)
    if db.session.scalar(drawn.limit(1)) is not None:
        return 0
    found = _eligible(campaign, now=now)
    luck = {contact: audience.chance(campaign, contact, vault, f"call {month:%Y-%m}") for contact, _shop in found}
    chosen = sorted(found, key=lambda pair: luck[pair[0]])[: campaign.sample_size or 0]
    if chosen:
        db.session.execute(
            insert(Call),
            [
                {"campaign_id": campaign.id, "month": month, "contact_id": contact, "shop_id": shop, "tries": 0, "outcome": ""}
                for contact, shop in chosen
            ],
        )  # fmt: skip
        events.record("call_list.drawn", campaign, by=WORKER, month=f"{month:%Y-%m}", people=len(chosen))
    return len(chosen)


def draw_due(*, now: datetime) -> int:
    """The tick: new lists of running monthly campaigns."""
    running = select(Campaign).where(Campaign.kind == "calls", Campaign.monthly, Campaign.state == "running")
    return sum(draw(campaign, vault=web.vault(), now=now) for campaign in db.session.scalars(running).all())


def months(campaign: Campaign) -> list[date]:
    """The months with a list, newest first."""
    chosen = select(Call.month).where(Call.campaign_id == campaign.id).distinct().order_by(Call.month.desc())
    return list(db.session.scalars(chosen))


def listed(campaign: Campaign, month: date) -> list[tuple[Call, Contact | None]]:
    """The list of a month: open ones first, in the order of the draw."""
    chosen = (
        select(Call, Contact)
        .outerjoin(Contact, Contact.id == Call.contact_id)
        .where(Call.campaign_id == campaign.id, Call.month == month)
        .order_by(Call.outcome != "", Call.tries, Call.id)
    )
    return [(call, contact) for call, contact in db.session.execute(chosen)]


def counts(campaign: Campaign, month: date) -> dict[str, int]:
    """Outcome ("" for open) -> people."""
    chosen = select(Call.outcome, func.count()).where(Call.campaign_id == campaign.id, Call.month == month)
    return dict(db.session.execute(chosen.group_by(Call.outcome)).tuples().all())


def find(campaign_id: int, call_id: int) -> Call | None:
    """One call of a campaign."""
    call = db.session.get(Call, call_id)
    return call if call is not None and call.campaign_id == campaign_id else None


def note(*, call: Call, outcome: str, by: Actor, now: datetime) -> None:
    """How a try ended. Nobody at home stays on the list until the fifth try."""
    if outcome not in OUTCOMES:
        raise DomainError(N_("请从列表中选择。")).at("outcome")
    call.tries += 1
    call.outcome_on, call.outcome_by_id = clock.china(now).date(), by.id
    call.outcome = "" if outcome == "no_answer" and call.tries < MOST_TRIES else outcome


def reopen(*, call: Call) -> None:
    """Take a wrong click back."""
    call.outcome, call.outcome_on, call.outcome_by_id = "", None, None


def invitation_of(campaign: Campaign, call: Call, *, now: datetime) -> int | None:
    """The invitation behind the interview of a call, made when it is first needed; None in anonymous questionnaires.

    Its event number is the negative number of the call: another month's call of the same person has an invitation of its own.
    """
    if campaign.questionnaire.mode == "anonymous" or call.contact_id is None:
        return None
    known = select(Invitation.id).where(Invitation.campaign_id == campaign.id, Invitation.event_id == -call.id)
    found = db.session.scalar(known)
    if found is None:
        contact = db.session.get_one(Contact, call.contact_id)
        wave = waves.ensure_wave(questionnaire_id=campaign.questionnaire_id, now=now)
        person = Person(
            contact.id,
            None,
            call.shop_id,
            contact.language,
            contact.phone_index,
            contact.email_index,
            False,
            False,
            "",
            "",
        )
        inviting.invite(campaign, wave, [inviting.New(person, "", now, unsent="called", event_id=-call.id)], now=now)
        found = db.session.scalar(known)
    return found


def as_file(
    campaign: Campaign, month: date, *, reason: str, by: Actor, heads: Sequence[str], shops: dict[int, str],
    outcomes: dict[str, str], now: datetime,
) -> bytes:  # fmt: skip
    """The list of a month with names and numbers in clear, as CSV: the first 200, open calls first.

    Commits its record first; raises Busy when that fails, DomainError beyond 400 people a day.
    """
    reason = reasons.checked(reason, shortest=1, missing=DomainError(N_("请写明原因。")).at("reason"))
    rows = [(call, contact) for call, contact in listed(campaign, month) if contact is not None][:MOST_IN_FILE]
    people = [contact.id for _call, contact in rows]
    # the row lock makes parallel downloads of one person count each other
    db.session.execute(select(User.id).where(User.id == by.id).with_for_update())
    if _downloaded(by=by, now=now) + len(people) > MOST_A_DAY:
        raise DomainError(N_("一天内最多下载 %(n)s 位顾客的号码，请明天再试。"), n=MOST_A_DAY).at("reason")
    events.record_read(DOWNLOADED, campaign, by=by, reason=reason, month=f"{month:%Y-%m}", contacts=people)
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    for call, contact in rows:
        cells = (
            contacts.name(contact), contacts.address(contact, "phone").removeprefix("+86"), shops.get(call.shop_id or 0, ""),
            str(call.tries), outcomes.get(call.outcome, ""),
        )  # fmt: skip
        writer.writerow([csv_text(cell) for cell in cells])
    return text.getvalue().encode("utf-8-sig")


def _downloaded(*, by: Actor, now: datetime) -> int:
    """How many people stood in the files that somebody fetched within a day."""
    mine = (Event.action == DOWNLOADED, Event.actor_id == by.id, Event.at > now - timedelta(days=1))
    return sum(len(details["contacts"]) for details in db.session.scalars(select(Event.details).where(*mine)))
