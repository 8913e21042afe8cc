"""Rankings, amounts, sliders and tables under a finger: buttons, the running rest, the line; accessible, never sideways."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey_app.responses.models import Response
from tests.browser.conftest import Site, axe_violations, go_on, picture
from tests.browser.tablets import enrolment_code, nothing_waits
from tests.runner.street import HERE, publish, rows_of


@pytest.fixture
def quiet(phone: Page) -> Page:
    """A phone that reports script errors."""
    phone.on("pageerror", lambda error: pytest.fail(str(error)))
    return phone


def test_a_ranking_is_made_with_buttons(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("tables.yaml"))
    first = quiet.locator("#q-wish")
    quiet.get_by_role("button", name="上移 药师的讲解").click()
    quiet.get_by_role("button", name="上移 价格").click()
    quiet.get_by_role("button", name="上移 药品齐全").click()
    expect(first.locator("li label").nth(0)).to_have_text("药师的讲解")
    quiet.get_by_role("button", name="上移 价格").click()
    expect(first.locator("li label").nth(0)).to_have_text("价格")
    expect(quiet.get_by_role("button", name="上移 价格")).to_be_focused()
    expect(first.locator("[role=status]")).to_have_text("价格 1")
    expect(quiet.locator("[name=wish_staff]")).to_have_value("2")
    quiet.get_by_role("button", name="上移 等候时间").click()  # takes the last of three ranks
    expect(quiet.locator("[name=wish_speed]")).to_have_value("3")
    expect(quiet.locator("[name=wish_stock]")).to_have_value("")
    quiet.locator("[name=wish_speed]").select_option("1")  # the two change places
    expect(quiet.locator("[name=wish_price]")).to_have_value("3")
    picture(quiet, "ranking-360")


def ranked(page: Page) -> None:
    """Three choices put in order, and on to the next question."""
    for name in ("药师的讲解", "价格", "药品齐全"):
        page.get_by_role("button", name=f"上移 {name}").click()
    go_on(page)


def test_the_rest_is_counted_while_amounts_are_typed(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("tables.yaml"))
    ranked(quiet)
    rest = quiet.locator(".rest")
    expect(rest).to_have_text("")
    quiet.locator("#i-share_price").fill("60")
    expect(rest).to_have_text("已填 60，还剩 40")
    quiet.locator("#i-share_advice").fill("40")
    expect(rest).to_have_text("已填 100，还剩 0")
    picture(quiet, "sum-360")


def test_the_line_starts_without_an_answer_and_goes_with_its_field(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("tables.yaml"))
    ranked(quiet)
    quiet.locator("#i-share_price").fill("100")
    go_on(quiet)
    line, number, cold = quiet.locator(".slide [type=range]"), quiet.locator("#i-warmth"), quiet.locator("#q-cold")
    expect(line).to_have_attribute("aria-valuetext", "还没有回答")
    expect(number).to_have_value("")
    picture(quiet, "slider-360")
    line.focus()
    line.press("ArrowRight")
    expect(number).to_have_value("55")
    line.press("Home")
    expect(number).to_have_value("0")
    expect(cold).to_have_js_property("hidden", False)  # rules follow the line
    quiet.locator(".slide label", has_text="不清楚").click()
    expect(number).to_have_value("")
    expect(cold).to_have_js_property("hidden", True)
    number.fill("80")
    expect(quiet.locator(".slide [type=checkbox]")).not_to_be_checked()
    expect(line).to_have_js_property("value", "80")


def test_a_phone_fills_in_every_new_kind(site: Site, quiet: Page) -> None:
    quiet.goto(site.address + publish("tables.yaml"))
    ranked(quiet)
    quiet.locator("#i-share_price").fill("100")
    go_on(quiet)
    quiet.locator("#i-warmth").fill("80")
    go_on(quiet)
    for code in ("web", "none", "tv"):
        quiet.locator(f"label:has([name=seen_chain][value={code}])").click()
    expect(quiet.locator("#q-seen :checked")).to_have_count(1)
    go_on(quiet)
    quiet.locator("#i-drug_a_title").fill("感冒灵")
    quiet.locator("#_g").click()
    expect(quiet.locator("#e-drug_a_boxes")).to_be_visible()
    quiet.locator("#i-drug_a_boxes").fill("2")
    quiet.locator("#i-drug_a_form").select_option("pill")
    while quiet.locator("h1", has_text="请检查您的答案").count() == 0:
        go_on(quiet)
    picture(quiet, "review-tables-360")
    quiet.get_by_role("button", name="提交问卷").click()
    expect(quiet.locator(".code")).to_be_visible()
    (response,) = rows_of(select(Response))
    assert response.answers["wish"] == ["staff", "price", "stock"] and response.answers["warmth"] == 80
    assert response.answers["drug_a_boxes"] == 2 and response.answers["seen_chain"] == ["tv"]


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("width", "size"), [(360, ""), (360, "huge"), (800, ""), (280, "huge")])
def test_pages_of_the_new_kinds_are_accessible_and_never_scroll_sideways(
    site: Site, chromium: Browser, language: str, width: int, size: str
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 740}, locale=language, java_script_enabled=True)
    page = context.new_page()
    address = publish("tables.yaml")
    page.goto(f"{site.address}{address}?l={language}")
    if size:
        with page.expect_navigation():
            page.locator(f"[name=view][value='size:{size}']").click()
    faults = []
    for name in ("first", "second"):
        page.evaluate("document.querySelectorAll('.step').forEach(e => { e.hidden = false })")
        faults += [f"{name}: {fault}" for fault in axe_violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        faults += [f"{name}: {wide} px too wide"] if wide > 0 else []
        picture(page, f"tables-{name}-{width}-{size or 'std'}-{language}")
        if name == "first":
            for code, rank in (("staff", "1"), ("price", "2"), ("stock", "3")):
                page.locator(f"[name=wish_{code}]").select_option(rank)
            page.locator("#i-share_price").fill("100")
            page.locator("#i-warmth").fill("80")
            while page.locator("#q-seen").count() == 0:
                go_on(page)
    assert faults == []
    context.close()


# --- counter tablets ----------------------------------------------------------------------------------------------------
@pytest.fixture
def code(sqlite_app: Flask) -> str:
    """The enrolment code of a tablet that shows the new kinds."""
    return enrolment_code(HERE / "tables.yaml")


def test_a_tablet_lets_nothing_out_that_the_server_would_refuse(tablet: Page) -> None:
    def on() -> None:
        tablet.locator("#_g").click()

    wrong = tablet.locator(".err.own:visible")
    tablet.get_by_role("button", name="点这里开始").click()
    tablet.get_by_role("button", name="上移 价格").click()
    on()
    expect(wrong).to_contain_text("请您排出第 1 至第 3 位")
    for name in ("药师的讲解", "药品齐全"):
        tablet.get_by_role("button", name=f"上移 {name}").click()
    on()
    tablet.locator("#i-share_price").fill("90")
    on()
    expect(wrong).to_contain_text("合计为 100")
    tablet.locator("#i-share_near").fill("10")
    on()
    tablet.locator("#i-warmth").fill("33")
    on()
    expect(wrong).to_contain_text("每隔 5")
    assert axe_violations(tablet) == []
    tablet.locator(".slide label", has_text="不清楚").click()
    on()
    expect(tablet.locator("#h-seen")).to_be_visible()
    for code_ in ("web", "tv", "road"):
        tablet.locator(f"label:has([name=seen_chain][value={code_}])").click()
    on()
    expect(wrong).to_contain_text("最多选择 2 项")
    tablet.locator("label:has([name=seen_chain][value=road])").click()
    on()
    tablet.locator("#i-drug_a_title").fill("感冒灵")
    tablet.locator("#i-drug_a_boxes").fill("21")
    tablet.locator("#i-drug_a_form").select_option("pill")
    on()
    expect(wrong).to_contain_text("不大于 20")
    tablet.locator("#i-drug_a_boxes").fill("2")
    for _ in range(5):
        on()
    expect(tablet.get_by_role("heading", name="感谢您的回答")).to_be_visible()
    nothing_waits(tablet)
    (response,) = rows_of(select(Response))
    assert response.answers["wish"] == ["price", "staff", "stock"] and response.answers["warmth"] == "unknown"
