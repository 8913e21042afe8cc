"""Every screen of the designer: readable for everybody, never wider than the window, in both languages and colours."""

from playwright.sync_api import Browser, ViewportSize, expect

from tests import staff
from tests.browser.conftest import Site, axe_violations, picture
from tests.browser.furnished import furnish
from tests.browser.looks import context_of, each_look

COVERED_ELSEWHERE = {"versions", "version", "compare", "doors", "editor-root", "copy"}
"""test_publication.py, test_editor.py and test_staff.py look at these or their like."""


@each_look
def test_every_screen_of_the_designer_is_accessible_and_fits(
    chromium: Browser, site: Site, size: ViewportSize, language: str, scheme: str
) -> None:
    furnished = furnish(staff.fill(site.app), lambda words: words)
    context = context_of(chromium, site, furnished.chain, size=size, language=language, scheme=scheme)
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    faults = []
    for name, path in furnished.screens().items():
        if name in COVERED_ELSEWHERE:
            continue
        page.goto(site.address + path)
        if name.startswith("editor"):
            if size["width"] < 600:
                page.locator("[data-view=pane]").last.click()
            expect(page.locator("#pane > *").first).to_be_visible()
        faults += [f"{name}: {fault}" for fault in axe_violations(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            faults.append(f"{name}: wider than the window")
        if page.locator("h1").count() != 1:
            faults.append(f"{name}: not one heading")
        picture(page, f"designer-{name}-{size['width']}-{language}-{scheme}")
    context.close()
    assert faults == []
    assert said == []
