"""What a new question of each type begins with: the least that is valid, standard wording where a standard exists."""

import copy
from typing import Any

AGREE = (
    ("1", "非常不同意", "Strongly disagree"),
    ("2", "不同意", "Disagree"),
    ("3", "一般", "Neither agree nor disagree"),
    ("4", "同意", "Agree"),
    ("5", "非常同意", "Strongly agree"),
)
UNSURE = ("不清楚", "Not sure")


def _choices(*texts: tuple[str, str]) -> list[dict[str, Any]]:
    return [{"code": str(n), "text": {"zh-CN": zh, "en": en}} for n, (zh, en) in enumerate(texts, start=1)]


STARTS: dict[str, dict[str, Any]] = {
    "single_choice": {"choices": _choices(("", ""), ("", ""))},
    "dropdown": {"choices": _choices(("", ""), ("", ""))},
    "multiple_choice": {"choices": _choices(("", ""), ("", ""))},
    "rating": {
        "low": {"zh-CN": "非常不满意", "en": "Very dissatisfied"},
        "high": {"zh-CN": "非常满意", "en": "Very satisfied"},
        "unsure": {"zh-CN": UNSURE[0], "en": UNSURE[1]},
    },
    "likert": {"scale": ""},
    "nps": {
        "text": {
            "zh-CN": "您有多大可能把我们推荐给亲友？",
            "en": "How likely are you to recommend us to friends or family?",
        }
    },
    "csat": {
        "text": {"zh-CN": "总体来说，您对这次服务满意吗？", "en": "Overall, how satisfied were you with our service?"},
        "unsure": {"zh-CN": UNSURE[0], "en": UNSURE[1]},
    },
    "ces": {"text": {"zh-CN": "解决我的问题很容易。", "en": "It was easy to solve my problem."}},
    "matrix": {"rows": _choices(("", ""), ("", "")), "scale": ""},
    "matrix_multiple": {"rows": _choices(("", ""), ("", "")), "choices": _choices(("", ""), ("", ""))},
    "matrix_fields": {
        "rows": _choices(("", ""), ("", "")),
        "columns": [item | {"type": "short_text"} for item in _choices(("", ""), ("", ""))],
    },
    "ranking": {"choices": _choices(("", ""), ("", ""))},
    "constant_sum": {"items": _choices(("", ""), ("", "")), "total": 100},
    "slider": {"min": 0, "max": 100},
    "short_text": {},
    "long_text": {},
    "text_fields": {"fields": _choices(("", ""), ("", ""))},
    "number": {},
    "date": {},
    "time": {},
    "file": {},
    "region": {"text": {"zh-CN": "您住在哪里？", "en": "Where do you live?"}, "levels": 2},
    "note": {},
    "section": {},
    "consent": {"required": True, "label": {"zh-CN": "我同意", "en": "I agree"}},
    "hidden": {"text": {"zh-CN": "隐藏变量", "en": "Hidden value"}, "value": 1},
    "computed": {"text": {"zh-CN": "计算值", "en": "Computed value"}, "expression": 0},
    "order_data": {"text": {"zh-CN": "订单数据", "en": "Order data"}, "field": "amount"},
    "attention_check": {
        "text": {
            "zh-CN": "为了确认您在认真阅读，请选择“同意”。",
            "en": "To show that you are reading, please choose “Agree”.",
        },
        "choices": _choices(("不同意", "Disagree"), ("一般", "Neutral"), ("同意", "Agree")),
        "expected": "3",
    },
}


def question(kind: str, languages: list[str]) -> dict[str, Any]:
    """The body of a new question of this type, with its texts in these languages (the first one always)."""
    body = copy.deepcopy(STARTS[kind])
    body.setdefault("text", {"zh-CN": "", "en": ""})
    made: dict[str, Any] = _in_languages(body, languages)
    return made


def agreement(languages: list[str]) -> dict[str, Any]:
    """A scale of five points of agreement."""
    points = [{"code": code, "text": {"zh-CN": zh, "en": en}} for code, zh, en in AGREE]
    made: dict[str, Any] = _in_languages({"points": points}, languages)
    return made


def _in_languages(body: Any, languages: list[str]) -> Any:
    if isinstance(body, list):
        return [_in_languages(item, languages) for item in body]
    if not isinstance(body, dict):
        return body
    if "en" in body and "zh-CN" in body:
        first = languages[0]
        words = {language: body[language] for language in languages if body.get(language)}
        return {first: words.get(first) or body["zh-CN" if first.startswith("zh") else "en"]} | words
    return {key: _in_languages(value, languages) for key, value in body.items()}
