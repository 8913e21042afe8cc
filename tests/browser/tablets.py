"""Counter tablets: the code that enrols one, and what one still holds. The tablet itself is a fixture."""

from pathlib import Path

from playwright.sync_api import Error, Page, expect

from survey_app import clock
from survey_app.database import db
from survey_app.design import drafting, publishing
from survey_app.distribution import devices
from survey_app.events import COMMAND_LINE
from survey_app.organisation import shops
from survey_app.questionnaire.loading import load_definition

PIN = "4711"


def enrolment_code(file: Path) -> str:
    """Publish a questionnaire and give the shop 人民路店 a tablet for it. Returns the code that enrols it."""
    now, by = clock.now(), COMMAND_LINE
    definition = load_definition(file.read_bytes(), file=file.name)
    questionnaire = drafting.load_file(definition=definition, by=by, now=now)
    publishing.publish(questionnaire=questionnaire, by=by, now=now)
    region = shops.create_region(code="east", name="东区", by=by)
    shop = shops.create_shop(code="KM-1", name="人民路店", region=region, by=by)
    _, made = devices.create_device(questionnaire=questionnaire, shop=shop, name="", pin=PIN, by=by, now=now)
    db.session.commit()
    db.session.remove()
    return made


def waiting(page: Page) -> list[dict[str, str]]:
    """What the tablet still holds. A page that learns of a new questionnaire loads itself again: then it is asked again."""
    for _ in range(20):
        try:
            found: list[dict[str, str]] = page.evaluate("kiosk.run('pending', 'getAll')")
            return found
        except Error as error:
            if "Execution context was destroyed" not in error.message and "kiosk is not defined" not in error.message:
                raise
            page.wait_for_timeout(100)
    raise AssertionError("the tablet's page never stood still")


def nothing_waits(page: Page) -> None:
    """Wait until everything was sent and the page says so."""
    for _ in range(400):
        if not waiting(page):
            break
        page.wait_for_timeout(50)
    assert waiting(page) == []
    expect(page.locator("#_start").get_by_text("离线待发")).to_be_hidden()
