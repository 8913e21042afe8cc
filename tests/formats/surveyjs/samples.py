"""Surveys of our own in SurveyJS JSON, beside all_types.json: rules, and checks with choices that follow from answers."""

import json
from typing import Any

RULES: dict[str, Any] = {
    "title": {"default": "Our shop", "zh-cn": "我们的店"}, "locale": "en", "completedHtml": "<p>Thank you!</p>",
    "calculatedValues": [{"name": "total", "expression": "{adults} + {children}"}],
    "triggers": [
        {"type": "complete", "expression": "{adults} = 0"},
        {"type": "skip", "expression": "{again} = false", "gotoName": "bye"},
    ],
    "pages": [
        {"name": "who", "title": "You", "description": "All about {adults}", "elements": [
            {"type": "text", "name": "adults", "inputType": "number", "min": 0, "max": 20, "isRequired": True},
            {"type": "text", "name": "children", "inputType": "number", "min": 0, "visibleIf": "{adults} > 0"},
            {"type": "boolean", "name": "again", "title": "Shall we go on?"}]},
        {"name": "what", "visibleIf": "{total} > 1", "elements": [
            {"type": "checkbox", "name": "bought", "showNoneItem": True, "showOtherItem": True,
             "choices": ["pills", "syrup", {"value": "cream", "visibleIf": "{children} > 0"}]},
            {"type": "matrix", "name": "rated", "columns": [{"value": 1, "text": "Bad"}, {"value": 2, "text": "Good"}],
             "rows": ["pills", "syrup"], "rowsVisibleIf": "{bought} contains {item}", "title": "Rate {bought}"},
            {"type": "panel", "name": "kids", "title": "Children", "visibleIf": "{children} > 0 and {bought} notempty",
             "elements": [{"type": "rating", "name": "kind", "rateMin": 0, "rateMax": 10},
                          {"type": "comment", "name": "why", "visibleIf": "{kind} <= 6"}]}]},
        {"name": "bye", "elements": [
            {"type": "ranking", "name": "order", "choices": ["price", "staff"], "visibleIf": "{rated.pills} = 2"},
            {"type": "text", "name": "since", "inputType": "date"},
            {"type": "text", "name": "last", "inputType": "date", "visibleIf": "{since} < '2026-01-01'"},
            {"type": "paneldynamic", "name": "others", "panelCount": 1, "templateElements": [
                {"type": "text", "name": "name"}, {"type": "comment", "name": "tell", "visibleIf": "{panel.name} notempty"}]}]},
    ],
}  # fmt: skip

CITIES = [("cs", "长沙", "hn"), ("zz", "株洲", "hn"), ("gz", "广州", "gd")]
CHECKS: dict[str, Any] = {
    "title": "到店登记", "locale": "zh-cn",
    "elements": [
        {"type": "radiogroup", "name": "province", "title": "省份",
         "choices": [{"value": "hn", "text": "湖南"}, {"value": "gd", "text": "广东"}]},
        {"type": "dropdown", "name": "city", "title": "城市", "choicesVisibleIf": "{province} = {$item.province}",
         "choices": [{"value": v, "text": t, "province": p} for v, t, p in CITIES]},
        {"type": "checkbox", "name": "know", "title": "知道哪些？",
         "choices": ["甲", "乙", {"value": "丙", "enableIf": "{city} = 'cs'"}],
         "validators": [{"type": "answercount", "minCount": 1, "maxCount": 2, "text": "选一到两项"}]},
        {"type": "radiogroup", "name": "best", "title": "最好的？", "choicesFromQuestion": "know",
         "choicesFromQuestionMode": "selected"},
        {"type": "text", "name": "age", "title": "年龄", "inputType": "number", "enableIf": "{know} notempty",
         "validators": [{"type": "numeric", "minValue": 1, "maxValue": 120}]},
        {"type": "text", "name": "years", "title": "用了几年？", "inputType": "number", "maxValueExpression": "{age}",
         "validators": [{"type": "expression", "expression": "{years} empty or {years} < {age}", "text": "不能多于年龄"}]},
        {"type": "comment", "name": "why", "title": "原因", "requiredIf": "{best} = '甲'",
         "validators": [{"type": "text", "minLength": 2}]},
        {"type": "text", "name": "code", "title": "会员号",
         "validators": [{"type": "regex", "regex": "^[A-Z]\\d{5}$", "text": "如 A12345"}]},
        {"type": "text", "name": "zip", "title": "邮编", "validators": [{"type": "regex", "regex": "^\\d{6}$"}]},
        {"type": "multipletext", "name": "share", "title": "比重",
         "items": [{"name": n, "inputType": "number"} for n in ("a", "b")],
         "validators": [{"type": "expression", "expression": "{share.a} + {share.b} = 100"}]},
        {"type": "expression", "name": "left", "title": "还剩", "expression": "120 - {age}"},
        {"type": "file", "name": "slip", "title": "小票", "acceptedTypes": "image/*"},
        {"type": "html", "name": "bye", "html": "<p>谢谢 {city}！</p>"},
    ],
}  # fmt: skip

FILES = {
    name: json.dumps(survey, ensure_ascii=False).encode()
    for name, survey in (("rules.json", RULES), ("checks.json", CHECKS))
}
