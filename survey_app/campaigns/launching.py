"""Starting a campaign: what it would do, the checks, the second person for large ones."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from survey_app import clock, events, web, work
from survey_app.campaigns import audience, calling, costs, expecting, inviting
from survey_app.campaigns.audience import LEAST_PER_SHOP, Plan
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.distribution import collecting, waves
from survey_app.errors import DomainError
from survey_app.events import WORKER, Actor
from survey_app.languages import N_
from survey_app.messaging.listing import CHANNEL_WORDS

APPROVAL_ABOVE = 5_000  # people


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the launch would do now. `people`: those who get a first message (a continuous one: in thirty days)."""

    people: int
    cents: int
    cents_at_most: int  # with every reminder
    plan: Plan | None = None
    waiting: int = 0  # of a continuous one: orders and events that would be asked about at once

    @property
    def needs_second(self) -> bool:
        """Whether a second person has to agree."""
        return max(self.people, self.waiting) > APPROVAL_ABOVE


def forecast(campaign: Campaign, *, now: datetime) -> Forecast:
    """People and cost of a campaign, for its preview and its launch. Reads only."""
    if campaign.kind == "calls":
        return Forecast(calling.available(campaign, now=now), 0, 0)
    if campaign.kind == "trigger":
        waiting, month = expecting.expected(campaign, now=now)
        number = sum(month.values())
        return Forecast(
            number, costs.cost(campaign, month.items(), with_reminders=False),
            costs.cost(campaign, month.items(), with_reminders=True), waiting=waiting,
        )  # fmt: skip
    plan = audience.plan(campaign, vault=web.vault(), now=now)
    counted = list(plan.by_channel.items())
    return Forecast(
        len(plan.asked), costs.cost(campaign, counted, with_reminders=False),
        costs.cost(campaign, counted, with_reminders=True), plan=plan,
    )  # fmt: skip


def launch(*, campaign: Campaign, confirmed: int, by: Actor, now: datetime) -> None:
    """Start, or ask a second person to. `confirmed`: the number of people that the person saw and agreed to."""
    lock(campaign)
    if campaign.state != "draft":
        raise DomainError(N_("活动已经启动。"))
    ahead = forecast(campaign, now=now)
    _refuse_impossible(campaign, ahead, now)
    if ahead.people != confirmed:
        raise DomainError(N_("人数刚刚变为 %(n)s，请重新确认。"), n=ahead.people)
    campaign.people, campaign.launched_by_id, campaign.launched_at = ahead.people, by.id, now
    if ahead.needs_second:
        campaign.state = "waiting"
        events.record("campaign.submitted", campaign, by=by, people=ahead.people, cents=ahead.cents)
        return
    _start(campaign, now)
    events.record("campaign.started", campaign, by=by, people=ahead.people, cents=ahead.cents)


def _refuse_impossible(campaign: Campaign, ahead: Forecast, now: datetime) -> None:
    today = clock.china(now).date()
    if campaign.closes_on is not None and campaign.closes_on < today:
        raise DomainError(N_("最后发送日已过，请修改。")).at("closes_on")
    if campaign.kind == "calls":
        if not ahead.people:
            raise DomainError(N_("没有可以致电的顾客。"))
        return
    for channel in campaign.channels:
        if costs.price(campaign, channel, "zh-CN").cents is None:
            raise DomainError(N_("还没有设置可用的%(channel)s通道。"), channel=CHANNEL_WORDS[channel])
    if campaign.kind == "once":
        assert ahead.plan is not None
        if not ahead.people:
            raise DomainError(N_("没有可以邀请的顾客，请调整对象。"))
        if campaign.budget_cents is not None and ahead.cents > campaign.budget_cents:
            raise DomainError(N_("预计费用超过预算，请调整预算或对象。")).at("budget")
        if campaign.questionnaire.mode == "anonymous" and ahead.plan.small_shops:
            raise DomainError(
                N_("匿名问卷要求每个门店至少邀请 %(n)s 人，有 %(shops)s 个门店不足。请扩大对象，或勾选“不邀请人数不足的门店”。"),
                n=LEAST_PER_SHOP, shops=len(ahead.plan.small_shops),
            )  # fmt: skip


def lock(campaign: Campaign) -> None:
    """Read the campaign anew and keep others from changing it until the commit."""
    db.session.execute(select(Campaign.id).where(Campaign.id == campaign.id).with_for_update())
    db.session.refresh(campaign)


def _start(campaign: Campaign, now: datetime) -> None:
    collecting.ensure_personal(questionnaire=campaign.questionnaire, by=WORKER, now=now)
    campaign.state, campaign.started_at = "running", now
    if campaign.kind == "once" and campaign.wave_id is None:
        assert campaign.closes_on is not None
        closes_on = campaign.closes_on + timedelta(days=waves.GRACE_DAYS)
        wave = waves.create_campaign_wave(questionnaire_id=campaign.questionnaire_id, now=now, closes_on=closes_on)
        campaign.wave_id = wave.id
        work.enqueue(inviting.KIND, {"campaign": campaign.id}, now=now)
    elif campaign.kind == "calls":
        calling.draw(campaign, vault=web.vault(), now=now)
    db.session.flush()


# --- the second person ------------------------------------------------------------------------------------------------
def may_approve(campaign: Campaign, by: Actor) -> bool:
    """Whether this person is a second one."""
    return by.id is not None and by.id not in (campaign.created_by_id, campaign.launched_by_id)


def approve(*, campaign: Campaign, by: Actor, now: datetime) -> None:
    """Let a large campaign start; never the person who made or launched it."""
    lock(campaign)
    if campaign.state != "waiting":
        raise DomainError(N_("这个活动不在等待批准。"))
    if not may_approve(campaign, by):
        raise DomainError(N_("需要另一位同事批准，不能由创建或启动的人自己批准。"))
    ahead = forecast(campaign, now=now)
    _refuse_impossible(campaign, ahead, now)
    campaign.approved_by_id = by.id
    _start(campaign, now)
    events.record("campaign.approved", campaign, by=by, people=ahead.people, cents=ahead.cents)


def send_back(*, campaign: Campaign, reason: str, by: Actor) -> None:
    """Make a waiting campaign a draft again: refused by the second person, or taken back by the first."""
    lock(campaign)
    if campaign.state != "waiting":
        raise DomainError(N_("这个活动不在等待批准。"))
    campaign.state = "draft"
    events.record("campaign.sent_back", campaign, by=by, reason=reason.strip()[:500])
