"""Phone numbers, mail addresses and names as files and people write them."""

import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_app.people import phones
from survey_app.people.phones import Phone, Problem, normal, normal_email

MOBILE = Phone("+8613812345678", "mobile")


@pytest.mark.parametrize(
    "text",
    [
        "13812345678", " 138 1234 5678", "138-1234-5678", "8613812345678", "008613812345678", "0086 138 1234 5678",
        "+86 138 1234 5678", "(+86)13812345678", "１３８１２３４５６７８", "＋８６１３８１２３４５６７８", "013812345678",
        "138—1234—5678", "\u202d13812345678\u202c", "'13812345678", '="13812345678"', "手机：13812345678",
    ],
)  # fmt: skip
def test_every_way_to_write_a_mobile_number_means_the_same(text: str) -> None:
    assert normal(text) == MOBILE


@pytest.mark.parametrize("text", ["13812345678.0", "13812345678.00", "1.3812345678E+10", "8.613812345678e+12"])
def test_what_a_spreadsheet_did_to_a_number_is_undone_when_no_digit_is_lost(text: str) -> None:
    assert normal(text) == MOBILE


@pytest.mark.parametrize("text", ["1.38E+10", "1.38123E+10", "1.381234567E+10", "1.38E+99", "8.6138E+12"])
def test_a_number_whose_digits_a_spreadsheet_lost_is_refused_as_damaged(text: str) -> None:
    assert normal(text) == Problem("phone_rounded")


@pytest.mark.parametrize(
    ("text", "e164"),
    [
        ("010-12345678", "+861012345678"), ("1012345678", "+861012345678"), ("(0769) 22334455", "+8676922334455"),
        ("7692233 4455", "+8676922334455"), ("+86 (0)10 12345678", "+861012345678"), ("0872-2123456", "+868722123456"),
    ],
)  # fmt: skip
def test_a_landline_is_found_with_and_without_its_leading_zero(text: str, e164: str) -> None:
    assert normal(text) == Phone(e164, "landline")


def test_a_foreign_mobile_number_keeps_its_country() -> None:
    assert normal("+1 202 555 0123") == Phone("+12025550123", "mobile")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "phone_empty"), ("\u200b ", "phone_empty"), ("无", "phone_not_a_number"), ("NaN", "phone_not_a_number"),
        ("1701234567", "phone_too_short"), ("138123456789", "phone_too_long"), ("9" * 5000, "phone_too_long"),
        ("23456789", "phone_no_area_code"), ("13812345678/13912345678", "phone_several"),
        ("010-12345678-801", "phone_extension"), ("010-12345678转801", "phone_extension"), ("95588", "phone_service"),
        ("12012345678", "phone_unknown"), ("+1 202 555 01", "phone_unknown"), ("٠١٢٣", "phone_not_a_number"),
        ("138+12345678", "phone_not_a_number"), ("张三13812345678", "phone_not_a_number"), ("=1+1", "phone_not_a_number"),
    ],
)  # fmt: skip
def test_what_is_no_number_is_refused_with_the_reason(text: str, code: str) -> None:
    assert normal(text) == Problem(code)
    assert code in phones.REASONS


@given(st.text(max_size=40) | st.text(alphabet="0123456789+-() .E", max_size=25))
def test_a_number_that_came_out_goes_in_again_and_nothing_makes_it_fail(text: str) -> None:
    found = normal(text)
    if isinstance(found, Phone):
        assert normal(found.e164) == found
    else:
        assert found.code in phones.REASONS


# Kept apart on purpose: spaces between digits are how people write; service numbers reach no person
OUR_OWN_VIEW = {"010 12345678": "landline"}


def test_the_numbers_of_other_projects_are_judged_as_they_expect(cases: Path) -> None:
    shared = json.loads((cases / "contacts/split/phones_cn_shared.json").read_text())
    wrong = []
    for case in shared:
        found = normal(case["value"])
        expected = OUR_OWN_VIEW.get(case["value"], case["expect"])
        if expected.startswith("mobile") or expected == "landline":
            right = isinstance(found, Phone) and expected.startswith(found.kind)
        elif expected.startswith("service"):
            right = found == Problem("phone_service")
        else:
            right = isinstance(found, Problem)
        if not right:
            wrong.append((case["value"], expected, found))
    assert len(shared) > 20 and wrong == []


def test_masks_hide_what_other_projects_hide(cases: Path) -> None:
    masks = {
        "中文姓名": phones.mask_name,
        "邮箱": phones.mask_email,
        "手机": lambda text: phones.mask("+86" + text),
        "固定电话": lambda text: phones.mask("+86" + text[1:]),
    }
    shared = json.loads((cases / "contacts/split/masking_cn_shared.json").read_text())
    tried = [case for case in shared if case["type"] in masks]
    assert len(tried) == 4
    assert [masks[case["type"]](case["input"]) for case in tried] == [case["expected"] for case in tried]


@pytest.mark.parametrize("text", ["+85251234567", "+12025550123", "+861012345678", "x", "", "13812345678"])
def test_a_mask_never_shows_more_than_half(text: str) -> None:
    assert sum(character.isdigit() for character in phones.mask(text)) <= 8
    assert text not in phones.mask(text) or not text


def test_a_short_mail_name_is_hidden_too() -> None:
    assert phones.mask_email("a@example.org") == "a***@example.org"


# valid by the letter, but nobody has one: a domain without a dot, a top level of one letter; a space at the end is cut off
LEFT_OUT = {"5", "13", "37", "158"}


def test_the_mail_addresses_of_isemail_are_taken_when_they_can_be_mailed(cases: Path) -> None:
    root = ElementTree.parse(cases / "contacts/split/isemail_tests_shared.xml").getroot()
    tried = 0
    for case in root:
        # the file writes control characters as their pictures
        typed = "".join(
            chr(ord(c) - 0x2400) if 0x2400 <= ord(c) < 0x2420 else c for c in case.findtext("address") or ""
        )
        mailable = case.findtext("category") in ("ISEMAIL_VALID_CATEGORY", "ISEMAIL_DNSWARN")
        if case.get("id") not in LEFT_OUT:
            assert isinstance(normal_email(typed), str) is mailable, typed
            tried += 1
    assert tried > 70


@pytest.mark.parametrize(
    "text", ["a\r\nBcc: x@y.zz", "x@y.zz\n", "李@example.org", "a@b..cc", "<a@b.cc>", "a" * 65 + "@b.cc"]
)
def test_a_mail_address_that_could_carry_a_header_or_cannot_arrive_is_refused(text: str) -> None:
    assert isinstance(normal_email(text), Problem)


def test_a_mail_address_is_compared_in_lower_case_and_ascii() -> None:
    assert normal_email(" Li.Si＠Example.ORG ") == "li.si@example.org"
    assert normal_email("li@药房.中国") == "li@xn--7our25e.xn--fiqs8s"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("欧阳娜娜", "欧阳娜娜"), ("买买提•吐尔逊", "买买提·吐尔逊"), ("买买提 ・ 吐尔逊", "买买提·吐尔逊"),
        ("买买提.吐尔逊", "买买提·吐尔逊"), ("J. R. Lee", "J. R. Lee"), ("A", "A"), ("李\u200b\x00四", "李四"), ("𠮷野", "𠮷野"),
        (" 李\t四 ", "李 四"), ("\u202e", ""), ("李" * 60, "李" * 60),
    ],
)  # fmt: skip
def test_a_name_is_kept_as_it_is_but_for_what_nobody_sees(typed: str, kept: str) -> None:
    assert phones.clean_name(typed) == kept
