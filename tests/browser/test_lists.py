"""The list of questionnaires by keyboard, and a link with two versions across a reload."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey_app.responses.models import Response
from tests import staff
from tests.browser.conftest import Site, axe_violations, go_on
from tests.browser.looks import PHONE, context_of
from tests.runner.street import publish, rows_of
from tests.runner.test_arms import both


@pytest.fixture
def chain(site: Site) -> staff.Chain:
    return staff.fill(site.app)


def test_a_row_is_filed_and_found_again_with_the_keyboard_alone(
    chromium: Browser, site: Site, chain: staff.Chain
) -> None:
    context = context_of(chromium, site, chain, "researcher", size=PHONE)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.address}/questionnaires")
    opener, menu = page.get_by_label("更多操作：门店服务评价"), page.locator(f"#more-{chain.questionnaire}")
    opener.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(menu).not_to_be_visible()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.rowmenu') !== null")
    menu.get_by_role("button", name="复制链接").press("Enter")
    expect(page.locator(".toast")).to_have_text("已复制")
    menu.get_by_role("link", name="文件夹与标签").press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("文件夹")).to_be_focused()
    assert axe_violations(page) == []
    page.keyboard.type("门店调研")
    page.keyboard.press("Tab")
    page.keyboard.type("月度，到店")
    page.keyboard.press("Enter")
    page.get_by_label("文件夹", exact=True).select_option("门店调研")
    expect(page.locator("#count")).to_have_text("共 1 份")
    assert "folder=" in page.url and page.get_by_role("link", name=re.compile("标签： ?到店")).is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= 360") and said == []
    context.close()


def test_a_tab_keeps_its_version_when_the_link_is_opened_again(site: Site, phone: Page) -> None:
    address = publish("ten.yaml")
    ids = both(address, "ten.yaml", "您对这次购药的整体服务满意吗？", "整体上，您满意这次购药吗？")
    site_address = site.address + address
    phone.goto(site_address)
    first = phone.locator("h2:visible").first.inner_text()
    phone.locator("label:visible").nth(3).click()
    go_on(phone)
    kept = phone.locator("[name=_v]").input_value()
    for _ in range(6):  # a bare link would draw anew each time
        phone.goto(site_address)
        phone.wait_for_function("document.querySelector('#_a') && document.querySelector('#_a').value !== ''")
        assert phone.locator("[name=_v]").input_value() == kept
        # a slow page takes a moment to go where the person was
        expect(phone.locator("h2:visible").first).not_to_contain_text(first.partition("？")[0])
    assert int(kept) in ids and rows_of(select(Response.id)) == []
    assert re.fullmatch(r"/s/\w{6}", phone.evaluate("location.pathname"))
    assert phone.context.cookies() == []
