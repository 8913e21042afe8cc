"""A questionnaire with every kind of column, three answers to it, and its table without a database."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from survey_app.analysis.dataset import FrozenVersion, Row
from survey_app.design.printing import Letterhead
from survey_app.exports.shape import Cell, Shape
from survey_app.exports.table import Table
from survey_app.languages import translator
from tests.analysis.answers import definition

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
EVERY = """
format: 1
name: every-type
title: {zh-CN: 各种题型, en: Every type}
languages: [zh-CN, en]
scales:
  agree:
    points:
      - {code: no_way, value: 1, text: {zh-CN: 不同意, en: Disagree}}
      - {code: of_course, value: 2, text: {zh-CN: 同意, en: Agree}}
    unsure: {zh-CN: 不清楚, en: Not sure}
pages:
  - questions:
      - {name: consent, type: consent, text: {zh-CN: 我已阅读说明, en: I have read this}}
      - name: how
        type: single_choice
        text: {zh-CN: 怎么来的, en: How did you come}
        choices:
          - {code: foot, value: 1, text: {zh-CN: 步行, en: On foot}}
          - {code: else, value: 9, text: {zh-CN: 其他, en: Other}, other: true}
          - {code: secret, text: {zh-CN: 不愿透露, en: Prefer not to say}, missing: refused}
      - name: why
        type: multiple_choice
        text: {zh-CN: 提到的方面, en: What was mentioned}
        choices:
          - {code: "1", text: {zh-CN: 价格, en: Price}}
          - {code: "2", text: {zh-CN: 服务, en: Service}}
      - {name: nps, type: nps, text: {zh-CN: 推荐吗, en: Recommend}, unsure: {zh-CN: 不清楚, en: Not sure}}
      - {name: opinion, type: likert, scale: agree, text: {zh-CN: 价格合理, en: Fair price}}
      - {name: age, type: number, min: 0, max: 120, text: {zh-CN: 年龄, en: Age}}
      - {name: balance, type: number, decimals: 2, text: {zh-CN: 余额, en: Balance}}
      - {name: day, type: date, text: {zh-CN: 哪天, en: Which day}}
      - {name: hour, type: time, text: {zh-CN: 几点, en: What time}}
      - {name: comment, type: long_text, text: {zh-CN: 还想说什么, en: Anything else}}
      - name: contact
        type: text_fields
        text: {zh-CN: 门店, en: Shop}
        fields:
          - {code: street, text: {zh-CN: 街道, en: Street}}
          - {code: near, text: {zh-CN: 附近, en: Near}}
      - name: sat
        type: matrix
        points: 5
        text: {zh-CN: 满意吗, en: Satisfied}
        rows:
          - {code: price, text: {zh-CN: 价格, en: Price}}
          - {code: staff, text: {zh-CN: 店员, en: Staff}}
      - name: use
        type: matrix_multiple
        text: {zh-CN: 用过什么, en: What did you use}
        rows: [{code: r1, text: {zh-CN: 去年, en: Last year}}]
        choices:
          - {code: "1", text: {zh-CN: 送药, en: Delivery}}
          - {code: "2", text: {zh-CN: 咨询, en: Advice}}
      - name: buy
        type: matrix_fields
        text: {zh-CN: 买了什么, en: What did you buy}
        rows: [{code: r1, text: {zh-CN: 第一种, en: First}}]
        columns:
          - {code: name, type: short_text, text: {zh-CN: 名称, en: Name}}
          - {code: price, type: number, decimals: 1, min: 0, text: {zh-CN: 价格, en: Price}}
          - {code: size, type: dropdown, text: {zh-CN: 大小, en: Size},
             choices: [{code: s, value: 1, text: {zh-CN: 小, en: Small}}, {code: l, value: 2, text: {zh-CN: 大, en: Large}}]}
      - name: rank
        type: ranking
        text: {zh-CN: 排序, en: Rank these}
        choices:
          - {code: "1", text: {zh-CN: 甲, en: A}}
          - {code: "2", text: {zh-CN: 乙, en: B}}
      - name: split
        type: constant_sum
        total: 100
        text: {zh-CN: 分配, en: Divide}
        items: [{code: a, text: {zh-CN: 线上, en: Online}}, {code: b, text: {zh-CN: 门店, en: Shop}}]
      - {name: warm, type: slider, min: -100, max: 100, text: {zh-CN: 冷热, en: Warm}, unsure: {zh-CN: 不清楚, en: Not sure}}
      - {name: source, type: hidden, value: 7, text: {zh-CN: 来源, en: Source}}
      - {name: score, type: computed, expression: {add: [{answer: nps}, {answer: age}]}, text: {zh-CN: 得分, en: Score}}
  - questions:
      - {name: late, type: rating, text: {zh-CN: 评分, en: Rating}, show_if: {nps: {at_least: 9}}}
"""
PLACES = """
  - questions:
      - {name: photo, type: file, text: {zh-CN: 照片, en: Photo}}
      - {name: home, type: region, text: {zh-CN: 住在哪里, en: Where do you live}}
"""
"""A further page for EVERY: what has no short list of values."""
REFERENCE = "0123456789abcdef0123456789abcdef.jpg"
HOME = {"home_province": "440000", "home_city": "440300", "home_district": "440305"}
FULL: dict[str, Any] = {
    "consent": "yes", "how": "else", "why": ["1"], "nps": 9, "opinion": "of_course", "age": 40, "balance": -91.5,
    "day": "2026-11-03", "hour": "08:30", "sat_price": 5, "use_r1": ["2"], "buy_r1_price": 9.5, "buy_r1_size": "l",
    "rank": ["2", "1"], "split_a": 30, "split_b": 70, "warm": -95, "late": 4,
}  # fmt: skip
FULL_TEXTS = {"how_other": "=骑马", "comment": "送药慢\n=1+1", "contact_street": "-5 号", "buy_r1_name": "钙片"}
ANSWERS: tuple[tuple[str, dict[str, Any], dict[str, str]], ...] = (
    ("r1", FULL, FULL_TEXTS),
    ("r2", {"how": "secret", "nps": "unknown", "opinion": "unknown", "warm": "unknown", "rank": ["1"]}, {}),
    ("r3", {}, {}),
)


def table(
    folder: Path, text: str = EVERY, answers: Any = ANSWERS, *, language: str = "zh-CN", stem: str = "data"
) -> Table:
    """The table of these answers."""
    shape = Shape([FrozenVersion(1, 1, definition(text))], {}, labels=False, language=language,
                  translate=translator(language))  # fmt: skip

    def rows() -> Iterator[list[Cell]]:
        for name, given, texts in answers:
            row = Row(
                1,
                1,
                "complete",
                "zh-CN",
                "link",
                None,
                "",
                20_000,
                date(2026, 11, 1),
                "normal",
                False,
                "",
                given,
                texts,
            )
            yield shape.row(name, row, name_shop=False, name_region=False)

    return Table(shape, rows, stem, [("问卷", "=1+1")], NOW, folder, Letterhead("好药", "#007a5a", "#e6f4ef"))
