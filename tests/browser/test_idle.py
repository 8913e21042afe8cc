"""The warning before pages that show people close themselves: seen, answered, and what happens when nobody does."""

from datetime import datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect

from survey_app import clock
from tests import staff
from tests.browser.conftest import Site, axe_violations, picture

EMAIL = "customer-service@example.org"


def code(at: datetime) -> str:
    return pyotp.TOTP(staff.SECRET).at(at)


def test_a_page_of_people_warns_stays_on_request_and_leaves_by_itself(
    site: Site, desktop: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    staff.fill(site.app)
    begun, page = clock.now(), desktop
    page.clock.install(time=begun)

    def later(minutes: float) -> None:
        """The clocks of the server and of the browser go on together."""
        monkeypatch.setattr(clock, "now", lambda: begun + timedelta(minutes=minutes))

    later(0)
    page.goto(f"{site.address}/sign-in?next=/contacts")
    page.fill("#email", EMAIL)
    page.fill("#password", staff.PASSWORD)
    page.click("button.main")
    page.fill("#code", code(clock.now()))
    page.click("button.main")
    dialog = page.locator("#idle")
    expect(page).to_have_url(f"{site.address}/contacts")
    page.wait_for_load_state()  # the script counts from the moment it runs
    expect(dialog).to_be_hidden()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    later(12.9)
    page.clock.run_for(int(12.9 * 60_000))
    assert asked == []  # nothing is asked in between
    later(13.1)
    page.clock.run_for(12_000)
    expect(dialog).to_be_visible()
    assert [url.removeprefix(site.address) for url in asked] == ["/account/idle"]
    assert axe_violations(page) == []
    picture(page, "idle-warning")
    page.get_by_role("button", name="继续使用").click()
    expect(dialog).to_be_hidden()
    later(26.2)
    page.clock.run_for(int(13.05 * 60_000))
    expect(dialog).to_be_visible()
    later(28.3)
    page.clock.run_for(130_000)
    expect(page.get_by_role("heading", name="请再次确认身份")).to_be_visible()
    assert axe_violations(page) == []
    picture(page, "idle-again")
    page.fill("#proof", code(clock.now()))
    page.click("button.main")
    expect(page).to_have_url(f"{site.address}/contacts")
