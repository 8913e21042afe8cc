"""A served site and a headless Chromium for tests that look at pages as a person does."""

import os
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from werkzeug.serving import make_server

from survey_app import create_app, installation
from survey_app.config import Settings
from survey_app.database import db
from tests.browser.tablets import PIN
from tests.conftest import make_settings
from tests.faults.serving import Server

CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artifacts"
AXE_RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


def chromium_path() -> str | None:
    """The browser of the system; Playwright's own is not downloaded."""
    for name in ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"):
        if found := shutil.which(name):
            return found
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return str(mac) if mac.exists() else None


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        pytest.skip("LOUD: no Chromium on this machine, so NO page was looked at; install the package chromium")
    expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


@dataclass
class Site:
    """A served installation: its address, application and settings."""

    address: str
    app: Flask
    settings: Settings


@pytest.fixture
def site(sqlite_settings: Settings, tmp_path: Path) -> Iterator[Site]:
    """An installed, empty site on SQLite, served on a free loopback port by threads of this process."""
    from survey_app.server import whole_site

    holder: dict[str, Any] = {}

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return holder["site"](environ, start_response)

    server = make_server("127.0.0.1", 0, application, threaded=True)
    address = f"http://127.0.0.1:{server.server_port}"
    settings = make_settings(sqlite_settings.instance, PUBLIC_URL=address)
    app = create_app(settings)
    app.config["TESTING"] = True
    installation.use_secret(app)
    holder["site"] = whole_site(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    with app.app_context():
        yield Site(address, app, settings)
        db.session.remove()
    server.shutdown()
    thread.join(5)


@pytest.fixture
def phone(chromium: Browser) -> Iterator[Page]:
    """A page of 360 x 740, as on a phone."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN")
    yield context.new_page()
    context.close()


@pytest.fixture
def desktop(chromium: Browser) -> Iterator[Page]:
    """A page of 1366 x 768, as on a desk."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    yield context.new_page()
    context.close()


# --- counter tablets: `code` comes from the test -----------------------------------------------------------------------
@pytest.fixture
def server(sqlite_settings: Settings, code: str) -> Iterator[Server]:
    """A real server in processes of its own."""
    made = Server(sqlite_settings, {"PUBLIC_URL": "http://127.0.0.1:8000"}).start()
    yield made
    made.stop()


@pytest.fixture
def counter(chromium: Browser) -> Iterator[BrowserContext]:
    """A tablet on a counter, upright."""
    context = chromium.new_context(viewport={"width": 768, "height": 1024}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def tablet(counter: BrowserContext, server: Server, code: str) -> Page:
    """An enrolled tablet that can work without a network."""
    page = counter.new_page()
    page.goto(f"http://127.0.0.1:{server.port}/k/")
    page.get_by_role("link", name="登记这台平板").click()
    page.fill("#code", code.lower())
    page.fill("#pin", PIN)
    page.get_by_role("button", name="开始使用").click()
    page.wait_for_url("**/k/", wait_until="commit")
    expect(page.locator("html")).to_have_attribute("data-ready", "true")
    return page


def axe_violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 A and AA: rule and first place, one line each."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=AXE_RULES).response["violations"]
    return [f"{v['id']}: {v['help']} at {v['nodes'][0]['target']} ({len(v['nodes'])})" for v in found]


def picture(page: Page, name: str) -> None:
    """Keep a screenshot for a person to look at, when PICTURES is set."""
    if os.environ.get("PICTURES"):
        ARTEFACTS.mkdir(exist_ok=True)
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)


SHOWN = "[...document.querySelectorAll('h1, h2, .err')].filter(e => e.offsetParent).map(e => e.textContent).join('|')"


def go_on(page: Page, script: bool = True) -> None:
    """Press the page's main button and wait for what it leads to: the next step, or the next document."""
    if not script:
        with page.expect_navigation():
            page.locator("button.go:visible").click()
        return
    before = page.evaluate(f"document.documentElement.dataset.left = ''; {SHOWN}")
    page.locator("button.go:visible").click()
    # Between two documents there is for a moment no root element: that is no answer yet.
    page.wait_for_function(
        "before => { const root = document.documentElement;"
        f" return !!(root && document.body) && (!('left' in root.dataset) || {SHOWN} !== before) }}",
        arg=before,
    )
    page.wait_for_load_state()
