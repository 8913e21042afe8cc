"""The result page as a person sees it: on a phone and at a desk, in both languages, light and dark."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from survey_app import clock, work, worker
from survey_app.analysis.figures import Mover
from survey_app.database import db
from tests.analysis import showcase
from tests.analysis.staff import client_of
from tests.browser.conftest import Site, axe_violations, picture

SIZES = {"phone": (360, 740), "desk": (1366, 768)}


def open_page(chromium: Browser, site: Site, role: str, size: str, language: str, scheme: str = "light") -> Page:
    """A signed-in page of this size."""
    cookie = client_of(site.app, role, language).get_cookie("staff")
    assert cookie is not None
    db.session.remove()  # an open transaction here would make the served site wait
    width, height = SIZES[size]
    context: BrowserContext = chromium.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    context.add_cookies([{"name": "staff", "value": cookie.value, "url": site.address}])
    return context.new_page()


@pytest.mark.parametrize(
    ("size", "language", "scheme", "count"),
    [
        ("phone", "zh", "light", 700),
        ("phone", "en", "light", 12),
        ("desk", "zh", "light", 700),
        ("desk", "en", "dark", 700),
    ],
)
def test_the_result_page_is_accessible_and_fits(
    chromium: Browser, site: Site, size: str, language: str, scheme: str, count: int
) -> None:
    questionnaire_id = showcase.fill(count).questionnaire_id
    Mover().tick()
    page = open_page(chromium, site, "researcher", size, language, scheme)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    page.goto(f"{site.address}/questionnaires/{questionnaire_id}/results")
    for summary in page.locator("article summary").all():
        summary.click()
    picture(page, f"results-{size}-{language}-{scheme}-{count}")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert faults == []  # no report of the content security policy
    if count > 50:
        page.get_by_role("button", name=re.compile("查看文字|Read texts")).first.click()
        page.wait_for_selector(".quotes li")
        assert axe_violations(page) == []
        picture(page, f"comments-{size}-{language}-{scheme}")
    page.context.close()


@pytest.mark.parametrize(("size", "language", "scheme"), [("phone", "zh", "light"), ("desk", "en", "dark")])
def test_a_file_is_ordered_watched_and_fetched(
    chromium: Browser, site: Site, size: str, language: str, scheme: str
) -> None:
    questionnaire_id = showcase.fill(40).questionnaire_id
    page = open_page(chromium, site, "researcher", size, language, scheme)
    page.goto(f"{site.address}/questionnaires/{questionnaire_id}/exports")
    page.locator("input[name=format][value=csv]").check()
    page.get_by_label(re.compile("导出用途|Purpose")).fill("月度分析")
    page.locator("aside button").click()
    page.wait_for_selector(".export")
    assert axe_violations(page) == []
    [(work_id, _)] = work.due(now=clock.now())
    db.session.remove()
    assert worker.perform(site.app, work_id)
    db.session.remove()
    with page.expect_download() as download:  # the line asks by itself every two seconds
        page.get_by_role("button", name=re.compile("下载数据|Download data")).click(timeout=8_000)
    assert re.fullmatch(r"showcase-\d{8}-\d{4}\.csv", download.value.suggested_filename)
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("下载编码表|codebook")).click()
    assert Path(download.value.path()).read_bytes().startswith(b"\xef\xbb\xbfvariable,")
    picture(page, f"exports-{size}-{language}-{scheme}")
    assert axe_violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.context.close()
