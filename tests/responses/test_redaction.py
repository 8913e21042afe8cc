"""Personal data leaves free text; the words a pharmacy needs stay."""

import json
import random
import time
from pathlib import Path

import pytest

from survey_app.responses.redaction import redact

DRUGS = """
马应龙 王老吉 何首乌 白加黑 阿莫西林 田七 同仁堂 三九感冒灵 999感冒灵 六味地黄丸 双黄连 一清胶囊 七叶神安片 九华膏 二甲双胍
维生素B12 三七粉 四季感冒片 五子衍宗丸 八珍颗粒 十滴水 百多邦 0.25g*24片 10mg×30片/盒 5%葡萄糖500ml 国药准字Z44021940
"""


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("我的手机号是13905551234，急", "我的手机号是〔电话〕，急"),
        ("打139-0555-1234或139 0555 1234", "打〔电话〕或〔电话〕"),
        ("一三九〇五五五一二三四", "〔电话〕"),
        ("幺三九零五五五幺二三四找我", "〔电话〕找我"),
        ("１３９０５５５１２３４", "〔电话〕"),
        ("1️⃣3️⃣9️⃣05551234", "〔电话〕"),
        ("139\u200b0555\u200b1234", "〔电话〕"),
        ("+86 139 0555 1234", "〔电话〕"),
        ("008613905551234", "〔电话〕"),
        ("座机0571-88005500转8", "座机〔电话〕"),
        ("（010）6655 4433", "〔电话〕"),
        ("电话：88005500", "电话：〔电话〕"),
        ("身份证330106198802303417", "身份证〔身份证〕"),  # 30 February
        ("身份证 3301 0619 8802 1334 1x。", "身份证 〔身份证〕。"),
        ("卡号6222 0212 3456 7890 123", "卡号〔银行卡〕"),
        ("4012888888881881", "〔银行卡〕"),
        ("6222021234567890000", "〔银行卡〕"),
        ("写信到 li.si+1@mail.example.com.cn，李四@qq.com", "写信到 〔邮箱〕，〔邮箱〕"),
        ("zhang＠ｅｘａｍｐｌｅ．com", "〔邮箱〕"),
        ("微信：zhang_1988", "微信：〔微信〕"),
        ("加vx zhangsan88吧", "加vx 〔微信〕吧"),
        ("我的微信号是zhangsan", "我的微信号是〔微信〕"),
        ("QQ：23456789", "QQ：〔QQ〕"),
        ("车牌浙A·8B123挡住门口", "车牌〔车牌〕挡住门口"),
        ("新能源沪AD12345", "新能源〔车牌〕"),
        ("订单号 DD20260101-0042 没到", "订单号 〔订单号〕 没到"),
        ("运单773012345678901", "运单〔订单号〕"),
        ("护照G12345678", "护照〔证件号〕"),
    ],
)
def test_personal_data_becomes_a_tag(written: str, stored: str) -> None:
    assert redact(written) == stored


@pytest.mark.parametrize("drug", DRUGS.split())
def test_drug_and_brand_names_stay(drug: str) -> None:
    for text in (drug, f"买了{drug}2盒，效果好", f"{drug}13元"):
        assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-13 18:30到店，13:30离开，等了15分钟",
        "三盒一共138.50元，满200减30，会员价1,299",
        "一共去了二三十次，第一次是三月八号",
        "用微信支付很方便，WeChat Pay也行",
        "统一社会信用代码91310000MA1FL0XX5K",
        "版本16.3.10，见 https://example.com/a/b.png",
        "@店长 请看",
        "周末人多\n排队 20-30 分钟\t还行",
    ],
)
def test_everyday_numbers_and_words_stay(text: str) -> None:
    assert redact(text) == text


def test_random_numbers_in_random_spelling_never_stay() -> None:
    rng = random.Random(7)
    spellings = ("0123456789", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "０１２３４５６７８９")
    for _ in range(2_000):
        mobile = "1" + rng.choice("3456789") + "".join(rng.choices("0123456789", k=9))
        gap = rng.choice(["", " ", "-", "—", ".", "·", ","])
        groups = rng.choice([(3, 7, 11), (11,), (4, 8, 11), (3, 6, 9, 11)])
        cut = gap.join(mobile[a:b] for a, b in zip((0, *groups), groups, strict=False))
        written = cut.translate(str.maketrans("0123456789", rng.choice(spellings)))
        assert redact(f"请打{written}谢谢") == "请打〔电话〕谢谢", written


def test_hostile_texts_of_8_kb_take_no_time() -> None:
    began = time.perf_counter()
    for piece in ("1", "1 ", "@", "a@", "a", "0", "138,", "京A", "+86 ", "电话:", "微信", "Ｚ\u0351"):
        redact((piece * 8_192)[:8_192])
    assert time.perf_counter() - began < 3


@pytest.mark.parametrize(
    ("kind", "tag"),
    [("phone", "〔电话〕"), ("idcard", "〔身份证〕"), ("email", "〔邮箱〕"), ("bankcard", "〔银行卡〕")],
)
def test_labelled_sentences_of_others_are_found_whole(cases: Path, kind: str, tag: str) -> None:
    sentences = json.loads((cases / "contacts/split/pii_sentences_zh_shared.json").read_text())
    mine = [s for s in sentences if s["type"] == kind]
    found = {s["text"]: redact(s["text"]).count(tag) for s in mine}
    wanted = {s["text"]: s["count"] for s in mine}
    true = sum(min(found[t], wanted[t]) for t in wanted)
    print(f"\n{kind}: recall {true}/{sum(wanted.values())}, precision {true}/{sum(found.values())}")
    assert found == wanted


def test_telephone_numbers_of_others_are_found(cases: Path) -> None:
    for entry in json.loads((cases / "contacts/split/phones_cn_shared.json").read_text()):
        if entry["expect"] != "invalid":
            assert redact(f"我的号码{entry['value']}谢谢") == "我的号码〔电话〕谢谢"


def test_medical_words_of_others_are_never_damaged(cases: Path) -> None:
    words = (cases / "zh_reviews/lexicon/THUOCL_medical.txt").read_text().splitlines()
    sentences = [f"买了{line.split()[0]}2盒，效果好" for line in words if line.strip()]
    assert len(sentences) > 10_000
    assert [s for s in sentences if redact(s) != s] == []
