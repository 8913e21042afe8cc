"""Questionnaires of our own, beside all_types.json: rules and calculations, and what answers have to meet."""

import json
from typing import Any

BASE = "http://hl7.org/fhir/StructureDefinition/"
SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-"
YES = {"operator": "=", "answerBoolean": True}


def _item(link: str, kind: str, text: str, *extensions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "linkId": link,
        "type": kind,
        "text": text,
        **({"extension": list(extensions)} if extensions else {}),
        **more,
    }


def _ext(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{SDC if name in ('calculatedExpression', 'enableWhenExpression') else BASE}{name}", **value}


def _said(name: str, expression: str) -> dict[str, Any]:
    return _ext(name, valueExpression={"language": "text/fhirpath", "expression": expression})


def _answer(link: str) -> str:
    return f"%resource.descendants().where(linkId='{link}').answer.value"


def _options(*codes: str) -> list[dict[str, Any]]:
    return [{"valueCoding": {"system": "http://example.org", "code": code, "display": code.title()}} for code in codes]


def _constraint(expression: str, human: str) -> dict[str, Any]:
    parts = (("key", "valueId", "c1"), ("severity", "valueCode", "error"), ("expression", "valueString", expression))
    return _ext(
        "questionnaire-constraint",
        extension=[{"url": u, k: v} for u, k, v in (*parts, ("human", "valueString", human))],
    )


RULES: dict[str, Any] = {
    "resourceType": "Questionnaire", "status": "active", "title": "Cold and fever", "language": "en",
    "item": [
        _item("g1", "group", "Today", item=[
            _item("fever", "boolean", "Do you have a fever?", required=True),
            _item("degrees", "decimal", "How high?", _ext("minValue", valueDecimal=35), _ext("maxValue", valueDecimal=43),
                  enableWhen=[{"question": "fever", **YES}]),
            _item("signs", "choice", "What else?", repeats=True, answerOption=_options("cough", "pain", "none"))]),
        _item("g2", "group", "More", enableBehavior="all", enableWhen=[
            {"question": "fever", **YES}, {"question": "degrees", "operator": ">=", "answerDecimal": 38.5}], item=[
            _item("since", "date", "Since when?"),
            _item("cough", "choice", "Which cough?", answerOption=_options("dry", "wet"),
                  enableWhen=[{"question": "signs", "operator": "=", "answerCoding": {"code": "cough"}}]),
            _item("doctor", "boolean", "Did you see a doctor?", enableBehavior="any", enableWhen=[
                {"question": "cough", "operator": "!=", "answerCoding": {"code": "dry"}},
                {"question": "since", "operator": "<", "answerDate": "2026-01-01"}]),
            _item("which", "string", "Which one?", _said("enableWhenExpression", f"{_answer('doctor')} = true"))]),
        _item("kg", "decimal", "Weight in kg"), _item("cm", "integer", "Height in cm"),
        _item("bmi", "decimal", "BMI", _said("calculatedExpression", f"{_answer('kg')} / ({_answer('cm')} / 100).power(2)")),
        _item("table", "group", "How was it?",
              _ext("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": "gtable"}]}),
              item=[_item(link, "choice", link.title(), answerOption=_options("bad", "good")) for link in ("price", "staff")]),
    ],
}  # fmt: skip

CHECKS: dict[str, Any] = {
    "resourceType": "Questionnaire", "status": "active", "title": "会员登记", "language": "zh-CN",
    "item": [
        _item("card", "string", "卡号", _ext("regex", valueString="[A-Z][0-9]{5}"), maxLength=6,
              item=[_item("card.help", "display", "如 A12345", _ext("questionnaire-displayCategory",
                    valueCodeableConcept={"coding": [{"code": "instructions"}]}))]),
        _item("again", "string", "再输入一次卡号", _constraint(f"%context.answer.value = {_answer('card')}", "两次卡号不同")),
        _item("first", "integer", "第一次购买（年）", _ext("minValue", valueInteger=1990)),
        _item("last", "integer", "最近一次购买（年）", _constraint(f"answer.value >= {_answer('first')}", "不能早于第一次")),
        _item("name", "string", "姓"), _item("given", "string", "名"),
        _item("test", "string", "测试", _said("enableWhenExpression", f"{_answer('name')} & {_answer('given')} = '测试'")),
        _item("why", "text", "为什么？", _ext("minLength", valueInteger=5), enableWhen=[
            {"question": "last", "operator": "exists", "answerBoolean": False}]),
        _item("photo", "attachment", "小票", _ext("mimeType", valueCode="image/png")),
        _item("source", "string", "来源", _ext("questionnaire-hidden", valueBoolean=True)),
        _item("pain", "integer", "疼痛", _ext("questionnaire-itemControl", valueCodeableConcept={"coding": [{"code": "slider"}]}),
              _ext("minValue", valueInteger=0), _ext("maxValue", valueInteger=10)),
        _item("mood", "open-choice", "心情", answerOption=[{"valueString": "好"}, {"valueString": "一般"}]),
    ],
}  # fmt: skip

FILES = {
    name: json.dumps(form, ensure_ascii=False).encode()
    for name, form in (("rules.json", RULES), ("checks.json", CHECKS))
}
