"""Our own questionnaire files after a person edited them: other encodings, and faults told with their lines and in Chinese."""

import json

import pytest
import yaml

from survey_app.formats import detecting
from survey_app.formats.importing import Refused

OURS = """format: 1
name: shop
title: {zh-CN: 门店, en: Shop}
languages: [zh-CN, en]
mode: anonymous
pages:
  - questions:
      - name: q1
        type: number
        text: {zh-CN: 几次, en: How often}
        min: 0
"""


def faults(text: str) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refused:
        detecting.parse(text.encode())
    return [(fault.place, fault.sentence("zh")) for fault in refused.value.faults]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_a_file_saved_in_another_encoding_is_the_same(encoding: str) -> None:
    made = detecting.parse(OURS.replace("\n", "\r\n").encode(encoding))
    assert made.format == "yaml" and made.data == detecting.parse(OURS.encode()).data


def test_the_same_as_json_is_ours_and_surveyjs_stays_what_it_is() -> None:
    ours = json.dumps(yaml.safe_load(OURS), ensure_ascii=False, indent=1)
    assert detecting.parse(ours.encode()).data == detecting.parse(OURS.encode()).data
    other = {"pages": [{"elements": [{"type": "expression", "name": "sum", "expression": "1", "format": "1 kg"}]}]}
    assert detecting.detect(json.dumps(other).encode()).key == "surveyjs"


@pytest.mark.parametrize(
    ("right", "wrong", "line", "words"),
    [
        ("        type", "\t    type", 9, "制表符"), ("type: number", "type：number", 10, "全角"),
        ("        min", "       min", 11, "缩进"), ("几次, en", "几次: 多少, en", 10, "“,”"),
        ("en: How often}", "en: How often", 11, "“}”"), ("几次", '"几次', 12, "没有结束"),
        ("min: 0", "min: many", 11, "文字“many”"),
        ("format: 1", "format: 2", 1, "format: 1"),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_line_in_chinese(right: str, wrong: str, line: int, words: str) -> None:
    assert right in OURS
    place, sentence = faults(OURS.replace(right, wrong))[0]
    assert place.split(",")[0] == f"line {line}" and words in sentence


def test_json_with_a_comma_too_many_is_told_in_chinese() -> None:
    assert "双引号" in faults('{"format": 1, "pages": [],}')[0][1]


def test_json_of_very_many_objects_is_refused_at_once() -> None:
    assert "400000" in faults('{"format": 1, "pages": [' + "{}," * 400_000 + "{}]}")[0][1]
