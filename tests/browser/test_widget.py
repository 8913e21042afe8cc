"""A questionnaire inside a page of another origin, in a real Chromium: height, the list of sites, the signed order."""

import json
import threading
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect
from sqlalchemy import select

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.distribution import widgets
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.people import signing
from survey_app.questionnaire.loading import load_definition
from survey_app.responses.models import Response
from survey_app.runner import widget as signed_orders
from tests.browser.conftest import Site, axe_violations, picture
from tests.runner.street import rows_of

RUNNER = Path(__file__).parents[1] / "runner"
ORDER = "2026110500123"


class Elsewhere:
    """Another site: serves one page, whatever is asked."""

    def __init__(self) -> None:
        self.html = ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.html.encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def shows(self, snippet: str) -> None:
        self.html = (
            "<!doctype html><html lang=zh-CN><title>订单</title><body style='margin:16px'><h1>我的订单</h1>"
            f"<p style='height:300px'>商品</p>{snippet}<p id=after>页脚</p></body></html>"
        )


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    made = Elsewhere()
    yield made
    made.server.shutdown()
    made.server.server_close()


Put = Callable[..., Collector]


@pytest.fixture
def put(site: Site, elsewhere: Elsewhere) -> Put:
    """Put a questionnaire into the page of the other site: `put("ten.yaml")`."""

    def make(file: str, *, allowed: bool = True, mode: str = "anonymous", query: str = "") -> Collector:
        now, by = clock.now(), COMMAND_LINE
        text = (RUNNER / file).read_text()
        if mode != "anonymous":
            text = text.replace("format: 1\n", f"format: 1\nmode: {mode}\n", 1)
        questionnaire = drafting.load_file(definition=load_definition(text.encode(), file=file), by=by, now=now)
        publishing.publish(questionnaire=questionnaire, by=by, now=now)
        made = widgets.create_widget(
            questionnaire=questionnaire, name="官网", sites="https://www.example.com", own=site.address, code=None, by=by,
            now=now,
        )  # fmt: skip
        if allowed:
            made.sites = [*made.sites, elsewhere.origin]  # the form takes https alone
        db.session.commit()
        elsewhere.shows(
            widgets.snippet(f"{site.address}/s/{made.code}{query}", f"{site.address}/static/widget.js", "到店评价")
        )
        db.session.expunge_all()
        db.session.remove()
        return made

    return make


def inside(page: Page) -> FrameLocator:
    return page.frame_locator("iframe")


def height(page: Page) -> float:
    found: float = page.evaluate("document.querySelector('iframe').getBoundingClientRect().height")
    return found


def wanted(page: Page) -> float:
    """How high the framed page is."""
    found: float = page.frames[1].evaluate("document.body.offsetHeight")
    return found


def settled(page: Page) -> None:
    """Wait until the frame is as high as its page."""
    for _ in range(100):
        if abs(height(page) - wanted(page)) <= 1:
            return
        page.wait_for_timeout(50)
    raise AssertionError((height(page), wanted(page)))


def test_the_frame_follows_the_height_of_every_step_up_to_the_thanks(
    phone: Page, elsewhere: Elsewhere, put: Put
) -> None:
    put("short.yaml")
    phone.goto(elsewhere.origin)
    settled(phone)
    first = height(phone)
    inside(phone).get_by_text("非常不满意", exact=True).click()
    expect(inside(phone).locator("#q-why")).to_be_visible()
    settled(phone)
    assert height(phone) > first
    picture(phone, "widget-360")
    inside(phone).locator("[name=why]").fill("等太久")
    inside(phone).get_by_role("button", name="提交问卷").click()
    expect(inside(phone).get_by_role("heading", name="感谢您的回答")).to_be_visible()
    settled(phone)
    picture(phone, "widget-thanks-360")
    assert [row.channel for row in rows_of(select(Response))] == ["widget"]


def test_a_new_question_is_shown_from_its_beginning(phone: Page, elsewhere: Elsewhere, put: Put) -> None:
    put("ten.yaml")
    phone.goto(elsewhere.origin)
    settled(phone)
    inside(phone).locator("label:visible").first.click()
    inside(phone).locator("#_g").scroll_into_view_if_needed()
    phone.mouse.wheel(0, 400)
    inside(phone).locator("#_g").click()
    settled(phone)
    top = phone.evaluate("document.querySelector('iframe').getBoundingClientRect().top")
    assert top >= -1


def test_a_site_that_is_not_on_the_list_shows_nothing(phone: Page, elsewhere: Elsewhere, put: Put) -> None:
    made = put("short.yaml", allowed=False)
    refused: list[str] = []
    phone.on("console", lambda message: refused.append(message.text))
    phone.goto(elsewhere.origin)
    phone.wait_for_timeout(500)
    assert any("frame-ancestors" in text for text in refused), refused
    assert inside(phone).locator("form").count() == 0
    assert made.code


def test_other_doors_stay_unframed(site: Site, phone: Page, put: Put) -> None:
    made = put("short.yaml")
    reply = phone.request.get(f"{site.address}/s/{made.code}")
    framed = [part for part in reply.headers["content-security-policy"].split("; ") if part.startswith("frame-anc")]
    assert framed == [f"frame-ancestors {site.address} https://www.example.com {framed[0].split()[-1]}"]
    for path in ("/s/AAAAAA", "/privacy", "/withdraw"):
        assert "frame-ancestors 'none'" in phone.request.get(site.address + path).headers["content-security-policy"]


def test_messages_of_strangers_move_nothing(phone: Page, elsewhere: Elsewhere, put: Put) -> None:
    put("short.yaml")
    phone.goto(elsewhere.origin)
    settled(phone)
    before = height(phone)
    phone.evaluate("window.postMessage({survey: 5000, moved: true}, '*')")
    phone.frames[1].evaluate("parent.postMessage({survey: 'x'}, '*'); parent.postMessage({survey: 1e9}, '*')")
    phone.wait_for_timeout(300)
    assert height(phone) == before


def test_the_test_page_of_staff_shows_the_widget(site: Site, desktop: Page, put: Put) -> None:
    from tests import staff

    made = put("short.yaml")
    staff.make_user("manager")
    db.session.commit()
    db.session.remove()
    desktop.goto(f"{site.address}/sign-in?next=/collectors/{made.id}/sample-page")
    desktop.fill("#email", "manager@example.org")
    desktop.fill("#password", staff.PASSWORD)
    desktop.locator("form.card button.main").click()
    expect(inside(desktop).get_by_role("heading", name="您满意吗？")).to_be_visible()
    settled(desktop)
    picture(desktop, "widget-sample")
    assert axe_violations(desktop) == []


# --- the order --------------------------------------------------------------------------------------------------------
def signed(key: str, secret: str, *, at: int | None = None, order: str = ORDER) -> str:
    claimed = {"key": key, "order": order, "at": int(time.time()) if at is None else at}
    payload = urlsafe_b64encode(json.dumps(claimed).encode()).rstrip(b"=").decode()
    return f"{payload}.{signed_orders.signed(secret, payload)}"


@pytest.fixture
def shop_system(site: Site) -> tuple[str, str]:
    """A system with a key: its public name and its secret."""
    key, secret = signing.create_key(source="web-shop", by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    return key.key, secret


def answered(page: Page, elsewhere: Elsewhere) -> str:
    """Answer; what the database then holds of the answers."""
    page.goto(elsewhere.origin)
    inside(page).get_by_text("非常满意", exact=True).click()
    inside(page).get_by_role("button", name="提交问卷").click()
    expect(inside(page).get_by_role("heading", name="感谢您的回答")).to_be_visible()
    return json.dumps([row.answers for row in rows_of(select(Response))])


def test_an_identified_questionnaire_takes_the_signed_order(
    phone: Page, elsewhere: Elsewhere, put: Put, shop_system: tuple[str, str]
) -> None:
    put("ordered.yaml", mode="identified", query=f"?o={signed(*shop_system)}")
    assert ORDER in answered(phone, elsewhere)


@pytest.mark.parametrize("wrong", ["forged", "old", "damaged", "unknown key"])
def test_an_order_that_is_not_genuine_is_ignored(
    phone: Page, elsewhere: Elsewhere, put: Put, shop_system: tuple[str, str], wrong: str
) -> None:
    key, secret = shop_system
    value = {
        "forged": signed(key, "another"),
        "old": signed(key, secret, at=int(time.time()) - 4_000),
        "damaged": signed(key, secret)[:-4],
        "unknown key": signed("k_0", secret),
    }[wrong]
    put("ordered.yaml", mode="identified", query=f"?o={value}")
    assert ORDER not in answered(phone, elsewhere)


def test_an_anonymous_questionnaire_neither_reads_nor_keeps_the_order(
    chromium: Browser, site: Site, phone: Page, elsewhere: Elsewhere, put: Put, shop_system: tuple[str, str]
) -> None:
    value = signed(*shop_system)
    put("short.yaml", query=f"?o={value}")
    phone.goto(elsewhere.origin)
    assert value not in phone.frames[1].content() and ORDER not in phone.frames[1].content()
    assert ORDER not in answered(phone, elsewhere)
    path = site.settings.sqlite_path
    assert path is not None
    db.session.remove()
    for file in path.parent.glob(path.name + "*"):
        assert ORDER.encode() not in file.read_bytes() and value.encode() not in file.read_bytes()
