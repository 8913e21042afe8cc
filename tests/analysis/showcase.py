"""One questionnaire with every kind of question that has a chart, and believable answers to it."""

import random
from typing import Any

from survey_app.database import db
from survey_app.design.models import Version
from tests.analysis.answers import TODAY, answer, publish

YAML = """
format: 1
name: showcase
title: {zh-CN: 门店服务体验调查, en: Shop experience survey}
languages: [zh-CN, en]
scales:
  agree:
    points:
      - {code: "1", text: {zh-CN: 非常不同意, en: Strongly disagree}}
      - {code: "2", text: {zh-CN: 不同意, en: Disagree}}
      - {code: "3", text: {zh-CN: 一般, en: Neither}}
      - {code: "4", text: {zh-CN: 同意, en: Agree}}
      - {code: "5", text: {zh-CN: 非常同意, en: Strongly agree}}
    unsure: {zh-CN: 不清楚, en: Not sure}
pages:
  - questions:
      - {name: nps, type: nps, text: {zh-CN: 您有多大可能把我们药房推荐给亲友?, en: How likely are you to recommend our pharmacy?}, unsure: {zh-CN: 不清楚, en: Not sure}}
      - {name: sat, type: csat, text: {zh-CN: 总体来说您对这次服务满意吗?, en: "Overall, how satisfied are you?"}}
      - {name: ease, type: ces, text: {zh-CN: 这次购药办理起来很方便。, en: It was easy to get what I needed.}}
      - {name: stars, type: rating, style: stars, text: {zh-CN: 请为店内环境打分, en: Please rate the shop}, low: {zh-CN: 很差, en: Poor}, high: {zh-CN: 很好, en: Excellent}}
      - {name: calm, type: likert, scale: agree, text: {zh-CN: 在店里我感到安心, en: I felt at ease in the shop}}
  - questions:
      - name: reason
        type: single_choice
        text: {zh-CN: 您这次来店主要为了什么?, en: What was the main reason for your visit?}
        choices:
          - {code: rx, text: {zh-CN: 凭医生处方取药, en: To collect a prescription}}
          - {code: otc, text: {zh-CN: 购买非处方药或家庭常备药品(感冒、肠胃、外用等), en: "To buy medicines without prescription (cold, stomach, skin and the like)"}}
          - {code: advice, text: {zh-CN: 请药师提供用药建议, en: To ask a pharmacist for advice}}
          - {code: device, text: {zh-CN: 测血压、血糖等健康服务, en: Blood pressure or blood sugar test}}
          - {code: other, text: {zh-CN: 其他, en: Other}, other: true}
          - {code: unsure, text: {zh-CN: 不清楚, en: Not sure}, missing: unknown}
      - name: good
        type: multiple_choice
        text: {zh-CN: 哪些方面做得好?(可多选), en: What did we do well? (select all that apply)}
        choices:
          - {code: staff, text: {zh-CN: 店员态度, en: Friendly staff}}
          - {code: know, text: {zh-CN: 药师专业知识, en: Knowledgeable pharmacist}}
          - {code: price, text: {zh-CN: 价格, en: Price}}
          - {code: stock, text: {zh-CN: 药品齐全, en: Range of medicines}}
          - {code: none, text: {zh-CN: 以上都没有, en: None of these}, exclusive: true}
      - name: aspects
        type: matrix
        scale: agree
        text: {zh-CN: 您同意下列说法吗?, en: Do you agree with these statements?}
        rows:
          - {code: clean, text: {zh-CN: "店内整洁,商品摆放清楚,容易找到要买的东西", en: "The shop is tidy and it is easy to find things"}}
          - {code: wait, text: {zh-CN: 等候时间合理, en: Waiting time is reasonable}}
          - {code: explain, text: {zh-CN: 药师讲清楚了用法用量, en: The pharmacist explained how to take the medicine}}
      - {name: visits, type: number, min: 0, max: 60, text: {zh-CN: 过去 12 个月您来过几次?, en: How often did you come in the past 12 months?}, unit: {zh-CN: 次, en: times}}
      - {name: last, type: date, text: {zh-CN: 上一次来店是哪一天?, en: When was your previous visit?}}
      - {name: hour, type: time, text: {zh-CN: 您通常几点来?, en: At what time do you usually come?}}
      - {name: improve, type: long_text, text: {zh-CN: 您希望我们改进什么?, en: What should we improve?}}
      - {name: rare, type: rating, text: {zh-CN: 只有少数人回答的题, en: Few people answered this one}}
scores:
  - {name: nps_score, kind: nps, questions: [nps], label: {zh-CN: 净推荐值 NPS, en: Net promoter score}}
  - {name: trust, kind: mean, questions: [aspects_clean, aspects_wait, aspects_explain], rescale: [0, 100], label: {zh-CN: 服务质量指数(0–100), en: Service quality index (0–100)}}
"""  # noqa: E501 - one question per line reads best


def fill(count: int, seed: int = 7) -> Version:
    """Publish the showcase and store `count` answers from past days."""
    version, dice = publish(YAML), random.Random(seed)
    for index in range(count):
        texts = {"improve": f"希望多安排一位药师,第{index}位顾客"} if index % 3 == 0 else {}
        made = answer(version, _answers(dice, index), texts, day=TODAY - 2 - index % 9)
        assert made
    db.session.commit()
    return version


def _answers(dice: random.Random, index: int) -> dict[str, Any]:
    agree = lambda: dice.choices("12345", (3, 7, 20, 45, 25))[0]  # noqa: E731
    given: dict[str, Any] = {
        "nps": dice.choices([*range(11), "unknown"], (1, 0, 1, 1, 2, 4, 5, 10, 16, 20, 30, 3))[0],
        "sat": dice.choices(range(1, 6), (2, 5, 15, 45, 33))[0],
        "ease": dice.choices(range(1, 8), (1, 2, 5, 10, 20, 35, 27))[0],
        "stars": dice.choices(range(1, 6), (2, 4, 20, 40, 34))[0],
        "calm": dice.choices(["1", "2", "3", "4", "5", "unknown"], (2, 4, 20, 40, 30, 4))[0],
        "reason": dice.choices(["rx", "otc", "advice", "device", "other", "unsure"], (30, 45, 12, 8, 3, 2))[0],
        "aspects_clean": agree(), "aspects_wait": dice.choices("12345", (10, 20, 30, 25, 15))[0], "aspects_explain": agree(),
        "visits": min(60, round(dice.lognormvariate(1.8, 0.8))), "hour": f"{dice.randint(7, 21):02}:{dice.randint(0, 59):02}",
        "last": f"2026-{dice.randint(4, 11):02}-{dice.randint(1, 20):02}",
    }  # fmt: skip
    chosen = [code for code in ("staff", "know", "price", "stock") if dice.random() < 0.4]
    given["good"] = chosen or ["none"]
    if index < 3:
        given["rare"] = 2
    return given
