"""From a file of orders to answers, reminders and posters, as a new user does it: real processes, a real mail server.

The clock of the processes is set to a working day in the morning: nothing leaves at night.
"""

import email
import email.policy
import io
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyotp
import pypdfium2
import pytest
import zxingcpp
from aiosmtpd.controller import Controller
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from survey_app import clock
from survey_app.config import ROOT, Settings
from survey_app.database import db
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.messaging.models import Message
from survey_app.organisation import shops
from survey_app.organisation.models import Organisation, Region
from tests import staff
from tests.browser.conftest import axe_violations, go_on, picture
from tests.faults.serving import Server, free_port
from tests.people.files import as_csv, phone

ORDERS = 1_000
BY_SMS = 700  # of the customers; the others agreed to mail alone
RIPE = 300  # orders that completed since yesterday: only these are invited in time


class Mails:
    """A mail server that keeps what it gets."""

    def __init__(self) -> None:
        self.kept: list[Any] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.kept.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return "250 OK"


@dataclass
class Chain:
    """The running chain: web and worker processes on a clock of their own, and the mail server."""

    settings: Settings
    web: Server
    clock_file: Path
    mails: Mails
    smtp_port: int
    worker: "subprocess.Popen[bytes] | None" = None
    shift: float = 0.0
    context: BrowserContext | None = None
    seen: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.web.port}"

    @property
    def now(self) -> datetime:
        return clock.now() + timedelta(seconds=self.shift)

    def set_clock(self, moment: datetime) -> None:
        self.shift = (moment - clock.now()).total_seconds()
        self.clock_file.write_text(f"{self.shift:.0f}")

    def start(self) -> None:
        self.web.start()
        log = (self.settings.instance / "worker.log").open("ab")
        environment = os.environ | self.web.environment | {
            "DATABASE_URL": self.settings.database_url, "INSTANCE_DIR": str(self.settings.instance),
            "KEY_DIR": str(self.settings.key_folder), "PORT": str(self.web.port),
        }  # fmt: skip
        self.worker = subprocess.Popen(
            [str(Path(sys.executable).with_name("flask")), "worker"], cwd=ROOT, env=environment, stdout=log, stderr=log,
            start_new_session=True,
        )  # fmt: skip

    def stop(self) -> None:
        self.web.stop()
        if self.worker is not None:
            os.killpg(self.worker.pid, signal.SIGKILL)
            self.worker.wait()


def morning() -> datetime:
    """Ten o'clock in China on the next Wednesday, or today."""
    today = clock.china(clock.now())
    day = today + timedelta(days=(2 - today.weekday()) % 7)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture
def chain(sqlite_app: Flask, sqlite_settings: Settings, tmp_path: Path) -> Iterator[Chain]:
    made = staff.fill(sqlite_app)
    organisation = db.session.get_one(Organisation, 1)
    organisation.sample, organisation.name, organisation.sms_signature = True, "康宁大药房", "康宁大药房"
    organisation.help_phone = "400-820-1234"
    region = db.session.get_one(Region, made.regions[1])
    for number in range(2, 12):
        shops.create_shop(code=f"KM-{number}", name=f"{number}号店", region=region, by=COMMAND_LINE)
    db.session.commit()
    db.session.remove()
    mails, port = Mails(), free_port()
    controller = Controller(mails, hostname="127.0.0.1", port=port)
    controller.start()
    clock_file = tmp_path / "clock"
    web = Server(sqlite_settings)
    web.environment = {"SURVEY_CLOCK_FILE": str(clock_file), "PUBLIC_URL": f"http://127.0.0.1:{web.port}"}
    running = Chain(sqlite_settings, web, clock_file, mails, port)
    running.set_clock(morning())
    running.start()
    yield running
    running.stop()
    controller.stop()


def orders(now: datetime) -> bytes:
    """A shop system's export; the newest orders first completed yesterday afternoon, the others three weeks ago."""
    rows = []
    for number in range(ORDERS):
        completed = clock.china(now - (timedelta(hours=16) if number < RIPE else timedelta(days=21)))
        consent = "是" if number % 10 < BY_SMS / ORDERS * 10 else "否"
        rows.append([
            f"SO{number:010d}", f"KM-{number % 12}", f"顾客{number}", phone(number), f"buyer{number}@example.cn", "58.00",
            f"{completed - timedelta(hours=3):%Y-%m-%d %H:%M:%S}", f"{completed:%Y-%m-%d %H:%M:%S}", "已完成", "维生素C片",
            consent,
        ])  # fmt: skip
    return as_csv(rows)


@pytest.fixture
def desk(chromium: Browser, chain: Chain) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1366, "height": 900}, locale="zh-CN", accept_downloads=True)
    page = context.new_page()
    page.on("console", lambda said: chain.seen.append(said.text) if "Content Security" in said.text else None)
    yield page
    context.close()


def sign_in(page: Page, chain: Chain) -> None:
    page.goto(f"{chain.address}/sign-in")
    page.get_by_label("邮箱").fill("administrator@example.org")
    page.get_by_label("密码").fill(staff.PASSWORD)
    page.locator("main button").first.click()
    page.get_by_label("动态验证码").fill(pyotp.TOTP(staff.SECRET).at(int(chain.now.timestamp())))
    page.locator("main button").first.click()
    expect(page.locator("nav.side")).to_be_attached()


def looked_at(page: Page, name: str) -> None:
    """Every screen of the way passes axe, and is kept as a picture for a person."""
    assert axe_violations(page) == [], name
    picture(page, f"reaching-{name}")


def wait_for(what: Any, seconds: float = 90) -> None:
    """Until it is true."""
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.3)


def test_orders_become_answers(chain: Chain, desk: Page, chromium: Browser, tmp_path: Path) -> None:
    sign_in(desk, chain)
    add_mail_server(desk, chain)
    import_orders(desk, chain, tmp_path)
    start_campaign(desk, chain)
    link = see_messages(desk, chain)
    answered = answer_on_a_phone(chromium, link)
    left = opt_out(chromium, chain)
    reminded = see_reminders(desk, chain)
    assert answered not in reminded and left not in reminded and reminded
    print_posters(desk, chain)
    see_field_work(desk, chain)
    assert chain.seen == []


def add_mail_server(page: Page, chain: Chain) -> None:
    page.goto(f"{chain.address}/senders")
    looked_at(page, "senders")
    for kind, channel in (("console", "sms"), ("smtp", "email")):
        page.goto(f"{chain.address}/senders/new?kind={kind}&channel={channel}")
        if kind == "smtp":
            page.locator("[name=option-host]").fill("127.0.0.1")
            page.locator("[name=option-port]").fill(str(chain.smtp_port))
            if page.locator("[name=option-security]").count():
                page.locator("[name=option-security]").select_option("none")
            page.locator("[name=option-sender]").fill("survey@example.cn")
        page.locator("main form button.main").click()
        expect(page.locator("#refusal")).to_have_count(0)


def import_orders(page: Page, chain: Chain, folder: Path) -> None:
    file = folder / "订单.csv"
    file.write_bytes(orders(chain.now))
    page.goto(f"{chain.address}/imports/new")
    page.locator("[name=kind]").select_option("orders")
    page.locator("[name=source]").fill("pos")
    page.locator("[name=file]").set_input_files(str(file))
    page.locator("main form button.main").click()
    expect(page.locator("select[name=column-3]")).to_have_value("phone")
    assert phone(0) not in page.content()  # masked already here
    looked_at(page, "columns")
    page.get_by_role("checkbox", name="邮件").check()
    page.locator("[name=consent_source]").fill("会员入会协议 2026 版")
    page.get_by_role("button", name="开始导入").click()
    expect(page.locator(".badge.good", has_text="已完成")).to_be_visible(timeout=90_000)
    expect(page.locator("dl.facts")).to_contain_text(f"{ORDERS:,}")
    looked_at(page, "import")


def start_campaign(page: Page, chain: Chain) -> None:
    page.goto(f"{chain.address}/campaigns/new?kind=trigger")
    looked_at(page, "new-campaign")
    page.locator("[name=name]").fill("购药后评价")
    page.locator("select[name=questionnaire]").select_option(index=1)
    page.get_by_role("button", name="下一步").click()
    page.locator("[name=event]").select_option("completed")
    page.locator("[name=delay_hours]").fill("1")
    expect(page.locator("#preview")).to_contain_text("康宁大药房")
    looked_at(page, "campaign-draft")
    page.get_by_role("button", name="保存并启动").click()
    expect(page.locator("main")).to_contain_text("确认启动")
    looked_at(page, "launch")
    page.get_by_role("button", name="启动", exact=True).click()
    expect(page.locator(".badge", has_text="进行中").first).to_be_visible()


def outbox(chain: Chain, **chosen: Any) -> list[Message]:
    engine = db.engine
    with engine.connect() as connection:
        query = select(Message.__table__)
        for name, value in chosen.items():
            query = query.where(getattr(Message, name) == value)
        return list(connection.execute(query.order_by(Message.id)).all())  # type: ignore[arg-type]


def see_messages(page: Page, chain: Chain) -> str:
    """All invitations in time have left, by SMS or by real mail; the link of one SMS."""
    wait_for(lambda: len([m for m in outbox(chain, step=0) if m.sent_at]) == RIPE, 150)
    by_channel = {c: len(outbox(chain, channel=c, step=0)) for c in ("sms", "email")}
    assert by_channel == {"sms": RIPE * BY_SMS // ORDERS, "email": RIPE - RIPE * BY_SMS // ORDERS}
    wait_for(lambda: len(chain.mails.kept) == by_channel["email"])
    page.goto(f"{chain.address}/messages?channel=sms")
    looked_at(page, "outbox")
    text = page.locator("main").inner_text()
    assert "【康宁大药房】" in text
    found = re.search(rf"{re.escape(chain.address)}/i/[\w-]{{21}}", page.content())
    assert found is not None
    return found[0]


def answer_on_a_phone(chromium: Browser, link: str) -> str:
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.goto(link)
    picture(page, "reaching-phone")
    assert link.rsplit("/", 1)[1] not in page.url  # the code has left the address bar
    assert axe_violations(page) == []
    for _step in range(40):
        if page.locator("p.code").count():
            break
        for group in page.locator("fieldset:visible").all():
            choice = group.locator("input[type=radio], input[type=checkbox]")
            if choice.count() and not group.locator("input:checked").count():
                choice.first.check(force=True)
        go_on(page)
    expect(page.locator("p.code")).to_be_visible()
    page.goto(link)
    expect(page.locator("main")).to_contain_text("提交")  # the same link again: it was answered
    context.close()
    return link


def opt_out(chromium: Browser, chain: Chain) -> str:
    """Somebody presses 退订 in the mail."""
    mail = chain.mails.kept[0]
    html = mail.get_body(("html",)).get_content()
    leave = re.search(rf"{re.escape(chain.address)}/u/[\w.-]+", html)
    link = re.search(rf"{re.escape(chain.address)}/i/[\w-]{{21}}", html)
    assert leave and link and "List-Unsubscribe" in mail
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    page = context.new_page()
    page.goto(leave[0])
    picture(page, "reaching-opt-out")
    assert axe_violations(page) == []
    page.locator("main button").first.click()
    expect(page.locator("main")).to_contain_text("不会再")
    context.close()
    return link[0]


def links_of(page: Page, chain: Chain, step: int) -> set[str]:
    """The links that the outbox page of a sample chain shows for a step, on all its pages."""
    found: set[str] = set()
    for number in range(1, 20):
        page.goto(f"{chain.address}/messages?page={number}")
        rows = page.locator("main tbody tr").all_inner_texts()
        html = page.locator("main tbody tr").evaluate_all("rows => rows.map(row => row.outerHTML)")
        for text, row in zip(rows, html, strict=True):
            if (f"第 {step} 次提醒" in text) if step else ("次提醒" not in text):
                found |= set(re.findall(rf"{re.escape(chain.address)}/i/[\w-]{{21}}", row))
        if not page.locator("a[rel=next]").count():
            break
    return found


def see_reminders(page: Page, chain: Chain) -> set[str]:
    """Three days later everybody gets a reminder but who has answered and who has opted out."""
    chain.set_clock(morning() + timedelta(days=5, hours=1))
    wait_for(lambda: len([m for m in outbox(chain, step=1) if m.sent_at]) >= RIPE - 2, 180)
    sign_in(page, chain)
    left = [m for m in outbox(chain, step=1) if m.sent_at]
    assert len(left) == RIPE - 2
    return links_of(page, chain, 1)


def print_posters(page: Page, chain: Chain) -> None:
    page.goto(f"{chain.address}/posters")
    page.locator("main a[href*='/posters']").first.click()
    page.locator("[name=scope][value=all]").check()
    another = page.locator("[name=another]")
    if another.count() and not another.input_value():
        another.fill("收银台")
    page.locator("[name=create]").check()
    looked_at(page, "posters")
    page.get_by_role("button", name="生成海报").click()
    expect(page.get_by_role("heading", name="12 张海报已生成")).to_be_visible(timeout=90_000)
    looked_at(page, "poster-run")
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载 ZIP").click()
    data = Path(waiting.value.path()).read_bytes()
    codes = decoded(data)
    with db.engine.connect() as connection:
        known = {f"{chain.address}/s/{code}" for code in connection.scalars(select(Collector.code))}
    assert codes and codes <= known


def decoded(data: bytes) -> set[str]:
    """Every code printed in the first PDF of a ZIP, or in a PDF."""
    if data[:2] == b"PK":
        archive = zipfile.ZipFile(io.BytesIO(data))
        data = archive.read(sorted(archive.namelist())[0])
    pages = pypdfium2.PdfDocument(data)
    return {code.text for page in pages for code in zxingcpp.read_barcodes(page.render(scale=2).to_pil())}


def see_field_work(page: Page, chain: Chain) -> None:
    page.goto(f"{chain.address}/campaigns")
    page.get_by_role("link", name="购药后评价").click()
    looked_at(page, "campaign")
    page.get_by_role("link", name="收集进展").first.click()
    expect(page.locator("#fieldwork")).to_contain_text("RR1")
    expect(page.locator("#fieldwork")).to_contain_text(str(RIPE))
    looked_at(page, "fieldwork")
