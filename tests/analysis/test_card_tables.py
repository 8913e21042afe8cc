"""Cards of rankings, amounts and tables: counted from rows, with their bases said and small ones left out."""

from datetime import date
from typing import Any

import pytest

from survey_app.analysis import cards, charts, tallies
from survey_app.analysis.card_shapes import Card
from survey_app.analysis.dataset import Row
from survey_app.analysis.tallies import Tally
from survey_app.questionnaire.definition import Definition
from tests.questionnaire import tools


def choices(codes: str) -> list[dict[str, Any]]:
    return [{"code": code, "text": code.upper()} for code in codes]


COLUMNS = [
    {"code": "name", "text": "Name", "type": "short_text"},
    {"code": "boxes", "text": "Boxes", "type": "number", "min": 0},
    {"code": "where", "text": "Where", "type": "dropdown", "choices": choices("xy")},
]
ASKED = tools.made(
    tools.question("wish", "ranking", choices=choices("abc"), top=2),
    tools.question("split", "constant_sum", items=choices("abc"), total=200, unit="g"),
    tools.question("warm", "slider", min=0, max=10, unsure="Not sure"),
    tools.question("shops", "matrix_multiple", rows=choices("pq"), choices=choices("xyz")),
    tools.question("drugs", "matrix_fields", rows=choices("pq"), columns=COLUMNS),
)


def counted(*people: dict[str, Any], asked: Definition = ASKED) -> dict[str, Tally]:
    rows = [
        Row(n, 1, "complete", "en", "link", None, "", 1, date(2026, 1, 1), "normal", False, "", answers, {})
        for n, answers in enumerate(people)
    ]
    return tallies.count_rows(rows, {1: asked})[1]


def card(name: str, seen: dict[str, Tally], definitions: tuple[Definition, ...] = (ASKED,)) -> Card:
    made = cards.card(definitions[0].question(name), definitions, seen, "en", str)
    assert made is not None
    return made


def lines(made: Card) -> dict[str, tuple[str, ...]]:
    assert made.table is not None
    return {row[0]: row[1:] for row in made.table.rows}


def test_a_ranking_is_counted_by_choice_and_rank() -> None:
    seen = counted({"wish": ["b", "a"]}, {"wish": ["b", "c"]}, {})
    assert seen["wish"] == Tally(2, {"b:1": 2, "a:2": 1, "c:2": 1})


def test_a_ranking_says_first_places_of_all_and_mean_ranks_of_those_who_ranked_the_choice() -> None:
    people = [{"wish": ["a", "b"]}] * 30 + [{"wish": ["b", "a"]}] * 10 + [{"wish": ["c"]}] * 4
    made = card("wish", counted(*people))
    assert (made.n, made.state, made.base) == (44, "good", "回答此题 44 人")
    found = lines(made)
    assert list(found) == ["A", "B", "C"]
    assert [found["A"][place] for place in (0, 2, 4)] == ["68% (30)", "1.2", "40"]
    assert [found["B"][place] for place in (0, 2, 4)] == ["23% (10)", "1.8", "40"]
    assert found["C"][2:] == ("–", "–", "4")  # four people ranked it: no mean of theirs
    assert any("1.2" in fact and "40" in fact for fact in made.facts)
    assert any("排过的人数各项不同" in fact for fact in made.facts)


@pytest.mark.parametrize(("n", "state"), [(4, "hidden"), (5, "few"), (29, "few"), (30, "good")])
@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("wish", {"wish": ["a", "b"]}),
        ("split", {"split_a": 100, "split_b": 100, "split_c": 0}),
        ("warm", {"warm": 3}),
        ("shops", {"shops_p": ["x", "y"]}),
        ("drugs", {"drugs_p_boxes": 2, "drugs_p_where": "x"}),
    ],
)
def test_small_bases_are_hidden_or_grey(name: str, answers: dict[str, Any], n: int, state: str) -> None:
    made = card(name, counted(*[answers] * n))
    assert made.state == state
    drawn = [one.chart for one in (made, *made.parts) if one.chart]
    assert bool(drawn) == (state != "hidden") == (made.table is not None or bool(made.parts))
    paints = {str(shape.attributes["fill"]) for chart in drawn for shape in chart.shapes if shape.name == "rect"}
    assert (charts.BAR in paints) == (state == "good")


def test_amounts_are_shares_of_the_total() -> None:
    people = [{"split_a": 150, "split_b": 50, "split_c": 0}, {"split_a": 50, "split_b": 50, "split_c": 100}] * 20
    made = card("split", counted(*people))
    found = lines(made)
    assert list(found) == ["A", "B", "C"]
    assert [found[name][0] for name in "ABC"] == ["50%", "25%", "25%"]
    assert (found["A"][2], found["A"][3], found["B"][1]) == ("100 g", "40", "25%–25%")
    assert made.facts == ["平均占比：各项平均数除以总数 200 g"]


def test_amounts_of_two_totals_are_not_put_together() -> None:
    other = tools.made(tools.question("split", "constant_sum", items=choices("abc"), total=10))
    seen = counted(*[{"split_a": 100, "split_b": 100, "split_c": 0}] * 40)
    made = card("split", seen, (ASKED, other))
    assert made.chart is None and made.table is None and "按版本" in made.facts[0]


def test_a_slider_has_the_card_of_a_number_and_tells_who_was_not_sure() -> None:
    made = card("warm", counted(*[{"warm": 4}] * 30, *[{"warm": "unknown"}] * 6))
    assert made.n == 30 and any("中位数 4" in fact for fact in made.facts)
    assert "6" in made.facts[-1] and "不清楚" in made.facts[-1]


def test_several_answers_per_row_are_shares_of_those_who_answered_the_row() -> None:
    people = [{"shops_p": ["x", "y"]}] * 30 + [{"shops_p": ["x"], "shops_q": ["z"]}] * 10
    made = card("shops", counted(*people))
    assert lines(made) == {"P": ("40", "100%", "75%", "0%"), "Q": ("10", "0%", "0%", "100%")}
    assert [(part.name, part.state) for part in made.parts] == [("shops_p", "good"), ("shops_q", "few")]
    few = card("shops", counted(*[{"shops_p": ["x"]}] * 9, *[{"shops_q": ["z"]}] * 3))
    assert [part.name for part in few.parts] == ["shops_p"] and few.facts[-1] == "1 行回答不足 5 份，未显示"


def test_fields_of_a_table_are_numbers_choices_and_comments() -> None:
    answers = {"drugs_p_boxes": 2, "drugs_p_where": "x"}
    seen = counted(*[answers] * 30) | {"drugs_p_name": Tally(12), "drugs_q_name": Tally(3)}
    made = card("drugs", seen)
    assert [part.title for part in made.parts] == ["P · Boxes", "P · Where"]
    assert any("中位数 2" in fact for fact in made.parts[0].facts) and lines(made.parts[1])["X"][:2] == ("30", "100%")
    assert [(texts.label, texts.n, texts.readable) for texts in made.texts] == [
        ("P · Name", 12, True), ("Q · Name", 3, False),
    ]  # fmt: skip


def test_a_large_table_draws_its_first_parts_only() -> None:
    rows = [{"code": f"r{n}", "text": f"R{n}"} for n in range(50)]
    asked = tools.made(tools.question("big", "matrix_multiple", rows=rows, choices=choices("xy")))
    made = card("big", counted(*[{f"big_r{n}": ["x"] for n in range(50)}] * 6, asked=asked), (asked,))
    assert [bool(part.chart) for part in made.parts] == [True] * 30 + [False] * 20
    assert all(part.table for part in made.parts) and "30" in made.facts[-1]


def test_large_scores_are_counted_apart() -> None:
    total = {"name": "total", "kind": "weighted", "questions": ["n"], "weights": {"n": 1.0}}
    asked = tools.made(tools.question("n", "number"), scores=[total])
    seen = counted({"n": 1_234_567}, {"n": 1_234_568}, asked=asked)
    assert {"1234567": 1, "1234568": 1} in [tally.counts for name, tally in seen.items() if name != "n"]
