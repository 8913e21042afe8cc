"""The main job as people do it: a researcher publishes, a customer answers on a phone, the researcher reads and exports."""

import csv
import io
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from survey_app import clock, reactions
from survey_app.accounts.users import create_user, set_password
from survey_app.database import db
from survey_app.events import COMMAND_LINE
from tests import staff
from tests.browser.conftest import Site, go_on

PASSWORD = "a long enough password"


def member_of_staff(role: str) -> None:
    user, _token = create_user(email=f"{role}@example.cn", role=role, name=role, by=COMMAND_LINE, now=clock.now())
    set_password(user=user, password=PASSWORD, by=COMMAND_LINE, now=clock.now())
    staff.give_app(user)
    db.session.commit()


def sign_in(page: Page, site: Site, role: str) -> None:
    page.goto(f"{site.address}/")
    page.fill("input[name=email]", f"{role}@example.cn")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.fill("input[name=code]", staff.code_of(f"{role}@example.cn"))
    page.press("input[name=code]", "Enter")
    page.wait_for_url(re.compile("^(?!.*sign-in)"))


@pytest.fixture
def customers(chromium: Browser) -> Iterator[list[BrowserContext]]:
    """Phones of 360 px: one as usual, one without JavaScript and images."""
    made = [
        chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=script)
        for script in (True, False)
    ]
    made[1].route("**/*.{png,svg,jpg}", lambda route: route.abort())
    made[1].route("**/logo*", lambda route: route.abort())
    yield made
    for context in made:
        context.close()


def publish_and_open_a_link(page: Page, site: Site) -> str:
    """From the library to the address of an open link, by the buttons of the interface."""
    page.goto(f"{site.address}/library/csat")
    page.get_by_role("button", name=re.compile("使用")).first.click()
    page.get_by_role("link", name="发布", exact=True).first.click()
    page.get_by_role("button", name="发布").click()
    page.get_by_role("link", name=re.compile("链接与二维码")).last.click()
    page.get_by_role("link", name=re.compile("新建链接|新建")).first.click()
    page.fill("input[name=name]", "公众号菜单")
    page.get_by_role("button", name="创建").click()
    found = re.search(r"http://127\.0\.0\.1:\d+/s/[A-Z0-9]{6}", page.content())
    assert found, page.content()[-3000:]
    return found.group()


def answer(context: BrowserContext, address: str, choice: int, script: bool) -> str:
    """Answer every question that shows; the text of the page after the submit."""
    page = context.new_page()
    page.goto(address)
    for _ in range(20):
        if page.locator("form").count() == 0:
            break
        for field in page.locator("fieldset[data-q]:visible").all():
            radios = field.locator("input[type=radio]")
            if radios.count():
                radios.nth(min(choice, radios.count() - 1)).check(force=True)
            elif field.locator("textarea:visible").count():
                field.locator("textarea").first.fill("=1+1 等得有点久，电话 13812345678")
        go_on(page, script)
    text = page.locator("body").inner_text()
    page.close()
    return text


def test_from_the_library_to_an_export_by_the_interface_alone(
    site: Site, desktop: Page, customers: list[BrowserContext]
) -> None:
    member_of_staff("researcher")
    sign_in(desktop, site, "researcher")
    address = publish_and_open_a_link(desktop, site)
    for number in range(6):
        text = answer(customers[number % 2], address, number % 5, number % 2 == 0)
        assert re.search(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){3}", text), text

    # the live number at once, the figures after their next step
    desktop.goto(f"{site.address}/questionnaires/1/results")
    assert desktop.get_by_text(re.compile(r"^\s*6\s*$")).count() >= 1  # received
    step()
    desktop.reload()
    assert desktop.locator("svg[role=img]").count() >= 1

    desktop.goto(f"{site.address}/questionnaires/1/exports")
    assert desktop.locator("main form").count() >= 1
    rows = exported_rows(site)
    assert len(rows) == 6
    assert not any("13812345678" in value for row in rows for value in row.values())


def step() -> None:
    """What the worker does every ten seconds."""
    reactions.EVERY["figures"][1](clock.now())
    db.session.commit()


def exported_rows(site: Site) -> list[dict[str, str]]:
    """The CSV of questionnaire csat as rows."""
    from survey_app.design.models import Questionnaire
    from survey_app.exports.writing import write_export

    path = site.settings.instance / "answers.csv"
    questionnaire = db.session.query(Questionnaire).filter_by(name="csat").one()
    write_export(
        questionnaire=questionnaire, file_format="csv", path=path, labels=False, language="zh-CN", by=COMMAND_LINE,
        reason="test", now=clock.now(),
    )  # fmt: skip
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
