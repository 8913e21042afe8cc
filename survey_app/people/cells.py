"""What a cell of somebody's file means: a moment, an amount, a state. Pure; refuses with a reason instead of guessing.

Times without a zone are those of a clock in China.
"""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Self

from survey_app.clock import CHINA
from survey_app.languages import N_

SKEW = timedelta(minutes=5)  # clocks of shops run ahead
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_CENTS = 10_000_000_00


class Unfit(Exception):
    """Why a row cannot be taken: a sentence of the catalogue and the field it is about. Never holds personal data."""

    def __init__(self, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.reason = reason
        self.values = values
        self.field = ""

    def at(self, field: str) -> Self:
        """The same reason, tied to a field."""
        self.field = self.field or field
        return self


_DATE = r"(?P<year>\d{4})\s*[-/.年]\s*(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*日?"
_TIME = r"(?P<hour>\d{1,2})\s*[:：时]\s*(?P<minute>\d{1,2})\s*(?:[:：分]\s*(?P<second>\d{1,2})(?:\.\d+)?)?\s*[分秒]?"
_WRITTEN = re.compile(rf"{_DATE}(?:[T\s]*{_TIME}(?P<zone>Z|[+-]\d{{2}}:?\d{{2}})?)?", re.IGNORECASE)
_PACKED = re.compile(
    r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})(?P<day>\d{2})(?:(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})?)?"
)
_SERIAL = re.compile(r"[3-6]\d{4}(?:\.\d+)?")  # days since 1899-12-30, how spreadsheets keep moments: 1982 to 2091
_EPOCH = re.compile(r"[01]\d{9}(?:\d{3})?|0")
_SERIAL_START = datetime(1899, 12, 30)  # noqa: DTZ001 - made aware below


def moment(text: str, *, now: datetime) -> datetime:
    """The moment that a cell means, in UTC. Raises Unfit: unreadable, no such day, before 2000, in the future."""
    found = _moment(text.strip())
    if found < EARLIEST:
        raise Unfit(N_("时间早于 2000 年。"))
    if found > now + SKEW:
        raise Unfit(N_("时间在将来。"))
    return found


def _moment(text: str) -> datetime:
    if _EPOCH.fullmatch(text):
        return datetime.fromtimestamp(int(text[:10]), UTC)
    try:
        if _SERIAL.fullmatch(text):
            local = _SERIAL_START + timedelta(seconds=round(float(text) * 86_400))
            return local.replace(tzinfo=CHINA).astimezone(UTC)
        parts = _WRITTEN.fullmatch(text) or _PACKED.fullmatch(text)
        if parts is None or not text.isascii() and not re.search("[年月日时分秒：]", text):
            raise Unfit(N_("时间写法读不懂，请写成 2026-11-20 14:05。"))
        found = parts.groupdict()
        numbers = [int(found[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
        zone = found.get("zone")
        if zone:
            written = "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*numbers)
            return datetime.fromisoformat(written + zone.upper().replace("Z", "+00:00")).astimezone(UTC)
        year, month, day, hour, minute, second = numbers
        return datetime(year, month, day, hour, minute, second, tzinfo=CHINA).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Unfit(N_("没有这样的日期或时间。")) from error


_MONEY = re.compile(r"(?:[¥￥]|RMB|CNY)?\s*(-?(?:\d{1,3}(?:,\d{3})+|\d{1,12})(?:\.\d{1,6})?)\s*元?", re.IGNORECASE)


def cents(text: str) -> int:
    """An amount in yuan as fen. Raises Unfit for what is no plain number, below zero or above ten million yuan."""
    found = _MONEY.fullmatch(text.strip()) if text.isascii() or re.search("[¥￥元]", text) else None
    if found is None:
        raise Unfit(N_("金额不是数字，请写成 128.50。"))
    value = int((Decimal(found.group(1).replace(",", "")) * 100).to_integral_value())
    if not 0 <= value <= MOST_CENTS:
        raise Unfit(N_("金额须在 0 到 1000 万元之间。"))
    return value


_STATES: dict[str, tuple[str, ...]] = {
    "completed": (
        "completed", "complete", "finished", "done", "success", "closed", "已完成", "完成", "交易成功", "交易完成", "已签收",
        "签收", "已收货", "已取货", "成功", "已结算",
    ),
    "refunded": (
        "refunded", "refund", "returned", "已退款", "退款", "退款成功", "已退货", "退货", "全额退款", "退货退款",
    ),
    "cancelled": (
        "cancelled", "canceled", "cancel", "void", "已取消", "取消", "交易关闭", "已关闭", "作废", "已作废",
    ),
    "open": (
        "open", "new", "paid", "pending", "processing", "shipped", "unpaid", "delivered", "待付款", "未付款", "已付款",
        "待发货", "已发货", "发货中", "配送中", "待收货", "待取货", "处理中", "进行中", "未完成", "已下单", "待评价",
    ),
}  # fmt: skip
_KINDS: dict[str, tuple[str, ...]] = {
    "paid": ("paid", "payment", "已付款", "付款", "支付", "已支付"),
    "delivered": ("delivered", "delivery", "已送达", "送达", "签收", "已签收", "妥投"),
    "completed": ("completed", "complete", "已完成", "完成", "交易成功"),
    "refunded": ("refunded", "refund", "已退款", "退款", "退款成功"),
    "return_closed": ("return_closed", "return closed", "退货完结", "退货完成", "退换货完结", "售后完结", "售后完成"),
    "consultation_ended": ("consultation_ended", "consultation ended", "咨询结束", "问诊结束", "药师咨询结束", "咨询完成"),
    "ticket_closed": ("ticket_closed", "ticket closed", "工单关闭", "工单完结", "投诉办结", "工单已关闭"),
}  # fmt: skip
_YES = frozenset({"1", "y", "yes", "true", "t", "on", "是", "同意", "有", "已同意", "√", "✓"})
_NO = frozenset({"0", "n", "no", "false", "f", "off", "否", "不同意", "无", "未同意", "拒绝", "×", "x"})
_LANGUAGES = {
    "zh-CN": ("zh", "zh-cn", "zh-hans", "cn", "中文", "简体中文", "汉语"),
    "en": ("en", "en-us", "en-gb", "英文", "英语", "english"),
}
STATE_OF = {word: state for state, words in _STATES.items() for word in words}
KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words}
LANGUAGE_OF = {word: language for language, words in _LANGUAGES.items() for word in words}


def state(text: str) -> str:
    """The state that shop systems call by many names."""
    found = STATE_OF.get(text.strip().lower())
    if found is None:
        raise Unfit(N_("不认识这个订单状态。可用：已完成、已退款、已取消、未完成。"))
    return found


def event_kind(text: str) -> str:
    """What happened."""
    found = KIND_OF.get(text.strip().lower())
    if found is None:
        raise Unfit(N_("不认识这个事件。可用：付款、送达、完成、退款、退货完结、咨询结束、工单关闭。"))
    return found


def yes_or_no(text: str) -> bool | None:
    """Whether somebody agreed; None when nothing is said."""
    word = text.strip().lower()
    if not word:
        return None
    if word not in _YES | _NO:
        raise Unfit(N_("请写“是”或“否”。"))
    return word in _YES


def language(text: str) -> str:
    """The language somebody wants to be asked in; "" for none."""
    word = text.strip().lower().replace("_", "-")
    if word and word not in LANGUAGE_OF:
        raise Unfit(N_("不认识这种语言，请写 zh 或 en。"))
    return LANGUAGE_OF.get(word, "")


_NUMBER = re.compile(r"[^\s\x00-\x1f\x7f]{1,60}")
_ROUNDED = re.compile(r"\d(?:\.\d+)?[eE]\+\d+")


def number(text: str) -> str:
    """The number of an order as its system writes it. Raises Unfit when a spreadsheet has rounded it."""
    text = text.strip().lstrip("'").strip()
    if not text:
        raise Unfit(N_("没有编号。"))
    if _ROUNDED.fullmatch(text):
        raise Unfit(N_("编号被表格软件改成了科学计数法，后几位已丢失。请把该列设为“文本”后重新导出。"))
    if not _NUMBER.fullmatch(text):
        raise Unfit(N_("编号最多 60 个字符，中间不能有空格。"))
    return text
