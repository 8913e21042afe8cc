"""Every screen about reaching people: readable for everybody, never wider than the window, in both languages and colours."""

import re

from playwright.sync_api import Browser, Page, ViewportSize

from survey_app.config import ROOT
from tests.browser.conftest import Site, axe_violations, picture
from tests.browser.looks import context_of, each_look
from tests.browser.reached import Reached, furnish

CHINESE = re.compile(r"[\u3400-\u9fff]{2,}")  # of a masked name one character is left
CATALOGUE = ROOT / "translations" / "en" / "LC_MESSAGES" / "messages.po"
OURS = frozenset(re.findall(r'^msgid "(.*[\u3400-\u9fff].*)"$', CATALOGUE.read_text(), re.MULTILINE))
OWN_LANGUAGE = "[...document.querySelectorAll('body :not(script):not(style)')].filter(e => !e.closest('[lang^=zh]'))"
WORDS = (
    f"{OWN_LANGUAGE}.flatMap(e => [e.title, e.placeholder, e.ariaLabel, ...[...e.childNodes]"
    ".filter(n => n.nodeType === 3).map(n => n.data)]).filter(Boolean).join('\\n')"
)


def untranslated(page: Page, data: str) -> list[str]:
    """Chinese words of an English page that are no data, and whole texts that the catalogue knows."""
    lines = {line.strip() for line in page.evaluate(WORDS).replace("中文", "").splitlines()}
    strange = {found for line in lines for found in CHINESE.findall(line) if found not in data}
    ours = {line for line in lines & OURS if f"'{line}'" not in data and f'"{line}"' not in data}
    return sorted(strange | ours)


def faults_of(page: Page, reached: Reached, language: str) -> list[str]:
    faults = axe_violations(page)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        faults.append("wider than the window")
    if page.locator("h1").count() != 1:
        faults.append("not one heading")
    if language == "en":
        faults += [f"not in English: {words}" for words in untranslated(page, reached.data)]
    return faults


@each_look
def test_every_screen_about_reaching_people_is_accessible_and_fits(
    chromium: Browser, site: Site, size: ViewportSize, language: str, scheme: str
) -> None:
    reached = furnish(site)
    faults, said = [], []
    for role, screens in reached.screens.items():
        context = context_of(chromium, site, reached.chain, role, size=size, language=language, scheme=scheme)
        page = context.new_page()
        page.on("console", lambda one: said.append(one.text) if one.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: said.append(str(error)))
        for name, path in screens.items():
            answer = page.goto(site.address + path)
            if answer is None or answer.status != 200:
                faults.append(f"{name}: {answer and answer.status}")
                continue
            faults += [f"{name}: {fault}" for fault in faults_of(page, reached, language)]
            picture(page, f"reaching-{name}-{size['width']}-{language}-{scheme}")
        context.close()
    assert not faults, "\n".join(faults)
    assert said == []
