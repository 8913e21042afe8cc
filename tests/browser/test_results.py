"""The result page as a person sees it: on a phone and at a desk, in both languages, light and dark."""

import re

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

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
