"""A new researcher: from signing in to the first answer, with the mouse and again with the keyboard alone."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, expect
from sqlalchemy import select

from survey_app.database import db
from survey_app.design.models import Version
from survey_app.responses.models import Response
from tests import staff
from tests.browser.conftest import Site, go_on
from tests.browser.hands import Hands, Keyboard, Mouse

TEN_MINUTES = 600
REPORTS = "document.addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective));"
REPLACED = ("htmx:afterRequest", "htmx:sendAbort")
TEXT = """购药体验回访

1. 您这次为谁购药？
A. 自己
B. 家人
C. 朋友或他人

2. 您是在哪里买的？（单选）
○ 门店
○ 小程序
○ 外卖平台
○ 其他____

3. 您这次买了哪些种类？（可多选）
□ 处方药
□ 非处方药
□ 保健品
□ 以上都没有

4. 您对这次购药的总体评价是？
非常不满意 1 2 3 4 5 非常满意

5. 让您不满意的原因是什么？
A. 缺货
B. 等候时间长
C. 价格

6. 请评价以下几个方面：[矩阵量表题]
   非常不满意 不满意 一般 满意 非常满意
药品齐全
用药讲解

7. 您把我们的药店推荐给亲友的可能性有多大？0-10

8. 您这次等了多久？

9. 您最近一次来店是哪天？

10. 其他建议
"""
ENGLISH = {
    "购药体验回访": "Your purchase", "自己": "Myself", "家人": "Family", "朋友或他人": "Somebody else",
    "您这次是为谁购药？": "Whom did you buy for?", "您是在哪里买的？": "Where did you buy?", "门店": "Shop",
    "小程序": "Mini program", "外卖平台": "Delivery platform", "其他": "Other", "处方药": "Prescription medicine",
    "您这次买了哪些种类？": "What did you buy?", "非处方药": "Over-the-counter medicine", "保健品": "Health products",
    "以上都没有": "None of these", "您对这次购药的总体评价是？": "How was it overall?", "非常不满意": "Very dissatisfied",
    "非常满意": "Very satisfied", "让您不满意的原因是什么？": "What was wrong?", "缺货": "Out of stock",
    "等候时间长": "A long wait", "价格": "Price", "请评价以下几个方面：": "Please rate:", "不满意": "Dissatisfied",
    "一般": "Neutral", "满意": "Satisfied", "药品齐全": "Range of medicines", "用药讲解": "Explanations",
    "您把我们的药店推荐给亲友的可能性有多大？": "How likely are you to recommend us?", "其他建议": "Other suggestions",
    "您这次等了多久？": "How long did you wait?", "您最近一次来店是哪天？": "When were you here last?",
    "您有会员卡吗？": "Do you have a card?", "有": "Yes", "没有": "No", "不清楚": "Not sure",
}  # fmt: skip


@pytest.fixture
def researcher(site: Site) -> str:
    staff.make_user("researcher")
    db.session.commit()
    db.session.remove()
    return "researcher@example.org"


@pytest.fixture
def desk(chromium: Browser, site: Site) -> BrowserContext:
    """A desk whose clipboard may be used, as a person's may."""
    context = chromium.new_context(viewport={"width": 1366, "height": 768}, locale="zh-CN")
    context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site.address)
    context.add_init_script(REPORTS)
    context.set_default_timeout(8000)
    return context


def watched(*pages: Page) -> list[str]:
    """What the browser complains of: errors of scripts, the policy, missing files."""
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        # htmx writes an error for a request of its own that a later one replaces
        if message.type in ("error", "warning") and not message.text.startswith(REPLACED):
            said.append(message.text)

    for page in pages:
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", hear)
    return said


def card(page: Page, words: str) -> Locator:
    """The card of the question whose text begins so."""
    found = page.locator("#canvas .title").evaluate_all(
        "(all, words) => all.find(e => e.value.startsWith(words)).closest('[id]').id", words
    )
    return page.locator(f"#{found}")


def titles(page: Page) -> list[str]:
    found: list[str] = page.locator("#canvas .q.asks .title").evaluate_all("all => all.map(e => e.value)")
    return found


def is_saved(page: Page) -> None:
    expect(page.locator("#saved")).to_have_class("saved")


def signs_in(hands: Hands, site: Site, email: str) -> None:
    hands.page.goto(site.address)
    hands.write(email)
    hands.press("Tab")
    hands.write(staff.PASSWORD)
    hands.press("Enter")
    hands.page.wait_for_url("**/sign-in/code*")
    hands.write(staff.code_of(email))
    hands.press("Enter")
    hands.page.wait_for_url("**/questionnaires")
    hands.done("sign in")


def pastes_a_text(hands: Hands) -> None:
    page = hands.page
    hands.use(page.get_by_role("link", name="新建问卷").first)
    hands.use(page.get_by_role("link", name="粘贴文本"))
    hands.into(page.get_by_label("问卷文本"))
    hands.paste(TEXT)
    expect(page.locator("#summary")).to_contain_text("10 题")
    hands.done("paste ten questions")
    wrong = page.locator(".piece", has_text="等了多久").get_by_role("combobox")
    expect(wrong.locator("option:checked")).to_have_text("多行填空")
    hands.choose(wrong, "数字")
    expect(page.locator(".piece", has_text="等了多久")).to_contain_text("您选的")
    hands.use(page.get_by_role("button", name="创建草稿，去编辑"))
    page.wait_for_url("**/editor*")
    hands.done("change a guess and create")


def adds_a_question(hands: Hands) -> None:
    """From the list of types, with three lines pasted as answers, taken back and done again."""
    page = hands.page
    first = card(page, "您这次为谁")
    hands.into(first.locator(".title"))
    hands.press("Control+a")
    hands.write("您这次是为谁购药？")
    is_saved(page)
    if isinstance(hands, Mouse):
        hands.use(first.get_by_role("link", name="添加题目"))
    else:
        hands.press("Control+Enter")
    hands.write("单选")
    if isinstance(hands, Mouse):
        hands.use(page.get_by_role("dialog").get_by_role("button", name="单选 从几个选项里选一个"))
    else:
        hands.press("Enter")
    expect(page.locator("#canvas .q.asks")).to_have_count(11)
    expect(page.locator(".q.on .title")).to_be_focused()
    hands.write("您有会员卡吗？")
    choices = card(page, "您有会员卡").locator("[data-list=choices] textarea")
    if isinstance(hands, Mouse):
        hands.use(choices.first)
    else:
        hands.press("Enter", "Enter")
    expect(choices.first).to_be_focused()
    hands.paste("有\n没有\n不清楚")
    expect(choices.nth(2)).to_have_value("不清楚")
    hands.done("edit a text, add a question with three pasted answers")


def takes_back_and_moves(hands: Hands) -> None:
    """Undo and redo of what was pasted; the answer that stayed empty goes; the new question moves down."""
    page = hands.page
    choices = card(page, "您有会员卡").locator("[data-list=choices] textarea")
    hands.use(page.get_by_role("button", name="撤销")) if isinstance(hands, Mouse) else hands.press("Control+z")
    expect(choices.first).to_have_value("")
    hands.use(page.get_by_role("button", name="重做")) if isinstance(hands, Mouse) else hands.press("Control+Shift+z")
    expect(choices.nth(2)).to_have_value("不清楚")
    assert choices.count() == 3
    if isinstance(hands, Mouse):
        line = page.locator("#outline li", has_text=re.compile("^您有会员卡"))
        hands.drag(line, page.locator("#outline li", has_text=re.compile("^您是在哪里买的")))
    else:
        hands.press("Alt+ArrowDown")
    expect(page.locator("#say")).to_have_text("已移到第 3 题（第 1 页）")
    if isinstance(hands, Keyboard):
        expect(card(page, "您有会员卡").locator(".title")).to_be_focused()
    expect(page.locator("#canvas .q.asks").nth(2)).to_contain_text("您有会员卡")
    assert titles(page)[:3] == ["您这次是为谁购药？", "您是在哪里买的？", "您有会员卡吗？"]
    hands.done("undo, redo, move")


def to_area(hands: Hands, area: str) -> None:
    """F6 goes round outline, questions and right side. A part that is drawn anew meanwhile starts the round again."""
    for _ in range(6):
        hands.press("F6")
        if hands.page.locator(f"{area} :focus").count():
            return
    raise AssertionError(f"F6 does not lead to {area}")


def goes_to(hands: Hands, words: str) -> None:
    """The question of the outline that begins so."""
    line = hands.page.locator("#outline").get_by_role("link", name=words)
    if isinstance(hands, Keyboard):
        to_area(hands, "#outline")
    hands.use(line)
    expect(card(hands.page, words).locator(".title")).to_be_focused()
    expect(hands.page.locator("#properties .clip")).to_contain_text(words)


def makes_a_rule(hands: Hands) -> None:
    page = hands.page
    goes_to(hands, "让您不满意的原因")
    if isinstance(hands, Keyboard):
        to_area(hands, ".right-pane")
    hands.use(page.get_by_role("button", name="添加条件"))
    hands.choose(page.get_by_role("combobox", name="题目", exact=True), "5. 您对这次购药的总体评价是？")
    hands.choose(page.get_by_role("combobox", name="值", exact=True), "2")
    said = "如果 第 5 题“您对这次购药的总体评价是？”不高于 2，显示第 6 题“让您不满意的原因是什么？”。"
    expect(page.get_by_text(said, exact=True)).to_be_visible()
    expect(card(page, "让您不满意的原因").locator(".condition")).to_contain_text("不高于 2")
    hands.use(page.get_by_role("link", name="逻辑", exact=True))
    page.wait_for_url("**/logic")
    expect(page.locator("svg").get_by_text("Q5 ≤ 2")).to_be_visible()
    expect(page.get_by_text("每一页、每一题都走得到。")).to_be_visible()
    hands.done("one rule, seen on the map")


def translates(hands: Hands, folder: Path) -> None:
    """Two texts in the table, the others by the file that a translator gets."""
    page = hands.page
    hands.use(page.get_by_role("link", name="翻译", exact=True))
    hands.use(page.locator("summary", has_text="添加语言"))
    hands.choose(page.get_by_label("语言", exact=True), "English")
    hands.use(page.get_by_role("button", name="添加", exact=True))
    expect(page.locator("textarea[name$=':en']").first).to_be_visible()
    for number, words in enumerate(("购药体验回访", "您这次是为谁购药？")):
        hands.into(page.locator("textarea[name$=':en']").nth(number))
        hands.write(ENGLISH[words])
        hands.press("Tab")
        expect(page.locator(".own").nth(number)).to_have_text("完成")
    with page.expect_download() as download:
        hands.use(page.get_by_role("link", name="导出 CSV"))
    rows = list(csv.DictReader(io.StringIO(download.value.path().read_text(encoding="utf-8-sig"))))
    for row in rows:
        row["en"] = row["en"] or ENGLISH[row["zh-CN"]]
    sent = folder / "translated.csv"
    with sent.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, rows[0])
        table.writeheader()
        table.writerows(rows)
    with page.expect_file_chooser() as chooser:
        hands.use(page.get_by_label("CSV 文件"))
    chooser.value.set_files(sent)
    hands.use(page.get_by_role("button", name="导入"))
    expect(page.locator(".progress-line")).to_contain_text(f"{len(rows)} / {len(rows)}")
    hands.done("English: two texts by hand, the others by file")


def mends_what_was_found(hands: Hands) -> None:
    """The quality check beside the canvas: one press follows the advice."""
    page = hands.page
    hands.use(page.get_by_role("link", name="编辑", exact=True))
    page.wait_for_url("**/editor")
    goes_to(hands, "其他建议")
    if isinstance(hands, Keyboard):
        to_area(hands, ".right-pane")
    hands.use(page.get_by_role("link", name="质检", exact=True))
    expect(page.locator("#quality")).to_contain_text("没有阻止发布的问题")
    expect(page.locator("#quality")).to_contain_text("开放题设为必答容易流失")
    hands.use(page.locator("#quality").get_by_role("button", name="改为选答"))
    expect(page.locator("#quality")).not_to_contain_text("开放题设为必答容易流失")
    expect(card(page, "其他建议").locator(".must")).to_have_count(0)
    hands.done("quality check, one fix")


def tries_it(hands: Hands) -> None:
    """The real page in the frame, then a thousand people made up."""
    page = hands.page
    if isinstance(hands, Keyboard):
        to_area(hands, ".right-pane")
        hands.reach(page.get_by_role("link", name="预览", exact=True), back=True)
    hands.use(page.get_by_role("link", name="预览", exact=True))
    frame = page.frame_locator("#preview iframe")
    expect(frame.get_by_text("其他建议")).to_be_visible()
    hands.choose(page.get_by_label("从哪里开始"), "从第 3 题“您有会员卡吗？”开始")
    expect(frame.get_by_text("您有会员卡吗？")).to_be_visible()
    answer = frame.get_by_role("radio", name="不清楚")
    if not isinstance(hands, Keyboard):
        hands.use(frame.get_by_text("不清楚"))
    else:
        hands.reach(frame.get_by_role("radio", name="有", exact=True))
        hands.press("ArrowDown", "ArrowDown")
    expect(answer).to_be_checked()
    hands.done("preview in the frame")
    if isinstance(hands, Keyboard):
        hands.reach(page.get_by_label("从哪里开始"), back=True)
        to_area(hands, "#outline")
        hands.reach(page.get_by_role("link", name="试测", exact=True), back=True)
    hands.use(page.get_by_role("link", name="试测", exact=True))
    hands.use(page.get_by_role("button", name="开始试测"))
    expect(page.get_by_text("每道题都有人看到，没有人卡住。")).to_be_visible(timeout=15_000)
    hands.done("pretest")


def publishes(hands: Hands) -> str:
    """The address of the first link."""
    page = hands.page
    hands.use(page.get_by_role("link", name="发布", exact=True))
    hands.use(page.get_by_role("button", name="发布第 1 版"))
    expect(page.get_by_role("heading", name="第 1 版已发布")).to_be_visible()
    hands.done("publish")
    hands.use(page.get_by_role("link", name="去创建链接或二维码"))
    hands.into(page.get_by_label("名称"))
    hands.press("Control+a")
    hands.write("公众号")
    hands.use(page.get_by_role("button", name="创建", exact=True))
    address = page.get_by_text(re.compile(r"/s/[2-9A-Z]{6}$")).or_(page.locator("input[value*='/s/']")).first
    expect(address).to_be_visible()
    hands.done("first link")
    found = re.search(re.escape(site_of(page)) + r"/s/[2-9A-Z]{6}", page.content())
    assert found is not None
    return found.group()


def site_of(page: Page) -> str:
    return "/".join(page.url.split("/")[:3])


def answers(phone: Page, address: str, *, script: bool = True) -> None:
    """A customer who is not satisfied: takes the first of everything."""
    phone.goto(address)
    for _ in range(40):
        if not phone.locator("form").count():
            break
        for field in phone.locator("fieldset[data-q]:visible").all():
            kind = field.locator("input:visible, textarea:visible").first
            if field.locator("input[type=radio]").count():
                for name in set(field.locator("input[type=radio]").evaluate_all("all => all.map(e => e.name)")):
                    field.locator(f"input[name={name}]").first.check(force=True)
            elif field.locator("input[type=checkbox]").count():
                field.locator("input[type=checkbox]").first.check(force=True)
            elif field.locator("select").count():
                field.locator("select").first.select_option(index=1)
            elif kind.get_attribute("type") == "date":
                kind.fill("2026-11-01")
            else:
                kind.fill("5")
        assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
        go_on(phone, script)
    expect(phone.get_by_text(re.compile(r"[2-9A-HJ-NP-Z]{4}(-[2-9A-HJ-NP-Z]{4}){3}"))).to_be_visible()


@pytest.mark.parametrize("kind", [Mouse, Keyboard])
def test_a_new_researcher_gets_from_a_text_to_an_answer_in_ten_minutes(
    kind: type[Hands], site: Site, researcher: str, desk: BrowserContext, phone: Page, tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    page = desk.new_page()
    complaints = watched(page, phone)
    hands = kind(page)
    signs_in(hands, site, researcher)
    pastes_a_text(hands)
    adds_a_question(hands)
    takes_back_and_moves(hands)
    makes_a_rule(hands)
    translates(hands, tmp_path)
    mends_what_was_found(hands)
    tries_it(hands)
    address = publishes(hands)
    record_property("journey", hands.report())
    print(f"\n{kind.__name__}\n{hands.report()}")
    assert hands.seconds < TEN_MINUTES and (hands.clicks == 0 or kind is Mouse)
    answers(phone, address)
    definition = db.session.scalars(select(Version.definition)).one()
    questions = [question for part in definition["pages"] for question in part["questions"]]
    assert definition["languages"] == ["zh-CN", "en"] and len(questions) == 11
    assert [question["show_if"] for question in questions if question.get("show_if")] == [{"q4": {"at_most": 2}}]
    assert len(db.session.scalars(select(Response)).all()) == 1
    assert complaints == []
    desk.close()
