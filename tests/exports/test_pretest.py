"""The pretest page: what the made-up people met, links that mend it, the table and the result page to come."""

import re
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from survey_app import clock
from survey_app.analysis.words import percent
from survey_app.database import db
from survey_app.design import drafting
from survey_app.events import COMMAND_LINE
from survey_app.exports import pretesting
from survey_app.exports.pretesting import Shown, ranges, show
from survey_app.exports.shape import FIXED
from survey_app.questionnaire.definition import Definition
from survey_app.questionnaire.pretest import simulate
from survey_app.questionnaire.sample_answers import TEXTS
from tests import staff
from tests.questionnaire import tools

TODAY = date(2026, 3, 2)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>{{7*7}}<b hx-get='/users' hx-trigger='load'>"


def shown(definition: Definition, *, people: int = 400, labels: bool = False, language: str = "zh-CN") -> Shown:
    found = simulate(definition, respondents=people, seed=3, today=TODAY)
    return show(definition, found, number=2, language=language, labels=labels, today=TODAY, _=str)


def faulty() -> Definition:
    """A question nobody sees, one few see, one nobody gets past."""
    never = {"all": [{"age": {"at_least": 9}}, {"age": {"at_most": 8}}]}
    return tools.made(
        tools.question("age", "number", min=0, max=120, required=True),
        tools.question("never", "csat", text="Never?", show_if=never),
        tools.question("rare", "csat", text="Rare?", show_if={"age": {"is": 77}}),
        tools.question("wall", "date", text="Wall?", min="2030-01-01", max="today", required=True,
                       show_if={"age": {"more_than": 100}}),
    )  # fmt: skip


def test_ways_are_told_by_what_people_skipped() -> None:
    definition = tools.made(
        *(tools.question(f"q{n}", "csat", required=True) for n in range(3)),
        tools.question("last", "csat", show_if={"q0": {"at_most": 2}}),
    )
    page = shown(definition)
    assert {way.words for way in page.ways} == {"全部 4 题", "跳过第 4 题"}
    assert sum(way.count for way in page.ways) == 400 and page.other_ways == 0
    assert all(way.share == percent(way.count / 400, 400) for way in page.ways)


def test_a_way_that_ends_early_is_told_by_what_people_saw() -> None:
    first = {"questions": [tools.question("q0", "csat", required=True)], "end_if": {"q0": {"at_most": 3}}}
    page = shown(tools.made(pages=[first, {"questions": [tools.question("q1"), tools.question("q2")]}]))
    assert {(way.words, way.outcome) for way in page.ways} == {
        ("全部 3 题", "complete"), ("只看到第 1 题", "screened_out"),
    }  # fmt: skip


def test_many_ways_are_summed_up() -> None:
    page = shown(tools.tiny("conditions"))
    assert len(page.ways) == pretesting.SHOWN_PATHS and page.other_ways > 3 and page.other_share.endswith("%")


def test_numbers_that_follow_each_other_are_drawn_together() -> None:
    assert ranges([1, 2, 3, 7, 9, 10], "、") == "1–3、7、9–10"
    assert ranges([], "、") == "" and ranges([4], "、") == "4"


def test_what_is_wrong_comes_before_what_is_rare() -> None:
    page = shown(faulty())
    assert [(f.kind, f.name) for f in page.findings] == [("dead_end", "wall"), ("never", "never"), ("few", "rare")]
    assert "系统提示" in page.findings[0].words and page.outcomes["stuck"][0] > 0


def test_the_cards_are_those_of_the_result_page_and_count_the_made_up_answers() -> None:
    definition = tools.tiny("ten-questions")
    found = simulate(definition, respondents=400, seed=3, today=TODAY)
    page = shown(definition)
    by_name = {card.name: card for card in page.cards}
    assert list(by_name) == [q.name for q in definition.questions if q.asks]
    for name, card in by_name.items():
        if definition.question(name).summary in ("single", "multiple"):
            assert card.n == sum(name in person.answers for person in found.people)
    assert page.keys and all(card.chart or card.state == "hidden" or card.texts for card in page.cards)


def test_the_table_has_the_columns_and_codes_of_the_export() -> None:
    definition = tools.tiny("golden")
    values, labels = shown(definition), shown(definition, labels=True)
    assert [c.name for c in values.columns[: len(FIXED)]] == [name for name, _, _ in FIXED]
    assert [c.name for c in values.columns[len(FIXED) :]] == [v.name for v in definition.variables]
    assert len(values.rows) == 10 and all(len(row) == len(values.columns) for row in values.rows)
    assert values.rows[0][2] == 2 and values.rows[0][8] == "2026-03"
    assert values.rows != labels.rows


def test_stuck_people_are_in_no_figure_and_in_no_row() -> None:
    page = shown(faulty(), people=40)
    age = next(card for card in page.cards if card.name == "age")
    assert age.n == 40 - page.outcomes["stuck"][0] < 40
    assert {row[1] for row in page.rows} == {"complete"}


def test_warnings_name_what_statistics_programs_would_cut() -> None:
    long = "很长的题目" * 20
    choices = [{"code": "a", "text": "很长的选项" * 12}, {"code": "b", "text": "B"}]
    definition = tools.made(
        tools.question("wordy", "csat", text=long), tools.question("pick", "single_choice", choices=choices),
        tools.question("free", "long_text"),
    )  # fmt: skip
    found = shown(definition).warnings
    assert [re.findall(r"wordy|pick|free", warning) for warning in found] == [["wordy"], ["pick"], ["free"]]
    assert shown(tools.made(tools.question("q"))).warnings == []


def test_a_table_of_very_many_columns_is_told() -> None:
    choices = [{"code": f"c{n}", "text": f"C{n}"} for n in range(300)]
    (warning,) = shown(tools.made(tools.question("many", "multiple_choice", choices=choices)), people=20).warnings
    assert "many" in warning and "300" in warning and "313" in warning


def test_long_questionnaires_are_tried_with_fewer_people() -> None:
    small = tools.made(tools.question("q"))
    large = tools.made(*(tools.question(f"q{n}") for n in range(200)))
    assert (pretesting.respondents(small), pretesting.respondents(large)) == (1_000, 200)


@pytest.fixture
def chain(sqlite_app: Flask) -> staff.Chain:
    return staff.fill(sqlite_app)


def load(definition: Definition) -> str:
    made = drafting.load_file(definition=definition, by=COMMAND_LINE, now=clock.now())
    db.session.commit()
    address = f"/questionnaires/{made.id}/pretest"
    db.session.remove()
    return address


def dump(app: Any) -> list[str]:
    db.session.remove()
    path: Path = app.extensions["survey_settings"].sqlite_path
    with sqlite3.connect(path) as connection:
        return list(connection.iterdump())


def test_a_researcher_presses_the_button_and_nothing_is_stored(chain: staff.Chain) -> None:
    person, address = chain.signed_in("researcher"), f"/questionnaires/{chain.draft}/pretest"
    start = person.text(address)
    assert "开始试测" in start and 'name="seed" value="1"' in start and "模拟数据" not in start
    before = dump(chain.app)
    page = person.text(f"{address}?seed=1")
    assert dump(chain.app) == before
    assert "每道题都有人看到" in page and page.count("模拟数据") > 3 and '<svg class="chart"' in page
    assert 'name="seed" value="2"' in page
    strip = re.compile(r'value="[^"]*"|content="[^"]*"')
    assert strip.sub("", person.text(f"{address}?seed=1")) == strip.sub("", page)
    assert f'href="{address}"' in person.text(f"/questionnaires/{chain.draft}")


def test_findings_lead_to_the_question_in_the_editor(chain: staff.Chain) -> None:
    address = load(faulty())
    text = chain.signed_in("researcher").text(f"{address}?seed=1")
    links = re.findall(r'href="(/questionnaires/\d+/editor\?node=[a-z0-9]{8})"', text)
    assert len(set(links)) == len(links) >= 2
    assert "永远看不到" in text and "走不通" in text


def test_without_answers_to_ask_for_there_is_nothing_to_press(chain: staff.Chain) -> None:
    empty = tools.made(tools.question("q")).model_copy(update={"name": "empty"})
    address = load(Definition.from_json(empty.to_json() | {"pages": [{"questions": []}]}))
    text = chain.signed_in("researcher").text(f"{address}?seed=1")
    assert "草稿里还没有题目" in text and "disabled" in text


@pytest.mark.parametrize("seed", ["", "x", "-1", "99999", "\u00b2", "1e3"])
def test_a_seed_that_is_none_shows_the_button_again(chain: staff.Chain, seed: str) -> None:
    text = chain.signed_in("researcher").text(f"/questionnaires/{chain.draft}/pretest?seed={seed}")
    assert "开始试测" in text


def test_the_page_speaks_english_whole(chain: staff.Chain) -> None:
    person = chain.signed_in("researcher", "en")
    page = person.text(f"/questionnaires/{chain.draft}/pretest?seed=1&content=labels")
    main = page.split("<main")[1].split("</main>")[0]
    for words in TEXTS["zh"]:  # some of the made-up people write in Chinese
        main = main.replace(words, "")
    assert not re.findall("[\u4e00-\u9fff]+", main)


def test_hostile_words_stay_words(chain: staff.Chain) -> None:
    never = {"all": [{"a": {"is": "x"}}, {"a": {"is": "y"}}]}
    choices = [{"code": "x", "text": HOSTILE}, {"code": "y", "text": HOSTILE}]
    address = load(
        tools.made(
            tools.question("a", "single_choice", text=HOSTILE, choices=choices),
            tools.question("b", "csat", text=HOSTILE, show_if=never),
            title=HOSTILE,
        )
    )
    for query in ("?seed=1", "?seed=1&content=labels", "?seed=<script>"):
        text = chain.signed_in("researcher").text(address + query)
        assert "<script>alert" not in text and "<img" not in text and "<b hx-" not in text and "{{7*7}}" in text


def test_who_may_not_read_questionnaires_sees_no_pretest(chain: staff.Chain) -> None:
    assert chain.signed_in("shop-staff").get(f"/questionnaires/{chain.draft}/pretest?seed=1").status_code == 403


def test_what_is_too_large_to_be_tried_says_so_at_once_and_wide_questions_meet_fewer_people(chain: staff.Chain) -> None:
    def wide(count: int) -> Definition:
        rows = [{"code": f"r{n}", "text": "row"} for n in range(200)]
        return tools.made(*(tools.question(f"m{n}", "matrix", points=5, rows=rows) for n in range(count)))

    assert pretesting.respondents(wide(1)) > pretesting.respondents(wide(20)) >= pretesting.FEWEST
    answer = chain.signed_in("researcher").get(f"{load(wide(26))}?seed=1")
    assert answer.status_code == 422 and "5,200 列" in answer.get_data(as_text=True)
