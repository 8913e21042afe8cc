"""Drafts of campaigns: made with what most want, changed, copied, thrown away."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from survey_app import clock, events
from survey_app.campaigns.audience import Audience
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.design import publishing
from survey_app.design.models import Questionnaire
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging import templates
from survey_app.messaging.models import CHANNELS

LONGEST_RUN = 92  # days of a one-off campaign: its answers belong to one key period
EVENTS = ("completed", "paid", "delivered", "return_closed", "consultation_ended", "ticket_closed")


@dataclass(frozen=True, slots=True)
class Choices:
    """Everything that may be set while a campaign is a draft."""

    name: str
    channels: Sequence[str] = ("sms",)
    event: str = ""
    delay_hours: int = 0
    within_workdays: int = 3
    share: int = 100
    sample_size: int | None = None
    monthly: bool = False
    audience: Audience = field(default_factory=Audience)
    reminders: int = 1
    reminder_days: int = 3
    template: str = "invitation"
    reminder_template: str = "reminder"
    budget_cents: int | None = None
    daily_most: int | None = None
    closes_on: date | None = None


def create(*, kind: str, questionnaire: Questionnaire, name: str, by: Actor, now: datetime) -> Campaign:
    """A draft with what most campaigns want."""
    if publishing.newest_version(questionnaire) is None:
        raise DomainError(N_("请先发布问卷，再用它邀请顾客。")).at("questionnaire")
    campaign = Campaign(
        kind=kind, questionnaire_id=questionnaire.id, name=_name(name or _default_name(questionnaire, kind, now)),
        state="draft", channels=["sms", "email"], audience=Audience(who="contacts" if kind == "calls" else "orders").stored(),
        event="completed" if kind == "trigger" else "", delay_hours=24 if kind == "trigger" else 0, within_workdays=3,
        share=100, sample_size=200 if kind == "calls" else None, monthly=kind == "calls", reminders=1, reminder_days=3,
        template="invitation", reminder_template="reminder", created_at=now, created_by_id=by.id, seen_event_id=0, missed=0,
        closes_on=clock.china(now).date() + timedelta(days=14) if kind == "once" else None,
    )  # fmt: skip
    db.session.add(campaign)
    db.session.flush()
    events.record("campaign.created", campaign, by=by, kind=kind, questionnaire=questionnaire.name)
    return campaign


def _default_name(questionnaire: Questionnaire, kind: str, now: datetime) -> str:
    title = questionnaire.title.get("zh-CN") or next(iter(questionnaire.title.values()), questionnaire.name)
    return f"{title} {clock.china(now):%Y-%m-%d}" if kind != "trigger" else title


def _name(text: str) -> str:
    name = " ".join(text.split())[:120]
    if not name:
        raise DomainError(N_("请填写活动名称。")).at("name")
    return name


def change(*, campaign: Campaign, choices: Choices, by: Actor, now: datetime) -> None:
    """Set everything of a draft. Refuses what could never be sent."""
    if campaign.state != "draft":
        raise DomainError(N_("活动已启动，不能再修改。可以复制成一个新活动。"))
    _check(campaign, choices, now)
    campaign.name, campaign.channels = _name(choices.name), [c for c in choices.channels if c in CHANNELS]
    campaign.event, campaign.delay_hours = choices.event, choices.delay_hours
    campaign.within_workdays, campaign.share = choices.within_workdays, choices.share
    campaign.sample_size, campaign.monthly = choices.sample_size, choices.monthly
    campaign.audience = choices.audience.stored()
    campaign.reminders, campaign.reminder_days = choices.reminders, choices.reminder_days
    campaign.template, campaign.reminder_template = choices.template, choices.reminder_template
    campaign.budget_cents, campaign.daily_most, campaign.closes_on = (
        choices.budget_cents, choices.daily_most, choices.closes_on,
    )  # fmt: skip
    db.session.flush()
    events.record("campaign.changed", campaign, by=by)


def _check(campaign: Campaign, choices: Choices, now: datetime) -> None:
    if campaign.kind != "calls" and not choices.channels:
        raise DomainError(N_("请至少选择一种发送方式。")).at("channels")
    if campaign.kind == "trigger" and choices.event not in EVENTS:
        raise DomainError(N_("请选择触发事件。")).at("event")
    if campaign.kind == "calls" and not choices.sample_size:
        raise DomainError(N_("请填写抽取人数。")).at("sample_size")
    for name, low, high, message in _RANGES:
        if not low <= getattr(choices, name) <= high:
            raise DomainError(message).at(name)
    _check_days(campaign, choices, clock.china(now).date())
    for channel in choices.channels:
        for place in ("template", "reminder_template"):
            if templates.newest(getattr(choices, place), channel, "zh-CN") is None:
                raise DomainError(N_("没有名为“%(name)s”的消息模板。"), name=getattr(choices, place)).at(place)


_RANGES = (
    ("delay_hours", 0, 24 * 7, N_("等待时间为 0 到 168 小时。")),
    ("within_workdays", 1, 10, N_("发送期限为 1 到 10 个工作日。")),
    ("share", 1, 100, N_("抽样比例为 1% 到 100%。")),
    ("reminders", 0, 2, N_("最多提醒两次。")),
    ("reminder_days", 1, 14, N_("提醒间隔为 1 到 14 天。")),
)


def _check_days(campaign: Campaign, choices: Choices, today: date) -> None:
    if campaign.kind == "once" and choices.closes_on is None:
        raise DomainError(N_("请填写最后发送日。")).at("closes_on")
    if choices.closes_on is not None and not 0 <= (choices.closes_on - today).days <= _longest(campaign):
        raise DomainError(N_("最后发送日不能早于今天，一次性活动最长 %(n)s 天。"), n=LONGEST_RUN).at("closes_on")
    chosen = choices.audience
    if chosen.since and chosen.until and chosen.until < chosen.since:
        raise DomainError(N_("结束日期不能早于开始日期。")).at("until")


def _longest(campaign: Campaign) -> int:
    return LONGEST_RUN if campaign.kind == "once" else 5 * 366


def copy(*, campaign: Campaign, by: Actor, now: datetime) -> Campaign:
    """A new draft with the same choices."""
    made = create(
        kind=campaign.kind, questionnaire=campaign.questionnaire, name=f"{campaign.name} ②"[:120], by=by, now=now
    )
    for name in (
        "channels", "event", "delay_hours", "within_workdays", "share", "sample_size", "monthly", "audience", "reminders",
        "reminder_days", "template", "reminder_template", "budget_cents", "daily_most",
    ):  # fmt: skip
        setattr(made, name, getattr(campaign, name))
    db.session.flush()
    return made


def discard(*, campaign: Campaign, by: Actor) -> None:
    """Delete a draft."""
    if campaign.state != "draft":
        raise DomainError(N_("只能删除草稿。"))
    events.record("campaign.discarded", campaign, by=by, title=campaign.name)
    db.session.delete(campaign)
