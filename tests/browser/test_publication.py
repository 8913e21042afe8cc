"""Publication, differences and approval looked at as a person does: readable for everybody, and nothing pasted runs."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from survey_app import clock
from survey_app.accounts import signing_in
from survey_app.accounts.models import User
from survey_app.database import db
from survey_app.design import approving
from survey_app.design.editing import changing
from survey_app.design.models import Questionnaire
from survey_app.events import Actor
from survey_app.organisation import chain as organisation
from tests import staff
from tests.browser.conftest import Site, axe_violations

HOSTILE = (
    "<img src=x onerror=\"document.title='ran'\"><script>document.title='ran'</script><b hx-get=/x hx-trigger=load>"
)
Look = Callable[[str, str, str, int], Page]


def change(questionnaire: Questionnaire, operation: Callable[[dict[str, Any]], None]) -> None:
    changing.change(
        questionnaire=questionnaire, operation=lambda tree: operation(tree.data), kind="test", page="p" * 16, base=None,
        by=Actor(None, "test", "test"), now=clock.now(),
    )  # fmt: skip


def spoil(data: dict[str, Any]) -> None:
    first = data["pages"][0]["questions"][0]
    first["text"] = {"zh-CN": f"您对这次买药满意吗？{HOSTILE}", "en": f"Were you satisfied? {HOSTILE}"}
    first["unsure"] = {"zh-CN": HOSTILE, "en": "Not sure"}
    data["title"]["en"] = HOSTILE


@pytest.fixture
def chain(site: Site) -> staff.Chain:
    made = staff.fill(site.app)
    change(db.session.get_one(Questionnaire, made.questionnaire), spoil)
    organisation.the_chain().needs_approval = True
    asker = Actor(made.users["researcher"], "researcher@example.org", "researcher")
    draft = db.session.get_one(Questionnaire, made.draft)
    approving.request(questionnaire=draft, note=HOSTILE, by=asker, now=clock.now())
    db.session.commit()
    db.session.remove()
    return made


def sign_in(page: Page, site: Site, chain: staff.Chain, role: str, language: str) -> None:
    """The session of a signed-in person, without the form."""
    ticket = signing_in.ticket(db.session.get_one(User, chain.users[role]), clock.now())
    db.session.remove()
    signer = site.app.session_interface.get_signing_serializer(site.app)  # type: ignore[attr-defined]
    value = signer.dumps({"ticket": ticket, "language": language})
    page.context.add_cookies([{"name": site.app.config["SESSION_COOKIE_NAME"], "value": value, "url": site.address}])


@pytest.mark.parametrize(
    ("language", "scheme", "width"), [("zh", "light", 360), ("en", "dark", 1366), ("en", "light", 360)]
)
def test_every_page_of_publication_is_readable_and_runs_nothing(
    site: Site, chain: staff.Chain, chromium: Browser, language: str, scheme: Any, width: int
) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page, errors = context.new_page(), []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    sign_in(page, site, chain, "administrator", language)
    own = f"/questionnaires/{chain.questionnaire}"
    paths = [f"{own}/publication", f"{own}/versions", f"{own}/versions/1", f"{own}/versions/1/compare/draft",
             f"{own}/versions/1/doors", f"/questionnaires/{chain.draft}/publication", "/approvals"]  # fmt: skip
    for path in paths:
        page.goto(site.address + path)
        assert axe_violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.title() != "ran" and page.locator("main img, main script, main b").count() == 0, path
    page.goto(f"{site.address}{own}/versions/1/compare/draft")
    assert HOSTILE in page.locator("ins").all_inner_texts()[0] or HOSTILE in page.locator("main").inner_text()
    assert errors == []
    context.close()


def test_a_second_person_approves_and_the_first_publishes(site: Site, chain: staff.Chain, desktop: Page) -> None:
    path = f"{site.address}/questionnaires/{chain.draft}/publication"
    sign_in(desktop, site, chain, "administrator", "zh")
    desktop.goto(f"{site.address}/questionnaires")
    desktop.get_by_role("link", name="去看看").click()
    desktop.get_by_role("link", name="推荐意愿").click()
    desktop.get_by_role("button", name="同意发布").click()
    desktop.get_by_text("已同意，对方现在可以发布。").wait_for()
    desktop.context.clear_cookies()
    sign_in(desktop, site, chain, "researcher", "zh")
    desktop.goto(path)
    desktop.get_by_role("button", name="发布第 1 版").click()
    desktop.get_by_role("heading", name="第 1 版已发布").wait_for()
