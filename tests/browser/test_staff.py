"""Staff pages as people use them: on a phone and at a desk, in both languages, light and dark, with and without script."""

import re

import pytest
from playwright.sync_api import Browser, ViewportSize, expect

from tests import staff
from tests.browser.conftest import Site, axe_violations, picture
from tests.browser.looks import DESK, PHONE, context_of, each_look


@pytest.fixture
def chain(site: Site) -> staff.Chain:
    return staff.fill(site.app)


def pages_of(chain: staff.Chain) -> dict[str, str]:
    questionnaire, draft = f"/questionnaires/{chain.questionnaire}", f"/questionnaires/{chain.draft}"
    return {
        "list": "/questionnaires", "nothing-found": "/questionnaires?q=zzz", "archived": "/questionnaires?state=archived",
        "questionnaire": questionnaire, "preview": f"{questionnaire}/preview", "versions": f"{questionnaire}/versions",
        "no-versions": f"{draft}/versions", "version": f"{questionnaire}/versions/1", "publication": f"{draft}/publication",
        "doors": f"{questionnaire}/collectors", "no-doors": f"{draft}/collectors",
        "new-link": f"{questionnaire}/collectors/new?kind=link", "new-codes": f"{questionnaire}/collectors/new?kind=shop",
        "all-doors": "/collectors", "poster": f"/collectors/{chain.doors['own']}/poster", "posters": f"{questionnaire}/posters",
        "arms": f"/collectors/{chain.doors['link']}/variants", "variants": f"{questionnaire}/variants",
        "filing": f"{draft}/filing", "files": f"{draft}/files", "file": f"{questionnaire}/files?format=wjx",
        "results": f"{questionnaire}/results", "no-results": f"{draft}/results", "exports": f"{questionnaire}/exports",
        "no-exports": f"{draft}/exports", "edited-region": f"/regions/{chain.regions[0]}", "new-shop": "/shops/new",
        "library": "/library", "library-entry": "/library/care-experience", "organisation": "/organisation", "shops": "/shops",
        "shop": f"/shops/{chain.shops[0]}", "region": "/regions/new", "users": "/users", "new-user": "/users/new",
        "user": f"/users/{chain.users['shop-staff']}", "permissions": "/permissions", "events": "/events",
        "account": "/account", "missing": "/nowhere",
    }  # fmt: skip


@each_look
def test_every_staff_page_is_accessible_fits_and_breaks_no_policy(
    chromium: Browser, site: Site, chain: staff.Chain, size: ViewportSize, language: str, scheme: str
) -> None:
    context = context_of(chromium, site, chain, size=size, language=language, scheme=scheme)
    page = context.new_page()
    reports: list[str] = []
    foreign: list[str] = []
    page.on("console", lambda message: reports.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: reports.append(str(error)))
    page.on(
        "request", lambda request: foreign.append(request.url) if not request.url.startswith(site.address) else None
    )
    faults = []
    for name, path in pages_of(chain).items():
        page.goto(site.address + path)
        faults += [f"{name}: {fault}" for fault in axe_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{name}: wider than the window")
        if page.get_by_role("heading", level=1).count() != 1:
            faults.append(f"{name}: not one heading")
        picture(page, f"staff-{name}-{size['width']}-{language}-{scheme}")
    context.close()
    assert faults == []
    assert [report for report in reports if "404" not in report] == []
    assert foreign == []


@pytest.mark.parametrize(("language", "scheme"), [("zh", "light"), ("en", "dark")])
def test_signing_in_and_its_refusal_are_accessible(
    chromium: Browser, site: Site, chain: staff.Chain, language: str, scheme: str
) -> None:
    context = chromium.new_context(
        viewport=PHONE,
        locale="zh-CN" if language == "zh" else "en-GB",
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(site.address + "/users")
    assert page.evaluate("document.activeElement.id") == "email"
    assert axe_violations(page) == []
    picture(page, f"staff-sign-in-{language}-{scheme}")
    page.keyboard.type("administrator@example.org")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong")
    page.keyboard.press("Enter")
    expect(page.locator("#refusal")).to_be_focused()
    assert page.title().startswith("错误" if language == "zh" else "Error")
    assert axe_violations(page) == []
    page.fill("#password", staff.PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in/code"))
    assert page.evaluate("document.activeElement.id") == "code"
    assert axe_violations(page) == []
    page.keyboard.type(staff.code_of("administrator@example.org"))
    page.keyboard.press("Enter")
    page.wait_for_url(site.address + "/users")
    context.close()


def test_everything_works_without_script(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = chromium.new_context(viewport=DESK, java_script_enabled=False, locale="zh-CN")
    page = context.new_page()
    page.goto(site.address + "/")
    page.fill("#email", "researcher@example.org")
    page.fill("#password", staff.PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.fill("#code", staff.code_of("researcher@example.org"))
    page.click("button.main")
    page.fill("#q", "推荐")
    page.get_by_role("button", name="搜索").click()
    assert page.locator(".item").count() == 1
    page.get_by_role("link", name="推荐意愿").click()
    page.get_by_role("link", name="发布").click()
    page.fill("#note", "首次发布")
    page.get_by_role("button", name="发布").click()
    page.get_by_role("link", name="链接与二维码").last.click()
    page.get_by_role("link", name="门店二维码").click()
    page.get_by_label("人民路店").check()
    page.get_by_label("店内位置").fill("收银台")
    page.get_by_role("button", name="创建").click()
    assert page.locator(".door").count() == 1
    page.get_by_role("button", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    context.close()


def test_a_search_changes_rows_count_and_address_without_a_new_page(
    chromium: Browser, site: Site, chain: staff.Chain
) -> None:
    context = context_of(chromium, site, chain)
    page = context.new_page()
    page.goto(site.address + "/questionnaires")
    page.evaluate("window.same = true")
    page.locator("#q").press_sequentially("门店")
    expect(page.locator("#count")).to_have_text("共 1 份")
    expect(page.locator(".item")).to_have_count(1)
    expect(page.locator("#q")).to_be_focused()
    assert page.url.endswith("/questionnaires?q=%E9%97%A8%E5%BA%97") and page.evaluate("window.same") is True
    page.reload()
    expect(page.locator(".item")).to_have_count(1)
    context.close()


def test_a_search_that_fails_says_so_once(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = context_of(chromium, site, chain)
    page = context.new_page()
    page.goto(site.address + "/questionnaires")
    context.set_offline(True)
    page.locator("#q").press_sequentially("门")
    expect(page.locator(".toast")).to_have_text("网络不通，请重试。")
    context.close()


def test_a_link_is_copied_with_the_keyboard_and_said(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = context_of(chromium, site, chain)
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    page = context.new_page()
    page.goto(f"{site.address}/questionnaires/{chain.questionnaire}/collectors")
    button = page.get_by_role("button", name="复制").first
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#toasts")).to_contain_text("已复制")
    expect(button).to_be_focused()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.fullmatch(re.escape(site.address) + "/s/[2-9A-Z]{6}", copied)
    context.close()


def test_all_shops_are_ticked_at_once(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = context_of(chromium, site, chain)
    page = context.new_page()
    page.goto(f"{site.address}/questionnaires/{chain.questionnaire}/collectors/new?kind=shop")
    page.get_by_role("button", name="全选").click()
    assert page.locator("input[name=shop]:checked").count() == 2
    page.get_by_role("button", name="全不选").click()
    assert page.locator("input[name=shop]:checked").count() == 0
    context.close()


def test_the_menu_of_a_phone_opens_and_closes(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = context_of(chromium, site, chain, size=PHONE)
    page = context.new_page()
    page.goto(site.address + "/questionnaires")
    menu = page.get_by_role("navigation", name="主菜单")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    expect(menu).to_be_visible()
    assert axe_violations(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    page.get_by_role("button", name="菜单").click()
    menu.get_by_role("link", name="标准问卷库").click()
    page.wait_for_url("**/library")
    context.close()


def test_the_preview_shows_the_real_page_inside_a_frame(chromium: Browser, site: Site, chain: staff.Chain) -> None:
    context = context_of(chromium, site, chain, "researcher")
    page = context.new_page()
    page.goto(f"{site.address}/questionnaires/{chain.questionnaire}/preview")
    inside = page.frame_locator("iframe")
    expect(inside.get_by_role("heading", name="总体来说，您对这次到店满意吗？")).to_be_visible()
    page.get_by_role("link", name="English").last.click()
    expect(page.frame_locator("iframe").get_by_text("Overall, how satisfied").first).to_be_visible()
    context.close()
