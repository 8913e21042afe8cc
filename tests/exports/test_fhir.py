"""QuestionnaireResponse: every answer under the name of its question, and nothing that the Questionnaire does not ask."""

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from survey_app.exports import fhir
from tests.exports.every_type import table

Json = dict[str, Any]
CODES = "urn:questionnaire:every-type:codes"


@pytest.fixture
def questionnaire(tmp_path: Path) -> Json:
    raw = io.BytesIO()
    fhir.write_questionnaire(raw, table(tmp_path))
    made: Json = orjson.loads(raw.getvalue())
    return made


@pytest.fixture
def responses(tmp_path: Path) -> list[Json]:
    raw = io.BytesIO()
    assert fhir.write_responses(raw, table(tmp_path)) == 3
    return [orjson.loads(line) for line in raw.getvalue().splitlines()]


def under(resource: Json) -> Iterator[tuple[str, Json]]:
    """All items with their linkId, those below items and answers too."""
    for item in resource.get("item", []):
        yield item["linkId"], item
        yield from under(item)
        for answer in item.get("answer", []):
            yield from under(answer)


def coding(code: str, display: str) -> Json:
    return {"valueCoding": {"system": CODES, "code": code, "display": display}}


def test_every_answer_stands_under_its_question(responses: list[Json]) -> None:
    given = {link: item.get("answer") for link, item in under(responses[0])}
    other = [{"linkId": "how_other", "answer": [{"valueString": "=骑马"}]}]
    assert given == {
        "consent": [coding("yes", "我同意")], "how": [coding("else", "其他") | {"item": other}],
        "how_other": [{"valueString": "=骑马"}], "why": [coding("1", "价格")], "nps": [{"valueInteger": 9}],
        "opinion": [coding("of_course", "同意")], "age": [{"valueInteger": 40}], "balance": [{"valueDecimal": -91.5}],
        "day": [{"valueDate": "2026-11-03"}], "hour": [{"valueTime": "08:30:00"}],
        "comment": [{"valueString": "送药慢\n=1+1"}], "contact": None, "contact_street": [{"valueString": "-5 号"}],
        "sat": None, "sat_price": [{"valueInteger": 5}], "use": None, "use_r1": [coding("2", "咨询")], "buy": None,
        "buy_r1_name": [{"valueString": "钙片"}], "buy_r1_price": [{"valueDecimal": 9.5}], "buy_r1_size": [coding("l", "大")],
        "rank": [coding("2", "乙"), coding("1", "甲")], "split": None, "split_a": [{"valueInteger": 30}],
        "split_b": [{"valueInteger": 70}], "warm": [{"valueInteger": -95}], "source": [{"valueDecimal": 7}],
        "score": [{"valueDecimal": 49}], "late": [{"valueInteger": 4}],
    }  # fmt: skip
    head = {key: value for key, value in responses[0].items() if key != "item"}
    assert head == {
        "resourceType": "QuestionnaireResponse", "id": "r1", "language": "zh-CN", "status": "completed",
        "questionnaire": "urn:questionnaire:every-type", "authored": "2026-11",
    }  # fmt: skip


def test_who_did_not_know_or_want_to_say_is_told_apart_from_who_did_not_answer(responses: list[Json]) -> None:
    given = {link: item.get("answer") for link, item in under(responses[1])}
    absent = {"extension": [{"url": fhir.ABSENT, "valueCode": "asked-unknown"}]}
    assert given == {
        "how": [coding("secret", "不愿透露")], "nps": [{"_valueInteger": absent}], "opinion": [coding("unknown", "不清楚")],
        "rank": [coding("1", "甲")], "warm": [{"_valueInteger": absent}], "source": [{"valueDecimal": 7}],
    }  # fmt: skip
    assert [link for link, _ in under(responses[2])] == ["source"]


def test_the_questionnaire_has_an_item_for_every_answer(questionnaire: Json, responses: list[Json]) -> None:
    asked = dict(under(questionnaire))
    kinds = {"Coding": "choice", "Integer": "integer", "Decimal": "decimal", "Date": "date", "Time": "time"}
    for response in responses:
        for link, item in under(response):
            for answer in item.get("answer", []):
                [key] = [key for key in answer if key != "item"]
                kind = key.removeprefix("_").removeprefix("value")
                assert asked[link]["type"] in ((kinds[kind],) if kind != "String" else ("string", "text"))
                assert kind != "Coding" or {"valueCoding": answer[key]} in asked[link]["answerOption"]
            assert len(item.get("answer", [])) <= 1 or asked[link]["repeats"]
    assert len(asked) == len(list(under(questionnaire)))
    assert (asked["use_r1"]["text"], asked["use"]["text"], asked["why"]["repeats"]) == ("去年", "用过什么", True)
    assert asked["score"]["readOnly"]


@pytest.mark.parametrize(
    ("limits", "kind"),
    [
        ({"min": 0, "max": 120}, "integer"),
        ({}, "decimal"),
        ({"min": 0}, "decimal"),
        ({"min": 0, "max": 10**12}, "decimal"),
    ],
)
def test_a_number_that_may_be_longer_than_an_integer_there_is_a_decimal(
    tmp_path: Path, limits: dict[str, int], kind: str
) -> None:
    asked = {"name": "n", "type": "number", "text": "n", **limits}
    whole = {"format": 1, "name": "n", "title": "n", "languages": ["zh-CN"], "pages": [{"questions": [asked]}]}
    raw = io.BytesIO()
    fhir.write_questionnaire(raw, table(tmp_path, orjson.dumps(whole).decode(), [("r1", {"n": 7}, {})]))
    assert orjson.loads(raw.getvalue())["item"][0]["type"] == kind
