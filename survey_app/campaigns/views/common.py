"""What the pages of campaigns share: loading one, words for kinds, states and events."""

from typing import Any

from flask_babel import gettext as _

from survey_app import clock, web, workdays
from survey_app.campaigns.models import Campaign
from survey_app.database import db
from survey_app.languages import N_
from survey_app.messaging.listing import CHANNEL_WORDS

KINDS: dict[str, tuple[str, str, str]] = {  # kind -> name, what it is for, icon
    "trigger": (N_("持续邀请"), N_("订单完成、送达或售后结束后自动邀请，一直进行到停止"), "activity"),
    "once": (N_("一次性邀请"), N_("向选定的顾客发一次，例如对上月的订单"), "send"),
    "calls": (N_("电话回访名单"), N_("随机抽取若干顾客，由客服打电话访问，可每月重抽"), "phone"),
}
STATES: dict[str, tuple[str, str]] = {  # state -> word, style of the badge
    "draft": (N_("草稿"), ""),
    "waiting": (N_("等待批准"), "warn"),
    "running": (N_("进行中"), "good"),
    "paused": (N_("已暂停"), "warn"),
    "ended": (N_("已结束"), ""),
}
EVENTS: dict[str, str] = {
    "completed": N_("订单完成"),
    "paid": N_("付款"),
    "delivered": N_("送达"),
    "return_closed": N_("退换货完成"),
    "consultation_ended": N_("咨询结束"),
    "ticket_closed": N_("投诉处理完成"),
}
GROUPS: dict[str, str] = {
    "waiting": N_("等待发送"),
    "sent": N_("已发出，等回执"),
    "delivered": N_("已送达"),
    "failed": N_("失败"),
    "expired": N_("无回执"),
    "unknown": N_("结果不明"),
    "cancelled": N_("已取消"),
}


def campaign_or_404(campaign_id: int) -> Campaign:
    """The campaign of this number."""
    found: Campaign = web.found(db.session.get(Campaign, campaign_id))
    return found


def title_of(campaign: Campaign) -> str:
    """The title of its questionnaire in the language of the page."""
    titles = campaign.questionnaire.title
    return str(titles.get(web.language_tag()) or campaign.questionnaire.name)


def words() -> dict[str, Any]:
    """Words for templates, in the language of the page."""
    return {
        "kinds": {key: (_(name), _(text), icon) for key, (name, text, icon) in KINDS.items()},
        "states": {key: (_(text), style) for key, (text, style) in STATES.items()},
        "events": {key: _(text) for key, text in EVENTS.items()},
        "channels": {key: _(text) for key, text in CHANNEL_WORDS.items()},
        "groups": {key: _(text) for key, text in GROUPS.items()},
        "title_of": title_of,
        "yuan": yuan,
    }


def yuan(cents: int | None) -> str:
    """Money as people write it: ¥64, ¥64.50."""
    if cents is None:
        return ""
    return f"¥{cents / 100:,.2f}".removesuffix(".00")


def workday_warning() -> list[int]:
    """Years that begin soon and whose holidays are not known."""
    today = clock.china(clock.now()).date()
    return workdays.unknown_years([today, workdays.add(today, 15)])
