"""A counter tablet in a real Chromium against real server processes: enrolled, online, offline, killed, idle, behind its PIN."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from survey_app import clock
from survey_app.database import db
from survey_app.distribution import devices
from survey_app.distribution.models import Device
from survey_app.events import COMMAND_LINE
from survey_app.responses.models import Ballot, Comment, Draft, Response
from tests.browser.conftest import axe_violations, picture
from tests.browser.tablets import PIN, enrolment_code, nothing_waits, waiting
from tests.faults.serving import Server
from tests.runner.street import rows_of

FILE = Path(__file__).parents[1] / "runner" / "kiosk.yaml"


@pytest.fixture
def code(sqlite_app: Flask) -> str:
    """The enrolment code of a tablet for the shop 人民路店."""
    return enrolment_code(FILE)


def begin(page: Page) -> None:
    page.get_by_role("button", name="点这里开始").click()
    expect(page.get_by_role("heading", name="您今天买药了吗？")).to_be_visible()


def go_on(page: Page) -> None:
    page.locator("#_g").click()


def answer(page: Page, remark: str = "", visits: str = "3") -> None:
    """A whole answer, up to the thanks."""
    begin(page)
    page.get_by_text("买了", exact=True).click()
    go_on(page)
    page.get_by_text("感冒药", exact=True).click()
    expect(page.locator("#q-cold")).to_be_visible()
    go_on(page)
    page.fill("[name=visits]", visits)
    if remark:
        page.fill("[name=remarks]", remark)
    go_on(page)
    expect(page.get_by_role("heading", name="感谢您的回答")).to_be_visible()


def done(page: Page) -> None:
    page.get_by_role("button", name="完成").click()
    expect(page.get_by_role("button", name="点这里开始")).to_be_visible()


def remarks() -> list[str]:
    return sorted(comment.redacted for comment in rows_of(select(Comment)))


def test_answers_given_without_a_server_and_across_a_reload_arrive_once(tablet: Page, server: Server) -> None:
    answer(tablet, "网络好的时候")
    picture(tablet, "kiosk-thanks")
    done(tablet)
    nothing_waits(tablet)
    server.kill()
    answer(tablet, "断网一")
    done(tablet)
    tablet.reload()  # the service worker answers
    expect(tablet.get_by_text("离线待发 1").first).to_be_visible()
    picture(tablet, "kiosk-offline")
    answer(tablet, "断网二")
    done(tablet)
    assert len(waiting(tablet)) == 2
    assert remarks() == ["网络好的时候"]
    server.start()
    tablet.reload()
    nothing_waits(tablet)
    assert remarks() == sorted(["网络好的时候", "断网一", "断网二"])
    assert len(rows_of(select(Ballot))) == 3
    assert {row.channel for row in rows_of(select(Response))} == {"kiosk"}


def test_the_network_coming_back_is_enough(tablet: Page, counter: BrowserContext) -> None:
    counter.set_offline(True)
    answer(tablet, "断网")
    done(tablet)
    assert len(waiting(tablet)) == 1
    counter.set_offline(False)
    nothing_waits(tablet)
    assert remarks() == ["断网"]


def test_an_answer_whose_reply_was_lost_is_sent_again_and_stored_once(tablet: Page, counter: BrowserContext) -> None:
    lost = []

    def lose(route: Route) -> None:
        route.fetch()  # the server commits, the reply never comes
        lost.append(1)
        route.abort()

    counter.route("**/k/answers", lose, times=1)
    answer(tablet, "回复丢了")
    done(tablet)
    nothing_waits(tablet)
    assert (len(lost), remarks()) == (1, ["回复丢了"])


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, "<h1>请登录无线网络</h1>"), (200, '{"stored": true, "id": "another"}'), (400, "{}"), (403, "{}"), (500, "")],
)
def test_only_our_own_word_ends_the_tries(tablet: Page, counter: BrowserContext, status: int, body: str) -> None:
    """Networks in shops answer with pages of their own."""
    asked = []

    def foreign(route: Route) -> None:
        asked.append(1)
        route.fulfill(status=status, body=body)

    counter.route("**/k/answers", foreign)
    answer(tablet, "留着")
    done(tablet)
    expect(tablet.get_by_text("离线待发 1").first).to_be_visible()
    assert asked and remarks() == []
    counter.unroute("**/k/answers")
    tablet.reload()
    nothing_waits(tablet)
    assert remarks() == ["留着"]


def test_what_the_server_can_never_take_stays_and_can_be_exported(tablet: Page) -> None:
    tablet.evaluate("kiosk.day = () => 20000")  # a clock that is years behind
    answer(tablet, "太久了")
    done(tablet)
    expect(tablet.get_by_text("未被接收 1")).to_be_visible()
    unlock(tablet)
    picture(tablet, "kiosk-staff")
    with tablet.expect_download() as asked:
        tablet.get_by_role("button", name="导出").click()
    kept = json.loads(Path(asked.value.path()).read_text())
    assert [("7 天" in item["refused"], "remarks=" in item["body"]) for item in kept] == [(True, True)]
    assert rows_of(select(Response)) == []


def unlock(page: Page, pin: str = PIN) -> None:
    page.get_by_role("button", name="店员").click()
    page.fill("#_p", pin)
    page.get_by_role("button", name="确定").click()


def test_the_pin_leads_out_also_without_a_network_and_guesses_have_to_wait(
    tablet: Page, counter: BrowserContext
) -> None:
    counter.set_offline(True)
    unlock(tablet, "9999")
    expect(tablet.locator("#_pe")).to_have_text("PIN 不对。")
    expect(tablet.get_by_role("button", name="离开全屏问卷")).to_be_hidden()
    picture(tablet, "kiosk-pin")
    tablet.get_by_role("button", name="返回").last.click()
    unlock(tablet)
    expect(tablet.get_by_role("button", name="离开全屏问卷")).to_be_visible()
    tablet.get_by_role("button", name="返回").last.click()
    tablet.get_by_role("button", name="店员").click()
    for _ in range(5):
        tablet.fill("#_p", "9999")
        tablet.get_by_role("button", name="确定").click()
        expect(tablet.locator("#_p")).to_have_value("")
        expect(tablet.locator("#_pe")).not_to_be_empty()
        tablet.wait_for_timeout(300)
    tablet.fill("#_p", PIN)
    tablet.get_by_role("button", name="确定").click()
    expect(tablet.locator("#_pe")).to_contain_text("一分钟")
    expect(tablet.get_by_role("button", name="离开全屏问卷")).to_be_hidden()


def test_somebody_who_walks_away_is_wiped_after_a_countdown_and_counted_as_broken_off(tablet: Page) -> None:
    tablet.clock.install()
    tablet.reload()
    begin(tablet)
    tablet.get_by_text("买了", exact=True).click()
    go_on(tablet)
    tablet.get_by_text("感冒药", exact=True).click()
    tablet.clock.run_for(59_000)
    expect(tablet.locator("#_idle")).to_be_hidden()
    tablet.clock.run_for(3_000)
    expect(tablet.get_by_role("heading", name="还在填写吗？")).to_be_visible()
    picture(tablet, "kiosk-idle")
    tablet.get_by_role("button", name="继续填写").click()
    expect(tablet.locator("[name=kinds]:checked")).to_have_count(1)
    tablet.clock.run_for(62_000)
    expect(tablet.get_by_role("heading", name="还在填写吗？")).to_be_visible()
    tablet.clock.run_for(21_000)
    expect(tablet.get_by_role("button", name="点这里开始")).to_be_visible()
    nothing_waits(tablet)
    assert [draft.last_question for draft in rows_of(select(Draft))] == ["kinds"]
    assert rows_of(select(Response)) == []
    begin(tablet)
    assert tablet.locator("input:checked").count() == 0


def test_the_thanks_page_gives_way_to_the_next_person(tablet: Page) -> None:
    tablet.clock.install()
    tablet.reload()
    answer(tablet, "谢谢")
    tablet.clock.run_for(11_000)
    expect(tablet.get_by_role("button", name="点这里开始")).to_be_visible()


def test_back_and_reload_show_nothing_of_the_person_before(tablet: Page) -> None:
    answer(tablet, "我住在三楼")
    done(tablet)
    for _ in range(6):
        tablet.go_back()
        assert "我住在三楼" not in tablet.content()
        if not tablet.url.endswith("/k/"):
            break
        values = "[...document.querySelectorAll('input:checked,textarea')].map(e => e.value).join('')"
        assert "我住在三楼" not in tablet.evaluate(values)
    tablet.goto(re.sub("/[^/]*$", "/k/", tablet.url))
    begin(tablet)
    assert tablet.locator("input:checked").count() == 0


def test_back_inside_an_answer_goes_one_step_back_and_stays_on_the_tablet(tablet: Page) -> None:
    begin(tablet)
    tablet.get_by_text("买了", exact=True).click()
    go_on(tablet)
    expect(tablet.get_by_role("heading", name="您买了什么？")).to_be_visible()
    tablet.go_back()
    expect(tablet.get_by_role("heading", name="您今天买药了吗？")).to_be_visible()
    tablet.go_back()
    expect(tablet.get_by_role("heading", name="您今天买药了吗？")).to_be_visible()


def test_a_crash_in_the_middle_goes_on_where_it_was(tablet: Page) -> None:
    begin(tablet)
    tablet.get_by_text("买了", exact=True).click()
    go_on(tablet)
    tablet.get_by_text("止痛药", exact=True).click()
    for _ in range(100):  # the tablet writes on its own time
        if "pain" in str(tablet.evaluate("kiosk.run('progress', 'getAll')")):
            break
        tablet.wait_for_timeout(50)
    tablet.reload()
    expect(tablet.get_by_role("heading", name="您买了什么？")).to_be_visible()
    expect(tablet.locator("[name=kinds]:checked")).to_have_value("pain")


def test_what_can_be_corrected_is_said_while_the_person_is_there(tablet: Page) -> None:
    begin(tablet)
    go_on(tablet)
    expect(tablet.locator(".err:visible")).to_have_text("错误：请您选择一项")
    picture(tablet, "kiosk-error")
    tablet.get_by_text("买了", exact=True).click()
    go_on(tablet)
    for label in ("感冒药", "止痛药", "皮肤药"):
        tablet.get_by_text(label, exact=True).click()
    go_on(tablet)
    expect(tablet.locator(".err:visible")).to_have_text("错误：请您最多选择 2 项")
    tablet.get_by_text("皮肤药", exact=True).click()
    go_on(tablet)
    tablet.fill("[name=visits]", "100")
    go_on(tablet)
    expect(tablet.locator(".err:visible")).to_have_text("错误：请您填写不大于 99 的数字")
    tablet.fill("[name=visits]", "07")
    go_on(tablet)
    expect(tablet.get_by_role("heading", name="感谢您的回答")).to_be_visible()
    done(tablet)
    nothing_waits(tablet)
    assert [row.answers["visits"] for row in rows_of(select(Response))] == [7]


def test_an_early_end_asks_nothing_more(tablet: Page) -> None:
    begin(tablet)
    tablet.get_by_text("没有", exact=True).click()
    expect(tablet.locator("#_g")).to_have_text("提交问卷")
    go_on(tablet)
    expect(tablet.get_by_role("heading", name="感谢您的回答")).to_be_visible()
    done(tablet)
    nothing_waits(tablet)
    assert [row.status for row in rows_of(select(Response))] == ["screened_out"]


def test_a_tablet_that_was_revoked_says_so_and_keeps_what_it_holds(
    tablet: Page, counter: BrowserContext, sqlite_app: Flask
) -> None:
    counter.set_offline(True)
    answer(tablet, "最后一份")
    done(tablet)
    device = db.session.scalars(select(Device)).one()
    devices.revoke(device=device, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    db.session.remove()
    tablet.wait_for_timeout(2_500)  # servers look at their tables every two seconds
    counter.set_offline(False)
    tablet.reload()
    expect(tablet.get_by_text("这台平板已停用")).to_be_visible()
    expect(tablet.get_by_role("button", name="点这里开始")).to_be_hidden()
    assert len(waiting(tablet)) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_screen_is_accessible_in_every_size_and_fits(
    tablet: Page, language: str, look: Callable[[Page, str], None]
) -> None:
    if language == "en":
        tablet.get_by_role("link", name="English").click()
        expect(tablet.locator("html")).to_have_attribute("lang", "en")
    for size in ("", "big", "huge"):
        tablet.locator(f"#_start [data-do=size][value='{size}']").click()
        look(tablet, f"kiosk-start-{language}-{size or 'std'}")
    tablet.locator("#_begin").click()
    for size in ("", "big", "huge"):
        tablet.locator(f"#_f [data-do=size][value='{size}']").click()
        look(tablet, f"kiosk-question-{language}-{size or 'std'}")


@pytest.fixture
def look() -> Callable[[Page, str], None]:
    """Look at a screen on a tablet upright and lying and on a narrow phone: nothing to fault, nothing to scroll sideways."""

    def at(page: Page, name: str) -> None:
        for width, height in ((768, 1024), (1024, 768), (360, 740)):
            page.set_viewport_size({"width": width, "height": height})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} at {width}"
            picture(page, f"{name}-{width}")
        page.set_viewport_size({"width": 768, "height": 1024})
        assert axe_violations(page) == [], name

    return at
