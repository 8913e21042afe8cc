"""May this message leave now? Asked inside the transaction that claims it (reliability.md 3.2).

Whoever has answered gets no reminder: the nullifier is computed again and looked up. The reason that is stored then is the same
as for everything else that made a message pointless.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, lazyload

from survey_app import clock, web
from survey_app.campaigns import limits
from survey_app.campaigns.limits import PURPOSE
from survey_app.campaigns.models import Campaign, Invitation
from survey_app.database import db
from survey_app.languages import N_
from survey_app.messaging.models import Message
from survey_app.messaging.purposes import GO, Verdict, cancel, wait
from survey_app.people import suppressions
from survey_app.people.models import Contact, Order
from survey_app.people.suppressions import BOUNCED
from survey_app.responses import ballots, participation

REASONS = {
    "no_longer_due": N_("不再需要发送"),
    "refunded": N_("订单已退款或取消"),
    "opted_out": N_("已退订"),
    "no_consent": N_("没有同意或没有地址"),
    "capped": N_("30 天内已邀请过"),
    "too_late": N_("超过发送期限"),
    "closed": N_("已停止收集"),
    "campaign_ended": N_("活动已结束"),
    "paused": N_("活动已暂停"),
    "quiet_hours": N_("等到 9:00 再发"),
    "daily_most": N_("已达每日上限"),
    "over_budget": N_("超出预算"),
}
PAUSED_FOR = timedelta(hours=1)  # a resumed campaign wakes its messages itself
_SOON = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class _Case:
    """One message with what it depends on."""

    message: Message
    invitation: Invitation
    campaign: Campaign
    contact: Contact
    order_state: str  # "" where no order is asked about


def judge(messages: Sequence[Message], now: datetime) -> dict[int, Verdict]:
    """A verdict per message id; needs the transaction of the claim. A message without an invitation is left out."""
    limits.take_turns()
    cases = _cases(messages)
    found = _final(cases, now)
    open_cases = [case for case in cases if case.message.id not in found]
    found |= {number: cancel("no_longer_due") for number in _answered(open_cases)}
    open_cases = [case for case in open_cases if case.message.id not in found]
    found |= _capped(open_cases, now)
    open_cases = [case for case in open_cases if case.message.id not in found]
    return found | _timed(open_cases, now)


def _cases(messages: Sequence[Message]) -> list[_Case]:
    by_invitation = select(Invitation, Campaign, Contact, Order.state).where(
        Invitation.id.in_({message.subject_id for message in messages})
    )
    by_invitation = by_invitation.join(Campaign, Campaign.id == Invitation.campaign_id)
    by_invitation = by_invitation.outerjoin(Contact, Contact.id == Invitation.contact_id)
    by_invitation = by_invitation.outerjoin(Order, Order.id == Invitation.order_id).options(
        joinedload(Invitation.wave), lazyload(Campaign.questionnaire)
    )
    rows = {row[0].id: row for row in db.session.execute(by_invitation.execution_options(populate_existing=True))}
    cases = []
    for message in messages:
        row = rows.get(message.subject_id)
        if row is not None and row[2] is not None:
            cases.append(_Case(message, row[0], row[1], row[2], row[3] or ""))
    return cases


def _final(cases: Sequence[_Case], now: datetime) -> dict[int, Verdict]:
    """Those that will never leave, whatever the hour."""
    indexes = {bytes(index) for case in cases for index in _indexes(case.contact)}
    suppressed = suppressions.reasons_of(indexes)
    found = {}
    for case in cases:
        reason = _why_never(case, suppressed, now)
        if reason:
            found[case.message.id] = cancel(reason)
    return found


def _indexes(contact: Contact) -> list[bytes]:
    return [bytes(index) for index in (contact.phone_index, contact.email_index) if index is not None]


def _why_never(case: _Case, suppressed: dict[bytes, str], now: datetime) -> str:
    today, campaign, invitation, contact = clock.china(now).date(), case.campaign, case.invitation, case.contact
    if campaign.state == "ended" or (campaign.closes_on is not None and campaign.closes_on < today):
        return "campaign_ended"
    if invitation.cancelled or case.order_state not in ("", "completed"):
        return "refunded"
    if invitation.wave.closes_on < today or invitation.wave.destroyed_at is not None:
        return "closed"
    email = case.message.channel == "email"
    mine = contact.email_index if email else contact.phone_index
    reasons = {suppressed[index] for index in _indexes(contact) if index in suppressed}
    if reasons - {BOUNCED} or (mine is not None and bytes(mine) in suppressed):
        return "opted_out"
    if mine is None or not (contact.email_consent if email else contact.sms_consent):
        return "no_consent"
    if case.message.step == 0 and invitation.send_until is not None and invitation.send_until < today:
        return "too_late"
    return ""


def _answered(cases: Iterable[_Case]) -> set[int]:
    """Messages whose invitation was answered, or whose wave has no keys."""
    vault, found = web.vault(), set[int]()
    by_wave: dict[int, dict[int, tuple[int, int | None]]] = defaultdict(dict)
    for case in cases:
        by_wave[case.invitation.wave_id][case.message.id] = (case.invitation.id, case.invitation.shop_id)
    for wave_id, pairs in by_wave.items():
        if vault.wave(wave_id) is None:
            found |= pairs.keys()
            continue
        nullifiers = ballots.personal_nullifiers(vault, wave_id=wave_id, invitations=pairs.values())
        used = participation.used_of(wave_id, nullifiers)
        found |= {number for number, nullifier in zip(pairs, nullifiers, strict=True) if nullifier in used}
    return found


def _capped(cases: Sequence[_Case], now: datetime) -> dict[int, Verdict]:
    """First messages to people who had another invitation within 30 days. Two of one look: the second waits for the first."""
    first = [case for case in cases if case.message.step == 0]
    contacts = {case.contact.id for case in first}
    indexes = {index for case in first for index in _indexes(case.contact)}
    before, here, found = limits.written_among(contacts, indexes, now=now), limits.Written(), {}
    for case in first:
        who, addresses = case.contact.id, _indexes(case.contact)
        if before.has(who, *addresses):
            found[case.message.id] = cancel("capped")
        elif here.has(who, *addresses):
            found[case.message.id] = wait(now + _SOON, "capped")
        else:
            here.add(who, *addresses)
    return found


def _timed(cases: Sequence[_Case], now: datetime) -> dict[int, Verdict]:
    """Hours, pauses, daily limits and budgets of what is left."""
    opening = limits.next_opening(now)
    today, spent = _sent_today(cases, now), _spent(cases)
    found = {}
    for case in cases:
        campaign, cost = case.campaign, case.message.cost_cents
        if campaign.state != "running":
            verdict = wait(now + PAUSED_FOR, "paused")
        elif opening > now:
            verdict = _later(case, opening, "quiet_hours")
        elif campaign.daily_most is not None and today[campaign.id] >= campaign.daily_most:
            verdict = _later(case, limits.next_morning(now), "daily_most")
        elif campaign.budget_cents is not None and spent[campaign.id] + cost > campaign.budget_cents:
            verdict = _later(case, limits.next_morning(now), "over_budget")
        else:
            verdict = GO
            today[campaign.id] += 1
            spent[campaign.id] += cost
        found[case.message.id] = verdict
    return found


def _later(case: _Case, until: datetime, reason: str) -> Verdict:
    last = case.invitation.send_until
    if case.message.step == 0 and last is not None and clock.china(until).date() > last:
        return cancel("too_late")
    return wait(until, reason)


def _sent_today(cases: Iterable[_Case], now: datetime) -> Counter[int]:
    limited = {case.campaign.id for case in cases if case.campaign.daily_most is not None}
    return _count(limited, func.count(), Message.sent_at >= limits.begin_of_day(now))


def _spent(cases: Iterable[_Case]) -> Counter[int]:
    limited = {case.campaign.id for case in cases if case.campaign.budget_cents is not None}
    return _count(limited, func.sum(Message.cost_cents), Message.sent_at.is_not(None))


def _count(campaign_ids: set[int], what: object, condition: object) -> Counter[int]:
    """Of messages that left or are leaving. One that a provider did not take waits again, and has used up nothing."""
    if not campaign_ids:
        return Counter()
    chosen = select(Message.campaign_id, what).where(  # type: ignore[call-overload]
        Message.campaign_id.in_(campaign_ids), Message.purpose == PURPOSE, Message.state != "queued", condition
    )
    rows = db.session.execute(chosen.group_by(Message.campaign_id))
    return Counter({campaign_id: int(number or 0) for campaign_id, number in rows})
