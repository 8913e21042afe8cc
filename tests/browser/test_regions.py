"""省市区 under a finger: lists that fill each other, with their file, without it, without script, without a network."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from sqlalchemy import select

from survey_app.responses.models import Response
from tests.browser.conftest import Site, axe_violations, go_on, picture
from tests.browser.tablets import enrolment_code, nothing_waits
from tests.faults.serving import Server
from tests.runner.street import HERE, publish, rows_of

WHOLE = {"home_province": "440000", "home_city": "440300", "home_district": "440305"}


@pytest.fixture
def quiet(phone: Page) -> Page:
    """A phone that reports script errors."""
    phone.on("pageerror", lambda error: pytest.fail(str(error)))
    return phone


@pytest.fixture
def still(chromium: Browser) -> Iterator[Page]:
    """A phone without script."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False)
    yield context.new_page()
    context.close()


def pick(page: Page, name: str, code: str) -> None:
    """Choose in a list that is there."""
    expect(page.locator(f"#i-{name}")).to_be_visible()
    page.locator(f"#i-{name}").select_option(code)


def options(page: Page, name: str) -> Locator:
    return page.locator(f"#i-{name} option")


def stored() -> dict[str, object]:
    (response,) = rows_of(select(Response))
    return dict(response.answers)


def test_each_list_fills_the_next_and_a_change_empties_those_below(site: Site, quiet: Page) -> None:
    asked: list[str] = []
    quiet.on("request", lambda request: asked.append(request.url))
    quiet.goto(site.address + publish("region.yaml"))
    quiet.wait_for_load_state("networkidle")
    assert len([url for url in asked if "/divisions/" in url]) == 2  # for three levels and for two
    expect(quiet.locator("#i-home_city")).to_be_hidden()
    for name, code in WHOLE.items():
        pick(quiet, name, code)
    expect(options(quiet, "home_city").nth(1)).to_have_text("广州市")
    picture(quiet, "region-360-zh")
    pick(quiet, "home_city", "441900")  # 东莞 has no districts
    expect(quiet.locator("#i-home_district")).to_be_hidden()
    pick(quiet, "home_province", "310000")  # 上海 has no cities
    expect(quiet.locator("#i-home_city")).to_be_hidden()
    expect(quiet.locator("#i-home_district")).to_have_value("")
    pick(quiet, "home_district", "310115")
    pick(quiet, "work_province", "110000")
    expect(quiet.locator("#i-work_city")).to_be_hidden()
    go_on(quiet)
    pick(quiet, "born_province", "refused")
    quiet.locator("#_g").click()
    expect(quiet.locator(".code")).to_be_visible()
    assert stored() == {
        "home_province": "310000", "home_city": "310000", "home_district": "310115", "work_province": "110000",
        "work_city": "110000", "born_province": "refused",
    }  # fmt: skip


def test_a_list_that_must_be_answered_is_told_before_anything_is_sent(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("region.yaml"))
    pick(quiet, "home_province", "440000")
    expect(quiet.locator("#i-home_city")).to_be_visible()
    quiet.locator("#_g").click()
    expect(quiet.locator("#e-home_city")).to_be_visible()
    expect(quiet.locator("#e-home_city")).to_be_focused()
    expect(quiet.locator("#e-home_province")).to_be_hidden()
    picture(quiet, "region-missing-360-zh")
    pick(quiet, "home_city", "440300")
    pick(quiet, "home_district", "440305")
    go_on(quiet)
    expect(quiet.locator("#h-born")).to_be_visible()
    quiet.locator("#_b").click()  # back: everything is still chosen
    for name, code in WHOLE.items():
        expect(quiet.locator(f"#i-{name}")).to_have_value(code)
    expect(options(quiet, "home_city")).to_have_count(22)


def test_the_keyboard_is_enough(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("region.yaml"))
    quiet.wait_for_load_state("networkidle")
    quiet.locator("#i-home_province").focus()
    for name in ("home_province", "home_city", "home_district"):
        expect(quiet.locator(f"#i-{name}")).to_be_focused()
        quiet.keyboard.press("ArrowDown")
        quiet.keyboard.press("Tab")
    expect(quiet.locator("#i-work_province")).to_be_focused()
    assert [quiet.locator(f"#i-{name}").input_value() for name in WHOLE] == ["440000", "440100", "440103"]


def test_a_lost_file_costs_page_turns_and_nothing_else(site: Site, quiet: Page) -> None:
    quiet.route("**/divisions/**", lambda route: route.abort())
    quiet.goto(site.address + publish("region.yaml"))
    _turn_by_turn(quiet)


def test_a_phone_without_script_goes_from_list_to_list(site: Site, still: Page) -> None:
    still.goto(site.address + publish("region.yaml"))
    _turn_by_turn(still)


def _turn_by_turn(page: Page) -> None:
    for number, (name, code) in enumerate(WHOLE.items()):
        pick(page, name, code)
        if number == 0:
            page.locator("[name=remark]").fill("好")
        page.locator("#_g").click()
        if number < 2:
            expect(page.locator(".news")).to_contain_text("还有 1 题需要您回答")
            expect(page.locator("[name=remark]")).to_have_value("好")
        if number == 0:
            picture(page, f"region-turn-360-{'still' if page.locator('#_g').count() else ''}")
    expect(page.locator("#h-born")).to_be_visible()
    page.locator("#_g").click()
    expect(page.locator(".code")).to_be_visible()
    assert stored() == WHOLE


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("width", "size"), [(360, ""), (360, "huge"), (280, "huge"), (1366, "")])
def test_the_lists_are_large_and_accessible_and_never_scroll_sideways(
    site: Site, chromium: Browser, language: str, width: int, size: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 740}, locale=language)
    page = context.new_page()
    page.goto(f"{site.address}{publish('region.yaml')}?l={language}")
    if size:
        with page.expect_navigation():
            page.locator(f"[name=view][value='size:{size}']").click()
    page.wait_for_load_state("networkidle")
    for name, code in WHOLE.items():
        pick(page, name, code)
    pick(page, "work_province", "refused")
    small = page.evaluate(
        "[...document.querySelectorAll('select')].filter(e => e.offsetParent && e.offsetHeight < 48).length"
    )
    wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert (axe_violations(page), small, max(wide, 0)) == ([], 0, 0)
    picture(page, f"region-{width}-{size or 'std'}-{language}")
    context.close()


# --- counter tablets ----------------------------------------------------------------------------------------------------
@pytest.fixture
def code(sqlite_app: Flask) -> str:
    """The enrolment code of a tablet that asks for places."""
    return enrolment_code(HERE / "region.yaml")


def test_a_tablet_without_a_network_has_every_list_and_forgets_the_person(tablet: Page, server: Server) -> None:
    server.kill()
    tablet.reload()
    tablet.get_by_role("button", name="点这里开始").click()
    pick(tablet, "home_province", "440000")
    tablet.locator("#_g").click()
    expect(tablet.locator("#e-home_city")).to_be_visible()
    pick(tablet, "home_city", "440300")
    pick(tablet, "home_district", "440305")
    picture(tablet, "region-tablet-zh")
    assert axe_violations(tablet) == []
    tablet.reload()  # in the middle: it goes on where it was
    for name, value in WHOLE.items():
        expect(tablet.locator(f"#i-{name}")).to_have_value(value)
    tablet.locator("#_g").click()
    expect(tablet.locator("#h-good")).to_be_visible()
    tablet.locator("#_g").click()
    tablet.get_by_role("button", name="完成").click()
    tablet.get_by_role("button", name="点这里开始").click()
    expect(tablet.locator("#i-home_province")).to_have_value("")
    expect(tablet.locator("#i-home_city")).to_be_hidden()
    pick(tablet, "home_province", "440000")
    expect(tablet.locator("#i-home_city")).to_have_value("")
    server.start()
    tablet.get_by_role("button", name="不填了").click()
    nothing_waits(tablet)
    assert stored() == WHOLE
