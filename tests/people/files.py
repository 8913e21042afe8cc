"""Files as shop systems export them: orders of invented people, in the formats and encodings that are met."""

import csv
import io
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import xlsxwriter

from survey_app import clock

HEADING = ("订单号", "门店编码", "姓名", "手机号", "邮箱", "金额", "下单时间", "完成时间", "状态", "商品", "同意短信")
_FAMILY, _GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平"
GOODS = (
    "阿莫西林胶囊",
    "板蓝根颗粒",
    "连花清瘟胶囊",
    "维生素C片",
    "蒲地蓝口服液",
    "布洛芬缓释胶囊",
    "医用口罩",
    "碘伏消毒液",
)
STATES = ("已完成",) * 8 + ("已退款", "已取消", "配送中")


def phone(number: int) -> str:
    """The mobile number of the n-th invented person: of a range that is not given out to people in tests."""
    return f"199{number:08d}"


def order_rows(
    count: int, *, shops: Sequence[str], now: datetime, seed: int = 1, first: int = 1, people: int | None = None
) -> list[list[str]]:
    """`count` orders with numbers from `first` on, of the last 20 days; `people`: how many customers bought them."""
    chance = random.Random(seed)
    rows = []
    for number in range(first, first + count):
        person = number if people is None else chance.randrange(people)
        placed = clock.china(now - timedelta(minutes=chance.randrange(3 * 1440, 20 * 1440)))
        state = chance.choice(STATES)
        completed = placed + timedelta(hours=chance.randrange(1, 60)) if state in ("已完成", "已退款") else None
        rows.append([
            f"SO{number:010d}", chance.choice(shops), chance.choice(_FAMILY) + chance.choice(_GIVEN) + f"{person}号",
            phone(person), f"buyer{person}@example.cn", f"{chance.randrange(500, 60_000) / 100:.2f}",
            f"{placed:%Y-%m-%d %H:%M:%S}", f"{completed:%Y-%m-%d %H:%M:%S}" if completed else "", state,
            chance.choice(GOODS), "是",
        ])  # fmt: skip
    return rows


def as_csv(
    rows: Sequence[Sequence[str]],
    *,
    heading: Sequence[str] = HEADING,
    encoding: str = "utf-8-sig",
    separator: str = ",",
) -> bytes:
    """A CSV file."""
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([heading, *rows])
    return text.getvalue().encode(encoding)


def as_xlsx(rows: Sequence[Sequence[Any]], *, heading: Sequence[str] = HEADING) -> bytes:
    """A workbook; values stand in it as they are given: texts, numbers, datetimes (written as dates)."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, "default_date_format": "yyyy-mm-dd hh:mm:ss"})
    sheet = book.add_worksheet("订单")
    for line, row in enumerate([heading, *rows]):
        for place, cell in enumerate(row):
            sheet.write(line, place, cell)
    book.close()
    return target.getvalue()


def write_orders(path: Path, count: int, *, shops: Sequence[str], now: datetime, seed: int = 1) -> Path:
    """A realistic file of orders: CSV, or XLSX by its name."""
    rows = order_rows(count, shops=shops, now=now, seed=seed)
    path.write_bytes(as_xlsx(rows) if path.suffix == ".xlsx" else as_csv(rows))
    return path
