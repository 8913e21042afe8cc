"""How long an SMS is, and the words that come with the platform."""

import pytest
from flask import Flask

from survey_app import clock
from survey_app.errors import DomainError
from survey_app.events import COMMAND_LINE
from survey_app.messaging import segments, shipped, templates

LINK = "https://" + "wj.kangmin-yf.cn"[:15] + "/i/" + "A" * 21


@pytest.mark.parametrize(
    ("text", "count", "characters", "encoding"),
    [
        ("", 0, 0, "GSM-7"),
        ("a" * 160, 1, 160, "GSM-7"),
        ("a" * 161, 2, 161, "GSM-7"),
        ("a" * 306, 2, 306, "GSM-7"),
        ("a" * 307, 3, 307, "GSM-7"),
        ("€" * 80, 1, 160, "GSM-7"),
        ("a" * 152 + "€" + "a" * 10, 2, 164, "GSM-7"),  # the escape is not cut: it begins the second segment
        ("好" * 70, 1, 70, "UCS-2"),
        ("好" * 71, 2, 71, "UCS-2"),
        ("好" * 134, 2, 134, "UCS-2"),
        ("好" * 135, 3, 135, "UCS-2"),
        ("a" * 69 + "好", 1, 70, "UCS-2"),
        ("😀" * 35, 1, 70, "UCS-2"),
        ("好" * 66 + "😀" + "好" * 67, 3, 135, "UCS-2"),  # the emoji does not fit the last place of the first segment
    ],
)
def test_segments_are_counted_as_carriers_do(text: str, count: int, characters: int, encoding: str) -> None:
    found = segments.count(text)
    assert (found.count, found.characters, found.encoding) == (count, characters, encoding)


@pytest.mark.parametrize("name", ["invitation", "reminder"])
def test_the_chinese_sms_with_signature_link_and_way_out_is_one_segment(app: Flask, name: str) -> None:
    words = templates.newest(name, "sms", "zh-CN")
    assert words is not None
    assert len(LINK) == 8 + 15 + 3 + 21
    filled = templates.fill(words, templates.samples() | {"link": LINK, "questions": "10", "minutes": "2"})
    text = templates.sms_text(filled, "康民大药房")
    assert text.startswith("【康民大药房】") and LINK in text and "退订" in text and "10题约2分钟" in text
    assert segments.count(text).count == 1, segments.count(text)


def test_every_shipped_text_may_be_sent_and_has_its_link(app: Flask) -> None:
    for name, channel, language in shipped.WORDS:
        words = templates.newest(name, channel, language)
        assert words is not None and words.language == language and words.number == 0
        templates.check(channel=channel, subject=words.subject, body=words.body)
        assert "{" not in templates.fill(words, templates.samples()).text


def test_a_value_cannot_pretend_to_be_a_signature_or_another_line(app: Flask) -> None:
    words = templates.Words("x", "sms", "zh-CN", "", "{shop}请您{link} 退订{unknown}")
    filled = templates.fill(words, {"shop": "【假签名】\n第二行 {link}", "link": "L", "unknown": "x"})
    assert filled.text == "假签名 第二行 {link}请您L 退订{unknown}"
    assert list(filled.variables) == ["shop", "link"]


def test_changed_words_replace_the_shipped_ones_of_their_language_alone(app: Flask) -> None:
    def save(body: str) -> None:
        templates.save(
            name="invitation", channel="sms", language="zh-CN", subject="", body=body, provider_template="", by=COMMAND_LINE,
            now=clock.now(),
        )  # fmt: skip

    save("新的 {link} 退订回R")
    save("更新的 {link} 退订回R")
    newest, english = (templates.newest("invitation", "sms", language) for language in ("zh-CN", "en"))
    assert newest is not None and english is not None
    assert (newest.body, newest.number, english.number) == ("更新的 {link} 退订回R", 2, 0)
    with pytest.raises(DomainError):
        save("没有链接")
    with pytest.raises(DomainError):
        save("{link}abc")  # phones would take abc as part of the address
