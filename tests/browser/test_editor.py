"""The editor as a researcher uses it: typing, lists, dragging, undo, conflicts, a lost network, hostile text."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, expect

from survey_app import clock
from survey_app.config import ROOT
from survey_app.database import db
from survey_app.design import drafting
from survey_app.design.models import Questionnaire
from survey_app.events import COMMAND_LINE
from survey_app.questionnaire import loading
from tests import staff
from tests.browser.conftest import Site, axe_violations, picture
from tests.browser.looks import context_of, each_look


@pytest.fixture
def chain(site: Site) -> staff.Chain:
    return staff.fill(site.app)


def load(name: str, folder: str = "tests/questionnaires") -> int:
    definition = loading.load_definition((ROOT / folder / f"{name}.yaml").read_bytes(), file=name)
    made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    number = made.id
    db.session.remove()
    return number


def draft(number: int) -> dict[str, object]:
    found: dict[str, object] = db.session.get_one(Questionnaire, number).draft
    db.session.remove()
    return found


@pytest.fixture
def desk(chromium: Browser, site: Site, chain: staff.Chain) -> Iterator[Page]:
    context = context_of(chromium, site, chain, "researcher")
    page = context.new_page()
    page.set_default_timeout(20_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Security Policy" in message.text else None)
    yield page
    context.close()
    assert faults == []


def open_editor(page: Page, site: Site, number: int, more: str = "") -> None:
    page.goto(f"{site.address}/questionnaires/{number}/editor{more}")
    expect(page.locator("body[data-view]")).to_be_attached()
    page.wait_for_load_state("networkidle")


def lines(page: Page) -> list[str]:
    return page.locator("#outline .asks > a > span").all_inner_texts()


def choices(page: Page) -> list[str]:
    return page.locator(".q.on .li > li textarea").evaluate_all("all => all.map(field => field.value)")


def settled(page: Page) -> None:
    """Everything typed and done has reached the server."""
    expect(page.locator("#saved")).to_have_class("saved")
    expect(page.locator(".temp, .htmx-request")).to_have_count(0)


@each_look
def test_the_editor_is_accessible_fits_and_breaks_no_policy(
    chromium: Browser, site: Site, chain: staff.Chain, size: ViewportSize, language: str, scheme: str
) -> None:
    number = load("display"), load("golden"), load("order-satisfaction", "questionnaires")
    context = context_of(chromium, site, chain, "researcher", size=size, language=language, scheme=scheme)
    page = context.new_page()
    reports: list[str] = []
    page.on("console", lambda message: reports.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: reports.append(str(error)))
    faults = []
    for questionnaire in number:
        open_editor(page, site, questionnaire)
        for view in ("canvas", "outline", "pane") if size["width"] < 600 else ("canvas",):
            if size["width"] < 600:
                page.locator(f"[data-view={view}]").last.click()
            faults += [f"{questionnaire} {view}: {fault}" for fault in axe_violations(page)]
            if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
                faults.append(f"{questionnaire} {view}: wider than the window")
            picture(page, f"editor-{questionnaire}-{view}-{size['width']}-{language}-{scheme}")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#types")).to_be_visible()
    faults += [f"types: {fault}" for fault in axe_violations(page)]
    picture(page, f"editor-types-{size['width']}-{language}-{scheme}")
    context.close()
    assert faults == []
    assert reports == []


def test_choices_are_typed_pasted_and_removed_without_a_mouse(desk: Page, site: Site) -> None:
    number = load("single_choice")
    open_editor(desk, site, number)
    first = desk.locator(".q.on .li > li textarea").first
    before = desk.locator(".q.on .li > li").count()
    first.click()
    first.press("End")
    desk.keyboard.press("Enter")
    desk.keyboard.type("快")
    desk.keyboard.press("Enter")
    desk.keyboard.type("更快")
    settled(desk)
    assert choices(desk)[1:3] == ["快", "更快"]
    desk.keyboard.press("Enter")
    desk.keyboard.press("Backspace")
    expect(desk.locator(".q.on .li > li")).to_have_count(before + 2)
    desk.evaluate(
        """() => { const clipboardData = new DataTransfer(); clipboardData.setData('text/plain', '\\n甲\\n乙\\n丙');
        const paste = new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true});
        document.activeElement.dispatchEvent(paste) }"""
    )
    expect(desk.locator(".q.on .li > li")).to_have_count(before + 4)
    settled(desk)
    desk.reload()
    assert choices(desk)[1:5] == ["快", "更快甲", "乙", "丙"]


def test_questions_are_added_found_moved_duplicated_and_taken_back_with_the_keyboard(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    start = lines(desk)
    desk.locator(".q.on .title").click()
    desk.keyboard.press("Control+Enter")
    desk.keyboard.type("pingfen")
    desk.keyboard.press("Enter")
    expect(desk.locator(".q.on.k-rating .title")).to_be_focused()
    desk.keyboard.type("新的评分题")
    settled(desk)
    assert lines(desk)[1] == "新的评分题"
    desk.keyboard.press("Alt+ArrowDown")
    expect(desk.locator("#say")).to_contain_text("已移到第 3 题")
    expect(desk.locator(".q.on .title")).to_be_focused()
    assert lines(desk)[2] == "新的评分题"
    desk.keyboard.press("Control+d")
    expect(desk.locator("#outline .asks")).to_have_count(len(start) + 2)
    for _ in range(4):
        with desk.expect_response(lambda response: response.url.endswith("/acts")):
            desk.keyboard.press("Control+z")
        expect(desk.locator(".toast").last).to_contain_text("已撤销")
    expect(desk.locator(".toast").nth(3)).to_have_count(0)
    expect(desk.locator("#outline .asks")).to_have_count(len(start))
    assert lines(desk) == start
    desk.reload()
    desk.keyboard.press("Control+Shift+z")
    expect(desk.locator("#outline .asks")).to_have_count(len(start) + 1)


def test_dragging_reorders_and_a_removal_is_taken_back_from_its_toast(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    start = lines(desk)
    item, other = (desk.locator("#outline .asks > a").nth(i).bounding_box() for i in (0, 2))
    assert item and other
    desk.mouse.move(item["x"] + 80, item["y"] + 12)
    desk.mouse.down()
    desk.mouse.move(item["x"] + 80, item["y"] + 40, steps=6)
    desk.mouse.move(other["x"] + 80, other["y"] + 26, steps=8)
    desk.mouse.up()
    expect(desk.locator("#say")).to_contain_text("已移到")
    moved = lines(desk)
    assert moved[0] == start[1] and sorted(moved) == sorted(start)
    titles = desk.locator("#canvas .asks .title").evaluate_all("all => all.map(field => field.value)")
    assert titles == moved
    desk.locator("#outline .asks > a").last.click()
    desk.locator(".q.on > .qf [value^=remove]").click()
    expect(desk.locator("#outline .asks")).to_have_count(len(start) - 1)
    desk.locator(".toast button").click()
    expect(desk.locator("#outline .asks")).to_have_count(len(start))


def test_a_rule_in_the_way_is_named_and_its_link_leads_there(desk: Page, site: Site) -> None:
    number = load("conditions")
    open_editor(desk, site, number)
    desk.locator("#outline .asks > a").first.click()
    desk.locator(".q.on > .qf [value^=remove]").click()
    expect(desk.locator("dialog[open]")).to_contain_text("显示规则")
    desk.locator("dialog[open] li a").first.click()
    expect(desk).to_have_url(re.compile("node=[0-9a-f]{8}"))
    assert desk.locator(".q.on .condition, .ph.on .condition").count() == 1


def test_without_network_nothing_is_lost_and_saving_goes_on_by_itself(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    desk.context.set_offline(True)
    desk.locator(".q.on .title").fill("没有网络时写的")
    expect(desk.locator("#saved")).to_have_text("未保存（离线）")
    assert "没有网络时写的" not in str(draft(number))
    desk.context.set_offline(False)
    settled(desk)
    assert "没有网络时写的" in str(draft(number))


def test_a_keystroke_is_saved_within_a_second_and_a_closed_tab_loses_nothing(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    desk.locator(".q.on .title").fill("一秒之内")
    began = time.monotonic()
    with desk.expect_response(lambda response: response.url.endswith("/fields")):
        pass
    assert time.monotonic() - began < 5  # 0.8 s of pause and the request: less than two on a quiet machine
    desk.locator(".q.on .title").fill("关掉之前")
    desk.close(run_before_unload=False)
    for _ in range(40):
        if "关掉之前" in str(draft(number)):
            break
        time.sleep(0.05)
    assert "关掉之前" in str(draft(number))


def test_both_versions_are_shown_when_two_people_write_one_text(
    chromium: Browser, desk: Page, site: Site, chain: staff.Chain
) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    context: BrowserContext = context_of(chromium, site, chain, "administrator")
    other = context.new_page()
    open_editor(other, site, number)
    other.locator(".q.on .title").fill("对方写的")
    settled(other)
    field = desk.locator(".q.on .title")
    field.fill("我写的")
    expect(desk.locator(".q.on .said")).to_contain_text("administrator")
    expect(desk.locator(".q.on .said")).to_contain_text("对方写的")
    expect(field).to_have_value("我写的")
    assert axe_violations(desk) == []
    picture(desk, "editor-conflict")
    desk.get_by_role("link", name="用对方的").click()
    expect(field).to_have_value("对方写的")
    expect(desk.locator(".q.on .said")).to_have_count(0)
    field.fill("我再写")
    settled(desk)
    other.locator(".q.on .title").fill("对方又写")
    expect(other.locator(".q.on .said")).to_be_visible()
    other.get_by_role("button", name="用我的").click()
    expect(other.locator(".q.on .said")).to_have_count(0)
    assert "对方又写" in str(draft(number))
    context.close()


def test_hostile_text_stays_text_everywhere_in_the_editor(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)
    desk.expose_function("stolen", lambda: pytest.fail("a script ran"))
    evil = '</textarea><script>stolen()</script><img src=x onerror=stolen()><b hx-get="/stolen" hx-trigger="load">x</b>'
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url) if "stolen" in request.url else None)
    desk.locator(".q.on .title").fill(evil)
    settled(desk)
    count = desk.locator("#outline .asks").count()
    desk.keyboard.press("Control+d")
    expect(desk.locator("#outline .asks")).to_have_count(count + 1)
    desk.locator(".q.on > .qf [value^=remove]").click()
    expect(desk.locator(".toast").last).to_contain_text("已删除")
    desk.reload()
    assert desk.locator(".q.on .title").input_value() == evil or evil in desk.locator("#canvas .title").evaluate_all(
        "all => all.map(field => field.value)"
    )
    assert desk.locator("#canvas img, #canvas script, [hx-get='/stolen']").count() == 0
    assert asked == []


def test_an_expired_sign_in_keeps_the_text_and_says_so(desk: Page, site: Site) -> None:
    number = load("ten-questions")
    open_editor(desk, site, number)

    def expired(route: Route) -> None:
        route.fulfill(status=204, headers={"HX-Redirect": "/sign-in"})

    desk.route("**/fields", expired)
    desk.locator(".q.on .title").fill("还在")
    expect(desk.locator("#saved")).to_contain_text("登录已过期")
    expect(desk.locator(".q.on .title")).to_have_value("还在")
    desk.unroute("**/fields")
    settled(desk)
    assert "还在" in str(draft(number))


def test_the_rule_of_a_choice_is_changed_where_its_mark_stands(desk: Page, site: Site) -> None:
    number = load("begun", "tests/runner")
    open_editor(desk, site, number)
    mark = desk.locator("#canvas .pr").nth(1)
    mark.click()  # its card was not selected: what is pressed must not move away
    dialog = desk.get_by_role("dialog")
    fresh = dialog.locator(".htmx-added")  # until then it does not listen
    dialog.get_by_role("button", name="加一条").click()
    second = dialog.locator("select.who").nth(1)
    expect(second).to_be_visible()
    expect(fresh).to_have_count(0)
    second.select_option("bought")
    expect(dialog.locator("select.how")).to_have_count(2)
    expect(fresh).to_have_count(0)
    dialog.locator("select.how").nth(1).select_option("count_at_least")
    field = dialog.locator("input.value")
    expect(field).to_be_visible()
    expect(fresh).to_have_count(0)
    field.fill("2")
    field.press("Tab")  # onto the button that would remove the line
    expect(dialog.get_by_text("已保存")).to_be_visible()
    expect(dialog.locator(".ruleline")).to_have_count(2)
    desk.keyboard.press("Escape")
    expect(mark).to_contain_text("#Q1 ≥ 2")
    desk.locator("#undo").click()
    expect(mark).not_to_contain_text("#Q1")
