"""The outbox as people see it: counts, one page of messages, what each state and reason means in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from survey_app import events
from survey_app.database import db
from survey_app.errors import DomainError
from survey_app.events import Actor
from survey_app.languages import N_
from survey_app.messaging import purposes
from survey_app.messaging.models import STATES, Message, Receipt
from survey_app.messaging.purposes import Outgoing

# state -> (word, colour of its badge)
WORDS: dict[str, tuple[str, str]] = {
    "queued": (N_("等待发送"), ""),
    "claimed": (N_("正在发送"), "info"),
    "accepted": (N_("已交给运营商"), "info"),
    "rejected": (N_("被退回"), "warn"),
    "unknown": (N_("结果待查"), "warn"),
    "delivered": (N_("已送达"), "good"),
    "failed": (N_("发送失败"), "bad"),
    "expired": (N_("已过期"), ""),
    "cancelled": (N_("已取消"), ""),
    "unknown_reported": (N_("结果不明"), "bad"),
}
CHANNEL_WORDS = {"sms": N_("短信"), "email": N_("邮件")}
PURPOSE_WORDS = {"invitation": N_("调研邀请")}
REASONS = {
    "not_due": N_("不再需要发送"),
    "too_late": N_("超过 72 小时没有发出，不再发送"),
    "gate_error": N_("检查是否可以发送时出错"),
    "compose_error": N_("生成内容时出错"),
    "cannot_compose": N_("收件人或链接已不存在"),
    "worker_lost": N_("发送时程序中断，是否发出待查"),
    "proved_not_sent": N_("运营商确认没有收到，重新发送"),
    "no_receipt": N_("72 小时内没有收到回执"),
    "no_bounce": N_("72 小时内没有退信"),
    "no_such_number": N_("空号或停机"),
    "bounced": N_("收件地址不存在（退信）"),
    "asked_again": N_("人工再发一次"),
    "auth": N_("通道的登录名或密码不对"),
    "no_template_number": N_("通道里没有这个模板的编号"),
    "bad_header": N_("收件地址或主题不合规"),
    "http-429": N_("运营商要求放慢"),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the list is narrowed to."""

    state: str = ""
    channel: str = ""
    campaign_id: int | None = None


def _narrowed(query: Any, wanted: Wanted, *, by_state: bool = True) -> Any:
    if wanted.state and by_state:
        query = query.where(Message.state == wanted.state)
    if wanted.channel:
        query = query.where(Message.channel == wanted.channel)
    if wanted.campaign_id is not None:
        query = query.where(Message.campaign_id == wanted.campaign_id)
    return query


def counts(wanted: Wanted) -> dict[str, int]:
    """How many messages are in each state, of the channel and campaign that are wanted."""
    query = _narrowed(select(Message.state, func.count()), wanted, by_state=False).group_by(Message.state)
    found = {state: int(count) for state, count in db.session.execute(query)}
    return {state: found[state] for state in STATES if state in found}


def find(wanted: Wanted, *, page: int, size: int) -> tuple[list[Message], bool]:
    """One page of messages, newest first, and whether there are more."""
    query = _narrowed(select(Message), wanted).order_by(Message.id.desc()).offset((page - 1) * size).limit(size + 1)
    found = list(db.session.scalars(query))
    return found[:size], len(found) > size


def receipts_of(message: Message) -> list[Receipt]:
    """What the provider told about a message, in order."""
    return list(db.session.scalars(select(Receipt).where(Receipt.message_id == message.id).order_by(Receipt.id)))


def reason_of(message: Message) -> str:
    """Why it waits, was cancelled or failed, as a catalogue text; a provider's own code when it is one."""
    purpose = purposes.find(message.purpose)
    own = purpose.reasons if purpose is not None else {}
    return own.get(message.reason) or REASONS.get(message.reason) or message.reason


def campaign_names(messages: Sequence[Message]) -> dict[int, str]:
    """What the campaigns of these messages are called, as far as the rooms that queued them say so."""
    found: dict[int, str] = {}
    for name in {message.purpose for message in messages}:
        purpose = purposes.find(name)
        if purpose is not None and purpose.names is not None:
            found |= purpose.names(
                {one.campaign_id for one in messages if one.purpose == name and one.campaign_id is not None}
            )
    return found


def composed(messages: Sequence[Message], *, now: datetime, production: bool) -> dict[int, Outgoing]:
    """Messages with their words and links, in a sample chain alone: nobody's link is shown anywhere else (T2)."""
    if production or not purposes.house().sample:
        return {}
    found: dict[int, Outgoing] = {}
    for name in {message.purpose for message in messages}:
        purpose, some = purposes.find(name), [message for message in messages if message.purpose == name]
        if purpose is None:
            continue
        if purpose.prepare is not None:
            purpose.prepare(some, now)
        for message in some:
            try:
                found[message.id] = purpose.compose(message, now)
            except DomainError:  # nobody to write to any more
                continue
    return found


def resend(*, message: Message, reason: str, by: Actor, now: datetime) -> None:
    """Send a message once more of which nobody knows whether it arrived: a person decides that, and it is written down."""
    locked = db.session.get_one(Message, message.id, with_for_update=True, populate_existing=True)
    if locked.state != "unknown_reported":
        raise DomainError(N_("只有结果不明的消息可以再发一次。"))
    if not reason.strip():
        raise DomainError(N_("请写明为什么再发一次。")).at("reason")
    locked.state, locked.reason, locked.attempt_id, locked.provider_number = "queued", "asked_again", None, None
    locked.next_try_at = locked.due_at = now
    locked.attempts, locked.asked, locked.requeued, locked.ended_at = 0, 0, False, None
    events.record("message.resent", locked, by=by, reason=reason.strip())
