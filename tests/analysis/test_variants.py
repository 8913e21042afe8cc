"""Two versions side by side: the arithmetic against published examples, and what the page says and hides."""

import random
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.analysis import variants as page
from survey_app.analysis import variants_chance as chance
from survey_app.analysis.figures import Mover
from survey_app.analysis.variants import Finding, Pair, Variants
from survey_app.database import db
from survey_app.design.models import Version
from survey_app.distribution import variants
from survey_app.distribution.models import Collector
from survey_app.events import COMMAND_LINE
from survey_app.responses.models import BreakOff
from tests.analysis import answers
from tests.analysis.answers import answer, publish
from tests.analysis.staff import client_of

WIDE = """
format: 1
name: wide
title: {zh-CN: 宽问卷, en: Wide survey}
languages: [zh-CN, en]
scales:
  agree:
    points:
      - {code: "no", text: {zh-CN: 否, en: "No"}}
      - {code: mid, text: {zh-CN: 中, en: Mid}}
      - {code: "yes", text: {zh-CN: 是, en: "Yes"}}
pages:
  - questions:
      - {name: nps, type: nps, text: {zh-CN: 推荐吗, en: Would you recommend us}}
      - {name: stars, type: rating, text: {zh-CN: 几分, en: How many}}
      - {name: agree, type: likert, scale: agree, text: {zh-CN: 同意吗, en: Agree}}
      - name: reason
        type: single_choice
        text: {zh-CN: 原因, en: Reason}
        choices:
          - {code: a, value: 1, text: {zh-CN: 甲, en: A}}
          - {code: b, value: 2, text: {zh-CN: 乙, en: B}}
          - {code: c, value: 3, text: {zh-CN: 丙, en: C}}
      - name: good
        type: multiple_choice
        text: {zh-CN: 好在哪, en: What was good}
        choices:
          - {code: a, value: 1, text: {zh-CN: 价格, en: Price}}
          - {code: b, value: 2, text: {zh-CN: 服务, en: Service}}
      - name: aspects
        type: matrix
        points: 5
        text: {zh-CN: 各方面, en: Aspects}
        rows:
          - {code: speed, text: {zh-CN: 速度, en: Speed}}
          - {code: tone, text: {zh-CN: 态度, en: Tone}}
      - {name: comment, type: long_text, text: {zh-CN: 还想说什么, en: Anything else}}
  - questions:
      - {name: extra, type: rating, text: {zh-CN: 旧题, en: Old question}}
"""


def test_the_difference_of_two_shares_has_newcombes_interval() -> None:
    """Newcombe 1998, table II, example (a): 56/70 and 48/80."""
    found = chance.shares(48, 80, 56, 70)
    assert (round(found.value, 4), round(found.low, 4), round(found.high, 4)) == (0.2, 0.0524, 0.3339)
    assert round(found.p, 4) == 0.0080  # z = 2.651


def test_the_tail_of_the_chi_square_distribution_is_that_of_the_tables() -> None:
    for value, freedom, p in ((3.841459, 1, 0.05), (11.0705, 5, 0.05), (23.2093, 10, 0.01), (0.0039321, 1, 0.95)):
        assert chance.chi_square_above(value, freedom) == pytest.approx(p, abs=2e-6)
    assert chance.chi_square_above(0, 3) == 1.0


def test_a_table_is_tested_by_pearson_with_rare_options_put_together() -> None:
    assert chance.table([10, 20, 30], [20, 20, 20]) == pytest.approx(0.069483, abs=1e-6)  # chi-square 5.333, 2 degrees
    assert chance.table([30, 20, 1, 1, 0], [20, 30, 0, 1, 1]) == chance.table([30, 20, 2], [20, 30, 2])
    assert chance.table([40, 1], [40, 0]) is None and chance.table([], []) is None


def test_ranks_are_those_of_mann_and_whitney() -> None:
    """Example with ties worked by hand: U = 1,450 of 3,600, variance 33,390.8 (tie-corrected)."""
    assert chance.ranks({1: 10, 2: 20, 3: 30}, {1: 20, 2: 20, 3: 20}) == pytest.approx(0.024992, abs=1e-6)
    assert chance.ranks({3: 40}, {3: 50}) == 1.0
    shifted = chance.means({1: 20, 2: 20}, {2: 20, 3: 20})
    assert shifted.value == 1 and shifted.low < 1 < shifted.high and shifted.p < 0.001


def test_holm_asks_more_of_the_smaller_ones() -> None:
    assert chance.holm([0.01, 0.04, 0.03, 0.005]) == [0.03, 0.06, 0.06, 0.02]
    assert chance.holm([0.9, 0.8]) == [1.0, 1.0] and chance.holm([]) == []


def test_equal_groups_are_called_different_one_time_in_twenty() -> None:
    chances = random.Random(7)
    wrong = {"shares": 0, "ranks": 0, "nps": 0, "table": 0}
    for _ in range(400):
        a, b = ([chances.choice((0, 5, 7, 8, 9, 9, 10)) for _ in range(60)] for _ in range(2))
        first, second = ({value: group.count(value) for value in set(group)} for group in (a, b))
        wrong["shares"] += chance.shares(a.count(9), 60, b.count(9), 60).p < 0.05
        wrong["ranks"] += chance.ranks(first, second) < 0.05
        wrong["nps"] += chance.nps(first, second).p < 0.05
        p = chance.table([a.count(v) for v in (0, 5, 9)], [b.count(v) for v in (0, 5, 9)])
        wrong["table"] += p is not None and p < 0.05
    assert all(count / 400 < 0.085 for count in wrong.values()), wrong


# --- the page ----------------------------------------------------------------------------------------------------------
def two_versions(text: str = WIDE, changed: tuple[str, str] = ("推荐吗", "会推荐我们吗")) -> tuple[Version, Version]:
    """Two versions, tested behind one door since it was made."""
    first = publish(text)
    second = publish(text.replace(*changed), questionnaire=first.questionnaire)
    begin(first, second)
    return first, second


def begin(first: Version, second: Version, code: str = "ABCDEF", share: int = 50, **more: Any) -> Collector:
    now = clock.now()
    values: dict[str, Any] = {"kind": "link", "name": "", "place": "", "created_at": now} | more
    door = Collector(code=code, questionnaire_id=first.questionnaire_id, version_id=first.id, **values)
    db.session.add(door)
    db.session.flush()
    variants.start(collector=door, first=first, second=second, share=share, by=COMMAND_LINE, now=now)
    db.session.commit()
    return door


def give(version: Version, count: int, **given: Any) -> None:
    for _ in range(count):
        answer(version, {"stars": 3, **given})
    db.session.commit()


def compared(version: Version, numbers: tuple[int, int] | None = None) -> Variants:
    Mover().tick()
    found = page.variants(version.questionnaire_id, numbers=numbers, language="zh-CN", _=lambda text: text)
    assert found is not None
    return found


def pair(found: Variants, name: str) -> Pair:
    return next(pair for pair in found.pairs if pair.name == name)


def states(findings: list[Finding]) -> list[tuple[str, int]]:
    return [(finding.state, finding.sign) for finding in findings]


def test_each_kind_of_question_says_where_the_versions_differ(app: Flask) -> None:
    first, second = two_versions()
    low = {"nps": 3, "agree": "no", "reason": "a", "good": ["a"], "aspects_speed": 2, "aspects_tone": 4}
    high = {"nps": 10, "agree": "yes", "reason": "b", "good": ["a", "b"], "aspects_speed": 5, "aspects_tone": 4}
    for version, much in ((first, 10), (second, 60)):
        give(version, much, **high)
        give(version, 70 - much, **low)
    found = compared(first)
    assert found.responses == (70, 70) and found.running and not found.mixed
    assert states(pair(found, "nps").findings) == [("differs", 1)]
    assert pair(found, "nps").titles == ("推荐吗", "会推荐我们吗")
    assert states(pair(found, "stars").findings) == [("same", 0)]
    assert states(pair(found, "agree").findings) == [("differs", 1)] and pair(found, "agree").findings[0].words == ""
    assert states(pair(found, "reason").findings) == [("differs", 0)]
    assert [(f.label, f.state) for f in pair(found, "good").findings] == [("价格", "same"), ("服务", "differs")]
    assert [(f.label, f.state) for f in pair(found, "aspects").findings] == [("速度", "differs"), ("态度", "same")]
    assert "comment" not in {each.name for each in found.pairs} and found.differing == 5


TABLES = """
format: 1
name: tables
title: {zh-CN: 测试}
languages: [zh-CN]
pages:
  - questions:
      - {name: stars, type: rating, text: {zh-CN: 打分}}
      - name: wish
        type: ranking
        text: {zh-CN: 请排序}
        choices: [{code: a, text: {zh-CN: 价格}}, {code: b, text: {zh-CN: 服务}}]
      - name: split
        type: constant_sum
        total: 10
        text: {zh-CN: 请分配}
        items: [{code: a, text: {zh-CN: 价格}}, {code: b, text: {zh-CN: 服务}}]
      - name: shops
        type: matrix_multiple
        text: {zh-CN: 哪家店}
        rows: [{code: p, text: {zh-CN: 停车}}]
        choices: [{code: x, text: {zh-CN: 东门}}, {code: z, text: {zh-CN: 西门}}]
      - name: drugs
        type: matrix_fields
        text: {zh-CN: 买的药}
        rows: [{code: p, text: {zh-CN: 第一种}}]
        columns:
          - {code: boxes, type: number, text: {zh-CN: 盒数}}
          - {code: how, type: dropdown, text: {zh-CN: 方式}, choices: [{code: x, text: 店}, {code: z, text: 网}]}
"""


def test_parts_of_rankings_amounts_and_tables_are_compared_one_by_one(app: Flask) -> None:
    first, second = two_versions(TABLES, ("打分", "请打分"))
    one = {
        "wish": ["a", "b"],
        "split_a": 9,
        "split_b": 1,
        "shops_p": ["x", "z"],
        "drugs_p_boxes": 1,
        "drugs_p_how": "x",
    }
    two = {"wish": ["b", "a"], "split_a": 2, "split_b": 8, "shops_p": ["x"], "drugs_p_boxes": 7, "drugs_p_how": "z"}
    for version, much in ((first, 10), (second, 60)):
        give(version, much, **two)
        give(version, 70 - much, **one)
    found = {pair.name: [(f.label, f.state, f.sign) for f in pair.findings] for pair in compared(first).pairs}
    assert found["wish"] == [("价格", "differs", 1), ("服务", "differs", -1)]  # a higher rank stands further back
    assert found["split"] == [("价格", "differs", -1), ("服务", "differs", 1)]
    assert found["shops"] == [("停车 · 东门", "same", 0), ("停车 · 西门", "differs", -1)]
    assert found["drugs"] == [("第一种 · 盒数", "differs", 1), ("第一种 · 方式", "differs", 0)]
    client, address = client_of(app, "manager"), f"/questionnaires/{first.questionnaire_id}"
    assert client.get(f"{address}/variants").get_data(as_text=True).count('class="chart"') >= 12
    assert client.get(f"{address}/results").get_data(as_text=True).count('class="chart"') >= 6


def test_amounts_of_two_totals_are_not_tested(app: Flask) -> None:
    first, second = two_versions(TABLES, ("total: 10", "total: 20"))
    for version in (first, second):
        give(version, 40, split_a=5, split_b=5)
    assert states(pair(compared(first), "split").findings) == [("untested", 0)]


def test_small_arms_are_hidden_and_few_answers_are_not_judged(app: Flask) -> None:
    first, second = two_versions()
    give(first, 40, nps=10)
    give(second, 4, nps=0)
    found = compared(first)
    assert found.responses[1] == 0 and states(pair(found, "nps").findings) == [("hidden", 0)]
    side = pair(found, "nps").sides[1]
    assert side is not None and side.state == "hidden" and side.chart is None
    give(second, 8, nps=0)
    assert states(pair(compared(first), "nps").findings) == [("few", -1)]


def test_the_figures_are_those_of_the_result_page_and_move_in_steps(app: Flask) -> None:
    first, second = two_versions()
    give(first, 30, nps=10)
    give(second, 30, nps=10)
    mover = Mover()
    mover.tick()
    give(second, 4, nps=0)
    mover.tick()
    assert compared(first).responses == (30, 30)
    give(second, 1, nps=0)
    assert compared(first).responses == (30, 35)


def test_questions_that_were_changed_in_kind_or_left_out_are_named_and_not_compared(app: Flask) -> None:
    first, second = two_versions(changed=("name: extra, type: rating", "name: extra, type: csat"))
    give(first, 30, extra=3)
    give(second, 30, extra=3)
    found = compared(first)
    assert found.only == (["旧题"], ["旧题"]) and "extra" not in {each.name for each in found.pairs}


def test_a_scale_with_other_points_is_shown_but_not_tested(app: Flask) -> None:
    first, second = two_versions(changed=("name: stars, type: rating", "name: stars, type: rating, points: 7"))
    give(first, 30)
    give(second, 30)
    [finding] = pair(compared(first), "stars").findings
    assert finding.state == "untested" and "刻度不同" in finding.words


def test_completion_is_compared_where_begun_answers_are_kept(app: Flask) -> None:
    first, second = two_versions()
    give(first, 60, nps=9)
    give(second, 60, nps=9)
    for version, left in ((first, 6), (second, 60)):
        db.session.add(BreakOff(version_id=version.id, week=answers.TODAY, last_question="nps", count=left))
    db.session.commit()
    found = compared(first)
    assert found.completion == ("90%", "50%") and (found.completed.state, found.completed.sign) == ("differs", -1)


def test_answers_from_outside_the_test_are_said_to_be_mixed_in(app: Flask) -> None:
    first, second = two_versions()
    give(first, 30)
    assert not compared(first).mixed
    begin(first, second, "BCDEFG", share=80)
    assert compared(first).mixed
    other = publish(WIDE.replace("name: wide", "name: wider"))
    newer = publish(
        WIDE.replace("name: wide", "name: wider").replace("推荐吗", "荐吗"), questionnaire=other.questionnaire
    )
    begin(other, newer, "CDEFGH", created_at=clock.now() - timedelta(days=3))
    give(other, 5)
    assert compared(other).mixed


def test_an_ended_test_can_still_be_compared_and_only_tested_versions_can(app: Flask) -> None:
    first, second = two_versions()
    third = publish(WIDE.replace("推荐吗", "第三种"), questionnaire=first.questionnaire)
    for version in (first, second, third):
        give(version, 30, nps=9)
    door = db.session.query(Collector).one()
    variants.stop(collector=door, keep=second, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    found = compared(first)
    assert not found.running and found.mixed and found.offered == [1, 2]
    for numbers in ((1, 3), (1, 1), (1, 9)):
        assert page.variants(first.questionnaire_id, numbers=numbers, language="zh-CN", _=str) is None


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_page_is_reached_from_the_results_and_speaks_both_languages(sqlite_app: Flask, language: str) -> None:
    first, second = two_versions()
    for version, value in ((first, 2), (second, 10)):
        give(version, 40, nps=value, reason="a", good=["a"], agree="yes", aspects_speed=3)
    Mover().tick()
    client = client_of(sqlite_app, "researcher", language)
    path = f"/questionnaires/{first.questionnaire_id}/variants"
    assert path in client.get(f"/questionnaires/{first.questionnaire_id}/results").get_data(as_text=True)
    answered = client.get(f"{path}?a=2&b=1")
    html = answered.get_data(as_text=True)
    assert answered.status_code == 200 and html.count("<svg") > 5 and "style=" not in html
    ids = re.findall(r' id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    if language == "en":
        main = text_of(html.split("← ")[1].split("</main>")[0])
        assert not re.search(r"[\u4e00-\u9fff]", main), main
        assert "Different, version 2 is higher" in main
    else:
        assert "有差别，第 2 版更高" in text_of(html) and "+200（95% 区间" in text_of(html)


def test_a_questionnaire_without_a_test_says_so_and_offers_no_link(sqlite_app: Flask) -> None:
    version = publish()
    client = client_of(sqlite_app, "researcher")
    path = f"/questionnaires/{version.questionnaire_id}/variants"
    assert path not in client.get(f"/questionnaires/{version.questionnaire_id}/results").get_data(as_text=True)
    assert "还没有 A/B 测试" in client.get(path).get_data(as_text=True)
    for query in ("a=1&b=2", "a=1", "a=x&b=2"):
        assert client.get(f"{path}?{query}").status_code == 404
    assert client_of(sqlite_app, "shop-staff").get(path).status_code == 403
