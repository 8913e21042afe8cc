"""Somebody comes with a LimeSurvey file of a hundred questions: dropped on the list, edited, published, answered."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from sqlalchemy import select

from survey_app.database import db
from survey_app.design.models import Conversion, Version
from survey_app.responses.models import Response
from tests.browser.conftest import Site, axe_violations, picture
from tests.browser.hands import Mouse
from tests.browser.looks import PHONE
from tests.browser.test_designer_journey import (
    answers,
    desk,  # noqa: F401 - a fixture
    goes_to,
    is_saved,
    publishes,
    researcher,  # noqa: F401 - a fixture
    signs_in,
)
from tests.formats.limesurvey.files import q, survey

FIVE_MINUTES = 300
SCALE = {"1": "很差", "2": "较差", "3": "一般", "4": "较好", "5": "很好"}


def hundred() -> bytes:
    """Ten groups of ten: choices, several answers, tables, numbers, texts, dates; a rule in each group, one of them not ours."""
    groups = []
    for g in range(10):
        codes = [f"g{g}q{n}" for n in range(10)]
        groups.append(
            [
                q(codes[0], "L", text="您来过门店吗？", answers={"A1": "来过", "A2": "没来过"}),
                q(
                    codes[1],
                    "M",
                    text="买了什么？",
                    rows={"A": "处方药", "B": "保健品"},
                    relevance=f'{codes[0]} == "A1"',
                ),
                q(codes[2], "F", text="请评价：", rows={"R1": "齐全", "R2": "讲解"}, answers=SCALE),
                q(codes[3], "N", text="等了几分钟？"),
                q(codes[4], "S", text="药师的名字？"),
                q(codes[5], "5", text="总体怎么样？"),
                q(codes[6], "Y", text="会再来吗？"),
                q(codes[7], "T", text="为什么？", relevance=f'{codes[6]} == "N"'),
                q(
                    codes[8],
                    "L",
                    text="您刚才等了 {" + codes[3] + "} 分钟，可以接受吗？",
                    answers={"A1": "可以", "A2": "不行"},
                ),
                q(codes[9], "!", text="从哪里知道我们的？", answers={"A1": "路过", "A2": "朋友"}),
            ]
        )
        for question in groups[-1]:
            question["text"] = f"第 {g + 1} 次：{question['text']}"
    groups[9][9]["relevance"] = "regexMatch('/^[0-9]+$/', sha1(g0q4))"
    return survey(*groups, languages=("zh-Hans",), words={"surveyls_title": "门店长问卷"})


def drops(page: Page, file: Path, where: Locator) -> None:
    """A file from a folder of the desk is let go over a part of the page."""
    box = where.bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    session = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        data = {"items": [], "files": [str(file)], "dragOperationsMask": 1}
        session.send("Input.dispatchDragEvent", {"type": kind, **at, "data": data})


def test_a_file_of_a_hundred_questions_is_out_and_answered_in_five_minutes(
    site: Site, researcher: str, desk: BrowserContext, chromium: Browser, tmp_path: Path,  # noqa: F811
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    file = tmp_path / "shop.lss"
    file.write_bytes(hundred())
    wrong = tmp_path / "notes.lss"
    wrong.write_text("<html>no questionnaire</html>")
    page = desk.new_page()
    plain = chromium.new_context(
        viewport=PHONE, locale="zh-CN", java_script_enabled=False
    )  # twenty pages, not a hundred steps
    hands = Mouse(page)
    signs_in(hands, site, researcher)
    strip = page.locator(".dropline")
    drops(page, wrong, strip)
    expect(page.locator("#brought")).to_contain_text("这是网页")
    assert axe_violations(page) == []
    picture(page, "drop-refused")
    hands.done("a wrong file")
    drops(page, file, strip)
    page.wait_for_url("**/questionnaires/import/*")
    expect(page.get_by_role("heading", name="shop.lss")).to_be_visible()
    (made,) = db.session.scalars(select(Conversion)).all()
    assert (made.counts["questions"], made.counts["groups"]) == (100, 10)
    lost = [line for line in made.report if line["result"] == "lost"]
    db.session.remove()
    assert [(line["kind"], line["ours"]) for line in lost] == [("rule", "g9q9")]
    expect(page.locator("#report tbody tr").first).to_contain_text("sha1(g0q4)")
    assert axe_violations(page) == []
    hands.done("dropped and read")
    hands.use(page.get_by_role("button", name="创建草稿并打开编辑器"))
    page.wait_for_url("**/editor*")
    goes_to(hands, "第 1 次：药师的名字？")
    hands.press("Control+a")
    hands.write("服务您的药师叫什么？")
    is_saved(page)
    hands.done("created and edited")
    hands.use(page.get_by_role("link", name="质检", exact=True))
    expect(page.locator("#quality")).to_contain_text("未处理的规则")
    hands.use(page.locator("#quality").get_by_role("button", name="不要这些规则"))
    expect(page.locator("#quality")).to_contain_text("没有阻止发布的问题")
    hands.done("the rule that could not come along")
    address = publishes(hands)
    answers(plain.new_page(), address, script=False)
    hands.done("answered on a phone")
    record_property("journey", hands.report())
    print(f"\n{hands.report()}")
    assert hands.seconds < FIVE_MINUTES
    definition = db.session.scalars(select(Version.definition)).one()
    assert sum(len(part["questions"]) for part in definition["pages"]) == 100
    (response,) = db.session.scalars(select(Response)).all()
    assert response.status == "complete"
    desk.close()
    plain.close()
