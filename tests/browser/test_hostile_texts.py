"""Pasted scripts and htmx attributes in every text of a questionnaire stay text on every page that shows them."""

import contextlib
import itertools
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests import staff
from tests.browser.conftest import Site, go_on
from tests.browser.furnished import Furnished, Words, furnish
from tests.browser.looks import context_of

OWN = (
    '<script>window.hacked = 1; fetch("//hacked.example/1")</script>',
    '"><img src=//hacked.example/2 onerror="window.hacked = 2">',
    '<b hx-get="/hacked" hx-trigger="load" data-hx-post="/hacked" data-hx-trigger="load">b</b>',
    "' onfocus='window.hacked=3' autofocus x='",
    '</textarea></title></style><svg onload="window.hacked = 4"><a xlink:href="javascript:window.hacked=5">x</a></svg>',
    '<iframe srcdoc="<script>parent.hacked = 6</script>"></iframe><style>@import "//hacked.example/3";</style>',
    "<form action=javascript:window.hacked=7 hx-boost=true><button autofocus>x</button></form><meta http-equiv=refresh>",
    "<div hx-on:load='window.hacked=8' hx-ext=json hx-vals='js:{x: window.hacked=9}' hx-disinherit=*>x</div>",
    "]]><!--><details open ontoggle=window.hacked=10><base href=//hacked.example/>",
    "javascript:window.hacked=11//%0awindow.hacked=12",
    "{{7*7}}${7*7}<%= 7*7 %>#{7*7}",
)
"""Each tries another door: elements, attributes, schemes, frames, htmx, comments, templates."""
TRACES = "[hx-get='/hacked'], [data-hx-post='/hacked'], [src*=hacked], [onerror], [onload], [srcdoc], [ontoggle], base, marquee"


@dataclass
class Watch:
    """What must not happen in a browser."""

    origin: str
    expected: str = "^$"  # what the console may say
    wrong: list[str] = field(default_factory=list)

    def over(self, page: Page) -> Page:
        page.on("dialog", self._dialog)
        page.on("request", lambda request: self._request(request.url))
        page.on("console", lambda message: self._said(message.text, message.type))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("popup", lambda opened: self.wrong.append(f"window: {opened.url}"))
        return page

    def _dialog(self, dialog: object) -> None:
        self.wrong.append("dialog")
        dialog.dismiss()  # type: ignore[attr-defined]

    def _request(self, url: str) -> None:
        if not url.startswith((self.origin, "data:", "blob:", "about:")) or urlsplit(url).path == "/hacked":
            self.wrong.append(f"request: {url}")

    def _said(self, text: str, kind: str) -> None:
        if (kind == "error" or "Security Policy" in text) and not re.search(self.expected, text):
            self.wrong.append(f"console: {text}")

    def look(self, page: Page, name: str) -> None:
        """The page and its frames ran nothing and hold nothing that was pasted as an element."""
        for frame in page.frames:
            if frame.evaluate("typeof window.hacked !== 'undefined'"):
                self.wrong.append(f"{name}: a script ran")
            for trace in frame.locator(TRACES).evaluate_all("all => all.map(e => e.outerHTML.slice(0, 150))"):
                self.wrong.append(f"{name}: {trace}")


def lines_of(cases: Path) -> list[str]:
    """Attacks that others collected; `{` is left out, for it would name an answer that is not there."""
    folder = cases / "badinput"
    found = (folder / "split" / "xss-payloads-sample_shared.txt").read_text().splitlines()
    found += json.loads((folder / "blns.json").read_text())
    found += re.findall(r"```[a-z]*\n\s*(.*?)\s*```", (folder / "xss-polyglots-PATT.md").read_text(), re.DOTALL)
    return [line for line in found if "<" in line and "{" not in line and "\x00" not in line]


def armed(lines: Iterator[str], pieces: int) -> Words:
    """Words followed by the next attacks, so that every text carries others. Code braces would be piping: they are spaced."""

    def words(said: str) -> str:
        attack = " ".join(itertools.islice(lines, pieces))
        return f"{said} {attack}".replace("{", "{ ")

    return words


def unpacked(pdf: bytes) -> bytes:
    """A PDF with its compressed parts laid open."""
    parts = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    opened = []
    for part in parts:
        with contextlib.suppress(zlib.error):
            opened.append(zlib.decompress(part))
    return b"\n".join([re.sub(rb"stream\r?\n.*?endstream", b"", pdf, flags=re.DOTALL), *opened])


def visit(watch: Watch, site: Site, furnished: Furnished, context: BrowserContext) -> None:
    """Every page of the designer."""
    page = watch.over(context.new_page())
    page.set_default_timeout(15_000)
    for name, path in furnished.screens().items():
        page.goto(site.address + path)
        if name.startswith("editor"):
            expect(page.locator("#pane > *").first).to_be_visible()
            if name == "editor-preview":
                expect(page.frame_locator("#preview iframe").locator("form")).to_be_visible()
        watch.look(page, name)
    assert watch.wrong == []


def answer(watch: Watch, site: Site, furnished: Furnished, phone: Page) -> None:
    """The page of respondents, its second page and its messages."""
    watch.over(phone).goto(f"{site.address}/s/{furnished.code}")
    watch.look(phone, "respondent")
    for step in range(12):
        if not phone.locator("form").count():
            break
        shown = phone.locator("fieldset[data-q]:visible").first
        choice = shown.locator("input[type=radio], input[type=checkbox]")
        for name in sorted({str(box.get_attribute("name")) for box in choice.all()}):
            shown.locator(f"input[name={name}]").first.check(force=True)
        go_on(phone)
        watch.look(phone, f"respondent, step {step}")
    assert phone.locator("form").count() == 0 and watch.wrong == []


@pytest.fixture(params=["own", "cases"])
def furnished(request: pytest.FixtureRequest, site: Site) -> Furnished:
    """A questionnaire full of attacks: those of this file always, those of others where they are."""
    if request.param == "own":
        return furnish(staff.fill(site.app), armed(itertools.cycle(OWN), 2))
    lines = lines_of(request.getfixturevalue("cases"))
    assert len(lines) > 100
    return furnish(staff.fill(site.app), armed(itertools.cycle(lines), 4))


def test_attacks_in_every_text_stay_text_on_every_page(
    site: Site, furnished: Furnished, chromium: Browser, phone: Page
) -> None:
    context = context_of(chromium, site, furnished.chain)
    watch = Watch(site.address)
    visit(watch, site, furnished, context)
    answer(watch, site, furnished, phone)
    context.close()


def test_attacks_stay_text_in_what_the_editor_says(site: Site, chromium: Browser) -> None:
    """Refusals, conflicts, toasts, dialogs, what is typed just now."""
    furnished = furnish(staff.fill(site.app), armed(itertools.cycle(OWN), 2))
    context, other = (context_of(chromium, site, furnished.chain, role) for role in ("administrator", "researcher"))
    watch = Watch(site.address, r"status of (409|422)")
    pages = [watch.over(each.new_page()) for each in (context, other)]
    mine, theirs = pages
    for page in pages:
        page.goto(f"{site.address}{furnished.base}/editor?node={furnished.ruling}")
        expect(page.locator("#pane > *").first).to_be_visible()
    title = f"#n-{furnished.ruling} .title"
    for number, page in enumerate(pages):
        page.locator(title).fill(f"{number} {OWN[number]} {OWN[2]}")
        expect(page.locator("#saved")).to_have_class("saved" if number == 0 else "refused")
    expect(theirs.locator(f"#n-{furnished.ruling} .slot")).to_contain_text(OWN[0])
    watch.look(theirs, "conflict")
    mine.locator(f"#n-{furnished.ruling} [value^=remove]").last.click()
    expect(mine.get_by_role("dialog")).to_contain_text("<script>")
    watch.look(mine, "refusal")
    mine.keyboard.press("Escape")
    mine.locator(f"#n-{furnished.rule} .title").click()
    mine.locator(f"#n-{furnished.rule} .acts [data-modal]").click()
    expect(mine.get_by_role("dialog")).to_contain_text("<")
    watch.look(mine, "dialog")
    mine.keyboard.press("Escape")
    mine.locator(f"#n-{furnished.rule} .acts [value^=remove]").click()
    expect(mine.locator(".toast").last).to_be_visible()
    watch.look(mine, "toast")
    for page in pages:
        page.context.close()
    assert watch.wrong == []


def test_a_pdf_of_attacks_holds_no_action_and_no_link(site: Site) -> None:
    furnished = furnish(staff.fill(site.app), armed(itertools.cycle(OWN), 2))
    sent = furnished.chain.signed_in("researcher").get(f"{furnished.base}/questionnaire.pdf")
    assert sent.status_code == 200 and sent.data.startswith(b"%PDF")
    for name in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/EmbeddedFile", b"/OpenAction", b"/AA"):
        assert name not in unpacked(sent.data), name
