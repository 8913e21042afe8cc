"""Cards: bases, order, what is grey, what is left out."""

import pytest

from survey_app.analysis import cards, charts
from survey_app.analysis.card_shapes import Card, Texts
from survey_app.analysis.results import visible
from survey_app.analysis.tallies import Tallies, Tally
from tests.analysis import showcase
from tests.analysis.answers import definition

SHOWCASE = definition(showcase.YAML)


def card(name: str, n: int = 0, counts: dict[str, int] | None = None, **rows: tuple[int, dict[str, int]]) -> Card:
    seen = {name: Tally(n, counts or {})} | {f"{name}_{row}": Tally(*tally) for row, tally in rows.items()}
    made = cards.card(SHOWCASE.question(name), [SHOWCASE], seen, "en", str)
    assert made is not None
    return made


def fills(made: Card) -> set[str]:
    assert made.chart is not None
    return {str(shape.attributes["fill"]) for shape in made.chart.shapes if shape.name == "rect"}


def column(made: Card, place: int) -> list[str]:
    assert made.table is not None
    return [row[place] for row in made.table.rows]


def test_single_choices_are_sorted_and_other_and_not_sure_come_last_in_grey() -> None:
    made = card("reason", 100, {"other": 40, "unsure": 20, "advice": 25, "rx": 15})
    assert column(made, 1) == ["25", "15", "0", "0", "40", "20"]
    assert column(made, 0)[-2:] == ["Other", "Not sure"]
    assert fills(made) >= {charts.BAR, charts.GREY}


def test_shares_of_a_multiple_choice_are_of_people_and_may_exceed_a_hundred_per_cent() -> None:
    made = card("good", 50, {"staff": 40, "know": 30, "none": 5})
    assert column(made, 2)[:2] == ["80%", "60%"]
    assert made.facts == ["可多选，合计超过 100%"]


def test_not_sure_is_left_out_of_the_base_of_a_scale_and_told() -> None:
    made = card("nps", 60, {"10": 20, "0": 20, "unknown": 20})
    assert made.n == 40
    assert any("20" in fact for fact in made.facts[1:])
    made = card("calm", 40, {"5": 30, "unknown": 10})
    assert (made.n, column(made, 2)[-1]) == (30, "100%")


@pytest.mark.parametrize(("n", "state"), [(0, "hidden"), (4, "hidden"), (5, "few"), (29, "few"), (30, "good")])
def test_few_answers_are_grey_and_fewer_than_five_not_there(n: int, state: str) -> None:
    made = card("sat", n, {"5": n})
    assert made.state == state
    assert (made.chart is None) == (state == "hidden")
    if state != "hidden":
        purple = {charts.DIVERGING[-1]} & fills(made)
        assert bool(purple) == (state == "good")


def test_rows_of_a_matrix_are_sorted_by_net_and_small_rows_left_out() -> None:
    good, poor = {"5": 30, "3": 10}, {"1": 30, "5": 10}
    made = card("aspects", clean=(40, poor), wait=(40, good), explain=(4, {"5": 4}))
    assert [column(made, 0), column(made, -1)] == [
        ["Waiting time is reasonable", "The shop is tidy and it is easy to find things"], ["+75", "\u221250"],
    ]  # fmt: skip
    assert made.facts[-1] == "1 行回答不足 5 份，未显示"


def test_a_question_added_later_is_shown_and_a_note_never() -> None:
    assert cards.card(SHOWCASE.question("rare"), [SHOWCASE], {}, "en", str) is not None
    assert card("improve", 12).texts == [Texts("improve", "", 12, True)]
    assert not card("improve", 9).texts[0].readable


def test_key_figures_carry_value_interval_and_base() -> None:
    figure = cards.key_figure("nps", "NPS", Tally(30, {"10": 15, "7": 9, "0": 6}), None, str)
    assert (figure.value, figure.n, figure.state) == ("+30", 30, "good")
    assert figure.interval == "95% 区间 0.7 至 53.9"
    assert cards.key_figure("csat", "", Tally(40, {"5": 10, "4": 10, "1": 20}), None, str).value == "50%"
    assert cards.key_figure("ces", "", Tally(40, {"7": 10, "6": 10, "1": 20}), None, str).value == "3.8"
    assert cards.key_figure("mean", "", Tally(4, {"70": 4}), None, str).state == "hidden"


def test_a_version_whose_figure_would_give_another_away_is_not_shown() -> None:
    found: Tallies = {1: {"nps": Tally(100, {"9": 100})}, 2: {"nps": Tally(3, {"0": 3})}}
    assert visible(found, "nps", None).n == 103
    assert visible(found, "nps", 1).n == visible(found, "nps", 2).n == 0
    found[2]["nps"] = Tally(8, {"0": 8})
    assert (visible(found, "nps", 1).n, visible(found, "nps", 2).n) == (100, 8)
    assert visible(found, "other", 1).n == 0
