"""Questions read aloud: for those who asked for it, by a button, never by themselves."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Site, axe_violations, picture
from tests.runner.street import publish

EARS = (
    """window.said = []; speechSynthesis.speak = s => said.push([s.lang, s.text]); speechSynthesis.cancel = () => {};"""
)


@pytest.fixture
def door(site: Site) -> str:
    return site.address + publish("short.yaml")


def test_a_question_is_read_when_its_button_is_pressed_and_what_was_typed_stays(phone: Page, door: str) -> None:
    phone.add_init_script(EARS)
    phone.goto(door)
    assert phone.get_by_role("button", name="听这一题").count() == 0
    phone.fill("[name=remark]", "已经写了")
    phone.get_by_role("button", name="朗读").click()
    expect(phone.get_by_role("button", name="听这一题").first).to_be_visible()
    expect(phone.locator("[name=remark]")).to_have_value("已经写了")
    assert phone.evaluate("said") == []
    phone.get_by_role("button", name="听这一题").first.click()
    language, text = phone.evaluate("said[0]")
    assert language == "zh-CN" and text.startswith("您满意吗？") and "非常满意" in text
    picture(phone, "aloud-360")
    assert axe_violations(phone) == []
    phone.get_by_text("非常满意", exact=True).click()
    phone.get_by_role("button", name="提交问卷").click()
    expect(phone.get_by_role("heading", name="感谢您的回答")).to_be_visible()


def test_it_is_turned_off_by_the_same_button_and_survives_a_change_of_size(phone: Page, door: str) -> None:
    phone.goto(door)
    phone.get_by_role("button", name="朗读").click()
    phone.get_by_role("button", name="特大").click()
    expect(phone.get_by_role("button", name="听这一题").first).to_be_visible()
    phone.set_viewport_size({"width": 280, "height": 640})
    assert phone.evaluate("document.documentElement.scrollWidth") <= 280
    phone.get_by_role("button", name="朗读").click()
    expect(phone.get_by_role("button", name="朗读")).to_have_attribute("aria-pressed", "false")
    assert phone.get_by_role("button", name="听这一题").count() == 0


def test_a_browser_that_cannot_speak_shows_no_button_for_it(phone: Page, door: str) -> None:
    phone.add_init_script(
        "delete window.speechSynthesis; Object.defineProperty(window, 'speechSynthesis', {value: null})"
    )
    phone.goto(door)
    phone.get_by_role("button", name="朗读").click()
    expect(phone.get_by_role("button", name="朗读")).to_have_attribute("aria-pressed", "true")
    assert phone.get_by_role("button", name="听这一题").count() == 0
    phone.get_by_text("非常满意", exact=True).click()
    phone.get_by_role("button", name="提交问卷").click()
    expect(phone.get_by_role("heading", name="感谢您的回答")).to_be_visible()
