"""The respondent's page as a person meets it: taps, steps, back, reload, without script, without images."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from survey_app import clock, tokens
from survey_app.database import db
from survey_app.design.models import Questionnaire
from survey_app.distribution import collecting
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.responses.models import Draft, Response
from survey_app.runner import again
from survey_app.runner.frame import Frame
from survey_app.runner.views import PREVIEW
from tests.browser.conftest import Site, axe_violations, go_on, picture
from tests.runner.street import publish, rows_of
from tests.runner.test_document import CHAIN

SIZES = ("", "big", "huge")
EACH_SIZE = pytest.mark.parametrize(
    ("language", "size"),
    [("zh-CN", ""), ("en", "big"), ("zh-CN", "huge")]
    + [pytest.param(*pair, marks=pytest.mark.long) for pair in (("en", ""), ("zh-CN", "big"), ("en", "huge"))],
)
"""Each size and language in every run, the other pairs in make test-long."""


@pytest.fixture
def errors(phone: Page) -> Iterator[list[str]]:
    """What the browser complains about: script errors, refused styles, failed requests. Must stay empty."""
    seen: list[str] = []
    phone.on("pageerror", lambda error: seen.append(str(error)))
    phone.on("console", lambda line: seen.append(line.text) if line.type in ("error", "warning") else None)
    yield seen
    assert seen == []


@pytest.fixture
def still(chromium: Browser) -> Iterator[Page]:
    """A phone without script that shows no pictures."""
    context = chromium.new_context(viewport={"width": 360, "height": 740}, locale="zh-CN", java_script_enabled=False)
    page = context.new_page()
    page.route(re.compile(r"/logo|\.(png|svg|jpg)"), lambda route: route.abort())
    yield page
    context.close()


class Finger:
    """Counts taps."""

    def __init__(self, page: Page) -> None:
        self.page, self.taps = page, 0

    def tap(self, label: str) -> None:
        """Tap a visible label or button with exactly this text."""
        target = (
            self.page.locator("label:visible, button:visible")
            .filter(has_text=re.compile(f"^{re.escape(label)}$"))
            .first
        )
        target.click()
        self.taps += 1


def test_three_questions_take_four_taps_and_two_requests(site: Site, phone: Page, errors: list[str]) -> None:
    requests: list[str] = []
    phone.on("request", lambda request: requests.append(request.url))
    phone.goto(site.address + publish("short.yaml"))
    assert len(requests) <= 2
    finger = Finger(phone)
    finger.tap("满意")
    expect(phone.locator("#q-why")).to_be_hidden()
    finger.tap("提交问卷")
    expect(phone.locator("h1")).to_have_text("感谢您的回答")
    assert finger.taps <= 5 and len(requests) <= 4
    picture(phone, "thanks-360")
    assert [r.answers for r in rows_of(select(Response))] == [{"overall": 4}]


def test_ten_questions_take_at_most_two_taps_each_and_one(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("ten.yaml"))
    finger = Finger(phone)
    expect(phone.locator("#q-recommend")).to_be_hidden()
    for number, label in enumerate(("满意", "9", "同意", "4", "★5", "同意", "离家近", "手机下单"), start=1):
        expect(phone.locator("legend small:visible")).to_have_text(f"第 {number} 题 / 共 10 题")
        finger.tap(label)
        finger.tap("继续")
    phone.locator("select:visible").select_option("c")
    finger.tap("继续")
    phone.locator("textarea:visible").fill("药师很耐心")
    finger.taps += 2  # choosing in the list, and the field of the last question
    finger.tap("检查答案")
    expect(phone.locator("h1")).to_have_text("请检查您的答案")
    picture(phone, "review-360")
    finger.tap("提交问卷")
    expect(phone.locator(".code")).to_have_text(re.compile(r"^(\w{4}-){3}\w{4}$"))
    assert finger.taps <= 21
    (response,) = rows_of(select(Response))
    assert response.answers == {
        "overall": 4,
        "recommend": 9,
        "easy": 6,
        "delivery_speed": 4,
        "pack": 5,
        "advice": "4",
        "reasons": ["near"],
        "how_bought": "app",
        "age": "c",
    }
    assert response.layout == "grid65"


def test_a_phone_without_script_and_pictures_answers_and_submits(site: Site, still: Page) -> None:
    still.goto(site.address + publish("short.yaml"))
    still.locator("#q-overall label").first.click()
    still.locator("button.go").click()
    expect(still.locator(".news")).to_contain_text("还有 1 题需要您回答")
    still.locator("#i-why").fill("等太久")
    still.locator("#i-why").press("Enter")
    expect(still.locator("h1")).to_have_text("感谢您的回答")
    assert rows_of(select(Response.answers)) == [{"overall": 1}]


def test_without_script_errors_come_back_beside_their_fields(site: Site, still: Page) -> None:
    still.goto(site.address + publish("kinds.yaml"))
    still.locator("button.go").click()
    expect(still).to_have_title(re.compile("^错误："))
    expect(still.locator(".sum")).to_be_visible()
    still.locator(".sum a").first.click()
    assert still.url.endswith("#i-agree")
    picture(still, "errors-360")


def test_a_required_question_stops_the_step_in_the_servers_words(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("ten.yaml"))
    phone.locator("button.go").click()
    expect(phone.locator("#e-overall")).to_have_text("错误：请您选择一项")
    expect(phone.locator("#e-overall")).to_be_focused()
    assert phone.title().startswith("错误：")
    picture(phone, "required-360")
    Finger(phone).tap("满意")
    phone.locator("button.go").click()
    expect(phone.locator("#h-recommend")).to_be_focused()


def test_back_of_the_phone_goes_one_question_back(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("ten.yaml"))
    finger = Finger(phone)
    for label in ("满意", "继续", "9", "继续"):
        finger.tap(label)
    expect(phone.locator("#q-easy")).to_be_visible()
    phone.go_back()
    expect(phone.locator("#q-recommend")).to_be_visible()
    finger.tap("返回")
    expect(phone.locator("#q-overall")).to_be_visible()
    expect(phone.locator("#_b")).to_be_hidden()
    phone.go_forward()
    expect(phone.locator("#q-recommend input:checked")).to_have_count(1)


def test_a_reloaded_page_goes_on_where_the_tab_left_it(site: Site, phone: Page, errors: list[str]) -> None:
    address = site.address + publish("ten.yaml")
    phone.goto(address)
    finger = Finger(phone)
    for label in ("满意", "继续", "9"):
        finger.tap(label)
    with phone.expect_response(lambda response: "draft=1" in response.url and response.status == 204):
        finger.tap("继续")
    code = phone.locator("[name=_t]").get_attribute("value")
    phone.goto(address)
    expect(phone.locator("#q-easy")).to_be_visible()
    assert phone.locator("[name=_t]").get_attribute("value") == code
    finger.tap("返回")
    expect(phone.locator("#q-recommend input:checked")).to_have_count(1)
    assert rows_of(select(Draft.last_question)) == ["easy"]


def test_after_the_submit_the_tab_begins_anew(site: Site, phone: Page, errors: list[str]) -> None:
    address = site.address + publish("short.yaml")
    phone.goto(address)
    Finger(phone).tap("满意")
    phone.locator("button.go").click()
    expect(phone.locator(".code")).to_be_visible()
    assert phone.evaluate("sessionStorage.length") == 0
    phone.goto(address)
    expect(phone.locator("input:checked")).to_have_count(0)


def test_conditions_follow_the_answers_at_once(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("short.yaml"))
    finger = Finger(phone)
    finger.tap("不满意")
    expect(phone.locator("#q-why")).to_be_visible()
    phone.locator("#i-why").fill("药品过期")
    finger.tap("非常满意")
    expect(phone.locator("#q-why")).to_be_hidden()
    finger.tap("提交问卷")
    expect(phone.locator(".code")).to_be_visible()
    assert rows_of(select(Response.answers)) == [{"overall": 5}]


def test_size_and_language_keep_step_and_text(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("ten.yaml"))
    finger = Finger(phone)
    for label in ("满意", "继续", "9", "特大"):
        finger.tap(label)
    expect(phone.locator("html.huge #q-recommend")).to_be_visible()
    finger.tap("English")
    expect(phone.locator("html[lang=en] #q-recommend input:checked")).to_have_count(1)
    finger.tap("Continue")
    assert phone.locator("[name=_y]").get_attribute("value") is not None
    phone.wait_for_timeout(200)
    finger.tap("Back")
    expect(phone.locator("#q-recommend")).to_be_visible()


def test_back_across_pages_keeps_both(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("pages.yaml"))
    finger = Finger(phone)
    for label in ("买过", "继续", "感冒药"):
        finger.tap(label)
    expect(phone.locator("#q-cold_help")).to_be_visible()
    finger.tap("返回")
    expect(phone.locator("#q-bought input:checked")).to_have_count(1)
    finger.tap("继续")
    expect(phone.locator("#q-kinds input:checked")).to_have_count(1)


def test_the_delete_code_deletes(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("short.yaml"))
    Finger(phone).tap("满意")
    phone.locator("button.go").click()
    code = phone.locator(".code").inner_text()
    phone.goto(site.address + "/withdraw")
    phone.get_by_label("删除码").fill(code)
    picture(phone, "withdraw-360")
    phone.locator("button.go").click()
    expect(phone.locator("h1")).to_have_text("已删除")
    assert rows_of(select(Response)) == []


# --- every screen, every language, every size -----------------------------------------------------------------------
SCREEN_FILES = ("ten.yaml", "kinds.yaml", "short.yaml")


@EACH_SIZE
def test_no_screen_has_an_accessibility_fault_or_scrolls_sideways(
    site: Site, chromium: Browser, language: str, size: str
) -> None:
    doors = {file: publish(file) for file in SCREEN_FILES}
    faults: list[str] = []
    for script in (True, False):
        context = chromium.new_context(
            viewport={"width": 360, "height": 640}, locale=language, java_script_enabled=True
        )
        page = context.new_page()
        if not script:  # axe itself needs script, so the page's own is taken out instead
            context.route(
                "**/s/*",
                lambda route: route.fulfill(
                    response=(answer := route.fetch()),
                    body=re.sub(r"<script>.*?</script>", "", answer.text(), flags=re.DOTALL),
                ),
            )

        def look(name: str, page: Page = page, script: bool = script) -> None:
            where = f"{name}-{language}-{size or 'std'}{'' if script else '-still'}"
            faults.extend(f"{where}: {fault}" for fault in axe_violations(page))
            for width in (1366, 280, 360):
                page.set_viewport_size({"width": width, "height": 640})
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    faults.append(f"{where}: scrolls sideways at {width}")
            picture(page, where)

        for file, door in doors.items():
            page.goto(f"{site.address}{door}?l={language}")
            if size:
                page.locator(f"button[value='size:{size}']").click()
            look(f"{file}-first")
            go_on(page, script)
            look(f"{file}-required")
        page.goto(f"{site.address}{doors['short.yaml']}?l={language}")
        page.locator(f"button[value='size:{size or 'std'}']").click()
        page.locator("#q-overall label").last.click()
        go_on(page, script)
        look("thanks")
        for path in ("/privacy", "/withdraw", "/s/AAAAAA"):
            page.goto(f"{site.address}{path}?l={language}")
            look(path.strip("/").replace("/", "-"))
        context.close()
    assert faults == []


@EACH_SIZE
def test_the_screens_at_the_end_are_accessible_and_do_not_scroll_sideways(
    site: Site, chromium: Browser, language: str, size: str
) -> None:
    """Review, already answered, a wrong delete code, deleted, closed, preview: screens that a first visit does not meet."""
    context = chromium.new_context(viewport={"width": 360, "height": 640}, locale=language)
    page, faults = context.new_page(), []

    def look(name: str) -> None:
        faults.extend(f"{name}: {fault}" for fault in axe_violations(page))
        for width in (280, 360):
            page.set_viewport_size({"width": width, "height": 640})
            if page.evaluate("document.documentElement.scrollWidth") > width:
                faults.append(f"{name}: scrolls sideways at {width}")
        picture(page, f"{name}-{language}-{size or 'std'}")

    door = publish("ten.yaml")
    begin(page, f"{site.address}{door}?l={language}", size)
    while page.locator("button.go[value=submit]").count() == 0:
        answer_visible(page)
        go_on(page)
    look("review")
    form = page.evaluate("[...new FormData(_f)]")
    go_on(page)
    code = page.locator(".code").inner_text()
    post(page, site.address + door, [(n, "A" * 22 if n == "_n" else v) for n, v in form] + [("go", "submit")])
    expect(page.locator("h1")).to_have_text("您已提交过" if language == "zh-CN" else "You have already answered")
    look("already-answered")
    for typed, name in (("ABCD", "wrong-code"), (code, "deleted")):
        page.goto(f"{site.address}/withdraw?l={language}")
        page.locator("#code").fill(typed)
        go_on(page)
        look(name)
    payload = {"questionnaire": rows_of(select(Questionnaire.id))[0], "language": language}
    token = tokens.sign(site.app.config["SECRET_KEY"], PREVIEW, payload)
    begin(page, f"{site.address}/preview/{token}", size)
    look("preview")
    close_every_door()
    page.goto(f"{site.address}{door}?l={language}")
    expect(page.locator("h1")).to_have_text("本次调查已结束" if language == "zh-CN" else "This survey has ended")
    look("closed")
    context.close()
    assert faults == []


def begin(page: Page, address: str, size: str) -> None:
    """Open a questionnaire in a text size."""
    page.goto(address)
    if size:
        page.locator(f"button[value='size:{size}']").click()


def answer_visible(page: Page) -> None:
    """Choose or type something in the questions that are shown."""
    for box in page.locator("fieldset:visible:has(input[type=radio], input[type=checkbox])").all():
        box.locator("label").first.click()
    for field in page.locator("textarea:visible").all():
        field.fill("很好")
    for choice in page.locator("select:visible").all():
        choice.select_option(index=1)


def post(page: Page, address: str, fields: list[tuple[str, str]]) -> None:
    """Send a form that was filled before, from a page of the same site."""
    page.goto(address)
    with page.expect_navigation():
        page.evaluate(
            """fields => {
                 const form = document.createElement("form");
                 form.method = "post";
                 for (const [name, value] of fields) form.append(Object.assign(document.createElement("input"), {name, value}));
                 document.body.append(form);
                 HTMLFormElement.prototype.submit.call(form);
               }""",
            fields,
        )


def close_every_door() -> None:
    """Close the doors and wait until the respondents' side knows it."""
    now = clock.now()
    for door in db.session.scalars(select(Collector)):
        collecting.close(collector=door, by=COMMAND_LINE, now=now)
    db.session.commit()
    db.session.remove()
    time.sleep(2.2)  # what the respondents' side knows of a door is at most two seconds old


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_text_of_36_pixels_fits_280_pixels(site: Site, chromium: Browser, language: str) -> None:
    context = chromium.new_context(viewport={"width": 280, "height": 640}, locale=language, java_script_enabled=False)
    wide: list[str] = []
    page = context.new_page()
    # the person's own larger text, as a phone applies it: the root size
    context.route(
        re.compile("/(s/|privacy|withdraw)"),  # documents alone: a late picture would be fetched into the next test
        lambda route: route.fulfill(
            response=(answer := route.fetch()),
            headers={**answer.headers, "content-security-policy": ""},
            body=answer.text().replace("</style>", "html,html.big,html.huge{font-size:36px!important}</style>"),
        ),
    )
    for file in SCREEN_FILES:
        page.goto(f"{site.address}{publish(file)}?l={language}")
        for name in ("first", "error"):
            width = page.locator("body").evaluate("() => document.documentElement.scrollWidth")
            if width > 280:
                wide.append(f"{file} {name}: {width}")
            picture(page, f"36px-{file}-{name}-{language}")
            page.locator("button.go").click()
    for path in ("/privacy", "/withdraw", "/s/AAAAAA"):
        page.goto(f"{site.address}{path}?l={language}")
        if (width := page.locator("body").evaluate("() => document.documentElement.scrollWidth")) > 280:
            wide.append(f"{path}: {width}")
    context.close()
    assert wide == []


def test_none_of_these_and_the_other_answers_exclude_each_other(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("pages.yaml"))
    finger = Finger(phone)
    for label in ("买过", "继续", "感冒药", "止痛药", "以上都不是"):
        finger.tap(label)
    expect(phone.locator("#q-kinds input:checked")).to_have_count(1)
    expect(phone.locator("#q-cold_help")).to_be_hidden()
    finger.tap("皮肤药")
    assert phone.locator("#q-kinds input:checked").evaluate_all("all => all.map(e => e.value)") == ["skin"]


def test_a_question_may_be_called_like_a_property_of_the_form(site: Site, phone: Page, errors: list[str]) -> None:
    phone.goto(site.address + publish("traps.yaml"))
    finger = Finger(phone)
    for _ in range(4):
        phone.locator("input[type=text]:visible").fill("好")
        finger.tap("继续")
    phone.locator("input[type=text]:visible").fill("好")
    finger.tap("提交问卷")
    expect(phone.locator(".code")).to_be_visible()


def test_a_preview_in_a_frame_of_our_own_pages_is_walked_step_by_step(
    site: Site, phone: Page, errors: list[str]
) -> None:
    publish("ten.yaml")
    payload = {"questionnaire": rows_of(select(Questionnaire.id))[0], "language": "en"}
    token = tokens.sign(site.app.config["SECRET_KEY"], PREVIEW, payload)
    phone.goto(f"{site.address}/preview/{token}")
    finger = Finger(phone)
    for label in ("Satisfied", "Continue", "7", "Continue", "Back"):
        finger.tap(label)
    expect(phone.locator("#q-recommend input:checked")).to_have_count(1)
    picture(phone, "preview-360")
    assert rows_of(select(Draft)) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_pages_that_ask_for_another_try_are_accessible_and_do_not_scroll_sideways(
    chromium: Browser, language: str, size: str
) -> None:
    """503 and 500, with a form to send again and without: drawn as the program draws them."""
    page = chromium.new_page(viewport={"width": 280, "height": 640})
    frame = Frame(CHAIN, language, size)
    form, typed = {"_t": ["x"], "why": ["等太久"]}, {"why": "等太久" * 20}
    faults = []
    for name, draw in (("busy", again.busy), ("failed", again.failed)):
        for posted in (form, None):
            page.set_content(draw(frame, posted, typed if posted else {}))
            faults += [f"{name}: {fault}" for fault in axe_violations(page)]
            if page.evaluate("document.documentElement.scrollWidth") > 280:
                faults.append(f"{name}: scrolls sideways")
            picture(page, f"{name}-{bool(posted)}-{language}-{size or 'std'}")
    page.close()
    assert faults == []
